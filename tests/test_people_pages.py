"""The administrator's pages and the page that an invitation leads to, as a person meets them."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.accounts import actions
from app.accounts.model import PERMISSIONS, Role
from app.accounts.needs import KEY
from app.audit.store import Wanted, records
from app.config import Settings
from app.outbox.actions import enqueue
from app.outbox.model import Kind, Message, RefusedError
from app.site import create_app
from app.storage.database import Database
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from app.worker import Worker
from tests.lint import LintingClient
from tests.mailserver import post
from tests.test_permissions import StandIn

PASSWORD = "три зелені чайники"


@pytest.fixture
def people(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[Flask]:
    """The site with one administrator, who is signed in."""
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    site = create_app(replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file), edition)
    site.config["WTF_CSRF_ENABLED"] = False
    site.extensions[KEY] = replace(site.extensions[KEY], hash_password=lambda typed: f"hash of {len(typed)}")
    chief = joined(database_of(site), "chief@example.org", Role.ADMINISTRATOR, name="Головна Зразкова")
    install_access(site, StandIn(Actor(chief, frozenset(PERMISSIONS[Role.ADMINISTRATOR]))))
    yield site
    database_of(site).engine.dispose()


@pytest.fixture
def desk_client(people: Flask) -> LintingClient:
    return LintingClient(people)


def joined(database: Database, address: str, role: Role, *, name: str = "Зразок Прикладенко") -> str:
    now = datetime.now(UTC)
    with database.writing() as session:
        invited = actions.invite(
            session, address=address, name=name, roles=[role], organisation="", language="uk", actor="command:x",
            now=now,
        )  # fmt: skip
        return actions.accept(session, invited.token, password_hash="hash", now=now).id


def invited_link(client: LintingClient, **typed: object) -> str:
    """Invite through the form; return the path of the link that is shown."""
    fields = {"name": "Олена Зразкова", "email": "olena@example.org", "language": "uk", "roles": ["registrar"]}
    response = client.post("/en/staff/people/invite", data={**fields, "organisation": "", **typed})
    assert response.status_code == 200, response.get_data(as_text=True)
    found = re.search(r"/uk/account/join/[\w-]+", response.get_data(as_text=True))
    assert found
    return found.group()


def test_an_invited_person_chooses_a_password_and_has_an_account(desk_client: LintingClient, people: Flask) -> None:
    link = invited_link(desk_client)
    stranger = LintingClient(people)
    page = stranger.get(link)
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "Олена Зразкова" in text
    assert "olena@example.org" not in text
    assert "chief@example.org" not in text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    done = stranger.post(link, data={"password": PASSWORD})
    assert (done.status_code, done.location) == (303, "/uk/account/joined")
    assert stranger.get(done.location).status_code == 200
    assert "Олена Зразкова" in desk_client.get("/uk/staff/people").get_data(as_text=True)


def test_a_link_that_opens_nothing_says_the_same_whatever_became_of_it(
    desk_client: LintingClient, people: Flask
) -> None:
    used, withdrawn = invited_link(desk_client), invited_link(desk_client, email="other@example.org")
    desk_client.post(used, data={"password": PASSWORD})
    with database_of(people).writing() as session:
        for waiting in actions.waiting(session):
            actions.withdraw(session, waiting.id, actor="command:x", now=datetime.now(UTC))
        expired = actions.invite(
            session, address="late@example.org", name="Хтось", roles=[Role.EDITOR], organisation="", language="uk",
            actor="command:x", now=datetime.now(UTC) - timedelta(days=8),
        ).token  # fmt: skip
    texts = set()
    for link in (used, withdrawn, f"/uk/account/join/{expired}", "/uk/account/join/never-made"):
        for response in (desk_client.get(link), desk_client.post(link, data={"password": PASSWORD})):
            assert response.status_code == 404
            texts.add(response.get_data(as_text=True).replace(link[4:], ""))
    assert len(texts) == 1


@pytest.mark.parametrize("password", ["", "коротко", "Олена Зразкова 1", "123456789012345"])
def test_a_weak_password_is_refused_with_the_reason(desk_client: LintingClient, password: str) -> None:
    link = invited_link(desk_client)
    response = desk_client.post(link, data={"password": password})
    assert response.status_code == 422
    assert 'href="#password"' in response.get_data(as_text=True)
    assert desk_client.get(link).status_code == 200


def test_wrong_input_is_explained_and_nothing_typed_is_lost(desk_client: LintingClient) -> None:
    response = desk_client.post(
        "/en/staff/people/invite",
        data={"name": "Ганна Зразкова", "email": "no address", "language": "en", "roles": ["auditor", "registrar"]},
    )
    text = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "<title>Error: Invite a person" in text
    assert 'value="Ganna' not in text
    assert 'value="Ганна Зразкова"' in text
    assert 'value="no address"' in text
    assert re.search(r'value="auditor" checked', text)
    assert "Write an e-mail address" in text
    assert "watch over each other" in text


def test_a_volunteer_needs_an_organisation_and_others_have_none(desk_client: LintingClient, people: Flask) -> None:
    typed = {"name": "Зразок", "email": "v@example.org", "language": "uk"}
    lacking = desk_client.post("/en/staff/people/invite", data={**typed, "roles": ["volunteer"], "organisation": ""})
    assert "Choose the organisation that" in lacking.get_data(as_text=True)
    with people.app_context():
        organisation = people.extensions[KEY].organisations("uk")[0][0]
    fitting = {**typed, "roles": ["volunteer"], "organisation": organisation}
    assert desk_client.post("/en/staff/people/invite", data=fitting).status_code == 200
    needless = {**typed, "roles": ["editor"], "organisation": organisation}
    refused = desk_client.post("/en/staff/people/invite", data=needless)
    assert "Choose “without an organisation”" in refused.get_data(as_text=True)


def test_an_administrator_is_told_that_an_address_has_an_account(desk_client: LintingClient) -> None:
    response = desk_client.post(
        "/en/staff/people/invite",
        data={"name": "Зразок", "email": "CHIEF@example.org", "language": "uk", "roles": ["editor"]},
    )
    assert response.status_code == 422
    assert "has an account already" in response.get_data(as_text=True)


def test_where_mail_is_sent_the_link_is_not_shown(desk_client: LintingClient, people: Flask) -> None:
    people.extensions[KEY] = replace(people.extensions[KEY], has_mail=True)
    response = desk_client.post(
        "/en/staff/people/invite",
        data={"name": "Зразок", "email": "a@example.org", "language": "uk", "roles": ["editor"], "organisation": ""},
    )
    assert response.status_code == 303
    (letter,) = post(database_of(people), now=datetime.now(UTC))
    assert "/uk/account/join/" in letter.plain
    assert letter.to == "a@example.org"
    assert desk_client.get(response.location).status_code == 200


def test_a_person_is_changed_disabled_and_enabled(desk_client: LintingClient, people: Flask) -> None:
    id_ = joined(database_of(people), "a@example.org", Role.REGISTRAR)
    page = f"/en/staff/people/{id_}"
    assert desk_client.get(page).status_code == 200
    for deed, fields, word in (
        ("roles", {"roles": ["editor", "translator"], "organisation": ""}, "The roles are changed"),
        ("end-sign-ins", {}, "All sign-ins of this person are ended"),
        ("disable", {}, "The account is disabled"),
        ("enable", {}, "The account is enabled"),
    ):
        response = desk_client.post(f"{page}/{deed}", data=fields)
        assert response.status_code == 303, deed
        assert word in desk_client.get(response.location).get_data(as_text=True)
    assert desk_client.post(f"{page}/roles", data={"organisation": ""}).status_code == 422
    with database_of(people).reading() as session:
        assert next(records(session, Wanted(event="account.roles-changed"))).details["after"] == "editor,translator"


def test_letters_that_could_not_be_sent_are_tried_again_or_given_up(desk_client: LintingClient, people: Flask) -> None:
    message = Message(Kind.REQUEST_NEWS, "gone@example.org", "uk", {"path": "/uk/x", "reference": "AB-12"})
    moment = datetime.now(UTC) - timedelta(minutes=1)
    with database_of(people).writing() as session:
        ids = [enqueue(session, message, key=f"test:{number}", now=moment) for number in range(2)]
    refusing = Worker(database_of(people), dict.fromkeys(Kind, _refused), name="test")
    while refusing.turn():
        pass
    page = desk_client.get("/en/staff/letters").get_data(as_text=True)
    assert page.count("550 5.1.1 at RCPT") == 2
    assert "gone@example.org" not in page
    again = desk_client.post(f"/en/staff/letters/{ids[0]}/retry")
    assert "tried again" in desk_client.get(again.location).get_data(as_text=True)
    given_up = desk_client.post(f"/en/staff/letters/{ids[1]}/drop")
    assert "Every letter has gone out or is on its way" in desk_client.get(given_up.location).get_data(as_text=True)
    late = desk_client.post(f"/en/staff/letters/{ids[1]}/drop")
    assert "somebody else" in desk_client.get(late.location).get_data(as_text=True)
    (sent,) = post(database_of(people), now=datetime.now(UTC))
    assert sent.to == "gone@example.org"


def _refused(job: object, content: str) -> None:
    raise RefusedError("550 5.1.1 at RCPT")


def test_an_administrator_finds_no_way_to_change_themselves(desk_client: LintingClient, people: Flask) -> None:
    with database_of(people).reading() as session:
        (own,) = actions.standings(session)
    page = f"/en/staff/people/{own.id}"
    assert "Another administrator" in desk_client.get(page).get_data(as_text=True)
    for deed, fields in (("disable", {}), ("roles", {"roles": ["editor"], "organisation": ""})):
        response = desk_client.post(f"{page}/{deed}", data=fields)
        assert response.status_code == 422
        assert "Nobody changes or disables their own account" in response.get_data(as_text=True)


def test_the_list_narrows_by_role_and_state(desk_client: LintingClient, people: Flask) -> None:
    joined(database_of(people), "a@example.org", Role.EDITOR, name="Редактор Зразок")
    for query, shown in (("role=editor", True), ("role=auditor", False), ("state=active", True), ("state=x", True)):
        text = desk_client.get(f"/uk/staff/people?{query}").get_data(as_text=True)
        assert ("Редактор Зразок" in text) is shown, query


def test_an_invitation_is_made_anew_and_withdrawn(desk_client: LintingClient, people: Flask) -> None:
    link = invited_link(desk_client)
    text = desk_client.get("/uk/staff/people").get_data(as_text=True)
    again = re.search(r"/uk/staff/people/invitations/\w+/again", text)
    assert again
    assert desk_client.post(again.group()).status_code == 200
    assert desk_client.get(link).status_code == 404
    text = desk_client.get("/uk/staff/people").get_data(as_text=True)
    withdraw = re.search(r"/uk/staff/people/invitations/\w+/withdraw", text)
    assert withdraw
    assert desk_client.post(withdraw.group()).status_code == 303
    assert desk_client.post(withdraw.group()).status_code == 404


def test_the_secret_of_a_link_is_not_logged_when_its_page_fails(
    people: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: str) -> str:
        raise RuntimeError("on the way")

    people.extensions[KEY] = replace(people.extensions[KEY], hash_password=fail)
    client = LintingClient(people)
    link = invited_link(client)
    with caplog.at_level(logging.DEBUG):
        assert client.post(link, data={"password": PASSWORD}).status_code == 500
    assert link.rpartition("/")[2] not in caplog.text


def test_commands_invite_disable_enable_and_list(people: Flask) -> None:
    run = people.test_cli_runner().invoke
    invited = run(args=["account", "invite", "b@example.org", "--name", "Б", "--role", "administrator"])
    assert re.fullmatch(r"/uk/account/join/[\w-]+\n", invited.output)
    assert LintingClient(people).post(invited.output.strip(), data={"password": PASSWORD}).status_code == 303
    assert "Error: b@example.org has an account" in run(
        args=["account", "invite", "b@example.org", "--name", "Б", "--role", "editor"]
    ).output  # fmt: skip
    assert run(args=["account", "disable", "b@example.org"]).exit_code == 0
    assert "the last administrator" in run(args=["account", "disable", "chief@example.org"]).output
    listed = run(args=["account", "list"]).output
    assert "administrator\tdisabled\tno-second-factor" in listed
    assert "@" not in listed
    assert "chief@example.org" in run(args=["account", "list", "--addresses"]).output
    assert run(args=["account", "enable", "b@example.org"]).exit_code == 0
    assert run(args=["account", "enable", "nobody@example.org"]).exit_code == 1
    with database_of(people).reading() as session:
        assert sum(1 for _ in records(session, Wanted(event="accounts.listed"))) == 1


def test_the_demonstration_refuses_to_stand_beside_real_people(people: Flask) -> None:
    refused = people.test_cli_runner().invoke(args=["demo", "load"])
    assert refused.exit_code == 1
    assert "holds real people" in refused.output


def test_a_fresh_site_is_filled_with_demo_people_once(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> None:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    site = create_app(replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file), edition)
    site.extensions[KEY] = replace(site.extensions[KEY], hash_password=lambda _: "hash")
    run = site.test_cli_runner().invoke
    first = run(args=["demo", "load"]).output
    assert len(re.findall(r"^demo-\w+@example\.org\t\S{20}$", first, re.MULTILINE)) == len(Role)
    assert "30 entries of the register" in first
    assert run(args=["demo", "load"]).output == "loaded before\n"
    site.config["DEMO"] = True
    assert "Demonstration: the people who work here are invented" in LintingClient(site).get("/en/").get_data(
        as_text=True
    )
    database_of(site).engine.dispose()


def test_a_form_from_elsewhere_is_refused_and_a_stranger_gets_no_cookie(people: Flask) -> None:
    link = invited_link(LintingClient(people))
    people.config["WTF_CSRF_ENABLED"] = True
    assert "Set-Cookie" not in people.test_client().get(link).headers
    id_ = joined(database_of(people), "a@example.org", Role.EDITOR)
    page = f"/en/staff/people/{id_}"
    desk = people.test_client()
    assert desk.post(f"{page}/disable").status_code == 400
    assert desk.post("/en/staff/people/invite", data={"name": "Зразок"}).status_code == 400
    proof = re.search(r'name="csrf_token" value="([^"]+)"', desk.get(page).get_data(as_text=True))
    assert proof
    assert desk.post(f"{page}/disable", data={"csrf_token": proof.group(1)}).status_code == 303
    assert people.test_client().post(link, data={"password": PASSWORD}).status_code == 303

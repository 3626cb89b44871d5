"""The pages of referrals: a volunteer sends, a body opens and answers by its link, everybody reads what came of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts.model import PERMISSIONS, Role
from app.cases import actions as cases
from app.cases.actions import Who
from app.cases.consenting import actions as consenting
from app.cases.consenting.consent import Share, Terms
from app.cases.referring import actions
from app.cases.referring.model import Declined, Deed, Kind
from app.cases.referring.packet import Order
from app.config import Settings
from app.content.store import record_edition
from app.directory.model import Directory, Need
from app.live import FOLLOWER, Follower
from app.site import create_app
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition, edition_of
from tests.families import OURS, TOLD, inside, join
from tests.lint import LintingClient
from tests.test_permissions import StandIn

BODY = "free-legal-aid"
SHARES = frozenset({Share.CONTACT_NAME, Share.CONTACT_PHONE, Share.MISSING_NAME})
NAME, PHONE = "Демонстраційна", "050 000 00 01"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def gate() -> StandIn:
    return StandIn()


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path, gate: StandIn
) -> Iterator[Flask]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(settings, instance=tmp_path, database_url=f"sqlite:///{path}", vault_key_file=key_file)
    site = create_app(own, edition)
    site.config["WTF_CSRF_ENABLED"] = False
    install_access(site, gate)
    with database_of(site).writing() as session:
        record_edition(session, edition.digest, datetime.now(UTC))
    yield site
    database_of(site).engine.dispose()


@pytest.fixture
def anna(site: Flask, gate: StandIn) -> Who:
    """A volunteer, who is signed in."""
    who = join(database_of(site), "anna@example.org", OURS)
    gate.who = Actor(who.account, frozenset(PERMISSIONS[Role.VOLUNTEER]), OURS)
    return who


@pytest.fixture
def case(site: Flask, anna: Who) -> str:
    """A case whose family agrees to legal help."""
    return helped(site, anna)


def helped(site: Flask, who: Who, number: int = 0, need: Need = Need.LEGAL_AID, *, training: bool = False) -> str:
    now = datetime.now(UTC) - MINUTE
    directory = edition_of(site).part(Directory)
    with inside(database_of(site), OURS) as session:
        id_ = cases.open_case(
            session, TOLD, who=who, is_training=training, random=Random(number), now=now
        )  # fmt: skip
        terms = Terms(SHARES, BODY, need, (now + timedelta(days=90)).date())
        consenting.record_spoken(session, id_, terms, "Марія Свідок", directory=directory, who=who, now=now)
    return id_


@pytest.fixture
def client(site: Flask) -> LintingClient:
    return LintingClient(site)


@pytest.fixture
def body(site: Flask) -> LintingClient:
    """A browser of the body: it has no account."""
    return LintingClient(site)


FORM = {"kind": "refer", "need": "legal-aid", "shares": sorted(SHARES), "mail_to": "", "language": "uk"}


def send(client: LintingClient, case: str, **other: object) -> TestResponse:
    address = f"/en/cases/{case}/referrals/new/{BODY}"
    return client.post(address, data={**FORM, "message": "Чи допоможете з опікою?", **other})


def link_on(response: TestResponse) -> str:
    found = re.search(r"<code>http://[^/]+(/en/referral/[^<]+)</code>", response.get_data(as_text=True))
    assert found
    return found[1]


def text_of(response: TestResponse, status: int = 200) -> str:
    assert response.status_code == status
    return response.get_data(as_text=True)


def test_a_body_opens_what_is_shared_by_a_button_declines_with_a_reason_and_the_link_is_used_up(
    client: LintingClient, body: LintingClient, case: str
) -> None:
    link = link_on(send(client, case))
    listed = text_of(client.get(f"/en/cases/{case}/referrals"))
    assert "sent, not opened" in listed
    assert link.rpartition("/")[2] not in listed, "the link is shown once"

    first = body.get(link)
    assert "Legal help" in text_of(first)
    assert NAME not in text_of(first)
    assert "опікою" not in text_of(first)
    assert body.get(f"{link}/data").location.endswith(link), "a program that follows links opens nothing"

    opened = body.post(f"{link}/open")
    assert opened.location.endswith(f"{link}/data")
    shared = body.get(opened.location)
    for words in (NAME, PHONE, "опікою", "Never call", "Say only that it is about a request."):
        assert words in text_of(shared)
    assert "1990" not in text_of(shared), "nobody agreed to the birth date"

    assert "Choose why you cannot help." in text_of(body.post(f"{link}/answer", data={"answer": "decline"}), 422)
    answer = {"answer": "decline", "reason": "not-competent", "better": "uhhru", "words": "Це до УГСПЛ."}
    thanks = body.post(f"{link}/answer", data=answer)
    assert thanks.location.endswith("/en/referral/answered")
    assert "Thank you" in text_of(body.get(thanks.location))
    for answered in (first, opened, shared, thanks):
        assert "Set-Cookie" not in answered.headers
    for page in (first, shared):
        assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex")

    for address in (link, f"{link}/data"):
        assert "This link does not open" in text_of(body.get(address), 422)
    for deed in ("open", "answer"):
        assert NAME not in text_of(body.post(f"{link}/{deed}", data=answer), 422)
    told = text_of(client.get(f"/en/cases/{case}/referrals"))
    assert "declined" in told
    address = re.search(rf'href="(/en/cases/{case}/referrals/[0-9a-f]+)"', told)
    assert address
    shown = text_of(client.get(address[1]))
    for words in ("not competent", "Це до УГСПЛ", f"/cases/{case}/referrals/new/uhhru"):
        assert words in shown


def test_a_body_may_decline_from_the_first_page_without_reading(
    client: LintingClient, body: LintingClient, case: str
) -> None:
    link = link_on(send(client, case))
    refused = body.post(f"{link}/answer", data={"answer": "decline", "reason": "other"})
    assert "Write it in words" in text_of(refused, 422)
    assert NAME not in text_of(refused, 422)
    assert body.post(f"{link}/answer", data={"answer": "decline", "reason": "capacity"}).status_code == 303
    assert body.post(f"{link}/answer", data={"answer": "accept"}).status_code == 422


def test_what_cannot_be_opened_says_the_same_whatever_it_was(
    client: LintingClient, body: LintingClient, case: str
) -> None:
    sent = send(client, case)
    link = link_on(sent)
    address = re.search(r'action="([^"]+)/revoke"', text_of(sent))
    assert address
    renewed = client.post(f"{address[1]}/renew", data={"mail_to": ""})
    said = {text_of(body.get(link), 422), text_of(body.get("/en/referral/guessed"), 422)}
    assert client.post(f"{address[1]}/revoke").status_code == 303
    said.add(text_of(body.get(link_on(renewed)), 422))
    tokens = [link.rpartition("/")[2], "guessed", link_on(renewed).rpartition("/")[2]]
    plain = set()
    for page in said:
        for token in tokens:
            page = page.replace(token, "")
        plain.add(page)
    assert len(plain) == 1


def test_without_consent_nothing_is_sent_and_the_way_to_it_is_shown(
    site: Flask, client: LintingClient, case: str
) -> None:
    refused = text_of(send(client, case, shares=[*SHARES, "story"]), 422)
    assert "does not hold all of it" in refused
    assert f"/en/cases/{case}/consents/new?body={BODY}" in refused
    assert "Чи допоможете з опікою?" in refused, "nothing that was typed is lost"
    assert "Nothing has been sent" in text_of(client.get(f"/en/cases/{case}/referrals"))


def test_a_body_that_does_not_fit_warns_and_takes_a_reason(site: Flask, client: LintingClient, anna: Who) -> None:
    case = helped(site, anna, 7, Need.DNA)
    warned = text_of(send(client, case, need="dna"), 422)
    assert "does not offer what you ask of it" in warned
    sent = send(client, case, need="dna", despite="Вони обіцяли.")
    assert "Вони обіцяли" in text_of(sent)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"shares": []}, "Tick what the body is to be told."),
        ({"need": ""}, "Choose what it is for."),
        ({"kind": "x"}, "Choose whether the case stays with you."),
        ({"mail_to": "not an address"}, "This is not one e-mail address."),
    ],
)
def test_a_referral_that_says_too_little_is_not_sent(
    client: LintingClient, case: str, other: dict[str, object], said: str
) -> None:
    assert said in text_of(send(client, case, **other), 422)


def test_a_letter_is_sent_where_there_is_an_address_and_the_link_is_not_shown(
    site: Flask, client: LintingClient, case: str
) -> None:
    answer = send(client, case, mail_to="lawyers@example.org")
    assert answer.status_code == 303
    shown = text_of(client.get(answer.location))
    assert "The letter with the link is on its way" in shown
    assert "/referral/" not in shown
    again = client.get(send(client, case, mail_to="lawyers@example.org").location)
    assert "look at the referral as it is now" in text_of(again), "pressed twice, it is sent once"


def test_a_body_that_needs_more_is_told_more(client: LintingClient, body: LintingClient, case: str) -> None:
    sent = send(client, case)
    link = link_on(sent)
    body.post(f"{link}/open")
    asked = body.post(f"{link}/answer", data={"answer": "ask", "words": "Чи є заява до поліції?"})
    assert "What was said so far" in text_of(body.get(asked.location))
    address = re.search(r'action="([^"]+)/revoke"', text_of(sent))
    assert address
    assert "The body needs to know more" in text_of(client.get(address[1]))
    refused = client.post(f"{address[1]}/more", data={"shares": ["story"], "words": "Так"})
    assert "No consent covers all of this" in text_of(client.get(refused.location))
    told = client.post(f"{address[1]}/more", data={"words": "Так, від 3 листопада."})
    assert "від 3 листопада" in text_of(body.get(f"{link}/data"))
    assert link_on(told) != link


def test_a_transfer_that_is_done_offers_to_close_the_case(
    client: LintingClient, body: LintingClient, case: str
) -> None:
    sent = send(client, case, kind="transfer")
    link = link_on(sent)
    assert "asked to take a family over" in text_of(body.get(link))
    body.post(f"{link}/open")
    for answer in ("accept", "finish"):
        body.post(f"{link}/answer", data={"answer": answer})
    address = re.search(r'action="([^"]+)/revoke"', text_of(sent))
    assert address
    shown = text_of(client.get(address[1]))
    assert 'name="closing" value="moved"' in shown
    assert client.post(f"/en/cases/{case}/close", data={"closing": "moved"}).status_code == 303


def test_a_body_is_chosen_by_what_was_agreed_or_by_words_need_and_region(client: LintingClient, case: str) -> None:
    plain = text_of(client.get(f"/en/cases/{case}/referrals/new"))
    assert f"/referrals/new/{BODY}?need=legal-aid" in plain, "what the family has agreed to stands first"
    found = text_of(client.get(f"/en/cases/{case}/referrals/new?need=tracing&region=UA-32"))
    assert "american-red-cross" not in found
    assert "american-red-cross" in text_of(client.get(f"/en/cases/{case}/referrals/new?need=tracing&region=abroad"))
    form = text_of(client.get(f"/en/cases/{case}/referrals/new/{BODY}?need=legal-aid"))
    assert len(re.findall(r'name="shares"[^>]* checked', form)) == len(SHARES)
    for missing in ("court", "nobody"):
        assert client.get(f"/en/cases/{case}/referrals/new/{missing}").status_code in (200, 404)


def test_the_family_reads_on_its_page_what_was_sent_who_opened_it_and_what_came_of_it(
    site: Flask, client: LintingClient, body: LintingClient, case: str, anna: Who
) -> None:
    link = link_on(send(client, case))
    body.post(f"{link}/open")
    body.post(f"{link}/answer", data={"answer": "accept", "words": "Подзвонимо."})
    with inside(database_of(site), OURS) as session:
        found = cases.read_case(session, case, who=anna, now=datetime.now(UTC))
        opens = cases.passphrase_of(session, found, now=datetime.now(UTC))
    family = LintingClient(site)
    family.post("/en/family/open", data={"reference": opens.reference, "passphrase": opens.passphrase})
    page = text_of(family.get("/en/family"))
    for words in ("What was sent to other bodies", "accepted", "The body opened what is shared", "Подзвонимо"):
        assert words in page
    assert "the body that received it" in text_of(family.get("/en/family/seen"))


def declined(site: Flask, who: Who, count: int, first: int, *, training: bool = False) -> None:
    """Let a body decline so many referrals at once."""
    now = datetime.now(UTC)
    directory = edition_of(site).part(Directory)
    for number in range(first, first + count):
        id_ = helped(site, who, 100 + number, training=training)
        with inside(database_of(site), OURS) as session:
            about = [one.id for one in cases.read_case(session, id_, who=who, now=now).missing]
            order = Order(BODY, Kind.REFER, Need.LEGAL_AID, SHARES, about, "uk")
            made = actions.send(session, id_, order, directory=directory, who=who, now=now)
            actions.answer(
                session, made.token, Deed.DECLINE, reason=Declined.CAPACITY, better="", words="",
                directory=directory, now=now,
            )  # fmt: skip


def test_a_card_tells_how_soon_a_body_answers_from_ten_real_referrals_on(
    site: Flask, client: LintingClient, anna: Who
) -> None:
    follower: Follower = site.extensions[FOLLOWER]
    page = f"/en/organisations/{BODY}"
    declined(site, anna, 9, 0)
    declined(site, anna, 1, 9, training=True)
    follower.step()
    assert "Usually answers" not in text_of(client.get(page))
    declined(site, anna, 1, 10)
    assert follower.step()
    assert not follower.step()
    assert "Usually answers volunteers within 1 working day" in text_of(client.get(page))
    assert "From 10 referrals" in text_of(client.get(page))


def test_who_leads_reads_what_became_of_referrals_and_nobody_else_does(
    site: Flask, client: LintingClient, anna: Who, gate: StandIn
) -> None:
    declined(site, anna, 2, 0)
    for address in ("/en/cases/organisation/referrals", "/en/cases/organisation/referrals.csv"):
        assert client.get(address).status_code == 403
    gate.who = Actor(anna.account, frozenset(PERMISSIONS[Role.COORDINATOR]), OURS)
    page = text_of(client.get("/en/cases/organisation/referrals"))
    for words in ("no capacity now", "0 to 1 working days", "fewer than ten"):
        assert words in page
    table = client.get("/en/cases/organisation/referrals.csv")
    assert table.mimetype == "text/csv"
    lines = table.get_data(as_text=True).splitlines()
    assert lines[0].startswith("\ufeffId,Body,Referrals")
    assert lines[1].startswith(f"{BODY},Free Legal Aid System of Ukraine,2,2,0,2,2,0")
    gate.who = Actor(anna.account, frozenset(PERMISSIONS[Role.COORDINATOR]), "another")
    assert "Nothing has been answered yet." in text_of(client.get("/en/cases/organisation/referrals"))


def test_nobody_else_reaches_a_referral(site: Flask, client: LintingClient, case: str, gate: StandIn) -> None:
    address = re.search(r'action="([^"]+)/revoke"', text_of(send(client, case)))
    assert address
    neighbour = join(database_of(site), "n@example.org", "demo-theirs")
    gate.who = Actor(neighbour.account, frozenset(PERMISSIONS[Role.COORDINATOR]), "demo-theirs")
    for path in (address[1], f"/en/cases/{case}/referrals", f"/en/cases/{case}/referrals/new/{BODY}"):
        assert client.get(path).status_code == 404
    for deed in ("renew", "more", "revoke"):
        assert client.post(f"{address[1]}/{deed}", data={"words": "x"}).status_code == 404


def test_the_pages_speak_ukrainian(client: LintingClient, body: LintingClient, case: str) -> None:
    link = link_on(send(client, case)).replace("/en/", "/uk/")
    assert "Вас просять про допомогу" in text_of(body.get(link))
    body.post(f"{link}/open")
    assert "Що вам передано" in text_of(body.get(f"{link}/data"))

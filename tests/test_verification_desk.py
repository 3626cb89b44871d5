"""Verification at work: acts on a database, what readers see of them, the editors' pages, and a body's own link."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from app.accounts.model import PERMISSIONS, Role
from app.audit.store import Wanted, records
from app.config import ROOT, Settings
from app.content.library import Library
from app.content.store import record_edition
from app.curation import actions as curation
from app.curation import store as revisions
from app.curation.model import Change, State
from app.curation.verification import actions, store
from app.curation.verification.facts import Fact, facts_of
from app.curation.verification.links import Answer
from app.curation.verification.model import How, OutcomeError, What, standing
from app.curation.verification.model import State as Standing
from app.directory.heard import Heard, Line
from app.directory.model import Directory
from app.front import URGENT
from app.live import FOLLOWER, Follower, told
from app.site import create_app
from app.storage.database import Database
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.lint import LintingClient
from tests.mailserver import post
from tests.test_permissions import StandIn

NOW = datetime(2026, 5, 3, 9, tzinfo=UTC)
DAY = timedelta(days=1)
EDITOR = "account:editor"
BODY = "ombudsman"
PATH = f"organisations/{BODY}.yaml"
SHIPPED = Library.read(ROOT / "content")
HOTLINE, LANDLINE = "+380800501720", "+380442997408"


@pytest.fixture(scope="module")
def contacts(edition: Edition) -> list[Fact]:
    """The contacts of a shipped body."""
    return list(facts_of(edition.part(Directory)[BODY], 3))


@pytest.fixture(scope="module")
def phone(contacts: list[Fact]) -> Fact:
    """Its first number."""
    return contacts[0]


def act(database: Database, fact: Fact, how: How, at: datetime = NOW) -> None:
    with database.writing() as session:
        actions.record_act(session, fact, how, note="", actor=EDITOR, now=at)


def heard(database: Database) -> dict[tuple[str, str], Heard]:
    with database.reading() as session:
        return dict(actions.heard_numbers(session))


def test_three_calls_without_an_answer_silence_a_number_and_an_answer_restores_it(
    database: Database, phone: Fact
) -> None:
    for days in range(3):
        act(database, phone, How.NO_ANSWER, NOW + days * DAY)
    assert heard(database)[BODY, HOTLINE].line is Line.SILENT
    act(database, phone, How.ANSWERED, NOW + 3 * DAY)
    assert heard(database) == {
        (BODY, HOTLINE): Heard(
            Line.ANSWERED, (NOW + 3 * DAY).date(), None, (NOW + 3 * DAY).date(), (NOW + 3 * DAY).date()
        )
    }


def test_an_act_is_taken_back_once_and_never_deleted(database: Database, phone: Fact) -> None:
    act(database, phone, How.WRONG_NUMBER)
    with database.writing() as session:
        (one,) = store.acts_of(session, *phone.name)
        actions.correct(session, one.id, actor=EDITOR, now=NOW + DAY)
    assert heard(database)[BODY, HOTLINE].line is Line.UNTRIED
    with database.writing() as session:
        kept = store.acts_of(session, *phone.name)
        assert [(each.how, each.corrects) for each in kept] == [(How.WRONG_NUMBER, ""), (None, one.id)]
        for mistake in kept:
            with pytest.raises(store.NoActError):
                actions.correct(session, mistake.id, actor=EDITOR, now=NOW)
        assert store.acts_number(session) == 2


def test_every_act_is_in_the_audit_without_the_number(database: Database, phone: Fact) -> None:
    act(database, phone, How.BUSY)
    with database.reading() as session:
        (one,) = records(session, Wanted())
    assert (one.event, one.actor, dict(one.details)) == ("fact.verified", EDITOR, {"outcome": "busy"})


def holder_of(database: Database, fact: Fact) -> str:
    with database.reading() as session:
        return store.holders(session).get(fact.name, "")


def give(database: Database, fact: Fact, to: str, seen: str = "") -> None:
    with database.writing() as session:
        actions.assign(session, fact, to=to, seen=seen, actor=EDITOR, now=NOW)


def test_a_task_is_taken_by_one_handed_on_and_given_back(database: Database, phone: Fact) -> None:
    give(database, phone, EDITOR)
    with pytest.raises(store.TakenError):
        give(database, phone, "account:other")
    assert holder_of(database, phone) == EDITOR, "whoever looked at an older page takes it from nobody"
    give(database, phone, "account:other", seen=EDITOR)
    assert holder_of(database, phone) == "account:other"
    with database.writing() as session:
        actions.give_back(session, phone, actor=EDITOR, now=NOW)
        with pytest.raises(store.TakenError):
            actions.give_back(session, phone, actor=EDITOR, now=NOW)
    assert holder_of(database, phone) == ""
    with database.reading() as session:
        told = [(one.event, dict(one.details)) for one in [*records(session, Wanted())][::-1]]
    assert told == [
        ("task.assigned", {"to": EDITOR}), ("task.assigned", {"to": "account:other"}), ("task.given-back", {}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "is_over"),
    [(How.ANSWERED, True), (How.NO_ANSWER, False), (How.WRONG_NUMBER, False), (How.PAGE_SEEN, True)],
)
def test_a_task_ends_with_what_leaves_nothing_to_do(
    database: Database, phone: Fact, how: How, *, is_over: bool
) -> None:
    give(database, phone, EDITOR)
    act(database, phone, how)
    assert (holder_of(database, phone) == "") is is_over


def test_a_silent_number_stays_with_whoever_took_it_until_somebody_answers(database: Database, phone: Fact) -> None:
    give(database, phone, EDITOR)
    for days in range(3):
        act(database, phone, How.NO_ANSWER, NOW + days * DAY)
    act(database, phone, How.PAGE_SEEN, NOW + 3 * DAY)
    assert holder_of(database, phone) == EDITOR
    act(database, phone, How.ANSWERED, NOW + 4 * DAY)
    assert holder_of(database, phone) == ""


def test_a_broken_link_is_a_task_until_it_answers(database: Database, contacts: list[Fact]) -> None:
    (link, *_) = [fact for fact in contacts if fact.what is What.LINK]

    def asked(answer: Answer, days: int) -> Standing:
        at = NOW + days * DAY
        with database.writing() as session:
            found = [store.LinkAnswer(link.text, at, answer, 0, "")]
            actions.keep_link_answers(session, found, contacts, actor="command:check-links", now=at)
            return standing(store.acts_of(session, *link.name)).state

    assert asked(Answer.OK, 0) is Standing.UNVERIFIED
    assert asked(Answer.GONE, 1) is Standing.BROKEN
    give(database, link, EDITOR)
    assert asked(Answer.FORBIDDEN, 2) is Standing.BROKEN, "who asks machines to stay away has not mended anything"
    assert asked(Answer.MOVED, 3) is Standing.UNVERIFIED, "that it answers verifies nothing"
    assert holder_of(database, link) == ""
    assert asked(Answer.OK, 4) is Standing.UNVERIFIED
    with database.reading() as session:
        kept = store.acts_of(session, *link.name)
    assert [(one.how, one.note, one.by) for one in kept] == [
        (How.LINK_FAULT, "gone", "command:check-links"), (How.LINK_ANSWERS, "", "command:check-links"),
    ]  # fmt: skip


def test_a_page_is_not_called(database: Database, contacts: list[Fact]) -> None:
    with pytest.raises(OutcomeError):
        act(database, contacts[-1], How.ANSWERED)


def made(database: Database, mail_to: str = "") -> tuple[store.OwnerLink, str]:
    with database.writing() as session:
        return actions.make_owner_link(session, PATH, mail_to=mail_to, language="uk", actor=EDITOR, now=NOW)


def say(
    database: Database, token: str, contacts: list[Fact], answers: dict[str, str], texts: dict[str, str] = {},  # noqa: B006
    remark: str = "", at: datetime = NOW,
) -> None:  # fmt: skip
    with database.writing() as session:
        actions.answer(session, token, contacts, answers=answers, texts=texts, remark=remark, shipped=SHIPPED, now=at)


def test_a_body_confirms_its_number_by_its_link(database: Database, contacts: list[Fact], phone: Fact) -> None:
    link, token = made(database)
    for days in range(3):
        act(database, phone, How.NO_ANSWER, NOW - (3 - days) * DAY)
    say(database, token, contacts, {phone.key: "right"})
    with pytest.raises(actions.AnsweredError):
        say(database, token, contacts, {phone.key: "wrong"}, {phone.key: "044 111 22 33"})
    with database.reading() as session:
        found = store.acts_of(session, *phone.name)
    assert [(one.how, one.by) for one in found[3:]] == [(How.OWNER_CONFIRMED, f"owner:{link.id}")], "said once"
    assert standing(found).state is Standing.VERIFIED


def test_what_a_body_corrects_waits_in_review_and_is_not_live(
    database: Database, contacts: list[Fact], phone: Fact
) -> None:
    link, token = made(database)
    say(database, token, contacts, {phone.key: "wrong"}, {phone.key: "044 111 22 33"}, "Since May")
    with database.reading() as session:
        (draft,) = revisions.open_revisions(session, PATH)
        assert (draft.state, draft.created_by) == (State.IN_REVIEW, f"owner:{link.id}")
        assert draft.note == f"{HOTLINE} → 044 111 22 33\nSince May"
        assert "'+380441112233'" in draft.text
        assert curation.live_library(session, SHIPPED).files == SHIPPED.files
        assert store.acts_of(session, *phone.name) == []


def test_what_a_body_corrects_is_not_lost_where_an_editor_is_at_work(
    database: Database, contacts: list[Fact], phone: Fact
) -> None:
    with database.writing() as session:
        curation.begin_draft(
            session, PATH, SHIPPED.files[PATH] + "\n", shipped=SHIPPED, change=Change.MINOR, note="", actor=EDITOR,
            now=NOW,
        )  # fmt: skip
    link, token = made(database)
    say(database, token, contacts, {phone.key: "wrong"}, {phone.key: "044 111 22 33"}, "Since May")
    with database.reading() as session:
        (waiting,) = store.waiting_words(session)
    assert (waiting.id, waiting.said) == (link.id, f"{HOTLINE} → 044 111 22 33\nSince May")
    with database.writing() as session:
        actions.take_words(session, link.id, actor=EDITOR, now=NOW)
        assert store.waiting_words(session) == []


def test_a_link_opens_for_fourteen_days_until_it_is_ended_and_no_other_one_does(
    database: Database, contacts: list[Fact]
) -> None:
    link, token = made(database)
    with database.writing() as session:
        assert actions.look_at(session, token, now=NOW + 14 * DAY - timedelta(seconds=1)).path == PATH
        with pytest.raises(actions.LinkOverError) as over:
            actions.look_at(session, token, now=NOW + 14 * DAY)
        assert over.value.link.id == link.id
        for secret in (token + "x", ""):
            with pytest.raises(actions.NoOwnerLinkError):
                actions.look_at(session, secret, now=NOW)
        actions.revoke_owner_link(session, link.id, actor=EDITOR, now=NOW)
        with pytest.raises(actions.NoOwnerLinkError):
            actions.look_at(session, token, now=NOW)
        row = store.get_owner_link(session, link.id)
        assert row is not None
        assert token.encode() not in row.token_index
    with pytest.raises(actions.NoOwnerLinkError):
        say(database, token, contacts, {})


def test_the_link_goes_to_the_body_in_a_letter(database: Database) -> None:
    _, token = made(database, mail_to="hotline@ombudsman.gov.ua")
    (letter,) = post(database, now=NOW)
    assert (letter.to, letter.language) == ("hotline@ombudsman.gov.ua", "uk")
    assert f"/uk/confirm/{token}" in letter.plain
    assert "ombudsman" not in letter.subject.lower()


@pytest.fixture(scope="module")
def gate() -> StandIn:
    return StandIn(Actor("editor", frozenset(PERMISSIONS[Role.EDITOR])))


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path, gate: StandIn
) -> Iterator[Flask]:
    """The site with an editor signed in."""
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(settings, instance=tmp_path, database_url=f"sqlite:///{path}", vault_key_file=key_file)
    site = create_app(own, edition)
    site.config["WTF_CSRF_ENABLED"] = False
    install_access(site, gate)
    with database_of(site).writing() as session:
        record_edition(session, edition.digest, NOW)
    follow(site)
    yield site
    database_of(site).engine.dispose()


def follow(site: Flask) -> bool:
    follower: Follower = site.extensions[FOLLOWER]
    return follower.step()


@pytest.fixture
def client(site: Flask) -> LintingClient:
    return LintingClient(site)


def text_of(client: LintingClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.get_data(as_text=True)


PUBLIC_PAGE = f"/en/organisations/{BODY}"


def test_a_family_sees_a_number_fall_silent_and_answer_again(site: Flask, client: LintingClient, phone: Fact) -> None:
    database = database_of(site)
    before = text_of(client, PUBLIC_PAGE)
    assert before.index(HOTLINE) < before.index(LANDLINE)
    assert "No number has been dialled" in before
    for days in range(3):
        act(database, phone, How.NO_ANSWER, NOW + days * DAY)
        assert follow(site)
    silent = text_of(client, PUBLIC_PAGE)
    assert silent.index(LANDLINE) < silent.index(HOTLINE)
    assert "has not answered lately, last called on 5 May 2026" in silent
    assert "no number has been dialled" not in silent.lower()
    assert HOTLINE not in text_of(client, f"{PUBLIC_PAGE}.vcf")
    tasks = text_of(client, "/en/staff/verification").partition('id="tasks"')[2].partition("</section>")[0]
    assert "0 800 501 720" in tasks
    act(database, phone, How.ANSWERED, NOW + 3 * DAY)
    assert follow(site)
    assert not follow(site)
    restored = text_of(client, PUBLIC_PAGE)
    assert restored.index(HOTLINE) < restored.index(LANDLINE)
    assert "answered on 6 May 2026" in restored
    assert "відповіли 6 травня 2026" in text_of(client, PUBLIC_PAGE.replace("/en/", "/uk/"))
    assert HOTLINE in text_of(client, f"{PUBLIC_PAGE}.vcf")
    assert 'id="tasks"' not in text_of(client, "/en/staff/verification")


def test_a_new_edition_keeps_what_was_heard(site: Flask, client: LintingClient, phone: Fact) -> None:
    database = database_of(site)
    act(database, phone, How.ANSWERED)
    follow(site)
    changed = SHIPPED.files[PATH].replace("  en: Landline", "  en: City line", 1)
    follower: Follower = site.extensions[FOLLOWER]
    with database.writing() as session:
        one = curation.begin_draft(
            session, PATH, changed.replace("    en: Landline", "    en: City line", 1), shipped=SHIPPED,
            change=Change.MINOR, note="", actor=EDITOR, now=NOW,
        )  # fmt: skip
        curation.submit(session, one.id, actor=EDITOR, now=NOW)
        curation.approve(session, one.id, actor="account:b", now=NOW)
        curation.publish(session, [one.id], shipped=SHIPPED, check=follower.press.check, actor="account:b", now=NOW)
    assert follow(site)
    page = text_of(client, PUBLIC_PAGE)
    assert "City line" in page
    assert "answered on 3 May 2026" in page


def test_a_body_whose_only_number_is_silent_says_so(site: Flask, client: LintingClient, edition: Edition) -> None:
    body = next(one for one in edition.part(Directory) if len(one.current_phones) == 1 and one.id == "sova-557")
    (fact, *_) = facts_of(body, 0)
    for days in range(3):
        act(database_of(site), fact, How.NO_ANSWER, NOW + days * DAY)
    follow(site)
    page = text_of(client, f"/en/organisations/{body.id}")
    assert "we know no other number of this body" in page
    assert f"tel:{fact.text}" in page, "the only number is still there, with what is known of it"
    assert "has not answered lately" in text_of(client, f"/en/organisations/?kind={body.kind}")


def test_wherever_a_number_is_offered_its_last_answer_stands_beside_it(settings: Settings, edition: Edition) -> None:
    day = date(2026, 5, 3)
    answered = {
        (body.id, phone.number): Heard(Line.ANSWERED, day, None, day, day)
        for body in edition.part(Directory)
        for phone in body.phones
    }
    client = LintingClient(create_app(settings, told(edition, answered, {})))
    plan = "who=civilian&civilian=no-contact&when=2026-04&place=UA-63&done=nothing"
    for address in ("", "wall", "search?q=102", f"plan?{plan}", f"plan/print?{plan}", "steps/child-call-102"):
        for language, words in (("uk", "відповіли 3 травня 2026"), ("en", "answered on 3 May 2026")):
            assert words in text_of(client, f"/{language}/{address}"), address
    about = text_of(client, "/en/about")
    assert f"So far {len(answered)} numbers of this directory were called" in about
    assert "the last one on 3 May 2026" in about


@pytest.mark.parametrize(
    ("language", "words"),
    [("uk", "ще ніхто не телефонував"), ("en", "So far nobody has called a number")],
)
def test_where_no_number_was_called_the_site_says_so_of_itself(
    settings: Settings, edition: Edition, language: str, words: str
) -> None:
    assert words in text_of(LintingClient(create_app(settings, edition)), f"/{language}/about")


def test_no_urgent_number_is_one_that_nobody_answers(site: Flask, client: LintingClient, edition: Edition) -> None:
    id_, number = URGENT[0]
    assert f"tel:{number}" in text_of(client, "/en/")
    (fact, *_) = [one for one in facts_of(edition.part(Directory)[id_], 0) if one.text == number]
    for days in range(3):
        act(database_of(site), fact, How.NO_ANSWER, NOW + days * DAY)
    follow(site)
    assert f"tel:{number}" not in text_of(client, "/en/")


def test_the_command_asks_only_the_links_it_is_told_to(site: Flask) -> None:
    done = site.test_cli_runner().invoke(args=["content", "check-links", "--base", "http://127.0.0.1:1/"])
    assert (done.exit_code, done.output) == (0, "0 links, 0 asked, 0 to look at\n")


def current(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(path|fact|what|region|speaks)" value="([^"]*)">', page))


@pytest.mark.parametrize("language", ["uk", "en"])
def test_after_an_outcome_the_next_fact_follows(client: LintingClient, language: str) -> None:
    address = f"/{language}/staff/verification"
    first = current(text_of(client, f"{address}?what=phone&region=UA-32"))
    answer = client.post(address, data={**first, "how": "no-answer", "note": "rang out"})
    assert answer.status_code == 303
    assert "region=UA-32" in answer.location
    second = current(text_of(client, answer.location))
    assert (second["path"], second["fact"]) != (first["path"], first["fact"])
    back = client.get(address, query_string={"path": first["path"], "fact": first["fact"]}).get_data(as_text=True)
    assert "rang out" in back
    mistake = re.search(r'action="([^"]+/mistake)"', back)
    assert mistake
    assert client.post(mistake[1]).status_code == 303
    assert client.post(mistake[1]).status_code == 404


def test_a_fact_is_taken_on_its_page_and_offered_to_nobody_else(
    site: Flask, client: LintingClient, gate: StandIn
) -> None:
    assert gate.who
    address, me = "/en/staff/verification", gate.who.reference
    first = current(text_of(client, address))
    taken = client.post(f"{address}/tasks/assign", data={**first, "seen": ""})
    assert taken.status_code == 303
    page = text_of(client, taken.location)
    assert "You see to this." in page
    assert "You see to 1 fact" in page
    fact_address = re.search(r'<td><a href="([^"]+)"', text_of(client, f"{address}/mine"))
    assert fact_address
    gate.who = replace(gate.who, account="second")
    second = current(text_of(client, address))
    assert second["fact"] != first["fact"], "it is not the next one for anybody else"
    other = text_of(client, unescape(fact_address[1]))
    assert f"{me} sees to this." in other
    late = client.post(f"{address}/tasks/assign", data={**first, "seen": ""})
    assert "Somebody else was quicker" in text_of(client, late.location)
    assert client.post(f"{address}/tasks/assign", data={**first, "to": "account:nobody"}).status_code == 400
    back = client.post(f"{address}/tasks/give_back", data=first)
    assert "Nobody has taken this yet" in text_of(client, back.location)


def test_what_does_not_fit_is_refused(client: LintingClient) -> None:
    address = "/en/staff/verification"
    first = current(text_of(client, address))
    for how in ("owner-confirmed", "outdated", "nonsense", ""):
        assert client.post(address, data={**first, "how": how}).status_code == 400
    assert client.post(address, data={**first, "fact": "phone:1", "how": "busy"}).status_code == 404


@pytest.mark.parametrize("what", ["phone", "email", "link", "rule", ""])
def test_every_kind_of_fact_has_its_list(client: LintingClient, what: str) -> None:
    assert 'id="current"' in text_of(client, f"/uk/staff/verification?what={what}")


def test_reviews_stand_in_a_calendar(site: Flask, client: LintingClient, phone: Fact) -> None:
    act(database_of(site), phone, How.ANSWERED, datetime.now(UTC) - 80 * DAY)
    assert "0 800 501 720" in text_of(client, "/en/staff/verification/calendar")
    assert "BEGIN:VEVENT" in text_of(client, "/en/staff/verification/calendar.ics")


def test_links_that_did_not_answer_are_listed(site: Flask, client: LintingClient) -> None:
    assert "have not been asked yet" in text_of(client, "/en/staff/verification/links")
    with database_of(site).writing() as session:
        for status in (404, 410):
            answers = [store.LinkAnswer("https://example.org/a", NOW, "gone", status, "")]
            actions.keep_link_answers(session, answers, [], actor="command:check-links", now=NOW)
    page = text_of(client, "/en/staff/verification/links")
    assert "is gone" in page
    assert "404" not in page, "the newest answer counts"


def test_an_editor_makes_a_link_and_the_body_corrects_its_card(site: Flask, client: LintingClient) -> None:
    desk = f"/en/staff/verification/bodies/{BODY}"
    assert "hotline@ombudsman.gov.ua" in text_of(client, desk)
    shown = client.post(f"{desk}/link", data={"do": "show"}).get_data(as_text=True)
    found = re.search(r"/uk/confirm/([\w-]{32})", shown)
    assert found
    assert found[1] not in text_of(client, desk), "shown once"
    stranger = LintingClient(site)
    address = f"/en/confirm/{found[1]}"
    page = stranger.get(address)
    assert page.status_code == 200
    assert (page.headers["X-Robots-Tag"], page.headers.get("Set-Cookie")) == ("noindex", None)
    names = re.findall(r'id="(f\d)-right"', page.get_data(as_text=True))
    assert len(names) == 5
    sent = stranger.post(address, data={"f0": "right", "f1": "wrong", "f1-text": "(044) 111-22-33", "remark": "Пишіть"})
    assert (sent.status_code, sent.headers.get("Set-Cookie")) == (303, None)
    assert "Thank you" in text_of(stranger, address)
    again = stranger.post(address, data={"f0": "wrong", "f0-text": "(044) 999-22-33"})
    assert again.status_code == 303
    page_now = text_of(stranger, address)
    assert "This link takes one answer and has had it" in page_now
    assert '<form method="post"' not in page_now
    with database_of(site).reading() as session:
        (draft,) = revisions.open_revisions(session, PATH)
    assert "'+380441112233'" in draft.text
    assert "Пишіть" in text_of(client, desk)
    assert follow(site)
    assert "confirmed by the body on" in text_of(client, PUBLIC_PAGE)
    ends = re.search(r'action="([^"]+/revoke)"', text_of(client, desk))
    assert ends
    assert client.post(ends[1]).status_code == 303
    assert stranger.get(address).status_code == 422


@pytest.mark.parametrize("language", ["uk", "en"])
def test_a_link_that_opens_nothing_says_only_that(client: LintingClient, language: str) -> None:
    page = client.get(f"/{language}/confirm/nothing")
    assert page.status_code == 422
    assert client.post(f"/{language}/confirm/nothing", data={"f0": "right"}).status_code == 422

"""Words of the interface that came back: differences at the entry, kept, judged by another, written at a release."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from flask import Flask

from app.accounts.model import PERMISSIONS, Role
from app.audit.model import Event
from app.audit.store import Wanted, records
from app.curation.translating.words import differences, read, spoken, written
from app.curation.wording import actions, store
from app.curation.wording.model import Message, NoProposalError, OwnWordsError, State
from app.storage.database import Database
from app.translations import FOLDER
from app.web.access import Actor
from app.web.database import database as database_of
from tests.lint import LintingClient, page
from tests.test_curation_pages import REVIEWER, client, gate, hidden, press, site
from tests.test_permissions import StandIn
from tests.test_po import FORMS, TEMPLATE, polish, said

__all__ = ["client", "gate", "site"]
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
CALL, COUNT = Message(("Call %(name)s",), ""), Message(("%(count)s text", "%(count)s texts"), "")
DESK = "/en/staff/translations/words"
TRANSLATOR = Actor("account:translator", frozenset(PERMISSIONS[Role.TRANSLATOR]))


def test_every_message_that_is_said_in_another_way_is_named_with_what_is_wrong_with_it() -> None:
    known = polish(call="Zadzwoń: %(name)s")
    other = polish(call="Dzwoń: %(name)s", count=("%(count)s tekst", "%(count)s teksty", "tekstów"))
    other.add("<b>Now</b>", "Teraz")
    other.add("Gone", "Nie ma")
    found = {one.source[0]: (one.before, one.after, one.faults) for one in differences(TEMPLATE, known, other)}
    assert found == {
        "Call %(name)s": (("Zadzwoń: %(name)s",), ("Dzwoń: %(name)s",), ()),
        "%(count)s text": (("", "", ""), ("%(count)s tekst", "%(count)s teksty", "tekstów"), ("placeholders differ",)),
        "<b>Now</b>": (("",), ("Teraz",), ("tags differ",)),
        "Gone": ((), ("Nie ma",), ("no longer used",)),
    }
    assert differences(TEMPLATE, known, known) == []


def test_what_fits_is_sent_through_the_form_without_loss() -> None:
    other = polish(call="Dzwoń: %(name)s\n„teraz”", count=FORMS)
    found = differences(TEMPLATE, polish(), other)
    again = read(written(spoken("pl", ((one.source, one.context, one.after) for one in found))))
    assert differences(TEMPLATE, polish(), again) == found
    assert [one.after for one in found] == [("Dzwoń: %(name)s\n„teraz”",), FORMS]


class Desk:
    """Proposals on a database: every deed in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = NOW

    def keep(self, text: str, by: str = "account:translator", message: Message = CALL) -> int:
        self.at += timedelta(minutes=1)
        with self.database.writing() as session:
            return actions.keep(session, "pl", [store.Words(message, (text,))], actor=by, now=self.at)

    def ids(self, *states: State) -> list[str]:
        with self.database.reading() as session:
            return [one.id for one in store.proposals(session, "pl", *states)]

    def texts(self, *states: State) -> list[str]:
        with self.database.reading() as session:
            return [one.text[0] for one in store.proposals(session, "pl", *states)]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_words_are_kept_once_and_accepted_by_another_person(desk: Desk) -> None:
    assert (desk.keep("Dzwoń"), desk.keep("Dzwoń", by="account:other")) == (1, 0)
    with desk.database.writing() as session:
        with pytest.raises(OwnWordsError):
            actions.accept(session, desk.ids(State.KEPT)[0], actor="account:translator", now=NOW)
        actions.accept(session, desk.ids(State.KEPT)[0], actor="account:reviewer", now=NOW)
        assert [one.text for one in actions.accepted(session, "pl")] == [("Dzwoń",)]
        kept = records(session, Wanted(event=Event.WORDS_KEPT))
        assert [(one.subject, dict(one.details)["count"]) for one in kept] == [("words:pl", "1")]
    assert desk.keep("Dzwoń") == 0, "what was accepted is not proposed again"
    with desk.database.writing() as session, pytest.raises(NoProposalError):
        actions.decline(session, desk.ids(State.ACCEPTED)[0], actor="account:reviewer", now=NOW)


def test_of_several_proposals_for_one_message_one_is_accepted(desk: Desk) -> None:
    for text in ("Pierwsze", "Drugie", "Trzecie"):
        desk.keep(text)
    desk.keep("Inne", message=COUNT)
    first, second, *_ = desk.ids(State.KEPT)
    for id_ in (first,):
        with desk.database.writing() as session:
            actions.accept(session, id_, actor="account:reviewer", now=NOW)
    assert desk.texts(State.DECLINED) == ["Drugie", "Trzecie"]
    assert desk.keep("Nowe") == 1
    with desk.database.writing() as session:
        actions.accept(session, desk.ids(State.KEPT)[-1], actor="account:reviewer", now=NOW)
        with pytest.raises(NoProposalError):
            actions.accept(session, second, actor="account:reviewer", now=NOW)
    assert desk.texts(State.ACCEPTED) == ["Nowe"], "the later acceptance takes the place of the earlier"
    assert desk.texts(State.KEPT) == ["Inne"]


def test_only_who_proposed_words_takes_them_back(desk: Desk) -> None:
    desk.keep("Dzwoń")
    with desk.database.writing() as session, pytest.raises(NoProposalError):
        actions.take_back(session, desk.ids(State.KEPT)[0], actor="account:other", now=NOW)
    with desk.database.writing() as session:
        actions.take_back(session, desk.ids(State.KEPT)[0], actor="account:translator", now=NOW)
    assert desk.ids(*State) == []


def sent(client: LintingClient, *changes: tuple[str, str], into: str = "uk") -> str:
    """Send a catalogue with these changes back and return the page of what differs."""
    catalogue = client.get(f"{DESK}/{into}").data.decode()
    for old, new in changes:
        assert old in catalogue
        catalogue = catalogue.replace(old, new)
    data = {"into": into, "file": (BytesIO(catalogue.encode()), "words.po")}
    answer = client.post(DESK, data=data, content_type="multipart/form-data")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_translator_keeps_words_and_a_reviewer_accepts_them_until_they_are_in_the_catalogue(
    site: Flask, client: LintingClient, gate: StandIn, tmp_path: Path
) -> None:
    gate.who = TRANSLATOR
    old = read(client.get(f"{DESK}/uk").data).get("Leave this page").string
    text = sent(
        client, (f'msgstr "{old}"', f'msgstr "{old} швидко"'),
        ('msgid "Question %(number)s"\nmsgstr "', 'msgid "Question %(number)s"\nmsgstr "%(what)s'),
    )  # fmt: skip
    assert "1 message fits" in text
    assert "1 message does not fit" in text
    assert "<ins> швидко</ins>" in text or "<ins>швидко</ins>" in text
    assert text.index("the placeholders such as") < text.index("швидко</ins>"), "what does not fit stands first"
    kept = press(client, f"{DESK}/keep", into="uk", words=document(text))
    assert "Another person accepts them" in page(client, kept)
    assert "Take back" in page(client, kept)
    assert "Accept<" not in page(client, kept)
    with database_of(site).reading() as session:
        id_ = store.proposals(session, "uk", State.KEPT)[0].id
    assert client.post(f"{DESK}/{id_}/accept").status_code == 403

    gate.who = REVIEWER
    accepted = page(client, press(client, f"{DESK}/{id_}/accept", into="uk"))
    assert "Accepted for the next release" in accepted
    folder, before = shutil.copytree(FOLDER, tmp_path / "translations"), site.config["TRANSLATIONS"]
    site.config["TRANSLATIONS"] = str(folder)
    result = site.test_cli_runner().invoke(args=["translations", "import-kept", "--language", "uk"])
    assert result.exception is None, result.exception
    assert (result.exit_code, result.output) == (0, "1 messages taken in, 0 refused\n")
    assert "Accepted for the next release" not in page(client, f"{DESK}?into=uk"), "it is seen in the catalogue"
    again = site.test_cli_runner().invoke(args=["translations", "import-kept", "--language", "uk"])
    assert again.output == "0 messages taken in, 0 refused\n"
    changed = read((folder / "uk" / "LC_MESSAGES" / "messages.po").read_bytes())
    shipped = read((FOLDER / "uk" / "LC_MESSAGES" / "messages.po").read_bytes())
    assert said(changed) == [
        (id_, f"{old} швидко" if id_ == "Leave this page" else string, fuzzy) for id_, string, fuzzy in said(shipped)
    ]
    site.config["TRANSLATIONS"] = before


def test_a_file_that_says_the_same_keeps_nothing(client: LintingClient, gate: StandIn) -> None:
    gate.who = TRANSLATOR
    assert "The file says the same as the catalogue." in sent(client)
    assert client.post(f"{DESK}/keep", data={"into": "en", "words": ""}).status_code == 404
    empty = written(Catalog(locale="pl")).decode()
    assert press(client, f"{DESK}/keep", into="pl", words=empty).endswith("done=nothing")


def document(text: str) -> str:
    return unescape(hidden(text, "words"))

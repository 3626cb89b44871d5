"""Translations on a database: outdated by a publication, confirmed in a draft, approved by a native reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from app.audit.model import Event
from app.audit.store import Wanted, records
from app.content.confirmed import CONFIRMED, What, standings
from app.content.library import Fault, Library
from app.content.store import live_digest, live_number, record_edition
from app.curation import actions as curation
from app.curation.model import Change, OwnWorkError, PathError, Revision
from app.curation.translating import actions, store
from app.curation.translating.model import Item, State, Written, coverage
from app.storage.database import Database
from tests.test_translation_states import CHANGED, EN, LONGER, SOURCE, TEXT, UK

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
AUTHOR, TRANSLATOR, REVIEWER = "account:author", "account:translator", "account:reviewer"
SHIPPED = Library.of({UK: SOURCE, EN: TEXT})
PL = "articles/way/pl.md"


def sound(_: Library) -> Sequence[Fault]:
    return ()


class Desk:
    """A desk on a database: every deed in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.shipped = SHIPPED

    def edit(self, text: str, path: str = UK, change: Change = Change.MEANING) -> None:
        """Bring a text to the readers."""
        with self.database.writing() as session:
            one = curation.begin_draft(
                session, path, text, shipped=self.shipped, change=change, note="", actor=AUTHOR, now=NOW
            )  # fmt: skip
        self.publish(one)

    def publish(self, one: Revision) -> None:
        with self.database.writing() as session:
            curation.submit(session, one.id, actor=one.saved_by, now=NOW)
            curation.approve(session, one.id, actor=REVIEWER, now=NOW)
            curation.rehearse(session, [one.id], shipped=self.shipped, check=sound, ready=self.rehearsed, now=NOW)
            curation.publish(session, [one.id], shipped=self.shipped, check=sound, actor=REVIEWER, now=NOW)
        with self.database.reading() as session:
            live = curation.live_library(session, self.shipped).digest
            assert live == live_digest(session), "what was checked is what is live"
            assert live == self.ready, "what was made ready is what is live"

    def rehearsed(self, library: Library) -> None:
        self.ready = library.digest

    def translate(self, said: Mapping[str, str], *, confirm: str = "", path: str = EN, version: int = 0) -> Revision:
        """Write what `said` gives by anchor; confirm those sections, or all with "all"."""
        with self.database.writing() as session:
            sheet = actions.sheet(session, path, shipped=self.shipped)
            written = [
                Written(
                    row, said.get(row.anchor, row.text), confirm == "all" or row.anchor in said or row.what is What.SAME
                )
                for row in sheet.rows
            ]
            return actions.write(
                session, path, written, version=version, shipped=self.shipped, actor=TRANSLATOR, now=NOW
            )  # fmt: skip

    def live(self) -> Library:
        with self.database.reading() as session:
            return curation.live_library(session, self.shipped)

    def item(self, path: str = EN) -> Item:
        code = path.rsplit("/", 1)[-1].removesuffix(".md")
        return next(one for one in coverage(self.live(), code) if one.path == path)


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.writing() as session:
        record_edition(session, SHIPPED.digest, NOW)
    return Desk(database)


def test_a_change_of_the_source_outdates_its_translation_until_it_is_confirmed(desk: Desk) -> None:
    assert desk.item().state is State.CURRENT
    desk.edit(CHANGED)
    assert (desk.item().state, desk.item().changed) == (State.OUTDATED, 1)
    draft = desk.translate({"один": "## One\n\nFirst, but other."})
    assert desk.item().state is State.OUTDATED, "a draft changes nothing for readers"
    desk.publish(draft)
    assert desk.item().state is State.CURRENT
    assert "First, but other." in desk.live().files[EN]
    assert CONFIRMED not in desk.live().files


def test_a_translation_that_still_fits_is_confirmed_without_a_change_of_its_text(desk: Desk) -> None:
    desk.edit(CHANGED)
    draft = desk.translate({}, confirm="all")
    assert draft.text == TEXT
    desk.publish(draft)
    assert desk.item().state is State.CURRENT


def test_what_was_not_confirmed_stays_outdated_after_the_publication(desk: Desk) -> None:
    desk.edit(CHANGED.replace("Друге.", "Друге, теж інше."))
    assert desk.item().changed == 2
    desk.publish(desk.translate({"один": "## One\n\nFirst, but other."}))
    assert desk.item().changed == 1


def test_a_minor_edit_outdates_neither_a_translation_nor_a_draft_of_one(desk: Desk) -> None:
    desk.edit(CHANGED)
    draft = desk.translate({"один": "## One\n\nFirst, but other."})
    desk.edit(CHANGED.replace("інше.", "інше!"), change=Change.MINOR)
    with desk.database.reading() as session:
        assert {row.what for row in actions.sheet(session, EN, shipped=desk.shipped).rows} == {What.SAME}
    desk.publish(draft)
    assert desk.item().state is State.CURRENT


def test_a_translator_sees_what_the_source_said_when_it_was_confirmed(desk: Desk) -> None:
    desk.edit(CHANGED)
    desk.edit(CHANGED.replace("інше.", "зовсім інше."))
    with desk.database.reading() as session:
        row = next(row for row in actions.sheet(session, EN, shipped=desk.shipped).rows if row.what is What.CHANGED)
    assert row.before == "## Один\n\nПерше."
    assert row.source == "## Один\n\nПерше, але зовсім інше."


def test_a_new_section_is_added_to_the_translation_at_its_place(desk: Desk) -> None:
    desk.edit(LONGER)
    assert desk.item().added == 1
    desk.publish(desk.translate({"посередині": "## Between\n\nNew."}))
    assert desk.live().files[EN] == TEXT.replace("edited: 2026-01-02", "edited: 2026-05-03").replace(
        "## Two", "## Between\n\nNew.\n\n## Two"
    )
    assert desk.item().state is State.CURRENT


def test_a_new_language_is_translated_from_nothing(desk: Desk) -> None:
    assert desk.item(PL).state is State.MISSING
    said = {
        "front-matter": "Droga\n\nDokąd iść.",
        "": "Początek.",
        "один": "## Raz\n\nPierwsze.",
        "два": "## Dwa\n\nDrugie.",
    }
    desk.publish(desk.translate(said, path=PL))
    assert desk.item(PL).state is State.CURRENT
    desk.edit(CHANGED)
    assert {desk.item(path).state for path in (EN, PL)} == {State.OUTDATED}


def test_a_draft_saved_by_another_since_is_not_overwritten(desk: Desk) -> None:
    draft = desk.translate({"один": "## One\n\nMine."})
    desk.translate({"один": "## One\n\nTheirs."}, version=draft.version)
    with pytest.raises(curation.ConflictError):
        desk.translate({"один": "## One\n\nMine again."}, version=draft.version)


def test_an_exported_edition_says_what_its_translations_stand_on(desk: Desk) -> None:
    desk.edit(CHANGED)
    exported = desk.live()
    assert set(standings(exported)) == {EN}
    assert next(one for one in coverage(exported, "en") if one.path == EN).state is State.OUTDATED
    with desk.database.writing() as session:
        proposed = curation.propose_files(
            session, exported, shipped=desk.shipped, change=Change.MEANING, note="", actor=AUTHOR, now=NOW
        )  # fmt: skip
    assert proposed.drafts == ()


def test_a_shipped_edition_that_knows_of_outdated_translations_is_believed(desk: Desk) -> None:
    desk.edit(CHANGED)
    desk.shipped = desk.live()
    with desk.database.writing() as session:
        session.query(store.StandingRow).delete()
    assert desk.item().state is State.OUTDATED


def test_a_native_reader_approves_a_live_text_once_and_for_that_text_only(desk: Desk) -> None:
    with desk.database.writing() as session:
        before = live_number(session)
        number = actions.approve_as_native(session, EN, shipped=desk.shipped, actor=REVIEWER, now=NOW)
        assert number == before + 1
    assert desk.item().is_native
    with desk.database.reading() as session:
        assert live_digest(session) == desk.live().digest
        assert store.native_readings(session)[EN] == store.NativeReading(REVIEWER, NOW)
        assert [one.event for one in records(session, Wanted(event=Event.TRANSLATION_READ))] == [Event.TRANSLATION_READ]
    desk.edit(TEXT.replace("First.", "Another first."), path=EN)
    assert not desk.item().is_native
    with desk.database.reading() as session:
        assert store.native_readings(session) == {}


def test_a_native_reading_stays_while_only_the_source_changes(desk: Desk) -> None:
    with desk.database.writing() as session:
        actions.approve_as_native(session, EN, shipped=desk.shipped, actor=REVIEWER, now=NOW)
    desk.edit(CHANGED)
    assert (desk.item().state, desk.item().is_native) == (State.OUTDATED, True)


def test_who_wrote_a_translation_does_not_approve_it_as_a_native_reader(desk: Desk) -> None:
    desk.publish(desk.translate({"один": "## One\n\nMine."}))
    with desk.database.writing() as session, pytest.raises(OwnWorkError):
        actions.approve_as_native(session, EN, shipped=desk.shipped, actor=TRANSLATOR, now=NOW)


@pytest.mark.parametrize("path", [PL, UK, "organisations/police.yaml"])
def test_only_a_live_translation_is_approved(desk: Desk, path: str) -> None:
    with desk.database.writing() as session, pytest.raises(PathError):
        actions.approve_as_native(session, path, shipped=desk.shipped, actor=REVIEWER, now=NOW)


def test_a_change_that_is_scheduled_is_dated_by_its_day(desk: Desk) -> None:
    with desk.database.writing() as session:
        one = curation.begin_draft(
            session, UK, CHANGED, shipped=SHIPPED, change=Change.MEANING, note="", actor=AUTHOR, now=NOW
        )  # fmt: skip
        curation.submit(session, one.id, actor=AUTHOR, now=NOW)
        curation.approve(session, one.id, actor=REVIEWER, now=NOW)
        curation.schedule(session, one.id, NOW + timedelta(days=2), actor=REVIEWER, now=NOW)
        curation.publish(session, [one.id], shipped=SHIPPED, check=sound, actor=REVIEWER, now=NOW + timedelta(days=2))
    assert set(standings(desk.live())[EN].since.values()) == {"2026-05-05"}

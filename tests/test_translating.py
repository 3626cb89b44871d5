"""Translations on a database: outdated by a publication, confirmed in a draft, approved by a native reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.audit.model import Event
from app.audit.store import Wanted, records
from app.content.confirmed import CONFIRMED, What, in_language, language_of, source_of, standings
from app.content.fields import file_of
from app.content.library import Fault, Library
from app.content.store import live_digest, live_number, record_edition
from app.curation import actions as curation
from app.curation.model import Change, OwnWorkError, PathError, Revision
from app.curation.translating import actions, store
from app.curation.translating.model import Item, State, Written, coverage
from app.curation.translating.xliff import Exchange, read, written
from app.storage.database import Database
from tests.test_translated_fields import BODY, CARD, ENGLISH, STEP, STEP_EN, STEP_UK
from tests.test_translated_fields import EN as CARD_EN
from tests.test_translation_states import CHANGED, EN, LONGER, SOURCE, TEXT, UK

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
AUTHOR, TRANSLATOR, REVIEWER = "account:author", "account:translator", "account:reviewer"
SHIPPED = Library.of({UK: SOURCE, EN: TEXT, BODY: CARD, STEP_UK: STEP, STEP_EN: ENGLISH})
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
        code = language_of(path)
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


def test_a_card_is_outdated_until_its_field_is_confirmed_and_its_file_stays_to_the_letter(desk: Desk) -> None:
    desk.edit(CARD.replace("Подайте заяву.", "Подайте дві."), path=BODY)
    assert (desk.item(CARD_EN).state, desk.item(CARD_EN).changed) == (State.OUTDATED, 1)
    with desk.database.reading() as session:
        row = next(
            row for row in actions.sheet(session, CARD_EN, shipped=desk.shipped).rows if row.what is not What.SAME
        )
        assert (row.anchor, row.before, row.source) == ("go_for", "Подайте заяву.", "Подайте дві.")
    draft = desk.translate({"go_for": "File two."}, path=CARD_EN)
    assert draft.text == CARD.replace("Подайте заяву.", "Подайте дві.").replace("File a statement.", "File two.")
    assert desk.item(CARD_EN).state is State.OUTDATED, "a draft changes nothing for readers"
    desk.publish(draft)
    assert desk.item(CARD_EN).state is State.CURRENT
    assert CONFIRMED not in desk.live().files


def test_a_field_that_still_fits_is_confirmed_without_a_change_of_the_file(desk: Desk) -> None:
    desk.edit(STEP.replace("Мазок.", "Мазок зі щоки."), path=STEP_UK)
    assert desk.item(STEP_EN).changed == 1
    draft = desk.translate({}, confirm="all", path=STEP_EN)
    assert draft.text == ENGLISH
    desk.publish(draft)
    assert desk.item(STEP_EN).state is State.CURRENT


def test_two_languages_of_one_card_are_confirmed_in_one_draft(desk: Desk) -> None:
    polish = in_language(CARD_EN, "pl")
    first = desk.translate({}, confirm="all", path=CARD_EN)
    said = {"name": "Policja", "go_for": "Złóż zawiadomienie."}
    second = desk.translate(said, path=polish, version=first.version)
    assert second.id == first.id
    desk.publish(second)
    assert (desk.item(polish).state, desk.item(polish).added) == (State.OUTDATED, 2)
    assert desk.item(CARD_EN).state is State.CURRENT
    assert "pl: Policja" in desk.live().files[BODY]


def test_what_a_translator_confirmed_is_not_what_an_editor_changed_in_the_same_draft(desk: Desk) -> None:
    with desk.database.writing() as session:
        one = curation.begin_draft(
            session, BODY, CARD.replace("Подайте заяву.", "Подайте дві."), shipped=desk.shipped, change=Change.MEANING,
            note="", actor=AUTHOR, now=NOW,
        )  # fmt: skip
    draft = desk.translate({"go_for": "File one."}, path=CARD_EN, version=one.version)
    assert draft.id == one.id
    desk.publish(draft)
    assert (desk.item(CARD_EN).state, desk.item(CARD_EN).changed) == (State.OUTDATED, 1)


def test_a_minor_edit_of_a_card_outdates_neither_its_translation_nor_one_that_waits(desk: Desk) -> None:
    desk.edit(STEP.replace("Мазок.", "Мазок зі щоки."), path=STEP_UK)
    draft = desk.translate({"lines.how": "A cheek swab."}, path=STEP_EN)
    desk.edit(STEP.replace("Мазок.", "Мазок зі щоки!"), path=STEP_UK, change=Change.MINOR)
    desk.publish(draft)
    assert desk.item(STEP_EN).state is State.CURRENT
    desk.edit(CARD.replace("Подайте заяву.", "Подайте заяву!"), path=BODY, change=Change.MINOR)
    assert desk.item(CARD_EN).state is State.CURRENT


def test_a_native_reader_approves_a_card_which_a_new_number_does_not_undo(desk: Desk) -> None:
    with desk.database.writing() as session:
        actions.approve_as_native(session, CARD_EN, shipped=desk.shipped, actor=REVIEWER, now=NOW)
    desk.edit(CARD.replace("'102'", "'112'"), path=BODY)
    assert desk.item(CARD_EN).is_native
    desk.edit(desk.live().files[BODY].replace("en: Police", "en: The police"), path=BODY)
    assert not desk.item(CARD_EN).is_native


@pytest.mark.parametrize("path", [CARD_EN, STEP_EN])
def test_a_fact_file_comes_back_from_a_tool_with_its_fields_and_nothing_else(desk: Desk, path: str) -> None:
    exchange = written_and_read(desk, path)
    anchor = exchange.files[0].units[-1].anchor
    target = exchange.files[0].units[-1].target
    units = (*exchange.files[0].units[:-1], replace(exchange.files[0].units[-1], target=f"{target} (new)"))
    changed = replace(exchange, files=(replace(exchange.files[0], units=units),))
    with desk.database.writing() as session:
        taken = actions.take_in(session, changed, shipped=desk.shipped, actor=TRANSLATOR, now=NOW)
    assert (len(taken.drafts), taken.refused, taken.left) == (1, (), ())
    had = SHIPPED.files[file_of(path)]
    assert taken.drafts[0].text == had.replace(target, f"{target} (new)"), anchor


def test_a_field_whose_source_changed_meanwhile_is_refused_from_a_tool(desk: Desk) -> None:
    exchange = written_and_read(desk, CARD_EN)
    desk.edit(CARD.replace("Подайте заяву.", "Подайте дві."), path=BODY)
    with desk.database.writing() as session:
        taken = actions.take_in(session, exchange, shipped=desk.shipped, actor=TRANSLATOR, now=NOW)
    assert [(one.path, one.anchor, one.has_changed) for one in taken.refused] == [
        (source_of(CARD_EN), "go_for", True)
    ]  # fmt: skip


def written_and_read(desk: Desk, path: str) -> Exchange:
    with desk.database.reading() as session:
        return read(written(actions.taken_out(session, "en", [path], shipped=desk.shipped)))

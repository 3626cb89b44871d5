"""The dates that a text tells follow from what its editor answered, and are typed by nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.config import ROOT
from app.content.library import Library
from app.content.store import record_edition
from app.curation import actions
from app.curation.dating import dated, told_dates
from app.curation.model import Change, Revision
from app.storage.database import Database

SHIPPED = Library.read(ROOT / "content")
ARTICLE, TRANSLATION, PAGE = "articles/four-lists/uk.md", "articles/four-lists/en.md", "pages/about/uk.md"
LIVE = SHIPPED.files[ARTICLE]
BEFORE = told_dates(ARTICLE, LIVE)
NOW = datetime(2026, 12, 30, 23, 30, tzinfo=UTC)
"""In Kyiv it is the next day already."""
TODAY = date(2026, 12, 31)


def test_a_change_of_meaning_moves_both_dates_and_a_minor_edit_only_that_of_editing() -> None:
    text = LIVE.replace("обліки", "записи")
    meaning = dated(ARTICLE, text, LIVE, change=Change.MEANING, day=TODAY)
    assert told_dates(ARTICLE, meaning) == {"edited": "2026-12-31", "meaning_changed": "2026-12-31"}
    minor = dated(ARTICLE, text, LIVE, change=Change.MINOR, day=TODAY)
    assert told_dates(ARTICLE, minor) == {"edited": "2026-12-31", "meaning_changed": BEFORE["meaning_changed"]}
    assert minor.replace("2026-12-31", BEFORE["edited"], 1) == text, "nothing else is touched"


@pytest.mark.parametrize("path", [TRANSLATION, PAGE])
def test_translations_and_pages_tell_when_they_were_edited_only(path: str) -> None:
    live = SHIPPED.files[path]
    text = dated(path, live + "\nMore.\n", live, change=Change.MEANING, day=TODAY)
    assert told_dates(path, text) == {"edited": "2026-12-31"}
    assert "meaning_changed" not in text


def test_a_typed_date_counts_for_nothing() -> None:
    typed = LIVE.replace(f"meaning_changed: {BEFORE['meaning_changed']}", "meaning_changed: 2031-01-01")
    assert dated(ARTICLE, typed, LIVE, change=Change.MINOR, day=TODAY) == LIVE, "it is all that was changed"
    minor = dated(ARTICLE, typed + "\nЩе.\n", LIVE, change=Change.MINOR, day=TODAY)
    assert told_dates(ARTICLE, minor)["meaning_changed"] == BEFORE["meaning_changed"]


def test_a_new_text_is_given_its_dates() -> None:
    new = "---\ntitle: Новий текст\nsummary: Про що цей текст, одним реченням.\n---\nedited: ні\n"
    text = dated(ARTICLE, new, "", change=Change.MINOR, day=TODAY)
    assert told_dates(ARTICLE, text) == {"edited": "2026-12-31", "meaning_changed": "2026-12-31"}
    assert text.endswith("\nmeaning_changed: 2026-12-31\n---\nedited: ні\n")


@pytest.mark.parametrize("path", ["sources.yaml", "articles/four-lists/asks.yaml", "organisations/ombudsman.yaml"])
def test_files_that_tell_no_dates_stay_as_they_are(path: str) -> None:
    assert dated(path, "edited: no\n", "edited: yes\n", change=Change.MEANING, day=TODAY) == "edited: no\n"


def published(database: Database, path: str, text: str, change: Change) -> Revision:
    with database.writing() as session:
        one = actions.begin_draft(
            session, path, text, shipped=SHIPPED, change=change, note="", actor="account:a", now=NOW
        )
        actions.submit(session, one.id, actor="account:a", now=NOW)
        actions.approve(session, one.id, actor="account:b", now=NOW)
        actions.publish(session, [one.id], shipped=SHIPPED, check=lambda _: (), actor="account:b", now=NOW)
    return one


def test_what_is_published_tells_its_dates_and_is_exported_so(database: Database) -> None:
    with database.writing() as session:
        record_edition(session, SHIPPED.digest, NOW)
    published(database, ARTICLE, LIVE + "\nЩе одне.\n", Change.MINOR)
    with database.reading() as session:
        live = actions.live_library(session, SHIPPED)
        assert told_dates(ARTICLE, live.files[ARTICLE]) == {**BEFORE, "edited": "2026-12-31"}
        assert actions.ground(session, SHIPPED, ARTICLE).text == live.files[ARTICLE]
    with database.writing() as session:
        again = actions.propose_files(
            session, live, shipped=SHIPPED, change=Change.MEANING, note="", actor="account:a", now=NOW
        )
    assert again.drafts == (), "a round trip proposes nothing"


def test_dates_do_not_clash_when_texts_are_merged(database: Database) -> None:
    """The draft changes the line beneath the dates; what was published meanwhile has changed the dates themselves."""
    with database.writing() as session:
        record_edition(session, SHIPPED.digest, NOW)
        draft = actions.begin_draft(
            session, ARTICLE, LIVE.replace("checked: {date: 2026-03", "checked: {date: 2026-12"), shipped=SHIPPED,
            change=Change.MINOR, note="", actor="account:c", now=NOW,
        )  # fmt: skip
        actions.submit(session, draft.id, actor="account:c", now=NOW)
        actions.approve(session, draft.id, actor="account:b", now=NOW)
    published(database, ARTICLE, LIVE + "\nЩе одне.\n", Change.MEANING)
    with database.writing() as session:
        merged = actions.bring_up_to_date(session, draft.id, shipped=SHIPPED, actor="account:c", now=NOW)
    assert "<<<<<<<" not in merged.text
    assert told_dates(ARTICLE, merged.text)["meaning_changed"] == "2026-12-31"
    upgraded = Library.of({**SHIPPED.files, ARTICLE: LIVE.replace(BEFORE["edited"], "2027-01-05") + "\nНове.\n"})
    with database.reading() as session:
        [waiting] = actions.to_merge(session, upgraded)
    assert "2026-12-31" not in waiting.merged.text, "the dates of the upgrade hold until the merge is published"

"""What translators and native readers do: translate beside the source, confirm section by section, approve a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.content.confirmed import (
    Print,
    What,
    in_language,
    is_prose,
    is_translation,
    parts,
    prints_at,
    source_of,
    standing_of,
    stands,
)
from app.content.fields import file_of
from app.content.library import Library
from app.content.store import lock_editions, move_edition
from app.curation import actions
from app.curation import store as revisions
from app.curation.model import Change, CurationError, PathError, Revision, StateError, authors, checked_review
from app.curation.translating import store
from app.curation.translating.model import (
    NOTHING,
    TARGETS,
    NoTitleError,
    Row,
    Written,
    assembled,
    earlier_sections,
    rows,
)
from app.curation.translating.xliff import (
    Exchange,
    Refused,
    SegmentState,
    Unit,
    XliffError,
    judged,
    of_rows,
)
from app.kernel.dates import KYIV
from app.kernel.languages import SOURCE
from app.storage.engine import Session


class NoSourceError(CurationError):
    """There is no live source text of which this would be the translation."""


@dataclass(frozen=True)
class Sheet:
    """The translators' page of one text. `draft` is the revision on the desk, None where none is begun.

    `text` is that of the draft, else of the live file that holds the translation; empty where there is none.
    """

    path: str
    source: str
    text: str
    draft: Revision | None
    rows: tuple[Row, ...]


def sheet(session: Session, path: str, *, shipped: Library) -> Sheet:
    """Return the sections of a translation beside those of its source. Raises PathError, NoSourceError."""
    return _sheet_over(session, path, actions.live_library(session, shipped), shipped)


def _sheet_over(session: Session, path: str, live: Library, shipped: Library) -> Sheet:
    source = _checked_source(path)
    if not stands(source, live.files):
        raise NoSourceError(source)
    id_ = revisions.on_desk(session, file_of(path))
    draft = revisions.get_revision(session, id_) if id_ else None
    text = draft.text if draft else live.files.get(file_of(path), "")
    confirmed = _stands_on(session, path, text, draft, live, shipped)
    file = file_of(source)
    earlier = [shipped.files.get(file, ""), *(one.text for one in revisions.history(session, file))]
    found = rows(
        source, live.files[file], path, text, confirmed=confirmed, old=earlier_sections(source, earlier)
    )  # fmt: skip
    return Sheet(path, source, text, draft, tuple(found))


def write(
    session: Session,
    path: str,
    written: Sequence[Written],
    *,
    version: int,
    shipped: Library,
    actor: str,
    now: datetime,
) -> Revision:
    """Save what a translator wrote of each row of the sheet as a draft, with what was confirmed.

    Raises PathError, NoSourceError, NoTitleError, StateError, and ConflictError where the draft is no longer the one
    that was read as `version`.
    """
    before = sheet(session, path, shipped=shipped)
    today = now.astimezone(KYIV).date()
    text, confirmed = assembled(path, before.text, written, today=today)
    if before.draft:
        saved = actions.save(
            session, before.draft.id, text, version=version, change=Change.MEANING, note=before.draft.note,
            actor=actor, now=now,
        )  # fmt: skip
    else:
        saved = actions.begin_confirmation(
            session, file_of(path), text, shipped=shipped, note="", actor=actor, now=now
        )  # fmt: skip
    store.put_draft_confirmation(session, saved.id, path, confirmed)
    return saved


def approve_as_native(session: Session, path: str, *, shipped: Library, actor: str, now: datetime) -> int:
    """Note that a native reader approves the live translation at `path`; return the number of the edition that says so.

    Raises PathError where none is live, and OwnWorkError for whoever wrote it.
    """
    _checked_source(path)
    lock_editions(session)
    live = actions.live_library(session, shipped)
    if not stands(path, live.files):
        raise PathError(path)
    newest = revisions.live_revision(session, file_of(path))
    if newest is not None:
        checked_review(actor, authors(revisions.steps(session, newest.id)))
    standing = standing_of(path, live.files, actions.standings(session, shipped))
    store.put_standings(session, {path: replace(standing, is_native=True)})
    store.put_native_reading(session, path, by=actor, at=now)
    record(session, Event.TRANSLATION_READ, actor=actor, subject=f"content:{path}", now=now)
    return move_edition(session, actions.live_library(session, shipped).digest, now)


def _checked_source(path: str) -> str:
    if not is_translation(path):
        raise PathError(path)
    return source_of(path)


def _stands_on(
    session: Session, path: str, text: str, draft: Revision | None, live: Library, shipped: Library
) -> tuple[Print, ...]:
    """Return what a translation was confirmed against; one that nobody was asked about stands on the live source."""
    if draft:
        said = store.draft_confirmations(session, [draft.id]).get(draft.id, {})
        if path in said:
            return said[path]
    now = prints_at(source_of(path), live.files)
    if not stands(path, live.files):
        return now
    found = standing_of(path, live.files, actions.standings(session, shipped)).sections
    return found if len(parts(path, text)) == len(found) or not is_prose(path) else now


def taken_out(session: Session, code: str, paths: Sequence[str], *, shipped: Library) -> Exchange:
    """Return these translations (or, where none exists yet, their sources) for translators' tools.

    Raises PathError, NoSourceError.
    """
    files = []
    live = actions.live_library(session, shipped)
    for path in paths:
        found = _sheet_over(session, path, live, shipped)
        said = [
            (*row.now, row.source, row.text, row.what is What.SAME)
            for row in found.rows
            if row.what is not What.REMOVED
        ]
        files.append(of_rows(found.source, said))
    return Exchange(SOURCE, code, tuple(files))


@dataclass(frozen=True)
class TakenIn:
    """What came of a file of translators' tools: drafts, units that were refused, texts that could not be saved."""

    drafts: tuple[Revision, ...]
    refused: tuple[Refused, ...]
    left: tuple[str, ...]


def take_in(session: Session, exchange: Exchange, *, shipped: Library, actor: str, now: datetime) -> TakenIn:
    """Save what translators' tools sent back as drafts, each unit of which the source still says the same.

    A text whose draft is in review, that lacks its source, or a new one without a title is left. What says nothing new
    makes no draft. Raises XliffError where it is no translation of the source language into one of the targets.
    """
    if exchange.source_language != SOURCE or exchange.target_language not in TARGETS:
        raise XliffError(f"from {exchange.source_language} into {exchange.target_language} is not translated here")
    drafts: list[Revision] = []
    refused: list[Refused] = []
    left: list[str] = []
    live = actions.live_library(session, shipped)
    for file in exchange.files:
        path = in_language(file.path, exchange.target_language)
        try:
            before = _sheet_over(session, path, live, shipped)
            taken, bad = judged(file, [row.now for row in before.rows if row.now != NOTHING])
            refused += bad
            units = {unit.anchor: unit for unit in taken}
            written = [_written(row, units) for row in before.rows]
            if all(one.text == one.row.text and one.is_confirmed == (one.row.what is What.SAME) for one in written):
                continue
            version = before.draft.version if before.draft else 0
            with session.begin_nested():
                drafts.append(write(session, path, written, version=version, shipped=shipped, actor=actor, now=now))
        except (PathError, NoSourceError, NoTitleError, StateError):
            left.append(path)
    return TakenIn(tuple(drafts), tuple(refused), tuple(left))


def _written(row: Row, units: Mapping[str, Unit]) -> Written:
    unit = units.get(row.anchor)
    if unit is None or row.what is What.REMOVED:
        return Written(row, row.text, row.what is What.SAME)
    return Written(row, unit.target, row.what is What.SAME or unit.state is not SegmentState.INITIAL)

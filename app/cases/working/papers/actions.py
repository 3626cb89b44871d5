"""Keeping copies of a family's papers in its case: add, open, remove. Only who helps with the case opens them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.cases.actions import Who, locked_case, told
from app.cases.model import Case, Happened
from app.cases.working.papers import store
from app.extracts.evidence import Paper
from app.kernel.dates import as_utc
from app.storage.engine import Session
from app.storage.files import OpenedFile, SameFileError, delete_unused, open_file, receive_beside
from app.storage.shelf import Shelf
from app.storage.uploads import Accepted


class NoPaperError(LookupError):
    """The case has no such paper, or no longer."""


@dataclass(frozen=True)
class Kept:
    """A paper as the pages of its case list it."""

    id: str
    file_id: str
    kind: Paper
    name: str = field(repr=False)
    size_bytes: int
    by: str
    added_at: datetime


def papers_of(session: Session, case: Case) -> Sequence[Kept]:
    """Return the papers of a case, the oldest first."""
    return [
        Kept(row.id, row.file_id, Paper(row.kind), file.name, row.size_bytes, row.by, as_utc(row.added_at))
        for row, file in store.papers(session, case.id)
    ]


def add_paper(
    session: Session, shelf: Shelf, id_: str, accepted: Accepted, *, name: str, kind: Paper, who: Who, now: datetime
) -> None:
    """Add an accepted file to a case; the same file once more changes nothing.

    Raises TooManyFilesError, ShelfUnreachableError, UnknownCaseError, ClosedError.
    """
    case = locked_case(session, id_, who=who)
    there = [file for _, file in store.papers(session, id_)]
    try:
        file_id = receive_beside(session, shelf, accepted, there, name=name, now=now)
    except SameFileError:
        return
    size = len(accepted.content)
    paper = store.add(session, case, file_id=file_id, kind=kind, size_bytes=size, by=who.reference, now=now)
    record(session, Event.FILE_RECEIVED, actor=who.reference, subject=f"file:{file_id}", now=now)
    told(
        session, case, Happened.PAPER_ADDED, Event.CASE_WORKED, by=who.reference, now=now, about=paper, part="paper"
    )  # fmt: skip


def read_paper(session: Session, shelf: Shelf, case: Case, paper: str, *, who: Who, now: datetime) -> OpenedFile:
    """Return a paper of a case that was opened for `who`; recorded. Raises NoPaperError, and as files do."""
    row = store.find(session, case.id, paper)
    if row is None:
        raise NoPaperError(paper)
    record(session, Event.FILE_READ, actor=who.reference, subject=f"file:{row.file_id}", now=now)
    return open_file(session, shelf, row.file_id)


def remove_paper(session: Session, shelf: Shelf, id_: str, paper: str, *, who: Who, now: datetime) -> None:
    """Remove a paper from a case; gone already is no error. A request that has it, too, keeps it.

    Raises UnknownCaseError, ClosedError.
    """
    case = locked_case(session, id_, who=who)
    row = store.find(session, id_, paper)
    if row is None:
        return
    file_id = row.file_id
    store.remove(session, row)
    if delete_unused(session, shelf, file_id):
        record(session, Event.FILE_DELETED, actor=who.reference, subject=f"file:{file_id}", now=now)
    told(
        session, case, Happened.PAPER_REMOVED, Event.CASE_WORKED, by=who.reference, now=now, about=paper, part="paper"
    )  # fmt: skip

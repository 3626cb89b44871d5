"""Marking issued extracts that no longer say what the register holds; letters to holders who agreed to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.documents.code import ExtractNumber
from app.extracts import store as filed
from app.extracts.actions import locked_row, request_row, tell_news
from app.extracts.desk.decision import Validity
from app.extracts.desk.store import IssuedRow, issued_on
from app.extracts.model import Channel
from app.extracts.newer import store
from app.extracts.newer.printed import printed, standing_at
from app.kernel.dates import as_utc
from app.outbox.actions import assign
from app.outbox.model import Task
from app.register.entries.actions import Record, records_of, same_person
from app.register.entry import current, read_entry
from app.storage.database import Database
from app.storage.engine import Session

WORKER = "command:worker"


@dataclass(frozen=True)
class Wish:
    """Whether the entry has changed since the extract of a request, and what its applicant wants to hear of it.

    `can_tell` is False where there is no letter at all: no address was given, or none is wanted.
    """

    is_outdated: bool
    tells: bool
    can_tell: bool


def look_again(session: Session, entry: int, *, issued: str, now: datetime) -> None:
    """Have an extract compared with the entry once both it and whatever was changed meanwhile are committed.

    Whoever issues has read the entry before; a correction made in between would find no extract to mark yet.
    """
    assign(session, Task.ENTRY_CHANGED, f"entry:{entry}", key=f"entry-changed:extract:{issued}", now=now)


def check_issued(database: Database, subject: str, *, now: datetime) -> None:
    """Compare the extracts on an entry, and on all that were merged with it, with what the register holds now.

    One that says something else is marked, once, and its holder told by letter where they agreed; one that says the
    same again, because a mistake was taken back, is unmarked. Done twice, it changes nothing. `subject` is such as
    ``entry:12``.
    """
    number = int(subject.removeprefix("entry:"))
    with database.writing() as session:
        root, entries = same_person(session, number)
        issued = store.lock_valid(session, entries)
        if not issued:
            return
        # Read after the lock: two workers on one entry must not judge by what the slower one saw.
        held = records_of(session, entries)
        for row in issued:
            _mark(session, row, _says_the_same(row, held, root), now)


def _says_the_same(row: IssuedRow, held: dict[int, Record], root: int) -> bool:
    own, now = held[row.entry or 0], held[root]
    said = printed(read_entry(row.person, row.rest), standing_at(own.history, as_utc(row.issued_at)))
    return said == printed(now.entry, current(now.history))


def _mark(session: Session, row: IssuedRow, says_the_same: bool, now: datetime) -> None:
    if says_the_same is (row.outdated_at is None):
        return
    request = request_row(session, row.request_id)
    told = {"actor": WORKER, "subject": f"request:{request.reference}", "extract": f"extract:{_number(row)}"}
    if says_the_same:
        row.outdated_at = None
        record(session, Event.EXTRACT_CURRENT, now=now, **told)
        return
    row.outdated_at = now
    record(session, Event.EXTRACT_OUTDATED, now=now, **told)
    if request.tells_newer:
        tell_news(session, request, deed=f"newer:{_number(row)}:{now.timestamp():.6f}", now=now)


def wish(session: Session, id_: str) -> Wish:
    """Return what stands on the page of a request about later changes. Raises UnknownRequestError."""
    row = request_row(session, id_)
    issued = issued_on(session, id_)
    return Wish(
        is_outdated=issued is not None and issued.outdated_at is not None and issued.state == Validity.VALID,
        tells=row.tells_newer,
        can_tell=bool(row.email) and row.channel != Channel.PAGE_ONLY,
    )


def agree_to_letters(session: Session, id_: str, *, now: datetime) -> None:
    """Write to the applicant when the entry has changed later. Raises UnknownRequestError."""
    row = locked_row(session, id_)
    if not row.tells_newer:
        row.tells_newer = True
        _record(session, Event.NEWER_LETTERS_AGREED, row, now)


def stop_letters(session: Session, id_: str, *, now: datetime) -> None:
    """Write to the applicant no more when the entry has changed. Raises UnknownRequestError."""
    row = locked_row(session, id_)
    if row.tells_newer:
        row.tells_newer = False
        _record(session, Event.NEWER_LETTERS_STOPPED, row, now)


def _record(session: Session, event: Event, row: filed.RequestRow, now: datetime) -> None:
    record(session, event, actor=f"family:{row.reference}", subject=f"request:{row.reference}", now=now)


def _number(row: IssuedRow) -> str:
    return str(ExtractNumber(row.year, row.number))

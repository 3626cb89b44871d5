"""Telling families that their case will be erased, and erasing: when its day has come, or when they ask for it."""

from __future__ import annotations

from datetime import date, datetime

from app.audit.model import Event
from app.cases import store as cases
from app.cases.actions import UnknownCaseError, Who, case_of, case_row, told
from app.cases.keeping import store
from app.cases.keeping.model import NOTICE, is_erasure_due, is_notice_due
from app.cases.model import Happened, State
from app.kernel.dates import KYIV, as_utc
from app.outbox.actions import enqueue
from app.outbox.model import Kind, Message
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.files import delete_unused
from app.storage.shelf import Shelf

SITE = "command:cases-keep"
"""How the audit names what is done because a day has come."""

_BATCH = 50


class StillOpenError(Exception):
    """An open case is closed first: somebody still works on it."""


def keep(database: Database, shelf: Shelf, *, now: datetime) -> tuple[int, int]:
    """Tell the families whose cases will be erased, and erase those whose day has come.

    Returns how many were told and how many were erased. Harmless at any time and beside other workers.
    """
    noticed = erased = 0
    today = _day(now)
    while True:
        done = 0
        with database.writing() as session, cases.everywhere(session):
            for row in store.due(session, today, _BATCH):
                told_on = _day(as_utc(row.noticed_at)) if row.noticed_at else None
                if row.erase_on is None:
                    continue
                if is_notice_due(row.erase_on, told_on, today):
                    _give_notice(session, row, now)
                    noticed, done = noticed + 1, done + 1
                elif is_erasure_due(row.erase_on, told_on, today):
                    erase_row(session, shelf, row, by=SITE, now=now)
                    erased, done = erased + 1, done + 1
        if not done:
            return noticed, erased


def erase(session: Session, shelf: Shelf, id_: str, *, who: Who, now: datetime) -> None:
    """Erase a closed case at once, because its family wishes so. Only whoever leads can; it cannot be undone.

    Raises UnknownCaseError, StillOpenError.
    """
    case_row(session, id_, who=who)
    row = cases.lock_case(session, id_)
    if row is None or not who.leads:
        raise UnknownCaseError(id_)
    if row.state == State.OPEN:
        raise StillOpenError(id_)
    erase_row(session, shelf, row, by=who.reference, now=now)


def erase_row(session: Session, shelf: Shelf, row: cases.CaseRow, *, by: str, now: datetime) -> None:
    """Erase a case that is locked. Its reference and its days stay, so that nobody asks where it went."""
    files = store.empty(session, row)
    row.state, row.erase_on = State.ERASED.value, _day(now)
    told(session, row, Happened.ERASED, Event.CASE_ERASED, by=by, now=now)
    for id_ in files:
        delete_unused(session, shelf, id_)


def _give_notice(session: Session, row: cases.CaseRow, now: datetime) -> None:
    row.noticed_at = now
    told(session, row, Happened.NOTICE_GIVEN, Event.CASE_NOTICED, by=SITE, now=now)
    contact = case_of(session, row, now=now).contact
    if contact.email and not row.is_training:
        day = max(row.erase_on or _day(now), _day(now + NOTICE))
        until = datetime(day.year, day.month, day.day, tzinfo=KYIV)
        details = {"path": f"/{row.language}/family/open", "until": until.isoformat()}
        message = Message(Kind.CASE_TO_BE_ERASED, contact.email, row.language, details)
        enqueue(session, message, key=f"case-notice:{row.id}:{now:%Y%m%d}", now=now)


def _day(now: datetime) -> date:
    return now.astimezone(KYIV).date()

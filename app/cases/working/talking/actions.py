"""Writing in a case: a note for helpers, a message to the family, and what the family writes on its own page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.audit.model import Event
from app.cases.actions import ClosedError, UnknownCaseError, Who, locked_case, told
from app.cases.model import Case, Happened, State
from app.cases.store import CaseRow, lock_case
from app.cases.working.model import Due, Why
from app.cases.working.talking import store
from app.cases.working.talking.model import Message, Note, is_family, words
from app.extracts.draft import Page, email_of, read_answers
from app.extracts.model import Channel
from app.kernel.dates import KYIV, as_utc
from app.outbox.actions import enqueue
from app.outbox.model import Kind
from app.outbox.model import Message as Letter
from app.storage.engine import Session


def notes_of(session: Session, case: Case) -> Sequence[Note]:
    """Return the notes of a case for its helpers, the newest first."""
    return [Note(row.id, as_utc(row.at), row.by, row.text) for row in store.notes(session, case.id)]


def write_note(session: Session, id_: str, text: str, *, who: Who, now: datetime) -> None:
    """Write a note that helpers alone read. Raises NoWordsError, UnknownCaseError, ClosedError."""
    text = words(text)
    case = locked_case(session, id_, who=who)
    note = store.add_note(session, case, text, by=who.reference, now=now)
    told(session, case, Happened.NOTE_ADDED, Event.CASE_WORKED, by=who.reference, now=now, about=note, part="note")


def messages_of(session: Session, case: Case) -> Sequence[Message]:
    """Return the messages of a case, the newest first, as both sides see them."""
    return [
        Message(row.id, as_utc(row.at), row.by, row.text, as_utc(row.read_at) if row.read_at else None)
        for row in store.messages(session, case.id)
    ]


def read_messages(session: Session, case: Case, *, now: datetime) -> Sequence[Message]:
    """Return the messages to a helper of the case, and note that what the family wrote is read while it is open."""
    found = messages_of(session, case)
    if case.state is State.OPEN:
        store.mark_read(session, [row for row in store.messages(session, case.id) if is_family(row.by)], now)
    return found


def read_own_messages(session: Session, case: Case, *, now: datetime) -> Sequence[Message]:
    """Return the messages to the family on its own page, and note that what its helpers wrote is read."""
    found = messages_of(session, case)
    store.mark_read(session, [row for row in store.messages(session, case.id) if not is_family(row.by)], now)
    return found


def write_message(session: Session, id_: str, text: str, *, who: Who, now: datetime) -> None:
    """Write to the family, who reads it on its own page; a letter says that there is news there, where it may.

    Raises NoWordsError, UnknownCaseError, ClosedError.
    """
    text = words(text)
    case = locked_case(session, id_, who=who)
    message = store.add_message(session, case, text, by=who.reference, now=now)
    told(
        session, case, Happened.MESSAGE_SENT, Event.CASE_WORKED, by=who.reference, now=now, about=message,
        part="message",
    )  # fmt: skip
    tell_news(session, case, deed=f"message:{message}", now=now)


def write_own_message(session: Session, case: Case, text: str, *, now: datetime) -> None:
    """Keep what a family writes to its helpers on its own page, which is open (`own_case`).

    Raises NoWordsError, and ClosedError where nobody would read it any more.
    """
    text = words(text)
    row = lock_case(session, case.id)
    if row is None:
        raise UnknownCaseError(case.id)
    if row.state != State.OPEN:
        raise ClosedError(case.id)
    by = f"family:{row.reference}"
    message = store.add_message(session, row, text, by=by, now=now)
    told(session, row, Happened.MESSAGE_CAME, Event.CASE_WORKED, by=by, now=now, about=message, part="message")


def due(session: Session, cases: Sequence[CaseRow]) -> list[Due]:
    """Return in which of these cases the family has written and nobody has read it, on the day of the first such."""
    found: dict[str, Due] = {}
    for row in store.unread(session, [case.id for case in cases]):
        day = as_utc(row.at).astimezone(KYIV).date()
        found.setdefault(row.case_id, Due(row.case_id, day, Why.MESSAGE, "", "case_talk.talk", {}))
    return list(found.values())


def tell_news(session: Session, case: CaseRow, *, deed: str, now: datetime) -> None:
    """Write to the family that there is news on its page, once for each `deed`; the letter says nothing else.

    Nothing is written where the family gave no e-mail address, or wants no letters; nor to a family in training.
    """
    answers = read_answers(case.answers or "")
    address = email_of(answers)
    if case.is_training or not address or answers.get(Page.CONTACT, {}).get("channel") == Channel.PAGE_ONLY:
        return
    details = {"path": f"/{case.language}/family/open", "reference": case.reference}
    enqueue(session, Letter(Kind.CASE_NEWS, address, case.language, details), key=f"case-news:{deed}", now=now)

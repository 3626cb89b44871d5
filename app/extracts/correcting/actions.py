"""Sending a correction request once, following it, and what registrars do with it until it is answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.documents.code import ExtractNumber
from app.extracts import actions as requests
from app.extracts import store as filed
from app.extracts.actions import UnknownRequestError, request_row, tell_news
from app.extracts.correcting import store
from app.extracts.correcting.correction import (
    Cause,
    Correction,
    Ground,
    Outcome,
    State,
    explained_by,
    likely_causes,
)
from app.extracts.desk.store import issued_on
from app.extracts.draft import applicant, claim, read_answers
from app.extracts.model import Applicant, Claim
from app.extracts.request import Happened
from app.kernel.dates import as_utc
from app.register.entries import actions as register
from app.storage.engine import Session

LONGEST = 4000
"""Characters of what a family writes, or is answered."""

PAGE = 25
"""Correction requests of one page of the list."""


class NotOfferedError(Exception):
    """No extract was issued on the request: there is nothing to put right yet."""


class NothingSaidError(ValueError):
    """Neither a cause was ticked nor anything written."""


class NoAnswerError(ValueError):
    """The text to the family is missing."""


class UnknownCorrectionError(LookupError):
    """There is no such correction request."""


class ClosedError(Exception):
    """Somebody has answered the correction request. Look at it anew."""


@dataclass(frozen=True)
class Offer:
    """A correction request as it is ready to be sent: from what the family asked for and what the extract said."""

    ground: Ground
    claim: Claim = field(repr=False)
    applicant: Applicant = field(repr=False)
    causes: Sequence[Cause]
    number: str
    issued_at: datetime


@dataclass(frozen=True)
class Listed:
    """A correction request as a line of the list: nothing personal is in it."""

    correction: Correction
    reference: str


@dataclass(frozen=True)
class Candidate:
    """An entry that may be meant, with the causes that would explain why it was not found or is wrong."""

    found: register.Found
    causes: Sequence[Cause]


@dataclass(frozen=True)
class Case:
    """Everything that an officer sees of a correction request."""

    correction: Correction
    request: str
    reference: str
    language: str
    claim: Claim = field(repr=False)
    papers: Sequence[requests.Attached] = field(repr=False)
    candidates: Sequence[Candidate] = field(repr=False)
    entry: int
    """Number of the entry that the extract was issued on, 0 where it said that there is none."""
    number: str


# The family's side


def offer(session: Session, id_: str) -> Offer:
    """Return the correction request that is ready to be sent. Raises UnknownRequestError, NotOfferedError."""
    return _offer(session, request_row(session, id_))


def send(session: Session, id_: str, causes: Collection[str], text: str, *, now: datetime) -> Correction:
    """Send a correction request; while one is open, pressing again returns that one.

    Causes that are not offered are dropped. Raises UnknownRequestError, NotOfferedError, NothingSaidError.
    """
    row = filed.lock_request(session, id_)
    if row is None:
        raise UnknownRequestError(id_)
    for earlier in store.of_request(session, id_):
        if earlier.state == State.OPEN:
            return earlier.correction
    offered = _offer(session, row)
    ticked, text = [cause for cause in offered.causes if cause in causes], text.strip()[:LONGEST]
    if not ticked and not text:
        raise NothingSaidError
    sent = store.add(session, id_, offered.ground, ticked, text, now=now)
    filed.add_event(session, id_, Happened.CORRECTION_SENT, now)
    actor = f"family:{row.reference}"
    record(session, Event.CORRECTION_SENT, actor=actor, subject=row.subject, now=now)
    return sent.correction


def of_request(session: Session, id_: str) -> Sequence[Correction]:
    """Return the correction requests of a request, the oldest first."""
    return [row.correction for row in store.of_request(session, id_)]


# The desk


def list_corrections(
    session: Session, state: State, *, actor: str, now: datetime, after: tuple[datetime, str] | None = None
) -> tuple[Sequence[Listed], tuple[datetime, str] | None]:
    """Return one page of the list and the place behind which the next begins, or None; recorded."""
    found = store.in_state(session, state, limit=PAGE + 1, after=after)
    shown = found[:PAGE]
    record(session, Event.CORRECTIONS_LISTED, actor=actor, subject="corrections", now=now, count=str(len(shown)))
    last = (as_utc(shown[-1][0].sent_at), shown[-1][0].id) if len(found) > PAGE else None
    return [Listed(row.correction, request.reference) for row, request in shown], last


def read_correction(session: Session, id_: str, *, actor: str, now: datetime) -> Case:
    """Return a correction request beside the entries that may be meant; recorded. Raises UnknownCorrectionError."""
    row, request = _found(session, id_)
    asked = claim(read_answers(request.answers))
    told = {"namesake": "yes"} if register.is_namesake(session, actor, asked.person) else {}
    record(session, Event.CORRECTION_READ, actor=actor, subject=request.subject, now=now, **told)
    found = register.search(session, asked.person, actor=actor, now=now, subject=request.subject)
    issued = issued_on(session, request.id)
    return Case(
        correction=row.correction,
        request=request.id,
        reference=request.reference,
        language=request.language,
        claim=asked,
        papers=requests.papers_of(session, request.id),
        candidates=[Candidate(one, explained_by(one.match.comparison)) for one in found],
        entry=(issued.entry or 0) if issued else 0,
        number=str(ExtractNumber(issued.year, issued.number)) if issued else "",
    )


def close(session: Session, id_: str, outcome: Outcome, text: str, *, actor: str, now: datetime) -> None:
    """Answer a correction request, once; the family is told by letter that there is news.

    Raises UnknownCorrectionError, ClosedError, NoAnswerError.
    """
    text = text.strip()[:LONGEST]
    if not text:
        raise NoAnswerError
    request = _found(session, id_)[1]
    row = store.lock(session, id_)
    if row is None or row.state != State.OPEN:
        raise ClosedError
    filed.lock_request(session, request.id)
    row.state, row.outcome, row.answer = State.DONE.value, outcome.value, text
    row.closed_by, row.closed_at = actor, now
    filed.add_event(session, request.id, Happened.CORRECTION_ANSWERED, now)
    record(session, Event.CORRECTION_CLOSED, actor=actor, subject=request.subject, now=now, outcome=outcome.value)
    tell_news(session, request, deed=f"correction:{id_}", now=now)


def _offer(session: Session, row: filed.RequestRow) -> Offer:
    issued = issued_on(session, row.id)
    if issued is None:
        raise NotOfferedError
    answers = read_answers(row.answers)
    asked = claim(answers)
    ground = Ground.NO_ENTRY if issued.entry is None else Ground.WRONG
    return Offer(
        ground=ground,
        claim=asked,
        applicant=applicant(answers),
        causes=likely_causes(ground, asked.person.born),
        number=str(ExtractNumber(issued.year, issued.number)),
        issued_at=as_utc(issued.issued_at),
    )


def _found(session: Session, id_: str) -> tuple[store.CorrectionRow, filed.RequestRow]:
    found = store.find(session, id_)
    if found is None:
        raise UnknownCorrectionError(id_)
    return found

"""What registrars do with requests, from the queue to the issue, and what the family is told and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from app.accounts.model import apart
from app.audit.actions import record
from app.audit.model import Event
from app.documents.actions import keep
from app.documents.code import ExtractNumber, new_code
from app.documents.verify import sha256_of
from app.extracts import actions as requests
from app.extracts import store as filed
from app.extracts.actions import locked_row, request_row, tell_news
from app.extracts.desk import store
from app.extracts.desk.conflicts import actions as conflicts
from app.extracts.desk.conflicts.model import Conflict, Ground, Ruling
from app.extracts.desk.decision import (
    Draw,
    Outcome,
    Proposal,
    Reason,
    Sheet,
    Step,
    Validity,
    Verdict,
    proposed,
    written,
)
from app.extracts.draft import Answers, read_answers
from app.extracts.model import Kinship, Purpose
from app.extracts.newer.actions import look_again
from app.extracts.repeating.actions import replace_older
from app.extracts.request import OPEN, Deed, Entry, Happened, State, StateError, after
from app.kernel.dates import KYIV, as_utc
from app.register.entries import actions as register
from app.register.entry import current
from app.register.person import Person, read_person
from app.storage.engine import Session
from app.storage.files import OpenedFile, open_file
from app.storage.shelf import Shelf

PAGE = 25
"""Requests of one page of the queue."""


class NoMatchError(Exception):
    """An extract was proposed on a request that is matched to no entry."""


class EmptyQueueError(LookupError):
    """Every request that can be worked on has its officer."""


class NoPaperError(LookupError):
    """The request has no such paper."""


class NoExtractError(LookupError):
    """No extract was issued on the request, or it was withdrawn."""


@dataclass(frozen=True)
class Queued:
    """A request as a line of the queue: nothing personal is in it."""

    id: str
    reference: str
    state: State
    kinship: Kinship
    purposes: Sequence[Purpose]
    filed_at: datetime
    due_on: date
    assigned_to: str


@dataclass(frozen=True)
class Question:
    """What staff asked and the applicant answered; `answer` is empty while it waits."""

    id: str
    text: str = field(repr=False)
    asked_at: datetime
    asked_by: str
    answer: str = field(default="", repr=False)
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Relative:
    """Another request on the same person, as staff see it in the family circle."""

    request: Queued
    entry: int
    differs: bool
    """Whether it is matched to another entry than the one that is looked at: one of the two is wrong."""


@dataclass(frozen=True)
class Dossier:
    """Everything that an officer sees of a request."""

    request: Queued
    language: str
    claim: Person = field(repr=False)
    answers: Answers = field(repr=False)
    """What the applicant wrote on every page."""
    papers: Sequence[requests.Attached] = field(repr=False)
    history: Sequence[Entry]
    questions: Sequence[Question] = field(repr=False)
    proposals: Sequence[Proposal] = field(repr=False)
    candidates: Sequence[register.Found] = field(repr=False)
    circle: Sequence[Relative]
    conflicts: Sequence[Conflict] = field(repr=False)
    """Those of every request on the same person."""
    entry: int
    repeats: Queued | None
    """The request of the same applicant whose extract this one is to update."""
    examined: frozenset[str]
    """Ids of the files that were examined with that request."""


@dataclass(frozen=True)
class Told:
    """What an applicant is told by staff: questions, and the decision once there is one."""

    questions: Sequence[Question] = field(repr=False)
    outcome: Outcome | None = None
    reason: Reason | None = None
    step: Step | None = None
    text: str = field(default="", repr=False)
    number: str = ""


@dataclass(frozen=True)
class Issued:
    """An extract that was issued: its number as it is printed, its code, and the id of its file."""

    number: str
    code: str = field(repr=False)
    file_id: str


# The queue


def list_queue(
    session: Session, sieve: store.Sieve, *, actor: str, now: datetime, after: tuple[datetime, str] | None = None
) -> tuple[Sequence[Queued], tuple[datetime, str] | None]:
    """Return one page of the queue and the place behind which the next begins, or None; recorded."""
    rows = store.queue(session, sieve, limit=PAGE + 1, after=after)
    shown = rows[:PAGE]
    record(session, Event.REQUESTS_LISTED, actor=actor, subject="queue", now=now, count=str(len(shown)))
    last = (as_utc(shown[-1].filed_at), shown[-1].id) if len(rows) > PAGE else None
    return [_queued(row) for row in shown], last


def take(session: Session, id_: str, *, account: str, now: datetime) -> None:
    """Take an open request, also one that another officer has. Raises UnknownRequestError, StateError."""
    _assign(session, _open(session, id_), account, now)


def take_next(session: Session, *, account: str, now: datetime) -> str:
    """Take the request that has waited longest of those nobody has, and return its id. Raises EmptyQueueError."""
    waiting = store.Sieve(states=(State.FILED, State.MATCHED), unassigned=True)
    for one in store.queue(session, waiting, limit=PAGE):
        row = locked_row(session, one.id)
        # Somebody may have taken it between the look and the lock.
        if row.assigned_to is None and State(row.state) in OPEN:
            _assign(session, row, account, now)
            return row.id
    raise EmptyQueueError


def give_back(session: Session, id_: str, *, account: str, now: datetime) -> None:
    """Give an open request back to the queue. Raises UnknownRequestError, StateError."""
    row = _open(session, id_)
    row.assigned_to = None
    record(session, Event.REQUEST_GIVEN_BACK, actor=f"account:{account}", subject=row.subject, now=now)


# One request


def read_request(session: Session, id_: str, *, actor: str, now: datetime) -> Dossier:
    """Return everything on a request; while it is open with the entries that may be meant. Every reading is recorded.

    Raises UnknownRequestError.
    """
    row = request_row(session, id_)
    claim = read_person(row.claim)
    told = {"namesake": "yes"} if register.is_namesake(session, actor, claim) else {}
    record(session, Event.REQUEST_READ, actor=actor, subject=row.subject, now=now, **told)
    is_open = State(row.state) in OPEN
    candidates = register.search(session, claim, actor=actor, now=now, subject=row.subject) if is_open else []
    repeats = filed.find_request(session, row.repeats) if row.repeats else None
    return Dossier(
        request=_queued(row),
        language=row.language,
        claim=claim,
        answers=read_answers(row.answers),
        papers=requests.papers_of(session, id_),
        history=filed.history(session, id_),
        questions=_questions(session, id_),
        proposals=store.proposals(session, id_),
        candidates=candidates,
        circle=[
            Relative(_queued(other), other.entry or 0, bool(other.entry and row.entry and other.entry != row.entry))
            for other in store.circle(session, row)
        ],
        conflicts=conflicts.on_person(session, row),
        entry=row.entry or 0,
        repeats=_queued(repeats) if repeats else None,
        examined=frozenset(one.file_id for one in requests.papers_of(session, repeats.id)) if repeats else frozenset(),
    )


def read_paper(session: Session, shelf: Shelf, id_: str, paper: str, *, actor: str, now: datetime) -> OpenedFile:
    """Return a paper of a request; recorded. Raises UnknownRequestError, NoPaperError, and as files do."""
    row = request_row(session, id_)
    for one in requests.papers_of(session, id_):
        if one.id == paper:
            told = {"namesake": "yes"} if register.is_namesake(session, actor, read_person(row.claim)) else {}
            record(session, Event.FILE_READ, actor=actor, subject=f"file:{one.file_id}", now=now, **told)
            return open_file(session, shelf, one.file_id)
    raise NoPaperError(paper)


def ask(session: Session, id_: str, text: str, *, actor: str, now: datetime) -> None:
    """Ask the applicant something, who is told by letter that there is news. Raises NoTextError, StateError."""
    text = written(text)
    row = _moved(session, id_, Deed.ASK, Happened.ASKED, now)
    question = store.add_question(session, id_, text, actor=actor, now=now)
    record(session, Event.REQUEST_ASKED, actor=actor, subject=row.subject, now=now)
    tell_news(session, row, deed=f"question:{question}", now=now)


def answer(session: Session, id_: str, text: str, *, now: datetime, by: str = "") -> None:
    """Keep what the applicant answers, or `by` on their behalf; the request goes back to its place.

    Raises NoTextError, StateError.
    """
    text = written(text)
    row = _moved(session, id_, Deed.ANSWER, Happened.ANSWERED, now)
    store.answer(session, store.questions(session, id_)[-1], text, now)
    record(session, Event.REQUEST_ANSWERED, actor=by or f"family:{row.reference}", subject=row.subject, now=now)


def match(session: Session, id_: str, number: int, *, actor: str, now: datetime) -> None:
    """Say which entry is the person asked about; where that contradicts another request on the person, it is flagged.

    Raises UnknownRequestError, UnknownEntryError, MergedError, StateError.
    """
    _standing(session, number, actor=actor, now=now)
    row = _moved(session, id_, Deed.MATCH, Happened.MATCHED, now)
    row.entry = number
    session.flush()
    record(session, Event.REQUEST_MATCHED, actor=actor, subject=row.subject, now=now, entry=f"entry:{number}")
    conflicts.look(session, row, actor=actor, now=now)


def raise_conflict(session: Session, id_: str, ground: Ground, note: str, *, actor: str, now: datetime) -> None:
    """Flag that requests on this person contradict one another: none is decided before a supervisor has ruled.

    Raises UnknownRequestError, StateError, NoTextError.
    """
    note = written(note)
    conflicts.add(session, _open(session, id_), ground, note, actor=actor, now=now)


def rule(session: Session, id_: str, conflict: str, ruling: Ruling, note: str, *, actor: str, now: datetime) -> None:
    """Rule on a conflict of this request, as somebody else than who raised it or proposed the decision that it holds.

    Raises UnknownRequestError, StateError, NoTextError, RuledError, FourEyesError.
    """
    note = written(note)
    row = _open(session, id_)
    proposal = store.open_proposal(session, id_)
    if proposal is not None:
        apart(proposal.proposed_by, actor)
    apart(conflicts.close(session, row, conflict, ruling, note, actor=actor, now=now), actor)
    if ruling is Ruling.MATCH_ANEW:
        if proposal is not None:
            store.close_proposal(session, proposal, Verdict.RETURNED, note=note, actor=actor, now=now)
        row.entry = None
        _move(session, row, Deed.UNMATCH, Happened.UNMATCHED, now)


def propose(
    session: Session, id_: str, outcome: Outcome, *, actor: str, now: datetime, text: str = "",
    reason: Reason | None = None, step: Step | None = None,
) -> None:  # fmt: skip
    """Propose how to answer a request; another officer decides.

    Raises UnknownRequestError, StateError, ConflictError, NoMatchError (an extract without an entry), RefusalError (a
    refusal without reason or next step), NoTextError (a refusal without a text).
    """
    row = locked_row(session, id_)
    after(State(row.state), Deed.PROPOSE)
    proposal = proposed(outcome, by=actor, at=now, entry=row.entry or 0, text=text, reason=reason, step=step)
    if outcome is Outcome.EXTRACT and row.entry is None:
        raise NoMatchError
    conflicts.hold(session, row)
    _move(session, row, Deed.PROPOSE, Happened.PROPOSED, now)
    store.add_proposal(session, id_, proposal)
    record(session, Event.REQUEST_PROPOSED, actor=actor, subject=row.subject, now=now, outcome=outcome.value)


def return_proposal(session: Session, id_: str, note: str, *, actor: str, now: datetime) -> None:
    """Send a proposal back with the reason. Raises UnknownRequestError, StateError, NoTextError, FourEyesError."""
    note = written(note)
    row, proposal = _proposed(session, id_, Deed.RETURN, actor)
    _move(session, row, Deed.RETURN, Happened.RETURNED, now)
    store.close_proposal(session, proposal, Verdict.RETURNED, note=note, actor=actor, now=now)
    record(session, Event.REQUEST_RETURNED, actor=actor, subject=row.subject, now=now)


def refuse(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """Refuse a request as proposed. Raises UnknownRequestError, StateError, FourEyesError, ConflictError."""
    row, proposal = _proposed(session, id_, Deed.REFUSE, actor)
    conflicts.hold(session, row)
    if Outcome(proposal.outcome) is not Outcome.REFUSAL:
        raise StateError(State(row.state), Deed.REFUSE)
    _move(session, row, Deed.REFUSE, Happened.REFUSED, now)
    store.close_proposal(session, proposal, Verdict.CARRIED, note="", actor=actor, now=now)
    record(session, Event.REQUEST_REFUSED, actor=actor, subject=row.subject, now=now, reason=proposal.reason)
    tell_news(session, row, deed=f"decision:{id_}", now=now)


def issue(session: Session, shelf: Shelf, id_: str, *, draw: Draw, random: Random, actor: str, now: datetime) -> Issued:
    """Issue the extract as proposed, exactly once, with the next number of the year; the applicant is told by letter.

    It says what the register holds now, or that it holds nothing; an extract that it updates is replaced by it. Raises
    UnknownRequestError, StateError, FourEyesError, ConflictError, UnknownEntryError, and MergedError where the entry
    leads to another meanwhile: then return the proposal.
    """
    row, proposal = _proposed(session, id_, Deed.ISSUE, actor)
    if Outcome(proposal.outcome) is Outcome.REFUSAL:
        raise StateError(State(row.state), Deed.ISSUE)
    conflicts.hold(session, row)
    number = proposal.entry or 0
    file = _standing(session, number, actor=actor, now=now) if number else None
    year = now.astimezone(KYIV).year
    # The counter is locked last: whoever waits for it holds nothing that its holder still needs.
    sheet = Sheet(
        year=year,
        number=store.next_number(session, year),
        code=new_code(random),
        issued_at=now,
        purposes=_purposes(row),
        kinship=Kinship(row.kinship),
        claim=read_person(row.claim),
        entry=file.kept.entry if file else None,
        standing=current(file.history) if file else None,
    )
    content = draw(sheet)
    file_id = keep(session, shelf, content, number=sheet.printed, now=now)
    store.add_issued(session, sheet, request=id_, entry=number, file_id=file_id, sha256=sha256_of(content), actor=actor)
    replace_older(session, row, number=sheet.printed, actor=actor, now=now)
    if number:
        look_again(session, number, issued=sheet.printed, now=now)
    _move(session, row, Deed.ISSUE, Happened.ISSUED, now)
    store.close_proposal(session, proposal, Verdict.CARRIED, note="", actor=actor, now=now)
    record(session, Event.EXTRACT_ISSUED, actor=actor, subject=row.subject, now=now, extract=f"extract:{sheet.printed}")
    tell_news(session, row, deed=f"decision:{id_}", now=now)
    return Issued(sheet.printed, sheet.code, file_id)


# The family's side


def told(session: Session, id_: str) -> Told:
    """Return what staff told the applicant of a request. Raises UnknownRequestError."""
    row = request_row(session, id_)
    asked = _questions(session, id_)
    if State(row.state) not in (State.ISSUED, State.REFUSED):
        return Told(asked)
    carried = next(one for one in store.proposals(session, id_) if one.verdict is Verdict.CARRIED)
    issued = store.issued_on(session, id_)
    number = str(ExtractNumber(issued.year, issued.number)) if issued else ""
    return Told(asked, carried.outcome, carried.reason, carried.step, carried.text, number)


def fetch_extract(session: Session, shelf: Shelf, id_: str, *, now: datetime) -> OpenedFile:
    """Return the extract to its applicant; the reading is recorded. Raises UnknownRequestError, NoExtractError."""
    row = request_row(session, id_)
    issued = store.issued_on(session, id_)
    if issued is None or issued.state == Validity.WITHDRAWN:
        raise NoExtractError(id_)
    record(session, Event.EXTRACT_FETCHED, actor=f"family:{row.reference}", subject=row.subject, now=now)
    return open_file(session, shelf, issued.file_id)


def _assign(session: Session, row: filed.RequestRow, account: str, now: datetime) -> None:
    row.assigned_to = account
    record(session, Event.REQUEST_TAKEN, actor=f"account:{account}", subject=row.subject, now=now)


def _open(session: Session, id_: str) -> filed.RequestRow:
    row = locked_row(session, id_)
    if State(row.state) not in OPEN:
        raise StateError(State(row.state), Deed.ASK)
    return row


def _moved(session: Session, id_: str, deed: Deed, what: Happened, now: datetime) -> filed.RequestRow:
    row = locked_row(session, id_)
    _move(session, row, deed, what, now)
    return row


def _move(session: Session, row: filed.RequestRow, deed: Deed, what: Happened, now: datetime) -> None:
    row.state, row.changed_at = after(State(row.state), deed).value, now
    filed.add_event(session, row.id, what, now)


def _proposed(session: Session, id_: str, deed: Deed, actor: str) -> tuple[filed.RequestRow, store.ProposalRow]:
    row = locked_row(session, id_)
    after(State(row.state), deed)
    proposal = store.open_proposal(session, id_)
    if proposal is None:
        raise StateError(State(row.state), deed)
    apart(proposal.proposed_by, actor)
    return row, proposal


def _standing(session: Session, number: int, *, actor: str, now: datetime) -> register.File:
    file = register.read_entry(session, number, actor=actor, now=now)
    if file.kept.merged_into is not None:
        raise register.MergedError(file.kept.merged_into)
    return file


def _questions(session: Session, id_: str) -> list[Question]:
    return [
        Question(
            row.id,
            row.text,
            as_utc(row.asked_at),
            row.asked_by,
            row.answer or "",
            as_utc(row.answered_at) if row.answered_at else None,
        )
        for row in store.questions(session, id_)
    ]


def _queued(row: filed.RequestRow) -> Queued:
    return Queued(
        id=row.id,
        reference=row.reference,
        state=State(row.state),
        kinship=Kinship(row.kinship),
        purposes=_purposes(row),
        filed_at=as_utc(row.filed_at),
        due_on=row.due_on,
        assigned_to=row.assigned_to or "",
    )


def _purposes(row: filed.RequestRow) -> list[Purpose]:
    return [Purpose(code) for code in row.purposes.split()]

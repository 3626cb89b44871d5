"""The tables of questions, proposals and issued extracts, and every query of the desk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from itertools import islice

from sqlalchemy import DateTime, ForeignKey, Index, Integer, Select, String, UniqueConstraint, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extracts.desk.conflicts.store import in_conflict
from app.extracts.desk.decision import Outcome, Proposal, Reason, Sheet, Step, Validity, Verdict
from app.extracts.model import Kinship, Purpose
from app.extracts.request import State
from app.extracts.store import RequestRow, same_person
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, Sealed, SealedBytes, new_id, vault_of

CODE = "extract-code"
"""The kind of blind index under which an issued extract is found by its code."""

CIRCLE = 20
"""Most requests that are shown as one family circle."""


class QuestionRow(Table):
    """What staff asked an applicant, and what was answered."""

    __tablename__ = "extract_question"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("extract_request.id"), index=True)
    text_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    answer_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    text: Sealed[str] = Sealed("text_sealed")
    answer: Sealed[str | None] = Sealed("answer_sealed")


class ProposalRow(Table):
    """A decision that one officer proposed, and what another made of it."""

    __tablename__ = "extract_proposal"
    __table_args__ = (Index("ix_extract_proposal_decided", "verdict", "decided_at", "request_id", "outcome", "reason"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("extract_request.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(12))
    entry: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40))
    text_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    verdict: Mapped[str] = mapped_column(String(12))
    note_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    proposed_by: Mapped[str] = mapped_column(String(120))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    text: Sealed[str] = Sealed("text_sealed")
    note: Sealed[str] = Sealed("note_sealed")


class CounterRow(Table):
    """The last number given to an extract in a year. It moves only with the issue itself: no number is lost."""

    __tablename__ = "extract_counter"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class IssuedRow(Table):
    """An issued extract with what the register held at that moment. `sha256` is that of its file, which is public."""

    __tablename__ = "extract_issued"
    __table_args__ = (UniqueConstraint("year", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    code_index: Mapped[bytes] = mapped_column(BlindIndex, unique=True)
    code_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    request_id: Mapped[str] = mapped_column(ForeignKey("extract_request.id"), unique=True)
    entry: Mapped[int | None] = mapped_column(Integer, index=True)
    person_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    rest_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    status: Mapped[str] = mapped_column(String(32))
    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12))
    issued_by: Mapped[str] = mapped_column(String(120))
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outdated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when the register holds something else than the extract says."""

    code: Sealed[str] = Sealed("code_sealed")
    person: Sealed[str] = Sealed("person_sealed")
    rest: Sealed[str] = Sealed("rest_sealed")


@dataclass(frozen=True)
class Sieve:
    """Which requests of the queue are wanted. `assigned` is the id of an account; `overdue_on` is a day of Kyiv."""

    states: tuple[State, ...]
    assigned: str = ""
    unassigned: bool = False
    overdue_on: date | None = None
    kinship: Kinship | None = None
    purpose: Purpose | None = None
    in_conflict: bool = False


def queue(
    session: Session, sieve: Sieve, *, limit: int, after: tuple[datetime, str] | None = None
) -> Sequence[RequestRow]:
    """Return at most `limit` requests, first come first served, those after (filed at, id) where it is given.

    Each state is asked for by itself along its index and the answers are merged, so that no query sorts a table.
    """
    found = [session.scalars(_of_state(state, sieve, after).limit(limit)).all() for state in sieve.states]
    return list(islice(merge(*found, key=lambda row: (as_utc(row.filed_at), row.id)), limit))


def _of_state(state: State, sieve: Sieve, after: tuple[datetime, str] | None) -> Select[RequestRow]:
    query = select(RequestRow).where(RequestRow.state == state.value)
    if sieve.assigned:
        query = query.where(RequestRow.assigned_to == sieve.assigned)
    elif sieve.unassigned:
        query = query.where(RequestRow.assigned_to.is_(None))
    if sieve.overdue_on:
        query = query.where(RequestRow.due_on < sieve.overdue_on)
    if sieve.kinship:
        query = query.where(RequestRow.kinship == sieve.kinship.value)
    if sieve.purpose:
        # Purposes stand in one column with spaces between; their codes hold none.
        query = query.where((" " + RequestRow.purposes + " ").contains(f" {sieve.purpose.value} ", autoescape=True))
    if sieve.in_conflict:
        query = query.where(RequestRow.id.in_(in_conflict()))
    if after:
        at, id_ = after
        query = query.where(or_(RequestRow.filed_at > at, and_(RequestRow.filed_at == at, RequestRow.id > id_)))
    return query.order_by(RequestRow.filed_at, RequestRow.id)


def circle(session: Session, row: RequestRow) -> Sequence[RequestRow]:
    """Return other requests on the same entry, or with the same claim, the oldest first."""
    query = select(RequestRow).where(same_person(row), RequestRow.id != row.id)
    return session.scalars(query.order_by(RequestRow.filed_at, RequestRow.id).limit(CIRCLE)).all()


def add_question(session: Session, request: str, text: str, *, actor: str, now: datetime) -> str:
    """Add a question and return its id."""
    row = QuestionRow(id=new_id(), request_id=request, asked_by=actor, asked_at=now)
    session.add(row)
    row.text, row.answer = text, None
    session.flush()
    return row.id


def questions(session: Session, request: str) -> Sequence[QuestionRow]:
    """Return the questions on a request, the oldest first."""
    query = select(QuestionRow).where(QuestionRow.request_id == request)
    return session.scalars(query.order_by(QuestionRow.asked_at, QuestionRow.id)).all()


def answer(session: Session, row: QuestionRow, text: str, now: datetime) -> None:
    """Keep the answer to a question."""
    row.answer, row.answered_at = text, now
    session.flush()


def add_proposal(session: Session, request: str, proposed: Proposal) -> str:
    """Add a proposal and return its id."""
    row = ProposalRow(
        id=new_id(),
        request_id=request,
        outcome=proposed.outcome.value,
        entry=proposed.entry or None,
        reason=proposed.reason.value if proposed.reason else "",
        step=proposed.step.value if proposed.step else "",
        verdict=proposed.verdict.value,
        proposed_by=proposed.proposed_by,
        proposed_at=proposed.proposed_at,
        decided_by="",
        decided_at=None,
    )
    session.add(row)
    row.text, row.note = proposed.text, ""
    session.flush()
    return row.id


def proposals(session: Session, request: str) -> Sequence[Proposal]:
    """Return the proposals on a request, the oldest first."""
    query = select(ProposalRow).where(ProposalRow.request_id == request)
    return [_proposal(row) for row in session.scalars(query.order_by(ProposalRow.proposed_at, ProposalRow.id))]


def open_proposal(session: Session, request: str) -> ProposalRow | None:
    """Return the proposal that waits for its decision."""
    query = select(ProposalRow).where(ProposalRow.request_id == request, ProposalRow.verdict == Verdict.OPEN.value)
    return session.scalars(query).first()


def close_proposal(
    session: Session, row: ProposalRow, verdict: Verdict, *, note: str, actor: str, now: datetime
) -> None:
    """Write under a proposal what became of it."""
    row.verdict, row.decided_by, row.decided_at = verdict.value, actor, now
    row.note = note
    session.flush()


def proposal_of(row: ProposalRow) -> Proposal:
    """Return a row as the proposal it keeps."""
    return _proposal(row)


def _proposal(row: ProposalRow) -> Proposal:
    return Proposal(
        outcome=Outcome(row.outcome),
        proposed_by=row.proposed_by,
        proposed_at=as_utc(row.proposed_at),
        entry=row.entry or 0,
        reason=Reason(row.reason) if row.reason else None,
        step=Step(row.step) if row.step else None,
        text=row.text,
        verdict=Verdict(row.verdict),
        decided_by=row.decided_by,
        decided_at=as_utc(row.decided_at) if row.decided_at else None,
        note=row.note,
    )


def next_number(session: Session, year: int) -> int:
    """Return the next number of the year; until the transaction ends nobody else is given one."""
    row = _counter(session, year)
    if row is None:
        try:
            with session.begin_nested():
                session.add(CounterRow(year=year, last=0))
        except IntegrityError:
            # Somebody else has begun the year in between: theirs is the one that counts.
            session.expire_all()
        row = _counter(session, year)
    if row is None:
        raise RuntimeError("the year has no counter")
    row.last += 1
    session.flush()
    return row.last


def _counter(session: Session, year: int) -> CounterRow | None:
    return session.get(CounterRow, year, with_for_update=True, populate_existing=True)


def add_issued(
    session: Session, sheet: Sheet, *, request: str, entry: int, file_id: str, sha256: str, actor: str
) -> IssuedRow:
    """Add an issued extract with what it says."""
    row = IssuedRow(
        id=new_id(),
        year=sheet.year,
        number=sheet.number,
        code_index=vault_of(session).blind(CODE, sheet.code),
        request_id=request,
        entry=entry or None,
        status=sheet.standing.status.value if sheet.standing else "",
        file_id=file_id,
        sha256=sha256,
        state=Validity.VALID.value,
        issued_by=actor,
        issued_at=sheet.issued_at,
    )
    session.add(row)
    row.code = sheet.code
    row.person = sheet.entry.person.as_text() if sheet.entry else ""
    row.rest = sheet.entry.rest_text if sheet.entry else ""
    session.flush()
    return row


def find_by_code(session: Session, code: str) -> IssuedRow | None:
    """Return the issued extract with this code."""
    index = vault_of(session).blind(CODE, code)
    return session.scalars(select(IssuedRow).where(IssuedRow.code_index == index)).first()


def issued_on(session: Session, request: str) -> IssuedRow | None:
    """Return the extract that was issued on a request."""
    return session.scalars(select(IssuedRow).where(IssuedRow.request_id == request)).first()


def issued_on_any(session: Session, requests: Collection[str]) -> Sequence[IssuedRow]:
    """Return the extracts that were issued on these requests, the oldest first."""
    query = select(IssuedRow).where(IssuedRow.request_id.in_(requests))
    return session.scalars(query.order_by(IssuedRow.issued_at, IssuedRow.year, IssuedRow.number)).all()


def replace(session: Session, row: IssuedRow) -> bool:
    """Mark an extract that holds as replaced, and say whether it was one; a withdrawn one stays withdrawn."""
    holds = (IssuedRow.id == row.id, IssuedRow.state == Validity.VALID.value)
    found = session.scalars(select(IssuedRow).where(*holds).with_for_update().execution_options(populate_existing=True))
    held = found.first()
    if held is None:
        return False
    held.state = Validity.REPLACED.value
    session.flush()
    return True


def count_issued(session: Session, year: int) -> int:
    """Return how many extracts were issued in a year."""
    return session.scalar(select(func.count()).select_from(IssuedRow).where(IssuedRow.year == year)) or 0

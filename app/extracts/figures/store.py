"""Queries that count requests and answers. Nothing is opened: they read states, days, codes and blind indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.extracts.desk.decision import Outcome, Reason, Verdict
from app.extracts.desk.store import ProposalRow
from app.extracts.figures.model import Answered, Period
from app.extracts.model import Kinship
from app.extracts.request import OPEN, State
from app.extracts.store import RequestRow
from app.kernel.dates import KYIV, as_utc
from app.storage.days import kyiv_day, midnight


def first_day(session: Session) -> date | None:
    """Return the day of the first request, None where there is none."""
    first = session.scalar(select(func.min(RequestRow.filed_at)))
    return as_utc(first).astimezone(KYIV).date() if first else None


def came_in(session: Session, period: Period) -> Mapping[date, int]:
    """Return how many requests came in on each day that had any."""
    day = kyiv_day(RequestRow.filed_at, since=period.first, until=period.last).label("day")
    days = select(day).where(*_within(RequestRow.filed_at, period)).subquery()
    rows = session.execute(select(days.c.day, func.count()).group_by(days.c.day))
    return {date.fromisoformat(text): count for text, count in rows}


def answered(session: Session, period: Period) -> Sequence[Answered]:
    """Return the answers of a period, gathered by days, outcome and reason."""
    since = first_day(session) or period.first
    lines = (
        select(
            kyiv_day(RequestRow.filed_at, since=min(since, period.first), until=period.last).label("came"),
            RequestRow.due_on.label("due"),
            kyiv_day(ProposalRow.decided_at, since=period.first, until=period.last).label("answered"),
            ProposalRow.outcome,
            ProposalRow.reason,
        )
        .join(RequestRow, RequestRow.id == ProposalRow.request_id)
        .where(ProposalRow.verdict == Verdict.CARRIED.value, *_within(ProposalRow.decided_at, period))
        .subquery()
    )
    alike = (lines.c.came, lines.c.due, lines.c.answered, lines.c.outcome, lines.c.reason)
    return [
        Answered(
            date.fromisoformat(came),
            due,
            date.fromisoformat(on),
            Outcome(outcome),
            Reason(reason) if reason else None,
            count,
        )
        for came, due, on, outcome, reason, count in session.execute(select(*alike, func.count()).group_by(*alike))
    ]


def open_now(session: Session) -> Mapping[State, int]:
    """Return how many requests are in each open state."""
    query = select(RequestRow.state, func.count()).where(_is_open()).group_by(RequestRow.state)
    counts = {State(state): count for state, count in session.execute(query)}
    return {state: counts.get(state, 0) for state in State if state in OPEN}


def overdue(session: Session, today: date) -> int:
    """Return how many open requests are past the last day of their term."""
    query = select(func.count()).select_from(RequestRow).where(_is_open(), RequestRow.due_on < today)
    return session.scalar(query) or 0


def kinships(session: Session, period: Period) -> Mapping[Kinship, int]:
    """Return how many requests of a period came from each kinship."""
    query = select(RequestRow.kinship, func.count()).where(*_within(RequestRow.filed_at, period))
    counts = {Kinship(code): count for code, count in session.execute(query.group_by(RequestRow.kinship))}
    return {kinship: counts.get(kinship, 0) for kinship in Kinship}


def purposes(session: Session, period: Period) -> Mapping[str, int]:
    """Return how many requests of a period name each set of purposes, as they are kept: with blanks between."""
    query = select(RequestRow.purposes, func.count()).where(*_within(RequestRow.filed_at, period))
    return {row[0]: row[1] for row in session.execute(query.group_by(RequestRow.purposes))}


def families(session: Session) -> Mapping[int, int]:
    """Return how many families were given so many extracts: one contact that asks about one person is a family."""
    extracts = func.count().label("extracts")
    each = (
        select(extracts)
        .where(RequestRow.state == State.ISSUED.value)
        .group_by(RequestRow.claim_index, RequestRow.contact_index)
        .subquery()
    )
    query = select(each.c.extracts, func.count()).group_by(each.c.extracts)
    return {row[0]: row[1] for row in session.execute(query)}


def _within(column: InstrumentedAttribute[object], period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= midnight(period.first), column < midnight(period.last + timedelta(days=1))


def _is_open() -> ColumnElement[bool]:
    return RequestRow.state.in_([state.value for state in OPEN])

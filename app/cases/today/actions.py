"""Gathering what is due in all cases of whoever asks: of steps, messages, questions of the desk and referrals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.audit.actions import record
from app.audit.model import Event
from app.cases import store
from app.cases.actions import MOST_LISTED, Who
from app.cases.asking import actions as asking
from app.cases.model import State, family_name
from app.cases.referring import actions as referring
from app.cases.working import actions as working
from app.cases.working.actions import Guidance
from app.cases.working.model import Due, in_order
from app.cases.working.talking import actions as talking
from app.extracts.draft import read_answers
from app.kernel.dates import KYIV
from app.storage.engine import Session

Source = Callable[[Session, Sequence[store.CaseRow]], list[Due]]

SOURCES: tuple[Source, ...] = (talking.due, asking.due, referring.due)
"""What has days of its own beside the plan. A part of cases that waits for somebody adds its function here."""

AHEAD = timedelta(days=14)
"""How far ahead the list looks."""


@dataclass(frozen=True)
class Agenda:
    """What is due, in order, and the families by the ids of their cases."""

    items: Sequence[Due]
    families: Mapping[str, str]


def agenda(session: Session, *, who: Who, guidance: Guidance, now: datetime) -> Agenda:
    """Return what is overdue, due today and due soon in the open cases of whoever asks; recorded."""
    today = now.astimezone(KYIV).date()
    cases = _cases(session, who)
    record(session, Event.CASES_LISTED, actor=who.reference, subject="cases", now=now, count=str(len(cases)))
    found = [one for one in _due(session, cases, guidance, today) if one.day <= today + AHEAD]
    named = {one.case for one in found}
    families = {case.id: family_name(read_answers(case.answers or "")) for case in cases if case.id in named}
    return Agenda(in_order(found), families)


def counts(session: Session, *, who: Who, guidance: Guidance, now: datetime) -> Mapping[str, int]:
    """Return how much is due today or overdue, by the ids of the open cases of whoever asks."""
    today = now.astimezone(KYIV).date()
    found = _due(session, _cases(session, who), guidance, today)
    return Counter(one.case for one in found if one.day <= today)


def _cases(session: Session, who: Who) -> Sequence[store.CaseRow]:
    return store.cases(session, State.OPEN, helper="" if who.leads else who.account, limit=MOST_LISTED)


def _due(session: Session, cases: Sequence[store.CaseRow], guidance: Guidance, today: date) -> list[Due]:
    found = working.due(session, cases, guidance=guidance, today=today)
    for source in SOURCES:
        found += source(session, cases)
    return found

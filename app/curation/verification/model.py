"""Acts of verification, how a fact stands after them, and how urgent it is to look at it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.content.values import Confidence
from app.curation.model import CurationError
from app.directory.heard import Heard, Line
from app.kernel.dates import KYIV

MISSES = 3
"""Calls in a row that nobody answered, after which a number is offered last."""

MISSED_DAYS = 2
"""Different days (of Kyiv) that these calls fell on: an afternoon's break proves nothing."""

PAUSE_AFTER_BUSY = timedelta(hours=1)
"""How long a line that was busy is left alone. One that nobody answered is left alone until the next day."""


class What(StrEnum):
    """What kind of thing is verified."""

    PHONE = "phone"
    EMAIL = "email"
    LINK = "link"
    ADDRESS = "address"
    RULE = "rule"


class How(StrEnum):
    """What was done, and what came of it."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    WRONG_NUMBER = "wrong-number"
    PAGE_SEEN = "page-seen"
    OUTDATED = "outdated"
    """A page or a letter says otherwise by now."""
    OFFICIAL_LETTER = "official-letter"
    OWNER_CONFIRMED = "owner-confirmed"
    LINK_FAULT = "link-fault"
    """The command that asks links got no page."""
    LINK_ANSWERS = "link-answers"
    """It got one again. What the page says nobody has read: this verifies nothing."""


CALLS = (How.ANSWERED, How.NO_ANSWER, How.BUSY, How.WRONG_NUMBER)
LOOKS = (How.PAGE_SEEN, How.OUTDATED, How.OFFICIAL_LETTER)

VERIFYING = frozenset({How.ANSWERED, How.PAGE_SEEN, How.OFFICIAL_LETTER, How.OWNER_CONFIRMED})
"""What makes a fact verified."""

SETTLING = VERIFYING | {How.LINK_ANSWERS}
"""What can end the task of whoever took a fact."""

BY_MACHINE = frozenset({How.LINK_FAULT, How.LINK_ANSWERS})

ENDS_SILENCE = frozenset({How.ANSWERED, How.OWNER_CONFIRMED})
"""What restores a number that nobody answered. A page that still names it does not: somebody has to pick up."""

ENDS_WRONG = frozenset({How.ANSWERED, How.OWNER_CONFIRMED, How.OFFICIAL_LETTER})


def outcomes(what: What) -> tuple[How, ...]:
    """Return what an editor may record of a fact. Owners confirm by their own link."""
    return (*CALLS, How.PAGE_SEEN, How.OFFICIAL_LETTER) if what is What.PHONE else LOOKS


class OutcomeError(CurationError):
    """This cannot come of verifying such a fact."""


def checked_outcome(what: What, how: How) -> How:
    """Return the outcome. Raises OutcomeError where it does not fit the fact."""
    if how not in outcomes(what):
        raise OutcomeError(f"{how} of {what}")
    return how


@dataclass(frozen=True)
class Act:
    """One act. `corrects` names an act that was a mistake; such a correction has no `how` and says nothing else."""

    id: str
    how: How | None
    at: datetime
    by: str
    note: str = ""
    corrects: str = ""

    @property
    def day(self) -> date:
        return self.at.astimezone(KYIV).date()


class State(StrEnum):
    """How a fact stands. `silent`, `wrong` and `broken` (a link that leads to no page) are open tasks."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    SILENT = "silent"
    WRONG = "wrong"
    BROKEN = "broken"


@dataclass(frozen=True)
class Standing:
    """How a fact stands after its acts: `last` is the one that verified it, `tried` the newest by people.

    `bad` is the newest that said it is wrong, `called` the newest call. `misses` counts the unanswered calls
    in a row up to now.
    """

    state: State = State.UNVERIFIED
    last: Act | None = None
    tried: Act | None = None
    answered: Act | None = None
    confirmed: Act | None = None
    bad: Act | None = None
    called: Act | None = None
    misses: int = 0

    @property
    def is_task(self) -> bool:
        """Whether somebody has to do something about it: find another number, or reach this one."""
        return self.state in (State.SILENT, State.WRONG, State.BROKEN)


def valid(acts: Iterable[Act]) -> list[Act]:
    """Return the acts that stand, the first one first: without mistakes and their corrections."""
    all_acts = sorted(acts, key=lambda act: (act.at, act.id))
    mistakes = {act.corrects for act in all_acts if act.corrects}
    return [act for act in all_acts if act.id not in mistakes and not act.corrects]


def standing(acts: Iterable[Act]) -> Standing:
    """Return how a fact stands after `acts`.

    Three calls in a row that nobody answered, on two different days at least, make a number silent; a busy line proves
    nothing either way. A wrong number counts at once. Both last until somebody answers or the body itself confirms it.
    A link that leads to no page is broken at once, until it answers again or somebody has seen its page.
    """
    state, last, tried, answered, confirmed, bad, called = State.UNVERIFIED, None, None, None, None, None, None
    missed: list[Act] = []
    for act in valid(acts):
        if act.how in BY_MACHINE:
            if state is not State.WRONG:
                state = _linked(act, last)
                bad = act if state is State.BROKEN else bad
            continue
        tried = act
        called = act if act.how in CALLS else called
        if act.how is How.NO_ANSWER:
            missed.append(act)
            if state is not State.WRONG and _is_silence(missed):
                state = State.SILENT
        elif act.how in (How.WRONG_NUMBER, How.OUTDATED):
            state, bad, missed = State.WRONG, act, []
        elif act.how in VERIFYING:
            last = act
            if act.how in ENDS_SILENCE:
                missed = []
            if not _holds(state, act):
                state = State.VERIFIED
        answered = act if act.how is How.ANSWERED else answered
        confirmed = act if act.how is How.OWNER_CONFIRMED else confirmed
    return Standing(state, last, tried, answered, confirmed, bad, called, len(missed))


def _linked(act: Act, last: Act | None) -> State:
    if act.how is How.LINK_FAULT:
        return State.BROKEN
    return State.VERIFIED if last else State.UNVERIFIED


def _is_silence(missed: list[Act]) -> bool:
    return len(missed) >= MISSES and len({act.day for act in missed}) >= MISSED_DAYS


def _holds(state: State, act: Act) -> bool:
    """Say whether a bad state outlasts an act that verifies."""
    if state is State.SILENT:
        return act.how not in ENDS_SILENCE
    # What a page said wrongly a newer look at it mends; a wrong number takes more than a page.
    return state is State.WRONG and act.how not in ENDS_WRONG


_LINES = {State.SILENT: Line.SILENT, State.WRONG: Line.WRONG}


def heard(found: Standing) -> Heard:
    """Return what readers are told of a number."""
    tried = found.bad if found.state is State.WRONG else found.tried
    line = _LINES.get(found.state) or (Line.ANSWERED if found.answered or found.confirmed else Line.UNTRIED)
    return Heard(
        line=line,
        answered_on=found.answered.day if found.answered else None,
        confirmed_on=found.confirmed.day if found.confirmed else None,
        tried_on=tried.day if tried else None,
        called_on=found.called.day if found.called else None,
    )


INTERVALS: Mapping[What, timedelta] = {
    What.PHONE: timedelta(days=90),
    What.EMAIL: timedelta(days=180),
    What.LINK: timedelta(days=180),
    What.ADDRESS: timedelta(days=365),
    What.RULE: timedelta(days=180),
}
"""After how long a fact is due to be looked at again: a decision of the editors, not a rule of law."""

WEIGHTS: Mapping[Confidence, int] = {Confidence.HIGH: 1, Confidence.MEDIUM: 2, Confidence.LOW: 3}


def risk(*, age_days: int, uses: int, confidence: Confidence) -> int:
    """Return how urgent a fact is: its age in days x (1 + uses) x 1, 2 or 3 for high, medium or low confidence.

    `uses` counts the situations whose plans name its body; the 1 keeps bodies in view that only the directory lists.
    """
    return max(age_days, 0) * (1 + uses) * WEIGHTS[confidence]


def due_on(what: What, verified_on: date) -> date:
    """Return the day on which a fact is to be looked at again."""
    return verified_on + INTERVALS[what]


def rests(found: Standing, now: datetime) -> bool:
    """Say whether a fact is left alone for now: nobody answered today, or the line was busy within the hour."""
    if found.tried is None:
        return False
    if found.tried.how is How.NO_ANSWER:
        return found.tried.day == now.astimezone(KYIV).date()
    return found.tried.how is How.BUSY and now - found.tried.at < PAUSE_AFTER_BUSY

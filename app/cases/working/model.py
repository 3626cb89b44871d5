"""The plan as a working list: how far each step is, on which days, and what became of it in the guidance since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from app.pathways.model import Phase

LONGEST_TITLE = 160
"""Characters of the title of an own task."""

LONGEST_REMARK = 500
"""Characters of the remark at a step."""


class Progress(StrEnum):
    """How far a step is."""

    NONE = "none"
    STARTED = "started"
    WAITING = "waiting"
    """Something was sent, and nothing is to be done before a day."""
    DONE = "done"


class Novelty(StrEnum):
    """What became of a step in the guidance since somebody looked at it."""

    SAME = "same"
    CHANGED = "changed"
    NEW = "new"
    """It came into the plan by itself: the guidance changed, or time went by."""


class Wrong(StrEnum):
    """What is wrong with what was written at a step."""

    NO_DAY = "no-day"
    """Until when is waited was not said, and the step has no term of its own."""
    DAY_IS_OVER = "day-is-over"
    NO_SUCH_DAY = "no-such-day"
    NO_TITLE = "no-title"
    TOO_LONG = "too-long"


class UnfitError(ValueError):
    """What was written at a step cannot stand so. `faults` are (name of the field, what is wrong)."""

    def __init__(self, *faults: tuple[str, Wrong]) -> None:
        super().__init__(", ".join(f"{name} {wrong}" for name, wrong in faults))
        self.faults = faults


@dataclass(frozen=True)
class Days:
    """The days of a step: begun, waited for, done, and to be reminded of."""

    started: date | None = None
    waiting_until: date | None = None
    done: date | None = None
    remind: date | None = None


@dataclass(frozen=True)
class Item:
    """A step of the plan, or a task of the helpers' own, as it stands. `step` is empty for an own task.

    `act_by` is the last day to take the step; `looked_at` when somebody last looked at what the guidance says of it;
    `left_at` when it left the plan.
    """

    id: str
    step: str
    title: str = field(repr=False)
    phase: Phase
    progress: Progress
    days: Days
    act_by: date | None
    remark: str = field(repr=False)
    by: str
    changed_at: datetime | None
    novelty: Novelty
    looked_at: datetime
    left_at: datetime | None

    @property
    def is_own(self) -> bool:
        """Whether it is a task of the helpers' own."""
        return not self.step


@dataclass(frozen=True)
class Work:
    """The working list of one case: what is in the plan, in its order, and what is no longer in it."""

    items: Sequence[Item]
    left: Sequence[Item]

    def of_phase(self, phase: Phase) -> list[Item]:
        """Return the items of a phase: the plan's steps first, then own tasks."""
        return [item for item in self.items if item.phase is phase]

    @property
    def done(self) -> int:
        """How many items of the plan are done."""
        return sum(item.progress is Progress.DONE for item in self.items)


class Why(StrEnum):
    """Why something is to be done on a day."""

    REMINDER = "reminder"
    WAIT_OVER = "wait-over"
    """The day until which was waited has come."""
    DEADLINE = "deadline"
    """The last day to take a step."""
    CHANGED = "changed"
    """The guidance says something else of a step than when somebody last looked."""
    MESSAGE = "message"
    """The family has written, and nobody has read it."""
    ASKED = "asked"
    """The desk asks something back about a request for an extract."""
    REFERRAL = "referral"
    """A body to which the family was referred is to be asked, or has answered."""


@dataclass(frozen=True)
class Due:
    """Something to be done in a case on a day. `endpoint` and `about` lead to it.

    `step` is the step of the plan that it is about, if any; else `what` says it in the words of whoever wrote it.
    """

    case: str
    day: date
    why: Why
    what: str = field(repr=False)
    endpoint: str
    about: Mapping[str, str]
    step: str = ""


NOTICE_DAYS = 14
"""How many days before the last day of a step it stands among what is due."""


def moved(days: Days, progress: Progress, *, until: date | None, answer_by: date | None, today: date) -> Days:
    """Return the days of a step once it is at `progress`.

    Waiting takes the day `until`, or else the day `answer_by` on which the body owes its answer. Raises UnfitError.
    """
    if progress is Progress.NONE:
        return replace(days, started=None, waiting_until=None, done=None)
    days = replace(days, started=days.started or today, waiting_until=None, done=None)
    if progress is Progress.DONE:
        return replace(days, done=today, remind=None)
    if progress is Progress.WAITING:
        day = until or answer_by
        if day is None:
            raise UnfitError(("until", Wrong.NO_DAY))
        if day < today:
            raise UnfitError(("until", Wrong.DAY_IS_OVER))
        return replace(days, waiting_until=day)
    return days


def due_of(item: Item, *, today: date) -> list[tuple[date, Why]]:
    """Return the days on which something is to be done at an item, with why; nothing where it is done or left.

    A last day is due some time before it comes; a change of the guidance is due today, until somebody has looked.
    """
    if item.left_at is not None:
        return []
    found: list[tuple[date, Why]] = []
    if item.progress is not Progress.DONE:
        if item.days.remind:
            found.append((item.days.remind, Why.REMINDER))
        if item.progress is Progress.WAITING and item.days.waiting_until:
            found.append((item.days.waiting_until, Why.WAIT_OVER))
        if item.act_by and item.progress in (Progress.NONE, Progress.STARTED) and near(item.act_by, today):
            found.append((item.act_by, Why.DEADLINE))
    if item.novelty is Novelty.CHANGED:
        found.append((today, Why.CHANGED))
    return found


def near(day: date, today: date) -> bool:
    """Whether a last day is so near that it stands among what is due."""
    return (day - today).days <= NOTICE_DAYS


def in_order(found: Sequence[Due]) -> list[Due]:
    """Return what is due by its day: what is overdue first, on one day what cannot wait first."""
    return sorted(found, key=lambda one: (one.day, _FIRST.index(one.why), one.case))


_FIRST = (Why.DEADLINE, Why.ASKED, Why.MESSAGE, Why.WAIT_OVER, Why.REFERRAL, Why.REMINDER, Why.CHANGED)


def written(text: str, *, name: str, longest: int) -> str:
    """Return a text of a helper without blanks around it. Raises UnfitError where it is too long."""
    text = text.strip()
    if len(text) > longest:
        raise UnfitError((name, Wrong.TOO_LONG))
    return text


def read_day(text: str, *, name: str) -> date | None:
    """Return the day that a field for a day holds, None where it is empty. Raises UnfitError."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise UnfitError((name, Wrong.NO_SUCH_DAY)) from None

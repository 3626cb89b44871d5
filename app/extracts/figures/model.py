"""Counts of requests and answers, gathered by week, and how long answers took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.extracts.desk.decision import Outcome, Reason
from app.extracts.model import Kinship, Purpose
from app.extracts.request import State

WEEKS = 26
"""Weeks that are shown unless others are asked for, the present one last."""

MOST_WEEKS = 53
"""Most weeks of one page; a longer time is looked at in parts."""

_WEEK = timedelta(days=7)


class PeriodError(ValueError):
    """The period ends before it begins, or is longer than `MOST_WEEKS`."""


@dataclass(frozen=True)
class Period:
    """Days of Kyiv, the first and the last included. Raises PeriodError."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first or self.last - self.first >= MOST_WEEKS * _WEEK:
            raise PeriodError(f"{self.first} to {self.last}")

    @property
    def weeks(self) -> Sequence[date]:
        """The Mondays of the weeks of which the period has a day."""
        return [monday(self.first) + _WEEK * place for place in range((self.last - monday(self.first)) // _WEEK + 1)]

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"


def latest(today: date) -> Period:
    """Return the last `WEEKS` weeks, the present one included."""
    return Period(monday(today) - (WEEKS - 1) * _WEEK, today)


def monday(day: date) -> date:
    """Return the Monday of a day's week (ISO 8601)."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Answered:
    """How many requests that came in on one day were answered alike on another; days are those of Kyiv."""

    came_on: date
    due_on: date
    answered_on: date
    outcome: Outcome
    reason: Reason | None
    count: int

    @property
    def wait_days(self) -> int:
        """Days after that of receipt up to the answer: calendar days, as the term is counted."""
        return (self.answered_on - self.came_on).days

    @property
    def is_in_time(self) -> bool:
        """Whether the answer came on the last day of the term or before."""
        return self.answered_on <= self.due_on


@dataclass(frozen=True)
class Waits:
    """How long the answers of some days took: how many there were, in days the middle and the ninth of ten, in time."""

    count: int
    median: int
    ninetieth: int
    in_time: int


@dataclass(frozen=True)
class Week:
    """What came in and went out in a week that begins on `monday`; without any answer there are no waits."""

    monday: date
    requests: int
    extracts: int
    waits: Waits | None


@dataclass(frozen=True)
class Now:
    """What is open at this moment, by state, and how much of it is past its term."""

    open: Mapping[State, int]
    overdue: int

    @property
    def whole(self) -> int:
        return sum(self.open.values())


@dataclass(frozen=True)
class Figures:
    """Everything of one page. `repeats` is how many families were given so many extracts, of all time."""

    period: Period
    now: Now
    weeks: Sequence[Week]
    waits: Waits | None
    kinships: Mapping[Kinship, int]
    purposes: Mapping[Purpose, int]
    repeats: Mapping[int, int]
    refusals: Mapping[Reason, int]

    @property
    def requests(self) -> int:
        return sum(week.requests for week in self.weeks)

    @property
    def extracts(self) -> int:
        return sum(week.extracts for week in self.weeks)


def centile(counts: Mapping[int, int], share: float) -> int:
    """Return the smallest value that at least `share` of all values do not exceed (nearest rank).

    `counts` says how often each value occurs. Raises ValueError where there is none.
    """
    rest = share * sum(counts.values())
    for value, count in sorted(counts.items()):
        rest -= count
        # The sum of a share in floating point may be a hair above a whole number.
        if count and rest <= 1e-9:
            return value
    raise ValueError("no value has no centile")


def waits_of(answered: Sequence[Answered]) -> Waits | None:
    """Return how long answers took, None where there is none."""
    counts: Counter[int] = Counter()
    for one in answered:
        counts[one.wait_days] += one.count
    if not counts:
        return None
    in_time = sum(one.count for one in answered if one.is_in_time)
    return Waits(counts.total(), centile(counts, 0.5), centile(counts, 0.9), in_time)


def by_week(period: Period, came_in: Mapping[date, int], answered: Sequence[Answered]) -> list[Week]:
    """Gather days into the weeks of a period; a week without anything stands there with noughts."""
    requests: Counter[date] = Counter()
    for day, count in came_in.items():
        requests[monday(day)] += count
    answers: dict[date, list[Answered]] = {week: [] for week in period.weeks}
    for one in answered:
        answers[monday(one.answered_on)].append(one)
    return [Week(week, requests[week], extracts_in(answers[week]), waits_of(answers[week])) for week in period.weeks]


def extracts_in(answered: Sequence[Answered]) -> int:
    """Return how many of the answers were extracts; that the register holds no information is one, too."""
    return sum(one.count for one in answered if one.outcome is not Outcome.REFUSAL)


def refusals_in(answered: Sequence[Answered]) -> Mapping[Reason, int]:
    """Return how many requests were refused, by reason, in the order of the list."""
    counts: Counter[Reason] = Counter()
    for one in answered:
        if one.outcome is Outcome.REFUSAL and one.reason is not None:
            counts[one.reason] += one.count
    return {reason: counts[reason] for reason in Reason}


def by_purpose(lists: Mapping[str, int]) -> Mapping[Purpose, int]:
    """Return how many requests name each purpose; `lists` counts the purposes of requests as they are kept together.

    A request may name several, so that these add up to more than the requests.
    """
    counts: Counter[Purpose] = Counter()
    for together, count in lists.items():
        for purpose in set(together.split()):
            counts[Purpose(purpose)] += count
    return {purpose: counts[purpose] for purpose in Purpose}


MANY = 4
"""From so many extracts on, families are counted together."""


def repeats_of(families: Mapping[int, int]) -> Mapping[int, int]:
    """Return how many families were given 1, 2, 3, and `MANY` or more extracts."""
    found = dict.fromkeys(range(1, MANY + 1), 0)
    for extracts, count in families.items():
        found[min(extracts, MANY)] += count
    return found

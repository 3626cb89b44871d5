"""Opening hours, written like OpenStreetMap's, and the days on which they do not hold.

``24/7``, ``Mo-Fr 09:00-17:00``, ``09:00-18:00``, ``Mo-Th 09:00-13:00, 14:00-18:00; Fr,Sa 09:00-13:00``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from babel.dates import get_day_names
from pydantic import BeforeValidator, ValidationInfo, field_validator

from app.content.values import Value, Words
from app.kernel.dates import KYIV, in_words
from app.kernel.said import N_, SaidError

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ROUND_THE_CLOCK = "24/7"
CLOSED = "closed"
LONGEST_EXCEPTION = timedelta(days=366)
"""Longer than this, other hours are the usual ones; it is also how a wrong year is noticed."""

_DAY = f"(?:{'|'.join(DAYS)})"
_RUN = f"{_DAY}(?:-{_DAY})?"
_TIMES = r"\d\d:\d\d-\d\d:\d\d"
_RULE = re.compile(f"(?:({_RUN}(?:,{_RUN})*) )?({_TIMES}(?:, ?{_TIMES})*)")
_SPANS = re.compile(f"{_TIMES}(?:, ?{_TIMES})*")


class Open(StrEnum):
    """Whether a line answers at a moment; `unknown` where the source does not say."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, order=True)
class Span:
    """From when until when, on one day."""

    opens: time
    closes: time

    def holds(self, moment: time) -> bool:
        return self == WHOLE_DAY or self.opens <= moment < self.closes

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"


WHOLE_DAY = Span(time(0), time(0))


@dataclass(frozen=True)
class Rule:
    """The spans of some days of the week (0 is Monday). `days` is None where the source gives hours without days."""

    days: tuple[int, ...] | None
    spans: tuple[Span, ...]

    @property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """The days as runs of neighbours: (first, last)."""
        found: list[tuple[int, int]] = []
        for day in self.days or ():
            if found and found[-1][1] == day - 1:
                found[-1] = (found[-1][0], day)
            else:
                found.append((day, day))
        return tuple(found)

    @property
    def times(self) -> str:
        return ", ".join(map(str, self.spans))


def _spans(text: str) -> tuple[Span, ...]:
    """Read ``09:00-13:00, 14:00-18:00``. Raises ValueError where they run backward or into each other."""
    found = []
    for part in re.split(", ?", text):
        opens, _, closes = part.partition("-")
        found.append(Span(time.fromisoformat(opens), time.fromisoformat(closes)))
    moments = [moment for span in found for moment in (span.opens, span.closes)]
    if any(later <= earlier for earlier, later in pairwise(moments)):
        raise SaidError(N_("hours run forward: from an earlier day and time to a later one"))
    return tuple(found)


def _days(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        run = range(DAYS.index(first), DAYS.index(last or first) + 1)
        if not run:
            raise SaidError(N_("hours run forward: from an earlier day and time to a later one"))
        found += run
    return tuple(found)


def _day(value: object) -> object:
    # A number would be taken for seconds since 1970.
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise SaidError(N_("a day is written as 2026-12-25"))
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise SaidError(N_("a day is written as 2026-12-25, and stands in the calendar")) from None


def _special(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value == CLOSED:
        return ()
    if value == ROUND_THE_CLOCK:
        return (WHOLE_DAY,)
    if not _SPANS.fullmatch(value):
        raise SaidError(N_('hours of an exception are written "closed", "24/7" or "09:00-13:00"'))
    return _spans(value)


Day = Annotated[date, BeforeValidator(_day)]


class Exceptional(Value):
    """A day, or several from first to last, on which the weekly hours do not hold: no `hours` is closed."""

    valid_from: Day
    valid_to: Day | None = None
    hours: Annotated[tuple[Span, ...], BeforeValidator(_special)]
    reason: Words

    @field_validator("valid_to")
    @classmethod
    def _forward(cls, last: date | None, others: ValidationInfo) -> date | None:
        first = others.data.get("valid_from")
        if first is None or last is None:
            return last
        if last < first:
            raise SaidError(N_("the last day is before the first one"))
        if last - first > LONGEST_EXCEPTION:
            raise SaidError(N_("an exception lasts a year at most; what lasts longer are the usual hours"))
        return last

    @property
    def last(self) -> date:
        return self.valid_to or self.valid_from

    @property
    def is_closed(self) -> bool:
        return not self.hours

    @property
    def is_round_the_clock(self) -> bool:
        return self.hours == (WHOLE_DAY,)

    @property
    def times(self) -> str:
        return ", ".join(map(str, self.hours))

    def days_in_words(self, language: str) -> str:
        return " – ".join(in_words(day, language) for day in dict.fromkeys((self.valid_from, self.last)))

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.last


def checked_exceptions(exceptions: tuple[Exceptional, ...]) -> tuple[Exceptional, ...]:
    """Return the exceptions. Raises ValueError where two speak of one day."""
    ordered = sorted(exceptions, key=lambda one: one.valid_from)
    for earlier, later in pairwise(ordered):
        if later.valid_from <= earlier.last:
            raise SaidError(N_("two exceptions speak of %(day)s; keep one"), day=later.valid_from)
    return exceptions


def upcoming(exceptions: Iterable[Exceptional], today: date, *, within: timedelta = timedelta.max) -> list[Exceptional]:
    """Return in order those that are not over on `today` and begin `within` this time from it."""
    found = [one for one in exceptions if one.last >= today and one.valid_from - today <= within]
    return sorted(found, key=lambda one: one.valid_from)


@dataclass(frozen=True)
class Hours:
    """When a line answers, in Kyiv time: by the week, and the days on which that does not hold.

    Of two exceptions that cover a day, the first counts.
    """

    rules: tuple[Rule, ...]
    exceptions: tuple[Exceptional, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read the written form. Raises ValueError with the accepted forms."""
        if text == ROUND_THE_CLOCK:
            return cls((Rule(tuple(range(7)), (WHOLE_DAY,)),))
        found = [_RULE.fullmatch(part) for part in re.split("; ?", text)]
        if not all(found):
            raise SaidError(
                N_(
                    'hours are written "24/7", "Mo-Fr 09:00-17:00" or "09:00-18:00", '
                    'several as "Mo-Th 09:00-13:00, 14:00-18:00; Fr 09:00-16:00"'
                )
            )
        rules = tuple(Rule(_days(one[1]) if one[1] else None, _spans(one[2])) for one in found if one)
        if len(rules) > 1 and any(rule.days is None for rule in rules):
            raise SaidError(N_("say of all hours on which days they hold, or give one line of hours without days"))
        named = [day for rule in rules for day in rule.days or ()]
        twice = next((day for day in named if named.count(day) > 1), None)
        if twice is not None:
            raise SaidError(
                N_("%(day)s is named twice; several hours of a day stand behind each other"), day=DAYS[twice]
            )
        return cls(rules)

    @property
    def is_round_the_clock(self) -> bool:
        return [rule.spans for rule in self.rules] == [(WHOLE_DAY,)]

    def but(self, exceptions: Sequence[Exceptional]) -> Hours:
        """Return the hours with further exceptions, which count behind those that they have."""
        return Hours(self.rules, (*self.exceptions, *exceptions))

    def written(self, language: str) -> str:
        """Return the hours as they stand on paper: 24/7, 09:00–18:00, Mon–Fri 09:00–17:00."""
        if self.is_round_the_clock:
            return ROUND_THE_CLOCK
        names = get_day_names("abbreviated", locale=language)
        return in_days(self.rules, [names[day] for day in range(7)])

    def at(self, moment: datetime) -> Open:
        """Say whether the line is open at an aware `moment`. Weekends are unknown where no days are given."""
        local = moment.astimezone(KYIV)
        special = next((one for one in self.exceptions if one.covers(local.date())), None)
        if special is not None:
            return Open.YES if any(span.holds(local.time()) for span in special.hours) else Open.NO
        today = [rule for rule in self.rules if rule.days is None or local.weekday() in rule.days]
        holding = [rule for rule in today if any(span.holds(local.time()) for span in rule.spans)]
        if not holding:
            return Open.NO
        return Open.UNKNOWN if holding[0].days is None and local.weekday() > 4 else Open.YES


def in_days(rules: Iterable[Rule], names: Sequence[str]) -> str:
    """Return rules in words, with the `names` of days from Monday on."""
    said = []
    for rule in rules:
        runs = ["–".join(names[day] for day in dict.fromkeys(run)) for run in rule.runs]
        said.append(" ".join(filter(None, [", ".join(runs), rule.times])))
    return "; ".join(said)

"""The working-day calendar of Ukraine: weekends, public holidays as data, Easter by the Julian reckoning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

TABLE = Path(__file__).parent / "tables" / "holidays.yaml"

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Holiday:
    """A public holiday: on a month and day, or so many days after Easter Sunday; and the days it was in force.

    `law` names what it stands on; `verified` says whether somebody has read that law for this table.
    """

    id: str
    month: int = 0
    day: int = 0
    after_easter: int | None = None
    since: date = date.min
    until: date = date.max
    law: str = ""
    verified: bool = False

    def in_year(self, year: int) -> date | None:
        """Return the holiday's day in a year, None in years in which it was not one."""
        if self.after_easter is None:
            day = date(year, self.month, self.day)
        else:
            day = orthodox_easter(year) + timedelta(days=self.after_easter)
        return day if self.since <= day <= self.until else None


@dataclass(frozen=True)
class Suspension:
    """Days, first and last included, on which holidays are ordinary days."""

    since: date
    until: date = date.max
    law: str = ""
    verified: bool = False


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked. A holiday on a weekend gives the next working day off, unless holidays are suspended."""

    holidays: tuple[Holiday, ...]
    suspensions: tuple[Suspension, ...] = ()

    def holiday(self, day: date) -> Holiday | None:
        """Return the holiday of a day, whether or not people work on it; None for an ordinary day."""
        return next((holiday for holiday in self.holidays if holiday.in_year(day.year) == day), None)

    def is_suspended(self, day: date) -> bool:
        """Whether holidays are worked at that time."""
        return any(time.since <= day <= time.until for time in self.suspensions)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on a day."""
        return day.weekday() < _SATURDAY and (self.is_suspended(day) or day not in _days_off(self, day.year))

    def next_working_day(self, day: date) -> date:
        """Return `day`, or the first working day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, start: date, days: int) -> date:
        """Return the last of `days` working days after `start`, which itself does not count.

        With nought days, the first working day from `start` on. Raises ValueError for fewer.
        """
        if days < 0:
            raise ValueError(f"{days} days cannot be waited")
        day = start
        for _ in range(days):
            day = self.next_working_day(day + _DAY)
        return self.next_working_day(day)


def add_calendar_days(start: date, days: int) -> date:
    """Return the last of `days` calendar days after `start`, which itself does not count."""
    return start + timedelta(days=days)


def orthodox_easter(year: int) -> date:
    """Return Easter Sunday of the Orthodox churches and of the Labour Code, in the civil calendar, for 1900 to 2099.

    Meeus, Astronomical Algorithms, chapter 8, Julian Easter; between 1900 and 2099 the calendars are 13 days apart.
    The churches' change of calendar in 2023 left Easter where it was.
    """
    moon = (19 * (year % 19) + 15) % 30
    week = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    month, day = divmod(moon + week + 114, 31)
    return date(year, month, day + 1) + timedelta(days=13)


@cache
def ukraine() -> WorkingCalendar:
    """Return the calendar of ``tables/holidays.yaml``. Raises ValueError where the table cannot be read."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return WorkingCalendar(
        tuple(_holiday(entry) for entry in table["holidays"]),
        tuple(Suspension(**entry) for entry in table["suspended"]),
    )


def _holiday(entry: Mapping[str, Any]) -> Holiday:
    known = dict(entry)
    if "on" in known:
        known["month"], known["day"] = (int(part) for part in known.pop("on").split("-"))
    return Holiday(**known)


@cache
def _days_off(calendar: WorkingCalendar, year: int) -> Mapping[date, str]:
    """Return the days off that holidays give in a year, moved ones included, with the id of the holiday."""
    days = {day: holiday.id for holiday in calendar.holidays if (day := holiday.in_year(year))}
    for day, id_ in sorted(days.items()):
        if day.weekday() < _SATURDAY:
            continue
        moved = day
        while moved.weekday() >= _SATURDAY or moved in days:
            moved += _DAY
        days[moved] = id_
    return MappingProxyType(days)

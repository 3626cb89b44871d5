"""Dates as families know them: a year, perhaps a month, perhaps a day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

KYIV = ZoneInfo("Europe/Kyiv")

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def day_and_time(moment: datetime) -> str:
    """Return a moment by the clocks of Kyiv, as pages show it in every language: 28.03.2026, 14:05."""
    return f"{moment.astimezone(KYIV):%d.%m.%Y, %H:%M}"


def as_utc(moment: datetime) -> datetime:
    """Return a moment in UTC, with its zone. One without is UTC already: SQLite keeps the moments of its rows so."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@dataclass(frozen=True, order=True)
class PartialDate:
    """A day, a month or a year. Raises ValueError for a day that no calendar has."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day without a month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read ``2026``, ``2026-03`` or ``2026-03-28``. Raises ValueError for anything else."""
        found = _ISO.fullmatch(text.strip())
        if not found:
            raise ValueError(f"not a date: {text[:20]!r}")
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        return cls(year, month, day)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
        if self.day is not None:
            parts.append(f"{self.day:02d}")
        return "-".join(parts)

    @property
    def earliest(self) -> date:
        """The first day that this date can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that this date can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def is_exact(self) -> bool:
        return self.day is not None


def in_words(day: PartialDate | date | str, language: str) -> str:
    """Return a date in words: 28 березня 2026, March 2026, 2025. A text that is no date is returned as it is."""
    if isinstance(day, str):
        try:
            day = PartialDate.parse(day)
        except ValueError:
            return str(day)
    if isinstance(day, date):
        return format_date(day, "d MMMM y", locale=language)
    if day.day is not None:
        return format_date(day.earliest, "d MMMM y", locale=language)
    return format_date(day.earliest, "LLLL y" if day.month else "y", locale=language)


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later; the last day of the month where that day does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))

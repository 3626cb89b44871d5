"""Opening hours of a phone line, written like OpenStreetMap's: ``24/7``, ``Mo-Fr 09:00-17:00``, ``09:00-18:00``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from babel.dates import get_day_names

from app.kernel.dates import KYIV
from app.kernel.said import N_, SaidError

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_PATTERN = re.compile(r"(?:(Mo|Tu|We|Th|Fr|Sa|Su)-(Mo|Tu|We|Th|Fr|Sa|Su) )?(\d\d):(\d\d)-(\d\d):(\d\d)")


class Open(StrEnum):
    """Whether a line answers at a moment; `unknown` where the source does not say."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Hours:
    """When a line answers, in Kyiv time. `days` is None where the source gives hours without days."""

    opens: time
    closes: time
    days: tuple[int, ...] | None
    round_the_clock: bool = False

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read the written form. Raises ValueError with the accepted forms."""
        if text == "24/7":
            return cls(time(0), time(0), tuple(range(7)), round_the_clock=True)
        found = _PATTERN.fullmatch(text)
        if not found:
            raise SaidError(N_('hours are written "24/7", "Mo-Fr 09:00-17:00" or "09:00-18:00"'))
        first, last, h1, m1, h2, m2 = found.groups()
        days = tuple(range(DAYS.index(first), DAYS.index(last) + 1)) if first else None
        opens, closes = time(int(h1), int(m1)), time(int(h2), int(m2))
        if days == () or closes <= opens:
            raise SaidError(N_("hours run forward: from an earlier day and time to a later one"))
        return cls(opens, closes, days)

    def written(self, language: str) -> str:
        """Return the hours as they stand on paper: 24/7, 09:00–18:00, Mon–Fri 09:00–17:00."""
        if self.round_the_clock:
            return "24/7"
        times = f"{self.opens:%H:%M}–{self.closes:%H:%M}"
        if self.days is None:
            return times
        names = get_day_names("abbreviated", locale=language)
        ends = dict.fromkeys((self.days[0], self.days[-1]))
        return f"{'–'.join(names[day] for day in ends)} {times}"

    def at(self, moment: datetime) -> Open:
        """Say whether the line is open at an aware `moment`. Weekends are unknown where no days are given."""
        local = moment.astimezone(KYIV)
        if self.round_the_clock:
            return Open.YES
        if self.days is not None and local.weekday() not in self.days:
            return Open.NO
        if not self.opens <= local.time() < self.closes:
            return Open.NO
        return Open.UNKNOWN if self.days is None and local.weekday() > 4 else Open.YES

"""When an answer can be expected, and how certain that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kernel.working_days import WorkingCalendar, add_calendar_days

CALENDAR_DAYS = 30
"""Days within which extracts were issued in July 2023, counted from receipt, in order of arrival (minre-2023-a64f)."""


class Basis(StrEnum):
    """What a date stands on."""

    PRACTICE_OF_2023 = "practice_of_2023"


@dataclass(frozen=True)
class Term:
    """The day by which an answer is expected and the sum behind it.

    `due_on` is the last of `days` calendar days, the day after receipt being the first. `office_day` is the working
    day on which an answer can come: `due_on`, or the next one where that is a day off. `certain` is False as long as
    no term in force is published: then the page says so.
    """

    received_on: date
    days: int
    due_on: date
    office_day: date
    basis: Basis
    sources: tuple[str, ...]
    certain: bool = False

    def days_left(self, today: date) -> int:
        """Days from `today` to the due day; below nought when it has passed."""
        return (self.due_on - today).days


def term(received_on: date, calendar: WorkingCalendar) -> Term:
    """Return the term of a request received on a day, in Kyiv.

    The extract's facts know one figure, of 2023, and none in force; so it is never `certain`.
    """
    due_on = add_calendar_days(received_on, CALENDAR_DAYS)
    return Term(
        received_on=received_on,
        days=CALENDAR_DAYS,
        due_on=due_on,
        office_day=calendar.next_working_day(due_on),
        basis=Basis.PRACTICE_OF_2023,
        sources=("minre-2023-a64f",),
    )

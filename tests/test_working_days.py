"""The working-day calendar against days that everybody can look up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.working_days import WorkingCalendar, add_calendar_days, orthodox_easter, ukraine

UKRAINE = ukraine()
IN_PEACE = WorkingCalendar(UKRAINE.holidays)
"""The same calendar as if holidays were kept throughout."""

DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (2000, 4, 30), (2010, 4, 4), (2013, 5, 5), (2014, 4, 20), (2015, 4, 12), (2016, 5, 1), (2017, 4, 16),
        (2018, 4, 8), (2019, 4, 28), (2020, 4, 19), (2021, 5, 2), (2022, 4, 24), (2023, 4, 16), (2024, 5, 5),
        (2025, 4, 20), (2026, 4, 12), (2027, 5, 2), (2028, 4, 16),
    ],
)  # fmt: skip
def test_easter_is_where_orthodox_churches_keep_it(year: int, month: int, day: int) -> None:
    assert orthodox_easter(year) == date(year, month, day)


@given(st.integers(1900, 2099))
def test_easter_is_a_sunday_in_spring(year: int) -> None:
    easter = orthodox_easter(year)
    assert easter.weekday() == 6
    assert date(year, 4, 4) <= easter <= date(year, 5, 8)


def test_trinity_is_fifty_days_after_easter_counted_as_the_church_counts() -> None:
    named = UKRAINE.holiday(date(2026, 5, 31))
    assert named is not None
    assert named.id == "trinity"


@pytest.mark.parametrize(
    ("day", "id_"),
    [
        (date(2021, 12, 25), "christmas"),
        (date(2022, 1, 7), "christmas-julian"),
        (date(2024, 1, 7), None),
        (date(2023, 5, 9), "victory-day"),
        (date(2024, 5, 9), None),
        (date(2024, 5, 8), "remembrance-day"),
        (date(2022, 7, 28), "statehood-day-july-28"),
        (date(2024, 7, 28), None),
        (date(2024, 7, 15), "statehood-day"),
        (date(2022, 10, 14), "defenders-day-october-14"),
        (date(2023, 10, 1), "defenders-day"),
        (date(2023, 10, 14), None),
        (date(2026, 8, 24), "independence-day"),
    ],
)
def test_holidays_follow_the_changes_of_the_calendar(day: date, id_: str | None) -> None:
    holiday = UKRAINE.holiday(day)
    assert (holiday.id if holiday else None) == id_


def test_each_holiday_names_its_law_and_says_that_nobody_has_read_it_yet() -> None:
    assert all("Labour Code" in holiday.law for holiday in UKRAINE.holidays)
    assert not any(holiday.verified for holiday in UKRAINE.holidays)
    assert all(time.law for time in UKRAINE.suspensions)


def test_under_martial_law_holidays_are_worked_and_weekends_are_not() -> None:
    assert UKRAINE.is_working_day(date(2026, 8, 24))
    assert UKRAINE.is_working_day(date(2025, 12, 25))
    assert not UKRAINE.is_working_day(date(2026, 11, 28))
    assert not UKRAINE.is_working_day(date(2021, 8, 24))


def test_a_holiday_on_a_weekend_moves_to_monday_where_holidays_are_kept() -> None:
    assert not IN_PEACE.is_working_day(orthodox_easter(2026) + timedelta(days=1))
    assert not IN_PEACE.is_working_day(date(2026, 3, 9))
    assert IN_PEACE.is_working_day(date(2026, 3, 10))


def test_two_holidays_never_take_one_day_off() -> None:
    """Easter of 2016 fell on 1 May: Monday and Tuesday were off in its place and in that of the holiday after it."""
    assert not IN_PEACE.is_working_day(date(2016, 5, 2))
    moved = WorkingCalendar(tuple(day for day in UKRAINE.holidays if day.id in ("new-year", "womens-day")))
    assert not moved.is_working_day(date(2028, 1, 3))


@given(DAYS, st.integers(0, 60))
def test_working_days_are_counted_after_the_first(start: date, days: int) -> None:
    for calendar in (UKRAINE, IN_PEACE):
        end = calendar.add_working_days(start, days)
        assert calendar.is_working_day(end)
        between = [start + timedelta(days=step) for step in range(1, (end - start).days + 1)]
        if days:
            assert sum(map(calendar.is_working_day, between)) == days


@given(DAYS, st.integers(1, 40), st.integers(1, 40))
def test_waiting_twice_is_waiting_the_sum(start: date, first: int, second: int) -> None:
    halfway = IN_PEACE.add_working_days(start, first)
    assert IN_PEACE.add_working_days(halfway, second) == IN_PEACE.add_working_days(start, first + second)


@given(DAYS)
def test_the_next_working_day_is_soon(day: date) -> None:
    assert timedelta(0) <= IN_PEACE.next_working_day(day) - day <= timedelta(days=6)


def test_nobody_waits_less_than_no_days() -> None:
    with pytest.raises(ValueError, match="-1"):
        UKRAINE.add_working_days(date(2026, 1, 1), -1)


def test_calendar_days_are_counted_after_the_first() -> None:
    assert add_calendar_days(date(2026, 11, 25), 30) == date(2026, 12, 25)

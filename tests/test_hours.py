"""Opening hours: how they are written, and whether a line answers at a moment in Kyiv."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.hours import Hours, Open
from app.kernel.dates import KYIV

MOMENTS = st.datetimes(datetime(2022, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def kyiv(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in the week of Monday 5 January 2026."""
    return datetime(2026, 1, day, hour, minute, tzinfo=KYIV)


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (kyiv(5, 9), Open.YES),
        (kyiv(9, 16, 59), Open.YES),
        (kyiv(7, 8, 59), Open.NO),
        (kyiv(7, 17), Open.NO),
        (kyiv(10, 12), Open.NO),
        (kyiv(11, 12), Open.NO),
    ],
)
def test_a_weekday_line_answers_from_its_first_minute_until_its_last(moment: datetime, state: Open) -> None:
    assert Hours.parse("Mo-Fr 09:00-17:00").at(moment) is state


@pytest.mark.parametrize("day", range(5, 12))
def test_a_daily_line_answers_at_weekends_too(day: int) -> None:
    hours = Hours.parse("Mo-Su 10:00-20:00")
    assert hours.at(kyiv(day, 12)) is Open.YES
    assert hours.at(kyiv(day, 21)) is Open.NO


def test_hours_without_days_leave_the_weekend_unknown() -> None:
    hours = Hours.parse("09:00-18:00")
    assert hours.at(kyiv(9, 12)) is Open.YES
    assert hours.at(kyiv(10, 12)) is Open.UNKNOWN
    assert hours.at(kyiv(10, 20)) is Open.NO


def test_a_single_day_may_be_written_as_a_range() -> None:
    hours = Hours.parse("Sa-Sa 09:00-12:00")
    assert hours.at(kyiv(10, 10)) is Open.YES
    assert hours.at(kyiv(9, 10)) is Open.NO


@pytest.mark.parametrize(
    ("hours", "uk", "en"),
    [
        ("24/7", "24/7", "24/7"),
        ("09:00-18:00", "09:00–18:00", "09:00–18:00"),
        ("Mo-Fr 09:00-17:00", "пн–пт 09:00–17:00", "Mon–Fri 09:00–17:00"),
        ("Sa-Sa 09:00-12:00", "сб 09:00–12:00", "Sat 09:00–12:00"),
    ],
)
def test_hours_are_written_in_either_language_of_a_paper(hours: str, uk: str, en: str) -> None:
    assert (Hours.parse(hours).written("uk"), Hours.parse(hours).written("en")) == (uk, en)


@settings(max_examples=100, deadline=None)
@given(MOMENTS)
def test_a_line_round_the_clock_always_answers(moment: datetime) -> None:
    assert Hours.parse("24/7").at(moment) is Open.YES


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.integers(-12, 14))
def test_a_caller_abroad_gets_the_same_answer(moment: datetime, offset: int) -> None:
    hours = Hours.parse("Mo-Fr 09:00-17:00")
    abroad = moment.astimezone(timezone(timedelta(hours=offset)))
    assert hours.at(moment) is hours.at(abroad)


def test_summer_time_moves_the_hours_with_kyiv() -> None:
    hours = Hours.parse("Mo-Fr 09:00-17:00")
    assert hours.at(datetime(2026, 7, 6, 6, 30, tzinfo=UTC)) is Open.YES
    assert hours.at(datetime(2026, 1, 5, 6, 30, tzinfo=UTC)) is Open.NO


@pytest.mark.parametrize(
    "text",
    ["", "always", "24/5", "9:00-17:00", "Mo-Fr", "Пн-Пт 09:00-17:00", "Mo-Fr 09:00–17:00", "Mo-Fr 09:00-17:00, Sa"],
)
def test_hours_in_another_form_are_refused_with_the_accepted_forms(text: str) -> None:
    with pytest.raises(ValueError, match="24/7"):
        Hours.parse(text)


@pytest.mark.parametrize("text", ["Fr-Mo 09:00-17:00", "17:00-09:00", "09:00-09:00", "25:00-26:00", "09:60-10:00"])
def test_hours_that_no_clock_or_week_has_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Hours.parse(text)

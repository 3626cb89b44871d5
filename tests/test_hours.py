"""Opening hours: how they are written, and whether a line answers at a moment in Kyiv."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.directory.hours import Exceptional, Hours, Open, checked_exceptions, upcoming
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
        (
            "Mo-Th 09:00-13:00, 14:00-18:00; Fr,Su 09:00-12:00",
            "пн–чт 09:00–13:00, 14:00–18:00; пт, нд 09:00–12:00",
            "Mon–Thu 09:00–13:00, 14:00–18:00; Fri, Sun 09:00–12:00",
        ),
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


@pytest.mark.parametrize("text", ["Fr-Mo 09:00-17:00", "17:00-09:00", "09:00-09:00", "25:00-26:00", "09:60-10:00",
        "Mo 09:00-17:00; Mo-Fr 10:00-12:00", "09:00-12:00; Mo 10:00-12:00", "Mo 09:00-13:00, 12:00-17:00"]
)  # fmt: skip
def test_hours_that_no_clock_or_week_has_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Hours.parse(text)


WEEK = Hours.parse("Mo-Th 09:00-13:00, 14:00-18:00; Fr 09:00-16:00")


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (kyiv(5, 12, 59), Open.YES),
        (kyiv(5, 13), Open.NO),
        (kyiv(5, 14), Open.YES),
        (kyiv(9, 15), Open.YES),
        (kyiv(9, 17), Open.NO),
        (kyiv(10, 12), Open.NO),
    ],
)
def test_each_day_has_its_own_hours_and_its_break(moment: datetime, state: Open) -> None:
    assert WEEK.at(moment) is state


def exception(**parts: object) -> Exceptional:
    reason = {"uk": "свято", "en": "public holiday"}
    return Exceptional.model_validate({"valid_from": "2026-01-06", "hours": "closed", "reason": reason, **parts})


@pytest.mark.parametrize(("day", "state"), [(5, Open.YES), (6, Open.NO), (7, Open.YES)])
def test_a_line_is_closed_on_the_day_of_its_exception_alone(day: int, state: Open) -> None:
    assert Hours.parse("Mo-Fr 09:00-17:00").but([exception()]).at(kyiv(day, 12)) is state


def test_an_exception_lasts_from_its_first_day_to_its_last_in_kyiv() -> None:
    hours = Hours.parse("24/7").but([exception(valid_to=date(2026, 1, 8))])
    assert [hours.at(kyiv(day, 0)) for day in (6, 7, 8, 9)] == [Open.NO, Open.NO, Open.NO, Open.YES]
    assert hours.at(kyiv(5, 23, 59)) is Open.YES
    assert hours.at(datetime(2026, 1, 5, 22, 0, tzinfo=UTC)) is Open.NO


def test_other_hours_take_the_place_of_the_weekly_ones() -> None:
    hours = WEEK.but([exception(hours="10:00-12:00, 15:00-16:00")])
    assert [hours.at(kyiv(6, hour)) for hour in (9, 10, 12, 15, 16)] == [
        Open.NO, Open.YES, Open.NO, Open.YES, Open.NO,
    ]  # fmt: skip


def test_an_exception_may_open_a_day_that_is_closed_else() -> None:
    hours = WEEK.but([exception(valid_from="2026-01-10", hours="24/7")])
    assert hours.at(kyiv(10, 23, 59)) is Open.YES


def test_of_two_exceptions_the_nearer_one_counts() -> None:
    assert WEEK.but([exception(hours="09:00-12:00")]).but([exception()]).at(kyiv(6, 10)) is Open.YES


@settings(max_examples=100, deadline=None)
@given(MOMENTS)
def test_on_every_other_day_the_weekly_hours_hold(moment: datetime) -> None:
    one = exception(valid_from="2024-12-30", valid_to="2025-01-02")
    at = WEEK.but([one]).at(moment)
    assert at is (Open.NO if one.covers(moment.astimezone(KYIV).date()) else WEEK.at(moment))


def test_what_is_over_is_not_upcoming_and_the_next_comes_first() -> None:
    past, range_, far = exception(), exception(valid_to="2026-01-08"), exception(valid_from="2026-03-09")
    assert upcoming([far, past, range_], date(2026, 1, 8)) == [range_, far]
    assert upcoming([far, past, range_], date(2026, 1, 8), within=timedelta(days=30)) == [range_]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"valid_from": "soon"}, "2026-12-25"),
        ({"valid_from": "2026-02-30"}, "calendar"),
        ({"valid_from": 20260106}, "2026-12-25"),
        ({"valid_to": "2026-01-05"}, "before the first"),
        ({"valid_to": "2036-01-06"}, "a year at most"),
        ({"hours": "shut"}, "closed"),
        ({"hours": "12:00-10:00"}, "forward"),
        ({"reason": {"uk": "свято"}}, "'en' is missing"),
        ({"until": "2026-01-08"}, "until"),
    ],
)
def test_an_exception_that_cannot_be_is_refused_in_words(fault: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        exception(**fault)


def test_two_exceptions_of_one_day_are_refused() -> None:
    twice = (exception(valid_from="2026-01-07"), exception(valid_to="2026-01-07"))
    with pytest.raises(ValueError, match="2026-01-07"):
        checked_exceptions(twice)
    assert checked_exceptions((exception(valid_from="2026-01-07"), exception()))

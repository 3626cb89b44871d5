"""When an answer is expected, and the calendar file that says so."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from app.extracts.calendar_file import Entry, request_calendar
from app.extracts.term import CALENDAR_DAYS, Basis, term
from app.kernel.working_days import ukraine

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_thirty_calendar_days_after_receipt_and_never_certain() -> None:
    found = term(date(2026, 11, 25), ukraine())
    assert found.due_on == date(2026, 12, 25)
    assert found.days == CALENDAR_DAYS == 30
    assert found.basis is Basis.PRACTICE_OF_2023
    assert not found.certain
    assert found.sources == ("minre-2023-a64f",)


def test_an_answer_due_on_a_sunday_comes_on_monday() -> None:
    found = term(date(2026, 11, 27), ukraine())
    assert found.due_on == date(2026, 12, 27)
    assert found.office_day == date(2026, 12, 28)


def test_days_left_run_below_nought() -> None:
    found = term(date(2026, 11, 25), ukraine())
    assert found.days_left(date(2026, 12, 24)) == 1
    assert found.days_left(date(2026, 12, 28)) == -3


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_offices_work_on_the_day_that_is_named(received: date) -> None:
    found = term(received, ukraine())
    assert ukraine().is_working_day(found.office_day)
    assert 0 <= (found.office_day - found.due_on).days <= 6


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
def test_the_calendar_holds_the_title_and_the_reference_alone(title: str) -> None:
    file = request_calendar("DV-7K3M-9PX4-2HAC", (Entry("answer", date(2026, 12, 25), title),), now=NOW)
    event = Calendar.from_ical(file).walk("VEVENT")[0]
    assert str(event["summary"]) == f"{title} (DV-7K3M-9PX4-2HAC)"
    assert event["dtstart"].dt == date(2026, 12, 25)
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "TRANSP", "CLASS", "SUMMARY"}


def test_a_newer_file_replaces_the_entries_of_an_older_one() -> None:
    files = [
        request_calendar("DV-7K3M-9PX4-2HAC", (Entry("answer", day, "Open your page"),), now=NOW)
        for day in (date(2026, 12, 25), date(2027, 1, 8))
    ]
    first, second = (str(Calendar.from_ical(file).walk("VEVENT")[0]["uid"]) for file in files)
    assert first == second

"""Dates as families know them: whole, partial, impossible, in words, some months later."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.dates import PartialDate, add_months, in_words


@pytest.mark.parametrize("text", ["2026", "2026-03", "2026-03-28", "2024-02-29"])
def test_a_date_is_kept_as_exactly_as_it_was_given(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


def test_a_date_may_be_typed_with_spaces_around_and_without_zeros() -> None:
    assert str(PartialDate.parse(" 2026-3-8 ")) == "2026-03-08"


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "26", "28.03.2026", "2026-13", "2026-00", "2026-02-29", "2026-03-00", "2026-04-31",
        "2026-03-28T10:00", "0000", "2026-", "-2026", "20266",
    ],
)  # fmt: skip
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate.parse(text)


def test_a_day_needs_its_month() -> None:
    with pytest.raises(ValueError, match="without a month"):
        PartialDate(2026, None, 28)


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "is_exact"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), False),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), False),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), False),
        ("2026-03-28", date(2026, 3, 28), date(2026, 3, 28), True),
    ],
)
def test_a_partial_date_covers_every_day_it_can_mean(text: str, earliest: date, latest: date, is_exact: bool) -> None:
    given_date = PartialDate.parse(text)
    assert (given_date.earliest, given_date.latest, given_date.is_exact) == (earliest, latest, is_exact)


@pytest.mark.parametrize(
    ("day", "language", "words"),
    [
        ("2026-03-28", "uk", "28 березня 2026"),
        ("2026-03", "uk", "березень 2026"),
        ("2025", "uk", "2025"),
        ("2026-03-28", "en", "28 March 2026"),
        ("2026-03", "en", "March 2026"),
        ("2025", "en", "2025"),
        (date(2026, 3, 8), "uk", "8 березня 2026"),
        (date(2026, 3, 8), "en", "8 March 2026"),
        (PartialDate(2026, 8), "uk", "серпень 2026"),
    ],
)
def test_a_date_is_read_in_words(day: PartialDate | date | str, language: str, words: str) -> None:
    assert in_words(day, language) == words


@pytest.mark.parametrize("text", ["spring 2026", "2026-02-30", ""])
def test_a_text_that_is_no_date_is_shown_as_it_is(text: str) -> None:
    assert in_words(text, "en") == text


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 28), 6, date(2026, 9, 28)),
        (date(2026, 11, 15), 3, date(2027, 2, 15)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 3, 28), 0, date(2026, 3, 28)),
    ],
)
def test_a_term_in_months_ends_on_the_same_day_or_the_last_of_the_month(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@settings(max_examples=200, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(0, 240))
def test_a_term_in_months_never_slips_into_another_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@settings(max_examples=200, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_every_day_of_the_calendar_is_read_and_written_alike(day: date) -> None:
    known = PartialDate.parse(day.isoformat())
    assert str(known) == day.isoformat()
    assert known.earliest == known.latest == day

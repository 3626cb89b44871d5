"""What is published tells no small number: every table is attacked by trying all numbers that would fit it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.extracts.figures.model import Waits
from app.extracts.model import Kinship, Purpose
from app.extracts.statistics.model import (
    Bound,
    Counted,
    Month,
    Share,
    Year,
    due_months,
    month_of,
    month_text,
    read_month,
    read_year,
    share_of,
    year_of,
    year_text,
)
from app.extracts.statistics.suppression import SMALL, TooSmallError, is_safe, mentions, parts
from app.kernel.dates import add_months

FULL = set(range(SMALL))
"""What everybody must be able to believe of a small number."""

COUNTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 45), min_size=1)


def sums(ranges: Iterable[range], most: int) -> set[int]:
    """Return every sum up to `most` of one number of each range."""
    found = {0}
    for one in ranges:
        found = {so_far + number for so_far in found for number in one if so_far + number <= most}
    return found


def sort_of(count: int, most: int) -> range:
    """Return what somebody who knows whether a hidden count is small can believe of it."""
    return range(SMALL) if count < SMALL else range(SMALL, most + 1)


def believable(counts: Mapping[str, int], hidden: Iterable[str], together: int, part: str) -> set[int]:
    """Return every number that a part can have where the hidden ones are `together` so many."""
    others = sums((sort_of(counts[other], together) for other in hidden if other != part), together)
    return {number for number in sort_of(counts[part], together) if together - number in others}


@settings(max_examples=400, deadline=None)
@given(COUNTS)
@example({"a": 3, "b": 40})
@example({"a": 9, "b": 9})
@example({"a": 0, "b": 0, "c": 25})
@example({"a": 1, "b": 10, "c": 10, "d": 12})
def test_parts_of_a_known_whole_tell_no_small_number(counts: dict[str, int]) -> None:
    try:
        shown = parts(counts)
    except TooSmallError:
        return
    assert all(count >= SMALL for count in shown.shown.values())
    assert sum(shown.shown.values()) + shown.together == sum(counts.values())
    assert set(shown.shown) | shown.hidden == set(counts)
    for part in shown.hidden:
        if counts[part] < SMALL:
            assert believable(counts, shown.hidden, shown.together, part) == FULL, (counts, shown)


@given(st.lists(st.integers(0, 40), max_size=5))
def test_a_sum_is_safe_exactly_when_trying_all_numbers_finds_nothing(hidden: list[int]) -> None:
    counts = {str(place): count for place, count in enumerate(hidden)}
    small = [part for part, count in counts.items() if count < SMALL]
    assert is_safe(hidden) == all(believable(counts, counts, sum(hidden), part) == FULL for part in small)


def test_what_need_not_be_hidden_is_shown() -> None:
    assert parts({"a": 10, "b": 11}).hidden == frozenset()
    assert parts({"a": 4, "b": 15, "c": 16, "d": 300}).hidden == {"a", "b"}
    assert parts({"a": 3, "b": 6, "c": 300}).hidden == {"a", "b"}
    assert parts({"a": 0, "b": 12, "c": 30, "d": 300}).hidden == {"a", "c"}


def test_where_all_is_small_nothing_is_published() -> None:
    for counts in ({"a": 3}, {"a": 3, "b": 4}, {"a": 9, "b": 9}, {"a": 0, "b": 10}):
        with pytest.raises(TooSmallError):
            parts(counts)


@settings(max_examples=300, deadline=None)
@given(COUNTS, st.integers(0, 30))
@example({"a": 5, "b": 12, "c": 13}, 0)
def test_mentions_of_several_things_tell_no_small_number(counts: dict[str, int], besides: int) -> None:
    # Each of the whole names one thing at least: the whole lies between the greatest count and the sum of all.
    whole = max(max(counts.values()), sum(counts.values()) - besides)
    assume(whole >= SMALL)
    try:
        shown = mentions(counts, whole)
    except TooSmallError:
        return
    told = sum(shown.shown.values())
    for part in shown.hidden:
        if counts[part] < SMALL:
            others = [sort_of(counts[other], whole)[-1] for other in shown.hidden if other != part]
            assert {n for n in range(min(SMALL, whole + 1)) if told + n + sum(others) >= whole} == FULL


# Months and years


def counted(numbers: Sequence[tuple[int, int]]) -> list[Counted]:
    """Return what there was in months from January on: (requests, extracts)."""
    so_far, found = 0, []
    for place, (requests, extracts) in enumerate(numbers):
        so_far += extracts
        found.append(Counted(add_months(date(2026, 1, 1), place), requests, extracts, so_far, None))
    return found


def published(found: Sequence[Counted]) -> list[Month]:
    months: list[Month] = []
    for one in found:
        months.append(month_of(one, months))
    return months


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Draw requests and extracts of four months: no more extracts than requests so far, and the first month counts."""
    waiting, found = 0, []
    for place in range(4):
        requests = draw(st.integers(SMALL if place == 0 else 0, 24))
        waiting += requests
        extracts = draw(st.integers(0, min(waiting, 24)))
        waiting -= extracts
        found.append((requests, extracts))
    return found


def fits(told: Sequence[tuple[range, range]], wholes: tuple[int | None, int | None]) -> bool:
    """Say whether some numbers of these ranges have the wholes, and never more extracts than requests so far.

    What can have come so far is kept with a bit for each number of extracts that can have gone out.
    """
    reached = {0: 1}
    for requests, extracts in told:
        further: dict[int, int] = {}
        for came, went in reached.items():
            spread = 0
            for out in extracts:
                spread |= went << out
            for more in requests:
                further[came + more] = further.get(came + more, 0) | spread & ((2 << came + more) - 1)
        reached = further
    came_whole, went_whole = wholes
    ends = reached.values() if came_whole is None else [reached.get(came_whole, 0)]
    return any(went if went_whole is None else went >> went_whole & 1 for went in ends)


@settings(max_examples=60, deadline=None)
@given(lives())
@example([(10, 0), (9, 0), (10, 20), (10, 0)])
@example([(24, 0), (9, 24), (12, 0), (10, 10)])
@example([(20, 5), (4, 5), (24, 12), (6, 12)])
def test_months_and_their_wholes_tell_no_small_number(numbers: list[tuple[int, int]]) -> None:
    found = counted(numbers)
    months = published(found)
    kinships = {Kinship.SPOUSE: sum(one.requests for one in found)}
    year = year_of(months, found, kinships, {Purpose.PAY: kinships[Kinship.SPOUSE]})
    told = []
    for month, (requests, extracts) in zip(months, numbers, strict=True):
        came = range(requests, requests + 1) if month.requests is not None else sort_of(requests, 40)
        # A dash says of extracts no more than that they are not told: they may be small, or withheld.
        went = range(extracts, extracts + 1) if month.extracts is not None else range(41)
        told.append((came, went))
    wholes = (year.requests, year.extracts)
    assert fits([(range(r, r + 1), range(e, e + 1)) for r, e in numbers], wholes)
    for place, pair in enumerate(numbers):
        for kind in (0, 1):
            if pair[kind] < SMALL:
                for number in FULL:
                    other = list(told)
                    one = range(number, number + 1)
                    other[place] = (one, told[place][1]) if kind == 0 else (told[place][0], one)
                    assert fits(other, wholes), (numbers, months, year, place, kind, number)


def test_a_whole_that_would_tell_a_hidden_month_is_not_published() -> None:
    found = counted([(50, 0), (4, 0), (60, 12)])
    year = year_of(published(found), found, {Kinship.SPOUSE: 114}, {Purpose.PAY: 114})
    assert year == Year(2026, date(2026, 1, 1), None, None)


def test_a_whole_year_is_published_with_its_tables() -> None:
    found = counted([(500, 0), (400, 300)])
    kinships = {Kinship.SPOUSE: 600, Kinship.PARENT: 275, Kinship.LAWYER: 21, Kinship.WARD: 4}
    purposes = {Purpose.PAY: 700, Purpose.COURT: 300, Purpose.OTHER: 3}
    year = year_of(published(found), found, kinships, purposes)
    assert (year.requests, year.extracts, year.others) == (900, None, 25)
    assert [group.code for group in year.kinships] == ["spouse", "parent"]
    assert [group.code for group in year.purposes] == ["pay", "court"]


def test_a_median_and_a_share_need_enough_answers() -> None:
    def with_waits(waits: Waits | None) -> Month:
        return month_of(Counted(date(2026, 1, 1), 500, 40, 40, waits), [])

    assert with_waits(None).median_days is None
    assert with_waits(Waits(9, 12, 20, 9)).median_days is None
    assert with_waits(Waits(40, 12, 20, 25)).median_days == 12
    assert with_waits(Waits(40, 12, 20, 25)).in_time == Share(62, Bound.EXACT)


def test_few_late_answers_are_not_told() -> None:
    assert share_of(10, 20) == Share(50, Bound.EXACT)
    assert share_of(99, 100) == share_of(100, 100) == share_of(91, 100) == Share(90, Bound.MORE_THAN)
    assert share_of(1, 100) == share_of(0, 4000) == Share(10, Bound.LESS_THAN)
    assert share_of(9, 19) is None
    assert share_of(99, 99) is None


def test_a_month_is_due_a_day_after_it_has_ended() -> None:
    begun = date(2026, 9, 17)
    assert due_months(date(2026, 10, 1), begun=begun, published=[]) == []
    assert due_months(date(2026, 10, 2), begun=begun, published=[]) == [date(2026, 9, 1)]
    september = Month(date(2026, 9, 1), 10, None, None, None)
    later = due_months(date(2026, 12, 2), begun=begun, published=[september])
    assert later == [date(2026, 10, 1), date(2026, 11, 1)]


def test_what_is_kept_is_read_again() -> None:
    month = Month(date(2026, 9, 1), 10, None, 14, Share(90, Bound.MORE_THAN), is_near=True)
    assert read_month(month_text(month)) == month
    found = counted([(500, 0), (400, 300)])
    year = year_of(published(found), found, {Kinship.SPOUSE: 870, Kinship.WARD: 30}, {Purpose.PAY: 900})
    assert read_year(year_text(year)) == year

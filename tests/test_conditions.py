"""Conditions: what lets a question, a step or a sentence stand, and which answers are named as the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pathways.conditions import UNKNOWN, Answered, Condition, Is
from app.pathways.predicates import PREDICATES

TODAY = date(2026, 4, 16)

FAMILY_ABROAD = {"family": ("abroad",)}
SOLDIER = {"who": ("armed-forces",), "soldier": ("notified",)}


def holds(data: object, answers: Mapping[str, tuple[str, ...]], today: date = TODAY) -> bool:
    return Condition.parse(data).match(answers, today) is not None


def reasons(data: object, answers: Mapping[str, tuple[str, ...]]) -> Sequence[tuple[str, str]]:
    found = Condition.parse(data).match(answers, TODAY)
    assert found is not None
    return sorted(found)


@pytest.mark.parametrize("data", [None, {}])
def test_what_has_no_condition_always_stands(data: object) -> None:
    assert holds(data, {})
    assert reasons(data, SOLDIER) == []


def test_every_key_of_a_mapping_must_hold() -> None:
    both = {"who": "armed-forces", "soldier": "notified"}
    assert holds(both, SOLDIER)
    assert not holds(both, {"who": ("armed-forces",)})
    assert not holds(both, {**SOLDIER, "soldier": ("awol",)})


def test_one_option_of_a_list_is_enough() -> None:
    either = {"soldier": ["no-contact", "notified"]}
    assert holds(either, {"soldier": ("notified",)})
    assert holds(either, {"soldier": ("no-contact",)})
    assert not holds(either, {"soldier": ("awol",)})


def test_one_mapping_of_a_list_is_enough() -> None:
    either = [{"family": "abroad"}, {"need": "legal"}]
    assert holds(either, FAMILY_ABROAD)
    assert holds(either, {"need": ("money", "legal")})
    assert not holds(either, {"family": ("controlled",), "need": ("money",)})


def test_a_question_that_was_not_answered_meets_no_condition() -> None:
    assert not holds({"family": "abroad"}, {})
    assert not holds({"family": UNKNOWN}, {})


def test_i_do_not_know_is_an_answer_of_its_own() -> None:
    assert holds({"family": UNKNOWN}, {"family": (UNKNOWN,)})
    assert not holds({"family": "abroad"}, {"family": (UNKNOWN,)})


def test_a_negation_holds_where_the_inside_does_not() -> None:
    not_yet = {"not": {"done": "police"}}
    assert holds(not_yet, {})
    assert holds(not_yet, {"done": ("nib",)})
    assert not holds(not_yet, {"done": ("nib", "police")})


def test_a_negated_list_excludes_each_of_its_mappings() -> None:
    alive = {"not": [{"soldier": ["returned", "died"]}, {"civilian": "died"}]}
    assert holds(alive, SOLDIER)
    assert not holds(alive, {"soldier": ("died",)})
    assert not holds(alive, {"civilian": ("died",)})


def test_a_negation_of_a_negation_affirms() -> None:
    assert holds({"not": {"not": {"done": "police"}}}, {"done": ("police",)})
    assert not holds({"not": {"not": {"done": "police"}}}, {})


def test_the_reason_is_the_chosen_options_that_count() -> None:
    answers = {"who": ("armed-forces", "civilian"), "need": ("legal", "money")}
    assert reasons({"who": ["armed-forces", "border-guard"], "need": "money"}, answers) == [
        ("need", "money"),
        ("who", "armed-forces"),
    ]


def test_every_alternative_that_holds_gives_its_reason() -> None:
    either = [{"family": "abroad"}, {"need": "legal"}, {"need": "money"}]
    assert reasons(either, {**FAMILY_ABROAD, "need": ("legal",)}) == [("family", "abroad"), ("need", "legal")]


def test_what_was_not_answered_is_no_reason() -> None:
    assert reasons({"family": "abroad", "not": {"done": "police"}}, FAMILY_ABROAD) == [("family", "abroad")]


def test_the_date_is_the_reason_of_a_rule_about_dates() -> None:
    assert reasons({"is": "silent-3-days"}, {"when": ("2026-03-28",)}) == [("when", "2026-03-28")]


def test_a_condition_names_every_question_and_rule_it_depends_on() -> None:
    condition = Condition.parse([{"who": "child", "not": [{"done": ["police", "nib"]}]}, {"is": "silent-3-days"}])
    assert list(condition.terms()) == [
        Answered("who", frozenset({"child"})),
        Answered("done", frozenset({"police", "nib"})),
        Is(("silent-3-days",)),
    ]


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        ("armed-forces", "a condition is a mapping"),
        (5, "a condition is a mapping"),
        (["armed-forces"], "a condition is a mapping"),
        ([{}], "a condition is a mapping"),
        ({"who": None}, "'who' takes an option"),
        ({"who": []}, "'who' takes an option"),
        ({"who": True}, "'who' takes an option"),
        ({"who": ["child", 5]}, "'who' takes an option"),
        ({"who": {"child": "taken"}}, "'who' takes an option"),
        ({"is": None}, "'is' takes an option"),
        ({"is": "silent-4-days"}, "no predicate 'silent-4-days'; there are silent-3-days"),
        ({"not": "police"}, "a condition is a mapping"),
    ],
)
def test_a_mistake_in_a_condition_is_answered_with_what_was_expected(data: object, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        Condition.parse(data)


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("silent-3-days", "2026-04-13", True),
        ("silent-3-days", "2026-04-14", False),
        ("silent-3-days", "2026-03", True),
        ("silent-3-days", "2026-04", False),
        ("silent-3-days", "2025", True),
        ("silent-3-days", "2026", False),
        ("silent-10-days", "2026-04-06", True),
        ("silent-10-days", "2026-04-07", False),
        ("within-three-months", "2026-01-16", True),
        ("within-three-months", "2026-01-15", False),
        ("within-three-months", "2026-01", True),
        ("within-three-months", "2025-12", False),
        ("within-three-months", "2026", True),
        ("within-three-months", "2025", False),
        ("before-full-scale-invasion", "2022-02-23", True),
        ("before-full-scale-invasion", "2022-02-24", False),
        ("before-full-scale-invasion", "2022-02", False),
        ("before-full-scale-invasion", "2021", True),
        ("since-september-2025", "2025-08-31", False),
        ("since-september-2025", "2025-09-01", True),
        ("since-september-2025", "2025-09", True),
        ("since-september-2025", "2025-08", False),
    ],
)
def test_a_rule_about_dates_holds_from_its_day(rule: str, day: str, expected: bool) -> None:
    assert holds({"is": rule}, {"when": (day,)}) is expected


def test_two_rules_must_both_hold() -> None:
    both = {"is": ["silent-3-days", "within-three-months"]}
    assert holds(both, {"when": ("2026-03-28",)})
    assert not holds(both, {"when": ("2026-04-15",)})
    assert not holds(both, {"when": ("2025-03-28",)})


@pytest.mark.parametrize("rule", list(PREDICATES))
@pytest.mark.parametrize("answers", [{}, {"when": ()}, {"when": (UNKNOWN,)}, {"when": ("yesterday",)}])
def test_no_rule_about_dates_holds_without_a_date(rule: str, answers: Mapping[str, tuple[str, ...]]) -> None:
    assert not holds({"is": rule}, answers)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["silent-3-days", "silent-10-days", "before-full-scale-invasion"]),
    st.dates(date(2014, 1, 1), TODAY),
)
def test_a_term_is_said_to_have_passed_only_if_it_has_on_every_possible_day(rule: str, day: date) -> None:
    """A family that remembers the month is told so only if a family that remembers its last day is."""
    next_month = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    last = (next_month - timedelta(days=1)).isoformat()
    assert holds({"is": rule}, {"when": (f"{day:%Y-%m}",)}) == holds({"is": rule}, {"when": (last,)})


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2014, 1, 1), TODAY))
def test_the_three_months_are_open_as_long_as_they_may_be(day: date) -> None:
    if holds({"is": "within-three-months"}, {"when": (day.isoformat(),)}):
        assert holds({"is": "within-three-months"}, {"when": (f"{day:%Y-%m}",)})
        assert holds({"is": "within-three-months"}, {"when": (f"{day:%Y}",)})

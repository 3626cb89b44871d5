"""Walking the questions: what is asked next, what an answer must be, and what a change leaves standing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from app.pathways.labels import problem_text
from app.pathways.model import Pathways, QuestionKind
from app.pathways.walk import Position, Problem, walk
from tests.small_route import THURSDAY, question, route

ROUTE = route(
    [
        question("who", "soldier", "civilian", kind="several", essential=True),
        question("soldier", "missing", "captive", when={"who": "soldier"}, essential=True),
        question("civilian", "missing", "detained", when={"who": "civilian"}, essential=True),
        question("when", kind="date", when=[{"soldier": "missing"}, {"civilian": "missing"}]),
        question("done", "police", "bureau", "nothing", kind="several", alone=["nothing"]),
        question("dna", "nobody", "two", when={"soldier": "missing"}),
    ]
)
COMPLETE = [("who", "soldier"), ("soldier", "missing"), ("when", "2026-03-28"), ("done", "police"), ("dna", "two")]


def at(
    pairs: Iterable[tuple[str, str]],
    *,
    pathways: Pathways = ROUTE,
    submitted: str | None = None,
    change: str | None = None,
) -> Position:
    return walk(pathways, pairs, today=THURSDAY, submitted=submitted, change=change)


def asked_at(pairs: Sequence[tuple[str, str]], *, submitted: str | None = None, change: str | None = None) -> str:
    """Return the id of the question asked next."""
    question = at(pairs, submitted=submitted, change=change).question
    return question.id if question else ""


def date_problem(**typed: str) -> Problem | None:
    """Return what is said about a date typed in three fields."""
    pairs = [*COMPLETE[:2], *((f"when-{part}", text) for part, text in typed.items())]
    position = at(pairs, submitted="when")
    if position.problem:
        assert position.question is not None
        assert position.question.id == "when"
        assert "when" not in position.answers
    return position.problem


def date_answer(**typed: str) -> tuple[str, ...]:
    """Return the accepted date typed in three fields."""
    assert date_problem(**typed) is None
    pairs = [*COMPLETE[:2], *((f"when-{part}", text) for part, text in typed.items())]
    return at(pairs, submitted="when").answers["when"]


def test_the_first_question_is_asked_of_everyone() -> None:
    position = at([])
    assert position.question == ROUTE.question("who")
    assert position.problem is None
    assert not position.is_complete


def test_each_answer_leads_to_the_next_question_that_concerns_the_family() -> None:
    asked = [asked_at(COMPLETE[:number]) for number in range(len(COMPLETE) + 1)]
    assert asked == ["who", "soldier", "when", "done", "dna", ""]
    assert asked_at([("who", "civilian")]) == "civilian"
    assert asked_at([("who", "soldier"), ("soldier", "captive")]) == "done"


def test_two_missing_people_are_asked_about_in_one_walk() -> None:
    position = at([("who", "civilian"), ("who", "soldier"), ("soldier", "captive"), ("civilian", "missing")])
    assert [item.id for item in position.asked] == ["who", "soldier", "civilian", "when", "done"]


def test_a_complete_walk_asks_nothing() -> None:
    position = at(COMPLETE)
    assert position.is_complete
    assert position.question is None
    assert not position.open_essentials


def test_the_address_of_a_position_leads_back_to_it() -> None:
    position = at(reversed([*COMPLETE, ("done", "bureau")]))
    assert at(position.pairs()) == position
    assert position.pairs() == [*COMPLETE[:4], ("done", "bureau"), COMPLETE[4]]


def test_keys_that_no_question_has_are_dropped() -> None:
    position = at([("name", "Ivan"), ("utm_source", "x"), *COMPLETE, ("", "")])
    assert position == at(COMPLETE)


def test_an_answer_to_a_question_that_is_not_asked_does_not_count_but_is_kept() -> None:
    position = at([("who", "soldier"), ("soldier", "captive"), ("civilian", "detained"), ("done", "nothing")])
    assert "civilian" not in position.answers
    assert position.kept["civilian"] == ("detained",)
    assert position.is_complete


def test_a_plan_waits_for_the_essential_answers_only() -> None:
    assert at([]).open_essentials
    assert at([("who", "soldier")]).open_essentials
    assert not at([("who", "soldier"), ("soldier", "missing")]).open_essentials
    assert at([("who", "soldier"), ("who", "civilian"), ("soldier", "missing")]).open_essentials


def test_i_do_not_know_is_accepted_everywhere() -> None:
    position = at([("who", "unknown"), ("done", "unknown")])
    assert position.is_complete
    position = at([("who", "soldier"), ("soldier", "unknown")])
    assert position.answers["soldier"] == ("unknown",)
    position = at([*COMPLETE[:2], ("when", "unknown")])
    assert position.answers["when"] == ("unknown",)


def test_a_form_sent_without_a_choice_asks_again_and_says_why() -> None:
    position = at([("who", "soldier")], submitted="soldier")
    assert (position.question, position.problem) == (ROUTE.question("soldier"), Problem.NOTHING_CHOSEN)
    assert at([*COMPLETE[:2]], submitted="when").problem is Problem.NOTHING_CHOSEN


def test_a_question_met_for_the_first_time_is_not_an_error() -> None:
    assert at([("who", "soldier")]).problem is None
    assert at([("who", "soldier"), ("soldier", "missing")]).problem is None


@pytest.mark.parametrize("value", ["robot", "Missing", "missing ", "\x00", "x" * 10_000, "2026-03-28"])
def test_an_answer_that_does_not_exist_asks_again(value: str) -> None:
    position = at([("who", "soldier"), ("soldier", value)])
    assert (position.question, position.problem) == (ROUTE.question("soldier"), Problem.IMPOSSIBLE)
    assert "soldier" not in position.kept


def test_two_answers_where_one_is_asked_for_are_not_accepted() -> None:
    position = at([("who", "soldier"), ("soldier", "missing"), ("soldier", "captive")])
    assert position.problem is Problem.IMPOSSIBLE


def test_one_wrong_answer_among_several_asks_again() -> None:
    position = at([("who", "soldier"), ("who", "robot")])
    assert (position.question, position.problem) == (ROUTE.question("who"), Problem.IMPOSSIBLE)


def test_an_answer_repeated_counts_once() -> None:
    position = at([("who", "soldier"), ("who", "soldier"), ("soldier", "missing"), ("soldier", "missing")])
    assert position.answers["who"] == ("soldier",)
    assert position.answers["soldier"] == ("missing",)


def test_several_answers_stand_in_the_order_of_the_question() -> None:
    position = at([("done", "bureau"), ("done", "police")])
    assert position.kept["done"] == ("police", "bureau")


@pytest.mark.parametrize("other", ["nothing", "unknown"])
def test_nothing_or_i_do_not_know_beside_something_is_a_contradiction(other: str) -> None:
    position = at([*COMPLETE, ("done", other)])
    assert (position.question, position.problem) == (ROUTE.question("done"), Problem.CONTRADICTION)
    assert "done" not in position.answers


def test_nothing_alone_is_an_answer() -> None:
    assert at([*COMPLETE[:3], ("done", "nothing"), COMPLETE[4]]).is_complete


def test_a_change_asks_an_answered_question_again() -> None:
    position = at(COMPLETE, change="soldier")
    assert position.question == ROUTE.question("soldier")
    assert position.problem is None
    assert position.answers == at(COMPLETE).answers


def test_a_change_of_a_question_that_is_not_asked_is_ignored() -> None:
    assert at(COMPLETE, change="civilian").is_complete
    assert at(COMPLETE, change="robot").is_complete


def test_later_answers_survive_a_change() -> None:
    changed = [("who", "soldier"), ("soldier", "captive"), *COMPLETE[2:]]
    position = at(changed)
    assert position.is_complete
    assert position.answers == {"who": ("soldier",), "soldier": ("captive",), "done": ("police",)}
    assert position.kept == {**position.answers, "when": ("2026-03-28",), "dna": ("two",)}


def test_a_kept_answer_leads_to_no_question() -> None:
    position = at([("who", "civilian"), ("civilian", "detained"), *COMPLETE[1:]])
    assert [item.id for item in position.asked] == ["who", "civilian", "done"]
    assert position.is_complete


def test_changing_back_finds_every_later_answer_again() -> None:
    away = at([("who", "civilian"), *COMPLETE[1:]])
    assert asked_at([("who", "civilian"), *COMPLETE[1:]]) == "civilian"
    kept = [(key, value) for key, values in away.kept.items() for value in values if key != "who"]
    assert at([("who", "soldier"), *kept]).answers == at(COMPLETE).answers


def test_a_change_to_something_impossible_asks_the_changed_question() -> None:
    changed = [COMPLETE[0], ("soldier", "robot"), *COMPLETE[2:]]
    assert asked_at(changed, submitted="soldier") == "soldier"


def test_an_empty_choice_at_a_later_question_is_asked_before_earlier_open_ones() -> None:
    """The reader stays on the page whose form was sent."""
    position = at([COMPLETE[0], ("soldier", "missing")], submitted="dna")
    assert (position.question, position.problem) == (ROUTE.question("dna"), Problem.NOTHING_CHOSEN)


def test_a_submitted_question_that_nobody_knows_changes_nothing() -> None:
    assert at(COMPLETE, submitted="robot") == at(COMPLETE)
    assert at(COMPLETE, submitted="civilian") == at(COMPLETE)


def test_a_date_is_read_from_day_month_and_year() -> None:
    assert date_answer(day="28", month="3", year="2026") == ("2026-03-28",)
    assert date_answer(day="08", month="03", year="2026") == ("2026-03-08",)
    assert date_answer(day=" 8 ", month="\t3", year="2026 ") == ("2026-03-08",)


def test_a_date_may_be_a_month_or_a_year() -> None:
    assert date_answer(day="", month="3", year="2026") == ("2026-03",)
    assert date_answer(day="", month="", year="2025") == ("2025",)
    assert date_answer(year="2014") == ("2014",)


def test_a_date_without_a_year_asks_for_the_year() -> None:
    assert date_problem(day="28", month="3", year="") is Problem.YEAR_MISSING
    assert date_problem(day="28") is Problem.YEAR_MISSING


@pytest.mark.parametrize(
    "typed",
    [
        {"day": "31", "month": "2", "year": "2026"},
        {"day": "29", "month": "2", "year": "2026"},
        {"day": "0", "month": "3", "year": "2026"},
        {"day": "1", "month": "13", "year": "2026"},
        {"day": "28", "month": "", "year": "2026"},
        {"day": "3", "month": "", "year": "2026"},
        {"day": "28", "month": "march", "year": "2026"},
        {"day": "-1", "month": "3", "year": "2026"},
        {"month": "3", "year": "26"},
        {"year": "0000"},
        {"year": "9" * 5000},
        {"year": "²"},
        {"year": "\x00"},
        {"day": "28.03.2026", "month": "3", "year": "2026"},
    ],
    ids=str,
)
def test_a_day_that_no_calendar_has_is_named_so(typed: dict[str, str]) -> None:
    assert date_problem(**typed) is Problem.NO_SUCH_DATE


def test_a_date_in_the_future_is_asked_again() -> None:
    assert date_problem(day="17", month="4", year="2026") is Problem.IN_THE_FUTURE
    assert date_problem(month="5", year="2026") is Problem.IN_THE_FUTURE
    assert date_problem(year="9999") is Problem.IN_THE_FUTURE


def test_today_this_month_and_this_year_are_not_the_future() -> None:
    assert date_answer(day="16", month="4", year="2026") == ("2026-04-16",)
    assert date_answer(month="4", year="2026") == ("2026-04",)
    assert date_answer(year="2026") == ("2026",)


def test_a_date_before_the_war_is_taken_for_a_birth_date() -> None:
    assert date_problem(day="5", month="7", year="1988") is Problem.TOO_EARLY
    assert date_problem(year="2013") is Problem.TOO_EARLY
    assert date_problem(year="0001") is Problem.TOO_EARLY


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("2026-03-28", None),
        ("2026-03", None),
        ("yesterday", Problem.NO_SUCH_DATE),
        ("2026-02-30", Problem.NO_SUCH_DATE),
        ("2027-01-01", Problem.IN_THE_FUTURE),
        ("1988-07-05", Problem.TOO_EARLY),
        ("x" * 10_000, Problem.NO_SUCH_DATE),
    ],
)
def test_a_whole_date_in_the_address_is_checked_alike(value: str, problem: Problem | None) -> None:
    assert at([*COMPLETE[:2], ("when", value)]).problem is problem


def test_two_dates_are_not_accepted() -> None:
    assert at([*COMPLETE[:2], ("when", "2026-03-28"), ("when", "2025")]).problem is Problem.IMPOSSIBLE


def test_a_date_typed_anew_replaces_the_one_in_the_address() -> None:
    position = at([*COMPLETE, ("when-day", "1"), ("when-month", "2"), ("when-year", "2026")])
    assert position.answers["when"] == ("2026-02-01",)


def test_a_date_beside_i_do_not_know_is_a_contradiction() -> None:
    unknown = [*COMPLETE[:2], ("when", "unknown")]
    assert at([*unknown, ("when-year", "2026")]).problem is Problem.CONTRADICTION
    assert at([*unknown, ("when", "2026-03-28")]).problem is Problem.CONTRADICTION
    assert at([*unknown, ("when-day", ""), ("when-month", ""), ("when-year", " ")]).problem is None


def test_a_region_is_chosen_from_the_regions() -> None:
    place = route([question("place", "UA-14", "russia", kind="region")])
    assert at([("place", "UA-14")], pathways=place).is_complete
    assert at([("place", "unknown")], pathways=place).is_complete
    assert at([("place", "UA-99")], pathways=place).problem is Problem.IMPOSSIBLE


@pytest.mark.parametrize("kind", list(QuestionKind))
@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_is_explained_to_the_reader(problem: Problem, kind: QuestionKind) -> None:
    text = problem_text(problem, kind, alone="Nothing")
    assert text.endswith(".")
    assert "%" not in text


def test_a_contradiction_names_the_answer_that_rules_out_the_others() -> None:
    assert "“Nothing”" in problem_text(Problem.CONTRADICTION, QuestionKind.SEVERAL, alone="Nothing")

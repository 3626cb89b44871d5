"""Composing the plan: which steps, in which order, why, what of each concerns the family, and by which day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pathways.model import LineKind, Phase, Step
from app.pathways.plan import Plan, settle, weave
from tests.small_route import Answers, line, plan_for, question, route, situation, step

QUESTIONS = [
    question("who", "soldier", "civilian", kind="several"),
    question("soldier", "missing", "captive"),
    question("when", kind="date"),
    question("done", "police", "bureau", kind="several"),
    question("family", "controlled", "abroad", kind="several"),
    question("need", "money", "legal", kind="several"),
]
SOLDIER = {"who": ("soldier",), "soldier": ("missing",)}
DUE = {"from": "request", "sources": ["page"]}


def steps_of(plan: Plan) -> list[str]:
    return [stop.step.id for stop in plan.stops]


def phases_of(plan: Plan) -> dict[str, str]:
    return {stop.step.id: stop.phase.value for stop in plan.stops}


def steps_named(*ids: str, **after: list[str]) -> list[Step]:
    return [step(id_, after=after.get(id_, [])) for id_ in ids]


def one_step(one: Step, answers: Answers, today: date = date(2026, 4, 16)) -> Plan:
    """The plan of a route with a single step for everyone."""
    return plan_for(route(QUESTIONS, [situation("all", {}, now=[one.id])], [one]), answers, today)


def test_the_plan_joins_the_steps_of_every_situation_that_matches() -> None:
    pathways = route(
        QUESTIONS,
        [
            situation("missing", {"soldier": "missing"}, now=["police"]),
            situation("captive", {"soldier": "captive"}, now=["bureau"]),
            situation("money", {"need": "money"}, urgency=60, then=["pay"]),
        ],
        steps_named("police", "bureau", "pay"),
    )
    plan = plan_for(pathways, {**SOLDIER, "need": ("money",)})
    assert [item.id for item in plan.situations] == ["missing", "money"]
    assert steps_of(plan) == ["police", "pay"]


def test_where_no_situation_matches_the_plan_is_empty() -> None:
    pathways = route(QUESTIONS, [situation("money", {"need": "money"}, now=["pay"])], steps_named("pay"))
    assert plan_for(pathways, SOLDIER).stops == ()


def test_a_step_of_two_situations_is_taken_once() -> None:
    pathways = route(
        QUESTIONS,
        [
            situation("soldier", {"who": "soldier"}, now=["police", "unit"]),
            situation("civilian", {"who": "civilian"}, now=["police", "neighbours"]),
        ],
        steps_named("police", "unit", "neighbours"),
    )
    plan = plan_for(pathways, {"who": ("soldier", "civilian")})
    assert sorted(steps_of(plan)) == ["neighbours", "police", "unit"]


def test_the_most_urgent_situation_comes_first_and_keeps_its_order() -> None:
    pathways = route(
        QUESTIONS,
        [
            situation("later", {}, urgency=60, now=["bureau", "papers"]),
            situation("first", {}, urgency=5, now=["unit", "police"]),
        ],
        steps_named("bureau", "papers", "unit", "police"),
    )
    plan = plan_for(pathways, SOLDIER)
    assert [item.id for item in plan.situations] == ["first", "later"]
    assert steps_of(plan) == ["unit", "police", "bureau", "papers"]


def test_a_step_comes_as_early_as_any_situation_asks_for_it() -> None:
    pathways = route(
        QUESTIONS,
        [
            situation("search", {}, urgency=5, now=["police"], week=["dna"], then=["money"]),
            situation("body", {}, urgency=60, now=["dna"], week=["money"], then=["police"]),
        ],
        steps_named("police", "dna", "money"),
    )
    assert phases_of(plan_for(pathways, SOLDIER)) == {"police": "now", "dna": "now", "money": "week"}


def test_the_plan_goes_from_today_to_later() -> None:
    pathways = route(
        QUESTIONS,
        [
            situation("search", {}, urgency=5, then=["money"], week=["dna"], now=["police"]),
            situation("body", {}, urgency=60, week=["papers"], now=["doctor"]),
        ],
        steps_named("police", "dna", "money", "papers", "doctor", money=["police"]),
    )
    plan = plan_for(pathways, SOLDIER)
    assert [stop.phase for stop in plan.stops] == [Phase.NOW, Phase.NOW, Phase.WEEK, Phase.WEEK, Phase.THEN]
    assert [stop.step.id for stop in plan.of_phase(Phase.WEEK)] == ["dna", "papers"]


def test_a_step_whose_own_condition_does_not_hold_is_left_out() -> None:
    pathways = route(
        QUESTIONS,
        [situation("search", {}, now=["police", "bureau"])],
        [step("police", when={"not": {"done": "police"}}), step("bureau")],
    )
    assert steps_of(plan_for(pathways, SOLDIER)) == ["police", "bureau"]
    assert steps_of(plan_for(pathways, {**SOLDIER, "done": ("police",)})) == ["bureau"]


def test_a_step_that_is_not_written_yet_does_not_break_the_plan() -> None:
    pathways = route(QUESTIONS, [situation("search", {}, now=["unwritten", "police"])], steps_named("police"))
    assert steps_of(plan_for(pathways, SOLDIER)) == ["police"]


def test_a_step_waits_for_the_step_it_depends_on() -> None:
    pathways = route(
        QUESTIONS,
        [situation("search", {}, now=["extract", "letter", "police"])],
        steps_named("extract", "letter", "police", extract=["police"]),
    )
    assert steps_of(plan_for(pathways, SOLDIER)) == ["letter", "police", "extract"]


def test_a_dependency_that_is_not_in_the_plan_is_not_waited_for() -> None:
    pathways = route(
        QUESTIONS,
        [situation("search", {}, now=["extract", "dna"])],
        [step("extract", after=["police"]), step("dna"), step("police", when={"need": "legal"})],
    )
    assert steps_of(plan_for(pathways, SOLDIER)) == ["extract", "dna"]


def test_an_urgent_step_does_not_wait_for_a_later_phase() -> None:
    pathways = route(
        QUESTIONS,
        [situation("search", {}, now=["police"], week=["dna"])],
        steps_named("police", "dna", police=["dna"]),
    )
    assert steps_of(plan_for(pathways, SOLDIER)) == ["police", "dna"]


def test_a_chain_of_dependencies_is_followed_to_its_start() -> None:
    steps = {item.id: item for item in steps_named("a", "b", "c", "d", a=["b"], b=["c"])}
    assert settle(["a", "b", "d", "c"], dict.fromkeys(steps, Phase.NOW), steps) == ["d", "c", "b", "a"]


def test_steps_that_wait_for_each_other_are_refused_by_name() -> None:
    steps = {item.id: item for item in steps_named("a", "b", "c", b=["c"], c=["b"])}
    with pytest.raises(ValueError, match="circle: b, c"):
        settle(["a", "b", "c"], dict.fromkeys(steps, Phase.NOW), steps)


@pytest.mark.parametrize(
    ("lists", "woven"),
    [
        ([["a", "b", "c"]], ["a", "b", "c"]),
        ([["a", "b"], ["c"]], ["a", "b", "c"]),
        ([["a", "b"], ["a", "x", "b"]], ["a", "x", "b"]),
        ([["a", "b"], ["x", "b"]], ["a", "x", "b"]),
        ([["a", "b"], ["b", "x"]], ["a", "b", "x"]),
        ([["a", "b", "c"], ["a", "x", "y", "c"]], ["a", "x", "y", "b", "c"]),
        ([["a", "b"], ["b", "a"]], ["a", "b"]),
        ([[], ["a"], ["x", "a", "y"]], ["x", "a", "y"]),
        ([], []),
    ],
)
def test_a_new_step_stands_beside_its_neighbours(lists: list[list[str]], woven: list[str]) -> None:
    assert weave(lists) == woven


@settings(max_examples=100, deadline=None)
@given(st.lists(st.permutations("abcdefg").flatmap(lambda all_: st.integers(0, 7).map(lambda n: all_[:n])), max_size=5))
def test_weaving_loses_no_step_doubles_none_and_keeps_the_first_order(lists: list[list[str]]) -> None:
    woven = weave(lists)
    assert sorted(woven) == sorted({item for steps in lists for item in steps})
    if lists:
        assert [item for item in woven if item in lists[0]] == lists[0]


@settings(max_examples=100, deadline=None)
@given(st.permutations("abcdef"), st.data())
def test_settling_keeps_every_step_and_puts_what_is_needed_before(order: list[str], data: st.DataObject) -> None:
    after = {
        id_: data.draw(st.lists(st.sampled_from("abcdef"[:place]), unique=True)) if place else []
        for place, id_ in enumerate("abcdef")
    }
    steps = {item.id: item for item in steps_named(*"abcdef", **after)}
    phases = {id_: data.draw(st.sampled_from(list(Phase))) for id_ in steps}
    ranks = list(Phase)
    order = sorted(order, key=lambda id_: ranks.index(phases[id_]))
    settled = settle(order, phases, steps)
    assert sorted(settled) == sorted(order)
    assert [phases[id_] for id_ in settled] == [phases[id_] for id_ in order]
    for id_, needed in after.items():
        for other in needed:
            if ranks.index(phases[other]) <= ranks.index(phases[id_]):
                assert settled.index(other) < settled.index(id_)


def test_a_step_names_the_answers_that_put_it_there() -> None:
    pathways = route(
        QUESTIONS,
        [
            situation("missing", {"who": "soldier", "soldier": "missing"}, now=["police"]),
            situation("money", {"need": "money"}, urgency=60, now=["police"], week=["pay"]),
            situation("legal", {"need": "legal"}, urgency=70, week=["pay"]),
        ],
        [step("police", when=[{"family": "controlled"}, {"family": "abroad"}]), step("pay")],
    )
    plan = plan_for(pathways, {**SOLDIER, "family": ("abroad",), "need": ("money",)})
    reasons = {stop.step.id: stop.reasons for stop in plan.stops}
    assert reasons == {
        "police": (("who", "soldier"), ("soldier", "missing"), ("family", "abroad"), ("need", "money")),
        "pay": (("need", "money"),),
    }


def test_a_line_is_told_to_those_whom_it_concerns() -> None:
    one = step(
        "police",
        line("go"),
        line("abroad", "how", when={"family": "abroad"}),
        line("passport", "bring"),
        line("once-more", "beware", when={"done": "police"}),
    )
    told = one_step(one, {"family": ("abroad",)}).stops[0]
    assert [said.id for said in told.lines] == ["go", "abroad", "passport"]
    assert [said.id for said in told.of_kind(LineKind.DO, LineKind.BRING)] == ["go", "passport"]
    assert [said.id for said in one_step(one, {"done": ("police",)}).stops[0].lines] == ["go", "passport", "once-more"]


def test_a_body_is_offered_to_those_whom_it_serves() -> None:
    one = step("police", bodies=["police", {"id": "embassy", "when": {"family": "abroad"}}])
    assert one_step(one, {}).stops[0].bodies == ("police",)
    assert one_step(one, {"family": ("abroad",)}).stops[0].bodies == ("police", "embassy")


def test_a_wrong_door_is_named_only_with_the_sentence_that_says_why() -> None:
    one = step(
        "unit",
        line("go"),
        line("not-here", "wrong-door", when={"soldier": "missing"}),
        wrong_doors=[{"id": "ombudsman", "line": "not-here", "when": {"who": "soldier"}}],
    )
    assert one_step(one, SOLDIER).stops[0].wrong_doors == ("ombudsman",)
    assert one_step(one, {**SOLDIER, "soldier": ("captive",)}).stops[0].wrong_doors == ()
    assert one_step(one, {**SOLDIER, "who": ("civilian",)}).stops[0].wrong_doors == ()


@pytest.mark.parametrize(
    ("days", "counted", "asked", "due"),
    [
        (15, "calendar", date(2026, 4, 16), date(2026, 5, 1)),
        (30, "calendar", date(2026, 1, 31), date(2026, 3, 2)),
        (1, "working", date(2026, 4, 16), date(2026, 4, 17)),  # Thursday to Friday
        (1, "working", date(2026, 4, 17), date(2026, 4, 20)),  # Friday to Monday
        (1, "working", date(2026, 4, 18), date(2026, 4, 20)),  # Saturday to Monday
        (1, "working", date(2026, 4, 19), date(2026, 4, 20)),  # Sunday to Monday
        (3, "working", date(2026, 4, 16), date(2026, 4, 21)),
        (5, "working", date(2026, 4, 16), date(2026, 4, 23)),
        (10, "working", date(2026, 4, 16), date(2026, 4, 30)),
        (10, "working", date(2026, 12, 25), date(2027, 1, 8)),
    ],
)
def test_an_answer_is_due_after_its_days(days: int, counted: str, asked: date, due: date) -> None:
    one = step("extract", answer_due={"days": days, "counted": counted, **DUE})
    assert one_step(one, {}, asked).stops[0].answer_by == due


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 60))
def test_an_answer_in_working_days_falls_on_a_working_day(asked: date, days: int) -> None:
    due = one_step(step("x", answer_due={"days": days, "counted": "working", **DUE}), {}, asked).stops[0].answer_by
    assert due is not None
    assert due.weekday() < 5
    between = [date.fromordinal(number) for number in range(asked.toordinal() + 1, due.toordinal() + 1)]
    assert sum(day.weekday() < 5 for day in between) == days


def test_a_step_without_terms_has_no_days() -> None:
    stop = one_step(step("police"), {"when": ("2026-03-28",)}).stops[0]
    assert (stop.answer_by, stop.act_by) == (None, None)


@pytest.mark.parametrize(
    ("disappeared", "last_day"),
    [
        ("2026-03-28", date(2026, 6, 28)),
        ("2025-11-30", date(2026, 2, 28)),
        ("2025-12", date(2026, 3, 31)),
        ("2025-12-31", date(2026, 3, 31)),
        ("2026-03", date(2026, 6, 1)),
        ("2026-02", date(2026, 5, 1)),
        ("2026", None),
        ("unknown", None),
    ],
)
def test_the_last_day_is_counted_from_the_disappearance(disappeared: str, last_day: date | None) -> None:
    one = step("un", deadline={"months": 3, "from": "disappearance", "sources": ["page"]})
    assert one_step(one, {"when": (disappeared,)}).stops[0].act_by == last_day


def test_a_last_day_that_may_still_lie_ahead_is_today() -> None:
    """Who remembers only January is in time if it was late January: the plan neither says “too late” nor “wait”."""
    one = step("un", deadline={"months": 3, "from": "disappearance", "sources": ["page"]})
    assert one_step(one, {"when": ("2026-01",)}, date(2026, 4, 1)).stops[0].act_by == date(2026, 4, 1)
    assert one_step(one, {"when": ("2026-01",)}, date(2026, 4, 16)).stops[0].act_by == date(2026, 4, 16)
    assert one_step(one, {"when": ("2026-01",)}, date(2026, 5, 1)).stops[0].act_by == date(2026, 4, 30)


def test_without_a_date_there_is_no_last_day() -> None:
    one = step("un", deadline={"months": 3, "from": "disappearance", "sources": ["page"]})
    assert one_step(one, {}).stops[0].act_by is None


FAMILY = [
    question("who", "soldier", "child", kind="several"),
    question("soldier", "missing", "captive", when={"who": "soldier"}, person=True),
    question("child", "missing", "taken", when={"who": "child"}, person=True),
]


def test_what_is_known_about_one_person_takes_no_step_from_another() -> None:
    pathways = route(
        FAMILY,
        [
            situation("soldier", {"who": "soldier"}, now=["police"], week=["dna"]),
            situation("child", {"who": "child"}, now=["police", "school"]),
        ],
        [
            step("police", when={"not": {"soldier": "captive"}}),
            step("dna", when={"not": {"child": "taken"}}),
            step("school"),
        ],
    )
    both = plan_for(pathways, {"who": ("soldier", "child"), "soldier": ("captive",), "child": ("taken",)})
    assert phases_of(both) == {"police": "now", "school": "now", "dna": "week"}
    assert {stop.step.id: stop.reasons for stop in both.stops} == {
        "police": (("who", "child"),),
        "school": (("who", "child"),),
        "dna": (("who", "soldier"),),
    }
    alone = plan_for(pathways, {"who": ("child",), "child": ("taken",)})
    assert steps_of(alone) == ["police", "school"]


def test_a_sentence_is_told_if_it_concerns_one_of_the_missing_people() -> None:
    about = step(
        "police",
        line("go", when={"not": {"soldier": "captive"}}),
        line("camp", when={"soldier": "captive"}),
        line("both", when={"soldier": "captive", "child": "taken"}),
        bodies=["police", {"id": "school", "when": {"child": "taken", "not": {"soldier": "captive"}}}],
    )
    pathways = route(FAMILY, [situation("all", {}, now=["police"])], [about])
    stop = plan_for(pathways, {"who": ("soldier", "child"), "soldier": ("captive",), "child": ("taken",)}).stops[0]
    assert [said.id for said in stop.lines] == ["go", "camp"]
    assert stop.bodies == ("police", "school")


@pytest.mark.parametrize(("soldier", "child"), [("week", "now"), ("now", "week")])
def test_a_step_for_several_people_comes_as_early_as_for_any_of_them(soldier: str, child: str) -> None:
    pathways = route(
        FAMILY,
        [
            situation("captive", {"soldier": "captive"}, urgency=5, **{soldier: ["police"]}),
            situation("taken", {"child": "taken"}, urgency=60, **{child: ["police"]}),
        ],
        [step("police")],
    )
    answers = {"who": ("soldier", "child"), "soldier": ("captive",), "child": ("taken",)}
    assert phases_of(plan_for(pathways, answers)) == {"police": "now"}


def test_what_to_read_follows_the_steps_then_the_situations() -> None:
    pathways = route(
        QUESTIONS,
        [
            situation("later", {}, urgency=60, now=["bureau"], articles=["lists", "money"]),
            situation("first", {}, urgency=5, now=["police"], articles=["first-72-hours", "statement"]),
        ],
        [step("police", articles=["statement"]), step("bureau", articles=["lists"])],
    )
    assert plan_for(pathways, SOLDIER).articles == ("statement", "lists", "first-72-hours", "money")


def test_what_the_situation_may_become_is_told_unless_it_is_so_already() -> None:
    pathways = route(
        QUESTIONS,
        [
            situation("missing", {"soldier": "missing"}, may_change_into=["captive", "dead", "money"]),
            situation("money", {"need": "money"}, may_change_into=["dead"]),
            situation("captive", {"soldier": "captive"}),
            situation("dead", {"soldier": "unknown"}),
        ],
    )
    assert plan_for(pathways, {**SOLDIER, "need": ("money",)}).may_change_into == ("captive", "dead")

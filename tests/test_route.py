"""The shipped route: whatever is answered, in whatever order, a family ends at a question or at a plan that holds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.model import Directory
from app.guidance.model import Guidance
from app.guidance.reading import marker
from app.kernel.languages import PUBLIC
from app.pathways.check import essential_walks
from app.pathways.conditions import UNKNOWN, Answered, Condition, Is, Not
from app.pathways.model import Pathways, Phase, Question, QuestionKind
from app.pathways.plan import Plan, compose
from app.pathways.predicates import PREDICATES
from app.pathways.sheet import Sheet, put_in_words
from app.pathways.walk import DATE_PARTS, EARLIEST_YEAR, Position, walk
from app.web.edition import Edition

TODAY = date(2026, 4, 16)
NOON = datetime(2026, 4, 16, 9, tzinfo=UTC)
PHASES = list(Phase)
TRIES = 400
"""Families tried for one thing before it is taken to be told to nobody."""
DAYS = ("2026-04-15", "2026-04-10", "2026-02", "2025", "2022-03-11", "2014-08")

GARBAGE = (
    st.sampled_from(
        [
            "", " ", "\x00", "\r\n\t", "\u202e", "\ud7ff", "unknown", "UNKNOWN", "2026-03-28", "2026-02-30",
            "9999-12-31", "0001-01-01", "२०२६", "-1", "1e9", "<script>", "%00", "9" * 5000, "x" * 20_000, "nothing",
            "UA-14", "UA-99",
        ]
    )
    | st.text(max_size=40)
)  # fmt: skip


@pytest.fixture(scope="session")
def pathways(edition: Edition) -> Pathways:
    return edition.part(Pathways)


def dates() -> st.SearchStrategy[str]:
    """Every date that a family can give: a day, a month, a year up to today."""
    days = st.dates(date(EARLIEST_YEAR, 1, 1), TODAY)
    return st.tuples(days, st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"])).map(lambda pair: pair[0].strftime(pair[1]))


@cache
def accepted(question: Question) -> st.SearchStrategy[list[str]]:
    """Every answer that `question` accepts."""
    alone = st.sampled_from([*question.alone, UNKNOWN]).map(lambda option: [option])
    if question.kind is QuestionKind.DATE:
        return alone | dates().map(lambda day: [day])
    together = [option for option in question.options if option not in question.alone]
    most = len(together) if question.kind is QuestionKind.SEVERAL else 1
    return st.lists(st.sampled_from(together), min_size=1, max_size=most, unique=True) | alone


def follow(pathways: Pathways, data: st.DataObject) -> tuple[Position, int]:
    """Answer whatever is asked until nothing is; returns where that ends and after how many questions."""
    pairs: list[tuple[str, str]] = []
    for steps in range(len(pathways.questions) + 1):
        position = walk(pathways, pairs, today=TODAY)
        if position.question is None:
            return position, steps
        assert position.problem is None
        options = data.draw(accepted(position.question), label=position.question.id)
        pairs += [(position.question.id, option) for option in options]
    raise AssertionError(f"still asking {position.question} after {pairs}")


def plan_of(pathways: Pathways, answers: Mapping[str, tuple[str, ...]]) -> Plan:
    return compose(pathways, answers, today=TODAY)


def sheet_of(edition: Edition, position: Position, language: str) -> Sheet:
    pathways = edition.part(Pathways)
    return put_in_words(
        plan_of(pathways, position.answers),
        position.answers,
        pathways=pathways,
        directory=edition.part(Directory),
        marker=marker(edition.part(Guidance), language),
        language=language,
        now=NOON,
    )


def wrong_order(plan: Plan) -> list[tuple[str, str]]:
    """Return (step, step it waits for) where the latter stands behind although it is not of a later phase."""
    place = {stop.step.id: number for number, stop in enumerate(plan.stops)}
    phase = {stop.step.id: PHASES.index(stop.phase) for stop in plan.stops}
    return [
        (stop.step.id, other)
        for stop in plan.stops
        for other in stop.step.after
        if other in place and phase[other] <= phase[stop.step.id] and place[other] > place[stop.step.id]
    ]


def assert_holds(plan: Plan) -> None:
    """What a family may expect of any plan."""
    assert plan.stops
    ids = [stop.step.id for stop in plan.stops]
    assert len(set(ids)) == len(ids)
    assert wrong_order(plan) == []
    assert [stop.phase for stop in plan.stops] == sorted((stop.phase for stop in plan.stops), key=PHASES.index)
    for stop in plan.stops:
        assert stop.lines, f"{stop.step.id} says nothing"
        assert stop.reasons, f"{stop.step.id} does not say why"
        assert stop.act_by is None or stop.act_by >= TODAY, f"{stop.step.id} was to be taken by {stop.act_by}"


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_the_address_carries_the_walk_ends_at_a_question_or_at_a_plan(
    pathways: Pathways, data: st.DataObject
) -> None:
    ids = [question.id for question in pathways.questions]
    known = sorted({option for question in pathways.questions for option in (*question.options, UNKNOWN)})
    keys = st.sampled_from([*ids, *(f"{id_}-{part}" for id_ in ("when", "who") for part in DATE_PARTS)]) | GARBAGE
    pairs = data.draw(st.lists(st.tuples(keys, st.sampled_from(known) | dates() | GARBAGE), max_size=40))
    named = st.none() | st.sampled_from(ids) | GARBAGE
    position = walk(pathways, pairs, today=TODAY, submitted=data.draw(named), change=data.draw(named))

    assert set(position.answers) <= {question.id for question in position.asked}
    assert set(position.answers) <= set(position.kept) <= set(ids)
    again = walk(pathways, position.pairs(), today=TODAY)
    assert (again.answers, again.asked) == (position.answers, position.asked)
    if position.question is None:
        assert not position.open_essentials
        assert_holds(plan_of(pathways, position.answers))
    else:
        assert position.question in position.asked


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_answering_what_is_asked_ends_at_a_plan_that_holds(pathways: Pathways, data: st.DataObject) -> None:
    position, questions = follow(pathways, data)
    assert questions == len(position.asked) <= len(pathways.questions)
    assert_holds(plan_of(pathways, position.answers))


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_plan_may_be_had_as_soon_as_the_essential_questions_are_answered(
    pathways: Pathways, data: st.DataObject
) -> None:
    position, _ = follow(pathways, data)
    essential = [(id_, option) for id_, option in position.pairs() if pathways.question(id_).essential]
    early = walk(pathways, essential, today=TODAY)
    assert not early.open_essentials
    assert_holds(plan_of(pathways, early.answers))


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_changed_answer_asks_no_question_twice_and_still_ends(pathways: Pathways, data: st.DataObject) -> None:
    position, _ = follow(pathways, data)
    changed = data.draw(st.sampled_from(position.asked))
    asking = walk(pathways, position.pairs(), today=TODAY, change=changed.id)
    assert asking.question == changed
    pairs = [(id_, option) for id_, option in position.pairs() if id_ != changed.id]
    pairs += [(changed.id, option) for option in data.draw(accepted(changed))]
    asked = [changed.id]
    while (position := walk(pathways, pairs, today=TODAY)).question is not None:
        assert position.question.id not in asked
        asked.append(position.question.id)
        pairs += [(position.question.id, option) for option in data.draw(accepted(position.question))]
    assert_holds(plan_of(pathways, position.answers))


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_the_same_answers_give_the_same_plan_in_every_language(edition: Edition, data: st.DataObject) -> None:
    position, _ = follow(edition.part(Pathways), data)
    sheets = [sheet_of(edition, position, code) for code in PUBLIC]

    def shape(sheet: Sheet) -> list[object]:
        return [
            [item[0] for item in sheet.situations], sheet.articles, [id_ for id_, _ in sheet.may_change_into],
            [(choice.question, len(choice.values)) for choice in sheet.answers],
            [
                (
                    item.id, item.number, item.phase, [kind for kind, _ in item.lines],
                    [card.id for card in item.cards], item.known, item.sources,
                    [(why.question, len(why.values)) for why in item.reasons],
                    item.articles, item.answer_days, bool(item.answer_by), bool(item.act_by), item.confidence,
                )
                for item in sheet.stations
            ],
        ]  # fmt: skip

    assert all(shape(sheet) == shape(sheets[0]) for sheet in sheets)
    for sheet in sheets:
        for station in sheet.stations:
            assert station.title
            assert all(text.striptags() for _, text in station.lines)
            assert all(choice.label and all(choice.values) for choice in station.reasons)


@pytest.mark.parametrize("language", list(PUBLIC))
def test_every_step_has_its_title_and_every_line_its_words(pathways: Pathways, language: str) -> None:
    for step in pathways.steps.values():
        words = pathways.step_words[language][step.id]
        assert words.title.strip(), step.id
        assert set(words.lines) == {line.id for line in step.lines}, step.id
        assert all(text.strip() for text in words.lines.values()), step.id


@pytest.mark.parametrize("language", list(PUBLIC))
def test_every_question_and_every_option_has_its_words(pathways: Pathways, language: str) -> None:
    for question in pathways.questions:
        words = pathways.words[language].questions[question.id]
        assert words.ask.strip(), question.id
        assert words.short.strip(), question.id
        regions = question.kind is QuestionKind.REGION
        spoken = [option for option in question.options if not (regions and option.startswith("UA-"))]
        assert all(words.options[option].strip() for option in (*spoken, UNKNOWN)), question.id


def test_every_walk_through_the_essential_questions_leads_to_a_plan(pathways: Pathways) -> None:
    for answers in essential_walks(pathways):
        position = walk(
            pathways, [(id_, option) for id_, options in answers.items() for option in options], today=TODAY
        )
        assert dict(position.answers) == answers
        assert not position.open_essentials
        assert_holds(plan_of(pathways, position.answers))


def told_by(plan: Plan) -> set[str]:
    """Return what a plan holds, as kind/id or kind/step/id."""
    found = {f"situation/{situation.id}" for situation in plan.situations}
    for stop in plan.stops:
        id_ = stop.step.id
        found.add(f"step/{id_}")
        found.update(f"line/{id_}/{line.id}" for line in stop.lines)
        found.update(f"body/{id_}/{body}" for body in stop.bodies)
        found.update(f"door/{id_}/{door}" for door in stop.wrong_doors)
    return found


def tellable(pathways: Pathways) -> Iterator[tuple[str, list[Condition]]]:
    """Yield everything that a plan may hold, named alike, with the conditions that must hold for it."""
    for situation in pathways.situations:
        yield f"situation/{situation.id}", [situation.when]
        for step in [pathways.steps[id_] for ids in situation.steps.values() for id_ in ids]:
            listed = [situation.when, step.when]
            yield f"step/{step.id}", listed
            yield from ((f"line/{step.id}/{line.id}", [*listed, line.when]) for line in step.lines)
            yield from ((f"body/{step.id}/{body.id}", [*listed, body.when]) for body in step.bodies)
            yield from ((f"door/{step.id}/{door.id}", [*listed, door.when]) for door in step.wrong_doors)


def wishes(condition: Condition, draw: random.Random) -> list[tuple[str, str]]:
    """Return one answer to each question that one alternative of `condition` asks for."""
    found: list[tuple[str, str]] = []
    for term in draw.choice(condition.alternatives) if condition.alternatives else ():
        match term:
            case Answered(question, options):
                found.append((question, draw.choice(sorted(options))))
            case Is(predicates):
                rules = [PREDICATES[name] for name in predicates]
                days = [day for day in DAYS if all(rule.holds({rule.question: (day,)}, TODAY) for rule in rules)]
                found.append((rules[0].question, draw.choice(days)))
            case Not():
                pass
    return found


def family(pathways: Pathways, wanted: list[tuple[str, str]], draw: random.Random) -> list[tuple[str, str]]:
    """Return complete answers, as they are asked for: those `wanted`, the others unknown or at random."""
    answers: dict[str, tuple[str, ...]] = {}
    is_sure = draw.random() < 0.5
    for question in pathways.questions:
        if question.when.match(answers, TODAY) is None:
            continue
        chosen = sorted({option for id_, option in wanted if id_ == question.id})
        if not chosen:
            options = DAYS if question.kind is QuestionKind.DATE else question.options
            chosen = [draw.choice(options) if is_sure else UNKNOWN]
        if question.kind is QuestionKind.SEVERAL and draw.random() < 0.5:
            chosen = sorted({*chosen, draw.choice(question.options)})
        if question.kind is not QuestionKind.SEVERAL or {UNKNOWN, *question.alone} & set(chosen):
            chosen = [draw.choice(chosen)]
        answers[question.id] = tuple(chosen)
    return [(id_, option) for id_, options in answers.items() for option in options]


@pytest.fixture(scope="session")
def untold(pathways: Pathways) -> set[str]:
    """Everything that no family was told, of those who are likely to be: their answers meet its conditions."""
    draw = random.Random(1)
    told: set[str] = set()
    for thing, conditions in tellable(pathways):
        for _ in range(TRIES):
            if thing in told:
                break
            pairs = family(pathways, [pair for condition in conditions for pair in wishes(condition, draw)], draw)
            position = walk(pathways, pairs, today=TODAY)
            assert position.is_complete, pairs
            told |= told_by(plan_of(pathways, position.answers))
    return {thing for thing, _ in tellable(pathways)} - told


@pytest.mark.parametrize("kind", ["situation", "step", "line", "body", "door"])
def test_everything_written_is_told_to_some_family(untold: set[str], kind: str) -> None:
    assert sorted(thing for thing in untold if thing.startswith(f"{kind}/")) == []


def test_every_step_is_listed_by_a_situation(pathways: Pathways) -> None:
    assert set(pathways.steps) == {
        thing.removeprefix("step/") for thing, _ in tellable(pathways) if thing[:5] == "step/"
    }

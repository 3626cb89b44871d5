"""Conditions in the form of a step: what they show, what is written, and what is left alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.filling.conditions import How, Line, TooRichError, Wrong, alike, groups_of, written, wrong
from app.curation.filling.fields import Shape, fields_of
from app.curation.filling.labels import answer_text, condition_text
from app.curation.filling.model import typed, wrong_conditions
from app.curation.filling.patch import parsed
from app.pathways.conditions import Condition
from tests.lint import LintingClient, page
from tests.test_curation_pages import client, gate, site
from tests.test_filling import SHIPPED, differing, form_of, saved, sent
from tests.test_filling_pages import FORM, controls, draft
from tests.test_filling_pages import opened as opened_page

__all__ = ["client", "gate", "site"]

URGENT = "pathways/steps/un-urgent/step.yaml"
QUESTIONS = {"who": ["civilian", "child", "unknown"], "when": ["is:silent-3-days", "is:silent-10-days", "unknown"]}


def opened(path: str, *places: str) -> dict[str, list[str]]:
    """Return the form of a step as a browser sends it once the conditions at `places` are opened."""
    _, _, form = form_of(path)
    return sent(typed(fields_of(Shape.STEP, ()), form | {"open": list(places)}))


def added(form: dict[str, list[str]], place: str) -> dict[str, list[str]]:
    return sent(typed(fields_of(Shape.STEP, ()), form | {"add": [place]}))


LINES = st.sampled_from(list(QUESTIONS)).flatmap(
    lambda question: st.builds(
        Line, st.just(question), st.sampled_from(How),
        st.lists(st.sampled_from(QUESTIONS[question]), min_size=1, max_size=2, unique=True).map(tuple),
    )
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(LINES, min_size=1, max_size=3).map(tuple), max_size=3))
def test_what_the_lines_say_is_what_the_route_reads(groups: list[tuple[Line, ...]]) -> None:
    if any(map(wrong, groups)):
        return
    condition = Condition.parse(written(groups))
    today = date(2026, 5, 10)
    for who in ((), ("civilian",), ("child", "civilian"), ("unknown",)):
        for day in ((), ("2026-05-10",), ("2026-05-05",), ("2026-01",), ("unknown",)):
            answers = {key: given for key, given in (("who", who), ("when", day)) if given}
            wanted = not groups or any(all(_holds(line, answers) for line in group) for group in groups)
            assert (condition.match(answers, today) is not None) is wanted
    assert _said(groups_of(written(groups))) == _said(groups)


def _said(groups: Any) -> list[frozenset[tuple[str, How, frozenset[str]]]]:
    """Return groups with one line for each answer that must not have been given: so the grammar writes rules."""
    return [
        frozenset(
            (line.question, line.how, answers)
            for line in group
            for answers in (
                [frozenset({answer}) for answer in line.answers] if line.how is How.NONE else [frozenset(line.answers)]
            )
        )
        for group in groups
    ]


def _holds(line: Line, answers: dict[str, tuple[str, ...]]) -> bool:
    given = answers.get(line.question, ())
    days = {"2026-05-10": 0, "2026-05-05": 5, "2026-01": 100}
    silent = {f"is:silent-{most}-days" for most in (3, 10) if given and days.get(given[0], -1) >= most}
    return bool(set(line.answers) & (set(given) | silent)) is (line.how is How.ANY)


@pytest.mark.parametrize(
    "rich",
    [
        {"not": {"who": "child", "family": "abroad"}},
        {"not": {"not": {"who": "child"}}},
        {"not": {"is": ["silent-3-days", "silent-10-days"]}},
        {"not": {}},
        {"is": "no-such-rule"},
        "always",
    ],
)
def test_a_condition_that_lines_cannot_say_is_too_rich(rich: object) -> None:
    with pytest.raises(TooRichError):
        groups_of(rich)


def test_lines_that_the_grammar_has_no_place_for_are_told() -> None:
    group = (
        Line("who", How.ANY, ("child",)), Line("who", How.ANY, ("civilian",)), Line("family", How.NONE, ()),
        Line("when", How.ANY, ("is:silent-3-days", "unknown")), Line("who", How.NONE, ("unknown",)),
    )  # fmt: skip
    assert wrong(group) == [(1, Wrong.TWICE), (2, Wrong.NO_ANSWER), (3, Wrong.RULE_BESIDE)]


def test_the_order_of_lines_and_answers_makes_no_other_condition() -> None:
    left, right = Line("who", How.ANY, ("child", "civilian")), Line("dna", How.NONE, ("two",))
    assert alike([(left, right)], [(right, Line("who", How.ANY, ("civilian", "child")))])
    assert not alike([(left,), (right,)], [(left, right)])


def test_a_condition_that_is_opened_and_left_is_written_as_it_stood() -> None:
    form = opened(URGENT, "when", "lines-0-when")
    assert form["when-1-all-0-answers"] == ["when=unknown"]
    assert saved(URGENT, form) == SHIPPED[URGENT]


def test_an_answer_more_changes_the_condition_of_its_line_alone() -> None:
    form = opened(URGENT, "lines-5-when")
    form["lines-5-when-0-all-0-answers"] = ["family=occupied", "family=abroad"]
    gone, come = differing(URGENT, saved(URGENT, form))
    assert come == [gone[0].replace("when: {family: occupied}", "when: {family: [occupied, abroad]}")]


def test_a_sentence_gets_a_condition_and_loses_it() -> None:
    form = added(form_of(URGENT)[2], "lines-3-when")
    assert form["lines-3-when-0-all-row"] == ["0"], "a new case begins with a line"
    form |= {"lines-3-when-0-all-0-question": ["family"], "lines-3-when-0-all-0-how": ["none"]}
    form |= {"lines-3-when-0-all-0-answers": ["family=abroad", "who=child"]}
    gone, come = differing(URGENT, saved(URGENT, form))
    assert come == [gone[0].replace("kind: say,", "kind: say, when: {not: {family: abroad}},")]
    fewer = sent(typed(fields_of(Shape.STEP, ()), opened(URGENT, "lines-5-when") | {"drop": ["lines-5-when-0"]}))
    gone, come = differing(URGENT, saved(URGENT, fewer))
    assert come == [gone[0].replace(", when: {family: occupied}", "")]


def test_a_case_more_makes_a_list_of_cases() -> None:
    form = added(opened(URGENT, "lines-5-when"), "lines-5-when")
    form |= {"lines-5-when-1-all-0-question": ["when"], "lines-5-when-1-all-0-answers": ["when=is:silent-3-days"]}
    line = parsed(saved(URGENT, form))["lines"][5]
    assert line["when"] == [{"family": "occupied"}, {"is": "silent-3-days"}]


def test_a_rich_condition_is_never_lost_and_does_not_open() -> None:
    path, place = next(
        (path, f"lines-{number}-when")
        for path, text in SHIPPED.items()
        if path.endswith("/step.yaml")
        for number, line in enumerate(parsed(text)["lines"])
        if _is_rich(line.get("when"))
    )
    form = opened(path, place)
    assert f"{place}-kept" in form
    assert saved(path, form) == SHIPPED[path]
    assert saved(path, form | {f"{place}-kept": ["{}"]}) == SHIPPED[path]


def _is_rich(when: object) -> bool:
    try:
        groups_of(when)
    except TooRichError:
        return True
    return False


def test_a_line_without_an_answer_is_told_at_its_question() -> None:
    form = opened(URGENT, "lines-5-when") | {"lines-5-when-0-all-0-question": ["who"]}
    shown = typed(fields_of(Shape.STEP, ()), form)
    assert wrong_conditions(shown) == [("lines-5-when-0-all-0-question", Wrong.NO_ANSWER)]


def test_deadline_term_and_wrong_doors_are_filled_in() -> None:
    _, _, form = form_of(URGENT)
    form |= {"deadline-months": ["4"], "answer_due-days": ["30"], "answer_due-counted": ["calendar"]}
    form |= {"answer_due-from": ["request"], "answer_due-sources": ["court-1468050"]}
    form = added(form, "wrong_doors") | {"wrong_doors-0-id": ["tcc-sp"], "wrong_doors-0-line": ["limits"]}
    step = parsed(saved(URGENT, form))
    assert step["deadline"]["months"] == 4
    assert step["answer_due"] == {
        "days": 30, "counted": "calendar", "from": "request", "sources": ["court-1468050"],
    }  # fmt: skip
    assert step["wrong_doors"] == [{"id": "tcc-sp", "line": "limits"}]
    gone = form_of(URGENT)[2] | {f"deadline-{name}": [""] for name in ("months", "from", "sources")}
    text = saved(URGENT, gone)
    assert differing(URGENT, text)[1] == []
    assert "deadline" not in parsed(text)


def test_every_condition_has_words_in_both_languages(site: Flask) -> None:
    rich = {"not": {"who": "child", "is": "silent-3-days"}, "family": ["abroad", "occupied"]}
    for language, word in (("en", "three days ago"), ("uk", "три дні")):
        with site.test_request_context(f"/{language}/staff/content"):
            site.preprocess_request()
            assert word in condition_text(Condition.parse(rich))
            assert answer_text("place", "UA-63")
            assert answer_text("none", "none") == "none"


def test_a_condition_is_filled_in_on_the_page_without_script(site: Flask, client: LintingClient) -> None:
    form = opened_page(client, f"path={URGENT}")
    text = page(client, FORM, data=form | {"open": ["lines-5-when"]})
    assert 'value="family=occupied" checked' in text
    form = controls(text) | {"lines-5-when-0-all-0-question": ["who"]}
    text = page(client, FORM, data=form | {"do": ["show"]})
    assert "family=occupied" not in text
    save = {"change": ["meaning"], "do": ["save"]}
    text = page(client, FORM, 422, data=controls(text) | save)
    assert 'href="#lines-5-when-0-all-0-question"' in text
    form = controls(text) | {"lines-5-when-0-all-0-answers": ["who=child"]} | save
    assert client.post(FORM, data=form).status_code == 303
    assert differing(URGENT, draft(site, URGENT))[1][0].count("when: {who: child}") == 1

"""Reading and checking a route: a sound one has no fault, each mistake of an editor is named with its place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from app.content.library import Library, Reader
from app.content.sources import Sources
from app.content.style import Banned
from app.content.values import Source
from app.kernel.dates import PartialDate
from app.pathways.check import DATES, TODAY, check_route, essential_walks, samples
from app.pathways.conditions import UNKNOWN
from app.pathways.load import check_pathways, load_pathways
from app.pathways.model import Pathways
from app.pathways.predicates import PREDICATES
from tests.small_route import REGIONS, directory, organisation, question, route

GRAPH = "pathways/graph.yaml"
SITUATION = "pathways/situations/missing.yaml"
STEP = "pathways/steps/police/step.yaml"
STEP_UK, STEP_EN = "pathways/steps/police/uk.yaml", "pathways/steps/police/en.yaml"
EN = "pathways/words/en.yaml"

SOURCES = Sources({"page": Source(id="page", title={"uk": "П", "en": "P"}, publisher="NIB", url="https://nib.gov.ua")})
BODIES = directory(
    organisation("nib"),
    organisation(
        "ministry",
        websites=[
            {"url": "https://old.example.org", "status": "legacy", "reason": {"uk": "Старий.", "en": "Old."}}
            | {"use_instead": "https://nib.gov.ua"}
        ],
    ),
)
ARTICLES = {"first-72-hours": object()}
BANNED = [Banned(language="en", wrong="hotline", right="line")]


def words(language: str) -> dict[str, Any]:
    def options(*ids: str) -> dict[str, str]:
        return {id_: f"{language} {id_}" for id_ in (*ids, "unknown")}

    return {
        "questions": {
            "who": {"ask": "?", "short": "who", "options": options("soldier", "civilian")},
            "when": {"ask": "?", "short": "when", "options": {"unknown": "?"}},
            "place": {"ask": "?", "short": "place", "options": options("russia")},
            "done": {"ask": "?", "short": "done", "options": options("police", "nothing")},
        },
        "situations": {
            "missing": {"title": "Missing", "summary": "Missing."},
            "unsure": {"title": "Unsure", "summary": "Unsure."},
        },
    }


SOUND: dict[str, Any] = {
    GRAPH: {
        "questions": [
            {"id": "who", "kind": "one", "essential": True, "options": ["soldier", "civilian"]},
            {"id": "when", "kind": "date", "when": {"who": "soldier"}},
            {"id": "place", "kind": "region", "options": ["russia"]},
            {"id": "done", "kind": "several", "options": ["police", "nothing"], "alone": ["nothing"]},
        ]
    },
    SITUATION: {
        "id": "missing", "kind": "situation", "urgency": 10, "when": {"who": ["soldier", "civilian"]},
        "steps": {"now": ["police"]}, "articles": ["first-72-hours"], "may_change_into": ["unsure"],
    },
    "pathways/situations/unsure.yaml": {
        "id": "unsure", "kind": "fallback", "urgency": 90, "when": {"who": "unknown"},
        "steps": {"now": ["police"], "week": ["nib"]},
    },
    STEP: {
        "id": "police", "confidence": "high", "checked": "2026-03", "sources": ["page"], "bodies": ["nib"],
        "lines": [
            {"id": "go", "kind": "do", "sources": ["page"]},
            {"id": "door", "kind": "wrong-door", "sources": ["page"]},
        ],
        "wrong_doors": [{"id": "ministry", "line": "door"}], "articles": ["first-72-hours"],
    },
    STEP_UK: {"title": "Заявіть", "lines": {"go": "Ідіть.", "door": "Не туди."}},
    STEP_EN: {"title": "Report", "lines": {"go": "Go.", "door": "Not there."}},
    "pathways/steps/nib/step.yaml": {
        "id": "nib", "confidence": "low", "checked": "2026-03", "after": ["police"], "sources": ["page"],
        "lines": [{"id": "ring", "kind": "do", "sources": ["page"]}],
    },
    "pathways/steps/nib/uk.yaml": {"title": "Подзвоніть", "lines": {"ring": "Дзвоніть."}},
    "pathways/steps/nib/en.yaml": {"title": "Ring up", "lines": {"ring": "Ring."}},
    "pathways/words/uk.yaml": words("uk"),
    EN: words("en"),
}  # fmt: skip


def read(files: dict[str, Any]) -> tuple[Reader, Pathways]:
    reader = Reader(Library.of({path: yaml.safe_dump(data) for path, data in files.items()}))
    return reader, load_pathways(reader, REGIONS)


def faults(change: Callable[[dict[str, Any]], object] = lambda _: None) -> list[str]:
    """Return every fault of the sound route after a change to its files."""
    files = copy.deepcopy(SOUND)
    change(files)
    reader, pathways = read(files)
    check_pathways(reader, pathways, BODIES, SOURCES, ARTICLES, BANNED)
    if not reader.faults:
        check_route(reader, pathways)
    return [str(fault) for fault in reader.faults]


def put(*keys: Any) -> Callable[[dict[str, Any]], object]:
    """A change that puts the last of `keys` at the place that the others name."""

    def change(files: dict[str, Any]) -> None:
        *outer, last, value = keys
        place: Any = files
        for key in outer:
            place = place[key]
        place[last] = value

    return change


def drop(*keys: Any) -> Callable[[dict[str, Any]], object]:
    """A change that takes away what stands at the place that `keys` name."""

    def change(files: dict[str, Any]) -> None:
        place: Any = files
        for key in keys[:-1]:
            place = place[key]
        del place[keys[-1]]

    return change


def test_a_sound_route_has_no_fault() -> None:
    assert faults() == []


def test_a_route_is_read_whole() -> None:
    _, pathways = read(SOUND)
    assert [item.id for item in pathways.questions] == ["who", "when", "place", "done"]
    assert {item.id for item in pathways.situations} == {"missing", "unsure"}
    assert set(pathways.steps) == {"police", "nib"}
    assert pathways.step_words["uk"]["police"].title == "Заявіть"
    assert pathways.question("done").alone == ("nothing",)
    with pytest.raises(KeyError):
        pathways.question("nobody")


def test_a_region_is_asked_for_with_every_region_before_the_other_options() -> None:
    _, pathways = read(SOUND)
    assert pathways.question("place").options == ("UA-14", "russia")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (drop(GRAPH), (GRAPH, "this file is missing")),
        (put(GRAPH, "questions", 3, "kind", "many"), (GRAPH, "kind")),
        (put(GRAPH, "questions", 3, "colour", "red"), (GRAPH, "colour")),
        (put(GRAPH, "questions", 1, "when", {"is": "yesterday"}), (GRAPH, "no predicate 'yesterday'")),
        (put(SITUATION, "id", "lost"), (SITUATION, "differs from the file's name")),
        (put(SITUATION, "when", "soldier"), (SITUATION, "a condition is a mapping")),
        (put(SITUATION, "steps", {"soon": []}), (SITUATION, "steps.soon")),
        (put(STEP, "id", "militia"), (STEP, "differs from the folder's name")),
        (put(STEP, "lines", []), (STEP, "lines")),
        (put(STEP, "lines", 0, "kind", "shout"), (STEP, "lines.0.kind")),
        (put(STEP, "deadline", {"months": 3, "from": "request", "sources": ["page"]}), (STEP, "deadline.from")),
        (put(STEP, "answer_due", {"days": 0, "counted": "calendar", "sources": ["page"]}), (STEP, "answer_due.days")),
        (put(STEP, "answer_due", {"days": 3, "counted": "calendar", "sources": []}), (STEP, "answer_due.sources")),
        (put(STEP_EN, "title", "x" * 111), (STEP_EN, "title")),
        (drop(STEP_EN), (STEP_EN, "this file is missing")),
        (drop(EN), (EN, "this file is missing")),
    ],
)
def test_what_is_not_readable_is_named(change: Callable[[dict[str, Any]], object], told: tuple[str, ...]) -> None:
    assert any(all(part in fault for part in told) for fault in faults(change)), faults(change)


def test_everything_that_can_be_read_is_read_beside_a_fault() -> None:
    reader, pathways = read({**SOUND, STEP: {"id": "police"}})
    assert reader.faults
    assert set(pathways.steps) == {"nib"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (put(SITUATION, "steps", "now", ["polise"]), f"content/{SITUATION} (steps.now): there is no step 'polise'"),
        (put(SITUATION, "articles", ["poem"]), f"content/{SITUATION} (articles): there is no article 'poem'"),
        (put(SITUATION, "may_change_into", ["x"]), f"content/{SITUATION} (may_change_into): there is no situation 'x'"),
        (put(SITUATION, "when", {"whom": "soldier"}), f"content/{SITUATION} (when): there is no question 'whom'"),
        (put(SITUATION, "when", {"who": "sailor"}), f"content/{SITUATION} (when): question 'who' has no option"),
        (put(SITUATION, "when", {"not": {"who": "sailor"}}), "question 'who' has no option 'sailor'"),
        (put(STEP, "when", {"who": "sailor"}), f"content/{STEP} (when): question 'who' has no option 'sailor'"),
        (put(STEP, "lines", 0, "when", {"who": "sailor"}), f"content/{STEP} (lines.go): question 'who' has no option"),
        (put(STEP, "lines", 0, "sources", ["rumour"]), f"content/{STEP} (lines.go): source 'rumour' is not in"),
        (put(STEP, "lines", 0, "sources", []), f"content/{STEP} (lines.go): no source stands behind this line"),
        (put(STEP, "lines", 1, "id", "go"), f"content/{STEP} (lines): two lines have one id"),
        (put(STEP, "bodies", ["nobody"]), f"content/{STEP} (bodies): there is no organisation 'nobody'"),
        (put(STEP, "bodies", [{"id": "nib", "when": {"who": "sailor"}}]), f"content/{STEP} (bodies.nib)"),
        (put(STEP, "wrong_doors", 0, "id", "nobody"), f"content/{STEP} (wrong_doors): there is no organisation"),
        (put(STEP, "wrong_doors", 0, "line", "gone"), f"content/{STEP} (wrong_doors.ministry): there is no line"),
        (put(STEP, "wrong_doors", 0, "when", {"who": "sailor"}), f"content/{STEP} (wrong_doors.ministry): question"),
        (put(STEP, "after", ["tea"]), f"content/{STEP} (after): there is no step 'tea'"),
        (put(STEP, "articles", ["poem"]), f"content/{STEP} (articles): there is no article 'poem'"),
        (put(STEP, "sources", ["rumour"]), f"content/{STEP} (sources): source 'rumour' is not in"),
        (drop(STEP_EN, "lines", "go"), f"content/{STEP_EN} (lines.go): this line has no words"),
        (put(STEP_UK, "lines", "stay", "Стійте."), f"content/{STEP_UK} (lines.stay): words for a line that"),
        (put(STEP_EN, "lines", "go", "Call the hotline."), "write “line” for “hotline”"),
        (put(STEP_EN, "lines", "go", "Call +380 44 123 45 67."), "(lines.go): +380 44 123 45 67 is no current phone"),
        (put(STEP_EN, "title", "See https://old.example.org"), f"content/{STEP_EN} (title): old.example.org is"),
        (drop(EN, "questions", "who"), f"content/{EN} (who): this question has no words"),
        (drop(EN, "questions", "who", "options", "soldier"), f"content/{EN} (who.soldier): this option has no words"),
        (drop(EN, "questions", "who", "options", "unknown"), f"content/{EN} (who.unknown): this option has no words"),
        (drop(EN, "questions", "place", "options", "russia"), f"content/{EN} (place.russia): this option has no words"),
        (put(EN, "questions", "who", "options", "sailor", "x"), f"content/{EN} (who.sailor): words for an option"),
        (drop(EN, "situations", "missing"), f"content/{EN} (missing): this situation has no words"),
    ],
)  # fmt: skip
def test_a_reference_that_leads_nowhere_is_named(change: Callable[[dict[str, Any]], object], told: str) -> None:
    assert [fault for fault in faults(change) if told in fault], faults(change)


def test_a_question_may_depend_only_on_what_was_asked_before() -> None:
    told = "(who): asked depending on 'done', which is not asked before it"
    assert [fault for fault in faults(put(GRAPH, "questions", 0, "when", {"done": "police"})) if told in fault]
    negated = put(GRAPH, "questions", 0, "when", {"not": {"done": "police"}})
    assert [fault for fault in faults(negated) if told in fault]


def test_a_rule_about_the_date_may_be_used_only_after_the_date_was_asked() -> None:
    told = "(who): asked depending on 'when', which is not asked before it"
    assert [fault for fault in faults(put(GRAPH, "questions", 0, "when", {"is": "silent-3-days"})) if told in fault]
    assert faults(put(GRAPH, "questions", 3, "when", [{"is": "silent-3-days"}, {"who": "civilian"}])) == []


def test_a_rule_needs_its_question() -> None:
    found = faults(
        lambda files: (drop(GRAPH, "questions", 1)(files), put(STEP, "when", {"is": "silent-3-days"})(files))
    )
    assert any("predicate 'silent-3-days' needs a question that does not exist" in fault for fault in found)


def test_a_step_that_no_situation_uses_is_named() -> None:
    found = faults(put("pathways/situations/unsure.yaml", "steps", {"now": ["police"]}))
    assert found == ["content/pathways/steps/nib/step.yaml: no situation uses this step; add it to one or remove it"]


def test_steps_that_wait_for_each_other_are_named() -> None:
    found = faults(put(STEP, "after", ["nib"]))
    assert found == [
        f"content/pathways/steps/{id_}/step.yaml (after): this step waits for itself in a circle; open it"
        for id_ in ("nib", "police")
    ]


def test_a_question_that_nobody_is_asked_is_named() -> None:
    never = {"who": "soldier", "not": {"who": "soldier"}}
    found = faults(put(GRAPH, "questions", 3, "when", never))
    assert found == [f"content/{GRAPH} (done): no answers lead to this question; correct its condition"]


def test_a_situation_that_nobody_is_in_is_named() -> None:
    def change(files: dict[str, Any]) -> None:
        files["pathways/situations/never.yaml"] = {
            **files[SITUATION], "id": "never", "when": {"who": "soldier", "not": {"who": "soldier"}},
        }  # fmt: skip
        for code in ("uk", "en"):
            files[f"pathways/words/{code}.yaml"]["situations"]["never"] = {"title": "Never", "summary": "Never."}

    assert faults(change) == [
        "content/pathways/situations/never.yaml (when): no answers lead to this situation; correct it"
    ]


def test_answers_without_a_plan_are_named() -> None:
    found = faults(put("pathways/situations/unsure.yaml", "when", {"who": "unknown", "done": "police"}))
    assert len(found) == 1
    assert "these answers lead to an empty plan: {'who': ('unknown',)" in found[0]


def test_the_walks_of_the_essential_questions_are_all_combinations_that_are_asked() -> None:
    pathways = route(
        [
            question("who", "soldier", "child", essential=True),
            question("soldier", "missing", when={"who": "soldier"}, essential=True),
            question("kin", "parent"),
        ]
    )
    assert list(essential_walks(pathways)) == [
        {"who": ("soldier",), "soldier": ("missing",)},
        {"who": ("soldier",), "soldier": (UNKNOWN,)},
        {"who": ("child",)},
        {"who": (UNKNOWN,)},
    ]


def test_the_sampled_dates_stand_on_both_sides_of_every_rule() -> None:
    assert samples(question("when", kind="date")) == DATES
    for name, rule in PREDICATES.items():
        held = {rule.holds({"when": (day,)}, TODAY) for day in DATES}
        assert held == {True, False}, name


def test_the_sampled_answers_to_a_question_are_its_options_and_i_do_not_know() -> None:
    assert samples(question("dna", "one", "two")) == ("one", "two", UNKNOWN)


def test_no_sampled_date_lies_in_the_future() -> None:
    assert all(PartialDate.parse(day).earliest <= TODAY for day in DATES if day != UNKNOWN)

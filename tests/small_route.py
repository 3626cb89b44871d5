"""Builders of small routes: a few questions, situations and steps with words made of their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType

from app.content.markdown import TermMarker
from app.directory.model import Directory, Organisation
from app.kernel.languages import PUBLIC
from app.pathways.model import Line, Pathways, PathwayWords, Question, QuestionKind, Situation, Step, StepWords
from app.pathways.plan import Plan, compose
from app.pathways.sheet import Sheet, put_in_words

THURSDAY = date(2026, 4, 16)
NOON = datetime(2026, 4, 16, 9, tzinfo=UTC)
WORDS = {"uk": "Слова", "en": "Words"}
REGIONS = {"UA-14": {"uk": "Донецька область", "en": "Donetsk region"}}

Answers = Mapping[str, tuple[str, ...]]


def question(id_: str, *options: str, **more: object) -> Question:
    """A question with one answer, unless `kind` says otherwise."""
    return Question.model_validate({"id": id_, "kind": "one", "options": options, **more})


def situation(id_: str, when: object, urgency: int = 10, **more: object) -> Situation:
    """A situation; the phases `now`, `week` and `then` take lists of step ids."""
    steps = {phase: more.pop(phase, ()) for phase in ("now", "week", "then")}
    return Situation.model_validate(
        {"id": id_, "kind": "situation", "urgency": urgency, "when": when, "steps": steps, **more}
    )


def step(id_: str, *lines: Line, **more: object) -> Step:
    """A step that says one thing, unless `lines` are given."""
    return Step.model_validate(
        {
            "id": id_, "lines": lines or (line("go"),), "sources": ["page"], "confidence": "high",
            "checked": "2026-03", **more,
        }
    )  # fmt: skip


def line(id_: str, kind: str = "do", **more: object) -> Line:
    return Line.model_validate({"id": id_, "kind": kind, **more})


def organisation(id_: str, **more: object) -> Organisation:
    """A body that answers at 1648."""
    return Organisation.model_validate(
        {
            "id": id_, "kind": "government", "name": {code: f"{code} {id_}" for code in PUBLIC}, "go_for": WORDS,
            "not_for": WORDS, "how_to_find": WORDS, "serves": ["serviceman"], "needs": ["tracing"],
            "regions": ["nationwide"], "languages": ["uk"], "cost": "free", "sources": ["page"], "confidence": "high",
            "checked": {"date": "2026-03"},
            "phones": [{"number": "1648", "label": WORDS, "status": "current", "source": "page"}], **more,
        }
    )  # fmt: skip


def directory(*bodies: Organisation) -> Directory:
    return Directory(MappingProxyType({body.id: body for body in bodies}), MappingProxyType(REGIONS))


def route(
    questions: Sequence[Question],
    situations: Sequence[Situation] = (),
    steps: Sequence[Step] = (),
    lines: Mapping[str, str] = MappingProxyType({}),
) -> Pathways:
    """A route whose every text is its language and its id; `lines` gives other texts for lines by id."""

    def words(code: str) -> PathwayWords:
        return PathwayWords.model_validate(
            {
                "questions": {
                    asked.id: {
                        "ask": f"{code} {asked.id}?",
                        "short": f"{code} {asked.id}",
                        "options": {
                            option: f"{code} {option}"
                            for option in (*asked.options, "unknown")
                            if asked.kind is not QuestionKind.DATE or option == "unknown"
                        },
                    }
                    for asked in questions
                },
                "situations": {
                    one.id: {"title": f"{code} {one.id}", "summary": f"{code} {one.id}, shortly"} for one in situations
                },
            }
        )

    def step_words(code: str) -> dict[str, StepWords]:
        return {
            one.id: StepWords(
                title=f"{code} step {one.id}",
                lines={said.id: lines.get(said.id, f"{code} {one.id} {said.id}") for said in one.lines},
            )
            for one in steps
        }

    return Pathways(
        tuple(questions),
        tuple(situations),
        {one.id: one for one in steps},
        {code: words(code) for code in PUBLIC},
        {code: step_words(code) for code in PUBLIC},
    )


def plan_for(pathways: Pathways, answers: Answers, today: date = THURSDAY) -> Plan:
    return compose(pathways, answers, today=today)


def sheet_for(
    pathways: Pathways,
    answers: Answers,
    language: str = "en",
    *,
    bodies: Directory | None = None,
    terms: Sequence[tuple[str, str]] = (),
    today: date = THURSDAY,
) -> Sheet:
    """The plan for `answers` in words."""
    return put_in_words(
        compose(pathways, answers, today=today),
        answers,
        pathways=pathways,
        directory=bodies or directory(),
        marker=TermMarker(terms),
        language=language,
        now=NOON,
    )

"""Questions, situations and steps, as read from ``content/pathways/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from app.content.values import Confidence, Dated, Id, Value
from app.pathways.conditions import UNKNOWN, Condition

When = Annotated[
    Condition, BeforeValidator(lambda data: data if isinstance(data, Condition) else Condition.parse(data))
]
ALWAYS = Condition()


class QuestionKind(StrEnum):
    ONE = "one"
    SEVERAL = "several"
    DATE = "date"
    REGION = "region"


class Question(Value):
    """One page of the route.

    `alone` options exclude all others; `essential` questions must be answered before a plan; a `person` question tells
    what is known about one of the missing people.
    """

    id: Id
    kind: QuestionKind
    when: When = ALWAYS
    options: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    essential: bool = False
    person: bool = False

    def accepts(self, option: str) -> bool:
        return option == UNKNOWN or option in self.options


class Phase(StrEnum):
    """How soon a step is taken: today, this week, then."""

    NOW = "now"
    WEEK = "week"
    THEN = "then"


class Situation(Value):
    """A case that families meet, or a need: when it holds, and which steps it asks for, in order within each phase."""

    id: Id
    kind: Literal["situation", "need", "fallback"]
    urgency: int
    when: When
    steps: dict[Phase, tuple[Id, ...]]
    articles: tuple[Id, ...] = ()
    may_change_into: tuple[Id, ...] = ()

    def phase_of(self, step: str) -> Phase | None:
        return next((phase for phase, steps in self.steps.items() if step in steps), None)


class LineKind(StrEnum):
    """What a sentence of a step tells."""

    SAY = "say"
    DO = "do"
    HOW = "how"
    BRING = "bring"
    GET = "get"
    TERM = "term"
    SILENCE = "silence"
    BEWARE = "beware"
    WRONG_DOOR = "wrong-door"
    UNKNOWN = "unknown"


class Line(Value):
    """A sentence of a step, shown when its condition holds; its words stand in the language files under `id`."""

    id: Id
    kind: LineKind
    when: When = ALWAYS
    sources: tuple[Id, ...] = ()


class Body(Value):
    """An organisation offered by a step, perhaps only for some answers."""

    id: Id
    when: When = ALWAYS

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return {"id": data} if isinstance(data, str) else data


class WrongDoor(Value):
    """A body that families are sent to by mistake; `line` is the sentence that says why it is not the one."""

    id: Id
    line: Id
    when: When = ALWAYS


class AnswerDue(Value):
    """When the body's answer is due after the request."""

    days: int = Field(gt=0, lt=400)
    counted: Literal["calendar", "working"]
    from_: Literal["request"] = Field(alias="from", default="request")
    sources: tuple[Id, ...] = Field(min_length=1)


class Deadline(Value):
    """The last day on which a step can be taken, counted from the disappearance."""

    months: int = Field(gt=0, lt=60)
    from_: Literal["disappearance"] = Field(alias="from")
    sources: tuple[Id, ...] = Field(min_length=1)


class Step(Value):
    """One thing a family does at one body."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: Id
    when: When = ALWAYS
    after: tuple[Id, ...] = ()
    bodies: tuple[Body, ...] = ()
    lines: tuple[Line, ...] = Field(min_length=1)
    answer_due: AnswerDue | None = None
    deadline: Deadline | None = None
    wrong_doors: tuple[WrongDoor, ...] = ()
    articles: tuple[Id, ...] = ()
    sources: tuple[Id, ...] = ()
    confidence: Confidence
    checked: Dated


class StepWords(Value):
    """The words of a step in one language."""

    title: str = Field(min_length=3, max_length=110)
    lines: dict[Id, str]


class QuestionWords(Value):
    """The words of a question: the heading, a hint, each option, and a short label for "check your answers"."""

    ask: str
    short: str
    hint: str = ""
    options: dict[str, str] = Field(default_factory=dict)
    hints: dict[str, str] = Field(default_factory=dict)


class SituationWords(Value):
    title: str
    summary: str


class PathwayWords(Value):
    """Everything the route says in one language, apart from its steps."""

    questions: dict[Id, QuestionWords]
    situations: dict[Id, SituationWords]


@dataclass(frozen=True)
class Pathways:
    """The whole route: the graph apart from its words in each public language."""

    questions: tuple[Question, ...]
    situations: tuple[Situation, ...]
    steps: Mapping[str, Step]
    words: Mapping[str, PathwayWords]
    step_words: Mapping[str, Mapping[str, StepWords]]

    def question(self, id_: str) -> Question:
        """Return the question `id_`. Raises KeyError where there is none."""
        for question in self.questions:
            if question.id == id_:
                return question
        raise KeyError(id_)

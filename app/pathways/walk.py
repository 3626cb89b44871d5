"""Walking the graph: from what the address carries to the next question, or to a complete set of answers.

Nothing is kept between two requests: the answers are the query string, keyed by question id. Unknown keys are dropped,
an impossible answer asks its question again, and answers that later questions already have survive a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kernel.dates import PartialDate
from app.pathways.conditions import UNKNOWN, Answers
from app.pathways.model import Pathways, Question, QuestionKind

EARLIEST_YEAR = 2014
DATE_PARTS = ("day", "month", "year")


class Problem(StrEnum):
    """Why an answer is not accepted."""

    NOTHING_CHOSEN = "nothing-chosen"
    IMPOSSIBLE = "impossible"
    CONTRADICTION = "contradiction"
    NO_SUCH_DATE = "no-such-date"
    YEAR_MISSING = "year-missing"
    IN_THE_FUTURE = "in-the-future"
    TOO_EARLY = "too-early"


@dataclass(frozen=True)
class Position:
    """Where a walk stands.

    `answers` are the accepted answers to questions that are asked, in order; `kept` adds accepted answers to questions
    that are not asked as things stand and may be again after a change; `question` is the next one to ask, or None;
    `problem` says why its answer was not accepted; `open_essentials` counts what must be answered before a plan.
    """

    answers: Answers
    kept: Answers
    question: Question | None
    problem: Problem | None
    asked: tuple[Question, ...]
    open_essentials: bool

    @property
    def is_complete(self) -> bool:
        return self.question is None

    def pairs(self) -> list[tuple[str, str]]:
        """The answers as query pairs in the order of the questions: the address of this position."""
        return as_pairs(self.answers)


def as_pairs(answers: Answers) -> list[tuple[str, str]]:
    return [(question, option) for question, options in answers.items() for option in options]


def walk(
    pathways: Pathways,
    pairs: Iterable[tuple[str, str]],
    *,
    today: date,
    submitted: str | None = None,
    change: str | None = None,
) -> Position:
    """Read query `pairs` and find the position.

    `submitted` is the question whose form was sent (so that an empty choice is an error); `change` is a question that
    the reader wants to answer anew.
    """
    given: dict[str, list[str]] = {}
    for key, value in pairs:
        given.setdefault(key, []).append(value)

    accepted: dict[str, tuple[str, ...]] = {}
    kept: dict[str, tuple[str, ...]] = {}
    problems: dict[str, Problem] = {}
    asked: list[Question] = []
    for question in pathways.questions:
        answer, problem = accept(question, given, today=today, submitted=submitted == question.id)
        if answer:
            kept[question.id] = answer
        if question.when.match(accepted, today) is None:
            continue
        asked.append(question)
        if answer:
            accepted[question.id] = answer
        if problem:
            problems[question.id] = problem

    unanswered = [question for question in asked if question.id not in accepted]
    first = [question for question in asked if question.id == change or (question.id == submitted in problems)]
    stop = next(iter(first or unanswered), None)
    return Position(
        answers=accepted,
        kept=kept,
        question=stop,
        problem=problems.get(stop.id) if stop else None,
        asked=tuple(asked),
        open_essentials=any(question.essential for question in unanswered),
    )


def accept(
    question: Question, given: Mapping[str, Sequence[str]], *, today: date, submitted: bool
) -> tuple[tuple[str, ...], Problem | None]:
    """Return the accepted answer to `question` (empty if none) and what is wrong with it."""
    if question.kind is QuestionKind.DATE:
        return _accept_date(question, given, today=today, submitted=submitted)
    values = [value for value in dict.fromkeys(given.get(question.id, ())) if value]
    if not values:
        return (), Problem.NOTHING_CHOSEN if submitted else None
    if not all(question.accepts(value) for value in values):
        return (), Problem.IMPOSSIBLE
    if len(values) == 1:
        return (values[0],), None
    if question.kind is not QuestionKind.SEVERAL:
        return (), Problem.IMPOSSIBLE
    if UNKNOWN in values or any(option in values for option in question.alone):
        return (), Problem.CONTRADICTION
    return tuple(sorted(values, key=question.options.index)), None


def _accept_date(
    question: Question, given: Mapping[str, Sequence[str]], *, today: date, submitted: bool
) -> tuple[tuple[str, ...], Problem | None]:
    whole = [value for value in given.get(question.id, ()) if value]
    day, month, year = (next(iter(given.get(f"{question.id}-{part}", ())), "").strip() for part in DATE_PARTS)
    if whole == [UNKNOWN] and not (day or month or year):
        return (UNKNOWN,), None
    if UNKNOWN in whole:
        return (), Problem.CONTRADICTION
    if day or month or year:
        if not year:
            return (), Problem.YEAR_MISSING
        text = "-".join(part for part in (year, month, day) if part) if month or not day else "?"
    elif len(whole) == 1:
        text = whole[0]
    else:
        return (), Problem.IMPOSSIBLE if whole else (Problem.NOTHING_CHOSEN if submitted else None)
    try:
        found = PartialDate.parse(text)
    except ValueError:
        return (), Problem.NO_SUCH_DATE
    if found.earliest > today:
        return (), Problem.IN_THE_FUTURE
    if found.year < EARLIEST_YEAR:
        return (), Problem.TOO_EARLY
    return (str(found),), None

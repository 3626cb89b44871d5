"""Walks the graph to prove it sound: every question and situation is reached, every walk ends in a plan."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from app.content.library import Reader
from app.kernel.said import N_
from app.pathways.conditions import UNKNOWN, Answered, Answers, Condition
from app.pathways.load import GRAPH, SITUATIONS
from app.pathways.model import Pathways, Question, QuestionKind
from app.pathways.plan import compose
from app.pathways.walk import walk

TODAY = date(2026, 4, 16)
DATES = ("2026-04-15", "2026-04-10", "2026-02", "2025", "2022-03-11", "2014-08", UNKNOWN)


def samples(question: Question) -> tuple[str, ...]:
    """Return answers that stand for all answers to `question`."""
    return DATES if question.kind is QuestionKind.DATE else (*question.options, UNKNOWN)


def essential_walks(pathways: Pathways) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield every combination of answers to the essential questions, one option each."""

    def spread(answers: dict[str, tuple[str, ...]], left: tuple[Question, ...]) -> Iterator[dict[str, tuple[str, ...]]]:
        if not left:
            yield answers
            return
        question, rest = left[0], left[1:]
        if question.when.match(answers, TODAY) is None:
            yield from spread(answers, rest)
            return
        for option in samples(question):
            yield from spread({**answers, question.id: (option,)}, rest)

    essentials = tuple(question for question in pathways.questions if question.essential)
    yield from spread({}, essentials)


def check_route(reader: Reader, pathways: Pathways, *, seed: int = 1) -> None:
    """Record questions and situations that no answers reach, and answers whose plan is empty.

    Every combination of essential answers is walked; of the others each option, with the rest drawn at random.
    """
    draw = random.Random(seed)  # noqa: S311 (a reproducible sample, no secret)
    asked: set[str] = set()
    reached: set[str] = set()
    for essentials in essential_walks(pathways):
        for answers in _completions(pathways, essentials, draw):
            position = walk(pathways, [(q, o) for q, options in answers.items() for o in options], today=TODAY)
            asked.update(question.id for question in position.asked)
            if position.question is not None:
                reader.fault(
                    GRAPH,
                    position.question.id,
                    N_("a walk stops here although all is answered: %(answers)s"),
                    answers=answers,
                )
                return
            plan = compose(pathways, position.answers, today=TODAY)
            reached.update(situation.id for situation in plan.situations)
            if not plan.stops:
                reader.fault(
                    GRAPH,
                    "plan",
                    N_("these answers lead to an empty plan: %(answers)s"),
                    answers=dict(position.answers),
                )
                return
    for situation in pathways.situations:
        if situation.id not in reached:
            # Not met by chance: try the answers that its own condition names.
            for wanted in _answers_for(pathways, situation.when, draw):
                plan = compose(pathways, wanted, today=TODAY)
                reached.update(other.id for other in plan.situations)
    for question in pathways.questions:
        if question.id not in asked:
            reader.fault(GRAPH, question.id, N_("no answers lead to this question; correct its condition"))
    for situation in pathways.situations:
        if situation.id not in reached:
            reader.fault(
                f"{SITUATIONS}{situation.id}.yaml", "when", N_("no answers lead to this situation; correct it")
            )


def _completions(pathways: Pathways, essentials: Answers, draw: random.Random) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield complete answers: all unknown, then a few drawn at random."""
    for number in range(6):
        answers = dict(essentials)
        for question in pathways.questions:
            if question.id not in answers and question.when.match(answers, TODAY) is not None:
                option = UNKNOWN if number == 0 else draw.choice(samples(question))
                answers[question.id] = (option,)
        yield answers


def _answers_for(pathways: Pathways, condition: Condition, draw: random.Random) -> Iterator[Answers]:
    """Yield answers to the questions that `condition` mentions."""
    mentioned = [term for term in condition.terms() if isinstance(term, Answered)]
    for _ in range(20):
        yield {term.question: (draw.choice(sorted(term.options)),) for term in mentioned}

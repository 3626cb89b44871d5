"""A position on the route as plain data: what was answered, what is asked next, or the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.directory.model import Directory
from app.pathways.conditions import UNKNOWN
from app.pathways.model import LineKind, Pathways, Question
from app.pathways.sheet import Sheet, option_text
from app.pathways.walk import Position

AddressOf = Callable[[str, str], str]
"""Returns the address of a page of the site by its kind ("step", "organisation") and id."""


def question_data(pathways: Pathways, directory: Directory, position: Position, language: str) -> dict[str, Any] | None:
    """Return the question that is asked next with its options in words, or None where all are answered."""
    question = position.question
    if question is None:
        return None
    words = pathways.words[language].questions[question.id]
    return {
        "id": question.id,
        "kind": question.kind.value,
        "text": words.ask,
        "hint": words.hint,
        "problem": position.problem.value if position.problem else None,
        "options": [
            {"id": option, "text": option_text(pathways, directory, question, option, language)}
            for option in _options(question)
        ],
    }


def plan_data(sheet: Sheet, address_of: AddressOf) -> dict[str, Any]:
    """Return a plan in words: its situations and its steps in order, with the bodies and their current contacts."""
    return {
        "situations": [{"id": id_, "title": title} for id_, title, _ in sheet.situations],
        "steps": [
            {
                "id": station.id,
                "title": station.title,
                "phase": station.phase.value,
                "page": address_of("step", station.id),
                "do": [_plain(text) for text in station.texts(LineKind.DO, LineKind.SAY)],
                "bring": [_plain(text) for text in station.texts(LineKind.BRING)],
                "organisations": [
                    {
                        "id": card.id,
                        "name": card.name,
                        "page": address_of("organisation", card.id),
                        "phones": list(card.numbers),
                    }
                    for card in station.cards
                ],
            }
            for station in sheet.stations
        ],
    }


def answers_data(position: Position) -> dict[str, Sequence[str]]:
    """Return the accepted answers by question."""
    return {question: list(options) for question, options in position.answers.items()}


def _options(question: Question) -> Sequence[str]:
    return (*question.options, UNKNOWN)


def _plain(text: Any) -> str:
    return str(text.striptags())

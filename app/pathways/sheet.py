"""A plan in words: one language, ready for a page, for print, for a PDF or a calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.content.markdown import TermMarker
from app.directory.cards import Card, card
from app.directory.model import Directory
from app.kernel.dates import in_words
from app.kernel.languages import SOURCE
from app.pathways.conditions import UNKNOWN, Answers
from app.pathways.model import LineKind, Pathways, Phase, Question, QuestionKind
from app.pathways.plan import Plan, Stop

MOST_TERMS = 7
"""Terms explained on a plan's page: the first ones, so that a plan stays within one flight of TCP."""


@dataclass(frozen=True)
class Choice:
    """An answer in words: the question's short name and the chosen options."""

    question: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Station:
    """A step in words, as a station of the drawn route. Groups hold texts in the order of the step's lines.

    `known` are the bodies whose phones stand at an earlier station already.
    """

    id: str
    number: int
    phase: Phase
    title: str
    lines: tuple[tuple[LineKind, Markup], ...]
    cards: tuple[Card, ...]
    known: frozenset[str]
    reasons: tuple[Choice, ...]
    sources: tuple[str, ...]
    articles: tuple[str, ...]
    answer_by: str
    answer_days: int
    answer_counted: str
    act_by: str
    checked: str
    confidence: str

    def texts(self, *kinds: LineKind) -> list[Markup]:
        return [text for kind, text in self.lines if kind in kinds]


@dataclass(frozen=True)
class Sheet:
    """The whole plan in words. `terms` are the glossary ids marked in it, in order."""

    language: str
    situations: tuple[tuple[str, str, str], ...]
    stations: tuple[Station, ...]
    answers: tuple[Choice, ...]
    articles: tuple[str, ...]
    may_change_into: tuple[tuple[str, str], ...]
    terms: tuple[str, ...]

    def of_phase(self, phase: Phase) -> list[Station]:
        return [station for station in self.stations if station.phase is phase]


def option_text(pathways: Pathways, directory: Directory, question: Question, option: str, language: str) -> str:
    """Return the words of an option: of a region, a date, or the graph's own."""
    if question.kind is QuestionKind.DATE and option != UNKNOWN:
        return in_words(option, language)
    if question.kind is QuestionKind.REGION and option in directory.regions:
        return directory.regions[option][language]
    return pathways.words[language].questions[question.id].options[option]


def choices(
    pathways: Pathways, directory: Directory, pairs: Sequence[tuple[str, str]], language: str
) -> tuple[Choice, ...]:
    """Return (question, option) pairs in words, the options of one question together."""
    grouped: dict[str, list[str]] = {}
    for question, option in pairs:
        grouped.setdefault(question, []).append(option)
    return tuple(
        Choice(
            id_,
            pathways.words[language].questions[id_].short,
            tuple(option_text(pathways, directory, pathways.question(id_), option, language) for option in options),
        )
        for id_, options in grouped.items()
    )


def put_in_words(
    plan: Plan,
    answers: Answers,
    *,
    pathways: Pathways,
    directory: Directory,
    marker: TermMarker,
    language: str,
    now: datetime,
) -> Sheet:
    """Return `plan` in `language`: every text, card and date ready to be printed."""
    used: list[str] = []
    cards: dict[str, Card] = {}
    words = pathways.words[language]
    stations = []
    for number, stop in enumerate(plan.stops, start=1):
        known = frozenset(cards.keys() & set(stop.bodies))
        for id_ in stop.bodies:
            if id_ not in cards:
                cards[id_] = card(directory[id_], language, now)
        stations.append(_station(number, stop, pathways, directory, marker, used, cards, known, language))
    return Sheet(
        language=language,
        situations=tuple(
            (situation.id, words.situations[situation.id].title, words.situations[situation.id].summary)
            for situation in plan.situations
        ),
        stations=tuple(stations),
        answers=choices(
            pathways,
            directory,
            [(question, option) for question, options in answers.items() for option in options],
            language,
        ),
        articles=plan.articles,
        may_change_into=tuple((id_, words.situations[id_].title) for id_ in plan.may_change_into),
        terms=tuple(used),
    )


def _station(
    number: int,
    stop: Stop,
    pathways: Pathways,
    directory: Directory,
    marker: TermMarker,
    used: list[str],
    cards: Mapping[str, Card],
    known: frozenset[str],
    language: str,
) -> Station:
    words = pathways.step_words[language].get(stop.step.id) or pathways.step_words[SOURCE][stop.step.id]
    return Station(
        id=stop.step.id,
        number=number,
        phase=stop.phase,
        title=words.title,
        lines=tuple((line.kind, marker.mark(words.lines[line.id], used, MOST_TERMS)) for line in stop.lines),
        cards=tuple(cards[id_] for id_ in stop.bodies),
        known=known,
        reasons=choices(pathways, directory, stop.reasons, language),
        sources=tuple(dict.fromkeys((*stop.step.sources, *(id_ for line in stop.lines for id_ in line.sources)))),
        articles=stop.step.articles,
        answer_by=in_words(stop.answer_by, language) if stop.answer_by else "",
        answer_days=stop.step.answer_due.days if stop.step.answer_due else 0,
        answer_counted=stop.step.answer_due.counted if stop.step.answer_due else "",
        act_by=in_words(stop.act_by, language) if stop.act_by else "",
        checked=in_words(stop.step.checked, language),
        confidence=stop.step.confidence,
    )

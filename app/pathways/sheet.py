"""A plan in words: one language, ready for a page, for print, for a PDF or a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from app.content.markdown import TermMarker
from app.directory.cards import Card, card
from app.directory.model import Directory
from app.kernel.dates import PartialDate
from app.kernel.languages import SOURCE
from app.pathways.conditions import UNKNOWN, Answers
from app.pathways.model import LineKind, Pathways, Phase, Question, QuestionKind
from app.pathways.plan import Plan, Stop

MONTHS = {
    "uk": ("січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
}  # fmt: skip
MONTHS_ALONE = {
    "uk": ("січень", "лютий", "березень", "квітень", "травень", "червень", "липень", "серпень", "вересень", "жовтень", "листопад", "грудень"),
    "en": MONTHS["en"],
}  # fmt: skip


def day_text(day: date, language: str) -> str:
    """Return a day in words: 28 березня 2026, 28 March 2026."""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def date_text(text: str, language: str) -> str:
    """Return an answered partial date in words; text that is no date is returned as it is."""
    try:
        given = PartialDate.parse(text)
    except ValueError:
        return text
    if given.day and given.month:
        return day_text(given.earliest, language)
    return f"{MONTHS_ALONE[language][given.month - 1]} {given.year}" if given.month else str(given.year)


@dataclass(frozen=True)
class Choice:
    """An answer in words: the question's short name and the chosen options."""

    question: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Station:
    """A step in words, as a station of the drawn route. Groups hold texts in the order of the step's lines."""

    id: str
    number: int
    phase: Phase
    title: str
    lines: tuple[tuple[LineKind, Markup], ...]
    cards: tuple[Card, ...]
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
        return date_text(option, language)
    if question.kind is QuestionKind.REGION and option in directory.regions:
        return directory.regions[option][language]
    return pathways.words[language].questions[question.id].options[option]


def choices(pathways: Pathways, directory: Directory, pairs: Sequence[tuple[str, str]], language: str) -> tuple[Choice, ...]:
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
    words = pathways.words[language]
    stations = tuple(
        _station(number, stop, pathways, directory, marker, used, language, now)
        for number, stop in enumerate(plan.stops, start=1)
    )
    return Sheet(
        language=language,
        situations=tuple(
            (situation.id, words.situations[situation.id].title, words.situations[situation.id].summary)
            for situation in plan.situations
        ),
        stations=stations,
        answers=choices(
            pathways, directory, [(question, option) for question, options in answers.items() for option in options], language
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
    language: str,
    now: datetime,
) -> Station:
    words = pathways.step_words[language].get(stop.step.id) or pathways.step_words[SOURCE][stop.step.id]
    return Station(
        id=stop.step.id,
        number=number,
        phase=stop.phase,
        title=words.title,
        lines=tuple((line.kind, marker.mark(words.lines[line.id], used)) for line in stop.lines),
        cards=tuple(card(directory[id_], language, now) for id_ in stop.bodies),
        reasons=choices(pathways, directory, stop.reasons, language),
        sources=tuple(dict.fromkeys((*stop.step.sources, *(id_ for line in stop.lines for id_ in line.sources)))),
        articles=stop.step.articles,
        answer_by=day_text(stop.answer_by, language) if stop.answer_by else "",
        answer_days=stop.step.answer_due.days if stop.step.answer_due else 0,
        answer_counted=stop.step.answer_due.counted if stop.step.answer_due else "",
        act_by=day_text(stop.act_by, language) if stop.act_by else "",
        checked=stop.step.checked,
        confidence=stop.step.confidence,
    )

"""The plan of one family before and after a change: answers that lead to a situation, and what differs step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import product

from app.curation.diff import Line, What, diff
from app.pathways.check import DATES, essential_walks
from app.pathways.conditions import UNKNOWN, Answered, Answers, Condition, Is, Not
from app.pathways.model import Pathways
from app.pathways.plan import compose
from app.pathways.predicates import PREDICATES
from app.pathways.sheet import Sheet, Station
from app.pathways.walk import as_pairs, walk

MOST_TRIES = 400
"""Ways to answer the questions of one condition that are tried before giving up."""


class NoAnswersError(LookupError):
    """No answers were found that lead to a situation: the checker says so, too."""


def sample(pathways: Pathways, situation: str, *, today: date) -> Answers:
    """Return complete answers whose plan is made for `situation`, with as little else as possible.

    Raises NoAnswersError where there are none, or no such situation.
    """
    wanted = next((one for one in pathways.situations if one.id == situation), None)
    if wanted is None:
        raise NoAnswersError(situation)
    tries = 0
    for given in _ways(pathways, wanted.when, today):
        for essentials in essential_walks(pathways):
            if any(essentials[id_] != given[id_] for id_ in essentials.keys() & given.keys()):
                continue
            tries += 1
            found = _completed(pathways, {**essentials, **given}, today)
            plan = compose(pathways, found, today=today)
            if any(one.id == situation for one in plan.situations):
                return found
            if tries > MOST_TRIES:
                raise NoAnswersError(situation)
    raise NoAnswersError(situation)


def _ways(pathways: Pathways, condition: Condition, today: date) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield answers to the questions on which `condition` depends: those that its terms name, one option each."""
    for conjunction in condition.alternatives or ((),):
        choices: dict[str, Sequence[str]] = {}
        for term in conjunction:
            match term:
                case Answered(question, options):
                    named = [option for option in pathways.question(question).options if option in options]
                    choices[question] = named or sorted(options)
                case Is(predicates):
                    for rule in (PREDICATES[name] for name in predicates):
                        days = choices.get(rule.question, _days(today))
                        choices[rule.question] = [day for day in days if rule.holds({rule.question: (day,)}, today)]
                case Not(inner):
                    for asked in {PREDICATES[name].question for name in _predicates(inner)}:
                        days = choices.get(asked, _days(today))
                        choices[asked] = [day for day in days if inner.match({asked: (day,)}, today) is None]
        for chosen in product(*choices.values()):
            yield {question: (option,) for question, option in zip(choices, chosen, strict=True)}


def _predicates(condition: Condition) -> Iterator[str]:
    for term in condition.terms():
        if isinstance(term, Is):
            yield from term.predicates


def _days(today: date) -> list[str]:
    """Return days that stand for all: of this week, of this month, of this year, and those that the checker tries."""
    return [*(str(today - timedelta(days=days)) for days in (1, 6, 40, 200)), *DATES]


def _completed(pathways: Pathways, given: Mapping[str, tuple[str, ...]], today: date) -> Answers:
    """Return `given` with every other question that is asked answered "I don't know"; what is not asked falls away.

    Where a given answer is to a question that is not asked, the questions before it are answered so that it is.
    """
    answers = dict(given)
    for question in reversed(pathways.questions):
        if question.id in answers and question.when.match(answers, today) is None:
            first = next(iter(_ways(pathways, question.when, today)), {})
            answers = {**first, **answers}
    for question in pathways.questions:
        if question.id not in answers and question.when.match(answers, today) is not None:
            answers[question.id] = (UNKNOWN,)
    return walk(pathways, as_pairs(answers), today=today).answers


class Fate(StrEnum):
    """What became of a step of a plan."""

    SAME = "same"
    CHANGED = "changed"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Row:
    """A step in both plans: its number in each (0 where it is in one only), its lines, what became of it."""

    step: str
    fate: Fate
    before: int
    after: int
    title_before: str
    title_after: str
    lines: Sequence[Line]


def compare(before: Sheet, after: Sheet) -> list[Row]:
    """Return the steps of two plans side by side, in the order of the later one; removed steps stay where they were."""
    old = {station.id: station for station in before.stations}
    new = {station.id: station for station in after.stations}
    rows = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, list(old), list(new), autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [_kept(old[id_], new[id_], Fate.SAME) for id_ in list(old)[i1:i2]]
            continue
        for id_ in list(old)[i1:i2]:
            if id_ not in new:
                one = old[id_]
                rows.append(Row(id_, Fate.REMOVED, one.number, 0, one.title, "", diff(text_of(one), "")))
        for id_ in list(new)[j1:j2]:
            if id_ in old:
                rows.append(_kept(old[id_], new[id_], Fate.MOVED))
            else:
                one = new[id_]
                rows.append(Row(id_, Fate.ADDED, 0, one.number, "", one.title, diff("", text_of(one))))
    return rows


def _kept(before: Station, after: Station, fate: Fate) -> Row:
    lines = [line for line in diff(text_of(before), text_of(after), context=0) if line.what is not What.SKIPPED]
    if fate is Fate.SAME and (lines or before.phase is not after.phase):
        fate = Fate.CHANGED
    return Row(after.id, fate, before.number, after.number, before.title, after.title, lines)


def text_of(station: Station) -> str:
    """Return everything that a station tells a family, a line each."""
    lines = [station.title, *(text.striptags() for _, text in station.lines)]
    for card in station.cards:
        lines += [card.name, *(call.text for call in card.phones), *card.emails, *card.websites]
    return "\n".join(line for line in [*lines, station.answer_by, station.act_by] if line)

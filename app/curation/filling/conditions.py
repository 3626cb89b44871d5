"""A condition as an editor fills it in: groups of lines; one group has to hold, with every line in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.pathways.conditions import Condition
from app.pathways.predicates import PREDICATES

RULE = "is:"
"""What a rule with arithmetic on dates begins with where it stands among the answers of its question."""


class How(StrEnum):
    """How a line looks at the chosen answers."""

    ANY = "any"
    """One of them was given."""
    NONE = "none"
    """None of them was given."""


@dataclass(frozen=True)
class Line:
    """One line: a question, and the answers (or the rules) that are looked at."""

    question: str
    how: How
    answers: tuple[str, ...]


Group = tuple[Line, ...]


class TooRichError(Exception):
    """The condition says more than lines can say, or cannot be read: it is edited as a text."""


class Wrong(StrEnum):
    """Why lines make no condition."""

    NO_ANSWER = "no-answer"
    TWICE = "twice"
    """Two lines of a group ask for answers to one question: the grammar has one place for it."""
    RULE_BESIDE = "rule-beside"
    """A rule stands beside other answers in one line: either would do, which the grammar cannot say."""


def groups_of(data: Any) -> tuple[Group, ...]:
    """Return the groups of a condition as it stands in a file; none at all means always. Raises TooRichError."""
    try:
        Condition.parse(data)
    except ValueError as error:
        raise TooRichError(str(error)) from error
    return tuple(_group(mapping) for mapping in _list(data))


def written(groups: Iterable[Group]) -> Any:
    """Return groups without fault as they stand in a file: a mapping, a list of mappings, or None for always."""
    mappings = [_mapping(group) for group in groups if group]
    return (mappings[0] if len(mappings) == 1 else mappings) or None


def alike(left: Sequence[Group], right: Sequence[Group]) -> bool:
    """Say whether groups differ at most in the order of their lines and of what is chosen in a line."""
    return [_unordered(group) for group in left] == [_unordered(group) for group in right]


def wrong(group: Sequence[Line]) -> list[tuple[int, Wrong]]:
    """Return what is wrong with the lines of a group, by the place of the line."""
    found = []
    asked: set[str] = set()
    for place, line in enumerate(group):
        rules = [answer for answer in line.answers if answer.startswith(RULE)]
        if not line.answers:
            found.append((place, Wrong.NO_ANSWER))
        elif line.how is How.NONE:
            continue
        elif rules and len(line.answers) > 1:
            found.append((place, Wrong.RULE_BESIDE))
        elif not rules and line.question in asked:
            found.append((place, Wrong.TWICE))
        elif not rules:
            asked.add(line.question)
    return found


def _list(data: Any) -> list[Any]:
    return data if isinstance(data, list) else [data] if data else []


def _group(mapping: dict[str, Any]) -> Group:
    lines: list[Line] = []
    for key, value in mapping.items():
        if key != "not":
            lines += _lines(key, value, How.ANY)
            continue
        for inner in _list(value):
            if len(inner) != 1 or "not" in inner:
                raise TooRichError("a negation of more than one thing")
            lines += [line for name, given in inner.items() for line in _lines(name, given, How.NONE)]
        if not value:
            raise TooRichError("a negation of nothing")
    return tuple(lines)


def _lines(key: str, value: Any, how: How) -> list[Line]:
    values = _list(value)
    if key != "is":
        return [Line(str(key), how, tuple(values))]
    if how is How.NONE and len(values) > 1:
        raise TooRichError("a negation of several rules together")
    return [Line(PREDICATES[name].question, how, (f"{RULE}{name}",)) for name in values]


def _mapping(group: Group) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    rules: list[str] = []
    negated: list[dict[str, Any]] = []
    for line in group:
        names = [answer.removeprefix(RULE) for answer in line.answers if answer.startswith(RULE)]
        options = [answer for answer in line.answers if not answer.startswith(RULE)]
        if line.how is How.NONE:
            negated += [{line.question: _short(options)}] if options else []
            negated += [{"is": name} for name in names]
        else:
            asked |= {line.question: _short(options)} if options else {}
            rules += names
    return asked | ({"is": _short(rules)} if rules else {}) | ({"not": _short(negated)} if negated else {})


def _short(items: Sequence[Any]) -> Any:
    return items[0] if len(items) == 1 else list(items)


def _unordered(group: Group) -> frozenset[tuple[str, How, frozenset[str]]]:
    return frozenset((line.question, line.how, frozenset(line.answers)) for line in group)

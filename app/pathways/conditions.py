"""The closed grammar of conditions: which answers let a question, a situation, a step or a sentence stand.

Written as YAML (see the head of ``content/pathways/graph.yaml``)::

    {who: armed-forces, soldier: [notified, no-contact]}      both keys, one option of each
    [{family: abroad}, {need: legal}]                         one of the mappings
    {is: within-three-months, not: {done: police}}            a named predicate; a negation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.kernel.said import N_, SaidError
from app.pathways.predicates import PREDICATES

UNKNOWN = "unknown"
"""The option "I don't know", accepted by every question."""

Answers = Mapping[str, tuple[str, ...]]
"""Chosen options by question id. A question that was not answered is absent."""

Evidence = frozenset[tuple[str, str]]
"""The (question, option) pairs that made a condition hold."""


@dataclass(frozen=True)
class Answered:
    """One of `options` was chosen at `question`."""

    question: str
    options: frozenset[str]


@dataclass(frozen=True)
class Is:
    """All the named predicates hold."""

    predicates: tuple[str, ...]


@dataclass(frozen=True)
class Not:
    """The condition inside does not hold."""

    condition: Condition


Term = Answered | Is | Not


@dataclass(frozen=True)
class Condition:
    """Alternatives, each of which is a conjunction of terms. No alternative at all means: always."""

    alternatives: tuple[tuple[Term, ...], ...] = ()

    @classmethod
    def parse(cls, data: object) -> Condition:
        """Read a condition from YAML data. Raises ValueError that says what was expected."""
        if data is None or data == {}:
            return cls()
        mappings = data if isinstance(data, list) else [data]
        return cls(tuple(_conjunction(mapping) for mapping in mappings))

    def terms(self) -> Iterator[Answered | Is]:
        """Yield every question and predicate that the condition mentions, also inside negations."""
        for conjunction in self.alternatives:
            for term in conjunction:
                if isinstance(term, Not):
                    yield from term.condition.terms()
                else:
                    yield term

    def match(self, answers: Answers, today: date) -> Evidence | None:
        """Return the answers that make the condition hold on `today` (all alternatives joined), or None."""
        if not self.alternatives:
            return frozenset()
        found = [evidence for c in self.alternatives if (evidence := _match(c, answers, today)) is not None]
        return frozenset().union(*found) if found else None


def _conjunction(data: object) -> tuple[Term, ...]:
    if not isinstance(data, dict) or not data:
        raise SaidError(N_("a condition is a mapping of question ids to options, or a list of such mappings"))
    return tuple(_term(str(key), value) for key, value in data.items())


def _term(key: str, value: object) -> Term:
    if key == "not":
        return Not(Condition.parse(value))
    given = value if isinstance(value, list) else [value]
    values = [item for item in given if isinstance(item, str)]
    if not values or len(values) < len(given):
        raise SaidError(N_("'%(key)s' takes an option or a list of options"), key=key)
    if key == "is":
        for name in values:
            if name not in PREDICATES:
                raise SaidError(
                    N_("no predicate '%(name)s'; there are %(known)s"), name=name, known=", ".join(PREDICATES)
                )
        return Is(tuple(values))
    return Answered(key, frozenset(values))


def _match(conjunction: tuple[Term, ...], answers: Answers, today: date) -> Evidence | None:
    evidence: set[tuple[str, str]] = set()
    for term in conjunction:
        match term:
            case Answered(question, options):
                chosen = [option for option in answers.get(question, ()) if option in options]
                if not chosen:
                    return None
                evidence.update((question, option) for option in chosen)
            case Is(predicates):
                for name in predicates:
                    predicate = PREDICATES[name]
                    if not predicate.holds(answers, today):
                        return None
                    evidence.update((predicate.question, option) for option in answers[predicate.question])
            case Not(condition):
                if condition.match(answers, today) is not None:
                    return None
    return frozenset(evidence)

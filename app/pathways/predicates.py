"""Named predicates: the few rules of the route that need arithmetic on dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.dates import PartialDate, add_months

FULL_SCALE_INVASION = date(2022, 2, 24)
ORDER_REPLACED_INVESTIGATION = date(2025, 9, 1)
"""From this day a commander's order stands instead of a service investigation (source: firtka.net.ua, 2025)."""


@dataclass(frozen=True)
class Predicate:
    """A rule over the answer to one question; an unanswered or unknown date makes it not hold."""

    question: str
    rule: Callable[[PartialDate, date], bool]

    def holds(self, answers: Mapping[str, tuple[str, ...]], today: date) -> bool:
        given = answers.get(self.question, ())
        if not given:
            return False
        try:
            day = PartialDate.parse(given[0])
        except ValueError:
            return False
        return self.rule(day, today)


PREDICATES: Mapping[str, Predicate] = {
    # A partial date holds only where every day it can mean does, so that no one is told a term has passed in vain.
    "silent-3-days": Predicate("when", lambda day, today: day.latest <= today - timedelta(days=3)),
    "silent-10-days": Predicate("when", lambda day, today: day.latest <= today - timedelta(days=10)),
    # The urgent procedure of the UN Working Group is open for three months: a day that may still be inside counts.
    "within-three-months": Predicate("when", lambda day, today: add_months(day.latest, 3) >= today),
    "before-full-scale-invasion": Predicate("when", lambda day, _: day.latest < FULL_SCALE_INVASION),
    "since-september-2025": Predicate("when", lambda day, _: day.latest >= ORDER_REPLACED_INVESTIGATION),
}

"""When a query without an answer may be kept in words, and what a question of the route loses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.tally import ANSWERED, SHOWN

DAYS = 5
"""On so many different days a query must have been asked before its masked words are kept."""

WAITING = timedelta(days=90)
"""How long the hash of a query that too few days asked is kept since its last day."""

KEPT = timedelta(days=365)
"""How long counts are kept."""


def may_be_kept(days: Iterable[date]) -> bool:
    """Say whether a query that was asked on these days may be kept in words."""
    return len(set(days)) >= DAYS


@dataclass(frozen=True)
class Gap:
    """A query without an answer, masked: on how many days and how often it was asked, and when last."""

    text: str
    days: int
    times: int
    last: date


@dataclass(frozen=True)
class Question:
    """How often a question of the route was shown and answered in a time. Showings are counted, not people."""

    id: str
    shown: int
    answered: int

    @property
    def left(self) -> int:
        """How many showings no answer followed."""
        return max(0, self.shown - self.answered)

    @property
    def percent(self) -> int:
        """`left` in a hundred showings."""
        return round(100 * self.left / self.shown) if self.shown else 0


def drop_off(counts: Mapping[str, int], order: Iterable[str]) -> list[Question]:
    """Return the questions in `order` that were shown, from counts such as ``shown:where``."""
    found = (Question(id_, counts.get(f"{SHOWN}:{id_}", 0), counts.get(f"{ANSWERED}:{id_}", 0)) for id_ in order)
    return [question for question in found if question.shown]

"""Counting without following: what the pages of a process count, until it is written down as counts per day.

Nothing here knows who asked. A crash loses what was counted since the last writing, and that is fine.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.kernel.dates import KYIV

MOST = 2_000
"""Different things that are counted between two writings: a flood of queries takes no memory."""

SHOWN, ANSWERED = "shown", "answered"
"""What is counted of a question: ``shown:where`` and ``answered:where``."""


@dataclass(frozen=True)
class Taken:
    """What was counted: (day, what) to how often, and (day, query) of queries without an answer."""

    counts: Mapping[tuple[date, str], int]
    queries: Mapping[tuple[date, str], int]

    def __bool__(self) -> bool:
        return bool(self.counts or self.queries)


def _today() -> date:
    return datetime.now(UTC).astimezone(KYIV).date()


class Tally:
    """Counts of one process, shared by its threads."""

    def __init__(self, today: Callable[[], date] = _today) -> None:
        self._today = today
        self._counts: Counter[tuple[date, str]] = Counter()
        self._queries: Counter[tuple[date, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, marks: str) -> None:
        """Count each of the words of a mark once."""
        today = self._today()
        with self._lock:
            for what in marks.split():
                self._add(self._counts, (today, what))

    def add_query(self, typed: str) -> None:
        """Count a query that had no answer. It stands here in clear until the next writing and nowhere else."""
        with self._lock:
            self._add(self._queries, (self._today(), typed))

    def take(self) -> Taken:
        """Return what was counted and begin anew."""
        with self._lock:
            taken = Taken(dict(self._counts), dict(self._queries))
            self._counts.clear()
            self._queries.clear()
        return taken

    @staticmethod
    def _add(counts: Counter[tuple[date, str]], what: tuple[date, str]) -> None:
        if what in counts or len(counts) < MOST:
            counts[what] += 1

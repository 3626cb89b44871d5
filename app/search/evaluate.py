"""How well the search answers labelled queries: MRR@10, nDCG@10, recall@5 by class, nonsense answered, time a query.

The file is a YAML list of entries with `id`, `q`, `lang`, `class`, `relevant` (document id to grade 1 to 3) and
`no_answer`. Articles and organisations count, in one list; grades 2 and 3 are right answers. Entries without an answer
are left out of the first three measures; those of class `nonsense` give the share that got an answer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from app.content.values import Value

DEPTH = 10
RECALL_DEPTH = 5
RIGHT = 2
"""Grade from which on a document is a right answer."""
NONSENSE = "nonsense"


class Query(Value):
    """A labelled query."""

    id: str
    q: str
    lang: str
    class_: str = Field(alias="class")
    relevant: Mapping[str, int] = Field(default_factory=dict)
    no_answer: bool = False
    group: str = ""
    meant: str = ""
    reason: str = ""


class EvaluationError(Exception):
    """The file of labelled queries cannot be read. Says where and why."""


def read_queries(path: Path) -> list[Query]:
    """Read labelled queries. Raises EvaluationError with the entry's number and field."""
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise EvaluationError(f"{path} cannot be read: {error}") from None
    if not isinstance(entries, list):
        raise EvaluationError(f"{path} is not a list of queries")
    found = []
    for number, entry in enumerate(entries):
        try:
            found.append(Query.model_validate(entry))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise EvaluationError(f"{path}, entry {number} ({place}): {first['msg']}") from None
    return found


@dataclass
class Measure:
    """Sums over the queries of a class."""

    n: int = 0
    mrr: float = 0.0
    ndcg: float = 0.0
    recall5: float = 0.0

    def add(self, query: Query, ranked: Sequence[str]) -> None:
        self.n += 1
        self.mrr += reciprocal_rank(query.relevant, ranked)
        self.ndcg += ndcg(query.relevant, ranked)
        self.recall5 += recall(query.relevant, ranked)

    def means(self) -> dict[str, float]:
        n = max(self.n, 1)
        return {"n": self.n, "mrr": self.mrr / n, "ndcg": self.ndcg / n, "recall5": self.recall5 / n}


@dataclass
class Report:
    """The measures by class, and what is needed to look into them."""

    classes: dict[str, Measure] = field(default_factory=dict)
    nonsense: dict[str, bool] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    misses: list[tuple[Query, list[str]]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values; `overall` is the plain mean of the classes."""
        classes = {name: measure.means() for name, measure in sorted(self.classes.items())}
        overall = {
            key: sum(means[key] for means in classes.values()) / max(len(classes), 1)
            for key in ("mrr", "ndcg", "recall5")
        }
        answered = sum(self.nonsense.values()) / max(len(self.nonsense), 1)
        latency = {name: 1000 * percentile(self.seconds, share) for name, share in (("p50", 0.5), ("p95", 0.95))}
        return {"classes": classes, "overall": overall, "nonsense_answered": answered, "latency_ms": latency}


def evaluate(queries: Sequence[Query], search: Callable[[str], Sequence[str]]) -> Report:
    """Ask `search` every query; it returns document ids, best first, empty where it finds nothing."""
    report = Report()
    for query in queries:
        start = time.perf_counter()
        ranked = list(search(query.q))
        report.seconds.append(time.perf_counter() - start)
        if query.class_ == NONSENSE:
            report.nonsense[query.id] = bool(ranked)
        if query.no_answer:
            continue
        report.classes.setdefault(query.class_, Measure()).add(query, ranked)
        if reciprocal_rank(query.relevant, ranked) < 1:
            report.misses.append((query, ranked[:DEPTH]))
    return report


def reciprocal_rank(relevant: Mapping[str, int], ranked: Sequence[str]) -> float:
    """Return 1 / place of the first right answer among the first ten, else 0."""
    return next((1 / place for place, id_ in _places(ranked, DEPTH) if relevant.get(id_, 0) >= RIGHT), 0.0)


def ndcg(relevant: Mapping[str, int], ranked: Sequence[str]) -> float:
    """Return the discounted gain of the first ten (2^grade - 1 over log2(place + 1)), as a share of the best."""
    best = sorted(relevant.values(), reverse=True)[:DEPTH]
    ideal = sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(best, 1))
    gained = sum((2 ** relevant.get(id_, 0) - 1) / math.log2(place + 1) for place, id_ in _places(ranked, DEPTH))
    return gained / ideal if ideal else 0.0


def recall(relevant: Mapping[str, int], ranked: Sequence[str]) -> float:
    """Return the share of the right answers that stand among the first five."""
    right = {id_ for id_, grade in relevant.items() if grade >= RIGHT}
    return len(right & set(ranked[:RECALL_DEPTH])) / len(right) if right else 0.0


def _places(ranked: Sequence[str], depth: int) -> Iterator[tuple[int, str]]:
    return enumerate(dict.fromkeys(ranked[:depth]), 1)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of `values` do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(math.ceil(share * len(ordered)), len(ordered)) - 1] if ordered else 0.0

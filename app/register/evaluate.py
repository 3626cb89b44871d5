"""How well claims with known errors find their entry: recall at 1 and 5, precision of the verdict, candidates, time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from app.register.estimate import Grades, Shares, estimate_m, shares_of
from app.register.linkage import GRADES, Linkage, Match, Verdict, fields_of
from app.register.mistakes import Mistake, make, only_order, pairs, told
from app.register.person import Person
from app.register.population import Urns, one, relative
from app.register.weights import DIFFERS, SAME, FieldWeights, Thresholds, Weights

ABSENT = "not in the register: "
TWO = " + "
LEAN = ", names and birth date only"
"""Ends the kind of a claim that states nothing else, which is all that a request must state."""
_PLACES = (Mistake.RENAMED_PLACE, Mistake.NEIGHBOUR_PLACE)
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)
"""Probabilities for which the report has the error rates of a verdict "likely" from there on."""


@dataclass(frozen=True)
class Claim:
    """A claim whose answer is known: the entry's number, or None where the person is not in the register."""

    kind: str
    person: Person
    entry: int | None


def claims(sample: Sequence[tuple[int, Person]], drawn: Urns, *, count: int, seed: int) -> list[Claim]:
    """Return claims on the entries of `sample`, each kind as often as the others of its group.

    About `count` with one error or none, as many that state names and birth date only, as many with two errors, and
    half as many on people who are not in the register.
    """
    rng = random.Random(f"claims {seed}")
    maker = _Maker(list(sample), drawn, rng)
    singles = list(Mistake)
    found: list[Claim] = []
    for kind in singles:
        found += maker.wrong((kind,), count // len(singles))
        if kind not in _PLACES:
            found += maker.wrong((kind,), count // len(singles), is_lean=True)
    double = pairs()
    for chosen in double:
        found += maker.wrong(chosen, max(count // len(double), 1))
    for kind_name, builder in maker.absent().items():
        found += [Claim(ABSENT + kind_name, builder(), None) for _ in range(count // 2 // 5)]
    rng.shuffle(found)
    return found


@dataclass
class _Maker:
    """Makes claims from a sample of entries."""

    sample: list[tuple[int, Person]]
    drawn: Urns
    rng: random.Random

    def wrong(self, kinds: tuple[Mistake, ...], count: int, *, is_lean: bool = False) -> Iterator[Claim]:
        """Yield claims with these mistakes; fewer than `count` where the sample has few on whom they can be made."""
        made = 0
        for _ in range(count * 400):
            if made == count:
                return
            number, entry = self.rng.choice(self.sample)
            changed: Person | None = entry
            for kind in kinds:
                changed = make(kind, changed, self.rng, one(self.rng, self.drawn)) if changed else None
            if changed is None:
                continue
            claim = told(changed, self.rng)
            if not {*kinds}.isdisjoint(_PLACES) and not _tells_changed_place(claim, entry):
                continue
            made += 1
            kind_name = TWO.join(kinds)
            yield Claim(kind_name + LEAN, only_order(claim), number) if is_lean else Claim(kind_name, claim, number)

    def absent(self) -> Mapping[str, Callable[[], Person]]:
        """Return by kind what makes a claim on somebody who is not in the register."""
        return {
            "stranger": lambda: told(one(self.rng, self.drawn), self.rng),
            "namesake": lambda: told(self._namesake(same_year=False), self.rng),
            "namesake of the same year": lambda: told(self._namesake(same_year=True), self.rng),
            "brother": lambda: told(self._relative(brother=True), self.rng),
            "father or son": lambda: told(self._relative(brother=False), self.rng),
        }

    def _namesake(self, *, same_year: bool) -> Person:
        """Return another person with an entry's full name."""
        _, entry = self.rng.choice(self.sample)
        other = one(self.rng, self.drawn)
        made = replace(
            other,
            surname=entry.surname,
            given=entry.given,
            patronymic=entry.patronymic,
            sex=entry.sex,
            former_surnames=(),
            latin_surname="",
            latin_given="",
        )
        if same_year and entry.born and other.born and other.born.day and other.born.month != 2:
            made = replace(made, born=replace(other.born, year=entry.born.year))
        return made

    def _relative(self, *, brother: bool) -> Person:
        _, entry = self.rng.choice([pair for pair in self.rng.sample(self.sample, 50) if pair[1].born])
        return relative(self.rng, entry, self.drawn, brother=brother)


def _tells_changed_place(claim: Person, entry: Person) -> bool:
    return any(
        getattr(claim, name) and getattr(claim, name) != getattr(entry, name)
        for name in ("missing_from", "lived_in", "born_in")
    )


@dataclass
class Measure:
    """Sums over the claims of a kind."""

    n: int = 0
    first: int = 0
    five: int = 0
    gathered: int = 0
    likely: int = 0
    likely_right: int = 0
    possible: int = 0
    candidates: int = 0

    def add(self, claim: Claim, matches: Sequence[Match]) -> None:
        """Count one claim's answer. Any number of entries may be likely; each is right or wrong."""
        numbers = [match.entry for match in matches]
        self.n += 1
        self.first += numbers[:1] == [claim.entry]
        self.five += claim.entry in numbers[:5]
        self.gathered += claim.entry in numbers
        likely = [match.entry for match in matches if match.verdict is Verdict.LIKELY]
        self.likely += len(likely)
        self.likely_right += claim.entry in likely
        shown = [match.entry for match in matches if match.verdict is not Verdict.UNLIKELY]
        self.possible += bool(shown) if claim.entry is None else claim.entry in shown
        self.candidates += len(matches)

    def plus(self, other: Measure) -> Measure:
        return Measure(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    def as_json(self) -> dict[str, float]:
        """Return shares of the claims, the precision of "likely", and candidates a claim."""
        n = max(self.n, 1)
        return {
            "n": self.n,
            "recall1": self.first / n,
            "recall5": self.five / n,
            "gathered": self.gathered / n,
            "likely": self.likely_right / n,
            "likely_wrong": (self.likely - self.likely_right) / n,
            "precision": self.likely_right / self.likely if self.likely else 1.0,
            "possible": self.possible / n,
            "candidates": self.candidates / n,
        }


@dataclass
class Report:
    """The measures by kind, the seconds of every claim, and claims whose entry was not among the first five."""

    kinds: dict[str, Measure] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    misses: list[tuple[Claim, Sequence[Match]]] = field(default_factory=list)
    wrong: list[tuple[Claim, Sequence[Match]]] = field(default_factory=list)
    verdicts: list[tuple[float, bool]] = field(default_factory=list)
    """Probability of every entry without a plain conflict, and whether it is the person claimed."""

    def group(self, which: Callable[[str], bool]) -> Measure:
        total = Measure()
        for kind, measure in self.kinds.items():
            if which(kind):
                total = total.plus(measure)
        return total

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values. A group weighs each kind equally, as every kind has as many claims."""
        groups = {
            "one error": self.group(is_single),
            "one error" + LEAN: self.group(lambda kind: kind.endswith(LEAN)),
            "two errors": self.group(lambda kind: TWO in kind),
            "not in the register": self.group(lambda kind: kind.startswith(ABSENT)),
            "all": self.group(lambda _: True),
        }
        return {
            "kinds": {kind: measure.as_json() for kind, measure in sorted(self.kinds.items())},
            "groups": {name: measure.as_json() for name, measure in groups.items()},
            "thresholds": [self._at(threshold) for threshold in THRESHOLDS],
            "latency_ms": {
                name: 1000 * float(np.quantile(self.seconds, share))
                for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
            },
        }

    def _at(self, threshold: float) -> dict[str, float]:
        """Return what a verdict "likely" from `threshold` on would be worth over all claims."""
        likely = [is_right for probability, is_right in self.verdicts if probability >= threshold]
        present = sum(measure.n for kind, measure in self.kinds.items() if not kind.startswith(ABSENT))
        return {
            "threshold": threshold,
            "precision": sum(likely) / len(likely) if likely else 1.0,
            "found": sum(likely) / max(present, 1),
            "wrong": len(likely) - sum(likely),
        }


def is_single(kind: str) -> bool:
    """Whether a kind of claim has one error, or none, and states all that a family knows."""
    return TWO not in kind and not kind.startswith(ABSENT) and not kind.endswith(LEAN)


def evaluate(asked: Sequence[Claim], find: Callable[[Person], Sequence[Match]]) -> Report:
    """Ask `find` every claim; it returns the entries that may be meant, best first."""
    report = Report()
    for claim in asked:
        start = time.perf_counter()
        matches = find(claim.person)
        report.seconds.append(time.perf_counter() - start)
        report.kinds.setdefault(claim.kind, Measure()).add(claim, matches)
        report.verdicts += [
            (match.probability, match.entry == claim.entry)
            for match in matches
            if match.probability >= THRESHOLDS[0] and not match.comparison.has_conflict
        ]
        if claim.entry is not None and claim.entry not in [match.entry for match in matches[:5]]:
            report.misses.append((claim, matches[:5]))
        if any(match.verdict is Verdict.LIKELY and match.entry != claim.entry for match in matches):
            report.wrong.append((claim, matches[:5]))
    return report


IN_REGISTER = 0.8
"""Share of claims whose person is in the register: an assumption. Families ask once they were told of the entry, but
not all were told rightly; a lower share asks for more evidence before an entry is called likely."""


def first_weights() -> Weights:
    """Return the guesses from which estimation begins; they say no more than that agreement is likelier in a match."""
    fields = {}
    for where, grades in GRADES.items():
        rest = len(grades) - 2
        m = {SAME: 0.85, DIFFERS: 0.03, **{grade: 0.12 / rest for grade in grades if grade not in (SAME, DIFFERS)}}
        u = {SAME: 0.01, DIFFERS: 0.8, **{grade: 0.19 / rest for grade in grades if grade not in (SAME, DIFFERS)}}
        fields[str(where)] = FieldWeights(m, u)
    return Weights(fields, IN_REGISTER, Thresholds(0.99, 0.01), {})


@dataclass(frozen=True)
class Sampled:
    """Comparisons to estimate from: candidate pairs by claim, and pairs drawn at random."""

    candidates: Grades
    extra: np.ndarray[Any, np.dtype[np.float64]]
    claims: np.ndarray[Any, np.dtype[np.int64]]
    at_random: Grades


def sample_pairs(
    asked: Sequence[Claim],
    people: Callable[[Person], Mapping[int, Person]],
    everyone: Sequence[Person],
    linkage: Linkage,
    *,
    pairs_a_claim: int,
    seed: int,
) -> Sampled:
    """Compare every claim with its candidates, and with entries drawn at random from `everyone`."""
    rng = random.Random(f"pairs {seed}")
    grades, extra, numbers, at_random = [], [], [], []
    plain = Linkage(linkage.weights)
    for number, claim in enumerate(asked):
        for entry in people(claim.person).values():
            comparison = linkage.compare(claim.person, entry)
            grades.append(fields_of(comparison))
            extra.append(comparison.bits - plain.compare(claim.person, entry).bits)
            numbers.append(number)
        for entry in rng.sample(everyone, min(pairs_a_claim, len(everyone))):
            at_random.append(fields_of(plain.compare(claim.person, entry)))
    return Sampled(
        np.array(grades, dtype=np.int8),
        np.array(extra),
        np.array(numbers, dtype=np.int64),
        np.array(at_random, dtype=np.int8),
    )


def estimate(sampled: Sampled, before: Weights, *, population: int, made: Mapping[str, Any]) -> Weights:
    """Return weights estimated from `sampled`: u from the random pairs, m by EM over the candidates.

    Which claim belongs to which entry is not looked at. How many claims have an entry at all says nothing here, where
    claims are made up; it stays as `before` assumes it. A grade that no pair had says nothing either way.
    """
    sizes = [len(grades) for grades in GRADES.values()]
    u = shares_of(sampled.at_random, sizes, np.ones(len(sampled.at_random)))
    start: Shares = [np.array([before.fields[where].m[grade] for grade in grades]) for where, grades in GRADES.items()]
    m, _ = estimate_m(
        sampled.candidates, sizes, u, extra=sampled.extra, claims=sampled.claims, population=population, start=start
    )
    fields = {}
    for column, (where, grades) in enumerate(GRADES.items()):
        seen = {*np.unique(sampled.candidates[:, column]).tolist(), *np.unique(sampled.at_random[:, column]).tolist()}
        of_rest = dict(zip(grades, map(float, u[column]), strict=True))
        of_match = dict(zip(grades, map(float, m[column]), strict=True))
        unseen = {grade: of_rest[grade] for number, grade in enumerate(grades) if number not in seen}
        fields[str(where)] = FieldWeights({**of_match, **unseen}, of_rest)
    return Weights(fields, before.in_register, before.thresholds, {**before.made, **made})

"""Weights estimated from pairs that nobody labelled: u from pairs drawn at random, m by expectation maximisation.

A. P. Dempster, N. M. Laird, D. B. Rubin, «Maximum Likelihood from Incomplete Data via the EM Algorithm» (1977), for
record linkage after W. E. Winkler. Grades are numbers from 0; a missing comparison is MISSING and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MISSING = -1
_SMALL = 1e-9

Grades = NDArray[np.int8]
"""A row for each pair, a column for each field."""
Shares = list[NDArray[np.float64]]
"""For each field the probability of every grade, given that both values are known."""


@dataclass(frozen=True)
class Mixture:
    """What the pairs are made of: grades among matches, grades among the rest, probability of each pair to match."""

    m: Shares
    u: Shares
    share: float
    probability: NDArray[np.float64]


def shares_of(grades: Grades, sizes: Sequence[int], weight: NDArray[np.float64], *, prior: float = 0.5) -> Shares:
    """Return each field's weighted shares of its grades among the known ones, smoothed by `prior` pairs a grade."""
    found = []
    for column, size in enumerate(sizes):
        known = grades[:, column] != MISSING
        counts = np.bincount(grades[known, column], weights=weight[known], minlength=size) + prior
        found.append(counts / counts.sum())
    return found


def bits(grades: Grades, m: Shares, u: Shares) -> NDArray[np.float64]:
    """Return the evidence of each pair in bits."""
    total = np.zeros(len(grades))
    for column, (in_match, in_rest) in enumerate(zip(m, u, strict=True)):
        # The last place stands for MISSING, which is -1.
        table = np.append(np.log2(np.maximum(in_match, _SMALL) / np.maximum(in_rest, _SMALL)), 0.0)
        total += table[grades[:, column]]
    return total


def mixture(grades: Grades, sizes: Sequence[int], *, share: float, rounds: int = 40, start: Shares) -> Mixture:
    """Return m, u and the share of matches among `grades`, from `start` as the first guess of m.

    Each field's grades are taken for independent given whether a pair matches.
    """
    even = np.ones(len(grades))
    m, u = start, shares_of(grades, sizes, even)
    probability = even
    for _ in range(rounds):
        odds = share / (1 - share) * np.exp2(np.clip(bits(grades, m, u), -200, 200))
        probability = odds / (1 + odds)
        m = shares_of(grades, sizes, probability)
        u = shares_of(grades, sizes, 1 - probability)
        share = float(np.clip(probability.mean(), _SMALL, 1 - _SMALL))
    return Mixture(m, u, share, probability)


def matches_by_claim(
    evidence: NDArray[np.float64], claims: NDArray[np.int64], *, in_register: float, population: int
) -> NDArray[np.float64]:
    """Return the probability of each pair when a claim has one match among `population` entries, or none.

    `claims` numbers each pair's claim from 0. Pairs that were not compared count for nothing.
    """
    odds = in_register / population * np.exp2(np.clip(evidence, -200, 200))
    rivals = np.bincount(claims, weights=odds)
    return np.asarray(odds / (1 - in_register + rivals)[claims])


def estimate_m(
    grades: Grades,
    sizes: Sequence[int],
    u: Shares,
    *,
    extra: NDArray[np.float64],
    claims: NDArray[np.int64],
    population: int,
    start: Shares,
    rounds: int = 25,
) -> tuple[Shares, float]:
    """Return m and the share of claims with a match, from candidate pairs; u is known from random pairs.

    `extra` are bits of each pair that do not depend on m, such as a name's rarity.
    """
    m, in_register = start, 0.5
    number = int(claims.max()) + 1
    for _ in range(rounds):
        evidence = bits(grades, m, u) + extra
        probability = matches_by_claim(evidence, claims, in_register=in_register, population=population)
        m = shares_of(grades, sizes, probability)
        in_register = float(np.clip(probability.sum() / number, 0.01, 0.99))
    return m, in_register

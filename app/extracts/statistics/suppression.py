"""Which counts may be published so that no small one can be found, not even by subtraction.

A count below `SMALL` is small, nought among them. The rule: whoever knows everything that is published, and even which
of the hidden counts are small, can still believe every number from 0 to 9 of each small one. That is cell suppression
with complementary suppression and a protection interval (Willenborg and de Waal, Elements of Statistical Disclosure
Control, 2001, chapters 4 and 5), with the interval as wide as it can be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")

SMALL = 10
"""Counts below are not published."""

_MOST = SMALL - 1


@dataclass(frozen=True)
class Parts(Generic[K]):
    """The parts of a whole that may be published. `hidden` are the others, `together` their sum."""

    shown: Mapping[K, int]
    hidden: frozenset[K]
    together: int


class TooSmallError(Exception):
    """Whatever is hidden of these counts, a small one could be found: publish none of them, nor their whole."""


def parts(counts: Mapping[K, int]) -> Parts[K]:
    """Return which parts of a whole may be published beside the whole, which is their sum. Raises TooSmallError.

    Where the small ones could be found from the whole, the smallest sufficient part is hidden with them.
    """
    hidden = {part for part, count in counts.items() if count < SMALL}
    if hidden and not is_safe([counts[part] for part in hidden]):
        hidden |= _besides(counts, hidden)
    shown = {part: count for part, count in counts.items() if part not in hidden}
    return Parts(shown, frozenset(hidden), sum(counts[part] for part in hidden))


def is_safe(hidden: Collection[int]) -> bool:
    """Say whether the sum of `hidden` counts may be known: every small one of them could still be 0, and could be 9.

    A small count is at most what remains of the sum when the great ones are 10 each, and at least what remains when
    the other small ones are 9 each; great ones, of which there may be none, can take the rest whatever it is.
    """
    small = [count for count in hidden if count < SMALL]
    great = len(hidden) - len(small)
    if not small:
        return True
    rest = sum(hidden) - SMALL * great
    could_be_nought = great > 0 or rest <= _MOST * (len(small) - 1)
    return rest >= _MOST and could_be_nought


def mentions(counts: Mapping[K, int], whole: int) -> Parts[K]:
    """Return which counts may be published of things of which each of a published `whole` names at least one.

    Together they are at least the whole, and that could tell what is hidden: then the smallest of the others is hidden
    with it. Raises TooSmallError. `together` is their sum; it is not to be published, for it says nothing.
    """
    hidden = {part for part, count in counts.items() if count < SMALL}
    if hidden and sum(count for count in counts.values() if count >= SMALL) < whole:
        great = [part for part in counts if part not in hidden]
        if not great:
            raise TooSmallError
        hidden.add(min(great, key=lambda part: counts[part]))
    shown = {part: count for part, count in counts.items() if part not in hidden}
    return Parts(shown, frozenset(hidden), sum(counts[part] for part in hidden))


def _besides(counts: Mapping[K, int], small: set[K]) -> set[K]:
    """Return the great parts to be hidden with the small ones: one if one is enough, the smallest such."""
    great = sorted((part for part in counts if part not in small), key=lambda part: counts[part])
    kept = [counts[part] for part in small]
    for part in great:
        if is_safe([*kept, counts[part]]):
            return {part}
    # One is not enough only where all are near ten: then the greatest together.
    for number in range(2, len(great) + 1):
        chosen = great[-number:]
        if is_safe([*kept, *(counts[part] for part in chosen)]):
            return set(chosen)
    raise TooSmallError

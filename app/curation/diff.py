"""What changed between two texts: line by line, and word by word within a line that stayed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CONTEXT = 2
"""Unchanged lines that are shown around a change."""

ALIKE = 0.4
"""Share of words in common from which two lines count as one that was changed."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class What(StrEnum):
    """What happened to a line."""

    SAME = "same"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    SKIPPED = "skipped"
    """Unchanged lines that are left out: `count` of them."""


@dataclass(frozen=True)
class Piece:
    """A run of characters of a line; `differs` where the other side has others in its place."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class Line:
    """A line of both texts: its numbers (0 where a side has none) and its pieces on either side."""

    what: What
    left_number: int = 0
    right_number: int = 0
    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()
    count: int = 0


def diff(before: str, after: str, *, context: int = CONTEXT) -> list[Line]:
    """Return the lines of two texts side by side; long runs of unchanged lines are left out."""
    return list(_shortened(list(_lines(before.splitlines(), after.splitlines())), context))


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            for step in range(i2 - i1):
                same = (Piece(before[i1 + step]),)
                yield Line(What.SAME, i1 + step + 1, j1 + step + 1, same, same)
        else:
            yield from _changed(before[i1:i2], after[j1:j2], i1 + 1, j1 + 1)


def _changed(before: Sequence[str], after: Sequence[str], left: int, right: int) -> Iterator[Line]:
    """Pair lines in order as long as they are alike; the rest was removed or added."""
    i = j = 0
    while i < len(before) and j < len(after):
        if _alike(before[i], after[j]):
            old, new = words(before[i], after[j])
            yield Line(What.CHANGED, left + i, right + j, old, new)
            i, j = i + 1, j + 1
        elif len(before) - i >= len(after) - j:
            yield Line(What.REMOVED, left + i, 0, (Piece(before[i], differs=True),))
            i += 1
        else:
            yield Line(What.ADDED, 0, right + j, (), (Piece(after[j], differs=True),))
            j += 1
    for place in range(i, len(before)):
        yield Line(What.REMOVED, left + place, 0, (Piece(before[place], differs=True),))
    for place in range(j, len(after)):
        yield Line(What.ADDED, 0, right + place, (), (Piece(after[place], differs=True),))


def words(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both lines in pieces, those marked in which they differ."""
    one, other = _WORD.findall(before), _WORD.findall(after)
    old: list[Piece] = []
    new: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        for pieces, said in ((old, "".join(one[i1:i2])), (new, "".join(other[j1:j2]))):
            if said:
                pieces.append(Piece(said, tag != "equal"))
    return tuple(old), tuple(new)


def _alike(before: str, after: str) -> bool:
    one, other = _WORD.findall(before), _WORD.findall(after)
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE


def _shortened(lines: Sequence[Line], context: int) -> Iterator[Line]:
    near = {
        place
        for changed, line in enumerate(lines)
        if line.what is not What.SAME
        for place in range(changed - context, changed + context + 1)
    }
    skipped = 0
    for place, line in enumerate(lines):
        if place in near:
            if skipped:
                yield Line(What.SKIPPED, count=skipped)
            skipped = 0
            yield line
        else:
            skipped += 1
    if skipped:
        yield Line(What.SKIPPED, count=skipped)

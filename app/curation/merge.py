"""Two changes of one text put together: line by line, against the text that both began from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

OURS, MIDDLE, THEIRS = "<<<<<<<", "=======", ">>>>>>>"
"""What begins the lines around two versions between which a person has to choose."""


@dataclass(frozen=True)
class Part:
    """A piece of a merged text: its lines, or, where both sides changed them differently, the lines of either."""

    lines: tuple[str, ...]
    theirs: tuple[str, ...] = ()
    clashes: bool = False


@dataclass(frozen=True)
class Merged:
    """What two changes come to."""

    parts: tuple[Part, ...]

    @property
    def is_clean(self) -> bool:
        """Whether no place is left for a person to decide."""
        return not any(part.clashes for part in self.parts)

    @property
    def clashes(self) -> int:
        return sum(part.clashes for part in self.parts)

    @property
    def text(self) -> str:
        """The merged text; where both sides differ, both stand in it between marks that no edition may hold."""
        out: list[str] = []
        for part in self.parts:
            if part.clashes:
                out += [f"{OURS}\n", *_ended(part.lines), f"{MIDDLE}\n", *_ended(part.theirs), f"{THEIRS}\n"]
            else:
                out += part.lines
        return "".join(out)


def merge(base: str, ours: str, theirs: str) -> Merged:
    """Put together what `ours` and `theirs` changed of `base`.

    Lines that one side changed are taken from it; lines that both changed alike are taken once; the rest clashes.
    """
    before, left, right = (text.splitlines(keepends=True) for text in (base, ours, theirs))
    parts: list[Part] = []
    b = o = t = 0
    for sync in _agreeing(before, left, right):
        parts += _between(before[b : sync.base], left[o : sync.ours], right[t : sync.theirs])
        if sync.size:
            parts.append(Part(tuple(before[sync.base : sync.base + sync.size])))
        b, o, t = sync.base + sync.size, sync.ours + sync.size, sync.theirs + sync.size
    return Merged(tuple(parts))


def has_marks(text: str) -> bool:
    """Say whether a text still holds a place between marks, where a person has to choose."""
    return any(line.startswith((OURS, THEIRS)) for line in text.splitlines())


@dataclass(frozen=True)
class _Sync:
    """A run of lines that all three texts have: where it begins in each, and how long it is."""

    base: int
    ours: int
    theirs: int
    size: int


def _agreeing(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[_Sync]:
    """Yield the runs of lines that neither side changed, in order, and the common end of length 0."""
    left = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    right = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(left) and j < len(right):
        one, other = left[i], right[j]
        start, end = max(one.a, other.a), min(one.a + one.size, other.a + other.size)
        if start < end:
            yield _Sync(start, one.b + start - one.a, other.b + start - other.a, end - start)
        if one.a + one.size < other.a + other.size:
            i += 1
        else:
            j += 1
    yield _Sync(len(base), len(ours), len(theirs), 0)


def _between(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Part]:
    if ours == theirs or theirs == base:
        chosen = ours
    elif ours == base:
        chosen = theirs
    else:
        yield Part(tuple(ours), tuple(theirs), clashes=True)
        return
    if chosen:
        yield Part(tuple(chosen))


def _ended(lines: Sequence[str]) -> list[str]:
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]

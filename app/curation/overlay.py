"""The live edition: the shipped files overlaid with what editors have published."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.content.library import Fault, Library
from app.content.moved import with_moves

Check = Callable[[Library], Sequence[Fault]]
"""Returns every fault of an edition."""

Ready = Callable[[Library], object]
"""Does what takes long before a sound edition can be served: its search index."""


@dataclass(frozen=True)
class Published:
    """What the newest published revision of a path says: a text, or that the path is gone."""

    path: str
    text: str
    retires: bool
    successor: str


def overlaid(shipped: Library, published: Iterable[Published]) -> Library:
    """Return the shipped files with every published text in its place and every retired path left out.

    Successors of retired items stand in ``moved.yaml`` as if they had shipped there.
    """
    files = dict(shipped.files)
    moves = []
    for one in published:
        files.pop(one.path, "")
        if not one.retires:
            files[one.path] = one.text
        elif one.successor:
            moves.append((one.path, one.successor))
    return Library.of(with_moves(files, moves))


def digest_of(text: str) -> str:
    """Return the digest by which a shipped text is known again."""
    return hashlib.sha256(text.encode()).hexdigest()


def differences(live: Library, other: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the texts that `other` adds or changes, by path, and the paths that it lacks."""
    changed = {path: text for path, text in other.items() if live.files.get(path) != text}
    return changed, [path for path in live.files if path not in other]

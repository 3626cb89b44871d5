"""Items that are gone and what took their place: ``moved.yaml``, old path to new path. Old addresses lead there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import yaml

from app.content.library import Library, Reader
from app.kernel.said import N_

MOVED = "moved.yaml"


@dataclass(frozen=True)
class Moved:
    """The successors of retired items, by the paths of both."""

    successors: Mapping[str, str]

    def successor_of(self, path: str) -> str:
        """Return the path that took the place of `path`, through all moves since; nothing where there is none."""
        seen = {path}
        found = self.successors.get(path, "")
        while found in self.successors and found not in seen:
            seen.add(found)
            found = self.successors[found]
        return found


def load_moved(reader: Reader) -> Moved:
    """Read the moves; faults go to the reader. An edition in which nothing moved has no such file."""
    entries = reader.data(MOVED) if MOVED in reader.library.files else {}
    if not _is_moves(entries):
        reader.fault(MOVED, "", N_("takes lines of the form `old path: new path`; correct it"))
        entries = {}
    return Moved(MappingProxyType(dict(entries or {})))


def check_moved(reader: Reader, moved: Moved) -> None:
    """Record moves of what still stands, and moves to nowhere."""
    for old in moved.successors:
        if old in reader.library.files:
            reader.fault(MOVED, old, N_("is still there; take the line out or retire the file"))
        new = moved.successor_of(old)
        if new not in reader.library.files:
            reader.fault(MOVED, old, N_("there is no '%(new)s'; name what took its place"), new=new)


def with_moves(files: Mapping[str, str], moves: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return `files` with `moves` (old path, new path) entered in ``moved.yaml``, less those of what is back.

    The file stays as it is, to the letter, where it says all that already.
    """
    text = files.get(MOVED, "")
    try:
        known = yaml.load(text, Loader=yaml.CSafeLoader) or {}
    except (yaml.YAMLError, ValueError):
        return dict(files)  # its fault is found when the edition is checked
    if not _is_moves(known):
        return dict(files)
    wanted = {old: new for old, new in {**known, **dict(moves)}.items() if old not in files}
    if wanted == known:
        return dict(files)
    others = {path: said for path, said in files.items() if path != MOVED}
    return {**others, MOVED: yaml.safe_dump(wanted, allow_unicode=True, sort_keys=True)} if wanted else others


def moves_of(library: Library) -> Mapping[str, str]:
    """Return the moves of a library that can be read."""
    return load_moved(Reader(library)).successors


def _is_moves(entries: Any) -> bool:
    return entries is None or (
        isinstance(entries, dict) and all(isinstance(word, str) for pair in entries.items() for word in pair)
    )

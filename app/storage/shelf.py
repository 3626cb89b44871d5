"""Where the sealed bytes of stored files lie: what a folder and a bucket have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_ID = re.compile(r"[0-9a-f]{32}")


class FileLostError(Exception):
    """The shelf has no bytes under an id. The operator brings them back from a backup."""


class ShelfUnreachableError(Exception):
    """The shelf does not answer, is full, or refuses us. Nothing was acknowledged; a later try may succeed."""


@dataclass(frozen=True)
class Kept:
    """Bytes on a shelf: the id under which they lie, and since when."""

    id: str
    since: datetime


class Shelf(Protocol):
    """Keeps sealed bytes under ids as `new_id` makes them. Every method may raise ShelfUnreachableError."""

    def put(self, id_: str, sealed: bytes) -> None:
        """Keep `sealed`. It lies there whole and durably when this returns, and not at all when it raises."""

    def take(self, id_: str) -> bytes:
        """Return what lies under `id_`. Raises FileLostError."""

    def remove(self, id_: str) -> None:
        """Destroy what lies under `id_`, if anything does."""

    def kept(self) -> Iterator[Kept]:
        """Yield all that lies there, and what an interrupted `put` left behind."""


def checked(id_: str) -> str:
    """Return `id_`. Raises ValueError for anything that is not an id, and so could lead elsewhere as a path."""
    if not _ID.fullmatch(id_):
        raise ValueError("this is not the id of a stored file")
    return id_

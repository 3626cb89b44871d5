"""What editors have published of an edition, and whether each edit changed the meaning: part of the live edition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

MOST = 2_000
"""Edits that are kept with an edition, the newest."""


@dataclass(frozen=True)
class Edit:
    """A text at a path that was published. A minor one (a misprint, a comma) left its meaning as it was."""

    path: str
    at: datetime
    is_minor: bool


@dataclass(frozen=True)
class Edits:
    """The publications of an edition, the newest first; none where only the shipped files are live."""

    items: tuple[Edit, ...] = ()

    def below(self, folder: str) -> Iterator[Edit]:
        """Yield the publications of texts in a folder."""
        return (edit for edit in self.items if edit.path.startswith(folder))

"""A note and a message: what was written, by whom and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

LONGEST = 2_000
"""Characters of a note or a message."""


class NoWordsError(ValueError):
    """Nothing was written, or more than `LONGEST` characters."""


@dataclass(frozen=True)
class Note:
    """What one helper wrote for the others."""

    id: str
    at: datetime
    by: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Message:
    """What a helper wrote to the family, or the family to its helpers. `read_at` is when the other side read it."""

    id: str
    at: datetime
    by: str
    text: str = field(repr=False)
    read_at: datetime | None

    @property
    def is_of_family(self) -> bool:
        """Whether the family wrote it."""
        return is_family(self.by)


def is_family(by: str) -> bool:
    """Whether a reference is that of a family."""
    return by.startswith("family:")


def words(text: str) -> str:
    """Return what was written without blanks around it. Raises NoWordsError."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise NoWordsError
    return text

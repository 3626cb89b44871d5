"""The letters that signing in sends, and the seam through which the site posts them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

KEY = "dorohovkaz-accounts-post"
"""Where the site keeps its `Post` among its extensions."""


class LetterKind(StrEnum):
    """What a letter is about."""

    RESET = "password-reset"
    CHANGED = "password-changed"


class Post(Protocol):
    """Posts letters, in the transaction of the deed."""

    def send(self, kind: LetterKind, *, address: str, language: str, link: str) -> None:
        """Post a letter to `address`; `link` is a whole address or empty."""
        ...


@dataclass(frozen=True)
class Posted:
    """A letter as it was handed over."""

    kind: LetterKind
    address: str
    language: str
    link: str


@dataclass
class MemoryPost:
    """Keeps letters in memory and sends none."""

    letters: list[Posted] = field(default_factory=list)

    def send(self, kind: LetterKind, *, address: str, language: str, link: str) -> None:
        """Keep the letter."""
        self.letters.append(Posted(kind, address, language, link))


class NoPost:
    """Stands in where the site has no mail: letters are dropped."""

    def send(self, kind: LetterKind, *, address: str, language: str, link: str) -> None:
        """Drop the letter."""

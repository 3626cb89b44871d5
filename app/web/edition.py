"""The live edition: every part of the content as frozen values, swapped whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import current_app

T = TypeVar("T")
_KEY = "dorohovkaz-edition"


@dataclass(frozen=True)
class Edition:
    """One edition: its digest, and its parts by their type (Directory, Guidance, Pathways ...)."""

    digest: str
    parts: Mapping[type[Any], Any]

    def part(self, kind: type[T]) -> T:
        return cast(T, self.parts[kind])


def set_edition(app: Any, edition: Edition | Exception) -> None:
    """Make `edition` the live one of `app`; an error instead of one is raised by every page that needs it."""
    app.extensions[_KEY] = edition


def live() -> Edition:
    """Return the live edition of the current application. Raises ContentError where the content cannot be read."""
    found = current_app.extensions[_KEY]
    if isinstance(found, Exception):
        raise found
    return cast(Edition, found)


def part(kind: type[T]) -> T:
    """Return a part of the live edition, such as ``part(Directory)``."""
    return live().part(kind)

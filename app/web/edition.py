"""The live edition: every part of the content as frozen values, swapped whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import current_app, g

T = TypeVar("T")
_KEY = "dorohovkaz-edition"
_FAULT = "dorohovkaz-edition-fault"


@dataclass(frozen=True)
class Edition:
    """One edition: its digest, and its parts by their type (Directory, Guidance, Pathways ...)."""

    digest: str
    parts: Mapping[type[Any], Any]

    def part(self, kind: type[T]) -> T:
        return cast(T, self.parts[kind])

    def with_part(self, value: object) -> Edition:
        """Return this edition with one part more: what belongs to it and stands in no file."""
        return Edition(self.digest, {**self.parts, type(value): value})


def set_edition(app: Any, edition: Edition | Exception) -> None:
    """Make `edition` the live one of `app`; an error instead of one is raised by every page that needs it."""
    app.extensions[_KEY] = edition


def edition_of(app: Any) -> Edition:
    """Return the live edition of `app`, outside of requests. Raises ContentError where the content cannot be read."""
    found = app.extensions[_KEY]
    if isinstance(found, Exception):
        raise found
    return cast(Edition, found)


def set_fault(app: Any, fault: str) -> None:
    """Note why `app` serves an older edition than the one that is live; empty where it serves that one."""
    app.extensions[_FAULT] = fault


def edition_fault(app: Any) -> str:
    """Return why `app` serves an older edition than the one that is live; empty where all is well."""
    return str(app.extensions.get(_FAULT, ""))


def bind(edition: Edition) -> None:
    """Let this request be answered from `edition`, whichever is live."""
    g.edition = edition


def live() -> Edition:
    """Return the edition of this request: the one that was live when it was first asked for, to the request's end.

    Raises ContentError where the content cannot be read.
    """
    if "edition" not in g:
        g.edition = current_app.extensions[_KEY]
    if isinstance(g.edition, Exception):
        raise g.edition
    return cast(Edition, g.edition)


def part(kind: type[T]) -> T:
    """Return a part of the edition of this request, such as ``part(Directory)``."""
    return live().part(kind)

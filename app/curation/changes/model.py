"""What changed on the site, as readers are told: the published changes of meaning, newest first, and by month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from app.kernel.dates import KYIV
from app.kernel.languages import PUBLIC, SOURCE

MOST = 300
"""Changes that the page lists."""


@dataclass(frozen=True)
class Changed:
    """One published change of meaning. `id` is that of its revision, `note` what its editor tells the readers."""

    id: str
    path: str
    at: datetime
    note: str
    retires: bool

    @property
    def day(self) -> date:
        """The day of Kyiv."""
        return self.at.astimezone(KYIV).date()


@dataclass(frozen=True)
class Changes:
    """The published changes of meaning of an edition, newest first. Part of the edition that a process serves."""

    items: tuple[Changed, ...] = ()


def told_to(changes: Iterable[Changed], language: str, written: Iterable[str]) -> list[Changed]:
    """Return what concerns the readers of a language.

    That are all facts, and of articles the text that they read: that in their language, or the source text where there
    is none. `written` are the slugs of articles that have a text in the language.
    """
    known = frozenset(written)
    return [one for one in changes if _language_of(one.path, language, known) == language]


def _language_of(path: str, language: str, known: frozenset[str]) -> str:
    *folders, file = path.split("/")
    code = file.partition(".")[0]
    if code not in PUBLIC or not folders:
        return language
    return language if code == SOURCE and folders[0] == "articles" and folders[1] not in known else code


def by_month(changes: Iterable[Changed]) -> list[tuple[date, list[Changed]]]:
    """Return changes, which come newest first, by month; each month as its first day."""
    return [(month, list(group)) for month, group in groupby(changes, lambda one: one.day.replace(day=1))]

"""Whether a body fits: found by words, need and region, and what speaks against sending a family there."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from app.directory.choose import ABROAD, NATIONWIDE
from app.directory.model import Directory, Kind, Need, Organisation, Serves
from app.kernel.text import fold


class Doubt(StrEnum):
    """What speaks against a body. Each is a warning: whoever sends may go on, with a reason."""

    NEED = "need"
    """It does not say of itself that it does this."""
    REGION = "region"
    """It does not work where the family is."""
    PEOPLE = "people"
    """It is not there for people like the missing person, nor for families."""


_SERVE: dict[str, frozenset[Serves]] = {
    "military": frozenset({Serves.SERVICEMAN, Serves.POLICE_OR_GUARD}),
    "civilian": frozenset({Serves.CIVILIAN_DETAINED, Serves.CIVILIAN_MISSING, Serves.CHILD, Serves.EVACUEE}),
}
_ANYBODY = frozenset({Serves.FAMILY, Serves.DECEASED, Serves.FOREIGNER})


def doubts(body: Organisation, need: Need, *, region: str, categories: Collection[str]) -> list[Doubt]:
    """Return what speaks against sending a family to a body.

    `region` is where the family is (an ISO code, ``abroad`` or empty), `categories` what the missing people are.
    """
    found = []
    if need not in body.needs:
        found.append(Doubt.NEED)
    if not _works_in(body, region):
        found.append(Doubt.REGION)
    theirs = frozenset(body.serves)
    if not theirs & _ANYBODY and any(not theirs & _SERVE[one] for one in categories if one in _SERVE):
        found.append(Doubt.PEOPLE)
    return found


def find_bodies(directory: Directory, typed: str, need: Need | None, region: str) -> list[Organisation]:
    """Return the bodies that can be sent to by need, region and the beginnings of words of their names.

    Those with an e-mail address come first. A body that everybody has another one of cannot be sent to: nobody could
    say who has the data.
    """
    words = fold(typed).split()
    found = [
        body
        for body in directory
        if body.kind is not Kind.GENERIC
        and (need is None or need in body.needs)
        and _works_in(body, region)
        and _is_named(body, words)
    ]
    return sorted(found, key=lambda body: (not body.current_emails, fold(body.name["uk"])))


def _works_in(body: Organisation, region: str) -> bool:
    return not region or region in body.regions or (region != ABROAD and NATIONWIDE in body.regions)


def _is_named(body: Organisation, words: Collection[str]) -> bool:
    others = body.alternate_names
    names = [*body.name.values(), *(body.abbreviation or {}).values(), *others.uk, *others.en, *others.ru]
    known = {word for name in names for word in fold(name).split()}
    return all(any(one.startswith(word) for one in known) for word in words)

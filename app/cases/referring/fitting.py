"""Whether a body fits: what speaks against sending a family there."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from app.directory.choose import ABROAD, NATIONWIDE
from app.directory.model import Need, Organisation, Serves


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
    if not works_in(body, region):
        found.append(Doubt.REGION)
    theirs = frozenset(body.serves)
    if not theirs & _ANYBODY and any(not theirs & _SERVE[one] for one in categories if one in _SERVE):
        found.append(Doubt.PEOPLE)
    return found


def works_in(body: Organisation, region: str) -> bool:
    """Say whether a body works in a region (an ISO code or ``abroad``); where none is named, it does."""
    return not region or region in body.regions or (region != ABROAD and NATIONWIDE in body.regions)

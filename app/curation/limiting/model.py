"""The limits of a person as single lines: what each bounds, and which lines a change adds and takes away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.curation.rights import Area, Limits


class Bound(StrEnum):
    """What a limit speaks of."""

    AREA = "area"
    TOPIC = "topic"
    LANGUAGE = "language"


@dataclass(frozen=True, order=True)
class Limit:
    """One thing to which somebody is limited."""

    bound: Bound
    value: str

    def __str__(self) -> str:
        return f"{self.bound}:{self.value}"


def limits_of(lines: Iterable[Limit]) -> Limits:
    """Return the lines as one value. Kinds that are no more are left out."""
    found: dict[Bound, set[str]] = {bound: set() for bound in Bound}
    for line in lines:
        found[line.bound].add(line.value)
    areas = frozenset(area for area in Area if area in found[Bound.AREA])
    return Limits(areas, frozenset(found[Bound.TOPIC]), frozenset(found[Bound.LANGUAGE]))


def lines_of(limits: Limits) -> frozenset[Limit]:
    """Return limits as lines."""
    return frozenset(
        Limit(bound, str(value))
        for bound, values in (
            (Bound.AREA, limits.areas), (Bound.TOPIC, limits.topics), (Bound.LANGUAGE, limits.languages),
        )
        for value in values
    )  # fmt: skip

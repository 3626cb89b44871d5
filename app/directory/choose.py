"""Choosing organisations by need, whom they serve, region, kind and whether they answer now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.directory.heard import Line
from app.directory.hours import Open
from app.directory.model import Directory, Kind, Need, Organisation, Serves

NATIONWIDE = "nationwide"
ABROAD = "abroad"


@dataclass(frozen=True)
class Choice:
    """What a reader filters by; None means no matter. `region` is an ISO code or ``abroad``."""

    need: Need | None = None
    serves: Serves | None = None
    region: str | None = None
    kind: Kind | None = None
    open_now: bool = False


def choose(directory: Directory, choice: Choice, now: datetime) -> list[Organisation]:
    """Return the matching bodies: those of the region before nationwide ones, reachable before unreachable."""
    found = [body for body in directory if _matches(body, choice, now)]
    return sorted(found, key=lambda body: (choice.region not in body.regions, not body.is_reachable))


def _matches(body: Organisation, choice: Choice, now: datetime) -> bool:
    return (
        (choice.need is None or choice.need in body.needs)
        and (choice.serves is None or choice.serves in body.serves)
        and (choice.kind is None or choice.kind is body.kind)
        and (choice.region is None or _serves_region(body.regions, choice.region))
        and (not choice.open_now or any(_is_open(body, now)))
    )


def _serves_region(regions: Iterable[str], region: str) -> bool:
    if region == ABROAD:
        return ABROAD in regions
    return region in regions or NATIONWIDE in regions


def _is_open(body: Organisation, now: datetime) -> Iterable[bool]:
    return (
        (hours := phone.opening) is not None and hours.at(now) is Open.YES and phone.heard.line is not Line.SILENT
        for phone in body.current_phones
    )

"""How long a sign-in lasts: without a click, and altogether."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WARNING = timedelta(minutes=2)
"""How long before the end a person is asked whether they are still there (WCAG 2.2, 2.2.1 asks for 20 seconds)."""


@dataclass(frozen=True)
class Limits:
    """The longest time between two clicks, and the longest time in all."""

    idle: timedelta
    absolute: timedelta


class Over(StrEnum):
    """Why a sign-in is over by itself."""

    IDLE = "idle"
    ABSOLUTE = "absolute"


def ends_at(started: datetime, seen: datetime, limits: Limits) -> datetime:
    """Return when a sign-in ends unless the person does something."""
    return min(seen + limits.idle, started + limits.absolute)


def over(started: datetime, seen: datetime, limits: Limits, now: datetime) -> Over | None:
    """Return why a sign-in is over at `now`, or None while it lasts."""
    if now >= started + limits.absolute:
        return Over.ABSOLUTE
    return Over.IDLE if now >= seen + limits.idle else None

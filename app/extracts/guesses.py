"""How wrong guesses at a passphrase are slowed down and stopped; the same for references that exist and that do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FREE = 2
"""Wrong guesses without a pause."""

MOST = 10
"""Wrong guesses after which nothing is looked at for `LOCKED`."""

LOCKED = timedelta(hours=1)
"""How long ten wrong guesses close a reference, and after how long without one all are forgotten."""

_PAUSES = (10, 20, 40, 60, 120, 180, 240)
"""Seconds to the next guess after the second wrong one, the third, and so on."""


@dataclass(frozen=True)
class Guesses:
    """How many guesses were wrong, and when the last was."""

    wrong: int
    last: datetime


def opens_at(guesses: Guesses | None, now: datetime) -> datetime | None:
    """Return when the next guess is looked at, or None where it is now."""
    if guesses is None or now - guesses.last >= LOCKED or guesses.wrong < FREE:
        return None
    if guesses.wrong >= MOST:
        return guesses.last + LOCKED
    pause = timedelta(seconds=_PAUSES[min(guesses.wrong - FREE, len(_PAUSES) - 1)])
    return guesses.last + pause if now < guesses.last + pause else None


def after_wrong(guesses: Guesses | None, now: datetime) -> Guesses:
    """Return the count with one wrong guess more. What came while it was closed is not looked at and does not count."""
    if guesses is None or now - guesses.last >= LOCKED:
        return Guesses(1, now)
    return Guesses(guesses.wrong + 1, now)

"""How many wrong attempts are borne before no more are looked at for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LIMIT = 10
"""Refusals within `WAIT`. OWASP ASVS 4.0.3 (2.2.1) allows at most 100 an hour on one account."""

WAIT = timedelta(minutes=15)
"""How long refusals are remembered, and how long nothing is looked at after the last that was borne."""


@dataclass(frozen=True)
class Refusals:
    """How many attempts were refused for one key, and since when they are counted."""

    count: int
    since: datetime


def is_locked(refusals: Refusals | None, now: datetime) -> bool:
    """Say whether an attempt is not even looked at."""
    return refusals is not None and refusals.count >= LIMIT and now - refusals.since < WAIT


def after_refusal(refusals: Refusals | None, now: datetime) -> Refusals:
    """Return the count with one more refusal. The last that is borne starts the wait anew; a later one changes nothing.

    So whoever keeps trying while it is locked does not keep it locked.
    """
    if refusals is None or now - refusals.since >= WAIT:
        return Refusals(1, now)
    if refusals.count >= LIMIT:
        return refusals
    count = refusals.count + 1
    return Refusals(count, now if count == LIMIT else refusals.since)

"""The days of a closed case: when its family is told that it will be erased, and when that is done."""

from __future__ import annotations

from datetime import date, timedelta

NOTICE = timedelta(days=30)
"""How long before a case is erased its family is told, and may ask to keep it or take it along."""


def is_notice_due(erase_on: date, noticed_on: date | None, today: date) -> bool:
    """Say whether the family is to be told now that its case will be erased."""
    return noticed_on is None and today >= erase_on - NOTICE


def is_erasure_due(erase_on: date, noticed_on: date | None, today: date) -> bool:
    """Say whether the case is erased now: its day has come, and the family was told a whole `NOTICE` ago.

    Where the notice was late, as after weeks without a worker, erasing waits for it.
    """
    return noticed_on is not None and today >= max(erase_on, noticed_on + NOTICE)

"""Writing down what was counted, and forgetting it when its time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from app.curation.counting import store
from app.curation.counting.masking import mask
from app.curation.counting.model import KEPT, WAITING, may_be_kept
from app.kernel.dates import KYIV
from app.kernel.tally import Taken
from app.storage.database import Database
from app.storage.engine import Session


def write_down(session: Session, taken: Taken, *, is_written: Callable[[str], bool]) -> None:
    """Add what a process counted to the counts per day.

    A query is masked first and then known by a keyed hash alone; its masked words are kept from the asking on with
    which enough different days have asked it. `is_written` says whether a word stands in the site's own texts.
    """
    for (day, what), times in sorted(taken.counts.items()):
        store.add_count(session, day, what, times)
    masked = sorted(
        (text, day, times) for (day, typed), times in taken.queries.items() if (text := mask(typed, is_written))
    )
    for text, day, times in masked:
        key = store.add_gap(session, text, day, times)
        if may_be_kept(store.gap_days(session, key)):
            store.keep_text(session, key, text)


def forget_old(database: Database, now: datetime) -> None:
    """Forget counts of a year ago, and hashes of queries that too few days asked."""
    today = now.astimezone(KYIV).date()
    with database.writing() as session:
        store.forget(session, counts_before=today - KEPT, hashes_before=today - WAITING)

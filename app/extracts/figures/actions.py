"""What supervisors and auditors read: the figures of a period. That they were read is recorded."""

from __future__ import annotations

from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.extracts.figures import store
from app.extracts.figures.model import Figures, Now, Period, by_purpose, by_week, refusals_in, repeats_of, waits_of
from app.kernel.dates import KYIV
from app.storage.engine import Session


def read_figures(session: Session, period: Period, *, actor: str, now: datetime) -> Figures:
    """Return the figures of a period, and what is open now. Nothing personal is opened; the reading is recorded.

    It is, though these are counts: a small count of a short period can be about one family.
    """
    record(session, Event.FIGURES_READ, actor=actor, subject="figures", now=now, period=str(period))
    answered = store.answered(session, period)
    return Figures(
        period=period,
        now=Now(store.open_now(session), store.overdue(session, now.astimezone(KYIV).date())),
        weeks=by_week(period, store.came_in(session, period), answered),
        waits=waits_of(answered),
        kinships=store.kinships(session, period),
        purposes=by_purpose(store.purposes(session, period)),
        repeats=repeats_of(store.families(session)),
        refusals=refusals_in(answered),
    )

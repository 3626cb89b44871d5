"""Publishing the figures of complete months and years, once each, and reading what is published."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.extracts.figures import store as figures
from app.extracts.figures.model import Period, by_purpose, extracts_in, waits_of
from app.extracts.statistics import store
from app.extracts.statistics.model import Counted, Month, Published, Year, due_months, last_day, month_of, year_of
from app.extracts.statistics.suppression import SMALL
from app.kernel.dates import KYIV, add_months
from app.storage.database import Database
from app.storage.engine import Session

DECEMBER = 12


def publish(database: Database, *, now: datetime) -> None:
    """Publish every month and year that is complete and not published. Harmless at any time and beside others.

    The first month is the first one with enough requests to be shown. Each is counted and kept in a transaction of its
    own, so that nobody waits long for the database.
    """
    today = now.astimezone(KYIV).date()
    with database.reading() as session:
        begun, before = figures.first_day(session), store.published(session)
    if begun is None:
        return
    months, done = list(before.months), {year.year for year in before.years}
    for first in due_months(today, begun=begun, published=months):
        with database.reading() as session:
            counted = count_month(session, first)
        if not months and counted.requests < SMALL:
            continue
        month = month_of(counted, months)
        with database.writing() as session:
            store.add_month(session, month, now)
        months.append(month)
    for year in sorted({month.first.year for month in months if month.first.month == DECEMBER} - done):
        with database.reading() as session:
            counted_year = count_year(session, [month for month in months if month.first.year == year])
        with database.writing() as session:
            store.add_year(session, counted_year, now)


def read_published(session: Session) -> Published:
    """Return everything that is published, the earliest first."""
    return store.published(session)


def count_month(session: Session, first: date) -> Counted:
    """Return what there truly was in a month."""
    period = Period(first, last_day(first))
    answered = figures.answered(session, period)
    return Counted(
        first,
        sum(figures.came_in(session, period).values()),
        extracts_in(answered),
        store.extracts_until(session, period.last + timedelta(days=1)),
        waits_of(answered),
    )


def count_year(session: Session, months: list[Month]) -> Year:
    """Return what may be published of the year of these months, which are all its published ones."""
    period = Period(months[0].first, add_months(months[-1].first, 1) - timedelta(days=1))
    return year_of(
        months,
        [count_month(session, month.first) for month in months],
        figures.kinships(session, period),
        by_purpose(figures.purposes(session, period)),
    )

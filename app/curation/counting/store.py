"""The tables of counts per day and of queries without an answer, and every query on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, ForeignKey, Integer, String, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.curation.counting.model import Gap
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, vault_of

GAP = "search-gap"
"""The kind of keyed hash under which a masked query is counted before enough days have asked it."""


class DayCountRow(Table):
    """How often something happened on a day of Kyiv. `what` is a short word such as ``shown:where``."""

    __tablename__ = "day_count"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    what: Mapped[str] = mapped_column(String(160), primary_key=True)
    times: Mapped[int] = mapped_column(Integer)


class GapRow(Table):
    """A query without an answer: a keyed hash, and its masked words once enough days have asked it."""

    __tablename__ = "search_gap"

    key: Mapped[bytes] = mapped_column(BlindIndex, primary_key=True)
    text: Mapped[str | None] = mapped_column(String(400))
    last: Mapped[date] = mapped_column(Date, index=True)


class GapDayRow(Table):
    """How often a query without an answer was asked on a day."""

    __tablename__ = "search_gap_day"

    key: Mapped[bytes] = mapped_column(ForeignKey("search_gap.key"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    times: Mapped[int] = mapped_column(Integer)


def add_count(session: Session, day: date, what: str, times: int) -> None:
    """Add to the count of a day; others may add at the same moment."""
    row = update(DayCountRow).where(DayCountRow.day == day, DayCountRow.what == what)
    more = row.values(times=DayCountRow.times + times)
    if session.execute(more).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with session.begin_nested():
            session.add(DayCountRow(day=day, what=what, times=times))
    except IntegrityError:
        session.execute(more)


def add_gap(session: Session, masked: str, day: date, times: int) -> bytes:
    """Count a masked query without an answer on a day and return its key."""
    key = vault_of(session).blind(GAP, masked)
    gap = session.get(GapRow, key)
    if gap is None:
        try:
            with session.begin_nested():
                session.add(GapRow(key=key, text=None, last=day))
        except IntegrityError:
            gap = session.get_one(GapRow, key)
    if gap is not None and gap.last < day:
        gap.last = day
    more = update(GapDayRow).where(GapDayRow.key == key, GapDayRow.day == day)
    more = more.values(times=GapDayRow.times + times)
    if not session.execute(more).rowcount:  # type: ignore[attr-defined]
        try:
            with session.begin_nested():
                session.add(GapDayRow(key=key, day=day, times=times))
        except IntegrityError:
            session.execute(more)
    return key


def gap_days(session: Session, key: bytes) -> list[date]:
    """Return the days that asked a query."""
    return list(session.scalars(select(GapDayRow.day).where(GapDayRow.key == key)))


def keep_text(session: Session, key: bytes, masked: str) -> None:
    """Keep the masked words of a query."""
    session.execute(update(GapRow).where(GapRow.key == key).values(text=masked))


def gaps(session: Session, since: date, *, limit: int) -> list[Gap]:
    """Return the queries whose words are kept, those that the most days asked first."""
    days, times = func.count(), func.sum(GapDayRow.times)
    query = (
        select(GapRow.text, days, times, func.max(GapDayRow.day))
        .join(GapDayRow, GapDayRow.key == GapRow.key)
        .where(GapRow.text.is_not(None), GapDayRow.day >= since)
        .group_by(GapRow.key, GapRow.text)
        .order_by(days.desc(), times.desc(), GapRow.text)
    )
    return [Gap(text or "", days, int(times), last) for text, days, times, last in session.execute(query.limit(limit))]


def counts(session: Session, since: date, start: str = "") -> Mapping[str, int]:
    """Return how often everything that begins with `start` was counted since a day."""
    query = select(DayCountRow.what, func.sum(DayCountRow.times)).where(DayCountRow.day >= since)
    if start:
        query = query.where(DayCountRow.what.startswith(start, autoescape=True))
    return {what: int(times) for what, times in session.execute(query.group_by(DayCountRow.what))}


def daily(session: Session, since: date) -> list[tuple[date, str, int]]:
    """Return every count since a day, by day."""
    query = select(DayCountRow.day, DayCountRow.what, DayCountRow.times).where(DayCountRow.day >= since)
    return [
        (day, what, times) for day, what, times in session.execute(query.order_by(DayCountRow.day, DayCountRow.what))
    ]


def forget(session: Session, *, counts_before: date, hashes_before: date) -> None:
    """Forget counts of days before one, and queries that too few days asked and none since another."""
    session.execute(delete(DayCountRow).where(DayCountRow.day < counts_before))
    old = (GapRow.text.is_(None) & (GapRow.last < hashes_before)) | (GapRow.last < counts_before)
    keys = session.scalars(select(GapRow.key).where(old).limit(1000)).all()
    session.execute(delete(GapDayRow).where(GapDayRow.key.in_(keys)))
    session.execute(delete(GapDayRow).where(GapDayRow.day < counts_before))
    session.execute(delete(GapRow).where(GapRow.key.in_(keys)))

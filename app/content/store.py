"""The tables of editions: a row for each that was live, and for each process that cannot serve the newest one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, Integer, String, Text, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.dates import as_utc
from app.storage.engine import Table


class EditionRow(Table):
    """One edition: its number, the digest of its files, and since when it is live."""

    __tablename__ = "edition"

    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    live_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EditionFaultRow(Table):
    """A process shows an older edition, because it cannot serve the newest one. The row goes when it can again."""

    __tablename__ = "edition_fault"

    process: Mapped[str] = mapped_column(String(160), primary_key=True)
    wanted: Mapped[int] = mapped_column(Integer)
    shown: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


STILL_THERE = timedelta(minutes=5)
"""How long a process counts that has not said again that it cannot serve an edition. Each says so every minute."""

LONGEST_REASON = 4_000
"""Characters of a reason."""


@dataclass(frozen=True)
class Unserved:
    """A process that cannot serve edition `wanted`. It shows `shown`, or what shipped with it where that is 0."""

    process: str
    wanted: int
    shown: int
    reason: str
    since: datetime


def record_edition(session: Session, digest: str, now: datetime) -> int:
    """Return the number of the live edition; a digest that differs from the newest row becomes the next edition."""
    newest = session.scalars(select(EditionRow).order_by(EditionRow.number.desc()).limit(1)).first()
    if newest is not None and newest.digest == digest:
        return newest.number
    row = EditionRow(number=newest.number + 1 if newest else 1, digest=digest, live_since=now)
    session.add(row)
    session.flush()
    return row.number


def lock_editions(session: Session) -> None:
    """Let nobody else make an edition live until this transaction ends; who waited sees what the other left."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {EditionRow.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))


def move_edition(session: Session, digest: str, now: datetime) -> int:
    """Make `digest` the next edition and return its number, whatever the newest one is. Call `lock_editions` first."""
    row = EditionRow(number=live_number(session) + 1, digest=digest, live_since=now)
    session.add(row)
    session.flush()
    return row.number


def live_number(session: Session) -> int:
    """Return the number of the live edition, 0 before the first one."""
    return session.scalar(select(func.max(EditionRow.number))) or 0


def live_digest(session: Session) -> str:
    """Return the digest of the live edition, empty before the first one."""
    return session.scalars(select(EditionRow.digest).order_by(EditionRow.number.desc()).limit(1)).first() or ""


def note_fault(session: Session, process: str, *, wanted: int, shown: int, reason: str, now: datetime) -> None:
    """Note that a process cannot serve edition `wanted`, or still cannot."""
    row = session.get(EditionFaultRow, process)
    if row is None:
        row = EditionFaultRow(process=process, wanted=wanted, since=now)
        session.add(row)
    if row.wanted != wanted:
        row.wanted, row.since = wanted, now
    row.shown, row.reason, row.seen_at = shown, reason[:LONGEST_REASON], now
    session.flush()


def end_fault(session: Session, process: str) -> None:
    """Note that a process serves the newest edition."""
    session.execute(delete(EditionFaultRow).where(EditionFaultRow.process == process))


def unserved(session: Session, now: datetime) -> Sequence[Unserved]:
    """Return the processes that cannot serve the newest edition, by name. Those that have ended count no more."""
    query = select(EditionFaultRow).where(EditionFaultRow.seen_at > now - STILL_THERE)
    return [
        Unserved(row.process, row.wanted, row.shown, row.reason, as_utc(row.since))
        for row in session.scalars(query.order_by(EditionFaultRow.process))
    ]

"""The table of editions: a row for each edition of the content that was live."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.engine import Table


class EditionRow(Table):
    """One edition: its number, the digest of its files, and since when it is live."""

    __tablename__ = "edition"

    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    live_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))


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

"""The table of editions: a row for each edition of the content that was live."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, String, select
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

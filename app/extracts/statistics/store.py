"""The table of published figures. A row is added once and never changed: what was read yesterday stays true."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import DateTime, String, Text, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extracts.desk.store import IssuedRow
from app.extracts.statistics.model import Month, Published, Year, month_text, read_month, read_year, year_text
from app.storage.days import midnight
from app.storage.engine import Table


class PublishedRow(Table):
    """The figures of a month (``2026-10``) or of a year (``2026``) as everybody reads them."""

    __tablename__ = "extract_published"

    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    figures: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def published(session: Session) -> Published:
    """Return everything that is published, the earliest first."""
    rows = session.execute(select(PublishedRow.period, PublishedRow.figures).order_by(PublishedRow.period)).all()
    return Published(
        [read_month(figures) for period, figures in rows if len(period) > 4],
        [read_year(figures) for period, figures in rows if len(period) == 4],
    )


def add_month(session: Session, month: Month, now: datetime) -> None:
    """Publish a month, unless another process has done so meanwhile."""
    _add(session, f"{month.first:%Y-%m}", month_text(month), now)


def add_year(session: Session, year: Year, now: datetime) -> None:
    """Publish a year, unless another process has done so meanwhile."""
    _add(session, f"{year.year:04}", year_text(year), now)


def extracts_until(session: Session, day: date) -> int:
    """Return how many extracts were ever issued before a day began in Kyiv."""
    return session.scalar(select(func.count()).select_from(IssuedRow).where(IssuedRow.issued_at < midnight(day))) or 0


def _add(session: Session, period: str, figures: str, now: datetime) -> None:
    try:
        with session.begin_nested():
            session.add(PublishedRow(period=period, figures=figures, published_at=now))
    except IntegrityError:
        return

"""The table of limits at the editors' desk, and every query on it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.curation.limiting.model import Bound, Limit
from app.storage.engine import Table


class LimitRow(Table):
    """Somebody is limited to something at the editors' desk. Whoever has no row may what the roles allow."""

    __tablename__ = "desk_limit"

    account: Mapped[str] = mapped_column(String(120), primary_key=True)
    bound: Mapped[str] = mapped_column(String(12), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)


def lines(session: Session, account: str) -> frozenset[Limit]:
    """Return the limits of a person, line by line."""
    query = select(LimitRow.bound, LimitRow.value).where(LimitRow.account == account)
    return frozenset(Limit(Bound(bound), value) for bound, value in session.execute(query))


def put(session: Session, account: str, wanted: Iterable[Limit]) -> None:
    """Let a person have exactly these limits."""
    session.execute(delete(LimitRow).where(LimitRow.account == account))
    session.add_all(LimitRow(account=account, bound=one.bound.value, value=one.value) for one in sorted(wanted))
    session.flush()

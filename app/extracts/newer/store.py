"""Queries on issued extracts by the entry they were issued on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extracts.desk.decision import Validity
from app.extracts.desk.store import IssuedRow


def lock_valid(session: Session, entries: Collection[int]) -> Sequence[IssuedRow]:
    """Return the extracts on these entries that hold; until the transaction ends nobody else marks them."""
    query = select(IssuedRow).where(IssuedRow.entry.in_(entries), IssuedRow.state == Validity.VALID.value)
    locked = query.order_by(IssuedRow.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(locked).all()

"""The table of withdrawals and every query on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extracts.desk.store import IssuedRow
from app.extracts.withdrawing.withdrawal import Reason, Withdrawal
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import Sealed, SealedBytes, new_id


class WithdrawalRow(Table):
    """Why, when and by whom an issued extract was withdrawn; each is once."""

    __tablename__ = "extract_withdrawal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    issued_id: Mapped[str] = mapped_column(ForeignKey("extract_issued.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(20))
    text_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    withdrawn_by: Mapped[str] = mapped_column(String(120))
    withdrawn_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    text: Sealed[str] = Sealed("text_sealed")


def lock_issued(session: Session, request: str) -> IssuedRow | None:
    """Return the extract that was issued on a request; until the transaction ends nobody else changes its state."""
    query = select(IssuedRow).where(IssuedRow.request_id == request).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def add(session: Session, issued: str, withdrawal: Withdrawal) -> None:
    """Add the withdrawal of an issued extract."""
    row = WithdrawalRow(
        id=new_id(),
        issued_id=issued,
        reason=withdrawal.reason.value,
        withdrawn_by=withdrawal.withdrawn_by,
        withdrawn_at=withdrawal.withdrawn_at,
    )
    session.add(row)
    row.text = withdrawal.text
    session.flush()


def find(session: Session, issued: str) -> Withdrawal | None:
    """Return the withdrawal of an issued extract, if it was withdrawn."""
    row = session.scalars(select(WithdrawalRow).where(WithdrawalRow.issued_id == issued)).first()
    return Withdrawal(Reason(row.reason), row.text, as_utc(row.withdrawn_at), row.withdrawn_by) if row else None

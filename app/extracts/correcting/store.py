"""The table of correction requests and every query on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, String, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extracts.correcting.correction import Cause, Correction, Ground, Outcome, State
from app.extracts.store import RequestRow
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import Sealed, SealedBytes, new_id


class CorrectionRow(Table):
    """What a family asked to have put right, and what was answered. Causes and outcomes are codes of closed lists."""

    __tablename__ = "extract_correction"
    __table_args__ = (Index("ix_extract_correction_state_sent_at", "state", "sent_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("extract_request.id"), index=True)
    ground: Mapped[str] = mapped_column(String(12))
    causes: Mapped[str] = mapped_column(String(200))
    text_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(20))
    answer_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    closed_by: Mapped[str] = mapped_column(String(120))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    text: Sealed[str] = Sealed("text_sealed")
    answer: Sealed[str] = Sealed("answer_sealed")

    @property
    def correction(self) -> Correction:
        return Correction(
            id=self.id,
            ground=Ground(self.ground),
            causes=[Cause(code) for code in self.causes.split()],
            text=self.text,
            sent_at=as_utc(self.sent_at),
            state=State(self.state),
            outcome=Outcome(self.outcome) if self.outcome else None,
            answer=self.answer,
            closed_at=as_utc(self.closed_at) if self.closed_at else None,
            closed_by=self.closed_by,
        )


def add(
    session: Session, request: str, ground: Ground, causes: Sequence[Cause], text: str, *, now: datetime
) -> CorrectionRow:
    """Add a correction request."""
    row = CorrectionRow(
        id=new_id(), request_id=request, ground=ground.value, causes=" ".join(causes), sent_at=now,
        state=State.OPEN.value, outcome="", closed_by="",
    )  # fmt: skip
    session.add(row)
    row.text, row.answer = text, ""
    session.flush()
    return row


def of_request(session: Session, request: str) -> Sequence[CorrectionRow]:
    """Return the correction requests of a request, the oldest first."""
    query = select(CorrectionRow).where(CorrectionRow.request_id == request)
    return session.scalars(query.order_by(CorrectionRow.sent_at, CorrectionRow.id)).all()


def find(session: Session, id_: str) -> tuple[CorrectionRow, RequestRow] | None:
    """Return a correction request with the request that it belongs to."""
    query = select(CorrectionRow, RequestRow).join(RequestRow, RequestRow.id == CorrectionRow.request_id)
    found = session.execute(query.where(CorrectionRow.id == id_)).first()
    return (found[0], found[1]) if found else None


def lock(session: Session, id_: str) -> CorrectionRow | None:
    """Return a correction request; until the transaction ends nobody else closes it."""
    query = select(CorrectionRow).where(CorrectionRow.id == id_).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def in_state(
    session: Session, state: State, *, limit: int, after: tuple[datetime, str] | None
) -> Sequence[tuple[CorrectionRow, RequestRow]]:
    """Return at most `limit` correction requests in the order of coming, those after (sent at, id) where given."""
    query = select(CorrectionRow, RequestRow).join(RequestRow, RequestRow.id == CorrectionRow.request_id)
    query = query.where(CorrectionRow.state == state.value)
    if after:
        at, id_ = after
        later = and_(CorrectionRow.sent_at == at, CorrectionRow.id > id_)
        query = query.where(or_(CorrectionRow.sent_at > at, later))
    found = session.execute(query.order_by(CorrectionRow.sent_at, CorrectionRow.id).limit(limit)).all()
    return [(correction, request) for correction, request in found]

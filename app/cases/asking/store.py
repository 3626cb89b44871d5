"""The table of requests for extracts that were made from a case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.cases.asking.model import Manner
from app.cases.store import CaseRow, OfOrganisation
from app.storage.engine import Table
from app.storage.sealed import new_id


class CaseRequestRow(Table, OfOrganisation):
    """A request made from a case. `draft` is the id of its draft, which may be gone; `request_id` is set once sent."""

    __tablename__ = "case_request"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    missing_id: Mapped[str] = mapped_column(String(32))
    manner: Mapped[str] = mapped_column(String(16))
    draft: Mapped[str] = mapped_column(String(32), unique=True)
    request_id: Mapped[str | None] = mapped_column(ForeignKey("extract_request.id"), index=True)
    begun_by: Mapped[str] = mapped_column(String(120))
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    filed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def add(session: Session, case: CaseRow, *, missing: str, manner: Manner, draft: str, by: str, now: datetime) -> str:
    """Add a request that is begun and return its id."""
    row = CaseRequestRow(
        id=new_id(), organisation=case.organisation, case_id=case.id, missing_id=missing, manner=manner.value,
        draft=draft, begun_by=by, begun_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def find(session: Session, case: str, id_: str) -> CaseRequestRow | None:
    """Return a request of this case."""
    query = select(CaseRequestRow).where(CaseRequestRow.case_id == case, CaseRequestRow.id == id_)
    return session.scalars(query).first()


def of_cases(session: Session, cases: Collection[str]) -> Sequence[CaseRequestRow]:
    """Return the requests of these cases, the newest first."""
    query = select(CaseRequestRow).where(CaseRequestRow.case_id.in_(cases))
    return session.scalars(query.order_by(CaseRequestRow.begun_at.desc(), CaseRequestRow.id)).all()


def remove(session: Session, row: CaseRequestRow) -> None:
    """Remove a request that was never sent."""
    session.delete(row)
    session.flush()

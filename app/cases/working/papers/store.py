"""The table of papers that a case keeps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.cases.store import CaseRow, OfOrganisation
from app.extracts.evidence import Paper
from app.storage.engine import Table
from app.storage.files import StoredFileRow
from app.storage.sealed import new_id


class CasePaperRow(Table, OfOrganisation):
    """A copy of a paper. Requests that are made from the case have papers of their own to the same file."""

    __tablename__ = "case_paper"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(Integer)
    by: Mapped[str] = mapped_column(String(120))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def add(session: Session, case: CaseRow, *, file_id: str, kind: Paper, size_bytes: int, by: str, now: datetime) -> str:
    """Add a paper to a case and return its id."""
    row = CasePaperRow(
        id=new_id(), organisation=case.organisation, case_id=case.id, file_id=file_id, kind=kind.value,
        size_bytes=size_bytes, by=by, added_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def papers(session: Session, case: str) -> Sequence[tuple[CasePaperRow, StoredFileRow]]:
    """Return the papers of a case with their files, the oldest first."""
    query = select(CasePaperRow, StoredFileRow).join(StoredFileRow, StoredFileRow.id == CasePaperRow.file_id)
    found = session.execute(query.where(CasePaperRow.case_id == case).order_by(CasePaperRow.added_at, CasePaperRow.id))
    return [(paper, file) for paper, file in found]


def find(session: Session, case: str, id_: str) -> CasePaperRow | None:
    """Return a paper of this case."""
    query = select(CasePaperRow).where(CasePaperRow.case_id == case, CasePaperRow.id == id_)
    return session.scalars(query).first()


def remove(session: Session, row: CasePaperRow) -> None:
    """Remove a paper; its file is removed by who asks for it."""
    session.delete(row)
    session.flush()

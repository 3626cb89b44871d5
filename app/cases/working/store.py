"""The table of the working list: a row for each step that is, or was, in the plan of a case, and for each own task."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Date, DateTime, ForeignKey, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.cases.store import CaseRow, OfOrganisation
from app.storage.engine import Table
from app.storage.sealed import Sealed, SealedBytes, new_id


class StepRow(Table, OfOrganisation):
    """A step of the plan, or an own task: then `step` is its own id, and `title_sealed` says what it is.

    `seen_digest` is what the step meant when somebody last looked, at `looked_at`; empty while nobody has. `by` is who
    changed it last.
    """

    __tablename__ = "case_step"
    __table_args__ = (UniqueConstraint("case_id", "step"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    step: Mapped[str] = mapped_column(String(80))
    is_own: Mapped[bool]
    title_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    phase: Mapped[str] = mapped_column(String(8))
    number: Mapped[int] = mapped_column(Integer)
    progress: Mapped[str] = mapped_column(String(12))
    started_on: Mapped[date | None] = mapped_column(Date)
    waiting_until: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    remind_on: Mapped[date | None] = mapped_column(Date)
    act_by: Mapped[date | None] = mapped_column(Date)
    remark_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    by: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    seen_digest: Mapped[str] = mapped_column(String(64))
    looked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    left_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    title: Sealed[str | None] = Sealed("title_sealed")
    remark: Sealed[str | None] = Sealed("remark_sealed")


def new_row(case: CaseRow, step: str, *, now: datetime) -> StepRow:
    """Return a row of a case that is not begun; with an empty `step` an own task, which is known by its own id."""
    id_ = new_id()
    return StepRow(
        id=id_, organisation=case.organisation, case_id=case.id, step=step or id_, is_own=not step, phase="", number=0,
        progress="none", by="", seen_digest="", looked_at=now,
    )  # fmt: skip


def add(session: Session, row: StepRow) -> None:
    """Add a row; its sealed texts can be set from now on."""
    session.add(row)


def rows(session: Session, case: str) -> Sequence[StepRow]:
    """Return the whole list of a case in the order of the plan, own tasks as they were added."""
    query = select(StepRow).where(StepRow.case_id == case)
    return session.scalars(query.order_by(StepRow.is_own, StepRow.number, StepRow.id)).all()


def rows_of(session: Session, cases: Collection[str]) -> Sequence[StepRow]:
    """Return what is in the plans of these cases now."""
    query = select(StepRow).where(StepRow.case_id.in_(cases), StepRow.left_at.is_(None))
    return session.scalars(query.order_by(StepRow.case_id, StepRow.is_own, StepRow.number, StepRow.id)).all()


def find(session: Session, case: str, id_: str) -> StepRow | None:
    """Return a row of this case."""
    return session.scalars(select(StepRow).where(StepRow.case_id == case, StepRow.id == id_)).first()


def remove(session: Session, row: StepRow) -> None:
    """Remove a row."""
    session.delete(row)
    session.flush()

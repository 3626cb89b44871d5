"""The table of conflicts, and every query on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Integer, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extracts.desk.conflicts.model import Conflict, Ground, Ruling
from app.extracts.store import RequestRow, same_person
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import Sealed, SealedBytes, new_id


class ConflictRow(Table):
    """A flag on a request with its ground, and the ruling once there is one; the notes stand sealed."""

    __tablename__ = "extract_conflict"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("extract_request.id"), index=True)
    ground: Mapped[str] = mapped_column(String(20))
    entry: Mapped[int | None] = mapped_column(Integer)
    note_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    raised_by: Mapped[str] = mapped_column(String(120))
    raised_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ruling: Mapped[str] = mapped_column(String(12), index=True)
    ruling_note_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    ruled_by: Mapped[str] = mapped_column(String(120))
    ruled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    note: Sealed[str] = Sealed("note_sealed")
    ruling_note: Sealed[str] = Sealed("ruling_note_sealed")


def add(session: Session, row: RequestRow, ground: Ground, note: str, *, actor: str, now: datetime) -> str:
    """Add a conflict on a request and return its id."""
    added = ConflictRow(
        id=new_id(),
        request_id=row.id,
        ground=ground.value,
        entry=row.entry,
        raised_by=actor,
        raised_at=now,
        ruling=Ruling.OPEN.value,
        ruled_by="",
        ruled_at=None,
    )
    session.add(added)
    added.note, added.ruling_note = note, ""
    session.flush()
    return added.id


def on_person(session: Session, row: RequestRow) -> Sequence[Conflict]:
    """Return the conflicts of all requests on the person that `row` is about, the oldest first."""
    query = _joined().where(same_person(row)).order_by(ConflictRow.raised_at, ConflictRow.id)
    return [_conflict(conflict, reference) for conflict, reference in session.execute(query)]


def is_open_on(session: Session, row: RequestRow) -> bool:
    """Say whether a conflict is open on any request on the person that `row` is about; no note is opened for it."""
    query = _joined().where(same_person(row), ConflictRow.ruling == Ruling.OPEN.value).limit(1)
    return session.execute(query).first() is not None


def lock(session: Session, id_: str) -> ConflictRow | None:
    """Return a conflict, locked until the transaction ends."""
    return session.get(ConflictRow, id_, with_for_update=True, populate_existing=True)


def rule(session: Session, row: ConflictRow, ruling: Ruling, note: str, *, actor: str, now: datetime) -> None:
    """Write the ruling under a conflict."""
    row.ruling, row.ruled_by, row.ruled_at = ruling.value, actor, now
    row.ruling_note = note
    session.flush()


def in_conflict() -> Select[str]:
    """Return the query of the ids of requests on which a conflict is open."""
    return select(ConflictRow.request_id).where(ConflictRow.ruling == Ruling.OPEN.value)


def _joined() -> Select[ConflictRow, str]:
    return select(ConflictRow, RequestRow.reference).join(RequestRow, RequestRow.id == ConflictRow.request_id)


def _conflict(row: ConflictRow, reference: str) -> Conflict:
    return Conflict(
        id=row.id,
        request=row.request_id,
        reference=reference,
        ground=Ground(row.ground),
        entry=row.entry or 0,
        raised_by=row.raised_by,
        raised_at=as_utc(row.raised_at),
        note=row.note,
        ruling=Ruling(row.ruling),
        ruled_by=row.ruled_by,
        ruled_at=as_utc(row.ruled_at) if row.ruled_at else None,
        ruling_note=row.ruling_note,
    )

"""The tables of notes and of messages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.cases.store import CaseRow, OfOrganisation
from app.storage.engine import Table
from app.storage.sealed import Sealed, SealedBytes, new_id

MOST = 500
"""Notes, or messages, of one case that are shown, the newest."""


class NoteRow(Table, OfOrganisation):
    """A note of a helper for the others."""

    __tablename__ = "case_note"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(String(120))
    text_sealed: Mapped[bytes] = mapped_column(SealedBytes)

    text: Sealed[str] = Sealed("text_sealed")


class MessageRow(Table, OfOrganisation):
    """A message between helpers and the family; `read_at` is when the side that did not write it first read it."""

    __tablename__ = "case_message"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(String(120))
    text_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    text: Sealed[str] = Sealed("text_sealed")


def add_note(session: Session, case: CaseRow, text: str, *, by: str, now: datetime) -> str:
    """Add a note and return its id."""
    row = NoteRow(id=new_id(), organisation=case.organisation, case_id=case.id, at=now, by=by)
    session.add(row)
    row.text = text
    session.flush()
    return row.id


def notes(session: Session, case: str) -> Sequence[NoteRow]:
    """Return the notes of a case, the newest first."""
    query = select(NoteRow).where(NoteRow.case_id == case).order_by(NoteRow.at.desc(), NoteRow.id)
    return session.scalars(query.limit(MOST)).all()


def add_message(session: Session, case: CaseRow, text: str, *, by: str, now: datetime) -> str:
    """Add a message and return its id."""
    row = MessageRow(id=new_id(), organisation=case.organisation, case_id=case.id, at=now, by=by)
    session.add(row)
    row.text = text
    session.flush()
    return row.id


def messages(session: Session, case: str) -> Sequence[MessageRow]:
    """Return the messages of a case, the newest first."""
    query = select(MessageRow).where(MessageRow.case_id == case).order_by(MessageRow.at.desc(), MessageRow.id)
    return session.scalars(query.limit(MOST)).all()


def unread(session: Session, cases: Collection[str]) -> Sequence[MessageRow]:
    """Return the messages of families in these cases that nobody has read, the oldest first."""
    query = select(MessageRow).where(MessageRow.case_id.in_(cases), MessageRow.read_at.is_(None))
    return session.scalars(query.where(MessageRow.by.startswith("family:")).order_by(MessageRow.at)).all()


def mark_read(session: Session, rows: Sequence[MessageRow], now: datetime) -> None:
    """Note that these messages are read now; those that were read before stay as they are."""
    for row in rows:
        row.read_at = row.read_at or now
    session.flush()

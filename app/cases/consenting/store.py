"""The table of consents and every query on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Date, DateTime, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.cases.consenting.consent import Consent, How, Share, Terms
from app.cases.store import CaseRow, OfOrganisation
from app.directory.model import Need
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import Sealed, SealedBytes, new_id


class ConsentRow(Table, OfOrganisation):
    """What a family agreed to, or was asked for. `shares` are codes with blanks between them; the witness is sealed."""

    __tablename__ = "case_consent"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    shares: Mapped[str] = mapped_column(String(200))
    recipient: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(40))
    until: Mapped[date] = mapped_column(Date)
    how: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    given_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    refused_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[str] = mapped_column(String(120))
    recorded_by: Mapped[str] = mapped_column(String(120))
    witness_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    file_id: Mapped[str | None] = mapped_column(ForeignKey("stored_file.id"), index=True)

    witness: Sealed[str | None] = Sealed("witness_sealed")


def add(
    session: Session, case: CaseRow, terms: Terms, how: How, *, by: str, now: datetime, given: datetime | None,
    witness: str | None = None, file: str | None = None,
) -> ConsentRow:  # fmt: skip
    """Add a consent; without a moment when it was given, it waits for the family's answer."""
    row = ConsentRow(
        id=new_id(),
        organisation=case.organisation,
        case_id=case.id,
        shares=" ".join(sorted(terms.shares)),
        recipient=terms.recipient,
        purpose=terms.purpose.value,
        until=terms.until,
        how=how.value,
        asked_at=now,
        given_at=given,
        withdrawn_by="",
        recorded_by=by,
        file_id=file,
    )
    session.add(row)
    row.witness = witness
    session.flush()
    return row


def find(session: Session, case: str, id_: str) -> ConsentRow | None:
    """Return a consent of this case."""
    return session.scalars(select(ConsentRow).where(ConsentRow.case_id == case, ConsentRow.id == id_)).first()


def consents(session: Session, case: str) -> Sequence[ConsentRow]:
    """Return the consents of a case, the newest first."""
    query = select(ConsentRow).where(ConsentRow.case_id == case)
    return session.scalars(query.order_by(ConsentRow.asked_at.desc(), ConsentRow.id)).all()


def consent_of(row: ConsentRow) -> Consent:
    """Return a consent as it stands in its row."""
    return Consent(
        id=row.id,
        shares=frozenset(Share(code) for code in row.shares.split()),
        recipient=row.recipient,
        purpose=Need(row.purpose),
        until=row.until,
        how=How(row.how),
        asked_at=as_utc(row.asked_at),
        given_at=as_utc(row.given_at) if row.given_at else None,
        refused_at=as_utc(row.refused_at) if row.refused_at else None,
        withdrawn_at=as_utc(row.withdrawn_at) if row.withdrawn_at else None,
        withdrawn_by=row.withdrawn_by,
        recorded_by=row.recorded_by,
        paper=row.file_id or "",
    )

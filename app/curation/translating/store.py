"""The tables of translations: what each published one and each draft was confirmed against, and every query on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.content.confirmed import Print, Standing, said_by, standing_from
from app.kernel.dates import as_utc
from app.storage.engine import Table


class StandingRow(Table):
    """What the translation at `path` was confirmed against, and which native reader approved it."""

    __tablename__ = "translation_standing"

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    standing: Mapped[dict[str, Any]] = mapped_column(JSON)
    read_by: Mapped[str] = mapped_column(String(120))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DraftRow(Table):
    """What the translator of a revision has confirmed the translation at an address in it against."""

    __tablename__ = "translation_confirmation"

    revision_id: Mapped[str] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(200), primary_key=True)
    confirmed: Mapped[list[list[str]]] = mapped_column(JSON)


@dataclass(frozen=True)
class NativeReading:
    """Who approved a translation as a native reader, and when."""

    by: str
    at: datetime


def standings(session: Session) -> dict[str, Standing]:
    """Return the standing of every translation that has one, by path."""
    return {row.path: standing_from(row.standing) for row in session.scalars(select(StandingRow))}


def put_standings(session: Session, found: Mapping[str, Standing]) -> None:
    """Keep standings; a native reading ends where the text is another one."""
    for path, one in found.items():
        row = session.get(StandingRow, path)
        if row is None:
            session.add(StandingRow(path=path, standing=said_by(one), read_by="", read_at=None))
            continue
        row.standing = said_by(one)
        if not one.is_native:
            row.read_by, row.read_at = "", None
    session.flush()


def put_native_reading(session: Session, path: str, *, by: str, at: datetime) -> None:
    """Note who approved the translation at `path`, which has a standing."""
    row = session.get_one(StandingRow, path)
    row.read_by, row.read_at = by, at
    session.flush()


def native_readings(session: Session) -> dict[str, NativeReading]:
    """Return who approved which translation, by path."""
    rows = session.scalars(select(StandingRow).where(StandingRow.read_at.is_not(None)))
    return {row.path: NativeReading(row.read_by, as_utc(row.read_at)) for row in rows if row.read_at}


def draft_confirmations(session: Session, ids: Collection[str]) -> dict[str, dict[str, tuple[Print, ...]]]:
    """Return what the translators of these revisions confirmed, by revision and address; what nobody did lacks."""
    found: dict[str, dict[str, tuple[Print, ...]]] = {}
    for row in session.scalars(select(DraftRow).where(DraftRow.revision_id.in_(ids))):
        found.setdefault(row.revision_id, {})[row.address] = tuple((anchor, hash_) for anchor, hash_ in row.confirmed)
    return found


def put_draft_confirmation(session: Session, id_: str, address: str, confirmed: Iterable[Print]) -> None:
    """Keep what the translator of a revision has confirmed the translation at `address` against."""
    said = [list(one) for one in confirmed]
    row = session.get(DraftRow, (id_, address))
    if row is None:
        session.add(DraftRow(revision_id=id_, address=address, confirmed=said))
    else:
        row.confirmed = said
    session.flush()

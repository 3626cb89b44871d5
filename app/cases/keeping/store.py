"""What is due of closed cases, and everything that a case is made of, to be erased."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.cases.keeping.model import NOTICE
from app.cases.model import State
from app.cases.store import CaseRow, OfOrganisation
from app.storage.engine import Table


def due(session: Session, today: date, limit: int) -> Sequence[CaseRow]:
    """Return closed cases whose family is to be told, or that are to be erased; what others work on is left out."""
    query = select(CaseRow).where(CaseRow.state == State.CLOSED.value, CaseRow.erase_on <= today + NOTICE)
    return session.scalars(query.order_by(CaseRow.erase_on).limit(limit).with_for_update(skip_locked=True)).all()


def empty(session: Session, row: CaseRow) -> Sequence[str]:
    """Remove everything that belongs to a case but its tombstone; return the ids of the files that it held."""
    files: set[str] = set()
    for part in _parts():
        if hasattr(part, "file_id"):
            files.update(id_ for id_ in session.scalars(select(part.file_id).where(part.case_id == row.id)) if id_)
        session.execute(delete(part).where(part.case_id == row.id))
    row.passphrase = row.answers = row.route = None
    # A hash that no passphrase has: the page of the family opens to nobody any more.
    row.passphrase_index = secrets.token_bytes(32)
    session.flush()
    return sorted(files)


def _parts() -> list[Any]:
    """Return every table that holds a part of a case, those that refer to others first.

    What is counted without the case, such as what became of referrals, is no part of it and stays.
    """
    order = {table.name: place for place, table in enumerate(Table.metadata.sorted_tables)}
    parts = [
        mapper.class_
        for mapper in Table.registry.mappers
        if issubclass(mapper.class_, OfOrganisation)
        and mapper.class_ is not CaseRow
        and hasattr(mapper.class_, "case_id")
    ]
    return sorted(parts, key=lambda part: -order[part.__tablename__])

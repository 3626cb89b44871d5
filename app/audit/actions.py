"""Recording: the one verb by which every slice tells the audit what was done to whose data."""

from __future__ import annotations

from datetime import datetime

from app.audit.model import Event
from app.audit.store import append
from app.storage.engine import Session


def record(session: Session, event: Event, *, actor: str, subject: str, now: datetime, **details: str) -> None:
    """Record `event` in the transaction of the deed. Raises AuditError where the vocabulary is broken.

    `actor` and `subject` are references: ``account:ID``, ``request:REFERENCE``, ``command:NAME``, ``family:REFERENCE``.
    """
    append(session, event, actor=actor, subject=subject, now=now, details=details)

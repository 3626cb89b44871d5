"""Keeping an issued document among the stored files."""

from __future__ import annotations

from datetime import datetime

from app.documents.verify import sha256_of
from app.storage.engine import Session
from app.storage.files import receive
from app.storage.shelf import Shelf
from app.storage.uploads import Accepted, MediaType


def keep(session: Session, shelf: Shelf, signed: bytes, *, number: str, now: datetime) -> str:
    """Keep the signed extract `number`, sealed, and return its file's id. Raises ShelfUnreachableError."""
    accepted = Accepted(signed, MediaType.PDF, 1, sha256_of(signed))
    return receive(session, shelf, accepted, name=f"vytiah-{number}.pdf", now=now)

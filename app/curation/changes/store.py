"""The queries of what was published."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.content.edits import MOST as MOST_EDITS
from app.content.edits import Edit, Edits
from app.curation.changes.model import MOST, Changed, Changes
from app.curation.model import LIVE, Change
from app.curation.store import RevisionRow
from app.kernel.dates import as_utc


def published_changes(session: Session) -> Changes:
    """Return the published changes of meaning, newest first. Minor ones (a misprint) are left out."""
    query = (
        select(RevisionRow)
        .where(RevisionRow.state.in_(LIVE), RevisionRow.change == Change.MEANING, RevisionRow.published_at.is_not(None))
        .order_by(RevisionRow.edition.desc(), RevisionRow.path)
        .limit(MOST)
    )
    return Changes(
        tuple(
            Changed(row.id, row.path, as_utc(row.published_at), row.note, row.retires)
            for row in session.scalars(query)
            if row.published_at is not None
        )
    )


def published_edits(session: Session) -> Edits:
    """Return what was published, newest first, minor edits too: whoever compares two editions must tell them apart."""
    query = (
        select(RevisionRow.path, RevisionRow.published_at, RevisionRow.change)
        .where(RevisionRow.state.in_(LIVE), RevisionRow.published_at.is_not(None))
        .order_by(RevisionRow.published_at.desc(), RevisionRow.path)
        .limit(MOST_EDITS)
    )
    return Edits(
        tuple(Edit(path, as_utc(at), change == Change.MINOR) for path, at, change in session.execute(query) if at)
    )

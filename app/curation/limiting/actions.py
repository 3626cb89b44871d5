"""Setting and lifting the limits of a person at the editors' desk."""

from __future__ import annotations

from datetime import datetime

from app.accounts.model import may_change_roles
from app.audit.actions import record
from app.audit.model import Event
from app.curation.limiting import store
from app.curation.limiting.model import limits_of, lines_of
from app.curation.rights import Limits
from app.storage.engine import Session


def limits(session: Session, account: str) -> Limits:
    """Return the limits of a person, named as the audit does."""
    return limits_of(store.lines(session, account))


def limit(session: Session, account: str, wanted: Limits, *, actor: str, now: datetime) -> None:
    """Let a person have exactly these limits; what changes is recorded line by line.

    Raises FourEyesError where somebody would change their own.
    """
    may_change_roles(actor, account)
    before, after = store.lines(session, account), lines_of(wanted)
    if before == after:
        return
    store.put(session, account, after)
    for event, lines in ((Event.LIMIT_SET, after - before), (Event.LIMIT_LIFTED, before - after)):
        for line in sorted(lines):
            record(session, event, actor=actor, subject=account, now=now, limit=str(line))

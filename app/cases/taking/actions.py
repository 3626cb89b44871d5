"""Making the copy of a case: for its family itself, or for a helper who hands it over. That it was made is recorded."""

from __future__ import annotations

from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.cases import actions as cases
from app.cases.asking.actions import requests_of
from app.cases.asking.model import Stage
from app.cases.consenting.actions import consents_of
from app.cases.model import Case
from app.cases.referring.actions import referrals
from app.cases.taking.model import Copy, Sent
from app.cases.working import store as working
from app.cases.working.actions import Guidance, item_of
from app.cases.working.papers.actions import papers_of
from app.cases.working.talking.actions import messages_of, notes_of
from app.storage.engine import Session


def copy_of(session: Session, case: Case, *, guidance: Guidance, by: str, now: datetime) -> Copy:
    """Return everything that a case holds for its family; recorded. `by` is the family or a helper."""
    record(session, Event.CASE_EXPORTED, actor=by, subject=case.subject, now=now)
    return Copy(
        case=case,
        made_at=now,
        consents=consents_of(session, case.id),
        sent=[
            Sent(
                body=one.body,
                need=one.need.value,
                shares=[share.value for share in one.shares],
                state=one.standing.state.value,
                steps=[(step.at, step.deed.value, step.words) for step in one.steps],
                message=one.message,
            )
            for one in referrals(session, case)
        ],
        messages=messages_of(session, case),
        work=[item_of(row, guidance) for row in working.rows(session, case.id)],
        papers=[(one.kind, one.name) for one in papers_of(session, case)],
        requests=[one for one in requests_of(session, case, now=now) if one.stage is Stage.FILED],
        history=cases.history(session, case),
        notes=len(notes_of(session, case)),
    )

"""Reading from the audit record who has seen the data of one request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.accounts.model import Role
from app.accounts.store import AccountRow
from app.audit.model import Event, Record
from app.audit.store import actors_on, records_on
from app.extracts.actions import papers_of, request_row
from app.extracts.seen.looks import TOLD, Look, Who
from app.storage.engine import Session

PAGE = 25
"""Lines of one page."""


def looks(session: Session, id_: str, *, before: int = 0) -> tuple[Sequence[Look], int]:
    """Return what was done with a request and its papers, newest first, and from where to go on, 0 at the end.

    Only what was done with this very request: requests of others on the same person stand under their own references.
    Reading it is not recorded: who opened the page with the passphrase is, and whoever reads here has done so.
    Raises UnknownRequestError.
    """
    row = request_row(session, id_)
    subjects = [f"request:{row.reference}", *(f"file:{paper.file_id}" for paper in papers_of(session, id_))]
    found = records_on(session, subjects, TOLD, before=before, limit=PAGE + 1)
    officers = [actor for actor in actors_on(session, subjects, TOLD) if actor.startswith(_ACCOUNT)]
    shown = found[:PAGE]
    return [_look(session, one, officers) for one in shown], shown[-1].number if len(found) > PAGE else 0


_ACCOUNT = "account:"


def _look(session: Session, one: Record, officers: Sequence[str]) -> Look:
    event = Event(one.event)
    officer = officers.index(one.actor) + 1 if one.actor in officers else 0
    return Look(one.number, datetime.fromisoformat(one.at), event, _who(session, one.actor, event), officer)


def _who(session: Session, actor: str, event: Event) -> Who:
    kind = actor.partition(":")[0]
    if kind == "family" or (kind == "visitor" and event in _BEFORE_FILING):
        return Who.YOU
    if kind == "command":
        return Who.SITE
    if kind != "account":
        return Who.STRANGER
    account = session.get(AccountRow, actor.removeprefix(_ACCOUNT))
    roles = set(account.roles) if account else set()
    if roles & {Role.VOLUNTEER, Role.COORDINATOR}:
        return Who.HELPER
    if Role.SUPERVISOR in roles:
        return Who.SUPERVISOR
    return Who.REGISTRAR if Role.REGISTRAR in roles else Who.OFFICER


_BEFORE_FILING = frozenset({Event.FILE_RECEIVED, Event.FILE_DELETED})
"""What the applicant does with the papers of a draft, before there is a reference to prove."""

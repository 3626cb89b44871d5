"""Raising a conflict, by an officer or because a match shows it, and asking whether one stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.extracts.desk.conflicts import store
from app.extracts.desk.conflicts.model import Conflict, Ground, Ruling, Standing, grounds
from app.extracts.desk.store import circle
from app.extracts.model import Kinship
from app.extracts.request import State
from app.extracts.store import RequestRow, lineage
from app.storage.engine import Session


class ConflictError(Exception):
    """Requests on this person contradict one another. A supervisor has to rule on it first."""


class RuledError(Exception):
    """There is no such conflict on the request, or a supervisor has ruled on it."""


def add(session: Session, row: RequestRow, ground: Ground, note: str, *, actor: str, now: datetime) -> None:
    """Flag a conflict on a request."""
    store.add(session, row, ground, note, actor=actor, now=now)
    record(session, Event.CONFLICT_RAISED, actor=actor, subject=row.subject, now=now, ground=ground.value)


def look(session: Session, row: RequestRow, *, actor: str, now: datetime) -> None:
    """Flag what a match shows beside the other requests on the person; withdrawn and refused ones do not count."""
    others = [one for one in circle(session, row) if State(one.state) not in (State.WITHDRAWN, State.REFUSED)]
    own = {one.id for one in lineage(session, row.id)}
    known = on_person(session, row)
    standing = {one.ground for one in known if one.ruling is Ruling.OPEN and one.request == row.id}
    # Whoever repeats a request under a new address is still the same applicant, not a second one.
    contacts = {other.id: row.contact_index if other.id in own else other.contact_index for other in others}
    beside = [replace(_standing(other), contact=contacts[other.id]) for other in others]
    for ground in grounds(_standing(row), beside, known):
        if ground not in standing:
            add(session, row, ground, "", actor=actor, now=now)


def on_person(session: Session, row: RequestRow) -> Sequence[Conflict]:
    """Return the conflicts of all requests on the same person, the oldest first."""
    return store.on_person(session, row)


def hold(session: Session, row: RequestRow) -> None:
    """Raises ConflictError while a conflict is open on any request on the same person."""
    if store.is_open_on(session, row):
        raise ConflictError


def close(session: Session, row: RequestRow, id_: str, ruling: Ruling, note: str, *, actor: str, now: datetime) -> str:
    """Write a supervisor's ruling under a conflict of this request; returns who had raised it. Raises RuledError."""
    conflict = store.lock(session, id_)
    if conflict is None or conflict.request_id != row.id or conflict.ruling != Ruling.OPEN.value:
        raise RuledError(id_)
    store.rule(session, conflict, ruling, note, actor=actor, now=now)
    record(session, Event.CONFLICT_RULED, actor=actor, subject=row.subject, now=now, ruling=ruling.value)
    return conflict.raised_by


def _standing(row: RequestRow) -> Standing:
    return Standing(row.contact_index, row.claim_index, Kinship(row.kinship), row.entry or 0)

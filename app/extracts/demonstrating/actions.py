"""Adding the invented requests by the same deeds by which families and officers would have brought them there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from app.audit.actions import record
from app.audit.model import Event
from app.extracts import actions as requests
from app.extracts import store
from app.extracts.demonstrating.model import QUESTION, REFUSAL, DemoRequest, Stage, demo_requests
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import Draw, Outcome, Reason, Step
from app.extracts.draft import Page
from app.extracts.model import CONSENTS
from app.extracts.request import Filed
from app.storage.engine import Session
from app.storage.shelf import Shelf

_OUTCOMES = {
    Stage.PROPOSED: Outcome.EXTRACT,
    Stage.ISSUED: Outcome.EXTRACT,
    Stage.NO_ENTRY: Outcome.NO_ENTRY,
    Stage.REFUSED: Outcome.REFUSAL,
}


@dataclass(frozen=True)
class Desk:
    """Who answers the invented requests, and with what. `registrar` and `supervisor` are two actors."""

    shelf: Shelf
    draw: Draw
    random: Random
    registrar: str
    supervisor: str


@dataclass(frozen=True)
class Opens:
    """What opens an invented request, and how far it has come."""

    reference: str
    passphrase: str = field(repr=False)
    stage: Stage


def add_demo_requests(session: Session, at: Desk, *, actor: str, now: datetime) -> list[Opens]:
    """Add the invented requests, unless there is any request; return what opens each.

    The demonstration entries have to be there: the best candidate for a request is the one it is matched to.
    """
    if store.holds_requests(session):
        return []
    added = [_add(session, at, one, now) for one in demo_requests()]
    record(session, Event.DEMO_LOADED, actor=actor, subject="requests", now=now)
    return added


def holds_requests(session: Session) -> bool:
    """Say whether there is any request."""
    return store.holds_requests(session)


def _add(session: Session, at: Desk, one: DemoRequest, now: datetime) -> Opens:
    filed = _filed(session, at, one, now - timedelta(days=one.days_ago))
    later = filed.filed_at + timedelta(hours=20)
    if one.stage is Stage.ASKED:
        desk.ask(session, filed.id, QUESTION, actor=at.registrar, now=later)
    if one.stage in _OUTCOMES:
        _answer(session, at, filed.id, one.stage, later)
    return Opens(filed.reference, filed.passphrase, one.stage)


def _filed(session: Session, at: Desk, one: DemoRequest, then: datetime) -> Filed:
    draft = requests.begin_draft(session, Page.KINSHIP, one.answers[Page.KINSHIP], random=at.random, now=then).id
    for page, typed in one.answers.items():
        requests.save_page(session, draft, page, typed, now=then)
    consent = CONSENTS[0].version
    return requests.file_request(session, draft, consent=consent, language="uk", random=at.random, now=then)


def _answer(session: Session, at: Desk, id_: str, stage: Stage, now: datetime) -> None:
    outcome = _OUTCOMES[stage]
    if outcome is Outcome.EXTRACT:
        best = desk.read_request(session, id_, actor=at.registrar, now=now).candidates[0]
        desk.match(session, id_, best.kept.number, actor=at.registrar, now=now)
    desk.propose(
        session, id_, outcome, actor=at.registrar, now=now,
        text=REFUSAL, reason=Reason.KINSHIP_NOT_SHOWN, step=Step.FILE_AGAIN,
    )  # fmt: skip
    if stage is Stage.REFUSED:
        desk.refuse(session, id_, actor=at.supervisor, now=now)
    elif stage is not Stage.PROPOSED:
        desk.issue(session, at.shelf, id_, draw=at.draw, random=at.random, actor=at.supervisor, now=now)

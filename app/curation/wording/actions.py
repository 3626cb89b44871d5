"""What translators and reviewers do with words of the interface: keep, take back, accept, decline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.curation.wording import store
from app.curation.wording.model import NoProposalError, Proposal, State, checked_judge
from app.storage.engine import Session


def keep(session: Session, language: str, words: Iterable[store.Words], *, actor: str, now: datetime) -> int:
    """Keep words as proposals and return how many are new; what somebody has proposed or had accepted is not twice."""
    open_ = store.proposals(session, language, State.KEPT, State.ACCEPTED)
    newest = {one.message: one for one in open_ if one.state is State.ACCEPTED}
    waiting = {(one.message, one.text) for one in open_ if one.state is State.KEPT}
    added = 0
    for one in words:
        accepted = newest.get(one.message)
        if (one.message, one.text) in waiting or (accepted is not None and accepted.text == one.text):
            continue
        store.add(session, language, one, by=actor, at=now)
        waiting.add((one.message, one.text))
        added += 1
    if added:
        record(session, Event.WORDS_KEPT, actor=actor, subject=subject(language), now=now, count=str(added))
    return added


def take_back(session: Session, id_: str, *, actor: str, now: datetime) -> Proposal:
    """Forget a proposal of one's own that nobody has judged. Raises NoProposalError."""
    one = store.lock(session, id_)
    if one.by != actor:
        raise NoProposalError(id_)
    store.remove(session, id_)
    record(session, Event.WORDS_TAKEN_BACK, actor=actor, subject=subject(one.language), now=now)
    return one


def accept(session: Session, id_: str, *, actor: str, now: datetime) -> Proposal:
    """Accept a proposal for the next release; others for the same message are declined, earlier accepted ones too.

    Raises NoProposalError, and OwnWordsError for whoever proposed it.
    """
    one = store.lock(session, id_)
    checked_judge(actor, one)
    for other in store.proposals(session, one.language, State.KEPT, State.ACCEPTED):
        if other.message == one.message and other.id != id_:
            store.put_state(session, other.id, State.DECLINED, by=actor, at=now)
    store.put_state(session, id_, State.ACCEPTED, by=actor, at=now)
    record(session, Event.WORDS_ACCEPTED, actor=actor, subject=subject(one.language), now=now)
    return one


def decline(session: Session, id_: str, *, actor: str, now: datetime) -> Proposal:
    """Decline a proposal. Raises NoProposalError."""
    one = store.lock(session, id_)
    store.put_state(session, id_, State.DECLINED, by=actor, at=now)
    record(session, Event.WORDS_DECLINED, actor=actor, subject=subject(one.language), now=now)
    return one


def accepted(session: Session, language: str) -> list[Proposal]:
    """Return what was accepted for a language; whether a catalogue says it by now is seen there."""
    return store.proposals(session, language, State.ACCEPTED)


def subject(language: str) -> str:
    """Return how the audit names the words of a language."""
    return f"words:{language}"

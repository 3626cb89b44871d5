"""What is done about facts: record an act, take a mistake back, let a body confirm its card by a link."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.content.library import Library
from app.curation import actions as curation
from app.curation.model import Change, CurationError, PathError
from app.curation.store import OpenRevisionError
from app.curation.verification import store
from app.curation.verification.facts import Fact, numbers
from app.curation.verification.links import FAULTS, HEALTHY, Answer
from app.curation.verification.model import SETTLING, How, Standing, State, What, checked_outcome, heard, standing
from app.curation.verification.owner import LASTS, LONGEST, Corrected, asked, corrected
from app.curation.verification.work import Item, item
from app.directory.heard import Heard
from app.kernel.dates import as_utc
from app.outbox.actions import enqueue
from app.outbox.model import Kind, Message
from app.storage.engine import Session

LONGEST_NOTE = 500
"""Characters of the note of an act."""

MOST_WORDS = 10_000
"""Characters that may wait with one link."""


class NoOwnerLinkError(CurationError):
    """No link opens with this secret: it is wrong or was ended. Which of them is not said."""


class LinkOverError(NoOwnerLinkError):
    """The link was open until its day came; `link` is what it was. Whoever has its secret may know."""

    def __init__(self, link: store.OwnerLink) -> None:
        self.link = link
        super().__init__(link.id)


class AnsweredError(CurationError):
    """The link was answered before: it takes one answer, so that a forwarded letter changes nothing any more."""


def record_act(session: Session, fact: Fact, how: How, *, note: str, actor: str, now: datetime) -> Standing:
    """Record what came of verifying a fact, and return how it stands now. Raises OutcomeError."""
    _add(session, fact, checked_outcome(fact.what, how), note=note, actor=actor, now=now)
    return standing(store.acts_of(session, *fact.name))


def assign(session: Session, fact: Fact, *, to: str, seen: str, actor: str, now: datetime) -> None:
    """Have somebody see to a fact; `seen` is who had it when it was decided. Raises TakenError."""
    task = store.hold(session, *fact.name, to=to, seen=seen, at=now)
    record(session, Event.TASK_ASSIGNED, actor=actor, subject=f"task:{task}", now=now, to=to)


def give_back(session: Session, fact: Fact, *, actor: str, now: datetime) -> None:
    """Let a fact be nobody's again. Raises TakenError where it is already."""
    task = store.let_go(session, *fact.name)
    if not task:
        raise store.TakenError(fact.path)
    record(session, Event.TASK_GIVEN_BACK, actor=actor, subject=f"task:{task}", now=now)


def correct(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """Mark an act as a mistake; both stay in the record. Raises NoActError."""
    row = store.get_act(session, id_)
    store.add_act(session, row.path, row.fact, None, at=now, by=actor, note="", corrects=id_)
    record(session, Event.FACT_CORRECTED, actor=actor, subject=f"verification:{id_}", now=now)


def items(session: Session, facts: Iterable[Fact], now: datetime) -> list[Item]:
    """Return every fact as the work list shows it."""
    acts = store.all_acts(session)
    return [item(fact, standing(acts.get(fact.name, ())), now) for fact in facts]


def heard_numbers(session: Session) -> Mapping[tuple[str, str], Heard]:
    """Return what calls have told of each (id of a body, number) that has acts: what readers see of them."""
    acts = store.all_acts(session)
    return {number: heard(standing(acts[name])) for name, number in numbers(acts)}


def make_owner_link(
    session: Session, path: str, *, mail_to: str, language: str, actor: str, now: datetime
) -> tuple[store.OwnerLink, str]:
    """Make a link by which the body at `path` confirms its card; return it and its secret, known now and never again.

    With `mail_to`, the body's public address, it is sent there. Raises MessageError for an address that takes no mail.
    """
    token = secrets.token_urlsafe(24)
    link = store.add_owner_link(session, path, token, by=actor, now=now, expires_at=now + LASTS)
    record(session, Event.OWNER_LINK_MADE, actor=actor, subject=_subject(link.id), now=now)
    if mail_to:
        details = {"path": f"/{language}/confirm/{token}", "until": link.expires_at.isoformat()}
        message = Message(kind=Kind.OWNER_CONFIRMATION, to=mail_to, language=language, details=details)
        enqueue(session, message, key=f"owner-link:{link.id}", now=now)
    return link, token


def revoke_owner_link(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """End a link. Raises NoOwnerLinkError."""
    row = store.get_owner_link(session, id_)
    if row is None or row.revoked_at is not None:
        raise NoOwnerLinkError
    row.revoked_at = now
    record(session, Event.OWNER_LINK_REVOKED, actor=actor, subject=_subject(id_), now=now)


def take_words(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """Note that somebody has taken up what a body wrote. Raises NoOwnerLinkError."""
    row = store.get_owner_link(session, id_)
    if row is None or not row.said:
        raise NoOwnerLinkError
    row.said = ""
    record(session, Event.OWNER_WORDS_TAKEN, actor=actor, subject=_subject(id_), now=now)


def look_at(session: Session, token: str, *, now: datetime) -> store.OwnerLink:
    """Return the link that opens with a secret. Raises NoOwnerLinkError, LinkOverError."""
    return store.link(_found(session, token, now))


def answer(
    session: Session, token: str, facts: Sequence[Fact], *, answers: Mapping[str, str], texts: Mapping[str, str],
    remark: str, shipped: Library, now: datetime,
) -> None:  # fmt: skip
    """Take a body's answer: what it confirms is verified, what it corrects becomes a draft that waits for review.

    `answers` says "right" or "wrong" by the key of a fact, `texts` what it should say. What cannot be put into a draft
    (the item has one already, or it is a remark) waits with the link for an editor.

    Raises NoOwnerLinkError, LinkOverError, and AnsweredError the second time.
    """
    row = _found(session, token, now)
    session.refresh(row, with_for_update=True)
    if row.answered_at is not None:
        raise AnsweredError(row.id)
    actor = f"owner:{row.id}"
    for fact in facts:
        if answers.get(fact.key) == "right":
            _add(session, fact, How.OWNER_CONFIRMED, note="", actor=actor, now=now)
    wanted = asked(facts, answers, texts)
    left = [*_draft(session, row.path, wanted, remark, shipped=shipped, actor=actor, now=now)] if wanted else []
    if remark.strip():
        left.append(remark.strip()[:LONGEST])
    row.answered_at = now
    row.said = "\n".join(left)[:MOST_WORDS]
    record(session, Event.OWNER_LINK_ANSWERED, actor=actor, subject=_subject(row.id), now=now)


def _draft(
    session: Session, path: str, wanted: Sequence[tuple[Fact, str]], remark: str, *, shipped: Library, actor: str,
    now: datetime,
) -> Sequence[str]:  # fmt: skip
    """Propose corrections as a draft in review; return in words what no draft holds."""
    found: Corrected = corrected(curation.ground(session, shipped, path).text, wanted)
    if not found.changes:
        return found.left
    note = "\n".join(filter(None, (*found.changes, remark.strip()[:LONGEST])))
    try:
        draft = curation.begin_draft(
            session, path, found.text, shipped=shipped, change=Change.MEANING, note=note, actor=actor, now=now
        )
        curation.submit(session, draft.id, actor=actor, now=now)
    except (OpenRevisionError, PathError, curation.UnchangedError):
        return (*found.changes, *found.left)
    return found.left


def keep_link_answers(
    session: Session, answers: Sequence[store.LinkAnswer], facts: Iterable[Fact], *, actor: str, now: datetime
) -> None:
    """Keep what web addresses answered. It verifies nothing: a page that answers may say something else by now.

    Each link of `facts` that led to no page, and each that does again, gets an act: the first raises a task, the
    second ends it. A link that answers as ever gets none.
    """
    store.put_link_answers(session, answers)
    answered, acts = {one.url: Answer(one.answer) for one in answers}, store.all_acts(session)
    for fact in facts:
        found = answered.get(fact.text) if fact.what is What.LINK else None
        if found in FAULTS:
            _add(session, fact, How.LINK_FAULT, note=found or "", actor=actor, now=now)
        elif found in HEALTHY and standing(acts.get(fact.name, ())).state is State.BROKEN:
            _add(session, fact, How.LINK_ANSWERS, note="", actor=actor, now=now)
    record(session, Event.LINKS_CHECKED, actor=actor, subject="links", now=now, count=str(len(answers)))


def _add(session: Session, fact: Fact, how: How, *, note: str, actor: str, now: datetime) -> None:
    """Add an act. One that leaves nothing to be done takes the fact out of the hands of whoever had it."""
    id_ = store.add_act(session, *fact.name, how, at=now, by=actor, note=note.strip()[:LONGEST_NOTE])
    record(
        session, Event.FACT_VERIFIED, actor=actor, subject=f"verification:{id_}", now=now, outcome=how.value
    )  # fmt: skip
    if how in SETTLING and not standing(store.acts_of(session, *fact.name)).is_task:
        store.let_go(session, *fact.name)


def _found(session: Session, token: str, now: datetime) -> store.OwnerLinkRow:
    row = store.find_owner_link(session, token)
    if row is None:
        raise NoOwnerLinkError
    if as_utc(row.expires_at) <= now:
        raise LinkOverError(store.link(row))
    return row


def _subject(id_: str) -> str:
    return f"owner-link:{id_}"

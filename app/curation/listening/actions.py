"""Taking in what readers say, and what editors do with it: assign, answer, put into a draft, decline."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.audit.actions import record
from app.audit.model import Event
from app.content.library import Library
from app.curation.actions import open_draft
from app.curation.counting.store import add_count
from app.curation.listening import store
from app.curation.listening.model import (
    Deed,
    Item,
    NoItemError,
    Said,
    State,
    Suggestion,
    after,
    checked_about,
    checked_words,
)
from app.kernel.dates import KYIV
from app.outbox.actions import enqueue
from app.outbox.model import Kind, Message
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.sealed import new_id

READER = "reader:form"
"""How the audit names whoever sends a suggestion: nobody knows who it is."""

KEPT = timedelta(days=180)
"""How long a suggestion is kept after it was closed."""

BATCH = 50

_HELPED = {"yes": "useful", "no": "useless"}


def suggest(session: Session, said: Said, item: Item, *, now: datetime) -> str:
    """Take in what a reader says and return its id. What is open and says the same is only counted once more."""
    known = store.find_same(session, said.folded())
    if known is not None:
        known.times += 1
        record(session, Event.SUGGESTION_SENT, actor=READER, subject=subject(known.id), now=now)
        return known.id
    row = store.SuggestionRow(
        id=new_id(), about=said.about, fact=said.fact, path=item.path, topic=item.topic, wrong=said.wrong.value,
        language=said.language, state=State.NEW.value, times=1, sent_at=now, changed_at=now, assigned_to="",
        fingerprint=store.fingerprint(session, said.folded()),
    )  # fmt: skip
    store.add(session, row, text=said.text, email=said.email)
    record(session, Event.SUGGESTION_SENT, actor=READER, subject=subject(row.id), now=now)
    return row.id


def count_answer(session: Session, about: str, answer: str, *, now: datetime) -> None:
    """Count whether a page was what somebody needed: a number per day and page, and nothing else."""
    what, page = _HELPED.get(answer), checked_about(about)
    if what and page:
        add_count(session, now.astimezone(KYIV).date(), f"{what}:{page}"[:160], 1)


def read(session: Session, id_: str, *, actor: str, now: datetime) -> Suggestion:
    """Return a suggestion, opened. Raises NoSuggestionError."""
    found = store.opened(store.lock(session, id_))
    record(session, Event.SUGGESTION_READ, actor=actor, subject=subject(id_), now=now)
    return found


def assign(session: Session, id_: str, *, to: str, actor: str, now: datetime) -> None:
    """Give a suggestion to somebody. Raises NoSuggestionError, NotNowError."""
    row = _moved(session, id_, Deed.ASSIGN, now=now)
    row.assigned_to = to
    record(session, Event.SUGGESTION_ASSIGNED, actor=actor, subject=subject(id_), now=now)


def give_back(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """Let a suggestion be nobody's again. Raises NoSuggestionError, NotNowError."""
    row = _moved(session, id_, Deed.GIVE_BACK, now=now)
    row.assigned_to = ""
    record(session, Event.SUGGESTION_GIVEN_BACK, actor=actor, subject=subject(id_), now=now)


def answer(session: Session, id_: str, words: str, *, actor: str, now: datetime) -> None:
    """Answer: whoever left an address is written to, and the address is forgotten.

    Raises NoSuggestionError, NotNowError, SaysNothingError.
    """
    _end(session, id_, Deed.ANSWER, checked_words(words), actor=actor, now=now)
    record(session, Event.SUGGESTION_ANSWERED, actor=actor, subject=subject(id_), now=now)


def decline(session: Session, id_: str, reason: str, *, actor: str, now: datetime) -> None:
    """Decline with a reason, of which the sender is told. Raises what `answer` does."""
    _end(session, id_, Deed.DECLINE, checked_words(reason), actor=actor, now=now)
    record(session, Event.SUGGESTION_DECLINED, actor=actor, subject=subject(id_), now=now)


def put_into_draft(session: Session, id_: str, *, shipped: Library, note: str, actor: str, now: datetime) -> str:
    """Have a draft put it right, which is begun where the item has none, and return the draft's id.

    Raises NoSuggestionError, NotNowError, and NoItemError where there is no item to edit.
    """
    row = _moved(session, id_, Deed.DRAFT, now=now)
    if not row.path:
        raise NoItemError(row.about)
    draft = open_draft(session, row.path, shipped=shipped, note=note, actor=actor, now=now)
    row.revision_id, row.assigned_to = draft.id, row.assigned_to or actor
    record(session, Event.SUGGESTION_DRAFTED, actor=actor, subject=subject(id_), now=now, revision=draft.id)
    return draft.id


def tell_of_drafts(database: Database, now: datetime) -> int:
    """Tell senders that what they said is put right, now that its draft is published; return how many suggestions.

    Where the draft was given up, the suggestion is open again. Harmless at any time and beside others.
    """
    with database.reading() as session:
        found = store.decided(session, limit=BATCH)
    for id_, is_published in found:
        with database.writing() as session:
            row = store.lock(session, id_)
            if State(row.state) is not State.DRAFTED:
                continue  # another worker was quicker
            row.state, row.changed_at = after(State(row.state), Deed.PUBLISH if is_published else Deed.DROP).value, now
            if is_published:
                _tell(session, row, Kind.SUGGESTION_MERGED, {}, now=now)
                event = Event.SUGGESTION_MERGED
            else:
                row.revision_id = None
                event = Event.SUGGESTION_REOPENED
            record(session, event, actor="command:work", subject=subject(id_), now=now)
    return len(found)


def forget_closed(database: Database, now: datetime) -> int:
    """Delete suggestions that were closed half a year ago; return how many. Harmless at any time."""
    with database.writing() as session:
        gone = store.forget(session, now - KEPT)
        if gone:
            record(
                session, Event.SUGGESTIONS_FORGOTTEN, actor="command:work", subject="suggestions", now=now,
                count=str(gone),
            )  # fmt: skip
    return gone


def look_after(session: Session, topic: str, *, actor: str, now: datetime) -> None:
    """Look after a topic from now on."""
    store.add_owner(session, topic, actor)
    record(session, Event.TOPIC_TAKEN, actor=actor, subject=f"topic:{topic}", now=now)


def leave(session: Session, topic: str, *, actor: str, now: datetime) -> None:
    """Look after a topic no more."""
    store.remove_owner(session, topic, actor)
    record(session, Event.TOPIC_LEFT, actor=actor, subject=f"topic:{topic}", now=now)


def subject(id_: str) -> str:
    """Return how the audit names a suggestion."""
    return f"suggestion:{id_}"


def _moved(session: Session, id_: str, deed: Deed, *, now: datetime) -> store.SuggestionRow:
    row = store.lock(session, id_)
    row.state, row.changed_at = after(State(row.state), deed).value, now
    return row


def _end(session: Session, id_: str, deed: Deed, words: str, *, actor: str, now: datetime) -> None:
    row = _moved(session, id_, deed, now=now)
    row.answer, row.assigned_to = words, row.assigned_to or actor
    kind = Kind.SUGGESTION_ANSWERED if deed is Deed.ANSWER else Kind.SUGGESTION_DECLINED
    _tell(session, row, kind, {"words": words}, now=now)


def _tell(session: Session, row: store.SuggestionRow, kind: Kind, details: dict[str, str], *, now: datetime) -> None:
    """Write to whoever left an address, and forget it."""
    if row.email is not None:
        whole = {"path": f"/{row.language}/{row.about}", **details}
        enqueue(session, Message(kind, row.email, row.language, whole), key=subject(row.id), now=now)
    row.email = None
    session.flush()

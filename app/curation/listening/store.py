"""The tables of suggestions and of who looks after which topic, and every query on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, Integer, String, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.curation.listening.model import OPEN, Listed, State, Suggestion, Wrong
from app.curation.model import LIVE
from app.curation.model import State as RevisionState
from app.curation.store import RevisionRow
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, Sealed, SealedBytes, vault_of

SAME = "suggestion"
"""The kind of blind index by which a suggestion is known that was sent before."""


class SuggestionRow(Table):
    """What a reader has sent. The text and the address are sealed; the address is forgotten with the last letter."""

    __tablename__ = "suggestion"
    __table_args__ = (Index("ix_suggestion_state_sent_at", "state", "sent_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    about: Mapped[str] = mapped_column(String(160))
    fact: Mapped[str] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(80))
    wrong: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    times: Mapped[int] = mapped_column(Integer)
    fingerprint: Mapped[bytes] = mapped_column(BlindIndex, index=True)
    text_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    email_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    answer_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    assigned_to: Mapped[str] = mapped_column(String(120))
    revision_id: Mapped[str | None] = mapped_column(ForeignKey("revision.id"))

    text: Sealed[str] = Sealed("text_sealed")
    email: Sealed[str | None] = Sealed("email_sealed")
    answer: Sealed[str | None] = Sealed("answer_sealed")


class TopicOwnerRow(Table):
    """Somebody looks after a topic. A topic without a row is everybody's."""

    __tablename__ = "topic_owner"

    topic: Mapped[str] = mapped_column(String(80), primary_key=True)
    account: Mapped[str] = mapped_column(String(120), primary_key=True)


class NoSuggestionError(Exception):
    """There is no such suggestion."""


def find_same(session: Session, folded: str) -> SuggestionRow | None:
    """Return the open suggestion that says the same; until the transaction ends nobody else counts on it."""
    same = SuggestionRow.fingerprint == fingerprint(session, folded)
    query = select(SuggestionRow).where(same, SuggestionRow.state.in_(OPEN)).limit(1)
    return session.scalars(query.with_for_update()).first()


def fingerprint(session: Session, folded: str) -> bytes:
    """Return the keyed hash by which a suggestion is known again."""
    return vault_of(session).blind(SAME, folded)


def add(session: Session, row: SuggestionRow, *, text: str, email: str) -> None:
    """Add a suggestion with its sealed texts."""
    with session.no_autoflush:
        session.add(row)
        row.text, row.email, row.answer = text, email or None, None
    session.flush()


def lock(session: Session, id_: str) -> SuggestionRow:
    """Return the row; until the transaction ends nobody else moves it. Raises NoSuggestionError."""
    row = session.get(SuggestionRow, id_, with_for_update=True, populate_existing=True)
    if row is None:
        raise NoSuggestionError(id_)
    return row


def listed(row: SuggestionRow) -> Listed:
    """Return what the list shows of a row."""
    return Listed(
        id=row.id, about=row.about, fact=row.fact, topic=row.topic, wrong=Wrong(row.wrong), language=row.language,
        state=State(row.state), times=row.times, sent_at=as_utc(row.sent_at), assigned_to=row.assigned_to,
    )  # fmt: skip


def opened(row: SuggestionRow) -> Suggestion:
    """Return a row with its text, opened. The address is not shown to anybody: letters are sent to it."""
    return Suggestion(
        listed(row), row.path, row.text, row.answer or "", row.email_sealed is not None, row.revision_id or ""
    )


def about(session: Session, id_: str) -> tuple[str, str]:
    """Return the path of the item that a suggestion is about, or nothing, and its topic. Raises NoSuggestionError."""
    found = session.execute(select(SuggestionRow.path, SuggestionRow.topic).where(SuggestionRow.id == id_)).first()
    if found is None:
        raise NoSuggestionError(id_)
    return found[0], found[1]


def in_state(
    session: Session, state: State, *, topics: Collection[str] | None, start: int, limit: int
) -> Sequence[Listed]:
    """Return the suggestions in a state, the oldest first; only those of `topics` where they are given."""
    query = select(SuggestionRow).where(SuggestionRow.state == state)
    if topics is not None:
        query = query.where(SuggestionRow.topic.in_(topics))
    query = query.order_by(SuggestionRow.sent_at, SuggestionRow.id).offset(start).limit(limit)
    return [listed(row) for row in session.scalars(query)]


def assigned_to(session: Session, account: str) -> Sequence[Listed]:
    """Return the open suggestions that somebody is to see to, the oldest first."""
    query = select(SuggestionRow).where(SuggestionRow.assigned_to == account, SuggestionRow.state.in_(OPEN))
    return [listed(row) for row in session.scalars(query.order_by(SuggestionRow.sent_at, SuggestionRow.id))]


def behind(session: Session, revision: str) -> Sequence[Listed]:
    """Return the suggestions that a revision is to put right, or has, the oldest first."""
    query = select(SuggestionRow).where(SuggestionRow.revision_id == revision)
    return [listed(row) for row in session.scalars(query.order_by(SuggestionRow.sent_at, SuggestionRow.id))]


def count_by_state(session: Session) -> Mapping[State, int]:
    """Return how many suggestions each state has."""
    query = select(SuggestionRow.state, func.count()).group_by(SuggestionRow.state)
    return {State(state): count for state, count in session.execute(query)}


def forget(session: Session, closed_before: datetime) -> int:
    """Delete what was closed before a moment; return how many suggestions."""
    closed = select(SuggestionRow.id).where(
        SuggestionRow.state.not_in(OPEN), SuggestionRow.changed_at < closed_before
    )  # fmt: skip
    ids = session.scalars(closed.limit(500).with_for_update(skip_locked=True)).all()
    session.execute(delete(SuggestionRow).where(SuggestionRow.id.in_(ids)))
    return len(ids)


def owners(session: Session) -> Mapping[str, frozenset[str]]:
    """Return who looks after each topic that somebody does."""
    found: dict[str, set[str]] = {}
    for topic, account in session.execute(select(TopicOwnerRow.topic, TopicOwnerRow.account)):
        found.setdefault(topic, set()).add(account)
    return {topic: frozenset(accounts) for topic, accounts in found.items()}


def add_owner(session: Session, topic: str, account: str) -> None:
    """Let somebody look after a topic."""
    if session.get(TopicOwnerRow, (topic, account)) is None:
        try:
            with session.begin_nested():
                session.add(TopicOwnerRow(topic=topic, account=account))
        except IntegrityError:
            return  # the same person's other tab was quicker


def remove_owner(session: Session, topic: str, account: str) -> None:
    """Let somebody look after a topic no more."""
    row = session.get(TopicOwnerRow, (topic, account))
    if row is not None:
        session.delete(row)
        session.flush()


def decided(session: Session, *, limit: int) -> list[tuple[str, bool]]:
    """Return (id, whether it is published) of suggestions whose draft is no draft any more."""
    over = (*LIVE, RevisionState.DISCARDED)
    query = (
        select(SuggestionRow.id, RevisionRow.state)
        .join(RevisionRow, RevisionRow.id == SuggestionRow.revision_id)
        .where(SuggestionRow.state == State.DRAFTED, RevisionRow.state.in_(over))
    )
    return [(id_, RevisionState(state) in LIVE) for id_, state in session.execute(query.limit(limit))]

"""The audit table: appended to at the end of the transaction of the deed; the database itself refuses all else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, Text, event, func, select, text
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from app.audit.model import Event, Record, checked, moment
from app.storage.engine import Table
from app.storage.sealed import vault_of

START = bytes(32)
"""What stands before the first record of the chain."""

_PENDING = "audit-pending"


class AuditRow(Table):
    """One record. `hash` chains it to the record before it with the ring's audit key."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40), index=True)
    event: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(Text, index=True)
    subject: Mapped[str] = mapped_column(Text, index=True)
    details: Mapped[dict[str, str]] = mapped_column(JSON)
    hash: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def record(self) -> Record:
        return Record(self.number, self.at, self.event, self.actor, self.subject, self.details)


_COLUMNS = (AuditRow.number, AuditRow.at, AuditRow.event, AuditRow.actor, AuditRow.subject, AuditRow.details)


@dataclass(frozen=True)
class Head:
    """The end of the chain: how many records there are, and the hash of the last."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


def read_head(text: str) -> Head:
    """Read what `str(head)` wrote. Raises ValueError."""
    number, _, hash_ = text.strip().partition(":")
    if len(hash_) != 2 * len(START):
        raise ValueError("no head")
    return Head(int(number), bytes.fromhex(hash_))


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found: how many records hold, and where and why it breaks (empty if it holds)."""

    records: int
    broken: str


@dataclass(frozen=True)
class _Pending:
    record: Record
    transaction: SessionTransaction | None


def append(
    session: Session, event_: Event, *, actor: str, subject: str, now: datetime, details: Mapping[str, str]
) -> None:
    """Keep a record for the end of this transaction: it is committed with the deed, or with it undone.

    Raises AuditError at once where the record breaks the vocabulary.
    """
    kept = checked(event_, actor=actor, subject=subject, details=details)
    record = Record(0, moment(now), event_.value, actor, subject, dict(kept))
    transaction = session.get_nested_transaction() or session.get_transaction()
    session.info.setdefault(_PENDING, []).append(_Pending(record, transaction))


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    # The chain is locked last and for a moment only: taken earlier, two deeds could wait for each other for ever.
    pending: list[_Pending] = session.info.get(_PENDING, [])
    if not pending or session.in_nested_transaction():
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
    vault, last = vault_of(session), head(session)
    for waiting in pending:
        record = replace(waiting.record, number=last.number + 1)
        last = Head(record.number, vault.link(last.hash, bytes(record)))
        session.add(
            AuditRow(
                number=record.number, at=record.at, event=record.event, actor=record.actor, subject=record.subject,
                details=dict(record.details), hash=last.hash,
            )
        )  # fmt: skip
    session.flush()
    pending.clear()


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    # A failed flush is told as the end of its own inner transaction: what was undone is the savepoint around it.
    while not undone.nested and undone.parent is not None:
        undone = undone.parent
    pending: list[_Pending] = session.info.get(_PENDING, [])
    pending[:] = [waiting for waiting in pending if undone not in _around(waiting.transaction)]


def _around(transaction: SessionTransaction | None) -> Iterator[SessionTransaction]:
    """Yield a transaction and those that it stands in: a savepoint undone undoes those released inside it, too."""
    while transaction is not None:
        yield transaction
        transaction = transaction.parent


def head(session: Session) -> Head:
    """Return the end of the chain."""
    last = session.execute(select(AuditRow.number, AuditRow.hash).order_by(AuditRow.number.desc()).limit(1)).first()
    return Head(last.number, last.hash) if last else Head(0, START)


def verify(session: Session, *, known: Head | None = None) -> Verdict:
    """Follow the chain from its start. `known` is a head noted earlier, which must still stand where it stood.

    The first record that was changed, removed, added or moved is named. Records cut off at the end are seen only
    against a `known` head: note one outside the database every day.
    """
    vault, last = vault_of(session), Head(0, START)
    # Plain columns: rows of the session would cost as much again as the chain itself.
    query = select(*_COLUMNS, AuditRow.hash).order_by(AuditRow.number).execution_options(yield_per=1000)
    for found in session.execute(query):
        row = Record(found.number, found.at, found.event, found.actor, found.subject, found.details)
        if row.number != last.number + 1:
            return Verdict(last.number, f"record {last.number + 1} is missing")
        if vault.link(last.hash, bytes(row)) != found.hash:
            return Verdict(last.number, f"record {row.number} was changed, or does not follow the one before it")
        last = Head(row.number, found.hash)
        if known and known.number == last.number and known.hash != last.hash:
            return Verdict(last.number, f"record {row.number} is not the one whose head was noted")
    if known and known.number > last.number:
        return Verdict(last.number, f"the chain ends at {last.number}, but a head was noted at {known.number}")
    return Verdict(last.number, "")


@dataclass(frozen=True)
class Wanted:
    """Which records are asked for. Empty means any; the moment `since` is included, the moment `until` is not."""

    actor: str = ""
    subject: str = ""
    event: str = ""
    since: datetime | None = None
    until: datetime | None = None


def records(session: Session, wanted: Wanted, *, before: int = 0, limit: int = 100) -> Iterator[Record]:
    """Yield records, newest first, at most `limit`, older than number `before` where that is given."""
    query = select(AuditRow).order_by(AuditRow.number.desc()).limit(limit)
    for row in session.scalars(_filtered(query, wanted, before)):
        yield row.record


def count(session: Session, wanted: Wanted) -> int:
    """Return how many records there are."""
    return session.scalar(_filtered(select(func.count()).select_from(AuditRow), wanted, 0)) or 0


def actors(session: Session) -> list[str]:
    """Return everybody who stands in the record, in order."""
    # One step of the index for each actor. DISTINCT would read the index from end to end, a million records long.
    first = select(func.min(AuditRow.actor).label("actor")).cte("each", recursive=True)
    following = select(func.min(AuditRow.actor)).where(AuditRow.actor > first.c.actor).scalar_subquery()
    each = first.union_all(select(following).where(first.c.actor.is_not(None)))
    return sorted(session.scalars(select(each.c.actor).where(each.c.actor.is_not(None))))


def by_event(session: Session, events: Collection[Event], *, since: datetime) -> list[Record]:
    """Return the records of `events` from the moment `since` on, the oldest first."""
    wanted = [event_.value for event_ in events]
    query = select(*_COLUMNS).where(AuditRow.at >= moment(since), AuditRow.event.in_(wanted)).order_by(AuditRow.number)
    return [Record(*row) for row in session.execute(query)]


def records_on(
    session: Session, subjects: Collection[str], events: Collection[Event], *, before: int = 0, limit: int = 100
) -> list[Record]:
    """Return records of these events on any of the subjects, newest first, at most `limit`, older than `before`."""
    query = _on(select(*_COLUMNS), subjects, events).order_by(AuditRow.number.desc()).limit(limit)
    if before:
        query = query.where(AuditRow.number < before)
    return [Record(*row) for row in session.execute(query)]


def actors_on(session: Session, subjects: Collection[str], events: Collection[Event]) -> list[str]:
    """Return who stands in the record with these events on any of the subjects, in the order of their coming."""
    query = _on(select(AuditRow.actor), subjects, events).group_by(AuditRow.actor)
    return list(session.scalars(query.order_by(func.min(AuditRow.number))))


def _on(query: Any, subjects: Collection[str], events: Collection[Event]) -> Any:
    return query.where(AuditRow.subject.in_(subjects), AuditRow.event.in_([event_.value for event_ in events]))


def _filtered(query: Any, wanted: Wanted, before: int) -> Any:
    for name in ("actor", "subject", "event"):
        if value := getattr(wanted, name):
            query = query.where(getattr(AuditRow, name) == value)
    if wanted.since:
        query = query.where(AuditRow.at >= moment(wanted.since))
    if wanted.until:
        query = query.where(AuditRow.at < moment(wanted.until))
    return query.where(AuditRow.number < before) if before else query

"""The outbox table: jobs put in with the deed that asks for them, leased by workers, done, tried again, or dead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, DateTime, Index, String, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.dates import as_utc
from app.outbox.model import BATCH, KEPT, LEASE, TRIES, Job, Kind, Lease, Listed, State, Task
from app.storage.engine import Table
from app.storage.sealed import SealedBytes, new_id, vault_of
from app.storage.vault import Place, Vault


class LeaseLostError(Exception):
    """The lease has ended and the job is somebody else's, or done: leave it alone."""


class NotDeadError(Exception):
    """There is no dead job of this id."""


class JobRow(Table):
    """One job. `not_before` is when a worker may take it: while it is leased, when the lease ends.

    What is personal (the recipient, the details) is in `content_sealed`; it is gone once the job is done.
    `begun_at` is set while a try runs: found at the end of a lease, it tells that the try was cut off.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_not_before", "state", "not_before"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    content_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    state: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    not_before: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    lease: Mapped[str | None] = mapped_column(String(120))
    begun_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    tries: Mapped[int]
    reason: Mapped[str] = mapped_column(String(80))


def put(session: Session, kind: Kind | Task, content: str, *, key: str, now: datetime, not_before: datetime) -> str:
    """Put a job in and return its id. Where `key` is known already nothing is added: the id is that of the first.

    Two transactions that bring the same key at once wait for each other; neither fails.
    """
    id_ = new_id()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "id": id_, "kind": kind.value, "key": key, "content_sealed": vault_of(session).seal(content, _place(id_)),
        "state": State.WAITING.value, "created_at": as_utc(now), "not_before": as_utc(not_before),
        "tries": 0, "reason": "",
    }  # fmt: skip
    unless_known = insert(JobRow).values(row).on_conflict_do_nothing(index_elements=["key"])
    added = session.scalar(unless_known.returning(JobRow.id))
    return added or session.scalars(select(JobRow.id).where(JobRow.key == key)).one()


def has_due(session: Session, *, now: datetime) -> bool:
    """Say whether a worker would find a job to take. It locks nothing, so it may be asked every second."""
    return session.scalars(select(JobRow.id).where(_due(now)).limit(1)).first() is not None


def lease(session: Session, *, worker: str, now: datetime) -> list[Lease]:
    """Take up to `BATCH` jobs that are due, or whose lease has ended; no other worker gets them until this one ends.

    `worker` names the taker for the operator. A job that was cut off in its last try is dead instead.
    """
    rows = session.scalars(
        # SQLite has no row locks and ignores this: there a transaction that writes keeps all other writers out.
        select(JobRow).where(_due(now)).order_by(JobRow.not_before).limit(BATCH).with_for_update(skip_locked=True)
    ).all()
    token = f"{worker[:80]}/{new_id()}"
    taken = []
    for row in rows:
        if row.tries >= TRIES:
            _bury(row, "cut off again and again", now)
            continue
        row.state, row.lease, row.not_before = State.LEASED.value, token, as_utc(now) + LEASE
        taken.append(Lease(row.id, row.kind, token))
    return taken


def begin(session: Session, held: Lease, *, now: datetime) -> Job:
    """Mark that a try begins now, lease the job anew for it, and return it. Raises LeaseLostError.

    Commit before the deed: a try that takes the worker down is counted all the same.
    """
    row = _held(session, held)
    is_in_doubt = row.begun_at is not None
    row.tries, row.begun_at, row.not_before = row.tries + 1, as_utc(now), as_utc(now) + LEASE
    return Job(row.id, row.kind, as_utc(row.created_at), row.tries, is_in_doubt, row.content_sealed or b"")


def content_of(vault: Vault, job: Job) -> str:
    """Return what was put in with a job. Raises SealError where the key ring does not open it."""
    return vault.open(job.sealed, _place(job.id))


def complete(session: Session, held: Lease, *, now: datetime) -> None:
    """Mark a job as done and let go of its content. A deed done is done: it counts whoever holds the lease by now."""
    row = _locked(session, held.id)
    if row is not None and row.state != State.DONE:
        row.state, row.content_sealed, row.ended_at = State.DONE.value, None, as_utc(now)
        row.lease = row.begun_at = None
        row.reason = ""


def put_off(session: Session, held: Lease, *, reason: str, again_at: datetime | None, now: datetime) -> None:
    """Note that a try has failed: again at `again_at`, or dead where that is None. Raises LeaseLostError."""
    row = _held(session, held)
    if again_at is None:
        _bury(row, reason, now)
        return
    row.state, row.not_before, row.reason = State.WAITING.value, as_utc(again_at), reason[:80]
    row.lease = row.begun_at = None


def give_back(session: Session, held: Sequence[Lease], *, now: datetime) -> None:
    """Give back jobs that were leased and not begun: another worker may take them at once."""
    for one in held:
        session.execute(
            update(JobRow)
            .where(JobRow.id == one.id, JobRow.lease == one.token, JobRow.state == State.LEASED.value)
            .values(state=State.WAITING.value, not_before=as_utc(now), lease=None)
        )


def dead(session: Session) -> list[Listed]:
    """Return all dead jobs, oldest first."""
    query = select(JobRow).where(JobRow.state == State.DEAD.value).order_by(JobRow.created_at, JobRow.id)
    return [
        Listed(row.id, row.kind, State(row.state), as_utc(row.created_at), row.tries, row.reason)
        for row in session.scalars(query)
    ]


def counts(session: Session) -> dict[tuple[str, State], int]:
    """Count the jobs by kind and state."""
    query = select(JobRow.kind, JobRow.state, func.count()).group_by(JobRow.kind, JobRow.state)
    return {(kind, State(state)): number for kind, state, number in session.execute(query.order_by(JobRow.kind))}


def revive(session: Session, id_: str, *, now: datetime) -> str:
    """Let a dead job wait anew, all its tries before it, and return its kind. Raises NotDeadError."""
    row = _dead(session, id_)
    row.state, row.tries, row.not_before, row.ended_at, row.lease = State.WAITING.value, 0, as_utc(now), None, None
    return row.kind


def drop(session: Session, id_: str) -> str:
    """Remove a dead job with all it holds, and return its kind. Raises NotDeadError."""
    row = _dead(session, id_)
    session.delete(row)
    return row.kind


def forget_done(session: Session, *, now: datetime) -> None:
    """Remove the emptied rows of jobs done more than `KEPT` ago. Their idempotency keys are free again."""
    session.execute(delete(JobRow).where(JobRow.state == State.DONE.value, JobRow.ended_at < as_utc(now) - KEPT))


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(JobRow.state.in_((State.WAITING.value, State.LEASED.value)), JobRow.not_before <= as_utc(now))


def _locked(session: Session, id_: str) -> JobRow | None:
    return session.scalars(select(JobRow).where(JobRow.id == id_).with_for_update()).first()


def _held(session: Session, held: Lease) -> JobRow:
    row = _locked(session, held.id)
    if row is None or row.state != State.LEASED or row.lease != held.token:
        raise LeaseLostError(held.id)
    return row


def _dead(session: Session, id_: str) -> JobRow:
    row = _locked(session, id_)
    if row is None or row.state != State.DEAD:
        raise NotDeadError(id_)
    return row


def _bury(row: JobRow, reason: str, now: datetime) -> None:
    row.state, row.reason, row.ended_at = State.DEAD.value, reason[:80], as_utc(now)
    row.lease = row.begun_at = None


def _place(id_: str) -> Place:
    return Place(JobRow.__tablename__, "content_sealed", id_)

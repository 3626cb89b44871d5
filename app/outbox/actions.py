"""Putting a mail or a task into the outbox with the deed that asks for it; trying a dead one again; dropping it."""

from __future__ import annotations

from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.outbox.model import Message, Task, checked_key
from app.outbox.store import drop, put, revive
from app.storage.engine import Session


def enqueue(session: Session, message: Message, *, key: str, now: datetime, not_before: datetime | None = None) -> str:
    """Have `message` sent after this transaction is committed, and only then; return the id of its job.

    It never commits. `key` names the deed, as in ``reset:TOKEN-ID``: however often a deed is repeated, its mail is sent
    once. It stands in clear for 90 days after, so it is a reference and nothing personal. Raises MessageError.
    """
    return put(session, message.kind, message.as_text(), key=checked_key(key), now=now, not_before=not_before or now)


def assign(session: Session, task: Task, subject: str, *, key: str, now: datetime) -> str:
    """Have `task` done on `subject`, a reference such as ``entry:12``, after this transaction is committed.

    Returns the id of its job. It never commits; `key` names the deed as in `enqueue`. Raises MessageError.
    """
    return put(session, task, subject, key=checked_key(key), now=now, not_before=now)


def retry(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """Try a dead job again as if it were new. Raises NotDeadError."""
    revive(session, id_, now=now)
    record(session, Event.MESSAGE_RETRIED, actor=actor, subject=f"message:{id_}", now=now)


def discard(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """Drop a dead job with the address and the details it holds: it is never sent. Raises NotDeadError."""
    drop(session, id_)
    record(session, Event.MESSAGE_DROPPED, actor=actor, subject=f"message:{id_}", now=now)

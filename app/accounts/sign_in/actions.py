"""What signing in does: beginning and ending sign-ins, counting refusals, recording both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from app.accounts import store
from app.accounts.actions import tell
from app.accounts.lockout import WAIT, after_refusal, is_locked
from app.accounts.timeout import Limits, ends_at, over
from app.audit.actions import record
from app.audit.model import Event
from app.kernel.dates import as_utc
from app.outbox.model import Kind
from app.storage.engine import Session

COARSE = timedelta(seconds=30)
"""A click is noted at most this often: fewer writes, and a sign-in ends at most this much too early."""

VISITOR = "visitor"
"""How the audit names somebody who has not proved who they are."""


class UnknownSignInError(LookupError):
    """The account has no such sign-in, or it has ended."""


@dataclass(frozen=True)
class OwnSignIn:
    """A sign-in as its owner sees it; `is_this` marks the device in hand."""

    id: str
    device: str
    started_at: datetime
    seen_at: datetime
    is_this: bool


def begin(session: Session, account: store.AccountRow, *, device: str, factor: str, now: datetime) -> str:
    """Begin a sign-in and return its id. `factor` is the second one that was used, or "password"."""
    row = store.add_sign_in(session, account.id, device=device, now=now)
    account.signed_in_at = now
    store.forget_old_refusals(session, now - WAIT)
    _record(session, Event.SIGNED_IN, account.id, now, factor=factor)
    return row.id


def begin_anew(session: Session, account: store.AccountRow, old: str, *, device: str, now: datetime) -> str:
    """Put a fresh sign-in in the place of `old` (after a change of the password) and return its id."""
    store.end_sign_in(session, account.id, old, now)
    return store.add_sign_in(session, account.id, device=device, now=now).id


def lasts(session: Session, account: str, id_: str, *, limits: Limits, now: datetime, click: bool) -> str:
    """Return "" while the sign-in lasts, else why it is over: "idle", "absolute", "ended".

    `click` says that the person did something, which keeps the sign-in going.
    """
    row = store.find_sign_in(session, account, id_)
    if row is None:
        return "ended"
    started, seen = as_utc(row.started_at), as_utc(row.seen_at)
    why = over(started, seen, limits, now)
    if why is not None:
        store.end_sign_in(session, account, id_, now)
        _record(session, Event.SIGN_IN_REVOKED, account, now, reason=why.value)
        return why.value
    if click and now - seen >= COARSE:
        row.seen_at = now
    return ""


def left(session: Session, account: str, id_: str, *, limits: Limits, now: datetime) -> timedelta:
    """Return how long the sign-in lasts without another click; nothing where it is over."""
    row = store.find_sign_in(session, account, id_)
    if row is None:
        return timedelta()
    return max(ends_at(as_utc(row.started_at), as_utc(row.seen_at), limits) - now, timedelta())


def sign_out(session: Session, account: str, id_: str, *, now: datetime) -> None:
    """End this sign-in because its owner asks for it."""
    if store.end_sign_in(session, account, id_, now):
        _record(session, Event.SIGNED_OUT, account, now)


def revoke(session: Session, account: str, id_: str, *, now: datetime) -> None:
    """End one of one's own sign-ins. Raises UnknownSignInError."""
    if not store.end_sign_in(session, account, id_, now):
        raise UnknownSignInError(id_)
    _record(session, Event.SIGN_IN_REVOKED, account, now, reason="own")


def revoke_others(session: Session, account: str, this: str, *, reason: str, now: datetime) -> None:
    """End every sign-in of an account but `this` (empty: all)."""
    if store.end_other_sign_ins(session, account, this, now):
        _record(session, Event.SIGN_IN_REVOKED, account, now, reason=reason)


def own_sign_ins(session: Session, account: str, this: str, *, limits: Limits, now: datetime) -> Sequence[OwnSignIn]:
    """Return the sign-ins of an account that last, this device first, then the newest."""
    found = [
        OwnSignIn(row.id, row.device, as_utc(row.started_at), as_utc(row.seen_at), row.id == this)
        for row in store.open_sign_ins(session, account)
        if over(as_utc(row.started_at), as_utc(row.seen_at), limits, now) is None
    ]
    return sorted(found, key=lambda signed: not signed.is_this)


def locked(session: Session, kind: str, key: str, *, now: datetime) -> bool:
    """Say whether attempts of a `kind` on `key` are not looked at now; others on the same key wait for this one."""
    return is_locked(store.refusals(session, kind, key), now)


def refuse(session: Session, kind: str, key: str, *, subject: str, now: datetime) -> bool:
    """Count a refused attempt and record it. `subject` is the id of an account, or "unknown".

    Returns whether this was the last that is borne for a while.
    """
    refusals = after_refusal(store.refusals(session, kind, key), now)
    store.keep_refusals(session, kind, key, refusals)
    record_refusal(session, subject, reason=kind, now=now)
    return is_locked(refusals, now)


def count(session: Session, kind: str, key: str, *, now: datetime) -> None:
    """Count an attempt that may be made only so often, without calling it refused."""
    store.keep_refusals(session, kind, key, after_refusal(store.refusals(session, kind, key), now))


def record_refusal(session: Session, subject: str, *, reason: str, now: datetime) -> None:
    """Record a refused attempt without counting it."""
    record(session, Event.SIGN_IN_REFUSED, actor=VISITOR, subject=f"account:{subject}", now=now, reason=reason)


def forgive(session: Session, kind: str, key: str) -> None:
    """Forget the refusals: the person has proved who they are."""
    store.forget_refusals(session, kind, key)


def warn_of_lock(session: Session, account: store.AccountRow, *, path: str, now: datetime) -> None:
    """Write to the owner that wrong passwords were tried until no more were looked at, and until when."""
    tell(
        session, account, Kind.ACCOUNT_LOCKED, deed=f"{now:%Y%m%dT%H%M%S}", now=now,
        path=path, until=(now + WAIT).isoformat(),
    )  # fmt: skip


def warn_of_new_device(
    session: Session, account: store.AccountRow, sign_in: str, *, device: str, path: str, now: datetime
) -> None:
    """Write to the owner that somebody signed in on a device on which nobody had before."""
    tell(
        session, account, Kind.ACCOUNT_NEW_SIGN_IN, deed=sign_in, now=now, path=path, at=now.isoformat(), device=device
    )


def warn_of_change(session: Session, account: store.AccountRow, kind: Kind, *, path: str, now: datetime) -> None:
    """Write to the owner that the password or the second factor is a new one; `kind` says which."""
    tell(session, account, kind, deed=f"{now:%Y%m%dT%H%M%S}", now=now, path=path, at=now.isoformat())


def send_reset(session: Session, account: store.AccountRow, *, path: str, until: datetime, now: datetime) -> None:
    """Send the link by which a new password is chosen; every asking has a link of its own."""
    deed = sha256(path.encode()).hexdigest()[:32]
    tell(session, account, Kind.ACCOUNT_PASSWORD_RESET, deed=deed, now=now, path=path, until=until.isoformat())


def password_changed(session: Session, account: str, this: str, *, now: datetime) -> None:
    """Record a new password and end every other sign-in."""
    _record(session, Event.PASSWORD_CHANGED, account, now)
    revoke_others(session, account, this, reason="password", now=now)


def reset_asked(session: Session, subject: str, *, now: datetime) -> None:
    """Record that a new password was asked for. `subject` is the id of an account, or "unknown"."""
    record(session, Event.PASSWORD_RESET_ASKED, actor=VISITOR, subject=f"account:{subject}", now=now)


def factor_changed(session: Session, account: str, change: str, *, now: datetime) -> None:
    """Record what became of the second factor: "totp-set", "passkey-added", "recovery-code-used" ..."""
    _record(session, Event.SECOND_FACTOR_CHANGED, account, now, change=change)


def speak(session: Session, account: str, language: str, *, now: datetime) -> None:
    """Let letters to an account be written in `language`."""
    row = store.lock_account(session, account)
    if row is not None and row.language != language:
        row.language = language
        _record(session, Event.ACCOUNT_CHANGED, account, now, field="language")


def _record(session: Session, event: Event, account: str, now: datetime, **details: str) -> None:
    reference = f"account:{account}"
    record(session, event, actor=reference, subject=reference, now=now, **details)

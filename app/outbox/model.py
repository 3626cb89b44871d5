"""Messages and jobs: the closed vocabulary of kinds, what each must say, how a job lives, when it is tried again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.kernel.languages import PUBLIC


class Kind(StrEnum):
    """The mails that are sent after commit. One takes a line here, one in `REQUIRED`, and a template."""

    ACCOUNT_INVITATION = "account.invitation"
    ACCOUNT_PASSWORD_RESET = "account.password-reset"  # noqa: S105 (the name of a kind)
    ACCOUNT_PASSWORD_CHANGED = "account.password-changed"  # noqa: S105 (the name of a kind)
    ACCOUNT_SECOND_FACTOR_CHANGED = "account.second-factor-changed"
    ACCOUNT_NEW_SIGN_IN = "account.new-sign-in"
    ACCOUNT_LOCKED = "account.locked"
    REQUEST_RECEIVED = "request.received"
    REQUEST_NEWS = "request.news"
    REQUEST_STILL_OPEN = "request.still-open"
    CASE_NEWS = "case.news"
    OWNER_CONFIRMATION = "owner.confirmation"
    SUGGESTION_ANSWERED = "suggestion.answered"
    SUGGESTION_DECLINED = "suggestion.declined"
    SUGGESTION_MERGED = "suggestion.merged"
    CASE_TO_BE_ERASED = "case.to-be-erased"
    REFERRAL_ASKED = "referral.asked"
    REFERRAL_REMINDED = "referral.reminded"
    REFERRAL_SUPPLIED = "referral.supplied"
    REFERRAL_OVER = "referral.over"
    REFERRAL_WITHDRAWN = "referral.withdrawn"
    REFERRAL_NEWS = "referral.news"


class Task(StrEnum):
    """What else is done after commit, on the database alone. Each is given the reference of what it is about."""

    ENTRY_CHANGED = "entry.changed"
    """An entry of the register may say something else than it did, or an extract on it was issued just now."""
    CONSENT_WITHDRAWN = "consent.withdrawn"
    """A family agrees to less than it did: what was sent to others under it may have to end."""


REQUIRED: Mapping[Kind, frozenset[str]] = {
    Kind.ACCOUNT_INVITATION: frozenset({"path", "until"}),
    Kind.ACCOUNT_PASSWORD_RESET: frozenset({"path", "until"}),
    Kind.ACCOUNT_PASSWORD_CHANGED: frozenset({"path", "at"}),
    Kind.ACCOUNT_SECOND_FACTOR_CHANGED: frozenset({"path", "at"}),
    Kind.ACCOUNT_NEW_SIGN_IN: frozenset({"path", "at", "device"}),
    Kind.ACCOUNT_LOCKED: frozenset({"path", "until"}),
    Kind.REQUEST_RECEIVED: frozenset({"path", "reference"}),
    Kind.REQUEST_NEWS: frozenset({"path", "reference"}),
    Kind.REQUEST_STILL_OPEN: frozenset({"path", "reference"}),
    Kind.CASE_NEWS: frozenset({"path", "reference"}),
    Kind.OWNER_CONFIRMATION: frozenset({"path", "until"}),
    Kind.SUGGESTION_ANSWERED: frozenset({"path", "words"}),
    Kind.SUGGESTION_DECLINED: frozenset({"path", "words"}),
    Kind.SUGGESTION_MERGED: frozenset({"path"}),
    Kind.CASE_TO_BE_ERASED: frozenset({"path", "until"}),
    Kind.REFERRAL_ASKED: frozenset({"path", "until"}),
    Kind.REFERRAL_REMINDED: frozenset({"path", "until"}),
    Kind.REFERRAL_SUPPLIED: frozenset({"path", "until"}),
    Kind.REFERRAL_OVER: frozenset({"path", "at"}),
    Kind.REFERRAL_WITHDRAWN: frozenset({"path", "at"}),
    Kind.REFERRAL_NEWS: frozenset({"path", "reference"}),
}
"""The details that a mail must carry; it may carry no others.

`path` leads to a page of this site and is joined to the site's own address when the mail is written: a mail can lead
nowhere else, whatever host the request that asked for it named. `until` and `at` are moments as ISO text with their
offset, `device` a few words, `reference` that of a request or a case, `words` what an editor answers a reader.
"""

_PATH = re.compile(r"/(?!/)[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*")
_REFERENCE = re.compile(r"[0-9A-Z]{2,12}(?:-[0-9A-Z]{2,12}){0,4}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/=-]{0,119}")
_LOCAL_PART = re.compile(r"""[^\s<>(),;:"\[\]\\@]{1,64}""")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)

LEASE = timedelta(minutes=5)
"""How long one try may take. It is longer than the time-outs of all senders together, so only a dead worker's ends."""

BATCH = 10
"""How many jobs a worker leases at once."""

TRIES = 25
"""A job that failed so often, over about three days, is dead: a relay that is down over a weekend loses nothing."""

_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=4)

KEPT = timedelta(days=90)
"""How long a done job's row, emptied of its content, keeps its idempotency key."""


class MessageError(Exception):
    """A message or its key breaks the vocabulary. The error names what is wrong, and never shows a value."""


class DeedError(Exception):
    """A deed was not done. `reason` is a few words for the operator without personal data, such as ``550 at RCPT``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RefusedError(DeedError):
    """It never will be: the same try would fail again. The job is dead at once."""


class PutOffError(DeedError):
    """Not now, but perhaps later."""


class UnavailableError(DeedError):
    """Nothing of the kind can be done now: whoever does it is out of reach or refuses us. Others need not be tried."""


class State(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True)
class Message:
    """A mail to be written. Raises MessageError where it breaks the vocabulary. Its `repr` shows its kind only."""

    kind: Kind
    to: str = field(repr=False)
    language: str = field(repr=False)
    details: Mapping[str, str] = field(repr=False)

    def __post_init__(self) -> None:
        ascii_address(self.to)
        if self.language not in PUBLIC:
            raise MessageError(f"{self.kind}: no public language")
        missing, unknown = REQUIRED[self.kind] - self.details.keys(), self.details.keys() - REQUIRED[self.kind]
        if missing or unknown:
            raise MessageError(f"{self.kind}: missing {sorted(missing)}, unknown {sorted(unknown)}")
        for name, value in self.details.items():
            if not _fits(name, value):
                raise MessageError(f"{self.kind}: {name} cannot stand in a mail")

    def as_text(self) -> str:
        """Return what a job keeps of it, as JSON; the kind stands beside."""
        whole = {"to": self.to, "language": self.language, "details": dict(self.details)}
        return json.dumps(whole, ensure_ascii=False, sort_keys=True)

    @classmethod
    def read(cls, kind: Kind, text: str) -> Message:
        """Read what `as_text` wrote."""
        return cls(kind, **json.loads(text))


def _fits(name: str, value: str) -> bool:
    match name:
        case "path":
            return len(value) <= 500 and _PATH.fullmatch(value) is not None
        case "reference":
            return _REFERENCE.fullmatch(value) is not None
        case "until" | "at":
            try:
                return datetime.fromisoformat(value).tzinfo is not None
            except ValueError:
                return False
        case "words":
            return 0 < len(value) <= 2_000 and all(line.isprintable() for line in value.split("\n"))
        case _:
            return 0 < len(value) <= 80 and value.isprintable()


def ascii_address(address: str) -> str:
    """Return one e-mail address with its domain in ASCII (RFC 5891), as SMTP wants it; the part before @ is left.

    Raises MessageError for anything but exactly one plain address: nothing that could open a header or a command.
    """
    local_part, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    fits = address.isprintable() and _LOCAL_PART.fullmatch(local_part) and len(domain) <= 253
    if not fits or not all(_LABEL.fullmatch(label) for label in domain.split(".")):
        raise MessageError("the recipient is not one plain e-mail address")
    return f"{local_part}@{domain}"


def checked_key(key: str) -> str:
    """Return an idempotency key. Raises MessageError unless it is a short ASCII reference: it is kept in clear."""
    if not _KEY.fullmatch(key):
        raise MessageError("the key is no reference")
    return key


@dataclass(frozen=True)
class Lease:
    """A worker's right to one job. `token` is that of one lease: after it ended it opens nothing."""

    id: str
    kind: str
    token: str


@dataclass(frozen=True)
class Job:
    """A job whose try has begun. `tries` counts this one; `sealed` is its content, as the table keeps it.

    `is_in_doubt` says that an earlier try was cut off after it began: the deed may have been done already.
    """

    id: str
    kind: str
    created_at: datetime
    tries: int
    is_in_doubt: bool
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class Listed:
    """A job as the operator sees it: nothing in it is personal."""

    id: str
    kind: str
    state: State
    created_at: datetime
    tries: int
    reason: str


def next_try(tries: int, *, now: datetime, jitter: float) -> datetime | None:
    """Return when to try again after `tries` tries have failed, or None to give up.

    The pause doubles from half a minute to four hours, and is spread by a quarter either way with `jitter` from 0 to 1,
    so that what failed together does not come back together.
    """
    if tries >= TRIES:
        return None
    pause = min(_FIRST_PAUSE * 2.0 ** (tries - 1), _LONGEST_PAUSE)
    return now + pause * (0.75 + jitter / 2)

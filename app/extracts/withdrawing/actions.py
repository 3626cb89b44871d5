"""Withdrawing an extract that was issued in error, by another officer than who issued it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.accounts.model import apart
from app.audit.actions import record
from app.audit.model import Event
from app.documents.code import ExtractNumber
from app.extracts import store as filed
from app.extracts.actions import UnknownRequestError, tell_news
from app.extracts.desk.decision import Validity
from app.extracts.desk.store import issued_on
from app.extracts.request import Happened
from app.extracts.withdrawing import store
from app.extracts.withdrawing.withdrawal import Reason, Withdrawal
from app.kernel.dates import as_utc
from app.storage.engine import Session

LONGEST = 4000
"""Characters of the text to the applicant."""


class NothingIssuedError(LookupError):
    """No extract was issued on the request."""


class WithdrawnError(Exception):
    """The extract was withdrawn already."""


class NoReasonError(ValueError):
    """The text that says what was wrong is missing."""


@dataclass(frozen=True)
class Issued:
    """An issued extract as the desk and its applicant see its standing. `withdrawal` is None while it was not."""

    number: str
    issued_at: datetime
    issued_by: str
    validity: Validity
    is_outdated: bool
    withdrawal: Withdrawal | None


def withdraw(session: Session, id_: str, reason: Reason, text: str, *, actor: str, now: datetime) -> None:
    """Withdraw the extract that was issued on a request, once; the applicant is told by letter that there is news.

    Offices that verify it hear so from now on, and it is handed out no more. The request stays answered: what was
    wrong and what is next stands on its page. Whoever issued the extract cannot withdraw it: a family lives by it, and
    an error is not hidden by who made it. Any other supervisor can, also who proposed it: two of them are enough.
    Raises UnknownRequestError, NothingIssuedError, WithdrawnError, NoReasonError, FourEyesError.
    """
    text = text.strip()[:LONGEST]
    if not text:
        raise NoReasonError
    request = filed.lock_request(session, id_)
    if request is None:
        raise UnknownRequestError(id_)
    issued = store.lock_issued(session, id_)
    if issued is None:
        raise NothingIssuedError(id_)
    if issued.state == Validity.WITHDRAWN:
        raise WithdrawnError
    apart(issued.issued_by, actor)
    issued.state = Validity.WITHDRAWN.value
    store.add(session, issued.id, Withdrawal(reason, text, now, actor))
    filed.add_event(session, id_, Happened.EXTRACT_WITHDRAWN, now)
    subject = f"request:{request.reference}"
    record(session, Event.EXTRACT_WITHDRAWN, actor=actor, subject=subject, now=now, reason=reason.value)
    tell_news(session, request, deed=f"withdrawal:{issued.id}", now=now)


def issued(session: Session, id_: str) -> Issued | None:
    """Return the extract that was issued on a request with its standing, if there is one."""
    row = issued_on(session, id_)
    if row is None:
        return None
    return Issued(
        number=str(ExtractNumber(row.year, row.number)),
        issued_at=as_utc(row.issued_at),
        issued_by=row.issued_by,
        validity=Validity(row.state),
        is_outdated=row.outdated_at is not None and row.state == Validity.VALID,
        withdrawal=store.find(session, row.id),
    )

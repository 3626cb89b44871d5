"""Saying of an issued extract whether it holds, without saying on whom it was issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.audit.actions import record
from app.audit.model import Event
from app.documents.code import UnreadableNumberError, read_code, read_number
from app.extracts.actions import VISITOR
from app.extracts.desk import store
from app.extracts.desk.decision import Validity
from app.extracts.model import Purpose
from app.extracts.store import find_request
from app.extracts.withdrawing import store as withdrawals
from app.kernel.dates import as_utc
from app.kernel.reference import UnreadableReferenceError
from app.storage.engine import Session


class WrongCodeError(LookupError):
    """No extract has this number and this code. Which of the two is wrong is not said."""


@dataclass(frozen=True)
class Verified:
    """An issued extract as a stranger may see it: nothing of the person, nothing of the applicant."""

    number: str
    validity: Validity
    issued_at: datetime
    purposes: Sequence[Purpose]
    sha256: str
    withdrawn_at: datetime | None
    is_outdated: bool
    """Whether it still holds, but the register holds something else by now; what, is not said."""


def verify(session: Session, number: str, code: str, *, now: datetime) -> Verified:
    """Return the extract with this number and code, as typed or scanned; recorded, so that its holder can see it.

    Raises WrongCodeError.
    """
    try:
        asked, signs = read_number(number), read_code(code)
    except (UnreadableNumberError, UnreadableReferenceError):
        raise WrongCodeError from None
    row = store.find_by_code(session, signs)
    request = find_request(session, row.request_id) if row else None
    if row is None or request is None or (row.year, row.number) != (asked.year, asked.serial):
        raise WrongCodeError
    subject, extract = f"request:{request.reference}", f"extract:{asked}"
    record(session, Event.EXTRACT_VERIFIED, actor=VISITOR, subject=subject, now=now, extract=extract)
    withdrawal = withdrawals.find(session, row.id)
    return Verified(
        number=str(asked),
        validity=Validity(row.state),
        issued_at=as_utc(row.issued_at),
        purposes=[Purpose(code) for code in request.purposes.split()],
        sha256=row.sha256,
        withdrawn_at=withdrawal.withdrawn_at if withdrawal else None,
        is_outdated=row.outdated_at is not None and Validity(row.state) is Validity.VALID,
    )

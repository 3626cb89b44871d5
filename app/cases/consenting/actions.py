"""What is done with consents: recorded, asked of the family, withdrawn; and asked whether they cover a share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from app.audit.actions import record
from app.audit.model import Event
from app.cases import store as cases
from app.cases.actions import ClosedError, UnknownCaseError, Who, case_row, locked_case, told
from app.cases.consenting import store
from app.cases.consenting.consent import Consent, How, Share, Standing, Terms, Unfit, UnfitError, covers, unfit
from app.cases.model import Case, Happened, State
from app.directory.model import Directory, Need
from app.kernel.dates import KYIV
from app.outbox.actions import assign
from app.outbox.model import Task
from app.storage.engine import Session
from app.storage.files import OpenedFile, open_file, receive
from app.storage.shelf import Shelf
from app.storage.uploads import Accepted

LONGEST_WITNESS = 200
"""Characters of the name of a witness and how they are reached."""


class UnknownConsentError(LookupError):
    """The case has no such consent, or it has no paper."""


class MovedError(Exception):
    """The consent stands elsewhere by now: answered already, withdrawn, or over."""


def record_signed(
    session: Session, shelf: Shelf, id_: str, terms: Terms, scan: tuple[str, Accepted], *, directory: Directory,
    who: Who, now: datetime,
) -> str:  # fmt: skip
    """Record a consent that was signed, with its scan (name, file), and return its id.

    Raises UnfitError, what `locked_case` does, and ShelfUnreachableError.
    """
    row = _case_for(session, id_, terms, directory, who=who, now=now)
    name, accepted = scan
    file = receive(session, shelf, accepted, name=name, now=now)
    record(session, Event.FILE_RECEIVED, actor=who.reference, subject=f"file:{file}", now=now)
    added = store.add(session, row, terms, How.PAPER, by=who.reference, now=now, given=now, file=file)
    return _given(session, row, added, by=who.reference, now=now)


def record_spoken(
    session: Session, id_: str, terms: Terms, witness: str, *, directory: Directory, who: Who, now: datetime
) -> str:
    """Record a consent that was said before a witness, and return its id. Raises UnfitError and as `locked_case`."""
    witness = " ".join(witness.split())[:LONGEST_WITNESS]
    row = _case_for(session, id_, terms, directory, who=who, now=now, faults=[] if witness else [Unfit.NO_WITNESS])
    added = store.add(session, row, terms, How.SPOKEN, by=who.reference, now=now, given=now, witness=witness)
    return _given(session, row, added, by=who.reference, now=now)


def ask(session: Session, id_: str, terms: Terms, *, directory: Directory, who: Who, now: datetime) -> str:
    """Ask the family to agree on its own page, and return the id: nothing is covered before it has.

    Raises UnfitError and as `locked_case` does.
    """
    row = _case_for(session, id_, terms, directory, who=who, now=now)
    added = store.add(session, row, terms, How.OWN, by=who.reference, now=now, given=None)
    told(
        session, row, Happened.CONSENT_ASKED, Event.CONSENT_ASKED, by=who.reference, now=now, about=added.id,
        consent=added.id,
    )  # fmt: skip
    return added.id


def agree(session: Session, case: Case, consent: str, *, now: datetime) -> None:
    """Let the family agree to what it is asked. Raises UnknownConsentError, MovedError, ClosedError."""
    row, asked = _asked(session, case, consent, now)
    asked.given_at = now
    _given(session, row, asked, by=_family(row), now=now)


def refuse(session: Session, case: Case, consent: str, *, now: datetime) -> None:
    """Let the family refuse what it is asked. Raises as `agree` does."""
    row, asked = _asked(session, case, consent, now)
    asked.refused_at = now
    told(
        session, row, Happened.CONSENT_REFUSED, Event.CONSENT_REFUSED, by=_family(row), now=now, about=asked.id,
        consent=asked.id,
    )  # fmt: skip


def withdraw(session: Session, id_: str, consent: str, *, who: Who, now: datetime) -> None:
    """Withdraw a consent because the family said so; withdrawn already is no error. It covers nothing from now on.

    Raises UnknownConsentError and as `locked_case` does.
    """
    row = locked_case(session, id_, who=who)
    _withdraw(session, row, consent, by=who.reference, now=now)


def withdraw_own(session: Session, case: Case, consent: str, *, now: datetime) -> None:
    """Let the family withdraw a consent, or what it was asked, also when its case is closed.

    Withdrawn already is no error. Raises UnknownConsentError.
    """
    row = _own_row(session, case)
    _withdraw(session, row, consent, by=_family(row), now=now)


def covering(
    session: Session, case: cases.CaseRow, shares: Collection[Share], recipient: str, *, purpose: Need, now: datetime
) -> Consent:
    """Return the consent under which `shares` of a case may go to a body now. Raises NotCoveredError.

    Whoever shares holds the lock on the case (`locked_case`): a withdrawal then comes before the share or after it.
    Whoever shows to a receiver what was shared asks at each showing, and needs no lock.
    """
    return covers(consents_of(session, case.id), shares, recipient, purpose=purpose, on=_day(now))


def consents_of(session: Session, case: str) -> list[Consent]:
    """Return the consents of a case, the newest first."""
    return [store.consent_of(row) for row in store.consents(session, case)]


def witness_of(session: Session, case: str, consent: str) -> str:
    """Return before whom a consent was said, or nothing. Raises UnknownConsentError."""
    return _row(session, case, consent).witness or ""


def read_scan(session: Session, shelf: Shelf, id_: str, consent: str, *, who: Who, now: datetime) -> OpenedFile:
    """Return the scan of a consent; recorded. Raises UnknownCaseError, UnknownConsentError, and as files do."""
    case_row(session, id_, who=who)
    row = _row(session, id_, consent)
    if row.file_id is None:
        raise UnknownConsentError(consent)
    record(session, Event.FILE_READ, actor=who.reference, subject=f"file:{row.file_id}", now=now)
    return open_file(session, shelf, row.file_id)


def _case_for(
    session: Session, id_: str, terms: Terms, directory: Directory, *, who: Who, now: datetime,
    faults: Collection[Unfit] = (),
) -> cases.CaseRow:  # fmt: skip
    row = locked_case(session, id_, who=who)
    if found := [*unfit(terms, directory, today=_day(now)), *faults]:
        raise UnfitError(found)
    return row


def _given(session: Session, row: cases.CaseRow, consent: store.ConsentRow, *, by: str, now: datetime) -> str:
    session.flush()
    told(
        session, row, Happened.CONSENT_GIVEN, Event.CONSENT_GIVEN, by=by, now=now, about=consent.id,
        consent=consent.id, how=consent.how,
    )  # fmt: skip
    return consent.id


def _withdraw(session: Session, row: cases.CaseRow, consent: str, *, by: str, now: datetime) -> None:
    found = _row(session, row.id, consent)
    if found.withdrawn_at is not None:
        return
    found.withdrawn_at, found.withdrawn_by = now, by
    # What was sent under it ends at once for whoever would open it; whom it concerns is told after commit.
    assign(session, Task.CONSENT_WITHDRAWN, row.subject, key=f"consent-withdrawn:{consent}", now=now)
    told(
        session, row, Happened.CONSENT_WITHDRAWN, Event.CONSENT_WITHDRAWN, by=by, now=now, about=consent,
        consent=consent,
    )  # fmt: skip


def _asked(session: Session, case: Case, consent: str, now: datetime) -> tuple[cases.CaseRow, store.ConsentRow]:
    row = _own_row(session, case)
    if row.state != State.OPEN:
        raise ClosedError(case.id)
    found = _row(session, row.id, consent)
    if store.consent_of(found).standing(_day(now)) is not Standing.ASKED:
        raise MovedError(consent)
    return row, found


def _own_row(session: Session, case: Case) -> cases.CaseRow:
    row = cases.lock_case(session, case.id)
    if row is None or row.state == State.ERASED:
        raise UnknownCaseError(case.id)
    return row


def _row(session: Session, case: str, consent: str) -> store.ConsentRow:
    row = store.find(session, case, consent)
    if row is None:
        raise UnknownConsentError(consent)
    return row


def _family(row: cases.CaseRow) -> str:
    return f"family:{row.reference}"


def _day(now: datetime) -> date:
    return now.astimezone(KYIV).date()

"""What helpers do with a case: open it, write down what the family tells, share the work, close it, open it again."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from app.accounts.actions import people_of
from app.audit.actions import record
from app.audit.model import Event
from app.cases import store
from app.cases.model import (
    OF_FAMILY,
    OF_PERSON,
    Case,
    Closing,
    Happened,
    Helper,
    Line,
    Listed,
    Missing,
    State,
    checked,
    family_name,
)
from app.extracts import store as guessing
from app.extracts.actions import NotYetError, WrongPassphraseError
from app.extracts.draft import Answers, Page, as_text, claim, cut, phone_number, read_answers
from app.extracts.guesses import after_wrong, opens_at
from app.kernel.dates import KYIV, as_utc
from app.kernel.passphrase import fold_passphrase, new_passphrase
from app.kernel.reference import UnreadableReferenceError, new_reference, read_reference
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.sealed import new_id

PHRASE_SHOWN = timedelta(hours=1)
"""How long a fresh passphrase of a family's page can be read by the helper who hands it over."""

KEPT = timedelta(days=365)
"""How long a closed case is kept before it is erased."""

MOST_LISTED = 200
"""Cases of one list."""

MOST_MISSING = 10
"""People that one family looks for, in one case."""

_TRIES = 5


class UnknownCaseError(LookupError):
    """There is no such case for whoever asks: never made, another organisation's, another helper's, or erased."""


class ClosedError(Exception):
    """The case is closed: nothing is done with it any more."""


class NotClosedError(Exception):
    """The case is open, or erased: it cannot be opened again."""


class NobodyError(ValueError):
    """The account does not belong to the organisation, or may not sign in."""


class LastHelperError(Exception):
    """Nobody would help with the case any more. Hand it over, or close it."""


class LastMissingError(Exception):
    """Nobody would be missing any more. Close the case."""


class TooManyError(Exception):
    """A case holds `MOST_MISSING` people already."""


@dataclass(frozen=True)
class Who:
    """Who acts: the id of an account, its organisation, and whether it leads that organisation."""

    account: str
    organisation: str
    leads: bool

    @property
    def reference(self) -> str:
        """How the audit names them."""
        return f"account:{self.account}"


@dataclass(frozen=True)
class Opens:
    """What opens the family's own page."""

    reference: str
    passphrase: str = field(repr=False)


# Opening


def open_case(session: Session, answers: Answers, *, who: Who, is_training: bool, random: Random, now: datetime) -> str:
    """Open a case with what the family tells, and let `who` help with it; return its id.

    `answers` hold the pages of the family's contact and of one missing person. Raises UnheardError.
    """
    checked((*OF_FAMILY, *OF_PERSON), answers, today=_day(now))
    family, person = _pages(answers, OF_FAMILY), _pages(answers, OF_PERSON)
    language = family[Page.CONTACT]["language"]
    passphrase = new_passphrase(language, random)
    for _ in range(_TRIES):
        reference = new_reference(random)
        row = store.CaseRow(
            id=new_id(),
            organisation=who.organisation,
            reference=reference,
            state=State.OPEN.value,
            language=language,
            is_training=is_training,
            passphrase_index=store.passphrase_index(session, reference, fold_passphrase(passphrase)),
            passphrase_at=now,
            opened_at=now,
            changed_at=now,
        )
        try:
            store.add_case(session, row, passphrase=passphrase, answers=as_text(family))
            break
        except store.TakenError:
            continue
    else:
        raise RuntimeError("no free reference was found")
    store.add_missing(session, row, as_text(person))
    store.add_helper(session, row, who.account, now)
    _find_by_names(session, row)
    told(session, row, Happened.OPENED, Event.CASE_OPENED, by=who.reference, now=now)
    return row.id


def told(
    session: Session, row: store.CaseRow, what: Happened, event: Event, *, by: str, now: datetime, about: str = "",
    **details: str,
) -> None:  # fmt: skip
    """Write a line of the history and of the audit record at once."""
    store.add_line(session, row, what, by=by, now=now, about=about)
    record(session, event, actor=by, subject=row.subject, now=now, **details)


# Reading


def list_cases(session: Session, *, who: Who, state: State, typed: str = "", now: datetime) -> list[Listed]:
    """Return the cases that `who` helps with, or all of the organisation for whoever leads it; recorded.

    With `typed`, those in which every word of it is a name, a phone number or the reference. Closed cases are shown
    to whoever leads alone.
    """
    if state is not State.OPEN and not who.leads:
        return []
    ids = _found(session, who.organisation, typed)
    rows = store.cases(session, state, helper="" if who.leads else who.account, ids=ids, limit=MOST_LISTED)
    event = Event.CASES_LISTED if ids is None else Event.CASES_SEARCHED
    record(session, event, actor=who.reference, subject="cases", now=now, count=str(len(rows)))
    helping = store.helpers_of(session, [row.id for row in rows])
    return [_listed(row, helping[row.id]) for row in rows]


def read_case(session: Session, id_: str, *, who: Who, now: datetime) -> Case:
    """Return a case to whoever helps with it, or leads the organisation; recorded. Raises UnknownCaseError."""
    row = case_row(session, id_, who=who)
    record(session, Event.CASE_READ, actor=who.reference, subject=row.subject, now=now)
    return case_of(session, row, now=now)


def case_of(session: Session, row: store.CaseRow, *, now: datetime) -> Case:
    """Return a case as it stands, to somebody who may see it."""
    opened_at = as_utc(row.opened_at)
    return Case(
        id=row.id,
        reference=row.reference,
        organisation=row.organisation,
        state=State(row.state),
        language=row.language,
        is_training=row.is_training,
        answers=read_answers(row.answers or ""),
        missing=[Missing(one.id, read_answers(one.answers)) for one in store.missing(session, row.id)],
        helpers=[
            Helper(one.account, as_utc(one.since), as_utc(one.until) if one.until else None)
            for one in store.helpers(session, row.id)
        ],
        opened_at=opened_at,
        closed_at=as_utc(row.closed_at) if row.closed_at else None,
        closing=Closing(row.closing) if row.closing else None,
        erase_on=row.erase_on,
    )


def history(session: Session, case: Case) -> list[Line]:
    """Return what happened with a case, the newest first."""
    return [Line(as_utc(row.at), Happened(row.what), row.by, row.about) for row in store.lines(session, case.id)]


def case_row(session: Session, id_: str, *, who: Who) -> store.CaseRow:
    """Return the row of a case that `who` may see. Raises UnknownCaseError.

    A helper sees open cases only: access ends with the case, and when they help no more.
    """
    return _allowed(session, store.find_case(session, id_), who)


def locked_case(session: Session, id_: str, *, who: Who) -> store.CaseRow:
    """Return the row of an open case that `who` may change, locked. Raises UnknownCaseError, ClosedError."""
    row = _allowed(session, store.lock_case(session, id_), who)
    if row.state != State.OPEN:
        raise ClosedError(id_)
    return row


def _allowed(session: Session, row: store.CaseRow | None, who: Who) -> store.CaseRow:
    if row is None or row.state == State.ERASED:
        raise UnknownCaseError
    if not who.leads and (row.state != State.OPEN or not store.is_helper(session, row.id, who.account)):
        raise UnknownCaseError(row.id)
    return row


# What the family tells


def tell(session: Session, id_: str, answers: Answers, *, who: Who, now: datetime) -> None:
    """Put right who the family's contact is and how they are reached. Raises UnheardError and as `locked_case` does."""
    row = locked_case(session, id_, who=who)
    checked(OF_FAMILY, {**_first(session, row), **answers}, today=_day(now))
    row.answers, row.language = as_text(_pages(answers, OF_FAMILY)), answers[Page.CONTACT]["language"]
    _find_by_names(session, row)
    told(session, row, Happened.TOLD, Event.CASE_CHANGED, by=who.reference, now=now, part="contact")


def tell_of(session: Session, id_: str, missing: str, answers: Answers, *, who: Who, now: datetime) -> None:
    """Put right what is told of a missing person; with an empty `missing`, add one.

    Raises UnheardError, UnknownCaseError also where the person is not of this case, TooManyError, ClosedError.
    """
    row = locked_case(session, id_, who=who)
    checked(OF_PERSON, answers, today=_day(now))
    text = as_text(_pages(answers, OF_PERSON))
    if missing:
        person = store.find_missing(session, id_, missing)
        if person is None:
            raise UnknownCaseError(missing)
        person.answers, what = text, Happened.TOLD
    elif len(store.missing(session, id_)) >= MOST_MISSING:
        raise TooManyError
    else:
        missing, what = store.add_missing(session, row, text).id, Happened.PERSON_ADDED
    session.flush()
    _find_by_names(session, row)
    told(session, row, what, Event.CASE_CHANGED, by=who.reference, now=now, about=missing, part="person")


def remove_missing(session: Session, id_: str, missing: str, *, who: Who, now: datetime) -> None:
    """Take a person out of a case; gone already is no error. Raises LastMissingError and as `locked_case` does."""
    row = locked_case(session, id_, who=who)
    person = store.find_missing(session, id_, missing)
    if person is None:
        return
    if len(store.missing(session, id_)) == 1:
        raise LastMissingError
    store.remove_missing(session, person)
    _find_by_names(session, row)
    told(session, row, Happened.PERSON_REMOVED, Event.CASE_CHANGED, by=who.reference, now=now, part="person")


# Who helps


def hand_over(session: Session, id_: str, account: str, *, who: Who, now: datetime) -> None:
    """Let another person of the organisation help in the place of `who`; the history stays with the case.

    Raises NobodyError, UnknownCaseError, ClosedError.
    """
    join(session, id_, account, who=who, now=now)
    if account != who.account and store.is_helper(session, id_, who.account):
        leave(session, id_, who.account, who=who, now=now)


def join(session: Session, id_: str, account: str, *, who: Who, now: datetime) -> None:
    """Let a person of the organisation help, too; who does already goes on. Raises NobodyError and as `locked_case`."""
    row = locked_case(session, id_, who=who)
    if account not in {person.id for person in people_of(session, who.organisation) if person.standing.active}:
        raise NobodyError(account)
    if not store.is_helper(session, id_, account):
        store.add_helper(session, row, account, now)
        told(session, row, Happened.HELPER_JOINED, Event.CASE_SHARED, by=who.reference, now=now, about=account)


def leave(session: Session, id_: str, account: str, *, who: Who, now: datetime) -> None:
    """Let a person help no more: they find the case no longer. Raises LastHelperError and as `locked_case` does."""
    row = locked_case(session, id_, who=who)
    others = [one for one in store.helpers(session, id_) if one.until is None and one.account != account]
    if not others:
        raise LastHelperError
    if store.end_helper(session, id_, account, now):
        told(session, row, Happened.HELPER_LEFT, Event.CASE_LEFT, by=who.reference, now=now, about=account)


# Closing


def close(session: Session, id_: str, closing: Closing, *, who: Who, now: datetime) -> None:
    """Close a case: its helpers find it no longer, and after `KEPT` it is erased.

    Raises UnknownCaseError, ClosedError.
    """
    row = locked_case(session, id_, who=who)
    row.state, row.closing, row.closed_at = State.CLOSED.value, closing.value, now
    row.erase_on = _day(now + KEPT)
    told(session, row, Happened.CLOSED, Event.CASE_CLOSED, by=who.reference, now=now, reason=closing.value)


def reopen(session: Session, id_: str, *, who: Who, now: datetime) -> None:
    """Open a closed case again for those who helped last. Only whoever leads can.

    Raises UnknownCaseError, NotClosedError.
    """
    row = _allowed(session, store.lock_case(session, id_), who)
    if row.state != State.CLOSED or not who.leads:
        raise NotClosedError(id_)
    row.state, row.closing, row.closed_at, row.erase_on, row.noticed_at = State.OPEN.value, None, None, None, None
    told(session, row, Happened.REOPENED, Event.CASE_REOPENED, by=who.reference, now=now)


# The family's own page


def passphrase_of(session: Session, case: Case, *, now: datetime) -> Opens:
    """Return what opens the family's page, as long as it is to be seen; afterwards its passphrase is empty."""
    row = store.find_case(session, case.id)
    is_fresh = row is not None and now - as_utc(row.passphrase_at) < PHRASE_SHOWN
    return Opens(case.reference, (row.passphrase or "") if row is not None and is_fresh else "")


def new_phrase(session: Session, id_: str, *, who: Who, random: Random, now: datetime) -> None:
    """Make a new passphrase for the family's page; the old one opens nothing any more. Raises as `locked_case` does."""
    row = locked_case(session, id_, who=who)
    passphrase = new_passphrase(row.language, random)
    row.passphrase_index = store.passphrase_index(session, row.reference, fold_passphrase(passphrase))
    row.passphrase, row.passphrase_at = passphrase, now
    told(session, row, Happened.PHRASE_MADE, Event.CASE_PHRASE_MADE, by=who.reference, now=now)


def sweep(database: Database, *, now: datetime) -> None:
    """Forget the passphrases that were to be handed over an hour ago. Harmless at any time."""
    with database.writing() as session, store.everywhere(session):
        store.forget_phrases(session, now - PHRASE_SHOWN)


def open_own(session: Session, reference: str, passphrase: str, *, now: datetime) -> str:
    """Return the id of the case whose family has this reference and passphrase.

    Raises UnreadableReferenceError where the reference cannot be one, NotYetError, WrongPassphraseError: the same work
    is done, and the same is kept, whether or not there is such a case. Wrong guesses count with those at requests.
    """
    reference = read_reference(reference)
    counted = guessing.guesses(session, reference)
    opens = opens_at(counted, now)
    if opens is not None:
        raise NotYetError(opens)
    with store.everywhere(session):
        row = store.find_by_reference(session, reference)
        given = store.passphrase_index(session, reference, fold_passphrase(passphrase))
        known = row.passphrase_index if row is not None else b"\0" * len(given)
        fits = hmac.compare_digest(given, known)
        if not fits or row is None or row.state == State.ERASED:
            guessing.keep_guesses(session, reference, after_wrong(counted, now))
            record(session, Event.CASE_OPENING_REFUSED, actor="visitor", subject=f"case:{reference}", now=now)
            raise WrongPassphraseError
        guessing.forget_guesses(session, reference)
        row.passphrase = None
        record(session, Event.CASE_OWN_OPENED, actor=f"family:{reference}", subject=row.subject, now=now)
        session.flush()
        return row.id


def own_case(session: Session, id_: str, *, now: datetime) -> Case:
    """Return a case to the device on which its family has opened it, and keep the session within its organisation.

    Raises UnknownCaseError.
    """
    with store.everywhere(session):
        row = store.find_case(session, id_)
    if row is None or row.state == State.ERASED:
        raise UnknownCaseError(id_)
    store.within(session, row.organisation)
    return case_of(session, row, now=now)


def _find_by_names(session: Session, row: store.CaseRow) -> None:
    family = read_answers(row.answers or "")
    people = [claim(read_answers(one.answers)).person for one in store.missing(session, row.id)]
    contact = family.get(Page.CONTACT, {})
    names = [family_name(family), phone_number(contact.get("phone", "")), contact.get("email", "")]
    for person in people:
        names += [person.surname, person.given, person.patronymic, *person.former_surnames, person.latin_surname]
    store.keep_words(session, row, [name for name in names if name])


def _found(session: Session, organisation: str, typed: str) -> Collection[str] | None:
    typed = typed.strip()[:200]
    try:
        row = store.find_by_reference(session, read_reference(typed))
        return [row.id] if row is not None else []
    except UnreadableReferenceError:
        number = phone_number(typed) if any(sign.isdigit() for sign in typed) else ""
        return store.found_by_words(session, organisation, number or typed)


def _listed(row: store.CaseRow, helpers: Sequence[str]) -> Listed:
    return Listed(
        id=row.id,
        reference=row.reference,
        family=family_name(read_answers(row.answers or "")),
        state=State(row.state),
        language=row.language,
        is_training=row.is_training,
        helpers=helpers,
        opened_at=as_utc(row.opened_at),
        changed_at=as_utc(row.changed_at),
    )


def _first(session: Session, row: store.CaseRow) -> Answers:
    """Return what was told of the first missing person: the pages of the contact depend on the kinship."""
    return read_answers(store.missing(session, row.id)[0].answers)


def _pages(answers: Answers, pages: Iterable[Page]) -> Mapping[Page, dict[str, str]]:
    return {page: cut(answers.get(page, {})) for page in pages}


def _day(now: datetime) -> date:
    return now.astimezone(KYIV).date()

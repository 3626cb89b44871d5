"""What a family does on its own page: opens it, reads what is kept of it, and who has seen it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.accounts.actions import people_of
from app.accounts.model import Role
from app.accounts.store import AccountRow
from app.audit.model import Event, Record
from app.audit.store import records_on
from app.cases import actions as cases
from app.cases.actions import UnknownCaseError
from app.cases.consenting.actions import consents_of
from app.cases.family.looks import TOLD, By, Look, gathered
from app.cases.model import Case
from app.cases.store import everywhere, find_case
from app.cases.working.papers.actions import papers_of
from app.cases.working.talking.actions import messages_of
from app.kernel.dates import as_utc
from app.storage.engine import Session

PAGE = 100
"""Records of one page on who has seen the data."""

_ACCOUNT = "account:"
_ANSWER = frozenset({Role.REGISTRAR, Role.SUPERVISOR})


def open_page(session: Session, reference: str, passphrase: str, *, now: datetime) -> str:
    """Return the key by which a device holds the page that this reference and passphrase open.

    A new passphrase makes the key worthless, too: whoever has lost their phone closes its page by it. Raises as
    `open_own` does.
    """
    id_ = cases.open_own(session, reference, passphrase, now=now)
    with everywhere(session):
        return _key(session, id_)


def own_page(session: Session, key: str, *, now: datetime) -> Case:
    """Return the case to the device that holds its key; the session then sees its organisation alone.

    Raises UnknownCaseError: no such key, erased, or a new passphrase was made.
    """
    case = cases.own_case(session, key.partition(".")[0], now=now)
    if _key(session, case.id) != key:
        raise UnknownCaseError(case.id)
    return case


def helpers(session: Session, case: Case) -> list[str]:
    """Return the names of those who help with a case now, the first first."""
    names = names_of(session, case)
    now = [one.account for one in case.helpers if one.until is None]
    return [names[account] for account in now if account in names]


def names_of(session: Session, case: Case) -> dict[str, str]:
    """Return the names of everybody who belongs to the organisation, by account, as it calls them."""
    return {person.id: person.name for person in people_of(session, case.organisation)}


def unread(session: Session, case: Case) -> int:
    """Return how many messages to the family it has not read yet."""
    return sum(one.read_at is None and not one.is_of_family for one in messages_of(session, case))


def looks(session: Session, case: Case, *, before: int = 0) -> tuple[Sequence[Look], int]:
    """Return what was done with a case and its papers, newest first, and from where to go on, 0 at the end.

    What was done in a row on one day is one line, and only what was done with this very case is told. Reading it is
    not recorded: who opened the page with the passphrase is.
    """
    files = [one.paper for one in consents_of(session, case.id) if one.paper]
    files += [paper.file_id for paper in papers_of(session, case)]
    subjects = [case.subject, *(f"file:{file}" for file in files)]
    found = records_on(session, subjects, TOLD, before=before, limit=PAGE + 1)
    names, shown = names_of(session, case), found[:PAGE]
    return gathered(_look(session, one, names) for one in shown), shown[-1].number if len(found) > PAGE else 0


def _look(session: Session, record: Record, names: Mapping[str, str]) -> Look:
    by, name = _by(session, record.actor, names)
    return Look(record.number, datetime.fromisoformat(record.at), Event(record.event), by, name)


def _by(session: Session, actor: str, names: Mapping[str, str]) -> tuple[By, str]:
    if actor.startswith(_ACCOUNT):
        id_ = actor.removeprefix(_ACCOUNT)
        account = session.get(AccountRow, id_)
        if id_ in names:
            return By.HELPER, names[id_]
        return (By.REGISTRAR if account and _ANSWER & set(account.roles) else By.FORMER), ""
    if actor.startswith("family:"):
        return By.FAMILY, ""
    if actor.startswith("referral:"):
        return By.RECEIVER, ""
    return (By.SITE if actor.startswith("command:") else By.STRANGER), ""


def _key(session: Session, id_: str) -> str:
    row = find_case(session, id_)
    if row is None:
        raise UnknownCaseError(id_)
    return f"{id_}.{int(as_utc(row.passphrase_at).timestamp())}"

"""What a coordinator does with the people of the organisation: sees, invites, and lets go without losing a family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts import actions as accounts
from app.accounts.model import Invitation, Person, Role
from app.audit.actions import record
from app.audit.model import Event
from app.cases import store
from app.cases.actions import MOST_LISTED, NobodyError, Who, join, leave
from app.cases.model import State
from app.storage.engine import Session


class StrangerError(LookupError):
    """The person or the invitation is not of this organisation."""


@dataclass(frozen=True)
class Carrying:
    """A person of the organisation, and how many open cases they help with."""

    person: Person
    cases: int


@dataclass(frozen=True)
class Load:
    """The people of an organisation, the invitations that wait, and the cases that nobody helps with."""

    people: Sequence[Carrying]
    waiting: Sequence[Invitation]
    open_cases: int
    without_help: Sequence[tuple[str, str]]
    """(id, reference) of each."""


def load(session: Session, *, who: Who, now: datetime) -> Load:
    """Return who works for the organisation of `who`, and who carries how much; that it was listed is recorded."""
    people = accounts.people_of(session, who.organisation)
    record(session, Event.ACCOUNTS_LISTED, actor=who.reference, subject="accounts", now=now, count=str(len(people)))
    waiting = [one for one in accounts.waiting(session) if one.organisation == who.organisation]
    rows = store.cases(session, State.OPEN, limit=MOST_LISTED)
    helping = store.helpers_of(session, [row.id for row in rows])
    active = {one.id for one in people if one.standing.active}
    return Load(
        people=[Carrying(one, len(store.helped_by(session, one.id))) for one in people],
        waiting=waiting,
        open_cases=len(rows),
        without_help=[(row.id, row.reference) for row in rows if not active & {*helping[row.id]}],
    )


def invite(
    session: Session, *, address: str, name: str, role: Role, language: str, who: Who, now: datetime
) -> accounts.Invited:
    """Invite a person into the organisation of `who`. Raises as `accounts.invite` does."""
    return accounts.invite(
        session, address=address, name=name, roles={role}, organisation=who.organisation, language=language,
        actor=who.reference, now=now,
    )  # fmt: skip


def invite_again(session: Session, id_: str, *, who: Who, now: datetime) -> tuple[accounts.Invited, Invitation]:
    """Make a new link for an invitation into the organisation. Raises StrangerError, AddressTakenError."""
    _checked(session, id_, who)
    return accounts.invite_again(session, id_, actor=who.reference, now=now)


def withdraw(session: Session, id_: str, *, who: Who, now: datetime) -> None:
    """End an invitation into the organisation. Raises StrangerError."""
    _checked(session, id_, who)
    accounts.withdraw(session, id_, actor=who.reference, now=now)


def let_go(session: Session, account: str, successor: str, *, who: Who, now: datetime) -> int:
    """Let a person go: their open cases are handed to `successor`, and they sign in no more. Returns how many cases.

    Nobody is left without help: without a successor it is refused while they help with a case. Raises StrangerError,
    NobodyError, FourEyesError (oneself).
    """
    if account not in {person.id for person in accounts.people_of(session, who.organisation)}:
        raise StrangerError(account)
    cases = store.helped_by(session, account)
    if cases and (not successor or successor == account):
        raise NobodyError(successor)
    for id_ in cases:
        join(session, id_, successor, who=who, now=now)
        leave(session, id_, account, who=who, now=now)
    try:
        accounts.let_go(session, account, organisation=who.organisation, actor=who.reference, now=now)
    except accounts.UnknownAccountError:
        raise StrangerError(account) from None
    return len(cases)


def _checked(session: Session, id_: str, who: Who) -> None:
    if id_ not in {one.id for one in accounts.waiting(session) if one.organisation == who.organisation}:
        raise StrangerError(id_)

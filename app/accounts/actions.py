"""What administrators do with accounts (invite, change roles, disable, enable), and how an invited person joins."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from app.accounts import store
from app.accounts.address import checked_address
from app.accounts.demo import PEOPLE
from app.accounts.model import (
    INVITATION_LASTS,
    OF_ORGANISATION,
    Invitation,
    Person,
    Role,
    SignIn,
    Standing,
    State,
    apart,
    checked_roles,
    may_change_roles,
    read_roles,
    roles_text,
)
from app.audit.actions import record
from app.audit.model import Event
from app.outbox.actions import enqueue
from app.outbox.model import Kind, Message
from app.storage.engine import Session


class UnknownAccountError(LookupError):
    """There is no such account."""


class UnknownInvitationError(LookupError):
    """There is no such invitation, or it has ended."""


class InvitationError(Exception):
    """The link opens nothing: never made, expired, used or withdrawn. Which of them is nobody's business."""


class AddressTakenError(Exception):
    """Somebody with this address has an account already. Only an administrator is told."""


class LastAdministratorError(Exception):
    """Nobody would be left who can manage accounts. Invite another administrator first."""


class ActorError(Exception):
    """Whoever asks was an administrator when the page was opened, and is one no longer."""


@dataclass(frozen=True)
class Invited:
    """A fresh invitation. `token` ends the link; it is known now and never again."""

    id: str
    token: str
    expires_at: datetime


def invite(
    session: Session,
    *,
    address: str,
    name: str,
    roles: Iterable[Role],
    organisation: str,
    language: str,
    actor: str,
    now: datetime,
) -> Invited:
    """Invite a person; an earlier invitation to the same address ends. The link opens for `INVITATION_LASTS`.

    Raises AddressError, AddressTakenError, and RoleError where one person may not hold `roles` together.
    """
    address = checked_address(address)
    wanted = checked_roles(roles, organisation=organisation)
    if store.find_by_email(session, address) is not None:
        raise AddressTakenError
    _end_others(session, address, actor=actor, now=now)
    return _invited(session, address, name.strip(), wanted, organisation, language, actor=actor, now=now)


def invite_again(session: Session, id_: str, *, actor: str, now: datetime) -> tuple[Invited, Invitation]:
    """Make a new link for an invitation, expired or not; the old link opens nothing any more.

    Raises UnknownInvitationError, and AddressTakenError where the person has joined by another way meanwhile.
    """
    row = store.lock_invitation(session, id_)
    if row is None:
        raise UnknownInvitationError(id_)
    old = store.invitation(row)
    fresh = invite(
        session,
        address=old.address,
        name=old.name,
        roles=old.roles,
        organisation=old.organisation,
        language=old.language,
        actor=actor,
        now=now,
    )
    return fresh, old


def withdraw(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """End an invitation: its link opens nothing any more. Raises UnknownInvitationError."""
    row = store.lock_invitation(session, id_)
    if row is None:
        raise UnknownInvitationError(id_)
    store.end_invitation(session, row, now)
    record(session, Event.INVITATION_WITHDRAWN, actor=actor, subject=f"invitation:{id_}", now=now)


def waiting(session: Session) -> list[Invitation]:
    """Return the invitations that nobody has taken up or withdrawn, newest first, expired ones included."""
    return [store.invitation(row) for row in store.waiting_invitations(session)]


def look_at(session: Session, token: str, *, now: datetime) -> Invitation:
    """Return what the holder of a link is invited to. Raises InvitationError."""
    row = store.find_invitation(session, token, now)
    if row is None:
        raise InvitationError
    return store.invitation(row)


def accept(session: Session, token: str, *, password_hash: str, now: datetime) -> Standing:
    """Turn an invitation into an account that may sign in; a link does so once, however many tabs it is open in.

    Raises InvitationError where the link opens nothing.
    """
    found = store.find_invitation(session, token, now)
    # Of two tabs the second waits here until the first has ended the invitation, and then finds none.
    row = store.lock_invitation(session, found.id) if found else None
    if row is None:
        raise InvitationError
    invited = store.invitation(row)
    try:
        account = store.add_account(
            session,
            address=invited.address,
            name=invited.name,
            roles=read_roles(row.roles),
            organisation=row.organisation,
            language=row.language,
            password=password_hash,
            demo=False,
            now=now,
        )
    except store.TakenError:
        raise InvitationError from None
    store.end_invitation(session, row, now)
    reference = f"account:{account.id}"
    record(session, Event.ACCOUNT_JOINED, actor=reference, subject=reference, now=now)
    return store.standing(account)


def standings(session: Session) -> list[Standing]:
    """Return every account without saying whose it is, oldest first."""
    return [store.standing(row) for row in store.accounts_with_passkeys(session)]


def list_people(
    session: Session, *, role: Role | None = None, state: State | None = None, actor: str, now: datetime
) -> list[Person]:
    """Return the people with this role and state (None: any), by name; that they were listed is recorded."""
    rows = store.accounts_with_passkeys(session)
    fits = [row for row in rows if (role is None or role in row.roles)]
    fits = [row for row in fits if (state is None or store.standing(row).state is state)]
    record(session, Event.ACCOUNTS_LISTED, actor=actor, subject="accounts", now=now, count=str(len(fits)))
    return sorted((store.person(row) for row in fits), key=lambda person: person.name.casefold())


def people_of(session: Session, organisation: str) -> list[Person]:
    """Return the people of an organisation, disabled ones included, by name."""
    rows = store.accounts_of(session, organisation)
    return sorted((store.person(row) for row in rows), key=lambda person: person.name.casefold())


def read_person(session: Session, id_: str, *, actor: str, now: datetime) -> tuple[Person, list[SignIn]]:
    """Return a person and their last sign-ins, newest first; the reading is recorded. Raises UnknownAccountError."""
    row = session.get(store.AccountRow, id_)
    if row is None:
        raise UnknownAccountError(id_)
    record(session, Event.ACCOUNT_READ, actor=actor, subject=f"account:{id_}", now=now)
    return store.person(row), store.sign_ins(session, id_)


def find_account(session: Session, address: str) -> str:
    """Return the id of the account with this address. Raises UnknownAccountError."""
    row = store.find_by_email(session, address)
    if row is None:
        raise UnknownAccountError
    return row.id


def change_roles(
    session: Session, id_: str, roles: Iterable[Role], *, organisation: str, actor: str, now: datetime
) -> None:
    """Give a person exactly these roles, and end their sign-ins, so that no open page keeps what was taken away.

    Raises UnknownAccountError, FourEyesError (one's own roles), RoleError, LastAdministratorError, ActorError.
    """
    may_change_roles(actor, f"account:{id_}")
    wanted = checked_roles(roles, organisation=organisation)
    administrators = _administrators(session, actor)
    row = _locked(session, id_)
    before = row.roles
    if before == wanted and row.organisation == organisation:
        return
    if Role.ADMINISTRATOR not in wanted:
        _leave_one(administrators, id_)
    store.set_roles(session, row, wanted)
    row.organisation = organisation
    store.end_sign_ins(session, row, now)
    record(
        session,
        Event.ACCOUNT_ROLES_CHANGED,
        actor=actor,
        subject=f"account:{id_}",
        now=now,
        before=roles_text(before),
        after=roles_text(wanted),
    )


def disable(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """Let a person sign in no more, and end their sign-ins. Disabling twice does nothing.

    Raises UnknownAccountError, FourEyesError (oneself), LastAdministratorError, ActorError.
    """
    apart(actor, f"account:{id_}")
    administrators = _administrators(session, actor)
    row = _locked(session, id_)
    if not row.active:
        return
    _leave_one(administrators, id_)
    row.active = False
    store.end_sign_ins(session, row, now)
    record(session, Event.ACCOUNT_DISABLED, actor=actor, subject=f"account:{id_}", now=now)


def let_go(session: Session, id_: str, *, organisation: str, actor: str, now: datetime) -> None:
    """End what somebody may do for an organisation, for whoever leads it, and their sign-ins; twice does nothing.

    Raises UnknownAccountError where the account is not of this organisation alone, FourEyesError (oneself).
    """
    apart(actor, f"account:{id_}")
    row = _locked(session, id_)
    if row.organisation != organisation or not row.roles <= OF_ORGANISATION:
        raise UnknownAccountError(id_)
    if not row.active:
        return
    row.active = False
    store.end_sign_ins(session, row, now)
    record(session, Event.ACCOUNT_DISABLED, actor=actor, subject=f"account:{id_}", now=now)


def enable(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """Let a disabled person sign in again, with the roles they had. Raises UnknownAccountError, ActorError."""
    _administrators(session, actor)
    row = _locked(session, id_)
    if not row.active:
        row.active = True
        record(session, Event.ACCOUNT_ENABLED, actor=actor, subject=f"account:{id_}", now=now)


def end_sign_ins(session: Session, id_: str, *, actor: str, now: datetime) -> None:
    """End every sign-in of a person, as after a lost phone. Raises UnknownAccountError, ActorError."""
    _administrators(session, actor)
    store.end_sign_ins(session, _locked(session, id_), now)
    record(session, Event.SIGN_IN_REVOKED, actor=actor, subject=f"account:{id_}", now=now, reason="administrator")


def reset_second_factor(session: Session, id_: str, *, path: Callable[[str], str], actor: str, now: datetime) -> None:
    """Take a person's authenticator, passkeys and recovery codes away, so that the next sign-in sets up new ones.

    Every sign-in ends, and a letter says so; `path` gives the page it leads to in a language. Raises
    UnknownAccountError, FourEyesError (one's own), ActorError.
    """
    apart(actor, f"account:{id_}")
    _administrators(session, actor)
    row = _locked(session, id_)
    if not store.standing(row).second_factor:
        return
    store.forget_second_factor(session, row)
    store.end_sign_ins(session, row, now)
    record(session, Event.SECOND_FACTOR_CHANGED, actor=actor, subject=f"account:{id_}", now=now, change="taken-away")
    tell(
        session, row, Kind.ACCOUNT_SECOND_FACTOR_CHANGED, deed=f"taken-away-{now:%Y%m%dT%H%M%S}", now=now,
        path=path(row.language), at=now.isoformat(),
    )  # fmt: skip


def tell(session: Session, account: store.AccountRow, kind: Kind, *, deed: str, now: datetime, **details: str) -> None:
    """Have a letter sent to the owner of an account, once for each `deed` (a reference without anything personal)."""
    message = Message(kind, account.email, account.language, details)
    enqueue(session, message, key=f"{kind.value}:{account.id}:{deed}", now=now)


def send_invitation(
    session: Session, invited: Invited, *, address: str, language: str, path: str, now: datetime
) -> None:
    """Have the link of an invitation sent; `path` is that of the page it opens."""
    details = {"path": path, "until": invited.expires_at.isoformat()}
    message = Message(Kind.ACCOUNT_INVITATION, address, language, details)
    enqueue(session, message, key=f"invitation:{invited.id}", now=now)


def holds_real_people(session: Session) -> bool:
    """Say whether there is an account or a waiting invitation of anybody who is not a demo person."""
    return any(not row.demo for row in store.all_accounts(session)) or bool(store.waiting_invitations(session))


def holds_demo_people(session: Session) -> bool:
    """Say whether there is a demo account."""
    return any(row.demo for row in store.all_accounts(session))


def add_demo_people(
    session: Session, *, organisation: str, hash_password: Callable[[str], str], now: datetime
) -> list[tuple[str, str]]:
    """Add the demo people who are not there yet, volunteers with `organisation`; return (address, password) of each.

    Every password is random and known now alone.
    """
    added = []
    for invented in PEOPLE:
        password = secrets.token_urlsafe(15)
        if store.find_by_email(session, invented.address) is not None:
            continue
        store.add_account(
            session,
            address=invented.address,
            name=invented.name,
            roles=frozenset({invented.role}),
            organisation=organisation if invented.role in OF_ORGANISATION else "",
            language="uk",
            password=hash_password(password),
            demo=True,
            now=now,
        )
        added.append((invented.address, password))
    if added:
        record(session, Event.DEMO_LOADED, actor="command:demo-load", subject="accounts", now=now)
    return added


def demo_person(session: Session, role: Role) -> Standing:
    """Return the demo account of a role. Raises UnknownAccountError where there is none."""
    invented = next(one for one in PEOPLE if one.role is role)
    account = store.find_by_email(session, invented.address)
    if account is None:
        raise UnknownAccountError(invented.address)
    return store.standing(account)


def demo_reference(session: Session, role: Role) -> str:
    """Return how the audit names the demo person of a role. Raises UnknownAccountError where there is none."""
    return f"account:{demo_person(session, role).id}"


def _invited(
    session: Session,
    address: str,
    name: str,
    roles: frozenset[Role],
    organisation: str,
    language: str,
    *,
    actor: str,
    now: datetime,
) -> Invited:
    token, expires_at = secrets.token_urlsafe(32), now + INVITATION_LASTS
    row = store.add_invitation(
        session,
        token=token,
        address=address,
        name=name,
        roles=roles_text(roles),
        organisation=organisation,
        language=language,
        invited_by=actor,
        now=now,
        expires_at=expires_at,
    )
    record(
        session, Event.ACCOUNT_INVITED, actor=actor, subject=f"invitation:{row.id}", now=now, roles=roles_text(roles)
    )
    return Invited(row.id, token, expires_at)


def _end_others(session: Session, address: str, *, actor: str, now: datetime) -> None:
    same = [
        row.id for row in store.waiting_invitations(session) if store.fold_email(row.email) == store.fold_email(address)
    ]
    for id_ in same:
        row = store.lock_invitation(session, id_)
        if row is not None:
            store.end_invitation(session, row, now)
            record(session, Event.INVITATION_WITHDRAWN, actor=actor, subject=f"invitation:{id_}", now=now)


def _locked(session: Session, id_: str) -> store.AccountRow:
    row = store.lock_account(session, id_)
    if row is None:
        raise UnknownAccountError(id_)
    return row


def _administrators(session: Session, actor: str) -> frozenset[str]:
    administrators = store.lock_administrators(session)
    kind, _, id_ = actor.partition(":")
    if kind == "account" and id_ not in administrators:
        raise ActorError
    return administrators


def _leave_one(administrators: frozenset[str], id_: str) -> None:
    if administrators == {id_}:
        raise LastAdministratorError

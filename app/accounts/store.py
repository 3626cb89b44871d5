"""The tables of accounts, passkeys, sign-ins, invitations and refused attempts, and every query on them."""

# The sign-in library types its mixins for numbered rows and lists; rows here have random ids and frozen sets.
# mypy: disable-error-code="assignment, override"

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_security import AsaList, UserMixin, WebAuthnMixin
from sqlalchemy import DateTime, ForeignKey, Integer, LargeBinary, String, Text, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from app.accounts.lockout import Refusals
from app.accounts.model import Invitation, Person, Role, SignIn, Standing, needs_second_factor, read_roles
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, Sealed, SealedBytes, new_id, vault_of

EMAIL = "account-email"
"""The kind of blind index under which the e-mail addresses of accounts are found."""


INVITATION = "invitation-link"
"""The kind of blind index under which the links of invitations are found."""


class TakenError(Exception):
    """An account with this address exists."""


class RoleRow(Table):
    """A role that an account holds."""

    __tablename__ = "account_role"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)


class AccountRow(Table, UserMixin):
    """A person who signs in. Name and e-mail are sealed; the second factor's secret is sealed by the library's keys."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email_index: Mapped[bytes] = mapped_column(BlindIndex, unique=True)
    email_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    name_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool]
    demo: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(8))
    organisation: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    signed_in_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=new_id)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True, default=new_id)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)
    tf_counter: Mapped[int | None] = mapped_column(Integer)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    held: Mapped[list[RoleRow]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    webauthn: Mapped[list[PasskeyRow]] = relationship(back_populates="account", cascade="all, delete-orphan")

    name: Sealed[str] = Sealed("name_sealed")
    address: Sealed[str] = Sealed("email_sealed")

    @property
    def email(self) -> str:
        """The e-mail address, under the name that the sign-in library knows."""
        return self.address

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(row.name) for row in self.held)

    def check_tf_required(
        self, tf_setup_methods: list[tuple[str, str]], tf_fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Say to the sign-in library whether the password is not enough: the roles ask for more, or the person does."""
        return bool(tf_setup_methods) or needs_second_factor(self.roles), tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        """Say to the sign-in library that a second factor is changed and never taken away."""
        return True


class PasskeyRow(Table, WebAuthnMixin):
    """A passkey of an account: public parts only."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True, index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    lastuse_datetime: Mapped[datetime] = mapped_column(DateTime)
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    account: Mapped[AccountRow] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, str]:
        """Tell the sign-in library whose passkey this is."""
        return {"id": self.account_id}


class SignInRow(Table):
    """One sign-in on one device. Its id stands in the signed cookie; once ended it opens nothing."""

    __tablename__ = "sign_in"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    device: Mapped[str] = mapped_column(String(80))


class InvitationRow(Table):
    """An invitation: only the keyed hash of its link is kept."""

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    token_index: Mapped[bytes] = mapped_column(BlindIndex, unique=True)
    email_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    name_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    roles: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str] = mapped_column(String(80), default="")
    language: Mapped[str] = mapped_column(String(8))
    invited_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    name: Sealed[str] = Sealed("name_sealed")
    email: Sealed[str] = Sealed("email_sealed")


class AttemptRow(Table):
    """How many sign-ins were refused lately for one key: an account on unknown devices, or one known device."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    refused: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def fold_email(address: str) -> str:
    """Return the form of an address in which two spellings of the same one are equal."""
    return address.strip().casefold()


def email_index(session: Session, address: str) -> bytes:
    """Return the blind index of an e-mail address."""
    return vault_of(session).blind(EMAIL, fold_email(address))


def find_by_email(session: Session, address: str) -> AccountRow | None:
    """Return the account with this address, however it is spelt."""
    return session.scalars(select(AccountRow).where(AccountRow.email_index == email_index(session, address))).first()


def all_accounts(session: Session) -> Sequence[AccountRow]:
    """Return every account, oldest first."""
    return session.scalars(select(AccountRow).order_by(AccountRow.created_at, AccountRow.id)).all()


def standing(row: AccountRow) -> Standing:
    """Return what an account is and may do."""
    return Standing(
        id=row.id,
        roles=row.roles,
        organisation=row.organisation,
        language=row.language,
        active=row.active,
        second_factor=bool(row.tf_primary_method or row.webauthn),
        demo=row.demo,
        created_at=as_utc(row.created_at),
        signed_in_at=as_utc(row.signed_in_at) if row.signed_in_at else None,
    )


def forget_second_factor(session: Session, row: AccountRow) -> None:
    """Take an account's authenticator, passkeys and recovery codes away."""
    row.tf_primary_method = row.tf_totp_secret = row.tf_counter = row.mf_recovery_codes = None
    row.webauthn.clear()
    session.flush()


def person(row: AccountRow) -> Person:
    """Return an account with its name and address opened."""
    return Person(standing(row), row.name, row.address)


def accounts_with_passkeys(session: Session) -> Sequence[AccountRow]:
    """Return every account, oldest first, with passkeys read at once."""
    query = select(AccountRow).order_by(AccountRow.created_at, AccountRow.id).options(selectinload(AccountRow.webauthn))
    return session.scalars(query).all()


def accounts_of(session: Session, organisation: str) -> Sequence[AccountRow]:
    """Return the accounts of one organisation."""
    query = select(AccountRow).where(AccountRow.organisation == organisation).options(selectinload(AccountRow.webauthn))
    return session.scalars(query).all() if organisation else ()


def lock_account(session: Session, id_: str) -> AccountRow | None:
    """Return the account as it is now; until the transaction ends nobody else changes it."""
    return session.get(AccountRow, id_, with_for_update=True, populate_existing=True)


def lock_administrators(session: Session) -> frozenset[str]:
    """Return the ids of the administrators who may sign in; until the transaction ends nobody else takes one away.

    The rows of the role are the lock. Who waited for it asks anew, with what the other transaction left behind.
    """
    session.flush()
    holders = select(RoleRow.account_id).where(RoleRow.name == Role.ADMINISTRATOR.value)
    session.execute(holders.order_by(RoleRow.account_id).with_for_update()).all()
    active = select(AccountRow.id).join(RoleRow, RoleRow.account_id == AccountRow.id)
    return frozenset(session.scalars(active.where(RoleRow.name == Role.ADMINISTRATOR.value, AccountRow.active)))


def add_account(
    session: Session,
    *,
    address: str,
    name: str,
    roles: frozenset[Role],
    organisation: str,
    language: str,
    password: str,
    demo: bool,
    now: datetime,
) -> AccountRow:
    """Add an account that may sign in; `password` is its hash. Raises TakenError, also when another just took it."""
    try:
        with session.begin_nested():
            row = AccountRow(
                id=new_id(),
                email_index=email_index(session, address),
                password=password,
                active=True,
                demo=demo,
                language=language,
                organisation=organisation,
                created_at=now,
                held=[RoleRow(name=role.value) for role in sorted(roles)],
            )
            with session.no_autoflush:
                session.add(row)
                row.name, row.address = name, address
    except IntegrityError:
        raise TakenError from None
    return row


def set_roles(session: Session, row: AccountRow, roles: frozenset[Role]) -> None:
    """Give the account exactly these roles."""
    row.held = [kept for kept in row.held if kept.name in roles] + [
        RoleRow(name=role.value) for role in sorted(roles - row.roles)
    ]
    session.flush()


def end_sign_ins(session: Session, row: AccountRow, now: datetime) -> None:
    """End every sign-in of the account: no cookie handed out so far opens anything."""
    row.fs_uniquifier = new_id()
    session.execute(
        update(SignInRow).where(SignInRow.account_id == row.id, SignInRow.ended_at.is_(None)).values(ended_at=now)
    )
    session.flush()


def sign_ins(session: Session, account: str, *, limit: int = 20) -> list[SignIn]:
    """Return the last sign-ins of an account, newest first."""
    query = select(SignInRow).where(SignInRow.account_id == account).order_by(SignInRow.started_at.desc()).limit(limit)
    return [
        SignIn(as_utc(row.started_at), as_utc(row.seen_at), row.ended_at and as_utc(row.ended_at), row.device)
        for row in session.scalars(query)
    ]


def add_invitation(
    session: Session,
    *,
    token: str,
    address: str,
    name: str,
    roles: str,
    organisation: str,
    language: str,
    invited_by: str,
    now: datetime,
    expires_at: datetime,
) -> InvitationRow:
    """Add an invitation; of its `token` the keyed hash alone is kept."""
    row = InvitationRow(
        id=new_id(),
        token_index=vault_of(session).blind(INVITATION, token),
        roles=roles,
        organisation=organisation,
        language=language,
        invited_by=invited_by,
        created_at=now,
        expires_at=expires_at,
    )
    with session.no_autoflush:
        session.add(row)
        row.name, row.email = name, address
    session.flush()
    return row


def find_invitation(session: Session, token: str, now: datetime) -> InvitationRow | None:
    """Return the invitation that this link opens at `now`."""
    return session.scalars(
        select(InvitationRow).where(
            InvitationRow.token_index == vault_of(session).blind(INVITATION, token),
            InvitationRow.ended_at.is_(None),
            InvitationRow.expires_at > now,
        )
    ).first()


def lock_invitation(session: Session, id_: str) -> InvitationRow | None:
    """Return the invitation unless it has ended; until the transaction ends nobody else takes it up or ends it."""
    return session.scalars(
        select(InvitationRow)
        .where(InvitationRow.id == id_, InvitationRow.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def waiting_invitations(session: Session) -> Sequence[InvitationRow]:
    """Return the invitations that have not ended, newest first, expired ones included."""
    query = select(InvitationRow).where(InvitationRow.ended_at.is_(None))
    return session.scalars(query.order_by(InvitationRow.created_at.desc(), InvitationRow.id)).all()


def invitation(row: InvitationRow) -> Invitation:
    """Return an invitation with its name and address opened."""
    return Invitation(
        id=row.id,
        name=row.name,
        address=row.email,
        roles=read_roles(row.roles),
        organisation=row.organisation,
        language=row.language,
        created_at=as_utc(row.created_at),
        expires_at=as_utc(row.expires_at),
    )


def end_invitation(session: Session, row: InvitationRow, now: datetime) -> None:
    """End an invitation and forget whom it named: an account, or nobody, is what is left of it."""
    row.ended_at = now
    row.name = row.email = ""
    session.flush()


def add_sign_in(session: Session, account: str, *, device: str, now: datetime) -> SignInRow:
    """Add a sign-in that begins now."""
    row = SignInRow(id=new_id(), account_id=account, started_at=now, seen_at=now, device=device[:80])
    session.add(row)
    session.flush()
    return row


def open_sign_ins(session: Session, account: str) -> Sequence[SignInRow]:
    """Return the sign-ins of an account that nobody has ended, newest first."""
    query = select(SignInRow).where(SignInRow.account_id == account, SignInRow.ended_at.is_(None))
    return session.scalars(query.order_by(SignInRow.started_at.desc(), SignInRow.id)).all()


def find_sign_in(session: Session, account: str, id_: str) -> SignInRow | None:
    """Return this sign-in of the account unless it has ended."""
    query = select(SignInRow).where(SignInRow.id == id_, SignInRow.account_id == account, SignInRow.ended_at.is_(None))
    return session.scalars(query).first()


def end_sign_in(session: Session, account: str, id_: str, now: datetime) -> bool:
    """End this sign-in of the account; say whether there was anything to end."""
    row = find_sign_in(session, account, id_)
    if row is None:
        return False
    row.ended_at = now
    session.flush()
    return True


def end_other_sign_ins(session: Session, account: str, this: str, now: datetime) -> bool:
    """End every sign-in of the account but `this`; say whether there was anything to end."""
    others = [row for row in open_sign_ins(session, account) if row.id != this]
    for row in others:
        row.ended_at = now
    session.flush()
    return bool(others)


ATTEMPT = "sign-in-attempt"
"""The kind of blind index under which refused attempts are counted: no address and no account stands in the clear."""


def refusals(session: Session, kind: str, key: str) -> Refusals | None:
    """Return what was refused for this key; until the transaction ends nobody else counts on it."""
    row = session.get(AttemptRow, _attempt_key(session, kind, key), with_for_update=True, populate_existing=True)
    return Refusals(row.refused, as_utc(row.since)) if row else None


def keep_refusals(session: Session, kind: str, key: str, counted: Refusals) -> None:
    """Keep what was refused for this key."""
    id_ = _attempt_key(session, kind, key)
    row = session.get(AttemptRow, id_)
    if row is None:
        try:
            with session.begin_nested():
                session.add(AttemptRow(key=id_, refused=counted.count, since=counted.since))
            return
        except IntegrityError:
            # Somebody else's first refusal came in between: two count as one, which gives away a single attempt.
            row = session.get_one(AttemptRow, id_)
    row.refused, row.since = counted.count, counted.since
    session.flush()


def forget_refusals(session: Session, kind: str, key: str) -> None:
    """Forget what was refused for this key."""
    row = session.get(AttemptRow, _attempt_key(session, kind, key))
    if row is not None:
        session.delete(row)
        session.flush()


def forget_old_refusals(session: Session, before: datetime) -> None:
    """Forget what is counted no more. What somebody else is counting on right now is left for the next time."""
    old = select(AttemptRow.key).where(AttemptRow.since < before).with_for_update(skip_locked=True)
    session.execute(delete(AttemptRow).where(AttemptRow.key.in_(session.scalars(old.limit(500)).all())))


def refreshed(session: Session, row: AccountRow) -> AccountRow:
    """Return the account as it is now; of two who bring the same code at once the second waits here."""
    session.refresh(row, with_for_update=True)
    return row


def _attempt_key(session: Session, kind: str, key: str) -> bytes:
    return vault_of(session).blind(ATTEMPT, f"{kind}:{key}")

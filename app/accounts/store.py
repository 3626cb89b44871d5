"""The tables of accounts, passkeys, sign-ins, invitations and refused attempts, and every query on them."""

# The sign-in library types its mixins for numbered rows and lists; rows here have random ids and frozen sets.
# mypy: disable-error-code="assignment, override"

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_security import AsaList, UserMixin, WebAuthnMixin
from sqlalchemy import DateTime, ForeignKey, Integer, LargeBinary, String, Text, select
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.accounts.model import Role
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, Sealed, SealedBytes, new_id, vault_of

EMAIL = "account-email"
"""The kind of blind index under which the e-mail addresses of accounts are found."""


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

"""Roles, what each may do, and the rules of four eyes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """What a person is here for. A person may hold several, where `SEPARATE` allows it."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    REGISTRAR = "registrar"
    AUDITOR = "auditor"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    TRANSLATOR = "translator"
    COORDINATOR = "coordinator"
    VOLUNTEER = "volunteer"

    def get_permissions(self) -> frozenset[str]:
        """Return what this role may do, under the name by which the sign-in library asks."""
        return frozenset(PERMISSIONS[self])


class Permission(StrEnum):
    """What a view can ask for. Every view that is not public states one."""

    OWN_ACCOUNT = "own-account"
    MANAGE_ACCOUNTS = "manage-accounts"
    READ_AUDIT = "read-audit"
    SEE_LETTERS = "see-letters"
    ANSWER_REQUESTS = "answer-requests"
    DECIDE_REQUESTS = "decide-requests"
    KEEP_REGISTER = "keep-register"
    SEE_FIGURES = "see-figures"
    EDIT_CONTENT = "edit-content"
    REVIEW_CONTENT = "review-content"
    TRANSLATE_CONTENT = "translate-content"
    HELP_FAMILIES = "help-families"
    LEAD_ORGANISATION = "lead-organisation"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset({Permission.OWN_ACCOUNT, Permission.MANAGE_ACCOUNTS, Permission.SEE_LETTERS}),
    Role.SUPERVISOR: frozenset(
        {
            Permission.OWN_ACCOUNT, Permission.ANSWER_REQUESTS, Permission.DECIDE_REQUESTS, Permission.KEEP_REGISTER,
            Permission.SEE_FIGURES, Permission.SEE_LETTERS,
        }
    ),
    Role.REGISTRAR: frozenset({Permission.OWN_ACCOUNT, Permission.ANSWER_REQUESTS, Permission.KEEP_REGISTER}),
    Role.AUDITOR: frozenset({Permission.OWN_ACCOUNT, Permission.READ_AUDIT, Permission.SEE_FIGURES}),
    Role.EDITOR: frozenset({Permission.OWN_ACCOUNT, Permission.EDIT_CONTENT, Permission.TRANSLATE_CONTENT}),
    Role.REVIEWER: frozenset(
        {
            Permission.OWN_ACCOUNT, Permission.EDIT_CONTENT, Permission.REVIEW_CONTENT, Permission.TRANSLATE_CONTENT,
        }
    ),
    Role.TRANSLATOR: frozenset({Permission.OWN_ACCOUNT, Permission.TRANSLATE_CONTENT}),
    Role.COORDINATOR: frozenset({Permission.OWN_ACCOUNT, Permission.HELP_FAMILIES, Permission.LEAD_ORGANISATION}),
    Role.VOLUNTEER: frozenset({Permission.OWN_ACCOUNT, Permission.HELP_FAMILIES}),
}  # fmt: skip
"""The one table of rights. Who manages accounts sees no family; who reads the audit changes nothing."""

PERSONAL = frozenset(
    {
        Permission.MANAGE_ACCOUNTS, Permission.READ_AUDIT, Permission.ANSWER_REQUESTS, Permission.DECIDE_REQUESTS,
        Permission.KEEP_REGISTER, Permission.HELP_FAMILIES, Permission.LEAD_ORGANISATION,
    }
)  # fmt: skip
"""Permissions that show personal data: whoever holds one signs in with a second factor."""

SEPARATE = (
    frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR}),
    frozenset({Role.ADMINISTRATOR, Role.REGISTRAR}),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    frozenset({Role.AUDITOR, Role.REGISTRAR}),
)
"""Roles that one person never holds together: nobody grants access to oneself, nobody audits oneself."""

OF_ORGANISATION = frozenset({Role.COORDINATOR, Role.VOLUNTEER})
"""Roles that belong to one organisation of the directory and see its families only."""


class RoleError(Exception):
    """The roles cannot be held together, there is none, or the organisation does not fit them."""


class NoRoleError(RoleError):
    """No role was chosen."""


class SeparateRolesError(RoleError):
    """Two of the roles watch over each other (`SEPARATE`)."""


class OrganisationError(RoleError):
    """A coordinator or volunteer lacks an organisation, or somebody else was given one."""


class FourEyesError(Exception):
    """The same person cannot do both halves of a deed."""


def permissions(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that `roles` together may do."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Say whether whoever holds `roles` must sign in with a second factor."""
    return bool(permissions(roles) & PERSONAL)


def checked_roles(roles: Iterable[Role], *, organisation: str) -> frozenset[Role]:
    """Return `roles` if one person may hold them. `organisation` is the id of one, or empty.

    Raises NoRoleError, SeparateRolesError or OrganisationError, all of them RoleError.
    """
    wanted = frozenset(roles)
    if not wanted:
        raise NoRoleError("a person without a role can do nothing here")
    if any(pair <= wanted for pair in SEPARATE):
        raise SeparateRolesError("these roles watch over each other and cannot be one person's")
    if bool(wanted & OF_ORGANISATION) != bool(organisation):
        raise OrganisationError("coordinators and volunteers, and only they, belong to an organisation")
    return wanted


def apart(first: str, second: str) -> None:
    """Raise FourEyesError where one account is both `first` and `second` (proposes and decides, writes and reviews)."""
    if first == second:
        raise FourEyesError("another person has to do this")


def may_change_roles(actor: str, subject: str) -> None:
    """Raise FourEyesError where somebody would change what they may do themselves."""
    apart(actor, subject)


INVITATION_LASTS = timedelta(days=7)
"""How long the link of an invitation opens."""


class State(StrEnum):
    """How far a person is from being able to work."""

    ACTIVE = "active"
    UNREADY = "unready"
    """May sign in, but has no second factor yet, which the roles ask for."""
    DISABLED = "disabled"


@dataclass(frozen=True)
class Standing:
    """What an account is and may do, without saying whose it is."""

    id: str
    roles: frozenset[Role]
    organisation: str
    language: str
    active: bool
    second_factor: bool
    demo: bool
    created_at: datetime
    signed_in_at: datetime | None

    @property
    def state(self) -> State:
        if not self.active:
            return State.DISABLED
        return State.UNREADY if needs_second_factor(self.roles) and not self.second_factor else State.ACTIVE


@dataclass(frozen=True)
class Person:
    """An account with the name and the address behind it."""

    standing: Standing
    name: str
    address: str

    @property
    def id(self) -> str:
        return self.standing.id


@dataclass(frozen=True)
class Invitation:
    """An invitation that nobody has taken up or withdrawn. It may have expired: then its link opens nothing."""

    id: str
    name: str
    address: str
    roles: frozenset[Role]
    organisation: str
    language: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class SignIn:
    """One sign-in on one device, as an administrator sees it."""

    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    device: str


def roles_text(roles: Iterable[Role]) -> str:
    """Return roles as audit and invitation keep them: names in order, with commas; "none" where there are none."""
    return ",".join(sorted(roles)) or "none"


def read_roles(text: str) -> frozenset[Role]:
    """Read what `roles_text` wrote. Raises ValueError for a role that does not exist."""
    return frozenset(Role(name) for name in text.split(",") if name not in ("", "none"))

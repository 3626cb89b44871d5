"""Words for roles, for how far an account is, and for the reasons why something is refused."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.accounts.model import Role, State
from app.accounts.passwords import PasswordFault

ROLES = {
    Role.ADMINISTRATOR: _l("administrator"),
    Role.SUPERVISOR: _l("supervisor"),
    Role.REGISTRAR: _l("registrar"),
    Role.AUDITOR: _l("auditor"),
    Role.EDITOR: _l("editor"),
    Role.REVIEWER: _l("reviewer"),
    Role.TRANSLATOR: _l("translator"),
    Role.COORDINATOR: _l("coordinator of an organisation"),
    Role.VOLUNTEER: _l("volunteer"),
}
DUTIES = {
    Role.ADMINISTRATOR: _l("manages accounts and sees no family"),
    Role.SUPERVISOR: _l("decides requests and leads the registrars"),
    Role.REGISTRAR: _l("answers requests and keeps the register"),
    Role.AUDITOR: _l("reads the record of who saw what and changes nothing"),
    Role.EDITOR: _l("writes articles and keeps contacts true"),
    Role.REVIEWER: _l("checks and publishes what others wrote"),
    Role.TRANSLATOR: _l("translates articles"),
    Role.COORDINATOR: _l("leads the volunteers of one organisation"),
    Role.VOLUNTEER: _l("helps the families of one organisation"),
}
STATES = {
    State.ACTIVE: _l("active"),
    State.UNREADY: _l("no second factor yet"),
    State.DISABLED: _l("disabled"),
}
STATE_SHAPES = {State.ACTIVE: "done", State.UNREADY: "waiting", State.DISABLED: "refused"}
"""The shape of the status mark, as the macro `status` names it."""

PASSWORD_FAULTS = {
    PasswordFault.SHORT: _l("Choose at least 12 characters."),
    PasswordFault.LONG: _l("Choose at most 128 characters."),
    PasswordFault.EASY: _l("This password is easy to guess. Take several words that do not belong together."),
    PasswordFault.OWN_NAME: _l("Leave your name and your e-mail address out of the password."),
}
DONE = {
    "roles": _l("The roles are changed. The person has to sign in again."),
    "disabled": _l("The account is disabled and all its sign-ins are ended."),
    "enabled": _l("The account is enabled."),
    "second-factor": _l("The second factor is taken away. At the next sign-in the person sets up a new one."),
    "ended": _l("All sign-ins of this person are ended."),
    "withdrawn": _l("The invitation is withdrawn. Its link opens nothing any more."),
    "invited": _l("The invitation is sent."),
}
"""What is said once after a deed, by the word that stands in the address."""

"""The forms of administrators (invite, roles), and the one field by which an invited person joins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from app.accounts.address import AddressError, checked_address
from app.accounts.model import NoRoleError, OrganisationError, Role, SeparateRolesError, checked_roles
from app.kernel.languages import PUBLIC

LONGEST_NAME = 120
"""Characters."""


COLLEAGUES = (Role.VOLUNTEER, Role.COORDINATOR)
"""What a coordinator can invite somebody to be."""


class DeedForm(FlaskForm):  # type: ignore[misc]
    """A button and nothing else."""


def check_button() -> None:
    """Refuse the request (400) unless it is a button of ours that was pressed."""
    if not DeedForm().validate_on_submit():
        abort(400)


class RolesForm(FlaskForm):  # type: ignore[misc]
    """What a person is here for, and the organisation that coordinators and volunteers belong to."""

    roles = SelectMultipleField(_l("Roles"), choices=[SelectChoice(role.value) for role in Role], validate_choice=False)
    organisation = SelectField(_l("Organisation"), default="", validate_choice=False)

    def __init__(self, *args: Any, organisations: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = [SelectChoice(id_, name) for id_, name in (("", ""), *organisations)]
        self.known = {id_ for id_, _ in organisations}

    @property
    def chosen(self) -> frozenset[Role]:
        """The roles that were chosen; unknown ones are dropped."""
        return frozenset(role for role in Role if role.value in (self.roles.data or ()))

    def validate_roles(self, field: Any) -> None:
        """Say which roles do not go together, before anything is asked of the database."""
        try:
            checked_roles(self.chosen, organisation=self.organisation.data or "")
        except NoRoleError:
            raise ValidationError(gettext("Choose at least one role.")) from None
        except SeparateRolesError:
            raise ValidationError(
                gettext(
                    "These roles watch over each other and cannot be one person’s: an administrator or auditor"
                    " neither decides nor answers requests, and an administrator does not read the audit."
                )
            ) from None
        except OrganisationError:
            return

    def validate_organisation(self, field: Any) -> None:
        """Say whether an organisation is missing, unknown, or one too many."""
        if field.data and field.data not in self.known:
            raise ValidationError(gettext("Choose an organisation from the list."))
        try:
            checked_roles(self.chosen, organisation=field.data or "")
        except OrganisationError:
            if field.data:
                raise ValidationError(
                    gettext(
                        "Only coordinators and volunteers belong to an organisation. Choose “without an organisation”."
                    )
                ) from None
            raise ValidationError(
                gettext("Choose the organisation that this coordinator or volunteer belongs to.")
            ) from None
        except (NoRoleError, SeparateRolesError):
            return


class NewPersonForm(FlaskForm):  # type: ignore[misc]
    """Who is invited: name, address, language of the invitation."""

    name = StringField(
        _l("Name"),
        validators=[
            InputRequired(_l("Write the name of the person.")),
            Length(max=LONGEST_NAME, message=_l("Write the name in at most 120 characters.")),
        ],
    )
    email = StringField(_l("E-mail"))
    language = SelectField(
        _l("Language of the invitation"),
        choices=[SelectChoice(code, entry.own_name) for code, entry in PUBLIC.items()],
        validate_choice=False,
    )

    def validate_name(self, field: Any) -> None:
        """Say that blanks are no name."""
        if not (field.data or "").strip():
            raise ValidationError(gettext("Write the name of the person."))

    def validate_email(self, field: Any) -> None:
        """Say what an address looks like."""
        try:
            checked_address(field.data or "")
        except AddressError:
            raise ValidationError(gettext("Write an e-mail address such as name@example.org.")) from None

    def validate_language(self, field: Any) -> None:
        """Say that the language has to be one of ours."""
        if field.data not in PUBLIC:
            raise ValidationError(gettext("Choose a language from the list."))


class InviteForm(NewPersonForm, RolesForm):
    """Who is invited, and what for."""


class ColleagueForm(NewPersonForm):
    """Whom a coordinator invites into their organisation, and whether to lead it, too."""

    role = SelectField(_l("Role"), choices=[SelectChoice(role.value) for role in COLLEAGUES], validate_choice=False)

    def validate_role(self, field: Any) -> None:
        """Say that only the roles of an organisation are given here."""
        if field.data not in COLLEAGUES:
            raise ValidationError(gettext("Choose a role from the list."))


class JoinForm(FlaskForm):  # type: ignore[misc]
    """The password of an invited person. The secret link is what proves them: no cookie is needed before."""

    class Meta:
        csrf = False

    password = PasswordField(_l("Password"))

"""The coordinator's pages: the people of the organisation, inviting one, letting one go."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, Response, abort, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts import actions as accounts
from app.accounts.forms import COLLEAGUES, ColleagueForm, DeedForm, check_button
from app.accounts.labels import DUTIES, ROLES, STATE_SHAPES, STATES
from app.accounts.model import FourEyesError, Permission, Role
from app.accounts.staff import hand_over_link
from app.cases.actions import NobodyError
from app.cases.leading import actions
from app.cases.volunteer import who
from app.web.access import requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.language import in_language, language

blueprint = in_language(Blueprint("leading", __name__))


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "leading.people", _l("Our people"), Permission.LEAD_ORGANISATION)


@blueprint.get("/cases/organisation")
@requires(Permission.LEAD_ORGANISATION)
def people() -> ResponseReturnValue:
    """Show who works for the organisation, how many families each helps, and which invitations wait."""
    return _people()


@blueprint.route("/cases/organisation/invite", methods=["GET", "POST"])
@requires(Permission.LEAD_ORGANISATION)
def invite() -> ResponseReturnValue:
    """Invite a person into the organisation."""
    form = ColleagueForm()
    if not form.is_submitted():
        form.language.data, form.role.data = language(), Role.VOLUNTEER.value
        return _invite(form)
    if not form.validate_on_submit():
        return _invite(form), 422
    try:
        invited = actions.invite(
            session(), address=form.email.data, name=form.name.data, role=Role(form.role.data),
            language=form.language.data, who=who(), now=now(),
        )  # fmt: skip
    except accounts.AddressTakenError:
        form.email.errors = [gettext("Somebody with this address has an account already.")]
        return _invite(form), 422
    return _handed_over(invited, form.email.data, form.name.data, form.language.data)


@blueprint.post("/cases/organisation/invitations/<id_>/again")
@requires(Permission.LEAD_ORGANISATION)
def invite_again(id_: str) -> ResponseReturnValue:
    """Make a new link for an invitation."""
    check_button()
    try:
        invited, old = actions.invite_again(session(), id_, who=who(), now=now())
    except (actions.StrangerError, accounts.AddressTakenError):
        abort(404)
    return _handed_over(invited, old.address, old.name, old.language)


@blueprint.post("/cases/organisation/invitations/<id_>/withdraw")
@requires(Permission.LEAD_ORGANISATION)
def withdraw(id_: str) -> ResponseReturnValue:
    """Withdraw an invitation."""
    check_button()
    try:
        actions.withdraw(session(), id_, who=who(), now=now())
    except actions.StrangerError:
        abort(404)
    return _back("withdrawn")


@blueprint.post("/cases/organisation/people/<id_>/let-go")
@requires(Permission.LEAD_ORGANISATION)
def let_go(id_: str) -> ResponseReturnValue:
    """Let a person go and hand their families on."""
    check_button()
    try:
        with session().begin_nested():
            actions.let_go(session(), id_, request.form.get("successor", ""), who=who(), now=now())
    except actions.StrangerError:
        abort(404)
    except FourEyesError:
        return _people(gettext("Nobody ends their own work here. Ask another coordinator.")), 422
    except NobodyError:
        return _people(gettext("Choose who goes on with the families of this person.")), 422
    return _back("let-go")


def _people(refused: str = "") -> Response:
    asking = who()
    found = actions.load(session(), who=asking, now=now())
    active = [one.person for one in found.people if one.person.standing.active]
    return make_response(
        render_template(
            "cases/leading/people.html",
            load=found,
            me=asking.account,
            successors={
                one.person.id: [("", gettext("Choose")), *((p.id, p.name) for p in active if p.id != one.person.id)]
                for one in found.people
            },
            moment=now(),
            refused=refused,
            said=SAID.get(request.args.get("said", "")),
            form=DeedForm(),
            **_words(),
        )
    )


def _invite(form: ColleagueForm) -> Response:
    roles = [(role.value, ROLES[role]) for role in COLLEAGUES]
    return make_response(render_template("cases/leading/invite.html", form=form, roles=roles, **_words()))


def _handed_over(invited: accounts.Invited, address: str, name: str, code: str) -> ResponseReturnValue:
    return hand_over_link(
        invited, address, name, code, back=url_for(".people"), done=url_for(".people", said="invited")
    )


def _back(said: str) -> ResponseReturnValue:
    return redirect(url_for(".people", said=said), 303)


SAID = {
    "invited": _l("The invitation is on its way."),
    "withdrawn": _l("The invitation was withdrawn: its link opens nothing."),
    "let-go": _l("The person signs in no more. Their families are with whoever you have chosen."),
}


def _words() -> dict[str, object]:
    return {"ROLES": ROLES, "DUTIES": DUTIES, "STATES": STATES, "STATE_SHAPES": STATE_SHAPES}

"""The administrator's pages: people, one person, inviting, invitations that wait."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import actions
from app.accounts.forms import DeedForm, InviteForm, RolesForm, check_button
from app.accounts.labels import DONE, DUTIES, ROLES, STATE_SHAPES, STATES
from app.accounts.model import FourEyesError, Permission, Role, State, permissions
from app.accounts.needs import KEY, Needs
from app.accounts.sign_in.public import BLUEPRINT as SIGN_IN
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.hosts import full_address
from app.web.language import in_language, language
from app.web.pages import chosen

blueprint = in_language(Blueprint("people", __name__))


def needs() -> Needs:
    """Return what the site supplies to these pages."""
    return cast(Needs, current_app.extensions[KEY])


@blueprint.get("/staff/people")
@requires(Permission.MANAGE_ACCOUNTS)
def people() -> ResponseReturnValue:
    """List the people that fit the filters, and the invitations that wait."""
    role, state = chosen(Role, "role"), chosen(State, "state")
    return render_template(
        "accounts/people.html",
        people=actions.list_people(session(), role=role, state=state, actor=actor().reference, now=now()),
        waiting=actions.waiting(session()),
        moment=now(),
        role=role,
        state=state,
        form=DeedForm(),
        **_words(),
    )


@blueprint.route("/staff/people/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNTS)
def invite() -> ResponseReturnValue:
    """Invite a person. Where no mail is sent, the link is shown once, to be handed over."""
    form = InviteForm(organisations=needs().organisations(language()))
    if not form.is_submitted():
        form.language.data = language()
        return _invite_page(form)
    if not form.validate_on_submit():
        return _invite_page(form), 422
    try:
        invited = actions.invite(
            session(),
            address=form.email.data,
            name=form.name.data,
            roles=form.chosen,
            organisation=form.organisation.data or "",
            language=form.language.data,
            actor=actor().reference,
            now=now(),
        )
    except actions.AddressTakenError:
        form.email.errors = [gettext("Somebody with this address has an account already.")]
        return _invite_page(form), 422
    return _handed_over(invited, form.email.data, form.name.data, form.language.data)


@blueprint.post("/staff/people/invitations/<id_>/again")
@requires(Permission.MANAGE_ACCOUNTS)
def invite_again(id_: str) -> ResponseReturnValue:
    """Make a new link for an invitation; the old one opens nothing any more."""
    check_button()
    try:
        invited, old = actions.invite_again(session(), id_, actor=actor().reference, now=now())
    except (actions.UnknownInvitationError, actions.AddressTakenError):
        abort(404)
    return _handed_over(invited, old.address, old.name, old.language)


@blueprint.post("/staff/people/invitations/<id_>/withdraw")
@requires(Permission.MANAGE_ACCOUNTS)
def withdraw(id_: str) -> ResponseReturnValue:
    """Withdraw an invitation."""
    check_button()
    try:
        actions.withdraw(session(), id_, actor=actor().reference, now=now())
    except actions.UnknownInvitationError:
        abort(404)
    return redirect(url_for("people.people", done="withdrawn"), 303)


@blueprint.get("/staff/people/<id_>")
@requires(Permission.MANAGE_ACCOUNTS)
def person(id_: str) -> ResponseReturnValue:
    """Show a person: roles, state, last sign-ins, and what may be done."""
    return _person_page(id_)


@blueprint.post("/staff/people/<id_>/roles")
@requires(Permission.MANAGE_ACCOUNTS)
def change_roles(id_: str) -> ResponseReturnValue:
    """Give the person exactly the chosen roles."""
    form = RolesForm(organisations=needs().organisations(language()))
    if not form.validate_on_submit():
        return _person_page(id_, form=form), 422

    def change(id_: str) -> None:
        actions.change_roles(
            session(),
            id_,
            form.chosen,
            organisation=form.organisation.data or "",
            actor=actor().reference,
            now=now(),
        )

    return _done(id_, "roles", change, form=form)


@blueprint.post("/staff/people/<id_>/disable")
@requires(Permission.MANAGE_ACCOUNTS)
def disable(id_: str) -> ResponseReturnValue:
    """Let the person sign in no more."""
    return _pressed(id_, "disabled", actions.disable)


@blueprint.post("/staff/people/<id_>/enable")
@requires(Permission.MANAGE_ACCOUNTS)
def enable(id_: str) -> ResponseReturnValue:
    """Let a disabled person sign in again."""
    return _pressed(id_, "enabled", actions.enable)


@blueprint.post("/staff/people/<id_>/end-sign-ins")
@requires(Permission.MANAGE_ACCOUNTS)
def end_sign_ins(id_: str) -> ResponseReturnValue:
    """End every sign-in of the person."""
    return _pressed(id_, "ended", actions.end_sign_ins)


@blueprint.post("/staff/people/<id_>/second-factor")
@requires(Permission.MANAGE_ACCOUNTS)
def reset_second_factor(id_: str) -> ResponseReturnValue:
    """Let a person who has lost phone and codes set up a new second factor."""

    def path(code: str) -> str:
        return url_for(f"{SIGN_IN}.forgot_password", language=code)

    return _pressed(id_, "second-factor", partial(actions.reset_second_factor, path=path))


def _pressed(id_: str, done: str, deed: Callable[..., None]) -> ResponseReturnValue:
    check_button()
    return _done(id_, done, lambda id_: deed(session(), id_, actor=actor().reference, now=now()))


def _done(id_: str, done: str, deed: Callable[[str], None], form: RolesForm | None = None) -> ResponseReturnValue:
    """Do the deed and lead back to the person, or say there why it cannot be done."""
    try:
        deed(id_)
    except actions.UnknownAccountError:
        abort(404)
    except actions.ActorError:
        abort(403)
    except FourEyesError:
        refused = gettext("Nobody changes or disables their own account. Ask another administrator.")
    except actions.LastAdministratorError:
        refused = gettext("This is the last administrator. Invite another one first.")
    else:
        return redirect(url_for("people.person", id_=id_, done=done), 303)
    return _person_page(id_, form=form, refused=refused), 422


def _person_page(id_: str, form: RolesForm | None = None, refused: str = "") -> Response:
    organisations = needs().organisations(language())
    try:
        found, sign_ins = actions.read_person(session(), id_, actor=actor().reference, now=now())
    except actions.UnknownAccountError:
        abort(404)
    if form is None:
        form = RolesForm(organisations=organisations, formdata=None)
        form.roles.data = [role.value for role in found.standing.roles]
        form.organisation.data = found.standing.organisation
    return make_response(
        render_template(
            "accounts/person.html",
            person=found,
            sign_ins=sign_ins,
            own=found.id == actor().account,
            at_desk=Permission.TRANSLATE_CONTENT in permissions(found.standing.roles),
            form=form,
            refused=refused,
            organisations=organisations,
            **_words(),
        )
    )


def _invite_page(form: InviteForm) -> Response:
    return make_response(
        render_template("accounts/invite.html", form=form, organisations=needs().organisations(language()), **_words())
    )


def _handed_over(invited: actions.Invited, address: str, name: str, code: str) -> BaseResponse | str:
    people = url_for("people.people")
    return hand_over_link(invited, address, name, code, back=people, done=url_for("people.people", done="invited"))


def hand_over_link(
    invited: actions.Invited, address: str, name: str, code: str, *, back: str, done: str
) -> BaseResponse | str:
    """Send the link. Where no mail leaves this server, show it once, too: it is known now and never again.

    `done` is where a sent invitation leads, `back` where the page with the link leads.
    """
    path = url_for("invitation.join", token=invited.token, language=code)
    actions.send_invitation(session(), invited, address=address, language=code, path=path, now=now())
    if needs().has_mail:
        return redirect(done, 303)
    return render_template(
        "accounts/invited.html", name=name, link=full_address(path), expires_at=invited.expires_at, back=back
    )


def _words() -> dict[str, object]:
    return {
        "ROLES": ROLES,
        "DUTIES": DUTIES,
        "STATES": STATES,
        "STATE_SHAPES": STATE_SHAPES,
        "done": DONE.get(request.args.get("done", "")),
    }

"""The page that an invitation leads to: the invited person chooses a password and has an account."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts import actions
from app.accounts.forms import JoinForm
from app.accounts.labels import PASSWORD_FAULTS
from app.accounts.model import Invitation
from app.accounts.needs import KEY, Needs
from app.accounts.passwords import password_fault
from app.web.database import database, now, session
from app.web.forgery import proved_by_link
from app.web.language import in_language

blueprint = in_language(Blueprint("invitation", __name__))


@blueprint.get("/account/join/<token>")
def join(token: str) -> ResponseReturnValue:
    """Greet the invited person and ask for a password; a link that opens nothing says only that."""
    try:
        return _page(_invitation(token), token, error="")
    except actions.InvitationError:
        return _gone()


@blueprint.post("/account/join/<token>")
@proved_by_link
def accept(token: str) -> ResponseReturnValue:
    """Make the account, once."""
    try:
        invited = _invitation(token)
        typed = JoinForm().password.data or ""
        fault = password_fault(typed, (invited.name, invited.address))
        if fault is not None:
            return _page(invited, token, error=str(PASSWORD_FAULTS[fault])), 422
        # The hash takes its time: made before the transaction, it keeps nobody waiting.
        password_hash = _needs().hash_password(typed)
        actions.accept(session(), token, password_hash=password_hash, now=now())
    except actions.InvitationError:
        return _gone()
    return redirect(url_for("invitation.joined"), 303)


@blueprint.get("/account/joined")
def joined() -> ResponseReturnValue:
    """Say that the account is there, and lead to the sign-in."""
    return _private("accounts/joined.html", sign_in=_needs().sign_in())


def _invitation(token: str) -> Invitation:
    with database().reading() as reading:
        return actions.look_at(reading, token, now=now())


def _page(invited: Invitation, token: str, *, error: str) -> Response:
    return _private("accounts/join.html", name=invited.name, token=token, error=error)


def _gone() -> ResponseReturnValue:
    return _private("accounts/join_gone.html"), 404


def _private(template: str, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _needs() -> Needs:
    return cast(Needs, current_app.extensions[KEY])

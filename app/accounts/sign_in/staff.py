"""One's own account: who I am here, second factors, sign-ins, and staying signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.labels import DUTIES, ROLES
from app.accounts.model import Permission
from app.accounts.sign_in import actions
from app.accounts.sign_in.labels import OVER
from app.accounts.sign_in.public import BLUEPRINT, limits
from app.accounts.store import AccountRow, lock_account
from app.accounts.timeout import WARNING
from app.kernel.languages import PUBLIC
from app.web import database
from app.web.access import actor, requires
from app.web.database import now
from app.web.desk import add_desk_page, desk_pages
from app.web.language import in_language, language

blueprint = in_language(Blueprint("own_account", __name__))


def install_own_account(site: Flask) -> None:
    """Serve the pages, and give the templates of staff their header."""
    site.register_blueprint(blueprint)
    site.jinja_env.globals.update(
        desk_pages=desk_pages, my_name=_my_name, my_time=_my_time, deed_form=DeedForm, sign_in_over=_over
    )
    add_desk_page(site, "people.people", _l("People"), Permission.MANAGE_ACCOUNTS)


@blueprint.get("/account")
@requires(Permission.OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    """Show who I am here."""
    me = _me()
    return render_template(
        "accounts/sign_in/account.html",
        me=me,
        roles=[ROLES[role] for role in ROLES if role in me.roles],
        duties=[DUTIES[role] for role in DUTIES if role in me.roles],
        codes_left=len(me.mf_recovery_codes or []),
        sign_ins=actions.own_sign_ins(database.session(), me.id, _this(), limits=limits(), now=now()),
    )


@blueprint.get("/account/arrived")
@requires(Permission.OWN_ACCOUNT)
def arrived() -> ResponseReturnValue:
    """Lead on after the sign-in: to the recovery codes where there are none yet."""
    me = _me()
    if me.tf_primary_method and not me.mf_recovery_codes:
        return redirect(url_for(f"{BLUEPRINT}.mf_recovery_codes"), 303)
    return redirect(url_for("own_account.account"), 303)


@blueprint.post("/account/sign-ins/<id_>/end")
@requires(Permission.OWN_ACCOUNT)
def end_sign_in(id_: str) -> ResponseReturnValue:
    """End one of my sign-ins."""
    check_button()
    try:
        actions.revoke(database.session(), actor().account, id_, now=now())
    except actions.UnknownSignInError:
        abort(404)
    flash(gettext("The device is signed out."))
    return redirect(url_for("own_account.account"), 303)


@blueprint.post("/account/sign-ins/end-others")
@requires(Permission.OWN_ACCOUNT)
def end_others() -> ResponseReturnValue:
    """End all my sign-ins but this one."""
    check_button()
    actions.revoke_others(database.session(), actor().account, _this(), reason="own", now=now())
    flash(gettext("All other devices are signed out."))
    return redirect(url_for("own_account.account"), 303)


@blueprint.post("/account/language")
@requires(Permission.OWN_ACCOUNT)
def speak() -> ResponseReturnValue:
    """Choose the language of letters to me."""
    check_button()
    code = request.form.get("language", "")
    if code not in PUBLIC:
        abort(400)
    actions.speak(database.session(), actor().account, code, now=now())
    return redirect(url_for("own_account.account", language=code), 303)


@blueprint.route("/account/time-out", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def time_out() -> ResponseReturnValue:
    """Say how long the sign-in lasts without a click; a POST is one."""
    back = request.values.get("next", "")
    parts = urlsplit(back)
    if parts.scheme or parts.netloc or "\\" in back or not parts.path.startswith(f"/{language()}/"):
        back = url_for("own_account.account")
    if request.method == "POST":
        check_button()
        return redirect(back, 303)
    return render_template("accounts/sign_in/time_out.html", minutes=max(1, round(_left() / 60)), back=back)


def _me() -> AccountRow:
    me = lock_account(database.session(), actor().account)
    if me is None:
        abort(404)
    return me


def _this() -> str:
    return str(session.get("sign_in", ""))


def _left() -> float:
    rest = actions.left(database.session(), actor().account, _this(), limits=limits(), now=now())
    return rest.total_seconds()


def _my_name() -> str:
    row = database.session().get(AccountRow, actor().account)
    return row.name if row else ""


def _my_time() -> dict[str, Any]:
    """Return after how many seconds the page asks whether somebody is still there, and when it is over."""
    left = timedelta(seconds=_left())
    return {"warn": max(int((left - WARNING).total_seconds()), 1), "over": max(int(left.total_seconds()), 1)}


def _over() -> str:
    """Return why the last sign-in ended, told once."""
    if "over" not in g:
        g.over = str(OVER.get(session.pop("over", ""), ""))
    return str(g.over)

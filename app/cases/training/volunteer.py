"""The page from which somebody begins to practise."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.cases.training import actions
from app.cases.training.model import Family
from app.cases.volunteer import who
from app.web.access import requires
from app.web.database import now, session
from app.web.language import in_language

blueprint = in_language(Blueprint("training", __name__))

FAMILIES = {
    Family.MOTHER: (
        _l("A mother whose son is missing"),
        _l("Her husband does not know yet: learn how to reach somebody safely, and work a whole plan through."),
    ),
    Family.WIFE: (
        _l("A wife abroad whose husband was seen in captivity"),
        _l("Learn how to ask for consent, to send somebody to legal aid, and to ask for an extract on her behalf."),
    ),
    Family.GRANDMOTHER: (
        _l("A grandmother under occupation whose grandchild was taken"),
        _l("Learn what must not be written down or sent, and how to hand a case over."),
    ),
}


@blueprint.get("/cases/training")
@requires(Permission.HELP_FAMILIES)
def training() -> ResponseReturnValue:
    """Offer invented families to practise with."""
    return render_template("cases/training/training.html", families=FAMILIES, form=DeedForm())


@blueprint.post("/cases/training")
@requires(Permission.HELP_FAMILIES)
def begin() -> ResponseReturnValue:
    """Open a training case."""
    check_button()
    chosen = request.form.get("family", "")
    if chosen not in set(Family):
        abort(400)
    id_ = actions.begin(session(), Family(chosen), who=who(), random=secrets.SystemRandom(), now=now())
    return redirect(url_for("cases.show", id_=id_, said="opened"), 303)

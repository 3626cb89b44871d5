"""Erasing a closed case at its family's wish."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.forms import check_button
from app.accounts.model import Permission
from app.cases.actions import UnknownCaseError
from app.cases.keeping import actions
from app.cases.volunteer import back, who
from app.web.access import requires
from app.web.database import now, session
from app.web.files import shelf
from app.web.language import in_language

blueprint = in_language(Blueprint("keeping", __name__))


@blueprint.post("/cases/<id_>/erase")
@requires(Permission.LEAD_ORGANISATION)
def erase(id_: str) -> ResponseReturnValue:
    """Erase a closed case at once, where the coordinator has said that they know it cannot be undone."""
    check_button()
    if not request.form.get("sure"):
        return back(id_, "not-sure")
    try:
        actions.erase(session(), shelf(), id_, who=who(), now=now())
    except UnknownCaseError:
        abort(404)
    except actions.StillOpenError:
        return back(id_, "still-open")
    return redirect(url_for("cases.listed", said="erased"), 303)

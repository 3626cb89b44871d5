"""The button by which an applicant asks for letters about later changes of the entry, or wants no more of them."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.extracts.actions import Followed
from app.extracts.following.public import with_request
from app.extracts.newer import actions
from app.web.database import now, session
from app.web.language import in_language

blueprint = in_language(Blueprint("newer", __name__))


@blueprint.post("/extract/request/newer")
@with_request
def letters(followed: Followed) -> ResponseReturnValue:
    """Agree to letters about later changes, or stop them, as the button pressed says."""
    if request.form.get("letters") == "agree":
        actions.agree_to_letters(session(), followed.id, now=now())
    else:
        actions.stop_letters(session(), followed.id, now=now())
    return redirect(url_for("following.follow"), 303)

"""Letters for staff: how many wait, were sent, and could not be, with why; never to whom or what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.kernel.dates import KYIV
from app.operations.mail.labels import DONE, KINDS, STATES
from app.outbox import actions
from app.outbox.model import State
from app.outbox.store import NotDeadError, counts, dead
from app.web.access import actor, requires
from app.web.database import database, now, session
from app.web.desk import add_desk_page
from app.web.language import in_language

blueprint = in_language(Blueprint("mail", __name__))


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "mail.letters", _l("Letters"), Permission.SEE_LETTERS)


@blueprint.get("/staff/letters")
@requires(Permission.SEE_LETTERS)
def letters() -> ResponseReturnValue:
    """Show how many letters of each kind wait, were sent or could not be, and each of the last with the reason."""
    with database().reading() as reading:
        found, lost = counts(reading), dead(reading)
    return render_template(
        "operations/letters.html",
        kinds=[(words, [found.get((kind, state), 0) for state in STATES]) for kind, words in KINDS.items()],
        states=list(STATES.values()),
        dead=[(job, KINDS[job.kind], job.created_at.astimezone(KYIV)) for job in lost],
        waiting=sum(number for (_, state), number in found.items() if state is State.WAITING),
        form=DeedForm(),
        done=DONE.get(request.args.get("done", "")),
    )


@blueprint.post("/staff/letters/<id_>/retry")
@requires(Permission.SEE_LETTERS)
def retry(id_: str) -> ResponseReturnValue:
    """Try a letter again that could not be sent."""
    return _pressed(id_, actions.retry, "retried")


@blueprint.post("/staff/letters/<id_>/drop")
@requires(Permission.SEE_LETTERS)
def drop(id_: str) -> ResponseReturnValue:
    """Give a letter up that could not be sent, and forget its address."""
    return _pressed(id_, actions.discard, "dropped")


def _pressed(id_: str, deed: Callable[..., None], done: str) -> ResponseReturnValue:
    check_button()
    try:
        deed(session(), id_, actor=actor().reference, now=now())
    except NotDeadError:
        done = "gone"
    return redirect(url_for("mail.letters", done=done), 303)

"""The pages of whoever receives a referral: opened by a link that expires, without an account, script or cookie.

The first page says who asks for what, and nothing of the family; what is shared is behind a button, so that programs
that follow the links of letters open nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.cases.consenting.labels import body_name
from app.cases.referring import actions, forms
from app.cases.referring.labels import (
    SHAPES,
    STATES,
    day_of,
    need_words,
    parcel_rows,
    time_of,
)
from app.cases.referring.model import Deed, Kind, NotNowError, NoWordsError
from app.directory.model import Directory
from app.register.forms import Typed
from app.web.database import database, now, session
from app.web.edition import part
from app.web.forgery import proved_by_link
from app.web.language import in_language
from app.web.limits import Budget, limited

blueprint = in_language(Blueprint("receiving", __name__))

SAID = {
    "taken": _l("Thank you. Whoever asked you is told. You can change your answer here as long as the link opens."),
    "moved": _l("This was answered before. Look at how it stands now."),
}

WROTE, TOLD = _l("You wrote"), _l("You were told")


@blueprint.get("/referral/<token>")
@limited(Budget.CODE)
def look(token: str) -> ResponseReturnValue:
    """Say who asks for what; a link that opens nothing says only that."""
    try:
        return _first(token, Typed({}))
    except actions.NoReferralError:
        return _gone()


@blueprint.post("/referral/<token>/open")
@limited(Budget.GUESS)
@proved_by_link
def open_shared(token: str) -> ResponseReturnValue:
    """Open what is shared: whoever sent it, and the family, see that it was opened."""
    try:
        actions.open_shared(session(), token, now=now())
    except actions.NoReferralError:
        return _gone()
    return redirect(url_for(".shared", token=token), 303)


@blueprint.get("/referral/<token>/data")
@limited(Budget.CODE)
def shared(token: str) -> ResponseReturnValue:
    """Show what is shared to whoever has pressed the button, and take an answer."""
    try:
        return _data(token, Typed({}))
    except actions.NotOpenedError:
        return redirect(url_for(".look", token=token), 303)
    except actions.NoReferralError:
        return _gone()


@blueprint.post("/referral/<token>/answer")
@limited(Budget.GUESS)
@proved_by_link
def answer(token: str) -> ResponseReturnValue:
    """Take what a body answers."""
    typed = forms.entered_answer()
    try:
        deed, reason = forms.read_answer(typed)
        with session().begin_nested():
            standing = actions.answer(
                session(), token, deed, reason=reason, better=typed.get("better"), words=typed.get("words"),
                directory=part(Directory), now=now(),
            )  # fmt: skip
    except actions.NoReferralError:
        return _gone()
    except NotNowError:
        return redirect(url_for(".shared", token=token, said="moved"), 303)
    except (forms.UnreadError, NoWordsError) as refused:
        if isinstance(refused, NoWordsError):
            typed.say("words", gettext("Write it in words: without them nobody can go on."))
        return _again(token, typed)
    if not standing.is_open:
        return redirect(url_for(".answered"), 303)
    return redirect(url_for(".shared", token=token, said="taken"), 303)


@blueprint.get("/referral/answered")
def answered() -> ResponseReturnValue:
    """Thank a body for its last word. The page is the same for everybody and knows nothing."""
    return _private("cases/referring/answered.html")


def _again(token: str, typed: Typed) -> ResponseReturnValue:
    """Show the form with what is wrong, on the page from which it was sent."""
    try:
        page = _data(token, typed)
    except actions.NotOpenedError:
        page = _first(token, typed)
    except actions.NoReferralError:
        return _gone()
    return page, 422


def _first(token: str, typed: Typed) -> Response:
    with database().reading() as reading:
        asked = actions.look_at(reading, token, now=now())
    offered = [Deed.DECLINE]
    return _private(
        "cases/referring/look.html",
        token=token,
        problems=typed.faults,
        controls=forms.answer_controls(typed, offered, part(Directory), ""),
        said=None,
        **_about(asked),
    )


def _data(token: str, typed: Typed) -> Response:
    found = actions.shared(session(), token, now=now())
    standing = found.asked.standing
    return _private(
        "cases/referring/shared.html",
        token=token,
        problems=typed.faults,
        message=found.message,
        parcels=[(day_of(parcel.at), parcel_rows(parcel)) for parcel in found.parcels],
        said_before=[
            (time_of(step.at), TOLD if step.deed is Deed.SUPPLY else WROTE, step.words)
            for step in found.steps
            if step.words
        ],
        state=STATES[standing.state],
        shape=SHAPES[standing.state],
        is_answered=standing.answered_at is not None,
        controls=forms.answer_controls(typed, standing.may_answer, part(Directory), ""),
        said=SAID.get(request.args.get("said", "")),
        **_about(found.asked),
    )


def _about(asked: actions.Asked) -> dict[str, object]:
    return {
        "organisation": body_name(asked.organisation),
        "need": need_words(asked.need),
        "is_transfer": asked.standing.kind is Kind.TRANSFER,
        "sent_on": day_of(asked.standing.sent_at),
        "until": time_of(asked.link.expires_at),
        "is_training": asked.is_training,
    }


def _gone() -> ResponseReturnValue:
    return _private("cases/referring/gone.html"), 422


def _private(template: str, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response

"""The pages on which an applicant follows a request: opened with reference and passphrase, closed again by a button."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial, wraps
from typing import Concatenate, ParamSpec

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.extracts import actions, forms
from app.extracts.correcting import actions as correcting
from app.extracts.correcting.labels import correction_words
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import NoTextError
from app.extracts.desk.labels import decision_words
from app.extracts.labels import HAPPENED, OPENING_REFUSED, PURPOSES, STATES, opening_fault, state_kind
from app.extracts.labels import text as words_of
from app.extracts.model import Purpose
from app.extracts.newer import actions as later
from app.extracts.public import REQUEST, calendar_of, keep_each
from app.extracts.repeating import actions as repeating
from app.extracts.request import Happened, StateError
from app.extracts.withdrawing import actions as withdrawing
from app.extracts.withdrawing.labels import withdrawal_words
from app.kernel.dates import day_and_time
from app.web.database import database, now, session
from app.web.downloads import download
from app.web.files import shelf, takes_files
from app.web.headers import forget_pages
from app.web.language import in_language
from app.web.limits import Budget, limited
from app.web.own import give, held, of_own, take

P = ParamSpec("P")

blueprint = in_language(Blueprint("following", __name__))

OPENED = timedelta(hours=1)
"""How long a request stays open on a device after its passphrase was given."""


def with_request(
    view: Callable[Concatenate[actions.Followed, P], ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Hand the request that this device has opened to a view; without one, ask for reference and passphrase."""

    @of_own
    @wraps(view)
    def opened(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            with database().reading() as reading:
                followed = actions.follow(reading, held(REQUEST, now=now()))
        except actions.UnknownRequestError:
            return redirect(url_for("following.open_request"), 303)
        return view(followed, *args, **kwargs)

    return opened


@blueprint.route("/extract/open", methods=["GET", "POST"])
@limited(Budget.GUESS)
def open_request() -> ResponseReturnValue:
    """Ask for reference and passphrase; wrong ones are answered the same, whichever of the two is wrong."""
    if request.method != "POST":
        return _private("extracts/open.html", reference="", errors=())
    reference, passphrase = request.form.get("reference", ""), request.form.get("passphrase", "")
    try:
        id_ = actions.open_request(session(), reference, passphrase, now=now())
    except OPENING_REFUSED as refused:
        return _refused(reference, opening_fault(refused))
    response = make_response(redirect(url_for("following.follow"), 303))
    give(response, REQUEST, id_, lasts=OPENED, now=now())
    return response


@blueprint.get("/extract/request")
@with_request
def follow(followed: actions.Followed) -> ResponseReturnValue:
    """Show where the request stands, its place, by when an answer is due, and what happened so far."""
    return _request_page(followed)


@blueprint.post("/extract/request/answer")
@takes_files(forms.FILES_AT_ONCE)
@with_request
def answer(followed: actions.Followed) -> ResponseReturnValue:
    """Take the answer to a question with the papers that belong to it; a paper alone is an answer, too."""
    typed = request.form.get("answer", "")
    upload = forms.attached(forms.offered_papers(followed.kinship))
    if upload.errors:
        return _request_page(followed, refused=upload.errors), 422
    text = typed.strip() or (gettext("The paper is attached.") if upload.files else "")
    try:
        with session().begin_nested() as both:
            errors = keep_each(upload, partial(actions.add_to_request, session(), shelf(), followed.id))
            desk.answer(session(), followed.id, text, now=now())
            if errors:
                both.rollback()
    except NoTextError:
        wrong = {"answer": gettext("Write your answer, or attach the paper.")}
        return _request_page(followed, wrong=wrong), 422
    except StateError:
        # Answered from another tab, or withdrawn: the page says so.
        return _follow()
    if errors:
        return _request_page(followed, refused=errors), 422
    return _follow()


@blueprint.post("/extract/request/purpose")
@with_request
def add_purpose(followed: actions.Followed) -> ResponseReturnValue:
    """Add a purpose to a request that is not decided yet."""
    chosen, other = request.form.get("purpose", ""), request.form.get("purpose-other", "")
    if chosen not in set(Purpose):
        return _request_page(followed, wrong={"purpose": gettext("Choose a purpose from the list.")}), 422
    try:
        actions.add_purpose(session(), followed.id, Purpose(chosen), other=other, now=now())
    except actions.NoWordsError:
        error = gettext("Say what the other purpose is, in at most 300 characters.")
        return _request_page(followed, wrong={"purpose-other": error}), 422
    except StateError:
        # Decided in this very moment: the page says how.
        return _follow()
    return _follow()


@blueprint.get("/extract/request/extract.pdf")
@with_request
def extract_file(followed: actions.Followed) -> ResponseReturnValue:
    """Hand the issued extract to its applicant, to be saved."""
    try:
        return download(desk.fetch_extract(session(), shelf(), followed.id, now=now()))
    except desk.NoExtractError:
        return _follow()


def _request_page(
    followed: actions.Followed, *, wrong: Mapping[str, str] | None = None, refused: Sequence[str] = ()
) -> Response:
    """Show the request; `wrong` says what is wrong with which field, `refused` why files were not taken."""
    with database().reading() as reading:
        told = desk.told(reading, followed.id)
        standing = repeating.standing(reading, followed.id)
        newer = later.wish(reading, followed.id)
        issued = withdrawing.issued(reading, followed.id)
        corrections = correcting.of_request(reading, followed.id)
    withdrawal = issued.withdrawal if issued else None
    events = [
        {
            "when": entry.at.isoformat(timespec="seconds"),
            "time": day_and_time(entry.at),
            "title": HAPPENED[entry.what],
        }
        for entry in followed.history
    ]
    return _private(
        "extracts/request.html",
        request_=followed,
        state=HAPPENED[Happened.EXTRACT_WITHDRAWN] if withdrawal else STATES[followed.state],
        kind="refused" if withdrawal else state_kind(followed.state),
        events=events,
        words=words_of,
        token=None,
        told=told,
        newer=newer,
        withdrawn=withdrawal_words(withdrawal) if withdrawal else None,
        corrections=[correction_words(one) for one in corrections],
        decision=decision_words(told) if told.outcome else None,
        typed={name: request.form.get(name, "") for name in ("answer", "purpose", "purpose-other")},
        wrong=wrong or {},
        refused=refused,
        offered=forms.offered_papers(followed.kinship),
        standing=standing,
        further=[
            ("", gettext("Choose")),
            *((code, text) for code, text in PURPOSES.items() if code not in followed.purposes),
        ],
    )


@blueprint.get("/extract/request/dates.ics")
@with_request
def dates(followed: actions.Followed) -> ResponseReturnValue:
    """The days to remember, for the phone's calendar."""
    return calendar_of(followed.reference, followed.term)


@blueprint.get("/extract/request/papers")
@with_request
def papers(followed: actions.Followed) -> ResponseReturnValue:
    """Take papers that were missing or asked for."""
    return _papers(followed)


@blueprint.post("/extract/request/papers")
@takes_files(forms.FILES_AT_ONCE)
@with_request
def add_papers(followed: actions.Followed) -> ResponseReturnValue:
    """Add papers to the request; each stands for itself."""
    upload = forms.uploaded(forms.offered_papers(followed.kinship))
    try:
        errors = keep_each(upload, partial(actions.add_to_request, session(), shelf(), followed.id))
    except StateError:
        return _follow()
    if errors:
        return _papers(actions.follow(session(), followed.id), errors), 422
    return redirect(url_for("following.papers"), 303)


@blueprint.route("/extract/request/withdraw", methods=["GET", "POST"])
@with_request
def withdraw(followed: actions.Followed) -> ResponseReturnValue:
    """Withdraw the request after asking once."""
    if not followed.is_open:
        return _follow()
    if request.method != "POST":
        return _private("extracts/withdraw.html", request_=followed)
    try:
        actions.withdraw(session(), followed.id, now=now())
    except StateError:
        # Decided in this very moment: the page says how.
        return _follow()
    return _follow()


@blueprint.post("/extract/request/leave")
def leave() -> ResponseReturnValue:
    """Close the request on this device."""
    response = make_response(redirect(url_for("extracts.extract"), 303))
    take(response, REQUEST)
    return forget_pages(response)


def _papers(followed: actions.Followed, errors: Sequence[str] = ()) -> Response:
    return _private(
        "extracts/more_papers.html",
        request_=followed,
        offered=forms.offered_papers(followed.kinship),
        errors=errors,
        words=words_of,
    )


def _refused(reference: str, *errors: tuple[str, str]) -> ResponseReturnValue:
    return _private("extracts/open.html", reference=reference[:60], errors=errors), 422


def _follow() -> ResponseReturnValue:
    return redirect(url_for("following.follow"), 303)


def _private(template: str, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.headers["X-Robots-Tag"] = "noindex"
    return response

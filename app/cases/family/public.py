"""The family's own page: opened with reference and passphrase, held for an hour, closed by a button.

Each part of the page is a function that returns what its template shows; this file puts the parts together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.cases.actions import ClosedError, UnknownCaseError
from app.cases.asking.actions import own_requests
from app.cases.consenting import actions as consenting
from app.cases.consenting.labels import OWN_SHARES, body_name, consent_words
from app.cases.family import actions
from app.cases.family.labels import SPOKEN, done_words, who_words
from app.cases.labels import CLOSINGS, STATES
from app.cases.labels import SHAPES as CASE_SHAPES
from app.cases.model import OF_FAMILY, OF_PERSON, Case, State
from app.cases.referring.actions import referrals
from app.cases.referring.labels import referral_words, step_title
from app.cases.store import within
from app.cases.working.papers.actions import papers_of
from app.cases.working.papers.labels import KINDS
from app.cases.working.talking import actions as talking
from app.cases.working.talking.model import NoWordsError
from app.extracts.forms import answered
from app.extracts.labels import OPENING_REFUSED, opening_fault, state_kind
from app.extracts.labels import STATES as REQUEST_STATES
from app.kernel.dates import KYIV, day_and_time
from app.register.forms import read_number
from app.register.staff import full_name
from app.storage.engine import Session
from app.web.database import database, now, session
from app.web.headers import forget_pages
from app.web.language import in_language
from app.web.limits import Budget, limited
from app.web.own import give, held, of_own, take

P = ParamSpec("P")

blueprint = in_language(Blueprint("family", __name__))

FAMILY = "family"
"""Under what name a device holds the family's page."""

OPENED = timedelta(hours=1)
"""How long the page stays open on a device after its passphrase was given."""

SAID = {
    "agreed": _l("You have agreed. You can withdraw it here at any time."),
    "refused": _l("You have not agreed: nothing is shared."),
    "withdrawn": _l("Your consent is withdrawn. From now on nothing more is shared under it."),
    "sent": _l("Your message is sent. Whoever helps you reads it here."),
    "moved": _l("This was changed meanwhile. Look at it as it is now."),
}


def with_family(
    view: Callable[Concatenate[Case, P], ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Hand the case that this device has opened to a view; without one, ask for reference and passphrase."""

    @of_own
    @wraps(view)
    def opened(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            with database().reading() as reading:
                case = actions.own_page(reading, held(FAMILY, now=now()), now=now())
        except UnknownCaseError:
            return redirect(url_for("family.open_page"), 303)
        return view(case, *args, **kwargs)

    return opened


@contextmanager
def reading_of(case: Case) -> Iterator[Session]:
    """A reading session that sees the rows of the case's organisation."""
    with database().reading() as reading:
        within(reading, case.organisation)
        yield reading


def writing_of(case: Case) -> Session:
    """Return the session of this request; it sees and writes rows of the case's organisation."""
    within(session(), case.organisation)
    return session()


@blueprint.route("/family/open", methods=["GET", "POST"])
@limited(Budget.GUESS)
def open_page() -> ResponseReturnValue:
    """Ask for reference and passphrase; wrong ones are answered the same, whichever of the two is wrong."""
    if request.method != "POST":
        return family_page("cases/family/open.html", reference="", errors=())
    reference, passphrase = request.form.get("reference", ""), request.form.get("passphrase", "")
    try:
        key = actions.open_page(session(), reference, passphrase, now=now())
    except OPENING_REFUSED as refused:
        return _refused(reference, opening_fault(refused))
    response = make_response(redirect(url_for("family.show"), 303))
    give(response, FAMILY, key, lasts=OPENED, now=now())
    return response


@blueprint.get("/family")
@with_family
def show(case: Case) -> ResponseReturnValue:
    """Show what the family is asked, who has its data, and what it agreed to."""
    with reading_of(case) as reading:
        return family_page(
            "cases/family/show.html",
            case=case,
            said=SAID.get(request.args.get("said", "")),
            unread=actions.unread(reading, case),
            requests=_requests(reading, case),
            **_holders(reading, case),
            sent=_sent(reading, case),
            **_consents(reading, case),
        )


@blueprint.get("/family/kept")
@with_family
def kept(case: Case) -> ResponseReturnValue:
    """Show what is kept of the family, in the words in which it was told."""
    with reading_of(case) as reading:
        scans = [one for one in consenting.consents_of(reading, case.id) if one.paper]
        papers = [(KINDS[paper.kind], paper.name) for paper in papers_of(reading, case)]
        notes = talking.notes_of(reading, case)
    return family_page(
        "cases/family/kept.html",
        case=case,
        told=[row for page in OF_FAMILY for row in answered(page, case.answers_on(case.missing[0]), SPOKEN)],
        people=[
            (full_name(one.claim.person), [row for page in OF_PERSON for row in answered(page, one.answers, SPOKEN)])
            for one in case.missing
        ],
        scans=len(scans),
        papers=papers,
        notes=len(notes),
    )


@blueprint.get("/family/seen")
@with_family
def seen(case: Case) -> ResponseReturnValue:
    """Show who has seen the family's data, when and what, the newest first."""
    before = read_number(request.args.get("before", ""))
    with reading_of(case) as reading:
        found, further = actions.looks(reading, case, before=before)
    return family_page(
        "cases/family/seen.html",
        case=case,
        events=[
            {
                "when": look.at.isoformat(timespec="seconds"),
                "time": day_and_time(look.at),
                "title": done_words(look),
                "text": who_words(look),
            }
            for look in found
        ],
        further=url_for(".seen", before=further) if further else "",
        is_first=not before,
    )


@blueprint.get("/family/messages")
@with_family
def messages(case: Case) -> ResponseReturnValue:
    """Show the messages between the family and those who help it; what they wrote is read by it."""
    return _messages(case)


@blueprint.post("/family/messages")
@with_family
def write(case: Case) -> ResponseReturnValue:
    """Write to those who help: a question, or what has to be put right."""
    try:
        talking.write_own_message(writing_of(case), case, request.form.get("message", ""), now=now())
    except NoWordsError:
        return _messages(case, gettext("Write something, at most 2,000 characters.")), 422
    except ClosedError:
        return redirect(url_for(".show", said="moved"), 303)
    return redirect(url_for(".messages", said="sent"), 303)


@blueprint.post("/family/consents/<consent>/agree")
@with_family
def agree(case: Case, consent: str) -> ResponseReturnValue:
    """Agree to a share that a volunteer has prepared."""
    return _answered("agreed", lambda: consenting.agree(writing_of(case), case, consent, now=now()))


@blueprint.post("/family/consents/<consent>/refuse")
@with_family
def refuse(case: Case, consent: str) -> ResponseReturnValue:
    """Do not agree to a share that a volunteer has prepared."""
    return _answered("refused", lambda: consenting.refuse(writing_of(case), case, consent, now=now()))


@blueprint.post("/family/consents/<consent>/withdraw")
@with_family
def withdraw(case: Case, consent: str) -> ResponseReturnValue:
    """Withdraw a consent at once."""
    return _answered("withdrawn", lambda: consenting.withdraw_own(writing_of(case), case, consent, now=now()))


@blueprint.post("/family/leave")
def leave() -> ResponseReturnValue:
    """Close the page on this device."""
    response = make_response(redirect(url_for(".open_page"), 303))
    take(response, FAMILY)
    return forget_pages(response)


def family_page(template: str, **values: object) -> Response:
    """Render a part of the family's page; nobody but its device keeps it."""
    response = make_response(
        render_template(
            template,
            parts=[(endpoint, title, request.endpoint == endpoint) for endpoint, title in PARTS],
            STATES=STATES,
            SHAPES=CASE_SHAPES,
            CLOSINGS=CLOSINGS,
            time_of=day_and_time,
            **values,
        )
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


PARTS = (
    ("family.show", _l("Your page")),
    ("family.messages", _l("Messages")),
    ("family.kept", _l("What we keep of you")),
    ("family.seen", _l("Who has seen my data")),
)
"""The parts of the page, by endpoint, in their order."""


def _messages(case: Case, wrong: str = "") -> Response:
    with reading_of(case) as reading:
        names = actions.names_of(reading, case)
    found = talking.read_own_messages(writing_of(case), case, now=now())
    return family_page(
        "cases/family/messages.html",
        case=case,
        said=SAID.get(request.args.get("said", "")),
        wrong=wrong,
        typed=request.form.get("message", ""),
        events=[
            {
                "when": one.at.isoformat(timespec="seconds"),
                "time": day_and_time(one.at),
                "title": gettext("You")
                if one.is_of_family
                else names.get(one.by.partition(":")[2]) or gettext("somebody who belonged to the organisation"),
                "text": one.text,
                "kind": "" if one.is_of_family else "now",
            }
            for one in found
        ],
    )


def _requests(reading: Session, case: Case) -> list[dict[str, object]]:
    return [
        {
            "reference": one.reference,
            "passphrase": one.passphrase,
            "state": REQUEST_STATES[one.state],
            "shape": state_kind(one.state),
            "due_on": one.due_on,
        }
        for one in own_requests(reading, case, now=now())
    ]


def _holders(reading: Session, case: Case) -> Mapping[str, object]:
    return {"organisation": body_name(case.organisation), "helpers": actions.helpers(reading, case)}


def _sent(reading: Session, case: Case) -> list[dict[str, object]]:
    """Return what was sent to whom, who opened it when, and what came of it."""
    return [
        {
            "told": referral_words(one, now()),
            "shares": [words for share, words in OWN_SHARES.items() if share in one.shares],
            "steps": [(step, step_title(step, one)) for step in one.steps],
        }
        for one in referrals(reading, case)
    ]


def _consents(reading: Session, case: Case) -> Mapping[str, object]:
    found = [consent_words(one, _today(), OWN_SHARES) for one in consenting.consents_of(reading, case.id)]
    return {
        "asked": [one for one in found if one.is_asked and case.state is State.OPEN],
        "consents": [one for one in found if not one.is_asked],
        "family": f"family:{case.reference}",
    }


def _answered(said: str, deed: Callable[[], None]) -> ResponseReturnValue:
    try:
        deed()
    except (consenting.UnknownConsentError, UnknownCaseError):
        abort(404)
    except (consenting.MovedError, ClosedError):
        said = "moved"
    return redirect(url_for(".show", said=said), 303)


def _refused(reference: str, *errors: tuple[str, str]) -> ResponseReturnValue:
    return family_page("cases/family/open.html", reference=reference[:60], errors=errors), 422


def _today() -> date:
    return now().astimezone(KYIV).date()

"""The pages on which a family asks to have the register put right, and prints the same as a letter."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from app.extracts.actions import Followed
from app.extracts.correcting import actions
from app.extracts.correcting.correction import State
from app.extracts.correcting.labels import CAUSES, correction_words, offered_words
from app.extracts.evidence import Paper
from app.extracts.following.public import with_request
from app.extracts.labels import text as words_of
from app.kernel.dates import KYIV, in_words
from app.kernel.languages import SOURCE
from app.web.database import database, now, session
from app.web.language import in_language, language

blueprint = in_language(Blueprint("correcting", __name__))


@blueprint.route("/extract/request/correction", methods=["GET", "POST"])
@with_request
def correction(followed: Followed) -> ResponseReturnValue:
    """Show the correction request that is ready to be sent, or where the one that was sent stands; send it once."""
    if request.method != "POST":
        return _page(followed)
    causes, text = request.form.getlist("causes"), request.form.get("text", "")
    try:
        actions.send(session(), followed.id, causes, text, now=now())
    except actions.NothingSaidError:
        return _page(followed, error=gettext("Tick what may be the cause, or write what is wrong.")), 422
    except actions.NotOfferedError:
        return redirect(url_for("following.follow"), 303)
    return redirect(url_for(".correction"), 303)


@blueprint.get("/extract/request/correction/letter")
@with_request
def letter(followed: Followed) -> ResponseReturnValue:
    """Show the correction request as a letter, in Ukrainian, to be printed and handed in."""
    with database().reading() as reading:
        try:
            offered = actions.offer(reading, followed.id)
        except actions.NotOfferedError:
            return redirect(url_for("following.follow"), 303)
        sent = actions.of_request(reading, followed.id)
    with force_locale(SOURCE):
        body = render_template(
            "extracts/correcting/letter_body.html",
            offered=offered,
            rows=[(str(label), value) for label, value in _asked(offered, SOURCE)],
            issued=in_words(offered.issued_at.astimezone(KYIV).date(), SOURCE),
            today=in_words(now().astimezone(KYIV).date(), SOURCE),
            causes=[CAUSES[cause] for cause in (sent[-1].causes if sent else ())],
            text=sent[-1].text if sent else "",
            papers=[_ON_PAPER.get(paper.kind) or words_of(paper.kind) for paper in followed.papers],
            kinship=words_of(offered.applicant.kinship),
            born=in_words(offered.applicant.born, SOURCE) if offered.applicant.born else "",
        )
    return _private("extracts/correcting/letter.html", body=body)


_ON_PAPER = {
    Paper.IDENTITY: _l("identity document of the applicant"),
    Paper.IDENTITY_OF_PRINCIPAL: _l("identity document of the person whom the applicant acts for"),
    Paper.CHILD_ACTED_FOR: _l("birth certificate of the child, or paper on guardianship"),
}
"""Papers whose usual words speak to the applicant, in words for the office that reads the letter."""


def _page(followed: Followed, *, error: str = "") -> Response:
    with database().reading() as reading:
        try:
            offered = actions.offer(reading, followed.id)
        except actions.NotOfferedError:
            return make_response(redirect(url_for("following.follow"), 303))
        sent = actions.of_request(reading, followed.id)
    born = offered.claim.person.born
    # A second one may be sent once the first was answered, not beside it.
    waits = bool(sent) and sent[-1].state is State.OPEN
    return _private(
        "extracts/correcting/correction.html",
        ground=offered.ground,
        asked=[{"label": label, "value": value} for label, value in _asked(offered, language())],
        choices=[(cause.value, offered_words(cause, born)) for cause in offered.causes],
        ticked=request.form.getlist("causes"),
        text=request.form.get("text", ""),
        waits=waits,
        sent=[correction_words(one) for one in reversed(sent)],
        error=error,
    )


def _asked(offered: actions.Offer, language: str) -> Sequence[tuple[str, str]]:
    """Return (label, value) of everything that the family said of the person and that the register should hold."""
    claim, person = offered.claim, offered.claim.person
    name = " ".join(part for part in (person.surname, person.given, person.patronymic) if part)
    rows = [
        (gettext("Name"), name),
        (gettext("Former surname"), ", ".join(person.former_surnames)),
        (gettext("How other papers spell the name"), "; ".join(claim.spellings)),
        (gettext("Birth date"), in_words(person.born, language) if person.born else ""),
        (gettext("Place of birth"), person.born_in),
        (gettext("When contact was lost"), in_words(person.missing_on, language) if person.missing_on else ""),
        (gettext("Where contact was lost"), person.missing_from),
        (gettext("Military unit"), person.unit),
        (gettext("Police unit that took the statement"), claim.police_unit),
        (gettext("Number of the proceeding"), claim.proceeding),
    ]
    return [(label, value) for label, value in rows if value]


def _private(template: str, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.headers["X-Robots-Tag"] = "noindex"
    return response

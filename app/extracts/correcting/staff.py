"""The registrars' pages of correction requests: the list, one beside the entries that may be meant, and its answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from flask import Blueprint, Flask, Response, abort, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.extracts.correcting import actions
from app.extracts.correcting.correction import Outcome, State
from app.extracts.correcting.labels import CAUSES, GROUNDS, OUTCOMES, SHAPES, STATES
from app.extracts.labels import text as words_of
from app.kernel.dates import day_and_time, in_words
from app.register.forms import Typed, typed_of
from app.register.labels import VERDICT_SHAPES, VERDICTS
from app.register.staff import compared, full_name
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.language import in_language, language

blueprint = in_language(Blueprint("corrections", __name__))


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "corrections.listed", _l("Corrections"), Permission.ANSWER_REQUESTS)


@blueprint.get("/staff/corrections")
@requires(Permission.ANSWER_REQUESTS)
def listed() -> ResponseReturnValue:
    """Show the correction requests in the order of their coming: those that are open, or those answered."""
    state = State.DONE if request.args.get("state") == State.DONE else State.OPEN
    found, last = actions.list_corrections(
        session(), state, actor=actor().reference, now=now(), after=_place(request.args.get("after", ""))
    )
    place = f"{last[0].timestamp():.6f}-{last[1]}" if last else ""
    return render_template(
        "extracts/correcting/list.html",
        state=state,
        states=list(STATES.items()),
        rows=[
            {
                "id": one.correction.id,
                "reference": one.reference,
                "ground": GROUNDS[one.correction.ground],
                "causes": ", ".join(str(CAUSES[cause]) for cause in one.correction.causes),
                "sent": day_and_time(one.correction.sent_at),
                **_outcome(one.correction.outcome),
            }
            for one in found
        ],
        further=url_for(".listed", state=state.value, after=place) if place else "",
    )


@blueprint.get("/staff/corrections/<id_>")
@requires(Permission.ANSWER_REQUESTS)
def show(id_: str) -> ResponseReturnValue:
    """Show a correction request beside the entries that may be meant."""
    return _page(id_, Typed({}))


@blueprint.post("/staff/corrections/<id_>/close")
@requires(Permission.ANSWER_REQUESTS)
def close(id_: str) -> ResponseReturnValue:
    """Answer a correction request."""
    check_button()
    typed = typed_of(request.form, ("outcome", "answer"))
    if typed.get("outcome") not in set(Outcome):
        abort(400)
    try:
        with session().begin_nested():
            actions.close(
                session(), id_, Outcome(typed.get("outcome")), typed.get("answer"), actor=actor().reference, now=now()
            )
    except actions.UnknownCorrectionError:
        abort(404)
    except actions.NoAnswerError:
        typed.say("answer", gettext("Write what the family is to read."))
    except actions.ClosedError:
        typed.say("main", gettext("Somebody has answered this meanwhile. The answer stands below."))
    else:
        return redirect(url_for(".show", id_=id_), 303)
    return _page(id_, typed), 422


def _page(id_: str, typed: Typed) -> Response:
    try:
        found = actions.read_correction(session(), id_, actor=actor().reference, now=now())
    except actions.UnknownCorrectionError:
        abort(404)
    correction, person = found.correction, found.claim.person
    asked = [
        (gettext("Person asked about"), full_name(person)),
        (gettext("How other papers spell the name"), "; ".join(found.claim.spellings)),
        (gettext("Birth date"), in_words(person.born, language()) if person.born else ""),
        (gettext("Police unit that took the statement"), found.claim.police_unit),
        (gettext("Number of the proceeding"), found.claim.proceeding),
        (gettext("Day of the correction request"), day_and_time(correction.sent_at)),
        (gettext("Extract"), found.number),
    ]
    return make_response(
        render_template(
            "extracts/correcting/case.html",
            found=found,
            correction=correction,
            is_open=correction.state is State.OPEN,
            asked=[{"label": label, "value": value} for label, value in asked if value],
            ground=GROUNDS[correction.ground],
            causes=[CAUSES[cause] for cause in correction.causes],
            candidates=[
                {
                    "number": one.found.kept.number,
                    "name": full_name(one.found.kept.entry.person),
                    "verdict": (VERDICT_SHAPES[one.found.verdict], VERDICTS[one.found.verdict]),
                    "explains": [(cause in correction.causes, CAUSES[cause]) for cause in one.causes],
                    "rows": compared(person, one.found.match.person, one.found.match.comparison),
                }
                for one in found.candidates
            ],
            words=words_of,
            outcomes=[(outcome.value, words) for outcome, words in OUTCOMES.items()],
            typed=typed,
            form=DeedForm(),
            **_outcome(correction.outcome),
        )
    )


def _outcome(outcome: Outcome | None) -> dict[str, object]:
    if outcome is None:
        return {"kind": "waiting", "words_of_outcome": STATES[State.OPEN]}
    return {"kind": SHAPES[outcome], "words_of_outcome": OUTCOMES[outcome]}


def _place(text: str) -> tuple[datetime, str] | None:
    """Read where a page of the list begins; anything else than what a link of ours holds is its beginning."""
    at, _, id_ = text.partition("-")
    try:
        return (datetime.fromtimestamp(float(at), UTC), id_[:32]) if id_ else None
    except (ValueError, OverflowError, OSError):
        return None

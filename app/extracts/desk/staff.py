"""The registrars' pages of requests: the queue, a request beside the entries that may be meant, and its decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from secrets import SystemRandom
from typing import Any, TypeVar, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import FourEyesError, Permission
from app.accounts.store import AccountRow
from app.extracts.actions import UnknownRequestError
from app.extracts.desk import actions
from app.extracts.desk.decision import Draw, Outcome, Proposal, Reason, Step, Verdict
from app.extracts.desk.labels import DEEDS, DONE, OUTCOMES, REASONS, SHAPES, STATES, STEPS, VERDICTS, decision_words
from app.extracts.desk.store import Sieve
from app.extracts.labels import KINSHIPS, PURPOSES
from app.extracts.labels import text as words_of
from app.extracts.model import Kinship, Purpose
from app.extracts.request import OPEN, State, StateError
from app.kernel.dates import KYIV
from app.kernel.languages import PUBLIC
from app.register.entries import actions as register
from app.register.forms import Typed, read_number, typed_of
from app.register.labels import VERDICT_SHAPES
from app.register.labels import VERDICTS as LIKELIHOODS
from app.register.staff import compared, full_name
from app.storage.files import NoSuchFileError
from app.storage.shelf import ShelfUnreachableError
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.downloads import download
from app.web.files import shelf
from app.web.language import in_language

E = TypeVar("E", bound=StrEnum)

blueprint = in_language(Blueprint("requests", __name__))

DRAW = "dorohovkaz-extract-draw"
"""Where the application keeps the function that draws an extract."""

FIELDS = ("question", "entry", "outcome", "reason", "step", "text", "note")


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "requests.queue", _l("Requests"), Permission.ANSWER_REQUESTS)


@blueprint.get("/staff/requests")
@requires(Permission.ANSWER_REQUESTS)
def queue() -> ResponseReturnValue:
    """Show the queue, first come first served, as far as the filters let through."""
    asked = {name: request.args.get(name, "") for name in ("state", "who", "due", "kinship", "purpose")}
    state = _code(State, asked["state"])
    sieve = Sieve(
        states=(state,) if state else tuple(sorted(OPEN)),
        assigned=actor().account if asked["who"] == "mine" else "",
        unassigned=asked["who"] == "nobody",
        overdue_on=_today() if asked["due"] == "overdue" else None,
        kinship=_code(Kinship, asked["kinship"]),
        purpose=_code(Purpose, asked["purpose"]),
    )
    found, last = actions.list_queue(
        session(), sieve, actor=actor().reference, now=now(), after=_place(request.args.get("after", ""))
    )
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "extracts/desk/queue.html",
        rows=[_line(one) for one in found],
        asked=asked,
        further=url_for(".queue", after=f"{last[0].timestamp():.6f}-{last[1]}", **kept) if last else "",
        choices={
            "state": [("", gettext("all that are open")), *STATES.items()],
            "who": [("", gettext("anybody’s")), ("mine", gettext("mine")), ("nobody", gettext("nobody’s"))],
            "due": [("", gettext("any day")), ("overdue", gettext("overdue"))],
            "kinship": [("", gettext("any")), *KINSHIPS.items()],
            "purpose": [("", gettext("any")), *PURPOSES.items()],
        },
    )


@blueprint.get("/staff/requests/<id_>")
@requires(Permission.ANSWER_REQUESTS)
def show(id_: str) -> ResponseReturnValue:
    """Show a request beside the entries that may be meant, with papers, family circle and history."""
    return _page(id_, Typed({}))


@blueprint.get("/staff/requests/<id_>/papers/<paper>")
@requires(Permission.ANSWER_REQUESTS)
def paper(id_: str, paper: str) -> ResponseReturnValue:
    """Hand a paper of a request to an officer; the reading is recorded."""
    try:
        return download(actions.read_paper(session(), shelf(), id_, paper, actor=actor().reference, now=now()))
    except (UnknownRequestError, actions.NoPaperError, NoSuchFileError):
        abort(404)
    except ShelfUnreachableError:
        abort(503)


@blueprint.post("/staff/requests/<id_>/take")
@requires(Permission.ANSWER_REQUESTS)
def take(id_: str) -> ResponseReturnValue:
    """Take a request."""
    return _done(id_, lambda _: actions.take(session(), id_, account=actor().account, now=now()), "taken")


@blueprint.post("/staff/requests/<id_>/give-back")
@requires(Permission.ANSWER_REQUESTS)
def give_back(id_: str) -> ResponseReturnValue:
    """Give a request back to the queue."""
    return _done(id_, lambda _: actions.give_back(session(), id_, account=actor().account, now=now()), "given-back")


@blueprint.post("/staff/requests/<id_>/ask")
@requires(Permission.ANSWER_REQUESTS)
def ask(id_: str) -> ResponseReturnValue:
    """Ask the applicant something."""
    return _done(
        id_,
        lambda typed: actions.ask(session(), id_, typed.get("question"), actor=actor().reference, now=now()),
        "asked",
        empty="question",
    )


@blueprint.post("/staff/requests/<id_>/match")
@requires(Permission.ANSWER_REQUESTS)
def match(id_: str) -> ResponseReturnValue:
    """Say which entry is meant."""
    return _done(
        id_,
        lambda typed: actions.match(
            session(), id_, read_number(typed.get("entry")), actor=actor().reference, now=now()
        ),
        "matched",
    )


@blueprint.post("/staff/requests/<id_>/propose")
@requires(Permission.ANSWER_REQUESTS)
def propose(id_: str) -> ResponseReturnValue:
    """Propose how to answer."""

    def deed(typed: Typed) -> None:
        actions.propose(
            session(),
            id_,
            _code(Outcome, typed.get("outcome")) or abort(400),
            reason=_code(Reason, typed.get("reason")),
            step=_code(Step, typed.get("step")),
            text=typed.get("text"),
            actor=actor().reference,
            now=now(),
        )

    return _done(id_, deed, "proposed", empty="text")


@blueprint.post("/staff/requests/<id_>/return")
@requires(Permission.DECIDE_REQUESTS)
def return_proposal(id_: str) -> ResponseReturnValue:
    """Send a proposal back with the reason."""
    return _done(
        id_,
        lambda typed: actions.return_proposal(session(), id_, typed.get("note"), actor=actor().reference, now=now()),
        "returned",
        empty="note",
    )


@blueprint.post("/staff/requests/<id_>/refuse")
@requires(Permission.DECIDE_REQUESTS)
def refuse(id_: str) -> ResponseReturnValue:
    """Refuse a request as proposed."""
    return _done(id_, lambda _: actions.refuse(session(), id_, actor=actor().reference, now=now()), "refused")


@blueprint.post("/staff/requests/<id_>/issue")
@requires(Permission.DECIDE_REQUESTS)
def issue(id_: str) -> ResponseReturnValue:
    """Issue the extract as proposed."""
    draw = cast(Draw, current_app.extensions[DRAW])
    return _done(
        id_,
        lambda _: actions.issue(
            session(), shelf(), id_, draw=draw, random=SystemRandom(), actor=actor().reference, now=now()
        ),
        "issued",
    )


def _done(id_: str, deed: Callable[[Typed], object], done: str, *, empty: str = "main") -> ResponseReturnValue:
    """Do a deed and lead back to the request; where it cannot be done, say why on the page and lose nothing typed."""
    check_button()
    typed = typed_of(request.form, FIELDS)
    try:
        with session().begin_nested():
            deed(typed)
    except UnknownRequestError:
        abort(404)
    except actions.NoTextError:
        typed.say(empty, gettext("Write a text: it must be understood years later."))
    except actions.RefusalError:
        typed.say("reason", gettext("A refusal needs a reason and the next step."))
    except actions.NoMatchError:
        typed.say("main", gettext("Match the request to an entry first."))
    except register.UnknownEntryError:
        typed.say("entry", gettext("There is no entry of this number."))
    except register.MergedError as error:
        typed.say("main", gettext("The entry was merged into entry %(into)s: match that one.", into=error.into))
    except FourEyesError:
        typed.say("main", gettext("You proposed this yourself: another officer decides."))
    except StateError:
        typed.say("main", gettext("This does not fit where the request stands now. Look at it anew."))
    except ShelfUnreachableError:
        abort(503)
    else:
        return redirect(url_for(".show", id_=id_, done=done), 303)
    return _page(id_, typed), 422


def _page(id_: str, typed: Typed) -> Response:
    try:
        found = actions.read_request(session(), id_, actor=actor().reference, now=now())
    except UnknownRequestError:
        abort(404)
    waiting = next((one for one in found.proposals if one.verdict is Verdict.OPEN), None)
    asked = found.request
    return make_response(
        render_template(
            "extracts/desk/request.html",
            found=found,
            line=_line(asked),
            name=full_name(found.claim),
            is_open=asked.state in OPEN,
            can_ask=asked.state in (State.FILED, State.MATCHED),
            is_mine=asked.assigned_to == actor().account,
            may_decide=Permission.DECIDE_REQUESTS in actor().permissions,
            waiting=waiting if asked.state is State.PROPOSED else None,
            preview=_preview(waiting, found.language) if waiting and asked.state is State.PROPOSED else "",
            preview_language=_in(found.language),
            candidates=[
                {
                    "number": one.kept.number,
                    "name": full_name(one.kept.entry.person),
                    "verdict": (VERDICT_SHAPES[one.verdict], LIKELIHOODS[one.verdict]),
                    "rows": compared(found.claim, one.match.person, one.match.comparison),
                }
                for one in found.candidates
            ],
            circle=[(one, _line(one.request)) for one in found.circle],
            events=[
                {"when": one.at.isoformat(timespec="seconds"), "time": _time(one.at), "title": DEEDS[one.what]}
                for one in found.history
            ],
            proposals=[_proposal(one) for one in found.proposals],
            questions=[(one, _time(one.asked_at), _who(one.asked_by)) for one in found.questions],
            words=words_of,
            typed=typed,
            form=DeedForm(),
            OUTCOMES=OUTCOMES,
            REASONS=REASONS,
            STEPS=STEPS,
            done="" if typed.faults else DONE.get(request.args.get("done", ""), ""),
        )
    )


def _preview(proposal: Proposal, language: str) -> str:
    """Return what the applicant will read, in the applicant's language."""
    with force_locale(_in(language)):
        return render_template("extracts/desk/answer.html", **decision_words(proposal))


def _in(language: str) -> str:
    return language if language in PUBLIC else "uk"


def _line(one: actions.Queued) -> dict[str, object]:
    is_open = one.state in OPEN
    days = (one.due_on - _today()).days
    return {
        "id": one.id,
        "reference": one.reference,
        "kind": SHAPES[one.state],
        "state": STATES[one.state],
        "kinship": words_of(one.kinship),
        "purposes": ", ".join(words_of(purpose) for purpose in one.purposes),
        "filed": _time(one.filed_at),
        "due": f"{one.due_on:%d.%m.%Y}",
        "late": is_open and days < 0,
        "soon": is_open and 0 <= days <= _SOON,
        "who": _who(one.assigned_to) if one.assigned_to else "",
    }


_SOON = 3
"""Days before its term in which a request is marked."""


def _proposal(one: Proposal) -> dict[str, object]:
    return {
        "title": OUTCOMES[one.outcome],
        "verdict": VERDICTS[one.verdict],
        "by": _who(one.proposed_by),
        "at": _time(one.proposed_at),
        "decided_by": _who(one.decided_by) if one.decided_by else "",
        "note": one.note,
    }


def _who(reference: str) -> str:
    account = session().get(AccountRow, reference.removeprefix("account:"))
    return account.name if account else reference


def _place(text: str) -> tuple[datetime, str] | None:
    """Read where a page of the queue begins; anything else than what a link of ours holds is its beginning."""
    at, _, id_ = text.partition("-")
    try:
        return (datetime.fromtimestamp(float(at), UTC), id_[:32]) if id_ else None
    except (ValueError, OverflowError, OSError):
        return None


def _code(kind: type[E], text: str) -> E | None:
    try:
        return kind(text)
    except ValueError:
        return None


def _time(at: datetime) -> str:
    return f"{at.astimezone(KYIV):%d.%m.%Y, %H:%M}"


def _today() -> date:
    return now().astimezone(KYIV).date()

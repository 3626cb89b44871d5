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
from app.extracts.desk.conflicts.actions import ConflictError, RuledError
from app.extracts.desk.conflicts.labels import GROUNDS, RULINGS
from app.extracts.desk.conflicts.model import SEEN_BY_AN_OFFICER, Conflict, Ground, Ruling
from app.extracts.desk.decision import (
    Draw,
    NoTextError,
    Outcome,
    Proposal,
    Reason,
    RefusalError,
    Step,
    Template,
    Verdict,
    proposed,
)
from app.extracts.desk.labels import (
    DEEDS,
    DONE,
    OUTCOMES,
    QUESTIONS,
    REASONS,
    REFUSALS,
    SHAPES,
    STATES,
    STEPS,
    TITLES,
    VERDICTS,
    decision_words,
)
from app.extracts.desk.store import Sieve
from app.extracts.draft import Page, pages_of
from app.extracts.forms import TITLES as PAGES
from app.extracts.forms import answered
from app.extracts.labels import KINSHIPS, PURPOSES
from app.extracts.labels import text as words_of
from app.extracts.model import Kinship, Purpose
from app.extracts.request import OPEN, State, StateError
from app.extracts.withdrawing.staff import issued_section
from app.kernel.dates import KYIV, day_and_time
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

FIELDS = ("question", "entry", "outcome", "reason", "step", "text", "note", "ground", "flag", "ruling", "ruling_note")


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "requests.queue", _l("Requests"), Permission.ANSWER_REQUESTS)


@blueprint.get("/staff/requests")
@requires(Permission.ANSWER_REQUESTS)
def queue() -> ResponseReturnValue:
    """Show the queue, first come first served, as far as the filters let through."""
    asked = {name: request.args.get(name, "") for name in ("state", "who", "due", "kinship", "purpose", "flag")}
    state = _code(State, asked["state"])
    sieve = Sieve(
        states=(state,) if state else tuple(sorted(OPEN)),
        assigned=actor().account if asked["who"] == "mine" else "",
        unassigned=asked["who"] == "nobody",
        overdue_on=_today() if asked["due"] == "overdue" else None,
        kinship=_code(Kinship, asked["kinship"]),
        purpose=_code(Purpose, asked["purpose"]),
        in_conflict=asked["flag"] == "conflict",
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
            "flag": [("", gettext("with or without")), ("conflict", gettext("with an open conflict"))],
        },
        is_empty=request.args.get("done") == "empty",
        form=DeedForm(),
    )


@blueprint.post("/staff/requests/next")
@requires(Permission.ANSWER_REQUESTS)
def take_next() -> ResponseReturnValue:
    """Take the request that has waited longest and open it."""
    check_button()
    try:
        id_ = actions.take_next(session(), account=actor().account, now=now())
    except actions.EmptyQueueError:
        return redirect(url_for(".queue", done="empty"), 303)
    return redirect(url_for(".show", id_=id_, done="taken"), 303)


@blueprint.get("/staff/requests/<id_>")
@requires(Permission.ANSWER_REQUESTS)
def show(id_: str) -> ResponseReturnValue:
    """Show a request beside the entries that may be meant, with papers, family circle and history.

    `template` and `refusal` in the address put a ready text into its field, in the applicant's language.
    """
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


@blueprint.post("/staff/requests/<id_>/preview")
@requires(Permission.ANSWER_REQUESTS)
def preview(id_: str) -> ResponseReturnValue:
    """Show what the applicant would read if this were decided; nothing is kept."""
    check_button()
    typed = typed_of(request.form, FIELDS)
    shown = []

    def deed() -> None:
        shown.append(
            proposed(
                _code(Outcome, typed.get("outcome")) or abort(400),
                by=actor().reference,
                at=now(),
                reason=_code(Reason, typed.get("reason")),
                step=_code(Step, typed.get("step")),
                text=typed.get("text"),
            )
        )

    if _said(typed, deed, empty="text"):
        return _page(id_, typed), 422
    return _page(id_, typed, drafted=shown[0])


@blueprint.post("/staff/requests/<id_>/conflicts")
@requires(Permission.ANSWER_REQUESTS)
def raise_conflict(id_: str) -> ResponseReturnValue:
    """Flag that requests on this person contradict one another."""
    return _done(
        id_,
        lambda typed: actions.raise_conflict(
            session(),
            id_,
            _code(Ground, typed.get("ground")) or abort(400),
            typed.get("flag"),
            actor=actor().reference,
            now=now(),
        ),
        "flagged",
        empty="flag",
    )


@blueprint.post("/staff/requests/<id_>/conflicts/<conflict>/rule")
@requires(Permission.DECIDE_REQUESTS)
def rule(id_: str, conflict: str) -> ResponseReturnValue:
    """Rule on a conflict of this request."""
    return _done(
        id_,
        lambda typed: actions.rule(
            session(),
            id_,
            conflict,
            _ruling(typed.get("ruling")),
            typed.get("ruling_note"),
            actor=actor().reference,
            now=now(),
        ),
        "ruled",
        empty="ruling_note",
    )


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
    if _said(typed, lambda: deed(typed), empty=empty):
        return _page(id_, typed), 422
    return redirect(url_for(".show", id_=id_, done=done), 303)


def _said(typed: Typed, deed: Callable[[], object], *, empty: str) -> bool:
    """Do a deed, or undo it and say on the page why it cannot be done; returns whether anything was said."""
    try:
        with session().begin_nested():
            deed()
    except UnknownRequestError:
        abort(404)
    except NoTextError:
        typed.say(empty, gettext("Write a text: it must be understood years later."))
    except RefusalError:
        typed.say("reason", gettext("A refusal needs a reason and the next step."))
    except actions.NoMatchError:
        typed.say("main", gettext("Match the request to an entry first."))
    except ConflictError:
        typed.say(
            "conflicts",
            gettext("Requests on this person contradict one another: a supervisor has to rule on it first."),
        )
    except RuledError:
        typed.say("conflicts", gettext("Somebody has ruled on this conflict. Look at it anew."))
    except register.UnknownEntryError:
        typed.say("entry", gettext("There is no entry of this number."))
    except register.MergedError as error:
        typed.say("main", gettext("The entry was merged into entry %(into)s: match that one.", into=error.into))
    except FourEyesError:
        typed.say("main", gettext("This is your own step: another officer takes the next one."))
    except StateError:
        typed.say("main", gettext("This does not fit where the request stands now. Look at it anew."))
    except ShelfUnreachableError:
        abort(503)
    return bool(typed.faults)


def _page(id_: str, typed: Typed, *, drafted: Proposal | None = None) -> Response:
    try:
        found = actions.read_request(session(), id_, actor=actor().reference, now=now())
    except UnknownRequestError:
        abort(404)
    waiting = next((one for one in found.proposals if one.verdict is Verdict.OPEN), None)
    asked = found.request
    with force_locale(_in(found.language)):
        ready = _ready()
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
            drafted=_preview(drafted, found.language) if drafted else "",
            ready=ready,
            templates=[("", "–"), *TITLES.items()],
            template=request.args.get("template", ""),
            refusal=request.args.get("refusal", ""),
            said=[
                (PAGES[page], list(answered(page, found.answers)))
                for page in pages_of(found.answers)
                if page is not Page.PAPERS
            ],
            conflicts=[_conflict(one, id_) for one in found.conflicts],
            grounds=[(ground, GROUNDS[ground]) for ground in SEEN_BY_AN_OFFICER],
            rulings=list(RULINGS.items()),
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
                {"when": one.at.isoformat(timespec="seconds"), "time": day_and_time(one.at), "title": DEEDS[one.what]}
                for one in found.history
            ],
            proposals=[_proposal(one) for one in found.proposals],
            **issued_section(id_),
            questions=[(one, day_and_time(one.asked_at), _who(one.asked_by)) for one in found.questions],
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


def _ready() -> dict[str, str]:
    """Return the ready texts that the address asks for, in the language that is set."""
    template, refusal = (
        _code(Template, request.args.get("template", "")),
        _code(Reason, request.args.get("refusal", "")),
    )
    return {
        "question": str(QUESTIONS[template]) if template else "",
        "text": str(REFUSALS[refusal]) if refusal else "",
    }


def _conflict(one: Conflict, id_: str) -> dict[str, object]:
    return {
        "id": one.id,
        "is_here": one.request == id_,
        "request": one.request,
        "reference": one.reference,
        "ground": GROUNDS[one.ground],
        "note": one.note,
        "by": _who(one.raised_by),
        "at": day_and_time(one.raised_at),
        "is_open": one.ruling is Ruling.OPEN,
        "ruling": RULINGS.get(one.ruling, ""),
        "ruling_note": one.ruling_note,
        "ruled_by": _who(one.ruled_by) if one.ruled_by else "",
        "ruled_at": day_and_time(one.ruled_at) if one.ruled_at else "",
    }


def _ruling(text: str) -> Ruling:
    ruling = _code(Ruling, text)
    if ruling is None or ruling is Ruling.OPEN:
        abort(400)
    return ruling


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
        "filed": day_and_time(one.filed_at),
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
        "at": day_and_time(one.proposed_at),
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


def _today() -> date:
    return now().astimezone(KYIV).date()

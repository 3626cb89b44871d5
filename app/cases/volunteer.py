"""The pages of cases for volunteers: the list, opening one, its overview, what the family tells, who helps, its end."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.actions import people_of
from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.cases import actions, forms
from app.cases.actions import Who
from app.cases.labels import CLOSINGS, HAPPENED, PARTS, SHAPES, SPOKEN, STATES
from app.cases.model import OF_FAMILY, OF_PERSON, Case, Closing, State, UnheardError
from app.cases.store import within
from app.extracts.draft import Answers, Page
from app.extracts.forms import answered
from app.extracts.labels import text as words_of
from app.kernel.dates import day_and_time, in_words
from app.register.staff import full_name
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.hosts import full_address
from app.web.language import in_language, language
from app.web.pages import chosen

P = ParamSpec("P")

blueprint = in_language(Blueprint("cases", __name__))


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "cases.listed", _l("Families"), Permission.HELP_FAMILIES)


def who() -> Who:
    """Return who is signed in, and keep the session of this request within their organisation."""
    asking = actor()
    within(session(), asking.organisation)
    return Who(asking.account, asking.organisation, Permission.LEAD_ORGANISATION in asking.permissions)


def with_case(
    view: Callable[Concatenate[Case, P], ResponseReturnValue],
) -> Callable[..., ResponseReturnValue]:
    """Hand a case to a view of somebody who helps with it or leads; for everybody else it does not exist."""

    @requires(Permission.HELP_FAMILIES)
    @wraps(view)
    def opened(id_: str, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            case = actions.read_case(session(), id_, who=who(), now=now())
        except actions.UnknownCaseError:
            abort(404)
        return view(case, *args, **kwargs)

    return opened


def pressed(id_: str, deed: Callable[[], object]) -> ResponseReturnValue:
    """Do what the button of a case asks for and lead back to the case, or say there why it cannot be done."""
    check_button()
    try:
        with session().begin_nested():
            deed()
    except actions.UnknownCaseError:
        abort(404)
    except actions.ClosedError:
        return back(id_, "closed-before")
    except actions.LastHelperError:
        return back(id_, "last-helper")
    except actions.LastMissingError:
        return back(id_, "last-missing")
    except (actions.NobodyError, actions.NotClosedError):
        return back(id_, "moved")
    return back(id_, "done")


def back(id_: str, said: str) -> ResponseReturnValue:
    """Lead to the overview of a case, which says what came of it; whoever no longer finds the case, to the list."""
    try:
        actions.case_row(session(), id_, who=who())
    except actions.UnknownCaseError:
        return redirect(url_for("cases.listed", said=said), 303)
    return redirect(url_for("cases.show", id_=id_, said=said), 303)


@blueprint.get("/cases")
@requires(Permission.HELP_FAMILIES)
def listed() -> ResponseReturnValue:
    """List the cases that somebody helps with, or all of the organisation for whoever leads it."""
    asking, state = who(), chosen(State, "state") or State.OPEN
    typed = request.args.get("q", "")
    found = actions.list_cases(session(), who=asking, state=state, typed=typed, now=now())
    return render_template(
        "cases/list.html",
        cases=found,
        state=state,
        states=[one for one in (State.OPEN, State.CLOSED) if asking.leads],
        leads=asking.leads,
        names=people_names(asking) if asking.leads else {},
        typed=typed,
        said=SAID.get(request.args.get("said", "")),
        **_words(),
    )


@blueprint.route("/cases/new", methods=["GET", "POST"])
@requires(Permission.HELP_FAMILIES)
def begin() -> ResponseReturnValue:
    """Open a case with what the family tells."""
    pages = (*OF_PERSON, *OF_FAMILY)
    if request.method != "POST":
        return _form(pages, {Page.CONTACT: {"language": language()}}, url_for(".begin"))
    check_button()
    answers = forms.typed(pages, {})
    try:
        id_ = actions.open_case(
            session(), answers, who=who(), is_training=bool(request.form.get("training")),
            random=secrets.SystemRandom(), now=now(),
        )  # fmt: skip
    except UnheardError as refused:
        return _form(pages, answers, url_for(".begin"), refused), 422
    return redirect(url_for(".show", id_=id_, said="opened"), 303)


@blueprint.get("/cases/<id_>")
@with_case
def show(case: Case) -> ResponseReturnValue:
    """Show the overview of a case."""
    asking = who()
    names = people_names(asking)
    helping = [one.account for one in case.helpers if one.until is None]
    opens = actions.passphrase_of(session(), case, now=now())
    return case_page(
        "cases/show.html",
        case,
        safe=_safe(case),
        told=[(page, list(answered(page, case.answers_on(case.missing[0]), SPOKEN))) for page in OF_FAMILY],
        people=[
            {
                "id": one.id,
                "name": full_name(one.claim.person),
                "rows": [row for page in OF_PERSON for row in answered(page, one.answers, SPOKEN)],
            }
            for one in case.missing
        ],
        helpers=[{"id": account, "name": names.get(account, "")} for account in helping],
        others=[("", gettext("Choose")), *((id_, name) for id_, name in names.items() if id_ not in helping)],
        opens=opens,
        own_address=own_address().partition("://")[2],
        closings=list(CLOSINGS.items()),
        leads=asking.leads,
        me=asking.account,
        said=SAID.get(request.args.get("said", "")),
    )


@blueprint.route("/cases/<id_>/contact", methods=["GET", "POST"])
@with_case
def contact(case: Case) -> ResponseReturnValue:
    """Put right who speaks for the family, and how they are reached."""
    action, first = url_for(".contact", id_=case.id), case.missing[0].answers
    if request.method != "POST":
        return _form(OF_FAMILY, case.answers_on(case.missing[0]), action, case=case)
    check_button()
    answers = forms.typed(OF_FAMILY, first)
    try:
        actions.tell(session(), case.id, answers, who=who(), now=now())
    except UnheardError as refused:
        return _form(OF_FAMILY, {**first, **answers}, action, refused, case=case), 422
    except actions.ClosedError:
        return back(case.id, "closed-before")
    return back(case.id, "done")


@blueprint.route("/cases/<id_>/people/<missing>", methods=["GET", "POST"])
@with_case
def person(case: Case, missing: str) -> ResponseReturnValue:
    """Put right what is told of a missing person, or add one (as "new")."""
    known = next((one for one in case.missing if one.id == missing), None)
    if known is None and missing != "new":
        abort(404)
    action = url_for(".person", id_=case.id, missing=missing)
    if request.method != "POST":
        return _form(OF_PERSON, known.answers if known else {}, action, case=case)
    check_button()
    answers = forms.typed(OF_PERSON, {})
    try:
        actions.tell_of(session(), case.id, known.id if known else "", answers, who=who(), now=now())
    except UnheardError as refused:
        return _form(OF_PERSON, answers, action, refused, case=case), 422
    except actions.TooManyError:
        return back(case.id, "too-many")
    except actions.ClosedError:
        return back(case.id, "closed-before")
    return back(case.id, "done")


@blueprint.post("/cases/<id_>/people/<missing>/remove")
@requires(Permission.HELP_FAMILIES)
def remove_person(id_: str, missing: str) -> ResponseReturnValue:
    """Take a person out of a case."""
    return pressed(id_, lambda: actions.remove_missing(session(), id_, missing, who=who(), now=now()))


@blueprint.post("/cases/<id_>/hand-over")
@requires(Permission.HELP_FAMILIES)
def hand_over(id_: str) -> ResponseReturnValue:
    """Let another person of the organisation go on with a case."""
    account = request.form.get("account", "")
    return pressed(id_, lambda: actions.hand_over(session(), id_, account, who=who(), now=now()))


@blueprint.post("/cases/<id_>/helpers")
@requires(Permission.HELP_FAMILIES)
def join(id_: str) -> ResponseReturnValue:
    """Let another person help, too."""
    account = request.form.get("account", "")
    return pressed(id_, lambda: actions.join(session(), id_, account, who=who(), now=now()))


@blueprint.post("/cases/<id_>/helpers/<account>/leave")
@requires(Permission.HELP_FAMILIES)
def leave(id_: str, account: str) -> ResponseReturnValue:
    """Let a person help no more."""
    return pressed(id_, lambda: actions.leave(session(), id_, account, who=who(), now=now()))


@blueprint.post("/cases/<id_>/passphrase")
@requires(Permission.HELP_FAMILIES)
def new_phrase(id_: str) -> ResponseReturnValue:
    """Make a new passphrase for the family's page."""
    random = secrets.SystemRandom()
    return pressed(id_, lambda: actions.new_phrase(session(), id_, who=who(), random=random, now=now()))


@blueprint.post("/cases/<id_>/close")
@requires(Permission.HELP_FAMILIES)
def close(id_: str) -> ResponseReturnValue:
    """Close a case."""
    why = request.form.get("closing", "")
    if why not in set(Closing):
        return back(id_, "no-reason")
    return pressed(id_, lambda: actions.close(session(), id_, Closing(why), who=who(), now=now()))


@blueprint.post("/cases/<id_>/reopen")
@requires(Permission.LEAD_ORGANISATION)
def reopen(id_: str) -> ResponseReturnValue:
    """Open a closed case again."""
    return pressed(id_, lambda: actions.reopen(session(), id_, who=who(), now=now()))


@blueprint.get("/cases/<id_>/history")
@with_case
def history(case: Case) -> ResponseReturnValue:
    """Show what happened with a case, the newest first."""
    names = people_names(who())
    events = [
        {
            "when": line.at.isoformat(timespec="seconds"),
            "time": day_and_time(line.at),
            "title": HAPPENED[line.what],
            "text": by_whom(line.by, names),
        }
        for line in actions.history(session(), case)
    ]
    return case_page("cases/history.html", case, events=events)


def case_page(template: str, case: Case, **values: object) -> Response:
    """Render a page of a case with what every one of them shows."""
    page = render_template(
        template,
        case=case,
        family=case.contact,
        is_open=case.state is State.OPEN,
        parts=[(endpoint, title, request.endpoint == endpoint) for endpoint, title in PARTS],
        words=words_of,
        form=DeedForm(),
        **_words(),
        **values,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def people_names(asking: Who) -> dict[str, str]:
    """Return the names of the people of the organisation by account, of those who may sign in."""
    people = people_of(session(), asking.organisation)
    return {person.id: person.name for person in people if person.standing.active}


def by_whom(reference: str, names: dict[str, str]) -> str:
    """Return in words who did something: by name within the organisation."""
    kind, _, id_ = reference.partition(":")
    if kind == "account":
        return names.get(id_) or str(gettext("somebody who is no longer here"))
    others = {"family": gettext("the family itself"), "referral": gettext("whoever received the referral")}
    return str(others.get(kind) or gettext("the site itself"))


def own_address() -> str:
    """Return the whole address at which a family opens its own page."""
    return full_address(url_for("family.open_page"))


def _safe(case: Case) -> list[str]:
    """Return in words what keeps contact with the family safe."""
    safe, found = case.contact.safe, []
    if safe.do_not_call:
        found.append(gettext("Never call."))
    elif safe.call_from or safe.call_until:
        since, until = (f"{at:%H:%M}" if at else "" for at in (safe.call_from, safe.call_until))
        found.append(
            gettext("Call only from %(since)s to %(until)s, Kyiv time.", since=since or "0:00", until=until or "24:00")
        )
    if safe.discreet:
        found.append(gettext("To whoever answers, say only that it is about a request."))
    if safe.note:
        found.append(safe.note)
    return [str(line) for line in found]


def _form(
    pages: tuple[Page, ...],
    answers: Answers,
    action: str,
    refused: UnheardError | None = None,
    case: Case | None = None,
) -> Response:
    shown = forms.sections(pages, answers, refused)
    values = {"sections": shown, "problems": [one for section in shown for one in section.problems], "action": action}
    if case is not None:
        return case_page("cases/told.html", case, **values)
    return make_response(render_template("cases/new.html", form=DeedForm(), **values))


SAID = {
    "opened": _l("The case is open. Give the family its reference and passphrase."),
    "done": _l("Saved."),
    "closed-before": _l("The case was closed meanwhile. Nothing was changed."),
    "last-helper": _l("Nobody else helps with this case. Hand it over or close it."),
    "last-missing": _l("This is the only missing person of the case. Close the case instead."),
    "moved": _l("This cannot be done any more: look at the case as it is now."),
    "too-many": _l("A case holds at most ten people."),
    "not-sure": _l("Nothing was erased: tick the box first."),
    "still-open": _l("An open case is closed first. Nothing was erased."),
    "erased": _l("The case is erased. Only its number and its days are left."),
    "no-reason": _l("Choose why the case ends."),
}


def _words() -> dict[str, object]:
    return {
        "STATES": STATES,
        "SHAPES": SHAPES,
        "CLOSINGS": CLOSINGS,
        "dated": lambda day: in_words(day, language()),
        "time_of": day_and_time,
    }

"""The pages of the plan of a case: its route, the working list, one step of it, own tasks, and the pack for paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import check_button
from app.cases.actions import ClosedError, UnknownCaseError
from app.cases.labels import HAPPENED
from app.cases.model import Case, State
from app.cases.volunteer import back, by_whom, case_page, people_names, who, with_case
from app.cases.working import actions
from app.cases.working.actions import Change, Guidance
from app.cases.working.labels import PROGRESS, wrong_text
from app.cases.working.model import Item, Novelty, Progress, UnfitError, Work, read_day
from app.cases.working.papers.actions import papers_of
from app.cases.working.route import Pairs, is_planned, known, pairs_of
from app.content.edits import Edits
from app.directory.cards import Card
from app.directory.model import Directory
from app.extracts.labels import text as words_of
from app.guidance.model import Guidance as Articles
from app.guidance.reading import marker
from app.kernel.dates import KYIV, PartialDate, day_and_time, in_words
from app.kernel.languages import SOURCE, other
from app.pathways.conditions import UNKNOWN
from app.pathways.labels import PHASES, paper_words, problem_text
from app.pathways.model import LineKind, Pathways, Phase, Question, QuestionKind
from app.pathways.paper import call_text
from app.pathways.plan import compose
from app.pathways.public import plan_links
from app.pathways.sheet import Sheet, option_text, put_in_words
from app.pathways.walk import DATE_PARTS, Position, accept, walk
from app.web.database import now, session
from app.web.edition import live, part
from app.web.language import in_language, language

blueprint = in_language(Blueprint("case_plan", __name__))


def guidance() -> Guidance:
    """Return what the live edition says of routes and steps."""
    return Guidance(part(Pathways), live().parts.get(Edits, Edits()))


def step_title(id_: str) -> str:
    """Return the title of a step in the page's language; of one that the guidance has no longer, its id."""
    words = part(Pathways).step_words
    found = words[language()].get(id_) or words[SOURCE].get(id_)
    return found.title if found else id_


def title_of(item: Item) -> str:
    """Return the title of a step or an own task."""
    return item.title if item.is_own else step_title(item.step)


# The route


@blueprint.get("/cases/<id_>/route")
@with_case
def route(case: Case) -> ResponseReturnValue:
    """Ask all questions of the guided route on one page, with what the case knows, or what a link brought along."""
    given = [pair for pair in request.args.items(multi=True) if pair[0] != "said"][:80]
    here = actions.route_of(session(), case, pathways=part(Pathways), now=now())
    if given:
        here = walk(part(Pathways), given, today=_today())
    elif not here.kept:
        here = walk(part(Pathways), known(case.missing, today=_today()), today=_today())
    return _route(case, here, {})


@blueprint.post("/cases/<id_>/route")
@with_case
def answer(case: Case) -> ResponseReturnValue:
    """Keep the answers; as long as further questions follow from them, ask these."""
    check_button()
    pairs: Pairs = [pair for pair in request.form.items(multi=True) if pair[0] not in ("csrf_token", "link")]
    wrong = _wrong_answers(pairs)
    if link := request.form.get("link", "").strip():
        carried = pairs_of(link)
        if walk(part(Pathways), carried, today=_today()).answers:
            pairs, wrong = carried, {}
        else:
            wrong["link"] = gettext("This link carries no answers. Copy the address of the page “Your plan”.")
    if wrong:
        return _route(case, walk(part(Pathways), pairs, today=_today()), wrong), 422
    try:
        found = actions.answer_route(session(), case.id, pairs, guidance=guidance(), who=who(), now=now())
    except ClosedError:
        return back(case.id, "closed-before")
    if is_planned(found):
        return redirect(url_for(".plan", id_=case.id), 303)
    return redirect(url_for(".route", id_=case.id, said="more"), 303)


def _route(case: Case, here: Position, wrong: Mapping[str, str]) -> Response:
    return case_page(
        "cases/working/route.html",
        case,
        questions=[_asked(question, here) for question in here.asked],
        kinds=QuestionKind,
        unknown=UNKNOWN,
        wrong=wrong,
        problems=list(wrong.items()),
        link=request.form.get("link", ""),
        is_further=request.args.get("said") == "more",
    )


def _asked(question: Question, here: Position) -> dict[str, object]:
    pathways, directory = part(Pathways), part(Directory)
    given = here.kept.get(question.id, ())
    return {
        "id": question.id,
        "kind": question.kind,
        "text": pathways.words[language()].questions[question.id],
        "options": [
            (option, option_text(pathways, directory, question, option, language()), option in given)
            for option in (*question.options, UNKNOWN)
        ],
        "typed": _typed(question, given),
        "is_essential": question.essential,
    }


def _typed(question: Question, given: Sequence[str]) -> dict[str, str]:
    typed = {name: request.form.get(f"{question.id}-{name}", "")[:8] for name in DATE_PARTS}
    if question.kind is not QuestionKind.DATE or any(typed.values()) or not given or given[0] == UNKNOWN:
        return typed
    day = PartialDate.parse(given[0])
    return {"day": str(day.day or ""), "month": str(day.month or ""), "year": str(day.year)}


def _wrong_answers(pairs: Pairs) -> dict[str, str]:
    """Return what is wrong with answers to questions that are asked, by question."""
    given: dict[str, list[str]] = {}
    for key, value in pairs:
        given.setdefault(key, []).append(value)
    found = {}
    for question in walk(part(Pathways), pairs, today=_today()).asked:
        _, problem = accept(question, given, today=_today(), submitted=False)
        if problem is not None:
            found[question.id] = str(problem_text(problem, question.kind, alone=_alone(question, given)))
    return found


def _alone(question: Question, given: Mapping[str, Sequence[str]]) -> str:
    chosen = next((one for one in (*question.alone, UNKNOWN) if one in given.get(question.id, ())), "")
    return option_text(part(Pathways), part(Directory), question, chosen, language()) if chosen else ""


# The working list


@blueprint.get("/cases/<id_>/plan")
@with_case
def plan(case: Case) -> ResponseReturnValue:
    """Show the plan as a working list, by phase, and what is no longer in it."""
    return _plan(case)


def _plan(case: Case, wrong: Mapping[str, str] | None = None) -> Response:
    here = actions.route_of(session(), case, pathways=part(Pathways), now=now())
    try:
        work = actions.work(session(), case, guidance=guidance(), who=who(), now=now())
    except (ClosedError, UnknownCaseError):
        work = Work([], [])
    return case_page(
        "cases/working/plan.html",
        case,
        work=work,
        phases=[(phase, title, work.of_phase(phase)) for phase, title in PHASES.items()],
        is_planned=is_planned(here),
        title_of=title_of,
        phase_options=list(PHASES.items()),
        person=persons(),
        PROGRESS=PROGRESS,
        Novelty=Novelty,
        today=_today(),
        wrong=wrong or {},
        problems=list((wrong or {}).items()),
        typed={name: request.form.get(name, "") for name in ("title", "remind", "phase")},
    )


@blueprint.get("/cases/<id_>/plan/<item>")
@with_case
def step(case: Case, item: str) -> ResponseReturnValue:
    """Show one step or own task with what was noted, and take further notes."""
    return _step(case, _item(case, item))


@blueprint.post("/cases/<id_>/plan/<item>")
@with_case
def note(case: Case, item: str) -> ResponseReturnValue:
    """Note how far a step is, until when is waited, when to be reminded, and a remark."""
    check_button()
    shown = _item(case, item)
    typed = {name: request.form.get(name, "") for name in ("progress", "until", "remind", "remark", "title")}
    try:
        change = Change(
            progress=Progress(typed["progress"]),
            until=read_day(typed["until"], name="until"),
            remind=read_day(typed["remind"], name="remind"),
            remark=typed["remark"],
            title=typed["title"],
        )
        with session().begin_nested():
            actions.note_step(session(), case.id, item, change, guidance=guidance(), who=who(), now=now())
    except UnfitError as refused:
        wrong = {name: wrong_text(name, fault) for name, fault in refused.faults}
        return _step(case, shown, typed, wrong), 422
    except ValueError:
        abort(400)
    except actions.NoItemError:
        abort(404)
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".plan", id_=case.id, _anchor=item), 303)


@blueprint.post("/cases/<id_>/plan/<item>/seen")
@with_case
def seen(case: Case, item: str) -> ResponseReturnValue:
    """Note that what the guidance says of a step now was looked at."""
    check_button()
    try:
        actions.look(session(), case.id, item, guidance=guidance(), who=who(), now=now())
    except actions.NoItemError:
        abort(404)
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".plan", id_=case.id, _anchor=item), 303)


@blueprint.post("/cases/<id_>/tasks")
@with_case
def add_task(case: Case) -> ResponseReturnValue:
    """Add an own task beside the steps of the plan."""
    check_button()
    phase = request.form.get("phase", "")
    try:
        remind = read_day(request.form.get("remind", ""), name="remind")
        with session().begin_nested():
            actions.add_task(
                session(), case.id, request.form.get("title", ""),
                phase=Phase(phase) if phase in set(Phase) else Phase.NOW, remind=remind, who=who(), now=now(),
            )  # fmt: skip
    except UnfitError as refused:
        return _plan(case, {name: wrong_text(name, fault) for name, fault in refused.faults}), 422
    except actions.TooManyTasksError:
        return _plan(case, {"title": gettext("There are fifty own tasks already. Remove some that are done.")}), 422
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".plan", id_=case.id), 303)


@blueprint.post("/cases/<id_>/tasks/<item>/remove")
@with_case
def remove_task(case: Case, item: str) -> ResponseReturnValue:
    """Remove an own task."""
    check_button()
    try:
        actions.remove_task(session(), case.id, item, who=who(), now=now())
    except actions.NoItemError:
        abort(404)
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".plan", id_=case.id), 303)


def _item(case: Case, item: str) -> Item:
    try:
        return actions.find_item(session(), case, item, guidance=guidance())
    except actions.NoItemError:
        abort(404)


def _step(
    case: Case, item: Item, typed: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None
) -> Response:  # fmt: skip
    names = persons()
    days = item.days
    return case_page(
        "cases/working/step.html",
        case,
        item=item,
        title=title_of(item),
        step=part(Pathways).steps.get(item.step),
        PROGRESS=list(PROGRESS.items()),
        progress_words=PROGRESS,
        Novelty=Novelty,
        today=_today(),
        typed=typed
        or {
            "progress": item.progress.value,
            "until": days.waiting_until.isoformat() if days.waiting_until else "",
            "remind": days.remind.isoformat() if days.remind else "",
            "remark": item.remark,
            "title": item.title,
        },
        wrong=wrong or {},
        problems=list((wrong or {}).items()),
        person=names,
        events=[
            {
                "when": line.at.isoformat(timespec="seconds"),
                "time": day_and_time(line.at),
                "title": HAPPENED[line.what],
                "text": names(line.by),
            }
            for line in actions.history_of(session(), case, item)
        ],
    )


# Paper


@blueprint.get("/cases/<id_>/plan/print")
@with_case
def pack(case: Case) -> ResponseReturnValue:
    """Show the plan of a case for paper, two languages beside each other, with what to take along and whom to call."""
    here = actions.route_of(session(), case, pathways=part(Pathways), now=now())
    if not is_planned(here):
        return redirect(url_for(".route", id_=case.id), 303)
    work = actions.work(session(), case, guidance=guidance(), who=who(), now=now()) if _is_open(case) else Work([], [])
    progress = {item.step: item for item in work.items if not item.is_own}
    columns = [(_sheet(here, code), paper_words(code, part(Directory))) for code in (language(), other(language()))]
    cards: dict[str, Card] = {card.id: card for station in columns[0][0].stations for card in station.cards}
    links = plan_links(here)
    response = make_response(
        render_template(
            "cases/working/pack.html",
            case=case,
            columns=columns,
            phases=Phase,
            kind=LineKind,
            call_text=call_text,
            marks={id_: "☑" for id_, item in progress.items() if item.progress is Progress.DONE},
            own=[item for item in work.items if item.is_own],
            taken=[
                (station.number, station.title, station.texts(LineKind.BRING))
                for station in columns[0][0].stations
                if station.texts(LineKind.BRING)
                and not (station.id in progress and progress[station.id].progress is Progress.DONE)
            ],
            papers=[words_of(paper.kind) for paper in papers_of(session(), case)],
            cards=list(cards.values()),
            links=[
                (gettext("The plan alone, in two languages"), links["columns"]),
                (gettext("Large print"), links["large"]),
                (gettext("PDF"), links["plan_pdf_file"]),
                (gettext("Dates for the calendar"), links["plan_ics"]),
                (gettext("Contacts for the phone"), links["plan_vcf"]),
                (gettext("One file for a messenger"), links["plan_file"]),
            ],
            dated=lambda day: in_words(day, language()),
            now=datetime.now(KYIV),
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _sheet(here: Position, code: str) -> Sheet:
    return put_in_words(
        compose(part(Pathways), here.answers, today=_today()),
        here.answers,
        pathways=part(Pathways),
        directory=part(Directory),
        marker=marker(part(Articles), code),
        language=code,
        now=datetime.now(UTC),
    )


def _is_open(case: Case) -> bool:
    return case.state is State.OPEN


def persons() -> Callable[[str], str]:
    """Return what says in words by whom something was done."""
    return partial(by_whom, names=people_names(who()))


def _today() -> date:
    return now().astimezone(KYIV).date()

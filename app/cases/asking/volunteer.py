"""The pages of requests that are made from a case: the list, one that is being written, one that was sent."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import check_button
from app.cases.actions import ClosedError, UnknownCaseError
from app.cases.asking import actions
from app.cases.asking.labels import MANNERS, SPOKEN, STAGES, STATES, TITLES
from app.cases.asking.model import PAGES, Asked, Manner, has_authority, manners
from app.cases.forms import sections, typed
from app.cases.model import Case, UnheardError
from app.cases.volunteer import back, case_page, who, with_case
from app.cases.working.papers.actions import papers_of
from app.cases.working.papers.labels import KINDS
from app.extracts.actions import ConsentError, Draft, DraftGoneError, IncompleteError
from app.extracts.desk.decision import NoTextError
from app.extracts.desk.labels import decision_words
from app.extracts.draft import Page, applicant, claim, faults, kinship_of, missing_papers, undone
from app.extracts.forms import TITLES as PAGE_TITLES
from app.extracts.forms import too_many_papers
from app.extracts.labels import caution_text, state_kind
from app.extracts.model import consent_in_force
from app.extracts.public import term_of
from app.extracts.request import State, StateError
from app.extracts.warnings import cautions, names_in_papers
from app.kernel.dates import KYIV
from app.register.staff import full_name
from app.storage.files import TooManyFilesError
from app.web.database import now, session
from app.web.files import shelf
from app.web.language import in_language

blueprint = in_language(Blueprint("case_requests", __name__))

WRITTEN = (*PAGES, Page.PAPERS)
"""The pages of the form, in its order."""


@blueprint.get("/cases/<id_>/requests")
@with_case
def requests(case: Case) -> ResponseReturnValue:
    """Show the requests that were made from a case, and begin another."""
    return _requests(case)


@blueprint.post("/cases/<id_>/requests")
@with_case
def begin(case: Case) -> ResponseReturnValue:
    """Begin a request on one missing person with all that the case knows."""
    check_button()
    manner, missing = request.form.get("manner", ""), request.form.get("missing", case.missing[0].id)
    if manner not in set(Manner):
        return _requests(case, {"manner": gettext("Choose who asks.")}), 422
    try:
        asked = actions.begin(
            session(), case.id, missing, Manner(manner), who=who(), random=secrets.SystemRandom(), now=now()
        )
    except actions.MannerError:
        return _requests(case, {"manner": gettext("The contact acts for somebody already and asks themself.")}), 422
    except UnknownCaseError:
        abort(404)
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".show", id_=case.id, asked=asked), 303)


@blueprint.get("/cases/<id_>/requests/<asked>")
@with_case
def show(case: Case, asked: str) -> ResponseReturnValue:
    """Show a request: while it is not sent, what is to be looked through; then where it stands."""
    try:
        return _sent(case, actions.follow(session(), case, asked, who=who(), now=now()))
    except actions.NoRequestError:
        return _draft(case, *_begun(case, asked))


@blueprint.post("/cases/<id_>/requests/<asked>")
@with_case
def save(case: Case, asked: str) -> ResponseReturnValue:
    """Keep what was written, right or wrong, with the papers that were chosen; then show what is still missing."""
    check_button()
    _, draft = _begun(case, asked)
    pages = typed(WRITTEN, draft.answers)
    try:
        actions.save(session(), shelf(), case.id, asked, pages, request.form.getlist("papers"), who=who(), now=now())
    except TooManyFilesError:
        return _draft(case, *_begun(case, asked), error=("papers", too_many_papers())), 422
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".check", id_=case.id, asked=asked), 303)


@blueprint.get("/cases/<id_>/requests/<asked>/check")
@with_case
def check(case: Case, asked: str) -> ResponseReturnValue:
    """Show what stands in the way of sending, what looks like a slip, and the text that the family agrees to."""
    return _check(case, *_begun(case, asked))


@blueprint.post("/cases/<id_>/requests/<asked>/send")
@with_case
def send(case: Case, asked: str) -> ResponseReturnValue:
    """Send the request, once, and lead to the sheet for the family."""
    check_button()
    agree = gettext("Without the family’s consent the request cannot be taken.")
    try:
        actions.send(
            session(), case.id, asked, consent=request.form.get("consent", ""), who=who(),
            random=secrets.SystemRandom(), now=now(),
        )  # fmt: skip
    except (IncompleteError, actions.NoAuthorityError, actions.TrainingError):
        return redirect(url_for(".check", id_=case.id, asked=asked), 303)
    except ConsentError:
        return _check(case, *_begun(case, asked), error=agree), 422
    except (actions.NoRequestError, DraftGoneError):
        abort(404)
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".show", id_=case.id, asked=asked), 303)


@blueprint.post("/cases/<id_>/requests/<asked>/drop")
@with_case
def drop(case: Case, asked: str) -> ResponseReturnValue:
    """Drop a request that is not sent."""
    check_button()
    try:
        actions.drop(session(), shelf(), case.id, asked, who=who(), now=now())
    except actions.NoRequestError:
        abort(404)
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".requests", id_=case.id), 303)


@blueprint.post("/cases/<id_>/requests/<asked>/answer")
@with_case
def answer(case: Case, asked: str) -> ResponseReturnValue:
    """Answer what the desk asks back, with papers of the case; a paper alone is an answer, too."""
    check_button()
    papers = request.form.getlist("papers")
    text = request.form.get("answer", "").strip() or (gettext("The paper is attached.") if papers else "")
    try:
        with session().begin_nested():
            actions.answer(session(), case.id, asked, text, papers, who=who(), now=now())
    except NoTextError:
        return _again(case, asked, ("answer", gettext("Write your answer, or attach the paper.")))
    except TooManyFilesError:
        return _again(case, asked, ("papers", too_many_papers()))
    except actions.NoRequestError:
        abort(404)
    except ClosedError:
        return back(case.id, "closed-before")
    except StateError:
        # Answered meanwhile by the family itself, or decided: the page says so.
        pass
    return redirect(url_for(".show", id_=case.id, asked=asked), 303)


@blueprint.get("/cases/<id_>/requests/<asked>/sheet")
@with_case
def sheet(case: Case, asked: str) -> ResponseReturnValue:
    """Show the sheet for the family: reference, passphrase as long as it is shown, and by when an answer is due."""
    try:
        filed = actions.sheet_of(session(), case, asked, who=who(), now=now())
    except actions.NoRequestError:
        abort(404)
    links = {"filed": url_for(".show", id_=case.id, asked=asked)}
    response = make_response(render_template("extracts/sheet.html", filed=filed, term=term_of(filed), links=links))
    response.headers["Cache-Control"] = "no-store"
    return response


def _begun(case: Case, asked: str) -> tuple[Asked, Draft]:
    try:
        return actions.draft_of(session(), case, asked, now=now())
    except (actions.NoRequestError, DraftGoneError):
        abort(404)


def _requests(case: Case, wrong: Mapping[str, str] | None = None) -> Response:
    names = {one.id: full_name(one.claim.person) for one in case.missing}
    offered = dict.fromkeys(manner for one in case.missing for manner in manners(case, one))
    return case_page(
        "cases/asking/requests.html",
        case,
        requests=actions.requests_of(session(), case, now=now()),
        names=names,
        people=list(names.items()),
        manners=[("", gettext("Choose")), *((manner.value, MANNERS[manner]) for manner in offered)],
        typed={name: request.form.get(name, "") for name in ("manner", "missing")},
        wrong=wrong or {},
        problems=list((wrong or {}).items()),
        STAGES=STAGES,
        states=STATES,
        kind_of=state_kind,
    )


def _draft(case: Case, asked: Asked, draft: Draft, *, error: tuple[str, str] = ("", "")) -> Response:
    """Show the form; what is wrong with what was saved stands beside it, and nothing is called wrong that was not."""
    today = now().astimezone(KYIV).date()
    pages = WRITTEN if "wrong" in request.args else ()
    wrong = UnheardError([(page, *fault) for page in pages for fault in faults(page, draft.answers, today=today)])
    shown = sections(WRITTEN, draft.answers, wrong, TITLES, SPOKEN[asked.manner])
    there = {paper.file_id for paper in draft.papers}
    kinship = kinship_of(draft.answers)
    return case_page(
        "cases/asking/draft.html",
        case,
        asked=asked,
        manner=MANNERS[asked.manner],
        sections=shown,
        problems=[one for section in shown for one in section.problems] + ([error] if error[0] else []),
        papers=[(paper, paper.file_id in there) for paper in papers_of(session(), case)],
        papers_wrong=error[1],
        KINDS=KINDS,
        needed=[KINDS[paper] for paper in missing_papers(draft.answers, set())] if kinship else [],
    )


def _check(case: Case, asked: Asked, draft: Draft, *, error: str = "") -> Response:
    today = now().astimezone(KYIV).date()
    kinds = {paper.kind for paper in draft.papers}
    doubts = cautions(claim(draft.answers), applicant(draft.answers), today=today, given_names=names_in_papers())
    return case_page(
        "cases/asking/check.html",
        case,
        asked=asked,
        manner=MANNERS[asked.manner],
        missing=[TITLES.get(page, PAGE_TITLES[page]) for page in undone(draft.answers, kinds, today=today)],
        has_authority=has_authority(asked.manner, kinds),
        papers=[KINDS[paper.kind] for paper in draft.papers],
        papers_missing=[KINDS[paper] for paper in missing_papers(draft.answers, kinds)],
        doubts=[caution_text(doubt) for doubt in doubts],
        consent=consent_in_force(today),
        error=error,
        problems=[("consent", error)] if error else [],
    )


def _sent(case: Case, followed: actions.Followed, error: tuple[str, str] = ("", "")) -> Response:
    told = followed.told
    return case_page(
        "cases/asking/sent.html",
        case,
        asked=followed.asked,
        request_=followed.request,
        state=STATES[followed.asked.state],
        kind=state_kind(followed.asked.state),
        told=told,
        decision=decision_words(told) if told.outcome else None,
        is_asked=followed.asked.state is State.ASKED,
        papers=[(paper, False) for paper in papers_of(session(), case)],
        KINDS=KINDS,
        typed=request.form.get("answer", ""),
        wrong=dict([error]) if error[0] else {},
        problems=[error] if error[0] else [],
        MANNERS=MANNERS,
    )


def _again(case: Case, asked: str, error: tuple[str, str]) -> ResponseReturnValue:
    return _sent(case, actions.follow(session(), case, asked, who=who(), now=now()), error), 422

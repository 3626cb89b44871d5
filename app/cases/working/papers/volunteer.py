"""The page of the papers of a case: what is there, more of it, opening one, removing one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from app.accounts.forms import check_button
from app.accounts.model import Permission
from app.cases.actions import ClosedError
from app.cases.model import Case
from app.cases.volunteer import back, case_page, who, with_case
from app.cases.working.papers import actions
from app.cases.working.papers.labels import KINDS, offered
from app.cases.working.volunteer import persons
from app.extracts.forms import FILES_AT_ONCE, Upload, uploaded
from app.extracts.public import keep_each
from app.web.access import requires
from app.web.database import now, session
from app.web.downloads import download
from app.web.files import shelf, takes_files
from app.web.language import in_language

blueprint = in_language(Blueprint("case_papers", __name__))


@blueprint.get("/cases/<id_>/papers")
@with_case
def papers(case: Case) -> ResponseReturnValue:
    """Show the papers of a case, and take more."""
    return _papers(case)


@blueprint.post("/cases/<id_>/papers")
@takes_files(FILES_AT_ONCE)
@requires(Permission.HELP_FAMILIES)
def add(id_: str) -> ResponseReturnValue:
    """Take files. Each stands for itself: one that is refused takes nothing else with it."""
    check_button()
    # Looked through before the transaction begins: it takes its time.
    return _keep(id_, uploaded(offered()))


@with_case
def _keep(case: Case, upload: Upload) -> ResponseReturnValue:
    try:
        errors = keep_each(upload, partial(actions.add_paper, session(), shelf(), case.id, who=who()))
    except ClosedError:
        return back(case.id, "closed-before")
    if errors:
        return _papers(case, errors), 422
    return redirect(url_for(".papers", id_=case.id), 303)


@blueprint.get("/cases/<id_>/papers/<paper>")
@with_case
def open_paper(case: Case, paper: str) -> ResponseReturnValue:
    """Hand a paper to somebody who helps with the case, to be saved."""
    try:
        return download(actions.read_paper(session(), shelf(), case, paper, who=who(), now=now()))
    except actions.NoPaperError:
        abort(404)


@blueprint.post("/cases/<id_>/papers/<paper>/remove")
@with_case
def remove(case: Case, paper: str) -> ResponseReturnValue:
    """Remove a paper from a case."""
    check_button()
    try:
        actions.remove_paper(session(), shelf(), case.id, paper, who=who(), now=now())
    except ClosedError:
        return back(case.id, "closed-before")
    return redirect(url_for(".papers", id_=case.id), 303)


def _papers(case: Case, errors: Sequence[str] = ()) -> Response:
    return case_page(
        "cases/working/papers.html",
        case,
        papers=actions.papers_of(session(), case),
        KINDS=KINDS,
        offered=offered(),
        errors=errors,
        person=persons(),
    )

"""The pages on which families write a request and send it: what it is, the draft page by page, the confirmation."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import partial, wraps
from typing import Concatenate, ParamSpec

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.extracts import actions, forms
from app.extracts.calendar_file import Entry, request_calendar
from app.extracts.draft import (
    Answers,
    Page,
    applicant,
    claim,
    faults,
    is_done,
    kinship_of,
    missing_papers,
    pages_of,
    papers_done,
    principal_kinship,
    undone,
)
from app.extracts.evidence import Paper, evidence
from app.extracts.labels import caution_text
from app.extracts.labels import text as words_of
from app.extracts.model import consent_in_force
from app.extracts.request import Filed
from app.extracts.term import Term, term
from app.extracts.warnings import cautions, names_in_papers
from app.kernel.dates import KYIV
from app.kernel.working_days import ukraine
from app.storage.files import TooManyFilesError
from app.storage.shelf import ShelfUnreachableError
from app.web.database import database, now, session
from app.web.files import shelf, takes_files
from app.web.forgery import begins_anew
from app.web.headers import forget_pages
from app.web.language import in_language, language
from app.web.limits import Budget, limited
from app.web.own import give, held, of_own, take
from app.web.pages import public_page

P = ParamSpec("P")

blueprint = in_language(Blueprint("extracts", __name__))

DRAFT = "draft"
"""Under which a device holds the draft that is written on it."""

REQUEST = "request"
"""Under which a device holds the request that was opened on it with its passphrase."""


def with_draft(
    view: Callable[Concatenate[actions.Draft, P], ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Hand the draft of this device to a view. Without one, a page says how to find it; once sent, it is confirmed."""

    @of_own
    @wraps(view)
    def drafted(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            with database().reading() as reading:
                draft = actions.read_draft(reading, held(DRAFT, now=now()), now=now())
            if draft.filed:
                return _go("filed")
            return view(draft, *args, **kwargs)
        except actions.DraftFiledError:
            return _go("filed")
        except actions.DraftGoneError:
            return _gone()

    return drafted


@blueprint.get("/extract")
def extract() -> Response:
    """Say what an extract is, who may ask, what is needed, and where to begin or go on."""
    return public_page("extracts/extract.html")


@blueprint.get("/extract/start")
def start() -> Response:
    """Ask the first question. Nothing is kept and no cookie is set before it is answered."""
    return _first({}, ())


@blueprint.post("/extract/start")
@begins_anew
def begin() -> ResponseReturnValue:
    """Begin a draft with the first answer, and let this device hold it."""
    typed = forms.typed_on(Page.KINSHIP, {})
    wrong = faults(Page.KINSHIP, {Page.KINSHIP: typed}, today=_today())
    if wrong:
        return _first({Page.KINSHIP: typed}, wrong), 422
    draft = actions.begin_draft(session(), Page.KINSHIP, typed, random=secrets.SystemRandom(), now=now())
    return _hold(_go("draft"), draft.id)


@blueprint.get("/extract/draft")
@with_draft
def draft(draft: actions.Draft) -> ResponseReturnValue:
    """Show what is done, what is left, and the code that finds the draft on another device."""
    today, kinds = _today(), {paper.kind for paper in draft.papers}
    tasks = [_task(page, draft.answers, kinds, today) for page in pages_of(draft.answers)]
    ready = not undone(draft.answers, kinds, today=today)
    return private_page("extracts/draft.html", draft=draft, tasks=tasks, ready=ready)


@blueprint.get(f"/extract/draft/<any({','.join(page for page in Page if page is not Page.PAPERS)}):page>")
@with_draft
def page(draft: actions.Draft, page: str) -> ResponseReturnValue:
    """Show a page of the draft with what was typed, and what is wrong with it since it was saved."""
    asked = Page(page)
    wrong = faults(asked, draft.answers, today=_today()) if asked in draft.answers else ()
    shown = forms.controls(asked, draft.answers, wrong)
    return private_page(
        "extracts/page.html",
        page=asked,
        title=forms.TITLES[asked],
        lead=forms.LEADS[asked],
        controls=shown,
        problems=forms.problems(shown),
        action=url_for("extracts.save", page=page, back=_back()),
    )


@blueprint.post(f"/extract/draft/<any({','.join(page for page in Page if page is not Page.PAPERS)}):page>")
@with_draft
def save(draft: actions.Draft, page: str) -> ResponseReturnValue:
    """Keep what was typed, right or wrong; with a fault the page comes again and says so."""
    asked = Page(page)
    typed = forms.typed_on(asked, draft.answers)
    saved = actions.save_page(session(), draft.id, asked, typed, now=now())
    if faults(asked, saved.answers, today=_today()):
        return _hold(redirect(url_for("extracts.page", page=page, back=_back()), 303), draft.id)
    return _hold(_go("check" if _back() else "draft"), draft.id)


@blueprint.get("/extract/draft/papers")
@with_draft
def papers(draft: actions.Draft) -> ResponseReturnValue:
    """Show which papers are asked for, which are there, and take more."""
    return _papers(draft)


@blueprint.post("/extract/draft/papers")
@takes_files(forms.FILES_AT_ONCE)
@with_draft
def add_papers(draft: actions.Draft) -> ResponseReturnValue:
    """Take files. Each stands for itself: one that is refused, or lost on the way, takes nothing else with it."""
    upload = forms.uploaded(_offered(draft.answers))
    errors = keep_each(upload, partial(actions.add_paper, session(), shelf(), draft.id))
    if errors:
        return _papers(actions.read_draft(session(), draft.id, now=now()), errors), 422
    return _hold(_go("papers"), draft.id)


@blueprint.post("/extract/draft/papers/later")
@with_draft
def add_later(draft: actions.Draft) -> ResponseReturnValue:
    """Note that papers will follow, and why."""
    typed = forms.typed_on(Page.PAPERS, draft.answers)
    saved = actions.save_page(session(), draft.id, Page.PAPERS, typed, now=now())
    wrong = faults(Page.PAPERS, saved.answers, today=_today())
    return _hold(_go("papers" if wrong else "draft"), draft.id)


@blueprint.post("/extract/draft/papers/<token>/remove")
@with_draft
def remove_paper(draft: actions.Draft, token: str) -> ResponseReturnValue:
    """Remove a paper from the draft."""
    actions.remove_paper(session(), shelf(), draft.id, token, now=now())
    return _go("papers")


@blueprint.get("/extract/draft/check")
@with_draft
def check(draft: actions.Draft) -> ResponseReturnValue:
    """Show everything before it is sent, with what looks like a slip: a warning, never a bar."""
    return _check(draft)


@blueprint.post("/extract/draft/send")
@limited(Budget.FILING)
@with_draft
def send(draft: actions.Draft) -> ResponseReturnValue:
    """Send the request, once, however often the button is pressed."""
    if not request.form.get("consent"):
        return _check(draft, gettext("Agree to the text, or the request cannot be taken.")), 422
    try:
        actions.file_request(
            session(),
            draft.id,
            consent=request.form["consent"],
            language=language(),
            random=secrets.SystemRandom(),
            now=now(),
        )
    except actions.IncompleteError:
        return _go("draft")
    except actions.ConsentError:
        return _check(draft, gettext("Agree to the text, or the request cannot be taken.")), 422
    return _go("filed")


@blueprint.get("/extract/filed")
@of_own
def filed() -> ResponseReturnValue:
    """Confirm a request that was sent from this device: reference, passphrase, what happens next and when."""
    return _confirmed("extracts/filed.html")


@blueprint.get("/extract/filed/sheet")
@of_own
def sheet() -> ResponseReturnValue:
    """The same on one sheet of paper."""
    return _confirmed("extracts/sheet.html")


@blueprint.get("/extract/filed.ics")
@of_own
def filed_calendar() -> ResponseReturnValue:
    """The days to remember, for the phone's calendar."""
    try:
        filed = _filed()
    except actions.DraftGoneError:
        return _gone()
    return calendar_of(filed.reference, term_of(filed))


@blueprint.route("/extract/resume", methods=["GET", "POST"])
@limited(Budget.GUESS)
def resume() -> ResponseReturnValue:
    """Find a draft by its code on another device."""
    if request.method != "POST":
        return private_page("extracts/resume.html", error="")
    try:
        found = actions.resume(session(), request.form.get("draft-code", ""), now=now())
    except actions.DraftGoneError:
        error = gettext("No draft has this code. Compare it with what you wrote down: sixteen signs in groups of four.")
        return private_page("extracts/resume.html", error=error), 422
    return _hold(_go("filed" if found.filed else "draft"), found.id)


@blueprint.route("/extract/draft/delete", methods=["GET", "POST"])
@with_draft
def delete(draft: actions.Draft) -> ResponseReturnValue:
    """Delete the draft with everything in it, after asking once."""
    if request.method != "POST":
        return private_page("extracts/delete.html")
    actions.delete_draft(session(), shelf(), draft.id, actor=actions.VISITOR, now=now())
    return _let_go(_go("extract"))


@blueprint.post("/extract/draft/forget")
def forget() -> ResponseReturnValue:
    """Let this device hold the draft no more; its code finds it again."""
    return _let_go(_go("extract"))


def keep_each(upload: forms.Upload, keep: Callable[..., None]) -> list[str]:
    """Keep the files of a form, each with `keep`, and return why some were not taken."""
    errors = [*upload.errors]
    try:
        for name, accepted in upload.files:
            keep(accepted, name=name, kind=upload.kind, now=now())
    except TooManyFilesError:
        errors.append(forms.too_many_papers())
    except ShelfUnreachableError:
        errors.append(forms.shelf_is_full())
    return errors


def calendar_of(reference: str, until: Term) -> Response:
    """Return the days of a request as a file for calendars; no name and no subject stands in it."""
    entries = (Entry("answer", until.office_day, gettext("Look at your page: an answer may be there")),)
    made = Response(request_calendar(reference, entries, now=now()), mimetype="text/calendar")
    made.headers["Content-Disposition"] = 'attachment; filename="dates.ics"'
    return made


def _first(answers: Answers, wrong: Sequence[tuple[str, object]]) -> Response:
    shown = forms.controls(Page.KINSHIP, answers, wrong)  # type: ignore[arg-type]
    return private_page(
        "extracts/page.html",
        page=Page.KINSHIP,
        title=forms.TITLES[Page.KINSHIP],
        lead=forms.LEADS[Page.KINSHIP],
        controls=shown,
        problems=forms.problems(shown),
        action=url_for("extracts.begin"),
        is_first=True,
    )


def _task(page: Page, answers: Answers, kinds: Collection[str], today: date) -> Mapping[str, object]:
    done = papers_done(answers, kinds) if page is Page.PAPERS else is_done(page, answers, today=today)
    begun = page in answers or (page is Page.PAPERS and bool(kinds))
    return {
        "title": forms.TITLES[page],
        "href": url_for("extracts.papers") if page is Page.PAPERS else url_for("extracts.page", page=page),
        "kind": "done" if done else "started" if begun else "none",
        "state": gettext("done") if done else gettext("started") if begun else gettext("not started"),
    }


def _papers(draft: actions.Draft, errors: Sequence[str] = ()) -> Response:
    kinship, acts_for = kinship_of(draft.answers), principal_kinship(draft.answers)
    wrong = faults(Page.PAPERS, draft.answers, today=_today())
    return private_page(
        "extracts/papers.html",
        draft=draft,
        asked=evidence(kinship, acts_for) if kinship else None,
        offered=_offered(draft.answers),
        errors=errors,
        there={paper.kind for paper in draft.papers},
        later=forms.controls(Page.PAPERS, draft.answers, wrong),
        words=words_of,
        token=None,
    )


def _check(draft: actions.Draft, error: str = "") -> Response:
    answers, today = draft.answers, _today()
    kinds = {paper.kind for paper in draft.papers}
    missing = undone(answers, kinds, today=today)
    consent = consent_in_force(today)
    doubts = (
        cautions(claim(answers), applicant(answers), today=today, given_names=names_in_papers())
        if kinship_of(answers)
        else ()
    )
    with database().reading() as reading:
        mine = actions.already_open(reading, answers, opened=held(REQUEST, now=now()))
    return private_page(
        "extracts/check.html",
        draft=draft,
        parts=[(page, forms.TITLES[page], list(forms.answered(page, answers))) for page in pages_of(answers)],
        missing=[(page, forms.TITLES[page]) for page in missing],
        papers_missing=[words_of(paper) for paper in missing_papers(answers, kinds)],
        doubts=[caution_text(doubt) for doubt in doubts],
        consent=consent,
        error=error,
        mine=mine,
        words=words_of,
    )


def _offered(answers: Answers) -> Sequence[tuple[Paper, str]]:
    return forms.offered_papers(kinship_of(answers), principal_kinship(answers))


def _filed() -> Filed:
    with database().reading() as reading:
        return actions.confirmation(reading, held(DRAFT, now=now()), now=now())


def _confirmed(template: str) -> ResponseReturnValue:
    try:
        filed = _filed()
    except actions.DraftGoneError:
        return _gone()
    links = {
        "filed": url_for("extracts.filed"),
        "sheet": url_for("extracts.sheet"),
        "calendar": url_for("extracts.filed_calendar"),
        "open": url_for("following.open_request"),
        "leave": url_for("extracts.forget"),
    }
    return private_page(template, filed=filed, term=term_of(filed), links=links)


def term_of(filed: Filed) -> Term:
    """Return by when an answer is due, counted from the day in Kyiv on which the request was filed."""
    return term(filed.filed_at.astimezone(KYIV).date(), ukraine())


def _gone() -> ResponseReturnValue:
    return private_page("extracts/gone.html"), 404


def _back() -> str | None:
    return "check" if request.args.get("back") == "check" else None


def _today() -> date:
    return now().astimezone(KYIV).date()


def _go(endpoint: str) -> Response:
    return make_response(redirect(url_for(f"extracts.{endpoint}"), 303))


def _hold(response: BaseResponse, id_: str) -> Response:
    made = make_response(response)
    give(made, DRAFT, id_, lasts=actions.DRAFT_LASTS, now=now())
    return made


def _let_go(response: Response) -> Response:
    take(response, DRAFT)
    return forget_pages(response)


def private_page(template: str, **values: object) -> Response:
    """Return a page of somebody's own, which no search engine keeps."""
    response = make_response(render_template(template, **values))
    response.headers["X-Robots-Tag"] = "noindex"
    return response

"""The part “Consent” of a case: what the family agreed to, recording it, asking for it, withdrawing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import check_button
from app.accounts.model import Permission
from app.cases.actions import ClosedError, UnknownCaseError
from app.cases.consenting import actions, forms
from app.cases.consenting.consent import How, UnfitError, usual_end
from app.cases.consenting.labels import consent_words
from app.cases.model import Case
from app.cases.volunteer import by_whom, case_page, people_names, who, with_case
from app.directory.labels import NEEDS
from app.directory.model import Directory, Need, Organisation
from app.directory.model import Kind as BodyKind
from app.extracts.forms import shelf_is_full
from app.kernel.dates import KYIV
from app.register.forms import Typed
from app.search.documents import Kind
from app.search.find import Search
from app.storage.shelf import ShelfUnreachableError
from app.storage.uploads import Accepted
from app.web.access import requires
from app.web.database import now, session
from app.web.downloads import download
from app.web.edition import part
from app.web.files import shelf, takes_files
from app.web.language import in_language, language
from app.web.pages import chosen

blueprint = in_language(Blueprint("consenting", __name__))

MOST_FOUND = 20
"""Bodies of one list."""

SAID = {
    "recorded": _l("The consent is recorded."),
    "asked": _l("The family finds the question on its own page. Nothing is shared before it has agreed."),
    "withdrawn": _l("The consent is withdrawn: nothing more is shared under it."),
    "no-body": _l("First find the body below with which something is to be shared."),
    "closed-before": _l("The case was closed meanwhile. Nothing was changed."),
}


@blueprint.get("/cases/<id_>/consents")
@with_case
def consents(case: Case) -> ResponseReturnValue:
    """List what the family agreed to, and find the body for a new consent."""
    names, found = people_names(who()), actions.consents_of(session(), case.id)
    typed, need = request.args.get("q", "").strip()[:200], chosen(Need, "need")
    return case_page(
        "cases/consenting/list.html",
        case,
        consents=[
            {
                "told": consent_words(one, _today()),
                "recorded_by": by_whom(one.recorded_by, names),
                "withdrawn_by": by_whom(one.withdrawn_by, names) if one.withdrawn_by else "",
                "witness": actions.witness_of(session(), case.id, one.id),
            }
            for one in found
        ],
        typed=typed,
        need=need.value if need else "",
        needs=[("", gettext("Any")), *((one.value, words) for one, words in NEEDS.items())],
        bodies=[(body.id, body.name[language()], body.go_for[language()]) for body in bodies(typed, need)],
        is_asked=bool(typed or need),
        said=SAID.get(request.args.get("said", "")),
    )


@blueprint.get("/cases/<id_>/consents/new")
@with_case
def new(case: Case) -> ResponseReturnValue:
    """Show the form for a consent to share with a body."""
    body = request.args.get("body", "")
    return _form(case, forms.proposed(body, usual_end(_today())))


@blueprint.post("/cases/<id_>/consents/new")
@takes_files(1)
@requires(Permission.HELP_FAMILIES)
def record(id_: str) -> ResponseReturnValue:
    """Record a consent, or ask the family for it."""
    check_button()
    typed, scan = forms.entered()
    return _record(id_, typed, scan)


@with_case
def _record(case: Case, typed: Typed, scan: Sequence[tuple[str, Accepted]]) -> ResponseReturnValue:
    directory, asking = part(Directory), who()
    try:
        terms, how = forms.read(typed, scan)
        match how:
            case How.PAPER:
                actions.record_signed(
                    session(), shelf(), case.id, terms, scan[0], directory=directory, who=asking, now=now()
                )
            case How.SPOKEN:
                actions.record_spoken(
                    session(), case.id, terms, typed.get("witness"), directory=directory, who=asking, now=now()
                )
            case How.OWN:
                actions.ask(session(), case.id, terms, directory=directory, who=asking, now=now())
    except forms.UnreadError:
        return _form(case, typed)
    except UnfitError as refused:
        forms.say(typed, refused.faults)
        return _form(case, typed)
    except ShelfUnreachableError:
        typed.say(forms.SCAN, shelf_is_full())
        return _form(case, typed)
    except ClosedError:
        return _back(case.id, "closed-before")
    return _back(case.id, "asked" if how is How.OWN else "recorded")


@blueprint.post("/cases/<id_>/consents/<consent>/withdraw")
@requires(Permission.HELP_FAMILIES)
def withdraw(id_: str, consent: str) -> ResponseReturnValue:
    """Withdraw a consent, because the family said so."""
    check_button()
    try:
        actions.withdraw(session(), id_, consent, who=who(), now=now())
    except (UnknownCaseError, actions.UnknownConsentError):
        abort(404)
    except ClosedError:
        return _back(id_, "closed-before")
    return _back(id_, "withdrawn")


@blueprint.get("/cases/<id_>/consents/<consent>/scan")
@requires(Permission.HELP_FAMILIES)
def scan(id_: str, consent: str) -> ResponseReturnValue:
    """Hand out the scan of a signed consent, to be saved."""
    try:
        return download(actions.read_scan(session(), shelf(), id_, consent, who=who(), now=now()))
    except (UnknownCaseError, actions.UnknownConsentError):
        abort(404)


def bodies(typed: str, need: Need | None) -> list[Organisation]:
    """Return certain bodies of the directory that answer what was typed and are there for a need; best first."""
    directory = part(Directory)
    if typed:
        hits = part(Search).finder.find(typed).hits
        ids = [hit.document.target for hit in hits if hit.document.kind is Kind.ORGANISATION]
    elif need is not None:
        ids = list(directory.organisations)
    else:
        return []
    certain = [body for body in map(directory.__getitem__, ids) if body.kind is not BodyKind.GENERIC]
    return [body for body in certain if need is None or need in body.needs][:MOST_FOUND]


def _form(case: Case, typed: Typed) -> ResponseReturnValue:
    body = part(Directory).organisations.get(typed.get("body"))
    if body is None or body.kind is BodyKind.GENERIC:
        return _back(case.id, "no-body")
    page = case_page(
        "cases/consenting/new.html",
        case,
        body=body.id,
        name=body.name[language()],
        go_for=body.go_for[language()],
        not_for=body.not_for[language()],
        controls=forms.controls(typed, body),
        scan_error=typed.wrong(forms.SCAN),
        problems=typed.faults,
    )
    return page, 422 if typed.faults else 200


def _back(id_: str, said: str) -> ResponseReturnValue:
    return redirect(url_for("consenting.consents", id_=id_, said=said), 303)


def _today() -> date:
    return now().astimezone(KYIV).date()

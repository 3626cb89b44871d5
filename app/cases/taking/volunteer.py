"""The copy of a case for a helper who hands it to the family, and how a copy leaves the site."""

from __future__ import annotations

import json

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from app.cases.consenting.labels import body_name
from app.cases.model import Case
from app.cases.taking.actions import copy_of
from app.cases.taking.labels import sections
from app.cases.taking.model import Copy, as_data
from app.cases.volunteer import who, with_case
from app.cases.working.volunteer import guidance, title_of
from app.kernel.dates import day_and_time
from app.web.database import now, session
from app.web.downloads import own_file
from app.web.language import in_language

blueprint = in_language(Blueprint("taking", __name__))


@blueprint.get("/cases/<id_>/copy.html")
@with_case
def page(case: Case) -> ResponseReturnValue:
    """Hand out everything that is kept of a family, to be read by it."""
    return as_page(copy_of(session(), case, guidance=guidance(), by=who().reference, now=now()))


@blueprint.get("/cases/<id_>/copy.json")
@with_case
def data(case: Case) -> ResponseReturnValue:
    """Hand out everything that is kept of a family, for programs."""
    return as_file(copy_of(session(), case, guidance=guidance(), by=who().reference, now=now()))


def as_page(copy: Copy) -> Response:
    """Return the answer by which a browser saves the copy as a page that opens anywhere."""
    text = render_template(
        "cases/taking/copy.html",
        copy=copy,
        organisation=body_name(copy.case.organisation),
        made=day_and_time(copy.made_at),
        sections=sections(copy, title_of),
    )
    return own_file(text, "text/html", f"{copy.case.reference}.html")


def as_file(copy: Copy) -> Response:
    """Return the answer by which a browser saves the copy as data."""
    text = json.dumps(as_data(copy), ensure_ascii=False, indent=1)
    return own_file(text, "application/json", f"{copy.case.reference}.json")

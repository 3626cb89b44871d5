"""The copy of a case for its family, from its own page: as a page that opens without a connection, and as data."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.cases.family.public import with_family, writing_of
from app.cases.model import Case
from app.cases.taking.actions import copy_of
from app.cases.taking.volunteer import as_file, as_page
from app.cases.working.volunteer import guidance
from app.web.database import now
from app.web.language import in_language

blueprint = in_language(Blueprint("taking_along", __name__))


@blueprint.get("/family/copy.html")
@with_family
def page(case: Case) -> ResponseReturnValue:
    """Hand everything that is kept of the family to it, to be read."""
    return as_page(copy_of(writing_of(case), case, guidance=guidance(), by=f"family:{case.reference}", now=now()))


@blueprint.get("/family/copy.json")
@with_family
def data(case: Case) -> ResponseReturnValue:
    """Hand everything that is kept of the family to it, for programs."""
    return as_file(copy_of(writing_of(case), case, guidance=guidance(), by=f"family:{case.reference}", now=now()))

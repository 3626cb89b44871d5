"""The public page of statistics: the same for everybody, and new once a month."""

from __future__ import annotations

from flask import Blueprint, Response

from app.extracts.statistics import actions
from app.extracts.statistics.labels import month_charts, month_text, number_text, rows, share_text, year_charts
from app.extracts.statistics.model import Published
from app.extracts.statistics.suppression import SMALL
from app.extracts.term import CALENDAR_DAYS
from app.web.cache import keep
from app.web.database import database
from app.web.downloads import spreadsheet
from app.web.language import in_language
from app.web.pages import MINUTE, public_page

blueprint = in_language(Blueprint("statistics", __name__))

FRESH = 10 * MINUTE
"""How long (seconds) a page is kept: the database is asked six times an hour, however many read."""


@blueprint.get("/statistics")
def statistics() -> Response:
    """Show what is published, or say when the first figures will be."""
    found = _published()
    return public_page(
        "extracts/statistics.html",
        fresh_for=FRESH,
        latest=found.months[-1] if found.months else None,
        month_charts=month_charts(found.months),
        years=[(year, year_charts(year)) for year in reversed(found.years) if year.requests or year.extracts],
        month_text=month_text,
        number_text=number_text,
        share_text=share_text,
        small=SMALL,
        term=CALENDAR_DAYS,
    )


@blueprint.get("/statistics.csv")
def table() -> Response:
    """Hand out everything that is published as a table."""
    response = spreadsheet(rows(_published()), name="statistics.csv")
    response.headers["Cache-Control"] = "public, max-age=300"
    return keep(response, FRESH)


def _published() -> Published:
    with database().reading() as session:
        return actions.read_published(session)

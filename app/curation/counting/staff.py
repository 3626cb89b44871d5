"""What readers miss: queries without an answer, questions that are left, pages that did not help. Counts, no people."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.accounts.model import Permission
from app.curation.counting import store
from app.curation.counting.model import DAYS, drop_off
from app.curation.listening.public import title_of
from app.kernel.dates import KYIV
from app.pathways.model import Pathways
from app.web.access import requires
from app.web.database import now, session
from app.web.edition import part
from app.web.language import in_language, language

blueprint = in_language(Blueprint("counting", __name__))

SPANS = (7, 30, 90, 365)
"""Days that the page can look back."""

MOST = 200


@blueprint.get("/staff/gaps")
@requires(Permission.EDIT_CONTENT)
def gaps() -> ResponseReturnValue:
    """Show queries without an answer, the questions of the route with how many left there, and pages by use."""
    span = _span()
    since = now().astimezone(KYIV).date() - timedelta(days=span)
    counts = store.counts(session(), since)
    pathways = part(Pathways)
    words = pathways.words[language()].questions
    questions = drop_off(counts, (question.id for question in pathways.questions))
    pages = sorted({what.partition(":")[2] for what in counts if what.startswith(("useful:", "useless:"))})
    return render_template(
        "curation/counting/gaps.html",
        span=span,
        spans=SPANS,
        days=DAYS,
        gaps=store.gaps(session(), since, limit=MOST),
        questions=[(words[one.id].short, one, _bar(one.percent)) for one in questions],
        pages=sorted(
            (
                (title_of(page, language()) or page, counts.get(f"useful:{page}", 0), counts.get(f"useless:{page}", 0))
                for page in pages
            ),
            key=lambda row: -row[2],
        ),
    )


@blueprint.get("/staff/gaps/<any(queries,counts):what>.csv")
@requires(Permission.EDIT_CONTENT)
def table(what: str) -> ResponseReturnValue:
    """Hand out the queries, or every count per day, as CSV."""
    since = now().astimezone(KYIV).date() - timedelta(days=_span())
    out = StringIO()
    writer = csv.writer(out)
    if what == "queries":
        writer.writerow(("query", "days", "times", "last"))
        writer.writerows(
            (_plain(one.text), one.days, one.times, one.last) for one in store.gaps(session(), since, limit=5_000)
        )
    else:
        writer.writerow(("day", "what", "times"))
        writer.writerows(store.daily(session(), since))
    response = Response(out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={what}.csv"
    return response


def _plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@" else text


def _span() -> int:
    asked = request.args.get("days", 30, type=int)
    return asked if asked in SPANS else 30


def _bar(percent: int) -> Markup:
    """Draw a share of a hundred as a bar."""
    return Markup(  # noqa: S704 (a number alone)
        f'<svg class="bar" viewBox="0 0 100 10" width="100" height="10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="100" height="10" fill="none" stroke="currentColor"/>'
        f'<rect width="{percent:d}" height="10" fill="currentColor"/></svg>'
    )

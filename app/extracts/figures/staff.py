"""The page of figures for supervisors and auditors, and each of its charts as a table for a spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.model import Permission
from app.extracts.desk.labels import SHAPES, STATES
from app.extracts.figures import actions
from app.extracts.figures.labels import Chart, charts, rows
from app.extracts.figures.model import MOST_WEEKS, Period, PeriodError, latest
from app.extracts.term import CALENDAR_DAYS
from app.kernel.dates import KYIV
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.downloads import spreadsheet
from app.web.language import in_language

blueprint = in_language(Blueprint("figures", __name__))


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "figures.show", _l("Figures"), Permission.SEE_FIGURES)


@blueprint.get("/staff/figures")
@requires(Permission.SEE_FIGURES)
def show() -> Response:
    """Show the figures of a period, the last half year unless another is asked for, and what is open now."""
    period, faults = _asked()
    found = actions.read_figures(session(), period, actor=actor().reference, now=now())
    page = render_template(
        "extracts/figures/figures.html",
        figures=found,
        charts=charts(found),
        in_time=_share(found.waits.in_time, found.waits.count) if found.waits else "",
        term=CALENDAR_DAYS,
        states=[(SHAPES[state], STATES[state], count, state.value) for state, count in found.now.open.items()],
        may_open=Permission.ANSWER_REQUESTS in actor().permissions,
        asked={"since": period.first.isoformat(), "until": period.last.isoformat()},
        faults=faults,
    )
    return make_response(page, 422 if faults else 200)


@blueprint.get("/staff/figures/<any(weeks,waits,kinship,purpose,repeats,refusals):which>.csv")
@requires(Permission.SEE_FIGURES)
def download(which: str) -> ResponseReturnValue:
    """Hand out one chart of a period as a table."""
    period, faults = _asked()
    if faults:
        return redirect(url_for(".show", **request.args), 303)  # type: ignore[arg-type]
    found = actions.read_figures(session(), period, actor=actor().reference, now=now())
    name = f"{which}-{period.first}-{period.last}.csv"
    return spreadsheet(rows(Chart(which), found), name=name)


def _asked() -> tuple[Period, list[tuple[str, str]]]:
    """Return the period that the address asks for, else the usual one, and what is wrong with the address, by field."""
    usual = latest(now().astimezone(KYIV).date())
    since, until = (request.args.get(name, "") for name in ("since", "until"))
    days, faults = {"since": usual.first, "until": usual.last}, []
    for name, text in (("since", since), ("until", until)):
        if not text:
            continue
        try:
            days[name] = date.fromisoformat(text[:10])
        except ValueError:
            faults.append((name, gettext("Write the day as year, month, day: 2026-03-28.")))
    try:
        return (usual if faults else Period(days["since"], days["until"])), faults
    except PeriodError:
        text = gettext("The period ends before it begins, or is longer than %(weeks)s weeks.", weeks=MOST_WEEKS)
        return usual, [("until", text)]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"

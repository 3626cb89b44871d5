"""The page of what is due in all cases of whoever asks, and the number of it that stands in the list of families."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any, cast

from flask import Blueprint, Flask, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.model import Permission
from app.cases.consenting.labels import body_name
from app.cases.today import actions
from app.cases.volunteer import who
from app.cases.working.labels import WHYS
from app.cases.working.model import Due, Why
from app.cases.working.volunteer import guidance, step_title
from app.kernel.dates import KYIV, in_words
from app.web.access import requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.language import in_language, language

blueprint = in_language(Blueprint("case_today", __name__))

_SHAPES: Mapping[Why, str] = {Why.DEADLINE: "overdue", Why.CHANGED: "started"}
"""Shapes of what is due; all else waits."""


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "case_today.today", _l("What is due"), Permission.HELP_FAMILIES)


@blueprint.get("/cases/today")
@requires(Permission.HELP_FAMILIES)
def today() -> ResponseReturnValue:
    """Show what is overdue, due today and soon, across all cases."""
    day = now().astimezone(KYIV).date()
    found = actions.agenda(session(), who=who(), guidance=guidance(), now=now())
    # Everything that is overdue stands together, with its day beside it.
    by_day = groupby(found.items, lambda one: one.day if one.day >= day else date.min)
    groups = [(on, [_line(one, found.families, day) for one in items]) for on, items in by_day]
    return render_template(
        "cases/today/today.html",
        groups=[(_heading(on, day), lines) for on, lines in groups],
    )


@blueprint.app_template_global()
def due_in_cases() -> Mapping[str, int]:
    """Return how much is due or overdue, by case, for whoever is signed in."""
    return actions.counts(session(), who=who(), guidance=guidance(), now=now())


def _heading(on: date, today: date) -> str:
    if on == date.min:
        return str(gettext("Overdue"))
    return str(gettext("Today")) if on == today else in_words(on, language())


def _address(one: Due) -> str:
    about: dict[str, Any] = {"id_": one.case, **one.about}
    return url_for(one.endpoint, **about)


def _title(one: Due) -> str:
    if one.why is Why.REFERRAL:
        return body_name(one.what)
    return step_title(one.step) if one.step else one.what or str(WHYS[one.why])


def _line(one: Due, families: Mapping[str, str], day: date) -> Mapping[str, object]:
    return {
        "family": families[one.case],
        "title": _title(one),
        "href": _address(one),
        "kind": "overdue" if one.day < day else _SHAPES.get(one.why, "waiting"),
        "why": WHYS[one.why],
        "day": in_words(one.day, language()) if one.day < day else "",
    }

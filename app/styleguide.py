"""The living style guide: every component in every state, for those who compose pages. Linked from nowhere."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, make_response, render_template
from flask_babel import lazy_gettext as _l

from app.directory.cards import card
from app.directory.model import Directory
from app.guidance.figures import Figures
from app.web.edition import part as edition_part
from app.web.language import in_language, language

blueprint = in_language(Blueprint("styleguide", __name__))

TITLES = {"reading": _l("Reading"), "forms": _l("Forms"), "desk": _l("Desks and dashboards")}


@blueprint.get("/styleguide")
@blueprint.get("/styleguide/<part>")
def styleguide(part: str = "reading") -> Response:
    """Show one part of the style guide."""
    if part not in TITLES:
        abort(404)
    figures, directory = edition_part(Figures), edition_part(Directory)
    body = next(body for body in directory if len(body.current_phones) > 1)
    response = make_response(
        render_template(
            "styleguide/styleguide.html",
            part=part,
            titles=TITLES,
            card=card(body, language(), datetime.now(UTC)),
            chart=figures.draw(next(iter(figures.by_id)), language()),
        )
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response

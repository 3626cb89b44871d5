"""The wall sheet: one printed page for a community centre, that leads whoever stands before it to the site."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, current_app, make_response, render_template
from flask_babel import gettext

from app.directory.model import Directory
from app.front import urgent_lines
from app.guidance.model import Guidance
from app.guidance.reading import marker
from app.kernel.dates import KYIV
from app.kernel.languages import other
from app.kernel.qr import qr_code
from app.pathways.conditions import UNKNOWN
from app.pathways.model import LineKind, Pathways, Phase
from app.pathways.plan import compose
from app.pathways.sheet import Station, put_in_words
from app.web.cache import keep
from app.web.edition import part
from app.web.hosts import site_address
from app.web.language import catalogue_of, in_language, language
from app.web.pages import MINUTE

blueprint = in_language(Blueprint("wall", __name__))

NOTHING_KNOWN = {"who": (UNKNOWN,)}
"""The answers of somebody of whom nothing is known yet: what the plan asks of them today is right for everyone."""


@blueprint.get("/wall")
def wall() -> Response:
    """Show the sheet: what the site is, urgent numbers, three first steps, the warning of fraud, the way here."""
    address = f"{site_address()}/"
    response = make_response(
        render_template(
            "wall.html",
            other=other(language()),
            other_words=catalogue_of(other(language())).ugettext,
            urgent=urgent_lines(),
            steps=[(step.title, step.texts(LineKind.DO)[:1]) for step in _first_steps()],
            address=address.removeprefix("https://").removesuffix("/"),
            code=qr_code(address, gettext("QR code with the address of this site")),
            today=datetime.now(KYIV).date(),
        )
    )
    if not current_app.config["SITE_URL"]:
        # The address comes from the request: kept, one reader's Host header would be told to everyone.
        return response
    response.headers["Cache-Control"] = "public, max-age=300"
    return keep(response, MINUTE * 10)


def _first_steps() -> list[Station]:
    """What the plan asks for today where nothing is known yet, in words; three fit on the sheet."""
    pathways = part(Pathways)
    now = datetime.now(KYIV)
    sheet = put_in_words(
        compose(pathways, NOTHING_KNOWN, today=now.date()),
        NOTHING_KNOWN,
        pathways=pathways,
        directory=part(Directory),
        marker=marker(part(Guidance), language()),
        language=language(),
        now=now,
    )
    return sheet.of_phase(Phase.NOW)[:3]

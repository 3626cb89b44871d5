"""The front of the house: choice of language, home, and the files that crawlers and researchers look for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.directory.cards import CallLine, Card, card
from app.directory.model import Directory
from app.guidance.load import PAGES
from app.guidance.model import Guidance
from app.guidance.reading import teasers
from app.kernel.languages import PUBLIC, preferred
from app.web.cache import keep
from app.web.edition import part
from app.web.hosts import site_address
from app.web.language import in_language, language
from app.web.pages import DAY, MINUTE, public_page

blueprint = Blueprint("front", __name__)
home_blueprint = in_language(Blueprint("home", __name__))

URGENT = (
    ("national-police", "102"),
    ("mia-commissioner-missing", "1698"),
    ("national-information-bureau", "1648"),
    ("coordination-hq-pow", "+380800300529"),
    ("magnolia-116000", "116000"),
)
"""Bodies whose numbers stand on the home page, each with the number meant."""

FIRST_READING = (
    "first-72-hours",
    "police-statement",
    "extract-how-to",
    "scams-money",
    "do-not-post",
    "four-lists",
)


@blueprint.get("/")
def choose_language() -> BaseResponse:
    """Send the reader to the language that the browser asks for; remember nothing."""
    code = preferred([(str(tag), float(quality)) for tag, quality in request.accept_languages])
    response = redirect(url_for("home.home", language=code), 302)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@home_blueprint.get("/")
def home() -> Response:
    """Show the three things people come for, then the urgent numbers."""
    return public_page(
        "home.html",
        fresh_for=MINUTE,
        urgent=urgent_lines(),
        articles=teasers(part(Guidance), FIRST_READING, language()),
    )


def urgent_lines() -> list[tuple[Card, CallLine]]:
    """The urgent numbers, each with its body, in the language of the page.

    For one that has stopped to answer stands the body's next number, or none.
    """
    directory, now = part(Directory), datetime.now(UTC)
    found = []
    for id_, number in URGENT:
        if id_ in directory.organisations:
            shown = card(directory[id_], language(), now)
            answering = [line for line in shown.phones if not line.is_silent]
            wanted = [line for line in answering if line.href == f"tel:{number}"] or answering
            found += [(shown, line) for line in wanted[:1]]
    return found


PRIVATE = (
    "plan", "keep", "extract/", "find-help?", "find-help/map", "check-contact?", "search?", "suggest?", "styleguide",
    "report", "useful",
)  # fmt: skip
"""What no crawler should read: pages whose address carries what a family said, and the style guide."""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let crawlers read guidance, not the pages whose address carries a family's answers."""
    lines = ["User-agent: *"]
    lines += [
        f"Disallow: /{code}/{path}"
        for code in PUBLIC
        for path in (
            "plan",
            "keep",
            "find-help?",
            "find-help/map",
            "check-contact?",
            "search?",
            "suggest?",
            "styleguide",
            "report",
            "useful",
        )
    ]
    lines += [f"Sitemap: {site_address()}/sitemap.xml", ""]
    return _text("\n".join(lines), "text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every public page with its other languages."""
    response = make_response(
        render_template("sitemap.xml", pages=_public_pages(), base=site_address(), languages=PUBLIC)
    )
    return _text(response.get_data(as_text=True), "application/xml")


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Tell researchers whom to write to (RFC 9116)."""
    about = url_for("guidance.page", language="en", slug="about")
    contact = current_app.config["SECURITY_CONTACT"] or f"{site_address()}{about}"
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=180)
    return _text(f"Contact: {contact}\nExpires: {expires.isoformat()}\nPreferred-Languages: uk, en\n", "text/plain")


def _public_pages() -> list[str]:
    """Paths below the language of all pages worth finding."""
    fixed = [
        "",
        "find-help",
        "articles/",
        "organisations/",
        "glossary",
        "sources",
        "check-contact",
        "regions",
        "wall",
        "extract",
        "statistics",
        "changes",
        *PAGES,
    ]
    articles = [f"articles/{slug}" for slug in part(Guidance).articles]
    return [*fixed, *articles, *(f"organisations/{body.id}" for body in part(Directory))]


def _text(body: str, media_type: str) -> Response:
    response = Response(body, mimetype=media_type)
    if not current_app.config["SITE_URL"]:
        # The address comes from the request: kept, one reader's Host header would be told to everyone.
        return response
    response.headers["Cache-Control"] = "public, max-age=300"
    return keep(response, DAY)

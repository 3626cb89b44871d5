"""Pages of errors: each says what happened and what to do now, in the reader's language, and offers the next door."""

from __future__ import annotations

from flask import Flask, Response, g, make_response, render_template, request, url_for
from flask_limiter.errors import RateLimitExceeded
from werkzeug.exceptions import HTTPException

from app.content.library import ContentError
from app.kernel.languages import SOURCE
from app.search.documents import Kind
from app.search.find import Search
from app.web.bounds import drain
from app.web.edition import part
from app.web.forgery import CSRFError, StrangerError
from app.web.journal import record_error
from app.web.language import asked_language
from app.web.limits import wait_seconds
from app.web.resubmit import resubmission

BUSY_SECONDS = 10
"""When to try again where too many forms are being sent at once."""


def install_error_pages(site: Flask) -> None:
    """Answer every error of `site` with a page; nothing is ever a stack trace."""

    @site.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.response is not None:
            return error.response  # type: ignore[return-value]
        response = _page(error)
        for name, value in error.get_headers(request.environ):
            if name.lower() != "content-type":
                response.headers[name] = value
        return response

    @site.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        record_error(error)
        return _page(error)


def _page(error: Exception) -> Response:
    code = error.code or 500 if isinstance(error, HTTPException) else 500
    # Another page may have been half made, in another language.
    g.language = asked_language()
    g.pop("catalogue", None)
    wait = wait_seconds(error) if isinstance(error, RateLimitExceeded) else BUSY_SECONDS
    # Only these refuse a whole form for no fault of its own.
    form = resubmission() if isinstance(error, RateLimitExceeded | CSRFError) else None
    drain()
    response = make_response(
        render_template(
            "error.html",
            code=code,
            kind=_kind(error, code),
            near=_near(request.path) if code == 404 else [],
            form=form,
            wait_minutes=-(-wait // 60),
        ),
        code,
    )
    response.vary.add("Accept-Language")
    if code in (429, 503):
        response.headers["Retry-After"] = str(wait)
    return response


def _kind(error: Exception, code: int) -> str:
    if isinstance(error, StrangerError):
        return "stranger"
    if isinstance(error, CSRFError):
        return "stale-form"
    return "damaged" if code == 411 or (code == 400 and request.method == "POST") else ""


def _near(path: str) -> list[tuple[str, str]]:
    """Return (address, title) of the articles that a mistyped or old address may have meant."""
    wanted = path.strip("/").rpartition("/")[2].replace("-", " ").replace("_", " ")
    try:
        found = part(Search).finder.find(wanted)
    except ContentError:
        return []
    articles = [hit.document for hit in found.hits or found.nearest if hit.document.kind is Kind.ARTICLE]
    shown = [(document, document.texts.get(g.language) or document.texts[SOURCE]) for document in articles[:3]]
    return [(url_for("guidance.article", slug=document.target), text.title) for document, text in shown]

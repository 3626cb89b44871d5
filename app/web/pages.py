"""Finishing a page: how long it may be kept, by us and by others."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.web.cache import keep

E = TypeVar("E", bound=StrEnum)

DAY = 86_400
MINUTE = 60


def public_page(template: str, *, fresh_for: int = DAY, **values: object) -> Response:
    """Render a page that is the same for everyone. Proxies and browsers may keep it for at most five minutes.

    `fresh_for` is how long (seconds) its bytes are right: a minute where "open now" is shown.
    """
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = f"public, max-age={min(fresh_for, 300)}"
    return keep(response, fresh_for)


def answers_page(template: str, *, fresh_for: int = MINUTE * 10, **values: object) -> Response:
    """Render a page whose address carries a family's answers: not indexed, not kept by proxies, no referrer."""
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return keep(response, fresh_for, quick=True)


def led_on(address: str) -> BaseResponse:
    """Lead from the address of something that is gone to what took its place. Nobody keeps that for good."""
    response = redirect(address, 301)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def chosen(kind: type[E], name: str) -> E | None:
    """Return the option of a filter that the address names; an unknown one is dropped."""
    try:
        return kind(request.args.get(name, ""))
    except ValueError:
        return None

"""One log line and one number for every request that reaches a view, and the page of last resort.

Pages handed out from memory are not logged: they are the same for everyone, and there is nothing to learn from them.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Response, request

from app.kernel.languages import SOURCE
from app.web.cache import MARK
from app.web.language import asked_language, language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

HEADER = "X-Request-Id"
_KEY = "dorohovkaz.trace"
_SAFE = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is heard or read as a digit, because the number is told over the phone."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


@dataclass
class Trace:
    """What is known of a request while it runs: its number, where it went, and in which language."""

    id: str
    endpoint: str = "-"
    language: str = "-"


def new_request_id() -> str:
    """Return ten letters and digits in two groups, such as ``4F7K2-9QXWZ``: 50 random bits."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{drawn[:5]}-{drawn[5:]}"


def request_id() -> str:
    """Return the number of this request, or nothing where it did not come through `Journal`."""
    trace: Trace | None = request.environ.get(_KEY)
    return trace.id if trace else ""


def record_error(error: BaseException) -> None:
    """Write an unexpected error to the log: its type and stack, the request's number, no value and no address."""
    trace: Trace | None = request.environ.get(_KEY) if request else None
    where = {"request_id": trace.id, "endpoint": trace.endpoint} if trace else {}
    log.error("unexpected error", exc_info=error, extra=where)


def install_journal(app: Flask) -> None:
    """Let the views of `app` tell `Journal` where a request went."""
    app.jinja_env.globals["request_id"] = request_id
    # Flask's own line would hold the path, and with it what stands there for a person.
    app.log_exception = lambda exc_info: record_error(cast(BaseException, exc_info[1]))  # type: ignore[method-assign]

    @app.before_request
    def _place() -> None:
        trace: Trace | None = request.environ.get(_KEY)
        if trace:
            trace.endpoint = request.endpoint or "-"

    @app.after_request
    def _language(response: Response) -> Response:
        trace: Trace | None = request.environ.get(_KEY)
        if trace:
            trace.language = language()
        return response


class Journal:
    """WSGI middleware around `views`, those of `app`. Only a trusted proxy's number is taken over (`trusts_ids`)."""

    def __init__(self, views: WSGIApplication, app: Flask, *, trusts_ids: bool) -> None:
        self._app = app
        self._views = views
        self._trusts_ids = trusts_ids

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._trusts_ids else ""
        trace = Trace(given if _SAFE.fullmatch(given) else new_request_id())
        environ[_KEY] = trace
        status = "500"

        def started(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal status
            status = line[:3]
            # A page that is kept for everyone carries nobody's number.
            is_kept = any(name == MARK for name, _ in headers)
            own = headers if is_kept else [*headers, (HEADER, trace.id)]
            return start_response(line, own, exc_info) if exc_info else start_response(line, own)

        try:
            return self._views(environ, started)
        except Exception as error:
            if self._app.testing or self._app.debug:
                raise
            with self._app.request_context(environ):
                record_error(error)
                return _last_resort(environ, started)
        finally:
            method = environ["REQUEST_METHOD"]
            log.info(
                "request",
                extra={
                    "request_id": trace.id,
                    "method": method if method in _METHODS else "other",
                    "endpoint": trace.endpoint,
                    "status": int(status),
                    "ms": round((time.perf_counter() - begun) * 1000, 1),
                    "language": trace.language,
                },
            )


_WORDS = {
    "uk": (
        "Щось пішло не так",
        "Це наша вина, не ваша. Спробуйте ще раз за хвилину.",
        "Номер цієї помилки",
        "На головну",
    ),
    "en": (
        "Something went wrong",
        "It is our fault, not yours. Try again in a minute.",
        "The number of this error",
        "Home",
    ),
}
"""Words of the last resort. They stand here because the catalogue or the templates may be what failed."""


def _last_resort(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer where even the error page failed: no template, no catalogue, no style sheet."""
    code = asked_language()
    code = code if code in _WORDS else SOURCE
    heading, lead, number, home = _WORDS[code]
    page = (
        f'<!doctype html>\n<html lang="{code}" dir="ltr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{heading} — Dorohovkaz</title></head>"
        f"<body><main><h1>{heading}</h1><p>{lead}</p><p>{number}: {request_id()}</p>"
        f'<p><a href="/{code}/">{home}</a></p>'
        '<p><a href="tel:102">102</a>, <a href="tel:1698">1698</a></p></main></body></html>\n'
    ).encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))]
    start_response("500 Internal Server Error", headers)
    return [page]

"""What is sent must come from a page of this site: a token in every form, and what the browser says of the sender."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request, session
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError as CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import Forbidden

from app.web.bounds import SAFE_METHODS
from app.web.hosts import own_origin

View = TypeVar("View", bound=Callable[..., Any])
_SCRIPT = "sent_by_own_script"
_LINK = "proved_by_link"
_BEGINS = "begins_anew"

FORM_HOURS = 12
"""How long a form may stay open. The token is tied to the browser's session, too; a day's work fits."""


class StrangerError(Forbidden):
    """A page of another site sent this form: the reader did not mean to, or came by a copy of the page."""


def by_own_script(view: View) -> View:
    """Mark a view without a form, which only a script of the site asks, and which changes nothing on the server.

    It needs no token and thus no cookie, but a browser's word that the site itself asks.
    """
    setattr(view, _SCRIPT, True)
    return view


def proved_by_link(view: View) -> View:
    """Mark a view whose address holds a secret that only the person has: it needs no token, and thus no cookie."""
    setattr(view, _LINK, True)
    return view


def begins_anew(view: View) -> View:
    """Mark a view that begins something of its own and touches nothing that is there: it needs no token, no cookie.

    What a stranger's page could begin with it is empty and nobody's; the browser's word on the sender still counts.
    """
    setattr(view, _BEGINS, True)
    return view


def refuse_strangers(app: Flask) -> None:
    """Refuse what another site's page sends to `app`, by what the browser says of the sender. Raises StrangerError.

    It is the second line of defence; where a browser says nothing, the token decides.
    """

    @app.before_request
    def _stranger() -> None:
        if request.method in SAFE_METHODS:
            return
        if is_marked(app, request.endpoint, _SCRIPT):
            if request.headers.get("Sec-Fetch-Site") != "same-origin":
                raise StrangerError
        elif comes_from_elsewhere():
            raise StrangerError


def ask_for_tokens(app: Flask) -> None:
    """Refuse forms that are sent to `app` without a valid token (CSRFError).

    No Referer is asked for over TLS: the site tells browsers to send none.
    """
    # Asked by ourselves instead of by the extension, which knows exceptions by the name of a function only.
    app.config.update(WTF_CSRF_TIME_LIMIT=FORM_HOURS * 3600, WTF_CSRF_SSL_STRICT=False, WTF_CSRF_CHECK_DEFAULT=False)
    guard = CSRFProtect(app)

    @app.before_request
    def _token() -> None:
        is_open = any(is_marked(app, request.endpoint, mark) for mark in (_SCRIPT, _LINK, _BEGINS))
        if request.endpoint and not is_open and app.config["WTF_CSRF_ENABLED"]:
            guard.protect()


def is_marked(app: Flask, endpoint: str | None, mark: str) -> bool:
    """Say whether the view of an address carries a mark."""
    return bool(getattr(app.view_functions.get(endpoint or ""), mark, False))


def comes_from_elsewhere() -> bool:
    """Say whether the browser names another site as the sender. Old browsers say nothing; there the token decides."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # "none" is the reader's own doing: a page sent once more from the history.
        return site not in {"same-origin", "none"}
    # With forms browsers send "null" here, because the site asks them for no Referer.
    return request.headers.get("Origin", "null") not in {"null", own_origin()}


def is_own_form() -> bool:
    """Say whether the form surely came from a page of ours, though its token may be too old or its session gone.

    Either the browser says so, or the token is the one of this very session, its age apart.
    """
    if comes_from_elsewhere():
        return False
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    given = request.form.get("csrf_token", "")
    known = session.get("csrf_token", "")
    try:
        told = URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token").loads(given)
    except BadData:
        return False
    return isinstance(told, str) and bool(known) and hmac.compare_digest(known, told)

"""What a device holds of a family's own: a cookie that only the site can read or make, and that ends by itself."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Response, current_app, request

from app.storage.vault import Place, SealError
from app.web.database import database

View = TypeVar("View", bound=Callable[..., Any])


def give(response: Response, name: str, id_: str, *, lasts: timedelta, now: datetime) -> None:
    """Let this device hold `id_` under `name`, sealed, for as long as it `lasts`; no script reads it."""
    text = f"{int((now + lasts).timestamp())} {id_}"
    sealed = urlsafe_b64encode(database().vault.seal(text, _place(name))).decode()
    is_secure = _is_secure()
    response.set_cookie(
        _named(name), sealed, max_age=lasts, path="/", secure=is_secure, httponly=True, samesite="Lax"
    )  # fmt: skip


def take(response: Response, name: str) -> None:
    """Let this device hold nothing under `name` any more."""
    response.delete_cookie(_named(name), path="/", secure=_is_secure(), httponly=True, samesite="Lax")


def held(name: str, *, now: datetime) -> str:
    """Return what this device holds under `name`, or nothing where it holds nothing, no longer, or not from us."""
    given = request.cookies.get(_named(name), "")
    if not given:
        return ""
    try:
        ends, _, id_ = database().vault.open(urlsafe_b64decode(given), _place(name)).partition(" ")
    except (SealError, ValueError):
        return ""
    return id_ if now.timestamp() < int(ends) else ""


def of_own(view: View) -> View:
    """Mark a page that shows what a device holds: without it there is nothing to show."""
    view.of_own = True  # type: ignore[attr-defined]
    return view


def _place(name: str) -> Place:
    return Place("cookie", name, "")


def _named(name: str) -> str:
    return f"__Host-{name}" if _is_secure() else name


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])

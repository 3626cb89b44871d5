"""The name that the site answers to, and full addresses for letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

from app.config import Settings

View = TypeVar("View", bound=Callable[..., Any])
_ANY = "answers_any_host"


def any_host(view: View) -> View:
    """Mark a view that answers under any name: a probe of a balancer asks by number."""
    setattr(view, _ANY, True)
    return view


def install_hosts(app: Flask, *, site_url: str) -> None:
    """Refuse requests for another host than that of `site_url` (421); without one, every name is answered."""
    if not site_url:
        return
    own = host_of(site_url)

    @app.before_request
    def _host() -> None:
        if request.host.lower() != own and not getattr(app.view_functions.get(request.endpoint or ""), _ANY, False):
            abort(421)


def host_of(site_url: str) -> str:
    """Return the host of an address as browsers send it: in ASCII letters, and without the usual port."""
    parts = urlsplit(site_url)
    name = (parts.hostname or "").encode("idna").decode()
    name = f"[{name}]" if ":" in name else name
    return name if parts.port in (None, {"http": 80, "https": 443}[parts.scheme]) else f"{name}:{parts.port}"


def own_origin() -> str:
    """Return scheme and host of the site as a browser names them: SITE_URL, or what was asked for without it."""
    site_url: str = current_app.config["SITE_URL"]
    return f"{urlsplit(site_url).scheme}://{host_of(site_url)}" if site_url else request.host_url.rstrip("/")


def site_address() -> str:
    """Return the address of the site for its pages, without a slash at the end: as set, else as it was asked for."""
    return str(current_app.config["SITE_URL"] or request.host_url.rstrip("/"))


def full_address(path: str) -> str:
    """Return the full address of a `path` for a letter. It never comes from a request, whose host may be forged."""
    settings = cast(Settings, current_app.config["SETTINGS"])
    return settings.own_address + path

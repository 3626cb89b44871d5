"""The rate limit in front of expensive addresses."""

from __future__ import annotations

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=False)


def install_limits(app: Flask, *, storage: str, pdf: str) -> None:
    """Bind the limiter to `app`; several machines share one limit through Redis (`storage`)."""
    app.config["RATELIMIT_STORAGE_URI"] = storage
    app.config["PDF_LIMIT"] = pdf
    limiter.init_app(app)


limited = limiter.limit(lambda: current_app.config["PDF_LIMIT"])
"""Decorates a view that costs more than a page."""

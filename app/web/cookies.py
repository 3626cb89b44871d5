"""The cookies of the site: set with a form or a sign-in, never by reading, and readable by nobody but the site."""

from __future__ import annotations

from flask import Flask


def install_cookies(app: Flask, *, is_tls: bool) -> None:
    """Let the cookies of `app` be sent over TLS alone where the site is served over TLS.

    `__Host-` ties the cookie to this very host, so that no neighbour under the same domain can plant one. Browsers take
    that name over TLS alone: on plain HTTP, such as a trial on one's own machine, it has none.

    Lax, not Strict: with Strict, whoever follows a link from a letter would arrive signed out.
    """
    before = "__Host-" if is_tls else ""
    for kind in ("SESSION", "REMEMBER"):
        app.config.update(
            {
                f"{kind}_COOKIE_NAME": f"{before}{kind.lower()}",
                f"{kind}_COOKIE_SECURE": is_tls,
                f"{kind}_COOKIE_HTTPONLY": True,
                f"{kind}_COOKIE_SAMESITE": "Lax",
                f"{kind}_COOKIE_PATH": "/",
                f"{kind}_COOKIE_DOMAIN": None,
            }
        )
    # A page that is only read sets no cookie, not even to make an old one last longer.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = False

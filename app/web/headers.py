"""Security headers of every answer. No inline script or style is allowed anywhere, so no nonce is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Response

from app.web.assets import YEAR

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

FRAMED = "X-Framed"
"""The mark, taken off before an answer leaves, of a page that other sites may show within their own."""

DENIED = (
    "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "geolocation",
    "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "serial",
    "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip
"""What no page of the site asks a device for. Copying, sharing and passkeys stay with their own defaults."""

PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in DENIED)


def security_headers(*, hsts: bool) -> Mapping[str, str]:
    """Return the headers that every answer carries unless it has its own; `hsts` where the site is served over TLS.

    After the OWASP Secure Headers Project. Left out: X-XSS-Protection and Expect-CT, which browsers have given up.
    """
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY + ("; upgrade-insecure-requests" if hsts else ""),
        "Permissions-Policy": PERMISSIONS_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Origin-Agent-Cluster": "?1",
        "Cache-Control": "no-store",
        # The server adds its own name and version where the site names none.
        "Server": "web",
    }
    if hsts:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return headers


def framed_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return `headers` as a page carries them that any site may show in a frame."""
    open_policy = headers["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors *")
    kept = {name: value for name, value in headers.items() if name != "X-Frame-Options"}
    return {**kept, "Content-Security-Policy": open_policy, "Cross-Origin-Resource-Policy": "cross-origin"}


def let_frame(response: Response) -> Response:
    """Let any site show this page in a frame. It must not act for whoever looks at it, nor hold anything of theirs."""
    response.headers[FRAMED] = "any"
    return response


class Headers:
    """WSGI middleware that adds the headers to every answer of `views`, even where finishing the answer failed."""

    def __init__(self, views: WSGIApplication, *, hsts: bool) -> None:
        self._views = views
        self._headers = security_headers(hsts=hsts)
        self._framed = framed_headers(self._headers)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            present = {name.lower() for name, _ in headers}
            further = self._framed if FRAMED.lower() in present else self._headers
            own = [(name, value) for name, value in headers if name != FRAMED]
            missing = [(name, value) for name, value in further.items() if name.lower() not in present]
            return start_response(status, [*own, *missing], *((exc_info,) if exc_info else ()))

        return self._views(environ, started)


def forget_pages(response: Response) -> Response:
    """Have the browser drop every page it remembers of the site: for the answer that signs somebody out.

    Not "cookies", which would also sign the person out of every other service of the same domain, and not "storage",
    which would remove a plan that a family keeps on this very device.
    """
    response.headers["Clear-Site-Data"] = '"cache"'
    return response

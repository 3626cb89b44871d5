"""Finished pages kept in memory, compressed, and handed out before Flask is asked.

A view marks a response with `keep`; the middleware takes it off, stores the page under its address and answers the
next reader with the same bytes: 200 in the best encoding that the browser takes, or 304 for a matching ETag.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import brotli

from app.web.tally import MARK as COUNT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Response

MARK = "X-Keep"
_REFUSED = re.compile(r";\s*q=0(?:\.0*)?\s*(?:;|$)")
_TEXT = (
    "text/",
    "application/json",
    "application/xml",
    "application/atom+xml",
    "image/svg+xml",
    "application/manifest+json",
)
_SMALL = 500
"""Bytes below which compression saves nothing on the wire."""


def keep(response: Response, seconds: int, *, quick: bool = False) -> Response:
    """Mark `response` to be kept for `seconds`. `quick` pages are compressed fast, others as small as possible."""
    response.headers[MARK] = f"{seconds} {'quick' if quick else 'small'}"
    return response


def brotli_of(plain: bytes, *, quick: bool) -> bytes:
    """Compress as small as can be, or in about a millisecond what is rendered for one family.

    For a quick page a window of 64 KB makes quality 8 as fast as 6 with the usual one, and two per cent smaller.
    """
    made: bytes = brotli.compress(plain, quality=8, lgwin=16) if quick else brotli.compress(plain, quality=11)
    return made


class Page:
    """A finished page: status, headers without encoding, and its bytes in every encoding asked for so far."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes, *, until: float, quick: bool) -> None:
        self.status = status
        self.until = until
        self._quick = quick
        tag = hashlib.blake2b(body, digest_size=9).hexdigest()
        self._tags = {encoding: f'"{tag}{suffix}"' for encoding, suffix in (("br", "b"), ("gzip", "g"), ("", ""))}
        drop = {"content-length", "etag", "content-encoding", MARK.lower(), COUNT.lower()}
        self.counts = next((value for name, value in headers if name == COUNT), "")
        self._headers = [(name, value) for name, value in headers if name.lower() not in drop]
        self._bodies = {"": body}
        self._compressible = len(body) >= _SMALL and any(
            name.lower() == "content-type" and value.startswith(_TEXT) for name, value in headers
        )
        if self._compressible and not any(
            name.lower() == "vary" and "accept-encoding" in value.lower() for name, value in self._headers
        ):
            self._headers.append(("Vary", "Accept-Encoding"))

    @property
    def weight(self) -> int:
        """An upper estimate in bytes that stays the same while the page lives: plain and compressed together."""
        return 2 * len(self._bodies[""]) + 1024

    def encoding_for(self, accepted: str) -> str:
        if not self._compressible:
            return ""
        offered = {item.partition(";")[0].strip(): item for item in accepted.lower().split(",")}
        for encoding in ("br", "gzip"):
            if encoding in offered and not _REFUSED.search(offered[encoding]):
                return encoding
        return ""

    def body(self, encoding: str) -> bytes:
        if encoding not in self._bodies:
            plain = self._bodies[""]
            made = brotli_of(plain, quick=self._quick) if encoding == "br" else gzip.compress(plain, 6, mtime=0)
            self._bodies[encoding] = made
        return self._bodies[encoding]

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        encoding = self.encoding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        tag = self._tags[encoding]
        if self.status.startswith("200") and tag in environ.get("HTTP_IF_NONE_MATCH", ""):
            # The policy goes along: it may be a newer one than that of the page in the browser.
            of_body = ("content-type", "content-language", "content-disposition")
            kept = [(name, value) for name, value in self._headers if name.lower() not in of_body]
            start_response("304 Not Modified", [*kept, ("ETag", tag)])
            return []
        body = self.body(encoding)
        headers = [*self._headers, ("Content-Length", str(len(body))), ("ETag", tag)]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response(self.status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class PageCache:
    """WSGI middleware: least recently used pages leave first when `max_bytes` are reached.

    `count` is told the mark of a page that is counted, each time that it is shown.
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        max_bytes: int,
        clock: Callable[[], float] = time.monotonic,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._application = application
        self._count = count
        self._max_bytes = max_bytes
        self._clock = clock
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._bytes = 0
        self._cleared = 0
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget every page, also those that are being rendered right now: they may be of the edition before."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0
            self._cleared += 1

    def __len__(self) -> int:
        return len(self._pages)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._application(environ, start_response)
        key = f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
        page = self._pages.get(key)
        if page is not None and page.until > self._clock():
            with self._lock:
                if key in self._pages:
                    self._pages.move_to_end(key)
            self._shown(page, environ)
            return page.answer(environ, start_response)
        return self._render(key, environ, start_response)

    def _render(self, key: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        caught: list[Any] = []

        def catch(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            caught[:] = [status, headers]
            return lambda _: None

        begun_at = self._cleared
        # A HEAD is rendered as GET: the page is kept, and its length is right.
        asked = {**environ, "REQUEST_METHOD": "GET"}
        chunks = self._application(asked, catch)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = caught
        if any(name.lower() == "set-cookie" for name, _ in headers):
            # A page that sets a cookie is somebody's own, whatever its view says.
            headers = [pair for pair in headers if pair[0] != MARK and pair[0].lower() != "cache-control"]
            headers.append(("Cache-Control", "no-store"))
        mark = next((value for name, value in headers if name == MARK), "0 quick")
        seconds, quality = mark.split()
        page = Page(status, headers, body, until=self._clock() + int(seconds), quick=quality == "quick")
        self._shown(page, environ)
        answer = page.answer(environ, start_response)
        if int(seconds) and status.startswith("200"):
            self._store(key, page, begun_at)
        return answer

    def _shown(self, page: Page, environ: WSGIEnvironment) -> None:
        if page.counts and page.status.startswith("200") and environ["REQUEST_METHOD"] == "GET":
            self._count(page.counts)

    def _store(self, key: str, page: Page, begun_at: int) -> None:
        now = self._clock()
        with self._lock:
            if begun_at != self._cleared:
                return
            # What has expired goes at once: a plan's answers do not stay in memory longer than said.
            for stale in [other for other, kept in self._pages.items() if kept.until <= now]:
                self._bytes -= self._pages.pop(stale).weight
            old = self._pages.pop(key, None)
            self._pages[key] = page
            self._bytes += page.weight - (old.weight if old else 0)
            while self._bytes > self._max_bytes and self._pages:
                _, oldest = self._pages.popitem(last=False)
                self._bytes -= oldest.weight

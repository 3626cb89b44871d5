"""How much a request may hold: address, fields, bodies, and how many bodies are taken in at once.

The server in front (Granian) bounds the head of a request: 64 KB in 100 lines, else a bare 431; malformed lines get a
bare 400. What is said here is answered with a page in the reader's language.
"""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, TypeVar

from flask import Flask, Request, abort, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import LimitedStream

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])

FORM_BYTES = 1_000_000
"""A form without files. Views that take files say so with `accepts_bytes`."""

FIELD_BYTES = 500_000
"""All fields of a form together, files apart: an article in the editor is the longest, about 100 KB in Cyrillic."""

FIELDS = 500
"""Fields and files of one form."""

PATH_BYTES = 2_000
QUERY_BYTES = 8_000
"""Twice what the longest plan's answers take. A browser sends Cyrillic letters as six characters each."""

DRAINED_BYTES = 40_000_000
"""How much of a body that is too large is still taken from the line: a browser shows our answer only after sending."""

_REFUSED = "dorohovkaz.refused"
_MAX_BYTES = "max_body_bytes"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that only read (RFC 9110, 9.2.1). What comes with them as a body is not looked at."""


def accepts_bytes(most: int) -> Callable[[View], View]:
    """Mark a view that takes bodies of up to `most` bytes, its files included."""

    def mark(view: View) -> View:
        setattr(view, _MAX_BYTES, most)
        return view

    return mark


class BoundedRequest(Request):
    """A request whose files stay in memory: the temporary files of the framework would be on the disk unsealed."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return io.BytesIO()


class BoundedJSON(DefaultJSONProvider):
    """JSON that is nested too deeply to be read is a broken request, not our accident."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read `s`. Raises ValueError where it is no JSON or nested too deeply."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def install_bounds(app: Flask) -> None:
    """Refuse requests of `app` that are too large (413, 414), without a length (411), or too many at once (503)."""
    app.request_class = BoundedRequest
    # As the class, too: a library that brings its own way of writing JSON builds on it.
    app.json_provider_class = BoundedJSON
    app.json = BoundedJSON(app)
    app.config.update(MAX_CONTENT_LENGTH=FORM_BYTES, MAX_FORM_MEMORY_SIZE=FIELD_BYTES, MAX_FORM_PARTS=FIELDS)

    @app.before_request
    def _bounds() -> None:
        refused: int | None = request.environ.get(_REFUSED)
        if refused:
            abort(refused)
        if request.endpoint:
            most = getattr(app.view_functions[request.endpoint], _MAX_BYTES, FORM_BYTES)
            request.max_content_length = most
        length = request.content_length or 0
        is_text = request.mimetype == "application/x-www-form-urlencoded"
        # The framework bounds the fields of a form with files only.
        if length > (request.max_content_length or FORM_BYTES) or (is_text and length > FIELD_BYTES):
            abort(413)


def install_field_bounds(app: Flask) -> None:
    """Refuse forms with too many fields (413), and text with NUL (400), which no database takes."""

    @app.before_request
    def _fields() -> None:
        typed = [*request.args.items(multi=True)]
        if request.method not in SAFE_METHODS and request.endpoint:
            fields = list(request.form.items(multi=True))
            if len(fields) > FIELDS:
                abort(413)
            typed += fields
        parts = [str(value) for value in (request.view_args or {}).values()]
        if any("\0" in text for pair in typed for text in pair) or any("\0" in text for text in parts):
            abort(400)


def drain() -> None:
    """Take what is left of a refused body from the line, at most `DRAINED_BYTES`: only then a browser reads the answer.

    Nothing is kept of it.
    """
    length = request.content_length or 0
    if length > DRAINED_BYTES or request.method in SAFE_METHODS:
        return
    if length > (request.max_content_length or FORM_BYTES):
        stream: IO[bytes] = request.environ["wsgi.input"]
        while length > 0 and (taken := len(stream.read(min(length, 2**16)))):
            length -= taken
    elif isinstance(request.stream, LimitedStream):
        with suppress(ClientDisconnected):
            request.stream.exhaust()


class Door:
    """WSGI middleware, outermost: an address that is too long goes past the kept pages to `views`, which refuse it."""

    def __init__(self, kept: WSGIApplication, views: WSGIApplication) -> None:
        self._kept = kept
        self._views = views

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if len(path) > PATH_BYTES or len(environ.get("QUERY_STRING", "")) > QUERY_BYTES:
            # The language at the beginning stays, so that the answer is in it.
            refused = {**environ, "PATH_INFO": path[:4] if path[3:4] == "/" else "/", "QUERY_STRING": "", _REFUSED: 414}
            return self._views(refused, start_response)
        return self._kept(environ, start_response)


class Bodies:
    """WSGI middleware before the views: takes in `at_once` bodies at a time, `from_one` of them from one sender.

    A body that is sent slowly holds a thread of the server until its last byte. Bounded, slow senders stand in the way
    of other senders at most, never of readers, for whom threads are left. Bodies with files, which wait for their turn
    to be decoded, take at most half the places, so that forms without are taken all the same. `sender` names who
    sends, without telling.
    """

    def __init__(
        self, views: WSGIApplication, *, at_once: int, from_one: int, sender: Callable[[WSGIEnvironment], str]
    ) -> None:
        self._views = views
        self._at_once = at_once
        self._from_one = from_one
        self._sender = sender
        self._sending: Counter[str] = Counter()
        self._with_files = 0
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH", "")
        if environ["REQUEST_METHOD"] in SAFE_METHODS or length == "0":
            return self._views(_without_body(environ), start_response)
        if not length:
            # Without a length nobody can tell a form that was cut off from a whole one. Browsers always send it.
            is_chunked = "HTTP_TRANSFER_ENCODING" in environ
            return self._views(_without_body(environ, 411 if is_chunked else None), start_response)
        sender = self._sender(environ)
        has_files = environ.get("CONTENT_TYPE", "").startswith("multipart/")
        with self._lock:
            if (
                self._sending.total() >= self._at_once
                or self._sending[sender] >= self._from_one
                or (has_files and self._with_files >= self._at_once // 2)
            ):
                environ = _without_body(environ, 503)
                return self._views(environ, start_response)
            self._sending[sender] += 1
            self._with_files += has_files
        try:
            # With the length known, fewer bytes than told are an error, not the end.
            environ.pop("wsgi.input_terminated", None)
            return self._views(environ, start_response)
        finally:
            with self._lock:
                self._sending[sender] -= 1
                self._with_files -= has_files
                if not self._sending[sender]:
                    del self._sending[sender]


def _without_body(environ: WSGIEnvironment, refused: int | None = None) -> WSGIEnvironment:
    bare = {**environ, "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}
    if refused:
        bare[_REFUSED] = refused
    bare.pop("HTTP_TRANSFER_ENCODING", None)
    return bare

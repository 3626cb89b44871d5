"""A stand-in for S3-compatible storage: one bucket in memory, that answers only requests signed with its secret."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

REGION, BUCKET = "eu-north-1", "families"
ACCESS_KEY, SECRET_KEY = "AKIATEST", "se/cret+key=of-the-bucket"


class Store(ThreadingHTTPServer):
    """What the bucket holds, since when, and how it misbehaves: a status instead of every answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.objects: dict[str, bytes] = {}
        self.since: dict[str, datetime] = {}
        self.unsigned: list[str] = []
        self.fails_with = 0
        self.garbles = False

    @property
    def address(self) -> str:
        return f"s3+http://127.0.0.1:{self.server_port}/{BUCKET}"


class _Answer(BaseHTTPRequestHandler):
    server: Store
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_PUT(self) -> None:
        if (body := self._asked()) is not None:
            self.server.objects[self._name] = body
            self.server.since[self._name] = datetime.now(UTC)
            self._send(200, b"", ETag=f'"{hashlib.md5(body).hexdigest()}"')

    def do_GET(self) -> None:
        if self._asked() is None:
            return
        if self._name == "":
            self._send(200, self._listed(), **{"Content-Type": "application/xml"})
        elif self._name not in self.server.objects:
            self._fail(404, "NoSuchKey")
        else:
            self._send(200, self.server.objects[self._name], **{"Last-Modified": format_datetime(datetime.now(UTC))})

    def do_DELETE(self) -> None:
        if self._asked() is not None:
            self.server.objects.pop(self._name, None)
            self._send(204, b"")

    @property
    def _name(self) -> str:
        return urlsplit(self.path).path.removeprefix(f"/{BUCKET}").lstrip("/")

    def _asked(self) -> bytes | None:
        """Return the body of a request that is ours and rightly signed; answer every other one."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.fails_with:
            self._fail(self.server.fails_with, "SlowDown")
        elif self.server.garbles:
            self._send(200 if self.command == "GET" else 403, b"<html>", **{"Content-Type": "application/xml"})
        elif not urlsplit(self.path).path.startswith(f"/{BUCKET}"):
            self._fail(404, "NoSuchBucket")
        elif self.headers.get("Authorization") != self._signature(body):
            self.server.unsigned.append(f"{self.command} {self.path}")
            self._fail(403, "SignatureDoesNotMatch")
        else:
            return body
        return None

    def _signature(self, body: bytes) -> str:
        """Sign the request as its sender should have (AWS Signature Version 4)."""
        given = self.headers.get("Authorization", "")
        signed = re.search(r"SignedHeaders=([a-z0-9;-]+)", given)
        names = signed[1].split(";") if signed else []
        assert {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names), given
        digest = hashlib.sha256(body).hexdigest()
        parts = urlsplit(self.path)
        query = sorted(parse_qsl(parts.query, keep_blank_values=True))
        canonical = "\n".join(
            [
                self.command,
                parts.path,
                "&".join(f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}" for key, value in query),
                *(f"{name}:{' '.join(str(self.headers[name]).split())}" for name in names),
                "",
                ";".join(names),
                digest,
            ]
        )
        moment = str(self.headers["x-amz-date"])
        scope = f"{moment[:8]}/{REGION}/s3/aws4_request"
        to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = f"AWS4{SECRET_KEY}".encode()
        for step in scope.split("/"):
            key = hmac.digest(key, (moment[:8] if step == moment[:8] else step).encode(), hashlib.sha256)
        signature = hmac.digest(key, to_sign.encode(), hashlib.sha256).hex()
        head = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}"
        return f"{head}, SignedHeaders={';'.join(names)}, Signature={signature}"

    def _listed(self) -> bytes:
        items = "".join(
            f"<Contents><Key>{name}</Key><LastModified>{self.server.since[name]:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<ETag>x</ETag><Size>{len(body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for name, body in sorted(self.server.objects.items())
        )
        return (
            f"<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Name>{BUCKET}</Name><Prefix/>"
            f"<KeyCount>{len(self.server.objects)}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>"
            f"{items}</ListBucketResult>"
        ).encode()

    def _fail(self, status: int, code: str) -> None:
        told = f"<Error><Code>{code}</Code><Message>no</Message><Resource>/</Resource></Error>".encode()
        self._send(status, told, **{"Content-Type": "application/xml"})

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def s3() -> Iterator[Store]:
    """Serve on a free port of loopback."""
    store = Store()
    thread = threading.Thread(target=store.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield store
    finally:
        store.shutdown()
        store.server_close()
        thread.join()

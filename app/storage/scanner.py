"""The virus scanner: clamd, asked over its socket with every uploaded file before anything opens it."""

from __future__ import annotations

import logging
import socket
import struct
import time
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from app.kernel.errors import ConfigError
from app.storage.refusals import Refusal, UploadRefusedError

_SECONDS = 30
"""Within which the scanner must have said what it finds."""

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 1024

log = logging.getLogger(__name__)


class Scanner(Protocol):
    """Looks for malicious software."""

    def scan(self, content: bytes) -> None:
        """Return where nothing was found. Raises UploadRefusedError: INFECTED, or SCANNER_SILENT for no clear word."""


@dataclass(frozen=True)
class Clamd:
    """A clamd at the path of its UNIX socket, or at a host and port."""

    address: str | tuple[str, int]
    seconds: float = _SECONDS

    def scan(self, content: bytes) -> None:
        """Send `content` by clamd's INSTREAM command and believe nothing but its two plain answers."""
        try:
            answer = self._ask(content)
        except OSError as error:
            log.error("the virus scanner at %s does not answer: %s", self.address, error)
            raise UploadRefusedError(Refusal.SCANNER_SILENT) from None
        if answer == b"stream: OK\x00":
            return
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND\x00"):
            log.warning("the virus scanner found %r in an uploaded file, which was refused", answer[8:-7])
            raise UploadRefusedError(Refusal.INFECTED)
        log.error("the virus scanner at %s answers %r", self.address, answer[:200])
        raise UploadRefusedError(Refusal.SCANNER_SILENT)

    def _ask(self, content: bytes) -> bytes:
        """Return the answer with the zero byte that ends it. Raises OSError, also where the time is over."""
        end = time.monotonic() + self.seconds
        with self._line() as line:
            line.sendall(b"zINSTREAM\x00")
            for at in range(0, len(content), _CHUNK):
                chunk = content[at : at + _CHUNK]
                line.settimeout(_left(end))
                line.sendall(struct.pack(">I", len(chunk)) + chunk)
            line.sendall(struct.pack(">I", 0))
            answer = b""
            while not answer.endswith(b"\x00") and len(answer) < _LONGEST_ANSWER:
                line.settimeout(_left(end))
                got = line.recv(_LONGEST_ANSWER)
                if not got:
                    break
                answer += got
            return answer

    def _line(self) -> socket.socket:
        if isinstance(self.address, tuple):
            return socket.create_connection(self.address, timeout=self.seconds)
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(self.seconds)
        try:
            line.connect(self.address)
        except OSError:
            line.close()
            raise
        return line


def open_scanner(address: str) -> Scanner | None:
    """Return the scanner at `unix:/PATH` or `tcp://HOST:PORT`, and none for an empty address. Raises ConfigError."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
        if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
            return Clamd(parts.path)
        if parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path.strip("/"):
            return Clamd((parts.hostname, parts.port))
    except ValueError:
        pass
    raise ConfigError(f"CLAMD is {address!r}; it takes unix:/PATH/OF/SOCKET or tcp://HOST:PORT.")


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left

"""A stand-in for clamd: understands INSTREAM, finds one signature, and can be told to misbehave."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every virus scanner reports (EICAR)."""


class StandIn:
    """Answers connections one after another; `streams` are the files it was sent, whole ones only."""

    def __init__(self, listening: socket.socket, reply: Callable[[bytes], bytes | None]) -> None:
        self.streams: list[bytes] = []
        self._listening = listening
        self._reply = reply
        self._held: list[socket.socket] = []

    def serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self._held.append(line)
            try:
                self._answer(line)
            except OSError:
                continue

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for line in self._held:
            line.close()

    def _answer(self, line: socket.socket) -> None:
        with line.makefile("rb") as reading:
            if reading.read(10) != b"zINSTREAM\x00":
                line.sendall(b"UNKNOWN COMMAND\x00")
                return
            stream = b""
            while size := struct.unpack(">I", reading.read(4))[0]:
                stream += reading.read(size)
        self.streams.append(stream)
        answer = self._reply(stream)
        if answer is not None:
            # A real one may be slow: the answer comes in two pieces.
            line.sendall(answer[:5])
            line.sendall(answer[5:])
            line.shutdown(socket.SHUT_RDWR)


def honest(stream: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\x00" if EICAR in stream else b"stream: OK\x00"


@contextmanager
def clamd(where: Path | None, reply: Callable[[bytes], bytes | None] = honest) -> Iterator[tuple[str, StandIn]]:
    """Serve at the path of a UNIX socket, or on a free port of loopback; yields the address and the stand-in."""
    if where is None:
        listening = socket.create_server(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
    else:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(where))
        listening.listen()
        address = f"unix:{where}"
    standing_in = StandIn(listening, reply)
    thread = threading.Thread(target=standing_in.serve)
    thread.start()
    try:
        yield address, standing_in
    finally:
        standing_in.close()
        thread.join()

"""What the load is made of: a browser on loopback that counts how long each step takes."""

from __future__ import annotations

import http.client
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

PATIENCE = 90.0
"""Seconds within which a killed server has to be back before its visitors give up."""

FORM = "application/x-www-form-urlencoded"


class FaultError(Exception):
    """Something answered as it must not."""


@dataclass
class Tally:
    """What all applicants together saw: times by step in seconds, references by e-mail, and what went wrong."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    acknowledged: dict[str, str] = field(default_factory=dict)
    pressed_twice: int = 0
    retried: int = 0
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, step: str, seconds: float) -> None:
        with self.lock:
            self.times[step].append(seconds)


class Browser:
    """A browser of one person: cookies, one connection, and, where the server may be killed, patience."""

    def __init__(self, port: int, address: str, tally: Tally, *, is_patient: bool) -> None:
        self._port, self._tally, self._is_patient = port, tally, is_patient
        self._from = (address, 0)
        self.cookies: dict[str, str] = {}
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, step: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str, str]:
        """Return status, address of a redirect, and text. Raises FaultError."""
        end = time.monotonic() + PATIENCE
        while True:
            begun = time.perf_counter()
            try:
                status, where, text = self._once(path, body, kind)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                problem = f"{step}: {type(error).__name__}"
            else:
                if status < 500:
                    self._tally.note(step, time.perf_counter() - begun)
                    return status, where, text
                problem = f"{step}: {status}"
            if not self._is_patient or time.monotonic() > end:
                raise FaultError(problem)
            with self._tally.lock:
                self._tally.retried += 1
            time.sleep(0.2)

    def send(self, step: str, path: str, fields: Mapping[str, str]) -> tuple[int, str, str]:
        """Send a form. Returns and raises as `ask`."""
        return self.ask(step, path, urlencode(fields).encode(), FORM)

    def _once(self, path: str, body: bytes | None, kind: str) -> tuple[int, str, str]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=30, source_address=self._from
            )
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": kind, "Origin": f"http://127.0.0.1:{self._port}"}
            headers["Sec-Fetch-Site"] = "same-origin"
        self._connection.request("GET" if body is None else "POST", path, body=body, headers=headers)
        answer = self._connection.getresponse()
        text = answer.read().decode(errors="replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key.strip()] = rest.partition(";")[0]
        return answer.status, answer.getheader("Location", ""), text

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

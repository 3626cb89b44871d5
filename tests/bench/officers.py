"""Officers at the desk for the load: each takes the next request, matches it and proposes; supervisors decide."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from app.accounts.model import Role
from app.config import ROOT, Settings
from app.content.library import Library
from app.edition import read_edition
from app.site import create_app
from app.storage.database import open_database
from tests.bench.bulk import fill
from tests.bench.client import Browser, FaultError, Tally
from tests.test_sign_in import Person, joined

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PERSON = re.compile(r'name="entry" value="(\d+)"')
WAITING = re.compile(r'/uk/staff/requests/([0-9a-f]{32})"')
ORIGIN = "127.1.250.1"


def prepare(settings: Settings, *, entries: int, requests: int) -> None:
    """Fill the database of `settings` with a register and a year of requests."""
    database = open_database(settings.database, keys="", key_file=settings.key_file)
    fill(database, entries=entries, requests=requests, seed=7, now=datetime.now(UTC))
    database.engine.dispose()


def sign_in(settings: Settings, officers: int) -> list[tuple[Role, dict[str, str]]]:
    """Make accounts of `officers`, two of five supervisors, sign each in and return their cookies."""
    site = create_app(replace(settings, site_url=""), read_edition(Library.read(ROOT / "content")))
    signed = []
    for number in range(officers):
        role = Role.SUPERVISOR if number % 5 in (1, 3) else Role.REGISTRAR
        joined(site, f"officer{number}@example.org", role)
        person = Person(site, f"officer{number}@example.org")
        person.sign_in()
        signed.append((role, {cookie.key: cookie.value for cookie in person.browser._cookies.values()}))
    return signed


class Officer(threading.Thread):
    """Answers one request after the other until told to stop."""

    def __init__(
        self, number: int, port: int, role: Role, cookies: Mapping[str, str], tally: Tally, *, pause: float,
        stopping: threading.Event,
    ) -> None:  # fmt: skip
        super().__init__(daemon=True)
        self._browser = Browser(port, f"127.1.{240 + number}.1", tally, is_patient=False)
        self._browser.cookies = dict(cookies)
        self._role, self._tally, self._pause, self._stopping = role, tally, pause, stopping
        self._dice = random.Random(number)
        self.answered = 0

    def run(self) -> None:
        turn = self._decide if self._role is Role.SUPERVISOR else self._propose
        while not self._stopping.is_set():
            try:
                turn()
            except FaultError as error:
                with self._tally.lock:
                    self._tally.faults.append(f"officer: {error}")
                if len(self._tally.faults) > 200:
                    return
        self._browser.close()

    def _propose(self) -> None:
        token = self._token(self._read("desk queue", "/uk/staff/requests"))
        self._think()
        where = self._press("desk take", "/uk/staff/requests/next", {"csrf_token": token})
        shown = self._read("desk request", where)
        self._think()
        address = where.partition("?")[0]
        person = PERSON.search(shown)
        outcome = "extract" if person else "no-entry"
        if person:
            self._press("desk match", f"{address}/match", {"csrf_token": token, "entry": person[1]})
            shown = self._read("desk request", address)
            self._think()
        if 'name="outcome"' in shown:
            self._press("desk propose", f"{address}/propose", {"csrf_token": token, "outcome": outcome})
            self._read("desk request", address)

    def _decide(self) -> None:
        self._think()
        queue = self._read("desk queue", "/uk/staff/requests?state=proposed")
        waiting = WAITING.findall(queue)
        if not waiting:
            self._think()
            return
        address = f"/uk/staff/requests/{self._dice.choice(waiting)}"
        shown = self._read("desk request", address)
        token = self._token(shown)
        self._think()
        deed = "issue" if f"{address}/issue" in shown else "refuse"
        if f"{address}/{deed}" not in shown:
            return
        status, _, _ = self._browser.send("desk decide", f"{address}/{deed}", {"csrf_token": token})
        # 422: the other supervisor was faster, or it is held by a conflict.
        if status not in (303, 422):
            raise FaultError(f"{deed}: {status}")
        self.answered += status == 303

    def _read(self, step: str, path: str) -> str:
        status, _, text = self._browser.ask(step, path)
        if status != 200:
            raise FaultError(f"{step} {path}: {status}")
        return text

    def _press(self, step: str, path: str, fields: Mapping[str, str]) -> str:
        status, where, _ = self._browser.send(step, path, fields)
        if status not in (303, 422):
            raise FaultError(f"{step} {path}: {status}")
        return where

    def _token(self, text: str) -> str:
        found = TOKEN.search(text)
        if not found:
            raise FaultError("a desk page without a form")
        return found[1]

    def _think(self) -> None:
        self._stopping.wait(self._dice.uniform(0.5, 1.5) * self._pause)

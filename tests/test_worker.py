"""The worker process: it sends what was committed, ends when told to, and however often it is killed loses nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.audit.model import Event
from app.audit.store import Wanted, records
from app.config import ROOT, Settings
from app.kernel.errors import ConfigError
from app.outbox.actions import enqueue
from app.outbox.model import Kind, Message, State
from app.outbox.store import counts
from app.site import create_app
from app.storage.database import Database, open_database
from app.storage.engine import open_engine
from app.web.edition import Edition
from app.worker import Worker, beside, deeds_of, ready
from tests.mailserver import MailServer, mail_server
from tests.thorough import THOROUGH

ROUNDS = 15 if THOROUGH else 10
MAILS = 3
"""How many mails are put in before each round."""

ADDRESS = "olena.kovalenko@example.org"


def put(database: Database, number: int, *, at: datetime | None = None) -> str:
    now = at or datetime.now(UTC)
    message = Message(Kind.REQUEST_NEWS, ADDRESS, "uk", {"path": "/uk/track", "reference": f"7F3K-{number:04}"})
    with database.writing() as session:
        return enqueue(session, message, key=f"news:{number}", now=now)


def environment(address: str, key_file: Path, folder: Path, server: MailServer) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": address,
        "VAULT_KEY_FILE": str(key_file),
        "INSTANCE": str(folder / "instance"),
        "MAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "MAIL_FROM": "Дороговказ <no-reply@example.org>",
        "SITE_URL": "https://example.org",
    }


@contextmanager
def running(variables: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker process, as the server does; it is killed at the end if it still runs."""
    with log.open("ab") as file:
        command = [sys.executable, "-P", "-m", "app.worker", str(os.getpid())]
        paths = {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd="/", env={**variables, **paths}, stdout=file, stderr=file)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(event: threading.Event, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the mail server sets `event`. A worker that never gets there fails the test with its log."""
    for _ in range(600):
        if event.wait(0.1):
            return
        assert process.poll() is None or process.returncode < 0, log.read_text()
    raise AssertionError(log.read_text())


# Killed at every step


@dataclass
class Executioner:
    """Kills the process `pid` when its conversation with the mail server comes to `step` for the nth time."""

    step: str
    nth: int
    pid: int = 0
    did: threading.Event = field(default_factory=threading.Event)
    _seen: int = 0

    def __call__(self, step: str) -> None:
        if step == self.step and not self.did.is_set():
            self._seen += 1
            if self._seen == self.nth:
                os.kill(self.pid, signal.SIGKILL)
                self.did.set()


STEPS = ("TAKEN", "ANSWERED", "RCPT", "MAIL", "EHLO")


def pass_time(address: str) -> None:
    """Let all leases and pauses end, as time does."""
    engine = open_engine(address)
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET not_before = created_at"))
    engine.dispose()


def send_the_rest(database: Database, variables: dict[str, str]) -> None:
    worker = Worker(database, deeds_of(Settings.from_environment(variables)))
    while worker.turn():
        pass


def doubled(server: MailServer, database: Database, wanted: set[str]) -> int:
    """Return how many deliveries were too many, having proved that no mail was lost or differs from itself."""
    taken = Counter(mail.id for mail in server.taken)
    assert set(taken) == {f"<{id_}@example.org>" for id_ in wanted}
    assert len({mail.content for mail in server.taken}) == len(wanted)
    with database.reading() as session:
        assert counts(session) == {("request.news", State.DONE): len(wanted)}
    return sum(taken.values()) - len(wanted)


def test_a_worker_killed_at_any_step_loses_no_mail_and_doubles_only_what_it_cannot_know_of(
    database: Database, database_address: str, key_file: Path, tmp_path: Path
) -> None:
    wanted, log, steps = set[str](), tmp_path / "log", Counter[str]()
    with mail_server() as server:
        variables = environment(database_address, key_file, tmp_path, server)
        for round_ in range(ROUNDS):
            wanted |= {put(database, round_ * MAILS + number) for number in range(MAILS)}
            server.at = executioner = Executioner(STEPS[round_ % len(STEPS)], nth=1 + round_ // len(STEPS) % MAILS)
            with running(variables, log) as process:
                executioner.pid = process.pid
                wait_for(executioner.did, process, log)
                process.wait()
            steps[executioner.step] += 1
            pass_time(database_address)
        server.at = lambda step: None
        send_the_rest(database, variables)
    # Killed before it heard the answer it must send again; killed just after, it may have had no time to note it.
    assert steps["TAKEN"] <= doubled(server, database, wanted) <= steps["TAKEN"] + steps["ANSWERED"]


def test_workers_killed_at_random_moments_lose_no_mail_and_double_at_most_the_one_in_their_hands(
    database: Database, database_address: str, key_file: Path, tmp_path: Path
) -> None:
    wanted, log, chance, rounds = set[str](), tmp_path / "log", random.Random(4), ROUNDS // 3
    with mail_server() as server:
        variables = environment(database_address, key_file, tmp_path, server)
        for round_ in range(rounds):
            wanted |= {put(database, round_ * 10 + number) for number in range(10)}
            enough, goal = threading.Event(), len(server.taken) + chance.randrange(1, 9)
            server.at = taken_enough(server, goal, enough)
            with running(variables, log) as one, running(variables, log) as other:
                wait_for(enough, one, log)
                for process in (one, other):
                    process.kill()
                    process.wait()
            pass_time(database_address)
        send_the_rest(database, variables)
    assert doubled(server, database, wanted) <= 2 * rounds


def taken_enough(server: MailServer, goal: int, enough: threading.Event) -> Callable[[str], None]:
    def at(step: str) -> None:
        if len(server.taken) >= goal:
            enough.set()

    return at


# Started, told to stop, orphaned


@pytest.fixture
def sqlite(prepared_sqlite: Path, tmp_path: Path, key_file: Path) -> Iterator[tuple[str, Database]]:
    """The address of a prepared SQLite database, and it opened: how a process lives does not depend on the kind."""
    path = tmp_path / "worker.sqlite3"
    path.write_bytes(prepared_sqlite.read_bytes())
    opened = open_database(f"sqlite:///{path}", keys="", key_file=key_file)
    yield f"sqlite:///{path}", opened
    opened.engine.dispose()


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running_server:
        yield running_server


def lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def test_a_worker_told_to_stop_ends_its_mail_and_leaves_the_others_to_whoever_comes(
    sqlite: tuple[str, Database], key_file: Path, tmp_path: Path, server: MailServer
) -> None:
    address, database = sqlite
    ids, log = {put(database, number) for number in range(3)}, tmp_path / "log"
    with running(environment(address, key_file, tmp_path, server), log) as process:
        server.at = lambda step: os.kill(process.pid, signal.SIGTERM) if step == "DATA" else None
        assert process.wait(60) == 0, log.read_text()
    (taken,) = server.taken
    with database.reading() as session:
        assert counts(session) == {("request.news", State.DONE): 1, ("request.news", State.WAITING): 2}
    done = [line for line in lines(log) if line["message"] == "done"]
    assert [(line["kind"], f"<{line['job']}@example.org>") for line in done] == [("request.news", taken.id)]
    assert done[0]["job"] in ids


def test_the_log_of_a_worker_names_jobs_and_nobody(
    sqlite: tuple[str, Database], key_file: Path, tmp_path: Path, server: MailServer
) -> None:
    address, database = sqlite
    put(database, 1)
    put(database, 2)
    log, two = tmp_path / "log", threading.Event()
    server.answer("RCPT", f"550 5.1.1 no {ADDRESS} here")
    server.at = taken_enough(server, 1, two)
    with running(environment(address, key_file, tmp_path, server), log) as process:
        wait_for(two, process, log)
        process.terminate()
        process.wait()
    said = {(line["message"], line.get("reason")) for line in lines(log)}
    assert said == {("working", None), ("refused for good", "550 5.1.1 at RCPT"), ("done", None)}
    allowed = {"time", "level", "logger", "message", "job", "kind", "reason", "pid"}
    assert all(set(line) <= allowed for line in lines(log))
    assert "kovalenko" not in log.read_text()


PARENT = """
import sys
from app.config import Settings
from app.worker import beside
with beside(Settings.from_environment()):
    sys.stdin.read()
"""
"""Something that keeps a worker beside it until its input ends, as the server does until it is told to stop."""


@contextmanager
def parent(variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run `PARENT`. Its error stream ends when it and its worker have ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, env=variables, text=True,
        stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def worker_pid(process: subprocess.Popen[str]) -> int:
    """Return the process id that the next worker of `process` reports."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("{") and (found := json.loads(line))["message"] == "working":
            return int(found["pid"])
    raise AssertionError("no worker has started")


def test_a_worker_that_crashes_is_started_anew_and_ends_with_its_server(
    sqlite: tuple[str, Database], key_file: Path, tmp_path: Path, server: MailServer
) -> None:
    address, database = sqlite
    with parent(environment(address, key_file, tmp_path, server)) as process:
        os.kill(worker_pid(process), signal.SIGKILL)
        worker_pid(process)
        sent = threading.Event()
        server.at = taken_enough(server, 1, sent)
        put(database, 1)
        assert sent.wait(60)
        _, errors = process.communicate("")
        assert process.returncode == 0
        assert "Traceback" not in errors


def test_a_worker_whose_server_is_killed_ends_by_itself(
    sqlite: tuple[str, Database], key_file: Path, tmp_path: Path, server: MailServer
) -> None:
    address, _ = sqlite
    with parent(environment(address, key_file, tmp_path, server)) as process:
        worker_pid(process)
        process.kill()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_the_server_keeps_a_worker(
    sqlite: tuple[str, Database], key_file: Path, tmp_path: Path, server: MailServer
) -> None:
    address, database = sqlite
    put(database, 1)
    sent, answers = threading.Event(), tmp_path / "log"
    server.at = taken_enough(server, 1, sent)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = environment(address, key_file, tmp_path, server) | {"PORT": str(port), "WORKERS": "1"}
    with answers.open("wb") as log:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=variables, stdout=log, stderr=log)
    try:
        wait_for(sent, process, answers)
    finally:
        process.terminate()
        process.wait(60)
    assert "Traceback" not in answers.read_text()


def test_a_server_that_is_told_to_keeps_no_worker() -> None:
    settings = Settings.from_environment({"WORKER": "none", "MAIL_URL": "smtps://nowhere.example.org"})
    with beside(settings) as kept:
        assert kept is None


def test_a_worker_is_kept_inside_or_not_at_all() -> None:
    assert Settings.from_environment({"WORKER": "inside"}) == Settings()
    with pytest.raises(ConfigError, match=r"^WORKER is 'outside'"):
        Settings.from_environment({"WORKER": "outside"})


def test_a_mail_setting_that_is_wrong_stops_the_start(tmp_path: Path) -> None:
    variables = {**os.environ, "INSTANCE": str(tmp_path), "MAIL_URL": "smtps://u:hush@mail.example.org"}
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("MAIL_FROM is missing")
    assert "hush" not in done.stderr


# Commands


@pytest.fixture
def commanded(
    sqlite: tuple[str, Database], key_file: Path, tmp_path: Path, edition: Edition, server: MailServer
) -> Flask:
    variables = environment(sqlite[0], key_file, tmp_path, server)
    return create_app(Settings.from_environment(variables), edition)


def run(site: Flask, *arguments: str) -> tuple[int, str]:
    result = site.test_cli_runner().invoke(args=arguments)
    return result.exit_code, result.output


@pytest.fixture
def quiet() -> Iterator[None]:
    """Give the signals back as they were: the command sets them for a process of its own."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, known in signals.items():
        signal.signal(number, known)


@pytest.mark.usefixtures("quiet")
def test_dead_mails_are_listed_tried_again_or_dropped(
    commanded: Flask, sqlite: tuple[str, Database], server: MailServer
) -> None:
    _, database = sqlite
    refused = [put(database, number) for number in range(2)]
    server.answer("RCPT", "550 5.1.1 no", "550 5.1.1 no")
    assert run(commanded, "work", "--once")[0] == 0
    status, listed = run(commanded, "outbox", "list", "--dead")
    assert status == 0
    assert sorted(line.split()[0] for line in listed.splitlines()) == sorted(refused)
    assert listed.count("request.news") == listed.count("1 try  550 5.1.1 at RCPT") == 2
    assert ADDRESS not in listed
    assert run(commanded, "outbox", "retry", refused[0]) == (0, "")
    assert run(commanded, "outbox", "drop", refused[1]) == (0, "")
    assert run(commanded, "work", "--once")[0] == 0
    assert [mail.id for mail in server.taken] == [f"<{refused[0]}@example.org>"]
    assert run(commanded, "outbox", "list", "--dead") == (0, "")
    status, table = run(commanded, "outbox", "list")
    assert table.splitlines()[1].split() == ["request.news", "0", "0", "1", "0"]
    with database.reading() as session:
        kept = [(record.event, record.actor) for record in records(session, Wanted())]
    assert kept == [(Event.MESSAGE_DROPPED, "command:outbox"), (Event.MESSAGE_RETRIED, "command:outbox")]


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_a_mail_that_is_not_dead_is_left_alone(commanded: Flask, command: str) -> None:
    assert run(commanded, "outbox", command, "nothing") == (1, "Error: there is no dead job nothing\n")


@pytest.mark.usefixtures("quiet")
def test_working_once_says_that_the_mail_server_is_out_of_reach(
    commanded: Flask, sqlite: tuple[str, Database], server: MailServer
) -> None:
    put(sqlite[1], 1)
    server.answer("MAIL", "451 4.3.2 later")
    status, said = run(commanded, "work", "--once")
    assert status == 1
    assert "Error: mails cannot be sent now: 451 4.3.2 at MAIL" in said


def test_a_worker_without_a_database_says_so_and_ends() -> None:
    settings = Settings(database_url="postgresql+psycopg://someone:hush@127.0.0.1:1/nothing")
    with pytest.raises(ConfigError, match="DATABASE_URL leads to no database") as refusal:
        ready(settings)
    assert "hush" not in str(refusal.value)

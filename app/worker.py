"""The worker: does after commit what the outbox holds, in a process of its own beside the server or on any machine."""

from __future__ import annotations

import logging
import logging.config
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from socket import gethostname
from typing import TYPE_CHECKING

from app.cases.actions import sweep as sweep_cases
from app.cases.keeping.actions import keep
from app.cases.referring.actions import follow_withdrawal, keep_time
from app.config import ROOT, Settings
from app.curation.actions import publish_due
from app.curation.counting.actions import forget_old
from app.curation.listening.actions import forget_closed, tell_of_drafts
from app.extracts.actions import sweep
from app.extracts.newer.actions import check_issued
from app.extracts.statistics.actions import publish
from app.files import open_shelf
from app.kernel.errors import ConfigError
from app.kernel.logs import log_stray_errors, logging_config
from app.outbox.letters import Writer
from app.outbox.model import Job, Kind, Lease, Message, PutOffError, RefusedError, Task, UnavailableError, next_try
from app.outbox.senders import Sender, open_sender
from app.outbox.store import (
    LeaseLostError,
    begin,
    complete,
    content_of,
    forget_done,
    give_back,
    has_due,
    lease,
    put_off,
)
from app.storage.database import Database, open_database
from app.storage.engine import UnreachableError, reach

if TYPE_CHECKING:
    from app.live import Press

log = logging.getLogger("app.worker")

Deed = Callable[[Job, str], None]
"""Does a job, given what was put in with it. Raises RefusedError, PutOffError, UnavailableError."""

Work = Callable[[Database, str, datetime], object]
"""Carries out a task on the subject that it was assigned, in transactions of its own. It bears being done twice."""

TASKS: Mapping[Task, Work] = {
    Task.ENTRY_CHANGED: lambda database, subject, now: check_issued(database, subject, now=now),
    Task.CONSENT_WITHDRAWN: lambda database, subject, now: follow_withdrawal(database, subject, now=now),
}
"""What is done for each task."""

POLL_SECONDS = 0.5
"""How long a worker rests that has found nothing to do."""

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the next attempt where the database or the mail server is out of reach, longer each time."""

SETTLING_PAUSES = (0.2, 1.0, 3.0, 10.0, 30.0, 60.0)
"""Seconds between attempts to record what was done: a deed whose record is lost would be done again."""

TIDYING = timedelta(hours=1)

Chore = Callable[[Database, datetime], object]
"""What is done besides, every hour or at every turn, each in transactions of its own."""

STOP_SECONDS = 20.0
"""How long a worker that is told to stop may take to end the try it is in, before it is ended."""


def deeds_of(settings: Settings) -> Mapping[Kind, Deed]:
    """Return what is done for each kind of job. Raises ConfigError where mails cannot be sent as set."""
    sender = open_sender(settings.mail_url, mail_from=settings.mail_from, folder=settings.mail_folder)
    if settings.mail_url.startswith("smtp") and not settings.site_url:
        raise ConfigError("SITE_URL is missing; it takes the site's public address, to which links in mails lead.")
    return dict.fromkeys(Kind, mail(Writer(ROOT / "translations", site_url=settings.own_address), sender))


def mail(writer: Writer, sender: Sender) -> Deed:
    """Return the deed of all mails: written, and handed over."""

    def deed(job: Job, content: str) -> None:
        message = Message.read(Kind(job.kind), content)
        sender.send(writer.write(message, id_=job.id, written_at=job.created_at))

    return deed


@dataclass
class Worker:
    """Takes jobs and does them, one after the other. Any number of workers on one database share its outbox.

    `chores` are done every hour, `errands` at every turn: looking whether there is one to do has to cost nothing.
    `now` and `jitter` are the clock and the chance by which they are tried again, `rest` waits for a lost database.
    """

    database: Database
    deeds: Mapping[Kind, Deed]
    chores: Sequence[Chore] = ()
    errands: Sequence[Chore] = ()
    name: str = field(default_factory=lambda: f"{gethostname()}:{os.getpid()}")
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    jitter: Callable[[], float] = random.random
    rest: Callable[[float], object] = time.sleep
    stopping: threading.Event = field(default_factory=threading.Event)

    def turn(self) -> bool:
        """Take what is due, up to a batch, and do it. Returns whether there may be more.

        Raises UnavailableError where what does it is out of reach: the rest of the batch is given back untried.
        """
        with self.database.reading() as session:
            if not has_due(session, now=self.now()):
                return False
        with self.database.writing() as session:
            held = lease(session, worker=self.name, now=self.now())
        try:
            while held and not self.stopping.is_set():
                self._try(held.pop(0))
        finally:
            if held:
                self._give_back(held)
        return not self.stopping.is_set()

    def go(self) -> None:
        """Run the errands."""
        for errand in self.errands:
            errand(self.database, self.now())

    def run(self, is_orphan: Callable[[], bool] = lambda: False) -> None:
        """Work until `stopping` is set or `is_orphan` says so. What fails is logged, and tried again after a pause."""
        failures, tidied_at = 0, datetime.min.replace(tzinfo=UTC)
        while not self.stopping.is_set() and not is_orphan():
            try:
                if self.now() - tidied_at > TIDYING:
                    with self.database.writing() as session:
                        forget_done(session, now=self.now())
                    # Noted first: a chore that fails comes again in an hour, and no mail waits for it.
                    tidied_at = self.now()
                    for chore in self.chores:
                        chore(self.database, self.now())
                has_more = self.turn()
                self.go()
                failures = 0
            except Exception as error:
                self._say_that_it_cannot(error)
                self.stopping.wait(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1
                continue
            if not has_more:
                self.stopping.wait(POLL_SECONDS)

    def _say_that_it_cannot(self, error: Exception) -> None:
        if isinstance(error, UnavailableError):
            log.warning("cannot send now", extra={"reason": error.reason})
        else:
            log.error("cannot work now", exc_info=error)

    def _try(self, held: Lease) -> None:
        try:
            with self.database.writing() as session:
                job = begin(session, held, now=self.now())
        except LeaseLostError:
            return
        about = {"job": job.id, "kind": job.kind}
        if job.is_in_doubt:
            log.warning("trying again what was cut off; it may be done twice", extra=about)
        try:
            self._do(job, content_of(self.database.vault, job))
        except RefusedError as error:
            log.error("refused for good", extra={**about, "reason": error.reason})
            self._put_off(held, error.reason, None)
        except (PutOffError, UnavailableError) as error:
            self._again(held, job, error.reason)
            if isinstance(error, UnavailableError):
                raise
        except Exception as error:
            log.error("a fault of ours", exc_info=error, extra=about)
            self._again(held, job, type(error).__name__)
        else:
            self._settle(lambda: self._complete(held))
            log.info("done", extra=about)

    def _do(self, job: Job, content: str) -> None:
        if job.kind in set(Task):
            TASKS[Task(job.kind)](self.database, content, self.now())
        else:
            self.deeds[Kind(job.kind)](job, content)

    def _again(self, held: Lease, job: Job, reason: str) -> None:
        again_at = next_try(job.tries, now=self.now(), jitter=self.jitter())
        about = {"job": job.id, "kind": job.kind, "reason": reason, "tries": job.tries}
        if again_at is None:
            log.error("given up", extra=about)
        else:
            log.warning("to be tried again", extra=about)
        self._put_off(held, reason, again_at)

    def _complete(self, held: Lease) -> None:
        with self.database.writing() as session:
            complete(session, held, now=self.now())

    def _put_off(self, held: Lease, reason: str, again_at: datetime | None) -> None:
        def record() -> None:
            try:
                with self.database.writing() as session:
                    put_off(session, held, reason=reason, again_at=again_at, now=self.now())
            except LeaseLostError:
                return

        self._settle(record)

    def _give_back(self, held: list[Lease]) -> None:
        def record() -> None:
            with self.database.writing() as session:
                give_back(session, held, now=self.now())

        self._settle(record)

    def _settle(self, record: Callable[[], None]) -> None:
        """Call `record`, again and again for as long as a lease lasts where the database is out of reach."""
        for pause in SETTLING_PAUSES:
            try:
                record()
                return
            except Exception as error:
                log.warning("cannot record now", extra={"reason": type(error).__name__})
                self.rest(pause)
        record()


def ready(settings: Settings) -> Worker:
    """Return a worker for `settings`. Raises ConfigError where a setting is wrong or the database not reached."""
    deeds = deeds_of(settings)
    try:
        reach(settings.database).dispose()
    except UnreachableError as error:
        raise ConfigError(f"DATABASE_URL leads to no database: {error}") from None
    database = open_database(settings.database, keys=settings.vault_keys, key_file=settings.key_file)
    if not settings.mail_url:
        log.warning(
            "MAIL_URL is not set: mails reach nobody, they are files", extra={"folder": str(settings.mail_folder)}
        )
    shelf = open_shelf(settings)
    chores: Sequence[Chore] = (
        lambda database, now: sweep(database, shelf, now=now),
        lambda database, now: publish(database, now=now),
        forget_old,
        forget_closed,
        lambda database, now: sweep_cases(database, now=now),
        # Before what is erased: whoever was asked about a closed case is told that it is over.
        lambda database, now: keep_time(database, now=now),
        lambda database, now: keep(database, shelf, now=now),
    )
    return Worker(database, deeds, chores=chores, errands=(publishing(settings), tell_of_drafts))


def publishing(settings: Settings) -> Chore:
    """Return the errand that publishes what editors have scheduled, once its moment has come."""

    @cache
    def press() -> Press:
        # Read when something is due, which is seldom: content and search make a process ten times as large.
        from app.live import Press

        return Press(settings.content, settings.search)

    def errand(database: Database, now: datetime) -> None:
        publish_due(
            database,
            shipped=lambda: press().shipped,
            check=lambda library: press().check(library),
            ready=lambda library: press().ready(library),
            actor="command:work",
            now=now,
        )

    return errand


def stop_on_signals(worker: Worker) -> None:
    """Let SIGTERM and SIGINT end the loop once the try that runs has ended."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stopping.set())


def beside(settings: Settings) -> AbstractContextManager[object]:
    """Return what keeps one worker process while its body runs: started anew when it crashes, ended with it.

    With `WORKER=none` it keeps none. Raises ConfigError where mails cannot be sent as set.
    """
    if settings.worker == "none":
        return nullcontext()
    deeds_of(settings)
    return _Keeper()


class _Keeper:
    """Starts the worker process, waits for its end in a thread, and starts it anew."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keep-worker", daemon=True)

    def __enter__(self) -> None:
        self._process = self._started()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._thread.join(STOP_SECONDS)

    def _keep(self) -> None:
        crashes = 0
        while True:
            started = time.monotonic()
            status = self._process.wait()
            crashes = 1 if time.monotonic() - started > PAUSES[-1] else crashes + 1
            # Told to stop, as by a service manager that tells every process, it has only been quicker than the server.
            if self._stopping.wait(PAUSES[min(crashes, len(PAUSES)) - 1]):
                return
            log.error("the worker has ended with status %s and is started anew", status)
            self._process = self._started()
            if self._stopping.is_set():
                self._process.terminate()

    def _started(self) -> subprocess.Popen[bytes]:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(  # noqa: S603 (fixed arguments)
            # -P: a folder `app` where the server was started from is not ours.
            [sys.executable, "-P", "-m", "app.worker", str(os.getpid())],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            # A session of its own: Ctrl-C reaches the server alone, which ends its worker last.
            start_new_session=True,
        )


def main() -> int:
    """Work beside the server whose process id is the argument, and end when it has. Returns 2 for a wrong setting."""
    parent = int(sys.argv[1])
    try:
        settings = Settings.from_environment()
        logging.config.dictConfig(logging_config(settings.log_format))
        log_stray_errors()
        worker = ready(settings)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    stop_on_signals(worker)
    log.info("working", extra={"pid": os.getpid()})
    # A server that was killed cannot tell us to stop; but then we are no longer its child.
    worker.run(is_orphan=lambda: os.getppid() != parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())

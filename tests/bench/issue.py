"""How many extracts a second two processes draw, sign and keep: ``python tests/bench/issue.py [--processes 2]``.

Each round starts all processes at once and counts until the last is ready; the best of the rounds is printed, because
other work on the machine only slows it down, and beside it the processor time of one extract, which it slows down less.
``--at-least 40`` makes the command fail when fewer are kept in a second.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

from app.documents.actions import keep
from app.documents.draw import draw
from app.documents.extract import ExtractData
from app.documents.seal import Seal, SealSettings, open_seal
from app.storage.database import Database, open_database, prepare_database
from app.storage.folder import Folder
from tests.papers_issued import FOUND, ISSUED_AT

WARM = 5


@dataclass(frozen=True)
class Place:
    """A prepared instance folder."""

    folder: Path

    @property
    def address(self) -> str:
        return f"sqlite:///{self.folder / 'bench.sqlite3'}"

    @property
    def key_file(self) -> Path:
        return self.folder / "vault_keys.json"


@dataclass(frozen=True)
class Tools:
    """What a process that issues keeps open."""

    seal: Seal
    database: Database
    shelf: Folder


def extract(number: int) -> ExtractData:
    """Return an extract unlike every other: number, code and name differ."""
    text = f"2026-{number:06}"
    return replace(FOUND, number=text, code=f"{number:012}", surname=f"Демонстраційний-{number}")


def drawn(tools: Tools, number: int) -> None:
    draw(extract(number), tools.seal.certified)


def signed(tools: Tools, number: int) -> None:
    tools.seal.sign(draw(extract(number), tools.seal.certified), signed_at=ISSUED_AT)


def kept(tools: Tools, number: int) -> None:
    """Draw and sign first; the transaction only keeps what is ready."""
    made = extract(number)
    pdf = tools.seal.sign(draw(made, tools.seal.certified), signed_at=ISSUED_AT)
    with tools.database.writing() as session:
        keep(session, tools.shelf, pdf, number=made.number, now=ISSUED_AT)


def inside(tools: Tools, number: int) -> None:
    """Draw and sign inside the writing transaction, as a number given there asks for."""
    made = extract(number)
    with tools.database.writing() as session:
        pdf = tools.seal.sign(draw(made, tools.seal.certified), signed_at=ISSUED_AT)
        keep(session, tools.shelf, pdf, number=made.number, now=ISSUED_AT)


WAYS: dict[str, Callable[[Tools, int], None]] = {
    "drawn": drawn,
    "drawn and signed": signed,
    "drawn, signed and kept": kept,
    "the same inside one transaction": inside,
}


def work(place: Place, way: str, first: int, count: int, start: Barrier, end: Barrier) -> None:
    """Issue `count` extracts between the two barriers ."""
    tools = Tools(
        open_seal(SealSettings(place.folder), now=datetime.now(UTC)),
        open_database(place.address, keys="", key_file=place.key_file),
        Folder(place.folder / "files"),
    )
    for number in range(WARM):
        WAYS[way](tools, first + count + number)
    start.wait()
    for number in range(first, first + count):
        WAYS[way](tools, number)
    end.wait()
    tools.database.engine.dispose()


def measure(place: Place, way: str, *, processes: int, count: int, round_: int) -> float:
    """Return how many extracts a second all processes issue together."""
    context = multiprocessing.get_context("spawn")
    start, end = context.Barrier(processes + 1), context.Barrier(processes + 1)
    each = count // processes
    workers = [
        context.Process(target=work, args=(place, way, 100_000 * round_ + 10_000 * (n + 1), each, start, end))
        for n in range(processes)
    ]
    for worker in workers:
        worker.start()
    start.wait()
    begun = time.perf_counter()
    end.wait()
    took = time.perf_counter() - begun
    for worker in workers:
        worker.join()
    return processes * each / took


def processor_time(place: Place, way: str, *, count: int = 40) -> float:
    """Return the least processor time of one extract in this process, in milliseconds."""
    tools = Tools(
        open_seal(SealSettings(place.folder), now=datetime.now(UTC)),
        open_database(place.address, keys="", key_file=place.key_file),
        Folder(place.folder / "files"),
    )
    least = float("inf")
    for number in range(count):
        begun = time.process_time()
        WAYS[way](tools, 900_000 + number)
        least = min(least, time.process_time() - begun)
    tools.database.engine.dispose()
    return 1000 * least


def main() -> None:
    """Measure every way and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--count", type=int, default=200, help="extracts of a round, all processes together")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at-least", type=float, default=0.0)
    given = parser.parse_args()
    best_kept = 0.0
    for way in WAYS:
        with TemporaryDirectory() as folder:
            place = Place(Path(folder))
            prepare_database(place.address, keys="", key_file=place.key_file, today=date.today()).engine.dispose()
            best = max(
                measure(place, way, processes=given.processes, count=given.count, round_=number)
                for number in range(1, given.rounds + 1)
            )
            spent = processor_time(place, way)
        if WAYS[way] is kept:
            best_kept = best
        free = 1000 * given.processes / spent
        print(
            f"{way:34} {best:6.1f} a second on {given.processes} processes; "
            f"{spent:5.1f} ms of a processor each: {free:.0f} a second on {given.processes} free ones"
        )
    minutes = 62_000 / best_kept / 60
    print(f"62,000 extracts are drawn, signed and kept in {minutes:.0f} minutes.")
    if best_kept < given.at_least:
        sys.exit(f"Fewer than {given.at_least:g} a second.")


if __name__ == "__main__":
    main()

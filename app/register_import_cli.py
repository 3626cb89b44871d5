"""The command that takes files of entries into the register: ``flask --app app register import FILE``."""

from __future__ import annotations

import csv
import multiprocessing
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask_babel import force_locale
from tqdm import tqdm

from app.config import Settings
from app.kernel.dates import KYIV
from app.kernel.languages import PUBLIC, SOURCE
from app.register import store as matching
from app.register.entries import actions, store
from app.register.importing import (
    FileError,
    FileFault,
    Layout,
    Problem,
    Ready,
    Target,
    digest,
    read_layout,
    read_mapping,
    read_row,
    read_table,
)
from app.register.labels import ITEMS, file_fault_text, problem_text
from app.register_cli import register
from app.storage.database import Database, open_database
from app.web.database import database

ACTOR = "command:register-import"
"""How the audit names whoever runs the command."""

BATCH = 1_000
"""Rows of one transaction, unless told otherwise."""

_SHOWN = 20
"""Problems that are printed; the report file has them all."""


@dataclass
class Tally:
    """What became of the rows so far."""

    rows: int = 0
    entered: int = 0
    known: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def faulty(self) -> int:
        """Rows with a problem; a row may have several."""
        return len({problem.row for problem in self.problems})


@register.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check every row and write nothing.")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="YAML: head: item.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="CSV of every problem, by row, column.")
@click.option("--language", default=SOURCE, type=click.Choice(list(PUBLIC)), help="Language of what is printed.")
@click.option("--batch", default=BATCH, show_default=True, type=click.IntRange(1, 10_000), help="Rows a transaction.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 32), help="To look for duplicates.")
def register_import(
    file: Path, dry_run: bool, mapping: Path | None, report: Path | None, language: str, batch: int, processes: int
) -> None:
    """Take the entries of FILE (CSV or XLSX) into the register, once, however often it is interrupted and begun again.

    Rows with a problem are left out and named. Entries that may be of one person are proposed, never merged.
    """
    start = time.perf_counter()
    with force_locale(language):
        try:
            named = read_mapping(mapping.read_text(encoding="utf-8-sig")) if mapping else {}
            table = read_table(file)
            layout = _layout(table, named)
            tally = Tally()
            ready = _ready(table, layout, tally, file.name)
            if dry_run:
                for _ in ready:
                    pass
                proposed = 0
            else:
                proposed = _take_in(_batches(ready, batch), tally, digest(file, named), processes)
        except FileError as error:
            raise click.ClickException(file_fault_text(error)) from None
        except UnicodeDecodeError:
            raise click.ClickException(file_fault_text(FileError(FileFault.BAD_MAPPING))) from None
        except actions.StaleError:
            raise click.ClickException("another process takes this file in; nothing was doubled") from None
    if report:
        _write_report(report, tally.problems)
    with force_locale(language):
        for problem in tally.problems[:_SHOWN]:
            click.echo(problem_text(problem), err=True)
    if len(tally.problems) > _SHOWN:
        click.echo(f"... {len(tally.problems) - _SHOWN} more; --report FILE has them all", err=True)
    done = "dry run, nothing written: " if dry_run else ""
    click.echo(
        f"{done}{tally.rows} rows, {tally.entered} entered, {tally.known} known already, {tally.faulty} with problems, "
        f"{proposed} duplicates proposed, {time.perf_counter() - start:.0f} s"
    )
    sys.exit(1 if tally.problems else 0)


def _layout(table: Iterator[tuple[int, list[str]]], named: Mapping[str, Target]) -> Layout:
    head = next(table, None)
    if head is None:
        raise FileError(FileFault.EMPTY)
    layout = read_layout(head[1], named)
    for text, target in zip(layout.heads, layout.targets, strict=True):
        if text:
            click.echo(f"{text} → {ITEMS[target] if target else '-'}", err=True)
    return layout


def _ready(
    table: Iterator[tuple[int, list[str]]], layout: Layout, tally: Tally, name: str
) -> Iterator[tuple[int, Ready | None]]:
    """Yield (number of the row, what it holds or None); problems are told to `tally`."""
    today = datetime.now(KYIV).date()
    for number, cells in tqdm(table, unit=" rows", disable=None):
        tally.rows += 1
        found = read_row(number, cells, layout, source=name, today=today)
        if isinstance(found, Ready):
            yield number, found
        else:
            tally.problems += found
            yield number, None


def _take_in(batches: Iterator[tuple[int, Sequence[Ready]]], tally: Tally, file: str, processes: int) -> int:
    """Enter the rows in batches, then compare the new entries with all others. Returns how many pairs were proposed."""
    kept = database()
    with kept.writing() as session:
        begun = actions.begin_import(session, file, actor=ACTOR, now=datetime.now(UTC))
    seen: Counter[str] = Counter()
    done = begun.rows_done
    for last, rows in batches:
        if last <= done:
            # Done before it was interrupted; equal rows are counted all the same.
            seen.update(row.text for row in rows)
            tally.known += len(rows)
            continue
        sealed = actions.seal_rows(kept.vault, rows, seen)
        with kept.writing() as session:
            taken = actions.take_in(
                session, begun.id, sealed, was=done, rows_done=last, actor=ACTOR, now=datetime.now(UTC)
            )
        done = last
        tally.entered += len(taken.entered)
        tally.known += taken.known
    if tally.entered:
        # Counted while only reading: others go on writing meanwhile.
        with kept.reading() as reading:
            counts = actions.names_counted(reading)
        with kept.writing() as session:
            matching.set_name_counts(session, counts)
    proposed = _compare(kept, begun.id, processes)
    with kept.writing() as session:
        store.finish_import(session, begun.id, now=datetime.now(UTC))
    return proposed


def _batches(ready: Iterator[tuple[int, Ready | None]], size: int) -> Iterator[tuple[int, Sequence[Ready]]]:
    """Yield (number of the last row, good rows) of every `size` rows."""
    rows: list[Ready] = []
    last = read = 0
    for last, row in ready:
        read += 1
        if row is not None:
            rows.append(row)
        if read % size == 0:
            yield last, rows
            rows = []
    if read % size:
        yield last, rows


_own: Database | None = None


def _begin(settings: Settings) -> None:
    """Open a database of its own in a process that compares, and end it with the one that started it."""
    global _own
    _own = open_database(settings.database, keys=settings.vault_keys, key_file=settings.key_file)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


Batch = tuple[str, int, int]
Found = tuple[str, list[tuple[int, int, float]]]


def _twins_of(kept: Database, batch: Batch) -> Found:
    id_, first, last = batch
    with kept.reading() as session:
        return id_, actions.twins(session, store.numbers_between(session, first, last), actions.comparing(session))


def _twins(batch: Batch) -> Found:
    assert _own is not None
    return _twins_of(_own, batch)


def _compare(kept: Database, id_: str, processes: int) -> int:
    """Compare the entries of every batch with all others; what was compared before an interruption is not again."""
    with kept.reading() as session:
        batches = store.uncompared(session, id_)
    if not batches:
        return 0
    proposed = 0
    settings: Settings = current_app.config["SETTINGS"]
    with ExitStack() as stack:
        found: Iterator[Found]
        if len(batches) > 1 and processes > 1:
            pool = multiprocessing.get_context("spawn").Pool(processes, _begin, (settings,))
            found = stack.enter_context(pool).imap(_twins, batches)
        else:
            found = (_twins_of(kept, batch) for batch in batches)
        for batch, pairs in tqdm(found, total=len(batches), unit=" batches", disable=None):
            with kept.writing() as session:
                proposed += store.propose(session, pairs, now=datetime.now(UTC))
                store.mark_compared(session, batch)
    return proposed


def _write_report(path: Path, problems: Sequence[Problem]) -> None:
    """Write every problem with its row and column, in both languages; no value of the file."""
    texts: dict[str, list[str]] = {}
    for language in PUBLIC:
        with force_locale(language):
            texts[language] = [problem_text(problem) for problem in problems]
    # The byte order mark tells a spreadsheet that the letters are UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "column", *(f"problem ({language})" for language in PUBLIC)])
        for place, problem in enumerate(problems):
            column = problem.column if not problem.column.startswith(("=", "+", "-", "@")) else f"'{problem.column}"
            writer.writerow([problem.row, column, *(texts[language][place] for language in PUBLIC)])

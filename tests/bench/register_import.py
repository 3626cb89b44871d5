"""Measure an import: a file of invented people, one in a hundred twice, into an empty database."""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl

from app.config import ROOT
from app.register.entry import Entry, Item, texts_of
from app.register.importing import HEADS
from app.register.person import Person
from app.register.population import CHUNK, dictionary_names, make, urns


def rows(count: int, seed: int) -> list[list[str]]:
    """Return the head and `count` rows."""
    drawn, rng = urns(dictionary_names()), random.Random(seed)
    found = [[HEADS[item][0] for item in Item]]
    before: list[Person] = []
    for chunk in range((count + CHUNK - 1) // CHUNK):
        for person in make(seed, chunk, drawn, min(CHUNK, count - chunk * CHUNK)):
            twice = rng.choice(before) if before and rng.random() < 0.01 else person
            texts = texts_of(Entry(twice, None, "Не вийшов на зв’язок", f"РВП {len(found) % 400}", f"{len(found)}"))
            found.append([texts[item] for item in Item])
            before.append(person)
    return found


def write(path: Path, found: list[list[str]]) -> None:
    """Write rows as CSV or XLSX, as the name of the file ends."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in found:
            sheet.append(row)
        book.save(path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--kind", choices=["csv", "xlsx"], default="csv")
    parser.add_argument("--database", default="", help="An empty database instead of a passing SQLite file.")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="import-") as folder:
        path = Path(folder) / f"people.{asked.kind}"
        write(path, rows(asked.rows, asked.seed))
        environment = {**os.environ, "INSTANCE": folder, "DATABASE_URL": asked.database, "VAULT_KEYS": ""}
        flask = [sys.executable, "-m", "flask", "--app", "app"]
        subprocess.run([*flask, "storage", "prepare"], cwd=ROOT, env=environment, check=True, capture_output=True)
        start = time.perf_counter()
        subprocess.run([*flask, "register", "import", str(path)], cwd=ROOT, env=environment, check=True)
        print(f"{asked.rows} rows of {asked.kind}: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()

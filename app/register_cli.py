"""Commands of the register: how well claims find their entries, and the weights by which they are compared."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import click
import numpy as np
from flask.cli import AppGroup

from app.register import actions, store
from app.register.evaluate import (
    ABSENT,
    LEAN,
    TWO,
    Claim,
    Report,
    claims,
    estimate,
    evaluate,
    first_weights,
    is_single,
    sample_pairs,
)
from app.register.linkage import WEIGHTS, Linkage, shipped_weights
from app.register.mistakes import Mistake
from app.register.person import Person
from app.register.population import CHUNK, Urns, dictionary_names, make, names_in, urns
from app.register.weights import Weights
from app.storage.database import Database, prepare_database
from app.storage.engine import Session
from app.storage.ring import KeyRing
from app.storage.vault import Vault

register = AppGroup("register", help="The register of missing persons.")

REPORTED_SEED, ESTIMATED_SEED = 2, 1
"""Weights come from one population and are judged on another."""


@dataclass(frozen=True)
class Built:
    """A made-up register in a database: the entries that claims are made on, seconds and bytes it took."""

    sample: list[tuple[int, Person]]
    seconds: float
    seed: int
    entries: int
    blocks: int


@dataclass(frozen=True)
class Chunk:
    """One chunk of a made-up register, sealed."""

    entries: list[store.Sealed]
    names: Counter[int]
    sample: list[tuple[int, Person]]


_drawn: Urns | None = None
_vault: Vault | None = None


def _begin(ring: KeyRing) -> None:
    global _vault
    _vault = Vault(ring)


def _chunk(task: tuple[int, int, int]) -> Chunk:
    """Make, seal and hash one chunk in a process of its own."""
    seed, chunk, count = task
    assert _drawn is not None
    assert _vault is not None
    people = make(seed, chunk, _drawn, count)
    numbered = list(enumerate(people, chunk * CHUNK + 1))
    names: Counter[int] = Counter()
    for person in people:
        names.update(actions.name_hashes(_vault, person))
    sealed = [store.seal(_vault, number, person) for number, person in numbered]
    # Every chunk lends some of its people to be asked for.
    return Chunk(sealed, names, numbered[: max(20_000 * count // 1_000_000, 200)])


def build(database: Database, drawn: Urns, *, entries: int, seed: int, processes: int = 2) -> Built:
    """Fill an empty database with a made-up register, in chunks, in several processes."""
    global _drawn
    _drawn = drawn
    start = time.perf_counter()
    tasks = [(seed, chunk, min(CHUNK, entries - chunk * CHUNK)) for chunk in range((entries + CHUNK - 1) // CHUNK)]
    names: Counter[int] = Counter()
    sample: list[tuple[int, Person]] = []
    blocks: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    # Forked processes have the dictionary already.
    with multiprocessing.get_context("fork").Pool(processes, _begin, (database.vault.ring,)) as pool:
        for chunk in pool.imap(_chunk, tasks):
            with database.writing() as session:
                store.insert_entries(session, chunk.entries)
            names.update(chunk.names)
            sample += chunk.sample
            blocks.append(np.array([(block, entry.number) for entry in chunk.entries for block in entry.blocks]))
    pairs = np.concatenate(blocks)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    with database.writing() as session:
        for at in range(0, len(pairs), 100_000):
            store.insert_blocks(session, pairs[at : at + 100_000].tolist())
        store.set_name_counts(session, actions.common(names, entries))
    return Built(sample, time.perf_counter() - start, seed, entries, len(pairs))


@contextmanager
def made_up(address: str | None) -> Iterator[tuple[Database, Path]]:
    """Open a fresh database for a made-up register: at `address`, or a file that is removed afterwards."""
    with TemporaryDirectory(prefix="register-") as folder:
        path = Path(folder) / "register.sqlite3"
        database = prepare_database(
            address or f"sqlite:///{path}",
            keys="",
            key_file=Path(folder) / "keys.json",
            today=date.today(),
        )
        with database.reading() as session:
            taken = store.population(session)
        if taken:
            raise click.ClickException("The database holds entries; a made-up register needs an empty one.")
        try:
            yield database, path
        finally:
            database.engine.dispose()


def asking(session: Session, comparing: Linkage) -> Any:
    return lambda person: actions.find(session, person, comparing)


@register.command("evaluate")
@click.option("--entries", default=100_000, show_default=True, help="Made-up entries in the register.")
@click.option("--claims", "count", default=2_000, show_default=True, help="Claims with one error; two as many.")
@click.option("--seed", default=REPORTED_SEED, show_default=True, help="Another seed is another register.")
@click.option("--database", "address", help="An empty database to fill instead of a passing SQLite file.")
@click.option("--surnames", type=click.File(encoding="utf-8"), help="Draw these, commonest first, not a dictionary's.")
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON.")
@click.option("--failures", is_flag=True, help="List claims that missed their entry or found a wrong one likely.")
def register_evaluate(
    entries: int,
    count: int,
    seed: int,
    address: str | None,
    surnames: TextIO | None,
    as_json: bool,
    failures: bool,
) -> None:
    """Make up a register and claims with every kind of error; print recall, precision, candidates and times."""
    drawn = urns(names_in(surnames.read()) if surnames else dictionary_names())
    with made_up(address) as (database, path):
        built = build(database, drawn, entries=entries, seed=seed)
        asked = claims(built.sample, drawn, count=count, seed=seed)
        with database.reading() as session:
            comparing = actions.linkage(session, shipped_weights())
            for claim in asked[:20]:
                actions.find(session, claim.person, comparing)
            report = evaluate(asked, asking(session, comparing))
        size = path.stat().st_size if path.exists() else 0
    found = report.as_json()
    found["register"] = {
        "entries": entries, "seed": seed, "blocks": built.blocks, "bytes": size, "seconds": built.seconds,
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo("\n".join(table(found)))
    if failures:
        click.echo("\n".join(listed(report)), err=as_json)


HEAD = ("n", "recall1", "recall5", "likely", "likely_wrong", "precision", "possible", "candidates")


def table(found: dict[str, Any]) -> Iterator[str]:
    """Yield the measures as lines of a table: single kinds, two errors as one, absent people, groups, times."""
    yield f"{'kind':44}" + "".join(f"{name:>13}" for name in HEAD)
    for kind, measure in [
        *((kind, measure) for kind, measure in found["kinds"].items() if is_single(kind) or " in the reg" in kind),
        *((f"= {name}", measure) for name, measure in found["groups"].items()),
    ]:
        cells = (f"{measure[name]:13.4f}" if name not in ("n",) else f"{measure[name]:13d}" for name in HEAD)
        yield f"{kind:44}" + "".join(cells)
    for at in found["thresholds"]:
        yield (
            f"likely from {at['threshold']:5.3f} on: precision {at['precision']:.4f}, {at['wrong']} wrong, "
            f"finds {at['found']:.4f} of the people who are in the register"
        )
    yield "ms a claim: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}".format(**found["latency_ms"])
    yield "{entries} entries, {blocks} blocking rows, {bytes} bytes, made in {seconds:.0f} s".format(
        **found["register"]
    )


def listed(report: Report) -> Iterator[str]:
    """Yield in lines the claims that went wrong, with the first candidates."""
    for title, cases in (("missed", report.misses), ("wrongly likely", report.wrong)):
        for claim, matches in cases:
            yield f"\n{title} {claim.kind}: {claim.person.as_text()} -> {claim.entry}"
            for match in matches[:3]:
                why = " ".join(
                    f"{finding.field}:{finding.reason}({finding.bits:.1f})" for finding in match.comparison.findings
                )
                yield f"   {match.entry} {match.probability:.4f} {match.verdict} {match.person.as_text()}\n      {why}"


@register.command("estimate")
@click.option("--entries", default=50_000, show_default=True, help="Made-up entries in the register.")
@click.option("--claims", "count", default=1_500, show_default=True, help="Claims to estimate from.")
@click.option("--seed", default=ESTIMATED_SEED, show_default=True, help="Must not be the seed that is reported.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), default=WEIGHTS, help="Where to write.")
def register_estimate(entries: int, count: int, seed: int, write: Path) -> None:
    """Estimate the weights from a made-up register by EM over candidate pairs, and write them."""
    weights = first_weights()
    drawn = urns(dictionary_names())
    with made_up(None) as (database, _):
        built = build(database, drawn, entries=entries, seed=seed)
        asked = as_filed(claims(built.sample, drawn, count=count, seed=seed))
        with database.reading() as session:
            others = make(seed + _OTHERS, 0, drawn)
            weights = estimated(session, weights, asked, built, others)
    write.write_text(weights.as_text() + "\n", encoding="utf-8")
    for name, field in weights.fields.items():
        click.echo(f"{name:13}" + " ".join(f"{grade} {bits:+.1f}" for grade, bits in field.bits.items()))


def as_filed(asked: Sequence[Claim]) -> list[Claim]:
    """Return claims in the proportion in which they may come: most of them without an error or with one.

    How families err was never measured; this mixture is an assumption: six in ten claims name everything right.
    """
    exact = [claim for claim in asked if claim.kind in (Mistake.EXACT, Mistake.EXACT + LEAN)]
    single = [claim for claim in asked if is_single(claim.kind) and claim not in exact]
    rest = [claim for claim in asked if TWO in claim.kind or claim.kind == f"{ABSENT}stranger"]
    return [*(exact * (2 * len(single) // max(len(exact), 1))), *single, *rest]


_OTHERS = 1_000
"""Seed, from that of the register, of people who are surely not in it: pairs with them are pairs of two people."""


def estimated(
    session: Session, weights: Weights, asked: Sequence[Claim], built: Built, others: Sequence[Person]
) -> Weights:
    """Return weights estimated on the entries that the database of `session` holds."""
    comparing = actions.linkage(session, weights)
    vault = comparing.rarity.vault if isinstance(comparing.rarity, actions.Rarities) else None
    assert vault is not None

    def gathered(person: Person) -> dict[int, Person]:
        found = store.candidates(session, actions.blocks_of(vault, person))
        return store.people(session, [candidate.entry for candidate in found])

    made = {"seed": built.seed, "entries": built.entries, "claims": len(asked)}
    sampled = sample_pairs(asked, gathered, others, comparing, pairs_a_claim=200, seed=built.seed)
    return estimate(sampled, weights, population=built.entries, made=made)

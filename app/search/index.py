"""The Whoosh index of an edition: built beside and renamed into place, read as arrays of postings.

The index is a cache that can be thrown away at any time: its folder is named by the edition's digest, a missing or
damaged one is built anew. Whoosh keeps terms, frequencies and lengths; `Postings` hands them out as NumPy arrays, since
ranking with its own matchers takes ten times as long (see docs/decisions/0007).
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import json
import logging
import math
import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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
from app.search.generations import GoneError, Hold, made_and_held, remove_left
from app.search.lexicon import Entry, Lexicon, entries
from app.search.morphology import LANGUAGES, lemmas

log = logging.getLogger(__name__)

FORMAT = "4"
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


Means = Mapping[str, Mapping[str, float]]
"""The mean length in words of each part of a document, by language."""

Row = Mapping[str, str]
"""A document as the index takes it in: field to text."""


def build(storage: Storage, rows: Sequence[Row]) -> None:
    """Write an index of `rows` to an empty `storage`, in order."""
    index = storage.create_index(_schema())
    writer = index.writer(limitmb=512, codec=W3Codec(compression=0))
    # Postings are short: compressing them costs more time, at building and at reading, than the space is worth.
    for row in rows:
        writer.add_document(**row)
    writer.commit(optimize=True)
    index.close()


def change(storage: Storage, gone: Sequence[int], rows: Sequence[Row]) -> None:
    """Take the rows numbered `gone` out of the index in `storage` and put `rows` behind all others."""
    index = storage.open_index()
    writer = index.writer(limitmb=64, codec=W3Codec(compression=0))
    for number in gone:
        writer.delete_document(number)
    for row in rows:
        writer.add_document(**row)
    writer.commit(merge=False)
    index.close()


def rows_of(library: Library, means: Means) -> list[Row]:
    """Return each document as the index takes it in: it depends on the document and on `means`, on nothing else."""
    rows: list[Row] = []
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
        rows.append(row)
    return rows


def mean_lengths(library: Library) -> Means:
    """Return the mean lengths over the documents that have a part, to two digits.

    More digits would mean nothing, and every edit of one text would change what every other one weighs.
    """
    found = {}
    for language, said in library.items():
        lengths: dict[str, list[int]] = {}
        for document in said:
            for name, part in document.parts.items():
                lengths.setdefault(name, []).append(len(part))
        found[language] = {name: float(f"{sum(each) / len(each):.2g}") for name, each in lengths.items()}
    return found


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


Holders = Mapping[str, Mapping[str, int]]
"""How many documents hold a dictionary form, by language."""


def _holders(library: Library) -> Holders:
    return {
        language: Counter(
            lemma
            for document in said
            for lemma in {lemma for word in set(document) for lemma in lemmas(word, language)}
        )
        for language, said in library.items()
    }


def _weights(library: Library, seen: Holders) -> dict[str, list[list[float]]]:
    """Return by language, for each document, the weights of its phrases."""
    found = {}
    for language, said in library.items():
        holders = seen[language]
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

    def __init__(
        self, reader: IndexReader, ids: Sequence[str], places: Sequence[int], phrases: Mapping[str, Phrases]
    ) -> None:
        """Take `places`: for each row of the index the number of its document."""
        self.ids = ids
        self.size = len(ids)
        self._places = places
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
                    rows.append(self._places[matcher.id()])
                    weights.append(matcher.weight())
            order = np.argsort(np.array(rows, dtype=np.int32), kind="stable")
            found = np.array(rows, dtype=np.int32)[order], np.array(weights, dtype=np.float32)[order]
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
                    start = first[self._places[matcher.id()]]
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
    hold: Hold


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
        except GoneError:
            log.info("another process is removing the search index %s", path.name)
        except Exception:
            # Whatever is wrong with a cache, it is made anew; what it held is still there.
            log.warning("the search index %s cannot be read; building it anew", path.name, exc_info=True)
            _discard(path)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder / f"{name}.lock"):
        try:
            return _open(path)
        except (FileNotFoundError, GoneError):
            return _built(folder, name, documents)


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
    made, held = made_and_held(folder, "building-")
    try:
        _write(made, documents, _ancestors(folder))
        try:
            os.rename(made, path)
        except OSError:
            log.info("another process built the search index %s first", path.name)
        return _open(path)
    finally:
        held.let_go()
        shutil.rmtree(made, ignore_errors=True)


def _ancestors(folder: Path) -> list[Path]:
    """Return the whole indexes below `folder`, the latest first: the new one most likely differs little from it."""
    found = []
    for path in folder.glob(f"*-{FORMAT}"):
        with suppress(OSError):
            found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found, reverse=True)]


def _discard(path: Path) -> None:
    """Move a damaged index out of the way, then delete it: others see it whole or not at all."""
    grave = Path(tempfile.mkdtemp(prefix="damaged-", dir=path.parent))
    try:
        os.rename(path, grave / path.name)
    except OSError:
        log.info("another process took the damaged index %s away first", path.name)
    shutil.rmtree(grave, ignore_errors=True)


def tidy(folder: Path, keep: str) -> None:
    """Delete the indexes of other editions, which no new process will open; those that are served stay as well."""
    removed = remove_left(folder, {f"{keep}-{FORMAT}"})
    if removed:
        log.info("search indexes removed that nobody serves", extra={"indexes": len(removed)})


MOST_CHANGED = 0.1
"""Share of changed documents from which on an index is built anew: what was taken out still takes its space."""

MOST_PARTS = 8
"""Parts of an index, each with the documents that one edition changed: every word is looked up in each of them."""


@dataclass(frozen=True)
class Rows:
    """What is kept beside an index. `prints` has for each of its rows the hash of what stands there, empty where that
    was taken out; `order` has for each document its row; `files` has the hash of each file that Whoosh wrote."""

    ids: Sequence[str]
    order: Sequence[int]
    prints: Sequence[str]
    means: Means
    parts: int
    phrases: Mapping[str, Sequence[Sequence[float]]]
    files: Mapping[str, str]

    def dump(self) -> str:
        return json.dumps(vars(self))

    @classmethod
    def read(cls, path: Path) -> Rows:
        """Read what `dump` wrote. Raises OSError, ValueError, TypeError."""
        return cls(**json.loads((path / _ROWS).read_text(encoding="utf-8")))


def _write(path: Path, documents: Sequence[Document], ancestors: Sequence[Path]) -> None:
    """Write the index of `documents` to the empty folder `path`; from an older one, where that is near enough."""
    library = speak(documents)
    means, seen = mean_lengths(library), _holders(library)
    rows = rows_of(library, means)
    prints = [_print(json.dumps(row).encode()) for row in rows]
    order, written, parts = _derived(path, rows, prints, means, ancestors)
    if not written:
        build(FileStorage(str(path)), rows)
        order, written, parts = list(range(len(rows))), prints, 1
    kept = Rows(
        [document.id for document in documents], order, written, means, parts, _weights(library, seen),
        {file.name: _print(file.read_bytes()) for file in path.iterdir()},
    )  # fmt: skip
    (path / _ROWS).write_text(kept.dump(), encoding="utf-8")
    lines = (entry.line() for entry in entries(seen, _words(library)))
    (path / _LEXICON).write_text("\n".join(lines), encoding="utf-8")


def _print(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _derived(
    path: Path, rows: Sequence[Row], prints: Sequence[str], means: Means, ancestors: Sequence[Path]
) -> tuple[list[int], list[str], int]:
    """Write the index to `path` as the first of `ancestors` that is near enough with the changed rows put in.

    Returns the row of each document, the print of each row, and of how many parts it is; nothing where none is near.
    What comes out answers as if it were built anew: a row depends on its own document and on the mean lengths alone.
    """
    for ancestor in ancestors:
        try:
            held, old = Hold(ancestor), Rows.read(ancestor)
            if old.means != means or old.parts >= MOST_PARTS:
                continue
            free: dict[str, list[int]] = {}
            for number, print_ in enumerate(old.prints):
                free.setdefault(print_, []).append(number)
            order = [found.pop() if (found := free.get(print_)) else -1 for print_ in prints]
            new = [place for place, number in enumerate(order) if number < 0]
            gone = [number for print_, left in free.items() if print_ for number in left]
            if len(new) + len(gone) > MOST_CHANGED * len(rows):
                continue
            written = list(old.prints)
            for number in gone:
                written[number] = ""
            for place in new:
                order[place] = len(written)
                written.append(prints[place])
            for name, print_ in old.files.items():
                (path / name).write_bytes(copied := (ancestor / name).read_bytes())
                if _print(copied) != print_:
                    raise ValueError(f"{name} is damaged")
            change(FileStorage(str(path)), gone, [rows[place] for place in new])
            held.let_go()
        except Exception:
            log.info("the search index %s serves no new one", ancestor.name, exc_info=True)
            for file in path.iterdir():
                file.unlink()
            continue
        return order, written, old.parts + bool(new)
    return [], [], 0


def _open(path: Path) -> Index:
    hold = Hold(path)
    kept = Rows.read(path)
    lines = (path / _LEXICON).read_text(encoding="utf-8").split("\n")
    reader = FileStorage(str(path)).open_index().reader()
    if reader.doc_count_all() != len(kept.prints) or reader.doc_count() != len(kept.ids):
        raise ValueError("rows and ids differ in number")
    places = [-1] * len(kept.prints)
    for place, number in enumerate(kept.order):
        places[number] = place
    phrases = {language: Phrases.of(found) for language, found in kept.phrases.items()}
    return Index(
        Postings(reader, kept.ids, places, phrases), Lexicon(Entry.of(line) for line in lines), hold
    )  # fmt: skip


def _words(library: Library) -> Iterator[tuple[str, str]]:
    """Yield (language, word) of all texts as they stand, each once a language."""
    for language, said in library.items():
        for word in dict.fromkeys(word for document in said for word in document):
            yield language, word

"""Finding: from what was typed to the documents that answer it, or an honest "nothing found" with the nearest ones."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.kernel.languages import PUBLIC, SOURCE
from app.search.documents import Document, Kind, Text
from app.search.fold import key, words
from app.search.index import Index, open_index
from app.search.ranking import Ranking, Scores
from app.search.snippet import Marker, Piece, Snippet, looked_up, snippet
from app.search.suggest import suggestions
from app.search.synonyms import Meanings, Member, Synonyms, analysed, stands
from app.search.understand import Understanding, Understood

PRIORS = {Kind.ARTICLE: 1.0, Kind.ORGANISATION: 0.82, Kind.STEP: 0.8, Kind.QUESTION: 0.9, Kind.TERM: 0.8}
"""Share of the score by kind: a text answers most questions better than a body's entry does."""

ON_THE_WAY = 0.06
"""What an article gains to which the most steps of the route lead; others gain less."""
FADING = 0.02
"""What a year without a change of meaning takes from an article, counted from the newest, three years at the most."""

ANSWERS = 0.5
STORY_ANSWERS = 0.3
SHORT_QUERY, STORY = 4, 8
"""Score of the best document below which nothing answers, for a query of up to SHORT_QUERY words with a topic, and for
one of STORY words and more; between them it falls evenly: the longer a story, the less of it any text can say."""
BESIDE = 0.35
"""Share of the best score below which a document is left out."""
MOST = 60
"""Documents of one answer."""
NEAREST = 5
"""Documents named where nothing answers."""


@dataclass(frozen=True)
class Hit:
    """A document that answers, with its score."""

    document: Document
    score: float


@dataclass(frozen=True)
class Shown:
    """A hit as the page shows it: its text in the reader's language or in the source's, title and lines marked."""

    document: Document
    language: str
    title: tuple[Piece, ...]
    snippet: Snippet


@dataclass(frozen=True)
class Found:
    """The answer to a query: hits, best first. Without an answer, `hits` is empty and `nearest` are neighbours."""

    understood: Understood
    hits: tuple[Hit, ...]
    nearest: tuple[Hit, ...] = ()
    rarity: tuple[float, ...] = ()


class Finder:
    """Finds in one edition. Shared by all threads of a process; nothing in it changes."""

    def __init__(self, documents: Sequence[Document], index: Index, synonyms: Synonyms) -> None:
        self.documents = documents
        self._hold = index.hold
        self._understanding = Understanding(
            index.lexicon, Meanings(synonyms.groups), (number for doc in documents for number in doc.numbers)
        )
        self._ranking = Ranking(index.postings, priors(documents))
        self.suggestions = suggestions(documents, list(PUBLIC))
        self._official: dict[tuple[str, ...], set[int]] = {}
        for place, document in enumerate(documents):
            for name in document.official:
                self._official.setdefault(_plain(name), set()).add(place)
        self._only = [(place, member) for place, doc in enumerate(documents) for member in _only(doc)]

    def understand(self, typed: str, *, as_typed: bool = False) -> Understood:
        """Return what `typed` means."""
        return self._understanding.understand(typed, as_typed=as_typed)

    def is_written(self, word: str) -> bool:
        """Say whether a folded word stands in the texts of this edition, letter for letter."""
        return self._understanding.is_written(word)

    def score(self, understood: Understood) -> Scores:
        """Score every document for a query."""
        return self._ranking.score(understood.concepts)

    def find(self, typed: str, *, as_typed: bool = False) -> Found:
        """Return the documents that answer `typed`, best first."""
        understood = self.understand(typed, as_typed=as_typed)
        alone = self._alone(understood)
        if alone is not None:
            return Found(understood, (Hit(self.documents[alone], 1.0),), rarity=(1.0,) * len(understood.concepts))
        scores = self.score(understood)
        called = self._official.get(_plain(understood.shown), set())
        rows = [int(row) for row in np.argsort(-scores.score, kind="stable")[:MOST] if scores.score[row] > 0]
        if not rows or not (called or answers(understood, scores, rows[0])):
            return Found(understood, (), self._hits(rows[:NEAREST], scores), scores.rarity)
        least = scores.score[rows[0]] * BESIDE
        # What is called so, and no more was typed, comes before everything about it.
        rows = [*sorted(called), *(row for row in rows if scores.score[row] >= least and row not in called)]
        return Found(understood, self._hits(rows, scores), rarity=scores.rarity)

    def _hits(self, rows: Iterable[int], scores: Scores) -> tuple[Hit, ...]:
        return tuple(Hit(self.documents[row], float(scores.score[row])) for row in rows)

    def show(self, found: Found, hit: Hit, language: str) -> Shown:
        """Return a hit as a reader of `language` sees it."""
        spoken = language if language in hit.document.texts else SOURCE
        text: Text = hit.document.texts[spoken]
        marker = Marker(found.understood.concepts, found.rarity, spoken)
        return Shown(hit.document, spoken, marker.mark(text.title), snippet(text, marker))

    def warm(self) -> None:
        """Look up the words of all texts once: the lines of an answer need them, and no reader should wait for it."""
        for document in self.documents:
            for language, text in document.texts.items():
                for said in (text.title, text.summary, *(part for s in text.sections for part in (s.heading, s.text))):
                    looked_up(said, language)

    def _alone(self, understood: Understood) -> int | None:
        """Return the document that alone may answer: what Russian pages offer leads to the warning about them."""
        query = understood.lemmas
        return next(
            (at for at, member in self._only for start in range(len(query)) if stands(member, query, start)), None
        )


def priors(documents: Sequence[Document]) -> list[float]:
    """Return each document's share of the score by its kind, its place on the route and its freshness."""
    most = max((document.steps for document in documents), default=0)
    newest = max((document.changed for document in documents if document.changed), default=None)
    found = []
    for document in documents:
        share = PRIORS[document.kind]
        if most:
            share *= 1 + ON_THE_WAY * math.log1p(document.steps) / math.log1p(most)
        if newest and document.changed:
            share *= 1 - FADING * min((newest - document.changed).days / 365, 3)
        found.append(share)
    return found


def answers(understood: Understood, scores: Scores, best: int) -> bool:
    """Whether the best document answers at all: a query of small words only has no answer."""
    telling = sum(not concept.is_small for concept in understood.concepts)
    length = min(max(telling - SHORT_QUERY, 0) / (STORY - SHORT_QUERY), 1)
    return telling > 0 and bool(scores.score[best] >= ANSWERS + (STORY_ANSWERS - ANSWERS) * length)


def _plain(text: str) -> tuple[str, ...]:
    return tuple(key(word.text) for word in words(text))


def _only(document: Document) -> list[Member]:
    return [Member(language, analysed(phrase, language)) for language, said in document.only.items() for phrase in said]


class Search:
    """The finder of an edition, opened when first asked for."""

    def __init__(self, documents: Sequence[Document], synonyms: Synonyms, digest: str, folder: Path) -> None:
        self._documents, self._synonyms, self._digest, self._folder = documents, synonyms, digest, folder
        self._lock = threading.Lock()
        self._finder: Finder | None = None

    @property
    def finder(self) -> Finder:
        """Return the finder; the first call opens the index, or builds it where it is missing or damaged."""
        if self._finder is None:
            with self._lock:
                if self._finder is None:
                    index = open_index(self._folder, self._digest, self._documents)
                    self._finder = Finder(self._documents, index, self._synonyms)
        return self._finder

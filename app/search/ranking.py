"""Which documents answer a query best: BM25F over ideas, not words, and likeness to the ways families ask.

An idea is found in a document by the best of its alternatives; so a document that says it in the official word counts
as much as one that says it as typed, and one that says it in five ways not five times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.search.index import Floats, Ints, Postings, rarity
from app.search.understand import Alternative, Concept

K1 = 1.2
"""BM25: how soon further occurrences of a word stop counting."""

PHRASE = 1.2
"""Weight of the likeness to a way of asking beside that of the text."""
SECOND = 0.5
"""Weight of the second and third likest phrases beside the likest: several ways of asking agree."""
COVERED = 0.66
"""How much of the score depends on the share of the query that a document covers."""
SMALL = 1.5
"""The most that a word without a topic tells, however few documents hold it."""
SAID = 0.4
"""How much a document must say of an idea for it to be covered whole."""
SURE = 0.9
"""Weight of an alternative from which on it is the word itself, so that it tells how rare the idea is."""


@dataclass(frozen=True)
class Scores:
    """For each document its score, and for each idea of the query how much it tells."""

    score: Floats
    rarity: tuple[float, ...] = ()


class Ranking:
    """Scores documents of one index. `priors` gives each document's share by its kind."""

    def __init__(self, postings: Postings, priors: Sequence[float]) -> None:
        self._postings = postings
        self._priors = np.array(priors, np.float32)
        self._norms = {language: rows.norm for language, rows in postings.phrases.items()}

    def score(self, concepts: Iterable[Concept]) -> Scores:
        """Score every document for `concepts`."""
        size = self._postings.size
        text, covered = np.zeros(size, np.float32), np.zeros(size, np.float32)
        liked = {code: np.zeros(len(norms), np.float32) for code, norms in self._norms.items()}
        total = mass = 0.0
        rarities = []
        for concept in concepts:
            found, holders = self._in_documents(concept)
            told = rarity(size, holders) * concept.weight
            told = min(told, SMALL) if concept.is_small else told
            rarities.append(told)
            text += told * found
            covered += told * concept.trust * np.minimum(found / SAID, 1)
            total += told
            mass += told * told
            for language, said in self._in_phrases(concept):
                liked[language] += told * told * said
        if not total:
            return Scores(text)
        covered /= total
        likeness = self._likeness(liked, float(np.sqrt(mass)))
        score = (text / total + PHRASE * likeness) * (1 - COVERED + COVERED * covered)
        return Scores(score * self._priors, tuple(rarities))

    def _in_documents(self, concept: Concept) -> tuple[Floats, int]:
        """Return for each document how much it says of an idea (0 to 1), and how many say it in so many words."""
        best = np.zeros(self._postings.size, np.float32)
        sure = np.zeros(self._postings.size, np.bool_)
        for alternative in concept.alternatives:
            rows, said = self._all_said(alternative)
            if len(rows):
                best[rows] = np.maximum(best[rows], said * alternative.weight)
                if alternative.weight >= SURE:
                    sure[rows] = True
        holders = int(np.count_nonzero(sure)) or int(np.count_nonzero(best > 0.2))
        return best, holders

    def _all_said(self, alternative: Alternative) -> tuple[Ints, Floats]:
        """Return the documents that say every word of an alternative, with the least saturated frequency of any."""
        together: tuple[Ints, Floats] | None = None
        for forms in alternative.words:
            rows, said = self._any_said(alternative.language, forms)
            if together is not None:
                rows, left, right = np.intersect1d(together[0], rows, assume_unique=True, return_indices=True)
                said = np.minimum(together[1][left], said[right])
            together = rows, said
        return together or _NOTHING

    def _any_said(self, language: str, forms: Sequence[str]) -> tuple[Ints, Floats]:
        if len(forms) == 1:
            rows, frequency = self._postings.said(language, forms[0])
        else:
            dense = np.zeros(self._postings.size, np.float32)
            for form in forms:
                at, often = self._postings.said(language, form)
                dense[at] += often
            rows = np.flatnonzero(dense).astype(np.int32)
            frequency = dense[rows]
        return rows, frequency / (frequency + K1)

    def _in_phrases(self, concept: Concept) -> Iterable[tuple[str, Floats]]:
        """Yield for each language how surely each phrase says an idea (0 to 1)."""
        best: dict[str, Floats] = {}
        for alternative in concept.alternatives:
            rows = self._rows(alternative)
            if len(rows):
                known = best.get(alternative.language)
                if known is None:
                    known = best[alternative.language] = np.zeros_like(self._norms[alternative.language])
                known[rows] = np.maximum(known[rows], alternative.weight)
        return best.items()

    def _rows(self, alternative: Alternative) -> Ints:
        together: Ints | None = None
        for forms in alternative.words:
            lists = [self._postings.asked(alternative.language, form) for form in forms]
            rows = lists[0] if len(lists) == 1 else np.unique(np.concatenate(lists)) if lists else _NOTHING[0]
            together = rows if together is None else np.intersect1d(together, rows, assume_unique=True)
        return _NOTHING[0] if together is None else together

    def _likeness(self, liked: dict[str, Floats], mass: float) -> Floats:
        """Return for each document the cosine of its likest phrase, and of the next two a share."""
        owners, cosines = [], []
        for language, sums in liked.items():
            rows = np.flatnonzero(sums)
            owners.append(self._postings.phrases[language].document[rows])
            cosines.append(np.minimum(sums[rows] / (mass * self._norms[language][rows] + 1e-6), 1))
        documents, likest = np.concatenate(owners), np.concatenate(cosines)
        order = np.lexsort((-likest, documents))
        documents, likest = documents[order], likest[order]
        # The place of each phrase among those of its document, the likest first.
        firsts = np.flatnonzero(np.diff(documents, prepend=-1))
        place = np.arange(len(documents)) - np.repeat(firsts, np.diff(firsts, append=len(documents)))
        likeness = np.zeros(self._postings.size, np.float32)
        for rank, share in enumerate((1.0, SECOND / 2, SECOND / 2)):
            here = place == rank
            likeness[documents[here]] += share * likest[here]
        return likeness / np.float32(1 + SECOND)


_NOTHING: tuple[Ints, Floats] = (np.empty(0, np.int32), np.empty(0, np.float32))

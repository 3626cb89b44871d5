"""The lines of a text that answer a query, with its words marked in the form they stand in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.search.documents import Section, Text
from app.search.fold import words
from app.search.morphology import lemmas
from app.search.synonyms import Lemmas
from app.search.understand import Concept

WINDOW = 26
"""Words of a snippet."""
Analysed = tuple[tuple[int, int, tuple[str, ...]], ...]
"""A text's words: where each starts and ends, and its dictionary forms."""

MARKED = 0.4
"""Weight of an alternative from which on its words are marked."""


@dataclass(frozen=True)
class Piece:
    """A run of text, marked or not."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True)
class Snippet:
    """A piece of a section: the section's anchor and heading, and the text in runs."""

    anchor: str
    heading: str
    pieces: tuple[Piece, ...]


class Marker:
    """Knows a query's ideas in one language, with how much each tells."""

    def __init__(self, concepts: Sequence[Concept], rarity: Sequence[float], language: str) -> None:
        self.language = language
        self._rarity = rarity
        self._words: dict[str, int] = {}
        self._phrases: dict[str, list[tuple[Lemmas, int]]] = {}
        for number, concept in enumerate(concepts):
            if concept.is_small:
                continue
            said = [alt for alt in concept.alternatives if alt.language == language and alt.weight >= MARKED]
            single = {form for alt in said if len(alt.words) == 1 for form in alt.words[0]}
            for form in single:
                self._words.setdefault(form, number)
            for alternative in said:
                # An official name that goes on from the typed word is not what was asked for.
                if len(alternative.words) > 1 and not single.intersection(alternative.words[0]):
                    for form in alternative.words[0]:
                        self._phrases.setdefault(form, []).append((alternative.words, number))

    def hits(self, text: str) -> list[tuple[int, int, int]]:
        """Return (start, end, idea) of each word or phrase of `text` that says an idea."""
        spoken = looked_up(text, self.language)
        found, place = [], 0
        while place < len(spoken):
            start, _, forms = spoken[place]
            length, idea = self._phrase(spoken, place)
            if not length:
                length, idea = 1, next((self._words[form] for form in forms if form in self._words), -1)
            if idea >= 0:
                found.append((start, spoken[place + length - 1][1], idea))
            place += length
        return found

    def _phrase(self, spoken: Analysed, place: int) -> tuple[int, int]:
        """Return (words, idea) of the longest phrase that stands at `place`; (0, -1) of none."""
        best = (0, -1)
        for form in spoken[place][2]:
            for wanted, idea in self._phrases.get(form, ()):
                here = spoken[place : place + len(wanted)]
                if len(here) == len(wanted) > best[0] and all(
                    set(forms) & set(said) for forms, (_, _, said) in zip(wanted, here, strict=True)
                ):
                    best = (len(wanted), idea)
        return best

    def worth(self, ideas: Iterable[int]) -> float:
        return sum(self._rarity[idea] for idea in set(ideas))

    def mark(self, text: str) -> tuple[Piece, ...]:
        """Return the whole `text` in runs."""
        return _pieces(text, 0, len(text), self.hits(text))


def snippet(text: Text, marker: Marker) -> Snippet:
    """Return the most telling lines of `text`; its summary where nothing in the sections tells more."""
    best, chosen = marker.worth(idea for _, _, idea in marker.hits(text.summary)), None
    for section in text.sections:
        head = marker.worth(idea for _, _, idea in marker.hits(section.heading))
        start, end, worth = _window(section, marker)
        # What the heading says need not stand in the lines again.
        if worth + 0.7 * head > best * 1.05:
            best, chosen = worth + 0.7 * head, (section, start, end)
    if chosen is None:
        return Snippet("", "", marker.mark(text.summary))
    section, start, end = chosen
    pieces = _pieces(section.text, start, end, marker.hits(section.text))
    before = (Piece("… "),) if start else ()
    after = (Piece(" …"),) if end < len(section.text) else ()
    return Snippet(section.anchor, section.heading, (*before, *pieces, *after))


def _window(section: Section, marker: Marker) -> tuple[int, int, float]:
    """Return (start, end, worth) of the run of WINDOW words that says most."""
    spoken = looked_up(section.text, marker.language)
    if not spoken:
        return 0, 0, 0.0
    ideas: Mapping[int, int] = {start: idea for start, _, idea in marker.hits(section.text)}
    best, at = -1.0, 0
    for first in range(0, max(len(spoken) - WINDOW, 0) + 1, 4):
        worth = marker.worth(ideas[start] for start, _, _ in spoken[first : first + WINDOW] if start in ideas)
        if worth > best:
            best, at = worth, first
    last = min(at + WINDOW, len(spoken)) - 1
    end = len(section.text) if last == len(spoken) - 1 else spoken[last][1]
    return (0 if at == 0 else spoken[at][0]), end, best


def _pieces(text: str, start: int, end: int, hits: Iterable[tuple[int, int, int]]) -> tuple[Piece, ...]:
    pieces, last = [], start
    for left, right, _ in hits:
        if start <= left and right <= end:
            pieces += [Piece(text[last:left]), Piece(text[left:right], is_marked=True)]
            last = right
    return tuple(piece for piece in (*pieces, Piece(text[last:end])) if piece.text)


@lru_cache(maxsize=8192)
def looked_up(text: str, language: str) -> Analysed:
    """Return (start, end, dictionary forms) of each word of a text of the edition; remembered, since texts are few."""
    return tuple((word.start, word.end, lemmas(word.text, language)) for word in words(text))

"""Suggestions while typing: titles, questions, bodies and terms of which every typed word begins a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.search.documents import Document, Kind
from app.search.fold import LAYOUTS, normalise, skeleton, switch, words

MOST = 6
SHORTEST = 2
"""Letters from which on suggestions are made."""
LONGEST = 60
"""Letters of a query that are read."""

_RANK = {Kind.ARTICLE: 0, Kind.ORGANISATION: 0, Kind.QUESTION: 1, Kind.TERM: 2}


@dataclass(frozen=True)
class Suggestion:
    """A document that is offered, by its title or by another name of it."""

    document: Document
    text: str


class Suggestions:
    """All suggestions in one language. Words are compared by skeleton: script, и/і and apostrophes do not count."""

    def __init__(self, documents: Sequence[Document], language: str) -> None:
        self._entries: list[tuple[Suggestion, tuple[str, ...]]] = []
        self._starting: dict[str, set[int]] = {}
        for document in documents:
            if document.kind not in _RANK or language not in document.texts:
                continue
            title = document.texts[language].title
            names = [title, *(name for name in document.names.get(language, ()) if document.kind is Kind.ORGANISATION)]
            shapes = tuple(dict.fromkeys(skeleton(word.text) for name in names for word in words(name)))
            number = len(self._entries)
            self._entries.append((Suggestion(document, title), shapes))
            for shape in shapes:
                for length in range(1, len(shape) + 1):
                    self._starting.setdefault(shape[:length], set()).add(number)

    def begin(self, typed: str) -> list[Suggestion]:
        """Return what `typed` may become, likeliest first; under another layout where as typed there is nothing."""
        text = normalise(typed[:LONGEST])
        if len(text) < SHORTEST:
            return []
        found = self._matching(text)
        for layout in LAYOUTS:
            found = found or self._matching(normalise(switch(typed[:LONGEST], layout)))
        return found

    def _matching(self, text: str) -> list[Suggestion]:
        typed = [word.text for word in words(text)]
        shapes = [skeleton(word) for word in typed]
        # A word of one letter over and over has a skeleton of one letter, which begins everything.
        if not shapes or any(len(shape) < min(2, len(word)) for shape, word in zip(shapes, typed, strict=True)):
            return []
        numbers = set.intersection(*(self._starting.get(shape, set()) for shape in shapes))
        ranked = sorted(numbers, key=lambda number: (*self._rank(number, shapes[0]), number))
        return [self._entries[number][0] for number in ranked[:MOST]]

    def _rank(self, number: int, first: str) -> tuple[bool, int, int]:
        suggestion, shapes = self._entries[number]
        begins = bool(shapes) and shapes[0].startswith(first)
        return (not begins, _RANK[suggestion.document.kind], len(suggestion.text))


def suggestions(documents: Sequence[Document], languages: Sequence[str]) -> Mapping[str, Suggestions]:
    return {language: Suggestions(documents, language) for language in languages}

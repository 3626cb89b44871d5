"""Narrowing an answer down by kind, situation, region and language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.search.documents import Document

MOST_VALUES = 6
"""Values offered of a filter."""
EVERYWHERE = {"situation": "all", "region": "nationwide"}
"""The value by which a document fits every choice of a filter."""


@dataclass(frozen=True)
class Choice:
    """What is chosen; an empty value does not matter. `written` is a language of the text."""

    kind: str = ""
    situation: str = ""
    region: str = ""
    written: str = ""

    def lets(self, document: Document) -> bool:
        """Whether a document fits all filters but that of the kind, which only decides what is listed."""
        return all(
            not chosen or bool({chosen, EVERYWHERE.get(name)} & set(values_of(document, name)))
            for name, chosen in (("situation", self.situation), ("region", self.region), ("written", self.written))
        )


@dataclass(frozen=True)
class Offer:
    """A filter whose values are offered, each with the number of documents that have it, commonest first."""

    name: str
    values: tuple[tuple[str, int], ...]


def values_of(document: Document, name: str) -> Sequence[str]:
    """Return what a document has for a filter."""
    has: Mapping[str, Sequence[str]] = {
        "situation": document.situations,
        "region": document.regions,
        "written": tuple(document.texts),
    }
    return has[name]


def offers(documents: Sequence[Document], known: Mapping[str, Mapping[str, str]]) -> list[Offer]:
    """Return the filters that would leave some of `documents` out; `known` gives by filter the values with names."""
    found = []
    for name, names in known.items():
        counts = Counter(value for document in documents for value in values_of(document, name) if value in names)
        telling = tuple((value, n) for value, n in counts.most_common() if n < len(documents))[:MOST_VALUES]
        if telling:
            found.append(Offer(name, telling))
    return found

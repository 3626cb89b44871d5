"""What can be put into an article by search: organisations, terms, sources and other articles, each with its mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.content.sources import Sources
from app.content.values import say
from app.directory.model import Directory
from app.guidance.model import Guidance
from app.kernel.languages import SOURCE

MOST = 12
"""Found things that are shown: whoever wants another searches more closely."""


class Thing(StrEnum):
    """What an insertion leads to."""

    ORGANISATION = "organisation"
    TERM = "term"
    ARTICLE = "article"
    SOURCE = "source"


@dataclass(frozen=True)
class Insertion:
    """Something found: its name, and the mark that stands for it in Markdown."""

    thing: Thing
    name: str
    mark: str


def insertions(
    query: str, language: str, directory: Directory, guidance: Guidance, sources: Sources
) -> list[Insertion]:
    """Return what has every word of `query` in its name or id; nothing for an empty query."""
    sought = query.casefold().split()
    if not sought:
        return []
    found = (
        Insertion(thing, name, mark)
        for thing, id_, name, mark in _all(language, directory, guidance, sources)
        if all(word in f"{id_} {name}".casefold() for word in sought)
    )
    return [one for one, _ in zip(found, range(MOST), strict=False)]


def _all(
    language: str, directory: Directory, guidance: Guidance, sources: Sources
) -> Iterator[tuple[Thing, str, str, str]]:
    for body in directory:
        name = say(body.name, language)
        yield Thing.ORGANISATION, body.id, name, f"[{_plain(name)}](org:{body.id})"
    for term in guidance.terms.values():
        name = say(term.name, language)
        yield Thing.TERM, term.id, name, f"[{_plain(name)}](term:{term.id})"
    for slug, article in guidance.articles.items():
        title = article.texts.get(language, article.texts[SOURCE]).title
        yield Thing.ARTICLE, slug, title, f"[{_plain(title)}](article:{slug})"
    for source in sources.by_id.values():
        yield Thing.SOURCE, source.id, say(source.title, language), f"[^{source.id}]"


def _plain(text: str) -> str:
    """Return a name as it may stand within the brackets of a link."""
    return text.replace("[", "(").replace("]", ")")

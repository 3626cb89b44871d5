"""Writing an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as Tree

NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """An entry: its id (an IRI that never changes), what it says, since when, and the page that it is about."""

    id: str
    title: str
    updated: datetime
    address: str
    summary: str


@dataclass(frozen=True)
class Feed:
    """A feed in one language. `address` is that of its page, `own` that of the feed."""

    id: str
    title: str
    language: str
    author: str
    updated: datetime
    address: str
    own: str
    entries: Sequence[Entry]


def atom(feed: Feed) -> bytes:
    """Return the feed as XML."""
    root = Tree.Element("feed", {"xmlns": NAMESPACE, "xml:lang": feed.language})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", feed.updated.isoformat(timespec="seconds"))
    _text(Tree.SubElement(root, "author"), "name", feed.author)
    Tree.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.address})
    Tree.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": feed.own})
    for entry in feed.entries:
        item = Tree.SubElement(root, "entry")
        _text(item, "id", entry.id)
        _text(item, "title", entry.title)
        _text(item, "updated", entry.updated.isoformat(timespec="seconds"))
        Tree.SubElement(item, "link", {"rel": "alternate", "type": "text/html", "href": entry.address})
        if entry.summary:
            _text(item, "summary", entry.summary)
    whole: bytes = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return whole


def _text(parent: Tree.Element, name: str, text: str) -> None:
    # Signs that XML cannot hold are left out; nobody could read them.
    Tree.SubElement(parent, name).text = "".join(sign for sign in text if sign >= " " or sign in "\n\t")

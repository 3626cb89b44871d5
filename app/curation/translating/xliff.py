"""Translations as XLIFF 2.0 (OASIS, 5 August 2014): files to translators' tools and back, to the letter.

One ``file`` per text, one ``unit`` with one ``segment`` per section. Markdown stands as text. What the source said is
known again by the note of category ``source-hash``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_HASH = "source-hash"
_PARSER_LIMITS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}

_INSERTION = re.compile(r"\[\^[a-z0-9][a-z0-9_-]*\]|\]\([a-z]+:[^)\s]*\)|\{figure:[a-z0-9-]+\}|\{\{[^{}]*\}\}")
"""What has to survive translation: citations, targets of links, pictures, insertions."""


class SegmentState(StrEnum):
    """States of a segment, as the standard names them."""

    INITIAL = "initial"
    TRANSLATED = "translated"
    REVIEWED = "reviewed"
    FINAL = "final"


@dataclass(frozen=True)
class Unit:
    """A section: its anchor, the hash of its source, both texts, and how far the translation is.

    `target` is empty where nothing is translated.
    """

    anchor: str
    hash: str
    source: str
    target: str
    state: SegmentState


@dataclass(frozen=True)
class TextFile:
    """The sections of the text at `path`, which is that of the source."""

    path: str
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Exchange:
    """What one XLIFF document holds."""

    source_language: str
    target_language: str
    files: tuple[TextFile, ...]


class XliffError(Exception):
    """The bytes are no XLIFF 2.0 that this reads: says what is wrong with them."""


class UnwritableError(XliffError):
    """A text holds a character that XML cannot."""


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def written(exchange: Exchange) -> bytes:
    """Return the XLIFF document of an exchange. Raises UnwritableError."""
    root = etree.Element(_tag("xliff"), nsmap={None: NAMESPACE})
    root.set("version", "2.0")
    root.set("srcLang", exchange.source_language)
    root.set("trgLang", exchange.target_language)
    for number, file in enumerate(exchange.files, 1):
        element = etree.SubElement(root, _tag("file"), id=f"f{number}", original=file.path)
        for place, unit in enumerate(file.units, 1):
            _write_unit(element, f"f{number}u{place}", unit)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _write_unit(parent: etree._Element, id_: str, unit: Unit) -> None:
    element = etree.SubElement(parent, _tag("unit"), id=id_, name=unit.anchor)
    element.set(_XML_SPACE, "preserve")
    notes = etree.SubElement(element, _tag("notes"))
    etree.SubElement(notes, _tag("note"), category=_HASH).text = unit.hash
    segment = etree.SubElement(element, _tag("segment"), state=unit.state.value)
    try:
        etree.SubElement(segment, _tag("source")).text = unit.source
        if unit.target:
            etree.SubElement(segment, _tag("target")).text = unit.target
    except ValueError as error:
        raise UnwritableError(f"{unit.anchor}: {error}") from None


def read(document: bytes) -> Exchange:
    """Return what an XLIFF 2.0 document holds. Raises XliffError.

    A tool may have split a section into several segments: they are put together again, the least finished state counts.
    """
    try:
        root = etree.fromstring(document, etree.XMLParser(**_PARSER_LIMITS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XliffError(f"not readable as XML: {error}") from None
    if root.tag != _tag("xliff"):
        raise XliffError("no XLIFF 2.0: the outermost element is not xliff of that version")
    if root.getroottree().docinfo.doctype:
        raise XliffError("a document type has no place in XLIFF")
    if not root.get("srcLang") or not root.get("trgLang"):
        raise XliffError("srcLang and trgLang say from which language into which; one is missing")
    files = tuple(_read_file(element) for element in root.iterchildren(_tag("file")))
    return Exchange(root.get("srcLang", ""), root.get("trgLang", ""), files)


def _read_file(element: etree._Element) -> TextFile:
    path = element.get("original", "")
    if not path:
        raise XliffError(f"the file {element.get('id', '')!r} does not say of which text it is (original)")
    return TextFile(path, tuple(_read_unit(unit) for unit in element.iter(_tag("unit"))))


def _read_unit(element: etree._Element) -> Unit:
    notes = element.find(_tag("notes"))
    hashes = [note.text or "" for note in notes if note.get("category") == _HASH] if notes is not None else []
    parts = [part for part in element if part.tag in (_tag("segment"), _tag("ignorable"))]
    segments = [part for part in parts if part.tag == _tag("segment")]
    if not segments:
        raise XliffError(f"the unit {element.get('id', '')!r} has no segment")
    states = [_state(part.get("state", "initial")) for part in segments]
    source = "".join(_text(part, "source") for part in parts)
    is_whole = all(part.find(_tag("target")) is not None for part in segments)
    # What is between segments need not be repeated by the tool: it is the same in both languages.
    target = "".join(_text(part, "target" if part.find(_tag("target")) is not None else "source") for part in parts)
    return Unit(
        element.get("name", ""),
        "".join(hashes),
        source,
        target if is_whole else "",
        min(states, key=list(SegmentState).index),
    )


def _state(said: str) -> SegmentState:
    try:
        return SegmentState(said)
    except ValueError:
        raise XliffError(f"{said!r} is no state of a segment") from None


def _text(part: etree._Element, name: str) -> str:
    found = part.find(_tag(name))
    if found is None:
        return ""
    if len(found):
        raise XliffError("inline elements are not read: Markdown stands as text")
    return str(found.text or "")


def lost(source: str, target: str) -> list[str]:
    """Return the insertions of a source that its translation lacks."""
    missing = Counter(_INSERTION.findall(source)) - Counter(_INSERTION.findall(target))
    return sorted(missing)


@dataclass(frozen=True)
class Refused:
    """A unit that is not taken in, and why: its source has changed since, or insertions are lost."""

    path: str
    anchor: str
    has_changed: bool
    lost: tuple[str, ...]


def judged(file: TextFile, now: Iterable[tuple[str, str]]) -> tuple[list[Unit], list[Refused]]:
    """Return the units of a file that can be taken in, and those that cannot.

    `now` gives anchor and hash of each section of the source as it stands.
    """
    hashes = dict(now)
    taken: list[Unit] = []
    refused: list[Refused] = []
    for unit in file.units:
        if not unit.target.strip():
            continue
        missing = tuple(lost(unit.source, unit.target))
        has_changed = hashes.get(unit.anchor) != unit.hash
        if has_changed or missing:
            refused.append(Refused(file.path, unit.anchor, has_changed, missing))
        else:
            taken.append(unit)
    return taken, refused


def of_rows(path: str, rows: Sequence[tuple[str, str, str, str, bool]]) -> TextFile:
    """Return a file of rows: anchor, hash, source, translation, and whether that says what the source says now."""
    return TextFile(
        path,
        tuple(
            Unit(anchor, hash_, source, target, _state_of(target, is_current))
            for anchor, hash_, source, target, is_current in rows
        ),
    )


def _state_of(target: str, is_current: bool) -> SegmentState:
    return SegmentState.FINAL if target and is_current else SegmentState.INITIAL

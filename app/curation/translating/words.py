"""Words of the interface as PO: a catalogue for translators' tools, and what they send back, message by message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
_TAG = re.compile(r"</?\w+[^>]*>")


class PoError(Exception):
    """The bytes are no catalogue."""


@dataclass(frozen=True)
class Refusal:
    """A message that was not taken in, by its text in the code, and why."""

    text: str
    why: str


@dataclass(frozen=True)
class Brought:
    """A catalogue with what was taken in of another, how much that is, and what was refused."""

    catalogue: Catalog
    taken: int
    refused: tuple[Refusal, ...]


def read(document: bytes) -> Catalog:
    """Return the catalogue of a PO file. Raises PoError."""
    try:
        return read_po(BytesIO(document), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError, LookupError) as error:
        raise PoError(str(error)) from None


def written(catalogue: Catalog) -> bytes:
    """Return the PO file of a catalogue; what is read from it is the same."""
    out = BytesIO()
    write_po(out, catalogue, width=0)
    return out.getvalue()


def blank(template: Catalog, known: Catalog) -> Catalog:
    """Return every message of `template`, with its translation where `known` has one. `known` says the language."""
    new = Catalog(locale=known.locale, fuzzy=False)
    for message in template:
        if message.id:
            old = known.get(message.id, message.context)
            flags = old.flags if old else message.flags
            new.add(
                message.id, old.string if old else "", flags=flags, context=message.context,
                user_comments=old.user_comments if old else (),
            )  # fmt: skip
    return new


def brought(template: Catalog, known: Catalog, other: Catalog) -> Brought:
    """Return the messages of `template` as `known` has them, with what `other` translates in their place.

    Refused are fuzzy messages, wrong numbers of plural forms, placeholders or tags that differ, and words that the
    interface has no more. What `other` leaves empty stays as it is known.
    """
    new, taken, refused = blank(template, known), 0, list[Refusal]()
    for message in other:
        if not message.id:
            continue
        own = new.get(message.id, message.context)
        if own is None or isinstance(own.id, str) != isinstance(message.id, str):
            refused.append(Refusal(_text(message), "no longer used"))
            continue
        if not any(_strings(message)):
            continue
        faults = list(message_faults(message, new.num_plurals))
        refused += [Refusal(_text(message), fault) for fault in faults]
        if not faults and own.string != message.string:
            own.string = message.string
            own.flags.discard("fuzzy")
            taken += 1
    return Brought(new, taken, tuple(refused))


def message_faults(message: Message, plurals: int) -> Iterator[str]:
    """Yield what is wrong with a translated message of a language that has so many plural forms."""
    sources = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    texts = _strings(message)
    if message.fuzzy:
        yield "marked fuzzy"
    if len(sources) > 1 and len(texts) != plurals:
        yield f"has {len(texts)} plural forms of {plurals}"
    expected = set(_PLACEHOLDER.findall(sources[-1]))
    for text in texts:
        if not text:
            yield "not translated"
            continue
        if set(_PLACEHOLDER.findall(text)) != expected:
            yield "placeholders differ"
        if sorted(_TAG.findall(text)) != sorted(_TAG.findall(sources[-1])):
            yield "tags differ"


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (list, tuple)) else (str(message.string or ""),)


def _text(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, (list, tuple)) else message.id)

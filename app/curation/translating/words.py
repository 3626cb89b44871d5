"""Words of the interface as PO: a catalogue for translators' tools, and what they send back, message by message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
class Difference:
    """A message that another catalogue says in another way: its forms in the code, here and there, and its faults.

    A message with plurals has several forms. `faults` is empty for what can be taken in.
    """

    source: tuple[str, ...]
    context: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    faults: tuple[str, ...]


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
    for message, one in _compared(new, other):
        refused += [Refusal(one.source[0], fault) for fault in one.faults]
        own = new.get(message.id, message.context)
        if own is not None and not one.faults and own.string != message.string:
            own.string = message.string
            own.flags.discard("fuzzy")
            taken += 1
    return Brought(new, taken, tuple(refused))


def differences(template: Catalog, known: Catalog, other: Catalog) -> list[Difference]:
    """Return every message that `other` says in another way than `known`, or that does not fit, in its order."""
    compared = (one for _, one in _compared(blank(template, known), other))
    return [one for one in compared if one.faults or one.before != one.after]


def _compared(known: Catalog, other: Catalog) -> Iterator[tuple[Message, Difference]]:
    """Yield the messages that `other` translates beside how `known`, which has every message of today, says them."""
    for message in other:
        own = known.get(message.id, message.context) if message.id else None
        if not message.id:
            continue
        if own is None or isinstance(own.id, str) != isinstance(message.id, str):
            faults: tuple[str, ...] = ("no longer used",)
        elif not any(strings(message)):
            continue  # what is left empty stays as it is known
        else:
            faults = tuple(message_faults(message, known.num_plurals))
        before = strings(own) if own is not None else ()
        yield message, Difference(sources(message), message.context or "", before, strings(message), faults)


def spoken(code: str, said: Iterable[tuple[tuple[str, ...], str, tuple[str, ...]]]) -> Catalog:
    """Return a catalogue of a language with these messages: forms in the code, context, translated forms."""
    new = Catalog(locale=code)
    for source, context, text in said:
        id_ = source if len(source) > 1 else source[0]
        new.add(id_, text if len(source) > 1 else text[0], context=context or None)
    return new


def message_faults(message: Message, plurals: int) -> Iterator[str]:
    """Yield what is wrong with a translated message of a language that has so many plural forms."""
    said, texts = sources(message), strings(message)
    if message.fuzzy:
        yield "marked fuzzy"
    if len(said) > 1 and len(texts) != plurals:
        yield f"has {len(texts)} plural forms of {plurals}"
    expected = set(_PLACEHOLDER.findall(said[-1]))
    for text in texts:
        if not text:
            yield "not translated"
            continue
        if set(_PLACEHOLDER.findall(text)) != expected:
            yield "placeholders differ"
        if sorted(_TAG.findall(text)) != sorted(_TAG.findall(said[-1])):
            yield "tags differ"


def strings(message: Message) -> tuple[str, ...]:
    """Return the forms of a message as it is translated; of one that is not, an empty one."""
    return tuple(message.string) if isinstance(message.string, (list, tuple)) else (str(message.string or ""),)


def sources(message: Message) -> tuple[str, ...]:
    """Return the forms of a message as they stand in the code."""
    return tuple(message.id) if isinstance(message.id, (list, tuple)) else (str(message.id),)

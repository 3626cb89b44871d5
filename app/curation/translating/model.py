"""How far each text is translated into a language, and the rows of the translators' page: source beside translation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

import yaml

from app.content.confirmed import (
    Print,
    What,
    compare,
    in_language,
    is_source,
    parts,
    prints,
    standing_of,
    standings,
)
from app.content.library import Library
from app.content.sections import FRONT_MATTER, Section, sections
from app.curation.model import Kind, kind_of
from app.kernel.languages import SOURCE

TARGETS: Mapping[str, str] = {
    "en": "English", "pl": "Polski", "de": "Deutsch", "ru": "Русский", "crh": "Qırımtatarca",
}  # fmt: skip
"""Languages into which the content is translated, by their own names; which are public is another list."""


class State(StrEnum):
    """How a translation stands to its source."""

    CURRENT = "current"
    OUTDATED = "outdated"
    MISSING = "missing"


@dataclass(frozen=True)
class Item:
    """A text in one language: where it stands, its source, and how many sections of that changed since."""

    path: str
    source: str
    place: str
    """The id of a text inside `path`, where one file holds all languages; else empty."""
    kind: Kind
    state: State
    added: int = 0
    changed: int = 0
    removed: int = 0
    is_native: bool = False

    @property
    def outdated(self) -> int:
        return self.added + self.changed + self.removed


_prints = lru_cache(maxsize=4096)(lambda path, text: prints(parts(path, text)))


def coverage(library: Library, code: str) -> Iterator[Item]:
    """Yield every text of a library as it is translated into the language `code`."""
    known = standings(library)
    for source in sorted(library.files):
        kind = kind_of(source)
        if is_source(source):
            path = in_language(source, code)
            if path not in library.files:
                yield Item(path, source, "", kind, State.MISSING)
                continue
            one = standing_of(path, library.files, known)
            what = [pair.what for pair in compare(one.sections, _prints(source, library.files[source]))]
            added, changed, removed = (what.count(each) for each in (What.ADDED, What.CHANGED, What.REMOVED))
            state = State.OUTDATED if added or changed or removed else State.CURRENT
            yield Item(path, source, "", kind, state, added, changed, removed, one.is_native)
        elif kind in (Kind.ORGANISATION, Kind.GLOSSARY):
            for place, languages in _inside(source, library.files[source]):
                yield Item(source, source, place, kind, State.CURRENT if code in languages else State.MISSING)


@lru_cache(maxsize=4096)
def _inside(path: str, text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the items of a file that holds all languages, each with those in which all of its texts are said."""
    try:
        said = yaml.load(text, Loader=yaml.CSafeLoader) or {}
    except (yaml.YAMLError, ValueError):
        return ()
    items = said.get("terms", []) if kind_of(path) is Kind.GLOSSARY else [said]
    return tuple(
        (str(one.get("id", "")), frozenset.intersection(frozenset(TARGETS), *map(frozenset, word_maps(one))))
        for one in items
    )


def word_maps(said: Any) -> Iterable[Mapping[str, str]]:
    """Return every text of a value that is said in several languages, by language."""
    if isinstance(said, dict):
        if isinstance(said.get(SOURCE), str):
            yield said
        else:
            for inner in said.values():
                yield from word_maps(inner)
    elif isinstance(said, list):
        for inner in said:
            yield from word_maps(inner)


@dataclass(frozen=True)
class Row:
    """A section on the translators' page.

    `then` and `now` are the section as the translation was confirmed against and as it is; `before` is the text of the
    former, empty where it is not kept. `text` is the translation, empty where there is none.
    """

    what: What
    then: Print
    now: Print
    title: str
    source: str
    before: str
    text: str

    @property
    def anchor(self) -> str:
        return (self.now if self.what is not What.REMOVED else self.then)[0]


NOTHING: Print = ("", "")
"""The side of a row that has no section."""


def rows(
    source: str, source_text: str, path: str, text: str, confirmed: Sequence[Print], old: Mapping[str, str]
) -> list[Row]:
    """Return the sections of a source with their translation, which is `text` and was confirmed as said.

    `old` gives earlier texts of sections by their hash.
    """
    now, own = parts(source, source_text), parts(path, text) if text else []
    by_anchor = {section.anchor: section.text for section in own}
    found = []
    for pair in compare(confirmed if own else (), prints(now)):
        then = confirmed[pair.then] if pair.then >= 0 else NOTHING
        section = now[pair.now] if pair.now >= 0 else Section(then[0], "", "")
        if path.endswith(".md"):
            said = own[pair.then].text if 0 <= pair.then < len(own) else ""
        else:
            said = by_anchor.get(section.anchor, "")
        found.append(
            Row(
                pair.what,
                then,
                (section.anchor, section.hash) if pair.now >= 0 else NOTHING,
                section.title,
                section.text.strip("\n"),
                old.get(then[1], "").strip("\n"),
                said.strip("\n"),
            )
        )
    return found


@dataclass(frozen=True)
class Written:
    """What a translator wrote of a row, and whether it says what the source says now."""

    row: Row
    text: str
    is_confirmed: bool


class NoTitleError(Exception):
    """A translation needs a title and a summary: two paragraphs at its head."""


def assembled(path: str, text: str, written: Sequence[Written], *, today: date) -> tuple[str, tuple[Print, ...]]:
    """Return the text of a translation, and what each of its sections stands on.

    Sections that stay are kept to the letter, and so is a text of which all stay. Raises NoTitleError.
    """
    before = sections(path, text)
    kept = {section.text.strip("\n"): section.text for section in before if section.anchor != FRONT_MATTER}
    is_prose = path.endswith(".md")
    pieces = [section.text for section in before if section.anchor == (FRONT_MATTER if is_prose else "")]
    stands = []
    for one in written:
        said = one.text.strip("\n")
        if is_prose and one.row.anchor == FRONT_MATTER:
            if not pieces or said != one.row.text:
                pieces = [_front(said, today)]
        elif said.strip():
            new = f"{said}\n\n" if is_prose else f"{said}\n"
            pieces.append(kept.get(said, new))
        elif not is_prose or one.row.anchor:
            continue  # a section that the translation leaves out
        stands.append(_stands_on(one))
    if pieces != [section.text for section in before]:
        last = before[-1].text if before else ""
        gap = "\n\n" if is_prose else "\n"
        pieces = [piece.rstrip("\n") + gap if piece == last else piece for piece in pieces]
    whole = "".join(pieces)
    return whole if whole == text else whole.rstrip("\n") + "\n", tuple(stands)


def _stands_on(one: Written) -> Print:
    if one.row.what is What.REMOVED:
        return one.row.then
    if one.is_confirmed:
        return one.row.now
    return one.row.then if one.row.then != NOTHING else (one.row.now[0], "")


def _front(said: str, today: date) -> str:
    title, _, summary = said.strip().partition("\n")
    title, summary = title.strip(), " ".join(summary.split())
    if not title or not summary:
        raise NoTitleError
    said_ = yaml.safe_dump(
        {"title": title, "summary": summary, "edited": today}, allow_unicode=True, sort_keys=False, width=10**6
    )  # fmt: skip
    return f"---\n{said_}---\n"


def earlier_sections(path: str, texts: Iterable[str]) -> dict[str, str]:
    """Return the sections of several texts of one path by their hash."""
    return {section.hash: section.text for text in texts for section in parts(path, text)}

"""How far each text is translated into a language, and the rows of the translators' page: source beside translation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
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
    is_prose,
    parts,
    prints,
    sources,
    standing_of,
    standings,
    stands,
)
from app.content.fields import file_of, language_inside, leaves, thing_in, word_maps
from app.content.library import Library
from app.content.sections import FRONT_MATTER, Section, sections
from app.curation.filling.patch import parsed, patched
from app.curation.model import Kind, kind_of

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
    """A text in one language: its address, that of its source, and how many sections of that changed since."""

    path: str
    source: str
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
    for source in sources(library.files):
        path, kind = in_language(source, code), kind_of(source)
        if not stands(path, library.files):
            yield Item(path, source, kind, State.MISSING)
            continue
        one = standing_of(path, library.files, known)
        what = [pair.what for pair in compare(one.sections, _prints(source, library.files[file_of(source)]))]
        added, changed, removed = (what.count(each) for each in (What.ADDED, What.CHANGED, What.REMOVED))
        state = State.OUTDATED if added or changed or removed else State.CURRENT
        yield Item(path, source, kind, state, added, changed, removed, one.is_native)


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
        if is_prose(path):
            said = own[pair.then].text if 0 <= pair.then < len(own) else ""
        else:
            said = by_anchor.get(section.anchor) or by_anchor.get(then[0], "")
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
    """Return the text of the file of a translation, and what each of its sections stands on.

    Sections that stay are kept to the letter, and so is a text of which all stay. Raises NoTitleError.
    """
    if not is_prose(path):
        said_ = [one for one in written if one.text.strip()]
        return _filled(path, text, written), tuple(_stands_on(one) for one in said_)
    before = sections(path, text)
    kept = {section.text.strip("\n"): section.text for section in before if section.anchor != FRONT_MATTER}
    pieces = [section.text for section in before if section.anchor == FRONT_MATTER]
    stood = []
    for one in written:
        said = one.text.strip("\n")
        if one.row.anchor == FRONT_MATTER:
            if not pieces or said != one.row.text:
                pieces = [_front(said, today)]
        elif said.strip():
            pieces.append(kept.get(said, f"{said}\n\n"))
        elif one.row.anchor:
            continue  # a section that the translation leaves out
        stood.append(_stands_on(one))
    if pieces != [section.text for section in before]:
        last = before[-1].text if before else ""
        pieces = [piece.rstrip("\n") + "\n\n" if piece == last else piece for piece in pieces]
    whole = "".join(pieces)
    return whole if whole == text else whole.rstrip("\n") + "\n", tuple(stood)


def _filled(path: str, text: str, written: Sequence[Written]) -> str:
    """Return the text of a fact file with these fields of a translation; every other line stays to the letter."""
    had = parsed(text)
    wanted = deepcopy(had) if isinstance(had, dict) else {}
    said = {one.row.anchor: one.text.strip("\n") for one in written}
    code = language_inside(path)
    if code:
        for anchor, words in word_maps(thing_in(wanted, path)):
            new = said.get(anchor, words.get(code, ""))
            if new.strip() and new != words.get(code, "").strip("\n"):
                words[code] = new
            elif not new.strip():
                words.pop(code, None)
    else:
        own = dict(leaves(wanted))
        for anchor in dict.fromkeys((*said, *own)):
            new = said.get(anchor, "")
            if not new.strip():
                _take_out(wanted, anchor.split("."))
            elif new != own.get(anchor, "").strip("\n"):
                _put(wanted, anchor.split("."), new)
    return text if wanted == (had or {}) else patched(text, wanted)


def _put(entry: dict[str, Any], keys: Sequence[str], text: str) -> None:
    for key in keys[:-1]:
        entry = entry.setdefault(key, {})
    entry[keys[-1]] = text


def _take_out(entry: dict[str, Any], keys: Sequence[str]) -> None:
    if len(keys) > 1 and isinstance(entry.get(keys[0]), dict):
        _take_out(entry[keys[0]], keys[1:])
        if not entry[keys[0]]:
            del entry[keys[0]]
    elif len(keys) == 1:
        entry.pop(keys[0], None)


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


def is_only_translation(path: str, before: str, after: str) -> bool:
    """Whether two texts of the file of a translation differ in nothing but what is said at its address."""
    code = language_inside(path)
    if not code:
        return True
    rest = []
    for text in (before, after):
        said = deepcopy(parsed(text))
        for _, words in word_maps(thing_in(said, path)):
            words.pop(code, None)
        rest.append(said)
    return bool(rest[0] == rest[1])

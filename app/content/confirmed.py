"""Against which source text each translation was last confirmed, section by section: ``confirmed.yaml``.

A translation that the file does not name was confirmed against the source as it stands. Sections of prose stand in the
same order in source and translation; those of fact files are their fields (`app.content.fields`), with the same keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import frontmatter
import yaml

from app.content.fields import fields, file_of, inside, language_inside, text_of
from app.content.library import Library, Reader
from app.content.sections import FRONT_MATTER, Section, sections
from app.kernel.languages import SOURCE
from app.kernel.said import N_

CONFIRMED = "confirmed.yaml"

Print = tuple[str, str]
"""A section as it is known again: its anchor and the hash of its text."""

_FOLDERS = ("articles/", "pages/", "pathways/steps/", "pathways/words/")
_FACTS = frozenset({"asks", "step"})
"""Files beside the texts of an item that belong to no language."""


@dataclass(frozen=True)
class Standing:
    """What a translation, whose text has the digest `text`, was confirmed against.

    `since` is the day (ISO) on which a section of the source came to say what it says, by the hash of that section.
    `is_native` says that a native reader has approved this text.
    """

    text: str
    sections: tuple[Print, ...]
    since: Mapping[str, str]
    is_native: bool


class What(StrEnum):
    """What became of a section of the source since a translation was confirmed."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Pair:
    """A section then and now, as places in both lists; -1 where one side has none."""

    what: What
    then: int
    now: int


@dataclass(frozen=True)
class Edit:
    """A publication of the text at `path`, written on `day` (ISO).

    `confirmed` is what a translator confirmed each translation in it against, by address; what nobody was asked for
    lacks.
    """

    path: str
    is_minor: bool
    day: str
    confirmed: Mapping[str, tuple[Print, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldChange:
    """What became of a field of a fact file since its translation was confirmed, since which day, and what it says now.

    `day` is None where nobody knows it; `text` is empty for what the source says no more.
    """

    what: What
    day: date | None
    text: str


@dataclass(frozen=True)
class Confirmed:
    """The standings of all translations that have one, by address; for fact files also what changed, by field."""

    standings: Mapping[str, Standing]
    changes: Mapping[str, Mapping[str, FieldChange]]

    def changed(self, address: str) -> Mapping[str, FieldChange]:
        """Return what changed in the source of the translation at `address`, by field; nothing where it is current."""
        return self.changes.get(address, {})

    def is_unread(self, address: str) -> bool:
        """Whether no native reader has approved what stands at `address`; the source needs none."""
        return is_translation(address) and not (address in self.standings and self.standings[address].is_native)


def language_of(path: str) -> str:
    """Return the language of a text that has an address for each language; empty for any other file."""
    if code := language_inside(path):
        return code
    stem = path.rsplit("/", 1)[-1].partition(".")[0]
    return stem if path.startswith(_FOLDERS) and stem not in _FACTS else ""


def in_language(path: str, code: str) -> str:
    """Return the address at which the same text stands in another language."""
    if language_inside(path):
        return f"{path.rpartition('/')[0]}/{code}"
    folder, _, file = path.rpartition("/")
    return f"{folder}/{code}.{file.partition('.')[2]}"


def is_source(path: str) -> bool:
    return language_of(path) == SOURCE


def is_translation(path: str) -> bool:
    return language_of(path) not in ("", SOURCE)


def source_of(path: str) -> str:
    """Return the address of the source of a translation."""
    return in_language(path, SOURCE)


def is_prose(path: str) -> bool:
    """Whether the text at an address is prose, whose sections are headed; else they are fields."""
    return path.endswith(".md")


def stands(path: str, files: Mapping[str, str]) -> bool:
    """Whether anything is said at an address."""
    return bool(fields(path, files.get(file_of(path), ""))) if language_inside(path) else path in files


def sources(files: Mapping[str, str]) -> list[str]:
    """Return the address of every source text, in order of the paths of their files."""
    found = []
    for path in sorted(files):
        found += [path] if is_source(path) else [one for one in inside(path, files[path]) if is_source(one)]
    return found


def digest_of_translation(text: str) -> str:
    """Return the digest by which the text of a translation is known again."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def prose_parts(title: str, summary: str, body: str) -> list[Section]:
    """Return what a translator renders of a text: title and summary, what precedes the headings, each section."""
    found = [section for section in sections("text.md", body) if section.anchor != FRONT_MATTER]
    if not found or found[0].anchor:
        found.insert(0, Section("", "", ""))
    return [Section(FRONT_MATTER, "", f"{title}\n\n{summary}\n"), *found]


def parts(path: str, text: str) -> list[Section]:
    """Return what a translator renders of an address, whose file says `text`; nothing for one that cannot be read."""
    if not is_prose(path):
        return fields(path, text)
    try:
        post = frontmatter.loads(text)
    except (yaml.YAMLError, ValueError):
        return []
    return prose_parts(str(post.get("title", "")), str(post.get("summary", "")), str(post.content))


def prints(found: Iterable[Section]) -> tuple[Print, ...]:
    return tuple((section.anchor, section.hash) for section in found)


def compare(then: Sequence[Print], now: Sequence[Print]) -> list[Pair]:
    """Return what became of each section, in today's order; what was removed follows what it stood behind.

    A section is known by its anchor; one whose heading changed, by standing behind the same section as before.
    """
    places = {anchor: place for place, (anchor, _) in enumerate(then)}
    matched = {place: places.get(anchor, -1) for place, (anchor, _) in enumerate(now)}
    taken = set(matched.values())
    for place in range(1, len(now)):
        behind = matched[place - 1] + 1
        if matched[place] < 0 and 0 < behind < len(then) and behind not in taken:
            matched[place] = behind
            taken.add(behind)
    found = []
    for place in range(len(now)):
        old = matched[place]
        if old < 0:
            found.append(Pair(What.ADDED, -1, place))
        else:
            found.append(Pair(What.SAME if then[old][1] == now[place][1] else What.CHANGED, old, place))
    for old in sorted(set(range(len(then))) - taken):
        before = next((at for at, pair in enumerate(found) if pair.then == old - 1), -1)
        found.insert(before + 1, Pair(What.REMOVED, old, -1))
    return found


def carried(sections_: Iterable[Print], before: Sequence[Print], after: Sequence[Print]) -> tuple[Print, ...]:
    """Return a confirmation as it stands after a minor edit of the source: what was confirmed still is."""
    new = {before[pair.then]: after[pair.now] for pair in compare(before, after) if pair.what is What.CHANGED}
    return tuple(new.get(one, one) for one in sections_)


def standing_of(path: str, files: Mapping[str, str], known: Mapping[str, Standing]) -> Standing:
    """Return the standing of the translation at `path`: the known one if it is of this text, else as confirmed now."""
    digest = digest_of_translation(text_of(path, files))
    if path in known and known[path].text == digest:
        return known[path]
    now = prints_at(source_of(path), files)
    own = _anchors(path, files)
    return Standing(digest, tuple(one for one in now if is_prose(path) or one[0] in own), {}, False)


def prints_at(path: str, files: Mapping[str, str]) -> tuple[Print, ...]:
    """Return the sections of what stands at an address."""
    return prints(parts(path, files.get(file_of(path), "")))


def _anchors(path: str, files: Mapping[str, str]) -> frozenset[str]:
    return frozenset(anchor for anchor, _ in prints_at(path, files))


def published(
    before: Mapping[str, str], after: Mapping[str, str], known: Mapping[str, Standing], edits: Sequence[Edit]
) -> dict[str, Standing]:
    """Return the standings once `edits` have led from the files `before` to those `after`."""
    found = dict(known)
    for edit in edits:
        for source in _said_by(edit, after, is_source):
            if not stands(source, before):
                continue
            was, now = prints_at(source, before), prints_at(source, after)
            for path in _translations_of(source, before) if was != now else ():
                found[path] = _moved(standing_of(path, before, known), was, now, edit)
    for edit in edits:
        for path in _said_by(edit, after, is_translation):
            is_same = text_of(path, before) == text_of(path, after)
            if not (language_inside(path) and is_same and path not in edit.confirmed):
                found[path] = _translated(edit, path, before, after, found)
    return found


def _said_by(edit: Edit, files: Mapping[str, str], wanted: Callable[[str], bool]) -> list[str]:
    """Return the addresses in the file of an edit that are wanted."""
    if edit.path not in files:
        return []
    return [path for path in (inside(edit.path, files[edit.path]) or [edit.path]) if wanted(path)]


def _translations_of(source: str, files: Mapping[str, str]) -> list[str]:
    """Return the addresses of all translations of a source."""
    if language_inside(source):
        near = inside(file_of(source), files[file_of(source)])
    else:
        folder = source.rpartition("/")[0]
        near = [path for path in files if path.startswith(f"{folder}/")]
    return [path for path in near if is_translation(path) and source_of(path) == source]


def _moved(standing: Standing, was: Sequence[Print], now: Sequence[Print], edit: Edit) -> Standing:
    if edit.is_minor:
        new = {was[pair.then][1]: now[pair.now][1] for pair in compare(was, now) if pair.what is What.CHANGED}
        since = {new.get(hash_, hash_): day for hash_, day in standing.since.items()}
        return replace(standing, sections=carried(standing.sections, was, now), since=since)
    known = {hash_ for _, hash_ in was}
    changed = {hash_: edit.day for _, hash_ in now if hash_ not in known}
    return replace(standing, since={**standing.since, **changed})


def _translated(
    edit: Edit, path: str, before: Mapping[str, str], after: Mapping[str, str], known: Mapping[str, Standing]
) -> Standing:
    text = digest_of_translation(text_of(path, after))
    if not stands(path, before):
        fresh = standing_of(path, after, {})
        return replace(fresh, sections=edit.confirmed.get(path, fresh.sections))
    old = standing_of(path, before, known)
    kept = _kept_prose(path, old, after) if is_prose(path) else _kept_fields(path, old, before, after)
    # Where a number changes beside it, a label is read as it was.
    is_read = old.is_native and (edit.is_minor or _words(path, before) == _words(path, after))
    return Standing(text, edit.confirmed.get(path, kept), old.since, is_read)


def _words(path: str, files: Mapping[str, str]) -> list[str]:
    """Return what is said at an address, without by what its fields are known; of prose the whole file."""
    if is_prose(path):
        return [files[path]]
    return [one.text for one in parts(path, files[file_of(path)])]


def _kept_prose(path: str, old: Standing, after: Mapping[str, str]) -> tuple[Print, ...]:
    """Return what a text that was written past the translators' page stands on.

    Its writer confirmed nothing; only a text with other sections stands on the new source.
    """
    is_alike = len(parts(path, after[path])) == len(old.sections)
    return old.sections if is_alike else prints_at(source_of(path), after)


def _kept_fields(path: str, old: Standing, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Print, ...]:
    """Return what fields that were written past the translators' page stand on.

    What a field said before is confirmed by nobody. A field that is new was written for the source of today; so was
    one in a file of all languages that changed together with its source.
    """
    own_before, own_after = dict(prints_at(path, before)), dict(prints_at(path, after))
    source = source_of(path)
    was, now = dict(prints_at(source, before)), dict(prints_at(source, after))
    stood = dict(old.sections)
    found = []
    for anchor in own_after:
        is_new = anchor not in own_before
        is_joint = bool(
            language_inside(path) and own_after[anchor] != own_before.get(anchor) and now.get(anchor) != was.get(anchor)
        )
        if anchor in now and (is_new or is_joint):
            found.append((anchor, now[anchor]))
        elif anchor in stood:
            found.append((anchor, stood[anchor]))
    return tuple(found)


def with_standings(library: Library, known: Mapping[str, Standing]) -> Library:
    """Return `library` with a ``confirmed.yaml`` that says what does not go without saying; as it is if it does so."""
    files = library.files
    wanted = {}
    for path in sorted(known):
        if not stands(path, files) or not stands(source_of(path), files):
            continue
        one = known[path]
        source = prints_at(source_of(path), files)
        if one.text == digest_of_translation(text_of(path, files)) and (one.is_native or one.sections != source):
            now = {hash_ for _, hash_ in source}
            wanted[path] = replace(one, since={hash_: day for hash_, day in one.since.items() if hash_ in now})
    if wanted == standings(library):
        return library
    others = {path: text for path, text in files.items() if path != CONFIRMED}
    return Library.of({**others, CONFIRMED: _dump(wanted)} if wanted else others)


def standings(library: Library) -> Mapping[str, Standing]:
    """Return the standings of a library that can be read."""
    return load_confirmed(Reader(library)).standings


def load_confirmed(reader: Reader) -> Confirmed:
    """Read the standings; faults go to the reader. An edition in which every translation is current has no file."""
    entries = reader.data(CONFIRMED) if CONFIRMED in reader.library.files else {}
    if not isinstance(entries or {}, dict):
        reader.fault(CONFIRMED, "", N_("takes a path for each translation; correct it"))
        entries = {}
    found = {}
    for path, said in (entries or {}).items():
        try:
            one = standing_from(said)
        except (KeyError, TypeError, ValueError):
            reader.fault(CONFIRMED, str(path), N_("takes text, sections, since and native; correct it"))
            continue
        # What was said of another text than the one that stands here now says nothing.
        if digest_of_translation(text_of(str(path), reader.library.files)) == one.text:
            found[str(path)] = one
    changes = {path: changed_fields(path, one, reader.library.files) for path, one in found.items()}
    return Confirmed(MappingProxyType(found), MappingProxyType({path: one for path, one in changes.items() if one}))


def changed_fields(path: str, standing: Standing, files: Mapping[str, str]) -> dict[str, FieldChange]:
    """Return what became of the fields of a fact file since its translation was confirmed; nothing for prose."""
    if is_prose(path):
        return {}
    now = parts(source_of(path), files.get(file_of(source_of(path)), ""))
    found = {}
    for pair in compare(standing.sections, prints(now)):
        if pair.what is What.REMOVED:
            found[standing.sections[pair.then][0]] = FieldChange(pair.what, None, "")
        elif pair.what is not What.SAME:
            section = now[pair.now]
            day = standing.since.get(section.hash, "")
            found[section.anchor] = FieldChange(
                pair.what, date.fromisoformat(day) if day else None, section.text.strip()
            )  # fmt: skip
    return found


def standing_from(said: Mapping[str, Any]) -> Standing:
    """Return the standing that `said_by` wrote. Raises KeyError, TypeError, ValueError."""
    sections_ = tuple((str(anchor), str(hash_)) for anchor, hash_ in said["sections"])
    since = {str(hash_): str(day) for hash_, day in said.get("since", {}).items()}
    return Standing(str(said["text"]), sections_, since, bool(said.get("native", False)))


def said_by(standing: Standing) -> dict[str, Any]:
    """Return a standing in plain values."""
    return {
        "text": standing.text,
        "sections": [list(one) for one in standing.sections],
        "since": dict(sorted(standing.since.items())),
        "native": standing.is_native,
    }


def _dump(found: Mapping[str, Standing]) -> str:
    said = {path: said_by(one) for path, one in sorted(found.items())}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=True)

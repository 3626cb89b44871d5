"""Against which source text each translation was last confirmed, section by section: ``confirmed.yaml``.

A translation that the file does not name was confirmed against the source as it stands. Sections of prose stand in the
same order in source and translation; those of YAML have the same keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import frontmatter
import yaml

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

    `confirmed` is what a translator confirmed a translation against; empty where nobody was asked.
    """

    path: str
    is_minor: bool
    day: str
    confirmed: tuple[Print, ...] = ()


@dataclass(frozen=True)
class Confirmed:
    """The standings of all translations that have one, by path."""

    standings: Mapping[str, Standing]


def language_of(path: str) -> str:
    """Return the language of a text that is kept in a file for each language; empty for any other file."""
    stem = path.rsplit("/", 1)[-1].partition(".")[0]
    return stem if path.startswith(_FOLDERS) and stem not in _FACTS else ""


def in_language(path: str, code: str) -> str:
    """Return the path at which the same text stands in another language."""
    folder, _, file = path.rpartition("/")
    return f"{folder}/{code}.{file.partition('.')[2]}"


def is_source(path: str) -> bool:
    return language_of(path) == SOURCE


def is_translation(path: str) -> bool:
    return language_of(path) not in ("", SOURCE)


def source_of(path: str) -> str:
    """Return the path of the source of a translation."""
    return in_language(path, SOURCE)


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
    """Return what a translator renders of the file at `path`; nothing for one that cannot be read."""
    if not path.endswith(".md"):
        return [section for section in sections(path, text) if section.anchor]
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
    digest = digest_of_translation(files[path])
    if path in known and known[path].text == digest:
        return known[path]
    source = source_of(path)
    return Standing(digest, prints(parts(source, files.get(source, ""))), {}, False)


def published(
    before: Mapping[str, str], after: Mapping[str, str], known: Mapping[str, Standing], edits: Sequence[Edit]
) -> dict[str, Standing]:
    """Return the standings once `edits` have led from the files `before` to those `after`."""
    found = dict(known)
    for edit in edits:
        if not is_source(edit.path) or edit.path not in before or edit.path not in after:
            continue
        folder = edit.path.rpartition("/")[0]
        was, now = (prints(parts(edit.path, files[edit.path])) for files in (before, after))
        for path in before:
            if was == now or not path.startswith(f"{folder}/") or in_language(edit.path, language_of(path)) != path:
                continue
            if is_translation(path):
                found[path] = _moved(standing_of(path, before, known), was, now, edit)
    for edit in edits:
        if is_translation(edit.path) and edit.path in after:
            found[edit.path] = _translated(edit, before, after, found)
    return found


def _moved(standing: Standing, was: Sequence[Print], now: Sequence[Print], edit: Edit) -> Standing:
    if edit.is_minor:
        new = {was[pair.then][1]: now[pair.now][1] for pair in compare(was, now) if pair.what is What.CHANGED}
        since = {new.get(hash_, hash_): day for hash_, day in standing.since.items()}
        return replace(standing, sections=carried(standing.sections, was, now), since=since)
    known = {hash_ for _, hash_ in was}
    changed = {hash_: edit.day for _, hash_ in now if hash_ not in known}
    return replace(standing, since={**standing.since, **changed})


def _translated(
    edit: Edit, before: Mapping[str, str], after: Mapping[str, str], known: Mapping[str, Standing]
) -> Standing:
    text, source = after[edit.path], source_of(edit.path)
    now = prints(parts(source, after.get(source, "")))
    if edit.path not in before:
        return Standing(digest_of_translation(text), edit.confirmed or now, {}, False)
    old = standing_of(edit.path, before, known)
    # Who wrote past the translators' page confirmed nothing; only a text with other sections stands on the new source.
    kept = old.sections if len(parts(edit.path, text)) == len(old.sections) or edit.path.endswith(".yaml") else now
    return Standing(
        digest_of_translation(text), edit.confirmed or kept, old.since, old.is_native and edit.is_minor
    )  # fmt: skip


def with_standings(library: Library, known: Mapping[str, Standing]) -> Library:
    """Return `library` with a ``confirmed.yaml`` that says what does not go without saying; as it is if it does so."""
    files = library.files
    wanted = {}
    for path in sorted(known):
        if path not in files or source_of(path) not in files:
            continue
        one = known[path]
        source = prints(parts(source_of(path), files[source_of(path)]))
        if one.text == digest_of_translation(files[path]) and (one.is_native or one.sections != source):
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
        if digest_of_translation(reader.library.files.get(path, "")) == one.text:
            found[str(path)] = one
    return Confirmed(MappingProxyType(found))


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

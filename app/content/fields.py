"""The texts of fact files, field by field, and the addresses of what one file says in all languages.

A file of its own for each language has its path as address. Where one file holds all languages, the address of a thing
in one of them is the path of the file, the id of the thing where the file holds several, and the language:
``organisations/icrc.yaml/en``, ``glossary.yaml/dna/en``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from app.content.sections import Section
from app.kernel.languages import SOURCE

GLOSSARY = "glossary.yaml"
_INSIDE = re.compile(r"(organisations/[a-z0-9_-]+\.yaml|glossary\.yaml/[a-z0-9_-]+)/([a-z]{2,3})")
_HOLDS_ALL = re.compile(r"organisations/[a-z0-9_-]+\.yaml|glossary\.yaml")
_NAMES = ("id", "number", "address", "url")
"""Keys by which an entry of a list is known again when others come or go."""


def language_inside(address: str) -> str:
    """Return the language of an address inside a file that holds all languages; empty for any other."""
    found = _INSIDE.fullmatch(address)
    return found[2] if found else ""


def file_of(address: str) -> str:
    """Return the path of the file in which the text of an address stands."""
    return address[: address.index(".yaml") + len(".yaml")] if language_inside(address) else address


def thing_of(address: str) -> str:
    """Return the id of the thing that an address inside a file names; empty where the file is about one thing."""
    return address[len(file_of(address)) + 1 :].rpartition("/")[0] if language_inside(address) else ""


def word_maps(said: Any, anchor: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every text of a value that is said in several languages: its anchor, and the text by language."""
    if isinstance(said, dict):
        if isinstance(said.get(SOURCE), str):
            yield anchor, said
        else:
            for key, inner in said.items():
                yield from word_maps(inner, _joined(anchor, str(key)))
    elif isinstance(said, list):
        seen: dict[str, int] = {}
        for place, inner in enumerate(said, 1):
            name = _name(inner) or str(place)
            seen[name] = seen.get(name, 0) + 1
            yield from word_maps(inner, _joined(anchor, name if seen[name] == 1 else f"{name}-{seen[name]}"))


def leaves(said: Any, anchor: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a value: the keys that lead to it, joined by dots, and the text."""
    if isinstance(said, dict):
        for key, inner in said.items():
            yield from leaves(inner, _joined(anchor, str(key)))
    elif isinstance(said, str):
        yield anchor, said


def _joined(anchor: str, key: str) -> str:
    return f"{anchor}.{key}" if anchor else key


def _name(entry: Any) -> str:
    if not isinstance(entry, dict):
        return ""
    return next((str(entry[key]) for key in _NAMES if isinstance(entry.get(key), str)), "")


def thing_in(said: Any, address: str) -> Any:
    """Return the thing that `address` names in the value `said` of its file; None where there is no such thing."""
    if not address.startswith(f"{GLOSSARY}/"):
        return said if isinstance(said, dict) else None
    return next((one for one in _terms(said) if str(one.get("id", "")) == thing_of(address)), None)


def _terms(said: Any) -> list[dict[str, Any]]:
    terms = said.get("terms") if isinstance(said, dict) else None
    return [one for one in terms if isinstance(one, dict)] if isinstance(terms, list) else []


@dataclass(frozen=True, eq=False)
class _Thing:
    """What a file says of one thing: every text of each language as (anchor, text)."""

    place: str
    texts: Mapping[str, tuple[tuple[str, str], ...]]


@lru_cache(maxsize=4096)
def _things(path: str, text: str) -> tuple[_Thing, ...]:
    said = _parsed(text)
    things = _terms(said) if path == GLOSSARY else [said] if isinstance(said, dict) else []
    found = []
    for thing in things:
        texts: dict[str, list[tuple[str, str]]] = {}
        for anchor, words in word_maps(thing):
            for code, one in words.items():
                if isinstance(one, str) and one.strip():
                    texts.setdefault(code, []).append((anchor, one))
        place = str(thing.get("id", "")) if path == GLOSSARY else ""
        found.append(_Thing(place, {code: tuple(each) for code, each in texts.items()}))
    return tuple(found)


@lru_cache(maxsize=4096)
def _leaves(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((anchor, one) for anchor, one in leaves(_parsed(text)) if one.strip())


def _parsed(text: str) -> Any:
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return None


def inside(path: str, text: str) -> list[str]:
    """Return the address of every text that a file says in all languages, for each language that it has words of."""
    if not _HOLDS_ALL.fullmatch(path):
        return []
    start = {thing: f"{path}/{thing.place}" if thing.place else path for thing in _things(path, text)}
    found = (f"{start[thing]}/{code}" for thing in start for code in thing.texts)
    return [address for address in found if language_inside(address)]


def fields(address: str, text: str) -> list[Section]:
    """Return the texts at an address, each as a section; `text` is that of its file. None of one that is not read."""
    code = language_inside(address)
    if not code:
        return [Section(anchor, anchor, one) for anchor, one in _leaves(text)]
    place = thing_of(address)
    thing = next((one for one in _things(file_of(address), text) if one.place == place), None)
    return [Section(anchor, anchor, one) for anchor, one in thing.texts.get(code, ())] if thing else []


def text_of(address: str, files: Mapping[str, str]) -> str:
    """Return what stands at an address, in a form that differs whenever a word does; empty where nothing stands."""
    text = files.get(file_of(address), "")
    if not language_inside(address):
        return text
    said = [[one.anchor, one.text] for one in fields(address, text)]
    return json.dumps(said, ensure_ascii=False) if said else ""

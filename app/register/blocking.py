"""Under which keys a person is gathered with those who may be the same, before anything is decrypted.

Each key joins parts of a person that no single error touches together, so that every error, and nearly every two,
leaves one. An entry is stored under `keys`; a claim asks under `probes`, which also follow what may be wrong in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from app.kernel.dates import PartialDate
from app.register.given import fathers_of, names_of
from app.register.linkage import arranged
from app.register.names import Word, frame, masculine, parts, read, typed_elsewhere
from app.register.person import Person


@dataclass(frozen=True, order=True)
class Key:
    """A blocking key: its kind, and the folded parts of the person in it. Only its keyed hash is ever stored."""

    kind: str
    folded: str


def keys(person: Person) -> frozenset[Key]:
    """Return the keys that an entry is stored under: five for most people, more for former and double names."""
    return frozenset(_keys(arranged(person), years=(0,)))


def probes(person: Person) -> frozenset[Key]:
    """Return the keys that a claim asks under: its own, those of the years around and of another keyboard layout."""
    person = arranged(person)
    found = set(_keys(person, years=(0, -1, 1)))
    elsewhere = replace(
        person,
        surname=_elsewhere(person.surname),
        given=_elsewhere(person.given),
        patronymic=_elsewhere(person.patronymic),
        former_surnames=(),
        latin_surname="",
        latin_given="",
    )
    if _needs_other_layout(person):
        found.update(_keys(elsewhere, years=(0,)))
    turned = replace(person, surname=person.given, given=person.surname, former_surnames=(), latin_surname="")
    found.update(_keys(turned, years=(0,)))
    return frozenset(found)


def _needs_other_layout(person: Person) -> bool:
    word = read(person.surname)
    return bool(word) and not word.is_cyrillic


def _elsewhere(text: str) -> str:
    return next((word.text for word in typed_elsewhere(text)), "") if text else ""


def _keys(person: Person, *, years: tuple[int, ...]) -> Iterator[Key]:
    surnames = _all_tokens(_surnames(person))
    givens = _all_tokens(read(text) for text in (person.given, person.latin_given) if text)
    fathers = _father_tokens(read(person.patronymic))
    for surname in surnames:
        for given in givens:
            # Unordered, so that names that were swapped come to the same key.
            yield Key("names", "|".join(sorted((surname, given))))
        for father in fathers:
            yield Key("surname+father", f"{surname}|{father}")
    if person.born is None:
        return
    for shift in years:
        year = person.born.year + shift
        yield from (Key("surname+year", f"{surname}|{year}") for surname in surnames)
        yield from (Key("given+father+year", f"{given}|{father}|{year}") for given in givens for father in fathers)
        yield from _days(person.born, year)


def _days(born: PartialDate, year: int) -> Iterator[Key]:
    if born.day is not None and born.month is not None:
        # Sorted, so that day and month that were swapped come to the same key.
        low, high = sorted((born.day, born.month))
        yield Key("date", f"{year}|{low}|{high}")


def _surnames(person: Person) -> Iterator[Word]:
    for text in (person.surname, *person.former_surnames, person.latin_surname):
        word = read(text)
        if word:
            yield word
            pieces = parts(word)
            if len(pieces) > 1:
                yield from pieces


def _all_tokens(words: Iterable[Word]) -> list[str]:
    return list(dict.fromkeys(token for word in words for token in _tokens(word)))


def _tokens(word: Word) -> Iterator[str]:
    """Yield what stands for a name in a key, whatever its role: the name it is a form of, else its consonants."""
    known = names_of(word)
    if known:
        yield from known
        return
    for skeleton in word.skeletons:
        yield frame(masculine(skeleton)) or skeleton


def _father_tokens(patronymic: Word) -> list[str]:
    known = fathers_of(patronymic)
    if known:
        return list(known)
    return [frame(skeleton)[:_FATHER] for skeleton in patronymic.skeletons if len(frame(skeleton)) > 1]


_FATHER = 4
"""Consonants of a patronymic nobody knows that stand before its ending, which depends on the child and the language."""

"""Groups of words and phrases that mean one thing to families, across languages: ``synonyms.yaml`` and the glossary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.content.library import Reader
from app.content.values import Value
from app.guidance.model import Guidance
from app.kernel.said import N_
from app.search.fold import words
from app.search.morphology import lemmas

PATH = "synonyms.yaml"
MOST_GROUPS_OF_A_WORD = 2
LONGEST_PHRASE = 8
"""Words; official names are long."""

Lemmas = tuple[tuple[str, ...], ...]
"""A phrase: for each word its dictionary forms."""


class Group(Value):
    """Words and phrases that stand for one another, by language."""

    uk: tuple[str, ...]
    ru: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    pl: tuple[str, ...] = ()
    de: tuple[str, ...] = ()

    def members(self) -> Iterator[tuple[str, str]]:
        """Yield (language, phrase)."""
        for language in ("uk", "ru", "en", "pl", "de"):
            for phrase in getattr(self, language):
                yield language, phrase


@dataclass(frozen=True)
class Synonyms:
    """All groups of an edition."""

    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Member:
    """A phrase of a group, analysed."""

    language: str
    words: Lemmas


class Meanings:
    """Finds the groups that a query's words belong to. Built once an edition."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.groups: list[tuple[Member, ...]] = []
        self._by_first: dict[tuple[str, str], list[tuple[int, Member]]] = {}
        for number, group in enumerate(groups):
            members = tuple(Member(language, analysed(phrase, language)) for language, phrase in group.members())
            self.groups.append(members)
            for member in members:
                for lemma in member.words[0] if member.words else ():
                    self._by_first.setdefault((member.language, lemma), []).append((number, member))

    def knows(self, language: str, lemma: str) -> bool:
        """Whether a phrase of a group begins with a word."""
        return (language, lemma) in self._by_first

    def at(self, query: list[Mapping[str, tuple[str, ...]]], place: int) -> Iterator[tuple[int, Member]]:
        """Yield (group, member) for each member that stands in `query` from `place` on.

        `query` gives for each word its dictionary forms by language.
        """
        for language, forms in query[place].items():
            for lemma in forms:
                for number, member in self._by_first.get((language, lemma), ()):
                    if stands(member, query, place):
                        yield number, member


def stands(member: Member, query: Sequence[Mapping[str, tuple[str, ...]]], place: int) -> bool:
    """Whether a phrase stands in `query` from `place` on; `query` gives each word's dictionary forms by language."""
    rest = query[place : place + len(member.words)]
    return len(rest) == len(member.words) and all(
        set(wanted) & set(found.get(member.language, ())) for wanted, found in zip(member.words, rest, strict=True)
    )


@lru_cache(maxsize=20_000)
def analysed(phrase: str, language: str) -> Lemmas:
    """Return the dictionary forms of each word of a phrase. Most phrases are those of the edition before."""
    found = (lemmas(word.text, language) for word in words(phrase))
    return tuple(forms for forms in found if forms)


def load_synonyms(reader: Reader, guidance: Guidance) -> Synonyms:
    """Read the groups that editors wrote, and those that the glossary gives; faults go to the reader."""
    groups = [reader.model(Group, PATH, entry) for entry in (reader.data(PATH) or {}).get("groups", [])]
    terms = [
        Group(
            uk=(term.name["uk"], *term.also.uk),
            en=(term.name.get("en", ""), *term.also.en),
            ru=term.also.ru,
            pl=term.also.pl,
        )
        for term in guidance.terms.values()
    ]
    return Synonyms((*(group for group in groups if group is not None), *terms))


def check_synonyms(reader: Reader) -> None:
    """Record words that stand in more groups than a reader can foresee, and phrases too long to be typed."""
    seen: dict[tuple[str, str], int] = {}
    for number, entry in enumerate((reader.data(PATH) or {}).get("groups", [])):
        group = reader.model(Group, PATH, entry)
        if group is None:
            continue
        place = f"groups.{number} ({group.uk[0] if group.uk else ''})"
        if sum(1 for _ in group.members()) < 2:
            reader.fault(PATH, place, N_("a group of one says nothing; add a word or take it out"))
        for language, phrase in group.members():
            if len(words(phrase)) > LONGEST_PHRASE:
                reader.fault(
                    PATH,
                    place,
                    N_("“%(phrase)s” is longer than %(most)s words; nobody types it"),
                    phrase=phrase,
                    most=LONGEST_PHRASE,
                )
            word = (language, phrase.casefold())
            seen[word] = seen.get(word, 0) + 1
            if seen[word] == MOST_GROUPS_OF_A_WORD + 1:
                reader.fault(
                    PATH,
                    place,
                    N_("“%(phrase)s” stands in more than %(most)s groups; choose"),
                    phrase=phrase,
                    most=MOST_GROUPS_OF_A_WORD,
                )

"""The words an edition knows, in every form: looked up exactly, by skeleton, or by the nearest spelling."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

from app.search.fold import key, skeleton
from app.search.morphology import INFLECTED, forms, lemmas

SHORTEST_SPELLED = 4
"""Letters; a shorter word is one slip away from too many others."""
SHORTEST_SHAPE = 2
MOST_NEAR = 3
ENDS = 3
LONG_SHAPE = 2 * ENDS
TWO_SLIPS_FROM = 7
"""Letters of a skeleton from which two slips are forgiven."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A form of a word: its language, its dictionary forms, and how many documents hold one of these."""

    form: str
    language: str
    lemmas: tuple[str, ...]
    documents: int
    shape: str
    """The skeleton of the form."""

    def line(self) -> str:
        return f"{self.form}\t{self.shape}\t{self.language}\t{' '.join(self.lemmas)}\t{self.documents}"

    @classmethod
    def of(cls, line: str) -> Entry:
        """Read what `line` wrote. Raises ValueError for anything else."""
        form, shape, language, keys, documents = line.split("\t")
        return cls(form, language, tuple(keys.split(" ")), int(documents), shape)


def entries(seen: Mapping[str, Mapping[str, int]], words: Iterable[tuple[str, str]]) -> Iterator[Entry]:
    """Yield an entry for each word of the texts and for each form of the dictionary words that it may be.

    `seen` gives by language how many documents hold a dictionary form; `words` are (language, word) of the texts.
    """
    meant: dict[tuple[str, str], list[str]] = {}
    expanded: set[tuple[str, str]] = set()
    for language, word in words:
        for lemma in lemmas(word, language):
            if lemma not in seen[language]:
                continue
            forms_of = [key(word)]
            if (language, lemma) not in expanded:
                expanded.add((language, lemma))
                forms_of += forms(word, lemma, language)
            for form in forms_of:
                held = meant.setdefault((language, form), [])
                if lemma not in held:
                    held.append(lemma)
    for (language, form), held in meant.items():
        documents = max(seen[language][lemma] for lemma in held)
        yield Entry(form, language, tuple(held), documents, skeleton(form))


@dataclass(frozen=True)
class Near:
    """An entry found for a word that is spelt otherwise; `distance` is 0 for the same skeleton, else a weighted one."""

    entry: Entry
    distance: float


class Lexicon:
    """All entries, by form and by skeleton."""

    def __init__(self, found: Iterable[Entry]) -> None:
        self._by_form: dict[str, list[Entry]] = {}
        self._by_skeleton: dict[str, list[Entry]] = {}
        for entry in found:
            self._by_form.setdefault(entry.form, []).append(entry)
            self._by_skeleton.setdefault(entry.shape, []).append(entry)
        self._lemmas = {
            (entry.language, lemma) for found in self._by_form.values() for entry in found for lemma in entry.lemmas
        }
        self._lengths: dict[int, list[str]] = {}
        self._starts: dict[str, list[str]] = {}
        self._ends: dict[str, list[str]] = {}
        for shape in self._by_skeleton:
            self._lengths.setdefault(len(shape), []).append(shape)
            self._starts.setdefault(shape[:ENDS], []).append(shape)
            self._ends.setdefault(shape[-ENDS:], []).append(shape)

    def lemmas(self) -> Iterable[tuple[str, str]]:
        """Return (language, dictionary form) of every word."""
        return self._lemmas

    def has(self, language: str, lemma: str) -> bool:
        """Whether any document holds a dictionary form."""
        return (language, lemma) in self._lemmas

    def exact(self, word: str) -> list[Entry]:
        """Return the entries of a folded word as it is spelt."""
        return self._by_form.get(key(word), [])

    def same_sound(self, word: str) -> list[Entry]:
        """Return the entries whose skeleton is that of `word`, in whatever script it is typed."""
        shape = skeleton(word)
        return self._by_skeleton.get(shape, []) if len(shape) >= min(SHORTEST_SHAPE, len(word)) else []

    def near(self, word: str, languages: Sequence[str], *, shortest: int = SHORTEST_SPELLED) -> list[Near]:
        """Return the likeliest entries for a misspelt word, nearest first: same skeleton, then one or two slips.

        Words with a digit and words of less than `shortest` letters are never corrected.
        """
        shape = skeleton(word)
        if len(word) < shortest or len(shape) < SHORTEST_SHAPE or any(map(str.isdigit, word)):
            return []
        found: dict[tuple[str, tuple[str, ...]], Near] = {}
        for allowed in range(3 if len(shape) >= TWO_SLIPS_FROM else 2):
            for candidate in self._shapes(shape, allowed):
                for entry in self._by_skeleton[candidate]:
                    # In a language without a dictionary of forms, only a word that begins alike is trusted.
                    if entry.language in languages and (entry.language in INFLECTED or candidate[0] == shape[0]):
                        distance = weighted_distance(word, entry.form)
                        old = found.get((entry.language, entry.lemmas))
                        if old is None or distance < old.distance:
                            found[entry.language, entry.lemmas] = Near(entry, distance)
            if found:
                break
        ranked = sorted(
            found.values(), key=lambda near: (near.distance - 0.1 * math.log(near.entry.documents), near.entry.form)
        )
        return ranked[:MOST_NEAR]

    def _shapes(self, shape: str, slips: int) -> list[str]:
        """Return the known skeletons that are `slips` apart from one.

        A long one is only compared with those that begin or end alike: one slip leaves one of the two as it was, and
        two slips at both ends at once are rare.
        """
        if not slips:
            return [shape] if shape in self._by_skeleton else []
        if len(shape) < LONG_SHAPE:
            lengths = range(len(shape) - slips, len(shape) + slips + 1)
            pool = [other for length in lengths for other in self._lengths.get(length, ())]
        else:
            pool = [*self._starts.get(shape[:ENDS], ()), *self._ends.get(shape[-ENDS:], ())]
        near = process.extract(shape, pool, scorer=OSA.distance, score_cutoff=slips, limit=40)
        return list(dict.fromkeys(text for text, _, _ in near))


_CHEAP = {frozenset(pair): cost for pair, cost in (
    ("иі", 0.3), ("иї", 0.3), ("ії", 0.3), ("иы", 0.2), ("іы", 0.3), ("еє", 0.3), ("еэ", 0.2), ("єэ", 0.2), ("гґ", 0.1),
    ("гх", 0.5), ("оа", 0.4), ("еи", 0.4), ("сз", 0.4), ("тд", 0.5), ("кг", 0.5), ("пб", 0.5), ("шщ", 0.4), ("йі", 0.4),
)}  # fmt: skip
_LIGHT = frozenset("ьъ'’")


def weighted_distance(typed: str, meant: str) -> float:
    """Return how far two spellings are apart: letters that are heard or written alike cost less than a strange one."""
    typed, meant = key(typed), key(meant)
    if not (typed.isascii() or meant.isascii()):
        total = 0.0
        for step in Levenshtein.editops(typed, meant):
            if step.tag == "replace":
                total += _CHEAP.get(frozenset((typed[step.src_pos], meant[step.dest_pos])), 1.0)
            else:
                spelt, at = (typed, step.src_pos) if step.tag == "delete" else (meant, step.dest_pos)
                doubled = spelt[at] in (spelt[at - 1 : at], spelt[at + 1 : at + 2])
                total += 0.3 if spelt[at] in _LIGHT else 0.5 if doubled else 1.0
        if sorted(typed) == sorted(meant) and total >= 2:
            total = 1.0  # Two letters changed places: one slip of the fingers, whatever the letters.
        return total
    return float(OSA.distance(skeleton(typed), skeleton(meant)))

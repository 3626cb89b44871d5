"""From what was typed to what is meant, step by step: layout, script, spelling, dictionary form, synonyms, languages.

Every word keeps all its plausible meanings; nothing here decides which document is best. What was changed is recorded,
so that the page can say it and offer the query as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.directory.model import national
from app.search.fold import LAYOUTS, Word, is_cyrillic, is_latin, key, normalise, skeleton, switch, words
from app.search.function_words import FUNCTION_WORDS, is_function_word
from app.search.lexicon import Entry, Lexicon, weighted_distance
from app.search.morphology import INFLECTED, STEMMED, aspects, is_known, lemmas
from app.search.synonyms import Lemmas, Meanings

LONGEST = 200
"""Characters of a query that are read."""
MOST_WORDS = 24

GAIN = 0.25
"""How much better (share of letters in known words) a rewritten query must be known than the typed one."""
AT_LEAST = 0.5
"""Share of letters in known words below which no rewriting is believed."""

SAME_SOUND = 0.95
SAME_LETTERS = 0.75
NEAR = 0.85
SYNONYM = 0.65
SAME_VERB = 0.65
SAME_ROOT = 0.45
PART = 0.4
"""Weights of what a word may mean beside itself: spelt otherwise, like a Russian word, misspelt, a synonym or
translation, a verb's other aspect, a relative; and of a single word of a phrase that has a meaning of its own."""
ROOT_LETTERS = 5
LONG_SOUND = 6
"""Letters of a skeleton from which a word is taken for Ukrainian in Latin letters beside words of another language."""
LOOKS_ALIKE = 0.9
"""Weighted distance up to which two Cyrillic words of one sound are taken for one word."""
SHORTEST_STEMMED = 6
"""Letters from which words of a language without a dictionary are corrected: unknown is not misspelt there."""
LONGEST_ABBREVIATION = 6
SHORTEST_PIECE = 5
"""Digits of a piece of a telephone number that tell it apart."""
_NUMBER = re.compile(r"(?<![\d+])\+?\(?\d[\d\s()./-]{2,}\d(?!\d)")


class Change(StrEnum):
    """What was done to a query."""

    LAYOUT = "layout"
    SCRIPT = "script"
    SPELLING = "spelling"


@dataclass(frozen=True)
class Step:
    """A change with the words before and after it."""

    change: Change
    before: str
    after: str


@dataclass(frozen=True)
class Alternative:
    """What a word may mean: a word or phrase of a language (for each word its dictionary forms), and how surely."""

    language: str
    words: Lemmas
    weight: float


@dataclass(frozen=True)
class Concept:
    """One idea of a query: the words that stand for it and all they may mean.

    `weight` is its share in the whole, `trust` how surely it was understood; `is_small` says that it is a word without
    a topic, such as "where".
    """

    typed: str
    alternatives: tuple[Alternative, ...]
    weight: float = 1.0
    trust: float = 1.0
    is_small: bool = False


@dataclass(frozen=True)
class Understood:
    """A query as it is searched for: `shown` in words, its ideas, and the steps from what was typed."""

    typed: str
    shown: str
    concepts: tuple[Concept, ...]
    steps: tuple[Step, ...] = ()
    other: str = ""
    """The query with the next likeliest spelling, where there is one."""
    lemmas: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    """For each word its dictionary forms by language."""

    @property
    def is_rewritten(self) -> bool:
        """Whether other words than the typed ones are searched for, so that the page must say so."""
        return any(step.change in (Change.LAYOUT, Change.SPELLING) for step in self.steps)


@dataclass(frozen=True)
class _Query:
    """What is known of a whole query: whether it is Ukrainian or Russian in Latin letters; how surely its Latin words
    are in each stemmed language, and in which most of them are (in none: empty); which words are abbreviations."""

    in_latin: bool
    as_typed: bool
    vote: Mapping[str, float]
    languages: tuple[str, ...]
    capitals: frozenset[str]


@dataclass
class _Reading:
    """A word on its way: its dictionary forms by language with weights, and how it is shown."""

    word: Word
    shown: str
    forms: dict[str, tuple[tuple[str, ...], float]] = field(default_factory=dict)
    corrected: bool = False
    other: str = ""
    trust: float = 1.0

    def lemmas(self) -> Mapping[str, tuple[str, ...]]:
        return {language: found for language, (found, _) in self.forms.items()}


class Understanding:
    """Understands queries against one edition's lexicon and groups of meanings. Safe to share between threads."""

    def __init__(self, lexicon: Lexicon, meanings: Meanings, numbers: Iterable[str]) -> None:
        self._lexicon = lexicon
        self._numbers = tuple(dict.fromkeys(numbers))
        self._meanings = meanings
        self._roots = Kin.of(lexicon.lemmas(), _roots)
        self._aspects = Kin.of(lexicon.lemmas(), aspects)

    def understand(self, typed: str, *, as_typed: bool = False) -> Understood:
        """Return what `typed` means. With `as_typed` neither layout nor spelling is touched."""
        text = normalise(typed[:LONGEST])
        steps: list[Step] = []
        script = False
        if not as_typed:
            text, script = self._script(text, typed[:LONGEST], steps)
        text = self._joined(text)
        found = words(text)[:MOST_WORDS]
        query = self._query(found, typed, in_latin=script, as_typed=as_typed)
        readings = [self._read(word, query) for word in found]
        shown = _shown(text, readings)
        corrected = [reading for reading in readings if reading.corrected]
        if corrected:
            before, after = (
                " ".join(parts) for parts in zip(*((r.word.text, r.shown) for r in corrected), strict=True)
            )
            steps.append(Step(Change.SPELLING, before, after))
        concepts = self._concepts(readings)
        other = _shown(text, readings, other=True)
        return Understood(
            typed,
            shown,
            concepts,
            tuple(steps),
            other if other != shown else "",
            tuple(reading.lemmas() for reading in readings),
        )

    def is_written(self, word: str) -> bool:
        """Say whether a folded word stands in a document."""
        return bool(self._lexicon.exact(word))

    def _query(self, found: Sequence[Word], typed: str, *, in_latin: bool, as_typed: bool) -> _Query:
        vote = _language_vote(found, self._lexicon)
        known = [
            any(is_function_word(word.text, code) for code in STEMMED) or self._honest(word.text) for word in found
        ]
        raw = typed.split()
        capitals = {word.lower() for word in raw if word.isupper() and len(word) <= LONGEST_ABBREVIATION}
        return _Query(
            in_latin=in_latin,
            as_typed=as_typed,
            vote=vote,
            languages=tuple(language for language, share in vote.items() if share == 1) if any(known) else (),
            # With everything in capitals, the key was locked: nothing is an abbreviation.
            capitals=frozenset(capitals if len(capitals) < len(raw) or len(raw) == 1 else ()),
        )

    def _honest(self, word: str) -> bool:
        """Whether a word is one of another language in Latin letters."""
        return any(entry.language in STEMMED for entry in self._lexicon.exact(word))

    # Telephone numbers

    def _joined(self, text: str) -> str:
        """Write each known number, or piece of one, that stands in groups (0 800 300-529) as one word of digits."""
        return _NUMBER.sub(lambda found: f"{n} " if self._lines(n := national(found.group())) else found.group(), text)

    def _lines(self, digits: str) -> tuple[str, ...]:
        """Return the known numbers that `digits` may be: a short one as it is, another one also by a piece of it."""
        if digits in self._numbers:
            return (digits,)
        if len(digits) < SHORTEST_PIECE:
            return ()
        return tuple(number for number in self._numbers if len(number) > SHORTEST_PIECE and digits in number)

    # Which keys and which script

    def _script(self, text: str, typed: str, steps: list[Step]) -> tuple[str, bool]:
        """Return the text under the layout it was meant in, and whether it is Ukrainian or Russian in Latin letters."""
        honest = self._coverage(text)
        # Letters that only Polish, German and others have are typed on purpose.
        foreign = any(letter.isalpha() and not letter.isascii() and is_latin(letter) for letter in text)
        latin = self._latin_coverage(text) if is_latin(text) and not foreign else 0.0
        if not foreign:
            best, chosen = max(honest, latin) + GAIN, ""
            for layout in LAYOUTS:
                if is_latin(text) != layout.startswith("en-"):
                    continue
                switched = normalise(switch(typed, layout))
                known = self._coverage(switched)
                if known >= max(best, AT_LEAST) and switched != text:
                    best, chosen = known + 1e-6, switched
            if chosen:
                steps.append(Step(Change.LAYOUT, typed.strip(), chosen))
                return chosen, False
        if latin >= max(honest + GAIN, AT_LEAST):
            steps.append(Step(Change.SCRIPT, text, text))
            return text, True
        return text, False

    def _coverage(self, text: str) -> float:
        """Return the share of letters that stand in words known as they are spelt."""
        return _share((word.text, self._is_known(word.text)) for word in words(text))

    def _is_known(self, word: str) -> float:
        if self._lexicon.exact(word) or any(word in small for small in FUNCTION_WORDS.values()):
            return 1.0
        if is_cyrillic(word):
            if is_known(word, "uk") or is_known(word, "ru"):
                return 1.0
            return 0.9 if any(entry.language in INFLECTED for entry in self._lexicon.same_sound(word)) else 0.0
        return 0.0

    def _latin_coverage(self, text: str) -> float:
        """Return the share of letters that stand in Ukrainian or Russian words written in Latin letters."""
        return _share(
            (word.text, 0.95 if any(e.language in INFLECTED for e in self._lexicon.same_sound(word.text)) else 0.0)
            for word in words(text)
        )

    # What each word may be

    def _read(self, word: Word, query: _Query) -> _Reading:
        reading = _Reading(word, word.text)
        if is_cyrillic(word.text) and is_latin(word.text):
            # A name in two scripts: КримSOS.
            self._take(reading, self._lexicon.same_sound(word.text), SAME_SOUND)
        elif query.in_latin:
            self._take(reading, self._sounds(word.text, INFLECTED), SAME_SOUND)
        if not reading.forms:
            if is_cyrillic(word.text):
                self._read_cyrillic(reading)
            else:
                self._read_latin(reading, query)
        if not reading.forms and not query.as_typed and word.text not in query.capitals:
            self._correct(reading, query)
        if not reading.forms and is_cyrillic(word.text):
            # A name that is only written in Latin letters: кримсос for KrymSOS.
            self._take(reading, self._sounds(word.text, STEMMED), SAME_SOUND)
        return reading

    def _read_cyrillic(self, reading: _Reading) -> None:
        word = reading.word.text
        exact = self._lexicon.exact(word)
        for language in INFLECTED:
            if is_known(word, language):
                reading.forms[language] = (lemmas(word, language), 1.0)
        self._take(reading, exact, 1.0)
        if reading.forms and "uk" not in reading.forms:
            # A Russian word often is the Ukrainian one in other letters: реестр, документы.
            self._take(reading, self._sounds(word, ("uk",)), SAME_LETTERS)

    def _read_latin(self, reading: _Reading, query: _Query) -> None:
        word = reading.word.text
        exact = {entry.language for entry in self._lexicon.exact(word)}
        for language in STEMMED:
            stems = lemmas(word, language)
            if language in exact or any(self._knows(language, stem) for stem in stems):
                reading.forms[language] = (stems, query.vote[language])
        if word.isdigit():
            reading.forms = dict.fromkeys((*INFLECTED, *STEMMED), ((word,), 1.0))
            if lines := self._lines(word):
                reading.forms["uk"] = (lines, 1.0)
        elif not reading.forms and (not query.languages or len(skeleton(word)) >= LONG_SOUND):
            # Among words of another language only a long one is surely a Ukrainian word in Latin letters.
            self._take(reading, self._sounds(word, INFLECTED), SAME_SOUND)

    def _knows(self, language: str, lemma: str) -> bool:
        return self._lexicon.has(language, lemma) or self._meanings.knows(language, lemma)

    def _correct(self, reading: _Reading, query: _Query) -> None:
        """Take the nearest words for one that nobody knows."""
        word = reading.word.text
        if is_cyrillic(word) or query.in_latin:
            near = self._lexicon.near(word, INFLECTED)
        else:
            languages = query.languages or (*INFLECTED, *STEMMED)
            near = self._lexicon.near(word, languages, shortest=SHORTEST_STEMMED)
        if not near:
            return
        best = near[0].distance
        chosen = [found for found in near if found.distance <= best + 0.7]
        for found in chosen:
            self._take(reading, [found.entry], NEAR - 0.15 * min(found.distance, 2))
        reading.trust = NEAR - 0.25 * min(best, 2)
        first = chosen[0].entry
        if is_cyrillic(first.form) == is_cyrillic(word) and first.form != key(word):
            reading.shown, reading.corrected = first.form, True
            others = (n.entry for n in chosen[1:] if n.entry.language == first.language)
            reading.other = next((entry.form for entry in others if entry.form != first.form), "")

    def _sounds(self, word: str, languages: Iterable[str]) -> list[Entry]:
        """Return the words that sound like `word`; one in the same script must also look like it (шини is not сини)."""
        wanted = set(languages)
        return [
            entry
            for entry in self._lexicon.same_sound(word)
            if entry.language in wanted
            and (is_cyrillic(entry.form) != is_cyrillic(word) or weighted_distance(word, entry.form) <= LOOKS_ALIKE)
        ]

    @staticmethod
    def _take(reading: _Reading, entries: Iterable[Entry], weight: float) -> None:
        for entry in entries:
            old, old_weight = reading.forms.get(entry.language, ((), 0.0))
            reading.forms[entry.language] = (tuple(dict.fromkeys((*old, *entry.lemmas))), max(old_weight, weight))

    # What the words mean together

    def _concepts(self, readings: list[_Reading]) -> tuple[Concept, ...]:
        query = [reading.lemmas() for reading in readings]
        spans: dict[tuple[int, int], dict[int, set[str]]] = {}
        for place in range(len(query)):
            for group, member in self._meanings.at(query, place):
                spans.setdefault((place, len(member.words)), {}).setdefault(group, set()).add(member.language)
        inside: set[int] = set()
        concepts = []
        for (place, length), groups in sorted(spans.items(), key=lambda span: (-span[0][1], span[0][0])):
            covered = range(place, place + length)
            if length == 1 or inside.intersection(covered):
                continue
            inside.update(covered)
            typed = " ".join(readings[p].word.text for p in covered)
            own = [
                Alternative(language, tuple(query[p].get(language, ()) for p in covered), 1.0)
                for language in {language for found in groups.values() for language in found}
            ]
            concepts.append(Concept(typed, (*own, *self._synonyms(groups))))
        for place, reading in enumerate(readings):
            typed = reading.word.text
            small = (len(typed) < 3 and typed.isdigit()) or _is_small(reading)
            weight = PART if place in inside else 1.0
            own = [Alternative(code, (forms,), w) for code, (forms, w) in reading.forms.items()]
            others = [] if place in inside else list(self._synonyms(spans.get((place, 1), {})))
            roots = list(self._relatives(reading))
            concepts.append(Concept(typed, (*own, *others, *roots), weight, reading.trust, small))
        return tuple(concepts)

    def _synonyms(self, groups: Iterable[int]) -> Iterator[Alternative]:
        for group in groups:
            for member in self._meanings.groups[group]:
                yield Alternative(member.language, member.words, SYNONYM)

    def _relatives(self, reading: _Reading) -> Iterator[Alternative]:
        """Yield the verb's pair of the other aspect, and words of the same root: катування for катували."""
        for language in INFLECTED:
            forms, weight = reading.forms.get(language, ((), 0.0))
            pairs = self._among(self._aspects, forms, language)
            if pairs:
                yield Alternative(language, (pairs,), weight * SAME_VERB)
            others = tuple(lemma for lemma in self._among(self._roots, forms, language) if lemma not in pairs)
            if others:
                yield Alternative(language, (others,), weight * SAME_ROOT)

    @staticmethod
    def _among(kin: Kin, forms: Sequence[str], language: str) -> tuple[str, ...]:
        keys = (key for form in forms for key in kin.keys(form, language))
        found = dict.fromkeys(lemma for key in keys for lemma in kin.words.get((language, key), ()))
        return tuple(lemma for lemma in found if lemma not in forms)


@dataclass(frozen=True)
class Kin:
    """Words of an edition by a key that relatives share."""

    keys: Callable[[str, str], Iterable[str]]
    words: Mapping[tuple[str, str], Sequence[str]]

    @classmethod
    def of(cls, known: Iterable[tuple[str, str]], keys: Callable[[str, str], Iterable[str]]) -> Kin:
        """Sort (language, dictionary form) pairs by `keys`."""
        found: dict[tuple[str, str], list[str]] = {}
        for language, lemma in sorted(known):
            for shared in keys(lemma, language):
                found.setdefault((language, shared), []).append(lemma)
        return cls(keys, found)


def _roots(lemma: str, language: str) -> Iterator[str]:
    if language in INFLECTED and len(lemma) > ROOT_LETTERS:
        yield skeleton(lemma)[:ROOT_LETTERS]


def _is_small(reading: _Reading) -> bool:
    """Whether a word carries no topic in some language that it may be in, in whatever letters it is typed."""
    return any(
        is_function_word(reading.shown, language)
        or (language in INFLECTED and bool(forms) and is_function_word(forms[0], language))
        for language, (forms, _) in (reading.forms or dict.fromkeys(FUNCTION_WORDS, ((), 1.0))).items()
    )


def _share(known: Iterable[tuple[str, float]]) -> float:
    total = letters = 0.0
    for word, share in known:
        if word.isdigit():
            continue
        total += len(word)
        letters += len(word) * share
    return letters / total if total else 0.0


def _language_vote(found: Iterable[Word], lexicon: Lexicon) -> Mapping[str, float]:
    """Return how surely the Latin words of a query are in each stemmed language; the likeliest has 1."""
    counts = dict.fromkeys(STEMMED, 0.5)
    for word in found:
        known = {entry.language for entry in lexicon.exact(word.text)}
        for language in STEMMED:
            counts[language] += (language in known) + 2 * is_function_word(word.text, language)
    best = max(counts.values())
    return {language: max(count / best, 0.3) for language, count in counts.items()}


def _shown(text: str, readings: Iterable[_Reading], *, other: bool = False) -> str:
    """Return the text with corrected words, the next likeliest ones where `other` is asked for and there are any."""
    parts, last = [], 0
    for reading in readings:
        spelt = (other and reading.other) or reading.shown
        parts += [text[last : reading.word.start], spelt if reading.corrected else reading.word.text]
        last = reading.word.end
    return "".join([*parts, text[last:]])

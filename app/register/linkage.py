"""A claimed person against recorded ones: a level and a reason for each field, bits of evidence, a probability."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA

from app.kernel.dates import PartialDate
from app.register.given import compare_given, compare_patronymics, fathers_of, is_patronymic, names_of
from app.register.names import Reason, Word, compare, masculine, parts, read, typed_elsewhere
from app.register.person import Person
from app.register.places import compare_places, read_place
from app.register.weights import DIFFERS, SAME, Weights, read_weights

WEIGHTS = Path(__file__).parent / "weights.json"


class Field(StrEnum):
    """What is compared."""

    SURNAME = "surname"
    GIVEN = "given"
    PATRONYMIC = "patronymic"
    BORN = "born"
    SEX = "sex"
    BORN_IN = "born_in"
    LIVED_IN = "lived_in"
    MISSING_FROM = "missing_from"
    MISSING_ON = "missing_on"
    CATEGORY = "category"
    UNIT = "unit"


class Part(StrEnum):
    """Which of a person's values was compared, where a field has several."""

    ITSELF = "itself"
    FORMER = "former"
    LATIN = "latin"
    OTHER_NAME = "other_name"
    """The given name for the surname, or the other way round."""


class Level(StrEnum):
    """How a field came out, in four words."""

    AGREES = "agrees"
    SIMILAR = "similar"
    DIFFERS = "differs"
    MISSING = "missing"


class Verdict(StrEnum):
    """What an entry is to a claim."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


_NAME_GRADES = {
    Reason.SAME: SAME, Reason.APOSTROPHE: SAME,
    Reason.LETTERS: "spelling", Reason.TRANSLITERATED: "spelling", Reason.DOUBLED_LETTER: "spelling",
    Reason.RUSSIAN_FORM: "form", Reason.OTHER_FORM: "form", Reason.SHORT_FORM: "form", Reason.GENDER_FORM: "form",
    Reason.LAYOUT: "form", Reason.FORMER_SURNAME: "part", Reason.HALF_OF_DOUBLE: "part",
    Reason.MISSING_LETTER: "slip", Reason.EXCHANGED_LETTERS: "slip", Reason.NEXT_KEY: "slip", Reason.ONE_LETTER: "slip",
    Reason.VOWELS: "near", Reason.TWO_LETTERS: "near", Reason.INITIAL: "initial", Reason.DIFFERS: DIFFERS,
}  # fmt: skip
_PLACE_GRADES = {
    Reason.SAME: SAME, Reason.APOSTROPHE: SAME, Reason.LETTERS: SAME, Reason.TRANSLITERATED: SAME,
    Reason.DOUBLED_LETTER: SAME, Reason.SAME_PLACE: SAME, Reason.RENAMED: SAME,
    Reason.MISSING_LETTER: "slip", Reason.EXCHANGED_LETTERS: "slip", Reason.NEXT_KEY: "slip", Reason.ONE_LETTER: "slip",
    Reason.NEIGHBOUR: "neighbour", Reason.SAME_DISTRICT: "district", Reason.SAME_REGION: "region",
    Reason.DIFFERS: DIFFERS,
}  # fmt: skip
_NAMES = (SAME, "spelling", "form", "part", "slip", "near", "initial", DIFFERS)
_PLACES = (SAME, "slip", "neighbour", "district", "region", DIFFERS)
_DATES = (SAME, "swapped", "slip", "month", "year", "near", "same_month", "same_year", DIFFERS)
_PLAIN = (SAME, DIFFERS)
GRADES: Mapping[Field, tuple[str, ...]] = {
    Field.SURNAME: _NAMES, Field.GIVEN: _NAMES, Field.PATRONYMIC: _NAMES, Field.BORN: _DATES, Field.SEX: _PLAIN,
    Field.BORN_IN: _PLACES, Field.LIVED_IN: _PLACES, Field.MISSING_FROM: _PLACES, Field.MISSING_ON: _DATES,
    Field.CATEGORY: _PLAIN, Field.UNIT: (SAME, "near", DIFFERS),
}  # fmt: skip
"""The grades of each field, of which the weights file has m and u."""

_BY_RARITY = {SAME: 1.0, "spelling": 1.0, "form": 1.0, "part": 1.0, "slip": 0.7, "near": 0.5}
"""How much of a name's rarity counts: slips also come from other names that happen to be near."""
_NAMED = (Field.SURNAME, Field.GIVEN, Field.PATRONYMIC)
_IDENTITY = (*_NAMED, Field.BORN)
_OTHER_DAY = ("near", "same_month", "same_year")
_GROUPS = ((Field.BORN_IN, Field.LIVED_IN), (Field.MISSING_FROM, Field.MISSING_ON, Field.CATEGORY, Field.UNIT))
"""Fields that go together in families and in units."""
_GROUP_BITS = 9.0
"""Most that such a group says for a match: brothers share a home, and comrades a place and a day."""
_SWAP_BITS = 1.0
"""What each of two swapped names is worth less than in its place."""

RAREST = 1 / 20_000
"""Share of the register that a name is taken to have at least; below it, counts are too small to trust."""

Rarity = Callable[[str, str], float | None]
"""Asked with a kind (surname, given, patronymic) and a token, the share of entries with it; None where unknown."""


def no_rarity(kind: str, token: str) -> None:
    """Know no name's share: every agreement then weighs as that on an average name."""


@dataclass(frozen=True)
class Finding:
    """How one field came out: level, reason, and which two of the values were compared."""

    field: Field
    level: Level
    reason: Reason
    grade: str
    bits: float
    claimed: Part = Part.ITSELF
    recorded: Part = Part.ITSELF


@dataclass(frozen=True)
class Comparison:
    """How a claim and an entry compare as a whole."""

    bits: float
    findings: tuple[Finding, ...]

    @property
    def has_conflict(self) -> bool:
        """Whether surname, given name, patronymic or birth date plainly differ; of a date, more than a slip."""
        return any(
            (found.field in _IDENTITY and found.level is Level.DIFFERS)
            or (found.field is Field.BORN and found.grade in _OTHER_DAY)
            for found in self.findings
        )


@dataclass(frozen=True)
class Match:
    """An entry as an answer to a claim, with the probability that it is the person, given every other candidate."""

    entry: int
    person: Person = field(repr=False)
    comparison: Comparison
    probability: float
    verdict: Verdict


@dataclass(frozen=True)
class Linkage:
    """The comparison of persons by given weights; `rarity` tells how common a name is in the register."""

    weights: Weights
    rarity: Rarity = no_rarity

    def compare(self, claim: Person, entry: Person) -> Comparison:
        """Return how `claim` and `entry` compare. The bits are the same in both directions."""
        claim, entry = arranged(claim), arranged(entry)
        return self._whole(list(self._names(claim, entry)), claim, entry)

    def _whole(self, names: list[Finding], claim: Person, entry: Person) -> Comparison:
        findings = [*names, *self._others(claim, entry)]
        total = sum(found.bits for found in findings)
        for group in _GROUPS:
            together = sum(found.bits for found in findings if found.field in group)
            total -= max(together - _GROUP_BITS, 0.0)
        return Comparison(total, tuple(findings))

    def rank(self, claim: Person, candidates: Mapping[int, Person], *, population: int) -> list[Match]:
        """Return the candidates by their probability, best first.

        A claim is one entry of the `population` of the register, or none; so two that fit equally well are each at
        most half as probable. Entries that are themselves plainly one person entered twice are no rivals. Those whose
        names and birth date leave them no chance are left out.
        """
        claim = arranged(claim)
        hopeless = math.log2(max(population, 1)) - _HOPELESS
        compared: list[tuple[Comparison, int]] = []
        for number, person in candidates.items():
            entry = arranged(person)
            names = list(self._names(claim, entry))
            if self._has_chance(names, claim, entry, hopeless):
                compared.append((self._whole(names, claim, entry), number))
        compared.sort(key=lambda pair: (-pair[0].bits, pair[1]))
        prior = self.weights.in_register / max(population, 1)
        odds = [prior * 2 ** min(comparison.bits, 200.0) for comparison, _ in compared]
        rest = 1 - self.weights.in_register
        total = rest + sum(odds)
        found = []
        for place, (comparison, number) in enumerate(compared):
            own = odds[place]
            if place < _TWINS and own / total > _RIVAL:
                own = sum(
                    odds[other]
                    for other in range(min(_TWINS, len(compared)))
                    if other == place
                    or (
                        odds[other] / total > _RIVAL
                        and self._are_one(candidates[number], candidates[compared[other][1]], population)
                    )
                )
            probability = own / total
            alone = odds[place] / (rest + odds[place])
            verdict = self._verdict(comparison, probability, alone)
            found.append(Match(number, candidates[number], comparison, probability, verdict))
        return found

    def _has_chance(self, names: list[Finding], claim: Person, entry: Person, hopeless: float) -> bool:
        """Whether a name fits at all, and names and birth date together leave an entry a chance."""
        if all(found.level in (Level.DIFFERS, Level.MISSING) for found in names):
            return False
        _, grade = compare_dates(claim.born, entry.born)
        born = self.weights.fields[Field.BORN].bits[grade] if grade else 0.0
        return born + sum(found.bits for found in names) >= hopeless

    def _verdict(self, comparison: Comparison, probability: float, alone: float) -> Verdict:
        thresholds = self.weights.thresholds
        if probability >= thresholds.likely and not comparison.has_conflict:
            return Verdict.LIKELY
        return Verdict.POSSIBLE if alone >= thresholds.possible else Verdict.UNLIKELY

    def _are_one(self, first: Person, second: Person, population: int) -> bool:
        comparison = self.compare(first, second)
        odds = 2 ** min(comparison.bits, 200.0) / max(population, 1)
        return not comparison.has_conflict and odds / (1 + odds) >= self.weights.thresholds.likely

    def _names(self, claim: Person, entry: Person) -> Iterable[Finding]:
        surname = best_surname(claim, entry)
        given = best_given(claim, entry)
        both_differ = surname[0] is given[0] is Reason.DIFFERS
        # Either of the two may have them the wrong way round; which of them shall not matter.
        if both_differ and (swapped := _swapped(claim, entry)):
            for where, reason in zip((Field.SURNAME, Field.GIVEN), swapped, strict=True):
                grade = _NAME_GRADES[reason]
                bits = max(self._bits(where, grade, claim, entry) - _SWAP_BITS, 0.0)
                other = Part.OTHER_NAME
                yield Finding(where, Level.SIMILAR, Reason.SWAPPED_NAMES, grade, bits, other, other)
            yield self._patronymic(claim, entry)
            return
        yield self._named(Field.SURNAME, *surname, claim, entry)
        yield self._named(Field.GIVEN, *given, claim, entry)
        yield self._patronymic(claim, entry)

    def _patronymic(self, claim: Person, entry: Person) -> Finding:
        reason = _patronymic(claim.patronymic, entry.patronymic)
        return self._named(Field.PATRONYMIC, reason, Part.ITSELF, Part.ITSELF, claim, entry)

    def _named(
        self, where: Field, reason: Reason, claimed: Part, recorded: Part, claim: Person, entry: Person
    ) -> Finding:
        if reason is Reason.MISSING:
            return Finding(where, Level.MISSING, reason, "", 0.0, claimed, recorded)
        grade = _NAME_GRADES[reason]
        return Finding(where, _level(grade), reason, grade, self._bits(where, grade, claim, entry), claimed, recorded)

    def _bits(self, where: Field, grade: str, claim: Person, entry: Person) -> float:
        """Return a name's bits, with its rarity: agreement on Коваленко says less than agreement on a rare name."""
        weights = self.weights.fields[where]
        bits = weights.bits[grade]
        part = _BY_RARITY.get(grade, 0.0)
        if not part:
            return bits
        if self.rarity is no_rarity:
            return bits
        shares = [self.rarity(where, token) for person in (claim, entry) for token in tokens(where, person)]
        known = [share for share in shares if share is not None]
        # The commoner of the two names: a misspelt common name is still that of many.
        more = -math.log2(max([*known, RAREST])) - weights.usual_rarity
        top = max(weights.bits[SAME] + more, 0.0)
        return min(max(bits + part * more, weights.bits[DIFFERS]), top)

    def _others(self, claim: Person, entry: Person) -> Iterable[Finding]:
        yield self._found(Field.BORN, *compare_dates(claim.born, entry.born))
        yield self._found(Field.SEX, *_plain(claim.sex or "", entry.sex or ""))
        for where, a, b in (
            (Field.BORN_IN, claim.born_in, entry.born_in),
            (Field.LIVED_IN, claim.lived_in, entry.lived_in),
            (Field.MISSING_FROM, claim.missing_from, entry.missing_from),
        ):
            reason = compare_places(read_place(a), read_place(b)) if a and b else Reason.MISSING
            yield self._found(where, reason, _PLACE_GRADES.get(reason, ""))
        yield self._found(Field.MISSING_ON, *compare_days(claim.missing_on, entry.missing_on))
        yield self._found(Field.CATEGORY, *_plain(claim.category, entry.category))
        yield self._found(Field.UNIT, *_units(claim.unit, entry.unit))

    def _found(self, where: Field, reason: Reason, grade: str) -> Finding:
        if reason is Reason.MISSING:
            return Finding(where, Level.MISSING, reason, "", 0.0)
        return Finding(where, _level(grade), reason, grade, self.weights.fields[where].bits[grade])


_HOPELESS = 32.0
"""Bits that names and birth date may fall short of an even chance: all else together says 20 at most (_GROUP_BITS),
and a probability under 2**-12 interests nobody."""
_TWINS = 5
"""Among how many of the best an entry that was made twice is looked for."""
_RIVAL = 0.02
"""Probability from which on a candidate counts as a rival worth that look."""


@cache
def shipped_weights() -> Weights:
    """Return the weights that ship with the register."""
    return read_weights(WEIGHTS)


def _level(grade: str) -> Level:
    return {SAME: Level.AGREES, DIFFERS: Level.DIFFERS}.get(grade, Level.SIMILAR)


def arranged(person: Person) -> Person:
    """Return a person whose full name stood in one field with its parts in their own fields."""
    if person.patronymic or " " not in f"{person.surname} {person.given}".strip():
        return person
    return _arranged(person)


def _arranged(person: Person) -> Person:
    given = person.given.split()
    if len(given) == 2 and _is_patronymic(given[1]):
        return replace(person, given=given[0], patronymic=given[1])
    whole = person.surname.split()
    if given or len(whole) < 2:
        return person
    if len(whole) == 2:
        return replace(person, surname=whole[0], given=whole[1])
    # Papers begin with the surname; people speak of Іван Петрович Юхимович, where only the given name tells the order.
    if _is_patronymic(whole[1]) and (names_of(read(whole[0])) or not _is_patronymic(whole[-1])):
        return replace(person, surname=" ".join(whole[2:]), given=whole[0], patronymic=whole[1])
    if _is_patronymic(whole[-1]):
        return replace(person, surname=" ".join(whole[:-2]), given=whole[-2], patronymic=whole[-1])
    return person


def _is_patronymic(text: str) -> bool:
    """Whether a word, or what the same keys give under another layout, has the ending of a patronymic."""
    word = read(text)
    return is_patronymic(word) or (not word.is_cyrillic and any(map(is_patronymic, typed_elsewhere(text))))


def tokens(where: Field, person: Person) -> tuple[str, ...]:
    """Return under what a person's name is counted: a spelling-free form of surname, given name or patronymic."""
    match where:
        case Field.SURNAME:
            return tuple(masculine(form) for form in read(person.surname).skeletons[:1])
        case Field.GIVEN:
            word = read(person.given)
            return tuple(names_of(word)) or word.skeletons[:1]
        case Field.PATRONYMIC:
            word = read(person.patronymic)
            return tuple(fathers_of(word)) or word.skeletons[:1]
    return ()


_BEST = {reason: place for place, reason in enumerate((
    Reason.SAME, Reason.APOSTROPHE, Reason.LETTERS, Reason.TRANSLITERATED, Reason.DOUBLED_LETTER, Reason.GENDER_FORM,
    Reason.RUSSIAN_FORM, Reason.OTHER_FORM, Reason.SHORT_FORM, Reason.LAYOUT, Reason.FORMER_SURNAME,
    Reason.HALF_OF_DOUBLE, Reason.EXCHANGED_LETTERS, Reason.NEXT_KEY, Reason.MISSING_LETTER, Reason.ONE_LETTER,
    Reason.VOWELS, Reason.TWO_LETTERS, Reason.INITIAL, Reason.DIFFERS, Reason.MISSING,
))}  # fmt: skip
_AGREE = frozenset({Reason.SAME, Reason.APOSTROPHE, Reason.LETTERS, Reason.TRANSLITERATED, Reason.DOUBLED_LETTER})


def best_surname(claim: Person, entry: Person) -> tuple[Reason, Part, Part]:
    """Return how the surnames relate: of all pairs of present, former and Latin ones, the pair that fits best."""
    first = _surname(claim.surname, entry.surname)
    best = (first, Part.ITSELF, Part.ITSELF)
    if first in _AGREE:
        return best
    if not (claim.former_surnames or entry.former_surnames or claim.latin_surname or entry.latin_surname):
        return best
    for a, a_part in _surnames(claim):
        for b, b_part in _surnames(entry):
            if a_part is Part.ITSELF and b_part is Part.ITSELF:
                continue
            reason = _surname(a, b)
            if Part.FORMER in (a_part, b_part) and reason not in (Reason.DIFFERS, Reason.MISSING):
                reason = Reason.FORMER_SURNAME if reason in _AGREE or reason is Reason.GENDER_FORM else reason
            if _BEST[reason] < _BEST[best[0]]:
                best = (reason, a_part, b_part)
    return best


def _swapped(claim: Person, entry: Person) -> tuple[Reason, Reason] | None:
    """Return how surname and given name relate when they are exchanged; None where they do not fit so either."""
    fitting = []
    for one, other in ((claim, entry), (entry, claim)):
        surname = _surname(one.given, other.surname)
        if surname in _UNFIT:
            continue
        given = _given(one.surname, other.given)
        if given not in _UNFIT:
            fitting.append((surname, given))
    return min(fitting, key=_worst_first, default=None)


_UNFIT = frozenset({Reason.DIFFERS, Reason.INITIAL, Reason.MISSING})


def _worst_first(way: tuple[Reason, Reason]) -> tuple[list[int], int]:
    ranks = [_BEST[reason] for reason in way]
    return sorted(ranks, reverse=True), ranks[0]


def _surnames(person: Person) -> Iterable[tuple[str, Part]]:
    yield person.surname, Part.ITSELF
    for former in person.former_surnames:
        yield former, Part.FORMER
    if person.latin_surname:
        yield person.latin_surname, Part.LATIN


@lru_cache(maxsize=100_000)
def _surname(one: str, other: str) -> Reason:
    a, b = read(one), read(other)
    reason = compare(a, b)
    if reason in _AGREE or reason is Reason.MISSING:
        return reason
    if _is_other_gender(a, b):
        return Reason.GENDER_FORM
    if _BEST[reason] > _BEST[Reason.HALF_OF_DOUBLE]:
        a_parts, b_parts = parts(a), parts(b)
        if (len(a_parts) > 1 or len(b_parts) > 1) and any(
            len(x.bare) > 2 and len(y.bare) > 2 and compare(x, y) in _AGREE for x in a_parts for y in b_parts
        ):
            return Reason.HALF_OF_DOUBLE
    return _elsewhere(one, other, _spelling) if reason is Reason.DIFFERS else reason


@lru_cache(maxsize=100_000)
def _given(one: str, other: str) -> Reason:
    reason = compare_given(read(one), read(other))
    return _elsewhere(one, other, compare_given) if reason is Reason.DIFFERS else reason


@lru_cache(maxsize=100_000)
def _patronymic(one: str, other: str) -> Reason:
    reason = compare_patronymics(read(one), read(other))
    return _elsewhere(one, other, compare_patronymics) if reason is Reason.DIFFERS else reason


def _spelling(a: Word, b: Word) -> Reason:
    """Compare two surnames by their letters and by the ending of the other gender."""
    reason = compare(a, b)
    return Reason.GENDER_FORM if reason not in _AGREE and _is_other_gender(a, b) else reason


def _is_other_gender(a: Word, b: Word) -> bool:
    return any(masculine(x) == masculine(y) for x in a.skeletons for y in b.skeletons)


def _elsewhere(one: str, other: str, relate: Callable[[Word, Word], Reason]) -> Reason:
    """Return LAYOUT where one of two names is the other, or a form of it, typed under another keyboard layout.

    Where it was also mistyped, that slip; DIFFERS where it fits under no layout or both are of one script.
    """
    if read(one).is_cyrillic == read(other).is_cyrillic:
        return Reason.DIFFERS
    found = min(
        (
            relate(typed, read(right))
            for wrong, right in ((one, other), (other, one))
            for typed in typed_elsewhere(wrong)
        ),
        key=_BEST.__getitem__,
        default=Reason.DIFFERS,
    )
    if _BEST[found] < _BEST[Reason.LAYOUT]:
        return Reason.LAYOUT
    return found if found in _SLIPS else Reason.DIFFERS


_SLIPS = frozenset({Reason.MISSING_LETTER, Reason.EXCHANGED_LETTERS, Reason.NEXT_KEY, Reason.ONE_LETTER})


def best_given(claim: Person, entry: Person) -> tuple[Reason, Part, Part]:
    """Return how the given names relate, in Cyrillic or in Latin letters, whichever fits better."""
    best = (_given(claim.given, entry.given), Part.ITSELF, Part.ITSELF)
    if best[0] in _AGREE or not (claim.latin_given or entry.latin_given):
        return best
    for a, a_part in ((claim.given, Part.ITSELF), (claim.latin_given, Part.LATIN)):
        for b, b_part in ((entry.given, Part.ITSELF), (entry.latin_given, Part.LATIN)):
            reason = _given(a, b)
            if _BEST[reason] < _BEST[best[0]]:
                best = (reason, a_part, b_part)
    return best


def compare_dates(a: PartialDate | None, b: PartialDate | None) -> tuple[Reason, str]:
    """Return how two birth dates relate, and the grade. The same in both directions."""
    if a is None or b is None:
        return Reason.MISSING, ""
    if a.is_exact and b.is_exact:
        return _exact(a, b)
    if a.year == b.year:
        if a.month is None or b.month is None:
            return Reason.AS_FAR_AS_KNOWN, "year"
        return (Reason.AS_FAR_AS_KNOWN, "month") if a.month == b.month else (Reason.SAME_YEAR, "same_year")
    if abs(a.year - b.year) == 1 and (a.month is None or b.month is None or a.month == b.month):
        return Reason.YEAR_OFF, "near"
    return Reason.DIFFERS, DIFFERS


def _exact(a: PartialDate, b: PartialDate) -> tuple[Reason, str]:
    if a == b:
        return Reason.SAME, SAME
    if a.year == b.year and (a.month, a.day) == (b.day, b.month):
        return Reason.DAY_AND_MONTH_SWAPPED, "swapped"
    if (a.month, a.day) == (b.month, b.day) and abs(a.year - b.year) == 1:
        return Reason.YEAR_OFF, "slip"
    if OSA.distance(_digits(a), _digits(b), score_cutoff=1) == 1:
        return Reason.ONE_DIGIT, "slip"
    if (a.month, a.day) == (b.day, b.month) and abs(a.year - b.year) == 1:
        return Reason.DAY_AND_MONTH_SWAPPED, "near"
    if a.year == b.year:
        return (Reason.SAME_MONTH, "same_month") if a.month == b.month else (Reason.SAME_YEAR, "same_year")
    return Reason.DIFFERS, DIFFERS


def _digits(day: PartialDate) -> str:
    return f"{day.day:02d}{day.month:02d}{day.year:04d}"


_FEW_DAYS = 7
_MONTH_DAYS = 31


def compare_days(a: PartialDate | None, b: PartialDate | None) -> tuple[Reason, str]:
    """Return how two dates of disappearance relate: as birth dates, but days around it are near."""
    reason, grade = compare_dates(a, b)
    if a is None or b is None or reason in (Reason.SAME, Reason.AS_FAR_AS_KNOWN):
        return reason, grade
    apart = max((a.earliest - b.latest).days, (b.earliest - a.latest).days)
    if apart <= _FEW_DAYS:
        return Reason.NEAR, "near"
    if grade in ("same_month", "same_year", DIFFERS) or not (a.is_exact and b.is_exact):
        return (Reason.SAME_MONTH, "same_month") if apart <= _MONTH_DAYS else (Reason.DIFFERS, DIFFERS)
    return reason, grade


def _plain(a: str, b: str) -> tuple[Reason, str]:
    if not a or not b:
        return Reason.MISSING, ""
    return (Reason.SAME, SAME) if a == b else (Reason.DIFFERS, DIFFERS)


@lru_cache(maxsize=10_000)
def _unit(text: str) -> tuple[Word, frozenset[str]]:
    return read(text), frozenset(number.lstrip("0") for number in re.findall(r"\d+", text))


def _units(a: str, b: str) -> tuple[Reason, str]:
    """Compare two units: by their numbers (93 ОМБр, 93-тя бригада, в/ч А1302), else by their names."""
    if not a.strip() or not b.strip():
        return Reason.MISSING, ""
    (a_word, a_numbers), (b_word, b_numbers) = _unit(a), _unit(b)
    if a_numbers == b_numbers and a_word.bare == b_word.bare:
        return Reason.SAME, SAME
    if a_numbers and b_numbers:
        return (Reason.LETTERS, "near") if a_numbers & b_numbers else (Reason.DIFFERS, DIFFERS)
    spelling = compare(a_word, b_word)
    return (spelling, "near") if spelling not in (Reason.DIFFERS, Reason.MISSING) else (Reason.DIFFERS, DIFFERS)


def fields_of(comparison: Comparison) -> Sequence[int]:
    """Return the grades of a comparison as numbers in the order of GRADES; -1 where a field is missing."""
    by_field = {found.field: found for found in comparison.findings}
    return [GRADES[where].index(by_field[where].grade) if by_field[where].grade else -1 for where in GRADES]

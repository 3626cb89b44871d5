"""The kinds of error in what families write, each made on purpose, to measure how well each is found again."""

from __future__ import annotations

import calendar
import random
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from functools import cache
from typing import Any

from app.kernel.dates import PartialDate
from app.kernel.transliteration import System, romanise
from app.register.given import Form, Given, given_names, names_of, patronymics, russian_patronymics
from app.register.names import NEIGHBOURS, read
from app.register.person import Person, Sex
from app.register.places import gazetteer, read_place, renamings
from app.register.population import written
from app.search.fold import switch


class Mistake(StrEnum):
    """A kind of error, or none."""

    EXACT = "exact"
    APOSTROPHE = "apostrophe"
    LETTERS = "i_y_letters"
    NATIONAL = "latin_2010"
    PASSPORT_2007 = "latin_passport_2007"
    PASSPORT_BEFORE = "latin_passport_before"
    RUSSIAN = "russian_spelling"
    RUSSIAN_LATIN = "russian_in_latin"
    POLISH = "polish_spelling"
    LAYOUT = "wrong_layout"
    SWAPPED_NAMES = "swapped_names"
    NO_PATRONYMIC = "no_patronymic"
    RUSSIAN_PATRONYMIC = "russian_patronymic"
    SHORT_FORM = "short_form"
    SLIP_SURNAME = "slip_in_surname"
    SLIP_GIVEN = "slip_in_given"
    SLIP_PATRONYMIC = "slip_in_patronymic"
    SLIP_BOTH = "slip_in_both"
    DOUBLED_LETTER = "doubled_letter"
    DROPPED_LETTER = "dropped_letter"
    EXCHANGED_LETTERS = "exchanged_letters"
    SWAPPED_DATE = "swapped_day_month"
    YEAR_OFF = "year_off_by_one"
    DATE_DIGIT = "one_digit_of_date"
    DAY_UNKNOWN = "day_unknown"
    ONLY_YEAR = "only_year"
    FORMER_SURNAME = "former_surname"
    UNRECORDED_SURNAME = "surname_not_recorded"
    HALF_SURNAME = "half_of_double_surname"
    RENAMED_PLACE = "place_renamed"
    NEIGHBOUR_PLACE = "place_is_neighbour"
    GENDER_ENDING = "ending_of_other_gender"
    HYPHEN = "hyphen_of_double_surname"
    RUSSIAN_LAYOUT = "wrong_russian_layout"
    LOOK_ALIKES = "latin_look_alikes"
    ONE_FIELD = "full_name_in_one_field"
    INITIALS = "initials"


_SCRIPT = {
    Mistake.NATIONAL, Mistake.PASSPORT_2007, Mistake.PASSPORT_BEFORE, Mistake.RUSSIAN, Mistake.RUSSIAN_LATIN,
    Mistake.POLISH, Mistake.LAYOUT, Mistake.RUSSIAN_LAYOUT, Mistake.LOOK_ALIKES,
}  # fmt: skip
_TOUCHES: Mapping[Mistake, frozenset[str]] = {
    Mistake.EXACT: frozenset(),
    **dict.fromkeys(_SCRIPT, frozenset({"script"})),
    Mistake.APOSTROPHE: frozenset({"apostrophe", "script"}),
    Mistake.LETTERS: frozenset({"letters", "script"}),
    Mistake.SWAPPED_NAMES: frozenset({"order"}),
    Mistake.NO_PATRONYMIC: frozenset({"patronymic"}),
    Mistake.RUSSIAN_PATRONYMIC: frozenset({"patronymic", "script"}),
    Mistake.SHORT_FORM: frozenset({"given"}),
    Mistake.SLIP_SURNAME: frozenset({"surname"}),
    Mistake.SLIP_GIVEN: frozenset({"given"}),
    Mistake.SLIP_PATRONYMIC: frozenset({"patronymic"}),
    Mistake.SLIP_BOTH: frozenset({"surname", "given"}),
    Mistake.DOUBLED_LETTER: frozenset({"surname"}),
    Mistake.DROPPED_LETTER: frozenset({"surname"}),
    Mistake.EXCHANGED_LETTERS: frozenset({"surname"}),
    Mistake.SWAPPED_DATE: frozenset({"date"}),
    Mistake.YEAR_OFF: frozenset({"date"}),
    Mistake.DATE_DIGIT: frozenset({"date"}),
    Mistake.DAY_UNKNOWN: frozenset({"date"}),
    Mistake.ONLY_YEAR: frozenset({"date"}),
    Mistake.FORMER_SURNAME: frozenset({"surname"}),
    Mistake.UNRECORDED_SURNAME: frozenset({"surname"}),
    Mistake.HALF_SURNAME: frozenset({"surname"}),
    Mistake.RENAMED_PLACE: frozenset({"place"}),
    Mistake.NEIGHBOUR_PLACE: frozenset({"place"}),
    Mistake.GENDER_ENDING: frozenset({"surname"}),
    Mistake.HYPHEN: frozenset({"surname"}),
    Mistake.ONE_FIELD: frozenset({"order"}),
    Mistake.INITIALS: frozenset({"given", "patronymic", "order"}),
}
"""What a mistake is about; two that touch the same are not made at once."""


def pairs() -> list[tuple[Mistake, Mistake]]:
    """Return every two mistakes that can be made at once, in the order in which they are made."""
    kinds = sorted((kind for kind in Mistake if kind is not Mistake.EXACT), key=_order)
    return [
        (first, second)
        for place, first in enumerate(kinds)
        for second in kinds[place + 1 :]
        if not _TOUCHES[first] & _TOUCHES[second]
    ]


def _order(kind: Mistake) -> tuple[int, str]:
    """Change the spelling of words first, then the script, then which word stands where."""
    return (2 if kind in (Mistake.SWAPPED_NAMES, Mistake.ONE_FIELD, Mistake.INITIALS) else kind in _SCRIPT, kind)


def make(kind: Mistake, person: Person, rng: random.Random, other: Person) -> Person | None:
    """Return `person` with one mistake of a kind; None where it cannot be made. `other` lends a surname."""
    if kind is Mistake.EXACT:
        return person
    if kind is Mistake.UNRECORDED_SURNAME:
        changed = replace(person, surname=other.surname)
    else:
        changed = _MAKERS[kind](person, rng)  # type: ignore[assignment]
    return changed if changed is not None and changed != person else None


def _apostrophe(person: Person, rng: random.Random) -> Person | None:
    mark = rng.choice(("", "'", "`", "ʼ", '"', " "))
    return _all_names(person, lambda name: name.replace("’", mark))


_LETTERS = {"и": "і", "і": "и", "ї": "і", "є": "е", "е": "є", "ґ": "г", "ь": ""}


def _letters(person: Person, rng: random.Random) -> Person | None:
    field = rng.choice(("surname", "given", "patronymic"))
    name = getattr(person, field)
    places = [place for place, letter in enumerate(name) if place > 0 and letter in _LETTERS]
    if not places:
        return None
    at = rng.choice(places)
    return replace(person, **{field: name[:at] + _LETTERS[name[at]] + name[at + 1 :]})


def _all_names(person: Person, change: Callable[[str], str]) -> Person:
    return replace(
        person,
        surname=change(person.surname),
        given=change(person.given),
        patronymic=change(person.patronymic),
    )


def _latin(system: System) -> Callable[[Person, random.Random], Person]:
    return lambda person, _: _all_names(person, lambda name: romanise(name, system))


_RUSSIAN_LETTERS = str.maketrans({"і": "и", "ї": "и", "є": "е", "ґ": "г", "’": "ъ", "І": "И", "Ї": "И", "Є": "Е"})


def russian(person: Person) -> Person:
    """Return a person's names as Russian papers have them: known names in their form, others letter by letter."""
    return replace(
        person,
        surname=_russian_surname(person.surname),
        given=_russian_given(person.given),
        patronymic=_russian_patronymic(person.patronymic, person.sex),
    )


def _russian_surname(name: str) -> str:
    name = re.sub(r"(ськ|цьк|зьк)ий\b", lambda found: found.group(1).replace("ь", "") + "ий", name)
    name = re.sub(r"(ськ|цьк|зьк)а\b", lambda found: found.group(1).replace("ь", "") + "ая", name)
    name = name.replace("ьо", "ё").replace("йо", "ё").replace("ці", "ци").replace("ець", "ец")
    # ы is written for и after most consonants in the middle of a word: Мыкытенко, but Лысенко for Лисенко.
    return (
        name.replace("и", "ы", 1).translate(_RUSSIAN_LETTERS)
        if name.endswith("енко")
        else (name.translate(_RUSSIAN_LETTERS))
    )


def _known(name: str) -> Given | None:
    key = next((key for key, form in names_of(read(name)).items() if form is Form.FULL), None)
    return next((given for given in given_names() if f"{given.sex}:{given.name}" == key), None)


def _russian_given(name: str) -> str:
    known = _known(name)
    if known and Form.RUSSIAN in known.forms:
        return known.forms[Form.RUSSIAN][0]
    return name.translate(_RUSSIAN_LETTERS)


def _russian_patronymic(name: str, sex: Sex | None) -> str:
    ending = "вна" if sex is Sex.FEMALE else "ич"
    for given in given_names():
        if given.sex is Sex.MALE and name in _patronymics(given):
            for father in given.forms.get(Form.RUSSIAN, ()):
                fitting = [form for form in russian_patronymics(father) if form.endswith((ending, "ична"))]
                if fitting:
                    return fitting[0]
    return name.translate(_RUSSIAN_LETTERS).replace("ивна", "овна")


def _patronymics(given: Given) -> tuple[str, ...]:
    return patronymics(given.name)


def _russian_patronymic_only(person: Person, _: random.Random) -> Person:
    return replace(person, patronymic=_russian_patronymic(person.patronymic, person.sex))


def _russian_latin(person: Person, _: random.Random) -> Person:
    return _all_names(russian(person), lambda name: romanise(name, System.RUSSIAN))


def _layout(person: Person, _: random.Random) -> Person:
    return _all_names(person, lambda name: switch(name.lower().replace("’", "'"), "uk-en"))


def _swapped_names(person: Person, _: random.Random) -> Person:
    return replace(person, surname=person.given, given=person.surname)


def _short_form(person: Person, rng: random.Random) -> Person | None:
    known = _known(person.given)
    if known is None or Form.SHORT not in known.forms:
        return None
    return replace(person, given=rng.choice(known.forms[Form.SHORT]))


def _slip(name: str, rng: random.Random) -> str:
    """Return a name with one typing slip: a neighbour's key, mostly, else a letter lost, doubled or exchanged."""
    if len(name) < 3:
        return name
    at = rng.randrange(1, len(name))
    chance = rng.random()
    if chance < 0.55:
        near = sorted(NEIGHBOURS.get(name[at].lower(), ()))
        return name[:at] + rng.choice(near) + name[at + 1 :] if near else name[:at] + name[at + 1 :]
    if chance < 0.75:
        return name[:at] + name[at + 1 :]
    if chance < 0.85:
        return name[:at] + name[at] + name[at:]
    return _exchanged(name, rng)


def _exchanged(name: str, rng: random.Random) -> str:
    places = [at for at in range(1, len(name) - 1) if name[at] != name[at + 1]]
    if not places:
        return name
    at = rng.choice(places)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _doubled(person: Person, rng: random.Random) -> Person:
    at = rng.randrange(len(person.surname))
    return replace(person, surname=person.surname[: at + 1] + person.surname[at].lower() + person.surname[at + 1 :])


def _dropped(person: Person, rng: random.Random) -> Person | None:
    if len(person.surname) < 4:
        return None
    at = rng.randrange(1, len(person.surname))
    return replace(person, surname=person.surname[:at] + person.surname[at + 1 :])


def _swapped_date(person: Person, _: random.Random) -> Person | None:
    born = person.born
    if born is None or born.day is None or born.month is None or born.day > 12:
        return None
    return replace(person, born=PartialDate(born.year, born.day, born.month))


def _year_off(person: Person, rng: random.Random) -> Person | None:
    born = person.born
    if born is None:
        return None
    year = born.year + rng.choice((-1, 1))
    day = born.day
    if day is not None and born.month is not None:
        day = min(day, calendar.monthrange(year, born.month)[1])
    return replace(person, born=PartialDate(year, born.month, day))


def _date_digit(person: Person, rng: random.Random) -> Person | None:
    """Change one digit of a whole birth date, so that it stays a date of a grown person's life."""
    born = person.born
    if born is None or not born.is_exact:
        return None
    written = f"{born.day:02d}{born.month:02d}{born.year}"
    for _ in range(20):
        at = rng.choice((0, 1, 2, 3, 6, 7))
        changed = written[:at] + rng.choice("0123456789") + written[at + 1 :]
        with suppress(ValueError):
            other = PartialDate(int(changed[4:]), int(changed[2:4]), int(changed[:2]))
            if other != born and other.year <= _LAST_BIRTH:
                return replace(person, born=other)
    return None


_LAST_BIRTH = 2010


def _day_unknown(person: Person, _: random.Random) -> Person | None:
    if person.born is None or person.born.day is None:
        return None
    return replace(person, born=PartialDate(person.born.year, person.born.month))


def _only_year(person: Person, _: random.Random) -> Person | None:
    return None if person.born is None else replace(person, born=PartialDate(person.born.year))


def _former(person: Person, rng: random.Random) -> Person | None:
    if not person.former_surnames:
        return None
    return replace(person, surname=rng.choice(person.former_surnames))


def _half(person: Person, rng: random.Random) -> Person | None:
    halves = person.surname.split("-")
    return replace(person, surname=rng.choice(halves)) if len(halves) > 1 else None


def _renamed(person: Person, _: random.Random) -> Person | None:
    for field in ("missing_from", "lived_in", "born_in"):
        for old, new, _region in renamings():
            place = getattr(person, field)
            if re.search(rf"(?<![\w’-]){re.escape(new)}(?![\w’-])", place):
                return replace(person, **{field: place.replace(new, old)})
    return None


def _neighbour(person: Person, rng: random.Random) -> Person | None:
    for field in rng.sample(("missing_from", "lived_in", "born_in"), 3):
        if (near := _near(getattr(person, field), rng, "community")) is not None:
            changed: dict[str, Any] = {field: near}
            return replace(person, **changed)
    return None


def _near(place: str, rng: random.Random, level: str) -> str | None:
    """Return another settlement of the community, district or region of `place`; None where there is none."""
    known = sorted(read_place(place).settlements)
    if not known:
        return None
    number = rng.choice(known)
    unit = getattr(gazetteer().settlements[number], level)
    others = [other for other in _settlements(level)[unit] if other not in known]
    return written(rng, gazetteer().settlements[rng.choice(others)]) if others else None


@cache
def _settlements(level: str) -> Mapping[int, tuple[int, ...]]:
    """Return the settlements of every community, district or region."""
    found: dict[int, list[int]] = {}
    for number, settlement in enumerate(gazetteer().settlements):
        found.setdefault(getattr(settlement, level), []).append(number)
    return {unit: tuple(numbers) for unit, numbers in found.items()}


_FEMININE = re.compile(r"(?<=[сцз]ьк)ий\b|(?<=[оеєї]в)\b|(?<=[иі]н)\b")
_MASCULINE = re.compile(r"(?<=[сцз]ьк)а\b|(?<=[оеєї]в)а\b|(?<=[иі]н)а\b")


def _gender_ending(person: Person, _: random.Random) -> Person:
    changed = _MASCULINE.sub(lambda found: "ий" if found.string[found.start() - 1] == "к" else "", person.surname)
    if changed == person.surname:
        changed = _FEMININE.sub("а", person.surname)
    return replace(person, surname=changed)


def _hyphen(person: Person, rng: random.Random) -> Person:
    return replace(person, surname=person.surname.replace("-", rng.choice((" ", "", " - ", "–"))))


def _russian_layout(person: Person, _: random.Random) -> Person:
    return _all_names(russian(person), lambda name: switch(name.lower(), "ru-en"))


_LOOK_ALIKE = str.maketrans("аеіосрхуАВЕІКМНОРСТХ", "aeiocpxyABEIKMHOPCTX")


def _look_alikes(person: Person, _: random.Random) -> Person:
    return _all_names(person, lambda name: name.translate(_LOOK_ALIKE))


def _one_field(person: Person, rng: random.Random) -> Person:
    words = [person.surname, person.given, person.patronymic]
    if person.patronymic and rng.random() < 0.3:
        words = [*words[1:], words[0]]
    return replace(person, surname=" ".join(filter(None, words)), given="", patronymic="")


def _initials(person: Person, rng: random.Random) -> Person:
    dot = rng.choice((".", ""))
    given, patronymic = (f"{name[:1]}{dot}" if name else "" for name in (person.given, person.patronymic))
    return replace(person, given=given, patronymic=patronymic)


_MAKERS: Mapping[Mistake, Callable[[Person, random.Random], Person | None]] = {
    Mistake.APOSTROPHE: _apostrophe,
    Mistake.LETTERS: _letters,
    Mistake.NATIONAL: _latin(System.NATIONAL),
    Mistake.PASSPORT_2007: _latin(System.PASSPORT_2007),
    Mistake.PASSPORT_BEFORE: _latin(System.PASSPORT_BEFORE),
    Mistake.RUSSIAN: lambda person, _: russian(person),
    Mistake.RUSSIAN_LATIN: _russian_latin,
    Mistake.POLISH: _latin(System.POLISH),
    Mistake.LAYOUT: _layout,
    Mistake.SWAPPED_NAMES: _swapped_names,
    Mistake.NO_PATRONYMIC: lambda person, _: replace(person, patronymic=""),
    Mistake.RUSSIAN_PATRONYMIC: _russian_patronymic_only,
    Mistake.SHORT_FORM: _short_form,
    Mistake.SLIP_SURNAME: lambda person, rng: replace(person, surname=_slip(person.surname, rng)),
    Mistake.SLIP_GIVEN: lambda person, rng: replace(person, given=_slip(person.given, rng)),
    Mistake.SLIP_PATRONYMIC: lambda person, rng: replace(person, patronymic=_slip(person.patronymic, rng)),
    Mistake.SLIP_BOTH: lambda person, rng: replace(
        person, surname=_slip(person.surname, rng), given=_slip(person.given, rng)
    ),
    Mistake.DOUBLED_LETTER: _doubled,
    Mistake.DROPPED_LETTER: _dropped,
    Mistake.EXCHANGED_LETTERS: lambda person, rng: replace(person, surname=_exchanged(person.surname, rng)),
    Mistake.SWAPPED_DATE: _swapped_date,
    Mistake.YEAR_OFF: _year_off,
    Mistake.DATE_DIGIT: _date_digit,
    Mistake.DAY_UNKNOWN: _day_unknown,
    Mistake.ONLY_YEAR: _only_year,
    Mistake.FORMER_SURNAME: _former,
    Mistake.HALF_SURNAME: _half,
    Mistake.RENAMED_PLACE: _renamed,
    Mistake.NEIGHBOUR_PLACE: _neighbour,
    Mistake.GENDER_ENDING: _gender_ending,
    Mistake.HYPHEN: _hyphen,
    Mistake.RUSSIAN_LAYOUT: _russian_layout,
    Mistake.LOOK_ALIKES: _look_alikes,
    Mistake.ONE_FIELD: _one_field,
    Mistake.INITIALS: _initials,
}


def told(entry: Person, rng: random.Random) -> Person:
    """Return what a family tells of an entry beside its one mistake: names and birth date, of the rest what they know.

    Latin spellings and former surnames are on the register's side alone. How often families know the rest, and how
    often the register has it otherwise, was never measured; the shares here are assumptions, the same for every kind.
    """
    return replace(
        entry,
        former_surnames=(),
        latin_surname="",
        latin_given="",
        sex=_sex(entry.sex, rng),
        born_in=_otherwise(entry.born_in, rng, 0.08) if rng.random() < 0.5 else "",
        lived_in=_otherwise(entry.lived_in, rng, 0.15) if rng.random() < 0.4 else "",
        missing_from=_otherwise(entry.missing_from, rng, 0.25) if rng.random() < 0.6 else "",
        missing_on=_around(entry.missing_on, rng) if rng.random() < 0.8 else None,
        category=_other_category(entry.category, rng) if rng.random() < 0.9 else "",
        unit=_other_unit(entry.unit, rng) if rng.random() < 0.4 else "",
    )


def _sex(sex: Sex | None, rng: random.Random) -> Sex | None:
    chance = rng.random()
    if sex is None or chance < 0.1:
        return None
    return (Sex.FEMALE if sex is Sex.MALE else Sex.MALE) if chance > 0.997 else sex


def _otherwise(place: str, rng: random.Random, share: float) -> str:
    """Return `place`, or in a `share` of cases another one: half of them near by."""
    if rng.random() >= share:
        return place
    level = rng.choice(("community", "district", "region", ""))
    if level and (near := _near(place, rng, level)) is not None:
        return near
    return written(rng, rng.choice(gazetteer().settlements))


def _other_category(category: str, rng: random.Random) -> str:
    return rng.choice(("military", "civilian")) if category and rng.random() < 0.04 else category


def _other_unit(unit: str, rng: random.Random) -> str:
    return f"{rng.randrange(1, 140)} бригада" if unit and rng.random() < 0.1 else unit


def _around(day: PartialDate | None, rng: random.Random) -> PartialDate | None:
    if day is None or day.day is None or rng.random() < 0.6:
        return day
    if rng.random() < 0.3:
        return PartialDate(day.year, day.month)
    days = rng.randrange(-60, 61) if rng.random() < 0.2 else rng.choice((-5, -3, -2, -1, 1, 2, 4, 9))
    moved = type(day.earliest).fromordinal(day.earliest.toordinal() + days)
    return PartialDate(moved.year, moved.month, moved.day)


def only_order(person: Person) -> Person:
    """Return a claim with names and birth date alone, which is what a request must state."""
    return Person(person.surname, person.given, person.patronymic, born=person.born)

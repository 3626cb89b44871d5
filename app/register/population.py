"""Made-up people for measuring the register: names of a dictionary, drawn as unevenly as real names are.

Nobody here exists. Surnames, and given names beyond the register's own table, come from the Ukrainian dictionary of
pymorphy3 (pymorphy3-dicts-uk, CC BY-SA 3.0, made from the dict_uk of the BrUk group), read where it is installed and
never copied. How often a name is drawn is no statistic: surnames follow the law of Zipf and Mandelbrot with the shape
that large registers have, given names a made-up order of fashion by decade of birth.
"""

from __future__ import annotations

import calendar
import random
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate

import pymorphy3

from app.kernel.dates import PartialDate
from app.kernel.transliteration import System, romanise
from app.register.given import given_names, patronymics
from app.register.person import Person, Sex
from app.register.places import Settlement, gazetteer, renamings

CHUNK = 10_000
"""People made from one seed; chunks are made apart, so that several processes make one population."""


@dataclass(frozen=True)
class Surname:
    """A surname in both its forms, which are often one."""

    male: str
    female: str


@dataclass(frozen=True)
class Names:
    """The names that people are drawn from, commonest surname first."""

    surnames: tuple[Surname, ...]
    rare_given: Mapping[Sex, tuple[str, ...]]


@cache
def dictionary_names() -> Names:
    """Return the surnames and given names of the Ukrainian dictionary. Takes ten seconds the first time."""
    male: set[str] = set()
    female: set[str] = set()
    wanted: dict[object, bool] = {}
    given: dict[Sex, set[str]] = {Sex.MALE: set(), Sex.FEMALE: set()}
    for word, tag, normal, _, _ in pymorphy3.MorphAnalyzer(lang="uk").dictionary.iter_known_words(""):
        if tag not in wanted:
            grammemes = tag.grammemes
            wanted[tag] = "nomn" in grammemes and not grammemes & {"Dist", "Infr", "plur"} and "NOUN" in grammemes
        if not wanted[tag]:
            continue
        grammemes = tag.grammemes
        if "Surn" in grammemes:
            (female if "femn" in grammemes else male).add(word)
        elif "Name" in grammemes and word == normal and "Fixd" not in grammemes and "-" not in word:
            given[Sex.FEMALE if "femn" in grammemes else Sex.MALE].add(_written(word))
    known = {name.name for name in given_names()}
    rare = {sex: tuple(sorted(name for name in names - known if 3 < len(name) < 11)) for sex, names in given.items()}
    surnames = [Surname(_written(word), _written(_feminine(word, female))) for word in sorted(male) if len(word) > 2]
    draw = random.Random(2026)
    draw.shuffle(surnames)
    # The endings most Ukrainians have come first, in a made-up order.
    surnames.sort(key=lambda surname: not surname.male.endswith(_COMMON_ENDINGS))
    return Names(tuple(surnames), rare)


def names_in(text: str) -> Names:
    """Return the surnames that a text lists, commonest first: one a line, after a bar a woman's form if it is another.

    Raises ValueError where it lists none. Given names are those of the register's own table.
    """
    lines = [line.strip().partition("|") for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError("no surname")
    surnames = tuple(Surname(male.strip(), female.strip() or male.strip()) for male, _, female in lines)
    return Names(surnames, {sex: tuple(given.name for given in given_names() if given.sex is sex) for sex in Sex})


_COMMON_ENDINGS = ("енко", "чук", "юк", "ук", "ський", "цький", "ець", "ик", "ко", "ів", "ак")


def _written(word: str) -> str:
    return "-".join(part.capitalize() for part in word.replace("'", "’").split("-"))


def _feminine(word: str, female: set[str]) -> str:
    for form in (word[:-2] + "а" if word.endswith("ий") else word + "а", word):
        if form in female:
            return form
    return word


_FASHION: Mapping[Sex, Mapping[int, str]] = {
    Sex.MALE: {
        1950: "Микола Володимир Іван Віктор Анатолій Василь Михайло Петро Олександр Григорій Леонід Валентин Борис "
        "Степан Федір Юрій Павло Євген Валерій Костянтин Яків",
        1970: "Олександр Сергій Володимир Андрій Юрій Микола Віктор Ігор Олег Василь Анатолій Іван Михайло Валерій "
        "Вадим Олексій Леонід Петро Віталій Роман Руслан Євген Богдан Ярослав Геннадій Едуард Тарас",
        1990: "Олександр Сергій Андрій Дмитро Максим Роман Віталій Володимир Євген Олексій Іван Юрій Богдан Владислав "
        "Микола Артем Ігор Руслан Денис Тарас Назар Антон Павло Вадим Ярослав Станіслав Ростислав Костянтин "
        "В’ячеслав Артур Кирило Святослав Остап Тимур Арсен",
    },
    Sex.FEMALE: {
        1950: "Марія Ганна Надія Ольга Галина Катерина Людмила Валентина Віра Любов Ніна Тетяна Лідія Раїса Світлана "
        "Антоніна Зінаїда Клавдія Олена Лариса Тамара",
        1970: "Наталія Олена Тетяна Світлана Оксана Ольга Ірина Людмила Галина Марія Лариса Валентина Алла Інна "
        "Вікторія Надія Любов Юлія Леся Жанна Анжела",
        1990: "Юлія Ірина Анастасія Тетяна Катерина Ольга Вікторія Наталія Марина Анна Аліна Дар’я Яна Христина "
        "Олександра Богдана Діана Інна Олеся Валерія Уляна Соломія Поліна Маргарита Мар’яна",
    },
}
"""Given names by fashion of a time, commonest first. Made up to be plausible; no statistic."""

_FIRST_YEAR, _LAST_YEAR = 1948, 2008
_FRONT = ("Донецька", "Луганська", "Запорізька", "Херсонська", "Харківська", "Миколаївська", "Сумська")
_UNITS = 140
_CATEGORIES = (("military", 0.84), ("civilian", 0.14), ("child", 0.02))


class Urn:
    """Things drawn by weight."""

    def __init__(self, things: Sequence[object], weights: Sequence[float]) -> None:
        self._things = things
        self._sums = list(accumulate(weights))

    def draw(self, rng: random.Random) -> object:
        return self._things[min(bisect(self._sums, rng.random() * self._sums[-1]), len(self._things) - 1)]


@dataclass(frozen=True)
class Urns:
    """Everything that is drawn by weight."""

    surnames: Urn
    given: Mapping[tuple[Sex, int], Urn]
    rare_given: Mapping[Sex, tuple[str, ...]]
    homes: Urn
    fronts: Urn
    renamed: tuple[Settlement, ...]


def urns(names: Names) -> Urns:
    """Return what is drawn by weight from `names`."""
    ranks = range(1, len(names.surnames) + 1)
    surnames = Urn(names.surnames, [(rank + 30) ** -0.9 for rank in ranks])
    given = {}
    for sex, times in _FASHION.items():
        for year, line in times.items():
            fashionable = line.split()
            others = [g.name for g in given_names() if g.sex is sex and g.name not in fashionable]
            weights = [1 / (rank + 2.5) for rank in range(1, len(fashionable) + 1)] + [0.004] * len(others)
            given[sex, year] = Urn([*fashionable, *others], weights)
    table = gazetteer()
    settlements = table.settlements
    homes = Urn(settlements, [40.0 if place.is_city else 1.0 for place in settlements])
    front = [place for place in settlements if table.regions[place.region] in _FRONT]
    weights = [random.Random(f"front {place.name} {place.community}").expovariate(1) ** 3 for place in front]
    new = {(name, region) for _, name, region in renamings()}
    renamed = tuple(place for place in settlements if (place.name, table.regions[place.region]) in new)
    return Urns(surnames, given, names.rare_given, homes, Urn(front, weights), renamed)


def make(seed: int, chunk: int, drawn: Urns, count: int = CHUNK) -> list[Person]:
    """Return `count` made-up people, the same for the same seed, chunk and urns. Some are each other's family."""
    rng = random.Random(f"{seed} {chunk}")
    found: list[Person] = []
    while len(found) < count:
        person = one(rng, drawn)
        found.append(person)
        if rng.random() < _WITH_RELATIVE and len(found) < count:
            found.append(relative(rng, person, drawn, brother=rng.random() < 0.7))
    return found


_WITH_RELATIVE = 0.03


def one(rng: random.Random, drawn: Urns) -> Person:
    """Return one made-up person as a register has them."""
    sex = Sex.MALE if rng.random() < 0.94 else Sex.FEMALE
    year = min(max(round(rng.gauss(1985, 11)), _FIRST_YEAR), _LAST_YEAR)
    surname: Surname = drawn.surnames.draw(rng)  # type: ignore[assignment]
    given = _given(rng, drawn, sex, year)
    father = _given(rng, drawn, Sex.MALE, year - 26)
    home: Settlement = drawn.homes.draw(rng)  # type: ignore[assignment]
    born_in = home if rng.random() < 0.6 else drawn.homes.draw(rng)
    own = surname.male if sex is Sex.MALE else surname.female
    former: tuple[str, ...] = ()
    if rng.random() < (0.4 if sex is Sex.FEMALE else 0.01):
        other: Surname = drawn.surnames.draw(rng)  # type: ignore[assignment]
        former = (other.male if sex is Sex.MALE else other.female,)
    if rng.random() < 0.015:
        second: Surname = drawn.surnames.draw(rng)  # type: ignore[assignment]
        own = f"{own}-{second.male if sex is Sex.MALE else second.female}"
    person = Person(
        surname=own,
        given=given,
        patronymic="" if rng.random() < 0.01 else patronymics(father, sex)[0],
        former_surnames=former,
        born=_some_day(rng, year),
        sex=sex,
        born_in="" if rng.random() < 0.2 else written(rng, born_in),  # type: ignore[arg-type]
        lived_in="" if rng.random() < 0.1 else written(rng, home),
    )
    if rng.random() < 0.15:
        person = replace(
            person,
            latin_surname=romanise(own, System.NATIONAL).upper(),
            latin_given=romanise(given, System.NATIONAL).upper(),
        )
    return _gone(rng, person, drawn)


def _gone(rng: random.Random, person: Person, drawn: Urns) -> Person:
    front: Settlement = drawn.fronts.draw(rng)  # type: ignore[assignment]
    if rng.random() < 0.06:
        front = rng.choice(drawn.renamed)
    days = int(rng.random() * 1500)
    first = PartialDate(2022, 2, 24).earliest.toordinal()
    day = type(PartialDate(2022).earliest).fromordinal(first + days)
    category = rng.choices([name for name, _ in _CATEGORIES], [share for _, share in _CATEGORIES])[0]
    return replace(
        person,
        missing_from=written(rng, front) if rng.random() < 0.95 else "",
        missing_on=PartialDate(day.year, day.month, day.day if rng.random() < 0.97 else None),
        category=category,
        unit=f"{rng.randrange(1, _UNITS)} окрема бригада" if category == "military" and rng.random() < 0.8 else "",
    )


def relative(rng: random.Random, person: Person, drawn: Urns, *, brother: bool) -> Person:
    """Return a brother or a son of `person`: same surname and home; a brother's patronymic, a son's father's name."""
    assert person.born is not None
    masculine = Sex.MALE
    surname = person.surname if person.sex is Sex.MALE else _male_form(person.surname)
    if brother:
        year = min(max(person.born.year + rng.choice((-6, -4, -3, -2, -2, -1, 1, 2, 2, 3, 4, 6)), 1940), _LAST_YEAR)
        given = _other(rng, drawn, person.given, year)
        patronymic = person.patronymic
        if person.sex is Sex.FEMALE and patronymic:
            patronymic = patronymic.removesuffix("івна").removesuffix("ївна") + "ович"
    else:
        year = min(person.born.year + rng.randrange(20, 34), _LAST_YEAR)
        given = _given(rng, drawn, masculine, year)
        father = person.given if person.sex is Sex.MALE else _given(rng, drawn, masculine, person.born.year)
        patronymic = patronymics(father, masculine)[0]
    made = replace(
        person,
        surname=surname,
        given=given,
        patronymic=patronymic,
        former_surnames=(),
        latin_surname="",
        latin_given="",
        sex=masculine,
        born=_some_day(rng, year),
    )
    # One in five relatives went missing together.
    return made if rng.random() < 0.2 else _gone(rng, made, drawn)


def _other(rng: random.Random, drawn: Urns, name: str, year: int) -> str:
    while (given := _given(rng, drawn, Sex.MALE, year)) == name:
        pass
    return given


def _male_form(surname: str) -> str:
    if surname.endswith(("ська", "цька", "зька")):
        return surname[:-1] + "ий"
    return surname[:-1] if surname.endswith(("ова", "ева", "єва", "їва", "іна", "ина")) else surname


def _given(rng: random.Random, drawn: Urns, sex: Sex, year: int) -> str:
    if rng.random() < 0.04:
        return rng.choice(drawn.rare_given[sex])
    time = 1950 if year < 1962 else 1970 if year < 1982 else 1990
    return str(drawn.given[sex, time].draw(rng))


def _some_day(rng: random.Random, year: int) -> PartialDate:
    month = rng.randrange(1, 13)
    day = rng.randrange(1, calendar.monthrange(year, month)[1] + 1)
    chance = rng.random()
    if chance < 0.005:
        return PartialDate(year)
    return PartialDate(year, month) if chance < 0.01 else PartialDate(year, month, day)


def written(rng: random.Random, place: Settlement) -> str:
    """Return a settlement as papers write it, with or without its region."""
    region = gazetteer().regions[place.region]
    kind = "м." if place.is_city else "с."
    chance = rng.random()
    if chance < 0.5 and region != place.name:
        return f"{kind} {place.name}, {region} область" if "Республіка" not in region else f"{kind} {place.name}"
    return f"{kind} {place.name}" if chance < 0.8 else place.name


def everyone(seed: int, entries: int, drawn: Urns) -> Iterator[tuple[int, Person]]:
    """Yield a population of numbered people, from 1."""
    number = 0
    for chunk in range((entries + CHUNK - 1) // CHUNK):
        for person in make(seed, chunk, drawn, min(CHUNK, entries - number)):
            number += 1
            yield number, person

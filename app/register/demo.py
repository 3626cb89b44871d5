"""Demonstration entries: invented people, plainly marked by surname, circumstances and police unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.kernel.dates import PartialDate
from app.kernel.transliteration import System, romanise
from app.register.entry import Basis, Category, Cause, Entry, Status
from app.register.person import Person, Sex

MARK = "Демонстраційний запис: цю людину вигадано."
SOURCE = "демонстраційне джерело"
UNIT = "Демонстраційний підрозділ поліції"


@dataclass(frozen=True)
class DemoEntry:
    """An invented entry with its statuses, the first one first."""

    entry: Entry
    statuses: tuple[tuple[Status, Basis], ...]


_MEN = (
    ("Остап", "Северинович"), ("Зенон", "Юхимович"), ("Тарас", "Орестович"), ("Назар", "Гордійович"),
    ("Любомир", "Зенонович"), ("Маркіян", "Остапович"), ("Святослав", "Устимович"), ("Орест", "Любомирович"),
    ("Устим", "Назарович"), ("Гордій", "Тарасович"), ("Северин", "Маркіянович"), ("Юхим", "Святославович"),
)  # fmt: skip
_WOMEN = (
    ("Ярина", "Остапівна"), ("Соломія", "Зенонівна"), ("Уляна", "Орестівна"), ("Дарина", "Юхимівна"),
    ("Мотря", "Гордіївна"), ("Зоряна", "Устимівна"),
)  # fmt: skip
_PLACES = ("Бахмут", "Маріуполь", "Токмак", "Вовчанськ", "Олешки", "Рубіжне", "Попасна", "Оріхів", "Ізюм", "Гостомель")
_HOMES = ("Миргород", "Полтава", "Стрий", "Умань", "Бердичів", "Коломия", "Ніжин", "Лубни")
_LATER = (
    (Status.CAPTIVITY, "2024-02"), (Status.RETURNED, "2025-05-25"), (Status.IDENTIFIED_DEAD, "2025-09"),
    (Status.ABROAD, "2024-11-03"), (Status.DECLARED_DEAD, "2025-12"),
)  # fmt: skip


def demo_entries() -> Iterator[DemoEntry]:
    """Yield thirty invented entries, always the same: partial dates, every category and status, one person twice."""
    for number in range(29):
        is_woman = number % 4 == 3
        names = _WOMEN if is_woman else _MEN
        given, patronymic = names[(number // 2 if is_woman else number) % len(names)]
        surname = "Демонстраційна" if is_woman else "Демонстраційний"
        yield _entry(number, surname, given, patronymic, Sex.FEMALE if is_woman else Sex.MALE)
    first = _entry(0, "Демонстраційний", *_MEN[0], Sex.MALE)
    # The first one again, as another police unit might have written it down.
    again = replace(first.entry.person, patronymic="", latin_surname="", missing_from="", lived_in="м. Миргород")
    yield DemoEntry(replace(first.entry, person=again, proceeding=""), first.statuses[:1])


def _entry(number: int, surname: str, given: str, patronymic: str, sex: Sex) -> DemoEntry:
    category = (Category.MILITARY, Category.MILITARY, Category.CIVILIAN, Category.CIVILIAN, Category.MILITARY)[
        number % 5
    ]
    year = 1958 + number * 7 % 45
    if number % 13 == 5:
        category, year = Category.CHILD, 2010 + number % 5
    if number % 17 == 9:
        category = Category.FOREIGNER
    born = PartialDate(year, number % 12 + 1, number * 5 % 28 + 1) if number % 6 else PartialDate(year)
    missing_on = PartialDate(2022 + number % 4, number * 5 % 12 + 1, number * 11 % 28 + 1 if number % 3 else None)
    person = Person(
        surname=surname,
        given=given,
        patronymic=patronymic,
        former_surnames=("Примірна",) if sex is Sex.FEMALE and number % 8 == 3 else (),
        latin_surname=romanise(surname, System.NATIONAL) if number % 2 == 0 else "",
        latin_given=romanise(given, System.NATIONAL) if number % 2 == 0 else "",
        born=born,
        sex=sex,
        born_in=_HOMES[number * 3 % len(_HOMES)] if number % 3 else "",
        lived_in=_HOMES[number % len(_HOMES)],
        missing_from=_PLACES[number % len(_PLACES)],
        missing_on=missing_on,
        category=category,
        unit=f"Демонстраційна частина {number + 1}" if category is Category.MILITARY else "",
    )
    cause = Cause.OCCUPATION if category is Category.CIVILIAN else Cause.HOSTILITIES
    statuses = [(Status.SEARCHING, Basis(missing_on, SOURCE))]
    if number % 5 == 4:
        status, since = _LATER[number // 5 % len(_LATER)]
        statuses.append((status, Basis(max(PartialDate.parse(since), missing_on, key=lambda day: day.latest), SOURCE)))
    return DemoEntry(Entry(person, cause, MARK, UNIT, f"ДЕМО-{number + 1:03}"), tuple(statuses))

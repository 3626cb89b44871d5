"""Names in Latin letters, each way of writing them, and that every way is read back as the same name."""

from __future__ import annotations

import pytest

from app.kernel.transliteration import System, romanise
from app.register.names import Reason, compare, read

# The examples that Cabinet Resolution 55 of 27 January 2010 itself prints beside its table.
RESOLUTION_55 = {
    "Алушта": "Alushta", "Андрій": "Andrii", "Борщагівка": "Borshchahivka", "Вінниця": "Vinnytsia", "Гадяч": "Hadiach",
    "Богдан": "Bohdan", "Згурський": "Zghurskyi", "Ґалаґан": "Galagan", "Ґорґани": "Gorgany", "Донецьк": "Donetsk",
    "Єнакієве": "Yenakiieve", "Гаєвич": "Haievych", "Короп’є": "Koropie", "Житомир": "Zhytomyr",
    "Закарпаття": "Zakarpattia", "Медвин": "Medvyn", "Іванків": "Ivankiv", "Їжакевич": "Yizhakevych",
    "Кадиївка": "Kadyivka", "Мар’їне": "Marine", "Йосипівка": "Yosypivka", "Стрий": "Stryi", "Олексій": "Oleksii",
    "Сквира": "Skvyra", "Наталія": "Nataliia", "Уляна": "Uliana", "Харків": "Kharkiv", "Біла Церква": "Bila Tserkva",
    "Чернівці": "Chernivtsi", "Шостка": "Shostka", "Щербухи": "Shcherbukhy", "Юрій": "Yurii", "Корюківка": "Koriukivka",
    "Яготин": "Yahotyn", "Костянтин": "Kostiantyn", "Знам’янка": "Znamianka", "Феодосія": "Feodosiia",
}  # fmt: skip


@pytest.mark.parametrize(("cyrillic", "latin"), RESOLUTION_55.items())
def test_resolution_55_is_followed_in_its_own_examples(cyrillic: str, latin: str) -> None:
    assert romanise(cyrillic, System.NATIONAL) == latin


@pytest.mark.parametrize(
    ("cyrillic", "system", "latin"),
    [
        ("Сергій", System.PASSPORT_2007, "Sergii"),
        ("Юрій", System.PASSPORT_2007, "Iurii"),
        ("Євген", System.PASSPORT_2007, "Ievgen"),
        ("Сергій", System.PASSPORT_BEFORE, "Serhiy"),
        ("Юрій", System.PASSPORT_BEFORE, "Yuriy"),
        ("Сергей", System.RUSSIAN, "Sergey"),
        ("Юрий", System.RUSSIAN, "Yuriy"),
        ("Шевченко", System.POLISH, "Szewczenko"),
        ("Ковальський", System.POLISH, "Kowalśkyj"),
        ("Олександр", System.POLISH, "Ołeksandr"),
    ],
)
def test_older_passports_and_neighbours_write_otherwise(cyrillic: str, system: System, latin: str) -> None:
    assert romanise(cyrillic, system) == latin


def test_capitals_stay_capitals_and_other_letters_stay() -> None:
    assert romanise("ЩЕРБА", System.NATIONAL) == "SHCHERBA"
    assert romanise("Ярема-Юрченко", System.NATIONAL) == "Yarema-Yurchenko"
    assert romanise("Kovalenko 7", System.NATIONAL) == "Kovalenko 7"
    assert romanise("", System.NATIONAL) == ""


NAMES = [
    "Шевченко", "Ковальчук", "Щербак", "Гайдамака", "Ґалаґан", "Єрмоленко", "Їжакевич", "Юрченко", "Яценко",
    "Лук’яненко", "Хоменко", "Цимбалюк", "Чорновіл", "Жук", "Мельник", "Дзюба", "Йовенко", "Кравець", "Войцехівський",
]  # fmt: skip


@pytest.mark.parametrize("system", list(System))
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_known_again_in_every_way_of_writing_it(name: str, system: System) -> None:
    assert compare(read(name), read(romanise(name, system))) is Reason.TRANSLITERATED


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_known_again_in_capitals_as_passports_print_it(name: str) -> None:
    assert compare(read(romanise(name, System.NATIONAL).upper()), read(name)) is Reason.TRANSLITERATED


def test_what_older_passports_wrote_alike_comes_near_and_the_law_of_today_tells_apart() -> None:
    # Before 2007 «зг» and «ж» were both zh; since 2010 «зг» is zgh.
    assert compare(read("Згурський"), read("Zghurskyi")) is Reason.TRANSLITERATED
    assert compare(read("Згурський"), read("Zhurskyy")) is Reason.TWO_LETTERS


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Schewtschenko", "Шевченко"),
        ("Chevtchenko", "Шевченко"),
        ("Shevchenko", "Шевченко"),
        ("Zelenskyy", "Зеленський"),
        ("Zelensky", "Зеленський"),
        ("Zelenskiy", "Зеленський"),
        ("Kowalenko", "Коваленко"),
        ("Khmelnytsky", "Хмельницький"),
        ("Chmielnicki", "Хмельницький"),
        ("Wojciechowski", "Войцеховський"),
        ("Yushchenko", "Ющенко"),
        ("Iouchtchenko", "Ющенко"),
    ],
)
def test_spellings_seen_abroad_come_near_enough(latin: str, cyrillic: str) -> None:
    near = {Reason.TRANSLITERATED, Reason.ONE_LETTER, Reason.MISSING_LETTER, Reason.NEXT_KEY, Reason.VOWELS}
    assert compare(read(latin), read(cyrillic)) in near

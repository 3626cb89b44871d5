"""How two spellings of a name relate: what is the same, what is a habit of writing, what is a slip, what is another."""

from __future__ import annotations

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from app.register.given import (
    compare_given,
    compare_patronymics,
    given_names,
    is_patronymic,
    names_of,
    patronymics,
    russian_patronymics,
)
from app.register.names import NEIGHBOURS, Reason, compare, frame, masculine, parts, read, skeleton, typed_elsewhere
from app.register.person import Sex


def relate(a: str, b: str) -> Reason:
    return compare(read(a), read(b))


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ("Коваленко", "Коваленко", Reason.SAME),
        ("коваленко", "КОВАЛЕНКО", Reason.SAME),
        ("  Коваленко ", "Коваленко", Reason.SAME),
        ("Кова\u0301ленко", "Коваленко", Reason.SAME),
        ("Kоваленкo", "Коваленко", Reason.SAME),  # Latin K and o
        ("Oлeкcaндp", "Олександр", Reason.SAME),  # more Latin letters than Cyrillic ones
        ("Bapдaчeнкo", "Вардаченко", Reason.SAME),
        ("Лук’яненко", "Лук'яненко", Reason.SAME),
        ("Лук’яненко", "Лукʼяненко", Reason.SAME),
        ("Лук’яненко", "Лук`яненко", Reason.SAME),
        ("Лук’яненко", "Лукяненко", Reason.APOSTROPHE),
        ("Лук’яненко", "Лук яненко", Reason.APOSTROPHE),
        ("Лук’яненко", 'Лук"яненко', Reason.APOSTROPHE),
        ("Ґалаґан", "Галаган", Reason.APOSTROPHE),
        ("Семёнов", "Семенов", Reason.APOSTROPHE),
        ("Нечуй-Левицький", "Нечуй Левицький", Reason.APOSTROPHE),
        ("Нечуй–Левицький", "Нечуй - Левицький", Reason.SAME),
        ("Нечуй-Левицький", "Нечуйлевицький", Reason.APOSTROPHE),
        ("Кириленко", "Кіріленко", Reason.LETTERS),
        ("Їжакевич", "Іжакевич", Reason.LETTERS),
        ("Єременко", "Еременко", Reason.LETTERS),
        ("Эдуард", "Едуард", Reason.LETTERS),
        ("Кузьменко", "Кузменко", Reason.LETTERS),
        ("Лысенко", "Лисенко", Reason.LETTERS),
        ("Ганна", "Гана", Reason.DOUBLED_LETTER),
        ("Шевченко", "Shevchenko", Reason.TRANSLITERATED),
        ("Коваленко", "Коваленк", Reason.MISSING_LETTER),
        ("Коваленко", "Ковалеенко", Reason.DOUBLED_LETTER),
        ("Коваленко", "Ковалекно", Reason.EXCHANGED_LETTERS),
        ("Коваленко", "Ковпленко", Reason.NEXT_KEY),
        ("Коваленко", "Ковуленко", Reason.ONE_LETTER),
        ("Ковальов", "Ковалів", Reason.ONE_LETTER),
        ("Шимановський", "Шаманівський", Reason.VOWELS),
        ("Коваленко", "Кодаренко", Reason.TWO_LETTERS),
        ("К.", "Коваленко", Reason.INITIAL),
        ("K", "Коваленко", Reason.INITIAL),
        ("П.", "Коваленко", Reason.DIFFERS),
        ("Коваленко", "Мельник", Reason.DIFFERS),
        ("Жук", "Лук", Reason.DIFFERS),
        ("", "Коваленко", Reason.MISSING),
        (" - ", "Коваленко", Reason.MISSING),
    ],
)
def test_spellings_are_told_apart_by_why_they_differ(a: str, b: str, reason: Reason) -> None:
    assert relate(a, b) is reason
    assert relate(b, a) is reason


def test_a_latin_name_with_cyrillic_look_alikes_is_read_as_latin() -> None:
    assert relate("Smirnоff", "Smirnoff") is Reason.SAME
    assert not read("Smirnоff").is_cyrillic


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Rjdfktyrj", "коваленко"), (",jqrj", "бойко"), ("Nfhfc", "тарас"), ("k.,jd", "любов"), ("cjkj'", "солоє")],
)
def test_a_name_typed_under_the_english_layout_is_read(typed: str, meant: str) -> None:
    assert meant in [word.bare for word in typed_elsewhere(typed)]


def test_a_name_typed_under_the_russian_layout_is_read() -> None:
    assert "александр" in [word.bare for word in typed_elsewhere("Fktrcfylh")]
    assert "эдуард" in [word.bare for word in typed_elsewhere("'lefhl")]


def test_a_latin_name_typed_under_a_cyrillic_layout_is_read() -> None:
    assert "kovalenko" in [word.bare for word in typed_elsewhere("лщмфдутлщ")]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Ковальський", "Ковальська"), ("Білецький", "Білецька"), ("Зарицький", "Зарицька"), ("Іванов", "Іванова"),
        ("Сергєєв", "Сергєєва"), ("Пушкін", "Пушкіна"), ("Kowalski", "Ковальська"), ("Ковальский", "Ковальська"),
        ("Ковальская", "Ковальський"), ("Petrova", "Петров"),
    ],
)  # fmt: skip
def test_both_genders_of_a_surname_have_one_masculine_skeleton(a: str, b: str) -> None:
    assert {masculine(form) for form in read(a).skeletons} & {masculine(form) for form in read(b).skeletons}


def test_a_surname_that_only_looks_feminine_keeps_what_is_its_own() -> None:
    assert masculine(skeleton("сорока")) == skeleton("сорока")
    assert masculine(skeleton("шевченко")) == skeleton("шевченко")


def test_a_double_surname_has_parts_and_a_plain_one_is_its_own() -> None:
    assert [part.bare for part in parts(read("Нечуй-Левицький"))] == ["нечуй", "левицький"]
    assert [part.bare for part in parts(read("Нечуй Левицький"))] == ["нечуй", "левицький"]
    assert [part.bare for part in parts(read("Левицький"))] == ["левицький"]


def test_neighbours_on_a_keyboard_are_mutual() -> None:
    assert {"а", "п"} <= NEIGHBOURS["в"] | NEIGHBOURS["р"]
    for letter, near in NEIGHBOURS.items():
        assert letter not in near
        assert all(letter in NEIGHBOURS[other] for other in near)


def test_a_frame_keeps_consonants_alone() -> None:
    assert frame(skeleton("коваленко")) == frame(skeleton("кувалинку")) == "kvlnk"


@drawn(st.text(max_size=40), st.text(max_size=40))
def test_any_two_texts_compare_the_same_both_ways(a: str, b: str) -> None:
    assert relate(a, b) is relate(b, a)
    assert compare_given(read(a), read(b)) is compare_given(read(b), read(a))
    assert compare_patronymics(read(a), read(b)) is compare_patronymics(read(b), read(a))


@drawn(st.text(max_size=40))
def test_any_text_is_the_same_as_itself(text: str) -> None:
    assert relate(text, text) is (Reason.SAME if read(text) else Reason.MISSING)


# Given names.


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ("Олександр", "Саша", Reason.SHORT_FORM),
        ("Олександра", "Саша", Reason.SHORT_FORM),
        ("Сашко", "Олександр", Reason.SHORT_FORM),
        ("Sasha", "Олександр", Reason.SHORT_FORM),
        ("Олексій", "Льоша", Reason.SHORT_FORM),
        ("Володимир", "Вова", Reason.SHORT_FORM),
        ("Дмитро", "Діма", Reason.SHORT_FORM),
        ("Олександр", "Александр", Reason.RUSSIAN_FORM),
        ("Сергій", "Сергей", Reason.RUSSIAN_FORM),
        ("Микола", "Николай", Reason.RUSSIAN_FORM),
        ("Nikolay", "Микола", Reason.RUSSIAN_FORM),
        ("Дмитро", "Дмитрий", Reason.RUSSIAN_FORM),
        ("Олександр", "Aleksander", Reason.OTHER_FORM),
        ("Андрій", "Andrzej", Reason.OTHER_FORM),
        ("Олексій", "Олекса", Reason.OTHER_FORM),
        ("Ганна", "Анна", Reason.OTHER_FORM),
        ("Сергій", "Serhii", Reason.TRANSLITERATED),
        ("Сергій", "Сергйі", Reason.LETTERS),
        ("Олександр", "Олекснадр", Reason.EXCHANGED_LETTERS),
        ("Олександр", "Александ", Reason.MISSING_LETTER),  # a slip in the Russian form
        ("О.", "Олександр", Reason.INITIAL),
        ("Інна", "Анна", Reason.DIFFERS),
        ("Олександр", "Олексій", Reason.DIFFERS),
        ("", "Олександр", Reason.MISSING),
    ],
)
def test_given_names_are_one_in_all_their_forms(a: str, b: str, reason: Reason) -> None:
    assert compare_given(read(a), read(b)) is reason
    assert compare_given(read(b), read(a)) is reason


def test_a_short_form_may_belong_to_several_names() -> None:
    assert {"m:Олександр", "f:Олександра"} <= set(names_of(read("Саша")))


def test_the_table_of_names_holds_each_name_once_for_a_sex() -> None:
    found = [(given.sex, given.name) for given in given_names()]
    assert len(found) == len(set(found)) > 150


def test_every_form_in_the_table_leads_back_to_its_name() -> None:
    for given in given_names():
        for forms in given.forms.values():
            for form in forms:
                assert f"{given.sex}:{given.name}" in names_of(read(form)), form


# Patronymics.


@pytest.mark.parametrize(
    ("father", "son", "daughter"),
    [
        ("Сергій", "Сергійович", "Сергіївна"), ("Микола", "Миколайович", "Миколаївна"), ("Ілля", "Ілліч", "Іллівна"),
        ("Ігор", "Ігорович", "Ігорівна"), ("Лев", "Львович", "Львівна"), ("Андрій", "Андрійович", "Андріївна"),
        ("Богдан", "Богданович", "Богданівна"), ("Яків", "Якович", "Яківна"), ("Дмитро", "Дмитрович", "Дмитрівна"),
    ],
)  # fmt: skip
def test_patronymics_are_made_as_the_orthography_makes_them(father: str, son: str, daughter: str) -> None:
    assert patronymics(father) == (son, daughter)
    assert patronymics(father, Sex.MALE) == (son,)
    assert patronymics(father, Sex.FEMALE) == (daughter,)


@pytest.mark.parametrize(
    ("father", "form"),
    [
        ("Сергей", "Сергеевна"),
        ("Василий", "Васильевич"),
        ("Илья", "Ильич"),
        ("Павел", "Павлович"),
        ("Никита", "Никитич"),
    ],
)
def test_russian_patronymics_are_known(father: str, form: str) -> None:
    assert form in list(russian_patronymics(father))


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ("Сергіївна", "Сергеевна", Reason.RUSSIAN_FORM),
        ("Сергійович", "Сергеевич", Reason.RUSSIAN_FORM),
        ("Миколайович", "Николаевич", Reason.RUSSIAN_FORM),
        ("Nikolaevich", "Миколайович", Reason.RUSSIAN_FORM),
        ("Serhiiovych", "Сергійович", Reason.TRANSLITERATED),
        ("Сергійович", "Сергіївна", Reason.GENDER_FORM),
        ("Сергійович", "Сергійовіч", Reason.LETTERS),
        ("Сергійович", "Сергйович", Reason.LETTERS),
        ("Петрович", "Петровч", Reason.MISSING_LETTER),
        ("С.", "Сергійович", Reason.INITIAL),
        ("", "Сергійович", Reason.MISSING),
        ("Сергійович", "Андрійович", Reason.DIFFERS),
    ],
)
def test_patronymics_are_one_by_the_father_whatever_the_ending(a: str, b: str, reason: Reason) -> None:
    assert compare_patronymics(read(a), read(b)) is reason
    assert compare_patronymics(read(b), read(a)) is reason


@pytest.mark.parametrize("word", ["Сергійович", "Сергіївна", "Сергеевна", "Serhiiovych", "Petrovna"])
def test_a_patronymic_is_known_by_its_ending(word: str) -> None:
    assert is_patronymic(read(word))


@pytest.mark.parametrize("word", ["Олександр", "Коваленко", "Ельвіра", "Лев"])
def test_other_words_are_no_patronymic(word: str) -> None:
    assert not is_patronymic(read(word))

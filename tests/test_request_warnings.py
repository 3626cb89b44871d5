"""What is pointed out before a request is sent, and what is left in peace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.extracts.model import Applicant, Claim, Kinship, Principal
from app.extracts.warnings import Caution, Doubt, Field, cautions, names_in_papers
from app.kernel.dates import PartialDate
from app.register.person import Person, Sex

TODAY = date(2026, 11, 25)
PERSON = Person(
    surname="Ковальчук",
    given="Тарас",
    patronymic="Миколайович",
    latin_surname="Kovalchuk",
    latin_given="Taras",
    born=PartialDate(1990, 3, 5),
    sex=Sex.MALE,
    missing_on=PartialDate(2024, 6),
    category="military",
)
WIFE = Applicant(
    Kinship.SPOUSE,
    surname="Ковальчук",
    given="Олена",
    patronymic="Іванівна",
    born=PartialDate(1991, 7, 1),
    email="olena@ukr.net",
    phone="067 123 45 67",
)


def found(applicant: Applicant = WIFE, *, spellings: tuple[str, ...] = (), **changed: Any) -> tuple[Caution, ...]:
    claim = Claim(replace(PERSON, **changed), spellings=spellings)
    return cautions(claim, applicant, today=TODAY, given_names=names_in_papers())


def doubts(applicant: Applicant = WIFE, **changed: Any) -> set[Doubt]:
    return {caution.doubt for caution in found(applicant, **changed)}


def test_a_request_without_slips_is_left_in_peace() -> None:
    assert found() == ()


@pytest.mark.parametrize(
    ("surname", "given", "patronymic", "sex"),
    [
        ("Ковальська", "Ганна", "Петрівна", Sex.FEMALE),
        ("Ковальський", "Петро", "Ілліч", Sex.MALE),
        ("Мар’яненко-Гай", "Дем'ян", "Лукич", Sex.MALE),
        ("Сова", "Роман", "Кузьмич", Sex.MALE),
        ("Діброва", "Остап", "Юрійович", Sex.MALE),
        ("Нгуєн", "Марія", "", Sex.FEMALE),
        ("Алієв", "Ельдар", "Мамед огли", Sex.MALE),
        ("Іванова", "Наталія", "Сергіївна", None),
        ("Мороз", "Софія", "Яківна", Sex.FEMALE),
        ("Роман", "Іван", "Іванович", Sex.MALE),
    ],
)
def test_usual_and_unusual_names_are_left_in_peace(surname: str, given: str, patronymic: str, sex: Sex | None) -> None:
    name: dict[str, Any] = {"surname": surname, "given": given, "patronymic": patronymic, "sex": sex}
    assert found(latin_surname="", latin_given="", **name) == ()


def test_a_latin_letter_that_nobody_sees_is_shown_with_what_was_meant() -> None:
    caution = found(surname="Кoвальчук")[0]
    assert caution.doubt is Doubt.MIXED_ALPHABETS
    assert caution.fields == (Field.SURNAME,)
    assert caution.values == {"typed": "Кoвальчук", "letters": "o", "meant": "Ковальчук"}


def test_a_cyrillic_letter_in_a_latin_name_is_shown() -> None:
    caution = next(caution for caution in found(latin_surname="Kоvalchuk"))
    assert (caution.doubt, caution.values["meant"]) == (Doubt.MIXED_ALPHABETS, "Kovalchuk")


def test_names_in_the_other_alphabet_are_shown() -> None:
    assert Doubt.LATIN_NAME in doubts(surname="Kovalchuk")
    assert Doubt.CYRILLIC_IN_LATIN in doubts(latin_given="Тарас")


def test_russian_letters_are_shown() -> None:
    caution = next(caution for caution in found(surname="Крылов", latin_surname=""))
    assert caution.doubt is Doubt.RUSSIAN_LETTERS
    assert caution.values["letters"] == "ы"


def test_digits_in_a_name_are_shown() -> None:
    assert Doubt.UNUSUAL_SIGNS in doubts(given="Тарас1")


@pytest.mark.parametrize("latin", ["Kovalchuk", "KOVALCHUK", "Kovaltchuk", "Kowalczuk"])
def test_usual_latin_spellings_are_left_in_peace(latin: str) -> None:
    assert Doubt.LATIN_DIFFERS not in doubts(latin_surname=latin)


def test_a_latin_spelling_of_another_name_is_shown_with_the_usual_one() -> None:
    caution = found(latin_surname="Kovalenko")[0]
    assert caution.doubt is Doubt.LATIN_DIFFERS
    assert caution.values["expected"] == "Kovalchuk"


def test_another_papers_spelling_is_shown_beside_what_was_typed() -> None:
    cautions_ = found(spellings=("Ковальчук Тарас Николаевич", "Тарас Миколайович Ковальчук"))
    assert [caution.doubt for caution in cautions_] == [Doubt.OTHER_SPELLING]
    assert cautions_[0].values["other"] == "Ковальчук Тарас Николаевич"


@pytest.mark.parametrize("hers", ["Ковальчк", "Ковалчук", "Ковальчук-", "Коавльчук"])
def test_surnames_of_a_family_that_differ_by_a_slip_are_shown(hers: str) -> None:
    assert (Doubt.SURNAMES_ALMOST_ALIKE in doubts(replace(WIFE, surname=hers))) is (hers != "Ковальчук-")


def test_surnames_of_man_and_woman_and_a_kept_maiden_name_are_left_in_peace() -> None:
    assert doubts(replace(WIFE, surname="Мельник")) == set()
    for his, hers in (("Ковальський", "Ковальська"), ("Іванов", "Іванова"), ("Кузін", "Кузіна"), ("Рудий", "Руда")):
        assert doubts(replace(WIFE, surname=hers), surname=his, latin_surname="") == set()
    assert doubts(replace(WIFE, surname="Ковальчик", former_surname="Ковальчук")) == set()


def test_born_after_the_disappearance_suggests_swapped_day_and_month() -> None:
    caution = found(born=PartialDate(2024, 9, 2), missing_on=PartialDate(2024, 6, 1), category="")[0]
    assert caution.doubt is Doubt.BORN_AFTER_MISSING
    assert caution.values["meant"] == "2024-02-09"


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"born": PartialDate(1890)}, Doubt.VERY_OLD),
        ({"born": PartialDate(2010, 1, 1)}, Doubt.TOO_YOUNG_TO_SERVE),
        ({"missing_on": PartialDate(2004, 6, 1), "category": ""}, Doubt.BEFORE_THE_WAR),
        ({"missing_on": PartialDate(2027, 1, 2)}, Doubt.IN_FUTURE),
        ({"born": PartialDate(2027)}, Doubt.IN_FUTURE),
    ],
)
def test_unlikely_dates_are_shown(changed: dict[str, Any], doubt: Doubt) -> None:
    assert doubt in doubts(**changed)


def test_a_future_day_suggests_swapped_day_and_month() -> None:
    caution = next(c for c in found(missing_on=PartialDate(2026, 12, 3)) if c.doubt is Doubt.IN_FUTURE)
    assert caution.values["meant"] == "2026-03-12"


def test_a_child_may_be_missing_and_a_birth_year_alone_is_enough() -> None:
    assert found(born=PartialDate(2015), category="civilian") == ()
    assert found(born=PartialDate(2006), missing_on=PartialDate(2024)) == ()


def test_ages_that_do_not_fit_the_kinship_are_shown() -> None:
    son = replace(WIFE, kinship=Kinship.CHILD, born=PartialDate(1992, 1, 1))
    assert Doubt.AGES_DO_NOT_FIT in doubts(son)
    assert Doubt.AGES_DO_NOT_FIT in doubts(replace(son, kinship=Kinship.PARENT))
    assert doubts(replace(son, born=PartialDate(2012))) == set()
    assert doubts(replace(son, kinship=Kinship.PARENT, born=PartialDate(1960))) == set()


def test_an_applicant_who_names_themself_as_missing_is_told() -> None:
    hasty = replace(WIFE, surname=PERSON.surname, given=PERSON.given, patronymic="", born=PERSON.born)
    assert doubts(hasty) == {Doubt.SAME_PERSON}
    assert doubts(replace(hasty, kinship=Kinship.SELF)) == set()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"), ("gmail.con", "gmail.com"), ("gmai.com", "gmail.com"), ("gmail.ru", "gmail.com"),
        ("gmail.co", "gmail.com"), ("ukr.ne", "ukr.net"), ("ukr.com", "ukr.net"), ("urk.net", "ukr.net"),
        ("i.ua.", ""), ("ia.ua", "i.ua"), ("hotnail.com", "hotmail.com"), ("yaho.com", "yahoo.com"),
        ("outlok.com", "outlook.com"), ("metа.ua", "meta.ua"), ("mail.com", ""), ("gmx.at", ""), ("wp.pl", ""),
        ("company.ua", ""), ("kmda.gov.ua", ""), ("example.org", ""), ("a.ua", ""), ("o3.pl", ""), ("knu.ua", ""),
    ],
)  # fmt: skip
def test_slips_in_the_domain_of_an_address_are_shown(typed: str, meant: str) -> None:
    shown = found(replace(WIFE, email=f"olena@{typed}"))
    assert [caution.values["meant"] for caution in shown] == ([f"olena@{meant}"] if meant else [])


@pytest.mark.parametrize(
    ("phone", "country", "is_good"),
    [
        ("0671234567", "", True), ("+380 67 123 45 67", "", True), ("+48 601 234 567", "", True),
        ("601 234 567", "PL", True), ("067123456", "", False), ("+380 67 123 45 678", "", False),
        ("+48 12 34", "", False), ("немає", "", False), ("+999 123", "", False),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_are_shown(phone: str, country: str, is_good: bool) -> None:
    assert (doubts(replace(WIFE, phone=phone, country=country)) == set()) is is_good


def test_endings_that_do_not_fit_the_sex_are_shown() -> None:
    assert doubts(sex=Sex.FEMALE) == {Doubt.SEX_DOES_NOT_FIT}
    assert doubts(surname="Ковальська", latin_surname="") == {Doubt.SEX_DOES_NOT_FIT}
    assert doubts(surname="Ковальська", latin_surname="", sex=None) == {Doubt.ENDINGS_DISAGREE}


def test_swapped_names_are_shown() -> None:
    assert Doubt.NAMES_SWAPPED in doubts(surname="Тарас", given="Ковальчук", latin_surname="", latin_given="")
    assert Doubt.NAMES_SWAPPED in doubts(given="Миколайович", patronymic="Тарас", latin_given="")


def test_a_patronymic_that_is_none_is_shown() -> None:
    assert doubts(patronymic="Ковальчук") == {Doubt.PATRONYMIC_IS_NO_PATRONYMIC}


def test_a_representative_is_not_compared_with_the_family() -> None:
    lawyer = replace(
        WIFE, kinship=Kinship.LAWYER, surname="Ковальчк", acts_for=Principal(Kinship.SPOUSE, "Ковальчук", "Олена")
    )
    assert doubts(lawyer) == set()


ANY = st.text(max_size=30) | st.text("abcіїйІABCабв ’'-.@1 ", max_size=30)
DATES = st.none() | st.builds(PartialDate, st.integers(1800, 2100), st.none() | st.integers(1, 12))


@given(ANY, ANY, ANY, ANY, ANY, DATES, DATES, st.sampled_from(Kinship))
def test_nothing_that_can_be_typed_stops_the_warnings(
    surname: str, given: str, patronymic: str, latin: str, contact: str, born: PartialDate, missing: PartialDate,
    kinship: Kinship,
) -> None:  # fmt: skip
    person = Person(surname=surname, given=given, patronymic=patronymic, latin_surname=latin, born=born,
                    missing_on=missing)  # fmt: skip
    applicant = Applicant(
        kinship, surname=given, given=surname, patronymic=latin, born=missing, email=contact, phone=contact
    )
    for caution in cautions(Claim(person, spellings=(contact,)), applicant, today=TODAY, given_names=names_in_papers()):
        assert caution.fields
        assert caution.values["typed"]

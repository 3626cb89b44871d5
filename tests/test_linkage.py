"""A claimed person against recorded ones: reasons by field, evidence, probability, verdict, keys."""

from __future__ import annotations

import math
import random
import re
from dataclasses import replace

import pytest
from flask import Flask, g
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from app.kernel.dates import PartialDate
from app.register.blocking import keys, probes
from app.register.labels import FIELDS, LEVELS, REASONS, VERDICTS
from app.register.linkage import (
    GRADES,
    Comparison,
    Field,
    Finding,
    Level,
    Linkage,
    Part,
    Verdict,
    arranged,
    compare_dates,
    compare_days,
    fields_of,
    shipped_weights,
)
from app.register.mistakes import Mistake, make, pairs
from app.register.names import Reason
from app.register.person import Person, Sex, read_person
from app.register.weights import DIFFERS, SAME, FieldWeights, Weights, read_weights

EVERYONE = 100_000
ENTRY = Person(
    surname="Лук’яненко",
    given="Олександр",
    patronymic="Сергійович",
    born=PartialDate(1987, 3, 14),
    sex=Sex.MALE,
    born_in="с. Оглядів, Львівська область",
    lived_in="м. Бахмут, Донецька область",
    missing_from="Кліщіївка",
    missing_on=PartialDate(2023, 5, 12),
    category="military",
    unit="93 окрема бригада",
)
CLAIM = Person("Лук’яненко", "Олександр", "Сергійович", born=PartialDate(1987, 3, 14))
WOMAN = Person(
    surname="Білецька-Гай",
    given="Наталія",
    patronymic="Миколаївна",
    former_surnames=("Ковальчук",),
    born=PartialDate(1990, 11, 2),
    sex=Sex.FEMALE,
)


@pytest.fixture(scope="module")
def linkage() -> Linkage:
    return Linkage(shipped_weights())


def finding(comparison: Comparison, field: Field) -> Finding:
    return next(found for found in comparison.findings if found.field is field)


def reason(linkage: Linkage, claim: Person, entry: Person, field: Field) -> Reason:
    return finding(linkage.compare(claim, entry), field).reason


# Fields.


def test_every_field_has_a_level_and_a_reason(linkage: Linkage) -> None:
    comparison = linkage.compare(CLAIM, ENTRY)
    assert [found.field for found in comparison.findings] == list(Field)
    levels = {found.field: found.level for found in comparison.findings}
    assert levels[Field.SURNAME] is Level.AGREES
    assert levels[Field.UNIT] is Level.MISSING
    assert finding(comparison, Field.UNIT).bits == 0


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"surname": "Лукяненко"}, Field.SURNAME, Reason.APOSTROPHE),
        ({"surname": "Лукʼяненко"}, Field.SURNAME, Reason.SAME),
        ({"surname": "Лук’яненко-Гай"}, Field.SURNAME, Reason.HALF_OF_DOUBLE),
        ({"surname": "Lukianenko"}, Field.SURNAME, Reason.TRANSLITERATED),
        ({"surname": "Łukjanenko"}, Field.SURNAME, Reason.TRANSLITERATED),
        ({"surname": "Kerzytyrj"}, Field.SURNAME, Reason.LAYOUT),
        ({"surname": "Лук’ятенко"}, Field.SURNAME, Reason.ONE_LETTER),
        ({"surname": "Мельник"}, Field.SURNAME, Reason.DIFFERS),
        ({"given": "Саша"}, Field.GIVEN, Reason.SHORT_FORM),
        ({"given": "Александр"}, Field.GIVEN, Reason.RUSSIAN_FORM),
        ({"given": "Fktrcfylh"}, Field.GIVEN, Reason.LAYOUT),
        ({"given": "Jktrcfylh"}, Field.GIVEN, Reason.LAYOUT),
        ({"given": "О."}, Field.GIVEN, Reason.INITIAL),
        ({"patronymic": ""}, Field.PATRONYMIC, Reason.MISSING),
        ({"patronymic": "Сергеевич"}, Field.PATRONYMIC, Reason.RUSSIAN_FORM),
        ({"patronymic": "Сергіївна"}, Field.PATRONYMIC, Reason.GENDER_FORM),
        ({"born": PartialDate(1987, 3, 14)}, Field.BORN, Reason.SAME),
        ({"born": PartialDate(1987)}, Field.BORN, Reason.AS_FAR_AS_KNOWN),
        ({"born": None}, Field.BORN, Reason.MISSING),
        ({"sex": Sex.FEMALE}, Field.SEX, Reason.DIFFERS),
        ({"born_in": "Оглядів"}, Field.BORN_IN, Reason.SAME),
        ({"lived_in": "Артемівськ"}, Field.LIVED_IN, Reason.RENAMED),
        ({"missing_from": "Іванівське, Донецька область"}, Field.MISSING_FROM, Reason.NEIGHBOUR),
        ({"missing_on": PartialDate(2023, 5, 10)}, Field.MISSING_ON, Reason.NEAR),
        ({"category": "civilian"}, Field.CATEGORY, Reason.DIFFERS),
        ({"unit": "93 ОМБр"}, Field.UNIT, Reason.LETTERS),
        ({"unit": "в/ч А1302"}, Field.UNIT, Reason.DIFFERS),
    ],
)
def test_a_field_says_why_it_agrees_or_not(
    linkage: Linkage, change: dict[str, object], field: Field, expected: Reason
) -> None:
    claim = replace(CLAIM, **change)  # type: ignore[arg-type]
    assert reason(linkage, claim, ENTRY, field) is expected
    assert reason(linkage, ENTRY, claim, field) is expected


def test_a_former_surname_is_found_and_named_as_such(linkage: Linkage) -> None:
    for surname in ("Ковальчук", "Kovalchuk"):
        found = finding(linkage.compare(replace(WOMAN, surname=surname, former_surnames=()), WOMAN), Field.SURNAME)
        assert (found.reason, found.recorded) == (Reason.FORMER_SURNAME, Part.FORMER)


@pytest.mark.parametrize("surname", ["Білецька", "Гай", "Білецька Гай", "Білецький-Гай"])
def test_half_a_double_surname_or_its_other_ending_is_near(linkage: Linkage, surname: str) -> None:
    found = finding(linkage.compare(replace(WOMAN, surname=surname), WOMAN), Field.SURNAME)
    assert found.level is not Level.DIFFERS


def test_the_latin_name_of_a_passport_counts_where_the_ukrainian_one_differs(linkage: Linkage) -> None:
    entry = replace(ENTRY, surname="", given="", latin_surname="LUKIANENKO", latin_given="OLEKSANDR")
    comparison = linkage.compare(CLAIM, entry)
    assert finding(comparison, Field.SURNAME).recorded is Part.LATIN
    assert finding(comparison, Field.GIVEN).reason is Reason.TRANSLITERATED


def test_surname_and_given_name_the_wrong_way_round_are_seen(linkage: Linkage) -> None:
    claim = replace(CLAIM, surname="Олександр", given="Лук’яненко")
    for one, other in ((claim, ENTRY), (ENTRY, claim)):
        comparison = linkage.compare(one, other)
        assert {finding(comparison, field).reason for field in (Field.SURNAME, Field.GIVEN)} == {Reason.SWAPPED_NAMES}
        assert not comparison.has_conflict


@pytest.mark.parametrize(
    "text",
    [
        "Лук’яненко Олександр Сергійович", "Олександр Сергійович Лук’яненко", "Kerzytyrj Jktrcfylh Cthusqjdbx",
        "Лукяненко Саша",
    ],
)  # fmt: skip
def test_a_full_name_in_one_field_is_taken_apart(linkage: Linkage, text: str) -> None:
    claim = Person(surname=text, born=ENTRY.born)
    comparison = linkage.compare(claim, ENTRY)
    assert finding(comparison, Field.SURNAME).level is not Level.DIFFERS
    assert finding(comparison, Field.GIVEN).level is not Level.DIFFERS


@pytest.mark.parametrize(
    ("person", "parts"),
    [
        (Person(surname="Юхимович", given="Максим Толікович"), ("Юхимович", "Максим", "Толікович")),
        (Person(surname="Максим Толікович Юхимович"), ("Юхимович", "Максим", "Толікович")),
        (Person(surname="Юхимович Максим Толікович"), ("Юхимович", "Максим", "Толікович")),
        (Person(surname="Нечуй Левицький Іван Семенович"), ("Нечуй Левицький", "Іван", "Семенович")),
        (Person(surname="Іван Семенович Нечуй Левицький"), ("Нечуй Левицький", "Іван", "Семенович")),
        (Person(surname="Білецька Гай", given="Наталія"), ("Білецька Гай", "Наталія", "")),
        (Person(surname="Коваленко"), ("Коваленко", "", "")),
    ],
)
def test_names_come_into_their_own_fields(person: Person, parts: tuple[str, str, str]) -> None:
    found = arranged(person)
    assert (found.surname, found.given, found.patronymic) == parts


# Dates.


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("1987-03-14", "1987-03-14", (Reason.SAME, SAME)),
        ("1987-03-04", "1987-04-03", (Reason.DAY_AND_MONTH_SWAPPED, "swapped")),
        ("1987-03-14", "1988-03-14", (Reason.YEAR_OFF, "slip")),
        ("1987-03-14", "1978-03-14", (Reason.ONE_DIGIT, "slip")),
        ("1987-03-14", "1987-03-15", (Reason.ONE_DIGIT, "slip")),
        ("1987-03-14", "1987-03-41", None),
        ("1987-03-14", "1987-03-29", (Reason.SAME_MONTH, "same_month")),
        ("1987-03-14", "1987-11-28", (Reason.SAME_YEAR, "same_year")),
        ("1987-03-14", "1969-11-28", (Reason.DIFFERS, DIFFERS)),
        ("1987-03", "1987-03-14", (Reason.AS_FAR_AS_KNOWN, "month")),
        ("1987", "1987-03-14", (Reason.AS_FAR_AS_KNOWN, "year")),
        ("1987", "1987", (Reason.AS_FAR_AS_KNOWN, "year")),
        ("1988", "1987-03-14", (Reason.YEAR_OFF, "near")),
        ("1988-03", "1987-03-14", (Reason.YEAR_OFF, "near")),
        ("1987-04", "1987-03-14", (Reason.SAME_YEAR, "same_year")),
        ("1990", "1987-03-14", (Reason.DIFFERS, DIFFERS)),
    ],
)
def test_birth_dates_relate(a: str, b: str, expected: tuple[Reason, str] | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="day"):
            PartialDate.parse(b)
        return
    assert compare_dates(PartialDate.parse(a), PartialDate.parse(b)) == expected
    assert compare_dates(PartialDate.parse(b), PartialDate.parse(a)) == expected


def test_days_of_disappearance_are_near_when_days_apart_are_few() -> None:
    day = PartialDate(2023, 5, 12)
    assert compare_days(day, PartialDate(2023, 5, 18)) == (Reason.NEAR, "near")
    assert compare_days(day, PartialDate(2023, 6, 2)) == (Reason.SAME_MONTH, "same_month")
    assert compare_days(day, PartialDate(2024, 2, 2))[0] is Reason.DIFFERS
    assert compare_days(day, PartialDate(2023, 5)) == (Reason.AS_FAR_AS_KNOWN, "month")
    assert compare_days(day, None) == (Reason.MISSING, "")


# Evidence.


def test_more_agreement_is_more_evidence(linkage: Linkage) -> None:
    told = linkage.compare(replace(CLAIM, lived_in="Бахмут"), ENTRY).bits
    plain = linkage.compare(CLAIM, ENTRY).bits
    slipped = linkage.compare(replace(CLAIM, surname="Лук’ятенко"), ENTRY).bits
    other = linkage.compare(replace(CLAIM, surname="Мельник"), ENTRY).bits
    assert told > plain > slipped > other


def test_agreement_never_speaks_against_and_difference_never_for(linkage: Linkage) -> None:
    for field in linkage.weights.fields.values():
        assert field.bits[SAME] >= 0 >= field.bits[DIFFERS]
        assert all(field.bits[DIFFERS] <= bits <= field.bits[SAME] for bits in field.bits.values())


def test_weights_are_shipped_for_every_grade_of_every_field() -> None:
    fields = shipped_weights().fields
    assert set(fields) == {str(field) for field in Field}
    for field, grades in GRADES.items():
        assert set(fields[field].m) == set(fields[field].u) == set(grades)


def test_weights_survive_their_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    weights = shipped_weights()
    path = tmp_path / "weights.json"
    path.write_text(weights.as_text(), encoding="utf-8")
    assert read_weights(path) == weights


def test_a_weight_is_the_logarithm_of_how_much_likelier_a_grade_is_in_a_match() -> None:
    field = FieldWeights({SAME: 0.8, DIFFERS: 0.2}, {SAME: 0.1, DIFFERS: 0.9})
    assert field.bits[SAME] == pytest.approx(3)
    assert field.bits[DIFFERS] == pytest.approx(math.log2(0.2 / 0.9))
    assert field.usual_rarity == pytest.approx(math.log2(10))


def test_a_common_name_says_less_than_a_rare_one() -> None:
    common = Linkage(shipped_weights(), lambda kind, token: 0.02)
    rare = Linkage(shipped_weights(), lambda kind, token: None)
    for field in (Field.SURNAME, Field.GIVEN, Field.PATRONYMIC):
        few = finding(common.compare(CLAIM, ENTRY), field).bits
        assert few < finding(rare.compare(CLAIM, ENTRY), field).bits


def test_what_families_share_counts_together_only_so_far(linkage: Linkage) -> None:
    claim = replace(ENTRY, surname="Лук’яненко")
    brother = replace(ENTRY, given="Микола", born=PartialDate(1991, 8, 30), missing_from="", missing_on=None, unit="")
    comparison = linkage.compare(claim, brother)
    assert comparison.bits < sum(found.bits for found in comparison.findings)


@settings(max_examples=60)
@drawn(st.randoms(use_true_random=False))
def test_evidence_is_the_same_in_both_directions(rng: random.Random) -> None:
    linkage = Linkage(shipped_weights())
    one = two = ENTRY
    for kind in rng.sample(list(Mistake), 3):
        one = make(kind, one, rng, WOMAN) or one
    for kind in rng.sample(list(Mistake), 3):
        two = make(kind, two, rng, WOMAN) or two
    assert linkage.compare(one, two).bits == pytest.approx(linkage.compare(two, one).bits)


def test_grades_come_as_numbers_for_estimation(linkage: Linkage) -> None:
    numbers = fields_of(linkage.compare(CLAIM, ENTRY))
    assert len(numbers) == len(GRADES)
    assert numbers[0] == 0
    assert numbers[-1] == -1


# Ranking.


def test_the_entry_meant_is_likely_and_first(linkage: Linkage) -> None:
    others = {
        2: replace(ENTRY, given="Микола", born=PartialDate(1991, 8, 30)),
        3: replace(ENTRY, surname="Мельник", born=PartialDate(1970, 1, 1)),
    }
    matches = linkage.rank(CLAIM, {**others, 1: ENTRY}, population=EVERYONE)
    assert matches[0].entry == 1
    assert matches[0].verdict is Verdict.LIKELY
    assert all(match.verdict is not Verdict.LIKELY for match in matches[1:])


def test_probabilities_are_of_one_person_and_sum_to_less_than_one(linkage: Linkage) -> None:
    namesake = replace(
        ENTRY,
        born_in="Суми",
        lived_in="Суми",
        missing_from="Суми",
        missing_on=PartialDate(2022, 3, 1),
        category="civilian",
        unit="",
    )
    matches = linkage.rank(CLAIM, {1: ENTRY, 2: namesake}, population=EVERYONE)
    assert sum(match.probability for match in matches) <= 1
    assert all(match.verdict is Verdict.POSSIBLE for match in matches), "two that fit equally well: neither is likely"


def test_one_person_entered_twice_is_no_rival_of_himself(linkage: Linkage) -> None:
    matches = linkage.rank(CLAIM, {1: ENTRY, 2: replace(ENTRY, category="")}, population=EVERYONE)
    assert [match.verdict for match in matches] == [Verdict.LIKELY, Verdict.LIKELY]


@pytest.mark.parametrize(
    "change",
    [
        {"surname": "Мельник"}, {"given": "Микола"}, {"patronymic": "Андрійович"},
        {"born": PartialDate(1987, 11, 28)}, {"born": PartialDate(1969, 11, 28)},
    ],
)  # fmt: skip
def test_a_plain_conflict_is_never_likely_however_much_else_agrees(linkage: Linkage, change: dict[str, object]) -> None:
    claim = replace(ENTRY, **change)  # type: ignore[arg-type]
    for match in linkage.rank(claim, {1: ENTRY}, population=10):
        assert match.comparison.has_conflict
        assert match.verdict is not Verdict.LIKELY


def test_the_same_evidence_says_less_in_a_larger_register(linkage: Linkage) -> None:
    claim = replace(CLAIM, born=PartialDate(1987))
    small, large = (linkage.rank(claim, {1: ENTRY}, population=size)[0].probability for size in (1_000, 10_000_000))
    assert small > large


def test_nobody_is_ranked_among_nobody(linkage: Linkage) -> None:
    assert linkage.rank(CLAIM, {}, population=0) == []
    assert linkage.rank(Person(), {1: ENTRY}, population=10) == []


# Keys.


@pytest.mark.parametrize("kind", [kind for kind in Mistake if kind is not Mistake.UNRECORDED_SURNAME])
@pytest.mark.parametrize("entry", [ENTRY, WOMAN, replace(ENTRY, surname="Ковальський", given="В’ячеслав")])
def test_every_single_error_leaves_a_common_key(entry: Person, kind: Mistake) -> None:
    rng = random.Random(7)
    for _ in range(20):
        claim = make(kind, entry, rng, CLAIM)
        if claim is not None:
            assert probes(claim) & keys(entry), claim


def test_nearly_every_two_errors_leave_a_common_key() -> None:
    rng = random.Random(7)
    gathered = []
    for entry in (ENTRY, WOMAN):
        for first, second in pairs():
            once = make(first, entry, rng, CLAIM)
            twice = once and make(second, once, rng, CLAIM)
            if twice:
                gathered.append(bool(probes(twice) & keys(entry)))
    assert len(gathered) > 400
    assert sum(gathered) / len(gathered) > 0.97


def test_an_entry_has_few_keys_and_a_claim_follows_what_may_be_wrong() -> None:
    assert len(keys(ENTRY)) == 5
    assert keys(ENTRY) < probes(ENTRY)
    assert len(probes(CLAIM)) < 30
    assert keys(Person()) == probes(Person()) == frozenset()


# Persons as text.


def test_a_person_survives_being_text() -> None:
    for person in (ENTRY, WOMAN, CLAIM, Person()):
        assert read_person(person.as_text()) == person


@pytest.mark.parametrize("text", ["", "[]", "{", '{"height": 3}', '{"sex": "x"}', '{"born": "soon"}'])
def test_other_texts_are_no_person(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        read_person(text)


def test_weights_without_a_field_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "weights.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(KeyError):
        read_weights(path)
    assert isinstance(shipped_weights(), Weights)


def test_every_field_level_verdict_and_reason_has_its_own_words(site: Flask) -> None:
    assert set(REASONS) == set(Reason)
    assert (set(FIELDS), set(LEVELS), set(VERDICTS)) == (set(Field), set(Level), set(Verdict))
    for language in ("uk", "en"):
        with site.test_request_context():
            g.language = language
            for labels in (REASONS, FIELDS, LEVELS, VERDICTS):
                words = [word for label in labels.values() if (word := str(label))]
                assert len(set(words)) == len(words)
                assert all(re.search("[а-яіїєґ]", word) for word in words if len(word) > 2) is (language == "uk")

"""The register is measured: made-up people, claims with known errors, sums by kind, weights from unlabelled pairs."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask import Flask

from app.kernel.dates import PartialDate
from app.register.estimate import MISSING, bits, estimate_m, matches_by_claim, mixture, shares_of
from app.register.evaluate import ABSENT, LEAN, TWO, Claim, claims, estimate, evaluate, first_weights, sample_pairs
from app.register.linkage import GRADES, Field, Linkage, shipped_weights
from app.register.mistakes import Mistake, make, only_order, pairs, told
from app.register.person import Person, Sex
from app.register.population import make as make_people
from app.register.population import names_in, relative, urns
from app.register.weights import DIFFERS, SAME, FieldWeights, Weights
from tests.made_up import SURNAMES, drawn, people

SERHII = Person("Лук’яненко-Бойко", "Сергій", "Миколайович", born=PartialDate(1990, 3, 9), sex=Sex.MALE)
OTHER = Person("Чужий")


# Made-up people.


def test_the_same_seed_makes_the_same_people_and_another_seed_others() -> None:
    assert people(50) == people(50)
    assert people(50) != people(50, seed=6)
    assert make_people(5, 0, drawn(), 50) != make_people(5, 1, drawn(), 50)


def test_common_names_are_common_and_rare_ones_rare() -> None:
    # The first surname of the list is drawn most.
    counted = Counter(person.surname.partition("-")[0] for _, person in people(3000))
    assert counted["Коваленко"] > 1.5 * counted["Дзюба"] > 0


def test_made_up_people_fit_themselves() -> None:
    for _, person in people(500):
        assert person.surname
        assert person.given
        assert person.born is not None
        assert 1900 < person.born.year < 2012
        if person.patronymic:
            assert person.patronymic.endswith(("ич", "іч", "вна"))
            assert person.patronymic.endswith("вна") is (person.sex is Sex.FEMALE)


def test_relatives_share_what_families_share() -> None:
    rng = random.Random(1)
    brother = relative(rng, SERHII, drawn(), brother=True)
    son = relative(rng, SERHII, drawn(), brother=False)
    assert brother.surname == son.surname == SERHII.surname
    assert brother.patronymic == SERHII.patronymic
    assert son.patronymic == "Сергійович"
    assert brother.given != SERHII.given


def test_surnames_can_be_given_in_a_list() -> None:
    found = names_in("Коваленко\n\n Білецький | Білецька \n")
    assert [(surname.male, surname.female) for surname in found.surnames] == [
        ("Коваленко", "Коваленко"),
        ("Білецький", "Білецька"),
    ]
    with pytest.raises(ValueError, match="no surname"):
        names_in(" \n")
    assert urns(found)


# Mistakes.


@pytest.mark.parametrize(
    ("kind", "entry", "field", "written"),
    [
        (Mistake.NATIONAL, SERHII, "surname", {"Lukianenko-Boiko"}),
        (Mistake.RUSSIAN, SERHII, "given", {"Сергей"}),
        (Mistake.RUSSIAN_PATRONYMIC, SERHII, "patronymic", {"Николаевич"}),
        (Mistake.LAYOUT, SERHII, "given", {"cthusq"}),
        (Mistake.RUSSIAN_LAYOUT, SERHII, "given", {"cthutq"}),
        (Mistake.SWAPPED_NAMES, SERHII, "surname", {"Сергій"}),
        (Mistake.NO_PATRONYMIC, SERHII, "patronymic", {""}),
        (
            Mistake.SHORT_FORM,
            SERHII,
            "given",
            {"Сергійко", "Серьожа", "Сєрий", "Сергунька", "Серж", "Серёжа", "Сірожа"},
        ),
        (Mistake.HALF_SURNAME, SERHII, "surname", {"Лук’яненко", "Бойко"}),
        (Mistake.SWAPPED_DATE, SERHII, "born", {PartialDate(1990, 9, 3)}),
        (Mistake.YEAR_OFF, SERHII, "born", {PartialDate(1989, 3, 9), PartialDate(1991, 3, 9)}),
        (Mistake.DAY_UNKNOWN, SERHII, "born", {PartialDate(1990, 3)}),
        (Mistake.ONLY_YEAR, SERHII, "born", {PartialDate(1990)}),
        (Mistake.UNRECORDED_SURNAME, SERHII, "surname", {"Чужий"}),
        (Mistake.FORMER_SURNAME, replace(SERHII, former_surnames=("Гай",)), "surname", {"Гай"}),
        (Mistake.GENDER_ENDING, replace(SERHII, surname="Білецький"), "surname", {"Білецька"}),
        (Mistake.GENDER_ENDING, replace(SERHII, surname="Титова"), "surname", {"Титов"}),
        (Mistake.RENAMED_PLACE, replace(SERHII, lived_in="м. Бахмут"), "lived_in", {"м. Артемівськ"}),
        (Mistake.LOOK_ALIKES, SERHII, "given", {"Cepгiй"}),
        (Mistake.INITIALS, SERHII, "given", {"С.", "С"}),
        (Mistake.ONE_FIELD, SERHII, "patronymic", {""}),
    ],
)
def test_a_mistake_is_the_one_it_is_named_after(kind: Mistake, entry: Person, field: str, written: set[object]) -> None:
    wrong = make(kind, entry, random.Random(2), OTHER)
    assert wrong is not None
    assert getattr(wrong, field) in written


@pytest.mark.parametrize("kind", [kind for kind in Mistake if kind is not Mistake.EXACT])
def test_a_mistake_changes_something_or_is_not_made(kind: Mistake) -> None:
    rng = random.Random(4)
    made = [make(kind, person, rng, OTHER) for _, person in people(300)]
    assert all(wrong != person for wrong, (_, person) in zip(made, people(300), strict=True))
    assert any(made) or kind in (Mistake.RENAMED_PLACE,)


def test_two_mistakes_are_about_different_things() -> None:
    found = pairs()
    assert len(found) == len(set(found)) > 300
    assert not any({Mistake.SWAPPED_DATE, Mistake.ONLY_YEAR} == {*pair} for pair in found)


def test_families_state_names_and_birth_date_and_of_the_rest_what_they_know() -> None:
    rng = random.Random(4)
    for _, person in people(100):
        claim = told(person, rng)
        assert (claim.surname, claim.given, claim.patronymic, claim.born) == (
            person.surname,
            person.given,
            person.patronymic,
            person.born,
        )
        assert not claim.former_surnames
        assert not claim.latin_surname
        assert (
            only_order(claim).as_text()
            == Person(*(claim.surname, claim.given, claim.patronymic), born=claim.born).as_text()
        )


# Sums.


def answering(entries: dict[int, Person]):  # type: ignore[no-untyped-def]
    """Return a search that compares a claim with every entry."""
    linkage = Linkage(shipped_weights())
    return lambda claim: linkage.rank(claim, entries, population=len(entries))


def test_claims_are_made_of_every_kind() -> None:
    asked = claims(people(300), drawn(), count=200, seed=3)
    kinds = {claim.kind for claim in asked}
    assert {str(kind) for kind in Mistake if kind is not Mistake.RENAMED_PLACE} <= kinds
    assert {str(kind) + LEAN for kind in (Mistake.EXACT, Mistake.SLIP_SURNAME)} <= kinds
    assert sum(TWO in kind for kind in kinds) > 300
    assert {ABSENT + who for who in ("stranger", "namesake", "brother", "father or son")} <= kinds
    assert all((claim.entry is None) is claim.kind.startswith(ABSENT) for claim in asked)
    assert asked == claims(people(300), drawn(), count=200, seed=3)


def test_a_report_counts_what_was_found_and_what_was_wrongly_called_likely() -> None:
    entries = dict(people(60))
    right, stranger = entries[1], Person("Незнайко", "Остап", "Юхимович", born=PartialDate(1950, 1, 1))
    report = evaluate(
        [Claim("exact", right, 1), Claim("exact", right, 2), Claim(ABSENT + "stranger", stranger, None)],
        answering(entries),
    )
    kinds = report.as_json()["kinds"]
    assert kinds["exact"]["recall1"] == kinds["exact"]["recall5"] == 0.5
    assert kinds["exact"]["likely"] == 0.5
    assert kinds["exact"]["likely_wrong"] == 0.5
    assert kinds["exact"]["precision"] == 0.5
    assert kinds[ABSENT + "stranger"]["likely_wrong"] == 0
    assert [claim.entry for claim, _ in report.misses] == [2]
    assert [claim.entry for claim, _ in report.wrong] == [2]
    assert report.as_json()["groups"]["all"]["n"] == 3
    assert report.as_json()["thresholds"][0] == {"threshold": 0.5, "precision": 0.5, "found": 0.5, "wrong": 1}


def test_a_small_register_finds_whom_it_holds() -> None:
    entries = dict(people(80))
    asked = claims(people(80), drawn(), count=80, seed=9)
    groups = evaluate([claim for claim in asked if TWO not in claim.kind], answering(entries)).as_json()["groups"]
    assert groups["one error"]["recall5"] > 0.97
    assert groups["one error"]["precision"] > 0.98


def test_the_command_prints_recall_by_kind_thresholds_and_times(site: Flask, tmp_path: Path) -> None:
    surnames = tmp_path / "surnames.txt"
    surnames.write_text(SURNAMES, encoding="utf-8")
    arguments = ["register", "evaluate", "--entries", "300", "--claims", "80", "--surnames", str(surnames)]
    result = site.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    for words in ("latin_2010", "= two errors", "recall5", "likely from 0.990 on: precision", "p95", "300 entries"):
        assert words in result.output
    result = site.test_cli_runner().invoke(args=[*arguments, "--json"])
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["register"]["entries"] == 300
    assert found["groups"]["one error"]["recall5"] > 0.95


# Estimation.


def test_shares_are_of_known_grades_and_nothing_is_impossible() -> None:
    grades = np.array([[0], [0], [1], [MISSING]], dtype=np.int8)
    (shares,) = shares_of(grades, [3], np.ones(4))
    assert shares.sum() == pytest.approx(1)
    assert shares[0] > shares[1] > shares[2] > 0


def test_evidence_is_summed_and_what_is_missing_says_nothing() -> None:
    m, u = [np.array([0.8, 0.2])] * 2, [np.array([0.1, 0.9])] * 2
    grades = np.array([[0, 0], [0, MISSING], [MISSING, MISSING]], dtype=np.int8)
    assert bits(grades, m, u) == pytest.approx([6, 3, 0])


def test_a_claim_has_one_match_or_none() -> None:
    evidence, numbers = np.array([20.0, 20.0, -5.0]), np.array([0, 0, 1])
    found = matches_by_claim(evidence, numbers, in_register=0.9, population=1000)
    assert found[0] == pytest.approx(found[1])
    assert found[0] < 0.5
    assert found[2] < 0.01


def made_pairs(rng: np.random.Generator, m: list[float], u: list[float], count: int, share: float):  # type: ignore[no-untyped-def]
    is_match = rng.random(count) < share
    grades = np.where(is_match[:, None], rng.random((count, len(m))) > m, rng.random((count, len(u))) > u)
    return grades.astype(np.int8), is_match


def test_expectation_maximisation_finds_the_weights_that_pairs_were_made_with() -> None:
    m, u = [0.9, 0.8, 0.95, 0.85], [0.05, 0.1, 0.02, 0.2]
    grades, is_match = made_pairs(np.random.default_rng(1), m, u, 20_000, 0.1)
    start = [np.array([0.7, 0.3])] * 4
    found = mixture(grades, [2] * 4, share=0.3, start=start)
    assert found.share == pytest.approx(0.1, abs=0.01)
    assert [float(shares[0]) for shares in found.m] == pytest.approx(m, abs=0.03)
    assert [float(shares[0]) for shares in found.u] == pytest.approx(u, abs=0.02)
    assert ((found.probability > 0.5) == is_match).mean() > 0.98


def test_m_is_found_where_each_claim_has_at_most_one_match() -> None:
    rng = np.random.default_rng(2)
    m, u, number, each = [0.9, 0.7, 0.8], [0.02, 0.05, 0.03], 1500, 6
    grades = (rng.random((number * each, 3)) > u).astype(np.int8)
    grades[::each] = rng.random((number, 3)) > m
    found, in_register = estimate_m(
        grades,
        [2] * 3,
        [np.array([share, 1 - share]) for share in u],
        extra=np.zeros(len(grades)),
        claims=np.repeat(np.arange(number), each),
        population=each,
        start=[np.array([0.6, 0.4])] * 3,
    )
    assert [float(shares[0]) for shares in found] == pytest.approx(m, abs=0.05)
    assert in_register > 0.85


def test_weights_are_estimated_without_looking_at_the_answers() -> None:
    entries = dict(people(60))
    asked = [claim for claim in claims(people(60), drawn(), count=80, seed=4) if TWO not in claim.kind]
    blind = [replace(claim, entry=None, kind="") for claim in asked]
    others = make_people(77, 0, drawn(), 60)
    found: list[Weights] = []
    for known in (asked, blind):
        sampled = sample_pairs(known, lambda _: entries, others, Linkage(first_weights()), pairs_a_claim=20, seed=1)
        found.append(estimate(sampled, first_weights(), population=len(entries), made={"seed": 1}))
    assert found[0] == found[1]
    fields = found[0].fields
    for field in (Field.SURNAME, Field.GIVEN, Field.PATRONYMIC, Field.BORN):
        assert fields[field].bits[SAME] > 1 > -1 > fields[field].bits[DIFFERS]
    assert found[0].in_register == first_weights().in_register
    assert found[0].made == {"seed": 1}


def test_a_grade_that_no_pair_had_says_nothing() -> None:
    entries = dict(people(30))
    asked = [Claim("exact", person, number) for number, person in entries.items()]
    sampled = sample_pairs(asked, lambda _: entries, list(entries.values()), Linkage(first_weights()),
                           pairs_a_claim=5, seed=1)  # fmt: skip
    fields: dict[str, FieldWeights] = dict(estimate(sampled, first_weights(), population=30, made={}).fields)
    assert fields[Field.GIVEN].bits["initial"] == 0
    assert set(fields) == {str(field) for field in GRADES}

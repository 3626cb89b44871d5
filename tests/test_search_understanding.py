"""What a query means: layout, script, spelling, synonyms, other languages. On the shipped edition's own words."""

from __future__ import annotations

import pytest

from app.search.find import Finder
from app.search.understand import Change, Concept, Understood


def changes(understood: Understood) -> list[Change]:
    return [step.change for step in understood.steps]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dbnzu", "витяг"), ("lyr", "днк"), ("pfzdf gjkswsz", "заява поліція"), ("if[hf]", "шахраї"),
        ("рщц ьфтн ьшііштп", "how many missing"), ("jnhbvfnb dbnzu", "отримати витяг"),
    ],
)  # fmt: skip
def test_a_wrong_layout_is_turned_back(finder: Finder, typed: str, meant: str) -> None:
    understood = finder.understand(typed)
    assert understood.shown == meant
    assert changes(understood) == [Change.LAYOUT]
    assert understood.is_rewritten


@pytest.mark.parametrize("typed", ["vytyag z reyestru", "de zdaty zrazok", "katuvannya v poloni", "vypiska iz reestra"])
def test_latin_letters_are_read_as_ukrainian_or_russian(finder: Finder, typed: str) -> None:
    understood = finder.understand(typed)
    assert Change.SCRIPT in changes(understood)
    assert not understood.is_rewritten, "reading another script is no correction"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("направленя на днк", "направлення на днк"), ("катуваня в полоні", "катування в полоні"),
        ("помилка про знекнення", "помилка про зникнення"), ("коорштаб", "коордштаб"),
        ("служб розслідуваня", "служб розслідування"), ("сповіщеня", "сповіщення"),
    ],
)  # fmt: skip
def test_slips_are_mended(finder: Finder, typed: str, meant: str) -> None:
    understood = finder.understand(typed)
    assert understood.shown == meant
    assert changes(understood) == [Change.SPELLING]


HONEST = [
    "витяг з реєстру", "хто може отримати витяг", "мій син зник безвісти під Бахмутом", "куди звертатись за допомогою",
    "пропал без вести муж", "где сдать ДНК", "как узнать в плену ли сын", "документы для выплаты",
    "how to get an extract", "missing soldier benefits", "where is my son", "red cross tracing request",
    "jak znaleźć zaginionego męża", "gdzie zgłosić zaginięcie", "rejestr osób zaginionych",
    "Vermisstenregister Ukraine", "wo ist mein Sohn", "Antrag stellen", "НІБ", "ЄРДР", "HRMMU", "ICRC", "СЗЧ",
]  # fmt: skip


@pytest.mark.parametrize("typed", HONEST)
def test_an_honest_query_is_not_rewritten(finder: Finder, typed: str) -> None:
    understood = finder.understand(typed)
    assert not understood.is_rewritten, understood.steps


def test_as_typed_nothing_is_touched(finder: Finder) -> None:
    for typed in ("dbnzu", "направленя"):
        understood = finder.understand(typed, as_typed=True)
        assert understood.steps == ()
        assert understood.shown == typed


def test_an_abbreviation_in_capitals_is_never_corrected(finder: Finder) -> None:
    assert not finder.understand("запит НІВ").is_rewritten
    assert finder.understand("ШАХРАЇІ").shown == "шахраї", "with the key locked, all are capitals"


def lemmas_of(concept: Concept) -> set[str]:
    return {lemma for alternative in concept.alternatives for forms in alternative.words for lemma in forms}


def meanings(understood: Understood, word: str) -> set[str]:
    return lemmas_of(next(concept for concept in understood.concepts if concept.typed == word))


@pytest.mark.parametrize(
    ("typed", "word", "meant"),
    [
        ("військкомат", "військкомат", "тцк"), ("выписка", "выписка", "витяг"), ("Auszug", "auszug", "витяг"),
        ("hostage", "hostage", "заручник"), ("плен", "плен", "полон"), ("мошенники", "мошенники", "шахрай"),
    ],
)  # fmt: skip
def test_a_word_also_means_its_synonyms_in_every_language(finder: Finder, typed: str, word: str, meant: str) -> None:
    assert meant in meanings(finder.understand(typed), word)


def test_a_phrase_with_a_meaning_of_its_own_is_one_idea(finder: Finder) -> None:
    typed = [concept.typed for concept in finder.understand("муж пропал без вести").concepts]
    assert any("без вести" in idea for idea in typed)


@pytest.mark.parametrize("typed", ["0 800 300 529", "0800300529", "+38 (0800) 300-529", "800 300 529", "0-800-300-529"])
def test_a_phone_is_one_word_however_it_is_grouped(finder: Finder, typed: str) -> None:
    assert "0800300529" in {lemma for concept in finder.understand(typed).concepts for lemma in lemmas_of(concept)}


def test_an_overlong_query_is_cut(finder: Finder) -> None:
    assert len(finder.understand("витяг " * 400).concepts) <= 24

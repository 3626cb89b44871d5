"""Words as the search compares them: script, keyboard, spelling habits, dictionary forms. Pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.fold import key, normalise, skeleton, switch, words
from app.search.lexicon import Entry, Lexicon, weighted_distance
from app.search.morphology import aspects, forms, is_known, lemmas


def said(text: str) -> list[str]:
    return [word.text for word in words(text)]


@pytest.mark.parametrize("spelt", ["об'єднання", "об’єднання", "обʼєднання", "об`єднання"])
def test_every_apostrophe_is_one(spelt: str) -> None:
    assert said(spelt) == ["об’єднання"]


def test_stress_marks_and_soft_hyphens_do_not_part_a_word() -> None:
    assert said("ви\u0301тяг, ре\u00adєстр") == ["витяг", "реєстр"]


def test_latin_look_alikes_inside_a_cyrillic_word_are_mended() -> None:
    assert said("витяг з peєстру") == ["витяг", "з", "реєстру"]
    assert normalise("Aзовсталь") == "азовсталь"


def test_a_latin_word_stays_latin() -> None:
    assert said("HOPE Reserve") == ["hope", "reserve"]


@pytest.mark.parametrize("number", ["100 000", "100\u00a0000", "100,000", "100.000", "100000"])
def test_thousands_are_one_number(number: str) -> None:
    assert said(f"{number} гривень") == ["100000", "гривень"]


def test_a_word_knows_its_place() -> None:
    text = "Це — «витяг»"
    assert [text[word.start : word.end] for word in words(text)] == ["Це", "витяг"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("витяг", "vytiah"), ("витяг", "vytyag"), ("витяг", "vitjah"), ("витяг", "витяґ"),
        ("реєстр", "reyestr"), ("реєстр", "реестр"), ("реєстр", "reiestr"), ("реєстр", "реэстр"),
        ("зниклих", "znyklyh"), ("зниклих", "znyklykh"), ("зниклих", "zniklix"),
        ("розслідування", "rozsliduvannia"), ("розслідування", "rozsliduvanya"),
        ("в’язні", "вязні"), ("щойно", "shchoino"), ("заява", "zaiava"), ("заява", "zajava"),
        ("поліція", "politsiia"), ("поліція", "policija"), ("виплати", "віплаті"), ("коордштаб", "koordshtab"),
        ("цивільний", "tsyvilnyi"), ("цивільний", "civilnyj"), ("хто", "khto"), ("хто", "hto"),
    ],
)  # fmt: skip
def test_spelling_habits_come_to_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("витяг", "витік"), ("полон", "поліно"), ("суд", "сад")])
def test_other_words_have_other_skeletons(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    ("typed", "layout", "meant"),
    [
        ("dbnzu", "en-uk", "витяг"), ("pfzdf", "en-uk", "заява"), ("ytvf' d ht'cnhs", "en-uk", "немає в реєстрі"),
        ("gjkjy", "en-uk", "полон"), ("rjjhlinf,", "en-uk", "коордштаб"), ("dsgbcrf", "en-ru", "выписка"),
        ("фьфяшт", "uk-en", "amazin"), ("вшсешщтфкн", "ru-en", "dictionary"),
    ],
)  # fmt: skip
def test_keys_under_another_layout(typed: str, layout: str, meant: str) -> None:
    assert switch(typed, layout) == meant


@given(st.text(max_size=60))
def test_folding_never_fails_and_is_stable(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)
        skeleton(word.text)


@pytest.mark.parametrize(
    ("word", "language", "lemma"),
    [
        ("витягу", "uk", "витяг"), ("загиблого", "uk", "загиблий"), ("катували", "uk", "катувати"),
        ("реєстрі", "uk", "реєстр"), ("в’язнів", "uk", "вязень"), ("мужа", "ru", "муж"), ("выписку", "ru", "выписка"),
        ("soldiers", "en", "soldier"), ("vermissten", "de", "vermisst"),
    ],
)  # fmt: skip
def test_words_come_to_their_dictionary_form(word: str, language: str, lemma: str) -> None:
    assert lemma in lemmas(word, language)


def test_a_word_of_another_script_has_no_dictionary_form() -> None:
    assert lemmas("extract", "uk") == ()
    assert lemmas("витяг", "en") == ()
    assert lemmas("1698", "uk") == lemmas("1698", "en") == ("1698",)


def test_an_unknown_word_stands_for_itself_first() -> None:
    assert not is_known("коордштабу", "uk")
    assert lemmas("коордштабу", "uk")[0] == "коордштабу"
    assert "коордштаб" in lemmas("коордштабу", "uk")


def test_every_form_of_a_word_is_known() -> None:
    assert {"витяг", "витягу", "витягом", "витяги", "витягах"} <= set(forms("витягом", "витяг", "uk"))


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("видати", "видавати", "uk"), ("отримати", "отримувати", "uk"), ("подати", "подавати", "uk"),
        ("розшукати", "розшукувати", "uk"), ("выдать", "выдавать", "ru"),
        ("показать", "показывать", "ru"),
    ],
)  # fmt: skip
def test_the_two_aspects_of_a_verb_are_one(one: str, other: str, language: str) -> None:
    assert set(aspects(one, language)) & set(aspects(other, language))


@pytest.mark.parametrize(("one", "other"), [("знати", "зняти"), ("писати", "питати"), ("брати", "збирати")])
def test_other_verbs_are_not_one(one: str, other: str) -> None:
    assert not set(aspects(one, "uk")) & set(aspects(other, "uk"))


def lexicon(*found: tuple[str, str, int]) -> Lexicon:
    return Lexicon(Entry(form, language, (form,), documents, skeleton(form)) for form, language, documents in found)


def test_the_nearest_spelling_is_found() -> None:
    known = lexicon(("витяг", "uk", 20), ("реєстр", "uk", 30), ("заява", "uk", 9), ("зразок", "uk", 4))
    assert known.near("витяк", ["uk"])[0].entry.form == "витяг"
    assert known.near("реевстр", ["uk"])[0].entry.form == "реєстр"
    assert known.near("зразко", ["uk"])[0].entry.form == "зразок"


def test_a_slip_between_letters_that_sound_alike_is_nearer() -> None:
    assert weighted_distance("знекнення", "зникнення") < weighted_distance("знукнення", "зникнення")
    assert weighted_distance("вязень", "в’язень") == 0


def test_the_commoner_of_two_near_words_comes_first() -> None:
    known = lexicon(("полон", "uk", 90), ("полох", "uk", 1))
    assert known.near("полоп", ["uk"])[0].entry.form == "полон"


@pytest.mark.parametrize("word", ["суж", "1699", "r16", "а1б2в3"])
def test_numbers_and_short_words_are_never_corrected(word: str) -> None:
    known = lexicon(("суд", "uk", 90), ("1698", "uk", 5), ("абвг", "uk", 5))
    assert known.near(word, ["uk"]) == []


def test_keys_ignore_what_does_not_tell_words_apart() -> None:
    assert key("ґрунт") == "грунт"
    assert key("в’язень") == "вязень"
    assert key("ещё") == "еще"

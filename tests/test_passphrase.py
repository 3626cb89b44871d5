"""Passphrases can be made, written down, typed on an old phone and read back."""

from __future__ import annotations

from math import log2
from random import Random

import pymorphy3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from app.kernel.passphrase import (
    BITS,
    LANGUAGES,
    LIST_LENGTH,
    WORDS,
    _skeleton,
    fold_passphrase,
    new_passphrase,
    words,
)
from app.kernel.text import alphabetical, fold


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_is_hard_to_guess(language: str) -> None:
    assert len(set(words(language))) == LIST_LENGTH
    assert sum(log2(LIST_LENGTH - place) for place in range(WORDS)) >= BITS >= 44
    phrase = new_passphrase(language, Random(1))
    assert len(set(phrase.split())) == WORDS
    assert phrase != new_passphrase(language, Random(2))


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_told_apart_by_four_letters_and_by_two_slips(language: str) -> None:
    skeletons = [_skeleton(fold(word)) for word in words(language)]
    assert all(4 <= len(skeleton) <= 10 for skeleton in skeletons)
    assert len({skeleton[:4] for skeleton in skeletons}) == LIST_LENGTH
    near = [
        (one, other)
        for place, one in enumerate(skeletons)
        for other in skeletons[place + 1 :]
        if abs(len(one) - len(other)) < 2 and OSA.distance(one, other, score_cutoff=1) < 2
    ]
    assert near == []


def test_ukrainian_words_are_nouns_as_in_a_dictionary_and_in_order() -> None:
    morph = pymorphy3.MorphAnalyzer(lang="uk")
    odd = [
        word
        for word in words("uk")
        if not any({"NOUN", "nomn"} <= parse.tag.grammemes and parse.word == word for parse in morph.parse(word))
    ]
    assert odd == []
    assert sorted(words("uk"), key=alphabetical) == list(words("uk"))


def test_no_word_hurts() -> None:
    """No word begins as words of war, death, prison, state, church, family and Russia's symbols do."""
    ukrainian = (
        "війн арм зброя ракет танк міна_ бомб снаряд куля_ град_ дрон бій битв ворог полон плен тюрм кайдан смер труп"
        " труна могил кладовищ хрест церк бог_ ангел гріх пекл рай_ молит свіч мати_ мама тато батьк син_ дочк донь"
        " брат сестр дитин дід_ баба_ вдов сирот росі москв кремл берез ведмід матрьош балалай самовар зірка серп_"
        " молот_ прапор партія президент вибор депутат кров рана_ рани_ біль_ хвор сліз плач крик жах страх вбив"
        " пам’ят помин мак_ гвозд тюльпан півон гіацинт герань калібр кинджал іскандер орешн тополя_ яма окоп"
    )
    english = (
        "war_ army weapon gun rocket missile tank mine_ bomb shell drone battle enemy prison jail death dead corpse"
        " coffin grave_ tomb cross church god angel sin_ hell heaven pray candle mother mom father dad son_ daughter"
        " brother child widow orphan russia moscow kremlin birch bear_ flag party_ president vote blood wound pain_"
        " tear_ cry_ fear kill_ memory poppy wreath missing lost"
    )
    for language, starts in (("uk", ukrainian), ("en", english)):
        bad = [
            word
            for word in words(language)
            for start in starts.split()
            if (word == start[:-1] if start.endswith("_") else word.startswith(start))
        ]
        assert bad == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_is_read_however_it_is_typed(language: str) -> None:
    for seed in range(50):
        phrase = new_passphrase(language, Random(seed))
        assert fold_passphrase(phrase) == phrase
        for typed in (
            phrase.upper(),
            phrase.title(),
            f"  {phrase.replace(' ', '  ')}\n",
            phrase.replace(" ", "-"),
            phrase.replace(" ", ", "),
            phrase.replace(" ", " – "),
            "’" + phrase.replace(" ", "' ") + "'",
            " ".join(f"{number}. {word}" for number, word in enumerate(phrase.split(), 1)),
        ):
            assert fold_passphrase(typed) == phrase


def test_letters_that_are_taken_for_each_other_do_not_matter() -> None:
    for word in words("uk"):
        assert fold_passphrase(word.replace("і", "и")) == word
        assert fold_passphrase(word.replace("и", "і")) == word
        assert fold_passphrase(word.replace("ї", "і").replace("й", "и")) == word
        assert fold_passphrase(word.replace("ь", "")) == word
        assert fold_passphrase(word.replace("г", "ґ")) == word
        assert fold_passphrase(word.replace("е", "є")) == word


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_slip_never_makes_another_word(language: str) -> None:
    """A missing, doubled or exchanged letter gives the word that was meant, or one that fits nothing."""
    known, right, all_ = set(words(language)), 0, 0
    for word in words(language)[::4]:
        for place in range(len(word)):
            slips = {
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[:place] + word[place + 1 : place + 2] + word[place : place + 1] + word[place + 2 :],
            }
            for slip in slips:
                read = fold_passphrase(slip)
                assert read == word or read not in known
                right, all_ = right + (read == word), all_ + 1
    assert right / all_ > 0.95


def test_british_and_american_spelling_are_one() -> None:
    assert fold_passphrase("color pajamas theater yogurt flavor") == "colour pyjamas theatre yoghurt flavour"


def test_a_language_without_a_list_gets_english_words() -> None:
    assert words("pl") == words("en")


@given(st.text(max_size=400))
def test_folding_any_text_twice_changes_nothing_more(text: str) -> None:
    once = fold_passphrase(text)
    assert fold_passphrase(once) == once

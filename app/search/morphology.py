"""Words to dictionary forms, a language at a time: pymorphy3 for Ukrainian and Russian, Snowball for the others.

Every function is pure and remembers its answers: the words of an edition are few and come again.
"""

from __future__ import annotations

from functools import cache, lru_cache

import pymorphy3
import snowballstemmer

from app.search.fold import is_cyrillic, is_latin, key

INFLECTED = ("uk", "ru")
"""Languages with a dictionary of all forms."""
STEMMED = {"en": "english", "pl": "polish", "de": "german"}
"""Languages with a Snowball stemmer, by its name there."""
LANGUAGES = (*INFLECTED, *STEMMED)


@cache
def _dictionary(language: str) -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang=language)


@cache
def _stemmer(language: str) -> snowballstemmer.basestemmer.BaseStemmer:
    return snowballstemmer.stemmer(STEMMED[language])


def writes(language: str, word: str) -> bool:
    """Whether `word` is in the script of `language`; numbers are in every one."""
    return not is_latin(word) if language in INFLECTED else not is_cyrillic(word)


@lru_cache(maxsize=200_000)
def lemmas(word: str, language: str) -> tuple[str, ...]:
    """Return every plausible dictionary form of a folded word, as comparable keys, likeliest first.

    For a word that no dictionary knows, the word itself comes first: guesses of the analyser follow it.
    """
    if not writes(language, word):
        return ()
    if language in STEMMED:
        return (key(_stemmer(language).stemWord(word)),)
    parses = _dictionary(language).parse(word.replace("’", "'"))
    best = max((parse.score for parse in parses), default=0)
    found = [key(parse.normal_form) for parse in parses if parse.score >= best * 0.15]
    if not any(parse.is_known for parse in parses):
        found = [key(word), *found[:2]]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=200_000)
def is_known(word: str, language: str) -> bool:
    """Whether the dictionary of an inflected language has this form of a word."""
    return (
        language in INFLECTED
        and not is_latin(word)
        and bool(_dictionary(language).word_is_known(word.replace("’", "'")))
    )


_OF_PEOPLE = ("Name", "Surn", "Patr")
"""How the dictionaries mark given names, surnames and patronymics."""


def name_readings(word: str) -> tuple[bool, ...]:
    """Return for every reading of a folded Cyrillic word in a dictionary whether it is a name that people have."""
    if is_latin(word):
        return ()
    return tuple(
        any(mark in parse.tag for mark in _OF_PEOPLE)
        for language in INFLECTED
        for parse in _dictionary(language).parse(word.replace("’", "'"))
        if parse.is_known
    )


def forms(word: str, lemma: str, language: str) -> tuple[str, ...]:
    """Return every form of the dictionary word `lemma` that `word` is one of, as comparable keys."""
    if language not in INFLECTED:
        return ()
    parses = _dictionary(language).parse(word.replace("’", "'"))
    parse = next((parse for parse in parses if parse.is_known and key(parse.normal_form) == lemma), None)
    return tuple(dict.fromkeys(key(form.word) for form in parse.lexeme)) if parse else ()


_LONG = {"uk": ("увати", "ювати"), "ru": ("ывать", "ивать")}
_SHORT = {"uk": ("ати", "яти", "ити"), "ru": ("ать", "ять", "ить")}
_ENDING = {"uk": ("вати", "ти"), "ru": ("вать", "ть")}
_STEM = 4
"""Letters of a stem from which verbs with different endings are taken for one."""


def aspects(lemma: str, language: str) -> tuple[str, ...]:
    """Return keys that a verb shares with its pair of the other aspect: видати and видавати, отримати and отримувати.

    A verb may have several keys; a word that cannot be a verb has none.
    """
    if language not in INFLECTED:
        return ()
    drawn, plain = _ENDING[language]
    for ending in _LONG[language]:
        if lemma.endswith(ending) and len(lemma) - len(ending) >= _STEM:
            return (lemma[: -len(ending)],)
    if lemma.endswith(drawn) and len(lemma) > len(drawn) + 1:
        return (lemma[: -len(drawn)] + plain,)
    if not lemma.endswith(plain):
        return ()
    stems = (lemma[: -len(ending)] for ending in _SHORT[language] if lemma.endswith(ending))
    return (lemma, *(stem for stem in stems if len(stem) >= _STEM))

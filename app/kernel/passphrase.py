"""Passphrases of common words: five of 768, 47 bits; made in the page’s language and read with slips forgiven."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from types import MappingProxyType

from rapidfuzz.distance import OSA

from app.kernel.text import fold

WORDS = 5
"""Words in a phrase."""
LIST_LENGTH = 768
"""Words in each list. Each has four first letters of its own and differs from every other by two letters or more."""
BITS = 47
"""At least: five different words of 768 are log2(768 * 767 * 766 * 765 * 764), 47.9 random bits."""
LANGUAGES = ("uk", "en")
"""Languages with a list. A page in any other language shows English words."""

_FOLDER = Path(__file__).parent / "words"
_BETWEEN = re.compile(r"[\s\-_.,:;/\\|+–—−‐‑‒\"«»„“”()\d]+")
_ALIKE = str.maketrans(
    {"і": "и", "ї": "и", "й": "и", "ы": "и", "є": "е", "э": "е", "ё": "е", "ґ": "г", "ь": "", "’": ""}
)
_LONGEST = 300


@cache
def words(language: str) -> tuple[str, ...]:
    """Return the word list of a language, in its order; of a language that has none, the English one."""
    code = language if language in LANGUAGES else "en"
    return tuple((_FOLDER / f"{code}.txt").read_text(encoding="utf-8").split())


def new_passphrase(language: str, random: Random) -> str:
    """Return a new phrase of `WORDS` different words; `random` is `secrets.SystemRandom()` outside tests."""
    return " ".join(random.sample(words(language), WORDS))


def fold_passphrase(text: str) -> str:
    """Return the one form of a phrase that is hashed, however it was typed.

    Case, spaces, dashes, commas and apostrophes do not count; и for і, г for ґ, a missing soft sign and one wrong,
    missing or exchanged letter are put right where only one word of the lists can be meant. A word of no list stays
    as it is, so that it fits nothing.
    """
    return " ".join(_meant(word) for word in _BETWEEN.split(fold(text[:_LONGEST])) if word)


def _skeleton(word: str) -> str:
    return word.translate(_ALIKE)


@cache
def _by_skeleton() -> Mapping[str, str]:
    return MappingProxyType({_skeleton(fold(word)): word for language in LANGUAGES for word in words(language)})


def _meant(typed: str) -> str:
    skeleton = _skeleton(typed)
    known = _by_skeleton()
    if word := known.get(skeleton):
        return word
    if len(skeleton) < 3:
        return typed
    near = [word for other, word in known.items() if OSA.distance(skeleton, other, score_cutoff=1) == 1]
    return near[0] if len(near) == 1 else typed

"""Folding of text typed by people: apostrophes, digits, spaces; the order of the alphabet."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = str.maketrans(dict.fromkeys("'’ʼ`´′‘＇", "’"))
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u0301]")


def fold(text: str) -> str:
    """Return `text` for comparison: NFKC, one apostrophe, no invisible or stress marks, lower case, single spaces."""
    # Apostrophes come first: NFKC takes ´ apart into a space and an accent.
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)))
    return " ".join(text.lower().split())


def digits(text: str) -> str:
    """Return the decimal digits of `text` as ASCII, dropping everything else."""
    return "".join(str(unicodedata.decimal(ch)) for ch in text if unicodedata.decimal(ch, None) is not None)


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """Return `text` as a fragment identifier: letters and digits of any script, hyphens between."""
    return re.sub(r"[\W_]+", "-", fold(text)).strip("-")


def wildcard(phrase: str) -> str:
    """Return the regular expression of a phrase in which ``*`` at the end of a word stands for any ending.

    Words may be any spaces apart; the phrase must not touch other letters.
    """
    words = (re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in phrase.split())
    return r"(?<![\w’])" + r"\s+".join(words) + r"(?![\w’])"


_ALPHABET = {letter: place for place, letter in enumerate("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")}


def alphabetical(text: str) -> list[int]:
    """A sorting key in the order of the Ukrainian alphabet (code points would put і, ї, є, ґ at the end)."""
    return [_ALPHABET.get(letter, ord(letter) - 200) for letter in text.lower()]

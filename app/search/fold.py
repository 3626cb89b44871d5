"""Typed text in comparable forms: look-alike letters, keyboard layouts, one skeleton for every spelling habit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from app.kernel.text import fold

# Stress marks, soft hyphens and the like stand inside words; folding takes them out.
_MARK = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
_PART = rf"[^\W_](?:[^\W_]|[{_MARK}])*"
_WORD = re.compile(rf"(?<!\d)\d{{1,3}}(?:[ \u00a0\u202f.,]\d{{3}})+(?!\d)|{_PART}(?:’{_PART})*")
"""A number with its thousands apart, or letters and digits with apostrophes inside."""
_THOUSANDS = re.compile(r"[ .,]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")

_LOOK_ALIKE = str.maketrans("aceiopxyABCEHIKMOPTXYi", "асеіорхуАВСЕНІКМОРТХУі")


@dataclass(frozen=True)
class Word:
    """A word of a text: folded, with its place in the text it was found in. Thousands of a number are joined."""

    text: str
    start: int
    end: int


def normalise(text: str) -> str:
    """Fold `text`; a Latin letter inside a Cyrillic word becomes the Cyrillic one that looks like it."""
    return _WORD.sub(lambda found: _one_script(found.group()), fold(text))


def words(text: str) -> list[Word]:
    """Return the words of a text as it stands, each folded. Hyphens part words, apostrophes do not."""
    matches = _WORD.finditer(text.translate(_APOSTROPHES))
    return [Word(folded, found.start(), found.end()) for found in matches if (folded := _folded(found.group()))]


_APOSTROPHES = str.maketrans(dict.fromkeys("'’ʼ`´′‘＇", "’"))


@lru_cache(maxsize=200_000)
def _folded(word: str) -> str:
    folded = fold(word)
    return re.sub(r"\D", "", folded) if folded[0].isdigit() and _THOUSANDS.search(folded) else _one_script(folded)


def _one_script(word: str) -> str:
    # Only mixed words are touched: a Latin word stays one, whatever it looks like.
    if len(_CYRILLIC.findall(word)) > len(_LATIN.findall(word)) > 0:
        return word.translate(_LOOK_ALIKE)
    return word


def is_cyrillic(text: str) -> bool:
    return _CYRILLIC.search(text) is not None


def is_latin(text: str) -> bool:
    return _LATIN.search(text) is not None


def key(word: str) -> str:
    """Return a folded word for exact comparison: without apostrophe, ґ as г, ё as е."""
    return word.replace("’", "").replace("'", "").replace("ґ", "г").replace("ё", "е")


_EN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>@#$^&"
_UK = "'йцукенгшщзхїфівапролджєячсмитьбю'ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄЯЧСМИТЬБЮ\"№;:?"
_RU = 'ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"№;:?'

LAYOUTS = {
    "en-uk": str.maketrans(_EN, _UK),
    "en-ru": str.maketrans(_EN, _RU),
    "uk-en": str.maketrans(_UK[1:33], _EN[1:33]),
    "ru-en": str.maketrans(_RU[:33], _EN[:33]),
}
"""Tables of the same keys under another layout. Russian and Ukrainian layouts differ in letters that the skeleton
takes as one (і ы, є э, ї ъ), so they need no table of their own."""


def switch(text: str, layout: str) -> str:
    """Return what the same keys give under another layout, such as ``dbnzu`` under en-uk: витяг."""
    return text.translate(LAYOUTS[layout])


_ROMAN = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ё": "io", "ж": "zh", "з": "z",
    "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": "",
    "ю": "iu", "я": "ia", "ы": "y", "э": "e", "’": "", "'": "", "ў": "u",
    "ą": "a", "ć": "c", "ę": "e", "ł": "l", "ń": "n", "ó": "o", "ś": "s", "ź": "z", "ż": "z",
    "ä": "a", "ö": "o", "ü": "u", "ß": "s", "ğ": "g", "ñ": "n", "ş": "s", "ç": "c", "ı": "i", "â": "a",
})  # fmt: skip
_SOUNDS = (
    ("shch", "s"), ("sch", "s"), ("zgh", "z"), ("zh", "z"), ("kh", "h"), ("ts", "c"), ("tz", "c"), ("ch", "c"),
    ("sh", "s"), ("ph", "f"), ("ck", "k"), ("ks", "h"), ("w", "v"), ("x", "h"), ("g", "h"), ("q", "k"), ("y", "i"),
    ("j", "i"),
)  # fmt: skip
_SOUND = re.compile("|".join(sound for sound, _ in _SOUNDS))
_AS = dict(_SOUNDS)
_GLIDE = re.compile(r"i+(?=[aeou])|(?<=[aeou])i+")
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=200_000)
def skeleton(word: str) -> str:
    """Return what stays of a word when every habit of writing its sounds is taken away.

    Both scripts come to one form: витяг, vytiah, vytyag and витяґ are one; so are реєстр, реестр, reyestr; и, і, ї, ы;
    doubled and single letters; with and without apostrophe or soft sign.
    """
    sounds = _SOUND.sub(lambda found: _AS[found.group()], word.translate(_ROMAN))
    return _DOUBLE.sub(r"\1", _GLIDE.sub("", sounds))

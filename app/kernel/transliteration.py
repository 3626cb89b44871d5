"""Ukrainian and Russian in Latin letters, as passports and neighbouring languages have written them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class System(StrEnum):
    """A way of writing Cyrillic in Latin letters."""

    NATIONAL = "national"
    """Cabinet Resolution 55 of 27 January 2010, in Ukrainian documents since."""
    PASSPORT_2007 = "passport_2007"
    """Foreign passports from 2007 to 2010: г as g, one Latin spelling in every place (Sergii, Iurii, Ievgen)."""
    PASSPORT_BEFORE = "passport_before"
    """Passports before 2007: г as h, and ye, yi, yu, ya, y in every place (Serhiy, Yuriy, Yerofyeyev)."""
    RUSSIAN = "russian"
    """The usual spelling of a Russian form (Sergey, Yuriy, Kovalyov)."""
    POLISH = "polish"
    """The Polish transcription of Ukrainian (Ołeksandr, Jurij, Szewczenko)."""


_PLAIN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "y", "і": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "’": "", "ъ": "", "ы": "y", "э": "e", "ё": "io",
}  # fmt: skip
_NATIONAL = _PLAIN | {"є": "ie", "ї": "i", "й": "i", "ю": "iu", "я": "ia"}
_NATIONAL_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_PASSPORT_2007 = _NATIONAL | {"г": "g"}
_PASSPORT_BEFORE = _PLAIN | {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_RUSSIAN = _PLAIN | {
    "г": "g", "и": "i", "й": "y", "ы": "y", "ю": "yu", "я": "ya", "ё": "yo", "є": "e", "ї": "i",
}  # fmt: skip
_POLISH = _PLAIN | {
    "в": "w", "ж": "ż", "х": "ch", "ц": "c", "ч": "cz", "ш": "sz", "щ": "szcz", "й": "j", "ї": "ji", "л": "ł",
    "є": "je", "ю": "ju", "я": "ja",
}  # fmt: skip
_POLISH_SOFT = (
    ("ль", "l"), ("лі", "li"), ("лю", "lu"), ("ля", "la"), ("лє", "le"), ("нь", "ń"), ("сь", "ś"), ("ць", "ć"),
    ("зь", "ź"),
)  # fmt: skip
_POLISH_AFTER_CONSONANT = re.compile(r"(?<=[бвгґджзкмнпрстфхцчшщ])[єюя]")


def romanise(text: str, system: System) -> str:
    """Return `text` in Latin letters of `system`. Other letters stay; a capital gives a capital."""
    return re.sub(r"[^\W\d_]+(?:’[^\W\d_]+)*", lambda found: _word(found.group(), system), text.replace("'", "’"))


def _word(word: str, system: System) -> str:
    small = word.lower()
    match system:
        case System.NATIONAL:
            first = _NATIONAL_FIRST.get(small[0])
            rest = small[1:] if first else small
            written = (first or "") + _letters(rest.replace("зг", "zgh"), _NATIONAL)
        case System.PASSPORT_2007:
            written = _letters(small, _PASSPORT_2007)
        case System.PASSPORT_BEFORE:
            written = _letters(small, _PASSPORT_BEFORE)
        case System.RUSSIAN:
            written = _letters(small, _RUSSIAN)
        case System.POLISH:
            for soft, latin in _POLISH_SOFT:
                small = small.replace(soft, latin)
            small = _POLISH_AFTER_CONSONANT.sub(lambda found: "i" + _POLISH[found.group()][1:], small)
            written = _letters(small, _POLISH)
    if word.isupper() and len(word) > 1:
        return written.upper()
    return written[:1].upper() + written[1:] if word[:1].isupper() else written


def _letters(word: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(letter, letter) for letter in word)

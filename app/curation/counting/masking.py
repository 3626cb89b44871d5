"""Masking a query before it is kept: no number, address or name stays; what is left says what was looked for."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.kernel.text import fold
from app.register.given import is_patronymic, names_of
from app.register.names import read
from app.search.fold import is_cyrillic, is_latin
from app.search.morphology import name_readings

LONGEST = 200
"""Characters of a query."""

NUMBER, NAME = "#", "…"
"""What stands for digits, and for a word that may be a name."""

_TOKEN = re.compile(r"\S*[@/]\S*|[^\W_](?:[\w’'ʼ.+-]*\w)?")
_RUNS = re.compile(r"(?:(?<=^)|(?<= ))([#…])(?: \1)+(?= |$)")
_DIGITS = re.compile(r"\d+")


def mask(typed: str, is_written: Callable[[str], bool]) -> str:
    """Return what may be kept of a query, in lower case; empty where nothing of it says what was looked for.

    `is_written` says whether a folded word stands in the site's own texts. Any other word has to be a common one of
    the dictionaries, in lower case: a surname that no dictionary knows is masked like one that they know.
    """
    masked = " ".join(_masked(token, is_written) for token in _TOKEN.findall(typed[:LONGEST]))
    masked = _RUNS.sub(r"\1", masked)
    return masked if any(letter.isalpha() for letter in masked) else ""


def _masked(token: str, is_written: Callable[[str], bool]) -> str:
    if "@" in token or "/" in token:
        return NUMBER
    if _DIGITS.search(token):
        return NUMBER
    words = [part for part in re.split(r"[-.+]", token) if part]
    return NAME if any(_may_be_name(word, is_written) for word in words) else fold(token)


def _may_be_name(typed: str, is_written: Callable[[str], bool]) -> bool:
    word = fold(typed)
    readings = name_readings(word)
    if readings and all(readings):
        return True
    if is_latin(word) and (names_of(read(word)) or is_patronymic(read(word))):
        return True
    if is_written(word):
        return False
    is_common = bool(readings) and not any(readings) and is_cyrillic(word)
    return not is_common or typed[:1].isupper()

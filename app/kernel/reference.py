"""Reference codes that survive the phone and the pen: a check sign, no look-alikes, no words, ``DV-7K3M-9PX4-2HAC``."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from random import Random

ALPHABET = "23456789ACEHKMPXY"
"""Digits, and letters that have one shape in Latin and in Cyrillic.

Left out: 0/O and 1/I/L, which are taken for each other; B for 8, T for 7 and for a handwritten т that looks like m;
every letter that one of the two alphabets does not have. That 17 signs are left is no accident: the number is prime,
which the check sign needs.
"""
PREFIX = "DV"
LENGTH = 12
"""Signs behind the prefix, the last of which checks the others."""
RANDOM_BITS = 43
"""At least: eleven free signs, of which no three letters stand side by side (about 3.9 bits a sign)."""

_PLACE = {sign: place for place, sign in enumerate(ALPHABET)}
_READ_AS = {
    **{sign: sign for sign in ALPHABET},
    **dict(zip("АСЕНКМРХУ", "ACEHKMPXY", strict=True)),
    # What else is written for a sign: Cyrillic letters that look like a digit, letters next to them in either script.
    **dict(zip("ЗЧБВGBSZTТЁЄ", "346868527" + "7EE", strict=True)),
}
_BETWEEN = re.compile(r"[\s\-_.,:;/\\|–—−‐‑‒'’\"«»()№#]+")
_PREFIX = re.compile("^(?:D|Д)(?:V|В|B)")
_THREE_LETTERS = re.compile(r"[A-Z]{3}")


class Fault(StrEnum):
    """Why a text is no reference."""

    LENGTH = "length"
    SIGN = "sign"
    """It holds a sign that no reference has."""
    CHECK = "check"
    """Every sign is possible, together they are not: one is wrong, or two have changed places."""


class UnreadableReferenceError(ValueError):
    """A text is not a reference. The person can compare it with the sheet; `fault` says what to look for."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def new_reference(random: Random) -> str:
    """Return a new reference such as ``DV-7K3M-9PX4-2HAC``; `random` is `secrets.SystemRandom()` outside tests.

    Three letters never stand side by side: a family must not read a word in it.
    """
    while True:
        free = "".join(random.choice(ALPHABET) for _ in range(LENGTH - 1))
        signs = free + _check(free)
        if not _THREE_LETTERS.search(signs):
            return _grouped(signs)


def read_reference(text: str) -> str:
    """Return the reference that `text` says, in the form `new_reference` gives it.

    Case, spaces, dashes, a missing prefix, Cyrillic letters of the same shape and usual look-alikes (З for 3, S for 5)
    are read as what is meant. Raises UnreadableReferenceError otherwise: any one wrong sign and any two neighbours
    that have changed places are found.
    """
    # A numero sign comes first: NFKC makes the letters No of it.
    signs = _BETWEEN.sub("", unicodedata.normalize("NFKC", text[:200].replace("№", ""))).upper()
    signs = _PREFIX.sub("", signs)
    try:
        read = "".join(_READ_AS[sign] for sign in signs)
    except KeyError:
        raise UnreadableReferenceError(Fault.SIGN) from None
    if len(read) != LENGTH:
        raise UnreadableReferenceError(Fault.LENGTH)
    if _check(read[:-1]) != read[-1]:
        raise UnreadableReferenceError(Fault.CHECK)
    return _grouped(read)


def _check(free: str) -> str:
    """Return the sign that makes the sum of places, weighted 12, 11 … 1, a multiple of 17.

    Weights differ from each other and from nought modulo a prime, so neither a changed sign nor a swap of any two
    keeps the sum (the scheme of ISBN-10, with 17 in place of 11).
    """
    total = sum(weight * _PLACE[sign] for weight, sign in zip(range(LENGTH, 1, -1), free, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


def _grouped(signs: str) -> str:
    return "-".join((PREFIX, *(signs[start : start + 4] for start in range(0, LENGTH, 4))))

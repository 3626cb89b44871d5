"""Numbers of extracts and the codes by which an office verifies them, as written, typed and scanned."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from app.kernel.reference import PREFIX, new_reference, read_reference

_TYPED_NUMBER = re.compile(r"(\d{4})\D{0,3}(\d{1,6})")


class UnreadableNumberError(ValueError):
    """A text is no number of an extract, such as ``2026-000123``. The person can compare it with the page."""


@dataclass(frozen=True)
class ExtractNumber:
    """The year of issue and the place in it, from 1, without gaps."""

    year: int
    serial: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.serial:06}"


def read_number(text: str) -> ExtractNumber:
    """Read ``2026-000123`` also as ``№ 2026 123`` or ``2026/000123``. Raises UnreadableNumberError."""
    signs = unicodedata.normalize("NFKC", text[:60].replace("№", " ")).strip(" \t\r\n.:#Nno")
    found = _TYPED_NUMBER.fullmatch(signs) if signs.isascii() or "–" in signs else None
    if not found or int(found[2]) == 0:
        raise UnreadableNumberError
    return ExtractNumber(int(found[1]), int(found[2]))


def new_code(random: Random) -> str:
    """Return a new verification code such as ``7K3M-9PX4-2HAC``; `random` is `secrets.SystemRandom()` outside tests.

    It has no prefix: nobody is to take it for the reference of a request. The last sign checks the others.
    """
    return new_reference(random).removeprefix(f"{PREFIX}-")


def read_code(text: str) -> str:
    """Return the code that `text` says, in the form `new_code` gives it.

    Look-alikes and Cyrillic letters are read as what is meant. Raises kernel.reference.UnreadableReferenceError, whose
    `fault` says what to look for.
    """
    return read_reference(text).removeprefix(f"{PREFIX}-")


def verify_address(page: str, number: str, code: str) -> str:
    """Return the address behind the QR code: the page where an office verifies, with number and code filled in."""
    return f"{page}?{urlencode({'number': number, 'code': code})}"

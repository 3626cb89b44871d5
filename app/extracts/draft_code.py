"""The code by which a draft is found on another device: sixteen signs in groups of four, ``7K3M-9PX4-2HAC-Y82E``."""

from __future__ import annotations

import re
import unicodedata
from random import Random

from app.kernel.reference import ALPHABET

LENGTH = 16
"""Signs, each of 17: 65 random bits. Nothing else guards a draft, so they are more than a reference has."""

_READ_AS = str.maketrans("АСЕНКМРХУЗЧБВGBSZTТЁЄ", "ACEHKMPXY3468685277EE")
"""What is typed for a sign: Cyrillic letters of the same shape, and look-alikes in either script."""

_BETWEEN = re.compile(r"[\s\-_.,:;/|–—−‐‑‒]+")


class UnreadableCodeError(ValueError):
    """The text cannot be a draft's code."""


def new_code(random: Random) -> str:
    """Return a new code; `random` is `secrets.SystemRandom()` outside tests."""
    signs = "".join(random.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(signs[at : at + 4] for at in range(0, LENGTH, 4))


def read_code(text: str) -> str:
    """Return the code that `text` says, without dashes. Raises UnreadableCodeError."""
    signs = _BETWEEN.sub("", unicodedata.normalize("NFKC", text[:200])).upper().translate(_READ_AS)
    if len(signs) != LENGTH or any(sign not in ALPHABET for sign in signs):
        raise UnreadableCodeError
    return signs

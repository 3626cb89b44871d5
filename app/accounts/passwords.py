"""What a password must be: long, and not made of what a stranger knows about the person."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

SHORTEST = 12
"""Characters. NIST SP 800-63B and OWASP ASVS 4.0.3 (2.1.1) ask for length and for no mixture of kinds."""

LONGEST = 128
"""Characters. ASVS 2.1.2: longer ones are refused, so that no hash is made of a novel."""

_KEYBOARD = (
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "йцукенгшщзхїфівапролджєячсмитьбю",
)
_COMMON = ("password", "пароль", "dorohovkaz", "дороговказ")


class PasswordFault(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    EASY = "easy"
    OWN_NAME = "own-name"


def password_fault(password: str, names: Iterable[str]) -> PasswordFault | None:
    """Return why `password` is refused, or None. `names` are those of the person: name and e-mail address."""
    if len(password) < SHORTEST:
        return PasswordFault.SHORT
    if len(password) > LONGEST:
        return PasswordFault.LONG
    folded = password.casefold()
    known = [part for name in names for part in name.casefold().replace("@", " ").split() if len(part) >= 4]
    if any(part in folded for part in known):
        return PasswordFault.OWN_NAME
    rest = folded
    for word in _COMMON:
        rest = rest.replace(word, "")
    # Without the commonest words and runs of neighbours on the keyboard, something of one's own has to be left.
    if len(set(rest)) < 5 or any(_is_run(rest, keys) for keys in _KEYBOARD):
        return PasswordFault.EASY
    return None


def _is_run(text: str, keys: str) -> bool:
    return text in keys * 8 or text[::-1] in keys * 8

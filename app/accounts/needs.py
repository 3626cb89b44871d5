"""What the pages of accounts need from outside their slice; the site supplies it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

KEY = "dorohovkaz-accounts-needs"
"""Where the site keeps the `Needs` among its extensions."""


@dataclass(frozen=True)
class Letter:
    """An invitation to be sent: to whom, in which language, with which link."""

    address: str
    name: str
    language: str
    link: str
    expires_at: datetime


@dataclass(frozen=True)
class Needs:
    """What the site supplies.

    `organisations` returns (id, name) in a language; `hash_password` makes the hash that the sign-in library verifies;
    `sign_in` returns the address of the sign-in page; `send` posts a letter, and where it is None the administrator is
    shown the link instead, to hand it over.
    """

    organisations: Callable[[str], Sequence[tuple[str, str]]]
    hash_password: Callable[[str], str]
    sign_in: Callable[[], str]
    send: Callable[[Letter], None] | None = None

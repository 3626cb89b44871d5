"""What the pages of accounts need from outside their slice; the site supplies it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

KEY = "dorohovkaz-accounts-needs"
"""Where the site keeps the `Needs` among its extensions."""


@dataclass(frozen=True)
class Needs:
    """What the site supplies.

    `organisations` returns (id, name) in a language; `hash_password` makes the hash that the sign-in library verifies;
    `sign_in` returns the address of the sign-in page. Where `has_mail` is false, letters are files on the server, and
    the administrator is shown the link of an invitation to hand it over.
    """

    organisations: Callable[[str], Sequence[tuple[str, str]]]
    hash_password: Callable[[str], str]
    sign_in: Callable[[], str]
    has_mail: bool

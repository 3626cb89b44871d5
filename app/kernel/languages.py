"""The languages of the site: which exist, which are public, how a reader's wish is matched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SOURCE = "uk"
"""The language in which content is written first and is always complete."""


@dataclass(frozen=True)
class Language:
    """One public language: its BCP 47 code, its own name, and the code of the other word order it is written in."""

    code: str
    own_name: str


PUBLIC: Mapping[str, Language] = {
    "uk": Language("uk", "Українська"),
    "en": Language("en", "English"),
}
"""Languages whose interface and pathways are complete. A catalogue may exist without standing here."""


def preferred(accepted: list[tuple[str, float]]) -> str:
    """Choose the public language for an Accept-Language header given as (tag, quality), best first.

    A reader of Russian gets Ukrainian, the nearest complete language; anyone else unknown gets English.
    """
    for tag, quality in accepted:
        base = tag.split("-")[0].lower()
        if quality <= 0:
            continue
        if base in PUBLIC:
            return base
        if base in {"ru", "be"}:
            return SOURCE
    return "en" if accepted else SOURCE


def other(code: str) -> str:
    """Return the language to stand beside `code` in two-column print: Ukrainian, or English beside Ukrainian."""
    return "en" if code == SOURCE else SOURCE

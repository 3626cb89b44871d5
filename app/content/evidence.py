"""Numbers that the sources' facts contain, so that a number out of nowhere is noticed.

``evidence.yaml`` lists, per source, the numbers of the facts that were taken from it. A number in a text that no source
of the text has is shown to the editor in the report: it may be right (a count of steps), but somebody must have looked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from app.content.library import Reader

PATH = "evidence.yaml"
_NUMBER = re.compile(r"\d+(?:[ \u00a0,.](?=\d{3}(?!\d))\d{3})*")
_EVERYDAY = frozenset(str(number) for number in range(13))
"""Small numbers stand in any sentence ("two relatives", "step 3") and prove nothing."""


def numbers(text: str) -> set[str]:
    """Return the numbers of a text as digits, thousands joined: "62 000", "62,000" and "62000" are one number."""
    return {re.sub(r"\D", "", found) for found in _NUMBER.findall(text)}


def load_evidence(reader: Reader) -> Mapping[str, frozenset[str]]:
    """Return the numbers each source supports, by source id."""
    return {id_: frozenset(map(str, found)) for id_, found in (reader.data(PATH) or {}).items()}


def unsupported(text: str, sources: Iterable[str], evidence: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the numbers of `text` that none of `sources` has, in order of size."""
    known = _EVERYDAY.union(*(evidence.get(source, frozenset()) for source in sources))
    return sorted(numbers(text) - known, key=int)

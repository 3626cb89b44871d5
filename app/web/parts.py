"""The language of parts: words in Cyrillic letters in a text written in Latin letters are marked as Ukrainian.

A screen reader then says them with a Ukrainian voice. Names in Latin letters in a Ukrainian text need no mark: they are
proper names (WCAG 2.2, 3.1.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Flask, Response

from app.kernel.languages import SOURCE
from app.web.language import language

_IN_CYRILLIC = frozenset({"uk", "ru"})
"""Languages whose own words are in Cyrillic letters: no word of another stands out by its letters."""

_RUN = re.compile(r"[\u0400-\u04ff](?:[^A-Za-z<>&]*[\u0400-\u04ff])?")
_APART = re.compile(
    r'<(?:(title|option|textarea|script|style|svg)\b[^>]*|(?!html)([a-z][a-z0-9]*)\s(?:[^>]*\s)?lang="([^"]*)"[^>]*)>'
)
"""The start of an element that can hold no mark, or that has a language of its own."""


def install_parts(app: Flask) -> None:
    """Mark the Ukrainian words of every page, wherever a text in Latin letters has some."""

    @app.after_request
    def _parts(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.set_data(mark_parts(response.get_data(as_text=True), language()))
        return response


def mark_parts(page: str, code: str) -> str:
    """Return the HTML `page`, written in `code`, with ``lang="uk"`` around every run of Ukrainian words in other text.

    `page` is well-formed: elements are closed, and ``<`` and ``>`` are escaped in values.
    """
    out, last = [], 0
    for start, end, own in _apart(page):
        out += [_marked(page[last:start], code), mark_parts(page[start:end], own) if own else page[start:end]]
        last = end
    return "".join([*out, _marked(page[last:], code)])


def _apart(page: str) -> Iterator[tuple[int, int, str | None]]:
    """Yield where each outermost element apart has its content, and its language where that can be marked."""
    place = 0
    while found := _APART.search(page, place):
        tag = re.compile(rf"<(/?){found[1] or found[2]}\b")
        start = place = found.end()
        depth, end = 1, len(page)
        while depth and (other := tag.search(page, place)):
            depth += -1 if other[1] else 1
            end, place = other.start(), other.end()
        yield start, end, found[3]


def _marked(text: str, code: str) -> str:
    """Mark every run of Cyrillic words in a piece of a page; not those in the values of tags."""
    if code in _IN_CYRILLIC:
        return text

    def run(found: re.Match[str]) -> str:
        is_in_tag = text.rfind("<", 0, found.start()) > text.rfind(">", 0, found.start())
        return found[0] if is_in_tag else f'<span lang="{SOURCE}">{found[0]}</span>'

    return _RUN.sub(run, text)

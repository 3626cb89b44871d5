"""What readers of an older translation are shown: the parts that have changed in the source, each with its text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from app.content.confirmed import Standing, What, compare, prints, prose_parts
from app.guidance.model import ArticleText

MOST_SHOWN = 6_000
"""Characters of source text that one page takes in; of what is beyond, readers are led to the page of the source."""

_HEADING = re.compile(r'(?=<h[23] id=")')
_HEADING_LINE = re.compile(r"\A#{2,3} +.+\n?")
_END_OF_HEADING = re.compile(r"</h[23]>\n?")


@dataclass(frozen=True)
class Mark:
    """A part that is not what the source says now.

    `place` is the part of the translation that it concerns; what was added stands behind that part. `day` is empty
    where nobody knows since when. `body` is the Markdown of the source without its heading `title`; `is_shown` says
    whether the page takes it in.
    """

    what: What
    place: int
    day: date | None
    anchor: str
    title: str
    body: str
    is_shown: bool


def marks(source: ArticleText, standing: Standing) -> list[Mark]:
    """Return what has changed in `source` since the translation was confirmed, from top to bottom."""
    now = prose_parts(source.title, source.summary, source.body)
    found, left, place = [], MOST_SHOWN, 0
    for pair in compare(standing.sections, prints(now)):
        if pair.then >= 0:
            place = pair.then
        if pair.what is What.SAME:
            continue
        if pair.what is What.REMOVED:
            found.append(Mark(pair.what, place, None, "", "", "", is_shown=False))
            continue
        section = now[pair.now]
        day = standing.since.get(section.hash, "")
        body = _HEADING_LINE.sub("", section.text.strip()) if section.title else section.text.strip()
        left -= len(body)
        since = date.fromisoformat(day) if day else None
        found.append(Mark(pair.what, place, since, section.anchor, section.title, body, is_shown=left >= 0))
    return found


def spliced(html: Markup, notes: Iterable[tuple[Mark, Markup]]) -> Markup:
    """Return an article's HTML with each note at its place; those on the title and summary (place 0) are left out."""
    pieces: list[str] = _HEADING.split(html)
    for mark, note in notes:
        at = min(mark.place, len(pieces)) - 1
        if at < 0:
            continue
        end = _END_OF_HEADING.search(pieces[at])
        after = len(pieces[at]) if mark.what is What.ADDED else end.end() if end else 0
        pieces[at] = f"{pieces[at][:after]}{note}{pieces[at][after:]}"
    return Markup("".join(pieces))  # noqa: S704 (pieces of markup)

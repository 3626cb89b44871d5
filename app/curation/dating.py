"""The dates that a text tells its readers: when it was edited, and when its meaning last changed.

Nobody types them. They follow, at publication, from what the editor answered when saving: a minor edit or a change of
meaning. Whatever stands in a draft is overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from app.content.confirmed import is_source
from app.curation.model import Change

EDITED = "edited"
MEANING_CHANGED = "meaning_changed"

_FRONT = re.compile(r"\A(---[^\S\n]*\n)(.*?)(^---[^\S\n]*(?:\n|\Z))", re.DOTALL | re.MULTILINE)


def dates_of(path: str) -> tuple[str, ...]:
    """Return the dates that the file at `path` tells: those of articles and pages stand in their front matter."""
    if not path.startswith(("articles/", "pages/")) or not path.endswith(".md"):
        return ()
    return (EDITED, MEANING_CHANGED) if path.startswith("articles/") and is_source(path) else (EDITED,)


def told_dates(path: str, text: str) -> dict[str, str]:
    """Return the dates (ISO) that a text tells, as they stand in it."""
    front = _FRONT.match(text)
    found = {name: _line(name).search(front[2]) for name in dates_of(path)} if front else {}
    return {name: line[1].strip() for name, line in found.items() if line}


def dated(path: str, text: str, live: str, *, change: Change, day: date) -> str:
    """Return `text` with the dates that it tells once it is published on `day` over the text `live` (empty if new).

    A minor edit keeps the day on which the meaning changed. A text that differs from the live one in nothing but its
    dates was not edited: then it is the live one, to the letter.
    """
    names = dates_of(path)
    if not names or not (front := _FRONT.match(text)):
        return text
    before = told_dates(path, live)
    wanted = dict.fromkeys(names, day.isoformat())
    if change is Change.MINOR and MEANING_CHANGED in before:
        wanted |= {name: before[name] for name in names if name == MEANING_CHANGED}
    if live and _with(front, text, dict.fromkeys(names, "")) == _undated(path, live):
        return live
    return _with(front, text, wanted)


def dated_as(path: str, text: str, other: str) -> str:
    """Return `text` with the dates that the text `other` of the same path tells: what differs then was written."""
    front = _FRONT.match(text)
    return _with(front, text, told_dates(path, other)) if front else text


def _undated(path: str, text: str) -> str:
    front = _FRONT.match(text)
    return _with(front, text, dict.fromkeys(dates_of(path), "")) if front else text


def _with(front: re.Match[str], text: str, wanted: Mapping[str, str]) -> str:
    """Return `text` with each date at its line of the front matter, or at the end of that where it has none."""
    said = front[2]
    for name, value in wanted.items():
        line = f"{name}: {value}"
        said = _line(name).sub(line, said, count=1) if _line(name).search(said) else f"{said}{line}\n"
    return f"{front[1]}{said}{front[3]}{text[front.end() :]}"


def _line(name: str) -> re.Pattern[str]:
    return re.compile(rf"^{name}:([^\n]*)$", re.MULTILINE)

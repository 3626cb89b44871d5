"""The sections of a content file: what lies between two headings, or below one key, each with a hash of its own."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from app.kernel.text import slug

_HEADING = re.compile(r"^(#{2,3}) +(.+?)\s*$")
_KEY = re.compile(r"^([\w.-]+):")


@dataclass(frozen=True)
class Section:
    """A part of a text: the anchor by which it is found again, its title, its text and the hash of that.

    The anchor is empty for what stands before the first heading, front matter apart, whose anchor is ``front-matter``.
    """

    anchor: str
    title: str
    text: str

    @property
    def hash(self) -> str:
        """A hash that stays while nothing but blanks at the ends of lines changes."""
        plain = "\n".join(line.rstrip() for line in self.text.strip().splitlines())
        return hashlib.blake2b(plain.encode(), digest_size=16).hexdigest()


FRONT_MATTER = "front-matter"


def sections(path: str, text: str) -> list[Section]:
    """Return the sections of a file in order; joined, their texts are the file. Anchors differ from each other."""
    lines = text.splitlines(keepends=True)
    found: list[tuple[str, str, list[str]]] = [("", "", [])]
    start = 0
    if path.endswith(".md") and lines and lines[0].rstrip() == "---":
        end = next((place for place, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
        if end:
            found = [(FRONT_MATTER, "", lines[: end + 1]), ("", "", [])]
            start = end + 1
    head = _HEADING if path.endswith(".md") else _KEY
    seen: set[str] = {FRONT_MATTER}
    for line in lines[start:]:
        if begins := head.match(line):
            title = begins[begins.lastindex or 1]
            anchor = base = slug(title) or "section"
            number = 2
            while anchor in seen:
                anchor, number = f"{base}-{number}", number + 1
            seen.add(anchor)
            found.append((anchor, title, []))
        found[-1][2].append(line)
    return [Section(anchor, title, "".join(own)) for anchor, title, own in found if own]

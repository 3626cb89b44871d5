"""Keeps whoever reads a previewed page inside the preview: its links lead to other pages with the same draft."""

from __future__ import annotations

import re

from app.kernel.languages import PUBLIC

_ADDRESS = re.compile(rf'(?:(?<= href=")|(?<= action="))(?=/(?:{"|".join(PUBLIC)})/)')


def kept_inside(page: str, start: str) -> str:
    """Return the HTML `page` with every address of a page of the site led below `start`, unless it already is."""
    return _ADDRESS.sub(lambda found: "" if page.startswith(f"{start}/", found.end()) else start, page)

"""What the editors' desk needs from outside its slice; the site supplies it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.content.library import Library
from app.curation.overlay import Check, Ready

KEY = "dorohovkaz-curation-needs"
"""Where the site keeps the `Needs` among its extensions."""


@dataclass(frozen=True)
class Needs:
    """What the site supplies.

    `shipped` returns the files that ship; `check` every fault of an edition; `ready` does what takes time before an
    edition goes live (its search index); `edition` reads a library into what pages are made of, and raises
    ContentError; `look` has this process look for a new live edition at once.
    """

    shipped: Callable[[], Library]
    check: Check
    ready: Ready
    edition: Callable[[Library], Any]
    look: Callable[[], None]

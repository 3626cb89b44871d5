"""Why an uploaded file is not taken: one closed list, so that a page can explain each reason in any language."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """A reason why an uploaded file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_TYPE = "unknown_type"
    DAMAGED = "damaged"
    LOCKED = "locked"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    INFECTED = "infected"
    SCANNER_SILENT = "scanner_silent"


class UploadRefusedError(Exception):
    """An uploaded file is not taken and nothing of it is kept. `refusal` says why and so what the person can do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal

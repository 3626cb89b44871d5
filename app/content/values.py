"""Small values that every content file uses: words in each language, where a fact was checked, how sure we are."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.kernel.dates import PartialDate
from app.kernel.languages import PUBLIC, SOURCE
from app.kernel.said import N_, SaidError
from app.kernel.text import slug


class Value(BaseModel):
    """A frozen value read from a content file; unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _complete(words: dict[str, str]) -> dict[str, str]:
    for code in PUBLIC:
        if not words.get(code, "").strip():
            raise SaidError(N_("text in '%(code)s' is missing"), code=code)
    for code, text in words.items():
        if "TODO" in text:
            raise SaidError(N_("text in '%(code)s' is not written yet"), code=code)
    return words


Words = Annotated[dict[str, str], AfterValidator(_complete)]
"""A text in every public language, keyed by language code."""


def say(words: dict[str, str], language: str) -> str:
    """Return the words in `language`, or in the source language where that is missing."""
    return words.get(language) or words[SOURCE]


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]


def _partial(text: str) -> str:
    return str(PartialDate.parse(text))


Dated = Annotated[str, AfterValidator(_partial)]
"""A date as the source gives it: year, year-month or year-month-day."""


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Checked(Value):
    """When and how a fact was last checked: read on a page, or called."""

    date: Dated
    how: Literal["page", "call"] = "page"


class Source(Value):
    """A public page that a fact comes from."""

    id: Id
    title: Words
    publisher: str = Field(min_length=2)
    url: str = Field(pattern=r"^https?://")
    date: str | None = None

    @property
    def is_linked(self) -> bool:
        """Whether readers are led there. Russian pages are named as what they are, without a way to them."""
        return not (urlsplit(self.url).hostname or "").endswith(".ru")

    @property
    def publisher_id(self) -> str:
        """The publisher as part of an address: letters, digits, hyphens."""
        return slug(self.publisher)

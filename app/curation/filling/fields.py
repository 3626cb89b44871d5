"""Which fields the form of each kind of content file has, and which entry of the file it fills in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.content.values import Confidence
from app.curation.filling.model import ANY_DAY, CLOSED, ROUND_THE_CLOCK, Control, Field, in_languages
from app.curation.filling.patch import parsed, patched
from app.directory.model import Kind, Need, Serves, Status
from app.pathways.model import LineKind

_CONTACT = (
    Field(("status",), Control.CHOICE, tuple(Status)),
    *in_languages("reason"),
    Field(("use_instead",), Control.LINE),
    Field(("source",), Control.LINE),
    Field(("as_of",), Control.LINE),
)
_EXCEPTIONS = Field(
    ("exceptions",), Control.ROWS,
    fields=(
        Field(("valid_from",), Control.DATE),
        Field(("valid_to",), Control.DATE),
        Field(("hours",), Control.HOURS, (CLOSED, ROUND_THE_CLOCK, ANY_DAY)),
        *in_languages("reason", Control.LINE),
    ),
)  # fmt: skip
_CONFIDENCE = Field(("confidence",), Control.CHOICE, tuple(Confidence))
_SOURCES = Field(("sources",), Control.PICKS)


SPOKEN = ("uk", "en", "pl", "de", "fr", "es", "it", "cs", "ro", "tr", "he", "ru")
"""Languages that a body is asked about; what else stands in a file stays."""


def organisation_fields(regions: Iterable[str]) -> tuple[Field, ...]:
    """Return the fields of an organisation, in the order of its file."""
    return (
        Field(("kind",), Control.CHOICE, tuple(Kind)),
        *in_languages("name", Control.LINE),
        *in_languages("abbreviation", Control.LINE),
        *in_languages("alternate_names", Control.LINES, codes=("uk", "ru", "en", "pl", "de")),
        *in_languages("go_for"),
        *in_languages("not_for"),
        *in_languages("how_to_find"),
        *in_languages("successor_of"),
        *in_languages("not_known"),
        Field(("serves",), Control.TICKS, tuple(Serves)),
        Field(("needs",), Control.TICKS, tuple(Need)),
        Field(("regions",), Control.TICKS, ("nationwide", "abroad", *regions)),
        Field(("languages",), Control.TICKS, SPOKEN, needed=True),
        Field(("cost",), Control.CHOICE, ("free", "not-stated")),
        Field(
            ("phones",), Control.ROWS, needed=True,
            fields=(
                Field(("number",), Control.LINE),
                *in_languages("label", Control.LINE),
                _CONTACT[0],
                Field(("hours",), Control.HOURS),
                _EXCEPTIONS,
                Field(("short",), Control.LINE),
                Field(("by_appointment",), Control.YES),
                *_CONTACT[1:],
            ),
        ),
        Field(("emails",), Control.ROWS, fields=(Field(("address",), Control.LINE), *_CONTACT), needed=True),
        Field(("websites",), Control.ROWS, fields=(Field(("url",), Control.LINE), *_CONTACT), needed=True),
        Field(
            ("messengers",), Control.ROWS, needed=True,
            fields=(
                Field(("app",), Control.CHOICE, ("telegram", "viber", "whatsapp", "signal")),
                Field(("address",), Control.LINE),
            ),
        ),
        *in_languages("address"),
        *in_languages("address_unconfirmed"),
        Field(("hours",), Control.HOURS),
        _EXCEPTIONS,
        _SOURCES,
        _CONFIDENCE,
        Field(("checked", "date"), Control.LINE),
        Field(("checked", "how"), Control.CHOICE, ("page", "call")),
    )  # fmt: skip


ID = Field(("id",), Control.LINE)
TERM = (
    *in_languages("name", Control.LINE),
    *in_languages("also", Control.LINES, codes=("uk", "en", "ru", "pl")),
    *in_languages("plain"),
    Field(("match", "uk"), Control.LINES, needed=True),
    Field(("match", "en"), Control.LINES, needed=True),
    _SOURCES,
)
SOURCE = (
    *in_languages("title", Control.LINE),
    Field(("publisher",), Control.LINE),
    Field(("url",), Control.LINE),
    Field(("date",), Control.LINE),
)
_WHEN = Field(("when",), Control.WHEN)
STEP = (
    _WHEN,
    Field(("after",), Control.LINES, needed=True),
    Field(("bodies",), Control.ROWS, fields=(Field(("id",), Control.LINE), _WHEN), bare="id"),
    Field(
        ("lines",), Control.ROWS,
        fields=(
            Field(("id",), Control.LINE),
            Field(("kind",), Control.CHOICE, tuple(LineKind)),
            _WHEN,
            _SOURCES,
        ),
    ),
    Field(("answer_due", "days"), Control.NUMBER),
    Field(("answer_due", "counted"), Control.CHOICE, ("", "calendar", "working")),
    Field(("answer_due", "from"), Control.CHOICE, ("", "request")),
    Field(("answer_due", "sources"), Control.LINES),
    Field(("deadline", "months"), Control.NUMBER),
    Field(("deadline", "from"), Control.CHOICE, ("", "disappearance")),
    Field(("deadline", "sources"), Control.LINES),
    Field(
        ("wrong_doors",), Control.ROWS,
        fields=(Field(("id",), Control.LINE), Field(("line",), Control.LINE), _WHEN),
    ),
    Field(("articles",), Control.LINES, needed=True),
    _SOURCES,
    _CONFIDENCE,
    Field(("checked",), Control.LINE),
)  # fmt: skip
STEP_WORDS = (Field(("title",), Control.LINE), Field(("lines",), Control.PAIRS))


class Shape(StrEnum):
    """The kinds of files that have a form."""

    ORGANISATION = "organisation"
    TERM = "term"
    SOURCE = "source"
    STEP = "step"
    STEP_WORDS = "step-words"


class NoFormError(Exception):
    """This file is edited as a text only."""


NEW_BODY = "organisations/"
"""Where a new organisation is filled in, before it has an id and with it a path."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def is_id(text: str) -> bool:
    """Say whether something can be called so in addresses and links."""
    return _ID.fullmatch(text) is not None


def shape_of(path: str) -> Shape:
    """Return which form fills in the file at `path`. Raises NoFormError: most files have none."""
    if path == NEW_BODY:
        return Shape.ORGANISATION
    if path == "glossary.yaml":
        return Shape.TERM
    if path == "sources.yaml":
        return Shape.SOURCE
    if not path.endswith(".yaml"):
        raise NoFormError(path)
    if path.startswith("organisations/"):
        return Shape.ORGANISATION
    if path.startswith("pathways/steps/"):
        return Shape.STEP if path.endswith("/step.yaml") else Shape.STEP_WORDS
    raise NoFormError(path)


def has_form(path: str) -> bool:
    """Say whether the file at `path` can be filled in by a form."""
    try:
        shape_of(path)
    except NoFormError:
        return False
    return True


def fields_of(shape: Shape, regions: Iterable[str]) -> tuple[Field, ...]:
    """Return the fields of a form. What a thing is called in links is asked only when it is new."""
    fixed = {Shape.TERM: TERM, Shape.SOURCE: SOURCE, Shape.STEP: STEP, Shape.STEP_WORDS: STEP_WORDS}
    return fixed[shape] if shape in fixed else organisation_fields(regions)


MANY = frozenset({Shape.TERM, Shape.SOURCE})
"""Forms that fill in one of many entries of a file."""


class NoEntryError(Exception):
    """The file has no such entry, or holds something else than entries."""


@dataclass(frozen=True)
class Entries:
    """A file as its entries: one under no name, or many by id."""

    shape: Shape
    text: str

    def all(self) -> dict[str, Any]:
        """Return the entries by id, in the order of the file. Raises PatchError."""
        data = parsed(self.text)
        if self.shape is Shape.TERM:
            return {str(term["id"]): term for term in data["terms"]}
        return {str(id_): entry for id_, entry in data.items()} if self.shape is Shape.SOURCE else {"": data}

    def get(self, id_: str) -> dict[str, Any]:
        """Return an entry. Raises NoEntryError and PatchError."""
        found = self.all().get(id_)
        if not isinstance(found, dict):
            raise NoEntryError(id_)
        return found

    def with_entry(self, id_: str, entry: dict[str, Any]) -> str:
        """Return the text of the file with `entry` in its place, or as its last one. Raises PatchError."""
        data = parsed(self.text)
        if self.shape is Shape.TERM:
            terms: Sequence[dict[str, Any]] = data["terms"]
            known = any(term["id"] == id_ for term in terms)
            entry = {"id": id_, **entry}
            changed = [entry if term["id"] == id_ else term for term in terms]
            return patched(self.text, {**data, "terms": changed if known else [*terms, entry]})
        if self.shape is Shape.SOURCE:
            return patched(self.text, {**data, id_: entry})
        if id_ and not self.text:
            entry = {"id": id_, **entry}
        return patched(self.text, entry)

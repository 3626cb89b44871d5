"""What a family tells, as the form in which a helper writes it down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request
from flask_babel.speaklater import LazyString

from app.cases.labels import SPOKEN, TITLES
from app.cases.model import UnheardError
from app.extracts.draft import Answers, Fault, Page
from app.extracts.forms import Control, Spoken, controls, typed_on

_SAME = frozenset({"surname", "given", "patronymic", "former", "born"})
"""Fields that are asked of the contact and of the missing person: on one form each needs an id of its own."""


_FURTHER = frozenset(
    {
        (Page.APPLICANT, "patronymic"), (Page.APPLICANT, "born"), (Page.APPLICANT, "former"),
        (Page.CONTACT, "postal"), (Page.CONTACT, "newer"), (Page.CONTACT, "call-from"), (Page.CONTACT, "call-until"),
        (Page.CONTACT, "open"), (Page.PERSON, "patronymic"),
    }
)  # fmt: skip
"""Fields that may wait, besides those that an applicant, too, may leave for later."""


@dataclass(frozen=True)
class Section:
    """A page of what is told, with its fields."""

    page: Page
    title: str
    controls: Sequence[Control]

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """Return (id, text) of what is wrong."""
        return [(control.id, control.error) for control in self.controls if control.error]


def sections(
    pages: Collection[Page],
    answers: Answers,
    refused: UnheardError | None = None,
    titles: Mapping[Page, LazyString] = TITLES,
    spoken: Spoken = SPOKEN,
) -> list[Section]:
    """Return the fields of `pages` with what was typed and what is wrong with it, in these words."""
    wrong: dict[Page, list[tuple[str, Fault]]] = {page: [] for page in pages}
    for page, name, fault in refused.faults if refused else ():
        if page in wrong:
            wrong[page].append((name, fault))
    return [
        Section(page, str(titles[page]), [_own(page, one) for one in controls(page, answers, wrong[page], spoken)])
        for page in pages
    ]


def typed(pages: Collection[Page], known: Answers) -> dict[Page, dict[str, str]]:
    """Return what the form of this request holds for `pages`; `known` is what they depend on."""
    found: dict[Page, dict[str, str]] = {}
    for page in pages:
        found[page] = _typed(page, {**known, **found})
    return found


def _typed(page: Page, known: Answers) -> dict[str, str]:
    if page is not Page.APPLICANT:
        return typed_on(page, known)
    return {name: request.form.get(_name(page, name), "") for name in typed_on(page, known)}


def _own(page: Page, control: Control) -> Control:
    # A list to choose from takes one line where an applicant is asked on a page of its own.
    kind = "select" if control.id == "kinship" else control.kind
    further = control.is_further or (page, control.id) in _FURTHER
    return replace(control, id=_name(page, control.id), kind=kind, is_further=further)


def _name(page: Page, name: str) -> str:
    stem = name.split("-", maxsplit=1)[0]
    return f"contact-{name}" if page is Page.APPLICANT and stem in _SAME else name

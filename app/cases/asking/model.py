"""Who asks for the extract when a helper does: the family's contact, or somebody with authority to act for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from app.cases.model import Case, Missing
from app.extracts.draft import Answers, Page, Typed, kinship_of
from app.extracts.evidence import Paper
from app.extracts.model import Kinship
from app.extracts.request import State


class Manner(StrEnum):
    """Who stands as the applicant."""

    APPLICANT = "applicant"
    """The family's contact asks and agrees to the consent in their own words; the helper only writes it down."""
    REPRESENTATIVE = "representative"
    """Somebody with a power of attorney asks for the contact."""
    LAWYER = "lawyer"
    """A lawyer asks for the contact."""


AUTHORITY: Mapping[Manner, frozenset[Paper]] = MappingProxyType({
    Manner.APPLICANT: frozenset(),
    Manner.REPRESENTATIVE: frozenset({Paper.POWER_OF_ATTORNEY}),
    Manner.LAWYER: frozenset({Paper.LAWYER_ORDER}),
})  # fmt: skip
"""The papers of which one proves the authority to ask; without it nothing is sent. Empty where none is needed."""

PAGES = (Page.PERSON, Page.APPLICANT, Page.PURPOSE, Page.CONTACT)
"""What is looked through, and may be put right, before a request is sent. Who asks is chosen with the manner."""


class Stage(StrEnum):
    """Where a request made from a case is."""

    BEGUN = "begun"
    GONE = "gone"
    """It was begun, and not sent within two weeks."""
    FILED = "filed"


@dataclass(frozen=True)
class Asked:
    """A request as its case follows it. Of one that is not sent yet, everything after `stage` is empty."""

    id: str
    missing: str
    manner: Manner
    stage: Stage
    reference: str = ""
    state: State = State.FILED
    filed_at: datetime | None = None
    due_on: date | None = None


def prefilled(case: Case, missing: Missing, manner: Manner) -> dict[Page, Typed]:
    """Return the pages of a draft as far as the case knows them; nothing that the family told is asked again.

    Who acts for the contact is the one thing to be written; for whom they act, and where answers go, is the family's.
    """
    told = case.answers_on(missing)
    pages: dict[Page, Typed] = {page: dict(told[page]) for page in (Page.PERSON, Page.CONTACT) if page in told}
    if manner is Manner.APPLICANT:
        return {
            Page.KINSHIP: dict(told.get(Page.KINSHIP, {})), Page.APPLICANT: dict(told.get(Page.APPLICANT, {})), **pages,
        }  # fmt: skip
    kinship = Kinship.LAWYER if manner is Manner.LAWYER else Kinship.REPRESENTATIVE
    return {Page.KINSHIP: {"kinship": kinship.value}, Page.APPLICANT: _acting(told), **pages}


def _acting(told: Answers) -> dict[str, str]:
    """Return the fields on who asks: for the contact, or the contact themself where they act for somebody already."""
    contact, kinship = told.get(Page.APPLICANT, {}), kinship_of(told)
    if kinship is not None and kinship.acts_for_another:
        return dict(contact)
    found = {f"principal-{name}": contact.get(name, "") for name in ("surname", "given", "patronymic")}
    return {**found, "principal-kinship": kinship.value if kinship else ""}


def manners(case: Case, missing: Missing) -> Sequence[Manner]:
    """Return who can stand as the applicant: of a contact who acts for somebody already, nobody but themself."""
    kinship = kinship_of(case.answers_on(missing))
    acts = kinship is not None and kinship.acts_for_another
    if not acts:
        return tuple(Manner)
    return (Manner.LAWYER,) if kinship is Kinship.LAWYER else (Manner.REPRESENTATIVE,)


def has_authority(manner: Manner, kinds: Collection[str]) -> bool:
    """Whether the papers of these kinds prove the authority to ask."""
    return not AUTHORITY[manner] or any(paper in kinds for paper in AUTHORITY[manner])

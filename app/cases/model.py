"""A family's case: what is told once, who helps, how it begins and ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.extracts.draft import Answers, Fault, Page, Typed, applicant, claim, faults
from app.extracts.model import Applicant, Claim


class State(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLOSED = "closed"
    """Nobody works on it, and only a coordinator still finds it, until it is erased."""
    ERASED = "erased"
    """Only its reference and its dates are left."""


class Closing(StrEnum):
    """Why a case ends."""

    HELPED = "helped"
    MOVED = "moved"
    """The family goes on with somebody else."""
    ASKED = "asked"
    """The family wishes so."""
    SILENT = "silent"
    """The family could not be reached any more."""
    MISTAKE = "mistake"


class Happened(StrEnum):
    """One line in the history of a case."""

    OPENED = "opened"
    TOLD = "told"
    """What the family tells was written down or put right."""
    PERSON_ADDED = "person-added"
    PERSON_REMOVED = "person-removed"
    HELPER_JOINED = "helper-joined"
    HELPER_LEFT = "helper-left"
    PHRASE_MADE = "phrase-made"
    ROUTE_ANSWERED = "route-answered"
    STEP_STARTED = "step-started"
    STEP_WAITING = "step-waiting"
    STEP_DONE = "step-done"
    STEP_UNDONE = "step-undone"
    """A step of the plan is not started after all."""
    TASK_ADDED = "task-added"
    TASK_REMOVED = "task-removed"
    NOTE_ADDED = "note-added"
    MESSAGE_SENT = "message-sent"
    MESSAGE_CAME = "message-came"
    """The family wrote on its own page."""
    PAPER_ADDED = "paper-added"
    PAPER_REMOVED = "paper-removed"
    REQUEST_BEGUN = "request-begun"
    REQUEST_DROPPED = "request-dropped"
    REQUEST_FILED = "request-filed"
    REQUEST_ANSWERED = "request-answered"
    CONSENT_ASKED = "consent-asked"
    CONSENT_GIVEN = "consent-given"
    CONSENT_REFUSED = "consent-refused"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    CLOSED = "closed"
    REOPENED = "reopened"
    NOTICE_GIVEN = "notice-given"
    ERASED = "erased"
    REFERRAL_SENT = "referral-sent"
    REFERRAL_OPENED = "referral-opened"
    REFERRAL_ANSWERED = "referral-answered"
    REFERRAL_SUPPLIED = "referral-supplied"
    REFERRAL_RENEWED = "referral-renewed"
    REFERRAL_REVOKED = "referral-revoked"
    REFERRAL_WITHDRAWN = "referral-withdrawn"
    REFERRAL_REMINDED = "referral-reminded"
    REFERRAL_SILENT = "referral-silent"


OF_FAMILY = (Page.APPLICANT, Page.CONTACT)
"""What is told once for a case: who the family's contact is, and how they are reached safely."""

OF_PERSON = (Page.KINSHIP, Page.PERSON)
"""What is told of each missing person."""

_NEEDED = frozenset({(Page.APPLICANT, "given"), (Page.PERSON, "surname"), (Page.CONTACT, "language")})
"""What a case cannot do without. All else that an extract asks for may be told later."""


class UnheardError(ValueError):
    """What was written down cannot stand so. `faults` says what is wrong, by page and field."""

    def __init__(self, faults: Sequence[tuple[Page, str, Fault]]) -> None:
        super().__init__(", ".join(f"{page} {name}" for page, name, _ in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Missing:
    """A person whom the family looks for. `answers` hold the pages of `OF_PERSON`."""

    id: str
    answers: Answers = field(repr=False)

    @property
    def claim(self) -> Claim:
        """The person in the family's words."""
        return claim(self.answers)


@dataclass(frozen=True)
class Line:
    """One line of the history: what was done when, by whom, and what it is about (an id, or nothing)."""

    at: datetime
    what: Happened
    by: str
    about: str


@dataclass(frozen=True)
class Helper:
    """Somebody who helps, or helped, with a case. `until` is None while they do."""

    account: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Listed:
    """A case in a list: nothing of it is opened but the name by which its helpers know it."""

    id: str
    reference: str
    family: str = field(repr=False)
    state: State
    language: str
    is_training: bool
    helpers: Sequence[str]
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Case:
    """A case, opened for whoever helps with it."""

    id: str
    reference: str
    organisation: str
    state: State
    language: str
    is_training: bool
    answers: Answers = field(repr=False)
    """The pages of `OF_FAMILY`."""
    missing: Sequence[Missing] = field(repr=False)
    helpers: Sequence[Helper]
    opened_at: datetime
    closed_at: datetime | None
    closing: Closing | None
    erase_on: date | None

    @property
    def subject(self) -> str:
        """How the audit names the case."""
        return f"case:{self.reference}"

    @property
    def contact(self) -> Applicant:
        """The family's contact, as relative of the first person who is missing."""
        return applicant(self.answers_on(self.missing[0]))

    def answers_on(self, missing: Missing) -> Answers:
        """Return everything that was told, as far as it is on one missing person: so that it is told once."""
        return {**self.answers, **missing.answers}


def checked(pages: Collection[Page], answers: Answers, *, today: date) -> None:
    """Raise UnheardError unless the `pages` can stand as they were written; whatever else is missing may come later."""
    wrong = [
        (page, name, fault)
        for page in pages
        for name, fault in faults(page, answers, today=today)
        if fault is not Fault.MISSING or (page, name) in _NEEDED
    ]
    contact: Typed = answers.get(Page.CONTACT, {})
    if Page.CONTACT in pages and not any(contact.get(way, "").strip() for way in ("phone", "email", "postal", "note")):
        wrong.append((Page.CONTACT, "phone", Fault.MISSING))
    if Page.KINSHIP in pages and not answers.get(Page.KINSHIP, {}).get("kinship"):
        wrong.append((Page.KINSHIP, "kinship", Fault.MISSING))
    if wrong:
        raise UnheardError(wrong)


def family_name(answers: Answers) -> str:
    """Return the name by which the family's contact is known to helpers."""
    typed: Mapping[str, str] = answers.get(Page.APPLICANT, {})
    return " ".join(part for name in ("surname", "given", "patronymic") if (part := typed.get(name, "").strip()))

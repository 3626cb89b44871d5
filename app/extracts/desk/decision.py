"""Decisions on requests: what is proposed and why, and everything that an extract is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.documents.code import ExtractNumber
from app.extracts.model import Kinship, Purpose
from app.register.entry import Entry, Standing
from app.register.person import Person

LONGEST = 4000
"""Characters of a question, an answer, a decision's text or a note."""


class NoTextError(ValueError):
    """A question, an answer, a reason for returning or the text of a refusal is missing."""


class RefusalError(ValueError):
    """A refusal lacks its reason of the list or its next step."""


class Outcome(StrEnum):
    """What a request is answered with."""

    EXTRACT = "extract"
    NO_ENTRY = "no-entry"
    """An extract, too: it says that the register holds no information on the person."""
    REFUSAL = "refusal"


class Reason(StrEnum):
    """Why a request is refused.

    The grounds of Order 535 could not be read; these are the ones known from practice and from who may ask.
    """

    KINSHIP_NOT_SHOWN = "kinship-not-shown"
    IDENTITY_NOT_SHOWN = "identity-not-shown"
    AUTHORITY_NOT_SHOWN = "authority-not-shown"
    """Whoever acts for another has not shown that they may."""
    NOT_ENTITLED = "not-entitled"
    """Neither a relative, nor the person who was found, nor somebody who acts for one."""


class Step(StrEnum):
    """What the applicant can do next."""

    FILE_AGAIN = "file-again"
    """With the papers that were missing."""
    ASK_RELATIVE = "ask-relative"
    """Have the request filed by a relative who may."""
    ASK_HOTLINE = "ask-hotline"


class Template(StrEnum):
    """A question that is asked often; an officer puts its ready text in and goes on from there."""

    IDENTITY_UNREADABLE = "identity-unreadable"
    KINSHIP_MISSING = "kinship-missing"
    SURNAMES_DIFFER = "surnames-differ"
    BIRTH_DATE = "birth-date"
    WHERE_LAST = "where-last"
    AUTHORITY_MISSING = "authority-missing"


class Verdict(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    RETURNED = "returned"
    CARRIED = "carried"
    """It was decided as proposed."""


class Validity(StrEnum):
    """Whether an issued extract still holds."""

    VALID = "valid"
    REPLACED = "replaced"
    """A newer one was issued on the same request's person to the same applicant."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Proposal:
    """What one officer proposes and another decides. `entry` is 0 where the answer names none."""

    outcome: Outcome
    proposed_by: str
    proposed_at: datetime
    entry: int = 0
    reason: Reason | None = None
    step: Step | None = None
    text: str = field(default="", repr=False)
    verdict: Verdict = Verdict.OPEN
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = field(default="", repr=False)
    """Why it was returned."""


def written(text: str) -> str:
    """Return a text that must be understood years later, cut to `LONGEST`. Raises NoTextError."""
    text = text.strip()[:LONGEST]
    if not text:
        raise NoTextError
    return text


def proposed(
    outcome: Outcome, *, by: str, at: datetime, entry: int = 0, text: str = "", reason: Reason | None = None,
    step: Step | None = None,
) -> Proposal:  # fmt: skip
    """Return a proposal that says all it must and nothing that does not belong to its outcome.

    Raises RefusalError (a refusal without reason or next step) and NoTextError (a refusal without a text).
    """
    if outcome is not Outcome.REFUSAL:
        return Proposal(outcome, by, at, entry if outcome is Outcome.EXTRACT else 0)
    if reason is None or step is None:
        raise RefusalError
    return Proposal(outcome, by, at, 0, reason, step, written(text))


@dataclass(frozen=True)
class Sheet:
    """What an extract says, as of the moment of its issue; `entry` is None where the register holds no information."""

    year: int
    number: int
    code: str = field(repr=False)
    issued_at: datetime
    purposes: Sequence[Purpose]
    kinship: Kinship
    claim: Person = field(repr=False)
    """Who was asked for, in the applicant's words."""
    entry: Entry | None = field(repr=False)
    standing: Standing | None = field(repr=False)
    """The status that holds, with its date and source."""

    @property
    def printed(self) -> str:
        """The number as it is printed, such as ``2026-000123``."""
        return str(ExtractNumber(self.year, self.number))


Draw = Callable[[Sheet], bytes]
"""Draws the sheet as a PDF file, signed or not, and returns its bytes."""

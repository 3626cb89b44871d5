"""Why an issued extract is withdrawn, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """What was wrong with the extract when it was issued."""

    OTHER_PERSON = "other-person"
    """It is on the entry of another person."""
    NOT_ENTITLED = "not-entitled"
    """It went to somebody who may not have it."""
    WRONG_DATA = "wrong-data"
    """It says what the register did not hold, or held by mistake."""
    OTHER = "other"


@dataclass(frozen=True)
class Withdrawal:
    """That an extract was withdrawn. `text` is written for the applicant, in their language."""

    reason: Reason
    text: str = field(repr=False)
    withdrawn_at: datetime
    withdrawn_by: str

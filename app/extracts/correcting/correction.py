"""What a family asks to have put right, which causes are likely, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.kernel.dates import PartialDate
from app.register.linkage import Comparison, Field, Level
from app.register.names import Reason


class Ground(StrEnum):
    """Why a correction is asked for."""

    NO_ENTRY = "no-entry"
    """The extract says that the register holds no information."""
    WRONG = "wrong"
    """Something in the extract is wrong."""


class Cause(StrEnum):
    """What may have gone wrong."""

    SURNAME = "surname"
    GIVEN = "given"
    """Given name or patronymic."""
    SWAPPED = "swapped"
    """Day and month of the birth date."""
    BORN = "born"
    MISSING = "missing"
    """When or where contact was lost."""
    POLICE = "police"
    """Police unit or number of the proceeding."""
    STATUS = "status"
    CATEGORY = "category"
    OTHER_UNIT = "other-unit"
    """The statement was taken by another police unit than is thought."""
    NOT_PASSED_ON = "not-passed-on"


class State(StrEnum):
    """Where a correction request stands."""

    OPEN = "open"
    DONE = "done"


class Outcome(StrEnum):
    """What came of it."""

    CORRECTED = "corrected"
    NOT_CORRECTED = "not-corrected"
    PASSED_ON = "passed-on"
    """To the police unit that took the statement."""


@dataclass(frozen=True)
class Correction:
    """A correction request with what came of it; `outcome` is None and `answer` empty while it is open."""

    id: str
    ground: Ground
    causes: Sequence[Cause]
    text: str = field(repr=False)
    sent_at: datetime
    state: State = State.OPEN
    outcome: Outcome | None = None
    answer: str = field(default="", repr=False)
    closed_at: datetime | None = None
    closed_by: str = ""


_OF_NO_ENTRY = (Cause.SURNAME, Cause.GIVEN, Cause.SWAPPED, Cause.BORN, Cause.OTHER_UNIT, Cause.NOT_PASSED_ON)
_OF_WRONG = (
    Cause.SURNAME, Cause.GIVEN, Cause.SWAPPED, Cause.BORN, Cause.MISSING, Cause.STATUS, Cause.CATEGORY, Cause.POLICE,
)  # fmt: skip


def likely_causes(ground: Ground, born: PartialDate | None) -> Sequence[Cause]:
    """Return what is offered to be ticked, the likeliest first; swapped day and month only where a calendar allows."""
    offered = _OF_NO_ENTRY if ground is Ground.NO_ENTRY else _OF_WRONG
    return [cause for cause in offered if cause is not Cause.SWAPPED or can_be_swapped(born)]


def can_be_swapped(born: PartialDate | None) -> bool:
    """Say whether a date is another one with day and month exchanged."""
    if born is None or born.day is None or born.month is None:
        return False
    return born.day <= 12 and born.day != born.month


def swapped(born: PartialDate) -> PartialDate:
    """Return a date for which `can_be_swapped` with day and month exchanged."""
    return PartialDate(born.year, born.day, born.month)


def explained_by(comparison: Comparison) -> Sequence[Cause]:
    """Return the causes that would explain why an entry was not found: what is alike in it and yet not the same."""
    found: list[Cause] = []
    for finding in comparison.findings:
        if finding.level in (Level.AGREES, Level.MISSING):
            continue
        match finding.field:
            case Field.SURNAME:
                found.append(Cause.SURNAME)
            case Field.GIVEN | Field.PATRONYMIC if Cause.GIVEN not in found:
                found.append(Cause.GIVEN)
            case Field.BORN:
                is_swapped = finding.reason is Reason.DAY_AND_MONTH_SWAPPED
                found.append(Cause.SWAPPED if is_swapped else Cause.BORN)
            case _:
                pass
    return found

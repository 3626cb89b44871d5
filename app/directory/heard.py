"""What was heard when a number was called: it lies over the directory of an edition, and is part of no content file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Line(StrEnum):
    """How a line stands. `silent` is offered last, `wrong` (somebody else's by now) not at all."""

    UNTRIED = "untried"
    ANSWERED = "answered"
    SILENT = "silent"
    WRONG = "wrong"


@dataclass(frozen=True)
class Heard:
    """What calls have told of a number: how it stands, the day on which it last answered, or its body confirmed it.

    `tried_on` is the day of the last call that found nobody.
    """

    line: Line = Line.UNTRIED
    answered_on: date | None = None
    confirmed_on: date | None = None
    tried_on: date | None = None


UNTRIED = Heard()


@dataclass(frozen=True)
class Pace:
    """How soon a body usually answers what it is asked to do: within so many working days, of so many referrals."""

    days: int
    count: int

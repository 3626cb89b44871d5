"""The life of a request: its states, the deeds that move it from one to the next, and its place in the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a request stands."""

    FILED = "filed"
    ASKED = "asked"
    """The applicant was asked something; the answer is theirs to give."""
    MATCHED = "matched"
    PROPOSED = "proposed"
    """One officer has proposed a decision; another decides."""
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({State.FILED, State.ASKED, State.MATCHED, State.PROPOSED})
"""States in which staff or the applicant still have something to do."""

TAKES_PAPERS = OPEN | {State.ISSUED}
"""States in which papers may be added: after the issue, those that show what the register should hold."""


REPEATABLE = frozenset({State.ISSUED})
"""States in which an updated extract can be asked for. Whoever was refused has papers to bring: a new request."""


class Deed(StrEnum):
    """What moves a request."""

    ASK = "ask"
    ANSWER = "answer"
    MATCH = "match"
    PROPOSE = "propose"
    UNMATCH = "unmatch"
    """A supervisor rules that the entry is not the one: the request is matched anew."""
    RETURN = "return"
    """The second officer does not agree: the request goes back to the first."""
    ISSUE = "issue"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


MOVES: Mapping[tuple[State, Deed], State] = {
    (State.FILED, Deed.ASK): State.ASKED,
    (State.MATCHED, Deed.ASK): State.ASKED,
    (State.ASKED, Deed.ANSWER): State.FILED,
    (State.FILED, Deed.MATCH): State.MATCHED,
    (State.MATCHED, Deed.MATCH): State.MATCHED,
    (State.MATCHED, Deed.PROPOSE): State.PROPOSED,
    (State.FILED, Deed.PROPOSE): State.PROPOSED,
    (State.PROPOSED, Deed.RETURN): State.MATCHED,
    (State.PROPOSED, Deed.ISSUE): State.ISSUED,
    (State.PROPOSED, Deed.REFUSE): State.REFUSED,
    **{(state, Deed.UNMATCH): State.FILED for state in (State.FILED, State.MATCHED, State.PROPOSED)},
    (State.ASKED, Deed.UNMATCH): State.ASKED,
    **{(state, Deed.WITHDRAW): State.WITHDRAWN for state in OPEN},
}
"""Everything that may happen. A decision can be proposed without a match: "no information" is an answer, too."""


class StateError(Exception):
    """The deed does not fit the state, as when a request was withdrawn meanwhile. Look at the request anew."""

    def __init__(self, state: State, deed: Deed) -> None:
        super().__init__(f"{deed} does not fit {state}")
        self.state = state
        self.deed = deed


def after(state: State, deed: Deed) -> State:
    """Return the state that `deed` leads to. Raises StateError where it does not fit."""
    try:
        return MOVES[state, deed]
    except KeyError:
        raise StateError(state, deed) from None


class Happened(StrEnum):
    """What the applicant reads in the history of the request."""

    FILED = "filed"
    PAPER_ADDED = "paper-added"
    PURPOSE_ADDED = "purpose-added"
    ASKED = "asked"
    ANSWERED = "answered"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    PROPOSED = "proposed"
    RETURNED = "returned"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REPEATED = "repeated"
    EXTRACT_WITHDRAWN = "extract-withdrawn"
    CORRECTION_SENT = "correction-sent"
    CORRECTION_ANSWERED = "correction-answered"


SHOWN = frozenset(Happened) - {Happened.MATCHED, Happened.UNMATCHED, Happened.PROPOSED, Happened.RETURNED}
"""What the applicant is told of. That an entry was found, or a decision proposed, is not yet an answer."""


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    at: datetime
    what: Happened


@dataclass(frozen=True)
class Filed:
    """A request as it has just been filed, or was before by the same draft.

    `passphrase` is empty once it is no longer shown.
    """

    id: str
    reference: str
    passphrase: str
    language: str
    filed_at: datetime
    due_on: date
    email: str
    state: State


PHRASE_SHOWN = timedelta(hours=1)
"""How long the confirmation can be read again after filing; it ends earlier with the first visit by passphrase."""

"""What a conflict is about, and what a supervisor makes of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.extracts.model import Kinship


class Ground(StrEnum):
    """Why requests on one person do not go together."""

    ENTRIES_DIFFER = "entries-differ"
    """The same person is asked about, and the requests are matched to different entries."""
    TWO_SPOUSES = "two-spouses"
    """Two applicants each say that they are the wife or husband."""
    RELATIVES_DISPUTE = "relatives-dispute"
    """Relatives contradict one another: on who they are, on what happened, on who may be given what."""
    PAPERS_IN_DOUBT = "papers-in-doubt"
    """A paper may be forged, or belongs to somebody else."""


SEEN_BY_AN_OFFICER = (Ground.RELATIVES_DISPUTE, Ground.PAPERS_IN_DOUBT, Ground.TWO_SPOUSES, Ground.ENTRIES_DIFFER)
"""What an officer can flag; the last two are also found when a request is matched."""


class Ruling(StrEnum):
    """What a supervisor says of a conflict."""

    OPEN = "open"
    """Nothing yet."""
    GO_ON = "go-on"
    """It is none, or it is settled: the request is answered as it stands."""
    MATCH_ANEW = "match-anew"
    """The request goes back to the start, without the entry that it was matched to."""


@dataclass(frozen=True)
class Conflict:
    """A flag on one request; it holds every request on the same person. `entry` is the matched one then, or 0."""

    id: str
    request: str
    """Id of the request that it was raised on."""
    reference: str
    ground: Ground
    entry: int
    raised_by: str
    raised_at: datetime
    note: str = field(default="", repr=False)
    ruling: Ruling = Ruling.OPEN
    ruled_by: str = ""
    ruled_at: datetime | None = None
    ruling_note: str = field(default="", repr=False)


@dataclass(frozen=True)
class Standing:
    """What of a request matters for conflicts: who asks, and which entry it is matched to, or 0."""

    contact: bytes = field(repr=False)
    claim: bytes = field(repr=False)
    kinship: Kinship
    entry: int


def grounds(request: Standing, others: Collection[Standing], settled: Sequence[Conflict]) -> list[Ground]:
    """Return why a request that was just matched does not go together with the `others` on the same person.

    What a supervisor has let go on for the same entry is not found again.
    """
    found = set()
    for other in others:
        if other.claim == request.claim and other.entry not in (0, request.entry):
            found.add(Ground.ENTRIES_DIFFER)
        if other.kinship is request.kinship is Kinship.SPOUSE and other.contact != request.contact:
            found.add(Ground.TWO_SPOUSES)
    passed = {one.ground for one in settled if one.ruling is Ruling.GO_ON and one.entry == request.entry}
    return sorted(found - passed)

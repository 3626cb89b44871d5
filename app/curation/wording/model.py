"""A proposal for words of the interface: what it says instead of what, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.accounts.model import FourEyesError


class State(StrEnum):
    """Where a proposal stands. Whether an accepted one is in a catalogue by now is seen there, not noted here."""

    KEPT = "kept"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class NoProposalError(Exception):
    """There is no such proposal, or somebody else has judged it by now."""


class OwnWordsError(FourEyesError):
    """Whoever proposed words does not accept them."""


@dataclass(frozen=True)
class Message:
    """A message of the interface: its forms in the code (two where it counts) and its context."""

    source: tuple[str, ...]
    context: str


@dataclass(frozen=True)
class Proposal:
    """What somebody proposes for a message in a language. `text` has a form for each plural of it."""

    id: str
    language: str
    message: Message
    text: tuple[str, ...]
    state: State
    by: str
    at: datetime
    judged_by: str


def checked_judge(judge: str, proposal: Proposal) -> None:
    """Raise OwnWordsError where `judge` proposed the words."""
    if judge == proposal.by:
        raise OwnWordsError("another person has to judge these words")

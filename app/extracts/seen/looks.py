"""Who looked at what of a request, and which of it its applicant is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.audit.model import Event

TOLD = (
    Event.REQUEST_FILED,
    Event.REQUEST_OPENED,
    Event.REQUEST_OPENING_REFUSED,
    Event.REQUEST_WITHDRAWN,
    Event.REQUEST_READ,
    Event.REQUEST_TAKEN,
    Event.REQUEST_GIVEN_BACK,
    Event.REQUEST_ASKED,
    Event.REQUEST_ANSWERED,
    Event.REQUEST_REFUSED,
    Event.ENTRIES_SEARCHED,
    Event.REQUEST_PURPOSE_ADDED,
    Event.REQUEST_REPEATED,
    Event.EXTRACT_ISSUED,
    Event.EXTRACT_REPLACED,
    Event.EXTRACT_FETCHED,
    Event.EXTRACT_WITHDRAWN,
    Event.EXTRACT_VERIFIED,
    Event.EXTRACT_OUTDATED,
    Event.EXTRACT_CURRENT,
    Event.NEWER_LETTERS_AGREED,
    Event.NEWER_LETTERS_STOPPED,
    Event.CORRECTION_SENT,
    Event.CORRECTION_READ,
    Event.CORRECTION_CLOSED,
    Event.FILE_RECEIVED,
    Event.FILE_READ,
    Event.FILE_DELETED,
)
"""What an applicant is told. That an entry was found, or a decision proposed, is not yet an answer."""


class Who(StrEnum):
    """Who did it, as far as an applicant is told."""

    YOU = "you"
    SUPERVISOR = "supervisor"
    REGISTRAR = "registrar"
    OFFICER = "officer"
    """Somebody of the staff who is neither today."""
    HELPER = "helper"
    """A volunteer who asked for the extract on the family's behalf."""
    STRANGER = "stranger"
    """Somebody who did not prove who they are."""
    SITE = "site"
    """The site itself, by a program that nobody looks at."""


@dataclass(frozen=True)
class Look:
    """One thing that was done with the data of a request. Officers are told apart by the order of their coming.

    `officer` is 0 for whoever is none; `record` is the number of the record, from which the next page goes on.
    """

    record: int
    at: datetime
    what: Event
    who: Who
    officer: int = 0

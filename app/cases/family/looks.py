"""Who did what with the data of a case, and which of it its family is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.audit.model import Event
from app.kernel.dates import KYIV

TOLD = (
    Event.CASE_OPENED,
    Event.CASE_READ,
    Event.CASE_CHANGED,
    Event.CASE_SHARED,
    Event.CASE_LEFT,
    Event.CASE_CLOSED,
    Event.CASE_REOPENED,
    Event.CASE_PHRASE_MADE,
    Event.CASE_OWN_OPENED,
    Event.CASE_OPENING_REFUSED,
    Event.CASE_WORKED,
    Event.CASE_REQUESTED,
    Event.CASE_NOTICED,
    Event.CASE_EXPORTED,
    Event.CONSENT_ASKED,
    Event.CONSENT_GIVEN,
    Event.CONSENT_REFUSED,
    Event.CONSENT_WITHDRAWN,
    Event.REFERRAL_SENT,
    Event.REFERRAL_OPENED,
    Event.REFERRAL_READ,
    Event.REFERRAL_ANSWERED,
    Event.REFERRAL_SUPPLIED,
    Event.REFERRAL_RENEWED,
    Event.REFERRAL_REVOKED,
    Event.REFERRAL_WITHDRAWN,
    Event.REFERRAL_REMINDED,
    Event.REFERRAL_SILENT,
    Event.FILE_RECEIVED,
    Event.FILE_READ,
    Event.FILE_DELETED,
)
"""What a family is told. Lists in which its name stood are recorded as one, and not by name."""


class By(StrEnum):
    """Who did it, as far as the family is told."""

    FAMILY = "family"
    HELPER = "helper"
    """Somebody of the organisation that helps, who is named."""
    FORMER = "former"
    """Somebody who belonged to it."""
    REGISTRAR = "registrar"
    """Somebody who answers requests for extracts, and reads the papers that were handed in with one."""
    RECEIVER = "receiver"
    """A body to which something was sent by a referral."""
    STRANGER = "stranger"
    """Somebody who did not prove who they are."""
    SITE = "site"
    """The site itself, by a program that nobody looks at."""


@dataclass(frozen=True)
class Look:
    """One thing that was done with the data of a case, under the number of its record. `name` is that of a helper.

    `times` counts how often it was done in a row on one day; `at` is the last of them.
    """

    record: int
    at: datetime
    what: Event
    by: By
    name: str = ""
    times: int = 1


def gathered(looks: Iterable[Look]) -> list[Look]:
    """Return looks, newest first, with those in a row that tell the same of one day (Kyiv) as one.

    Whoever works on a case for an hour opens it at each step: told one by one, nobody would find what matters.
    """
    found: list[Look] = []
    for look in looks:
        last = found[-1] if found else None
        if last is not None and _tells(last) == _tells(look):
            found[-1] = replace(last, record=look.record, times=last.times + 1)
        else:
            found.append(look)
    return found


def _tells(look: Look) -> tuple[object, ...]:
    return look.what, look.by, look.name, look.at.astimezone(KYIV).date()

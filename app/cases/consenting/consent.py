"""What a consent is, where it stands on a day, and what it covers: nothing travels that none of them does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.directory.model import Directory, Need
from app.directory.model import Kind as BodyKind
from app.extracts.draft import Answers, Page
from app.kernel.dates import add_months

USUAL_MONTHS = 6
"""How long a consent is proposed to last."""

MOST_MONTHS = 12
"""How long a consent lasts at most; then the family is asked anew."""

ENDING = timedelta(days=14)
"""How long before its last day a consent is shown as ending soon."""


class Share(StrEnum):
    """What can travel. Each is agreed to by itself."""

    CONTACT_NAME = "contact-name"
    CONTACT_PHONE = "contact-phone"
    CONTACT_EMAIL = "contact-email"
    CONTACT_ADDRESS = "contact-address"
    KINSHIP = "kinship"
    MISSING_NAME = "missing-name"
    MISSING_BIRTH = "missing-birth"
    CIRCUMSTANCES = "circumstances"
    """When and where contact was lost, and the unit."""
    POLICE = "police"
    """The police unit and the number of the proceeding."""
    STORY = "story"
    """What else is known."""
    PAPERS = "papers"
    PLAN = "plan"


SAFETY = ("do-not-call", "call-from", "call-until", "open", "note")
"""What keeps contact safe travels with every way of contact: whoever has the phone has to know when not to call."""

FIELDS: Mapping[Share, Collection[tuple[Page, str]]] = {
    Share.CONTACT_NAME: (
        *((Page.APPLICANT, name) for name in ("surname", "given", "patronymic")),
        *((Page.APPLICANT, f"principal-{name}") for name in ("surname", "given", "patronymic")),
        (Page.CONTACT, "language"),
    ),
    Share.CONTACT_PHONE: ((Page.CONTACT, "phone"), *((Page.CONTACT, name) for name in SAFETY)),
    Share.CONTACT_EMAIL: ((Page.CONTACT, "email"), *((Page.CONTACT, name) for name in SAFETY)),
    Share.CONTACT_ADDRESS: ((Page.CONTACT, "postal"), *((Page.CONTACT, name) for name in SAFETY)),
    Share.KINSHIP: ((Page.KINSHIP, "kinship"), (Page.APPLICANT, "principal-kinship")),
    Share.MISSING_NAME: tuple(
        (Page.PERSON, name)
        for name in ("surname", "given", "patronymic", "former", "spellings", "latin-surname", "latin-given")
    ),
    Share.MISSING_BIRTH: (
        *((Page.PERSON, f"born-{part}") for part in ("day", "month", "year")),
        (Page.PERSON, "born-in"),
        (Page.PERSON, "sex"),
    ),
    Share.CIRCUMSTANCES: (
        *((Page.PERSON, f"missing-{part}") for part in ("day", "month", "year")),
        *((Page.PERSON, name) for name in ("missing-from", "category", "unit")),
    ),
    Share.POLICE: ((Page.PERSON, "police"), (Page.PERSON, "proceeding")),
    Share.STORY: ((Page.PERSON, "circumstances"),),
    Share.PAPERS: (),
    Share.PLAN: (),
}
"""Which of what was told travels with each share; papers and the plan are no answers."""

NEVER = frozenset(
    {
        *((Page.APPLICANT, f"born-{part}") for part in ("day", "month", "year")),
        (Page.APPLICANT, "former"),
        (Page.CONTACT, "channel"),
        (Page.CONTACT, "newer"),
    }
)
"""What was told and stays here: an extract request asks for it, and no other body needs it from us."""


class How(StrEnum):
    """How the family said yes."""

    PAPER = "paper"
    """Signed; the scan is kept in the vault."""
    SPOKEN = "spoken"
    """Said to the volunteer before a witness, who is named."""
    OWN = "own"
    """Given by the family itself, on its own page."""


class Standing(StrEnum):
    """Where a consent stands on a day."""

    ASKED = "asked"
    """The family has not answered yet."""
    REFUSED = "refused"
    IN_FORCE = "in-force"
    ENDS_SOON = "ends-soon"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


IN_FORCE = frozenset({Standing.IN_FORCE, Standing.ENDS_SOON})
"""Where a consent covers anything."""


@dataclass(frozen=True)
class Terms:
    """What is agreed to: what may travel, to which body of the directory (its id), for what, until when inclusive."""

    shares: frozenset[Share]
    recipient: str
    purpose: Need
    until: date


@dataclass(frozen=True)
class Consent:
    """A consent as it is kept. `given_at` is None until the family has said yes; `paper` is the id of its scan."""

    id: str
    shares: frozenset[Share]
    recipient: str
    purpose: Need
    until: date
    how: How
    asked_at: datetime
    given_at: datetime | None
    refused_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: str
    recorded_by: str
    paper: str = ""

    def standing(self, on: date) -> Standing:
        """Where the consent stands on a day. Withdrawn counts at once, whatever the day."""
        if self.withdrawn_at is not None:
            return Standing.WITHDRAWN
        if self.refused_at is not None:
            return Standing.REFUSED
        if on > self.until:
            return Standing.EXPIRED
        if self.given_at is None:
            return Standing.ASKED
        return Standing.ENDS_SOON if on > self.until - ENDING else Standing.IN_FORCE


class Gap(StrEnum):
    """Why nothing may travel, as far as the consent that comes nearest tells."""

    RECIPIENT = "recipient"
    """The family has not agreed to anything with this body."""
    PURPOSE = "purpose"
    """It has, and for something else."""
    REFUSED = "refused"
    ASKED = "asked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SHARES = "shares"
    """A consent is in force, and holds less."""


class NotCoveredError(Exception):
    """No consent covers this. `missing` is what would travel without one, `gap` why."""

    def __init__(self, missing: frozenset[Share], gap: Gap) -> None:
        super().__init__(f"{gap}: {', '.join(sorted(missing))}")
        self.missing = missing
        self.gap = gap


def covers(
    consents: Iterable[Consent], shares: Collection[Share], recipient: str, *, purpose: Need, on: date
) -> Consent:
    """Return the one consent that covers all of `shares` for this body and purpose on a day; the longest of several.

    Consents are not added up: what the family agreed to apart was not agreed to together. Raises NotCoveredError.
    """
    wanted = frozenset(shares)
    theirs = [one for one in consents if one.recipient == recipient]
    meant = [one for one in theirs if one.purpose is purpose]
    valid = [one for one in meant if one.standing(on) in IN_FORCE]
    fitting = [one for one in valid if wanted <= one.shares]
    if fitting:
        return max(fitting, key=lambda one: (one.until, one.id))
    if valid:
        nearest = min(valid, key=lambda one: (len(wanted - one.shares), one.id))
        raise NotCoveredError(wanted - nearest.shares, Gap.SHARES)
    if meant:
        last = max(meant, key=lambda one: (one.asked_at, one.id))
        raise NotCoveredError(wanted, Gap(last.standing(on).value))
    raise NotCoveredError(wanted, Gap.PURPOSE if theirs else Gap.RECIPIENT)


class Unfit(StrEnum):
    """What is wrong with the terms of a consent, or with its proof."""

    NO_SHARES = "no-shares"
    NO_BODY = "no-body"
    PAST = "past"
    TOO_LONG = "too-long"
    NO_WITNESS = "no-witness"


class UnfitError(ValueError):
    """A consent cannot be recorded so. `faults` says what is wrong with it."""

    def __init__(self, faults: Collection[Unfit]) -> None:
        super().__init__(", ".join(faults))
        self.faults = tuple(faults)


def usual_end(today: date) -> date:
    """Return the last day that is proposed for a consent."""
    return add_months(today, USUAL_MONTHS)


def unfit(terms: Terms, directory: Directory, *, today: date) -> list[Unfit]:
    """Return what is wrong with terms: a body must be a certain one, and an end is within `MOST_MONTHS`."""
    found = []
    if not terms.shares:
        found.append(Unfit.NO_SHARES)
    body = directory.organisations.get(terms.recipient)
    if body is None or body.kind is BodyKind.GENERIC:
        found.append(Unfit.NO_BODY)
    if terms.until < today:
        found.append(Unfit.PAST)
    if terms.until > add_months(today, MOST_MONTHS):
        found.append(Unfit.TOO_LONG)
    return found


def carried(answers: Answers, shares: Collection[Share]) -> Answers:
    """Return of `answers` what travels with `shares`, and nothing else."""
    allowed = {pair for share in shares for pair in FIELDS[share]}
    found = {
        page: {name: text for name, text in typed.items() if text and (page, name) in allowed}
        for page, typed in answers.items()
    }
    return {page: typed for page, typed in found.items() if typed}

"""Who asks for an extract, about whom, for what and how they can be reached safely: the nouns of a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from app.kernel.dates import PartialDate
from app.register.person import Person


class Kinship(StrEnum):
    """Who the applicant is to the missing person.

    Family and close relatives as Law 2505-VIII is retold (source finance-novyny-live-284433); then the person
    themself, once found; relatives whom that list does not name; and people who act for one of them.
    """

    SPOUSE = "spouse"
    PARTNER = "partner"
    """Lived together with a shared household, without a registered marriage."""
    CHILD = "child"
    STEPCHILD = "stepchild"
    PARENT = "parent"
    ADOPTIVE_PARENT = "adoptive_parent"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    GREAT_GRANDCHILD = "great_grandchild"
    GUARDIAN = "guardian"
    """Guardian or carer of the missing person."""
    WARD = "ward"
    """The missing person is the applicant's guardian or carer."""
    SELF = "self"
    """The applicant was sought and is found."""
    OTHER_RELATIVE = "other_relative"
    REPRESENTATIVE = "representative"
    """Acts for a relative under a power of attorney, or for a child or ward of theirs."""
    LAWYER = "lawyer"

    @property
    def acts_for_another(self) -> bool:
        """Whether the applicant asks on behalf of somebody whose own kinship counts."""
        return self in (Kinship.REPRESENTATIVE, Kinship.LAWYER)


RELATIVES = tuple(kind for kind in Kinship if not kind.acts_for_another and kind is not Kinship.SELF)
"""What the person may be for whom a representative or lawyer acts, besides the found person themself."""


class Purpose(StrEnum):
    """What an extract is asked for."""

    BENEFITS = "benefits"
    PAY = "pay"
    """Money allowance of a missing serviceman."""
    PENSION = "pension"
    DEFERRAL = "deferral"
    """Deferral of a relative from mobilisation, or discharge from service."""
    GUARDIANSHIP_OF_PROPERTY = "guardianship_of_property"
    GUARDIANSHIP_OF_CHILD = "guardianship_of_child"
    """Status or guardianship of a child whose parents are missing."""
    COURT = "court"
    SEARCH = "search"
    """To know whether the register holds the person, or to pass on in the search."""
    OTHER = "other"


class Channel(StrEnum):
    """How the applicant wants to hear that something has changed."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    PAGE_ONLY = "page_only"
    """No message at all: the applicant looks at the page."""


@dataclass(frozen=True)
class SafeContact:
    """What keeps a contact safe: no calls, only some hours (Kyiv time), messages that do not show what they are about.

    Messages are discreet unless the applicant wishes otherwise: a phone may be searched, or shared.
    """

    do_not_call: bool = False
    call_from: time | None = None
    call_until: time | None = None
    discreet: bool = True
    note: str = ""

    def may_call(self, at: time) -> bool:
        """Whether a call at this time of day in Kyiv keeps the rules; hours may run over midnight."""
        if self.do_not_call:
            return False
        start, end = self.call_from or time.min, self.call_until or time.max
        return start <= at <= end if start <= end else at >= start or at <= end


@dataclass(frozen=True)
class Principal:
    """The person for whom a representative or lawyer asks."""

    kinship: Kinship
    surname: str = ""
    given: str = ""
    patronymic: str = ""


@dataclass(frozen=True)
class Applicant:
    """Who asks and how they are reached. What was not given is empty or None."""

    kinship: Kinship
    surname: str = ""
    given: str = ""
    patronymic: str = ""
    former_surname: str = ""
    latin_surname: str = ""
    latin_given: str = ""
    born: PartialDate | None = None
    email: str = ""
    phone: str = ""
    country: str = ""
    """Where the applicant lives, ISO 3166-1 alpha-2; read where a phone has no country code of its own."""
    postal_address: str = ""
    language: str = "uk"
    channel: Channel = Channel.EMAIL
    safe: SafeContact = field(default_factory=SafeContact)
    acts_for: Principal | None = None
    tells_newer: bool = False
    """Whether they want to hear that the entry has changed after the extract was issued."""

    @property
    def relation(self) -> Kinship:
        """The kinship that papers have to prove: the applicant's, or that of the person they act for."""
        return self.acts_for.kinship if self.acts_for else self.kinship


@dataclass(frozen=True)
class Claim:
    """Whom the request is about, in the applicant's words."""

    person: Person
    circumstances: str = ""
    police_unit: str = ""
    proceeding: str = ""
    """Number of the criminal proceeding (ERDR), as typed."""
    spellings: tuple[str, ...] = ()
    """How other papers at hand spell the full name, where they differ."""


@dataclass(frozen=True)
class Consent:
    """Agreement to the processing of personal data: the version of the text, its language and when it was given."""

    version: str
    language: str
    given_at: datetime


@dataclass(frozen=True)
class ConsentText:
    """One version of the consent; a newer one never changes what earlier applicants agreed to."""

    version: str
    since: date


CONSENTS = (ConsentText("2026-1", date(2026, 11, 25)),)
"""Versions of the consent text, newest last."""


def consent_in_force(on: date) -> ConsentText:
    """Return the version to be shown on a day; before the first, the first."""
    return next((text for text in reversed(CONSENTS) if text.since <= on), CONSENTS[0])


def is_outdated(version: str, on: date) -> bool:
    """Say whether another text than the one of this version is in force on a day."""
    return version != consent_in_force(on).version

"""Organisations and their contacts, as read from ``content/organisations/<id>.yaml``.

Field names follow HSDS (organization, phone, schedule) where it has a word for the thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from pydantic import Field, PrivateAttr, field_validator, model_validator

from app.content.values import Checked, Confidence, Dated, Id, Value, Words
from app.directory.heard import UNTRIED, Heard, Line, Pace
from app.directory.hours import Hours
from app.kernel.text import digits


class Kind(StrEnum):
    GOVERNMENT = "government"
    MILITARY = "military"
    HOTLINE = "hotline"
    NGO = "ngo"
    LEGAL_AID = "legal-aid"
    PSYCHOSOCIAL = "psychosocial"
    INTERNATIONAL = "international"
    ABROAD = "abroad"
    GENERIC = "generic"
    """A body that everyone has another one of (a court, a unit): named, without contacts."""


class Serves(StrEnum):
    SERVICEMAN = "serviceman"
    POLICE_OR_GUARD = "police-or-guard"
    CIVILIAN_DETAINED = "civilian-detained"
    CIVILIAN_MISSING = "civilian-missing"
    CHILD = "child"
    EVACUEE = "evacuee"
    FOREIGNER = "foreigner"
    DECEASED = "deceased-identification"
    FAMILY = "family-support"
    RETURNED = "returned"


class Need(StrEnum):
    REPORT = "report-disappearance"
    EXTRACT = "register-extract"
    TRACING = "tracing"
    DNA = "dna"
    BODY = "body-identification"
    CRIMINAL_CASE = "criminal-case"
    CAPTIVITY = "pow-confirmation"
    CIVILIAN_DETENTION = "civilian-detention"
    LETTERS = "letters-to-pow"
    EXCHANGE = "exchange"
    CHILDREN = "deported-children"
    ABROAD = "relatives-abroad"
    LEGAL_AID = "legal-aid"
    PSYCHOLOGICAL = "psychological-help"
    BENEFITS = "social-benefits"
    HUMANITARIAN = "humanitarian-aid"
    EVACUATION = "evacuation"
    CONSULTATION = "consultation"
    COMPLAINT = "complaint"
    WAR_CRIMES = "documentation-of-war-crimes"
    COMPENSATION = "compensation"
    ADVOCACY = "advocacy"
    REPATRIATION = "repatriation"


class Status(StrEnum):
    """How far a contact goes: `current` is offered, `unclear` shown as not confirmed, `legacy` only recognised."""

    CURRENT = "current"
    UNCLEAR = "unclear"
    LEGACY = "legacy"


class Contact(Value):
    """What every way to reach a body carries: its status, why it is doubted, what replaces it, where it was seen."""

    status: Status
    reason: Words | None = None
    use_instead: str | None = None
    source: Id | None = None
    as_of: Dated | None = None

    @model_validator(mode="after")
    def _explained(self) -> Contact:
        if self.status is not Status.CURRENT and self.reason is None:
            raise ValueError(f"a contact with status '{self.status}' needs a reason in every language")
        if self.status is Status.LEGACY and not self.use_instead:
            raise ValueError("a superseded contact needs use_instead: the current one")
        return self

    @property
    def standing(self) -> Status:
        """How far the contact goes today, with what was heard since the file was written."""
        return self.status


class Phone(Contact):
    """A telephone number: E.164, or a short number that is dialled as it stands within Ukraine."""

    number: str = Field(pattern=r"^(\+\d{8,15}|\d{3,6})$")
    label: Words
    hours: Hours | None = None
    short: str | None = None
    by_appointment: bool = False
    source: Id
    # Private, because no content file may say so: it comes from calls that were logged.
    _heard: Heard = PrivateAttr(default=UNTRIED)

    @field_validator("hours", mode="before")
    @classmethod
    def _hours(cls, text: object) -> object:
        return Hours.parse(text) if isinstance(text, str) else text

    @property
    def heard(self) -> Heard:
        """What calls have told of the number."""
        return self._heard

    def told(self, heard: Heard) -> Phone:
        """Return the phone with what was heard of it."""
        other = self.model_copy()
        other._heard = heard
        return other

    @property
    def standing(self) -> Status:
        is_wrong = self.status is Status.CURRENT and self._heard.line is Line.WRONG
        return Status.UNCLEAR if is_wrong else self.status


class Email(Contact):
    address: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]+$")


class Website(Contact):
    url: str = Field(pattern=r"^https?://")


class Messenger(Value):
    app: str = Field(pattern=r"^(telegram|viber|whatsapp|signal)$")
    address: str


class AlternateNames(Value):
    """What families type when they look for the body, by language: read by the search, never shown."""

    uk: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    ru: tuple[str, ...] = ()
    pl: tuple[str, ...] = ()
    de: tuple[str, ...] = ()


class Organisation(Value):
    """A body or group that families turn to."""

    id: Id
    kind: Kind
    name: Words
    abbreviation: Words | None = None
    alternate_names: AlternateNames = AlternateNames()
    go_for: Words
    not_for: Words
    how_to_find: Words | None = None
    successor_of: Words | None = None
    not_known: Words | None = None
    serves: tuple[Serves, ...] = Field(min_length=1)
    needs: tuple[Need, ...] = Field(min_length=1)
    regions: tuple[str, ...] = Field(min_length=1)
    languages: tuple[str, ...]
    cost: str = Field(pattern=r"^(free|not-stated)$")
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    websites: tuple[Website, ...] = ()
    messengers: tuple[Messenger, ...] = ()
    address: Words | None = None
    address_unconfirmed: Words | None = None
    sources: tuple[Id, ...] = Field(min_length=1)
    confidence: Confidence
    checked: Checked
    # Private as what was heard of a number is: it comes from referrals that were answered.
    _pace: Pace | None = PrivateAttr(default=None)

    @property
    def pace(self) -> Pace | None:
        """How soon the body usually answers what volunteers ask of it; None where too little is known."""
        return self._pace

    def answering(self, pace: Pace | None) -> Organisation:
        """Return the body with how soon it usually answers."""
        other = self.model_copy()
        other._pace = pace
        return other

    @model_validator(mode="after")
    def _reachable(self) -> Organisation:
        if not self.is_reachable and self.how_to_find is None:
            raise ValueError("no current contact: say in how_to_find how a family reaches this body")
        return self

    @property
    def current_phones(self) -> tuple[Phone, ...]:
        """The numbers that may be offered; one that has stopped to answer comes after those that have not."""
        current = (phone for phone in self.phones if phone.standing is Status.CURRENT)
        return tuple(sorted(current, key=lambda phone: phone.heard.line is Line.SILENT))

    @property
    def current_emails(self) -> tuple[Email, ...]:
        return tuple(email for email in self.emails if email.status is Status.CURRENT)

    @property
    def current_websites(self) -> tuple[Website, ...]:
        return tuple(site for site in self.websites if site.status is Status.CURRENT)

    @property
    def is_reachable(self) -> bool:
        return bool(self.current_phones or self.current_emails or self.current_websites or self.messengers)


@dataclass(frozen=True)
class Directory:
    """All organisations by id, and the regions of Ukraine by ISO 3166-2 code."""

    organisations: Mapping[str, Organisation]
    regions: Mapping[str, Mapping[str, str]]

    def __getitem__(self, id_: str) -> Organisation:
        return self.organisations[id_]

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self.organisations.values())

    def told(self, heard: Mapping[tuple[str, str], Heard]) -> Directory:
        """Return the directory with what was heard of each (id of a body, number), and of no other number."""
        bodies = {
            body.id: body.model_copy(
                update={
                    "phones": tuple(phone.told(heard.get((body.id, phone.number), UNTRIED)) for phone in body.phones)
                }
            )
            for body in self
        }
        return Directory(MappingProxyType(bodies), self.regions)

    def answering(self, paces: Mapping[str, Pace]) -> Directory:
        """Return the directory with how soon bodies usually answer, by id, and of no other body."""
        bodies = {body.id: body.answering(paces.get(body.id)) for body in self}
        return Directory(MappingProxyType(bodies), self.regions)

    @cached_property
    def is_dialled(self) -> bool:
        """Whether any number was ever called."""
        return any(phone.heard.line is not Line.UNTRIED for body in self for phone in body.phones)

    @cached_property
    def current_numbers(self) -> frozenset[str]:
        """Every phone that may be offered, in national form."""
        return frozenset(national(phone.number) for body in self for phone in body.current_phones)

    @cached_property
    def superseded_addresses(self) -> frozenset[str]:
        """Every e-mail and web address (without scheme) that may never be printed."""
        emails = {email.address for body in self for email in body.emails if email.status is Status.LEGACY}
        sites = {site.url.split("//")[1] for body in self for site in body.websites if site.status is Status.LEGACY}
        return frozenset(emails | sites)


def national(text: str) -> str:
    """Return the digits of a Ukrainian number in national form (0XXXXXXXXX); other numbers as their digits."""
    found = digits(text)
    if found.startswith("00"):
        found = found[2:]
    if found.startswith("380") and len(found) == 12:
        return found[2:]
    if found.startswith("80") and len(found) == 11:
        return found[1:]
    return found

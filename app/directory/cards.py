"""An organisation as a reader sees it: in one language, with only what may be offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import phonenumbers

from app.content.values import say
from app.directory.heard import Heard, Line
from app.directory.hours import Exceptional, Hours, Open, upcoming
from app.directory.model import Contact, Kind, Organisation, Phone, Status
from app.kernel.dates import KYIV

SOON = timedelta(days=30)
"""How long before it begins an exception stands beside a number; the page of its body shows all that are to come."""


@dataclass(frozen=True)
class CallLine:
    """A current number: as it is read, as it is dialled, what it is for, when it answers, and when it last did.

    `exceptions` are the days, soon or now, on which its hours do not hold.
    """

    text: str
    href: str
    label: str
    hours: Hours | None
    open: Open
    by_appointment: bool
    as_of: str | None
    source: str
    heard: Heard
    exceptions: tuple[Exceptional, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether nobody has answered lately: not a number to call first."""
        return self.heard.line is Line.SILENT


@dataclass(frozen=True)
class Doubt:
    """A contact that is not confirmed: shown with the reason, never as a way to call.

    `wrong_on` is the day on which somebody else answered there; then the reason is that.
    """

    text: str
    label: str
    reason: str
    source: str | None
    wrong_on: date | None = None


@dataclass(frozen=True)
class Card:
    """Everything a page shows of one body."""

    id: str
    kind: Kind
    name: str
    abbreviation: str
    go_for: str
    not_for: str
    how_to_find: str
    successor_of: str
    not_known: str
    phones: tuple[CallLine, ...]
    emails: tuple[str, ...]
    websites: tuple[str, ...]
    messengers: tuple[tuple[str, str], ...]
    address: str
    address_unconfirmed: str
    doubts: tuple[Doubt, ...]
    open: Open
    hours: Hours | None = None
    """When its office receives people."""
    exceptions: tuple[Exceptional, ...] = ()
    """The days to come on which the body as a whole keeps other hours."""

    @property
    def printed(self) -> tuple[CallLine, ...]:
        """What paper and files show: they outlive what was heard, so a silent number stands there only alone."""
        return tuple(line for line in self.phones if not line.is_silent) or self.phones

    @property
    def numbers(self) -> tuple[str, ...]:
        """What an address book takes: the numbers (E.164 or short) without those that have stopped to answer."""
        return tuple(line.href.removeprefix("tel:") for line in self.phones if not line.is_silent)

    @property
    def is_heard(self) -> bool:
        """Whether any of its numbers was called, or confirmed by the body itself."""
        return any(line.heard.is_heard for line in self.phones) or any(doubt.wrong_on for doubt in self.doubts)

    @property
    def short_name(self) -> str:
        return self.abbreviation or self.name


@lru_cache(maxsize=1024)
def number_text(number: str) -> str:
    """Return a number as people read it: free lines in national form, others with the country's code.

    An address is returned as it is.
    """
    if not number.startswith("+"):
        return number if len(number) < 6 or not number.isdigit() else f"{number[:3]} {number[3:]}"
    parsed = phonenumbers.parse(number)
    if number.startswith("+380800"):
        return f"0 800 {number[7:10]} {number[10:]}"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def call_line(phone: Phone, language: str, now: datetime) -> CallLine:
    """Return a current phone in `language`, with whether it answers at `now`."""
    opening = phone.opening
    return CallLine(
        text=number_text(phone.number),
        href=f"tel:{phone.number}",
        label=say(phone.label, language),
        hours=phone.hours,
        open=opening.at(now) if opening else Open.UNKNOWN,
        by_appointment=phone.by_appointment,
        as_of=phone.as_of,
        source=phone.source,
        heard=phone.heard,
        exceptions=tuple(upcoming(opening.exceptions, _today(now), within=SOON)) if opening else (),
    )


def card(body: Organisation, language: str, now: datetime) -> Card:
    """Return `body` in `language` as of `now`. Superseded contacts are left out altogether."""
    phones = tuple(call_line(phone, language, now) for phone in body.current_phones)
    return Card(
        id=body.id,
        kind=body.kind,
        name=say(body.name, language),
        abbreviation=say(body.abbreviation, language) if body.abbreviation else "",
        go_for=say(body.go_for, language),
        not_for=say(body.not_for, language),
        how_to_find=say(body.how_to_find, language) if body.how_to_find else "",
        successor_of=say(body.successor_of, language) if body.successor_of else "",
        not_known=say(body.not_known, language) if body.not_known else "",
        phones=phones,
        emails=tuple(email.address for email in body.current_emails),
        websites=tuple(site.url for site in body.current_websites),
        messengers=tuple((item.app, item.address) for item in body.messengers),
        address=say(body.address, language) if body.address else "",
        address_unconfirmed=say(body.address_unconfirmed, language) if body.address_unconfirmed else "",
        doubts=tuple(_doubts(body, language)),
        open=_together(line.open for line in phones if not line.is_silent),
        hours=body.hours,
        exceptions=tuple(upcoming(body.exceptions, _today(now))),
    )


def _today(now: datetime) -> date:
    return now.astimezone(KYIV).date()


def _doubts(body: Organisation, language: str) -> Iterable[Doubt]:
    contacts: list[tuple[str, str, Contact]] = [
        *((number_text(phone.number), say(phone.label, language), phone) for phone in body.phones),
        *((email.address, "", email) for email in body.emails),
        *((site.url, "", site) for site in body.websites),
    ]
    for text, label, contact in contacts:
        if contact.standing is not Status.UNCLEAR:
            continue
        if contact.reason is not None:
            yield Doubt(text, label, say(contact.reason, language), contact.source)
        elif isinstance(contact, Phone):
            yield Doubt(text, label, "", contact.source, contact.heard.tried_on)


def _together(states: Iterable[Open]) -> Open:
    """A body is open if any line is; closed only if every line is known to be."""
    found = set(states)
    if Open.YES in found:
        return Open.YES
    return Open.NO if found == {Open.NO} else Open.UNKNOWN

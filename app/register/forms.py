"""What staff type of entries: read into values, with every fault beside its field and nothing that was typed lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext

from app.kernel.dates import PartialDate
from app.register.entry import DATES, Basis, Entry, Item, Status, entry_of
from app.register.labels import FAULTS
from app.register.person import Person
from app.register.written import (
    NAME_LENGTH,
    PLACE_LENGTH,
    TEXT_LENGTH,
    Fault,
    FaultError,
    clean,
    read_date,
    read_item,
    read_status,
    read_written,
)

PARTS = ("day", "month", "year")
SINCE = "since"
CLAIMED = (
    Item.SURNAME, Item.GIVEN, Item.PATRONYMIC, Item.BORN, Item.SEX, Item.FORMER_SURNAMES, Item.LATIN_SURNAME,
    Item.LATIN_GIVEN, Item.BORN_IN, Item.LIVED_IN, Item.MISSING_ON, Item.MISSING_FROM, Item.CATEGORY, Item.UNIT,
)  # fmt: skip
"""What an entry can be looked for by."""

_LONGEST = TEXT_LENGTH * 2
"""Characters of a field that are looked at and given back."""


@dataclass
class Typed:
    """What was typed, by name of the field, and every fault as (id of the field, text)."""

    values: dict[str, str]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def fault(self, name: str, fault: Fault) -> None:
        """Add a fault; that of a date stands at its day."""
        self.faults.append((f"{name}-day" if name in {*DATES, SINCE} else name, str(FAULTS[fault])))

    def say(self, name: str, text: str) -> None:
        """Add a fault in words."""
        self.faults.append((name, text))

    def wrong(self, id_: str) -> str:
        """Return the fault of a field, or nothing."""
        return next((text for name, text in self.faults if name == id_), "")

    def get(self, name: str) -> str:
        """Return what was typed into a field."""
        return self.values.get(name, "")


def names_of(items: Iterable[str]) -> list[str]:
    """Return the names of the fields of these items: a date has three."""
    return [
        name
        for item in items
        for name in ([f"{item}-{part}" for part in PARTS] if item in {*DATES, SINCE} else [str(item)])
    ]


def typed_of(form: Mapping[str, Any], names: Iterable[str]) -> Typed:
    """Return what stands in these fields of a form that was sent."""
    return Typed({name: str(form.get(name, ""))[:_LONGEST] for name in names})


def typed_from(texts: Mapping[Item, str]) -> Typed:
    """Return a form that shows these texts."""
    found = Typed({})
    for item, text in texts.items():
        if item in DATES:
            year, month, day = (*text.split("-"), "", "", "")[:3]
            values = {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}
            found.values |= {f"{item}-{part}": values[part] for part in PARTS}
        else:
            found.values[item] = text
    return found


def date_text(typed: Typed, name: str) -> str:
    """Return the day, month and year of a date as one text; what is no number makes it no date."""
    day, month, year = (" ".join(typed.get(f"{name}-{part}").split()) for part in PARTS)
    if not (day or month or year):
        return ""
    # A gap, as a day without its month, must not pass for the date that is left.
    known = [day or "?", month or "?", year or "?"] if day else [month, year or "?"] if month else [year]
    return ".".join(known)


def texts_typed(typed: Typed, items: Iterable[Item]) -> dict[Item, str]:
    """Return what was typed of these items as texts."""
    return {item: date_text(typed, item) if item in DATES else typed.get(item) for item in items}


def read_entry_form(typed: Typed, *, today: date) -> Entry | None:
    """Return the entry that was typed, or None with the faults added."""
    read = read_written(texts_typed(typed, Item), today=today)
    for item, fault in read.faults:
        typed.fault(item, fault)
    return read.entry


def read_claim(typed: Typed, *, today: date) -> Person | None:
    """Return the person who was asked for, or None with the faults added."""
    found: dict[Item, str] = {}
    for item, text in texts_typed(typed, CLAIMED).items():
        try:
            found[item] = read_item(item, text, today=today)
        except FaultError as error:
            typed.fault(item, error.fault)
    named = found.get(Item.SURNAME) or found.get(Item.LATIN_SURNAME)
    if not typed.faults and not named and not (found.get(Item.GIVEN) and found.get(Item.BORN)):
        typed.say(Item.SURNAME, gettext("Write a surname, or a given name and the date of birth."))
    return None if typed.faults else entry_of(found).person


def read_basis(typed: Typed, *, today: date, missing_on: PartialDate | None) -> tuple[Status, Basis] | None:
    """Return the status that was typed with its date and source, or None with the faults added."""
    before = len(typed.faults)
    status, since, source = Status.SEARCHING, None, ""
    try:
        status = read_status(typed.get("status"))
    except FaultError as error:
        typed.fault("status", error.fault)
    try:
        since = read_date(date_text(typed, SINCE), today=today)
        if missing_on and since.latest < missing_on.earliest:
            raise FaultError(Fault.BEFORE_MISSING)
    except FaultError as error:
        typed.fault(SINCE, error.fault)
    try:
        source = clean(typed.get("source"))
        if not source:
            raise FaultError(Fault.NO_SOURCE)
        if len(source) > PLACE_LENGTH:
            raise FaultError(Fault.LONG)
    except FaultError as error:
        typed.fault("source", error.fault)
    return None if since is None or len(typed.faults) > before else (status, Basis(since, source))


def read_reason(typed: Typed, name: str = "reason") -> str:
    """Return the reason that was typed; where there is none, a fault is added."""
    try:
        reason = clean(typed.get(name))
        if len(reason) > PLACE_LENGTH + NAME_LENGTH:
            raise FaultError(Fault.LONG)
    except FaultError as error:
        typed.fault(name, error.fault)
        return ""
    if not reason:
        typed.say(name, gettext("Write the reason: it must be understood years later."))
    return reason


def read_number(text: str) -> int:
    """Return a whole number that a hidden field or an address holds, 0 where it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

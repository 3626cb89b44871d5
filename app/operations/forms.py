"""The auditor's forms: which records are asked for, and the button that checks the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm

from app.audit.model import Event, is_reference
from app.audit.store import Wanted
from app.kernel.dates import KYIV, PartialDate

PARTS = ("day", "month", "year")
_LONGEST = 20
"""Digits of the number of a record, and more than any part of a date has."""


class VerifyForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the proof that the button was pressed on our own page."""


@dataclass
class Asked:
    """What the auditor asked for: the records, and every fault of the address as (id of the field, text)."""

    typed: Mapping[str, str]
    wanted: Wanted
    before: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)

    @property
    def filters(self) -> str:
        """The filters as a reference for the audit record. Which subject was asked for stands as its subject."""
        wanted = self.wanted
        named = {
            "by": wanted.actor.removeprefix("account:"),
            "event": wanted.event,
            "from": f"{wanted.since.astimezone(KYIV):%Y-%m-%d}" if wanted.since else "",
            "to": f"{wanted.until.astimezone(KYIV) - timedelta(days=1):%Y-%m-%d}" if wanted.until else "",
            "older": str(self.before or ""),
        }
        text = ",".join(f"{name}={value}" for name, value in named.items() if value)
        return text if is_reference(text) else "many" if text else "none"


def read_asked(arguments: Mapping[str, Any]) -> Asked:
    """Read the address of the auditor's page. What cannot be read is a fault, and asks for nothing."""
    names = ("actor", "subject", "event", *(f"{end}-{part}" for end in ("from", "to") for part in PARTS), "before")
    typed = {name: str(arguments.get(name, "")).strip()[:200] for name in names}
    faults: list[tuple[str, str]] = []
    if typed["actor"] and not is_reference(typed["actor"]):
        faults.append(("actor", gettext("Choose a person from the list.")))
    if typed["subject"] and not is_reference(typed["subject"]):
        faults.append(
            (
                "subject",
                gettext(
                    "A reference has Latin letters and digits only, such as account:6f0c. Names are not kept here."
                ),
            )
        )
    if typed["event"] and typed["event"] not in set(Event):
        faults.append(("event", gettext("Choose an event from the list.")))
    since, until = _day(typed, "from", faults), _day(typed, "to", faults)
    if since and until and since.earliest > until.latest:
        faults.append(("to-day", gettext("The period ends before it begins.")))
    before = typed["before"]
    wanted = Wanted(
        actor=typed["actor"],
        subject=typed["subject"],
        event=typed["event"],
        since=_midnight(since.earliest) if since else None,
        until=_midnight(until.latest + timedelta(days=1)) if until else None,
    )
    is_number = before.isascii() and before.isdigit() and len(before) < _LONGEST - 1
    return Asked(typed, Wanted() if faults else wanted, int(before) if is_number else 0, faults)


def _day(typed: Mapping[str, str], end: str, faults: list[tuple[str, str]]) -> PartialDate | None:
    """Return the day, month or year that was typed."""
    day, month, year = (typed[f"{end}-{part}"] for part in PARTS)
    if not (day or month or year):
        return None
    try:
        found = PartialDate.parse("-".join([year, *([month] if month or day else []), *([day] if day else [])]))
        if not 2000 <= found.year <= 2999:
            raise ValueError("no year of this record")
    except ValueError:
        faults.append((f"{end}-day", gettext("There is no such date. A year, or a month and a year, will do.")))
        return None
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), KYIV).astimezone(UTC)

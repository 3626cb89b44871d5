"""What an extract prints of an entry, so that a change of anything else makes no extract out of date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.documents.extract import LONGEST_TEXT
from app.kernel.dates import PartialDate
from app.register.entry import Entry, Standing, current


@dataclass(frozen=True)
class Printed:
    """The lines of an extract that come from the register, cut as the page cuts them."""

    names: tuple[str, ...] = field(repr=False)
    born: PartialDate | None = field(repr=False)
    status: str
    status_since: PartialDate
    status_source: str = field(repr=False)
    category: str
    missing_on: PartialDate | None = field(repr=False)
    missing_from: str = field(repr=False)
    police_unit: str = field(repr=False)
    proceeding: str = field(repr=False)


def printed(entry: Entry, standing: Standing) -> Printed:
    """Return what an extract on `entry` prints while `standing` is its status."""
    person = entry.person
    return Printed(
        names=(person.surname, person.given, person.patronymic, person.latin_surname, person.latin_given),
        born=person.born,
        status=standing.status.value,
        status_since=standing.basis.since,
        status_source=standing.basis.source[:LONGEST_TEXT],
        category=person.category,
        missing_on=person.missing_on,
        missing_from=person.missing_from[:LONGEST_TEXT],
        police_unit=entry.police_unit[:LONGEST_TEXT],
        proceeding=entry.proceeding[:LONGEST_TEXT],
    )


def standing_at(history: Sequence[Standing], moment: datetime) -> Standing:
    """Return the status that held at a moment by what was recorded until then, by the clocks of several machines."""
    return current([standing for standing in history if standing.recorded_at <= moment] or history[:1])

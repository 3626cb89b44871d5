"""An entry of the register: a person as recorded, how they went missing, who searches, and every status they had."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.kernel.dates import PartialDate
from app.register.person import Person, Sex, read_person


class Category(StrEnum):
    """Who the person is (law 2505-VIII: military and civilians, children, foreigners and stateless persons)."""

    MILITARY = "military"
    CIVILIAN = "civilian"
    CHILD = "child"
    FOREIGNER = "foreigner"
    """A foreigner or a stateless person who was lawfully in Ukraine."""


class Cause(StrEnum):
    """The special circumstances under which people go missing (law 2505-VIII, article 1)."""

    CONFLICT = "armed-conflict"
    HOSTILITIES = "hostilities"
    OCCUPATION = "occupation"
    NATURAL = "natural-emergency"
    TECHNOGENIC = "technogenic-emergency"


class Status(StrEnum):
    """What is known of the person, in the words of the body that keeps the state register."""

    SEARCHING = "searching"
    CAPTIVITY = "captivity-confirmed"
    """The place is unknown, so the entry stays and the search goes on."""
    DECLARED_DEAD = "declared-dead"
    """By a court, while no remains are found: the search goes on."""
    RETURNED = "returned"
    """Whereabouts established: back in Ukraine."""
    ABROAD = "abroad"
    """Whereabouts established: in a country with an agreement on legal assistance."""
    IDENTIFIED_DEAD = "identified-dead"


SEARCHED = frozenset({Status.SEARCHING, Status.CAPTIVITY, Status.DECLARED_DEAD})
"""Statuses under which the search goes on."""


class Item(StrEnum):
    """One thing that an entry records, by its name in mappings, corrections and forms."""

    SURNAME = "surname"
    GIVEN = "given"
    PATRONYMIC = "patronymic"
    FORMER_SURNAMES = "former_surnames"
    LATIN_SURNAME = "latin_surname"
    LATIN_GIVEN = "latin_given"
    BORN = "born"
    SEX = "sex"
    BORN_IN = "born_in"
    LIVED_IN = "lived_in"
    MISSING_ON = "missing_on"
    MISSING_FROM = "missing_from"
    CATEGORY = "category"
    UNIT = "unit"
    CAUSE = "cause"
    CIRCUMSTANCES = "circumstances"
    POLICE_UNIT = "police_unit"
    PROCEEDING = "proceeding"


DATES = frozenset({Item.BORN, Item.MISSING_ON})
"""Items that hold a partial date; texts keep it as ``2025-03-28``, ``2025-03`` or ``2025``."""

BETWEEN = "; "
"""What stands between former surnames in a text."""


@dataclass(frozen=True)
class Entry:
    """What the register records of one missing person, its statuses apart."""

    person: Person
    cause: Cause | None = None
    circumstances: str = ""
    police_unit: str = ""
    proceeding: str = ""

    @property
    def rest_text(self) -> str:
        """What is recorded beside the person, as the JSON text that `read_entry` reads."""
        rest = {
            "cause": self.cause, "circumstances": self.circumstances, "police_unit": self.police_unit,
            "proceeding": self.proceeding,
        }  # fmt: skip
        return json.dumps({name: value for name, value in rest.items() if value}, ensure_ascii=False)


def read_entry(person: str, rest: str) -> Entry:
    """Read what `Person.as_text` and `Entry.rest_text` wrote. Raises ValueError or TypeError for anything else."""
    known = json.loads(rest or "{}")
    if "cause" in known:
        known["cause"] = Cause(known["cause"])
    return Entry(read_person(person), **known)


def texts_of(entry: Entry) -> dict[Item, str]:
    """Return everything an entry records as texts, the empty ones too: what forms show and corrections compare."""
    person = entry.person
    found: dict[Item, str] = {}
    for item in Item:
        value = getattr(entry, item) if hasattr(entry, item) else getattr(person, item)
        found[item] = BETWEEN.join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    return found


def entry_of(texts: Mapping[Item, str]) -> Entry:
    """Return the entry that `texts_of` gives these texts for. Raises ValueError for a code or a date that is none."""
    known = {item: texts.get(item, "").strip() for item in Item}
    born, missing_on = known[Item.BORN], known[Item.MISSING_ON]
    person = Person(
        surname=known[Item.SURNAME],
        given=known[Item.GIVEN],
        patronymic=known[Item.PATRONYMIC],
        former_surnames=tuple(
            name for name in (part.strip() for part in known[Item.FORMER_SURNAMES].split(BETWEEN.strip())) if name
        ),
        latin_surname=known[Item.LATIN_SURNAME],
        latin_given=known[Item.LATIN_GIVEN],
        born=PartialDate.parse(born) if born else None,
        sex=Sex(known[Item.SEX]) if known[Item.SEX] else None,
        born_in=known[Item.BORN_IN],
        lived_in=known[Item.LIVED_IN],
        missing_from=known[Item.MISSING_FROM],
        missing_on=PartialDate.parse(missing_on) if missing_on else None,
        category=Category(known[Item.CATEGORY]) if known[Item.CATEGORY] else "",
        unit=known[Item.UNIT],
    )
    return Entry(
        person,
        Cause(known[Item.CAUSE]) if known[Item.CAUSE] else None,
        known[Item.CIRCUMSTANCES],
        known[Item.POLICE_UNIT],
        known[Item.PROCEEDING],
    )


@dataclass(frozen=True)
class Changed:
    """One item that a correction changed."""

    item: Item
    before: str
    after: str


def changes(before: Entry, after: Entry) -> tuple[Changed, ...]:
    """Return what differs between two versions of an entry."""
    old, new = texts_of(before), texts_of(after)
    return tuple(Changed(item, old[item], new[item]) for item in Item if old[item] != new[item])


@dataclass(frozen=True)
class Basis:
    """Since when a status holds, and which document or body says so."""

    since: PartialDate
    source: str

    def as_text(self) -> str:
        """Return the basis as the JSON text that `read_basis` reads."""
        return json.dumps({"since": str(self.since), "source": self.source}, ensure_ascii=False)


def read_basis(text: str) -> Basis:
    """Read what `Basis.as_text` wrote. Raises ValueError or KeyError for anything else."""
    known = json.loads(text)
    return Basis(PartialDate.parse(known["since"]), known["source"])


@dataclass(frozen=True)
class Standing:
    """A status as it was recorded: never changed afterwards, only followed by another."""

    status: Status
    basis: Basis
    recorded_at: datetime
    recorded_by: str
    """The reference of an account or a command."""


def current(history: Sequence[Standing]) -> Standing:
    """Return the status that holds, of a history in the order of recording: the latest by its date, not by its entry.

    What is learnt late about an earlier time does not undo a later status. Raises ValueError for an empty history.
    """
    return max(enumerate(history), key=lambda pair: (pair[1].basis.since.earliest, pair[0]))[1]


@dataclass(frozen=True)
class Correction:
    """What somebody changed in an entry, when and why; the old values stay here."""

    changes: tuple[Changed, ...]
    reason: str
    corrected_at: datetime
    corrected_by: str

    @staticmethod
    def sealed_text(changes: Sequence[Changed], reason: str) -> str:
        """Return changes and reason as the JSON text that `read_changes` reads."""
        told = {"reason": reason, "changes": {change.item: [change.before, change.after] for change in changes}}
        return json.dumps(told, ensure_ascii=False)


def read_changes(text: str) -> tuple[tuple[Changed, ...], str]:
    """Read what `Correction.sealed_text` wrote. Raises ValueError or KeyError for anything else."""
    told = json.loads(text)
    found = tuple(Changed(Item(item), before, after) for item, (before, after) in told["changes"].items())
    return found, told["reason"]


@dataclass(frozen=True)
class Merger:
    """That an entry was found to be of the same person as another, and perhaps that this was taken back."""

    kept: int
    gone: int
    reason: str
    merged_at: datetime
    merged_by: str
    undone_reason: str = ""
    undone_at: datetime | None = None
    undone_by: str = ""

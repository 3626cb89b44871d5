"""Entries of invented people for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.kernel.dates import PartialDate
from app.register.entries import actions
from app.register.entries.store import duplicates
from app.register.entry import Basis, Category, Cause, Entry, Status
from app.register.person import Person, Sex
from app.storage.engine import Session

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
CLERK, OTHER = "account:clerk", "account:other"
PERSON = Person(
    surname="Вигаданенко", given="Остап", patronymic="Северинович", former_surnames=("Примарський",),
    latin_surname="Vyhadanenko", latin_given="Ostap", born=PartialDate(1991, 3, 14), sex=Sex.MALE,
    born_in="Полтава", lived_in="Миргород", missing_from="Бахмут", missing_on=PartialDate(2023, 2),
    category=Category.MILITARY, unit="907 окрема бригада",
)  # fmt: skip
ENTRY = Entry(PERSON, Cause.HOSTILITIES, "Не вийшов на зв’язок", "Миргородський РВП", "12023170000000777")
BASIS = Basis(PartialDate(2023, 2, 20), "заява дружини, Миргородський РВП")


def recorded(session: Session, entry: Entry = ENTRY, *, at: datetime = NOW, demo: bool = False) -> int:
    """Record an entry and return its number."""
    return actions.record_entry(session, entry, Status.SEARCHING, BASIS, actor=CLERK, now=at, demo=demo)


def with_person(**changed: object) -> Entry:
    """Return the entry with another person in it."""
    return replace(ENTRY, person=replace(PERSON, **changed))  # type: ignore[arg-type]


def two_records_of_one(session: Session) -> tuple[int, int]:
    """Record one person twice, as two police units would, with dates of birth that differ."""
    first = recorded(session)
    other = with_person(
        surname="Примарський",
        former_surnames=(),
        latin_surname="",
        born=PartialDate(1989, 7, 2),
        missing_from="Соледар",
    )
    return first, recorded(session, other)


def seal_something(session: Session) -> None:
    """Write into every sealed column of the register."""
    first, second = recorded(session), recorded(session)
    (proposal, *_) = duplicates(session)
    actions.dismiss(session, proposal.id, reason="двоє", actor=CLERK, now=NOW)
    actions.correct(session, first, with_person(unit=""), version=1, reason="описка", actor=CLERK, now=NOW)
    actions.merge(session, first, second, versions=(2, 1), reason="одна людина", actor=CLERK, now=NOW)
    actions.unmerge(session, second, version=2, reason="ні", actor=CLERK, now=NOW)

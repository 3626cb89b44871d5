"""Invented families who ask about the demonstration entries, one request for each stage of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.extracts.draft import Page
from app.register.demo import demo_entries
from app.register.person import Person

MAIL = "demo-family@example.org"
"""No letter can arrive there: the name is kept free for such addresses (RFC 2606)."""

QUESTION = "Демонстраційне запитання: яке прізвище було до шлюбу?"
REFUSAL = "Демонстраційна відмова: з документів не видно спорідненості."


class Stage(StrEnum):
    """How far an invented request has come."""

    FILED = "filed"
    ASKED = "asked"
    PROPOSED = "proposed"
    ISSUED = "issued"
    NO_ENTRY = "no-entry"
    REFUSED = "refused"


@dataclass(frozen=True)
class DemoRequest:
    """An invented request. `entry` is its place among the demonstration entries, or -1 where the register has none."""

    stage: Stage
    days_ago: int
    entry: int
    answers: Mapping[Page, Mapping[str, str]]


def demo_requests() -> list[DemoRequest]:
    """Return the invented requests, always the same, the oldest first."""
    people = [one.entry.person for one in demo_entries()]
    return [
        DemoRequest(stage, days_ago, entry, _answers(people[entry], kinship, purposes, language, slip=slip))
        for stage, days_ago, entry, kinship, purposes, language, slip in _REQUESTS
    ] + [DemoRequest(Stage.NO_ENTRY, 20, -1, _answers(_UNKNOWN, "sibling", "search", "uk"))]


_REQUESTS = (
    (Stage.FILED, 50, 2, "child", "pension", "uk", ""),
    (Stage.ISSUED, 40, 1, "spouse", "pay benefits", "uk", ""),
    (Stage.REFUSED, 30, 10, "partner", "guardianship_of_child", "uk", ""),
    (Stage.PROPOSED, 9, 1, "parent", "pension", "uk", ""),
    (Stage.ASKED, 8, 4, "sibling", "deferral", "en", ""),
    (Stage.FILED, 5, 8, "spouse", "pay", "uk", "surname"),
    (Stage.FILED, 3, 13, "parent", "court", "en", "days"),
    (Stage.FILED, 1, 16, "spouse", "benefits search", "uk", ""),
)
"""Stage, days ago, entry, kinship, purposes, language of the answer, and what was mistyped."""

_UNKNOWN = Person(surname="Демонстраційний", given="Вигадан", patronymic="Невідомович")


def _answers(
    person: Person, kinship: str, purposes: str, language: str, *, slip: str = ""
) -> Mapping[Page, Mapping[str, str]]:
    born = person.born
    day, month = (born.day, born.month) if born else (None, None)
    if slip == "days":
        day, month = month, day
    date = {"born-day": day or 14, "born-month": month or 6, "born-year": born.year if born else 1985}
    return {
        Page.KINSHIP: {"kinship": kinship},
        Page.PERSON: {
            "surname": person.surname.replace("ці", "ци") if slip == "surname" else person.surname,
            "given": person.given,
            "patronymic": person.patronymic,
            **{name: str(value) for name, value in date.items()},
        },
        Page.APPLICANT: {
            "surname": "Демонстраційна", "given": "Родина", "patronymic": "Прикладівна",
            "born-day": "7", "born-month": "8", "born-year": "1970",
        },
        Page.PURPOSE: {"purposes": purposes},
        # Each family has its own address, or all would be taken for one applicant.
        Page.CONTACT: {"channel": "email", "email": f"{kinship}-{purposes.split()[0]}-{MAIL}", "language": language},
        Page.PAPERS: {"later": "1"},
    }  # fmt: skip

"""Extracts as the tests issue them, with a seal of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.documents.extract import LONGEST_HEAD, LONGEST_NAME, LONGEST_TEXT, Certified, ExtractData, Recorded
from app.documents.words import PURPOSES, Words
from app.kernel.dates import PartialDate

ISSUED_AT = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
OFFICIAL = Certified("Орган, що видає витяги", "4F3A91C277D01B5E", is_development=False)
DEVELOPMENT = Certified("Dorohovkaz DEVELOPMENT certificate", "4F3A91C277D01B5E", is_development=True)

FOUND = ExtractData(
    number="2026-000123",
    code="7K3M-9PX4-2HAC",
    issued_at=ISSUED_AT,
    as_of=datetime(2026, 11, 25, 14, 58, tzinfo=UTC),
    surname="Демонстраційний",
    given="Остап",
    patronymic="Северинович",
    latin_surname="Demonstratsiinyi",
    latin_given="Ostap",
    born=PartialDate(1987, 3),
    purposes=("deferral",),
    kinship="parent",
    issuer=Words("Демонстраційна установа", "Demonstration office"),
    verify_page="https://dorohovkaz.example/uk/verify",
    recorded=Recorded(
        status="searching",
        status_since=PartialDate(2024, 5, 17),
        status_source="демонстраційне джерело",
        category="military",
        missing_on=PartialDate(2024, 5, 16),
        missing_from="Бахмут",
        police_unit="Демонстраційний підрозділ поліції",
        proceeding="ДЕМО-001",
    ),
)
NOT_FOUND = replace(FOUND, latin_surname="", latin_given="", recorded=None)


def longest() -> ExtractData:
    """Return an extract whose every text is as long as it may be, in the widest letters."""
    unit = "Головне управління Національної поліції, відділ розшуку осіб, зниклих безвісти за особливих обставин; "
    text = (unit * 4)[:LONGEST_TEXT]
    return replace(
        FOUND,
        surname=("Щедрогостинна-Жовтоводська-" * 9)[:LONGEST_NAME],
        given="Ж" * LONGEST_NAME,
        patronymic=("Шанувальниківна " * 9)[:LONGEST_NAME],
        latin_surname=("Shchedrohostynna-Zhovtovodska-" * 9)[:LONGEST_NAME],
        latin_given="W" * LONGEST_NAME,
        purposes=tuple(PURPOSES),
        kinship="great_grandchild",
        issuer=Words(text[:LONGEST_HEAD], ("Office for Missing Persons " * 9)[:LONGEST_HEAD]),
        verify_page=("https://" + "dorohovkaz-" * 20)[:LONGEST_HEAD],
        recorded=Recorded(
            "declared-dead", PartialDate(2024, 9, 17), text, "foreigner", PartialDate(2024, 9, 16), text, text, text
        ),
    )

"""What a family is told of who did what with its case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.audit.model import Event
from app.cases.family.labels import DONE
from app.cases.family.looks import TOLD, By, Look, gathered

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def look(record: int, what: Event = Event.CASE_READ, name: str = "Анна", at: datetime = AT) -> Look:
    return Look(record, at, what, By.HELPER, name)


def test_what_was_done_in_a_row_on_one_day_is_one_line_and_nothing_else_is_put_together() -> None:
    yesterday = AT - timedelta(days=1)
    found = gathered(
        [look(9), look(8), look(7, Event.CASE_CHANGED), look(6), look(5, name="Богдан"), look(4, at=yesterday)]
    )
    assert [(one.what, one.name, one.times) for one in found] == [
        (Event.CASE_READ, "Анна", 2), (Event.CASE_CHANGED, "Анна", 1), (Event.CASE_READ, "Анна", 1),
        (Event.CASE_READ, "Богдан", 1), (Event.CASE_READ, "Анна", 1),
    ]  # fmt: skip
    assert found[0].at == AT


def test_nothing_that_is_recorded_on_a_case_or_a_consent_is_kept_from_its_family() -> None:
    of_a_case = {event for event in Event if event.value.startswith(("case.", "consent."))}
    assert of_a_case - set(TOLD) == {Event.CASE_ERASED}, "of an erased case nothing is read any more"
    assert set(DONE) == set(TOLD)

"""What opens a family's own page, and what it is told there of who did what with its case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from app.accounts.model import Role
from app.audit.model import Event
from app.cases import actions as cases
from app.cases.actions import UnknownCaseError
from app.cases.family import actions
from app.cases.family.labels import DONE
from app.cases.family.looks import TOLD, By, Look, gathered
from app.storage.database import Database
from tests.families import NOW, OURS, inside, join, opened

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


def test_the_key_of_a_device_opens_one_case_until_a_new_passphrase_is_made(database: Database) -> None:
    anna = join(database, "anna@example.org", OURS)
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        opens = cases.passphrase_of(session, cases.read_case(session, id_, who=anna, now=NOW), now=NOW)
    with database.writing() as session:
        key = actions.open_page(session, opens.reference, opens.passphrase, now=NOW)
    with database.reading() as session:
        assert actions.own_page(session, key, now=NOW).id == id_
    for wrong in ("", id_, f"{id_}.0", key[1:]):
        with pytest.raises(UnknownCaseError), database.reading() as session:
            actions.own_page(session, wrong, now=NOW)
    with inside(database, OURS) as session:
        cases.new_phrase(session, id_, who=anna, random=Random(3), now=NOW + timedelta(minutes=1))
    with pytest.raises(UnknownCaseError), database.reading() as session:
        actions.own_page(session, key, now=NOW)


def test_helpers_are_named_as_their_organisation_calls_them_and_its_coordinator_where_they_looked(
    database: Database,
) -> None:
    anna, lead = join(database, "anna@example.org", OURS), join(database, "lead@example.org", OURS, Role.COORDINATOR)
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        case = cases.read_case(session, id_, who=lead, now=NOW)
        cases.list_cases(session, who=lead, state=case.state, now=NOW)
    with inside(database, OURS) as session:
        assert actions.helpers(session, case) == ["anna"]
        found, further = actions.looks(session, case)
    assert [(one.what, one.by, one.name) for one in found] == [
        (Event.CASE_READ, By.HELPER, "lead"), (Event.CASE_OPENED, By.HELPER, "anna"),
    ]  # fmt: skip
    assert further == 0

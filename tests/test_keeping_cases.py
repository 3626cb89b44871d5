"""How long a case is kept: its family is told, and then nothing is left of it but a tombstone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.cases import actions, store
from app.cases.actions import PHRASE_SHOWN, Who
from app.cases.keeping import actions as keeping
from app.cases.keeping.model import NOTICE, is_erasure_due, is_notice_due
from app.cases.model import Closing, State
from app.cases.referring.store import OutcomeRow
from app.extracts.actions import WrongPassphraseError
from app.extracts.draft import Page
from app.outbox.model import Kind
from app.storage.database import Database
from app.storage.engine import Table
from app.storage.folder import Folder
from app.storage.shelf import Shelf
from tests.test_cases import NOW, OURS, TOLD, anna, bohdan, inside, lead, listed, neighbour, opened
from tests.test_listening import letters

__all__ = ["anna", "bohdan", "lead", "neighbour"]

CLOSED = NOW + timedelta(days=10)
DAYS = st.dates(date(2026, 1, 1), date(2030, 1, 1))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Folder(tmp_path / "files")


@given(erase_on=DAYS, noticed_on=DAYS | st.none(), today=DAYS)
def test_nothing_is_erased_before_its_family_had_a_whole_notice(
    erase_on: date, noticed_on: date | None, today: date
) -> None:
    if is_erasure_due(erase_on, noticed_on, today):
        assert noticed_on is not None
        assert today >= erase_on
        assert today - noticed_on >= NOTICE
    assert not (is_notice_due(erase_on, noticed_on, today) and is_erasure_due(erase_on, noticed_on, today))


def closed(database: Database, who: Who) -> str:
    told = {**TOLD, Page.CONTACT: {**TOLD[Page.CONTACT], "email": "hanna@example.org"}}
    id_ = opened(database, who, told)
    with inside(database, OURS) as session:
        actions.close(session, id_, Closing.HELPED, who=who, now=CLOSED)
    return id_


def state_of(database: Database, id_: str) -> str:
    with inside(database, OURS) as session:
        row = store.find_case(session, id_)
        assert row is not None
        return row.state


def test_a_closed_case_is_erased_a_year_later_and_its_family_is_told_a_month_before(
    database: Database, shelf: Shelf, anna: Who, lead: Who
) -> None:
    id_ = closed(database, anna)
    day = CLOSED + actions.KEPT
    assert keeping.keep(database, shelf, now=day - NOTICE - timedelta(days=1)) == (0, 0)
    for _ in range(2):
        keeping.keep(database, shelf, now=day - NOTICE)
    assert [letter.kind for letter in letters(database, day)] == [Kind.CASE_TO_BE_ERASED]
    assert keeping.keep(database, shelf, now=day - timedelta(days=1)) == (0, 0)
    assert keeping.keep(database, shelf, now=day) == (0, 1)
    assert state_of(database, id_) == State.ERASED
    assert listed(database, lead, state=State.ERASED) == [""]


def test_where_the_notice_was_late_the_case_waits_for_it(database: Database, shelf: Shelf, anna: Who) -> None:
    id_ = closed(database, anna)
    late = CLOSED + actions.KEPT + timedelta(days=5)
    assert keeping.keep(database, shelf, now=late) == (1, 0)
    assert keeping.keep(database, shelf, now=late + NOTICE - timedelta(days=1)) == (0, 0)
    assert keeping.keep(database, shelf, now=late + NOTICE) == (0, 1)
    assert state_of(database, id_) == State.ERASED


def test_of_an_erased_case_nothing_is_left_but_number_and_days(
    database: Database, shelf: Shelf, anna: Who, lead: Who
) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        opens = actions.passphrase_of(session, actions.read_case(session, id_, who=anna, now=NOW), now=NOW)
        actions.close(session, id_, Closing.ASKED, who=anna, now=NOW)
    with inside(database, OURS) as session:
        keeping.erase(session, shelf, id_, who=lead, now=NOW)
    with inside(database, OURS) as session:
        row = store.find_case(session, id_)
        assert row is not None
        assert row.reference == opens.reference
        assert (row.answers, row.route, row.passphrase) == (None, None, None)
        for part in {mapper.class_ for mapper in Table.registry.mappers}:
            if issubclass(part, store.OfOrganisation) and part not in (store.CaseRow, store.LineRow):
                assert session.scalars(select(part)).all() == [], part
        assert [line.what for line in store.lines(session, id_)] == ["erased"]
    with pytest.raises(actions.UnknownCaseError), inside(database, OURS) as session:
        actions.read_case(session, id_, who=lead, now=NOW)
    with database.session(writes=True) as session, pytest.raises(WrongPassphraseError):
        actions.open_own(session, opens.reference, opens.passphrase, now=NOW)
    with database.session(writes=True) as session, pytest.raises(actions.UnknownCaseError):
        actions.own_case(session, id_, now=NOW + PHRASE_SHOWN)


def test_an_open_case_is_not_erased_and_only_who_leads_erases(
    database: Database, shelf: Shelf, anna: Who, lead: Who, neighbour: Who
) -> None:
    id_ = opened(database, anna)
    for who, organisation, error in (
        (lead, OURS, keeping.StillOpenError),
        (anna, OURS, actions.UnknownCaseError),
        (neighbour, "demo-theirs", actions.UnknownCaseError),
    ):
        with pytest.raises(error), inside(database, organisation) as session:
            keeping.erase(session, shelf, id_, who=who, now=NOW)
    assert state_of(database, id_) == State.OPEN


def test_a_case_that_is_opened_again_is_kept(database: Database, shelf: Shelf, anna: Who, lead: Who) -> None:
    id_ = closed(database, anna)
    day = CLOSED + actions.KEPT
    keeping.keep(database, shelf, now=day - NOTICE)
    with inside(database, OURS) as session:
        actions.reopen(session, id_, who=lead, now=day - NOTICE)
    assert keeping.keep(database, shelf, now=day) == (0, 0)
    assert state_of(database, id_) == State.OPEN


def test_every_part_of_a_case_names_its_case() -> None:
    parts = [mapper.class_ for mapper in Table.registry.mappers if issubclass(mapper.class_, store.OfOrganisation)]
    # What became of referrals is counted after the case is erased: nothing there leads to it.
    assert {part for part in parts if not hasattr(part, "case_id")} == {store.CaseRow, OutcomeRow}

"""Extracts that were issued in error are withdrawn by another officer, once; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest

from app.accounts.model import FourEyesError
from app.audit.store import Wanted, records
from app.extracts import actions as requests
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import Outcome, Validity
from app.extracts.desk.store import issued_on
from app.extracts.newer.actions import check_issued, wish
from app.extracts.request import Happened, State
from app.extracts.verifying.actions import Verified, verify
from app.extracts.withdrawing import actions
from app.extracts.withdrawing.withdrawal import Reason
from app.outbox.store import JobRow
from app.register.entries import actions as register
from app.storage.database import Database
from app.storage.folder import Folder
from tests.register_entries import CLERK, with_person
from tests.test_desk_requests import FIRST, SECOND, filed, issue, proposed

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
THIRD = "account:third"


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def issued(database: Database, shelf: Folder) -> str:
    """Issue an extract that FIRST has proposed and SECOND decided."""
    id_ = proposed(database)
    issue(database, shelf, id_)
    return id_


def withdraw(database: Database, id_: str, actor: str = THIRD, text: str = "Не на ту людину.") -> None:
    with database.writing() as session:
        actions.withdraw(session, id_, Reason.OTHER_PERSON, text, actor=actor, now=NOW)


def verified(database: Database, id_: str) -> Verified:
    with database.writing() as session:
        row = issued_on(session, id_)
        assert row is not None
        return verify(session, f"{row.year}-{row.number:06}", row.code, now=NOW)


def test_whoever_issued_it_cannot_withdraw_it_and_another_can(database: Database, shelf: Folder) -> None:
    id_ = issued(database, shelf)
    with pytest.raises(FourEyesError):
        withdraw(database, id_, actor=SECOND)
    assert verified(database, id_).validity is Validity.VALID
    withdraw(database, id_, actor=FIRST)
    assert verified(database, id_).validity is Validity.WITHDRAWN


def test_it_is_verified_as_withdrawn_with_its_day_and_handed_out_no_more(database: Database, shelf: Folder) -> None:
    id_ = issued(database, shelf)
    assert verified(database, id_).withdrawn_at is None
    withdraw(database, id_)
    assert verified(database, id_).withdrawn_at == NOW
    with database.writing() as session, pytest.raises(desk.NoExtractError):
        desk.fetch_extract(session, shelf, id_, now=NOW)


def test_the_applicant_reads_why_and_the_request_stays_answered(database: Database, shelf: Folder) -> None:
    id_ = issued(database, shelf)
    withdraw(database, id_)
    with database.reading() as session:
        found, followed = actions.issued(session, id_), requests.follow(session, id_)
        letters = session.query(JobRow).filter(JobRow.key.startswith("request-news:withdrawal:")).count()
        [event] = [one for one in records(session, Wanted()) if one.event == "extract.withdrawn"]
    assert found is not None
    assert found.withdrawal is not None
    assert (found.withdrawal.reason, found.withdrawal.text) == (Reason.OTHER_PERSON, "Не на ту людину.")
    assert (followed.state, followed.history[-1].what) == (State.ISSUED, Happened.EXTRACT_WITHDRAWN)
    assert letters == 1
    assert (event.actor, event.details) == (THIRD, {"reason": "other-person"})


def test_it_needs_a_text_and_an_extract_and_is_done_once(database: Database, shelf: Folder) -> None:
    id_, open_ = issued(database, shelf), filed(database)
    with pytest.raises(actions.NoReasonError):
        withdraw(database, id_, text=" ")
    with pytest.raises(actions.NothingIssuedError):
        withdraw(database, open_)
    with pytest.raises(requests.UnknownRequestError):
        withdraw(database, "0")
    start, late = Barrier(6), []

    def press(number: int) -> None:
        start.wait()
        try:
            withdraw(database, id_, actor=f"account:{number}")
        except actions.WithdrawnError:
            late.append(number)

    threads = [Thread(target=press, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(late) == 5


def test_a_withdrawn_extract_is_not_called_out_of_date(database: Database, shelf: Folder) -> None:
    id_ = issued(database, shelf)
    with database.writing() as session:
        row = issued_on(session, id_)
        assert row is not None
        assert row.entry is not None
        number = row.entry
        register.correct(
            session, number, with_person(surname="Інакшенко"), version=1, reason="описка", actor=CLERK, now=NOW
        )
    check_issued(database, f"entry:{number}", now=NOW)
    withdraw(database, id_)
    check_issued(database, f"entry:{number}", now=NOW)
    with database.reading() as session:
        assert not wish(session, id_).is_outdated
    assert not verified(database, id_).is_outdated


def test_an_extract_that_says_that_there_is_no_entry_can_be_withdrawn_too(database: Database, shelf: Folder) -> None:
    id_ = proposed(database, Outcome.NO_ENTRY)
    issue(database, shelf, id_)
    withdraw(database, id_)
    assert verified(database, id_).validity is Validity.WITHDRAWN

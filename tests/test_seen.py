"""“Who has seen my data”: everything done with one request, and nothing of any other; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from app.accounts import actions as accounts
from app.accounts.model import Role
from app.accounts.store import AccountRow
from app.audit.model import DECISIONS, READS, Event
from app.extracts import actions as requests
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import Outcome
from app.extracts.desk.store import issued_on
from app.extracts.request import Filed
from app.extracts.seen import actions
from app.extracts.seen.looks import TOLD, Look, Who
from app.extracts.verifying.actions import WrongCodeError, verify
from app.storage.database import Database
from app.storage.folder import Folder
from tests.asking import file_draft, filled
from tests.register_entries import recorded, with_person
from tests.test_desk_requests import FIRST, SECOND, drawn

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PERSON = with_person(surname="Прикладенко", given="Зразок", patronymic="Тестович")


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def filed(database: Database, shelf: Folder) -> Filed:
    return file_draft(database, filled(database, now=NOW, shelf=shelf), now=NOW)


def seen(database: Database, id_: str) -> list[Look]:
    """Return everything, the newest first, however many pages it fills."""
    found: list[Look] = []
    before = 0
    with database.reading() as session:
        while True:
            shown, before = actions.looks(session, id_, before=before)
            assert len(shown) <= actions.PAGE
            found += shown
            if not before:
                return found


def test_readings_of_request_papers_and_register_are_told_newest_first(database: Database, shelf: Folder) -> None:
    request = filed(database, shelf)
    with database.writing() as session:
        recorded(session, PERSON)
    with database.writing() as session:
        found = desk.read_request(session, request.id, actor=FIRST, now=NOW)
        desk.read_paper(session, shelf, request.id, found.papers[0].id, actor=SECOND, now=NOW)
    looks = seen(database, request.id)
    assert [look.what for look in looks] == [
        Event.FILE_READ, Event.ENTRIES_SEARCHED, Event.REQUEST_READ, Event.REQUEST_FILED, Event.FILE_RECEIVED,
    ]  # fmt: skip
    assert [look.officer for look in looks] == [2, 1, 1, 0, 0]
    assert [look.who for look in looks[-2:]] == [Who.YOU, Who.YOU]
    assert [look.record for look in looks] == sorted((look.record for look in looks), reverse=True)


def test_wrong_passphrases_and_verifications_are_told(database: Database, shelf: Folder) -> None:
    request = filed(database, shelf)
    with database.writing() as session:
        with pytest.raises(requests.WrongPassphraseError):
            requests.open_request(session, request.reference, "не та фраза", now=NOW)
        requests.open_request(session, request.reference, request.passphrase, now=NOW)
    with database.writing() as session:
        desk.propose(session, request.id, Outcome.NO_ENTRY, actor=FIRST, now=NOW)
        desk.issue(session, shelf, request.id, draw=drawn, random=Random(), actor=SECOND, now=NOW)
        issued = issued_on(session, request.id)
        assert issued is not None
        number, code = f"{issued.year}-{issued.number:06}", issued.code
    with database.writing() as session:
        verify(session, number, code, now=NOW)
        with pytest.raises(WrongCodeError):
            verify(session, number, "AAAA-AAAA-AAAA", now=NOW)
    told = [(look.what, look.who) for look in seen(database, request.id)]
    assert told[0] == (Event.EXTRACT_VERIFIED, Who.STRANGER)
    assert (Event.REQUEST_OPENING_REFUSED, Who.STRANGER) in told
    assert (Event.REQUEST_OPENED, Who.YOU) in told
    assert sum(what is Event.EXTRACT_VERIFIED for what, _ in told) == 1


def test_that_an_entry_was_found_or_a_decision_proposed_is_not_told(database: Database, shelf: Folder) -> None:
    request = filed(database, shelf)
    with database.writing() as session:
        desk.match(session, request.id, recorded(session, PERSON), actor=FIRST, now=NOW)
        desk.propose(session, request.id, Outcome.EXTRACT, actor=FIRST, now=NOW)
        desk.return_proposal(session, request.id, "ще раз", actor=SECOND, now=NOW)
    assert {look.what for look in seen(database, request.id)} == {Event.REQUEST_FILED, Event.FILE_RECEIVED}
    hidden = {Event.REQUEST_MATCHED, Event.REQUEST_PROPOSED, Event.REQUEST_RETURNED}
    assert not hidden & set(TOLD)
    whole = {event for event in Event if event.value.partition(".")[0] in ("request", "extract", "correction")}
    assert whole - hidden <= set(TOLD), "whatever is done with a request is told, unless somebody decides otherwise"
    assert {one for one in READS | DECISIONS if one.value.startswith("file.")} <= set(TOLD)


def test_of_another_relatives_request_nothing_is_told(database: Database, shelf: Folder) -> None:
    mine, other = filed(database, shelf), filed(database, shelf)
    before = seen(database, mine.id)
    with database.writing() as session:
        found = desk.read_request(session, other.id, actor=FIRST, now=NOW)
        assert found.circle, "staff see that both ask about one person"
        desk.read_paper(session, shelf, other.id, found.papers[0].id, actor=FIRST, now=NOW)
        desk.ask(session, other.id, "Яке прізвище?", actor=FIRST, now=NOW)
    assert seen(database, mine.id) == before


def test_many_readings_fill_pages_and_none_is_lost(database: Database, shelf: Folder) -> None:
    request = filed(database, shelf)
    for number in range(actions.PAGE):
        with database.writing() as session:
            desk.read_request(session, request.id, actor=f"account:{number % 3}", now=NOW)
    looks = seen(database, request.id)
    assert len(looks) == 2 + 2 * actions.PAGE
    assert len({look.record for look in looks}) == len(looks)
    assert {look.officer for look in looks} == {0, 1, 2, 3}


def test_officers_are_told_by_their_role(database: Database, shelf: Folder) -> None:
    request = filed(database, shelf)
    with database.writing() as session:
        accounts.add_demo_people(session, organisation="x", hash_password=str, now=NOW)
        people = session.query(AccountRow).all()
        by_role = {role: f"account:{row.id}" for row in people for role in row.roles}
        desk.read_request(session, request.id, actor=by_role[Role.REGISTRAR], now=NOW)
        desk.read_request(session, request.id, actor=by_role[Role.SUPERVISOR], now=NOW)
        desk.read_request(session, request.id, actor="account:gone", now=NOW)
    read = [look.who for look in seen(database, request.id) if look.what is Event.REQUEST_READ]
    assert read == [Who.OFFICER, Who.SUPERVISOR, Who.REGISTRAR]

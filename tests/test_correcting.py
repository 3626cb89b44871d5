"""Correction requests: ready with likely causes, sent once, answered once; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Barrier, Thread

import pytest

from app.audit.store import Wanted, records
from app.extracts import actions as requests
from app.extracts.correcting import actions, store
from app.extracts.correcting.correction import (
    Cause,
    Ground,
    Outcome,
    State,
    can_be_swapped,
    explained_by,
    likely_causes,
    swapped,
)
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import Outcome as Decision
from app.extracts.evidence import Paper
from app.extracts.request import Happened
from app.kernel.dates import PartialDate
from app.outbox.store import JobRow
from app.register.entries.actions import comparing
from app.register.person import Person
from app.storage.database import Database
from app.storage.folder import Folder
from tests.asking import accepted, file_draft, filled
from tests.register_entries import recorded, with_person
from tests.test_desk_requests import FIRST, SECOND, drawn

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PERSON = with_person(surname="Прикладенко", given="Зразок", patronymic="Тестович", born=PartialDate(1990, 3, 4))
"""As the family asks, but for the birth date: day and month are swapped."""


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def answered(database: Database, shelf: Folder, decision: Decision = Decision.NO_ENTRY) -> str:
    id_ = file_draft(database, filled(database, now=NOW), now=NOW).id
    with database.writing() as session:
        if decision is Decision.EXTRACT:
            desk.match(session, id_, recorded(session, PERSON), actor=FIRST, now=NOW)
        desk.propose(session, id_, decision, actor=FIRST, now=NOW)
        desk.issue(session, shelf, id_, draw=drawn, random=Random(), actor=SECOND, now=NOW)
    return id_


def sent(database: Database, id_: str, *causes: str, text: str = "") -> str:
    with database.writing() as session:
        return actions.send(session, id_, causes, text, now=NOW).id


def letters(database: Database) -> int:
    with database.reading() as session:
        return session.query(JobRow).filter(JobRow.key.startswith("request-news:correction:")).count()


def test_swapped_day_and_month_are_offered_where_a_calendar_allows() -> None:
    assert can_be_swapped(PartialDate(1990, 4, 3))
    assert swapped(PartialDate(1990, 4, 3)) == PartialDate(1990, 3, 4)
    for born in (None, PartialDate(1990), PartialDate(1990, 4), PartialDate(1990, 4, 4), PartialDate(1990, 4, 13)):
        assert not can_be_swapped(born)
        assert Cause.SWAPPED not in likely_causes(Ground.NO_ENTRY, born)
    assert Cause.SWAPPED in likely_causes(Ground.NO_ENTRY, PartialDate(1990, 4, 3))
    assert Cause.NOT_PASSED_ON not in likely_causes(Ground.WRONG, None)


def test_an_entry_says_which_causes_would_explain_it(database: Database) -> None:
    claim = Person(surname="Прикладенко", given="Зразок", patronymic="Тестович", born=PartialDate(1990, 4, 3))
    with database.reading() as session:
        linkage = comparing(session)
    assert explained_by(linkage.compare(claim, PERSON.person)) == [Cause.SWAPPED]
    other = Person(surname="Прекладенко", given="Зразок", patronymic="Тестівич", born=PartialDate(1990, 4, 3))
    assert explained_by(linkage.compare(claim, other)) == [Cause.SURNAME, Cause.GIVEN]


def test_a_correction_is_ready_after_no_entry_and_after_an_extract_and_not_before(
    database: Database, shelf: Folder
) -> None:
    waiting = file_draft(database, filled(database, now=NOW), now=NOW).id
    none, wrong = answered(database, shelf), answered(database, shelf, Decision.EXTRACT)
    with database.writing() as session:
        with pytest.raises(actions.NotOfferedError):
            actions.offer(session, waiting)
        with pytest.raises(actions.NotOfferedError):
            actions.send(session, waiting, ["surname"], "", now=NOW)
        assert actions.offer(session, none).ground is Ground.NO_ENTRY
        offered = actions.offer(session, wrong)
    assert (offered.ground, offered.claim.person.surname) == (Ground.WRONG, "Прикладенко")


def test_it_says_something_and_is_sent_once_however_often_the_button_is_pressed(
    database: Database, shelf: Folder
) -> None:
    id_ = answered(database, shelf)
    with database.writing() as session, pytest.raises(actions.NothingSaidError):
        actions.send(session, id_, ["no-such-cause"], "  ", now=NOW)
    start, found = Barrier(8), []

    def press() -> None:
        start.wait()
        found.append(sent(database, id_, "surname", "swapped"))

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    with database.reading() as session:
        [one] = actions.of_request(session, id_)
    assert one.causes == [Cause.SURNAME, Cause.SWAPPED]


def test_it_is_answered_once_and_the_family_reads_it(database: Database, shelf: Folder) -> None:
    id_ = answered(database, shelf)
    correction = sent(database, id_, text="Прізвище з апострофом.")
    with database.writing() as session:
        with pytest.raises(actions.NoAnswerError):
            actions.close(session, correction, Outcome.CORRECTED, " ", actor=FIRST, now=NOW)
        with pytest.raises(actions.UnknownCorrectionError):
            actions.close(session, "0", Outcome.CORRECTED, "так", actor=FIRST, now=NOW)
        actions.close(session, correction, Outcome.PASSED_ON, "Передано.", actor=FIRST, now=NOW)
        with pytest.raises(actions.ClosedError):
            actions.close(session, correction, Outcome.CORRECTED, "ще раз", actor=SECOND, now=NOW)
    with database.reading() as session:
        [one] = actions.of_request(session, id_)
        told = [entry.what for entry in requests.follow(session, id_).history]
    assert (one.state, one.outcome, one.answer) == (State.DONE, Outcome.PASSED_ON, "Передано.")
    assert told[-2:] == [Happened.CORRECTION_SENT, Happened.CORRECTION_ANSWERED]
    assert letters(database) == 1
    assert sent(database, id_, "born") != correction, "once answered, another may be sent"


def test_the_desk_sees_the_claim_beside_the_entries_and_that_is_recorded(database: Database, shelf: Folder) -> None:
    id_ = answered(database, shelf)
    with database.writing() as session:
        number = recorded(session, PERSON)
    correction = sent(database, id_, "swapped")
    with database.writing() as session:
        found = actions.read_correction(session, correction, actor=FIRST, now=NOW)
        [listed], further = actions.list_corrections(session, State.OPEN, actor=FIRST, now=NOW)
    assert further is None
    assert (listed.correction.id, found.entry) == (correction, 0)
    assert [(one.found.kept.number, one.causes) for one in found.candidates] == [(number, [Cause.SWAPPED])]
    with database.reading() as session:
        events = [one.event for one in records(session, Wanted())][:4]
    assert set(events) >= {"correction.read", "entries.searched", "corrections.listed"}


def test_the_list_goes_on_from_page_to_page(database: Database, shelf: Folder) -> None:
    wanted = {sent(database, answered(database, shelf), "born") for _ in range(3)}
    seen: list[str] = []
    place: tuple[datetime, str] | None = None
    with database.reading() as session:
        for _ in range(3):
            [(row, _)] = store.in_state(session, State.OPEN, limit=1, after=place)
            seen.append(row.id)
            place = (row.correction.sent_at, row.id)
        assert store.in_state(session, State.OPEN, limit=1, after=place) == []
    assert set(seen) == wanted


def test_papers_can_be_added_after_the_issue_and_not_after_a_withdrawal(database: Database, shelf: Folder) -> None:
    id_ = answered(database, shelf)
    with database.writing() as session:
        requests.add_to_request(session, shelf, id_, accepted(7), name="a.pdf", kind=Paper.OTHER_PROOF, now=NOW)
    correction = sent(database, id_, "born")
    with database.writing() as session:
        [paper] = actions.read_correction(session, correction, actor=FIRST, now=NOW).papers
    assert paper.kind is Paper.OTHER_PROOF


def test_another_relatives_request_shows_nothing_of_it(database: Database, shelf: Folder) -> None:
    sent(database, answered(database, shelf), "surname")
    other = answered(database, shelf)
    with database.reading() as session:
        assert actions.of_request(session, other) == []
        assert Happened.CORRECTION_SENT not in [one.what for one in requests.follow(session, other).history]

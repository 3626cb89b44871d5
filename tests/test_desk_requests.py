"""Requests on the registrars' desk: taken, asked back, matched, proposed, decided once; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Barrier, Thread

import pytest

from app.accounts.model import FourEyesError
from app.audit.store import Wanted, records, verify
from app.extracts.desk import actions, store
from app.extracts.desk.decision import NoTextError, Outcome, Reason, RefusalError, Sheet, Step
from app.extracts.model import Kinship, Purpose
from app.extracts.request import OPEN, State, StateError
from app.kernel.dates import as_utc
from app.outbox.store import JobRow
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.folder import Folder
from tests.asking import file_draft, filled
from tests.register_entries import recorded, with_person

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
FIRST, SECOND = "account:first", "account:second"


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def drawn(sheet: Sheet) -> bytes:
    """Stand in for the drawing of a document."""
    return f"%PDF {sheet.year}/{sheet.number} {sheet.claim.surname} {sheet.entry is not None}".encode()


def filed(database: Database, now: datetime = NOW) -> str:
    return file_draft(database, filled(database, now=now), now=now).id


def proposed(database: Database, outcome: Outcome = Outcome.EXTRACT) -> str:
    """File a request and propose its decision."""
    id_ = filed(database)
    with database.writing() as session:
        if outcome is Outcome.EXTRACT:
            actions.match(session, id_, entered_in(session), actor=FIRST, now=NOW)
        refusal = {"reason": Reason.KINSHIP_NOT_SHOWN, "step": Step.FILE_AGAIN, "text": "Бракує свідоцтва."}
        told = refusal if outcome is Outcome.REFUSAL else {}
        actions.propose(session, id_, outcome, actor=FIRST, now=NOW, **told)  # type: ignore[arg-type]
    return id_


def entered_in(session: Session) -> int:
    """Record the person whom the family asks about."""
    return recorded(session, with_person(surname="Прикладенко", given="Зразок", patronymic="Тестович"))


def issue(database: Database, shelf: Folder, id_: str, actor: str = SECOND, now: datetime = NOW) -> actions.Issued:
    with database.writing() as session:
        return actions.issue(session, shelf, id_, draw=drawn, random=Random(), actor=actor, now=now)


def letters(database: Database, kind: str = "request.news") -> int:
    with database.reading() as session:
        return session.query(JobRow).filter(JobRow.kind == kind).count()


def events(database: Database) -> list[str]:
    with database.reading() as session:
        return [record.event for record in records(session, Wanted())][::-1]


def test_a_request_is_matched_proposed_issued_and_fetched(database: Database, shelf: Folder) -> None:
    id_ = proposed(database)
    issued = issue(database, shelf, id_)
    assert issued.number == "2026-000001"
    with database.writing() as session:
        told = actions.told(session, id_)
        assert (told.outcome, told.number) == (Outcome.EXTRACT, "2026-000001")
        assert actions.fetch_extract(session, shelf, id_, now=NOW).content.startswith(b"%PDF 2026/1 ")
    assert letters(database) == 1
    assert events(database)[-2:] == ["extract.issued", "extract.fetched"]
    with database.reading() as session:
        assert verify(session) is not None


def test_nobody_decides_what_they_proposed(database: Database, shelf: Folder) -> None:
    id_ = proposed(database)
    with pytest.raises(FourEyesError):
        issue(database, shelf, id_, actor=FIRST)
    with database.writing() as session, pytest.raises(FourEyesError):
        actions.return_proposal(session, id_, "сам собі", actor=FIRST, now=NOW)
    refused = proposed(database, Outcome.REFUSAL)
    with database.writing() as session, pytest.raises(FourEyesError):
        actions.refuse(session, refused, actor=FIRST, now=NOW)


def test_64_officers_issue_one_extract_with_one_number_and_one_letter(database: Database, shelf: Folder) -> None:
    id_ = proposed(database)
    start = Barrier(64)
    done: list[actions.Issued] = []
    late: list[int] = []

    def press(number: int) -> None:
        start.wait()
        try:
            done.append(issue(database, shelf, id_, actor=f"account:officer{number}"))
        except StateError:
            late.append(number)

    threads = [Thread(target=press, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(late)) == (1, 63)
    with database.reading() as session:
        assert [(row.year, row.number) for row in session.query(store.IssuedRow)] == [(2026, 1)]
        assert [row.last for row in session.query(store.CounterRow)] == [1]
    assert letters(database) == 1
    assert len(list(shelf.kept())) == 1


def test_numbers_have_no_gap_though_a_drawing_fails_and_begin_anew_with_the_year(
    database: Database, shelf: Folder
) -> None:
    ids = [proposed(database, Outcome.NO_ENTRY) for _ in range(4)]

    def fails(_: Sheet) -> bytes:
        raise RuntimeError("no ink")

    issue(database, shelf, ids[0])
    with pytest.raises(RuntimeError), database.writing() as session:
        actions.issue(session, shelf, ids[1], draw=fails, random=Random(), actor=SECOND, now=NOW)
    assert issue(database, shelf, ids[1]).number == "2026-000002"
    assert issue(database, shelf, ids[2]).number == "2026-000003"
    # In Kyiv the new year has begun.
    assert issue(database, shelf, ids[3], now=datetime(2026, 12, 31, 22, 30, tzinfo=UTC)).number == "2027-000001"


def test_different_requests_issued_at_once_are_numbered_without_gaps(database: Database, shelf: Folder) -> None:
    ids = [proposed(database, Outcome.NO_ENTRY) for _ in range(8)]
    threads = [Thread(target=issue, args=(database, shelf, id_)) for id_ in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert sorted(row.number for row in session.query(store.IssuedRow)) == list(range(1, 9))


def test_a_question_waits_for_its_answer(database: Database) -> None:
    id_ = filed(database)
    with database.writing() as session:
        with pytest.raises(NoTextError):
            actions.ask(session, id_, "  ", actor=FIRST, now=NOW)
        actions.ask(session, id_, "Яке прізвище до шлюбу?", actor=FIRST, now=NOW)
    with database.writing() as session, pytest.raises(StateError):
        actions.propose(session, id_, Outcome.NO_ENTRY, actor=FIRST, now=NOW)
    with database.writing() as session:
        actions.answer(session, id_, "Вигаданенко", now=NOW)
        [question] = actions.told(session, id_).questions
        assert (question.text, question.answer) == ("Яке прізвище до шлюбу?", "Вигаданенко")
        assert actions.read_request(session, id_, actor=FIRST, now=NOW).request.state is State.FILED
    assert letters(database) == 1


def test_a_refusal_says_why_and_what_next(database: Database) -> None:
    id_ = filed(database)
    with database.writing() as session, pytest.raises(RefusalError):
        actions.propose(session, id_, Outcome.REFUSAL, text="ні", actor=FIRST, now=NOW)
    with database.writing() as session, pytest.raises(NoTextError):
        actions.propose(
            session, id_, Outcome.REFUSAL, reason=Reason.NOT_ENTITLED, step=Step.ASK_RELATIVE, actor=FIRST, now=NOW
        )  # fmt: skip
    id_ = proposed(database, Outcome.REFUSAL)
    with database.writing() as session:
        assert actions.told(session, id_).outcome is None
        actions.refuse(session, id_, actor=SECOND, now=NOW)
        told = actions.told(session, id_)
    assert (told.outcome, told.reason, told.step) == (Outcome.REFUSAL, Reason.KINSHIP_NOT_SHOWN, Step.FILE_AGAIN)
    assert (told.text, told.number) == ("Бракує свідоцтва.", "")


def test_an_extract_needs_an_entry_and_its_absence_is_an_answer(database: Database, shelf: Folder) -> None:
    id_ = filed(database)
    with pytest.raises(actions.NoMatchError), database.writing() as session:
        actions.propose(session, id_, Outcome.EXTRACT, actor=FIRST, now=NOW)
    issue(database, shelf, proposed(database, Outcome.NO_ENTRY))
    with database.reading() as session:
        [row] = session.query(store.IssuedRow)
        assert (row.entry, row.person, row.status) == (None, "", "")


def test_a_returned_proposal_can_be_made_anew(database: Database, shelf: Folder) -> None:
    id_ = proposed(database)
    with database.writing() as session:
        actions.return_proposal(session, id_, "Не той запис.", actor=SECOND, now=NOW)
    with pytest.raises(StateError):
        issue(database, shelf, id_)
    with database.writing() as session:
        actions.propose(session, id_, Outcome.NO_ENTRY, actor=SECOND, now=NOW + timedelta(minutes=1))
    issue(database, shelf, id_, actor=FIRST, now=NOW + timedelta(minutes=2))
    with database.reading() as session:
        assert [one.verdict.value for one in store.proposals(session, id_)] == ["returned", "carried"]


def test_the_next_request_is_the_one_that_has_waited_longest_and_goes_to_one_officer(database: Database) -> None:
    ids = [filed(database, NOW + timedelta(minutes=number)) for number in range(2)]
    for id_ in ids:
        with database.writing() as session:
            assert actions.take_next(session, account="first", now=NOW) == id_
    with database.writing() as session, pytest.raises(actions.EmptyQueueError):
        actions.take_next(session, account="second", now=NOW)


def test_a_decided_request_is_read_without_looking_through_the_register(database: Database, shelf: Folder) -> None:
    id_ = proposed(database)
    issue(database, shelf, id_)
    with database.writing() as session:
        assert actions.read_request(session, id_, actor=FIRST, now=NOW).candidates == []
    assert events(database)[-1] == "request.read"


def test_the_queue_is_first_come_first_served_and_read_page_by_page(database: Database) -> None:
    ids = [filed(database, NOW + timedelta(minutes=number)) for number in range(4)]
    with database.writing() as session:
        actions.take(session, ids[1], account="first", now=NOW)
        actions.ask(session, ids[2], "?", actor=FIRST, now=NOW)
    sieve = store.Sieve(tuple(OPEN))
    with database.reading() as session:
        assert [row.id for row in store.queue(session, sieve, limit=9)] == ids
        first = store.queue(session, sieve, limit=2)
        place = (as_utc(first[-1].filed_at), first[-1].id)
        assert [row.id for row in store.queue(session, sieve, limit=9, after=place)] == ids[2:]
        for wanted, found in (
            (store.Sieve((State.ASKED,)), [ids[2]]),
            (store.Sieve(tuple(OPEN), assigned="first"), [ids[1]]),
            (store.Sieve(tuple(OPEN), unassigned=True), [ids[0], *ids[2:]]),
            (store.Sieve(tuple(OPEN), overdue_on=date(2026, 12, 2)), []),
            (store.Sieve(tuple(OPEN), overdue_on=date(2026, 12, 3)), ids),
            (store.Sieve(tuple(OPEN), kinship=Kinship.PARENT), []),
            (store.Sieve(tuple(OPEN), purpose=Purpose.PAY), ids),
            (store.Sieve(tuple(OPEN), purpose=Purpose.COURT), []),
        ):
            assert [row.id for row in store.queue(session, wanted, limit=9)] == found, wanted


def test_relatives_who_ask_about_one_person_are_shown_to_staff_together(database: Database) -> None:
    wife, mother = filed(database), filed(database, NOW + timedelta(minutes=1))
    with database.writing() as session:
        number = entered_in(session)
        actions.match(session, wife, number, actor=FIRST, now=NOW)
        dossier = actions.read_request(session, mother, actor=FIRST, now=NOW)
    assert [(one.request.id, one.entry, one.differs) for one in dossier.circle] == [(wife, number, False)]
    assert [found.kept.number for found in dossier.candidates][:1] == [number]
    assert "request.read" in events(database)

"""Issued extracts whose entry has changed since: marked once, holders told who agreed; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from app.audit.store import Wanted, records
from app.documents.extract import WrongExtractError
from app.documents.words import Words
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import Outcome, Sheet, Validity
from app.extracts.desk.paper import extract_data
from app.extracts.desk.store import IssuedRow, issued_on
from app.extracts.draft import Page
from app.extracts.model import Kinship, Purpose
from app.extracts.newer import actions
from app.extracts.newer.printed import printed
from app.extracts.store import find_request
from app.extracts.verifying.actions import verify
from app.kernel.dates import PartialDate
from app.outbox.model import Kind, Task
from app.outbox.store import JobRow
from app.register.entries import actions as register
from app.register.entry import Basis, Cause, Entry, Item, Standing, Status, entry_of, texts_of
from app.register.person import Person
from app.storage.database import Database
from app.storage.folder import Folder
from app.worker import Worker
from tests.asking import ANSWERS, file_draft, filled
from tests.register_entries import BASIS, CLERK, ENTRY, recorded, with_person
from tests.test_desk_requests import FIRST, SECOND, drawn

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=20)
PERSON = with_person(surname="Прикладенко", given="Зразок", patronymic="Тестович")
CAPTIVITY = Basis(PartialDate(2026, 11, 20), "лист МКЧХ")


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def entered(database: Database, entry: Entry = PERSON) -> int:
    with database.writing() as session:
        return recorded(session, entry)


def issued(
    database: Database, shelf: Folder, entry: int, *, tells: bool = True, surname: str = "Прикладенко", **contact: str
) -> str:
    """Issue an extract on an entry to somebody who wants, or does not want, to hear of changes."""
    wants = {"newer": "1"} if tells else {}
    person = {**ANSWERS[Page.PERSON], "surname": surname}
    answers = {**ANSWERS, Page.PERSON: person, Page.CONTACT: {**ANSWERS[Page.CONTACT], **wants, **contact}}
    id_ = file_draft(database, filled(database, now=NOW, answers=answers), now=NOW).id
    with database.writing() as session:
        desk.match(session, id_, entry, actor=FIRST, now=NOW)
        desk.propose(session, id_, Outcome.EXTRACT, actor=FIRST, now=NOW)
        desk.issue(session, shelf, id_, draw=drawn, random=Random(), actor=SECOND, now=NOW)
    return id_


def correct(database: Database, number: int, entry: Entry, *, version: int = 1, at: datetime = LATER) -> None:
    with database.writing() as session:
        register.correct(session, number, entry, version=version, reason="описка", actor=CLERK, now=at)


def worker(database: Database, at: datetime = LATER) -> Worker:
    return Worker(database, dict.fromkeys(Kind, lambda job, content: None), name="test", now=lambda: at)


def work(database: Database, at: datetime = LATER) -> None:
    """Do everything that waits, as a worker does."""
    while worker(database, at).turn():
        pass


def is_outdated(database: Database, id_: str) -> bool:
    with database.reading() as session:
        return actions.wish(session, id_).is_outdated


def told(database: Database, id_: str) -> int:
    """Count the letters on later changes."""
    with database.reading() as session:
        number = issued_on(session, id_)
        assert number is not None
        return sum(
            row.key.startswith(f"request-news:newer:{number.year}-{number.number:06}:")
            for row in session.query(JobRow).filter(JobRow.kind == Kind.REQUEST_NEWS.value)
        )


def test_a_correction_marks_the_extract_once_and_tells_its_holder_once(database: Database, shelf: Folder) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number)
    work(database, NOW)
    assert not is_outdated(database, id_)
    correct(database, number, with_person(surname="Прикладенко", given="Зразок", patronymic="Тестійович"))
    assert not is_outdated(database, id_), "only the worker marks, after the correction is committed"
    work(database)
    assert is_outdated(database, id_)
    assert told(database, id_) == 1
    correct(database, number, with_person(surname="Прикладенко", given="Зразок"), version=2)
    work(database)
    assert told(database, id_) == 1


def test_the_check_may_be_done_twice(database: Database, shelf: Folder) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number)
    correct(database, number, with_person(surname="Інакшенко"))
    for _ in range(3):
        actions.check_issued(database, f"entry:{number}", now=LATER)
    assert is_outdated(database, id_)
    assert told(database, id_) == 1
    with database.reading() as session:
        assert sum(one.event == "extract.outdated" for one in records(session, Wanted())) == 1


def test_a_worker_killed_after_the_check_does_it_again_and_nothing_changes(database: Database, shelf: Folder) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number)
    correct(database, number, with_person(surname="Інакшенко"))

    class Killed(BaseException):
        pass

    class Doomed(Worker):
        def _complete(self, held: object) -> None:
            raise Killed

    doomed = Doomed(database, dict.fromkeys(Kind, lambda job, content: None), name="doomed", now=lambda: LATER)
    for _ in range(4):
        try:
            doomed.turn()
        except Killed:
            continue
    assert told(database, id_) == 1
    work(database, LATER + timedelta(hours=1))
    assert is_outdated(database, id_)
    assert told(database, id_) == 1
    with database.reading() as session:
        left = session.query(JobRow).filter(JobRow.kind == Task.ENTRY_CHANGED.value, JobRow.state != "done").count()
    assert left == 0


def test_a_change_of_what_is_not_printed_marks_nothing(database: Database, shelf: Folder) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number)
    changed = replace(PERSON, circumstances="інші обставини", cause=Cause.CONFLICT)
    correct(database, number, replace(changed, person=replace(PERSON.person, unit="1 бригада", lived_in="Суми")))
    work(database)
    assert not is_outdated(database, id_)
    assert told(database, id_) == 0


def test_a_new_status_marks_and_a_status_learnt_late_does_not(database: Database, shelf: Folder) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number)
    earlier = Basis(PartialDate(2023, 1, 1), "рапорт")
    with database.writing() as session:
        register.set_status(session, number, Status.SEARCHING, earlier, version=1, actor=CLERK, now=LATER)
    work(database)
    assert not is_outdated(database, id_)
    with database.writing() as session:
        register.set_status(session, number, Status.CAPTIVITY, CAPTIVITY, version=2, actor=CLERK, now=LATER)
    work(database)
    assert is_outdated(database, id_)


def test_a_mistake_taken_back_makes_the_extract_current_again(database: Database, shelf: Folder) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number)
    correct(database, number, with_person(surname="Інакшенко"))
    work(database)
    assert is_outdated(database, id_)
    correct(database, number, PERSON, version=2)
    work(database)
    assert not is_outdated(database, id_)


def test_of_a_merger_both_sides_are_compared_with_the_entry_that_stays(database: Database, shelf: Folder) -> None:
    kept, gone = entered(database), entered(database, with_person(surname="Прикладенко", given="Зразок"))
    on_kept = issued(database, shelf, kept)
    # The other family spells the surname otherwise: nothing tells yet that both ask about one person.
    on_gone = issued(database, shelf, gone, surname="Прикладенко-Зразковий")
    with database.writing() as session:
        register.merge(session, kept, gone, versions=(1, 1), reason="одна людина", actor=CLERK, now=LATER)
    work(database)
    assert (is_outdated(database, on_kept), is_outdated(database, on_gone)) == (False, True)
    correct(database, kept, with_person(surname="Інакшенко"), version=2)
    work(database)
    assert is_outdated(database, on_kept)
    correct(database, kept, PERSON, version=3)
    with database.writing() as session:
        register.unmerge(session, gone, version=2, reason="двоє", actor=CLERK, now=LATER)
    work(database)
    assert (is_outdated(database, on_kept), is_outdated(database, on_gone)) == (False, False)


@pytest.mark.parametrize("contact", [{"tells": False}, {"channel": "page_only"}, {"email": "", "channel": "page_only"}])
def test_who_did_not_agree_or_wants_no_letters_gets_none(
    database: Database, shelf: Folder, contact: dict[str, str]
) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number, **contact)  # type: ignore[arg-type]
    correct(database, number, with_person(surname="Інакшенко"))
    work(database)
    assert is_outdated(database, id_)
    assert told(database, id_) == 0


def test_letters_are_agreed_to_and_stopped_at_any_time_and_that_is_recorded(database: Database, shelf: Folder) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number, tells=False)
    with database.writing() as session:
        actions.agree_to_letters(session, id_, now=NOW)
        actions.agree_to_letters(session, id_, now=NOW)
    correct(database, number, with_person(surname="Інакшенко"))
    work(database)
    assert told(database, id_) == 1
    with database.writing() as session:
        actions.stop_letters(session, id_, now=LATER)
        assert not actions.wish(session, id_).tells
    with database.reading() as session:
        row = find_request(session, id_)
        assert row is not None
        own = [one.event for one in records(session, Wanted(actor=f"family:{row.reference}"))]
    assert own.count("newer-letters.agreed") == own.count("newer-letters.stopped") == 1


def test_another_relatives_request_shows_nothing_of_it(database: Database, shelf: Folder) -> None:
    number = entered(database)
    issued(database, shelf, number)
    other = file_draft(database, filled(database, now=NOW), now=NOW).id
    correct(database, number, with_person(surname="Інакшенко"))
    work(database)
    assert not is_outdated(database, other)


def test_an_extract_issued_while_the_entry_was_corrected_is_looked_at_again(database: Database, shelf: Folder) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number)
    # The correction was committed first, but the extract had read the entry before it.
    correct(database, number, with_person(surname="Інакшенко"), at=NOW)
    with database.writing() as session:
        session.query(JobRow).filter(JobRow.key == f"entry-changed:{number}:2").delete()
    work(database)
    assert is_outdated(database, id_)


def test_an_office_hears_that_the_register_has_changed_and_the_extract_holds(database: Database, shelf: Folder) -> None:
    number = entered(database)
    id_ = issued(database, shelf, number)
    correct(database, number, with_person(surname="Інакшенко"))
    work(database)
    with database.writing() as session:
        row = session.query(IssuedRow).filter(IssuedRow.request_id == id_).one()
        found = verify(session, f"{row.year}-{row.number:06}", row.code, now=LATER)
    assert (found.validity, found.is_outdated) == (Validity.VALID, True)


STANDING = Standing(Status.SEARCHING, BASIS, NOW, CLERK)


@pytest.mark.parametrize("item", list(Item))
def test_an_extract_is_out_of_date_exactly_where_its_page_would_differ(item: Item) -> None:
    values = {
        Item.BORN: "1990-01-02", Item.MISSING_ON: "2023-03", Item.SEX: "f", Item.CATEGORY: "civilian",
        Item.CAUSE: "occupation",
    }  # fmt: skip
    changed = entry_of({**texts_of(ENTRY), item: values.get(item, "інше")})
    assert changed != ENTRY
    assert (printed(ENTRY, STANDING) != printed(changed, STANDING)) is (page(ENTRY) != page(changed))


def test_the_date_and_the_source_of_a_status_are_printed() -> None:
    for basis in (replace(BASIS, source="інше"), replace(BASIS, since=PartialDate(2023, 3))):
        assert printed(ENTRY, STANDING) != printed(ENTRY, replace(STANDING, basis=basis))


def page(entry: Entry) -> object:
    """Return everything that the page of an extract on an entry says."""
    purposes, issuer = [Purpose.PENSION], Words("а", "b")
    sheet = Sheet(2026, 1, "7K3M-9PX4-2HAC", NOW, purposes, Kinship.SPOUSE, Person(surname="П"), entry, STANDING)
    try:
        return extract_data(sheet, issuer=issuer, verify_page="https://example.org/verify")
    except WrongExtractError as error:
        raise AssertionError(str(error)) from error

"""An updated extract on one's own earlier request, a purpose added to an open one; on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.audit.store import Wanted, records, verify
from app.extracts import actions as requests
from app.extracts import store as filed
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import Outcome, Sheet, Validity
from app.extracts.desk.store import IssuedRow, issued_on
from app.extracts.draft import Page, read_answers
from app.extracts.evidence import Paper
from app.extracts.model import Purpose, is_outdated
from app.extracts.repeating import actions
from app.extracts.request import Filed, Happened, State, StateError
from app.extracts.verifying import actions as verifying
from app.outbox.store import JobRow
from app.storage.database import Database
from app.storage.files import StoredFileRow, open_file
from app.storage.folder import Folder
from tests.asking import ANSWERS, CONSENT, accepted, file_draft, filled
from tests.register_entries import recorded, with_person

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=200)
FIRST, SECOND = "account:first", "account:second"
SAME = {page: ANSWERS[page] for page in actions.CHANGING}


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def drawn(sheet: Sheet) -> bytes:
    """Stand in for the drawing of a document."""
    return f"%PDF {sheet.printed} {' '.join(sheet.purposes)}".encode()


def decide(database: Database, shelf: Folder, id_: str, now: datetime = NOW) -> str:
    """Issue an extract on a request and return its number."""
    with database.writing() as session:
        desk.propose(session, id_, Outcome.NO_ENTRY, actor=FIRST, now=now)
        return desk.issue(session, shelf, id_, draw=drawn, random=Random(), actor=SECOND, now=now).number


def issued(database: Database, shelf: Folder, now: datetime = NOW) -> Filed:
    """File a request with a paper and issue its extract."""
    request = file_draft(database, filled(database, now=now, shelf=shelf), now=now)
    decide(database, shelf, request.id, now)
    return request


def repeat(
    database: Database, id_: str, changes: Mapping[Page, Mapping[str, str]] = SAME, *, turn: int = 0,
    consent: str = "", now: datetime = LATER,
) -> Filed:  # fmt: skip
    with database.writing() as session:
        return actions.repeat(
            session, id_, changes, turn=turn, consent=consent, language="uk", random=Random(), now=now
        )  # fmt: skip


def validity(database: Database, id_: str) -> Validity:
    with database.writing() as session:
        row = issued_on(session, id_)
        assert row is not None
        return verifying.verify(session, f"{row.year}-{row.number:06d}", row.code, now=NOW).validity


def events(database: Database, reference: str) -> list[str]:
    with database.reading() as session:
        assert verify(session) is not None
        return [record.event for record in records(session, Wanted(subject=f"request:{reference}"))][::-1]


# Repeating


def test_a_repeat_takes_over_identity_papers_and_consent_and_waits_for_its_turn(
    database: Database, shelf: Folder
) -> None:
    first = issued(database, shelf)
    other = file_draft(database, filled(database, now=LATER - timedelta(days=1)), now=LATER - timedelta(days=1))
    changes = {
        Page.PURPOSE: {"purposes": "court"},
        Page.CONTACT: {**ANSWERS[Page.CONTACT], "email": "nova@example.org"},
    }
    second = repeat(database, first.id, changes)
    assert second.reference != first.reference
    assert second.passphrase not in ("", first.passphrase)
    assert second.email == "nova@example.org"
    with database.writing() as session:
        row, earlier = session.get_one(filed.RequestRow, second.id), session.get_one(filed.RequestRow, first.id)
        assert (row.repeats, row.purposes, row.state) == (first.id, "court", "filed")
        assert (row.claim, row.claim_index, row.kinship) == (earlier.claim, earlier.claim_index, earlier.kinship)
        assert (row.consent, row.consented_at) == (earlier.consent, earlier.consented_at)
        answers = read_answers(row.answers)
        assert answers == {**read_answers(earlier.answers), **changes}
        [paper] = requests.papers_of(session, second.id)
        assert paper.name == "паспорт.pdf"
        assert open_file(session, shelf, paper.file_id).content == accepted().content
        assert requests.follow(session, other.id).place == 1
        assert requests.follow(session, second.id).place == 2
        dossier = desk.read_request(session, second.id, actor=FIRST, now=LATER)
        assert dossier.repeats is not None
        assert dossier.repeats.reference == first.reference
        assert {paper.file_id for paper in dossier.papers} == dossier.examined
        assert desk.read_request(session, first.id, actor=FIRST, now=LATER).repeats is None
        assert requests.follow(session, first.id).history[-1].what is Happened.REPEATED
    assert len(list(shelf.kept())) == 2
    assert "request.repeated" in events(database, first.reference)
    assert events(database, second.reference)[0] == "request.filed"


def test_8_presses_of_the_button_send_one_repeat(database: Database, shelf: Folder) -> None:
    first = issued(database, shelf)
    start, sent = Barrier(8), list[tuple[str, str]]()

    def press() -> None:
        start.wait()
        found = repeat(database, first.id)
        sent.append((found.reference, found.passphrase))

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 8
    assert len(set(sent)) == 1
    with database.reading() as session:
        assert session.query(filed.RequestRow).count() == 2
        assert session.query(JobRow).filter(JobRow.kind == "request.received").count() == 2


def test_a_further_repeat_is_another_one_though_the_first_still_waits(database: Database, shelf: Folder) -> None:
    first = issued(database, shelf)
    second = repeat(database, first.id)
    with database.reading() as session:
        earlier = actions.read_earlier(session, first.id)
    assert (earlier.turn, earlier.still_open) == (1, [second.reference])
    third = repeat(database, first.id, turn=earlier.turn, now=LATER + timedelta(minutes=1))
    assert third.id != second.id
    assert repeat(database, first.id, turn=0, now=LATER + timedelta(minutes=2)).id == second.id


def test_only_an_answered_request_is_repeated(database: Database) -> None:
    request = file_draft(database, filled(database, now=NOW), now=NOW)
    for state in State:
        with database.writing() as session:
            session.get_one(filed.RequestRow, request.id).state = state.value
        if state is State.ISSUED:
            continue
        with pytest.raises(actions.NotAnsweredError):
            repeat(database, request.id)
    with database.reading() as session:
        with pytest.raises(requests.UnknownRequestError):
            actions.read_earlier(session, "0")
        with pytest.raises(requests.UnknownRequestError):
            actions.read_repeat(session, request.id, now=NOW)


def test_a_repeat_with_a_fault_is_not_sent(database: Database, shelf: Folder) -> None:
    first = issued(database, shelf)
    for changes, page in (
        ({**SAME, Page.PURPOSE: {"purposes": ""}}, Page.PURPOSE),
        ({**SAME, Page.PURPOSE: {"purposes": "other"}}, Page.PURPOSE),
        ({**SAME, Page.CONTACT: {**ANSWERS[Page.CONTACT], "email": "без собачки"}}, Page.CONTACT),
    ):
        with pytest.raises(requests.IncompleteError) as wrong:
            repeat(database, first.id, changes)
        assert wrong.value.pages == (page,)
    with database.reading() as session:
        assert session.query(filed.RequestRow).count() == 1


def test_a_consent_to_an_older_text_is_given_anew_and_then_goes_on(database: Database, shelf: Folder) -> None:
    assert is_outdated("2020-1", NOW.date())
    assert not is_outdated(CONSENT, NOW.date())
    first = issued(database, shelf)
    with database.writing() as session:
        session.get_one(filed.RequestRow, first.id).consent = "2020-1/uk"
    with database.reading() as session:
        assert actions.read_earlier(session, first.id).needs_consent(LATER.date())
    for nothing in ("", "2020-1", "9999-9"):
        with pytest.raises(requests.ConsentError):
            repeat(database, first.id, consent=nothing)
    second = repeat(database, first.id, consent=CONSENT)
    decide(database, shelf, second.id, LATER)
    third = repeat(database, second.id, now=LATER + timedelta(days=90))
    with database.reading() as session:
        earlier = actions.read_earlier(session, second.id)
        assert (earlier.consent.version, earlier.consent.given_at) == (CONSENT, LATER)
        assert not earlier.needs_consent(LATER.date())
        row = session.get_one(filed.RequestRow, third.id)
        assert row.consent == f"{CONSENT}/uk"
        assert row.consented_at.replace(tzinfo=UTC) == LATER


def test_a_file_goes_with_the_last_of_its_papers(database: Database, shelf: Folder) -> None:
    first = issued(database, shelf)
    draft = filled(database, now=NOW)
    with database.writing() as session:
        [paper] = requests.papers_of(session, first.id)
        for _ in range(2):
            filed.add_paper(
                session, file_id=paper.file_id, kind=Paper.IDENTITY, size_bytes=40, draft=draft, request=None, now=NOW
            )  # fmt: skip
    with database.writing() as session:
        requests.delete_draft(session, shelf, draft, actor=requests.VISITOR, now=NOW)
    with database.reading() as session:
        assert open_file(session, shelf, paper.file_id).content == accepted().content
        for row in session.query(filed.PaperRow).filter(filed.PaperRow.request_id == first.id):
            row_id = row.id
    last = filled(database, now=NOW)
    with database.writing() as session:
        row = session.get_one(filed.PaperRow, row_id)
        row.request_id, row.draft_id = None, last
    with database.writing() as session:
        requests.delete_draft(session, shelf, last, actor=requests.VISITOR, now=NOW)
    with database.reading() as session:
        assert session.get(StoredFileRow, paper.file_id) is None


# Replacing


def test_the_newer_extract_replaces_the_whole_chain_before_it_and_nobody_elses(
    database: Database, shelf: Folder
) -> None:
    relative = issued(database, shelf)
    first = issued(database, shelf)
    second = repeat(database, first.id)
    assert validity(database, first.id) is Validity.VALID
    number = decide(database, shelf, second.id, LATER)
    assert validity(database, first.id) is Validity.REPLACED
    assert validity(database, second.id) is Validity.VALID
    with database.reading() as session:
        newer = actions.standing(session, first.id).newer
        assert newer == actions.Newer(number, date(2027, 5, 21), second.reference)
        assert actions.standing(session, second.id) == actions.Standing(None, [])
    again = repeat(database, second.id, now=LATER + timedelta(days=1))
    beside = repeat(database, first.id, turn=1, now=LATER + timedelta(days=2))
    with database.reading() as session:
        assert actions.standing(session, first.id).waiting == [again.reference, beside.reference]
        assert actions.standing(session, again.id).waiting == [beside.reference]
    decide(database, shelf, again.id, LATER + timedelta(days=3))
    decide(database, shelf, beside.id, LATER + timedelta(days=4))
    assert [validity(database, one.id).value for one in (relative, first, second, again, beside)] == [
        "valid", "replaced", "replaced", "replaced", "valid",
    ]  # fmt: skip
    assert events(database, first.reference).count("extract.replaced") == 1
    assert "extract.replaced" not in events(database, relative.reference)
    with database.reading() as session:
        newer = actions.standing(session, first.id).newer
        assert newer is not None
        assert newer.reference == beside.reference


def test_a_withdrawn_extract_stays_withdrawn(database: Database, shelf: Folder) -> None:
    first = issued(database, shelf)
    with database.writing() as session:
        row = issued_on(session, first.id)
        assert row is not None
        row.state = Validity.WITHDRAWN.value
    decide(database, shelf, repeat(database, first.id).id, LATER)
    assert validity(database, first.id) is Validity.WITHDRAWN


def test_an_applicant_with_a_new_address_does_not_contradict_herself(database: Database, shelf: Folder) -> None:
    first = file_draft(database, filled(database, now=NOW, shelf=shelf), now=NOW)
    with database.writing() as session:
        number = recorded(session, with_person(surname="Прикладенко", given="Зразок", patronymic="Тестович"))
        desk.match(session, first.id, number, actor=FIRST, now=NOW)
    decide(database, shelf, first.id)
    second = repeat(database, first.id, {**SAME, Page.CONTACT: {**ANSWERS[Page.CONTACT], "email": "nova@example.org"}})
    with database.writing() as session:
        desk.match(session, second.id, number, actor=FIRST, now=LATER)
        assert desk.read_request(session, second.id, actor=FIRST, now=LATER).conflicts == []
    decide(database, shelf, second.id, LATER)
    assert validity(database, first.id) is Validity.REPLACED


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=8))
def test_of_one_applicant_one_extract_holds_whatever_is_repeated_and_issued_in_whatever_order(
    database: Database, tmp_path: Path, steps: list[tuple[bool, int]]
) -> None:
    shelf = Folder(tmp_path / "files")
    decided, waiting, now = [issued(database, shelf).id], list[str](), LATER
    for is_issue, which in steps:
        now += timedelta(hours=1)
        if is_issue and waiting:
            id_ = waiting.pop(which % len(waiting))
            decide(database, shelf, id_, now)
            decided.append(id_)
        else:
            id_ = decided[which % len(decided)]
            with database.reading() as session:
                turn = actions.read_earlier(session, id_).turn
            waiting.append(repeat(database, id_, turn=turn, now=now).id)
    with database.reading() as session:
        rows = session.query(IssuedRow).filter(IssuedRow.request_id.in_(decided)).all()
        held = [row.request_id for row in rows if row.state == Validity.VALID]
    assert held == [decided[-1]]


# Purposes


def test_a_purpose_is_added_once_and_stands_on_the_extract(database: Database, shelf: Folder) -> None:
    request = file_draft(database, filled(database, now=NOW), now=NOW)
    for purpose in (Purpose.COURT, Purpose.COURT, Purpose.PENSION, Purpose.BENEFITS):
        with database.writing() as session:
            requests.add_purpose(session, request.id, purpose, now=LATER)
    with database.reading() as session:
        followed = requests.follow(session, request.id)
        row = session.get_one(filed.RequestRow, request.id)
        assert read_answers(row.answers)[Page.PURPOSE]["purposes"] == row.purposes
    assert followed.purposes == [Purpose.BENEFITS, Purpose.PAY, Purpose.PENSION, Purpose.COURT]
    assert [entry.what for entry in followed.history] == [Happened.FILED, *[Happened.PURPOSE_ADDED] * 2]
    assert events(database, request.reference) == ["request.filed", *["request.purpose-added"] * 2]
    number = decide(database, shelf, request.id)
    with database.writing() as session:
        assert desk.fetch_extract(session, shelf, request.id, now=NOW).content == (
            f"%PDF {number} benefits pay pension court".encode()
        )  # fmt: skip
        row = issued_on(session, request.id)
        assert row is not None
        assert verifying.verify(session, number, row.code, now=NOW).purposes == followed.purposes


def test_another_purpose_is_said_in_words(database: Database) -> None:
    request = file_draft(database, filled(database, now=NOW), now=NOW)
    for words in ("", "  ", "х" * 301):
        with database.writing() as session, pytest.raises(requests.NoWordsError):
            requests.add_purpose(session, request.id, Purpose.OTHER, other=words, now=NOW)
    with database.writing() as session:
        requests.add_purpose(session, request.id, Purpose.OTHER, other="для школи", now=NOW)
    with database.reading() as session:
        typed = read_answers(session.get_one(filed.RequestRow, request.id).answers)[Page.PURPOSE]
    assert typed == {"purposes": "pay pension other", "purpose-other": "для школи"}


def test_a_decided_request_takes_no_further_purpose(database: Database, shelf: Folder) -> None:
    request = issued(database, shelf)
    with database.writing() as session, pytest.raises(StateError):
        requests.add_purpose(session, request.id, Purpose.COURT, now=LATER)
    with database.writing() as session, pytest.raises(requests.UnknownRequestError):
        requests.add_purpose(session, "0", Purpose.COURT, now=LATER)

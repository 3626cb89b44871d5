"""Requests as they live in the database: drafts, filing once, following, withdrawing; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from app.audit.store import Wanted, records, verify
from app.extracts import actions, store
from app.extracts.draft import Page
from app.extracts.evidence import Paper
from app.extracts.request import Happened, State, StateError
from app.kernel.reference import UnreadableReferenceError, read_reference
from app.outbox.store import JobRow
from app.storage.database import Database
from app.storage.files import MOST_FILES, StoredFileRow, TooManyFilesError
from app.storage.folder import Folder
from app.storage.uploads import Accepted, MediaType
from tests.asking import ANSWERS, CONSENT, accepted, begin, file_draft, filled

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def events(database: Database, subject: str = "") -> list[str]:
    with database.reading() as session:
        return [record.event for record in records(session, Wanted(subject=subject))][::-1]


def letters(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return sorted((job.kind, job.key) for job in session.query(JobRow))


# Drafts


def test_a_draft_is_found_by_its_code_however_it_is_typed(database: Database) -> None:
    draft = begin(database, now=NOW)
    for typed in (draft.code, draft.code.lower(), draft.code.replace("-", " "), f" {draft.code.replace('-', '')} "):
        with database.writing() as session:
            assert actions.resume(session, typed, now=NOW).id == draft.id
    for wrong in ("", "2" * 16, "ґ" * 16, draft.code[:-1], draft.code * 2):
        with database.writing() as session, pytest.raises(actions.DraftGoneError):
            actions.resume(session, wrong, now=NOW)


def test_what_was_typed_is_kept_though_it_is_wrong(database: Database) -> None:
    id_ = begin(database, now=NOW).id
    typed = {"surname": "", "given": "7", "born-year": "колись"}
    with database.writing() as session:
        actions.save_page(session, id_, Page.PERSON, typed, now=NOW)
    with database.reading() as session:
        assert actions.read_draft(session, id_, now=NOW).answers[Page.PERSON] == typed


def test_a_draft_is_kept_for_two_weeks_after_its_last_change(database: Database, shelf: Folder) -> None:
    id_ = filled(database, now=NOW, shelf=shelf)
    almost = NOW + actions.DRAFT_LASTS - timedelta(seconds=1)
    assert actions.sweep(database, shelf, now=almost) == 0
    with database.reading() as session:
        assert actions.read_draft(session, id_, now=almost).papers
    over = NOW + actions.DRAFT_LASTS
    with database.writing() as session, pytest.raises(actions.DraftGoneError):
        actions.read_draft(session, id_, now=over)
    assert actions.sweep(database, shelf, now=over + timedelta(seconds=1)) == 1
    with database.reading() as session:
        assert session.query(StoredFileRow).count() == 0
        assert session.query(store.DraftRow).count() == 0
    assert list(shelf.kept()) == []
    assert events(database, f"draft:{id_}")[-1] == "draft.deleted"


def test_a_deleted_draft_takes_its_papers_along(database: Database, shelf: Folder) -> None:
    id_ = filled(database, now=NOW, shelf=shelf)
    for _ in range(2):
        with database.writing() as session:
            actions.delete_draft(session, shelf, id_, actor=actions.VISITOR, now=NOW)
    with database.reading() as session:
        assert session.query(StoredFileRow).count() == 0
    assert list(shelf.kept()) == []


def test_a_paper_sent_twice_is_there_once(database: Database, shelf: Folder) -> None:
    id_ = filled(database, now=NOW, shelf=shelf)
    with database.writing() as session:
        actions.add_paper(session, shelf, id_, accepted(), name="ще раз.pdf", kind=Paper.IDENTITY, now=NOW)
        assert [paper.name for paper in actions.read_draft(session, id_, now=NOW).papers] == ["паспорт.pdf"]


def test_papers_of_a_draft_are_bounded_in_number_and_bytes(database: Database, shelf: Folder) -> None:
    id_ = begin(database, now=NOW).id
    with database.writing() as session:
        big = Accepted(b"x" * 9_000_000, MediaType.PDF, 1, "a" * 64)
        for number in range(6):
            actions.add_paper(
                session, shelf, id_, Accepted(big.content, MediaType.PDF, 1, f"{number:064x}"), name="а.pdf",
                kind=Paper.IDENTITY, now=NOW,
            )  # fmt: skip
        with pytest.raises(TooManyFilesError):
            actions.add_paper(session, shelf, id_, big, name="а.pdf", kind=Paper.IDENTITY, now=NOW)
        for number in range(6, MOST_FILES):
            actions.add_paper(session, shelf, id_, accepted(number), name="а.pdf", kind=Paper.IDENTITY, now=NOW)
        with pytest.raises(TooManyFilesError):
            actions.add_paper(session, shelf, id_, accepted(99), name="а.pdf", kind=Paper.IDENTITY, now=NOW)


def test_a_paper_is_removed_with_its_bytes(database: Database, shelf: Folder) -> None:
    id_ = filled(database, now=NOW, shelf=shelf)
    with database.reading() as session:
        [paper] = actions.read_draft(session, id_, now=NOW).papers
    other = begin(database, now=NOW).id
    for whose in (other, id_, id_):
        with database.writing() as session:
            actions.remove_paper(session, shelf, whose, paper.id, now=NOW)
        assert len(list(shelf.kept())) == (1 if whose == other else 0)


# Filing


def test_a_filed_request_has_a_reference_a_passphrase_and_a_day(database: Database, shelf: Folder) -> None:
    filed = file_draft(database, filled(database, now=NOW, shelf=shelf), now=NOW)
    assert read_reference(filed.reference) == filed.reference
    assert len(filed.passphrase.split()) == 5
    assert filed.due_on == date(2026, 12, 2)
    with database.reading() as session:
        row = session.query(store.RequestRow).one()
        assert (row.state, row.kinship, row.purposes, row.language) == ("filed", "spouse", "pension pay", "uk")
        assert row.email == "wzirtsia@example.org"
        [paper] = actions.follow(session, filed.id).papers
        assert paper.kind == "identity"
    assert letters(database) == [("request.received", f"request-received:{filed.id}")]
    assert "request.filed" in events(database, f"request:{filed.reference}")
    with database.reading() as session:
        assert not verify(session).broken


def test_pressing_twice_files_once_and_shows_the_same(database: Database) -> None:
    id_ = filled(database, now=NOW)
    first = file_draft(database, id_, now=NOW)
    assert file_draft(database, id_, now=NOW + timedelta(minutes=5)) == first
    with database.writing() as session, pytest.raises(actions.DraftFiledError):
        actions.save_page(session, id_, Page.PERSON, {}, now=NOW)
    assert len(letters(database)) == 1


def test_eight_tabs_that_send_at_once_file_one_request(database: Database) -> None:
    id_ = filled(database, now=NOW)
    answered: list[str] = []

    def send() -> None:
        answered.append(file_draft(database, id_, now=NOW).reference)

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answered) == 8
    assert len(set(answered)) == 1
    with database.reading() as session:
        assert session.query(store.RequestRow).count() == 1
        assert session.query(store.EventRow).count() == 1
    assert len(letters(database)) == 1


@pytest.mark.parametrize("page", list(Page))
def test_a_draft_with_a_page_missing_is_not_filed(database: Database, page: Page) -> None:
    answers = {other: typed for other, typed in ANSWERS.items() if other is not page}
    id_ = filled(database, now=NOW, answers=answers)
    if page is Page.KINSHIP:
        with database.writing() as session:
            actions.save_page(session, id_, page, {"kinship": "stranger"}, now=NOW)
    with database.writing() as session, pytest.raises(actions.IncompleteError) as error:
        actions.file_request(session, id_, consent=CONSENT, language="uk", random=Random(), now=NOW)
    assert page in error.value.pages
    with database.writing() as session:
        assert session.query(store.RequestRow).count() == 0


def test_nothing_is_filed_without_consent(database: Database) -> None:
    id_ = filled(database, now=NOW)
    with database.writing() as session, pytest.raises(actions.ConsentError):
        actions.file_request(session, id_, consent="", language="uk", random=Random(), now=NOW)


def test_a_reference_that_is_taken_is_not_given_twice(database: Database) -> None:
    one, other = (filled(database, now=NOW) for _ in range(2))
    first = file_draft(database, one, now=NOW, random=Random(7))
    second = file_draft(database, other, now=NOW, random=Random(7))
    assert first.reference != second.reference


def test_the_passphrase_is_shown_for_an_hour_or_until_it_is_used(database: Database, shelf: Folder) -> None:
    one, other = (filled(database, now=NOW) for _ in range(2))
    used, unused = file_draft(database, one, now=NOW), file_draft(database, other, now=NOW)
    with database.writing() as session:
        assert actions.confirmation(session, one, now=NOW + timedelta(minutes=59)).passphrase == used.passphrase
        actions.open_request(session, used.reference, used.passphrase, now=NOW)
        assert actions.confirmation(session, one, now=NOW).passphrase == ""
        assert actions.confirmation(session, other, now=NOW + timedelta(hours=1)).passphrase == ""
    actions.sweep(database, shelf, now=NOW + timedelta(hours=1, seconds=1))
    with database.reading() as session:
        assert session.query(store.RequestRow).filter(store.RequestRow.passphrase_sealed.is_not(None)).count() == 0
    with database.writing() as session:
        assert actions.open_request(session, unused.reference, unused.passphrase, now=NOW) == unused.id


# Following


def test_the_queue_is_first_come_first_served(database: Database) -> None:
    filed = [
        file_draft(database, filled(database, now=NOW), now=NOW + timedelta(minutes=minute)) for minute in range(3)
    ]
    with database.reading() as session:
        assert [actions.follow(session, one.id).place for one in filed] == [1, 2, 3]
    with database.writing() as session:
        actions.withdraw(session, filed[0].id, now=NOW)
    with database.reading() as session:
        assert [actions.follow(session, one.id).place for one in filed] == [0, 1, 2]


def test_two_wrong_phrases_slow_down_and_ten_close_for_an_hour(database: Database) -> None:
    filed = file_draft(database, filled(database, now=NOW), now=NOW)
    waited: dict[str, list[float]] = {}
    for reference in (filed.reference, "DV-2222-2222-2222"):
        now, pauses = NOW, []
        for _ in range(10):
            with database.writing() as session, pytest.raises(actions.WrongPassphraseError):
                actions.open_request(session, reference, "не ті слова", now=now)
            try:
                with database.writing() as session:
                    actions.open_request(session, reference, "не ті слова", now=now)
            except actions.NotYetError as error:
                pauses.append((error.at - now).total_seconds())
                now = error.at
            except actions.WrongPassphraseError:
                pauses.append(0)
                continue
        waited[reference] = pauses
        with database.writing() as session, pytest.raises(actions.NotYetError):
            actions.open_request(session, reference, filed.passphrase, now=now - timedelta(seconds=1))
    assert len(set(map(tuple, waited.values()))) == 1
    assert pauses[-1] == 3600
    with database.writing() as session:
        assert actions.open_request(session, filed.reference, filed.passphrase, now=now) == filed.id


def test_what_cannot_be_a_reference_is_no_guess(database: Database) -> None:
    with database.writing() as session:
        for typed in ("", "DV-0000", "х" * 5000, "DV-2222-2222-2223"):
            with pytest.raises(UnreadableReferenceError):
                actions.open_request(session, typed, "слова", now=NOW)
        assert session.query(store.GuessRow).count() == 0


def test_a_phrase_with_slips_opens(database: Database) -> None:
    filed = file_draft(database, filled(database, now=NOW), now=NOW)
    with database.writing() as session:
        typed = filed.passphrase.upper().replace(" ", " - ")
        assert actions.open_request(session, filed.reference.lower(), typed, now=NOW) == filed.id


def test_a_request_is_withdrawn_once_and_takes_no_more_papers(database: Database, shelf: Folder) -> None:
    filed = file_draft(database, filled(database, now=NOW), now=NOW)
    with database.writing() as session:
        actions.add_to_request(session, shelf, filed.id, accepted(2), name="а.pdf", kind=Paper.IDENTITY, now=NOW)
        actions.withdraw(session, filed.id, now=NOW)
        actions.withdraw(session, filed.id, now=NOW)
        with pytest.raises(StateError):
            actions.add_to_request(session, shelf, filed.id, accepted(3), name="а.pdf", kind=Paper.IDENTITY, now=NOW)
        followed = actions.follow(session, filed.id)
    assert followed.state is State.WITHDRAWN
    assert [entry.what for entry in followed.history] == [Happened.FILED, Happened.PAPER_ADDED, Happened.WITHDRAWN]


# Own duplicates, and nobody else's


def test_a_second_request_of_ones_own_is_filed_and_the_first_contact_is_told(database: Database) -> None:
    first = file_draft(database, filled(database, now=NOW), now=NOW)
    second = file_draft(database, filled(database, now=NOW), now=NOW + timedelta(days=1))
    assert first.reference != second.reference
    assert ("request.still-open", f"request-still-open:{second.id}") in letters(database)


def test_another_relative_causes_no_letter(database: Database) -> None:
    file_draft(database, filled(database, now=NOW), now=NOW)
    mother = {
        **ANSWERS,
        Page.KINSHIP: {"kinship": "parent"},
        Page.CONTACT: {"channel": "email", "email": "maty@example.org", "language": "en"},
    }
    file_draft(database, filled(database, now=NOW, answers=mother), now=NOW)
    assert [kind for kind, _ in letters(database)] == ["request.received"] * 2


def test_only_a_request_opened_here_is_named_as_already_open(database: Database) -> None:
    first = file_draft(database, filled(database, now=NOW), now=NOW)
    other = {**ANSWERS, Page.PERSON: {**ANSWERS[Page.PERSON], "given": "Інший"}}
    with database.reading() as session:
        assert actions.already_open(session, ANSWERS, opened=first.id) == first.reference
        assert actions.already_open(session, ANSWERS, opened="") == ""
        assert actions.already_open(session, other, opened=first.id) == ""


def test_a_page_only_applicant_gets_no_letter(database: Database) -> None:
    answers = {**ANSWERS, Page.CONTACT: {**ANSWERS[Page.CONTACT], "channel": "page_only"}}
    file_draft(database, filled(database, now=NOW, answers=answers), now=NOW)
    assert letters(database) == []

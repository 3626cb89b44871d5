"""Entries as staff keep them: recorded, found, corrected, given a status, merged and set apart again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts.store import AccountRow, email_index
from app.audit.store import Wanted, records, verify
from app.kernel.dates import PartialDate
from app.register.entries import actions, store
from app.register.entry import Basis, Category, Entry, Item, Status, texts_of
from app.register.person import Person
from app.register.store import BlockRow, EntryRow, every_person
from app.storage.database import Database
from app.storage.engine import Session
from tests.register_entries import (
    BASIS,
    CLERK,
    ENTRY,
    NOW,
    OTHER,
    PERSON,
    recorded,
    two_records_of_one,
    with_person,
)


def told(session: Session) -> list[tuple[str, str, dict[str, str]]]:
    """Return (event, subject, details) of every audit record, the oldest first."""
    return [(one.event, one.subject, dict(one.details)) for one in records(session, Wanted())][::-1]


def version(session: Session, number: int) -> int:
    kept = store.kept(session, number)
    assert kept is not None
    return kept.version


def test_what_is_recorded_is_read_back_whole(database: Database) -> None:
    with database.writing() as session:
        number = recorded(session)
    with database.writing() as session:
        file = actions.read_entry(session, number, actor=OTHER, now=NOW)
    assert file.kept.entry == ENTRY
    assert [(one.status, one.basis, one.recorded_by) for one in file.history] == [(Status.SEARCHING, BASIS, CLERK)]
    with database.reading() as session:
        assert told(session) == [("entry.recorded", f"entry:{number}", {}), ("entry.read", f"entry:{number}", {})]
        assert not verify(session).broken


def test_an_entry_that_knows_a_surname_only_is_recorded(database: Database) -> None:
    entry = Entry(Person(surname="Вигаданенко"))
    with database.writing() as session:
        number = recorded(session, entry)
    with database.writing() as session:
        assert actions.read_entry(session, number, actor=CLERK, now=NOW).kept.entry == entry


def test_a_claim_finds_the_entry_and_the_audit_says_which_were_shown(database: Database) -> None:
    with database.writing() as session:
        number = recorded(session)
        recorded(session, with_person(surname="Зовсімінший", given="Зенон", born=PartialDate(1960)))
    claim = Person(surname="Vyhadanenko", given="Ostap", born=PartialDate(1991, 3, 14))
    with database.writing() as session:
        found = actions.search(session, claim, actor=CLERK, now=NOW)
    assert found[0].kept.number == number
    with database.reading() as session:
        event, subject, details = told(session)[-1]
    assert (event, subject) == ("entries.searched", "register")
    assert details["entries"].startswith(f"entries:{number}")


def test_reading_a_namesake_is_marked_in_the_audit(database: Database) -> None:
    with database.writing() as session:
        account = AccountRow(id="clerk", email_index=email_index(session, "x"), active=True, language="uk",
                             created_at=NOW)  # fmt: skip
        session.add(account)
        account.name, account.address = "Олена Вигаданенко", "x@example.org"
        number = recorded(session)
        actions.read_entry(session, number, actor=CLERK, now=NOW)
        actions.read_entry(session, number, actor=OTHER, now=NOW)
    with database.reading() as session:
        reads = [details for event, _, details in told(session) if event == "entry.read"]
    assert reads == [{"namesake": "yes"}, {}]


def test_a_correction_keeps_the_old_values_and_is_found_by_the_new_ones(database: Database) -> None:
    with database.writing() as session:
        number = recorded(session)
    right = with_person(surname="Дійсненко", former_surnames=(), latin_surname="", born=PartialDate(1990, 12, 1))
    with database.writing() as session:
        actions.correct(session, number, right, version=1, reason="описка в заяві", actor=OTHER, now=NOW)
    with database.writing() as session:
        file = actions.read_entry(session, number, actor=CLERK, now=NOW)
        assert file.kept.entry == right
        (correction,) = file.corrections
        assert (correction.reason, correction.corrected_by) == ("описка в заяві", OTHER)
        before = {change.item: change.before for change in correction.changes}
        assert before[Item.SURNAME] == "Вигаданенко"
        assert before[Item.BORN] == "1991-03-14"
        claim = Person(surname="Дійсненко", given="Остап", born=PartialDate(1990, 12, 1))
        assert actions.search(session, claim, actor=CLERK, now=NOW)[0].kept.number == number
        assert set(session.scalars(select(BlockRow.block))) == set(store.hashes(database.vault, right.person))
    with database.reading() as session:
        assert ("entry.corrected", f"entry:{number}") in [record[:2] for record in told(session)]


def test_what_two_clerks_change_at_once_is_never_written_over(database: Database) -> None:
    with database.writing() as session:
        number = recorded(session)
        mine = with_person(given="Остапчик")
        actions.correct(session, number, mine, version=1, reason="уточнено", actor=CLERK, now=NOW)
    deeds: list[Callable[[Session], None]] = [
        lambda session: actions.correct(
            session, number, with_person(unit=""), version=1, reason="інше", actor=OTHER, now=NOW
        ),
        lambda session: actions.set_status(
            session, number, Status.RETURNED, BASIS, version=1, actor=OTHER, now=NOW
        ),
    ]  # fmt: skip
    for deed in deeds:
        with pytest.raises(actions.StaleError), database.writing() as session:
            deed(session)
    with database.reading() as session:
        kept = store.kept(session, number)
        assert kept is not None
        assert kept.entry == mine
        assert len(store.history(session, number)) == 1


def test_a_correction_needs_a_reason_and_a_change(database: Database) -> None:
    with database.writing() as session:
        number = recorded(session)
        with pytest.raises(actions.ReasonError):
            actions.correct(session, number, with_person(unit=""), version=1, reason=" ", actor=CLERK, now=NOW)
        with pytest.raises(actions.UnchangedError):
            actions.correct(session, number, ENTRY, version=1, reason="описка", actor=CLERK, now=NOW)
        with pytest.raises(actions.UnknownEntryError):
            actions.correct(session, 77, ENTRY, version=1, reason="описка", actor=CLERK, now=NOW)


def test_statuses_are_added_and_the_latest_by_date_holds(database: Database) -> None:
    later, earlier = PartialDate(2025, 5, 1), PartialDate(2024, 1)
    with database.writing() as session:
        number = recorded(session)
        actions.set_status(
            session, number, Status.RETURNED, Basis(later, "обмін"), version=1, actor=OTHER, now=NOW
        )  # fmt: skip
    with database.writing() as session:
        # Learnt afterwards, of an earlier time: it takes its place and changes nothing of today.
        actions.set_status(
            session, number, Status.CAPTIVITY, Basis(earlier, "лист НІБ"), version=2, actor=CLERK,
            now=NOW + timedelta(days=1),
        )  # fmt: skip
    with database.writing() as session:
        file = actions.read_entry(session, number, actor=CLERK, now=NOW)
    assert file.kept.status is Status.RETURNED
    assert [(one.status, one.basis.source, one.recorded_by) for one in file.history] == [
        (Status.SEARCHING, BASIS.source, CLERK),
        (Status.RETURNED, "обмін", OTHER),
        (Status.CAPTIVITY, "лист НІБ", CLERK),
    ]


def everything(session: Session, numbers: tuple[int, ...]) -> object:
    """Return what the register holds of these entries, apart from the count of their changes."""
    rows = session.scalars(select(EntryRow).where(EntryRow.number.in_(numbers)).order_by(EntryRow.number))
    blocks = select(BlockRow.block, BlockRow.entry).where(BlockRow.entry.in_(numbers))
    return (
        [(row.number, row.person_text, row.rest_text, row.status, row.merged_into) for row in rows],
        sorted(map(tuple, session.execute(blocks))),
        [store.history(session, number) for number in numbers],
    )


def test_a_merged_entry_answers_as_the_one_that_is_kept(database: Database) -> None:
    claim = Person(surname="Примарський", given="Остап", patronymic="Северинович", born=PartialDate(1989, 7, 2))
    with database.writing() as session:
        kept, gone = two_records_of_one(session)
        before = actions.search(session, claim, actor=CLERK, now=NOW)
        assert before[0].kept.number == gone
        actions.merge(
            session, kept, gone, versions=(1, 1), reason="та сама людина, паспорт", actor=CLERK, now=NOW
        )  # fmt: skip
        found = actions.search(session, claim, actor=CLERK, now=NOW)
        assert (found[0].kept.number, found[0].through) == (kept, gone)
        assert found[0].probability >= before[0].probability
        assert gone not in [one.kept.number for one in found]
        file = actions.read_entry(session, kept, actor=CLERK, now=NOW)
        assert [one.number for one in file.merged] == [gone]
        with pytest.raises(actions.MergedError) as refused:
            actions.set_status(session, gone, Status.RETURNED, BASIS, version=2, actor=CLERK, now=NOW)
        assert refused.value.into == kept


def test_a_merger_that_is_taken_back_leaves_everything_as_it_was(database: Database) -> None:
    with database.writing() as session:
        kept, gone = two_records_of_one(session)
    with database.reading() as session:
        before = everything(session, (kept, gone))
    with database.writing() as session:
        actions.merge(session, kept, gone, versions=(1, 1), reason="одна людина", actor=CLERK, now=NOW)
    with database.writing() as session:
        third = recorded(session, with_person(given="Зенон", born=PartialDate(1970, 1, 1)))
        actions.merge(
            session, third, kept, versions=(1, version(session, kept)), reason="помилково", actor=CLERK, now=NOW
        )  # fmt: skip
        assert store.roots(session, [gone]) == {gone: third}
    with database.writing() as session:
        for number in (kept, gone):
            actions.unmerge(
                session, number, version=version(session, number), reason="різні люди", actor=OTHER, now=NOW
            )  # fmt: skip
    with database.reading() as session:
        assert everything(session, (kept, gone)) == before
        (merger,) = store.mergers(session, gone)
        assert (merger.reason, merger.undone_reason, merger.undone_by) == ("одна людина", "різні люди", OTHER)
        events = [event for event, _, _ in told(session)]
        assert events.count("entries.merged") == events.count("entries.unmerged") == 2


def test_entries_are_not_merged_with_themselves_twice_or_unseen(database: Database) -> None:
    with database.writing() as session:
        kept, gone = two_records_of_one(session)
        third = recorded(session, with_person(given="Зенон", born=PartialDate(1970, 1, 1)))
        with pytest.raises(actions.SameEntryError):
            actions.merge(session, kept, kept, versions=(1, 1), reason="x", actor=CLERK, now=NOW)
        actions.merge(session, kept, gone, versions=(1, 1), reason="одна людина", actor=CLERK, now=NOW)
        with pytest.raises(actions.MergedError):
            actions.merge(session, third, gone, versions=(1, 2), reason="x", actor=CLERK, now=NOW)
        with pytest.raises(actions.StaleError):
            actions.merge(session, third, kept, versions=(1, 1), reason="x", actor=CLERK, now=NOW)
        with pytest.raises(actions.NotMergedError):
            actions.unmerge(session, kept, version=2, reason="x", actor=CLERK, now=NOW)


def test_an_entry_of_a_person_who_is_there_is_recorded_and_proposed_as_a_duplicate(database: Database) -> None:
    with database.writing() as session:
        first = recorded(session)
        second = recorded(session, with_person(patronymic="", former_surnames=(), latin_surname="", latin_given=""))
        recorded(session, with_person(given="Зенон", patronymic="Юхимович", born=PartialDate(1970, 1, 1)))
    with database.writing() as session:
        ((proposal, one, other),) = actions.list_duplicates(session, actor=CLERK, now=NOW)
        assert (one.number, other.number) == (first, second)
        pair = actions.read_duplicate(session, proposal.id, actor=CLERK, now=NOW)
        assert not pair.comparison.has_conflict
        actions.merge(session, first, second, versions=(1, 1), reason="одна людина", actor=CLERK, now=NOW)
        assert actions.list_duplicates(session, actor=CLERK, now=NOW) == []
        actions.unmerge(session, second, version=2, reason="ні", actor=CLERK, now=NOW)
        assert len(actions.list_duplicates(session, actor=CLERK, now=NOW)) == 1


def test_a_pair_that_was_dismissed_is_not_proposed_again(database: Database) -> None:
    with database.writing() as session:
        number = recorded(session)
        recorded(session, with_person(unit=""))
        ((proposal, _, _),) = actions.list_duplicates(session, actor=CLERK, now=NOW)
        actions.dismiss(session, proposal.id, reason="близнюки", actor=CLERK, now=NOW)
        with pytest.raises(actions.DecidedError):
            actions.dismiss(session, proposal.id, reason="близнюки", actor=OTHER, now=NOW)
        actions.correct(session, number, with_person(unit="інша"), version=1, reason="x", actor=CLERK, now=NOW)
        assert actions.list_duplicates(session, actor=CLERK, now=NOW) == []


def test_nothing_of_a_person_stands_in_the_database_in_clear(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        first, second = two_records_of_one(session)
        actions.correct(
            session, first, with_person(given="Таємнослав"), version=1, reason="Підставаріч", actor=CLERK, now=NOW
        )  # fmt: skip
        actions.merge(session, first, second, versions=(2, 1), reason="Злиттєвість", actor=CLERK, now=NOW)
        actions.unmerge(session, second, version=2, reason="Роз’єднання", actor=CLERK, now=NOW)
        actions.search(session, PERSON, actor=CLERK, now=NOW)
    planted = [text for text in texts_of(ENTRY).values() if len(text) > 5]
    planted += ["Примарський", "Соледар", "Таємнослав", "Підставаріч", "Злиттєвість", "Роз’єднання", BASIS.source]
    planted = [text for text in planted if text not in ("military", "hostilities")]
    with database.reading() as session:
        assert [list(every_person(session))]
    if database.engine.dialect.name == "sqlite":
        raw = b"".join(path.read_bytes() for path in tmp_path.glob("test.sqlite3*"))
    else:
        raw = dump(database)
    assert [text for text in planted if text.encode() in raw] == []


def dump(database: Database) -> bytes:
    """Return every row of the register's tables and of the audit as the database itself writes it."""
    found = b""
    with database.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars()
        for table in list(tables):
            for row in connection.exec_driver_sql(f'SELECT t::text, t.* FROM "{table}" t'):
                found += row[0].encode() + b"".join(cell for cell in row if isinstance(cell, bytes))
    return found


def test_demonstration_entries_are_plainly_marked_and_loaded_once(database: Database) -> None:
    with database.writing() as session:
        assert actions.add_demo_entries(session, actor="command:demo-load", now=NOW) == 30
        assert actions.add_demo_entries(session, actor="command:demo-load", now=NOW) == 0
        assert not actions.holds_real_entries(session)
        kept = list(store.kept_of(session, list(store.numbers(session))).values())
        assert all(one.demo and one.entry.person.surname.startswith("Демонстраційн") for one in kept)
        assert {one.status for one in kept} == set(Status)
        assert {one.entry.person.category for one in kept} == set(Category)
        assert [(one.first, one.second) for one in store.duplicates(session)] == [(1, 30)]
        recorded(session)
        assert actions.holds_real_entries(session)

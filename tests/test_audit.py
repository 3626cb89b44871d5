"""The audit record: in the transaction of the deed, chained, and never changed or removed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.audit.actions import record
from app.audit.model import AuditError, Event
from app.audit.store import AuditRow, Head, Wanted, head, read_head, records, verify
from app.content.store import EditionRow, record_edition
from app.storage.database import Database
from tests.unguarded import without_guard

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)


def fill(database: Database, times: int) -> None:
    for number in range(times):
        with database.writing() as session:
            record(session, Event.ACCOUNT_READ, actor="account:a", subject=f"account:{number}", now=NOW)


def test_a_deed_and_its_record_are_kept_together_or_not_at_all(database: Database) -> None:
    def fail_on_the_way() -> None:
        with database.writing() as session:
            record_edition(session, "a", NOW)
            record(session, Event.ACCOUNT_READ, actor="account:a", subject="account:b", now=NOW)
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        fail_on_the_way()
    with database.reading() as session:
        assert session.scalars(select(AuditRow)).all() == []
    with database.writing() as session:
        record_edition(session, "a", NOW)
        record(session, Event.ACCOUNT_READ, actor="account:a", subject="account:b", now=NOW)
    with database.reading() as session:
        assert session.query(EditionRow).count() == 1
        assert [found.subject for found in records(session, Wanted())] == ["account:b"]


def test_a_deed_undone_inside_a_transaction_leaves_no_record(database: Database) -> None:
    with database.writing() as session:
        record(session, Event.ACCOUNT_READ, actor="account:a", subject="account:kept", now=NOW)
        inner = session.begin_nested()
        record(session, Event.ACCOUNT_READ, actor="account:a", subject="account:undone", now=NOW)
        inner.rollback()
    with database.reading() as session:
        assert [found.subject for found in records(session, Wanted())] == ["account:kept"]


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE audit SET actor = 'account:somebody-else' WHERE number = 1",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit",
    ],
)
def test_the_database_refuses_to_change_or_remove_a_record(database: Database, deed: str) -> None:
    fill(database, 2)
    with pytest.raises(DBAPIError, match="only ever added to"), database.writing() as session:
        session.execute(text(deed))
    with database.reading() as session:
        assert verify(session).records == 2


def test_a_record_cannot_be_replaced_or_the_table_emptied(database: Database) -> None:
    fill(database, 1)
    sqlite = database.engine.dialect.name == "sqlite"
    deed = "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 1" if sqlite else "TRUNCATE audit"
    with pytest.raises(DBAPIError, match="only ever added to"), database.writing() as session:
        session.execute(text(deed))


@pytest.mark.parametrize(
    ("deed", "where"),
    [
        ("UPDATE audit SET subject = 'account:z' WHERE number = 3", "record 3 was changed"),
        ("DELETE FROM audit WHERE number = 2", "record 2 is missing"),
        ("UPDATE audit SET at = '2026-01-01' WHERE number = 1", "record 1 was changed"),
        ("UPDATE audit SET number = 6 WHERE number = 5", "record 5 is missing"),
    ],
)
def test_the_check_says_where_the_chain_breaks(database: Database, deed: str, where: str) -> None:
    fill(database, 5)
    without_guard(database)
    with database.engine.begin() as connection:
        connection.execute(text(deed))
    with database.reading() as session:
        assert where in verify(session).broken


def test_a_noted_head_shows_what_was_cut_off_at_the_end(database: Database) -> None:
    fill(database, 4)
    with database.reading() as session:
        noted = read_head(str(head(session)))
        assert verify(session, known=noted).broken == ""
    without_guard(database)
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE number = 4"))
    with database.reading() as session:
        assert verify(session).broken == ""
        assert "the chain ends at 3" in verify(session, known=noted).broken
        assert "is not the one" in verify(session, known=Head(3, bytes(32))).broken


@pytest.mark.parametrize(
    ("actor", "details"),
    [
        ("account:a", {}),
        ("account:a", {"reason": "Олена Коваль"}),
        ("account:a", {"reason": "0671234567"}),
        ("account:a", {"reason": "olena@example.org"}),
        ("account:a", {"reason": "wrong", "name": "x"}),
        ("Олена", {"reason": "wrong"}),
    ],
)
def test_a_record_takes_references_and_never_content(database: Database, actor: str, details: dict[str, str]) -> None:
    with database.writing() as session, pytest.raises(AuditError):
        record(session, Event.SIGN_IN_REFUSED, actor=actor, subject="account:b", now=NOW, **details)


def test_records_written_at_once_make_one_chain(database: Database) -> None:
    threads = [threading.Thread(target=fill, args=(database, 8)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        verdict = verify(session)
    assert (verdict.records, verdict.broken) == (64, "")

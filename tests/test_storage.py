"""The database, on SQLite and on PostgreSQL: migrations, transactions, the counter of editions."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from app.content.store import EditionRow, record_edition
from app.storage.database import Database, open_database
from app.storage.engine import Table, migrations, open_engine, upgrade

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    else:
        engine = open_engine(request.getfixturevalue("postgres"))
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    yield engine
    engine.dispose()


def test_migrations_lead_to_the_models_and_back(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
    command.downgrade(migrations(engine), "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    upgrade(engine)


def test_an_edition_is_counted_once_until_it_changes(database: Database) -> None:
    numbers = []
    for digest in ("a", "a", "b", "a"):
        with database.writing() as session:
            numbers.append(record_edition(session, digest, NOW))
    assert numbers == [1, 1, 2, 3]


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail_on_the_way() -> None:
        with database.writing() as session:
            record_edition(session, "a", NOW)
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        fail_on_the_way()
    with database.reading() as session:
        assert session.query(EditionRow).count() == 0


def test_workers_that_start_together_count_one_edition(prepared_sqlite: Path, tmp_path: Path, key_file: Path) -> None:
    path = tmp_path / "together.sqlite3"
    shutil.copy(prepared_sqlite, path)
    database = open_database(f"sqlite:///{path}", keys="", key_file=key_file)
    numbers: list[int] = []

    def start() -> None:
        with database.writing() as session:
            numbers.append(record_edition(session, "a", NOW))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.engine.dispose()
    assert numbers == [1] * 8

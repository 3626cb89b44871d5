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
from sqlalchemy import Engine, MetaData, inspect, select, text

from app.content.store import EditionRow, record_edition
from app.storage.database import Database, open_database
from app.storage.engine import SCHEMA, BrokenReferenceError, Table, changing, migrations, open_engine, upgrade
from tests.rows import fill

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


@pytest.mark.parametrize("revision", SCHEMA.revisions)
def test_rows_of_every_revision_survive_the_way_up_and_their_tables_the_way_down(engine: Engine, revision: str) -> None:
    with changing(engine) as connection:
        SCHEMA.bring(connection, revision)
    then = tables_of(engine)
    with changing(engine) as connection:
        fill(connection, then.sorted_tables)
    before = rows_of(engine, then)
    assert all(len(rows) == 3 for rows in before.values())
    upgrade(engine)
    kept = tables_of(engine)
    after = rows_of(engine, kept)
    for table, rows in before.items():
        if table not in kept.tables:
            continue
        columns = kept.tables[table].columns.keys()
        for row in rows:
            common = {name: value for name, value in row.items() if name in columns}
            assert any(common.items() <= {**found}.items() for found in after[table]), (table, common)
    command.downgrade(migrations(engine), "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


PARENT = "CREATE TABLE {} (id integer PRIMARY KEY)"
CHILD = "CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE CASCADE)"


def test_a_table_made_anew_by_a_migration_keeps_the_rows_that_refer_to_it(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    with engine.begin() as connection:
        for words in (
            PARENT.format("parent"),
            CHILD,
            "INSERT INTO parent VALUES (1)",
            "INSERT INTO child VALUES (1, 1)",
        ):
            connection.execute(text(words))
    with changing(engine) as connection:
        for words in (
            PARENT.format("fresh"),
            "INSERT INTO fresh SELECT id FROM parent",
            "DROP TABLE parent",
            "ALTER TABLE fresh RENAME TO parent",
        ):
            connection.execute(text(words))
    with pytest.raises(BrokenReferenceError, match="child to parent"), changing(engine) as connection:
        connection.execute(text("DELETE FROM parent"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT parent FROM child JOIN parent ON parent.id = child.parent")).all() == [
            (1,)
        ]
        # The connection goes back to enforcing.
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()


def tables_of(engine: Engine) -> MetaData:
    """Return the tables as the database itself describes them; the models are those of the newest revision only."""
    found = MetaData()
    found.reflect(engine)
    found.remove(found.tables["alembic_version"])
    return found


def rows_of(engine: Engine, metadata: MetaData) -> dict[str, list[dict[str, str]]]:
    with engine.connect() as connection:
        return {
            table.name: [
                {name: repr(value) for name, value in row.items()}
                for row in connection.execute(select(table)).mappings()
            ]
            for table in metadata.sorted_tables
        }


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

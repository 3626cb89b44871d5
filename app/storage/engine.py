"""The engine (SQLite by default, PostgreSQL by address), the base of all tables, and the migrations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as Session

MIGRATIONS = Path(__file__).parent / "migrations"


class Table(DeclarativeBase):
    """Base of every table of every slice."""


def open_engine(address: str) -> Engine:
    """Open the database at `address`. On SQLite transactions are begun by us, so that a rollback is a rollback."""
    # An error of the database must not carry what it was given into a log.
    engine = create_engine(address, hide_parameters=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _: Any) -> None:
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            # A writer that began as a reader cannot wait for another writer; IMMEDIATE queues them instead.
            mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
            connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


class UnreachableError(Exception):
    """No connection to the database. The message is the driver's first line; it holds no password."""


def reach(address: str) -> Engine:
    """Open the database at `address` and prove that it answers. Raises UnreachableError."""
    engine = open_engine(address)
    try:
        with engine.connect():
            return engine
    except OperationalError as error:
        engine.dispose()
        raise UnreachableError(str(error.orig).splitlines()[0]) from None


@dataclass(frozen=True)
class Schema:
    """Tables and the folders of the migrations that lead to them."""

    metadata: MetaData
    versions: tuple[Path, ...]

    def config(self, engine: Engine) -> Config:
        """Return Alembic's configuration bound to `engine`; each command is one transaction."""
        config = self._config()
        config.attributes["engine"] = engine
        return config

    @property
    def newest(self) -> str:
        """The revision to which the migrations lead."""
        head = ScriptDirectory.from_config(self._config()).get_current_head()
        assert head is not None
        return head

    @property
    def revisions(self) -> list[str]:
        """Every revision, the first one first."""
        scripts = ScriptDirectory.from_config(self._config()).walk_revisions()
        return [script.revision for script in scripts][::-1]

    def knows(self, revision: str) -> bool:
        """Tell whether `revision` is one of the migrations."""
        try:
            return ScriptDirectory.from_config(self._config()).get_revision(revision) is not None
        except CommandError:
            return False

    def bring(self, connection: Connection, revision: str) -> None:
        """Bring an empty database to `revision`, from whichever it is at, in the transaction of `connection`."""
        config = self._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        command.upgrade(config, revision)

    def upgrade(self, connection: Connection) -> None:
        """Bring the database to the newest schema in the transaction of `connection`."""
        config = self._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    def _config(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.set_main_option("version_locations", os.pathsep.join(str(folder) for folder in self.versions))
        return config


SCHEMA = Schema(Table.metadata, (MIGRATIONS / "versions",))
"""The site's own."""


def migrations(engine: Engine) -> Config:
    """Return Alembic's configuration bound to `engine`."""
    return SCHEMA.config(engine)


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema."""
    command.upgrade(migrations(engine), "head")


def revision_of(connection: Connection) -> str | None:
    """Return the schema revision of a database, or None where there is none yet."""
    return MigrationContext.configure(connection).get_current_revision()


class BrokenReferenceError(Exception):
    """Rows that refer to rows which are not there."""


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """A transaction in which tables themselves may change. It is alone: others wait or begin after it.

    On SQLite references are checked at the end only (a table is changed there by making it anew, which would otherwise
    delete what refers to it); raises BrokenReferenceError then.
    """
    with engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ALONE})
            yield connection
            connection.commit()
            return
        # The pragma does nothing inside a transaction, so it goes to the driver before SQLAlchemy begins one.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise BrokenReferenceError(", ".join(sorted({f"{row[0]} to {row[2]}" for row in broken})))
            connection.commit()
        finally:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys=ON")


_ALONE = 0x646F726F68
"""Number of the lock that PostgreSQL gives to one changer of tables at a time."""

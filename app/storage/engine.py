"""The engine (SQLite by default, PostgreSQL by address), the base of all tables, and the migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
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


def migrations(engine: Engine) -> Config:
    """Return Alembic's configuration bound to `engine`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema."""
    command.upgrade(migrations(engine), "head")

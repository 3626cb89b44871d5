"""Numbers and references around rows that are loaded in bulk, in the words of each database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text


def counter_of(connection: Connection, table: str, columns: Iterable[str]) -> int | None:
    """Return the highest number given out for a row in one of `columns`, or None where the database does not count.

    One that was deleted must not be given out again.
    """
    highest: int | None = None
    if connection.dialect.name == "sqlite":
        if inspect(connection).has_table("sqlite_sequence"):
            highest = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table})
        return highest
    for name in columns:
        sequence = _sequence(connection, table, name)
        if sequence is not None:
            highest = connection.scalar(text(f"SELECT CASE WHEN is_called THEN last_value END FROM {sequence}"))  # noqa: S608
    return highest


def set_counter(connection: Connection, table: str, columns: Iterable[str], counter: int | None) -> None:
    """Let the database number new rows above `counter` and above every number that is there."""
    if connection.dialect.name == "sqlite":
        # SQLite counts up to what was inserted by itself, in tables that count at all.
        if counter is not None and _counts(connection, table):
            values = {"name": table, "counter": counter}
            raised = text("UPDATE sqlite_sequence SET seq = max(seq, :counter) WHERE name = :name")
            if connection.execute(raised, values).rowcount == 0:
                connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :counter)"), values)
        return
    quote = connection.dialect.identifier_preparer.quote
    for name in columns:
        sequence = _sequence(connection, table, name)
        if sequence is not None:
            highest = connection.scalar(text(f"SELECT max({quote(name)}) FROM {quote(table)}"))  # noqa: S608
            last = max(highest or 0, counter or 0)
            values = {"sequence": sequence, "last": max(last, 1), "used": last > 0}
            connection.execute(text("SELECT setval(CAST(:sequence AS regclass), :last, :used)"), values)


@contextmanager
def references_later(connection: Connection) -> Iterator[None]:
    """Let rows come in any order: references are checked when all are there. SQLite does not look before the end."""
    if connection.dialect.name != "postgresql":
        yield
        return
    found = connection.execute(
        text(
            "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint "
            "WHERE contype = 'f' AND NOT condeferrable AND connamespace = current_schema()::regnamespace"
        )
    ).all()
    for table, name in found:
        connection.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED"))
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, name in found:
        connection.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE"))


def _counts(connection: Connection, table: str) -> bool:
    query = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    return "AUTOINCREMENT" in (connection.scalar(query, {"name": table}) or "")


def _sequence(connection: Connection, table: str, column: str) -> str | None:
    """Return the name, quoted, of the sequence that numbers a column on PostgreSQL."""
    quoted = connection.dialect.identifier_preparer.quote(table)
    found: str | None = connection.scalar(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": quoted, "column": column}
    )
    return found

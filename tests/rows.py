"""Rows for any table: a value for every column by its type, so that a test needs to know no table by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    select,
)
from sqlalchemy.types import TypeDecorator

FITTING: Mapping[tuple[str, str], Any] = {}
"""Values for columns whose table takes only certain ones (a check constraint): (table, column) to the value."""


def value_of(column: Column[Any], number: int) -> Any:
    """Return a value that `column` takes in its row `number`, counted from 1; it differs from row to row."""
    type_ = column.type
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    if (column.table.name, column.name) in FITTING:
        return FITTING[column.table.name, column.name]
    if isinstance(type_, Boolean):
        return bool(number % 2)
    if isinstance(type_, Integer):
        return number
    if isinstance(type_, Float):
        return number / 7
    if isinstance(type_, LargeBinary):
        return bytes((number % 256, 0, 10, 13, 255, 92)) + column.name.encode()
    if isinstance(type_, JSON):
        return {"number": number, "слово": f"\\N \t {column.name}"}
    if isinstance(type_, DateTime):
        moment = datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC) + timedelta(hours=number)
        return moment if type_.timezone else moment.replace(tzinfo=None)
    if isinstance(type_, Date):
        return date(2026, 1, 1) + timedelta(days=number)
    if isinstance(type_, String):
        return f"{number}\n\\ є’{column.name}"[: type_.length]
    raise AssertionError(f"{column.table.name}.{column.name} has a type that tests do not know: {type_!r}")


def fill(connection: Connection, tables: Iterable[Table], rows: int = 3) -> None:
    """Add rows to tables, which come in the order of their references. Columns that may be empty are so in the last."""
    for table in tables:
        for number in range(1, rows + 1):
            last = rows > 1 and number == rows
            values = {
                column.name: None if last and column.nullable else _value(connection, column, number)
                for column in table.columns
            }
            connection.execute(insert(table).values(values))


def _value(connection: Connection, column: Column[Any], number: int) -> Any:
    for key in column.foreign_keys:
        if key.column.table is not column.table:
            return connection.scalars(select(key.column).order_by(key.column).offset(number - 1)).first()
        return None
    return value_of(column, number)


def contents(engine: Engine, metadata: MetaData) -> dict[str, list[str]]:
    """Return every row of every table in a form that is the same for both databases."""
    with engine.connect() as connection:
        return {
            table.name: sorted(
                json.dumps([_plain(value, column) for value, column in zip(row, table.columns, strict=True)])
                for row in connection.execute(select(table))
            )
            for table in metadata.sorted_tables
        }


def _plain(value: Any, column: Column[Any]) -> Any:
    if isinstance(value, datetime) and getattr(column.type, "timezone", False):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return value if isinstance(value, dict | list | int | float | str | None) else repr(value)

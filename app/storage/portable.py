"""Rows as text that either database gives and takes: the kinds of columns, and how each kind is written as JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    cast,
    column,
    insert,
    select,
    table,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.kernel.dates import as_utc


class Kind(StrEnum):
    """What a column holds, whatever the database calls it."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TEXT = "text"
    BYTES = "bytes"
    JSON = "json"
    DATE = "date"
    MOMENT = "moment"
    """A point in time. SQLite keeps it in UTC without saying so."""
    CLOCK = "clock"
    """A date and time of no zone."""


class UnportableError(Exception):
    """A column has a type that backups do not know. Add it to `Kind`."""


def kind_of(column_: Column[Any]) -> Kind:
    """Return the kind of a column. Raises UnportableError."""
    type_: TypeEngine[Any] = column_.type
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    if isinstance(type_, DateTime):
        return Kind.MOMENT if type_.timezone else Kind.CLOCK
    for known, kind in _KINDS:
        # Float is a Numeric; exact numbers have no form that SQLite keeps.
        if isinstance(type_, known):
            return kind
    raise UnportableError(f"{column_.table.name}.{column_.name} has the type {type_!r}, which backups do not know")


_KINDS: Sequence[tuple[type[TypeEngine[Any]], Kind]] = (
    (Boolean, Kind.BOOLEAN),
    (Integer, Kind.INTEGER),
    (Float, Kind.FLOAT),
    (LargeBinary, Kind.BYTES),
    (JSON, Kind.JSON),
    (Date, Kind.DATE),
    (String, Kind.TEXT),
)

_TYPES: Mapping[Kind, TypeEngine[Any]] = {
    Kind.INTEGER: BigInteger(),
    Kind.FLOAT: Float(),
    Kind.BOOLEAN: Boolean(),
    Kind.TEXT: Text(),
    Kind.BYTES: LargeBinary(),
    Kind.JSON: Text(),
    Kind.DATE: Date(),
    Kind.MOMENT: DateTime(timezone=True),
    Kind.CLOCK: DateTime(),
}


def read_lines(connection: Connection, from_: Table) -> Iterator[bytes]:
    """Yield every row as a line of JSON, in the order of the primary key; memory holds a thousand."""
    kinds = [kind_of(one) for one in from_.columns]
    # A document is read as the text that it is, so that it comes back letter for letter.
    shown = [cast(one, Text) if kind is Kind.JSON else column(one.name, _TYPES[kind])
             for one, kind in zip(from_.columns, kinds, strict=True)]  # fmt: skip
    query = select(*shown).select_from(from_).order_by(*from_.primary_key.columns)
    writers = [_WRITERS.get(kind) for kind in kinds]
    with connection.execute(query, execution_options={"yield_per": 1000}) as rows:
        for row in rows:
            values = [
                writer(value) if writer is not None and value is not None else value
                for writer, value in zip(writers, row, strict=True)
            ]
            yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def parse_line(line: bytes, kinds: Sequence[Kind]) -> list[Any]:
    """Return the values of a line that `read_lines` wrote."""
    values = json.loads(line)
    return [
        reader(value) if value is not None and (reader := _READERS.get(kind)) is not None else value
        for kind, value in zip(kinds, values, strict=True)
    ]


def write_rows(connection: Connection, name: str, columns: Sequence[tuple[str, Kind]], lines: Iterable[bytes]) -> int:
    """Add the rows of `lines` to the table `name` and return how many they are."""
    kinds = [kind for _, kind in columns]
    rows = [parse_line(line, kinds) for line in lines]
    names = [column_name for column_name, _ in columns]
    if not rows:
        return 0
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.quote
        into = f"COPY {quote(name)} ({', '.join(map(quote, names))}) FROM STDIN"
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(into) as copying:
            for row in rows:
                copying.write_row(row)
        return len(rows)
    target = table(name, *(column(column_name, _TYPES[kind]) for column_name, kind in columns))
    connection.execute(insert(target), [dict(zip(names, row, strict=True)) for row in rows])
    return len(rows)


def _write_moment(value: datetime) -> str:
    return as_utc(value).isoformat()


_WRITERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.BYTES: lambda value: base64.b64encode(value).decode(),
    Kind.DATE: date.isoformat,
    Kind.MOMENT: _write_moment,
    Kind.CLOCK: datetime.isoformat,
}
_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.BYTES: base64.b64decode,
    Kind.DATE: date.fromisoformat,
    Kind.MOMENT: datetime.fromisoformat,
    Kind.CLOCK: datetime.fromisoformat,
}

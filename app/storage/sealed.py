"""Sealed columns: the attribute by which a row's sealed text is read and written, and sealing anew with a new key."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, overload

from sqlalchemy import BigInteger, Column, LargeBinary, func, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session, object_session

from app.storage.database import Database
from app.storage.engine import Table
from app.storage.vault import Place, Vault, head_of, key_of

T = TypeVar("T", str, "str | None")


def new_id() -> str:
    """Return a new id of a row: 130 random bits. It is made before the row is, because it is bound into its values."""
    return secrets.token_hex(16)


class SealedBytes(LargeBinary):
    """The type of a column that holds sealed values. Its table has a text column `id`."""

    cache_ok = True


class BlindIndex(LargeBinary):
    """The type of a column that holds a keyed hash of 32 bytes for exact look-up."""

    cache_ok = True


class Block(BigInteger):
    """The type of a column that holds a keyed blocking hash."""

    cache_ok = True


def vault_of(session: Session) -> Vault:
    """Return the vault of the database that `session` speaks to."""
    return cast(Vault, session.info["vault"])


class Sealed(Generic[T]):
    """A text kept sealed: ``name: Sealed[str] = Sealed("name_sealed")`` beside ``name_sealed: Mapped[bytes]``.

    The row must have its id and stand in a session before the text is set. None is kept as NULL.
    """

    def __init__(self, column: str) -> None:
        self._column = column

    @overload
    def __get__(self, row: None, owner: type[Any]) -> Sealed[T]: ...

    @overload
    def __get__(self, row: Any, owner: type[Any]) -> T: ...

    def __get__(self, row: Any, owner: type[Any]) -> Any:
        if row is None:
            return self
        sealed = getattr(row, self._column)
        return None if sealed is None else _vault(row).open(sealed, self._place(row))

    def __set__(self, row: Any, text: T) -> None:
        setattr(row, self._column, None if text is None else _vault(row).seal(text, self._place(row)))

    def _place(self, row: Any) -> Place:
        return Place(row.__tablename__, self._column, row.id)


def _vault(row: Any) -> Vault:
    session = object_session(row)
    if session is None:
        raise RuntimeError("a row opens and seals its texts only in a session: add it first")
    return vault_of(session)


@dataclass(frozen=True)
class Sealing:
    """How many values a column has under one key."""

    table: str
    column: str
    key: str
    values: int


def sealed_columns() -> Iterator[tuple[SqlTable, Column[Any]]]:
    """Yield every column that holds sealed values, with its table."""
    for table in Table.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedBytes):
                yield table, column


def rotate(database: Database, *, batch: int = 500) -> Iterator[Sealing]:
    """Seal anew, in transactions of `batch` rows, every value whose key is not the current one.

    Yields what was done after each transaction. It can be interrupted anywhere and begun again: a value that is sealed
    with the current key is left alone. Readers and writers go on meanwhile; a row changed under it is taken next time.
    Raises UnknownKeyError or BrokenSealError for a value that does not open; everything before it is kept.
    """
    vault = database.vault
    for table, column in sealed_columns():
        last = ""
        while True:
            with database.writing() as session:
                rows = session.execute(
                    select(table.c.id, column)
                    .where(table.c.id > last, column.is_not(None))
                    .order_by(table.c.id)
                    .limit(batch)
                ).all()
                done = 0
                for id_, sealed in rows:
                    if key_of(sealed) == vault.ring.current:
                        continue
                    place = Place(table.name, column.name, id_)
                    fresh = vault.seal_bytes(vault.open_bytes(sealed, place), place)
                    # A writer on PostgreSQL may have set the value meanwhile; then it is already under the newer key.
                    session.execute(update(table).where(table.c.id == id_, column == sealed).values({column: fresh}))
                    done += 1
            if done:
                yield Sealing(table.name, column.name, vault.ring.current, done)
            if len(rows) < batch:
                break
            last = rows[-1].id


def sealings(session: Session) -> list[Sealing]:
    """Count the sealed values of each column by key; those under a key that the ring lacks stand under "unknown"."""
    ring = vault_of(session).ring
    found: list[Sealing] = []
    for table, column in sealed_columns():
        rest = session.scalar(select(func.count()).select_from(table).where(column.is_not(None))) or 0
        for id_ in ring.sealing:
            # The id of the key stands at the start of a value in clear, so the database counts without any key.
            head = head_of(id_)
            under = func.substr(column, 1, len(head)) == head
            values = session.scalar(select(func.count()).select_from(table).where(under)) or 0
            rest -= values
            found.append(Sealing(table.name, column.name, id_, values))
        found.append(Sealing(table.name, column.name, "unknown", rest))
    return [sealing for sealing in found if sealing.values]

"""Sealed columns: the attribute by which a row's sealed text is read and written, and sealing anew with a new key."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, overload

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, bindparam, delete, func, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session, object_session

from app.storage.database import Database, ProofRow
from app.storage.engine import Table
from app.storage.vault import Place, SealError, Vault, head_of

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

    The row must have its id and stand in a session before the text is set. None is kept as NULL. The attribute of the
    sealed bytes has the name of its column: both are bound into the value.
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
        if not row.id:
            raise RuntimeError("a row has its id (new_id) before its texts are sealed: it is bound into them")
        return Place(row.__tablename__, self._column, row.id)


def _vault(row: Any) -> Vault:
    session = object_session(row)
    if session is None:
        raise RuntimeError("a row opens and seals its texts only in a session: add it first")
    return vault_of(session)


UNKNOWN = "unknown"
"""Stands for every key that the ring lacks."""


@dataclass(frozen=True)
class Sealing:
    """How many values a column has under one key."""

    table: str
    column: str
    key: str
    values: int


@dataclass(frozen=True)
class Rotated:
    """What one transaction of a rotation did in a column, and the ids of rows whose value does not open."""

    table: str
    column: str
    values: int
    broken: tuple[str, ...]


class KeyInUseError(Exception):
    """Values are still sealed with a key that was to be retired."""

    def __init__(self, left: list[Sealing]) -> None:
        super().__init__(", ".join(f"{one.table}.{one.column}: {one.values}" for one in left))
        self.left = left


def sealed_columns(metadata: MetaData = Table.metadata) -> Iterator[tuple[SqlTable, Column[Any]]]:
    """Yield every column that holds sealed values, with its table."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedBytes):
                yield table, column


def rotate(database: Database, *, batch: int = 500, metadata: MetaData = Table.metadata) -> Iterator[Rotated]:
    """Seal anew, in transactions of `batch` rows, every value whose key is not the current one.

    Yields what was done after each transaction. It can be interrupted anywhere and begun again: a value that is sealed
    with the current key is left alone. Readers and writers go on meanwhile: a value that they change under it stays as
    they left it and is looked at again. A value that does not open is named and left alone.
    """
    for table, column in sealed_columns(metadata):
        for _ in range(_PASSES):
            missed = 0
            for rotated, changed in _rotate(database, table, column, batch):
                missed += changed
                yield rotated
            if not missed:
                break


_PASSES = 5
"""A process with an old ring may go on sealing with the old key; what it leaves is for the next `rotate`."""


def _rotate(database: Database, table: SqlTable, column: Column[Any], batch: int) -> Iterator[tuple[Rotated, int]]:
    """Go once through a column; yields what was done, and how many values were changed by others meanwhile."""
    vault = database.vault
    head = head_of(vault.ring.current)
    stale = func.substr(column, 1, len(head)) != head
    # Only where it is still what was read: a writer may have set a new value, and that one is the truth.
    unchanged = update(table).where(table.c.id == bindparam("row"), column == bindparam("read"))
    replaced = unchanged.values({column: bindparam("fresh")})
    last = ""
    while True:
        with database.reading() as session:
            rows = session.execute(
                select(table.c.id, column)
                .where(table.c.id > last, column.is_not(None), stale)
                .order_by(table.c.id)
                .limit(batch)
            ).all()
        if not rows:
            return
        last = rows[-1].id
        anew: list[dict[str, object]] = []
        broken: list[str] = []
        for id_, sealed in rows:
            place = Place(table.name, column.name, id_)
            try:
                fresh = vault.seal_bytes(vault.open_bytes(sealed, place), place)
            except SealError:
                broken.append(id_)
            else:
                anew.append({"row": id_, "read": sealed, "fresh": fresh})
        done = 0
        if anew:
            with database.writing() as session:
                result = session.connection().execute(replaced, anew)
                done = result.rowcount
        yield Rotated(table.name, column.name, done, tuple(broken)), len(anew) - done


def sealings(session: Session, *, metadata: MetaData = Table.metadata) -> list[Sealing]:
    """Count the sealed values of each column by key; those under a key that the ring lacks stand under UNKNOWN."""
    ring = vault_of(session).ring
    found: list[Sealing] = []
    for table, column in sealed_columns(metadata):
        rest = session.scalar(select(func.count()).select_from(table).where(column.is_not(None))) or 0
        for id_ in ring.sealing:
            values = _count(session, table, column, id_)
            rest -= values
            found.append(Sealing(table.name, column.name, id_, values))
        found.append(Sealing(table.name, column.name, UNKNOWN, rest))
    return [sealing for sealing in found if sealing.values]


def retire(database: Database, id_: str, *, metadata: MetaData = Table.metadata) -> None:
    """Let no process seal with the key `id_` any more: its proof goes, for which every writer asks at its beginning.

    Waits for the writers that have begun. Raises KeyInUseError, and changes nothing, where a value is sealed with it.
    """
    with database.writing() as session:
        session.execute(delete(ProofRow).where(ProofRow.id == id_))
        counted = [
            Sealing(table.name, column.name, id_, _count(session, table, column, id_))
            for table, column in sealed_columns(metadata)
        ]
        left = [sealing for sealing in counted if sealing.values]
        if left:
            raise KeyInUseError(left)


def _count(session: Session, table: SqlTable, column: Column[Any], id_: str) -> int:
    # The id of the key stands at the start of a value in clear, so the database counts without any key.
    head = head_of(id_)
    return session.scalar(select(func.count()).select_from(table).where(func.substr(column, 1, len(head)) == head)) or 0

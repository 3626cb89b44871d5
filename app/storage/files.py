"""Stored files: bytes on a shelf, each sealed with a key of its own, and the row that keeps this key sealed in turn."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import DateTime, String, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from app.storage.database import Database
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, Sealed, SealedBytes, new_id, vault_of
from app.storage.shelf import Shelf, ShelfUnreachableError
from app.storage.uploads import Accepted, MediaType, plain_name
from app.storage.vault import BrokenSealError, Place

MOST_FILES = 20
"""Files of one draft, request or case."""

MOST_BYTES = 60_000_000
"""Bytes of all files of one draft, request or case together."""

SETTLED = timedelta(days=1)
"""Age from which bytes without a row are nobody's: no transaction is that long on its way."""

_VERSION = b"\x01"
_NONCE = 12
_LEAVING = "files whose bytes leave with this transaction"
_BATCH = 500

log = logging.getLogger(__name__)


class NoSuchFileError(Exception):
    """There is no stored file of this id, or there is none any more."""


class SameFileError(Exception):
    """The very same bytes are there already."""


class TooManyFilesError(Exception):
    """There are `MOST_FILES` already, or they would be more than `MOST_BYTES`."""


class StoredFileRow(Table):
    """One stored file. Its key opens its bytes; without this row nobody reads them, and so the row goes first."""

    __tablename__ = "stored_file"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    pages: Mapped[int | None]
    digest: Mapped[bytes] = mapped_column(BlindIndex, index=True)
    key_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    name_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    name: Sealed[str] = Sealed("name_sealed")


@dataclass(frozen=True)
class OpenedFile:
    """A stored file as it is handed to a person: its bytes, the name it was given, its type."""

    content: bytes = field(repr=False)
    name: str = field(repr=False)
    media_type: MediaType


@dataclass(frozen=True)
class Swept:
    """What a sweep found: bytes without a row, which it destroyed, and rows whose bytes are lost, by id."""

    kept: int
    removed: int
    lost: Sequence[str]


def receive(session: Session, shelf: Shelf, accepted: Accepted, *, name: str, now: datetime) -> str:
    """Keep an accepted file under the name a person gave it, and return its id. Accept it before the session begins.

    The bytes are safe on the shelf before the row is written. Where the transaction then fails, they lie there sealed
    with a key that nobody has, until a sweep takes them. Raises ShelfUnreachableError; then nothing is kept.
    """
    id_ = new_id()
    key = AESGCM.generate_key(bit_length=256)
    shelf.put(id_, _sealed(key, accepted.content, id_))
    vault = vault_of(session)
    row = StoredFileRow(
        id=id_,
        media_type=accepted.media_type.value,
        size_bytes=len(accepted.content),
        pages=accepted.pages,
        digest=vault.blind(StoredFileRow.__tablename__, accepted.sha256),
        key_sealed=vault.seal_bytes(key, _key_place(id_)),
        received_at=now,
    )
    session.add(row)
    row.name = plain_name(name)
    session.flush()
    return id_


def receive_beside(
    session: Session, shelf: Shelf, accepted: Accepted, others: Sequence[StoredFileRow], *, name: str, now: datetime
) -> str:
    """Keep an accepted file beside `others`, those of the same draft, request or case, as `receive` does.

    Raises SameFileError, TooManyFilesError, ShelfUnreachableError; then nothing is kept.
    """
    digest = vault_of(session).blind(StoredFileRow.__tablename__, accepted.sha256)
    if any(file.digest == digest for file in others):
        raise SameFileError
    check_room(others, len(accepted.content))
    return receive(session, shelf, accepted, name=name, now=now)


def check_room(others: Sequence[StoredFileRow], size_bytes: int) -> None:
    """Raise TooManyFilesError unless a file of this size fits beside `others`."""
    if len(others) >= MOST_FILES or sum(file.size_bytes for file in others) + size_bytes > MOST_BYTES:
        raise TooManyFilesError


def open_file(session: Session, shelf: Shelf, id_: str) -> OpenedFile:
    """Return a stored file. Raises NoSuchFileError, and FileLostError or ShelfUnreachableError as the shelf does.

    Raises UnknownKeyError or BrokenSealError where its key, its name or its bytes were changed, or are another file's.
    """
    row = _row(session, id_)
    key = vault_of(session).open_bytes(row.key_sealed, _key_place(id_))
    return OpenedFile(_opened(key, shelf.take(id_), id_), row.name, MediaType(row.media_type))


def delete(session: Session, shelf: Shelf, id_: str) -> None:
    """Delete a stored file: its row with this transaction, its bytes once that is committed.

    With the row goes the key, so what a crash in between leaves on the shelf cannot be read; a sweep takes it. Raises
    NoSuchFileError.
    """
    session.delete(_row(session, id_))
    session.flush()
    if _LEAVING not in session.info:
        event.listen(session, "after_transaction_end", _let_go)
    session.info.setdefault(_LEAVING, []).append((shelf, id_))


def delete_unused(session: Session, shelf: Shelf, id_: str) -> bool:
    """Delete a stored file unless a row of some table still refers to it; say whether it went.

    Call it once the row that let it go is gone. Until the transaction ends nobody else does so with the same file, and
    nobody comes to refer to it. Raises NoSuchFileError.
    """
    session.flush()
    if session.get(StoredFileRow, id_, with_for_update=True, populate_existing=True) is None:
        raise NoSuchFileError(id_)
    for table in Table.metadata.sorted_tables:
        for column in table.columns:
            refers = any(key.column.table.name == StoredFileRow.__tablename__ for key in column.foreign_keys)
            if refers and session.execute(select(column).where(column == id_).limit(1)).first() is not None:
                return False
    delete(session, shelf, id_)
    return True


def same_files(session: Session, accepted: Accepted) -> list[str]:
    """Return the ids of the stored files that were uploaded with the very same bytes, the oldest first.

    Whoever asks must not be told of files of others.
    """
    digest = vault_of(session).blind(StoredFileRow.__tablename__, accepted.sha256)
    found = select(StoredFileRow.id).where(StoredFileRow.digest == digest)
    return list(session.scalars(found.order_by(StoredFileRow.received_at, StoredFileRow.id)))


def sweep(database: Database, shelf: Shelf, *, now: datetime) -> Swept:
    """Destroy bytes that have lain on the shelf for a day without a row, and name the rows whose bytes are lost.

    Harmless at any time, beside running servers too. Raises ShelfUnreachableError; a later sweep does the rest.
    """
    settled = now - SETTLED
    lying = list(shelf.kept())
    removed = 0
    for batch in _batches([kept.id for kept in lying if kept.since < settled]):
        for id_ in set(batch) - _with_rows(database, batch):
            shelf.remove(id_)
            removed += 1
    there = {kept.id for kept in lying}
    with database.reading() as session:
        rows = session.scalars(select(StoredFileRow.id).where(StoredFileRow.received_at < settled))
        lost = sorted(set(rows) - there)
    return Swept(kept=len(there) - removed, removed=removed, lost=lost)


def _row(session: Session, id_: str) -> StoredFileRow:
    row = session.get(StoredFileRow, id_)
    if row is None:
        raise NoSuchFileError(id_)
    return row


def _let_go(session: Session, transaction: SessionTransaction) -> None:
    """Remove the bytes of deleted files when the outermost transaction has ended, if their rows are truly gone."""
    if transaction.parent is not None:
        return
    leaving: list[tuple[Shelf, str]] = session.info.get(_LEAVING, [])
    while leaving:
        shelf, id_ = leaving.pop()
        try:
            # The transaction, or the savepoint in it that deleted the file, may have been rolled back.
            with Session(session.get_bind().execution_options(sqlite_begin="DEFERRED")) as asking:
                if asking.scalar(select(StoredFileRow.id).where(StoredFileRow.id == id_)) is None:
                    shelf.remove(id_)
        except (ShelfUnreachableError, SQLAlchemyError) as error:
            log.warning("the bytes of the deleted file %s wait for a sweep: %s", id_, type(error).__name__)


def _with_rows(database: Database, ids: Sequence[str]) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(StoredFileRow.id).where(StoredFileRow.id.in_(ids))))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(ids), _BATCH):
        yield ids[at : at + _BATCH]


def _sealed(key: bytes, content: bytes, id_: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, content, _VERSION + bytes(_content_place(id_)))


def _opened(key: bytes, sealed: bytes, id_: str) -> bytes:
    nonce, rest = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, rest, sealed[:1] + bytes(_content_place(id_)))
    except (InvalidTag, ValueError):
        raise BrokenSealError(f"the bytes of the stored file {id_} do not open") from None


def _key_place(id_: str) -> Place:
    return Place(StoredFileRow.__tablename__, "key_sealed", id_)


def _content_place(id_: str) -> Place:
    return Place(StoredFileRow.__tablename__, "content", id_)

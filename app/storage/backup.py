"""Backup: one encrypted archive of database, files and content, made while the site runs, and its check."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

import psycopg
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import SQLAlchemyError

from app.storage.archive import ArchiveError, ArchiveWriter, read_archive, writing_archive
from app.storage.database import Database, ProofRow, fits
from app.storage.engine import SCHEMA, Schema, revision_of
from app.storage.loading import counter_of
from app.storage.portable import Kind, kind_of, parse_line, read_lines
from app.storage.ring import SINGLE, KeyRing
from app.storage.shelf import FileLostError, Shelf
from app.storage.vault import Vault

PART = 4 * 2**20
"""Bytes of a table from which the next part is begun. A part stands in memory whole."""

Tell = Callable[[str], None]
"""Is told of the progress in short lines."""

_MANIFEST = "manifest.json"


class BackupError(Exception):
    """A backup cannot be made or restored. Says why; nothing was written."""


class TableEntry(BaseModel):
    """A table in an archive. `counter` is the highest number that the database has given out for its rows."""

    model_config = ConfigDict(frozen=True)

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: int
    counter: int | None = None


class Manifest(BaseModel):
    """What an archive holds. `members` has the SHA-256 of each, in hex; `edition` the digest of the content."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    revision: str
    created_at: datetime
    database: str
    edition: str
    tables: tuple[TableEntry, ...]
    members: Mapping[str, str]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def files(self) -> int:
        return sum(name.startswith("files/") for name in self.members)

    @property
    def content(self) -> int:
        return sum(name.startswith("content/") for name in self.members)


def create_backup(
    database: Database,
    shelf: Shelf,
    target: Path,
    *,
    content: Mapping[str, str],
    edition: str,
    now: datetime,
    schema: Schema = SCHEMA,
    tell: Tell = lambda _: None,
) -> Manifest:
    """Write an archive of the database as it is at one moment, of all files that it speaks of, and of `content`.

    The site may run meanwhile. A file that was added after the backup began, and deleted with its row right after the
    moment, may be missing: restored, its row is told of as lost. `target` appears whole (0600) or not at all. Raises
    BackupError, and ShelfUnreachableError where a file cannot be read.
    """
    id_ = secrets.token_bytes(32)
    with (
        _appearing(target) as file,
        writing_archive(file, key=database.vault.ring.backup, id_=id_, at=now.timestamp()) as archive,
    ):
        members = _Members(archive)
        for path, words in sorted(content.items()):
            members.add(f"content/{path}", words.encode())
        # Once before the moment and once right after it: a file that is deleted, or added, around it is then there for
        # its row. What has no row is carried along and can be swept later.
        _add_files(members, shelf, tell)
        tables = []
        with _moment(database.engine) as connection:
            if revision_of(connection) != schema.newest:
                raise BackupError("The database is not at the schema of this version: run storage prepare first.")
            _add_files(members, shelf, tell)
            for table in schema.metadata.sorted_tables:
                tables.append(_add_table(members, connection, table))
                tell(f"{table.name}: {tables[-1].rows:,} rows")
        manifest = Manifest(
            revision=schema.newest,
            created_at=now,
            database=database.engine.dialect.name,
            edition=edition,
            tables=tuple(tables),
            members=members.digests,
        )
        archive.add(_MANIFEST, manifest.model_dump_json().encode())
    return manifest


class _Members:
    """Adds members to an archive and remembers the digest of each."""

    def __init__(self, archive: ArchiveWriter) -> None:
        self._archive = archive
        self.digests: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        self._archive.add(name, content)
        self.digests[name] = hashlib.sha256(content).hexdigest()


def _add_files(members: _Members, shelf: Shelf, tell: Tell) -> None:
    added = 0
    for kept in shelf.kept():
        if f"files/{kept.id}" in members.digests:
            continue
        try:
            sealed = shelf.take(kept.id)
        except FileLostError:
            # Deleted since it was listed, or never finished.
            continue
        members.add(f"files/{kept.id}", sealed)
        added += 1
        if added % 1000 == 0:
            tell(f"files: {added:,}")


def _add_table(members: _Members, connection: Connection, table: Table) -> TableEntry:
    rows = 0
    for number, lines in enumerate(_parts(read_lines(connection, table)), start=1):
        members.add(f"tables/{table.name}/{number:06}.jsonl", b"".join(lines))
        rows += len(lines)
    columns = tuple((column.name, kind_of(column)) for column in table.columns)
    counter = counter_of(connection, table.name, [column.name for column in table.primary_key.columns])
    return TableEntry(name=table.name, columns=columns, rows=rows, counter=counter)


def _parts(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Gather lines to parts of PART bytes or a little more."""
    part: list[bytes] = []
    size = 0
    for line in lines:
        part.append(line)
        size += len(line)
        if size >= PART:
            yield part
            part, size = [], 0
    if part:
        yield part


@contextmanager
def _moment(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the database as it was at its first question, whatever is written meanwhile."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    # On SQLite a read transaction in WAL mode is such a view already, and no writer waits for it.
    try:
        with engine.connect() as connection:
            yield connection
    except (SQLAlchemyError, psycopg.Error) as error:
        raise BackupError(f"The database failed while it was read: {first_line(error)}") from None


def first_line(error: Exception) -> str:
    """Return what a database says of an error, without the lines that show a row."""
    return (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0]


@contextmanager
def _appearing(target: Path) -> Iterator[IO[bytes]]:
    """Open a file beside `target` that takes its place at the end, or goes if anything fails."""
    if target.exists():
        raise BackupError(f"{str(target)!r} exists already.")
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(target)
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise BackupError(f"{str(target)!r} cannot be written: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def check_backup(path: Path, ring: KeyRing) -> Manifest:
    """Read a whole archive and return what it holds.

    Raises ArchiveError where it is damaged or opens with another key, and BackupError where `ring` lacks a key with
    which something in it is sealed.
    """
    digests: dict[str, str] = {}
    proofs: list[bytes] = []
    last, content = "", b""
    for name, content in read_archive(path, key=ring.backup):
        last = name
        digests[name] = hashlib.sha256(content).hexdigest()
        if name.startswith(f"tables/{ProofRow.__tablename__}/"):
            proofs += content.splitlines()
    if last != _MANIFEST:
        raise ArchiveError("The archive has no table of contents at its end.")
    manifest = _read_manifest(content)
    del digests[_MANIFEST]
    for name in sorted(digests.keys() | manifest.members.keys()):
        if digests.get(name) != manifest.members.get(name):
            raise ArchiveError(f"{name!r} in the archive does not fit its checksum.")
    for entry in manifest.tables:
        if entry.name == ProofRow.__tablename__:
            _prove(entry, proofs, Vault(ring))
    return manifest


def _read_manifest(content: bytes) -> Manifest:
    try:
        if json.loads(content).get("format", 1) != 1:
            raise ArchiveError("A newer version made this archive. Restore it with that version.")
        return Manifest.model_validate_json(content)
    except (ValueError, ValidationError, AttributeError):
        raise ArchiveError("The archive's table of contents cannot be read.") from None


def _prove(entry: TableEntry, lines: list[bytes], vault: Vault) -> None:
    kinds = [kind for _, kind in entry.columns]
    names = [name for name, _ in entry.columns]
    for line in lines:
        row = dict(zip(names, parse_line(line, kinds), strict=True))
        if row["id"] not in SINGLE and row["id"] not in vault.ring.sealing:
            raise BackupError(
                f"The archive holds values sealed with key {row['id']!r}, which this key ring lacks: take the ring of "
                "the archive's day, or add that key."
            )
        if not fits(vault, row["id"], row["proof"]):
            raise BackupError(
                f"Key {row['id']!r} of this key ring is not the one with which the archive's values are sealed: take "
                "the ring of the archive's day."
            )

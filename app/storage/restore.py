"""Restore: an archive is checked whole, then brought into an empty database of either kind in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

import psycopg
from sqlalchemy import Connection, Engine, inspect, literal, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.storage.archive import ArchiveError, read_archive
from app.storage.backup import BackupError, Manifest, Tell, check_backup, first_line
from app.storage.database import ProofRow, add_proofs
from app.storage.engine import SCHEMA, BrokenReferenceError, Schema, changing, revision_of
from app.storage.loading import references_later, set_counter
from app.storage.portable import Kind, write_rows
from app.storage.ring import KeyRing
from app.storage.shelf import FileLostError, Shelf
from app.storage.vault import Vault

Check = Callable[[Session], Collection[str]]
"""Looks at a restored database before it is committed and returns what is wrong, in sentences."""

_REVISIONS = "alembic_version"


def restore_backup(
    path: Path,
    engine: Engine,
    shelf: Shelf,
    ring: KeyRing,
    *,
    check: Check,
    finish: Callable[[Session], None],
    spare: Collection[str] = (),
    schema: Schema = SCHEMA,
    tell: Tell = lambda _: None,
) -> Manifest:
    """Bring an empty database and an empty shelf to what an archive holds, and to the newest schema.

    The whole archive is checked first. The database is then filled in one transaction, at the end of which `check` may
    refuse and `finish` may add: whatever interrupts it, the database stays empty. Files that were written by then are
    removed; those that a crash leaves are the archive's own and do not hinder the next try. `spare` names the tables
    whose rows a start makes by itself and which may be lost.

    Raises ArchiveError and BackupError, and ShelfUnreachableError where a file cannot be written.
    """
    manifest = check_backup(path, ring)
    tell(f"checked: {len(manifest.members):,} members")
    if not schema.knows(manifest.revision):
        raise BackupError(
            f"A newer version made this archive (schema {manifest.revision}, while this one ends at {schema.newest}): "
            "install that version and restore with it."
        )
    try:
        with ExitStack() as undo, changing(engine) as connection:
            _refuse_rows(connection, {ProofRow.__tablename__, _REVISIONS, *spare}, schema)
            _refuse_files(shelf, manifest)
            schema.bring(connection, manifest.revision)
            _fill(connection, path, ring, manifest, tell)
            schema.upgrade(connection)
            with Session(connection, info={"vault": Vault(ring)}, join_transaction_mode="rollback_only") as session:
                add_proofs(session)
                session.flush()
                faults = check(session)
                if faults:
                    raise BackupError("\n".join(faults))
                finish(session)
                session.commit()
            _put_files(shelf, path, ring, manifest, undo)
            # A commit may succeed and yet fail to say so: from here on the files stay.
            undo.pop_all()
    except BrokenReferenceError as error:
        raise BackupError(f"Rows of the archive refer to rows that it does not hold: {error}.") from None
    except (SQLAlchemyError, psycopg.Error) as error:
        raise BackupError(f"The database refused what the archive holds: {first_line(error)}") from None
    return manifest


def write_content(path: Path, ring: KeyRing, folder: Path) -> int:
    """Write the content files of an archive below `folder`, which must be empty or not there; return how many."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupError(f"{str(folder)!r} is not an empty folder.")
    written = 0
    for name, content in read_archive(path, key=ring.backup):
        place = PurePosixPath(name)
        if place.parts[0] != "content" or ".." in place.parts:
            continue
        file = folder.joinpath(*place.parts[1:])
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        except OSError as error:
            raise BackupError(f"{str(file)!r} cannot be written: {error.strerror}.") from None
        written += 1
    return written


def _refuse_rows(connection: Connection, may_have: Collection[str], schema: Schema) -> None:
    revision = revision_of(connection)
    found = inspect(connection).get_table_names()
    if revision is not None and not schema.knows(revision):
        raise BackupError(f"The database was prepared by a newer version (schema {revision}).")
    if revision is None and found:
        raise BackupError("The database has tables of something else. A restore takes a database of its own.")
    for name in found:
        if name not in may_have and connection.scalar(select(literal(1)).select_from(table(name)).limit(1)) is not None:
            raise BackupError(f"The database is not empty: {name!r} has rows. A restore takes an empty one.")


def _refuse_files(shelf: Shelf, manifest: Manifest) -> None:
    for kept in shelf.kept():
        try:
            digest = hashlib.sha256(shelf.take(kept.id)).hexdigest()
        except FileLostError:
            # Left by a write that did not end.
            shelf.remove(kept.id)
            continue
        if manifest.members.get(f"files/{kept.id}") != digest:
            raise BackupError("There are stored files that are not this archive's. A restore takes an empty place.")


def _members(path: Path, ring: KeyRing, manifest: Manifest, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Yield the members below `prefix` as they were when checked."""
    for name, content in read_archive(path, key=ring.backup):
        if name.startswith(prefix):
            if hashlib.sha256(content).hexdigest() != manifest.members.get(name):
                raise ArchiveError("The archive was changed while it was being restored.")
            yield name, content


def _fill(connection: Connection, path: Path, ring: KeyRing, manifest: Manifest, tell: Tell) -> None:
    entries = {entry.name: entry for entry in manifest.tables}
    counted = dict.fromkeys(entries, 0)
    with references_later(connection):
        for member, content in _members(path, ring, manifest, "tables/"):
            name = member.split("/")[1]
            counted[name] += write_rows(connection, name, entries[name].columns, content.splitlines())
    for name, entry in entries.items():
        if counted[name] != entry.rows:
            raise ArchiveError(f"The archive has {counted[name]:,} rows of {name!r} instead of {entry.rows:,}.")
        set_counter(connection, name, [column for column, kind in entry.columns if kind is Kind.INTEGER], entry.counter)
        tell(f"{name}: {entry.rows:,} rows")


def _put_files(shelf: Shelf, path: Path, ring: KeyRing, manifest: Manifest, undo: ExitStack) -> None:
    there = {kept.id for kept in shelf.kept()}
    for name, content in _members(path, ring, manifest, "files/"):
        id_ = name.removeprefix("files/")
        if id_ not in there:
            undo.callback(shelf.remove, id_)
            shelf.put(id_, content)

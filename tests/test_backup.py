"""Backup and restore: one moment of a running site, brought back whole into either database, or not at all."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import threading
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.orm import Session

from app.config import ROOT
from app.content.store import record_edition
from app.storage.archive import ArchiveError, read_archive
from app.storage.backup import BackupError, Manifest, check_backup, create_backup
from app.storage.database import Database, open_database, prepare_database
from app.storage.engine import SCHEMA, Schema, Table, changing, open_engine, revision_of
from app.storage.folder import Folder
from app.storage.portable import kind_of
from app.storage.restore import restore_backup, write_content
from app.storage.ring import KeyRing, make_ring
from app.storage.sealed import new_id
from app.storage.shelf import FileLostError, Shelf, ShelfUnreachableError
from tests.backup_tables import EXTRA, numbered, pairs, with_a_later_column, with_extra_tables
from tests.conftest import KEY_DAY, MakeDatabase
from tests.people_rows import PersonRow, add_person
from tests.rows import contents, fill
from tests.test_vault import PLANTED, forms

NOW = datetime(2026, 4, 16, 12, 30, tzinfo=UTC)
CONTENT = {"sources.yaml": "- Джерело\n", "articles/first/uk.md": "# Перша\n"}
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    """The site's schema and the tables of these tests."""
    return with_extra_tables(tmp_path / "versions")


@dataclass
class Site:
    """A site: its database, its stored files and its keys."""

    database: Database
    shelf: Folder
    schema: Schema

    @property
    def ring(self) -> KeyRing:
        return self.database.vault.ring

    def back_up(self, target: Path, shelf: Shelf | None = None) -> Manifest:
        return create_backup(
            self.database, shelf or self.shelf, target,
            content=CONTENT, edition="e1", now=NOW, schema=self.schema,
        )  # fmt: skip

    def files(self) -> dict[str, bytes]:
        return {kept.id: self.shelf.take(kept.id) for kept in self.shelf.kept()}


@pytest.fixture
def site(database: Database, schema: Schema, tmp_path: Path) -> Site:
    """A running site of each kind with rows in every table, and files."""
    with changing(database.engine) as connection:
        schema.upgrade(connection)
        own = {"key_proof"}
        fill(connection, [table for table in schema.metadata.sorted_tables if table.name not in own])
    shelf = Folder(tmp_path / "files")
    for size in (0, 1, 70_000, 2_500_000):
        shelf.put(new_id(), secrets.token_bytes(size))
    return Site(database, shelf, schema)


def restored(path: Path, address: str, shelf: Shelf, ring: KeyRing, schema: Schema, **others: Any) -> Manifest:
    engine = open_engine(address)
    try:
        return restore_backup(
            path, engine, shelf, ring, schema=schema,
            **{"check": lambda _: [], "finish": lambda _: None, **others},
        )  # fmt: skip
    finally:
        engine.dispose()


def rows(address: str, schema: Schema) -> dict[str, list[str]]:
    engine = open_engine(address)
    found = contents(engine, schema.metadata)
    engine.dispose()
    return found


def is_empty(address: str) -> bool:
    """Tell whether a database was left without any table."""
    engine = open_engine(address)
    found = inspect(engine).get_table_names()
    engine.dispose()
    return found == []


@pytest.mark.parametrize("kind", ["same", "other"])
def test_every_row_and_file_comes_back_in_either_database(
    site: Site, empty: MakeDatabase, tmp_path: Path, kind: str
) -> None:
    path, here = tmp_path / "a.backup", site.database.engine.dialect.name
    before = contents(site.database.engine, site.schema.metadata)
    made = site.back_up(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert all(before.values())
    assert contents(site.database.engine, site.schema.metadata) == before

    address, shelf = empty(here if kind == "same" else OTHER[here]), Folder(tmp_path / "restored")
    assert restored(path, address, shelf, site.ring, site.schema) == made
    assert rows(address, site.schema) == before
    assert {kept.id: shelf.take(kept.id) for kept in shelf.kept()} == site.files()
    assert made.rows == sum(map(len, before.values()))
    assert (made.files, made.content, made.edition, made.created_at) == (4, 2, "e1", NOW)
    engine = open_engine(address)
    with engine.connect() as connection:
        assert revision_of(connection) == site.schema.newest
    engine.dispose()

    # There and back again: the second archive holds the same as the first.
    database = open_database_of(address, site)
    again = create_backup(
        database, shelf, tmp_path / "b.backup", content=CONTENT, edition="e1", now=NOW, schema=site.schema
    )
    assert {**again.members} == made.members
    database.engine.dispose()


def open_database_of(address: str, site: Site) -> Database:
    return open_database(address, keys=site.ring.as_text(), key_file=Path("none"))


def test_sealed_values_open_and_are_found_after_a_move_to_the_other_database(
    site: Site, empty: MakeDatabase, tmp_path: Path
) -> None:
    with site.database.writing() as session:
        id_ = add_person(session, "Марʼяна Тестова", phone="+380440000001")
    site.back_up(tmp_path / "a.backup")
    address = empty(OTHER[site.database.engine.dialect.name])
    restored(tmp_path / "a.backup", address, Folder(tmp_path / "restored"), site.ring, site.schema)
    other = open_database_of(address, site)
    with other.reading() as session:
        by_phone = PersonRow.phone_index == other.vault.blind("phone", "+380440000001")
        found = session.scalars(select(PersonRow).where(by_phone)).one()
        assert (found.id, found.name) == (id_, "Марʼяна Тестова")
    other.engine.dispose()


def test_numbers_that_were_given_out_are_not_given_out_again(site: Site, empty: MakeDatabase, tmp_path: Path) -> None:
    with site.database.writing() as session:
        session.execute(numbered.delete())
        given = session.execute(insert(numbered).values(words="gone")).inserted_primary_key
        assert given is not None
        session.execute(numbered.delete().where(numbered.c.number == given.number))
    site.back_up(tmp_path / "a.backup")
    for kind in ("sqlite", "postgresql"):
        address = empty(kind)
        restored(tmp_path / "a.backup", address, Folder(tmp_path / kind), site.ring, site.schema)
        engine = open_engine(address)
        with engine.begin() as connection:
            fresh = connection.execute(insert(numbered).values(words="new")).inserted_primary_key
            assert fresh is not None
            assert fresh.number > given.number
        engine.dispose()


def test_rows_that_refer_to_later_ones_come_back(site: Site, empty: MakeDatabase, tmp_path: Path) -> None:
    with site.database.writing() as session:
        first, second = session.scalars(select(numbered.c.number).order_by(numbered.c.number).limit(2))
        session.execute(numbered.update().where(numbered.c.number == first).values(after=second))
        session.execute(numbered.update().where(numbered.c.number == second).values(after=first))
    site.back_up(tmp_path / "a.backup")
    address = empty(OTHER[site.database.engine.dialect.name])
    restored(tmp_path / "a.backup", address, Folder(tmp_path / "restored"), site.ring, site.schema)
    assert rows(address, site.schema) == contents(site.database.engine, site.schema.metadata)
    engine = open_engine(address)
    # References are enforced as before.
    with pytest.raises(Exception, match=r"(?i)foreign key"), engine.begin() as connection:
        connection.execute(insert(numbered).values(words="x", after=10_000))
    engine.dispose()


def test_a_backup_made_while_four_writers_write_holds_one_moment(
    site: Site, empty: MakeDatabase, tmp_path: Path
) -> None:
    """Each transaction writes two rows that name each other and a file; half of them delete an earlier pair."""
    done, started = threading.Event(), threading.Barrier(5)
    faults: list[BaseException] = []

    def write(mark: str) -> None:
        mine: list[tuple[str, str, str]] = []
        try:
            turn = 0
            while not done.is_set() or turn < 40:
                if turn == 10:
                    started.wait(60)
                one, other, file = f"{mark}-{turn}-a", f"{mark}-{turn}-b", new_id()
                site.shelf.put(file, f"file of {one}".encode())
                with site.database.writing() as session:
                    session.execute(insert(pairs).values(id=one, other=other, file=file))
                    session.execute(insert(pairs).values(id=other, other=one))
                mine.append((one, other, file))
                if turn % 2:
                    one, other, file = mine.pop(0)
                    with site.database.writing() as session:
                        session.execute(pairs.delete().where(pairs.c.id.in_([one, other])))
                    site.shelf.remove(file)
                turn += 1
        except BaseException as error:
            faults.append(error)
            started.abort()

    threads = [threading.Thread(target=write, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        started.wait(60)
        site.back_up(tmp_path / "a.backup")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert faults == []

    address, shelf = empty(OTHER[site.database.engine.dialect.name]), Folder(tmp_path / "restored")
    restored(tmp_path / "a.backup", address, shelf, site.ring, site.schema)
    engine = open_engine(address)
    with engine.connect() as connection:
        found = {row.id: row for row in connection.execute(select(pairs)) if row.id.startswith("w")}
    engine.dispose()
    assert {id_.split("-")[0] for id_ in found} == {"w0", "w1", "w2", "w3"}
    assert all(found[row.other].other == id_ for id_, row in found.items())
    with site.database.engine.connect() as connection:
        still_there = {row.id for row in connection.execute(select(pairs))}
    for id_, row in found.items():
        if row.file:
            # Whoever deletes right after the moment may be quicker than the backup; what stays is in it.
            with nullcontext() if id_ in still_there else suppress(FileLostError):
                assert shelf.take(row.file) == f"file of {id_}".encode()


def test_nothing_of_a_person_can_be_read_in_an_archive(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        # As plain as a table could ever hold it, and named as content and as edition too.
        record_edition(session, PLANTED[5], NOW)
    shelf = Folder(tmp_path / "files")
    shelf.put(new_id(), " ".join(PLANTED).encode())
    words = {"articles/x/uk.md": "\n".join(PLANTED) * 100}
    path = tmp_path / "a.backup"
    create_backup(database, shelf, path, content=words, edition=PLANTED[2], now=NOW)
    found = path.read_bytes()
    assert [word for word in PLANTED if any(form in found for form in forms(word))] == []
    assert check_backup(path, database.vault.ring).edition == PLANTED[2]


def test_the_archive_holds_no_key(site: Site, tmp_path: Path) -> None:
    site.back_up(tmp_path / "a.backup")
    plain = b"".join(content for _, content in read_archive(tmp_path / "a.backup", key=site.ring.backup))
    keys = [*site.ring.sealing.values(), site.ring.index, site.ring.blocking, site.ring.audit, site.ring.backup]
    assert len(plain) > 2_500_000
    assert not any(key in plain for key in keys)


# What is refused.


def test_a_bad_archive_or_a_wrong_key_writes_nothing(site: Site, empty: MakeDatabase, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    site.back_up(path)
    whole = path.read_bytes()
    address, shelf = empty(site.database.engine.dialect.name), Folder(tmp_path / "restored")
    middle = len(whole) // 2
    for sentence, found, ring in (
        ("This is no backup of this site", b"garbage" * 1000, site.ring),
        ("This is no backup of this site", b"", site.ring),
        ("cut off", whole[:middle], site.ring),
        ("was changed at", whole[:middle] + bytes((whole[middle] ^ 1,)) + whole[middle + 1 :], site.ring),
        ("another ring made it", whole, make_ring(KEY_DAY)),
        ("cannot be read: No such file", None, site.ring),
    ):
        path.unlink(missing_ok=True)
        if found is not None:
            path.write_bytes(found)
        with pytest.raises(ArchiveError, match=sentence):
            restored(path, address, shelf, ring, site.schema)
        assert is_empty(address)
        assert list(shelf.kept()) == []


def test_a_ring_that_opens_the_archive_but_not_what_is_sealed_in_it_is_refused(
    site: Site, empty: MakeDatabase, tmp_path: Path
) -> None:
    path, address = tmp_path / "a.backup", empty(site.database.engine.dialect.name)
    site.back_up(path)
    other = make_ring(date(2030, 1, 1))
    newer = replace(site.ring, current=other.current, sealing=other.sealing)
    same_id = replace(site.ring, sealing={site.ring.current: bytes(32)})
    for ring, sentence in ((newer, "which this key ring lacks"), (same_id, "is not the one with which")):
        for attempt in (lambda: check_backup(path, ring), lambda: restore(path, address, ring, tmp_path, site)):  # noqa: B023
            with pytest.raises(BackupError, match=sentence):
                attempt()
    assert is_empty(address)


def restore(path: Path, address: str, ring: KeyRing, tmp_path: Path, site: Site) -> None:
    restored(path, address, Folder(tmp_path / "restored"), ring, site.schema)


def test_a_place_that_is_not_empty_is_refused_and_left_as_it_is(
    site: Site, database_address: str, empty: MakeDatabase, tmp_path: Path
) -> None:
    path = tmp_path / "a.backup"
    site.back_up(path)
    before = contents(site.database.engine, site.schema.metadata)
    with pytest.raises(BackupError, match="The database is not empty"):
        restored(path, database_address, Folder(tmp_path / "restored"), site.ring, site.schema)
    assert contents(site.database.engine, site.schema.metadata) == before
    assert list(Folder(tmp_path / "restored").kept()) == []

    address, shelf = empty(site.database.engine.dialect.name), Folder(tmp_path / "others")
    theirs = new_id()
    shelf.put(theirs, b"theirs")
    with pytest.raises(BackupError, match="stored files that are not this archive's"):
        restored(path, address, shelf, site.ring, site.schema)
    assert is_empty(address)
    assert [(kept.id, shelf.take(kept.id)) for kept in shelf.kept()] == [(theirs, b"theirs")]

    foreign = empty(site.database.engine.dialect.name)
    engine = open_engine(foreign)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE something (id integer)"))
    engine.dispose()
    with pytest.raises(BackupError, match="tables of something else"):
        restored(path, foreign, Folder(tmp_path / "restored"), site.ring, site.schema)


def test_a_database_that_was_only_prepared_counts_as_empty_even_with_other_keys(
    site: Site, empty: MakeDatabase, tmp_path: Path
) -> None:
    path, address = tmp_path / "a.backup", empty(site.database.engine.dialect.name)
    site.back_up(path)
    fresh = prepare_database(address, keys="", key_file=tmp_path / "other_keys.json", today=KEY_DAY)
    with fresh.writing() as session:
        record_edition(session, "fresh", NOW)
    fresh.engine.dispose()
    with pytest.raises(BackupError, match="'edition' has rows"):
        restored(path, address, Folder(tmp_path / "restored"), site.ring, site.schema)
    restored(path, address, Folder(tmp_path / "restored"), site.ring, site.schema, spare=["edition"])
    assert rows(address, site.schema) == contents(site.database.engine, site.schema.metadata)
    open_database_of(address, site).engine.dispose()


def test_what_is_refused_at_the_end_leaves_an_empty_place(site: Site, empty: MakeDatabase, tmp_path: Path) -> None:
    path, address, shelf = (
        tmp_path / "a.backup",
        empty(site.database.engine.dialect.name),
        Folder(tmp_path / "restored"),
    )
    site.back_up(path)
    seen: list[int] = []

    def check(session: Session) -> list[str]:
        seen.append(len(session.execute(select(numbered)).all()))
        return ["The record does not hold."]

    with pytest.raises(BackupError, match=r"The record does not hold\."):
        restored(path, address, shelf, site.ring, site.schema, check=check)
    assert seen == [3]
    assert is_empty(address)
    assert list(shelf.kept()) == []

    class Full(Folder):
        def put(self, id_: str, sealed: bytes) -> None:
            if len(list(self.kept())) == 2:
                raise ShelfUnreachableError("the folder of files is full")
            super().put(id_, sealed)

    with pytest.raises(ShelfUnreachableError):
        restored(path, address, Full(tmp_path / "restored"), site.ring, site.schema)
    assert is_empty(address)
    assert list(shelf.kept()) == []


def test_a_restore_killed_on_the_way_leaves_an_empty_database_and_succeeds_the_next_time(
    site: Site, empty: MakeDatabase, tmp_path: Path
) -> None:
    path, address, shelf = (
        tmp_path / "a.backup",
        empty(site.database.engine.dialect.name),
        Folder(tmp_path / "restored"),
    )
    site.back_up(path)
    (tmp_path / "ring.json").write_text(site.ring.as_text())
    code = """if True:
        import os, signal, sys
        from pathlib import Path
        from app.storage.engine import SCHEMA, Schema, open_engine
        from app.storage.folder import Folder
        from app.storage.restore import restore_backup
        from app.storage.ring import read_ring

        class Deadly(Folder):
            def put(self, id_, sealed):
                super().put(id_, sealed)
                if len(list(self.kept())) == 3:
                    os.kill(os.getpid(), signal.SIGKILL)

        path, address, files, ring, versions = sys.argv[1:]
        restore_backup(
            Path(path), open_engine(address), Deadly(Path(files)), read_ring(Path(ring).read_text(), "ring"),
            check=lambda _: [], finish=lambda _: None,
            schema=Schema(SCHEMA.metadata, (*SCHEMA.versions, Path(versions))),
        )
    """
    arguments = [path, address, tmp_path / "restored", tmp_path / "ring.json", tmp_path / "versions"]
    killed = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(shelf.kept())) == 3
    assert is_empty(address)
    restored(path, address, shelf, site.ring, site.schema)
    assert rows(address, site.schema) == contents(site.database.engine, site.schema.metadata)
    assert {kept.id: shelf.take(kept.id) for kept in shelf.kept()} == site.files()


def test_an_archive_of_an_older_schema_is_migrated_and_one_of_a_newer_schema_refused(
    site: Site, empty: MakeDatabase, tmp_path: Path
) -> None:
    path = tmp_path / "a.backup"
    site.back_up(path)
    later = with_a_later_column(site.schema, tmp_path / "later")
    address = empty(OTHER[site.database.engine.dialect.name])
    assert restored(path, address, Folder(tmp_path / "restored"), site.ring, later).revision == "t001"
    engine = open_engine(address)
    with engine.connect() as connection:
        assert revision_of(connection) == "t002"
        found = connection.execute(text("SELECT words, louder FROM test_numbered")).all()
    engine.dispose()
    assert len(found) == 3
    assert all(louder == words + "!" for words, louder in found)

    older = empty(site.database.engine.dialect.name)
    with pytest.raises(BackupError, match=r"A newer version made this archive \(schema t001, while"):
        restored(path, older, Folder(tmp_path / "none"), site.ring, SCHEMA)
    assert is_empty(older)


def test_a_backup_needs_the_newest_schema_and_a_free_name_and_leaves_nothing_half_written(
    site: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    later = with_a_later_column(site.schema, tmp_path / "later")
    with pytest.raises(BackupError, match="run storage prepare first"):
        Site(site.database, site.shelf, later).back_up(folder / "a.backup")
    assert list(folder.iterdir()) == []

    class Gone(Folder):
        def take(self, id_: str) -> bytes:
            raise ShelfUnreachableError("the folder of files cannot be read")

    with pytest.raises(ShelfUnreachableError):
        site.back_up(folder / "a.backup", Gone(tmp_path / "files"))
    assert list(folder.iterdir()) == []

    site.back_up(folder / "a.backup")
    first = (folder / "a.backup").read_bytes()
    with pytest.raises(BackupError, match="exists already"):
        site.back_up(folder / "a.backup")
    assert (folder / "a.backup").read_bytes() == first
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BackupError, match="cannot be written"):
        site.back_up(tmp_path / "file" / "a.backup")


def test_the_content_comes_back_as_files(site: Site, tmp_path: Path) -> None:
    site.back_up(tmp_path / "a.backup")
    assert write_content(tmp_path / "a.backup", site.ring, tmp_path / "content") == 2
    found = {path.relative_to(tmp_path / "content").as_posix() for path in (tmp_path / "content").rglob("*.*")}
    assert found == set(CONTENT)
    assert (tmp_path / "content" / "sources.yaml").read_text(encoding="utf-8") == CONTENT["sources.yaml"]
    with pytest.raises(BackupError, match="is not an empty folder"):
        write_content(tmp_path / "a.backup", site.ring, tmp_path / "content")


def test_every_column_of_the_site_is_of_a_kind_that_backups_know() -> None:
    for table in Table.metadata.sorted_tables:
        for column in table.columns:
            kind_of(column)
    assert {kind_of(column) for table in EXTRA.sorted_tables for column in table.columns} >= {
        kind_of(column) for table in Table.metadata.sorted_tables for column in table.columns
    }

"""Stored files: sealed each with its own key, bound to their rows, and never acknowledged without their bytes."""

from __future__ import annotations

import logging
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.site import create_app
from app.storage.database import Database, ProofRow
from app.storage.engine import Table, open_engine
from app.storage.files import (
    SETTLED,
    NoSuchFileError,
    OpenedFile,
    StoredFileRow,
    delete,
    open_file,
    receive,
    same_files,
    sweep,
)
from app.storage.folder import Folder
from app.storage.ring import make_ring
from app.storage.sealed import new_id, rotate
from app.storage.shelf import FileLostError, ShelfUnreachableError
from app.storage.uploads import Accepted, MediaType, clean
from app.storage.vault import BrokenSealError, Vault
from app.web.edition import Edition
from tests.s3 import ACCESS_KEY, REGION, SECRET_KEY, s3
from tests.uploaded import pdf, photo, written

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
LATER = NOW + 2 * SETTLED
NAME = "Свідоцтво про шлюб Олени.pdf"


def accepted(content: bytes = b"What the certificate says about Olena", sha256: str = "ab" * 32) -> Accepted:
    return Accepted(content, MediaType.PDF, 2, sha256)


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def keep(database: Database, shelf: Folder, file: Accepted | None = None, name: str = NAME) -> str:
    with database.writing() as session:
        return receive(session, shelf, file or accepted(), name=name, now=NOW)


def opened(database: Database, shelf: Folder, id_: str) -> OpenedFile:
    with database.reading() as session:
        return open_file(session, shelf, id_)


def on_disk(shelf: Folder) -> list[Path]:
    return [path for path in shelf._path.rglob("*") if path.is_file()]


def aged(shelf: Folder) -> None:
    """Let everything on the shelf lie there since before `LATER` minus a day."""
    for path in on_disk(shelf):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))


# Receiving and opening


@pytest.mark.parametrize("content", [photo("HEIF", 6), written(pdf(2))])
def test_a_file_is_opened_as_it_was_received(database: Database, shelf: Folder, content: bytes) -> None:
    file = clean(content)
    id_ = keep(database, shelf, file)
    assert opened(database, shelf, id_) == OpenedFile(file.content, NAME, file.media_type)
    with database.reading() as session:
        row = session.get_one(StoredFileRow, id_)
        assert (row.size_bytes, row.pages) == (len(file.content), file.pages)


def test_neither_the_shelf_nor_the_database_alone_tells_anything(
    database: Database, shelf: Folder, tmp_path: Path
) -> None:
    keep(database, shelf)
    with database.reading() as session:
        row = session.execute(select(StoredFileRow.__table__)).one()
    dumped = repr(tuple(row)).encode() + b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for word in ("Olena", "Олени", "ab" * 32, bytes.fromhex("ab" * 32)):
        assert (word if isinstance(word, bytes) else word.encode()) not in dumped


def test_equal_files_are_sealed_differently_and_recognised_as_equal(database: Database, shelf: Folder) -> None:
    first, second = keep(database, shelf), keep(database, shelf)
    keep(database, shelf, accepted(sha256="cd" * 32))
    sealed = {shelf.take(id_) for id_ in (first, second)}
    assert len(sealed) == 2
    with database.reading() as session:
        assert sorted(same_files(session, accepted())) == sorted([first, second])
        assert same_files(session, accepted(sha256="ef" * 32)) == []


def test_a_file_that_does_not_exist_is_named(database: Database, shelf: Folder) -> None:
    with database.writing() as session:
        for deed in (open_file, delete):
            with pytest.raises(NoSuchFileError):
                deed(session, shelf, new_id())


def test_a_changed_file_does_not_open(database: Database, shelf: Folder) -> None:
    id_ = keep(database, shelf)
    whole = shelf.take(id_)
    [path] = on_disk(shelf)
    flipped = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    for changed in (*flipped, b"", whole[:5], whole[:-1], whole + b"\x00"):
        path.write_bytes(changed)
        with pytest.raises(BrokenSealError):
            opened(database, shelf, id_)


def test_files_that_changed_places_do_not_open(database: Database, shelf: Folder) -> None:
    first, second = keep(database, shelf), keep(database, shelf)
    a, b = (next(path for path in on_disk(shelf) if path.name == id_) for id_ in (first, second))
    one, other = a.read_bytes(), b.read_bytes()
    a.write_bytes(other)
    b.write_bytes(one)
    for id_ in (first, second):
        with pytest.raises(BrokenSealError):
            opened(database, shelf, id_)


def test_a_key_moved_to_another_row_opens_nothing(database: Database, shelf: Folder) -> None:
    """Not even the bytes that it was made for, laid under the other row's id."""
    first, second = keep(database, shelf), keep(database, shelf)
    with database.writing() as session:
        key = session.scalar(select(StoredFileRow.key_sealed).where(StoredFileRow.id == first))
        session.execute(update(StoredFileRow).where(StoredFileRow.id == second).values(key_sealed=key))
    next(path for path in on_disk(shelf) if path.name == second).write_bytes(shelf.take(first))
    with pytest.raises(BrokenSealError):
        opened(database, shelf, second)


def test_a_new_key_of_the_vault_seals_the_keys_anew_and_leaves_the_files_alone(
    database: Database, shelf: Folder
) -> None:
    ids = [keep(database, shelf) for _ in range(3)]
    sealed = [shelf.take(id_) for id_ in ids]
    older = database.vault.ring
    both = older.with_added_key(date(2026, 5, 1))
    [new_key] = both.sealing.keys() - older.sealing.keys()
    with database.writing() as session:
        session.add(ProofRow(id=new_key, proof=b""))
    renewed = Database(database.engine, Vault(both.using(new_key)))
    assert sum(step.values for step in rotate(renewed) if step.table == "stored_file") == 6
    only_new = Database(database.engine, Vault(both.using(new_key).without(older.current)))
    assert [shelf.take(id_) for id_ in ids] == sealed
    assert [opened(only_new, shelf, id_).content for id_ in ids] == [accepted().content] * 3


def test_files_on_storage_of_others_are_sealed(database: Database, tmp_path: Path, edition: Edition) -> None:
    with s3() as store:
        settings = Settings(
            instance=tmp_path, files_storage=store.address, files_region=REGION,
            files_access_key=ACCESS_KEY, files_secret_key=SECRET_KEY,
        )  # fmt: skip
        with create_app(settings, edition).app_context():
            from app.web.files import shelf

            bucket = shelf()
        with database.writing() as session:
            id_ = receive(session, bucket, accepted(), name=NAME, now=NOW)
        assert list(store.objects) == [id_]
        assert b"Olena" not in store.objects[id_]
        with database.writing() as session:
            assert open_file(session, bucket, id_).content == accepted().content
            delete(session, bucket, id_)
        assert store.objects == {}
        assert store.unsigned == []


@given(content=st.binary(min_size=16, max_size=2000))
def test_sealed_bytes_share_no_run_with_what_they_seal(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shelf = Folder(tmp_path_factory.mktemp("shelf"))
    engine = open_engine("sqlite://")
    Table.metadata.create_all(engine, [Table.metadata.tables["stored_file"]])
    with Session(engine, info={"vault": Vault(make_ring(date(2026, 4, 1)))}) as session:
        id_ = receive(session, shelf, accepted(content), name=NAME, now=NOW)
        sealed = shelf.take(id_)
        assert not any(content[at : at + 16] in sealed for at in range(len(content) - 15))
        assert open_file(session, shelf, id_).content == content
    engine.dispose()


# When things fail on the way


class FullShelf(Folder):
    def put(self, id_: str, sealed: bytes) -> None:
        raise ShelfUnreachableError("the disk is full")


class StuckShelf(Folder):
    def remove(self, id_: str) -> None:
        raise ShelfUnreachableError("nothing can be deleted")


def test_a_file_whose_bytes_cannot_be_kept_gets_no_row(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        with pytest.raises(ShelfUnreachableError):
            receive(session, FullShelf(tmp_path), accepted(), name=NAME, now=NOW)
        assert session.scalars(select(StoredFileRow)).all() == []


def test_the_bytes_are_there_before_the_row_is(database: Database, shelf: Folder) -> None:
    class Watching(Folder):
        def put(self, id_: str, sealed: bytes) -> None:
            assert session.scalars(select(StoredFileRow)).all() == []
            super().put(id_, sealed)

    with database.writing() as session:
        receive(session, Watching(shelf._path), accepted(), name=NAME, now=NOW)


def test_bytes_whose_row_was_never_written_are_swept_when_they_are_a_day_old(database: Database, shelf: Folder) -> None:
    kept = keep(database, shelf)

    def fail_on_the_way() -> None:
        with database.writing() as session:
            receive(session, shelf, accepted(), name=NAME, now=NOW)
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        fail_on_the_way()
    aged(shelf)
    young = sweep(database, shelf, now=NOW + SETTLED)
    assert (young.kept, young.removed) == (2, 0)
    old = sweep(database, shelf, now=NOW + SETTLED + timedelta(seconds=1))
    assert (old.kept, old.removed, list(old.lost)) == (1, 1, [])
    assert opened(database, shelf, kept).content == accepted().content


def test_a_file_half_written_at_a_crash_is_swept(database: Database, shelf: Folder) -> None:
    keep(database, shelf)
    half = shelf._path / "ab" / f"{'ab' * 16}.new"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    aged(shelf)
    assert sweep(database, shelf, now=LATER).removed == 1
    assert not half.exists()


def test_a_deleted_file_is_gone_from_row_and_shelf(database: Database, shelf: Folder) -> None:
    gone, stays = keep(database, shelf), keep(database, shelf)
    with database.writing() as session:
        delete(session, shelf, gone)
        assert len(on_disk(shelf)) == 2, "bytes leave only when the deed is done"
    assert [path.name for path in on_disk(shelf)] == [stays]
    with pytest.raises(NoSuchFileError):
        opened(database, shelf, gone)


def test_a_file_stays_whole_where_its_deletion_is_undone(database: Database, shelf: Folder) -> None:
    id_ = keep(database, shelf)

    def fail_on_the_way() -> None:
        with database.writing() as session:
            delete(session, shelf, id_)
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        fail_on_the_way()
    with database.writing() as session:
        savepoint = session.begin_nested()
        delete(session, shelf, id_)
        savepoint.rollback()
    assert opened(database, shelf, id_).content == accepted().content


def test_a_file_deleted_inside_a_savepoint_leaves_when_all_is_committed(database: Database, shelf: Folder) -> None:
    id_ = keep(database, shelf)
    with database.writing() as session:
        with session.begin_nested():
            delete(session, shelf, id_)
        assert len(on_disk(shelf)) == 1
    assert on_disk(shelf) == []


def test_several_files_are_deleted_in_one_session_and_in_two_transactions_of_it(
    database: Database, shelf: Folder
) -> None:
    ids = [keep(database, shelf) for _ in range(3)]
    with database.session(writes=True) as session:
        delete(session, shelf, ids[0])
        delete(session, shelf, ids[1])
        session.commit()
        assert [path.name for path in on_disk(shelf)] == [ids[2]]
        delete(session, shelf, ids[2])
        session.commit()
    assert on_disk(shelf) == []


def test_bytes_that_cannot_be_removed_wait_for_a_sweep_and_the_deed_is_done(
    database: Database, shelf: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    id_ = keep(database, shelf)
    with caplog.at_level(logging.WARNING), database.writing() as session:
        delete(session, StuckShelf(shelf._path), id_)
    assert "wait for a sweep" in caplog.text
    with pytest.raises(NoSuchFileError):
        opened(database, shelf, id_)
    aged(shelf)
    assert sweep(database, shelf, now=LATER).removed == 1
    assert on_disk(shelf) == []


def test_a_sweep_names_the_files_whose_bytes_are_lost(database: Database, shelf: Folder) -> None:
    ids = [keep(database, shelf) for _ in range(3)]
    shelf.remove(ids[1])
    with pytest.raises(FileLostError):
        opened(database, shelf, ids[1])
    swept = sweep(database, shelf, now=LATER)
    assert (swept.kept, swept.removed, list(swept.lost)) == (2, 0, [ids[1]])


# The command


@pytest.fixture
def own_site(tmp_path: Path, prepared_sqlite: Path, key_file: Path, edition: Edition) -> Flask:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "dorohovkaz.sqlite3").write_bytes(prepared_sqlite.read_bytes())
    return create_app(Settings(instance=tmp_path / "instance", vault_key_file=key_file), edition)


def test_the_operator_sweeps_by_a_command(own_site: Flask, tmp_path: Path) -> None:
    shelf = Folder(tmp_path / "instance" / "files")
    shelf.put(new_id(), b"nobody's")
    done = own_site.test_cli_runner().invoke(args=["files", "sweep"])
    assert (done.exit_code, done.output) == (0, "1 kept, 0 removed, 0 lost\n")
    long_ago = time.time() - 2 * SETTLED.total_seconds()
    os.utime(on_disk(shelf)[0], (long_ago, long_ago))
    done = own_site.test_cli_runner().invoke(args=["files", "sweep"])
    assert (done.exit_code, done.output) == (0, "0 kept, 1 removed, 0 lost\n")


def test_the_command_fails_where_a_file_is_lost(own_site: Flask, tmp_path: Path) -> None:
    from app.web.database import database

    shelf = Folder(tmp_path / "instance" / "files")
    id_ = keep(database(own_site), shelf)
    shelf.remove(id_)
    done = own_site.test_cli_runner().invoke(args=["files", "sweep"])
    assert done.exit_code == 1
    assert f"lost: {id_}" in done.output

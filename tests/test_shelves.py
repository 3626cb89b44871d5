"""Where sealed bytes lie: a folder and a bucket do the same, and neither is led astray."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.config import Settings
from app.files import open_shelf
from app.kernel.errors import ConfigError
from app.storage.bucket import Bucket, BucketAddress, read_bucket_address
from app.storage.folder import Folder
from app.storage.sealed import new_id
from app.storage.shelf import FileLostError, Shelf, ShelfUnreachableError
from tests.s3 import ACCESS_KEY, REGION, SECRET_KEY, Store, s3

ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def store() -> Iterator[Store]:
    with s3() as store:
        yield store
        assert store.unsigned == []


def at(store: Store, *, secret_key: str = SECRET_KEY) -> Shelf:
    return Bucket(read_bucket_address(store.address), region=REGION, access_key=ACCESS_KEY, secret_key=secret_key)


@pytest.fixture(params=["folder", "bucket"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    return Folder(tmp_path / "files") if request.param == "folder" else at(request.getfixturevalue("store"))


# What both do


def test_what_was_put_down_is_taken_up_again(shelf: Shelf) -> None:
    ids = [new_id() for _ in range(3)]
    for number, id_ in enumerate(ids):
        shelf.put(id_, bytes([number]) * (number * 6_000_000 + 1))
    assert [shelf.take(id_) for id_ in ids] == [b"\x00", b"\x01" * 6_000_001, b"\x02" * 12_000_001]


def test_what_was_removed_is_gone_and_may_be_removed_again(shelf: Shelf) -> None:
    shelf.put(ID, b"sealed")
    shelf.remove(ID)
    shelf.remove(ID)
    with pytest.raises(FileLostError):
        shelf.take(ID)
    assert list(shelf.kept()) == []


def test_a_shelf_tells_what_lies_on_it_and_since_when(shelf: Shelf) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    ids = sorted(new_id() for _ in range(5))
    for id_ in ids:
        shelf.put(id_, b"sealed")
    kept = sorted(shelf.kept(), key=lambda kept: kept.id)
    assert [one.id for one in kept] == ids
    assert all(before <= one.since <= datetime.now(UTC) for one in kept)


@pytest.mark.parametrize(
    "id_", ["", "../secret_key", "/etc/passwd", ID.upper(), ID + "\n", ID[:-1], ID[:-2] + "/a", "а" * 32]
)
def test_nothing_but_an_id_is_looked_for(shelf: Shelf, id_: str) -> None:
    for deed in (shelf.take, shelf.remove, lambda name: shelf.put(name, b"sealed")):
        with pytest.raises(ValueError, match="not the id"):
            deed(id_)
    assert list(shelf.kept()) == []


# The folder


def test_nobody_but_the_owner_reads_a_file(tmp_path: Path) -> None:
    Folder(tmp_path / "files").put(ID, b"sealed")
    path = tmp_path / "files" / "01" / ID
    assert path.read_bytes() == b"sealed"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "01").mkdir()
    (tmp_path / "01" / ID).symlink_to(tmp_path / "secret")
    with pytest.raises(ShelfUnreachableError):
        Folder(tmp_path).take(ID)


def test_a_file_that_was_never_finished_is_told_of_and_removed_by_its_id(tmp_path: Path) -> None:
    (tmp_path / "01").mkdir()
    (tmp_path / "01" / f"{ID}.new").write_bytes(b"half")
    (tmp_path / "01" / "README").write_text("not ours")
    shelf = Folder(tmp_path)
    assert [kept.id for kept in shelf.kept()] == [ID]
    with pytest.raises(FileLostError):
        shelf.take(ID)
    shelf.remove(ID)
    assert os.listdir(tmp_path / "01") == ["README"]


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(ShelfUnreachableError, match="cannot be written"):
        Folder(tmp_path / "files").put(ID, b"sealed")


# The bucket


def test_a_wrong_secret_is_refused_by_the_storage_and_never_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with s3() as store:
        shelf = at(store, secret_key="wrong-secret")
        with pytest.raises(ShelfUnreachableError, match="SignatureDoesNotMatch") as failed:
            shelf.put(ID, b"sealed")
        assert len(store.unsigned) == 1
        assert store.objects == {}
    assert "wrong-secret" not in f"{failed.value!r} {shelf!r} {vars(shelf)!r} {caplog.text}"


def test_storage_that_fails_is_named_and_nothing_is_lost(store: Store) -> None:
    shelf = at(store)
    shelf.put(ID, b"sealed")
    store.fails_with = 503
    deeds = (lambda: shelf.take(ID), lambda: shelf.remove(ID), lambda: list(shelf.kept()), lambda: shelf.put(ID, b""))
    for deed in deeds:
        with pytest.raises(ShelfUnreachableError):
            deed()
    store.fails_with = 0
    assert shelf.take(ID) == b"sealed"


def test_storage_that_answers_nonsense_is_named(store: Store) -> None:
    store.garbles = True
    shelf = at(store)
    for deed in (lambda: shelf.remove(ID), lambda: list(shelf.kept()), lambda: shelf.put(ID, b"")):
        with pytest.raises(ShelfUnreachableError):
            deed()


def test_storage_that_is_not_there_is_named() -> None:
    with s3() as store:
        shelf = at(store)
    with pytest.raises(ShelfUnreachableError, match="does not answer"):
        shelf.take(ID)


def test_a_bucket_that_is_not_there_is_not_taken_for_a_lost_file(store: Store) -> None:
    address = BucketAddress(f"127.0.0.1:{store.server_port}", "elsewhere", secure=False)
    shelf = Bucket(address, region=REGION, access_key=ACCESS_KEY, secret_key=SECRET_KEY)
    with pytest.raises(ShelfUnreachableError, match="NoSuchBucket"):
        shelf.take(ID)


def test_what_others_keep_in_the_bucket_is_passed_over(store: Store) -> None:
    store.objects["notes.txt"], store.since["notes.txt"] = b"", datetime.now(UTC)
    assert list(at(store).kept()) == []


# Settings


def test_the_site_keeps_files_in_its_instance_folder_unless_a_bucket_is_named(tmp_path: Path, store: Store) -> None:
    open_shelf(Settings(instance=tmp_path)).put(ID, b"sealed")
    assert (tmp_path / "files" / "01" / ID).exists()
    settings = Settings(
        instance=tmp_path, files_storage=store.address, files_region=REGION,
        files_access_key=ACCESS_KEY, files_secret_key=SECRET_KEY,
    )  # fmt: skip
    open_shelf(settings).put(ID, b"sealed")
    assert store.objects == {ID: b"sealed"}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("s3://s3.example.org/families", BucketAddress("s3.example.org", "families", True)),
        ("s3+http://minio:9000/families/", BucketAddress("minio:9000", "families", False)),
    ],
)
def test_a_bucket_is_named_by_its_address(text: str, address: BucketAddress) -> None:
    assert read_bucket_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "/srv/files", "s3://", "s3://host", "s3://host/", "s3://host/a/b", "https://host/bucket", "s3://host/Bucket",
        "s3://host:port/bucket", "s3://key:very-secret@host/bucket", "s3://host/bucket?secret=very-secret", "s3://[/b",
    ],
)  # fmt: skip
def test_a_wrong_address_of_a_bucket_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^FILES_STORAGE ") as refused:
        Settings.from_environment({"FILES_STORAGE": text})
    assert "very-secret" not in str(refused.value)


def test_a_bucket_without_keys_stops_the_start() -> None:
    with pytest.raises(ConfigError, match="FILES_ACCESS_KEY and FILES_SECRET_KEY"):
        open_shelf(Settings(files_storage="s3://host/bucket", files_access_key=ACCESS_KEY))


def test_settings_show_no_secret() -> None:
    shown = repr(
        Settings(secret_key="s1", files_access_key="s2", files_secret_key="s3", vault_keys="s4", database_url="s5")
    )
    assert not any(f"s{number}" in shown for number in range(1, 6))

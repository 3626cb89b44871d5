"""The container of a backup: what goes in comes out, and nothing can be changed, cut, moved or read without its key."""

from __future__ import annotations

import io
import secrets
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.storage.archive import CHUNK, MAGIC, ArchiveError, read_archive, writing_archive

KEY = bytes(range(32))
ID = bytes(32)
HEAD = len(MAGIC) + 32 + 16
SEALED = CHUNK + 16


def archive(members: dict[str, bytes], id_: bytes = ID) -> bytes:
    file = io.BytesIO()
    with writing_archive(file, key=KEY, id_=id_, at=0) as writing:
        for name, content in members.items():
            writing.add(name, content)
    return file.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archives")


def read(folder: Path, found: bytes, key: bytes = KEY) -> dict[str, bytes]:
    path = folder / "archive"
    path.write_bytes(found)
    return dict(read_archive(path, key=key))


LARGE = {"a": secrets.token_bytes(CHUNK), "b": b"", "c": secrets.token_bytes(2 * CHUNK)}


@pytest.fixture(scope="module")
def large() -> bytes:
    """An archive of four chunks."""
    found = archive(LARGE)
    assert (len(found) - HEAD - 1) // SEALED + 1 == 4
    return found


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text("abcія/ .", min_size=1, max_size=120), st.binary(max_size=3000), max_size=6))
def test_what_goes_in_comes_out(folder: Path, members: dict[str, bytes]) -> None:
    members = {f"m{number}{name}x": content for number, (name, content) in enumerate(members.items())}
    assert read(folder, archive(members)) == members


def test_members_of_many_chunks_come_out(folder: Path, large: bytes) -> None:
    assert read(folder, large) == LARGE


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_one_flipped_bit_anywhere_is_seen(folder: Path, large: bytes, draw: st.DataObject) -> None:
    changed = bytearray(large)
    changed[draw.draw(st.integers(0, len(large) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(ArchiveError):
        read(folder, bytes(changed))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_missing_end_is_seen_wherever_the_cut_is(folder: Path, large: bytes, draw: st.DataObject) -> None:
    with pytest.raises(ArchiveError):
        read(folder, large[: draw.draw(st.integers(0, len(large) - 1))])


def test_each_fault_is_named(folder: Path, large: bytes) -> None:
    chunks = [large[at : at + SEALED] for at in range(HEAD, len(large), SEALED)]
    head = large[:HEAD]
    swapped = head + b"".join([chunks[1], chunks[0], *chunks[2:]])
    other = archive(LARGE, id_=bytes(31) + b"\x01")
    exchanged = large[: HEAD + SEALED] + other[HEAD + SEALED : HEAD + 2 * SEALED] + large[HEAD + 2 * SEALED :]
    faults = {
        "cut off: its end is missing": [large[: HEAD + 2 * SEALED], large[: HEAD - 1], MAGIC],
        "was changed at|is cut off": [large[:-1], large[: HEAD + 10]],
        "was changed at": [swapped, head + b"".join(chunks[1:]), head + b"".join([chunks[0], *chunks]), exchanged],
        "was changed at |Something was added": [large + b"x", large + chunks[-1], large + large],
        "This is no backup of this site": [b"", b"PK\x03\x04" + large, bytes(2000), large[1:]],
        "A newer version made this archive": [large.replace(b"backup 1", b"backup 2", 1)],
        "does not open with the backup key of this key ring": [
            MAGIC + b"\x01" + large[len(MAGIC) + 1 :],
            large[: HEAD - 1] + bytes((large[HEAD - 1] ^ 1,)) + large[HEAD:],
        ],
    }
    for sentence, archives in faults.items():
        for found in archives:
            with pytest.raises(ArchiveError, match=sentence):
                read(folder, found)


def test_another_key_does_not_open_it(folder: Path, large: bytes) -> None:
    with pytest.raises(ArchiveError, match="another ring made it"):
        read(folder, large, key=bytes(32))


def test_the_same_content_twice_looks_different() -> None:
    one, other = (archive({"a": bytes(1000)}, id_=secrets.token_bytes(32)) for _ in range(2))
    assert one[HEAD:] != other[HEAD:]


def test_names_and_words_cannot_be_read_in_it() -> None:
    found = archive({"files/Захарченко": "Веселина 1987-03-14".encode() * 100})
    assert not any(word.encode() in found for word in ("Захарченко", "Веселина", "1987-03-14", "files/"))


def test_a_missing_archive_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be read: No such file"):
        list(read_archive(tmp_path / "none", key=KEY))


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    path, content = tmp_path / "large", bytes(2 * CHUNK)
    tracemalloc.start()
    with path.open("wb") as file, writing_archive(file, key=KEY, id_=ID, at=0) as writing:
        for number in range(40):
            writing.add(f"files/{number}", content)
    assert sum(len(found) for _, found in read_archive(path, key=KEY)) == 80 * CHUNK
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * CHUNK

"""The container of a backup: a tar stream in encrypted chunks, so that any change, cut or exchange of them shows."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"Dorohovkaz backup 1\n"
CHUNK = 2**20
"""Bytes of plain text in each chunk but the last. Memory holds a few chunks, however large the archive is."""

_ID, _CHECK, _TAG = 32, 16, 16
_HEAD = len(MAGIC) + _ID + _CHECK


class ArchiveError(Exception):
    """An archive cannot be read: it is none, another key made it, or it was cut off or changed. Says which."""


class _Cipher:
    """Seals and opens the chunks of one archive.

    The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as in age: a key of its own for each archive,
    nonces that count the chunks and mark the last one. The head of the file is bound into every chunk.
    """

    def __init__(self, key: bytes, id_: bytes) -> None:
        # The archive's own key from the ring's and a random salt (RFC 5869); no nonce ever meets a key twice.
        derived = HKDF(algorithm=SHA256(), length=32 + _CHECK, salt=id_, info=MAGIC).derive(key)
        self._cipher = AESGCM(derived[:32])
        self.head = MAGIC + id_ + derived[32:]

    def seal(self, number: int, plain: bytes, *, last: bool) -> bytes:
        nonce = self._nonce(number, last)
        return self._cipher.encrypt(nonce, plain, self.head + nonce)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes | None:
        """Return the chunk, or None where it is not this one of this archive."""
        nonce = self._nonce(number, last)
        try:
            return self._cipher.decrypt(nonce, sealed, self.head + nonce)
        except (InvalidTag, ValueError):
            return None

    @staticmethod
    def _nonce(number: int, last: bool) -> bytes:
        return number.to_bytes(11, "big") + bytes((last,))


class _SealingStream(io.RawIOBase):
    """Takes plain bytes and writes them to a file as sealed chunks; `finish` writes the last one."""

    def __init__(self, file: IO[bytes], cipher: _Cipher) -> None:
        self._file, self._cipher = file, cipher
        self._waiting = bytearray()
        self._number = 0
        file.write(cipher.head)

    def writable(self) -> bool:
        return True

    def write(self, plain: bytes) -> int:  # type: ignore[override]
        self._waiting += plain
        # A full chunk waits until one more byte comes: only then is it known not to be the last.
        while len(self._waiting) > CHUNK:
            self._write(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(plain)

    def finish(self) -> None:
        self._write(bytes(self._waiting), last=True)

    def _write(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.seal(self._number, plain, last=last))
        self._number += 1


class _OpeningStream(io.RawIOBase):
    """Gives the plain bytes of a file of sealed chunks. Raises ArchiveError at the first that does not open."""

    def __init__(self, file: IO[bytes], cipher: _Cipher) -> None:
        self._file, self._cipher = file, cipher
        self._number = 0
        self._ahead = file.read(CHUNK + _TAG)
        self._plain = memoryview(b"")
        self.ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = bytearray()
        while size < 0 or len(wanted) < size:
            if not self._plain:
                if self.ended:
                    break
                self._plain = memoryview(self._next())
                continue
            taken = self._plain[: size - len(wanted)] if size >= 0 else self._plain
            wanted += taken
            self._plain = self._plain[len(taken) :]
        return bytes(wanted)

    def _next(self) -> bytes:
        sealed, self._ahead = self._ahead, self._file.read(CHUNK + _TAG)
        last = not self._ahead
        plain = self._cipher.open(self._number, sealed, last=last)
        if plain is None:
            self._refuse(sealed, last)
        self._number += 1
        self.ended = last
        return plain

    def _refuse(self, sealed: bytes, last: bool) -> NoReturn:
        if last and self._cipher.open(self._number, sealed, last=False) is not None:
            raise ArchiveError("The archive is cut off: its end is missing.")
        if not last and self._cipher.open(self._number, sealed, last=True) is not None:
            raise ArchiveError("Something was added to the archive behind its end.")
        place = f"at {_HEAD + self._number * (CHUNK + _TAG):,} bytes"
        raise ArchiveError(f"The archive was changed {place}, or is cut off after that.")


class ArchiveWriter:
    """Adds named members to an archive that is being written."""

    def __init__(self, tar: tarfile.TarFile, at: float) -> None:
        self._tar, self._at = tar, at

    def add(self, name: str, content: bytes) -> None:
        """Add one member."""
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = len(content), self._at, 0o600
        self._tar.addfile(member, io.BytesIO(content))
        # tarfile remembers every member, which would grow with the number of files.
        self._tar.members.clear()  # type: ignore[attr-defined]


@contextmanager
def writing_archive(file: IO[bytes], *, key: bytes, id_: bytes, at: float) -> Iterator[ArchiveWriter]:
    """Write an archive to `file`; `id_` is 32 random bytes, `at` the time of its members in seconds since 1970."""
    stream = _SealingStream(file, _Cipher(key, id_))
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        yield ArchiveWriter(tar, at)
    stream.finish()


def read_archive(path: Path, *, key: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every member, in the order of their writing.

    Each is proved to be what was written, but only after the last one is it proved that none is missing. Raises
    ArchiveError.
    """
    try:
        with path.open("rb") as file:
            stream = _OpeningStream(file, _cipher_of(file, key))
            with tarfile.open(fileobj=stream, mode="r|", bufsize=2**16) as tar:
                while (member := tar.next()) is not None:
                    tar.members.clear()  # type: ignore[attr-defined]
                    content = tar.extractfile(member)
                    if content is None:
                        raise ArchiveError(f"The archive holds {member.name!r}, which is no file.")
                    yield member.name, content.read()
            # The tar may end before the stream does: what follows is read as well, to know that it is whole.
            while not stream.ended:
                stream.read(CHUNK)
    except tarfile.TarError as error:
        raise ArchiveError(f"The archive is not in order: {error}.") from None
    except OSError as error:
        raise ArchiveError(f"{str(path)!r} cannot be read: {error.strerror}.") from None


def _cipher_of(file: IO[bytes], key: bytes) -> _Cipher:
    head = file.read(_HEAD)
    if not head.startswith(MAGIC):
        if head.startswith(MAGIC[:18]):
            raise ArchiveError("A newer version made this archive. Restore it with that version.")
        raise ArchiveError("This is no backup of this site.")
    if len(head) < _HEAD:
        raise ArchiveError("The archive is cut off: its end is missing.")
    cipher = _Cipher(key, head[len(MAGIC) : len(MAGIC) + _ID])
    if cipher.head != head:
        raise ArchiveError(
            "The archive does not open with the backup key of this key ring: another ring made it, or its first bytes "
            "were changed."
        )
    return cipher

"""A shelf on disk: a file for each id, readable by its owner alone, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.storage.shelf import FileLostError, Kept, ShelfUnreachableError, checked

_UNFINISHED = ".new"


class Folder:
    """Keeps files below a folder, in 256 folders by the first two digits of their ids."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, id_: str, sealed: bytes) -> None:
        """Write beside, force to disk, rename: after a loss of power the file is there whole, or not at all."""
        path = self._file(id_)
        fresh = path.with_suffix(_UNFINISHED)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _force(self._path)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
            _force(path.parent)
        except OSError as error:
            # The disk may be full: room is made at once, or else by the next sweep.
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise ShelfUnreachableError(f"the folder of files cannot be written: {error.strerror}") from None

    def take(self, id_: str) -> bytes:
        """Read the file of `id_`; a link that someone put in its place is not followed."""
        try:
            with os.fdopen(os.open(self._file(id_), os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                return file.read()
        except FileNotFoundError:
            raise FileLostError(id_) from None
        except OSError as error:
            raise ShelfUnreachableError(f"the folder of files cannot be read: {error.strerror}") from None

    def remove(self, id_: str) -> None:
        """Delete the file of `id_`, finished or not."""
        path = self._file(id_)
        try:
            path.unlink(missing_ok=True)
            path.with_suffix(_UNFINISHED).unlink(missing_ok=True)
        except OSError as error:
            raise ShelfUnreachableError(f"a stored file cannot be deleted: {error.strerror}") from None

    def kept(self) -> Iterator[Kept]:
        """Walk the folder; a file that was never finished counts as one of its id."""
        for path in sorted(self._path.glob("??/*")):
            with contextlib.suppress(ValueError, FileNotFoundError):
                yield Kept(checked(path.stem), datetime.fromtimestamp(path.lstat().st_mtime, UTC))

    def _file(self, id_: str) -> Path:
        return self._path / checked(id_)[:2] / id_


def _force(folder: Path) -> None:
    """Force the names in a folder to disk: the bytes of a file alone do not survive without its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

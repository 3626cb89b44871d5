"""The folders of search indexes: each is held by every process that serves it, and removed once all have let it go.

A process holds a folder by a shared lock on the folder itself, which the system takes back when the process ends in
whatever way. Whoever removes one must have it alone: that cannot be had while anybody serves it. Where a file system
knows no such locks, nothing is removed before the next start.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from collections.abc import Collection
from pathlib import Path


class GoneError(OSError):
    """The folder is being removed, or has been: what was in it has to be made anew."""


class Hold:
    """A folder held by this process until the object is forgotten. Raises GoneError, FileNotFoundError."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.let_go = weakref.finalize(self, os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            there = os.stat(path)
        except BlockingIOError:
            self.let_go()
            raise GoneError(path) from None
        except FileNotFoundError:
            self.let_go()
            raise GoneError(path) from None
        except OSError:
            return  # a file system without locks: then nobody removes anything either
        if os.fstat(descriptor).st_ino != there.st_ino:
            self.let_go()
            raise GoneError(path)


def made_and_held(folder: Path, prefix: str) -> tuple[Path, Hold]:
    """Make a new folder below `folder` and hold it before anybody can take it for a left one."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
        try:
            return made, Hold(made)
        except OSError:
            continue


def remove_left(folder: Path, keep: Collection[str]) -> list[str]:
    """Remove the folders below `folder` that no process holds, but for those named in `keep`; return their names."""
    removed = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in keep and path.is_dir() and _is_removed(path):
            removed.append(path.name)
    return removed


def _is_removed(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever opens it from now on finds it locked, or under another name.
        shutil.rmtree(path, ignore_errors=True)
    except OSError:
        return False
    else:
        return not path.exists()
    finally:
        os.close(descriptor)

"""The key ring: every secret by which personal data is sealed, found again and proved, read from one JSON text."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from app.kernel.errors import ConfigError

BYTES = 32
"""Length of every key: AES-256 and HMAC-SHA-256."""

SINGLE = ("index", "blocking", "audit", "backup")
"""Keys that stand alone. Each has one use, so that one that becomes known opens nothing else."""

_ID = re.compile(r"[A-Za-z0-9.-]{1,63}")


@dataclass(frozen=True)
class KeyRing:
    """Sealing keys by id, which of them seals now, and one key for each other use. Its `repr` shows no key."""

    current: str
    sealing: Mapping[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    blocking: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    backup: bytes = field(repr=False)

    def as_text(self) -> str:
        """Return the ring as the JSON text that `read_ring` reads."""
        return json.dumps(
            {
                "current": self.current,
                "sealing": {id_: _text(key) for id_, key in self.sealing.items()},
                **{name: _text(getattr(self, name)) for name in SINGLE},
            },
            indent=1,
        )

    def with_added_key(self, today: date) -> KeyRing:
        """Return the ring with one more sealing key, which opens but does not seal yet."""
        return replace(self, sealing={**self.sealing, _new_id(today): secrets.token_bytes(BYTES)})

    def using(self, id_: str) -> KeyRing:
        """Return the ring in which the key `id_` seals from now on. Raises ConfigError for an unknown one."""
        if id_ not in self.sealing:
            raise ConfigError(f"{id_!r} is not a key of this ring ({', '.join(self.sealing)}).")
        return replace(self, current=id_)

    def without(self, id_: str) -> KeyRing:
        """Return the ring without a sealing key. Raises ConfigError for the current one; an unknown one is no fault."""
        if id_ == self.current:
            raise ConfigError(f"Key {id_!r} seals new values now. Let another one seal first: vault use KEY.")
        return replace(self, sealing={other: key for other, key in self.sealing.items() if other != id_})


def make_ring(today: date) -> KeyRing:
    """Return a ring of new random keys."""
    id_ = _new_id(today)
    single = {name: secrets.token_bytes(BYTES) for name in SINGLE}
    return KeyRing(current=id_, sealing={id_: secrets.token_bytes(BYTES)}, **single)


def read_ring(text: str, where: str) -> KeyRing:
    """Read a ring from its JSON text; `where` names its place. Raises ConfigError, which shows no key."""
    try:
        found = json.loads(text)
        ring = KeyRing(
            current=found["current"],
            sealing={id_: _key(value) for id_, value in found["sealing"].items()},
            **{name: _key(found[name]) for name in SINGLE},
        )
    # RecursionError: brackets nested a thousand deep.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        wanted = ", ".join(("current", "sealing", *SINGLE))
        raise ConfigError(
            f"{where} holds no key ring; it takes JSON with {wanted}, keys of 32 bytes in base64."
        ) from None
    everything = [*ring.sealing.values(), *(getattr(ring, name) for name in SINGLE)]
    if len(set(everything)) != len(everything):
        raise ConfigError(f"{where} uses one key twice; each use takes a key of its own.")
    # An id stands in the database, in commands and in messages; "index" there would be taken for the key of that name.
    if not all(_ID.fullmatch(id_) and id_ not in SINGLE for id_ in ring.sealing):
        raise ConfigError(
            f"{where} has a sealing key with an unfit id; an id is 1 to 63 letters, digits, dots or hyphens, and none "
            f"of {', '.join(SINGLE)}."
        )
    if not isinstance(ring.current, str) or ring.current not in ring.sealing:
        raise ConfigError(f"{where} names in `current` a key that is not among its sealing keys.")
    return ring


def write_ring(ring: KeyRing, path: Path) -> None:
    """Write the ring so that only its owner reads it (0600), whole or not at all, over the one that is there."""
    fresh = _written_beside(ring, path)
    fresh.replace(path)
    _sync_folder(path.parent)


def write_first_ring(ring: KeyRing, path: Path) -> None:
    """Write the ring as `write_ring` does, but never over another one. Raises FileExistsError."""
    fresh = _written_beside(ring, path)
    try:
        # A link, unlike a rename, fails where another process was first; its keys may already have sealed something.
        path.hardlink_to(fresh)
    finally:
        fresh.unlink()
    _sync_folder(path.parent)


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Let one command at a time read the ring at `path` and write it anew, or one would drop a key of the other."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _written_beside(ring: KeyRing, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(ring.as_text())
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _new_id(today: date) -> str:
    return f"{today:%Y-%m-%d}-{secrets.token_hex(2)}"


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != BYTES:
        raise ValueError("wrong length")
    return key

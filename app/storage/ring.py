"""The key ring: every secret by which personal data is sealed, found again and proved, read from one JSON text."""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from app.kernel.errors import ConfigError

BYTES = 32
"""Length of every key: AES-256 and HMAC-SHA-256."""

SINGLE = ("index", "blocking", "audit", "backup")
"""Keys that stand alone. Each has one use, so that one that becomes known opens nothing else."""


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

    def with_new_key(self, today: date) -> KeyRing:
        """Return the ring with one more sealing key, which seals from now on. The older keys still open."""
        id_ = _new_id(today)
        return replace(self, current=id_, sealing={**self.sealing, id_: secrets.token_bytes(BYTES)})

    def without(self, id_: str) -> KeyRing:
        """Return the ring without a sealing key. Raises ConfigError for the current or an unknown one."""
        if id_ == self.current or id_ not in self.sealing:
            raise ConfigError(f"{id_!r} is not an older key of this ring ({', '.join(self.sealing)}).")
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
            sealing={str(id_): _key(value) for id_, value in found["sealing"].items()},
            **{name: _key(found[name]) for name in SINGLE},
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        wanted = ", ".join(("current", "sealing", *SINGLE))
        raise ConfigError(
            f"{where} holds no key ring; it takes JSON with {wanted}, keys of 32 bytes in base64."
        ) from None
    everything = [*ring.sealing.values(), *(getattr(ring, name) for name in SINGLE)]
    if len(set(everything)) != len(everything):
        raise ConfigError(f"{where} uses one key twice; each use takes a key of its own.")
    if ring.current not in ring.sealing:
        raise ConfigError(f"{where} seals with {ring.current!r}, but has no such key.")
    if not all(id_.isascii() and 0 < len(id_) < 64 for id_ in ring.sealing):
        raise ConfigError(f"{where} has a key with an id that is not 1 to 63 ASCII letters.")
    return ring


def write_ring(ring: KeyRing, path: Path) -> None:
    """Write the ring so that only its owner reads it (0600), whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(ring.as_text())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _new_id(today: date) -> str:
    return f"{today:%Y-%m-%d}-{secrets.token_hex(2)}"


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != BYTES:
        raise ValueError("wrong length")
    return key

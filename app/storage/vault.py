"""The vault: seals texts with AES-256-GCM bound to their place, and makes the keyed hashes by which they are found."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.storage.ring import KeyRing

_VERSION = 1
_NONCE = 12
"""Bytes. Random nonces of 96 bits serve 2**32 values a key (NIST SP 800-38D, 8.3); rotate long before."""


class SealError(Exception):
    """A sealed value cannot be opened."""


class UnknownKeyError(SealError):
    """The key that sealed the value is not in the ring. `key` is its id."""

    def __init__(self, key: str) -> None:
        super().__init__(f"sealed with key {key!r}, which the key ring does not have")
        self.key = key


class BrokenSealError(SealError):
    """The value was changed, moved to another row or column, or sealed with another key of the same id."""


@dataclass(frozen=True)
class Place:
    """Where a sealed value lives. It is bound into the value: moved elsewhere, the value no longer opens."""

    table: str
    column: str
    row: str

    def __bytes__(self) -> bytes:
        return "\x00".join((self.table, self.column, self.row)).encode()


class Vault:
    """Seals, opens and finds with the keys of one ring."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self._ciphers = {id_: AESGCM(key) for id_, key in ring.sealing.items()}

    def seal(self, text: str, place: Place) -> bytes:
        """Return `text` sealed for `place`: version, id of the key, nonce, ciphertext with its tag."""
        return self.seal_bytes(text.encode(), place)

    def open(self, sealed: bytes, place: Place) -> str:
        """Return the text that was sealed for `place`. Raises UnknownKeyError or BrokenSealError."""
        return self.open_bytes(sealed, place).decode()

    def seal_bytes(self, plain: bytes, place: Place) -> bytes:
        """Return `plain` sealed for `place`, as `seal` does with a text."""
        return self.seal_with(self.ring.current, plain, place)

    def seal_with(self, id_: str, plain: bytes, place: Place) -> bytes:
        """Return `plain` sealed for `place` with a certain key of the ring: for proofs; all else takes the current."""
        head = head_of(id_)
        nonce = secrets.token_bytes(_NONCE)
        return head + nonce + self._ciphers[id_].encrypt(nonce, plain, head + bytes(place))

    def open_bytes(self, sealed: bytes, place: Place) -> bytes:
        """Return the bytes that were sealed for `place`. Raises UnknownKeyError or BrokenSealError."""
        id_ = key_of(sealed)
        if id_ not in self._ciphers:
            raise UnknownKeyError(id_)
        head = head_of(id_)
        nonce, rest = sealed[len(head) : len(head) + _NONCE], sealed[len(head) + _NONCE :]
        try:
            return self._ciphers[id_].decrypt(nonce, rest, head + bytes(place))
        except (InvalidTag, ValueError):
            raise BrokenSealError(f"the value at {place.table}.{place.column} does not open") from None

    def blind(self, kind: str, folded: str) -> bytes:
        """Return 32 bytes by which an exact value is found again: equal for equal `folded` texts of one `kind` only.

        Fold before (case, spaces, the form of a phone number), or what is equal to a person will not be found.
        """
        return _keyed(self.ring.index, kind, folded)

    def block(self, kind: str, folded: str) -> int:
        """Return a signed 64-bit number under which candidates of one `kind` are gathered, as names that sound alike.

        Collisions only add candidates, which are scored afterwards.
        """
        return int.from_bytes(_keyed(self.ring.blocking, kind, folded)[:8], "big", signed=True)

    def link(self, previous: bytes, record: bytes) -> bytes:
        """Return the 32 bytes that chain `record` to the one before it; without the key nobody can forge a chain."""
        return hmac.digest(self.ring.audit, previous + record, hashlib.sha256)

    def prove(self, use: str) -> bytes:
        """Return 32 bytes that only the ring's key for `use` ("index", "audit" ...) makes, to recognise it later."""
        key: bytes = getattr(self.ring, use)
        return _keyed(key, "proof", use)


def head_of(id_: str) -> bytes:
    """Return the bytes, in clear, with which every value sealed by the key `id_` begins."""
    return bytes((_VERSION, len(id_))) + id_.encode("ascii")


def key_of(sealed: bytes) -> str:
    """Return the id of the key that sealed a value. Raises BrokenSealError where it is no sealed value."""
    if len(sealed) < 2 or sealed[0] != _VERSION or len(sealed) < 2 + sealed[1] + _NONCE:
        raise BrokenSealError("this is not a sealed value")
    try:
        return sealed[2 : 2 + sealed[1]].decode("ascii")
    except UnicodeDecodeError:
        raise BrokenSealError("this is not a sealed value") from None


def _keyed(key: bytes, kind: str, folded: str) -> bytes:
    # The length in front keeps ("ab", "c") and ("a", "bc") apart, whatever letters they hold.
    name = kind.encode()
    return hmac.digest(key, len(name).to_bytes(4, "big") + name + folded.encode(), hashlib.sha256)

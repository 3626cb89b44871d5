"""Checking a document that somebody brings: is its signature this site's, and is every byte as it was signed."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from app.documents.signed_data import form

MAX_BYTES = 10 * 1024 * 1024
"""Larger files are not looked into: a page that is issued has less than a hundredth of it."""
_LONGEST_SIGNATURE = 64 * 1024

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]")


class Verdict(StrEnum):
    """What a file turned out to be."""

    INTACT = "intact"
    """Signed by this site, and every byte is as it was signed."""
    CHANGED = "changed"
    """Signed by this site, but changed afterwards, or added to."""
    FOREIGN = "foreign"
    """Signed by somebody else, or by nobody who can be made out."""
    UNSIGNED = "unsigned"
    NO_PDF = "no-pdf"
    TOO_LARGE = "too-large"


@dataclass(frozen=True)
class Checked:
    """The verdict on a file, and its SHA-256 as hexadecimal text to compare with that of the issued document."""

    verdict: Verdict
    sha256: str

    def is_the_issued(self, sha256: str) -> bool:
        """Whether this is, byte for byte, the document that was issued with this hash, and its signature holds."""
        return self.verdict is Verdict.INTACT and hmac.compare_digest(self.sha256, sha256.lower())


def sha256_of(pdf: bytes) -> str:
    """Return the hash of a signed document as it is kept and compared: SHA-256, hexadecimal."""
    return hashlib.sha256(pdf).hexdigest()


def check(file: bytes, own: Collection[bytes]) -> Checked:
    """Say what `file` is. `own` are the certificates (DER) of the site, `Seal.own`. Never raises for any bytes.

    The file is not read as a PDF: whoever signed vouches for all of its bytes but the signature between them, so
    these bytes alone are hashed and compared, and nothing that a stranger sends is unpacked or interpreted. A file
    that is more than what was signed counts as changed.
    """
    if len(file) > MAX_BYTES:
        return Checked(Verdict.TOO_LARGE, "")
    return Checked(_verdict(file, own), sha256_of(file))


def _verdict(file: bytes, own: Collection[bytes]) -> Verdict:
    # The last one: whoever adds to a file adds at its end.
    found = list(_BYTE_RANGE.finditer(file))
    if not file.startswith(b"%PDF-"):
        return Verdict.NO_PDF
    if not found:
        return Verdict.UNSIGNED
    verdicts = [_signature(file, tuple(map(int, match.groups())), own) for match in found[-3:]]
    for verdict in (Verdict.INTACT, Verdict.CHANGED):
        if verdict in verdicts:
            return verdict
    return Verdict.FOREIGN


def _signature(file: bytes, ranges: tuple[int, ...], own: Collection[bytes]) -> Verdict:
    start, length, second, rest = ranges
    between = file[start + length : second]
    if not 2 < len(between) <= 2 * _LONGEST_SIGNATURE:
        return Verdict.FOREIGN
    # Hostile bytes make the library raise almost anything, here and below: all of it says that this is no signature.
    try:
        signed = _read(between)
        certificate = _own_certificate(signed, own)
    except Exception:
        return Verdict.FOREIGN
    if certificate is None:
        return Verdict.FOREIGN
    whole = start == 0 and second + rest == len(file) and second == length + len(between)
    digest = hashlib.sha256(file[:length] + file[second:]).digest()
    try:
        intact = _holds(signed, certificate, digest) and _is_in_form(signed, certificate, digest, own)
    except Exception:
        return Verdict.CHANGED
    return Verdict.INTACT if whole and intact and _hexadecimal(signed) == between else Verdict.CHANGED


class _BrokenSignatureError(ValueError):
    """What stands between the signed bytes is no signature."""


@dataclass(frozen=True)
class _Signed:
    """A signature as read: its bytes (DER), how many zeros fill up its place, and its parts."""

    der: bytes
    fill: int
    signer: cms.SignerInfo
    certificates: tuple[bytes, ...]


def _read(between: bytes) -> _Signed:
    raw = bytes.fromhex(between.strip(b"<>").decode("ascii"))
    length = _der_length(raw)
    der, fill = raw[:length], raw[length:]
    if fill.strip(b"\0"):
        raise _BrokenSignatureError
    signed = cms.ContentInfo.load(der, strict=True)["content"]
    (signer,) = signed["signer_infos"]
    return _Signed(der, len(fill), signer, tuple(choice.chosen.dump() for choice in signed["certificates"]))


def _own_certificate(signed: _Signed, own: Collection[bytes]) -> asn1_x509.Certificate | None:
    """Return the certificate of the site that the signature names as its own, or None."""
    for certificate in own:
        loaded = asn1_x509.Certificate.load(certificate)
        if signed.signer["sid"].dump() == _named(loaded).dump() and certificate in signed.certificates:
            return loaded
    return None


def _holds(signed: _Signed, certificate: asn1_x509.Certificate, digest: bytes) -> bool:
    if signed.signer["digest_algorithm"]["algorithm"].native != "sha256":
        return False
    intact, valid = validate_sig_integrity(signed.signer, certificate, "data", digest)
    return intact and valid


def _is_in_form(signed: _Signed, certificate: asn1_x509.Certificate, digest: bytes, own: Collection[bytes]) -> bool:
    """Whether the signature is written as `Seal.sign` writes it.

    A signature covers the document and its own attributes, but not the version numbers and names of algorithms around
    them: a bit changed there would go unnoticed.
    """
    if not set(signed.certificates) <= set(own):
        return False
    above = [one for one in signed.certificates if one != certificate.dump()]
    return form(certificate, above).written(digest, signed.signer["signature"].native) == signed.der


def _named(certificate: asn1_x509.Certificate) -> cms.SignerIdentifier:
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    return cms.SignerIdentifier("issuer_and_serial_number", cms.IssuerAndSerialNumber(named))


def _hexadecimal(signed: _Signed) -> bytes:
    """Return the signature as it stands in the file: any other spelling of the same bytes is a change."""
    return b"<" + signed.der.hex().upper().encode() + b"00" * signed.fill + b">"


def _der_length(raw: bytes) -> int:
    """Return how many bytes the first DER value takes. Raises _BrokenSignatureError where they are not all there."""
    if len(raw) < 4 or raw[0] != 0x30:
        raise _BrokenSignatureError
    if raw[1] < 0x80:
        length = 2 + raw[1]
    else:
        count = raw[1] & 0x7F
        length = 2 + count + int.from_bytes(raw[2 : 2 + count], "big")
    if not 0 < length <= len(raw):
        raise _BrokenSignatureError
    return length

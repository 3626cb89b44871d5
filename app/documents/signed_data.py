"""The one form in which a signature is written (CMS SignedData, RFC 5652), for writing it quickly and checking it.

The library assembles each signature from objects, which takes three quarters of the time of signing. All but two values
of it are the same for a certificate, so it is written here as DER at once; the tests compare the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.general import as_signing_certificate_v2

_SEQUENCE, _SET, _FIRST, _OCTETS = 0x30, 0x31, 0xA0, 0x04
_VERSION = b"\x02\x01\x01"
_NO_DIGEST = b"\0" * 32


@dataclass(frozen=True)
class Form:
    """The parts of a signature that a certificate gives: who signs, how, and which certificates go with it."""

    sid: bytes
    mechanism: bytes
    certificates: bytes
    attributes: bytes
    """The signed attributes with 32 zeros in place of the document's digest."""

    def attributes_of(self, digest: bytes) -> bytes:
        """Return the attributes to be signed for a document's SHA-256, as their SET is signed (RFC 5652, 5.4)."""
        return _value(_SET, self.attributes.replace(_NO_DIGEST, digest))

    def written(self, digest: bytes, signature: bytes) -> bytes:
        """Return the whole signature (DER) on a document's SHA-256."""
        attributes = self.attributes.replace(_NO_DIGEST, digest)
        signer = _value(
            _SEQUENCE,
            _VERSION + self.sid + _SHA256 + _value(_FIRST, attributes) + self.mechanism + _value(_OCTETS, signature),
        )
        signed = _value(
            _SEQUENCE,
            _VERSION
            + _value(_SET, _SHA256)
            + _value(_SEQUENCE, _DATA)
            + _value(_FIRST, self.certificates)
            + _value(_SET, signer),
        )
        return _value(_SEQUENCE, _SIGNED_DATA + _value(_FIRST, signed))


def form(certificate: asn1_x509.Certificate, above: Sequence[bytes]) -> Form:
    """Return the form of signatures by `certificate`, with the certificates `above` it (DER) put in."""
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    attributes = [
        cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
        cms.CMSAttribute({"type": "message_digest", "values": [_NO_DIGEST]}),
        cms.CMSAttribute({"type": "signing_certificate_v2", "values": [as_signing_certificate_v2(certificate)]}),
    ]
    return Form(
        sid=cms.SignerIdentifier("issuer_and_serial_number", cms.IssuerAndSerialNumber(named)).dump(),
        mechanism=mechanism(certificate).dump(),
        # A SET in DER is in the order of its bytes.
        certificates=b"".join(sorted((certificate.dump(), *above))),
        attributes=b"".join(sorted(attribute.dump() for attribute in attributes)),
    )


def mechanism(certificate: asn1_x509.Certificate) -> cms.SignedDigestAlgorithm:
    """Return how documents are signed with the key of a certificate: ECDSA or RSA (PKCS #1 v1.5), with SHA-256."""
    return cms.SignedDigestAlgorithm(
        {"algorithm": "sha256_ecdsa" if certificate.public_key.algorithm == "ec" else "sha256_rsa"}
    )


def _value(tag: int, content: bytes) -> bytes:
    """Return one DER value."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


_SHA256: bytes = cms.DigestAlgorithm({"algorithm": "sha256"}).dump()
_DATA: bytes = cms.ContentType("data").dump()
_SIGNED_DATA: bytes = cms.ContentType("signed_data").dump()

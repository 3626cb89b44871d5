"""The seal: the key that signs issued documents (PAdES B-B), from a file, a token, or made for development."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from urllib.parse import parse_qsl, unquote, urlsplit

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.documents.extract import Certified
from app.documents.signed_data import form, mechanism
from app.kernel.errors import ConfigError

DEVELOPMENT_NAME = "Dorohovkaz DEVELOPMENT certificate, not for official use"
DEVELOPMENT_DAYS = 3650
DEVELOPMENT_FILE = "seal_development.pem"
FIELD = "Signature"

# The field draws nothing. It lies outside the page: PDF/UA wants that of a field without a tag, and PDF/A forbids
# to hide it.
_FIELD = SigFieldSpec(FIELD, on_page=0, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True))

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class SealSettings:
    """Where the key and its certificates are.

    `key` is a file (PEM or PKCS#12), a PKCS#11 address (RFC 7512), or empty for the development key in `folder`;
    `certificate` a PEM file with the certificate and those above it, where the key's file does not hold them;
    `password` opens the file or the token; `earlier` is a PEM file of certificates that signed in former times.
    """

    folder: Path
    key: str = ""
    certificate: str = ""
    password: str = field(default="", repr=False)
    earlier: str = ""


@dataclass(frozen=True)
class Seal:
    """A key ready to sign. Keep one for each process: opening it reads and parses the key."""

    certified: Certified
    own: tuple[bytes, ...]
    """The certificates (DER) that `verify.check` takes for this site's: the present one, those above it, earlier."""
    not_after: datetime
    """When the present certificate ends, with time zone: warn before."""
    _signer: signers.PdfSigner
    _reserved: int

    def sign(self, pdf: bytes, *, signed_at: datetime) -> bytes:
        """Return `pdf` with the signature appended to its bytes; the same but for the signature each time.

        Asks nothing of the network: no time stamp, no revocation list. May be called from several threads, but not
        from a coroutine.
        """
        return asyncio.run(self._signed(pdf, signed_at))

    async def _signed(self, pdf: bytes, signed_at: datetime) -> bytes:
        writer = _Appending(io.BytesIO(pdf))
        session = self._signer.init_signing_session(writer)
        session.system_time = signed_at
        document = session.prepare_tbs_document(validation_info=None, bytes_reserved=self._reserved)
        output = io.BytesIO()
        digested, _ = document.digest_tbs_document(output=output)
        await document.perform_signature(
            document_digest=digested.document_digest,
            pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=signed_at),
        )
        return output.getvalue()


def open_seal(settings: SealSettings, *, now: datetime) -> Seal:
    """Return the seal that signs; the first time without a key, make the development key and certificate (mode 0600).

    Raises ConfigError that names the setting: nothing there, a wrong password, a key without its certificate, a
    certificate that is not valid at `now`, or a token without its library.
    """
    earlier = _certificates(settings.earlier, "SEAL_EARLIER") if settings.earlier else []
    if settings.key.startswith("pkcs11:"):
        signer, chain = _token_signer(settings)
    else:
        key, chain = _file_key(settings) if settings.key else _development(settings.folder, now)
        signer = _KeptKey(key, chain)
    own = chain[0]
    if not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
        hint = "" if settings.key else f" Remove {settings.folder / DEVELOPMENT_FILE} to have a new one made."
        raise ConfigError(f"SEAL_KEY: the certificate is valid from {own.not_valid_before_utc:%Y-%m-%d} to "
                          f"{own.not_valid_after_utc:%Y-%m-%d}, which is not today.{hint}")  # fmt: skip
    name = _common_name(own)
    certified = Certified(name, _serial(own), name == DEVELOPMENT_NAME)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=name
    )
    return Seal(
        certified,
        tuple(dict.fromkeys(_der(certificate) for certificate in (*chain, *earlier))),
        own.not_valid_after_utc,
        signers.PdfSigner(metadata, signer, new_field_spec=_FIELD),
        # Room for the certificates, for the attributes and for the longest signature; twice, because it is hexadecimal.
        2 * (sum(len(_der(certificate)) for certificate in chain) + 2500),
    )


def kept_seal(settings: SealSettings, *, now: datetime) -> Seal:
    """Return the seal of these settings, opened once in each process. Raises ConfigError as `open_seal` does."""
    # A token's session belongs to the process that opened it.
    place = (os.getpid(), settings)
    with _opening:
        seal = _kept.get(place)
        if seal is None or now > seal.not_after:
            seal = _kept[place] = open_seal(settings, now=now)
        return seal


_kept: dict[tuple[int, SealSettings], Seal] = {}
_opening = Lock()


class _Appending(IncrementalPdfFileWriter):
    """Appends the signature alone: what the page's metadata say stays as it was drawn.

    The library would write its own name and the time of the clock into them, and random bytes into the file's
    identifier, so that no document could be drawn again with the same bytes.
    """

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        first = self._document_id[0]
        changed = hashlib.sha256(stream.getvalue()).digest()[:16]
        self._document_id = ArrayObject([first, ByteStringObject(changed)])

    def _update_meta(self) -> None:
        """Leave the metadata as they are."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Stay at PDF 1.7, on which PDF/A-2 rests; the library would call the file PDF 2.0 for its signature."""

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Name the extension for this signature (ETSI EN 319 142-1); the library's others belong to PDF 2.0."""
        if ext.prefix_name == "/ESIC":
            super().register_extension(ext)


class _KeptKey(signers.SimpleSigner):
    """Signs with a key that stays parsed and writes the signature at once.

    The library's own signer would read and check the key, and assemble the signature from objects, for every document.
    """

    def __init__(self, key: Key, chain: Sequence[x509.Certificate]) -> None:
        own, *above = [asn1_x509.Certificate.load(_der(certificate)) for certificate in chain]
        private = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        super().__init__(own, asn1_keys.PrivateKeyInfo.load(private), _store(above), mechanism(own))
        self._key = key
        self._form = form(own, [certificate.dump() for certificate in above])

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, *_: object, **__: object) -> cms.ContentInfo:
        """Return the signature on a document's SHA-256. Of PAdES B-B nothing else is asked: no time stamp."""
        assert digest_algorithm == "sha256"
        signature = self.sign_raw(self._form.attributes_of(data_digest), digest_algorithm)
        return cms.ContentInfo.load(self._form.written(data_digest, signature))

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        hashed = getattr(hashes, digest_algorithm.upper())()
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(hashed))
        return self._key.sign(data, padding.PKCS1v15(), hashed)


def _store(certificates: Iterable[asn1_x509.Certificate]) -> SimpleCertificateStore:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    for certificate in certificates:
        store.register(certificate)
    return store


def _file_key(settings: SealSettings) -> tuple[Key, list[x509.Certificate]]:
    password = settings.password.encode() or None
    try:
        content = Path(settings.key).expanduser().read_bytes()
    except OSError as error:
        raise ConfigError(f"SEAL_KEY is {settings.key!r}, which cannot be read: {error.strerror}.") from None
    found: list[x509.Certificate] = []
    try:
        if b"-----BEGIN" in content:
            key = serialization.load_pem_private_key(content, password)
            if b"-----BEGIN CERTIFICATE" in content:
                found = x509.load_pem_x509_certificates(content)
        else:
            loaded, own, above = pkcs12.load_key_and_certificates(content, password)
            if loaded is None:
                raise ValueError("no key")
            key, found = loaded, [*([own] if own else []), *above]
    except (TypeError, ValueError):
        raise ConfigError("SEAL_KEY names no private key (PEM or PKCS#12) that SEAL_PASSWORD opens.") from None
    if not isinstance(key, Key):
        raise ConfigError("SEAL_KEY takes an elliptic (P-256, P-384) or an RSA key.")
    if settings.certificate:
        found = _certificates(settings.certificate, "SEAL_CERTIFICATE")
    public = _public(key.public_key())
    found.sort(key=lambda certificate: _public(certificate.public_key()) != public)
    if not found or _public(found[0].public_key()) != public:
        raise ConfigError("SEAL_KEY: the certificate of this key is missing; name its file in SEAL_CERTIFICATE.")
    return key, found


def _development(folder: Path, now: datetime) -> tuple[Key, list[x509.Certificate]]:
    """Return the development key of the instance folder, made on first use; of several processes one makes it."""
    path = folder / DEVELOPMENT_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A temporary file is readable by its owner alone, and a link is made whole or not at all.
        with NamedTemporaryFile(dir=folder, prefix=".seal-") as file:
            file.write(_made(now))
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)
    return _file_key(SealSettings(folder, key=str(path)))


def _made(now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Dorohovkaz DEVELOPMENT"),
            x509.NameAttribute(NameOID.COMMON_NAME, DEVELOPMENT_NAME),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DEVELOPMENT_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _token_signer(settings: SealSettings) -> tuple[signers.Signer, list[x509.Certificate]]:
    """Open the token of ``pkcs11:token=NAME;object=LABEL?module-path=FILE`` (RFC 7512)."""
    parts = urlsplit(settings.key)
    path = dict(item.partition("=")[::2] for item in parts.path.split(";"))
    token, label = unquote(path.get("token", "")), unquote(path.get("object", ""))
    module = dict(parse_qsl(parts.query)).get("module-path", "")
    if not (token and label and module):
        raise ConfigError("SEAL_KEY takes pkcs11:token=NAME;object=LABEL?module-path=FILE for a token.")
    if not settings.certificate:
        raise ConfigError("SEAL_CERTIFICATE names the PEM file of the certificate; a token needs it.")
    chain = _certificates(settings.certificate, "SEAL_CERTIFICATE")
    try:
        import pkcs11
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError:
        raise ConfigError("SEAL_KEY names a PKCS#11 token: install python-pkcs11 beside the requirements.") from None
    try:
        session = open_pkcs11_session(
            module, token_criteria=TokenCriteria(label=token), user_pin=settings.password or None
        )
    except (pkcs11.PKCS11Error, OSError, RuntimeError, LookupError) as error:
        raise ConfigError(f"SEAL_KEY: the token cannot be opened ({type(error).__name__}).") from None
    own, *above = (asn1_x509.Certificate.load(_der(certificate)) for certificate in chain)
    return PKCS11Signer(
        session, signing_cert=own, ca_chain=above, key_label=label, signature_mechanism=mechanism(own)
    ), chain


def _certificates(path: str, setting: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(Path(path).expanduser().read_bytes())
    except (OSError, ValueError):
        raise ConfigError(f"{setting} is {path!r}; it takes a PEM file of certificates.") from None


def _public(key: object) -> bytes:
    assert isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _common_name(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()


def _serial(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:x}".upper()

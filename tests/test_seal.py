"""The signature of an extract holds for every validator, and what somebody changed does not pass for ours."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import stat
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.config import Settings
from app.documents.draw import draw
from app.documents.extract import issuer_words
from app.documents.seal import DEVELOPMENT_FILE, Seal, SealSettings, kept_seal, open_seal
from app.documents.signed_data import form, mechanism
from app.documents.verify import MAX_BYTES, Verdict, check, sha256_of
from app.documents.words import DEMONSTRATION_ISSUER, Words
from app.kernel.errors import ConfigError
from tests.papers_issued import FOUND, ISSUED_AT, NOT_FOUND, OFFICIAL
from tests.pdf import pdf_text

NOW = ISSUED_AT


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return open_seal(SealSettings(tmp_path_factory.mktemp("instance")), now=NOW)


@pytest.fixture(scope="module")
def page(seal: Seal) -> bytes:
    return draw(FOUND, seal.certified)


@pytest.fixture(scope="module")
def signed(seal: Seal, page: bytes) -> bytes:
    return seal.sign(page, signed_at=NOW)


def places(signed: bytes) -> tuple[int, int]:
    """Return where the signature begins and ends in the file."""
    found = re.findall(rb"/ByteRange\s*\[\s*0 (\d+) (\d+) \d+\s*\]", signed)
    return int(found[-1][0]), int(found[-1][1])


def outside(signed: bytes) -> bytes:
    start, end = places(signed)
    return signed[:start] + signed[end:]


def holds_for_a_validator(signed: bytes, root: bytes) -> bool:
    trusted = asn1_x509.Certificate.load(root)
    (embedded,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert str(embedded.sig_object["/SubFilter"]) == "/ETSI.CAdES.detached"
    context = ValidationContext(trust_roots=[trusted], allow_fetching=False, moment=NOW)
    status = validate_pdf_signature(embedded, signer_validation_context=context)
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level is ModificationLevel.NONE
    return bool(status.bottom_line)


def test_a_signature_holds_for_an_independent_validator(seal: Seal, signed: bytes) -> None:
    assert holds_for_a_validator(signed, seal.own[0])
    assert check(signed, seal.own).verdict is Verdict.INTACT


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig is not installed")
def test_a_signature_holds_for_pdfsig(signed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "extract.pdf"
    path.write_bytes(signed)
    said = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said


def test_signing_keeps_the_page_as_it_was_drawn(page: bytes, signed: bytes) -> None:
    assert signed.startswith(page)
    before, after = pikepdf.open(io.BytesIO(page)), pikepdf.open(io.BytesIO(signed))
    assert pdf_text(signed) == pdf_text(page)
    assert "/Version" not in after.Root
    assert str(after.Root.Lang) == "uk"
    assert dict(after.docinfo) == dict(before.docinfo)
    assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
    assert "/StructTreeRoot" in after.Root
    assert after.Root.AcroForm.SigFlags == 3
    (field,) = after.Root.AcroForm.Fields
    assert field.F == 132, "printed and locked, as PDF/A wants it"
    assert str(after.pages[0].Tabs) == "/S"


def test_the_same_document_is_the_same_but_for_its_signature(seal: Seal, page: bytes, signed: bytes) -> None:
    again = seal.sign(page, signed_at=NOW)
    assert outside(again) == outside(signed)
    assert again != signed


def test_the_time_of_signing_is_the_time_of_issue(signed: bytes) -> None:
    pdf = pikepdf.open(io.BytesIO(signed))
    assert "20261125150000" in str(pdf.Root.AcroForm.Fields[0].V.M)


def test_the_development_key_is_its_owners_alone_and_says_what_it_is(tmp_path: Path) -> None:
    first, second = (open_seal(SealSettings(tmp_path / "new"), now=NOW) for _ in range(2))
    assert first.own == second.own
    assert stat.S_IMODE((tmp_path / "new" / DEVELOPMENT_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == [DEVELOPMENT_FILE]
    assert first.certified.is_development
    assert "DEVELOPMENT" in first.certified.name


def test_processes_that_start_together_make_one_development_key(tmp_path: Path) -> None:
    found: list[bytes] = []
    start = threading.Barrier(6)

    def open_one() -> None:
        start.wait()
        found.append(open_seal(SealSettings(tmp_path), now=NOW).own[0])

    threads = [threading.Thread(target=open_one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_a_process_keeps_its_seal(tmp_path: Path) -> None:
    named = SealSettings(tmp_path)
    assert kept_seal(named, now=NOW) is kept_seal(named, now=NOW)
    with pytest.raises(ConfigError, match="valid from"):
        kept_seal(named, now=NOW + timedelta(days=5000))


@pytest.mark.parametrize("kind", ["elliptic", "rsa"])
def test_the_signature_is_written_as_the_library_would(kind: str, seal: Seal) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "elliptic" else rsa_key()
    root = certified(root_key, "Корінь")
    chain = [certified(key, "Печатка", by=(root, root_key)), root]
    own, above = (asn1_x509.Certificate.load(der(certificate)) for certificate in chain)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(above)
    private = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    library = SimpleSigner(own, PrivateKeyInfo.load(key.private_bytes(*private)), store, mechanism(own))
    digest = b"\x17" * 32
    theirs = asyncio.run(library.async_sign(digest, "sha256", use_pades=True))
    signature = theirs["content"]["signer_infos"][0]["signature"].native
    assert form(own, [above.dump()]).written(digest, signature) == theirs.dump()


def test_threads_sign_with_one_seal(seal: Seal, page: bytes) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(seal.sign(page, signed_at=NOW))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [check(one, seal.own).verdict for one in found] == [Verdict.INTACT] * 4


# --- Keys of an operator ---------------------------------------------------------------------------------------------


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certified(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    name: str,
    by: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
) -> x509.Certificate:
    """Return a certificate of `key`, self-signed or issued `by` an authority."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(True, True, False, False, False, by is None, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2028, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(by[1] if by else key, hashes.SHA256())
    )


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: str = "") -> bytes:
    locked: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        locked = serialization.BestAvailableEncryption(password.encode())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)


def written(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def test_a_seal_of_an_authority_signs_from_pkcs12_with_its_chain(tmp_path: Path, page: bytes) -> None:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certified(root_key, "Кореневий центр")
    own = certified(key, "Орган, що видає витяги", by=(root, root_key))
    path = tmp_path / "seal.p12"
    locked = serialization.BestAvailableEncryption(b"pass word")
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, own, [root], locked))
    seal = open_seal(SealSettings(tmp_path, key=str(path), password="pass word"), now=NOW)
    assert not seal.certified.is_development
    assert seal.certified.name == "Орган, що видає витяги"
    signed = seal.sign(page, signed_at=NOW)
    assert check(signed, seal.own).verdict is Verdict.INTACT
    assert holds_for_a_validator(signed, der(root))
    assert not (tmp_path / DEVELOPMENT_FILE).exists()


def test_a_copied_development_key_still_makes_specimens(tmp_path: Path) -> None:
    open_seal(SealSettings(tmp_path), now=NOW)
    named = SealSettings(tmp_path, str(tmp_path / DEVELOPMENT_FILE))
    assert open_seal(named, now=NOW).certified.is_development


def test_a_ministry_of_development_makes_no_specimens(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "seal.pem").write_bytes(pem(key) + written(certified(key, "Ministry for Development")))
    named = SealSettings(tmp_path, str(tmp_path / "seal.pem"))
    assert not open_seal(named, now=NOW).certified.is_development


def test_an_rsa_key_signs_from_pem_with_the_certificate_beside_it(tmp_path: Path, page: bytes) -> None:
    (tmp_path / "key.pem").write_bytes(pem(rsa_key(), "слово"))
    (tmp_path / "chain.pem").write_bytes(written(certified(rsa_key(), "RSA")))
    named = SealSettings(tmp_path, str(tmp_path / "key.pem"), str(tmp_path / "chain.pem"), "слово")
    seal = open_seal(named, now=NOW)
    signed = seal.sign(page, signed_at=NOW)
    assert check(signed, seal.own).verdict is Verdict.INTACT
    assert holds_for_a_validator(signed, seal.own[0])


def test_extracts_of_an_earlier_certificate_still_verify(tmp_path: Path, seal: Seal, signed: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "new.pem").write_bytes(pem(key) + written(certified(key, "Нова печатка")))
    named = SealSettings(tmp_path, str(tmp_path / "new.pem"))
    assert check(signed, open_seal(named, now=NOW).own).verdict is Verdict.FOREIGN
    (tmp_path / "old.pem").write_bytes(written(x509.load_der_x509_certificate(seal.own[0])))
    later = open_seal(SealSettings(tmp_path, str(tmp_path / "new.pem"), earlier=str(tmp_path / "old.pem")), now=NOW)
    assert check(signed, later.own).verdict is Verdict.INTACT


@pytest.mark.parametrize("fault", ["missing", "no key", "locked", "no certificate", "another's", "ed25519", "expired"])
def test_a_key_that_cannot_sign_is_named(fault: str, tmp_path: Path) -> None:
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    own, path, now, said = certified(key, "Печатка"), tmp_path / "seal.pem", NOW, "SEAL_KEY"
    if fault != "missing":
        path.write_bytes(pem(key) + written(own))
    if fault == "no key":
        path.write_bytes(b"\x00\x01 no key at all")
    if fault == "locked":
        path.write_bytes(pem(key, "secret") + written(own))
    if fault == "no certificate":
        path.write_bytes(pem(key))
        said = "SEAL_CERTIFICATE"
    if fault == "another's":
        path.write_bytes(pem(key) + written(certified(other, "Інша")))
        said = "certificate of this key is missing"
    if fault == "ed25519":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        path.write_bytes(pem(Ed25519PrivateKey.generate()))  # type: ignore[arg-type]
    if fault == "expired":
        now, said = datetime(2030, 1, 1, tzinfo=UTC), "valid from 2026-01-01"
    with pytest.raises(ConfigError, match=said):
        open_seal(SealSettings(tmp_path, str(path)), now=now)


@pytest.mark.parametrize(
    ("key", "certificate", "said"),
    [
        ("pkcs11:token=HSM", "", "module-path"),
        ("pkcs11:token=HSM;object=seal?module-path=/none.so", "", "SEAL_CERTIFICATE"),
        ("pkcs11:token=HSM;object=seal?module-path=/none.so", "chain.pem", "python-pkcs11|cannot be opened"),
    ],
)
def test_a_token_that_cannot_be_used_is_named(key: str, certificate: str, said: str, tmp_path: Path) -> None:
    chain = tmp_path / "chain.pem"
    chain.write_bytes(written(certified(ec.generate_private_key(ec.SECP256R1()), "Печатка")))
    with pytest.raises(ConfigError, match=said):
        open_seal(SealSettings(tmp_path, key, str(chain) if certificate else "", "1234"), now=NOW)


def test_settings_lead_to_the_seal(tmp_path: Path) -> None:
    path = tmp_path / "seal.pem"
    path.write_bytes(b"x")
    read = Settings.from_environment({"SEAL_KEY": str(path), "SEAL_PASSWORD": "p", "INSTANCE": str(tmp_path)})
    assert read.seal == SealSettings(tmp_path, str(path), "", "p", "")
    assert "'p'" not in repr(read)
    assert "'p'" not in repr(read.seal)
    for name in ("SEAL_KEY", "SEAL_CERTIFICATE", "SEAL_EARLIER"):
        with pytest.raises(ConfigError, match=name):
            Settings.from_environment({name: "/nowhere.pem"})
    with pytest.raises(ConfigError, match="ISSUER"):
        Settings.from_environment({"ISSUER": "Я" * 161})


def test_the_issuer_is_named_by_the_operator_or_by_the_certificate(seal: Seal) -> None:
    assert issuer_words("Секретаріат", "Secretariat", OFFICIAL) == Words("Секретаріат", "Secretariat")
    assert issuer_words("", "", OFFICIAL) == Words(OFFICIAL.name, "")
    assert issuer_words("", "", seal.certified) == DEMONSTRATION_ISSUER


# --- A file that somebody brings -------------------------------------------------------------------------------------


def test_the_issued_file_is_known_by_its_hash(seal: Seal, page: bytes, signed: bytes) -> None:
    kept = sha256_of(signed)
    assert check(signed, seal.own).is_the_issued(kept)
    again = seal.sign(page, signed_at=NOW)
    assert check(again, seal.own).verdict is Verdict.INTACT
    assert not check(again, seal.own).is_the_issued(kept)


@settings(max_examples=150, deadline=None)
@given(draws=st.data())
def test_one_changed_bit_anywhere_is_detected(draws: st.DataObject, seal: Seal, signed: bytes) -> None:
    start, end = places(signed)
    near = st.integers(start - 40, min(start + 2600, end))
    place = draws.draw(st.one_of(st.integers(0, len(signed) - 1), near))
    changed = bytearray(signed)
    changed[place] ^= 1 << draws.draw(st.integers(0, 7))
    assert check(bytes(changed), seal.own).verdict in {
        Verdict.CHANGED, Verdict.FOREIGN, Verdict.UNSIGNED, Verdict.NO_PDF
    }  # fmt: skip


def test_a_changed_letter_of_the_page_is_called_a_change(seal: Seal, signed: bytes) -> None:
    for place in (1000, 20_000, len(signed) - 10):
        changed = bytearray(signed)
        changed[place] ^= 1
        assert check(bytes(changed), seal.own).verdict is Verdict.CHANGED


def test_what_is_added_or_cut_off_is_a_change(seal: Seal, signed: bytes) -> None:
    assert check(signed + b"\n", seal.own).verdict is Verdict.CHANGED
    assert check(signed[:-1], seal.own).verdict is Verdict.CHANGED
    assert check(signed + b"\n% /ByteRange [0 10 20 30]\n", seal.own).verdict is Verdict.CHANGED


def test_a_signature_from_another_document_does_not_fit(seal: Seal, signed: bytes) -> None:
    other = seal.sign(draw(NOT_FOUND, seal.certified), signed_at=NOW)
    (start, end), (from_, to) = places(signed), places(other)
    moved = signed[:start] + other[from_:to] + signed[end:]
    assert check(moved, seal.own).verdict is Verdict.CHANGED


def test_a_forged_copy_is_signed_by_somebody_else(seal: Seal, page: bytes, tmp_path: Path) -> None:
    forger = open_seal(SealSettings(tmp_path), now=NOW)
    forged = forger.sign(page, signed_at=NOW)
    # The same names in another certificate make it no less another.
    assert forger.certified.name == seal.certified.name
    assert check(forged, seal.own).verdict is Verdict.FOREIGN


def test_files_without_a_signature_are_told_apart(seal: Seal, page: bytes) -> None:
    assert check(page, seal.own).verdict is Verdict.UNSIGNED
    assert check(b"", seal.own).verdict is Verdict.NO_PDF
    assert check(b"\x89PNG\r\n" + page, seal.own).verdict is Verdict.NO_PDF
    assert check(b"%PDF-1.7\n" + b" " * MAX_BYTES, seal.own).verdict is Verdict.TOO_LARGE


@settings(max_examples=200, deadline=None)
@given(
    garbage=st.binary(max_size=400),
    ranges=st.tuples(*[st.integers(0, 10**9 - 1) | st.integers(0, 500)] * 4),
    hexadecimal=st.booleans(),
)
def test_garbage_never_stops_the_check(
    garbage: bytes, ranges: tuple[int, int, int, int], hexadecimal: bool, seal: Seal
) -> None:
    assert check(garbage, seal.own).verdict is not Verdict.INTACT
    inside = garbage.hex().encode() if hexadecimal else garbage
    head = b"%PDF-1.7\n/Contents <"
    true = f"/ByteRange [0 {len(head) - 1} {len(head) + len(inside) + 1} 9]".encode()
    said = f"/ByteRange [{' '.join(map(str, ranges))}]".encode()
    for tail in (true, said):
        assert check(head + inside + b">" + tail, seal.own).verdict is not Verdict.INTACT


def test_a_nested_signature_is_refused_soon(seal: Seal) -> None:
    nested = b"0\x80" * 20_000
    head = b"%PDF-1.7\n/Contents <"
    tail = f"/ByteRange [0 {len(head) - 1} {len(head) + 2 * len(nested) + 1} 9]".encode()
    assert check(head + nested.hex().encode() + b">" + tail, seal.own).verdict is Verdict.FOREIGN

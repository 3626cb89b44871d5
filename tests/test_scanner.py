"""The virus scanner: believed only when it answers plainly; without an answer no file is taken."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from app.kernel.errors import ConfigError
from app.storage.intake import accept
from app.storage.refusals import Refusal, UploadRefusedError
from app.storage.scanner import Clamd, open_scanner
from tests.clamd import EICAR, clamd
from tests.uploaded import encoded, photo, picture


def refusal(scanner: Clamd, content: bytes) -> Refusal:
    with pytest.raises(UploadRefusedError) as refused:
        scanner.scan(content)
    return refused.value.refusal


@pytest.fixture(params=["unix", "tcp"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "clamd.ctl" if request.param == "unix" else None


def test_a_clean_file_passes_and_was_sent_whole(where: Path | None) -> None:
    with clamd(where) as (address, standing_in):
        accept(photo("JPEG"), scanner=open_scanner(address))
        scanner = open_scanner(address)
        assert scanner is not None
        scanner.scan(bytes(10_000_000))
    assert standing_in.streams == [photo("JPEG"), bytes(10_000_000)]


def test_an_infected_file_is_refused(where: Path | None) -> None:
    infected = encoded(picture(), "JPEG", comment=EICAR)
    with clamd(where) as (address, _), pytest.raises(UploadRefusedError) as refused:
        accept(infected, scanner=open_scanner(address))
    assert refused.value.refusal is Refusal.INFECTED


def test_what_was_found_is_told_to_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    with clamd(None) as (address, _):
        scanner = open_scanner(address)
        assert isinstance(scanner, Clamd)
        refusal(scanner, EICAR)
    assert "Eicar-Test-Signature" in caplog.text


@pytest.mark.parametrize(
    "reply",
    [
        lambda _: b"INSTREAM size limit exceeded. ERROR\x00",
        lambda _: b"stream: OK",
        lambda _: b"stream: OK\x00 and more",
        lambda _: b"stream: Can't allocate memory ERROR\x00",
        lambda _: b"OK\x00",
        lambda _: b"",
        lambda _: b"\xff" * 100_000,
        lambda _: b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_an_answer_that_is_not_plain_refuses_the_file(reply: Callable[[bytes], bytes]) -> None:
    with clamd(None, reply) as (address, _):
        scanner = open_scanner(address)
        assert isinstance(scanner, Clamd)
        assert refusal(scanner, b"file") is Refusal.SCANNER_SILENT


def test_a_scanner_that_never_answers_refuses_the_file(where: Path | None) -> None:
    with clamd(where, lambda _: None) as (address, _):
        scanner = open_scanner(address)
        assert isinstance(scanner, Clamd)
        assert refusal(Clamd(scanner.address, seconds=0.1), b"file") is Refusal.SCANNER_SILENT


def test_a_scanner_that_is_not_there_refuses_the_file_and_the_operator_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with clamd(None) as (address, _):
        gone = open_scanner(address)
    assert isinstance(gone, Clamd)
    with caplog.at_level(logging.ERROR):
        assert refusal(gone, b"file") is Refusal.SCANNER_SILENT
        assert refusal(Clamd(str(tmp_path / "nowhere")), b"file") is Refusal.SCANNER_SILENT
    assert caplog.text.count("does not answer") == 2


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("", None),
        ("unix:/run/clamav/clamd.ctl", Clamd("/run/clamav/clamd.ctl")),
        ("unix:///run/clamav/clamd.ctl", Clamd("/run/clamav/clamd.ctl")),
        ("tcp://scanner:3310", Clamd(("scanner", 3310))),
        ("tcp://[::1]:3310", Clamd(("::1", 3310))),
    ],
)
def test_the_scanner_is_named_by_its_address(address: str, opened: Clamd | None) -> None:
    assert open_scanner(address) == opened


@pytest.mark.parametrize("address", ["clamd", "unix:relative", "tcp://host", "tcp://host:x", "tcp://[", "http://h:1"])
def test_a_wrong_address_stops_the_start(address: str) -> None:
    with pytest.raises(ConfigError, match=r"^CLAMD "):
        open_scanner(address)

"""The real server at its edges: idle and slow connections, bodies cut off or too large, heads that are malformed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest

READ = "GET /en/search?q=1648 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
SENT = (
    "POST /uk/account/join/nothing HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
)


@pytest.fixture
def host(served: str) -> str:
    return urlsplit(served).netloc


def opened(host: str, start: bytes = b"") -> socket.socket:
    """Open a connection and send the beginning of something."""
    name, _, port = host.partition(":")
    connection = socket.create_connection((name, int(port)), timeout=20)
    connection.sendall(start)
    return connection


def answer(host: str, sent: bytes, *, ends: bool = False) -> str:
    """Send bytes and return the whole answer; with `ends` no more bytes will follow."""
    with closing(opened(host, sent)) as connection:
        if ends:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")


def head(host: str, text: str, **values: object) -> bytes:
    return text.format(host=host, **values).encode("latin-1")


@pytest.fixture
def crowd() -> Iterator[ExitStack]:
    """Holds connections open until the test ends."""
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("start", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"G"])
def test_idle_connections_do_not_keep_readers_out(host: str, crowd: ExitStack, start: bytes) -> None:
    for _ in range(150):
        crowd.enter_context(closing(opened(host, start)))
    assert answer(host, head(host, READ)).startswith("HTTP/1.1 200")


def until(host: str, sent: bytes, status: str) -> str:
    """Send until the answer has this status: the server takes connections up, and sees them go, one by one."""
    for _ in range(100):
        found = answer(host, sent)
        if found.startswith(f"HTTP/1.1 {status}"):
            return found
    pytest.fail(f"no {status}, but {found[:60]!r}")


def test_slow_senders_do_not_keep_readers_out_and_leave_their_places(host: str) -> None:
    form = head(host, SENT, length=3) + b"a=b"
    with ExitStack() as crowd:
        for _ in range(50):
            crowd.enter_context(closing(opened(host, head(host, SENT, length=1000) + b"password=")))
        assert "Зачекайте трохи і спробуйте ще раз" in until(host, form, "503")
        assert answer(host, head(host, READ)).startswith("HTTP/1.1 200")
    until(host, form, "404")


def test_a_body_that_is_cut_off_is_refused_with_a_page(host: str) -> None:
    refused = answer(host, head(host, SENT, length=1000) + b"password=half", ends=True)
    assert refused.startswith("HTTP/1.1 400")
    assert "Надіслане дійшло не повністю" in refused


@pytest.mark.parametrize("size", [600_000, 3_000_000, 30_000_000])
def test_whoever_sends_too_much_reads_why(host: str, size: int) -> None:
    refused = answer(host, head(host, SENT, length=size) + b"a" * size)
    assert refused.startswith("HTTP/1.1 413")
    assert "Це завелике, щоб надіслати" in refused
    assert refused.rstrip().endswith("</html>")


def test_a_body_in_chunks_is_refused_with_a_page(host: str) -> None:
    sent = head(host, SENT, length=0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    refused = answer(host, sent + b"3\r\na=b\r\n0\r\n\r\n")
    assert refused.startswith("HTTP/1.1 411")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("TRACE /en/ HTTP/1.1\r\nHost: {host}", "405"),
        ("PROPFIND /en/ HTTP/1.1\r\nHost: {host}", "405"),
        ("GET /en/about HTTP/1.1\r\nHost: {host}\r\nX: " + "a" * 300_000, "431"),
        ("GET /en/about HTTP/1.1\r\nHost: {host}" + "\r\nX: a" * 150, "431"),
        ("GET /en/about?" + "a" * 9000 + " HTTP/1.1\r\nHost: {host}", "414"),
        ("GET /en/about?" + "a" * 80_000 + " HTTP/1.1\r\nHost: {host}", "414"),
        ("POST /forget HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\nContent-Length: 2", "400"),
        ("GET /\0 HTTP/1.1\r\nHost: {host}", "400"),
        ("GET /en/about HTTP/1.1\r\nHost: {host}\r\nX: a\0b", "400"),
        ("GET /en/%ff%fe HTTP/1.1\r\nHost: {host}", "404"),
        ("GET /en/../../etc/passwd HTTP/1.1\r\nHost: {host}", "404"),
        ("GET /static/..%2f..%2fconfig.py HTTP/1.1\r\nHost: {host}", "404"),
        ("GET /en/trial HTTP/1.1\r\nHost: evil.example", "421"),
        ("GET http://evil.example/en/trial HTTP/1.1\r\nHost: {host}", "404"),
        ("\x16\x03\x01", "400"),
    ],
)
def test_a_head_that_is_malformed_is_refused(host: str, line: str, status: str) -> None:
    refused = answer(host, head(host, line + "\r\nConnection: close\r\n\r\n"))
    assert refused.startswith(f"HTTP/1.1 {status}")
    assert "evil.example" not in refused
    assert "granian" not in refused.lower()


def test_no_answer_names_the_server_software(host: str) -> None:
    for request in (READ, READ.replace("search?q=1648", "about"), READ.replace("/en/", "/no/"), SENT):
        assert "granian" not in answer(host, head(host, request, length=0)).lower()

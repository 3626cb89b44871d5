"""Bodies and addresses that are too large, cut off, slow or odd: each gets a page, none an accident."""

from __future__ import annotations

import io
import json
import tempfile
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.web import bounds
from app.web.bounds import Bodies
from app.web.edition import Edition
from tests.lint import LintingClient
from tests.trial import send, token_of, trial_site

URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, edition: Edition) -> Flask:
    return trial_site(tmp_path_factory.mktemp("trial"), edition, form_limit="100000 per minute")


@pytest.fixture
def client(trial: Flask) -> LintingClient:
    return LintingClient(trial)


def raw(client: LintingClient, body: bytes, *, told: int | None = None) -> TestResponse:
    """Send bytes as a form with a valid token in front; `told` is the length that is claimed."""
    start = f"csrf_token={token_of(client)}&".encode()
    return client.open(
        "/en/trial/form",
        method="POST",
        input_stream=io.BytesIO(start + body),
        content_type=URLENCODED,
        environ_overrides={"CONTENT_LENGTH": str(len(start) + (len(body) if told is None else told))},
    )


@pytest.mark.parametrize("size", [bounds.FIELD_BYTES, bounds.FORM_BYTES, bounds.DRAINED_BYTES + 1])
def test_a_form_that_is_too_large_is_refused_with_a_page(client: LintingClient, size: int) -> None:
    answer = raw(client, b"notes=" + b"a" * size)
    assert answer.status_code == 413
    assert "This is too large to be sent" in answer.get_data(as_text=True)


def test_a_view_of_files_takes_more_and_not_without_end(client: LintingClient) -> None:
    def sent(size: int) -> TestResponse:
        return send(client, "/en/trial/file", {"file": (io.BytesIO(b"x" * size), "scan.png")})

    assert sent(2_900_000).get_json() == {"bytes": 2_900_000}
    assert sent(3_000_000).status_code == 413
    assert send(client, "/en/trial/form", {"file": (io.BytesIO(b"x" * 1_000_000), "scan.png")}).status_code == 413


def test_a_file_that_is_sent_never_touches_the_disk(client: LintingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, lambda *_, **__: pytest.fail("written to the disk"))
    start = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token_of(client)}\r\n'
    file = '--b\r\nContent-Disposition: form-data; name="f"; filename="scan.png"\r\n\r\n' + "x" * 2_000_000
    body = f"{start}{file}\r\n--b--\r\n".encode()
    sent = client.post("/en/trial/file", data=body, content_type="multipart/form-data; boundary=b")
    assert sent.get_json() == {"bytes": 2_000_000}


@pytest.mark.parametrize("kind", [URLENCODED, "multipart/form-data"])
def test_a_form_with_too_many_fields_is_refused(client: LintingClient, kind: str) -> None:
    fields = {f"field{number}": "a" for number in range(bounds.FIELDS + 1)}
    assert send(client, "/en/trial/form", fields, content_type=kind).status_code == 413


def test_a_form_that_was_cut_off_is_not_taken_for_a_whole_one(client: LintingClient) -> None:
    answer = raw(client, b"name=Zrazok&kin=wife&notes=half", told=200)
    assert answer.status_code == 400
    assert "What you sent did not arrive whole" in answer.get_data(as_text=True)


def test_a_body_without_a_length_is_refused(client: LintingClient) -> None:
    answer = client.open(
        "/en/trial/form", method="POST", input_stream=io.BytesIO(b"name=a"), headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}, content_type=URLENCODED,
    )  # fmt: skip
    assert answer.status_code == 411
    assert "What you sent did not arrive whole" in answer.get_data(as_text=True)


@pytest.mark.parametrize("length", ["abc", "-5", "1e3", "٣"])
def test_a_length_that_is_no_number_is_no_body(client: LintingClient, length: str) -> None:
    answer = client.open(
        "/en/trial/form", method="POST", input_stream=io.BytesIO(b"name=a"),
        environ_overrides={"CONTENT_LENGTH": length},
    )  # fmt: skip
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path",
    ["search?q=%00", "check-contact?contact=1%00", "articles/a%00b", "?%00=1", "trial/form?a=%00", "find-help?who=%00"],
)
def test_nul_in_an_address_is_refused(client: LintingClient, path: str) -> None:
    answer = client.get(f"/en/{path}")
    assert answer.status_code == 400
    assert "This address cannot be read" in answer.get_data(as_text=True)


@pytest.mark.parametrize("body", [b"name=a%00b", b"na%00me=b", b"name=a\x00b"])
def test_nul_in_a_form_is_refused(client: LintingClient, body: bytes) -> None:
    assert raw(client, body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"name=%ff%fe%fd", b"name=\xff\xfe", b"name=%ED%A0%80", b"name=%u0434", b"name=%", b"name=%zz", b"&&&===&&",
        b"name=%F4%90%80%80", b"=" * 400, b"name=" + "\u202e".encode(), b"name=" + b"%CC%81" * 5000,
    ],
)  # fmt: skip
def test_odd_encodings_are_read_or_refused_and_never_an_accident(client: LintingClient, body: bytes) -> None:
    assert raw(client, body).status_code in (200, 303, 400)


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 5000,
        f"{URLENCODED}; charset=utf-7", "application/json", "text/plain", 'a/b; c="', "/",
    ],
)  # fmt: skip
def test_a_body_of_another_kind_is_refused(client: LintingClient, kind: str) -> None:
    assert client.post("/en/trial/form", data=b"--x\r\nname=a", content_type=kind).status_code == 400


@pytest.mark.parametrize("body", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 50_000, "{", "nul"])
def test_json_that_cannot_be_read_is_a_broken_request(client: LintingClient, body: str) -> None:
    headers = {"X-CSRFToken": token_of(client)}
    answer = client.post("/en/trial/json", data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 400


def test_json_is_read(client: LintingClient) -> None:
    headers = {"X-CSRFToken": token_of(client)}
    body = json.dumps({"a": [1]})
    answer = client.post("/en/trial/json", data=body, content_type="application/json", headers=headers)
    assert answer.get_json() == {"read": "dict"}


@pytest.mark.parametrize("path", ["/en/" + "a" * 3000, "/en/?q=" + "a" * 9000, "/uk/" + "я" * 3000, "/" + "a" * 3000])
def test_an_address_that_is_too_long_is_refused_in_its_language(client: LintingClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 414
    assert f'<html lang="{"en" if path.startswith("/en/") else "uk"}"' in answer.get_data(as_text=True)


def test_slow_senders_stand_in_the_way_of_senders_only() -> None:
    def views(environ: Any, start_response: Any) -> list[bytes]:
        environ["while_sending"]()
        start_response(str(environ.get("dorohovkaz.refused") or 200), [])
        return []

    bodies = Bodies(views, at_once=3, from_one=2, sender=lambda environ: str(environ["sender"]))

    def ask(method: str, sender: str, while_sending: Any = lambda: None) -> str:
        said: list[str] = []
        environ = {"REQUEST_METHOD": method, "CONTENT_LENGTH": "9", "sender": sender, "while_sending": while_sending}
        bodies(environ, lambda status, _: said.append(status))
        return said[0]

    answers: list[str] = []

    def full() -> None:
        answers.extend(ask("POST", sender) for sender in ("first", "second", "third"))
        answers.append(ask("GET", "first"))

    def two_of_one() -> None:
        answers.extend([ask("POST", "first"), ask("POST", "second", full)])

    assert ask("POST", "first", lambda: ask("POST", "first", two_of_one)) == "200"
    assert answers == ["503", "503", "503", "200", "503", "200"], "three are sending; one of them has two places"
    assert ask("POST", "first") == "200", "places are given back"


def test_files_that_wait_their_turn_leave_places_to_forms_without() -> None:
    def views(environ: Any, start_response: Any) -> list[bytes]:
        environ["while_sending"]()
        start_response(str(environ.get("dorohovkaz.refused") or 200), [])
        return []

    bodies = Bodies(views, at_once=4, from_one=4, sender=lambda _: "anybody")

    def ask(kind: str, while_sending: Any = lambda: None) -> str:
        said: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST", "CONTENT_LENGTH": "9", "CONTENT_TYPE": kind, "while_sending": while_sending,
        }  # fmt: skip
        bodies(environ, lambda status, _: said.append(status))
        return said[0]

    files, fields = "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"
    answers: list[str] = []
    ask(files, lambda: ask(files, lambda: answers.extend([ask(files), ask(fields)])))
    assert answers == ["503", "200"]
    assert ask(files) == "200", "places are given back"


def test_when_too_many_send_at_once_the_page_says_so(client: LintingClient) -> None:
    crowded = {"dorohovkaz.refused": 503}
    answer = client.post("/en/trial/form", environ_overrides=crowded)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "Wait a moment and try again" in answer.get_data(as_text=True)
    assert "Go back in your browser: what you typed is usually still there" in answer.get_data(as_text=True)

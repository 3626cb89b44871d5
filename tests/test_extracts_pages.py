"""The pages of a request as a family meets them: every page is linted, on both databases where something is kept."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from app.config import Settings
from app.extracts.draft import Page
from app.site import create_app
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.asking import ANSWERS
from tests.lint import LintingClient

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


@pytest.fixture
def site(
    database_address: str, settings: Settings, edition: Edition, key_file: Path, tmp_path: Path,
    clock: time_machine.Traveller,
) -> Iterator[Flask]:  # fmt: skip
    """The site on each database."""
    own = replace(settings, database_url=database_address, vault_key_file=key_file, instance=tmp_path)
    made = create_app(own, edition)
    yield made
    database_of(made).engine.dispose()


class Family:
    """Somebody with a browser who writes a request."""

    def __init__(self, site: Flask, language: str = "uk") -> None:
        self.browser = LintingClient(site)
        self.language = language

    def get(self, path: str) -> TestResponse:
        return self.browser.get(f"/{self.language}/extract{path}")

    def send(self, path: str, fields: Mapping[str, object], form: str | None = None) -> TestResponse:
        """Open a page (`form`, or the one at `path`) and send its form to `path`."""
        shown = self.get(path if form is None else form)
        token = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
        given = {**fields, **({"csrf_token": token[1]} if token else {})}
        return self.browser.post(f"/{self.language}/extract{path}", data=given)

    def begin(self, kinship: str = "spouse") -> str:
        """Answer the first question; returns the code of the draft."""
        assert self.send("/start", {"kinship": kinship}).status_code == 303
        return re.search(r'class="sign">([^<]+)<', self.get("/draft").text)[1]  # type: ignore[index]

    def fill(self, answers: Mapping[Page, Mapping[str, str]] = ANSWERS) -> None:
        """Fill every other page."""
        for page, typed in answers.items():
            path = "/draft/papers/later" if page is Page.PAPERS else f"/draft/{page.value}"
            fields = {name: text.split() if name == "purposes" else text for name, text in typed.items()}
            form = "/draft/papers" if page is Page.PAPERS else None
            assert self.send(path, fields, form).location == f"/{self.language}/extract/draft", page

    def file(self) -> tuple[str, str]:
        """Send the request; returns reference and passphrase."""
        shown = self.get("/draft/check").text
        consent = re.search(r'name="consent" value="([^"]+)"', shown)[1]  # type: ignore[index]
        sent = self.send("/draft/send", {"consent": consent}, "/draft/check")
        assert sent.location == f"/{self.language}/extract/filed"
        reference, passphrase = re.findall(r'class="sign">([^<]+)<', self.get("/filed").text)
        return reference, passphrase

    def open(self, reference: str, passphrase: str) -> TestResponse:
        """Open a request with reference and passphrase."""
        return self.send("/open", {"reference": reference, "passphrase": passphrase})

    @property
    def cookies(self) -> set[str]:
        return {name for _, _, name in self.browser._cookies or {}}


def upload(content: bytes, name: str = "паспорт.pdf", kind: str = "identity") -> dict[str, object]:
    return {"kind": kind, "files": (io.BytesIO(content), name)}


def text_of(page: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


def test_reading_sets_no_cookie_and_the_first_saved_page_does(site: Flask) -> None:
    family = Family(site)
    for path in ("", "/start"):
        assert "Set-Cookie" not in family.get(path).headers
    assert family.send("/start", {}).status_code == 422
    assert not family.cookies
    family.begin()
    assert "draft" in family.cookies


def test_a_request_is_written_sent_and_followed_on_another_device(site: Flask) -> None:
    family = Family(site)
    family.begin()
    family.fill()
    reference, passphrase = family.file()
    other = Family(site)
    assert other.open(reference, passphrase).location == "/uk/extract/request"
    shown = text_of(other.get("/request"))
    assert reference in shown
    assert "2 грудня 2026" in shown
    for word in ("Прикладенко", "wzirtsia"):
        assert word not in shown
    assert other.send("/request/leave", {}, "/request").location == "/uk/extract"
    assert other.get("/request").location == "/uk/extract/open"

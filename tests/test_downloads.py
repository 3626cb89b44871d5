"""Files on their way in and out of pages: bounded, refused in words, and only ever saved."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from app.storage.files import OpenedFile
from app.storage.refusals import Refusal, UploadRefusedError
from app.storage.uploads import MAX_BYTES, MediaType
from app.web.bounds import FORM_BYTES
from app.web.downloads import download
from app.web.edition import Edition
from app.web.files import accept_upload, takes_files, why
from app.web.headers import Headers
from tests.trial import send, trial_site
from tests.uploaded import photo

# Out


@pytest.fixture
def answer() -> Iterator[FlaskClient]:
    app = Flask("downloads")
    app.wsgi_app = Headers(app.wsgi_app, hsts=False)  # type: ignore[method-assign]
    files = {
        "pdf": OpenedFile(b"%PDF-1.7 ", 'Свідоцтво про шлюб; "О\'Коннор".pdf', MediaType.PDF),
        "heic": OpenedFile(b"\xff\xd8\xff", "IMG_1234.HEIC", MediaType.JPEG),
        "bare": OpenedFile(b"\x89PNG", "скан", MediaType.PNG),
    }

    @app.get("/<name>")
    def _file(name: str) -> ResponseReturnValue:
        return download(files[name])

    with app.test_client() as client:
        yield client


def test_a_file_is_saved_and_never_shown_as_a_page(answer: FlaskClient) -> None:
    response = answer.get("/pdf")
    assert response.data == b"%PDF-1.7 "
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment; ")
    [policy] = response.headers.getlist("Content-Security-Policy")
    assert policy.split("; ") == ["sandbox", "default-src 'none'", "frame-ancestors 'none'"]
    assert response.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert response.headers.getlist("Cache-Control") == ["no-store"]
    assert response.headers.getlist("Referrer-Policy") == ["no-referrer"]
    assert response.headers.getlist("Cross-Origin-Resource-Policy") == ["same-origin"]
    assert response.headers.getlist("X-Frame-Options") == ["DENY"]


@pytest.mark.parametrize(
    ("path", "header"),
    [
        (
            "/pdf",
            "attachment; filename=\"file.pdf\"; filename*=UTF-8''%D0%A1%D0%B2%D1%96%D0%B4%D0%BE%D1%86%D1%82%D0%B2%D0%BE"
            "%20%D0%BF%D1%80%D0%BE%20%D1%88%D0%BB%D1%8E%D0%B1%3B%20%22%D0%9E%27%D0%9A%D0%BE%D0%BD%D0%BD%D0%BE%D1%80%22.pdf",
        ),
        ("/heic", "attachment; filename=\"file.jpg\"; filename*=UTF-8''IMG_1234.jpg"),
        ("/bare", "attachment; filename=\"file.png\"; filename*=UTF-8''%D1%81%D0%BA%D0%B0%D0%BD.png"),
    ],
)
def test_a_file_is_saved_under_its_name_with_the_ending_of_what_it_is(
    answer: FlaskClient, path: str, header: str
) -> None:
    assert answer.get(path).headers["Content-Disposition"] == header


# In


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, edition: Edition) -> Flask:
    """A site with a page that takes two files."""
    site = trial_site(tmp_path_factory.mktemp("trial"), edition)

    @site.post("/uk/two")
    @takes_files(2)
    def _two() -> ResponseReturnValue:
        told = []
        for upload in request.files.getlist("papers"):
            try:
                told.append(str(accept_upload(upload).media_type))
            except UploadRefusedError as error:
                told.append(str(error.refusal))
        return " ".join(told)

    return site


def sent(site: Flask, *papers: bytes) -> tuple[int, str]:
    fields = {"papers": [(io.BytesIO(content), "x.pdf") for content in papers]}
    response = send(site.test_client(), "/uk/two", fields)
    return response.status_code, response.text


def test_a_form_takes_the_files_that_it_asks_for(site: Flask) -> None:
    assert sent(site, photo("HEIF"), b"MZ") == (200, "image/jpeg unknown_type")
    assert sent(site, photo("JPEG") + bytes(MAX_BYTES), b"") == (200, "too_large empty")


def test_a_form_with_more_than_it_may_carry_is_refused_with_a_page(site: Flask) -> None:
    status, text = sent(site, bytes(MAX_BYTES), bytes(MAX_BYTES), bytes(FORM_BYTES))
    assert status == 413
    assert "<h1>" in text


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_reason_is_told_in_the_language_of_the_page(site: Flask, refusal: Refusal) -> None:
    said = {}
    for code in ("uk", "en"):
        with site.test_request_context(f"/{code}/"):
            site.preprocess_request()
            said[code] = why(refusal)
    assert said["en"].isascii() or "’" in said["en"]
    assert not said["uk"].isascii()

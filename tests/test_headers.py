"""Headers and cookies of every answer: each address of the map, every kind of error, files, redirects, odd methods."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, session
from werkzeug.test import Client, TestResponse

from app.config import Settings
from app.web.access import Actor, install_access
from app.web.cache import keep
from app.web.database import database as database_of
from app.web.edition import Edition
from app.web.headers import framed_headers, security_headers
from tests.rules import address
from tests.test_permissions import StandIn
from tests.tour import Screen, one_of_each
from tests.trial import send, token_of, trial_site

TLS = "https://signpost.example"
EVERYTHING = frozenset({"manage-accounts", "own-account"})


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[Flask]:
    """The site over TLS, with somebody signed in who may do everything."""
    folder = tmp_path_factory.mktemp("headers")
    shutil.copy(prepared_sqlite, folder / "site.sqlite3")
    made = trial_site(
        folder, edition, site_url=TLS, hsts=True, form_limit="100000 per minute", pdf_limit="1 per minute",
        database_url=f"sqlite:///{folder}/site.sqlite3", vault_key_file=key_file,
    )  # fmt: skip
    install_access(made, StandIn(Actor("somebody", EVERYTHING)))
    yield made
    database_of(made).engine.dispose()


@pytest.fixture
def client(site: Flask) -> Client:
    return site.test_client()


def assert_guarded(answer: TestResponse, place: object) -> None:
    """Every header of the list stands once, as set, or as the view set it for a reason of its own."""
    of_all = security_headers(hsts=True)
    is_framed = str(place).find("/embed/") >= 0 and "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    is_data = str(place).find("/api/") >= 0 and "Access-Control-Allow-Origin" in answer.headers
    for name, value in (framed_headers(of_all) if is_framed else of_all).items():
        found = answer.headers.getlist(name)
        assert len(found) == 1, (place, name, found)
        if name == "Cross-Origin-Resource-Policy" and is_data:
            assert found == ["cross-origin"], place
        elif name != "Cache-Control":
            assert found == [value], (place, name)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    left_out = {"x-powered-by", "x-keep", "x-framed", *(() if is_data else ("access-control-allow-origin",))}
    assert not {name.lower() for name, _ in answer.headers} & left_out
    is_public = answer.headers["Cache-Control"].startswith("public")
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert re.fullmatch(r"__Host-\w+=[^;]*;.*", cookie), cookie
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; ")), cookie
        assert "Domain" not in cookie
        assert answer.headers["Cache-Control"] == "no-store", place
    if is_public:
        assert "cookie" not in answer.headers.get("Vary", "").lower(), place


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_every_address_answers_every_method_with_the_headers(site: Flask, client: Client, method: str) -> None:
    for rule in site.url_map.iter_rules():
        for _ in range(2 if method == "GET" else 1):
            # Kept pages come from memory the second time.
            answer = client.open(address(rule), method=method, base_url=TLS)
            assert_guarded(answer, (rule.rule, method))
        if answer.status_code == 405:
            assert set(answer.headers["Allow"].split(", ")) >= (rule.methods or set())
        assert method not in {"TRACE", "PROPFIND"} or answer.status_code == 405, rule.rule
        if method == "HEAD":
            assert answer.data == b""


@pytest.mark.parametrize("code", [400, 401, 403, 405, 406, 409, 410, 411, 413, 415, 421, 422, 429, 451, 500, 503, 504])
def test_every_error_has_the_headers_and_is_kept_by_nobody(client: Client, code: int) -> None:
    answer = client.get(f"/en/trial/refused/{code}", base_url=TLS)
    assert answer.status_code == code
    assert answer.headers["Cache-Control"] == "no-store"
    assert_guarded(answer, code)


@pytest.mark.parametrize(
    "path",
    [
        "/", "/uk/plan", "/no-such-page", "/en/no-such-page", "/en/" + "a" * 3000, "/en/?a=%00", "/uk",
        "/en/trial/form", "/static/no-such.css", "/static/site.css", "/sw.js", "/robots.txt",
        "/.well-known/security.txt", "//evil.example/uk/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("base_url", [TLS, "https://evil.example"])
def test_redirects_files_and_broken_addresses_have_the_headers(client: Client, path: str, base_url: str) -> None:
    answer = client.get(path, base_url=base_url)
    assert_guarded(answer, path)
    if 300 <= answer.status_code < 400:
        assert "evil" not in answer.headers["Location"]


def test_a_page_that_the_browser_has_is_confirmed_with_the_headers(client: Client) -> None:
    for path in ("/uk/about", "/uk/articles/", "/sw.js", "/robots.txt"):
        tag = client.get(path, base_url=TLS).headers["ETag"]
        answer = client.get(path, base_url=TLS, headers={"If-None-Match": tag})
        assert answer.status_code == 304
        assert_guarded(answer, path)


def test_accidents_and_the_last_resort_have_the_headers(site: Flask, edition: Edition, tmp_path: Path) -> None:
    answer = send(site.test_client(), "/en/trial/accident", {"name": "x"}, base_url=TLS)
    assert answer.status_code == 500
    assert_guarded(answer, "accident")
    broken = trial_site(tmp_path, edition, hsts=True, site_url=TLS)
    broken.jinja_env.globals["url_for"] = None
    answer = broken.test_client().get("/en/no-such-page", base_url=TLS)
    assert answer.status_code == 500
    assert_guarded(answer, "last resort")


def test_what_is_limited_has_the_headers(client: Client) -> None:
    answers = [client.get("/en/plan.pdf?who=child", base_url=TLS) for _ in range(2)]
    assert answers[-1].status_code == 429
    for answer in answers:
        assert_guarded(answer, "limited")


def test_nothing_that_is_not_public_is_kept_by_anybody(site: Flask) -> None:
    for rule in site.url_map.iter_rules():
        if hasattr(site.view_functions[rule.endpoint], "permission") and "GET" in (rule.methods or set()):
            answer = site.test_client().get(address(rule), base_url=TLS)
            assert answer.headers["Cache-Control"] == "no-store", rule.rule


def test_no_screen_that_is_only_read_sets_or_depends_on_a_cookie(toured: Flask, tour: list[Screen]) -> None:
    client = toured.test_client()
    for screen in one_of_each(tour):
        if re.match(
            "/(uk|en)/(account(/|$)|staff(/|$)|extract/(draft|filed|open|request|resume)|family(/|$))", screen.address
        ):
            continue  # a desk, or what somebody writes or opens: their forms need one
        answer = client.get(screen.address)
        assert "Set-Cookie" not in answer.headers, screen
        assert "cookie" not in answer.headers.get("Vary", "").lower() or answer.status_code >= 400, screen


def test_reading_with_a_cookie_changes_nothing(site: Flask) -> None:
    client = site.test_client()
    assert "Set-Cookie" in client.get("/en/trial/signed-in", base_url=TLS).headers
    for path in ("/en/", "/en/articles/", "/en/search?q=1648", "/en/plan?who=child", "/en/no-such-page"):
        answer = client.get(path, base_url=TLS)
        assert "Set-Cookie" not in answer.headers, path
        assert "cookie" not in answer.headers.get("Vary", "").lower(), path


def test_a_page_that_sets_a_cookie_is_never_kept_for_others(edition: Edition, tmp_path: Path) -> None:
    site = trial_site(tmp_path, edition)

    @site.get("/en/mistaken")
    def mistaken() -> object:
        session["account"] = "somebody"
        response = site.make_response("mine")
        response.headers["Cache-Control"] = "public, max-age=300"
        return keep(response, 60)

    first, second = (site.test_client().get("/en/mistaken") for _ in range(2))
    for answer in (first, second):
        assert answer.headers.getlist("Set-Cookie")
        assert answer.headers["Cache-Control"] == "no-store"


def test_on_plain_http_the_cookie_is_one_that_browsers_take(edition: Edition, tmp_path: Path) -> None:
    site = trial_site(tmp_path, edition)
    cookie = site.test_client().get("/en/trial/form").headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


@pytest.mark.parametrize("given", [{"hsts": True}, {"site_url": TLS}])
def test_over_tls_the_cookie_is_tied_to_this_very_host(
    edition: Edition, tmp_path: Path, given: dict[str, object]
) -> None:
    site = trial_site(tmp_path, edition, **given)
    cookie = site.test_client().get("/en/trial/form", base_url=TLS).headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie


def test_strict_transport_is_asked_for_only_where_it_is_set(edition: Edition, tmp_path: Path) -> None:
    site = trial_site(tmp_path, edition)
    assert "Strict-Transport-Security" not in site.test_client().get("/en/").headers
    assert "upgrade-insecure-requests" not in site.test_client().get("/en/").headers["Content-Security-Policy"]


def test_signing_out_drops_remembered_pages_and_nothing_of_others(client: Client) -> None:
    client.get("/en/trial/signed-in", base_url=TLS)
    answer = client.get("/en/trial/signed-out", base_url=TLS)
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "__Host-session=;" in answer.headers["Set-Cookie"]


def test_a_token_is_as_good_over_tls(client: Client) -> None:
    assert len(token_of(client, base_url=TLS)) > 40


def test_the_settings_say_when_the_site_is_reached_over_tls() -> None:
    plain = Settings()
    assert not plain.is_tls
    assert replace(plain, hsts=True).is_tls
    assert replace(plain, site_url=TLS).is_tls
    assert not replace(plain, site_url="http://signpost.example").is_tls

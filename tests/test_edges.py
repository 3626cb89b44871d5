"""What stands before every view: forged forms, forged hosts and proxies."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.routing import Rule

from app.config import Settings
from app.site import create_app
from app.web.database import database as database_of
from app.web.edition import Edition
from app.web.forgery import FORM_HOURS
from app.web.hosts import host_of
from tests.lint import LintingClient
from tests.rules import address
from tests.trial import send, token_of, trial_site

FORM = {"name": "Зразок", "kin": "wife", "notes": "двері зелені"}
TLS = "https://signpost.example"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, edition: Edition) -> Flask:
    return trial_site(tmp_path_factory.mktemp("trial"), edition, form_limit="100000 per minute")


@pytest.fixture(scope="module")
def trial_over_tls(tmp_path_factory: pytest.TempPathFactory, edition: Edition) -> Flask:
    folder = tmp_path_factory.mktemp("tls")
    return trial_site(folder, edition, form_limit="100000 per minute", site_url=TLS, hsts=True)


@pytest.fixture
def client(trial: Flask) -> LintingClient:
    return LintingClient(trial)


OPEN = {
    "device.forget": "sent_by_own_script",
    "invitation.accept": "proved_by_link",
    "extracts.begin": "begins_anew",
    "verifying.verify_file": "begins_anew",
    "listening.send": "begins_anew",
    "listening.useful": "begins_anew",
    "confirming.answer": "proved_by_link",
    "receiving.open_shared": "proved_by_link",
    "receiving.answer": "proved_by_link",
}
"""Views that take what is sent without a token, and the mark that says why. Each is a decision."""

SENT = {"POST", "PUT", "PATCH", "DELETE"}


def posts(site: Flask) -> list[Rule]:
    return [rule for rule in site.url_map.iter_rules() if (rule.methods or set()) & SENT]


def test_every_form_without_a_token_is_refused(edition: Edition, settings: Settings, tmp_path: Path) -> None:
    site = create_app(replace(settings, instance=tmp_path), edition)
    client = LintingClient(site)
    found = [rule for rule in posts(site) if rule.endpoint not in OPEN]
    assert found
    for rule in found:
        for method in (rule.methods or set()) & SENT:
            answer = client.open(
                address(rule), method=method, data={"a": "b"}, headers={"Sec-Fetch-Site": "same-origin"}
            )
            assert answer.status_code == 400, rule.endpoint
            assert "Ця форма була відкрита надто довго" in answer.get_data(as_text=True)


def test_views_without_a_token_are_known_and_say_why(trial: Flask) -> None:
    views = trial.view_functions.items()
    marked = {name: mark for name, view in views for mark in set(OPEN.values()) if getattr(view, mark, False)}
    assert marked == OPEN


def test_every_view_refuses_what_another_site_sends(
    edition: Edition, settings: Settings, tmp_path: Path, prepared_sqlite: Path, key_file: Path
) -> None:
    shutil.copy(prepared_sqlite, tmp_path / "site.sqlite3")
    own = replace(settings, database_url=f"sqlite:///{tmp_path}/site.sqlite3", vault_key_file=key_file)
    site = create_app(own, edition)
    site.config["WTF_CSRF_ENABLED"] = False
    client = site.test_client()
    elsewhere = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://e.example"})
    for rule in posts(site):
        for method in (rule.methods or set()) & SENT:
            for headers in elsewhere:
                answer = client.open(address(rule), method=method, headers=headers)
                assert answer.status_code == 403, (rule.endpoint, headers)
    database_of(site).engine.dispose()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "something-new"}, 403),
        ({"Origin": "null"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://localhost:8000"}, 403),
    ],
)
def test_what_the_browser_says_of_the_sender_is_heard(client: LintingClient, headers: Any, status: int) -> None:
    answer = send(client, "/en/trial/form", FORM, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert "This form came from another site" in answer.get_data(as_text=True)
        assert "двері зелені" not in answer.get_data(as_text=True), "a stranger's form is never given back"


def test_a_form_is_taken_over_tls_though_the_site_sends_no_referrer(trial_over_tls: Flask) -> None:
    client = trial_over_tls.test_client()
    new = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert send(client, "/uk/trial/form", FORM, base_url=TLS, headers=new).status_code == 303
    assert send(client, "/uk/trial/form", FORM, base_url=TLS).status_code == 303, "an old browser says nothing at all"
    plain = {"Origin": "http://signpost.example"}
    assert send(client, "/uk/trial/form", FORM, base_url=TLS, headers=plain).status_code == 403, "without TLS: another"


def test_a_token_of_another_browser_does_not_help(trial: Flask) -> None:
    stolen = token_of(trial.test_client())
    other = trial.test_client()
    token_of(other)
    assert other.post("/en/trial/form", data={**FORM, "csrf_token": stolen}).status_code == 400


def fields_of(text: str) -> dict[str, str]:
    """Return the hidden fields of a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))


@pytest.mark.parametrize("language", ["uk", "en"])
def test_a_form_that_was_open_too_long_is_sent_again_by_one_press(
    client: LintingClient, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    path = f"/{language}/trial/form"
    token = token_of(client, path)
    monkeypatch.setitem(client.site.config, "WTF_CSRF_TIME_LIMIT", -1)
    stale = client.post(path, data={**FORM, "csrf_token": token})
    assert stale.status_code == 400
    text = stale.get_data(as_text=True)
    assert {"en": "This form was open too long", "uk": "Ця форма була відкрита надто довго"}[language] in text
    assert f'<form method="post" action="{path}">' in text
    monkeypatch.setitem(client.site.config, "WTF_CSRF_TIME_LIMIT", FORM_HOURS * 3600)
    again = fields_of(text)
    assert {name: again[name] for name in FORM} == FORM
    assert client.post(path, data=again).status_code == 303


def test_a_form_whose_cookie_is_gone_is_sent_again_by_one_press(trial: Flask) -> None:
    token = token_of(trial.test_client())
    client = LintingClient(trial)
    headers = {"Sec-Fetch-Site": "same-origin"}
    stale = client.post("/en/trial/form", data={**FORM, "csrf_token": token}, headers=headers)
    assert stale.status_code == 400
    again = client.post("/en/trial/form", data=fields_of(stale.get_data(as_text=True)), headers=headers)
    assert again.status_code == 303


def test_a_form_of_unsure_origin_is_not_given_back(trial: Flask) -> None:
    token = token_of(trial.test_client())
    stale = LintingClient(trial).post("/en/trial/form", data={**FORM, "csrf_token": token})
    assert stale.status_code == 400
    assert "двері зелені" not in stale.get_data(as_text=True)
    assert "Go back in your browser" in stale.get_data(as_text=True)


def test_passwords_codes_and_files_are_asked_for_again(client: LintingClient) -> None:
    fields = {"name": "Зразок", "password": "три зелені", "totp_code": "123123", "passphrase": "калина верба"}
    stale = client.post(
        "/en/trial/form",
        data={**fields, "file": (io.BytesIO(b"copy"), "copy.png")},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    text = stale.get_data(as_text=True)
    assert "Зразок" in text
    assert not any(value in text for value in ("три зелені", "123123", "калина верба"))
    assert "except passwords, codes and files" in text


def test_what_is_given_back_is_shown_as_text(client: LintingClient) -> None:
    nasty = '"><script>alert(1)</script>'
    stale = client.post(
        "/en/trial/form", query_string={"a": nasty}, data={"name": nasty, nasty: "1"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip
    assert stale.status_code == 400
    assert "<script>alert" not in stale.get_data(as_text=True)


def test_a_form_never_leads_out_of_the_site(client: LintingClient) -> None:
    stale = client.post("//evil.example/en/trial/form", data=FORM, headers={"Sec-Fetch-Site": "same-origin"})
    assert 'action="//' not in stale.get_data(as_text=True)


@pytest.mark.parametrize(
    "host", ["evil.example", "signpost.example.evil.example", "signpost.example:8443", "", "signpost.example/x", "[::1"]
)
def test_another_host_is_refused_and_told_the_right_address(trial_over_tls: Flask, host: str) -> None:
    client = LintingClient(trial_over_tls)
    for path in ("/en/trial/form", "/en/no-such-page", "/en/trial/accident"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 421
        text = answer.get_data(as_text=True)
        assert f'<a href="{TLS}/en/">{TLS}</a>' in text
        assert "evil.example" not in text


def test_a_probe_may_ask_by_number(trial_over_tls: Flask) -> None:
    assert trial_over_tls.test_client().get("/en/trial/probe", headers={"Host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.parametrize(
    ("site_url", "host"),
    [
        ("https://signpost.example", "signpost.example"),
        ("https://Signpost.Example:443", "signpost.example"),
        ("https://signpost.example:8443", "signpost.example:8443"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("https://дороговказ.укр", "xn--80adcdsqzabr.xn--j1amh"),
    ],
)
def test_the_own_host_is_known_as_browsers_send_it(site_url: str, host: str) -> None:
    assert host_of(site_url) == host


def test_no_page_of_a_site_that_knows_its_address_holds_a_forged_one(trial_over_tls: Flask) -> None:
    client = trial_over_tls.test_client()
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for rule in trial_over_tls.url_map.iter_rules():
        open_to_all = not hasattr(trial_over_tls.view_functions[rule.endpoint], "permission")
        if "GET" in (rule.methods or set()) and not rule.arguments - {"language"} and open_to_all:
            for headers in (forged, {}):
                answer = client.get(address(rule), base_url=TLS, headers=headers)
                assert "evil.example" not in answer.get_data(as_text=True), rule.rule


def seen(site: Flask) -> dict[str, Any]:
    """Return what views will have seen of the last request."""
    found: dict[str, Any] = {}

    @site.before_request
    def _look() -> None:
        found.update(address=request.remote_addr, scheme=request.scheme, host=request.host)

    return found


FORGED = {
    "X-Forwarded-For": "198.51.100.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=198.51.100.1;proto=https;host=evil.example",
    "X-Real-IP": "198.51.100.1",
}


def test_without_a_proxy_its_headers_mean_nothing(edition: Edition, tmp_path: Path) -> None:
    site = trial_site(tmp_path, edition)
    found = seen(site)
    site.test_client().get("/en/trial/form", headers=FORGED, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert found == {"address": "203.0.113.7", "scheme": "http", "host": "localhost"}


def test_behind_one_proxy_only_what_that_proxy_wrote_is_believed(edition: Edition, tmp_path: Path) -> None:
    site = trial_site(tmp_path, edition, trusted_proxies=1)
    found = seen(site)
    headers = {**FORGED, "X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    site.test_client().get("/en/trial/form", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"})
    assert found == {"address": "203.0.113.7", "scheme": "https", "host": "localhost"}


def test_limits_count_the_address_that_the_trusted_proxy_saw(edition: Edition, tmp_path: Path) -> None:
    site = trial_site(tmp_path, edition, trusted_proxies=1, form_limit="1 per minute")
    client = site.test_client()
    codes = [
        send(client, "/en/trial/form", FORM, headers={"X-Forwarded-For": f"{invented}, 203.0.113.7"}).status_code
        for invented in ("198.51.100.1", "198.51.101.1")
    ]
    assert codes == [303, 429]
    other = send(client, "/en/trial/form", FORM, headers={"X-Forwarded-For": "203.0.114.7"})
    assert other.status_code == 303

"""Every form, driven with marked values: none of them stands in a log, in a metric or on an error page afterwards."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from flask import Flask, request
from werkzeug.datastructures import MultiDict
from werkzeug.test import Client

from app.accounts import actions
from app.accounts.model import Permission, Role
from app.accounts.store import SignInRow
from app.config import ROOT
from app.demo import load_entries
from app.kernel.logs import JsonLines, TextLines
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.forms import Answer, Field, Form, Typed, Walk, address_with, forms_of, marked, starts
from tests.rules import address as any_address
from tests.test_extracts_pages import Family
from tests.test_logs import Lines
from tests.test_permissions import StandIn
from tests.test_sign_in import Person, joined, reset_link
from tests.trial import trial_site

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[Flask]:
    """The site with the trial forms, and people in every state that a page shows."""
    folder = tmp_path_factory.mktemp("marked")
    shutil.copy(prepared_sqlite, folder / "site.sqlite3")
    limits = dict.fromkeys(("form_limit", "guess_limit", "filing_limit", "pdf_limit"), "100000 per minute")
    database_url = f"sqlite:///{folder}/site.sqlite3"
    made = trial_site(
        folder, edition, database_url=database_url, vault_key_file=key_file, password_memory_kib=8, **limits
    )
    chief = joined(made, "chief@example.org", Role.ADMINISTRATOR)
    joined(made, "person@example.org", Role.EDITOR)
    disabled = joined(made, "disabled@example.org", Role.EDITOR)
    with database_of(made).writing() as session:
        assert list(load_entries(session, NOW))
        session.add(SignInRow(account_id=disabled, started_at=NOW, seen_at=NOW, device="Firefox"))
        actions.disable(session, disabled, actor=f"account:{chief}", now=NOW)
        waiting = actions.invite(
            session, address="waiting@example.org", name="Зразок", roles=[Role.EDITOR], organisation="", language="uk",
            actor="command:x", now=datetime.now(UTC),
        )  # fmt: skip
    made.config["JOIN"] = f"/uk/account/join/{waiting.token}"
    # Whoever signs in may see everything, so that one walk meets the forms of all.
    install_access(made, StandIn(Actor(chief, frozenset(Permission))))
    yield made
    database_of(made).engine.dispose()


class Asking:
    """Asks the site in this process, as one browser."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __call__(self, method: str, address: str, fields: list[Typed], headers: Mapping[str, str]) -> Answer:
        data = MultiDict(fields) if method == "POST" else None
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        answer = self.client.open(path, method=method, data=data, headers=dict(headers))
        text = answer.get_data(as_text=True) if answer.mimetype.startswith("text/") else ""
        return Answer(answer.status_code, answer.headers.get("Location", ""), text)


NOT_MET = {
    "device.forget", "trial.guess", "trial.filing", "trial.read_json",
    # Between two steps, or sent by a script that asks a passkey.
    "account.tf_select", "account.two_factor_rescue", "account.two_factor_setup_validate", "account.wan_delete",
    "account.wan_register_response", "account.wan_signin", "account.wan_signin_response", "account.wan_verify_response",
    "own_account.end_others",
    # One button each, beside something that a person has done before: a paper, a merger, a letter that came back.
    "extracts.remove_paper", "mail.drop", "mail.retry", "people.reset_second_factor", "register.unmerge",
    # Stand on the page of a request in another state only.
    "following.answer", "requests.give_back", "requests.issue", "requests.match", "requests.preview",
    "requests.refuse", "requests.return_proposal", "requests.rule", "repeating.check", "repeating.send",
    "correcting.correction", "corrections.close", "withdrawing.withdraw",
    # Stand on the page of a draft, a report or a body's link that somebody has begun before, or are sent by a script.
    "curation.approve", "curation.autosave", "curation.begin_merge", "curation.bring_up_to_date", "curation.comment",
    "curation.discard", "curation.publish", "curation.recall", "curation.restore", "curation.schedule",
    "curation.send_back", "curation.settle", "curation.submit", "curation.unschedule", "filling.autosave",
    "translating.autosave", "suggestions.answer", "suggestions.assign", "suggestions.draft", "suggestions.give_back",
    "verification.end_link", "verification.mistake", "confirming.answer", "wording.accept", "wording.decline",
    "wording.keep", "wording.take_back",
}  # fmt: skip
"""Views that take what is sent, but whose form the walk does not meet. They are driven with fields of general names."""

GENERAL = ("name", "email", "phone", "password", "code", "notes", "submit")


@pytest.fixture(scope="module")
def ask(site: Flask) -> Asking:
    """One browser, in which somebody has signed in with both factors."""
    chief = Person(site, "chief@example.org")
    chief.sign_in()
    assert chief.is_in
    return Asking(chief.browser)


HALFWAY = re.compile("/account/(code|no-code|recovery|choose-factor)$|/signed-out$")
"""Pages between the password and the second factor: opened by who has signed in, they sign out."""


@pytest.fixture(scope="module")
def met(site: Flask, ask: Asking) -> list[Form]:
    """Every form that is met by a stranger, by who has typed a password, by who has signed in, and by who forgot it."""
    first = [address for address in starts(site) if not HALFWAY.search(address)]
    halfway = Person(site, "chief@example.org")
    halfway.type_password()
    forgetful = Person(site, "person@example.org")
    forgetful.send("/uk/account/reset", email="person@example.org")
    link = urlsplit(reset_link(site)).path
    writing, following = Family(site), Family(site)
    for family in (writing, following):
        family.begin()
        family.fill()
    following.open(*following.file())
    walks = (
        Walk(Asking(writing.browser), ["/uk/extract/draft", "/uk/extract/draft/check"], most=30),
        Walk(Asking(following.browser), ["/uk/extract/request"], most=30),
        Walk(Asking(site.test_client()), [*first, site.config["JOIN"], link]),
        Walk(
            Asking(halfway.browser), ["/uk/account/code", "/uk/account/recovery", "/uk/account/choose-factor"], most=9
        ),
        Walk(ask, [address for address in first if "/account" in address or "/staff" in address]),
    )
    found = {form.kind: form for walk in walks for form in walk.run()}
    # Who signs out or ends a sign-in meets no further form: that comes last.
    return sorted(found.values(), key=lambda form: bool(re.search("sign-out|/end|time-out", form.address)))


def endpoints(site: Flask, forms: list[Form]) -> set[str]:
    """Return the views that forms are sent to."""
    adapter = site.url_map.bind("localhost")
    return {adapter.match(urlsplit(form.address).path, method="POST")[0] for form in forms if form.method == "POST"}


@pytest.fixture(scope="module")
def forms(site: Flask, met: list[Form]) -> list[Form]:
    """Every form of the site: those that were met, and one for every other view that takes what is sent."""
    known, found = endpoints(site, met), list(met)
    for rule in site.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and rule.endpoint not in known:
            found.append(Form("POST", any_address(rule), tuple(Field(name, "text", "") for name in GENERAL)))
    return found


@pytest.fixture
def lines() -> Iterator[list[Lines]]:
    """What the whole process logs at the site's own levels, in both layouts."""
    handlers, root, own = [Lines(JsonLines()), Lines(TextLines())], logging.getLogger(), logging.getLogger("app")
    before = own.level
    own.setLevel(logging.INFO)
    for handler in handlers:
        root.addHandler(handler)
    yield handlers
    for handler in handlers:
        root.removeHandler(handler)
    own.setLevel(before)


GIVEN_BACK = r'<form method="post".*?</form>|<a [^>]*hreflang.*?</a>|<link [^>]*hreflang[^>]*>'
"""What an error page may repeat: the form to be sent again, and its own address in the other language."""

ERRORS = {400, 403, 404, 405, 411, 413, 414, 421, 429, 500, 503}


def assert_error_page_is_clean(answer: Answer, form: Form) -> None:
    """An error page says nothing back of what was typed, `GIVEN_BACK` apart."""
    if answer.status in ERRORS:
        said = re.sub(GIVEN_BACK, "", answer.text, flags=re.DOTALL)
        assert marked(said) == [], form


def fresh(ask: Asking) -> str:
    """Return a token of this browser that holds now: a walk also signs out."""
    return next(one.value for one in forms_of(ask("GET", "/uk/trial/form", [], {}).text, "/")[1].fields if one.value)


def proved(typed: list[Typed], token: str) -> list[Typed]:
    return [*(pair for pair in typed if pair[0] != "csrf_token"), ("csrf_token", token)]


def drive(ask: Any, form: Form, token: str = "") -> Iterator[Answer]:
    """Fill the form validly and invalidly, and send it with and without what proves it."""
    own = {"Sec-Fetch-Site": "same-origin"}
    for validly in (True, False):
        typed = form.filled(validly=validly)
        if form.method == "POST":
            typed = proved(typed, token)
        if form.method == "GET":
            yield ask("GET", address_with(form.address, typed), [], {})
            continue
        yield ask("POST", form.address, typed, own)
        yield ask("POST", form.address, [pair for pair in typed if pair[0] != "csrf_token"], own)
        yield ask("POST", form.address, typed, {"Sec-Fetch-Site": "cross-site"})
        yield ask("POST", address_with(form.address, typed), [*typed, ("nul", "zzmark\0")], own)
        yield ask("POST", form.address, [*typed, ("long", "zzmark " * 80_000)], own)
        file = (io.BytesIO(b"zzmark"), "zzmark.png")
        yield ask("POST", form.address, [*typed, ("file", file)], own)
    yield ask("GET", f"{form.address.partition('?')[0]}/zzmark?zzmark=%00", [], {})


def test_the_walk_meets_the_forms_of_the_site(site: Flask, met: list[Form]) -> None:
    posted = {rule.endpoint for rule in site.url_map.iter_rules() if "POST" in (rule.methods or set())}
    # Of cases, tests/test_cases_isolation.py walks every page and button: somebody has to have opened one before.
    of_cases = {name for name in posted if site.view_functions[name].__module__.startswith("app.cases")}
    assert posted - endpoints(site, met) - of_cases == NOT_MET, (
        "lead the walk to a page with this form, or name its view above"
    )
    assert {urlsplit(form.address).path for form in met if form.method == "GET"} >= {
        "/uk/search", "/uk/check-contact", "/uk/find-help", "/uk/organisations/", "/uk/articles/",
    }  # fmt: skip


def test_no_typed_value_stands_in_a_log_or_on_an_error_page(ask: Asking, forms: list[Form], lines: list[Lines]) -> None:
    statuses = set()
    for form in forms:
        for answer in drive(ask, form, fresh(ask)):
            statuses.add(answer.status)
            assert_error_page_is_clean(answer, form)
    assert {200, 303, 400, 403, 404, 413, 422, 500} <= statuses, "the forms were driven into every corner"
    for handler in lines:
        assert len(handler.lines) > len(forms)
        assert marked("\n".join(handler.lines)) == []


def test_no_typed_value_stands_in_a_log_where_every_view_fails_over_it(
    site: Flask, ask: Asking, forms: list[Form], lines: list[Lines], monkeypatch: pytest.MonkeyPatch
) -> None:
    def accident(**values: Any) -> str:
        typed = [*request.values.items(multi=True), *values.items()]
        try:
            raise ValueError(f"cannot read {typed}")
        except ValueError as error:
            raise LookupError(*(value for _, value in typed)) from error

    token = fresh(ask)
    for endpoint in list(site.view_functions):
        monkeypatch.setitem(site.view_functions, endpoint, accident)
    for form in forms:
        typed = proved(form.filled(validly=True), token)
        sent = form.address if form.method == "POST" else address_with(form.address, typed)
        answer = ask(form.method, sent, typed, {"Sec-Fetch-Site": "same-origin"})
        assert answer.status == 500, form
        assert_error_page_is_clean(answer, form)
    for handler in lines:
        text = "\n".join(handler.lines)
        assert "builtins.LookupError" in text
        assert "builtins.ValueError" in text
        assert marked(text) == []


def test_no_typed_value_stands_in_a_metric(site: Flask, ask: Asking, forms: list[Form]) -> None:
    for form in forms:
        ask(form.method, form.address, form.filled(validly=False), {})
    for address in starts(site):
        if re.search("metric|health|status|statistic", address):
            assert marked(ask("GET", address, [], {}).text) == []


class Browser:
    """Asks a served site over the wire, as one browser."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.opener = urllib.request.build_opener(_Staying, urllib.request.HTTPCookieProcessor(CookieJar()))

    def __call__(self, method: str, address: str, fields: list[Typed], headers: Mapping[str, str]) -> Answer:
        plain = [(name, value) for name, value in fields if isinstance(value, str)]
        data = urlencode(plain).encode() if method == "POST" else None
        asked = urllib.request.Request(urljoin(self.root, address), data=data, method=method, headers=dict(headers))
        try:
            with self.opener.open(asked, timeout=20) as answer:
                return self._read(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return self._read(answer)

    def _read(self, answer: Any) -> Answer:
        text = answer.read().decode(errors="replace") if answer.headers.get_content_maintype() == "text" else ""
        return Answer(answer.status, answer.headers.get("Location", ""), text)


class _Staying(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def test_the_served_site_writes_no_typed_value_anywhere(tmp_path: Path, forms: list[Form]) -> None:
    """The real server in a process of its own; in the end a table is taken away, so that a view fails."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    root = f"http://127.0.0.1:{port}"
    settings = {
        "PORT": str(port), "HOST": "127.0.0.1", "WORKERS": "1", "INSTANCE": str(tmp_path), "SITE_URL": root,
        "FORM_LIMIT": "100000 per minute",
    }  # fmt: skip
    written = tmp_path / "written"
    with written.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log
        )
    try:
        browser = Browser(root)
        for _ in range(600):
            try:
                browser("GET", "/robots.txt", [], {})
                break
            except OSError:
                assert process.poll() is None, written.read_text()
                time.sleep(0.1)
        public = [form for form in forms if not urlsplit(form.address).path.startswith(("/uk/trial", "/uk/staff"))]
        for form in public:
            for answer in drive(browser, form):
                assert_error_page_is_clean(answer, form)
        with closing(sqlite3.connect(tmp_path / "dorohovkaz.sqlite3")) as database:
            database.execute("DROP TABLE invitation")
        failed = browser("POST", "/uk/account/join/zzmark", [("password", "zzmark")], {})
        assert failed.status == 500
    finally:
        process.terminate()
        process.wait(timeout=10)
    text = written.read_text()
    assert "unexpected error" in text
    assert "sqlalchemy.exc.OperationalError" in text
    assert marked(text) == []
    assert all(json.loads(line)["level"] for line in text.splitlines() if not line.startswith("Dorohovkaz on"))

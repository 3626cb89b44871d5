"""Limits: whom they hold, what they keep of an address, what a person who is held reads, and a Redis that is silent."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from app.web.limits import Keys, prefix_of
from tests.lint import LintingClient
from tests.trial import send, token_of, trial_site

MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)
FORM = {"name": "Зразок", "kin": "wife", "notes": "двері зелені"}


def at(address: str) -> dict[str, dict[str, str]]:
    return {"environ_base": {"REMOTE_ADDR": address}}


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:22ff::7", "2001:db8:1:2200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("", "-"),
        (None, "-"),
        ("unix:", "-"),
    ],
)
def test_an_address_counts_by_its_network(address: str | None, prefix: str) -> None:
    assert prefix_of(address) == prefix


@given(st.ip_addresses())
def test_a_key_holds_neither_the_address_nor_its_network(address: object) -> None:
    key = Keys("k" * 32, lambda: MONDAY).of_address({"REMOTE_ADDR": str(address)})
    assert str(address) not in key
    assert prefix_of(str(address)) not in key
    assert len(key) == 24


def test_a_key_of_yesterday_and_of_another_site_means_nothing() -> None:
    keys = {
        Keys(secret, lambda day=day: day).of("prefix", "203.0.113.0/24")
        for secret in ("k" * 32, "l" * 32)
        for day in (MONDAY, TUESDAY)
    }
    assert len(keys) == 4


def test_an_account_is_not_taken_for_a_network() -> None:
    keys = Keys("k" * 32, lambda: MONDAY)
    assert keys.of("account", "203.0.113.0/24") != keys.of("prefix", "203.0.113.0/24")


def test_whoever_sends_too_many_forms_waits_and_others_do_not(tmp_path: Path, edition: Edition) -> None:
    site = trial_site(tmp_path, edition, form_limit="2 per minute")
    client = site.test_client()
    codes = [send(client, "/en/trial/form", FORM, **at("203.0.113.7")).status_code for _ in range(3)]
    assert codes == [303, 303, 429]
    assert send(client, "/en/trial/form", FORM, **at("203.0.113.200")).status_code == 429, "the same network"
    assert send(client, "/en/trial/form", FORM, **at("203.0.114.7")).status_code == 303, "another network"


def test_reading_goes_on_while_forms_are_held(tmp_path: Path, edition: Edition) -> None:
    site = trial_site(tmp_path, edition, form_limit="1 per minute")
    client = site.test_client()
    assert [send(client, "/en/trial/form", FORM).status_code for _ in range(2)] == [303, 429]
    for address in ("/en/", "/en/trial/form", "/en/search?q=1648", "/en/check-contact?contact=102"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("language", "words", "again"),
    [
        ("en", "Wait 1 minute and try again", "Everything you typed is kept on this page"),
        ("uk", "Зачекайте 1 хвилину", "Усе, що ви ввели, збережено на цій сторінці"),
    ],
)
def test_a_held_form_loses_nothing(tmp_path: Path, edition: Edition, language: str, words: str, again: str) -> None:
    site = trial_site(tmp_path, edition, form_limit="1 per minute")
    client = LintingClient(site)
    address = f"/{language}/trial/form"
    send(client, address, FORM)
    held = send(client, address, FORM, headers={"Sec-Fetch-Site": "same-origin"})
    assert held.status_code == 429
    assert held.headers["Retry-After"] == "60"
    text = held.get_data(as_text=True)
    assert words in text
    assert again in text
    assert f'<form method="post" action="{address}">' in text
    for name, value in FORM.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in text
    assert f'href="/{language}/find-help"' in text, "the next door"


def test_the_wait_is_the_same_whenever_others_began(tmp_path: Path, edition: Edition) -> None:
    site = trial_site(tmp_path, edition, form_limit="1 per minute;5 per hour")
    client = site.test_client()
    answers = [send(client, "/en/trial/form", FORM) for _ in range(3)]
    assert [answer.headers.get("Retry-After") for answer in answers] == [None, "60", "60"]
    first, second = (re.sub(r"<input[^>]*>|<b>.*?</b>", "", answer.get_data(as_text=True)) for answer in answers[1:])
    assert first == second
    assert not any("remaining" in name.lower() or "ratelimit" in name.lower() for name, _ in answers[1].headers)


def test_only_wrong_guesses_count(tmp_path: Path, edition: Edition) -> None:
    site = trial_site(tmp_path, edition, guess_limit="2 per minute")
    client = site.test_client()
    guesses = ["right", "right", "right", "wrong", "wrong", "right"]
    codes = [send(client, "/en/trial/guess", {"word": word}).status_code for word in guesses]
    assert codes == [303, 303, 303, 200, 200, 429]
    assert send(client, "/en/trial/form", FORM).status_code == 303, "other forms have a budget of their own"


def test_what_staff_must_read_has_a_budget_of_its_own(tmp_path: Path, edition: Edition) -> None:
    site = trial_site(tmp_path, edition, filing_limit="1 per hour")
    client = site.test_client()
    assert send(client, "/en/trial/filing", {}).status_code == 200
    held = send(client, "/en/trial/filing", {})
    assert (held.status_code, held.headers["Retry-After"]) == (429, "3600")
    assert "Wait 60 minutes" in held.get_data(as_text=True)


class Somebody:
    """A gate that lets one account in."""

    account = ""

    def actor(self) -> Actor | None:
        return Actor(self.account, frozenset()) if self.account else None

    def turn_away(self) -> str:
        return ""


def test_who_is_signed_in_counts_by_account_wherever_they_are(tmp_path: Path, edition: Edition) -> None:
    site = trial_site(tmp_path, edition, form_limit="1 per minute")
    gate = Somebody()
    install_access(site, gate)
    client = site.test_client()
    codes = []
    for account, address in (("a", "203.0.113.7"), ("a", "198.51.100.7"), ("b", "203.0.113.7"), ("", "203.0.113.7")):
        gate.account = account
        codes.append(send(client, "/en/trial/form", FORM, **at(address)).status_code)
    assert codes == [303, 429, 303, 303]


def test_counting_asks_nothing_of_a_page_that_is_only_read(tmp_path: Path, edition: Edition) -> None:
    site = trial_site(tmp_path, edition)
    gate = Somebody()
    gate.actor = lambda: pytest.fail("asked who reads")  # type: ignore[method-assign]
    install_access(site, gate)
    assert site.test_client().get("/en/plan.pdf?who=child").status_code in (200, 303)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_without_redis_each_process_counts_by_itself_and_says_so_once(
    tmp_path: Path, edition: Edition, caplog: pytest.LogCaptureFixture
) -> None:
    storage = f"redis://127.0.0.1:{closed_port()}"
    site = trial_site(tmp_path, edition, form_limit="2 per minute", rate_limit_storage=storage)
    client = site.test_client()
    codes = [send(client, "/en/trial/form", FORM).status_code for _ in range(3)]
    assert codes == [303, 303, 429]
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "Rate limit storage unreachable - falling back to in-memory storage"
    ]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """The address of a Redis of our own."""
    program = shutil.which("redis-server")
    if program is None:
        reason = "redis-server is not installed: run .ci/run"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    port = closed_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_several_processes_share_one_count_through_redis_which_learns_no_address(
    tmp_path: Path, edition: Edition, redis: str
) -> None:
    from redis import Redis

    def machine(name: str) -> Flask:
        return trial_site(
            tmp_path / name, edition, form_limit="2 per minute", rate_limit_storage=redis, secret_key="k" * 32
        )

    clients = [machine(name).test_client() for name in ("first", "second")]
    codes = [send(client, "/en/trial/form", FORM, **at("203.0.113.7")).status_code for client in (*clients, *clients)]
    assert codes == [303, 303, 429, 429]
    with Redis.from_url(redis) as store:
        kept = " ".join(key.decode() for key in store.scan_iter())
        assert all(0 < store.ttl(key) <= 60 for key in store.scan_iter())
    assert "203.0" not in kept
    assert Keys("k" * 32).of_address({"REMOTE_ADDR": "203.0.113.9"}) in kept


def test_a_form_from_another_site_is_not_given_back(tmp_path: Path, edition: Edition) -> None:
    site = trial_site(tmp_path, edition, form_limit="1 per minute")
    client = site.test_client()
    send(client, "/en/trial/form", FORM)
    token = token_of(client)
    stranger = client.post(
        "/en/trial/form", data={**FORM, "csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert "двері зелені" not in stranger.get_data(as_text=True)


def test_one_network_guesses_few_passwords_whoevers_they_are(
    tmp_path: Path, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> None:
    shutil.copy(prepared_sqlite, tmp_path / "site.sqlite3")
    site = trial_site(
        tmp_path, edition, database_url=f"sqlite:///{tmp_path}/site.sqlite3", vault_key_file=key_file,
        password_memory_kib=8, guess_limit="3 per minute", filing_limit="2 per hour",
    )  # fmt: skip
    client = site.test_client()

    def tried(page: str, person: int, address: str) -> int:
        fields = {"email": f"person{person}@example.org", "password": "три зелені чайники йшли"}
        return send(client, f"/en/account/{page}", fields, **at(address)).status_code

    assert [tried("sign-in", person, "203.0.113.7") for person in range(4)] == [200, 200, 200, 429]
    assert tried("sign-in", 5, "203.0.114.7") == 200
    assert [tried("reset", person, "203.0.113.7") for person in range(3)][-1] == 429
    database_of(site).engine.dispose()

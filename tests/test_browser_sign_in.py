"""A passkey and the warning of a time-out, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from app.accounts import actions
from app.accounts.model import Role
from app.accounts.sign_in.public import _LIMITS, new_hash
from app.accounts.timeout import Limits
from app.config import Settings
from app.site import create_app
from app.web.database import database
from app.web.edition import Edition

pytestmark = pytest.mark.browser
PASSWORD = "три зелені чайники йшли"


@pytest.fixture
def staffed(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[tuple[Flask, str]]:
    """The site, served on localhost, which browsers take for secure; and its address."""
    path = tmp_path / "site.sqlite3"
    copy(prepared_sqlite, path)
    own = replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, password_memory_kib=8)
    site = create_app(own, edition)
    server = make_server("127.0.0.1", 0, site, threaded=True)
    with site.test_request_context(), database(site).writing() as session:
        now = datetime.now(UTC)
        invited = actions.invite(
            session, address="olena@example.org", name="Зразок Прикладенко", roles=[Role.REGISTRAR], organisation="",
            language="uk", actor="command:x", now=now,
        )  # fmt: skip
        actions.accept(session, invited.token, password_hash=new_hash(PASSWORD), now=now)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield site, f"http://localhost:{server.port}"
    server.shutdown()
    running.join()
    database(site).engine.dispose()


@pytest.fixture
def page(browser: Browser, staffed: tuple[Flask, str]) -> Iterator[Page]:
    context = browser.new_context(base_url=staffed[1], locale="en-GB")
    yield context.new_page()
    context.close()


def type_password(page: Page) -> None:
    page.goto("/en/account/sign-in")
    page.get_by_label("E-mail").fill("olena@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def set_up(page: Page) -> None:
    type_password(page)
    page.get_by_role("button", name="Show the secret").click()
    key = page.locator("main code").inner_text().replace("-", "").replace(" ", "")
    page.get_by_label("Code that the app shows").fill(str(TOTP(key=key).generate().token))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Make ten new codes").click()
    page.get_by_role("link", name="I have written them down").click()
    page.get_by_role("heading", name="My account").wait_for()


def test_a_passkey_takes_the_place_of_the_code(page: Page) -> None:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}},
    )
    set_up(page)
    page.goto("/en/account/passkeys")
    page.get_by_label("Name of the new passkey").fill("key ring")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey is added.").wait_for()
    page.get_by_role("button", name="Sign out").first.click()
    type_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="My account").wait_for()
    assert page.get_by_text("“key ring”").count() == 1


def test_the_warning_comes_over_the_page_and_nothing_typed_is_lost(page: Page, staffed: tuple[Flask, str]) -> None:
    set_up(page)
    site, _ = staffed
    site.extensions[_LIMITS] = Limits(timedelta(seconds=121), timedelta(hours=12))
    page.goto("/en/account/password")
    page.get_by_label("Present password").fill("half typed")
    dialog = page.get_by_role("dialog", name="Are you still there?")
    dialog.wait_for()
    dialog.get_by_role("button", name="Stay signed in").click()
    dialog.wait_for(state="hidden")
    assert page.get_by_label("Present password").input_value() == "half typed"

"""An updated extract is asked for on a small phone, with an impatient double press; judged by axe and by size."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from app.config import Settings
from app.extracts.store import RequestRow
from app.site import create_app
from app.web.database import database
from app.web.edition import Edition
from app.web.files import shelf
from tests.asking import file_draft, filled
from tests.chromium import in_a_browser
from tests.test_accessibility import AXE_SCRIPT, JUDGE
from tests.test_journeys_extract import PHONE, Applicant
from tests.test_repeating_pages import issue
from tests.thorough import WALKED

pytestmark = in_a_browser


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[Flask]:
    path = tmp_path / "site.sqlite3"
    copy(prepared_sqlite, path)
    made = create_app(
        replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, instance=tmp_path), edition
    )
    yield made
    database(made).engine.dispose()


@pytest.fixture
def address(site: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, site, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    running.join()


def sound(family: Applicant) -> None:
    """Judge the page as it stands, with all that is folded open."""
    family.page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true }")
    family.page.evaluate(AXE_SCRIPT)
    family.page.evaluate(JUDGE)
    found = family.page.evaluate(
        "async () => [...await judge.axe(), ...judge.smallTargets(), ...judge.sideways(), ...judge.cutOff()]"
    )
    assert found == []


@pytest.mark.parametrize("language", WALKED)
def test_an_updated_extract_takes_two_screens_and_an_impatient_double_press(
    browser: Browser, site: Flask, address: str, language: str
) -> None:
    now = datetime.now(UTC)
    with site.app_context():
        filed = file_draft(database(site), filled(database(site), now=now, shelf=shelf()), now=now)
    context = browser.new_context(base_url=address, viewport=PHONE, bypass_csp=True)
    family = Applicant(context, language)
    family.open(filed.reference, filed.passphrase)
    family.page.locator("#purposes ~ details summary").click()
    family.page.locator("form[action$='/purpose'] button").click()
    sound(family)
    family.page.locator("#purpose").select_option("court")
    family.page.locator("form[action$='/purpose'] button").click()
    issue(site, filed.reference)
    family.go("/request")
    sound(family)
    family.page.locator("a[href$='/repeat']").click()
    sound(family)
    family.page.locator("#email").fill("без собачки")
    family.page.locator("form[action$='/repeat'] button").click()
    expect(family.page.locator("#email")).to_have_value("без собачки")
    sound(family)
    family.page.locator("#email").fill("nova@gmial.com")
    family.page.locator("form[action$='/repeat'] button").click()
    expect(family.page.locator("main .note")).to_contain_text("nova@gmail.com")
    sound(family)
    family.page.locator("button[name=change]").click()
    expect(family.page.locator("#email")).to_have_value("nova@gmial.com")
    family.page.locator("main form[action$='/repeat'] details summary").click()
    family.page.locator("#email").fill("nova@gmail.com")
    family.page.locator("form[action$='/repeat'] button").click()
    family.page.locator("form[action$='/send'] button:not([name])").dblclick()
    expect(family.page.locator("b.sign")).to_have_count(2)
    expect(family.page.locator("b.sign").first).not_to_have_text(filed.reference)
    sound(family)
    with database(site).reading() as session:
        assert session.query(RequestRow).count() == 2
    family.page.locator("form[action$='/leave'] button").click()
    family.open(filed.reference, filed.passphrase)
    expect(family.page.locator("main .note").first).to_be_visible()
    sound(family)
    context.close()

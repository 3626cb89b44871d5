"""A body corrects its card in a real browser: by the letter it got, on a phone, without account and script."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from app.accounts.model import PERMISSIONS, Role
from app.config import Settings
from app.curation import store as revisions
from app.curation.model import State
from app.curation.verification import store
from app.curation.verification.actions import make_owner_link
from app.site import create_app
from app.storage.database import Database
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.chromium import in_a_browser
from tests.mailserver import post
from tests.test_journeys_extract import PHONE
from tests.test_permissions import StandIn

pytestmark = in_a_browser

BODY = "ombudsman"
PATH = f"organisations/{BODY}.yaml"
HOTLINE, LANDLINE = "+380800501720", "+380442997408"


@dataclass(frozen=True)
class Town:
    """A site of its own. Whoever asks is an editor at the desk; a body needs to be nobody."""

    address: str
    database: Database


@pytest.fixture
def town(tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path) -> Iterator[Town]:
    path = tmp_path / "site.sqlite3"
    copy(prepared_sqlite, path)
    own = replace(
        settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, instance=tmp_path,
        guess_limit="100 per minute",
    )  # fmt: skip
    site: Flask = create_app(own, edition)
    install_access(site, StandIn(Actor("editor", frozenset(PERMISSIONS[Role.EDITOR]))))
    server = make_server("127.0.0.1", 0, site, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield Town(f"http://127.0.0.1:{server.port}", database_of(site))
    server.shutdown()
    running.join()
    database_of(site).engine.dispose()


def letter_to_body(town: Town, made: datetime) -> str:
    """Have an editor send the link, and return its path as the letter has it."""
    with town.database.writing() as session:
        make_owner_link(
            session, PATH, mail_to="hotline@ombudsman.gov.ua", language="uk", actor="account:editor", now=made
        )
    (letter,) = post(town.database, now=made)
    found = re.search(r"https://\S+/confirm/[\w-]+", letter.plain)
    assert found
    return urlsplit(found[0]).path


def test_a_body_corrects_one_number_by_its_letter_once(town: Town, browser: Browser) -> None:
    link = letter_to_body(town, datetime.now(UTC))
    phone = browser.new_context(base_url=town.address, viewport=PHONE, java_script_enabled=False)
    page = phone.new_page()
    page.goto(link)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), "it fits a phone"
    hotline = page.get_by_role("group", name="0 800 501 720")
    hotline.get_by_label("Правильно", exact=True).check()
    landline = page.get_by_role("group", name="+380 44 299 7408")
    landline.get_by_label("Неправильно", exact=True).check()
    landline.get_by_role("textbox").fill("(044) 111-22-33")
    page.get_by_role("button", name="Надіслати").click()
    expect(page.get_by_role("status")).to_contain_text("Дякуємо")
    assert phone.cookies() == [], "it needs no account and no cookie"

    with town.database.reading() as session:
        (draft,) = revisions.open_revisions(session, PATH)
        acts = {fact: [one.how for one in found] for (_, fact), found in store.all_acts(session).items()}
    assert draft.state is State.IN_REVIEW
    assert "'+380441112233'" in draft.text
    assert LANDLINE not in draft.text
    assert acts == {f"phone:{HOTLINE}": ["owner-confirmed"]}
    desk = browser.new_context(base_url=town.address).new_page()
    desk.goto(f"/uk/staff/content/revisions/{draft.id}")
    expect(desk.locator("main")).to_contain_text("+380441112233")

    page.goto(link)
    expect(page.locator("main form")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("одну відповідь")

    late = letter_to_body(town, datetime.now(UTC) - timedelta(days=15))
    assert page.goto(late).status == 422  # type: ignore[union-attr]
    page.get_by_role("link", name="Повідомити про помилку").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Повідомити про помилку")
    assert f"organisations/{BODY}" in page.url

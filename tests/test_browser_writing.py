"""The editor of texts in a real browser: what is typed is kept on the way, and what is searched for is inserted."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from app.accounts.model import PERMISSIONS, Role
from app.config import ROOT, Settings
from app.content.library import Library
from app.curation import actions, store
from app.curation.model import Change
from app.site import create_app
from app.storage.database import Database
from app.web.access import Actor, install_access
from app.web.database import database
from app.web.edition import Edition
from tests.chromium import in_a_browser
from tests.test_permissions import StandIn
from tests.test_revisions import NOW
from tests.test_sign_in import Person, joined

pytestmark = in_a_browser

PATH = "articles/four-lists/en.md"


@dataclass(frozen=True)
class Desk:
    """A site where an editor with a draft is signed in."""

    address: str
    cookies: list[dict[str, str | int]]
    database: Database
    draft: str


@pytest.fixture
def desk(tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path) -> Iterator[Desk]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, password_memory_kib=8)
    site = create_app(own, edition)
    account = joined(site, "olena@example.org", Role.EDITOR)
    person = Person(site)
    person.sign_in()
    cookies: list[dict[str, str | int]] = [
        {"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/", "expires": -1}
        for cookie in person.browser._cookies.values()
    ]
    install_access(site, StandIn(Actor(account, frozenset(PERMISSIONS[Role.EDITOR]), "one")))
    shipped = Library.read(ROOT / "content")
    with database(site).writing() as session:
        draft = actions.begin_draft(
            session, PATH, shipped.files[PATH] + "\nMore.\n", shipped=shipped, change=Change.MINOR, note="",
            actor=f"account:{account}", now=NOW,
        )  # fmt: skip
    server = make_server("127.0.0.1", 0, site, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield Desk(f"http://127.0.0.1:{server.port}", cookies, database(site), draft.id)
    server.shutdown()
    running.join()
    database(site).engine.dispose()


def test_an_insertion_is_found_placed_at_the_cursor_and_kept_on_the_way(browser: Browser, desk: Desk) -> None:
    context = browser.new_context(base_url=desk.address, storage_state={"cookies": desk.cookies})  # type: ignore[typeddict-item]
    page = context.new_page()
    page.clock.install()
    page.goto(f"/en/staff/content/edit?path={PATH}")
    area = page.locator("#text")
    area.press("Control+End")
    page.locator("#sought").fill("military ombudsman")
    page.clock.fast_forward(300)
    page.locator("#insertions button").first.click()
    expect(area).to_have_value(re.compile(r"\(org:military-ombudsman\)\s*$"))
    page.clock.fast_forward(11_000)
    expect(page.locator("#kept")).to_contain_text("saved at")
    with desk.database.reading() as session:
        assert store.get_revision(session, desk.draft).text.rstrip().endswith("(org:military-ombudsman)")
    context.close()

"""A translator in a real browser: one section is outdated, is translated beside its source, and readers see no mark."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from app.accounts.model import Role
from app.config import ROOT, Settings
from app.content.confirmed import parts
from app.content.library import Library
from app.curation import actions, store
from app.curation.model import Change
from app.edition import check_edition
from app.live import FOLLOWER, Follower
from app.site import create_app
from app.storage.database import Database
from app.web.database import database
from app.web.edition import Edition
from tests.chromium import in_a_browser
from tests.test_revisions import NOW
from tests.test_sign_in import Person, joined

pytestmark = in_a_browser

UK, EN = "articles/four-lists/uk.md", "articles/four-lists/en.md"
READ = "/en/articles/four-lists"
SHIPPED = Library.read(ROOT / "content")
SECTION = parts(UK, SHIPPED.files[UK])[2]
CHANGED = SHIPPED.files[UK].replace(SECTION.text, f"{SECTION.text.rstrip()}\n\nЦе речення нове.\n\n", 1)
MARK = "This part has changed in Ukrainian"


@dataclass(frozen=True)
class House:
    """A site on which a section has changed, with a translator signed in, who also has a reader's phone."""

    browser: Browser
    address: str
    cookies: list[dict[str, str | int]]
    database: Database
    follower: Follower

    def publish(self, id_: str) -> None:
        """Let others approve and publish what is in review, and this process notice it."""
        with self.database.writing() as session:
            actions.approve(session, id_, actor="account:reviewer", now=NOW)
            actions.publish(session, [id_], shipped=SHIPPED, check=check_edition, actor="account:reviewer", now=NOW)
        self.follower.step()

    def begun(self, path: str) -> str:
        with self.database.reading() as session:
            return store.on_desk(session, path)

    def person(self, *, script: bool) -> BrowserContext:
        return self.browser.new_context(
            base_url=self.address,
            java_script_enabled=script,
            storage_state={"cookies": self.cookies},  # type: ignore[typeddict-item]
        )

    def read(self) -> Page:
        """Open the article as a reader does: on a phone, without script, without cookies."""
        context = self.browser.new_context(
            base_url=self.address, viewport={"width": 360, "height": 720}, java_script_enabled=False
        )
        page = context.new_page()
        page.goto(READ)
        assert context.cookies() == []
        return page


@pytest.fixture
def house(
    browser: Browser, tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[House]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(
        settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, instance=tmp_path, password_memory_kib=8
    )
    site = create_app(own, edition)
    joined(site, "iryna@example.org", Role.TRANSLATOR)
    person = Person(site, "iryna@example.org")
    person.sign_in()
    cookies: list[dict[str, str | int]] = [
        {"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/", "expires": -1}
        for cookie in person.browser._cookies.values()
    ]
    server = make_server("127.0.0.1", 0, site, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    house = House(
        browser, f"http://127.0.0.1:{server.port}", cookies, database(site), site.extensions[FOLLOWER]
    )  # fmt: skip
    with house.database.writing() as session:
        one = actions.begin_draft(
            session, UK, CHANGED, shipped=SHIPPED, change=Change.MEANING, note="", actor="account:editor", now=NOW
        )
        actions.submit(session, one.id, actor="account:editor", now=NOW)
    house.publish(one.id)
    yield house
    server.shutdown()
    running.join()
    database(site).engine.dispose()


def test_a_translator_brings_an_outdated_section_up_to_date_with_script_and_without(house: House) -> None:
    reader = house.read()
    note = reader.locator(".note", has_text=MARK)
    note.locator("summary").click()
    expect(note).to_contain_text("Це речення нове.")

    page = house.person(script=True).new_page()
    page.clock.install()
    page.goto("/en/staff/translations?into=en&state=outdated")
    expect(page.locator("main")).to_contain_text("outdated in 1 section")
    page.locator("section[aria-labelledby=texts] td a").first.click()
    expect(page.locator("ins").last).to_have_text("Це речення нове.")
    area = page.locator("#text-2")
    area.press("Control+End")
    page.keyboard.insert_text("\n\nThis sentence is new.")
    page.clock.fast_forward(21_000)
    expect(page.locator("[data-saved]")).to_contain_text("Saved on its own at")
    with house.database.reading() as session:
        draft = store.get_revision(session, store.on_desk(session, EN))
        assert "This sentence is new." in draft.text
    page.context.close()  # the browser is closed before anything was pressed

    page = house.person(script=False).new_page()
    page.goto(f"/en/staff/translations/edit?path={UK}&into=en")
    expect(page.locator("#text-2")).to_have_value(re.compile("This sentence is new\\.$"))
    page.locator("#ok-2").check()
    page.get_by_role("button", name="Save and send to review").click()
    expect(page.get_by_role("status").first).to_contain_text("Another person has to approve it.")
    house.publish(house.begun(EN))

    reader = house.read()
    expect(reader.locator("main")).to_contain_text("This sentence is new.")
    expect(reader.locator(".note", has_text=MARK)).to_have_count(0)

"""A text from the editor's desk to its readers in a real browser, and two tabs that edit it at once."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from shutil import copy
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app.accounts.model import Role
from app.config import Settings
from app.content.store import record_edition
from app.live import FOLLOWER
from app.site import create_app
from app.web.database import database
from app.web.edition import Edition
from tests.chromium import in_a_browser
from tests.test_revisions import NOW
from tests.test_sign_in import Person, joined

if TYPE_CHECKING:
    from pathlib import Path

    from app.live import Follower

pytestmark = in_a_browser

ARTICLE, OTHER = "articles/four-lists", "articles/legal-aid"
SECONDS = 2
"""Within which readers see what is published. The processor's seconds of this process, in which the server runs:
other work on the machine does not count."""


@dataclass(frozen=True)
class Office:
    """A site with an editor and a reviewer signed in."""

    browser: Browser
    address: str
    cookies: dict[Role, list[dict[str, str | int]]]

    @contextmanager
    def sits(self, role: Role, *, has_script: bool = True) -> Iterator[Desk]:
        context = self.browser.new_context(
            base_url=self.address,
            java_script_enabled=has_script,
            viewport={"width": 1280, "height": 900},
            storage_state={"cookies": self.cookies[role]},  # type: ignore[typeddict-item]
        )
        yield Desk(context.new_page())
        context.close()


class Desk:
    """Somebody at the editors' desk."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.locator("main")

    def edit(self, item: str) -> None:
        self.page.goto(f"/uk/staff/content/edit?path={item}/uk.md")

    def press(self, deed: str) -> None:
        self.page.locator(f"form[action$='/{deed}'] button[type=submit]").last.click()
        expect(self.page.get_by_role("status").first).to_be_visible()

    def do(self, value: str) -> None:
        self.page.locator(f"button[name=do][value={value}]").click()

    def save(self, note: str) -> None:
        self.page.locator("#change-meaning").check()
        self.page.locator("#note").fill(note)
        self.do("save")

    def comment(self, section: str, text: str) -> None:
        self.page.locator("#section").select_option(label=section)
        self.page.locator("#comment").fill(text)
        self.press("comments")


@pytest.fixture(scope="module")
def office(
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    settings: Settings,
    edition: Edition,
    prepared_sqlite: Path,
    key_file: Path,
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    path = folder / "site.sqlite3"
    copy(prepared_sqlite, path)
    own = replace(
        settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, instance=folder, password_memory_kib=8,
        guess_limit="100 per minute",
    )  # fmt: skip
    site = create_app(own, edition)
    with database(site).writing() as session:
        record_edition(session, edition.digest, NOW)
    cookies = {}
    for role in (Role.EDITOR, Role.REVIEWER):
        joined(site, f"{role}@example.org", role)
        person = Person(site, f"{role}@example.org")
        person.sign_in()
        cookies[role] = [
            {"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/", "expires": -1}
            for cookie in person.browser._cookies.values()
        ]
    follower: Follower = site.extensions[FOLLOWER]
    following = threading.Thread(target=follower.run)
    server = make_server("127.0.0.1", 0, site, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    for thread in (following, serving):
        thread.start()
    yield Office(browser, f"http://127.0.0.1:{server.port}", cookies)
    server.shutdown()
    follower.stopping.set()
    follower.look()
    for thread in (following, serving):
        thread.join()
    database(site).engine.dispose()


def test_a_change_of_meaning_goes_through_review_to_the_readers(office: Office) -> None:
    with office.sits(Role.EDITOR) as editor, office.sits(Role.REVIEWER) as reviewer:
        editor.page.clock.install()
        editor.edit(ARTICLE)
        area = editor.page.locator("#text")
        area.press("Control+End")
        editor.page.keyboard.insert_text("\nЯкщо не знаєте, з чого почати, запитайте: ")
        editor.page.locator("#sought").fill("Об’єднаний центр")
        editor.page.clock.fast_forward(300)
        editor.page.locator("#insertions button").first.click()
        expect(area).to_have_value(re.compile(r"\(org:[a-z-]+\)\s*$"))
        editor.page.clock.fast_forward(2_100)
        expect(editor.page.locator("#preview .shown")).to_contain_text("запитайте:", timeout=60_000)
        expect(editor.page.locator("#preview .shown a").last).to_have_attribute("href", re.compile("/organisations/"))
        editor.save("Додано, кого питати")
        draft = editor.page.url.partition("?")[0]
        editor.press("submit")

        reviewer.page.goto(draft)
        expect(reviewer.page.locator("#impact")).to_contain_text("Статті")
        reviewer.comment("Чого ми не знаємо", "Звідки це відомо?")
        reviewer.page.locator("#reason").fill("Додайте, звідки це відомо")
        reviewer.press("return")

        editor.page.goto(draft)
        expect(editor.main).to_contain_text("Додайте, звідки це відомо")
        editor.comment("Чого ми не знаємо", "Так відповіли телефоном.")
        editor.page.locator("form[action$='/settle'] button").first.click()
        editor.press("submit")

        reviewer.page.goto(draft)
        expect(reviewer.main).to_contain_text("Так відповіли телефоном.")
        reviewer.press("approve")
        expect(reviewer.page.locator("form[action$='/schedule']")).to_be_visible()
        reviewer.page.set_default_timeout(120_000)
        reviewer.press("publish")
        published = time.process_time()
        with office.sits(Role.EDITOR) as family:
            family.page.context.clear_cookies()
            while "запитайте:" not in family.page.goto(f"/uk/{ARTICLE}").text():  # type: ignore[union-attr]
                assert time.process_time() - published < SECONDS
            assert time.process_time() - published < SECONDS


def test_of_two_tabs_the_second_to_save_is_shown_both_texts_and_loses_nothing(office: Office) -> None:
    """Without script, where inserting and checking are buttons."""
    with office.sits(Role.EDITOR, has_script=False) as first, office.sits(Role.EDITOR, has_script=False) as second:
        for tab in (first, second):
            tab.edit(OTHER)
        area = first.page.locator("#text")
        first.page.locator("#sought").fill("Об’єднаний центр")
        first.do("find")
        mark = first.page.locator("#insertions code").first.inner_text()
        area.fill(area.input_value().rstrip("\n") + f"\n\nЗ першої вкладки: {mark}.\n")
        first.do("check")
        expect(first.page.locator("#preview .shown")).to_contain_text("З першої вкладки:", timeout=60_000)
        first.save("Перша вкладка")
        expect(first.page.get_by_role("status").first).to_be_visible()

        area = second.page.locator("#text")
        area.fill(area.input_value().replace("## Що робити\n", "## Що робити\n\nЗ другої вкладки.\n", 1))
        second.save("Друга вкладка")
        for text in ("З першої вкладки:", "З другої вкладки."):
            expect(second.page.locator(".diff")).to_contain_text(text)
        expect(second.page.locator("#own ~ pre")).to_contain_text("З другої вкладки.")
        second.do("save")
        expect(second.page.get_by_role("status").first).to_be_visible()
        for text in ("З першої вкладки:", "З другої вкладки."):
            expect(second.page.locator(".diff").first).to_contain_text(text)

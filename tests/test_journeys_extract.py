"""A request in a real browser: a wife, a mother, a lawyer; without script, by keyboard, with a lost connection."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from werkzeug.serving import make_server

from app.config import Settings
from app.site import create_app
from app.web.database import database
from app.web.edition import Edition
from tests.chromium import in_a_browser
from tests.test_accessibility import prepare
from tests.uploaded import pdf, written

pytestmark = in_a_browser

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def address(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[str]:
    """A site of its own, served on loopback."""
    path = tmp_path / "site.sqlite3"
    copy(prepared_sqlite, path)
    own = replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, instance=tmp_path)
    site: Flask = create_app(own, edition)
    server = make_server("127.0.0.1", 0, site, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    running.join()
    database(site).engine.dispose()


class Applicant:
    """Somebody at a device."""

    def __init__(self, context: BrowserContext, language: str) -> None:
        self.page: Page = context.new_page()
        self.language = language

    def go(self, path: str) -> None:
        self.page.goto(f"/{self.language}/extract{path}")
        too_wide = "document.documentElement.scrollWidth > innerWidth"
        assert not self.page.evaluate(too_wide), f"{path} is wider than the screen"

    def save(self) -> None:
        self.page.locator("main form button[type=submit]").last.click()

    def save_by_key(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def tab_to(self, selector: str) -> None:
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"no key leads to {selector}")

    def fill(self, path: str, **fields: str) -> None:
        self.go(path)
        for name, text in fields.items():
            self.page.locator(f"#{name.replace('_', '-')}").fill(text)

    def about_the_person(self) -> None:
        self.fill("/draft/person", surname="Прикладенко", given="Зразок", patronymic="Тестович")
        self.page.locator("#born-year").fill("1990")
        self.save()

    def about_me(self) -> None:
        self.fill("/draft/applicant", surname="Прикладенко", given="Взірця", born="7", born_month="8", born_year="1992")
        self.save()

    def purpose_and_contact(self, email: str) -> None:
        self.go("/draft/purpose")
        self.page.locator("input[value=pension]").check()
        self.save()
        self.fill("/draft/contact", email=email)
        self.page.locator("input[name=channel][value=email]").check()
        self.page.locator(f"input[name=language][value={self.language}]").check()
        self.save()

    def file(self) -> tuple[str, str]:
        self.go("/draft/check")
        self.page.locator("#consent").check()
        self.save()
        return self.signs()

    def signs(self) -> tuple[str, str]:
        """Wait for the confirmation; return reference and passphrase as it shows them."""
        shown = self.page.locator("b.sign")
        expect(shown).to_have_count(2)
        reference, passphrase = shown.all_inner_texts()
        return reference, passphrase

    def open(self, reference: str, passphrase: str) -> None:
        self.fill("/open", reference=reference, passphrase=passphrase)
        self.save()


def copy_of_paper(name: str = "паспорт.pdf") -> dict[str, object]:
    return {"name": name, "mimeType": "application/pdf", "buffer": written(pdf(1))}


def test_a_wife_asks_on_a_small_phone_without_script_and_follows_on_another_device(
    browser: Browser, address: str
) -> None:
    phone = browser.new_context(base_url=address, viewport=PHONE, java_script_enabled=False, locale="uk")
    wife = Applicant(phone, "uk")
    wife.page.goto("/uk/")
    wife.page.locator("a.door[href='/uk/extract']").click()
    assert phone.cookies() == []
    wife.page.locator("main a.button").first.click()
    assert phone.cookies() == []
    wife.page.locator("input[value=spouse]").check()
    wife.save()
    code = wife.page.locator("b.sign").inner_text()
    wife.about_the_person()
    phone.close()

    later = browser.new_context(base_url=address, viewport=PHONE, java_script_enabled=False, locale="uk")
    wife = Applicant(later, "uk")
    wife.fill("/resume", draft_code=code)
    wife.save()
    wife.go("/draft/person")
    expect(wife.page.locator("#surname")).to_have_value("Прикладенко")
    wife.about_me()
    wife.purpose_and_contact("wzirtsia@example.org")
    wife.go("/draft/papers")
    wife.page.locator("#files").set_input_files(copy_of_paper())  # type: ignore[arg-type]
    wife.page.locator("form[data-upload] button").click()
    expect(wife.page.locator(".files b")).to_have_count(1)
    wife.page.locator("#later").check()
    wife.save()
    reference, passphrase = wife.file()
    later.close()

    laptop = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900}, locale="uk")
    wife = Applicant(laptop, "uk")
    wife.open(reference, passphrase)
    expect(wife.page.locator("main b.sign")).to_have_text(reference)
    expect(wife.page.locator("main .status").first).to_be_visible()
    expect(wife.page.locator("main .due")).to_be_visible()
    wife.page.locator("a[href$='/request/withdraw']").click()
    wife.save()
    expect(wife.page.locator(".timeline li")).to_have_count(2)
    wife.page.locator("main form button").click()
    wife.page.goto("/uk/extract/request")
    expect(wife.page.locator("#reference")).to_be_visible()
    laptop.close()

    mother = Applicant(browser.new_context(base_url=address, locale="en-GB"), "en")
    mother.go("/start")
    mother.page.locator("input[value=parent]").check()
    mother.save()
    mother.about_the_person()
    mother.about_me()
    mother.purpose_and_contact("maty@example.org")
    mother.go("/draft/papers")
    mother.page.locator("#later").check()
    mother.save()
    own, phrase = mother.file()
    mother.open(own, phrase)
    seen = mother.page.locator("body").inner_text()
    assert own in seen
    assert reference not in seen
    assert "wzirtsia" not in seen
    mother.page.context.close()


def test_a_lawyer_works_by_keyboard_and_loses_the_connection_in_the_middle_of_an_upload(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(base_url=address, viewport=PHONE, locale="en-GB")
    lawyer = Applicant(context, "en")
    page = lawyer.page
    lawyer.go("/start")
    lawyer.tab_to("#kinship")
    page.keyboard.press("ArrowUp")
    expect(page.locator("input[value=lawyer]")).to_be_checked()
    lawyer.save_by_key()
    lawyer.go("/draft/applicant")
    lawyer.tab_to("#surname")
    for text in ("Правник", "Зразок", "", "Прикладенко", "Взірця", ""):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    lawyer.save_by_key()
    expect(page.locator(".tasks .done")).to_have_count(2)
    lawyer.about_the_person()
    lawyer.purpose_and_contact("pravnyk@example.org")

    lawyer.go("/draft/papers")
    lost: list[str] = []

    def drop(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/draft/papers", drop)
    page.locator("#kind").select_option("lawyer_order")
    page.locator("#files").set_input_files([copy_of_paper("ордер.pdf")])  # type: ignore[list-item]
    page.locator("form[data-upload] button[type=submit]").click()
    again = page.locator(".upload button")
    expect(again).to_be_visible()
    assert len(lost) == 1
    again.click()
    expect(page.locator(".files form")).to_have_count(1)
    page.locator("#later").check()
    lawyer.save()

    lawyer.go("/draft/check")
    lawyer.tab_to("#consent")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    lawyer.save_by_key()
    expect(page.locator("b.sign")).to_have_count(2)
    context.close()


def test_axe_and_a_finger_find_no_fault_on_the_pages_of_one_s_own(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, bypass_csp=True, viewport=PHONE, locale="uk")
    family = Applicant(context, "uk")
    family.go("/start")
    family.page.locator("input[value=spouse]").check()
    family.save()
    family.go("/draft/person")
    family.save()
    drafted = ("", "/person", "/applicant", "/purpose", "/contact", "/papers", "/check", "/delete")
    faults = judged(family.page, [f"/uk/extract/draft{path}" for path in drafted])
    family.about_the_person()
    family.about_me()
    family.purpose_and_contact("wzirtsia@example.org")
    family.go("/draft/papers")
    family.page.locator("#later").check()
    family.save()
    faults |= judged(family.page, ["/uk/extract/draft/check"])
    family.open(*family.file())
    followed = ("filed", "filed/sheet", "request", "request/papers", "request/withdraw", "open")
    faults |= judged(family.page, [f"/uk/extract/{path}" for path in followed])
    assert {address: found for address, found in faults.items() if found["axe"] or found["targets"]} == {}
    context.close()


def judged(page: Page, addresses: list[str]) -> dict[str, dict[str, list[str]]]:
    prepare(page, addresses[0])
    found: dict[str, dict[str, list[str]]] = page.evaluate("addresses => judge.all(addresses)", addresses)
    for one in [one for one, faults in found.items() if faults is None]:
        prepare(page, one)
        found |= page.evaluate("addresses => judge.all(addresses)", [one])
    return found

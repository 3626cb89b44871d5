"""A request and its answer in a real browser: a family, two officers and the office that is shown the extract."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, expect
from werkzeug.serving import make_server

from app.accounts.model import Role
from app.config import Settings
from app.outbox.model import Kind
from app.site import create_app
from app.storage.database import Database
from app.web.database import database
from app.web.edition import Edition
from app.worker import Worker
from tests.chromium import in_a_browser
from tests.pdf import pdf_text
from tests.register_entries import recorded, with_person
from tests.test_journeys_extract import PHONE, Applicant, copy_of_paper
from tests.test_sign_in import Person, joined
from tests.thorough import WALKED

pytestmark = in_a_browser

WIDE = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Town:
    """A site of its own with two officers signed in."""

    browser: Browser
    address: str
    officers: dict[Role, list[dict[str, str | int]]]
    database: Database

    def work(self) -> None:
        """Do everything that waits in the outbox, as the worker beside the server does."""
        worker = Worker(self.database, dict.fromkeys(Kind, lambda job, content: None))
        while worker.turn():
            pass

    def issue(self, reference: str, language: str, outcome: str = "extract") -> None:
        """Let one officer propose the answer and another decide."""
        registrar = self.officer(Role.REGISTRAR, language)
        registrar.choose(reference)
        if outcome == "extract":
            registrar.press("match")
        registrar.pick("outcome", outcome)
        registrar.press("propose")
        supervisor = self.officer(Role.SUPERVISOR, language)
        supervisor.choose(reference)
        supervisor.press("issue")

    def officer(self, role: Role, language: str) -> Officer:
        context = self.browser.new_context(
            base_url=self.address,
            viewport=WIDE,
            storage_state={"cookies": self.officers[role]},  # type: ignore[typeddict-item]
        )
        return Officer(context, language)

    def family(self, language: str) -> Applicant:
        context = self.browser.new_context(base_url=self.address, viewport=PHONE, java_script_enabled=False)
        return Applicant(context, language)


class Officer(Applicant):
    """Somebody at the desk, who needs no mouse."""

    def __init__(self, context: BrowserContext, language: str) -> None:
        super().__init__(context, language)

    def go(self, path: str) -> None:
        self.page.goto(f"/{self.language}/staff/{path}")

    def choose(self, reference: str) -> None:
        """Open a request from the queue by its link, and take it unless it is one's own."""
        self.go("requests")
        self.tab_to(f"a[href$='/requests/{self.id_of(reference)}']")
        self.save_by_key()
        if self.page.locator("form[action$='/take']").count():
            self.press("take")

    def id_of(self, reference: str) -> str:
        href = self.page.get_by_role("link", name=reference).get_attribute("href")
        assert href
        return href.rpartition("/")[2]

    def press(self, deed: str) -> None:
        """Reach the button of a deed by keys alone and press it."""
        self.tab_to(f"form[action$='/{deed}'] button:not([formaction])")
        self.save_by_key()

    def write(self, field: str, text: str) -> None:
        self.tab_to(f"#{field}")
        self.page.keyboard.insert_text(text)

    def pick(self, field: str, code: str) -> None:
        self.page.locator(f"#{field}").select_option(code)


@pytest.fixture
def town(
    browser: Browser, tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[Town]:
    path = tmp_path / "site.sqlite3"
    copy(prepared_sqlite, path)
    own = replace(
        settings,
        database_url=f"sqlite:///{path}",
        vault_key_file=key_file,
        instance=tmp_path,
        password_memory_kib=8,
        guess_limit="100 per minute",
    )
    site: Flask = create_app(own, edition)
    with database(site).writing() as session:
        recorded(session, with_person(surname="Прикладенко", given="Зразок", patronymic="Тестович"))
    officers = {}
    for role in (Role.REGISTRAR, Role.SUPERVISOR):
        joined(site, f"{role}@example.org", role)
        person = Person(site, f"{role}@example.org")
        person.sign_in()
        officers[role] = [
            {"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/", "expires": -1}
            for cookie in person.browser._cookies.values()
        ]
    server = make_server("127.0.0.1", 0, site, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield Town(browser, f"http://127.0.0.1:{server.port}", officers, database(site))
    server.shutdown()
    running.join()
    database(site).engine.dispose()


def asked_by(family: Applicant, kinship: str, email: str, surname: str = "Прикладенко") -> tuple[str, str]:
    """File a request on the same person; return reference and passphrase."""
    family.go("/start")
    family.page.locator(f"input[value={kinship}]").check()
    family.save()
    family.fill("/draft/person", surname=surname, given="Зразок", patronymic="Тестович")
    family.page.locator("#born-year").fill("1990")
    family.save()
    family.about_me()
    family.purpose_and_contact(email)
    family.go("/draft/papers")
    family.page.locator("#files").set_input_files(copy_of_paper())  # type: ignore[arg-type]
    family.page.locator("form[data-upload] button").click()
    family.page.locator("#later").check()
    family.save()
    return family.file()


def saved(family: Applicant) -> bytes:
    with family.page.expect_download() as download:
        family.page.locator("a[href$='/extract.pdf']").click()
    return download.value.path().read_bytes()


@pytest.mark.parametrize("language", ["uk", "en"])
def test_a_wife_is_asked_back_answers_and_an_office_verifies_her_extract(town: Town, language: str) -> None:
    wife = town.family(language)
    # She types her husband's surname with a letter that many confuse.
    reference, passphrase = asked_by(wife, "spouse", "wzirtsia@example.org", surname="Прикладэнко")

    registrar = town.officer(Role.REGISTRAR, language)
    registrar.choose(reference)
    probable = registrar.page.locator("article").first
    expect(probable).to_contain_text("Прикладенко Зразок Тестович")
    surname = probable.locator("tr.similar").first
    expect(surname).to_contain_text("Прикладэнко")
    expect(surname.locator("small")).not_to_be_empty()
    registrar.write("question", "Яке прізвище було до шлюбу?")
    registrar.press("ask")
    expect(registrar.page.get_by_role("status")).to_be_visible()

    wife.open(reference, passphrase)
    expect(wife.page.locator("main")).to_contain_text("Яке прізвище було до шлюбу?")
    wife.page.locator("#answer").fill("Вигаданенко")
    wife.page.locator("#files").set_input_files(copy_of_paper("шлюб.pdf"))  # type: ignore[arg-type]
    wife.page.locator("form[action$='/answer'] button").click()
    expect(wife.page.locator("main")).to_contain_text("шлюб.pdf")

    registrar.choose(reference)
    expect(registrar.page.locator("main")).to_contain_text("Вигаданенко")
    expect(registrar.page.locator("main")).to_contain_text("шлюб.pdf")
    registrar.press("match")
    registrar.press("propose")
    # Who proposes does not decide, and sees no button for it.
    expect(registrar.page.locator("form[action$='/issue']")).to_have_count(0)

    supervisor = town.officer(Role.SUPERVISOR, language)
    supervisor.choose(reference)
    supervisor.press("issue")
    wife.page.reload()
    file = saved(wife)
    assert "ПрикладенкоЗразокТестович" in "".join(pdf_text(file).split())

    office = town.browser.new_context(base_url=town.address, viewport=WIDE).new_page()
    number, code = address_of(file)
    office.goto(f"/{language}/verify")
    office.locator("#number").fill(number)
    office.locator("#code").fill(code)
    office.locator("main form[method=get] button").click()
    expect(office.locator("main .status.done")).to_be_visible()
    expect(office.locator("main")).not_to_contain_text("Прикладенко")
    office.locator("#file").set_input_files({"name": "vytiah.pdf", "mimeType": "application/pdf", "buffer": file})
    office.locator("form[action$='/verify/file'] button").click()
    intact = office.get_by_role("status").inner_text()
    changed = bytearray(file)
    changed[len(changed) // 2] ^= 1
    office.locator("#file").set_input_files(
        {"name": "vytiah.pdf", "mimeType": "application/pdf", "buffer": bytes(changed)}
    )
    office.locator("form[action$='/verify/file'] button").click()
    assert office.get_by_role("status").inner_text() != intact

    mother = town.family(language)
    own, phrase = asked_by(mother, "parent", "maty@example.org")
    registrar.choose(own)
    registrar.press("match")
    expect(registrar.page.locator("#circle ~ ul")).to_contain_text(reference)
    mother.open(own, phrase)
    seen = mother.page.content()
    assert reference not in seen
    assert number not in seen
    assert "Вигаданенко" not in seen


@pytest.mark.parametrize("language", WALKED)
def test_a_refusal_says_why_and_what_next(town: Town, language: str) -> None:
    family = town.family(language)
    reference, passphrase = asked_by(family, "partner", "wzirtsia@example.org")
    registrar = town.officer(Role.REGISTRAR, language)
    registrar.choose(reference)
    registrar.pick("outcome", "refusal")
    registrar.page.locator("details:has(#reason) > summary").click()
    registrar.pick("reason", "kinship-not-shown")
    registrar.pick("step", "file-again")
    registrar.page.locator("#text").fill("Бракує рішення суду про спільне проживання.")
    registrar.page.locator("button[formaction]").click()
    expect(registrar.page.locator("blockquote")).to_contain_text("Бракує рішення суду")
    registrar.page.locator("form[action$='/propose'] button:not([formaction])").click()
    supervisor = town.officer(Role.SUPERVISOR, language)
    supervisor.choose(reference)
    supervisor.press("refuse")
    family.open(reference, passphrase)
    told = family.page.locator("#decision ~ p")
    expect(told.first).to_be_visible()
    expect(family.page.locator("main")).to_contain_text("Бракує рішення суду про спільне проживання.")
    expect(family.page.locator("main a[href$='/extract/start'], main a[href*='/repeat']").first).to_be_visible()


@pytest.mark.parametrize("language", WALKED)
def test_no_information_becomes_a_correction_request(town: Town, language: str) -> None:
    family = town.family(language)
    reference, passphrase = asked_by(family, "parent", "maty@example.org", surname="Відсутненко")
    town.issue(reference, language, "no-entry")
    family.open(reference, passphrase)
    assert saved(family).startswith(b"%PDF-")
    family.page.locator("a[href$='/request/correction']").first.click()
    expect(family.page.locator("main")).to_contain_text("Відсутненко")
    family.page.locator("input[name=causes]").first.check()
    family.page.locator("#text").fill("У паспорті прізвище Прикладенко.")
    family.save()
    registrar = town.officer(Role.REGISTRAR, language)
    registrar.go("corrections")
    registrar.page.get_by_role("link", name=reference).click()
    expect(registrar.page.locator("main")).to_contain_text("У паспорті прізвище Прикладенко.")
    registrar.page.locator("#answer").fill("Виправили. Надішліть новий запит.")
    registrar.save()
    family.page.goto(f"/{language}/extract/request/correction")
    expect(family.page.locator("main")).to_contain_text("Виправили. Надішліть новий запит.")


@pytest.mark.parametrize("language", WALKED)
def test_a_status_change_marks_the_older_extract_until_it_is_repeated(town: Town, language: str) -> None:
    wife = town.family(language)
    reference, passphrase = asked_by(wife, "spouse", "wzirtsia@example.org")
    town.issue(reference, language)
    wife.open(reference, passphrase)
    old = address_of(saved(wife))
    changed = wife.page.locator("main .note a[href$='/request/repeat']")
    expect(changed).to_have_count(0)

    registrar = town.officer(Role.REGISTRAR, language)
    registrar.go("register/1/status")
    registrar.pick("status", "captivity-confirmed")
    registrar.page.locator("#since-year").fill("2026")
    registrar.page.locator("#source").fill("Лист Координаційного штабу № 1 від 2 листопада 2026 року")
    registrar.save()
    town.work()
    wife.page.reload()
    changed.click()
    for _ in range(2):
        with wife.page.expect_navigation():
            wife.save()
    again, phrase = wife.signs()
    assert again != reference
    town.issue(again, language)
    wife.open(again, phrase)
    assert "полонпідтверджено" in "".join(pdf_text(saved(wife)).split())

    office = town.browser.new_context(base_url=town.address, viewport=WIDE).new_page()
    office.goto(f"/{language}/verify?number={old[0]}&code={old[1]}")
    expect(office.locator("main .status.waiting").first).to_be_visible()
    expect(office.locator("main .status.done")).to_have_count(0)


def address_of(file: bytes) -> tuple[str, str]:
    """Return number and code as they are printed."""
    printed = "".join(pdf_text(file).split())
    number = re.search(r"20\d\d-\d{6}", printed)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", printed)
    assert number
    assert code
    return number[0], code[0]

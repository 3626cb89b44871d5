"""A volunteer and a mother in a real browser: invited, told, planned, agreed, referred, withdrawn, closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from app.accounts import actions as accounts
from app.accounts.model import Role
from app.accounts.sign_in.public import new_hash
from app.config import Settings
from app.site import create_app
from app.web.database import database
from app.web.edition import Edition
from tests.chromium import in_a_browser
from tests.test_journeys_extract import PHONE
from tests.test_sign_in import PASSWORD, Person

pytestmark = in_a_browser

WIDE = {"width": 1280, "height": 900}
OURS = "blue-bird"
"""The organisation of the directory whose volunteers these are."""

LAWYERS, OTHERS = "free-legal-aid", "jurfem"


@dataclass(frozen=True)
class Town:
    """A site of its own with a coordinator."""

    site: Flask
    browser: Browser
    address: str

    def signed_in(self, address: str) -> Page:
        """Open a browser in which somebody is signed in."""
        person = Person(self.site, address)
        person.sign_in()
        cookies = [
            {"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/", "expires": -1}
            for cookie in person.browser._cookies.values()
        ]
        return self.context(storage_state={"cookies": cookies}).new_page()

    def context(self, **how: object) -> BrowserContext:
        return self.browser.new_context(base_url=self.address, viewport=WIDE, **how)  # type: ignore[arg-type]

    def phone(self) -> Page:
        """Open a phone without script."""
        return self.browser.new_context(base_url=self.address, viewport=PHONE, java_script_enabled=False).new_page()


@pytest.fixture
def town(
    browser: Browser, tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[Town]:
    path = tmp_path / "site.sqlite3"
    copy(prepared_sqlite, path)
    own = replace(
        settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, instance=tmp_path, password_memory_kib=8,
        guess_limit="100 per minute",
    )  # fmt: skip
    site = create_app(own, edition)
    now = datetime.now(UTC)
    with site.test_request_context(), database(site).writing() as session:
        invited = accounts.invite(
            session, address="lead@example.org", name="Зразкова Очільниця", roles={Role.COORDINATOR}, organisation=OURS,
            language="uk", actor="command:x", now=now,
        )  # fmt: skip
        accounts.accept(session, invited.token, password_hash=new_hash(PASSWORD), now=now)
    server = make_server("127.0.0.1", 0, site, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield Town(site, browser, f"http://127.0.0.1:{server.port}")
    server.shutdown()
    running.join()
    database(site).engine.dispose()


def press(page: Page, deed: str) -> None:
    page.locator(f"form[action$='/{deed}'] button").first.click()


def shown_link(page: Page) -> str:
    """Return the path of the link that is shown this once; its host is the one that the site is set up with."""
    return urlsplit(page.locator("main code").first.inner_text()).path


def fits(page: Page) -> None:
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{page.url} is too wide"


def joined(town: Town, lead: Page, address: str) -> Page:
    """Have the coordinator invite somebody, who takes the link up; return their browser."""
    lead.goto("/uk/cases/organisation/invite")
    lead.locator("#name").fill("Зразкова Волонтерка")
    lead.locator("#email").fill(address)
    lead.locator("main form button").click()
    link = shown_link(lead)
    newcomer = town.context().new_page()
    newcomer.goto(link)
    newcomer.locator("#password").fill(PASSWORD)
    newcomer.locator("main form button[type=submit]").click()
    expect(newcomer.locator("#password[autocomplete=new-password]")).to_have_count(0)
    return town.signed_in(address)


def opened(page: Page) -> tuple[str, str, str]:
    """Open a case with a mother; return its address and what opens her page."""
    page.goto("/uk/cases/new")
    page.locator("#kinship").select_option("parent")
    page.locator("#surname").fill("Демонстраційний")
    page.locator("#given").fill("Тарас")
    page.locator("#contact-surname").fill("Демонстраційна")
    page.locator("#contact-given").fill("Ганна")
    page.locator("#phone").fill("+380 00 000 00 01")
    page.locator("#note").fill("Слухавку бере сусідка")
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ганна")
    expect(page.locator("main")).to_contain_text("Слухавку бере сусідка")
    reference, passphrase = page.locator("section[aria-labelledby=own] dd").all_inner_texts()[:2]
    return page.url.partition("?")[0], reference, passphrase


def worked(page: Page, case: str) -> None:
    """Answer the route with the mother, and note the first step as done."""
    page.goto(f"{case}/route")
    for _ in range(2):
        for question, answer in (("who", "armed-forces"), ("soldier", "comrades-say-missing")):
            choice = page.locator(f"input[name={question}][value={answer}]")
            if choice.count():
                choice.check()
        page.locator("main form button[type=submit]").last.click()
        page.goto(f"{case}/route")
    page.goto(f"{case}/plan")
    page.locator("ol.tasks a").first.click()
    page.locator("#progress").select_option("done")
    page.locator("#remark").fill("Заяву прийняли")
    page.locator("form:has(#progress) button").click()
    page.goto(f"{case}/plan")
    expect(page.locator("main")).to_contain_text("Заяву прийняли")


def agreed(page: Page, case: str, body: str) -> None:
    """Record what the mother agrees to before a witness."""
    page.goto(f"{case}/consents/new?body={body}")
    for share in ("contact-name", "contact-phone", "missing-name"):
        page.locator(f"input[name=shares][value={share}]").check()
    page.locator("#purpose").select_option("legal-aid")
    page.locator("input[name=how][value=spoken]").check()
    page.locator("#witness").fill("Зразкова Сусідка")
    page.locator("form[enctype] button[type=submit]").click()
    expect(page.get_by_role("status")).to_be_visible()


def referred(page: Page, case: str, body: str) -> str:
    """Send a referral and return the link that is handed over."""
    write(page, case, body)
    return shown_link(page)


def write(page: Page, case: str, body: str) -> None:
    page.goto(f"{case}/referrals/new/{body}?need=legal-aid&region=UA-30")
    if page.locator("#despite").count():
        page.locator("#despite").fill("Найближчий адвокат")
    page.locator("input[name=kind][value=refer]").check()
    page.locator("#need").select_option("legal-aid")
    for share in ("contact-name", "contact-phone", "missing-name"):
        page.locator(f"input[name=shares][value={share}]").check()
    page.locator("#message").fill("Потрібна порада щодо заяви.")
    page.locator("#mail_to").fill("")
    page.locator("form:has(#message) button[type=submit]").click()


def test_a_mother_is_walked_with_from_the_first_talk_to_the_end(town: Town) -> None:
    lead = town.signed_in("lead@example.org")
    volunteer = joined(town, lead, "volunteer@example.org")
    case, reference, passphrase = opened(volunteer)
    worked(volunteer, case)

    # Nothing goes to anybody before the mother has agreed: the action refuses, not only the button.
    write(volunteer, case, LAWYERS)
    expect(volunteer.get_by_role("alert")).to_be_visible()
    agreed(volunteer, case, LAWYERS)
    first = referred(volunteer, case, LAWYERS)

    lawyer = town.phone()
    lawyer.goto(first)
    expect(lawyer.locator("main")).not_to_contain_text("Ганна")
    lawyer.locator("details summary").click()
    lawyer.locator("#reason").select_option("capacity")
    lawyer.locator("form:has(input[value=decline]) button").click()
    lawyer.goto(first)
    expect(lawyer.locator("main")).not_to_contain_text("Ганна")

    volunteer.goto(f"{case}/referrals")
    expect(volunteer.locator("ol.tasks li")).to_have_count(1)
    agreed(volunteer, case, OTHERS)
    second = referred(volunteer, case, OTHERS)
    lawyer.goto(second)
    press(lawyer, "open")
    expect(lawyer.locator("main")).to_contain_text("Ганна")
    fits(lawyer)
    lawyer.locator("input[name=answer][value=accept]").check()
    lawyer.locator("form:has(#words) button").click()
    expect(lawyer.get_by_role("status")).to_be_visible()

    mother = town.phone()
    mother.goto("/uk/family/open")
    mother.locator("#reference").fill(reference)
    mother.locator("#passphrase").fill(passphrase)
    mother.locator("main form button").click()
    fits(mother)
    expect(mother.get_by_role("heading", level=1)).to_be_visible()
    for _ in range(2):
        mother.locator("details:has(form[action$='/withdraw']) > summary").first.click()
        press(mother, "withdraw")
        expect(mother.get_by_role("status")).to_be_visible()

    # What she withdrew is gone from the lawyer's page, and cannot be sent again.
    lawyer.goto(second)
    expect(lawyer.locator("main")).not_to_contain_text("Ганна")
    write(volunteer, case, OTHERS)
    expect(volunteer.get_by_role("alert")).to_be_visible()

    volunteer.goto(case)
    volunteer.locator("section[aria-labelledby=end] summary").first.click()
    volunteer.locator("#closing").select_option("helped")
    press(volunteer, "close")
    volunteer.goto("/uk/cases")
    expect(volunteer.locator("main")).not_to_contain_text("Ганна")
    assert volunteer.goto(case).status == 404  # type: ignore[union-attr]
    lead.goto("/uk/cases?state=closed")
    expect(lead.locator("main")).to_contain_text("Ганна")

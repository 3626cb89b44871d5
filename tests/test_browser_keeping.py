"""Keeping a plan in a real browser: without a connection, discreetly, removed without a trace; and the site in hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.chromium import in_a_browser
from tests.test_pages import PLAN

pytestmark = in_a_browser

KEPT_WITH_IT = ("/uk/articles/police-statement", "/uk/organisations/national-police", "/uk/steps/police-statement")

LEFT = """async () => ({
    caches: (await caches.keys()).length,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    databases: (await indexedDB.databases()).length,
    storage: localStorage.length + sessionStorage.length,
})"""
NOTHING = {"caches": 0, "workers": 0, "databases": 0, "storage": 0}

VOICES = """
const voices = LANGUAGES.map(([lang, localService]) => ({ lang, localService }))
window.spoken = []
window.SpeechSynthesisUtterance = function (text) { this.text = text }
Object.defineProperty(window, 'speechSynthesis', { value: {
    getVoices: () => voices, cancel() {}, speak(utterance) { spoken.push(utterance) },
} })
"""
"""A device with given voices, which says nothing until it is told that it has finished."""


@pytest.fixture
def family(browser: Browser, served: str) -> Iterator[BrowserContext]:
    """A phone with scripts, in Ukrainian."""
    context = browser.new_context(base_url=served, viewport={"width": 360, "height": 740}, locale="uk")
    yield context
    context.close()


def keep(context: BrowserContext, button: str = "Зберегти") -> Page:
    """Keep the plan as a family does; returns the page that shows it."""
    page = context.new_page()
    page.goto(f"/uk/plan?{PLAN}")
    page.get_by_text("Надрукувати чи зберегти план").click()
    page.get_by_role("link", name="Зберегти в цьому телефоні").click()
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Готово: план збережено в цьому телефоні.", timeout=30_000)
    page.get_by_role("link", name="Відкрити план").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ваш план")
    return page


def is_unreachable(page: Page, path: str) -> bool:
    try:
        page.goto(path)
    except Error:
        return True
    return False


def kept_text(page: Page, path: str) -> str:
    """Return the text of a kept file as it lies on the phone."""
    text: str = page.evaluate("async path => (await (await caches.match(path)).text())", path)
    return text


def test_a_kept_plan_opens_without_a_connection(family: BrowserContext) -> None:
    page = keep(family)
    family.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ваш план")
    expect(page.get_by_text("Строки пораховано від цього дня")).to_be_visible()
    expect(page.locator(".station a[href='tel:102']").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.top')).borderBlockEndWidth") == "3px", "styled"
    for path in KEPT_WITH_IT:
        page.goto(path)
        assert page.title().endswith("Дороговказ")
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Немає зв’язку")


def test_exactly_what_was_announced_is_kept(family: BrowserContext) -> None:
    page = keep(family)
    kept = page.evaluate(
        """async () => {
            const found = []
            for (const name of await caches.keys()) found.push(...await (await caches.open(name)).keys())
            return found.map(({ url }) => url.replace(location.origin, ''))
        }"""
    )
    listed = {item["address"] for item in page.request.get(f"/uk/keep.json?{PLAN}").json()["pages"]}
    others = set(kept) - listed
    assert listed <= set(kept)
    assert all(path.startswith("/static/") or path == "/kept.json" for path in others), others
    assert any(re.fullmatch(r"/static/site\.\w+\.css", path) for path in others)


def test_a_kept_copy_does_not_say_that_a_line_answers_right_now(family: BrowserContext) -> None:
    path = "/uk/organisations/national-police"
    page = keep(family)
    assert 'class="state' in page.request.get(path).text()
    assert 'class="state' not in kept_text(page, path)


def test_a_page_that_is_not_kept_says_so_and_offers_the_plan(family: BrowserContext) -> None:
    page = keep(family)
    family.set_offline(True)
    page.goto("/uk/glossary")
    expect(page.get_by_role("heading", level=1)).to_have_text("Немає зв’язку")
    page.get_by_role("link", name="Військовий зник безвісти").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ваш план")
    page.go_back()
    family.set_offline(False)
    page.get_by_role("link", name="Спробувати ще раз").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Словник")


def test_removing_leaves_nothing_on_the_phone(family: BrowserContext) -> None:
    reading = family.new_page()
    reading.goto("/uk/articles/do-not-post")
    page = keep(family)
    page.evaluate("localStorage.setItem('a', 'b')")
    page.get_by_role("link", name="Що збережено").click()
    with page.expect_response("**/forget") as forgotten:
        page.get_by_role("button", name="Видалити з цього телефона").click()
    assert forgotten.value.ok
    expect(page.get_by_role("status")).to_have_text("Видалено: сайт більше нічого не зберігає в цьому телефоні.")
    expect(page.get_by_role("button", name="Видалити з цього телефона")).to_be_hidden()
    assert page.evaluate(LEFT) == NOTHING
    family.set_offline(True)
    for path in (f"/uk/plan?{PLAN}", *KEPT_WITH_IT, "/uk/kept", "/uk/articles/do-not-post"):
        assert is_unreachable(page, path), path
    family.set_offline(False)
    page.goto("/uk/glossary")
    assert page.evaluate(LEFT) == NOTHING


def test_a_plan_is_removed_without_a_connection_too(family: BrowserContext) -> None:
    page = keep(family)
    family.set_offline(True)
    page.goto("/uk/kept")
    page.get_by_role("button", name="Видалити з цього телефона").click()
    expect(page.get_by_role("status")).to_contain_text("Видалено")
    assert page.evaluate(LEFT) == NOTHING
    assert is_unreachable(page, f"/uk/plan?{PLAN}")


def test_what_is_kept_is_listed_with_day_and_size_and_opens(family: BrowserContext) -> None:
    page = keep(family)
    family.set_offline(True)
    page.goto("/uk/kept")
    row = page.locator("[data-list] > li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(re.compile(r"Збережено \d+ \S+ 20\d\d\. Обсяг: \d+(,\d)? МБ"))
    row.get_by_text("Сторінок:").click()
    row.get_by_role("link", name="Заява до поліції про зникнення").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Заява до поліції про зникнення")


def test_a_plan_kept_discreetly_hides_its_name(family: BrowserContext) -> None:
    page = keep(family, "Зберегти непомітно")
    for offline in (False, True):
        family.set_offline(offline)
        for path in (f"/uk/plan?{PLAN}", *KEPT_WITH_IT, "/uk/kept", "/uk/articles/do-not-post"):
            page.goto(path)
            assert page.title() == "Нотатки"
            expect(page.locator(".brand")).to_have_text("Нотатки")
            assert page.locator("link[rel=icon]").get_attribute("href", timeout=1000).startswith("/static/note.")
            assert page.locator("link[rel=manifest]").get_attribute("href") == "/uk/notes.webmanifest"


def test_readers_who_did_not_ask_get_no_worker_and_no_trace(family: BrowserContext) -> None:
    page = family.new_page()
    for path in ("", "find-help?who=child", f"find-help?{PLAN}", f"plan?{PLAN}", f"keep?{PLAN}", "kept", "offline",
                 "articles/police-statement", "organisations/national-police"):  # fmt: skip
        page.goto(f"/uk/{path}")
        assert page.evaluate(LEFT) == NOTHING, path
    assert family.service_workers == []
    assert family.cookies() == []
    page.goto("/uk/kept")
    expect(page.get_by_role("status")).to_have_text("Сайт нічого не зберігає в цьому телефоні.")


def test_a_keeping_cut_short_leaves_nothing(family: BrowserContext) -> None:
    page = family.new_page()
    page.goto(f"/uk/keep?{PLAN}")
    family.set_offline(True)
    page.get_by_role("button", name="Зберегти", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Не вийшло")
    assert page.evaluate(LEFT) == NOTHING
    family.set_offline(False)
    page.get_by_role("button", name="Зберегти", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Готово", timeout=30_000)


def test_without_script_the_page_offers_the_file_instead(phone: Page, tmp_path: Path) -> None:
    phone.goto(f"/uk/keep?{PLAN}")
    expect(phone.get_by_text("Візьміть план файлом")).to_be_visible()
    expect(phone.get_by_role("button", name="Зберегти")).to_have_count(0)
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Увесь план одним файлом").click()
    assert download.value.suggested_filename == "plan.html"
    download.value.save_as(tmp_path / download.value.suggested_filename)
    phone.goto((tmp_path / "plan.html").as_uri())
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ваш план")
    expect(phone.locator("a[href='tel:102']").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def as_of_an_older_edition(page: Page) -> None:
    """Make the kept plan look as if the site had changed since."""
    page.evaluate(
        """async () => {
            for (const name of await caches.keys()) {
                const cache = await caches.open(name)
                const record = await (await cache.match('/kept.json')).json()
                await cache.put('/kept.json', new Response(JSON.stringify({ ...record, edition: 'older', tag: '"x"' })))
            }
        }"""
    )


def test_a_kept_plan_is_brought_up_to_date_when_the_connection_is_back(family: BrowserContext) -> None:
    page = keep(family)
    page.locator(".station").first.get_by_label("Що вже зроблено").select_option(label="◐ Почато")
    expect(page.get_by_text("Збережено в цьому телефоні")).to_be_visible()
    as_of_an_older_edition(page)
    family.set_offline(True)
    family.set_offline(False)
    page.get_by_role("link", name="Цю сторінку оновлено").click(timeout=30_000)
    expect(page.get_by_text(re.compile("^Оновлено"))).to_be_visible()
    state = page.locator(".station").first.get_by_label("Що вже зроблено")
    assert state.evaluate("field => field.selectedOptions[0].text") == "◐ Почато"
    assert page.evaluate("caches.keys().then(names => names.length)") == 1


def test_steps_are_ticked_off_on_a_kept_plan_alone(family: BrowserContext) -> None:
    page = family.new_page()
    page.goto(f"/uk/plan?{PLAN}")
    expect(page.locator(".station select")).to_have_count(0)
    page = keep(family)
    station = page.locator(".station").first
    until = station.get_by_label("Чекаю до")
    expect(until).to_be_hidden()
    station.get_by_label("Що вже зроблено").select_option(label="◔ Чекаю до")
    until.fill("2026-12-24")
    page.wait_for_function("async () => (await (await caches.match('/ticks.json'))?.text())?.includes('12-24')")
    family.set_offline(True)
    page.reload()
    expect(page.locator(".station").first.get_by_label("Чекаю до")).to_have_value("2026-12-24")
    page.goto("/uk/kept")
    page.get_by_role("button", name="Видалити з цього телефона").click()
    expect(page.get_by_role("status")).to_contain_text("Видалено")
    assert page.evaluate(LEFT) == NOTHING


def test_a_lost_connection_never_loses_an_answer(family: BrowserContext) -> None:
    page = family.new_page()
    page.goto("/uk/find-help?who=child")
    page.get_by_label("Дитина повернулася").check()
    family.set_offline(True)
    page.get_by_role("button", name="Далі").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Ваша відповідь не пропала")
    expect(alert).to_be_in_viewport()
    expect(page.get_by_label("Дитина повернулася")).to_be_checked()
    alert.get_by_role("button", name="Спробувати ще раз").click()
    expect(alert.get_by_role("button", name="Спробувати ще раз")).to_be_focused()
    family.set_offline(False)
    page.wait_for_url("**child=returned**")


def test_an_answer_is_not_sent_before_the_person_presses(family: BrowserContext) -> None:
    page = family.new_page()
    page.goto("/uk/find-help?who=child")
    page.get_by_label("Дитина повернулася").check()
    family.set_offline(True)
    page.evaluate("() => { window.isBack = new Promise(back => addEventListener('online', () => setTimeout(back))) }")
    family.set_offline(False)
    page.evaluate("isBack")
    assert "child=returned" not in page.url
    expect(page.get_by_role("alert")).to_have_count(0)


def test_sharing_a_plan_first_says_what_its_address_holds(family: BrowserContext) -> None:
    family.grant_permissions(["clipboard-read", "clipboard-write"])
    page = family.new_page()
    page.goto(f"/uk/plan?{PLAN}")
    share = page.get_by_role("button", name="Поділитися")
    share.click()
    expect(page.get_by_role("status")).to_contain_text("В адресі стоять ваші відповіді")
    share.click()
    expect(page.get_by_role("status")).to_have_text("Скопійовано")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_number_is_copied_and_that_is_said(family: BrowserContext) -> None:
    family.grant_permissions(["clipboard-read", "clipboard-write"])
    page = family.new_page()
    page.goto("/uk/organisations/national-police")
    page.get_by_role("button", name="Копіювати 0 800 212 151").click()
    expect(page.get_by_role("status")).to_have_text("Скопійовано 0 800 212 151")
    assert page.evaluate("navigator.clipboard.readText()") == "0 800 212 151"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def reader(context: BrowserContext, path: str, voices: list[tuple[str, bool]]) -> Page:
    page = context.new_page()
    page.add_init_script(VOICES.replace("LANGUAGES", str([[name, local] for name, local in voices]).lower()))
    page.goto(path)
    return page


def said(page: Page) -> list[str]:
    texts: list[str] = page.evaluate("spoken.map(({ text }) => text)")
    return texts


def finish(page: Page) -> Any:
    """The voice has read its block to the end."""
    return page.evaluate("spoken.at(-1).onend()")


def test_an_article_is_read_aloud_and_goes_on_where_it_paused(family: BrowserContext) -> None:
    page = reader(family, "/uk/articles/police-statement", [("en-gb", True), ("uk-ua", True)])
    page.get_by_role("button", name="Слухати").click()
    finish(page)
    assert said(page)[0] == "Заява до поліції про зникнення"
    assert said(page)[1] == page.locator(".lead").inner_text()
    page.get_by_role("button", name="Пауза").click()
    page.get_by_role("button", name="Слухати").click()
    assert said(page)[2] == said(page)[1], "the block that was cut off is read again"
    page.get_by_role("button", name="Зупинити").click()
    expect(page.get_by_role("button", name="Зупинити")).to_be_hidden()
    page.get_by_role("button", name="Слухати").click()
    assert said(page)[3] == said(page)[0]


@pytest.mark.parametrize(
    "voices", [[], [("en-gb", True)], [("uk-ua", False)]], ids=["none", "foreign", "through a server"]
)
def test_nothing_is_offered_that_the_device_cannot_read(family: BrowserContext, voices: list[tuple[str, bool]]) -> None:
    page = reader(family, f"/uk/plan?{PLAN}", voices)
    expect(page.get_by_role("button", name="Поділитися")).to_be_visible()
    expect(page.get_by_role("button", name="Слухати")).to_have_count(0)


@pytest.mark.parametrize("path", [f"plan?{PLAN}", "articles/police-statement", "organisations/national-police"])
def test_without_script_no_dead_button_shows(phone: Page, path: str) -> None:
    phone.goto(f"/uk/{path}")
    # Those that ask whether the page helped are a form and need no script.
    dead = phone.locator("main button:not(form[action*='/useful'] button)").filter(visible=True)
    expect(dead).to_have_count(0)
    expect(phone.locator("[data-share]")).to_be_hidden()

"""Journeys of families in a real browser: by finger, by keyboard, without script, on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.guidance.model import Guidance
from app.web.edition import Edition
from tests.chromium import in_a_browser

pytestmark = in_a_browser


def answer(page: Page, *labels: str) -> None:
    """Choose the options with these labels and go on."""
    for label in labels:
        page.get_by_label(label, exact=True).check()
    page.locator("form.question button").click()


def test_a_mother_with_a_notification_gets_her_plan(phone: Page) -> None:
    phone.goto("/")
    phone.get_by_role("link", name="Знайдіть свій шлях").first.click()
    answer(phone, "Військовий або військова Збройних Сил (також тероборона, морська піхота, ССО)")
    answer(phone, "Є офіційне сповіщення, що людина зникла безвісти")
    answer(phone, "Так, але в ньому помилка")
    phone.get_by_label("День").fill("28")
    phone.get_by_label("Місяць").fill("3")
    phone.get_by_label("Рік").fill("2026")
    answer(phone)
    phone.get_by_label("Де це сталося?").select_option("UA-14")
    answer(phone)
    answer(phone, "Ще нічого")
    answer(phone, "Ще ніхто")
    answer(phone, "В Україні, на підконтрольній території")
    phone.get_by_label("У якій області живе родина?").select_option("UA-53")
    answer(phone)
    answer(phone, "Моя дитина (я мати або батько)")
    answer(phone, "Знайти людину, зрозуміти, з чого почати")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Перевірте відповіді")
    expect(phone.get_by_text("28 березня 2026")).to_be_visible()
    phone.get_by_role("link", name="Показати мій план").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ваш план")
    expect(phone.locator(".station").first).to_contain_text("поліції")
    expect(phone.get_by_role("link", name=re.compile("поліція Полтав")).first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_wife_abroad_with_a_deported_child_gets_both_ways_in_one_plan(phone: Page) -> None:
    phone.goto("/en/find-help")
    answer(
        phone,
        "A soldier of the Armed Forces (also territorial defence, marines, special forces)",
        "A child (under 18)",
    )
    answer(phone, "There is an official notification that they are missing")
    answer(phone, "Taken to Russia or to occupied territory")
    phone.get_by_role("link", name="Show the plan now").click()
    phone.get_by_role("link", name="Answer the remaining questions").click()
    answer(phone, "Yes, I or someone close has it")
    answer(phone, "I don’t know")
    phone.get_by_label("Where did it happen?").select_option("UA-65")
    answer(phone)
    answer(phone, "Nothing yet")
    answer(phone, "Nobody yet")
    answer(phone, "Abroad")
    phone.get_by_label("Poland").check()
    answer(phone)
    answer(phone, "My husband or wife (married)")
    answer(phone, "To find the person, to know where to start")
    phone.get_by_role("link", name="Show my plan").click()
    for name in ("Children of War", "Polish Red Cross", "National Police"):
        expect(phone.get_by_role("link", name=re.compile(name)).first).to_be_visible()


def test_a_wrong_answer_is_explained_and_nothing_is_lost(phone: Page) -> None:
    phone.goto("/en/find-help?who=civilian&civilian=missing-occupied&family=abroad")
    phone.get_by_label("Day").fill("31")
    phone.get_by_label("Month").fill("2")
    phone.get_by_label("Year").fill("2026")
    answer(phone)
    expect(phone.get_by_role("alert")).to_contain_text("There is no such date")
    expect(phone.get_by_label("Day")).to_have_value("31")
    phone.get_by_label("Day").fill("28")
    answer(phone)
    expect(phone.get_by_label("Where did it happen?")).to_be_visible()
    assert "family=abroad" in phone.url
    assert "when=2026-02-28" in phone.content()


def test_changing_one_answer_keeps_the_others(phone: Page) -> None:
    phone.goto(
        "/en/find-help?who=child&child=taken&when=unknown&place=UA-65&done=nothing&family=abroad&country=pl&kin=parent&need=search"
    )
    phone.get_by_role("link", name=re.compile("^Change ?: Where the family is")).click()
    phone.get_by_label("Abroad").uncheck()
    answer(phone, "In Ukraine, government-controlled territory")
    phone.get_by_label("In which region does the family live?").select_option("UA-48")
    answer(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(phone.get_by_text("Mykolaiv oblast")).to_be_visible()
    expect(phone.get_by_text("Poland")).to_have_count(0)
    expect(phone.get_by_text("Taken to Russia or to occupied territory")).to_be_visible()


def test_the_route_is_walked_by_keyboard_alone(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto("/en/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("^Find your way"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who is missing?")
    page.get_by_label("A child (under 18)").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What is known about the child?")


def test_the_error_summary_takes_the_focus(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto("/en/find-help?asked=who")
    expect(page.locator("#problem")).to_be_focused()


def test_shift_three_times_leaves_the_page(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.route(re.compile("google"), lambda route: route.fulfill(body="elsewhere"))
    page.goto("/en/plan?who=child&child=taken")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(re.compile("google"))
    assert "plan" not in page.url


@pytest.mark.parametrize("path", ["/uk/", "/en/articles/police-statement", "/uk/organisations/", "/uk/check-contact"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_scrolls_sideways(desk: BrowserContext, path: str, width: int) -> None:
    page = desk.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["uk", "en"])
def test_every_article_fits_a_small_phone(phone: Page, edition: Edition, language: str) -> None:
    too_wide = []
    for slug in edition.part(Guidance).articles:
        phone.goto(f"/{language}/articles/{slug}", wait_until="domcontentloaded")
        if phone.evaluate("document.documentElement.scrollWidth") > 360:
            too_wide.append(slug)
    assert too_wide == []


def test_reading_asks_no_third_party_and_leaves_nothing_behind(desk: BrowserContext, served: str) -> None:
    page = desk.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/uk/", "/uk/articles/police-statement", "/uk/plan?who=child&child=taken"):
        page.goto(path)
    assert asked
    assert all(url.startswith(served) for url in asked)
    assert desk.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_printed_plan_hides_what_paper_cannot_use(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto("/uk/plan/print?who=armed-forces&soldier=notified&columns=2")
    page.emulate_media(media="print")
    expect(page.locator(".screen-only")).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_superseded_number_is_recognised(phone: Page) -> None:
    phone.goto("/uk/check-contact")
    phone.get_by_label("Номер, пошта або адреса сайту").fill("0 800 339 247")
    phone.get_by_role("button", name="Перевірити").click()
    expect(phone.get_by_role("status")).to_contain_text("Застарілий")
    expect(phone.get_by_role("link", name="1698").first).to_be_visible()


def test_a_slip_still_leads_to_the_right_number(phone: Page) -> None:
    phone.goto("/uk/articles/police-statement")
    phone.get_by_role("searchbox").fill("коорштаб телфон")
    phone.get_by_role("button", name="Знайти").click()
    expect(phone.get_by_text("Показано для: коордштаб телефон")).to_be_visible()
    call = phone.locator(".results a[href='tel:+380800300529']").first
    expect(call).to_have_text("0 800 300 529")
    expect(call).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_suggestions_are_walked_by_keyboard(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto("/en/search")
    field = page.get_by_role("searchbox")
    field.focus()
    page.keyboard.type("coordin")
    first = page.locator(".suggestions a").first
    expect(first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".suggestions")).to_be_hidden()
    expect(field).to_be_focused()
    page.keyboard.type("ation headquarters")
    page.keyboard.press("Enter")
    expect(page.locator(".results a").first).to_contain_text("Coordination Headquarters")

"""The map under fingers and keys, and pages on paper, in a real browser."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.chromium import in_a_browser
from tests.pdf import pdf_text
from tests.test_pages import PLAN

pytestmark = in_a_browser

ANSWERS = "who=child&child=taken&when=unknown"
WIDE = [320, 360, 1280]


def on_paper(page: Page) -> bytes:
    return page.pdf(format="A4", prefer_css_page_size=True)


def test_a_region_is_chosen_by_finger_on_the_map(phone: Page) -> None:
    phone.goto(f"/uk/find-help?{ANSWERS}")
    phone.get_by_role("link", name="Вибрати на мапі").click()
    phone.locator(".map").get_by_role("link", name="Полтавська область").click(position={"x": 30, "y": 20})
    expect(phone.get_by_label("Де це сталося?")).to_have_value("UA-53")
    phone.get_by_role("button", name="Далі").click()
    assert "place=UA-53" in phone.url
    assert "child=taken" in phone.url


def test_a_region_is_chosen_by_keyboard_and_the_focus_is_seen(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto("/en/regions")
    page.get_by_role("link", name="Go to the list").focus()
    page.keyboard.press("Tab")
    first = page.locator(".map a").first
    expect(first).to_be_focused()
    before = page.locator(".map a").nth(1).locator("path").evaluate("path => getComputedStyle(path).strokeWidth")
    page.keyboard.press("Tab")
    focused = page.locator(".map a").nth(1)
    expect(focused).to_be_focused()
    after = focused.locator("path").evaluate("path => getComputedStyle(path).strokeWidth")
    assert float(after.removesuffix("px")) >= 2 * float(before.removesuffix("px"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Organisations")
    expect(page.get_by_label("Region")).to_have_value("UA-71")


def test_every_region_has_a_name_for_a_screen_reader(phone: Page) -> None:
    phone.goto("/en/regions")
    links = phone.locator(".map").get_by_role("link")
    assert links.count() == 27
    expect(links.nth(11)).to_have_accessible_name("Kyiv city")
    expect(phone.get_by_role("group", name="On the map")).to_be_visible()


@pytest.mark.parametrize("name", ["місто Київ", "місто Севастополь"])
def test_a_city_has_a_circle_big_enough_for_a_finger(phone: Page, name: str) -> None:
    phone.goto("/uk/regions")
    circle = phone.locator(".map").get_by_role("link", name=name).locator("circle").bounding_box()
    assert circle
    assert min(circle["width"], circle["height"]) >= 44
    phone.mouse.click(circle["x"] + circle["width"] / 2, circle["y"] + circle["height"] / 2)
    expect(phone.get_by_label("Область")).to_have_value("UA-30" if "Київ" in name else "UA-40")


@pytest.mark.parametrize("width", WIDE)
@pytest.mark.parametrize(
    "path",
    ["/uk/regions", f"/uk/find-help/map?{ANSWERS}&question=place", "/uk/wall", f"/uk/plan/print?{PLAN}&size=large"],
)
def test_nothing_scrolls_sideways(desk: BrowserContext, path: str, width: int) -> None:
    page = desk.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["uk", "en"])
def test_the_wall_sheet_is_one_page(desk: BrowserContext, language: str) -> None:
    page = desk.new_page()
    page.goto(f"/{language}/wall")
    with pikepdf.open(io.BytesIO(on_paper(page))) as paper:
        assert len(paper.pages) == 1


def test_large_print_is_sixteen_points_and_keeps_a_station_together(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto(f"/uk/plan/print?{PLAN}&size=large")
    page.emulate_media(media="print")
    sizes = page.locator("main").evaluate(
        """main => [...main.querySelectorAll('h1,h2,h3,p,b,span')].filter(each => each.checkVisibility())
            .map(each => parseFloat(getComputedStyle(each).fontSize) * 72 / 96)"""
    )
    assert min(sizes) >= 15.99
    kept = page.locator("main > .row").evaluate_all("rows => rows.map(row => getComputedStyle(row).breakInside)")
    assert set(kept) == {"avoid"}


@pytest.mark.parametrize(
    "path", ["/uk/articles/police-statement", "/uk/organisations/coordination-hq-pow", "/uk/search?q=витяг"]
)
def test_paper_shows_no_ways_that_only_a_screen_has(desk: BrowserContext, path: str) -> None:
    page = desk.new_page()
    page.goto(path)
    page.emulate_media(media="print", color_scheme="dark")
    for each in page.locator("nav, button, .button, footer, .tools, .top form, .skip").all():
        expect(each).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator("h2").first.evaluate("each => getComputedStyle(each).breakAfter") == "avoid"


def test_paper_names_the_address_of_a_source_and_of_nothing_else(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto("/en/articles/police-statement")
    sources = page.locator(".sources li a:not(.screen-only a)").evaluate_all("links => links.map(link => link.href)")
    text = re.sub(r"\s", "", pdf_text(on_paper(page)))
    assert sources
    assert all(re.sub(r"\s", "", url) in text for url in sources)
    assert text.count("http") == sum(url.count("http") for url in sources)


def test_what_was_searched_stands_on_paper(desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto("/en/search?q=extract")
    page.emulate_media(media="print")
    expect(page.get_by_role("main").get_by_role("searchbox")).to_be_visible()

"""Everyone can use every screen: judged by axe, by size, by names and roles, by keyboard, in every setting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Locator, Page, expect

from app.kernel.languages import PUBLIC
from tests.chromium import in_a_browser
from tests.thorough import THOROUGH
from tests.tour import Screen, one_of_each

pytestmark = in_a_browser

JUDGE = (Path(__file__).parent / "judge.js").read_text(encoding="utf-8")
FEW = 3
"""Screens of one name that are judged in every language. Of those beyond, pages without answers are judged in one."""

PHONE = {"viewport": {"width": 360, "height": 740}}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "a wide screen": {"viewport": {"width": 1280, "height": 900}},
    "the dark scheme": {**PHONE, "color_scheme": "dark"},
    "forced colours": {**PHONE, "forced_colors": "active"},
    "400 % zoom": {"viewport": {"width": 320, "height": 256}},
    "reduced motion": {**PHONE, "reduced_motion": "reduce"},
}

Faults = Mapping[str, Mapping[str, Sequence[str]]]


def judged(
    browser: Browser, served: str, addresses: Sequence[str], setting: Mapping[str, Any], *, options: str = "{}"
) -> Faults:
    """Judge every address with axe and by size; two pages share the work, as the machine has more than one core.

    `options` are further options of axe, as JSON.
    """
    pages = []
    shares = [addresses[0::2], addresses[1::2]]
    for share in shares:
        page = browser.new_context(base_url=served, bypass_csp=True, **setting).new_page()
        pages.append(page)
        if share:
            prepare(page, share[0])
            page.evaluate(f"Object.assign(judge.options, {options})")
            # The promise stays in the page, so that both pages work at once.
            page.evaluate("addresses => { window.faults = judge.all(addresses) }", share)
    found: dict[str, Any] = {}
    for page, share in zip(pages, shares, strict=True):
        if share:
            found |= page.evaluate("faults")
            for address in [address for address in share if found[address] is None]:
                prepare(page, address)
                found |= page.evaluate("addresses => judge.all(addresses)", [address])
        page.context.close()
    return found


def prepare(page: Page, address: str) -> None:
    """Open a page and put axe and the judge into it."""
    page.goto(address, wait_until="load")
    page.evaluate(AXE_SCRIPT)
    page.evaluate(JUDGE)


def few_of_each(tour: Sequence[Screen]) -> Iterator[Screen]:
    """Every page without a query, every second of a kind in each language; of those with answers, some of each name.

    One template draws the pages of a kind, so that a fault of either language shows in half of them; the first of each
    kind is judged in both languages.
    """
    counts: dict[tuple[str, str], int] = {}
    for screen in tour:
        key = (screen.name, screen.language)
        number = counts.get(key, 0)
        counts[key] = number + 1
        if number < FEW or ("?" not in screen.address and number % len(PUBLIC) == list(PUBLIC).index(screen.language)):
            yield screen


def faults_of(faults: Faults, kind: str) -> str:
    """Return every different fault with how often it stands and where it was first met; nothing where there is none."""
    places: dict[str, list[str]] = {}
    for address, of_page in faults.items():
        for fault in of_page[kind]:
            places.setdefault(fault, []).append(address)
    return "\n".join(f"{len(found)} x {fault} at {found[0]}" for fault, found in places.items())


@pytest.mark.parametrize("language", PUBLIC)
def test_every_screen_is_sound_on_a_phone(browser: Browser, served: str, tour: list[Screen], language: str) -> None:
    own = [screen for screen in tour if screen.language == language]
    addresses = [screen.address for screen in (few_of_each(own) if THOROUGH else one_of_each(own))]
    assert len(addresses) > 30
    faults = judged(browser, served, addresses, PHONE)
    kinds = ["axe", "targets", "sideways"]
    assert {kind: faults_of(faults, kind) for kind in kinds} == dict.fromkeys(kinds, "")


@pytest.mark.parametrize("setting", list(SETTINGS)[: None if THOROUGH else 3])
def test_every_kind_of_screen_is_sound_in(browser: Browser, served: str, tour: list[Screen], setting: str) -> None:
    addresses = [screen.address for screen in one_of_each(tour)]
    faults = judged(browser, served, addresses, SETTINGS[setting], options='{"preload": true}')
    kinds = ["axe", "targets", "sideways"]
    kinds += {"reduced motion": ["motion"], "forced colours": ["edgeless"]}.get(setting, [])
    assert {kind: faults_of(faults, kind) for kind in kinds} == dict.fromkeys(kinds, "")


SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-block-end: 2em !important }"""
"""What a reader may set (WCAG 2.2, 1.4.12)."""


def test_widely_spaced_text_is_not_cut_off(browser: Browser, served: str, tour: list[Screen]) -> None:
    page = browser.new_context(base_url=served, bypass_csp=True, **PHONE).new_page()
    faults = {}
    for screen in one_of_each(tour):
        page.goto(screen.address, wait_until="load")
        page.add_style_tag(content=SPACED)
        page.evaluate(JUDGE)
        faults[screen.address] = page.evaluate("[...judge.sideways(), ...judge.cutOff()]")
    page.context.close()
    assert {address: found for address, found in faults.items() if found} == {}


PLAN = (
    "/uk/plan?who=armed-forces&soldier=notified&notification=with-error&when=2026-03-28&place=UA-14&done=nothing"
    "&dna=nobody&family=controlled&region=UA-53&kin=parent&need=search"
)
NAMES: Mapping[str, Sequence[str]] = {
    "/en/": [
        'banner: link "Dorohovkaz"',
        'banner / navigation "Language": link "Українська"',
        'main: heading "A signpost for families of missing people" [level=1]',
        'main: link "Find your way',
        'main: link "The extract from the register',
        'main: link "Is this number official?',
        'main / search: searchbox "What are you looking for?"',
        'main / search: button "Find"',
        'main / region "Urgent numbers": heading "Urgent numbers" [level=2]',
        'main / region "Urgent numbers": link "102"',
        'contentinfo / navigation "Sections": link "Accessibility"',
    ],
    "/uk/find-help": [
        'banner: link "Дороговказ"',
        'banner: link "Швидко вийти"',
        'main / group "Хто зник?": heading "Хто зник?" [level=1]',
        'main / group "Хто зник?": checkbox "Дитина (до 18 років)"',
        'main / group "Хто зник?": checkbox "Не знаю"',
        'main: button "Далі"',
        "contentinfo",
    ],
    "/en/find-help?who=child&asked=child": [
        'main / alert: heading "There is a problem" [level=2]',
        "main / alert: link",
        'main / group "What is known about the child?": heading "What is known about the child?" [level=1]',
        'main / group "What is known about the child?": radio "Taken to Russia or to occupied territory"',
        'main: button "Continue"',
    ],
    "/en/find-help?who=child&child=taken&when=unknown": [
        'main: heading "Where did it happen?" [level=1]',
        'main: combobox "Where did it happen?"',
        'main: button "Continue"',
    ],
    PLAN: [
        'main: heading "Ваш план" [level=1]',
        'main / navigation "На цій сторінці": link "Сьогодні',
        'main / region "Сьогодні": heading "Сьогодні" [level=2]',
        'main / region "Сьогодні": heading "Подайте заяву до поліції',
        'main / region "Сьогодні": link "Національна поліція України"',
        'main / region "Сьогодні": link "102"',
        'main / region "Ваші відповіді": heading "Ваші відповіді" [level=2]',
    ],
    "/uk/articles/police-statement": [
        'banner / search: searchbox "Пошук"',
        'main / article: heading "Заява до поліції про зникнення" [level=1]',
        'main / article / navigation "На цій сторінці": link "Що робити"',
        'main / article: heading "Що робити" [level=2]',
        'main / region "Хто допоможе": link "Національна поліція України"',
        'main / region "Джерела": heading "Джерела" [level=2]',
    ],
    "/en/organisations/national-police": [
        'main: heading "National Police of Ukraine" [level=1]',
        'main / region "Go there for": heading "Go there for" [level=2]',
        'main / region "Do not go there for": heading "Do not go there for" [level=2]',
        'main / region "How to reach it": link "102"',
        'main / region "Sources": heading "Sources" [level=2]',
    ],
    "/en/search?q=extract": [
        'main: heading "Search" [level=1]',
        'main / search: searchbox "What are you looking for?"',
        'main / search: button "Find"',
        "main: status",
        'main / region "Articles',
    ],
    "/en/search?q=": ["main: alert"],
    "/en/check-contact": ['main: searchbox "Number, e-mail or web address"', 'main: button "Check"'],
}
"""What a screen reader meets on the way, in this order: within which landmarks, by role, by the start of its name."""

PLACES = {"alert", "article", "banner", "contentinfo", "form", "group", "main", "navigation", "region", "search"}


def spoken(page: Page) -> list[str]:
    """Return what a screen reader meets, each as "landmark / landmark: role and name"."""
    found: list[str] = []
    places: list[tuple[int, str]] = []
    for line in page.locator("body").aria_snapshot().splitlines():
        stripped = line.lstrip(" -'")
        if stripped.startswith("/"):
            continue  # where a link leads is not said
        depth = len(line) - len(line.lstrip())
        while places and places[-1][0] >= depth:
            places.pop()
        where = " / ".join(name for _, name in places)
        said = re.sub(r"['\"]?:(?: .*)?$", lambda end: '"' if end[0].startswith('"') else "", stripped)
        found.append(f"{where}: {said}" if where else said)
        if stripped.split(" ")[0].rstrip(":") in PLACES:
            places.append((depth, said))
    return found


@pytest.mark.parametrize("address", NAMES, ids=lambda address: address[:40])
def test_a_screen_reader_meets_landmarks_headings_and_named_controls(
    browser: Browser, served: str, address: str
) -> None:
    page = browser.new_context(base_url=served).new_page()
    page.goto(address)
    heard = spoken(page)
    page.context.close()
    rest = iter(heard)
    missed = [expected for expected in NAMES[address] if not any(said.startswith(expected) for said in rest)]
    assert not missed, "\n".join([*missed[:1], "is not heard, or not in this order:", *heard])


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus; every element on the way shows that it has it and is not covered."""
    for _ in range(80):
        page.keyboard.press("Tab")
        assert page.evaluate("judge.unseenFocus()") is None
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the Tab key does not reach {target}")


def opened(page: Page, heading: str) -> None:
    """Wait for the page with this heading and take the judge along."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.evaluate(JUDGE)


@pytest.mark.parametrize("setting", [PHONE, SETTINGS["a wide screen"], SETTINGS["forced colours"]])
def test_the_way_to_the_plan_is_walked_by_keyboard_with_the_focus_in_sight(
    browser: Browser, served: str, setting: Mapping[str, Any]
) -> None:
    page = browser.new_context(base_url=served, bypass_csp=True, **setting).new_page()
    page.goto("/en/")
    opened(page, "A signpost for families of missing people")
    tab_to(page, page.get_by_role("main").get_by_role("link", name=re.compile("^Find your way")))
    page.keyboard.press("Enter")
    opened(page, "Who is missing?")
    tab_to(page, page.get_by_label("A child (under 18)"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Continue"))
    page.keyboard.press("Enter")
    opened(page, "What is known about the child?")
    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Continue"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("What is known about the child?")
    page.evaluate(JUDGE)
    tab_to(page, page.get_by_role("link", name=re.compile("^Show the plan now")))
    page.keyboard.press("Enter")
    opened(page, "Your plan")
    tab_to(page, page.get_by_role("main").locator("summary").first)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="102").first)
    tab_to(page, page.get_by_role("contentinfo").get_by_role("link", name="Accessibility"))
    page.context.close()

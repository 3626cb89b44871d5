"""The wall sheet and large print: what hangs in a community centre is right, leads to the site, and can be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import segno
from flask import Flask
from lxml import etree

from app.config import Settings
from app.kernel.languages import PUBLIC, other
from app.kernel.qr import qr_code
from app.site import create_app
from app.web.edition import Edition
from tests.lint import LintingClient
from tests.test_pages import PLAN

TITLES = {"uk": "Дороговказ для родин зниклих безвісти", "en": "A signpost for families of missing people"}
URGENT = ["tel:102", "tel:1698", "tel:1648", "tel:+380800300529", "tel:116000"]


def sheet(client: LintingClient, language: str) -> Any:
    response = client.get(f"/{language}/wall")
    assert response.status_code == 200
    return etree.HTML(response.get_data(as_text=True))


def modules(svg: str) -> set[tuple[int, int]]:
    """Return the dark squares of a QR code, as its path draws them row by row."""
    path = re.findall(r' d="([^"]+)"', svg)[-1]
    found, x, y = set(), 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        steps = [float(number) for number in numbers.split()]
        if command == "h":
            found |= {(int(x) + step, int(y)) for step in range(int(steps[0]))}
            x += steps[0]
        elif command == "M":
            x, y = steps
        else:
            x, y = x + steps[0], y + steps[1]
    return found


@pytest.mark.parametrize("language", list(PUBLIC))
def test_the_sheet_says_what_the_site_is_in_two_languages(client: LintingClient, language: str) -> None:
    shown = sheet(client, language)
    assert shown.find(".//h1").text == TITLES[language]
    second = shown.find(".//h1").getnext()
    assert (second.get("lang"), second.text) == (other(language), TITLES[other(language)])


@pytest.mark.parametrize("language", list(PUBLIC))
def test_the_urgent_numbers_are_those_of_the_home_page(client: LintingClient, language: str) -> None:
    home = etree.HTML(client.get(f"/{language}/").get_data(as_text=True))
    numbers = [link.get("href") for link in sheet(client, language).findall(".//ul[@class='urgent']//a")]
    assert numbers == URGENT
    assert numbers == [link.get("href") for link in home.findall(".//ul[@class='urgent']//a[@class='call']")]


def test_the_sheet_gives_three_first_steps_and_warns_of_fraud(client: LintingClient) -> None:
    shown = sheet(client, "en")
    steps = [" ".join("".join(step.itertext()).split()) for step in shown.findall(".//ol/li")]
    assert len(steps) == 3
    assert steps[0].startswith("File a statement with the police today. Go to the nearest police station")
    assert "1648" in "".join(re.findall(r"\d", steps[1]))
    warning = shown.find(".//p[@class='note danger']")
    assert "No one may ask you for money" in "".join(warning.itertext())


def test_the_code_leads_to_the_public_address_and_the_words_beneath_say_it(edition: Edition, tmp_path: Path) -> None:
    site = create_app(Settings(instance=tmp_path, site_url="https://dorohovkaz.example"), edition)
    text = LintingClient(site).get("/uk/wall").get_data(as_text=True)
    assert etree.HTML(text).find(".//p[@class='address']").text == "dorohovkaz.example"
    assert str(qr_code("https://dorohovkaz.example/", "QR-код з адресою цього сайту")) in text


def test_the_code_holds_the_address() -> None:
    address = "https://dorohovkaz.example/"
    drawn = modules(str(qr_code(address, "The address")))
    matrix = segno.make_qr(address, error="q").matrix
    assert drawn == {(x + 4, y + 4) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


def test_the_code_has_a_name_and_its_own_white_ground() -> None:
    drawn = etree.HTML(str(qr_code("https://dorohovkaz.example/", 'The "address" <here>'))).find(".//svg")
    assert (drawn.get("role"), drawn.get("aria-label")) == ("img", 'The "address" <here>')
    assert drawn.find("path").get("fill") == "#fff"


def test_without_a_public_address_no_reader_gets_the_address_of_another(site: Flask) -> None:
    with site.test_client() as client:
        forged = client.get("/uk/wall", headers={"Host": "evil.example"})
        honest = client.get("/uk/wall").get_data(as_text=True)
    assert forged.headers["Cache-Control"] == "no-store"
    assert "evil.example" in forged.get_data(as_text=True)
    assert "evil.example" not in honest


@pytest.mark.parametrize("language", list(PUBLIC))
def test_the_about_page_leads_to_the_sheet(client: LintingClient, language: str) -> None:
    assert f'href="/{language}/wall"' in client.get(f"/{language}/about").get_data(as_text=True)


@pytest.mark.parametrize("language", list(PUBLIC))
def test_the_plan_is_offered_in_large_print_and_back(client: LintingClient, language: str) -> None:
    large = f"/{language}/plan/print?{PLAN}&size=large"
    link = f'href="{large}"'.replace("&", "&amp;")
    assert link in client.get(f"/{language}/plan?{PLAN}").get_data(as_text=True)
    assert link in client.get(f"/{language}/plan/print?{PLAN}").get_data(as_text=True)
    text = client.get(large).get_data(as_text=True)
    assert f'href="/{language}/plan/print?{PLAN}"'.replace("&", "&amp;") in text


def test_large_print_has_one_column(client: LintingClient) -> None:
    text = client.get(f"/uk/plan/print?{PLAN}&size=large&columns=2").get_data(as_text=True)
    assert '<body class="paper large">' in text
    assert '<main id="main" class="one">' in text
    assert 'lang="en"' not in text.split("<main")[1]

"""The map of the regions: whole, light, the same choice as the list, safe from what a content file could carry."""

from __future__ import annotations

import re
from typing import Any

import brotli
import pytest
from lxml import etree

from app.content.library import Library
from app.directory.map import RegionMap, draw_map, map_places
from app.directory.model import Directory
from app.edition import check_edition
from app.kernel.languages import PUBLIC
from app.web.edition import Edition
from tests.lint import LintingClient

LIGHT = 3 * 1024
"""Bytes that the whole map may cost on the wire."""

ANSWERS = "who=armed-forces&soldier=notified&notification=have&when=2026-03-28&family=abroad"


def page(client: LintingClient, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200
    return etree.HTML(response.get_data(as_text=True))


def names(links: list[Any]) -> dict[str, str]:
    """Return where each link leads, by its name."""
    found = {}
    for link in links:
        title = link.find("title")
        name = title.text if title is not None else link.text
        found[" ".join(name.split())] = link.get("href")
    return found


def faults(library: Library, old: str, new: str) -> list[str]:
    text, count = re.subn(old, new, library.files["regions-map.yaml"], count=1)
    assert count
    return [str(fault) for fault in check_edition(Library.of({**library.files, "regions-map.yaml": text}))]


def test_every_region_is_drawn_and_has_its_number_inside_the_map(edition: Edition) -> None:
    region_map, regions = edition.part(RegionMap), edition.part(Directory).regions
    assert len(regions) == 27
    assert set(region_map.shapes) == set(regions)
    for shape in region_map.shapes.values():
        assert 0 < shape.number[0] < region_map.width
        assert 0 < shape.number[1] < region_map.height


@pytest.mark.parametrize("language", list(PUBLIC))
def test_the_whole_map_costs_at_most_three_kilobytes(edition: Edition, language: str) -> None:
    shown = map_places(edition.part(Directory), language, lambda code: f"/{language}/organisations/?region={code}")
    drawn = draw_map(edition.part(RegionMap), shown)
    assert len(brotli.compress(drawn.encode(), quality=11)) <= LIGHT


@pytest.mark.parametrize("language", list(PUBLIC))
def test_the_list_offers_what_the_map_offers(client: LintingClient, edition: Edition, language: str) -> None:
    shown = page(client, f"/{language}/regions")
    on_map = names(shown.findall(".//svg[@class='map']/a"))
    in_list = names(shown.findall(".//ol[@class='places']/li/a"))
    assert on_map == in_list
    assert on_map == {
        words[language]: f"/{language}/organisations/?region={code}"
        for code, words in edition.part(Directory).regions.items()
    }


def test_the_number_on_the_map_is_the_number_in_the_list(edition: Edition) -> None:
    shown = map_places(edition.part(Directory), "uk", lambda code: f"?{code}")
    drawn = etree.HTML(str(draw_map(edition.part(RegionMap), shown)))
    numbers = {(text.get("x"), int(text.get("y")) - 6): int(text.text) for text in drawn.findall(".//text")}
    for place in shown:
        x, y = edition.part(RegionMap).shapes[place.code].number
        assert numbers[str(x), y] == place.number


def test_the_list_is_in_the_order_of_the_alphabet_and_kyiv_stands_under_k(edition: Edition) -> None:
    shown = [place.name for place in map_places(edition.part(Directory), "uk", str)]
    assert shown[0] == "Автономна Республіка Крим"
    assert shown.index("Івано-Франківська область") == shown.index("Запорізька область") + 1
    assert shown.index("місто Київ") + 1 == shown.index("Київська область")


def test_the_list_tells_how_many_organisations_are_there_for_a_region(client: LintingClient, edition: Edition) -> None:
    kharkiv = sum("UA-63" in body.regions for body in edition.part(Directory))
    shown = page(client, "/en/regions").findall(".//ol[@class='places']/li/a[@href='/en/organisations/?region=UA-63']")
    assert kharkiv
    assert " ".join("".join(shown[0].itertext()).split()) == f"Kharkiv oblast {kharkiv} for this region"


def test_the_filter_of_organisations_leads_to_the_map(client: LintingClient) -> None:
    assert page(client, "/uk/organisations/").findall(".//form//a[@href='/uk/regions']")


@pytest.mark.parametrize("path", ["/uk/regions", f"/uk/find-help/map?{ANSWERS}&question=place"])
def test_the_map_names_its_author_and_licence(client: LintingClient, path: str) -> None:
    text = client.get(path).get_data(as_text=True)
    for part in ("Olesia Ladanai", "@svg-maps/ukraine", "MapSVG", "CC BY 4.0"):
        assert part in text
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in text


def test_the_question_leads_to_the_map_and_the_map_back_with_the_region_chosen(client: LintingClient) -> None:
    question = page(client, f"/en/find-help?{ANSWERS}")
    to_map = question.find(".//form//a").get("href")
    assert to_map.startswith("/en/find-help/map?")
    shown = page(client, to_map)
    assert shown.find(".//h1").text == question.find(".//h1/label").text
    on_map = names(shown.findall(".//svg[@class='map']/a"))
    in_list = names(shown.findall(".//*[@class='places']/li/a"))
    assert on_map.items() <= in_list.items()
    assert set(in_list) - set(on_map) == {"In Russia", "In another country", "I don’t know"}
    answered = page(client, on_map["Poltava oblast"])
    assert answered.find(".//select/option[@selected]").text == "Poltava oblast"
    kept = {(field.get("name"), field.get("value")) for field in answered.findall(".//input[@type='hidden']")}
    assert {("who", "armed-forces"), ("when", "2026-03-28"), ("family", "abroad")} <= kept


def test_the_map_shows_what_is_chosen_already(client: LintingClient) -> None:
    shown = page(client, f"/uk/find-help/map?{ANSWERS}&place=UA-14&question=place")
    chosen = shown.findall(".//*[@aria-current='true']")
    assert [" ".join("".join(link.itertext()).split()) for link in chosen] == ["Донецька область"] * 2


def test_a_map_with_answers_is_private(client: LintingClient) -> None:
    response = client.get(f"/uk/find-help/map?{ANSWERS}&question=place")
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "Disallow: /uk/find-help/map" in client.get("/robots.txt").get_data(as_text=True)


@pytest.mark.parametrize("question", ["who", "nonsense", "region", ""])
def test_a_question_without_a_map_leads_back_to_the_way(client: LintingClient, question: str) -> None:
    response = client.get(f"/en/find-help/map?{ANSWERS}&question={question}")
    assert response.status_code == 303
    assert response.location == f"/en/find-help?{ANSWERS}"


def test_an_overlong_query_for_the_map_is_refused(client: LintingClient) -> None:
    assert client.get("/en/find-help/map?who=" + "x" * 3000).status_code == 400


def test_a_region_without_a_shape_is_found(library: Library) -> None:
    assert any("'UA-53' has no shape" in fault for fault in faults(library, r"\n  UA-53: .*", ""))


def test_a_shape_without_a_region_is_found(library: Library) -> None:
    assert any("shapes.UA-99" in fault for fault in faults(library, r"  UA-53: ", "  UA-99: "))


@pytest.mark.parametrize("outline", ['M0 0l1 1z"/><script>', "M0 0l1 1", "url(https://example.org)"])
def test_a_shape_that_is_more_than_a_shape_is_refused(library: Library, outline: str) -> None:
    found = faults(library, r"(UA-53: .*outline: ).*\}", rf"\1'{outline}'}}")
    assert any("shapes.UA-53.outline" in fault for fault in found)


def test_a_region_without_outline_and_city_is_refused(library: Library) -> None:
    found = faults(library, r", city: \[321, 359\]", "")
    assert any("shapes.UA-40" in fault and "outline" in fault for fault in found)

"""Every public page: fetched in both languages and linted, found from the list of addresses, right for a proxy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from app.config import Settings
from app.content.library import Library
from app.directory.model import Directory
from app.edition import read_edition
from app.guidance.model import Guidance
from app.kernel.languages import PUBLIC
from app.pathways.model import Pathways
from app.site import create_app
from app.web.edition import Edition
from tests.lint import LintingClient

ROUTES = Path(__file__).parent / "routes.json"
PLAN = (
    "who=armed-forces&soldier=notified&notification=with-error&when=2026-03-28&place=UA-14&done=nothing"
    "&dna=nobody&family=controlled&region=UA-53&kin=parent&need=search"
)


def public_addresses(edition: Edition) -> list[str]:
    """Return the path below the language of every page that does not depend on answers."""
    guidance = edition.part(Guidance)
    return [
        "", "find-help", "articles/", "organisations/", "glossary", "sources", "check-contact", "regions", "wall",
        "extract", "statistics",
        *guidance.pages,
        *(f"articles/{slug}" for slug in guidance.articles),
        *(f"organisations/{body.id}" for body in edition.part(Directory)),
        *(f"steps/{step}" for step in edition.part(Pathways).steps),
    ]  # fmt: skip


@pytest.mark.parametrize("language", list(PUBLIC))
def test_every_public_page_is_found_and_sound(client: LintingClient, edition: Edition, language: str) -> None:
    for path in public_addresses(edition):
        assert client.get(f"/{language}/{path}").status_code == 200, path


def test_no_public_address_is_lost(site: Flask) -> None:
    """Losing an address is a decision: change the list by hand."""
    rules = sorted({rule.rule for rule in site.url_map.iter_rules()})
    assert rules == json.loads(ROUTES.read_text())


@pytest.mark.parametrize("language", list(PUBLIC))
@pytest.mark.parametrize("path", ["plan", "plan/print", "find-help"])
def test_pages_with_answers_are_private(client: LintingClient, language: str, path: str) -> None:
    response = client.get(f"/{language}/{path}?{PLAN}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_a_plan_without_the_essential_answers_goes_back_to_the_question(client: LintingClient) -> None:
    response = client.get("/en/plan?who=armed-forces&family=abroad")
    assert response.status_code == 303
    assert response.location == "/en/find-help?who=armed-forces&family=abroad"


def test_the_root_chooses_the_language_and_remembers_nothing(client: LintingClient) -> None:
    for header, expected in [("uk", "/uk/"), ("en-GB", "/en/"), ("ru", "/uk/"), ("fr", "/en/"), ("", "/uk/")]:
        response = client.get("/", headers={"Accept-Language": header})
        assert (response.status_code, response.location) == (302, expected)
        assert response.headers["Vary"] == "Accept-Language"
        assert "Set-Cookie" not in response.headers


def test_the_language_switch_keeps_the_page_and_the_answers(client: LintingClient) -> None:
    text = client.get(f"/uk/plan?{PLAN}").get_data(as_text=True)
    assert f'href="/en/plan?{PLAN.replace("&", "&amp;")}"' in text


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_missing_page_offers_the_next_door(client: LintingClient, language: str) -> None:
    response = client.get(f"/{language}/nothing-here")
    assert response.status_code == 404
    assert f'href="/{language}/find-help"' in response.get_data(as_text=True)


def test_a_mistyped_address_names_the_articles_it_may_have_meant(client: LintingClient) -> None:
    text = client.get("/uk/articles/police-statment").get_data(as_text=True)
    assert 'href="/uk/articles/police-statement"' in text


@pytest.mark.parametrize("query", ["a=1&" * 600, "who=" + "x" * 3000, "who=%00", "who=a&" * 90])
def test_an_overlong_or_damaged_query_gets_a_helpful_page(client: LintingClient, query: str) -> None:
    response = client.get(f"/en/find-help?{query}")
    assert response.status_code == 400
    assert "This address cannot be read" in response.get_data(as_text=True)


def test_an_impossible_answer_asks_the_question_again(client: LintingClient) -> None:
    text = client.get("/en/find-help?who=martian&asked=who").get_data(as_text=True)
    assert "There is a problem" in text
    assert "This answer does not exist" in text
    assert "<title>Error: Who is missing?" in text


def test_unknown_keys_are_dropped(client: LintingClient) -> None:
    text = client.get("/en/find-help?who=child&tracking=abc").get_data(as_text=True)
    assert "tracking" not in text.split("</header>")[1]


def test_every_step_of_a_plan_says_why(client: LintingClient) -> None:
    text = client.get(f"/en/plan?{PLAN}").get_data(as_text=True)
    stations = text.split('<li class="station"')[1:]
    assert len(stations) >= 10
    for station in stations:
        why = station.split("<details>")[1].split("<p>")[1]
        assert ": " in why or "right in every case" in why


def test_a_repeated_visit_costs_no_bytes(site: Flask) -> None:
    with site.test_client() as client:
        first = client.get("/uk/articles/police-statement", headers={"Accept-Encoding": "br"})
        assert first.headers["Content-Encoding"] == "br"
        assert "Accept-Encoding" in first.headers["Vary"]
        again = client.get(
            "/uk/articles/police-statement",
            headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]},
        )
        assert (again.status_code, again.data) == (304, b"")


def test_a_crash_shows_a_page_and_no_trace(settings: Settings, edition: Edition) -> None:
    site = create_app(settings, edition)

    @site.get("/en/crash")
    def crash() -> str:
        raise RuntimeError("a secret detail")

    response = LintingClient(site).get("/en/crash")
    assert response.status_code == 500
    assert "a secret detail" not in response.get_data(as_text=True)
    assert "Something went wrong here" in response.get_data(as_text=True)


def test_the_sitemap_lists_every_article_in_both_languages(site: Flask, edition: Edition) -> None:
    with site.test_client() as client:
        text = client.get("/sitemap.xml").get_data(as_text=True)
    for slug in edition.part(Guidance).articles:
        for language in PUBLIC:
            assert f"/{language}/articles/{slug}<" in text


def test_the_expensive_pdf_is_limited(edition: Edition, tmp_path: Path) -> None:
    site = create_app(Settings(instance=tmp_path, pdf_limit="2 per hour"), edition)
    with site.test_client() as client:
        codes = [client.get(f"/en/plan.pdf?{PLAN}").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_an_article_not_yet_translated_is_shown_in_ukrainian_and_labelled(library: Library, settings: Settings) -> None:
    files = {path: text for path, text in library.files.items() if path != "articles/police-statement/en.md"}
    site = create_app(settings, read_edition(Library.of(files)))
    text = LintingClient(site).get("/en/articles/police-statement").get_data(as_text=True)
    assert "This article is not translated yet" in text
    assert re.search('<article[^>]* lang="uk"', text)
    listing = LintingClient(site).get("/en/articles/").get_data(as_text=True)
    assert 'lang="uk" hreflang="uk">Заява до поліції' in listing


def test_a_forged_host_is_not_told_to_others(site: Flask) -> None:
    with site.test_client() as client:
        forged = client.get("/sitemap.xml", headers={"Host": "evil.example"}).get_data(as_text=True)
        honest = client.get("/sitemap.xml").get_data(as_text=True)
    assert "evil.example" in forged
    assert "evil.example" not in honest


@pytest.mark.parametrize("language", list(PUBLIC))
@pytest.mark.parametrize("part", ["", "/reading", "/forms", "/desk"])
def test_the_style_guide_shows_every_component(client: LintingClient, language: str, part: str) -> None:
    response = client.get(f"/{language}/styleguide{part}")
    assert response.status_code == 200
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_the_style_guide_is_linked_from_nowhere(client: LintingClient) -> None:
    for path in ("/uk/", "/uk/about", "/uk/search?q=стиль", "/sitemap.xml"):
        assert "styleguide" not in client.get(path).get_data(as_text=True)
    assert client.get("/uk/styleguide/nothing").status_code == 404


def test_an_icon_is_drawn_once_a_page_and_says_nothing(client: LintingClient) -> None:
    text = client.get("/uk/styleguide/forms").get_data(as_text=True)
    assert text.count('<symbol id="i-file"') == 1
    assert text.count('<use href="#i-file"/>') > 1
    assert '<svg class="i" aria-hidden="true">' in text
    assert "i-phone" not in text, "only the icons that the page uses are sent"


def test_search_engines_are_told_of_the_other_language_by_its_full_address(edition: Edition, tmp_path: Path) -> None:
    site = create_app(Settings(instance=tmp_path, site_url="https://signpost.example"), edition)
    text = LintingClient(site).get("/uk/articles/police-statement").get_data(as_text=True)
    assert '<link rel="alternate" hreflang="en" href="https://signpost.example/en/articles/police-statement">' in text
    assert 'rel="alternate"' not in LintingClient(site).get(f"/uk/plan?{PLAN}").get_data(as_text=True)

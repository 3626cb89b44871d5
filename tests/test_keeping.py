"""Keeping a plan: the page that offers it, the list for the worker, the file to send, the installed icon, removal."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import brotli
import pytest
from flask import Flask
from lxml import etree
from werkzeug.test import Client

from app.config import Settings
from app.content.library import Library
from app.edition import read_edition
from app.kernel.languages import PUBLIC
from app.pathways.model import Pathways, QuestionKind
from app.site import create_app
from app.web.assets import FOLDER
from app.web.edition import Edition
from tests.lint import LintingClient, html_errors, superseded_numbers
from tests.test_pages import PLAN
from tests.test_stories import STORIES, Story, pairs

MOST_SCRIPT = 6 * 1024
"""Bytes of all scripts of a page together, compressed."""
MOST_TO_LOAD = 512 * 1024
"""Bytes on the wire of everything that is kept with a plan: what the page says loading takes."""
MOST_IN_A_FILE = 60_000
LONG = urlencode(pairs(next(story for story in STORIES if story["id"] == "everything-done-a-deferral-is-due")))

in_every_language = pytest.mark.parametrize("language", list(PUBLIC))


def kept_with(client: Client, language: str, query: str = PLAN) -> dict[str, Any]:
    listed: dict[str, Any] = client.get(f"/{language}/keep.json?{query}").get_json()
    return listed


def links(text: str) -> list[str]:
    return [str(href) for href in etree.HTML(text).xpath("//main//a/@href")]


@in_every_language
def test_the_plan_and_the_check_of_answers_offer_to_keep_it(client: LintingClient, language: str) -> None:
    for page in ("plan", "find-help"):
        assert f"/{language}/keep?{PLAN}" in links(client.get(f"/{language}/{page}?{PLAN}").get_data(as_text=True))


@in_every_language
def test_before_keeping_a_family_reads_what_is_stored_and_what_else_it_can_do(
    client: LintingClient, language: str
) -> None:
    response = client.get(f"/{language}/keep?{PLAN}")
    text = response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["X-Robots-Tag"] == "noindex"
    listed = [page["kind"] for page in kept_with(client, language)["pages"]]
    for kind in ("article", "organisation", "step"):
        assert re.search(rf"<li>{listed.count(kind)} ", text)
    for form in ("plan.html", "plan/print"):
        assert f"/{language}/{form}?{PLAN}" in links(text)
    assert f"/{language}/kept" in links(text)


def test_keeping_needs_the_essential_answers(client: LintingClient) -> None:
    response = client.get("/en/keep?who=armed-forces&family=abroad")
    assert (response.status_code, response.location) == (303, "/en/find-help?who=armed-forces&family=abroad")


def test_a_family_under_occupation_is_told_not_to_keep_the_plan(client: LintingClient) -> None:
    warning = "You said that your family is under occupation"
    assert warning in client.get("/en/keep?who=child&child=taken&family=occupied").get_data(as_text=True)
    assert warning not in client.get("/en/keep?who=child&child=taken&family=abroad").get_data(as_text=True)


@in_every_language
@pytest.mark.parametrize("query", [PLAN, LONG], ids=["short", "long"])
def test_exactly_what_the_plan_links_to_is_kept(client: LintingClient, language: str, query: str) -> None:
    pages = kept_with(client, language, query)["pages"]
    addresses = [page["address"] for page in pages]
    plans = [page["address"] for page in pages if page["kind"] == "plan"]
    linked = {
        href
        for address in plans
        for href in links(client.get(address).get_data(as_text=True))
        if re.match(rf"/{language}/(articles|organisations|steps)/\w", href)
    }
    assert linked == {page["address"] for page in pages if page["kind"] in ("article", "organisation", "step")}
    own = {page["address"] for page in pages if page["kind"] == "own"}
    assert own == {f"/{language}/kept", f"/{language}/offline"}
    assert len(addresses) == len(set(addresses)) == len(linked) + len(plans) + len(own)


def test_everything_kept_loads_with_little_data(client: LintingClient) -> None:
    weight = 0
    for page in kept_with(client, "uk", LONG)["pages"]:
        response = client.get(page["address"], headers={"Accept-Encoding": "br"})
        assert response.status_code == 200, page
        weight += len(response.data)
    assert weight < MOST_TO_LOAD


def test_the_list_keeps_its_tag_until_the_edition_changes(
    client: LintingClient, library: Library, settings: Settings
) -> None:
    address = f"/uk/keep.json?{PLAN}"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    path = "articles/police-statement/uk.md"
    files = {**library.files, path: library.files[path].replace("title: ", "title: Нове. ", 1)}
    other = LintingClient(create_app(settings, read_edition(Library.of(files))))
    assert other.get(address, headers={"If-None-Match": tag}).status_code == 200
    assert kept_with(other, "uk")["edition"] != kept_with(client, "uk")["edition"]


@in_every_language
@pytest.mark.parametrize("page", ["kept", "offline"])
def test_the_pages_that_open_without_a_connection_are_the_same_for_everyone(
    client: LintingClient, language: str, page: str
) -> None:
    response = client.get(f"/{language}/{page}")
    text = response.get_data(as_text=True)
    assert response.headers["Cache-Control"].startswith("public")
    assert 'content="noindex"' in text
    assert f"/{language}/kept" in links(text) or page == "kept"


def test_the_offline_page_offers_retry_and_a_call(client: LintingClient) -> None:
    found = links(client.get("/uk/offline").get_data(as_text=True))
    assert "" in found, "a link to the page itself tries again"
    assert "tel:102" in found


def test_the_worker_may_answer_for_the_whole_site_and_is_never_stale(client: LintingClient) -> None:
    response = client.get("/sw.js")
    assert response.mimetype == "text/javascript"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Service-Worker-Allowed"] == "/"


def test_only_the_page_that_offers_keeping_can_register_a_worker(client: LintingClient) -> None:
    registering = {path.name for path in FOLDER.glob("*.js") if "serviceWorker.register(" in path.read_text()}
    assert registering == {"keep.js"}
    for path in ("", "find-help", "articles/police-statement", "organisations/national-police", f"plan?{PLAN}", "kept"):
        assert "/static/keep." not in client.get(f"/uk/{path}").get_data(as_text=True), path


@pytest.mark.parametrize(
    "path",
    ["", "find-help", "articles/do-not-post", "organisations/national-police", f"plan?{PLAN}", f"keep?{PLAN}", "kept"],
)
def test_the_scripts_of_a_page_are_small(client: LintingClient, path: str) -> None:
    text = client.get(f"/uk/{path}").get_data(as_text=True)
    # A kept copy has one more.
    scripts = [*etree.HTML(text).xpath("//script/@src"), "/static/copy.js"]
    assert sum(len(brotli.compress(client.get(script).data)) for script in scripts) <= MOST_SCRIPT


@pytest.mark.parametrize(
    ("sender", "answer"), [("same-origin", 204), ("cross-site", 403), ("same-site", 403), ("none", 403), (None, 403)]
)
def test_only_our_own_pages_can_have_everything_forgotten(
    client: LintingClient, sender: str | None, answer: int
) -> None:
    response = client.post("/forget", headers={"Sec-Fetch-Site": sender} if sender else {})
    assert response.status_code == answer
    assert ("Clear-Site-Data" in response.headers) == (answer == 204)


@in_every_language
def test_the_site_can_be_put_on_the_home_screen(client: LintingClient, language: str) -> None:
    text = client.get(f"/{language}/").get_data(as_text=True)
    (address,) = etree.HTML(text).xpath("//link[@rel='manifest']/@href")
    response = client.get(address)
    assert response.mimetype == "application/manifest+json"
    manifest = response.get_json(force=True)
    assert manifest["lang"] == language
    assert manifest["name"] == {"uk": "Дороговказ", "en": "Dorohovkaz"}[language]
    assert manifest["start_url"] == f"/{language}/"
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert sizes == {"any", "192x192", "512x512"}
    for icon in manifest["icons"]:
        image = client.get(icon["src"])
        assert image.mimetype == icon["type"]
        assert len(image.data) <= 3 * 1024
        if icon["sizes"] != "any":
            width, height = struct.unpack(">II", image.data[16:24])
            assert f"{width}x{height}" == icon["sizes"]


@in_every_language
def test_the_discreet_icon_names_the_site_nowhere(client: LintingClient, language: str) -> None:
    disguise = kept_with(client, language)["disguise"]
    manifest = client.get(disguise["manifest"]).get_json(force=True)
    assert manifest["name"] == manifest["short_name"] == disguise["name"] == {"uk": "Нотатки", "en": "Notes"}[language]
    assert manifest["start_url"] == f"/{language}/kept"
    assert manifest["display"] == "standalone", "no address is shown"
    assert not re.search("doroho|дорого", str(manifest), re.IGNORECASE)
    usual = client.get(f"/{language}/manifest.webmanifest").get_json(force=True)
    assert not {icon["src"] for icon in manifest["icons"]} & {icon["src"] for icon in usual["icons"]}


def plan_file(site: Flask, language: str, query: str) -> str:
    with site.test_client() as client:
        response = client.get(f"/{language}/plan.html?{query}", base_url=site.config["SITE_URL"] or None)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == "attachment; filename=plan.html"
    assert response.headers["Cache-Control"] == "private, no-cache"
    return response.get_data(as_text=True)


@in_every_language
@pytest.mark.parametrize("story", STORIES, ids=[story["id"] for story in STORIES])
def test_the_file_is_light_and_needs_nothing_but_itself(site: Flask, language: str, story: Story) -> None:
    text = plan_file(site, language, urlencode(pairs(story)))
    assert len(text.encode()) <= MOST_IN_A_FILE
    assert html_errors(text) == []
    assert superseded_numbers(text) == []
    page = etree.HTML(text)
    assert page.xpath("//script | //@src | //link | //@onclick") == []
    assert all(str(href).startswith("tel:") for href in page.xpath("//@href"))
    assert "url(" not in text
    assert page.get("lang") == language
    assert list(page.xpath("//meta/@charset")) == ["utf-8"]


@in_every_language
def test_the_file_says_what_the_plan_says(site: Flask, client: LintingClient, language: str) -> None:
    text = plan_file(site, language, PLAN)
    spoken = " ".join("".join(etree.HTML(text).itertext()).split())
    page = etree.HTML(client.get(f"/{language}/plan?{PLAN}").get_data(as_text=True))
    for heading in page.xpath("//li[@class='station']/h3"):
        assert " ".join("".join(heading.itertext()).split()) in spoken
    calls = {str(href) for href in page.xpath("//main//a/@href") if str(href).startswith("tel:")}
    assert calls <= set(links_of_file(text))
    assert {"uk": "Чому ви це бачите", "en": "Why you are told this"}[language] in spoken
    assert {"uk": "Ви отримаєте: ", "en": "You receive: "}[language] in spoken
    assert {"uk": "Джерела: ", "en": "Sources: "}[language] in spoken
    assert {"uk": "Дороговказ", "en": "Dorohovkaz"}[language] not in spoken


def test_the_file_of_the_longest_plan_tells_later_steps_in_brief(
    site: Flask, client: LintingClient, edition: Edition
) -> None:
    several = [question for question in edition.part(Pathways).questions if question.kind is QuestionKind.SEVERAL]
    chosen = [(each.id, option) for each in several for option in each.options if option not in each.alone]
    known = [("soldier", "comrades-say-missing"), ("civilian", "detained-known"), ("child", "taken")]
    query = urlencode([*chosen, *known])
    text = plan_file(site, "uk", query)
    assert len(text.encode()) <= MOST_IN_A_FILE
    assert "ці кроки названо коротко" in text
    steps = [page for page in kept_with(client, "uk", query)["pages"] if page["kind"] == "step"]
    assert text.count("<h3>") == len(steps) > 30


def links_of_file(text: str) -> list[str]:
    return [str(href) for href in etree.HTML(text).xpath("//a/@href")]


def test_the_file_leads_to_the_site_only_where_its_address_is_known(edition: Edition, tmp_path: Path) -> None:
    site = create_app(Settings(instance=tmp_path, site_url="https://example.org"), edition)
    found = [href for href in links_of_file(plan_file(site, "uk", PLAN)) if not href.startswith("tel:")]
    assert found == [f"https://example.org/uk/plan?{PLAN}"]


def test_a_forged_host_does_not_reach_the_page_of_another_family(site: Flask) -> None:
    with site.test_client() as client:
        client.get(f"/en/keep?{PLAN}&whole=1", headers={"Host": "evil.example"})
        assert "evil.example" not in client.get(f"/en/keep?{PLAN}&whole=1").get_data(as_text=True)


def test_crawlers_leave_kept_plans_alone(client: LintingClient) -> None:
    assert "Disallow: /uk/keep" in client.get("/robots.txt").get_data(as_text=True)


@in_every_language
def test_privacy_and_safety_say_how_to_remove_a_kept_plan(client: LintingClient, language: str) -> None:
    for page in ("privacy", "safety"):
        assert f"/{language}/kept" in links(client.get(f"/{language}/{page}").get_data(as_text=True))

"""The search page and its suggestions: linted, grouped, honest about what was done, silent in the logs."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from flask import Flask
from lxml import etree

from app.content.library import Library
from app.edition import check_edition
from tests.lint import LintingClient


def page(client: LintingClient, language: str = "uk", **query: str) -> etree._Element:
    response = client.get(f"/{language}/search", query_string=query)
    assert response.status_code == 200
    return etree.HTML(response.get_data(as_text=True))


def text(found: etree._Element) -> str:
    return " ".join("".join(found.xpath("//main")[0].itertext()).split())


@pytest.mark.parametrize("language", ["uk", "en"])
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "витяг",
        "dbnzu",
        "extract",
        "095 412 74 24",
        "коордштаб",
        "манікюр гель",
        "117",
        "<b>x</b>",
        "полон Крим суд",
    ],
)
def test_every_answer_is_a_sound_page(client: LintingClient, language: str, typed: str) -> None:
    for extra in ({}, {"kind": "article"}, {"kind": "nothing", "region": "XX"}, {"exact": "1"}):
        page(client, language, q=typed, **extra)


def test_results_stand_by_kind_with_their_counts(client: LintingClient) -> None:
    found = page(client, q="витяг з реєстру")
    heads = [" ".join("".join(head.itertext()).split()) for head in found.xpath("//main//h2")]
    assert re.fullmatch(r"Статті \d+", heads[0])
    assert any(head.startswith("Організації ") for head in heads)
    assert found.xpath("//mark")


def test_a_body_shows_its_phone_at_once(client: LintingClient) -> None:
    found = page(client, q="коорштаб телефон")
    assert found.xpath("//ul[@class='results']/li[1]//a[@href='tel:+380800300529']")


def test_a_superseded_number_leads_to_the_current_one_and_is_not_repeated(client: LintingClient) -> None:
    found = page(client, q="095 412 74 24")
    assert "Цей номер застарів" in text(found)
    assert found.xpath("//p[contains(@class, 'danger')]//a[@href='tel:+380800300529']")
    assert "412" not in text(found)


def test_the_page_says_what_was_done_and_offers_the_query_as_typed(client: LintingClient) -> None:
    found = page(client, q="dbnzu")
    assert "Показано для: витяг" in text(found)
    exact = found.xpath("//p[@class='shown']/a/@href")[0]
    assert "Нічого не знайдено" in client.get(exact).get_data(as_text=True)


def test_another_likely_spelling_is_offered(client: LintingClient) -> None:
    found = page(client, q="повернувся з плону")
    assert "Можливо, ви мали на увазі: повернувся з полону?" in text(found)


def test_filters_are_links_that_keep_the_query(client: LintingClient) -> None:
    found = page(client, q="витяг")
    address = next(href for href in found.xpath("//main//a/@href") if "situation=" in href)
    narrowed = page_at(client, address)
    assert narrowed.xpath("//input[@name='q']/@value") == ["витяг"]
    taken = next(href for href in narrowed.xpath("//details//a/@href") if "situation=" not in href)
    assert taken.endswith("q=%D0%B2%D0%B8%D1%82%D1%8F%D0%B3")


def page_at(client: LintingClient, address: str) -> etree._Element:
    return etree.HTML(client.get(address).get_data(as_text=True))


def test_one_kind_can_be_seen_whole(client: LintingClient) -> None:
    found = page(client, q="витяг", kind="article")
    assert len(found.xpath("//ul[@class='results']/li")) > 4
    assert len(found.xpath("//main//h2")) == 1


def test_nothing_found_offers_other_doors(client: LintingClient) -> None:
    found = page(client, "en", q="манікюр гель лак")
    assert "Nothing found" in text(found)
    assert "/en/find-help" in found.xpath("//main//a/@href")
    assert "tel:102" in found.xpath("//main//a/@href")


def test_an_empty_query_is_asked_again(client: LintingClient) -> None:
    assert "Напишіть слово, назву або номер." in text(page(client, q="  "))
    assert "Напишіть слово" not in text(page(client))


def test_a_query_is_private_and_not_indexed(client: LintingClient) -> None:
    response = client.get("/uk/search?q=витяг")
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_a_query_never_reaches_a_log(client: LintingClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get("/uk/search?q=Маркеренко+Іван+1990")
        client.get("/uk/suggest?q=Маркеренко")
    assert "Маркеренко" not in caplog.text


def test_the_article_not_yet_translated_is_labelled(site: Flask, client: LintingClient) -> None:
    """All shipped articles have both languages; the label is for the day when one has not."""
    assert not page(client, "en", q="extract").xpath("//small[@class='tag']")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("витя", "/uk/articles/extract-how-to"),
        ("dbnz", "/uk/articles/extract-how-to"),
        ("vytia", "/uk/articles/extract-how-to"),
        ("коордш", "/uk/organisations/coordination-hq-pow"),
    ],
)
def test_suggestions_follow_the_typing(client: LintingClient, typed: str, address: str) -> None:
    found = json.loads(client.get("/uk/suggest", query_string={"q": typed}).get_data())
    assert address in [item["address"] for item in found]
    assert len(found) <= 6


@pytest.mark.parametrize("typed", ["", "я", "щщщщщщ", "  "])
def test_too_little_gives_no_suggestion(client: LintingClient, typed: str) -> None:
    assert json.loads(client.get("/uk/suggest", query_string={"q": typed}).get_data()) == []


def test_a_damaged_question_is_refused_with_a_page(client: LintingClient) -> None:
    assert client.get("/uk/suggest", query_string={"q": "\x00"}).status_code == 400


def test_every_page_has_the_search(client: LintingClient) -> None:
    for path in ("", "articles/police-statement", "organisations/", "glossary", "search?q=суд"):
        found = etree.HTML(client.get(f"/uk/{path}").get_data(as_text=True))
        assert len(found.xpath("//form[@role='search' and @action='/uk/search']")) == 1, path
    for path in ("find-help", "find-help?who=child"):
        found = etree.HTML(client.get(f"/uk/{path}").get_data(as_text=True))
        assert found.xpath("//header//a[@href='/uk/search']"), "the route leads there, without a second form in the way"


# The command


QUERIES = """
- {id: one, q: dbnzu, lang: uk, class: layout, relevant: {"article:extract-how-to": 3}}
- {id: two, q: манікюр, lang: uk, class: nonsense, no_answer: true}
"""


def test_the_evaluation_prints_the_agreed_json(site: Flask, tmp_path: Path) -> None:
    path = tmp_path / "queries.yaml"
    path.write_text(QUERIES, encoding="utf-8")
    done = site.test_cli_runner().invoke(args=["search", "evaluate", str(path), "--json"])
    found = json.loads(done.output)
    assert found["classes"] == {"layout": {"n": 1, "mrr": 1.0, "ndcg": 1.0, "recall5": 1.0}}
    assert found["overall"] == {"mrr": 1.0, "ndcg": 1.0, "recall5": 1.0}
    assert found["nonsense_answered"] == 0
    assert set(found["latency_ms"]) == {"p50", "p95"}


def test_the_evaluation_explains_one_query(site: Flask, tmp_path: Path) -> None:
    path = tmp_path / "queries.yaml"
    path.write_text(QUERIES, encoding="utf-8")
    done = site.test_cli_runner().invoke(args=["search", "evaluate", str(path), "--explain", "one"])
    assert "layout   dbnzu → витяг" in done.output
    assert "article:extract-how-to" in done.output
    done = site.test_cli_runner().invoke(args=["search", "evaluate", str(path), "--explain", "none"])
    assert done.exit_code != 0
    assert "has no query 'none'" in done.output


@pytest.mark.parametrize(
    ("content", "message"),
    [("- {id: one}", "entry 0 (q)"), ("a: b", "not a list"), ("- [", "cannot be read"), (None, "cannot be read")],
)
def test_a_wrong_file_of_queries_is_named(site: Flask, tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "queries.yaml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    done = site.test_cli_runner().invoke(args=["search", "evaluate", str(path)])
    assert done.exit_code == 1
    assert message in done.output


# The editors' table


def with_groups(library: Library, groups: str) -> list[str]:
    files = {**library.files, "synonyms.yaml": f"groups:\n{groups}"}
    return [str(fault) for fault in check_edition(Library.of(files))]


def test_a_group_of_one_word_is_a_fault(library: Library) -> None:
    assert any("a group of one says nothing" in fault for fault in with_groups(library, "- {uk: [витяг]}\n"))


def test_a_word_in_three_groups_is_a_fault(library: Library) -> None:
    groups = "".join(f"- {{uk: [витяг, слово{letter}]}}\n" for letter in "абв")
    assert any("“витяг” stands in more than 2 groups" in fault for fault in with_groups(library, groups))


def test_a_sentence_is_no_synonym(library: Library) -> None:
    groups = "- {uk: [витяг, папір який дають родині коли людина довго не озивається]}\n"
    assert any("nobody types it" in fault for fault in with_groups(library, groups))


def test_an_article_without_ways_of_asking_is_a_fault(library: Library) -> None:
    files = {path: said for path, said in library.files.items() if path != "articles/police-statement/asks.yaml"}
    assert any("articles/police-statement/asks.yaml" in str(fault) for fault in check_edition(Library.of(files)))

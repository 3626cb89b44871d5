"""Articles in Markdown: safe whatever is written, own links resolved, sources numbered, terms explained once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.content.markdown import Rendered, TermMarker, citations, headings, links, render, without_citations

TERMS = (
    ("erdr", "ЄРДР"),
    ("register", "Єдин* реєстр*"),
    ("register-full", "Єдин* реєстр* осіб, зниклих безвісти"),
    ("tracing", "зв'язк* з родиною"),
    ("extract", "extract"),
)


def address_of(scheme: str, target: str) -> str:
    return f"/en/{scheme}/{target}" if scheme in {"org", "article", "term", "route"} else f"{scheme}:{target}"


def rendered(body: str, titles: dict[str, str] | None = None) -> Rendered:
    return render(body, address_of=address_of, marker=TermMarker(TERMS), titles=titles or {})


def page(body: str) -> etree._Element:
    return etree.HTML(f"<main>{rendered(body).html}</main>")


def marked(body: str) -> list[str]:
    """The words marked as terms in a rendered body."""
    return ["".join(link.itertext()) for link in page(body).xpath("//a[@class='term']")]


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "before <script src=//example.com/x.js></script> after",
        "ЄРДР <img src=x onerror=alert(1)> ЄРДР",
        "<b onclick='alert(1)'>Єдиний реєстр</b>",
        "<style>body{display:none}</style>",
        "<!-- hidden --><iframe src=x></iframe>",
        "| <svg onload=x> | b |\n|---|---|\n| <u>c</u> | d |",
        "## <i>Heading</i>",
        "[^nib] <a href=x>",
    ],
)
def test_html_in_an_article_is_shown_as_text(body: str) -> None:
    found = page(body)
    assert not found.xpath("//script|//img|//b|//style|//iframe|//svg|//u|//i|//comment()|//a[@href='x']")
    assert not found.xpath("//@*[starts-with(name(), 'on')]")


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:alert(1)", "vbscript:x", "file:///etc/passwd",
        "data:text/html,<script>alert(1)</script>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["[press]({})", "<{}>", "[press][it]\n\n[it]: {}", "[press](<{}>)"])
def test_a_link_that_runs_script_is_no_link(target: str, form: str) -> None:
    assert not page(form.format(target)).xpath("//a|//img")


def test_a_title_of_a_link_cannot_leave_its_quotes() -> None:
    found = page('[x](https://nib.gov.ua "a\\" onmouseover=\\"alert(1)")')
    assert [dict(link.attrib) for link in found.xpath("//a")] == [
        {"href": "https://nib.gov.ua", "title": 'a" onmouseover="alert(1)'}
    ]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("[the police](org:national-police)", "/en/org/national-police"),
        ("[how](article:police-statement)", "/en/article/police-statement"),
        ("[extract](term:extract)", "/en/term/extract"),
        ("[your route](route:)", "/en/route/"),
    ],
)
def test_own_links_lead_to_their_pages(link: str, address: str) -> None:
    assert page(f"Ask {link} today.").xpath("//a/@href") == [address]


def test_citations_are_numbered_by_first_use() -> None:
    result = rendered("One.[^nib] Two. [^mvs_2026]\n\nThree.[^nib][^icrc]")
    assert re.findall(r'href="#s-([\w-]+)"[^>]*>\[(\d)\]', result.html) == [
        ("nib", "1"), ("mvs_2026", "2"), ("nib", "1"), ("icrc", "3"),
    ]  # fmt: skip
    assert result.cited == ("nib", "mvs_2026", "icrc")


def test_a_citation_stands_close_to_its_statement() -> None:
    assert "Two.<sup>" in rendered("Two. [^nib]").html


def test_a_citation_tells_the_title_of_its_source() -> None:
    titles = {"nib": 'The "Bureau" <b>'}
    html = rendered("One.[^nib][^other]", titles).html
    assert etree.HTML(str(html)).xpath("//sup/a/@title") == ['The "Bureau" <b>', "other"]


def test_a_citation_inside_code_is_only_shown() -> None:
    result = rendered("Write `[^nib]` behind it.")
    assert result.cited == ()
    assert "<code>[^nib]</code>" in result.html


def test_a_term_is_marked_once() -> None:
    assert marked("ЄРДР, ЄРДР.\n\n- ЄРДР\n\n| a | b |\n|---|---|\n| ЄРДР | x |") == ["ЄРДР"]


def test_terms_are_given_in_the_order_in_which_they_are_met() -> None:
    result = rendered("Витяг з Єдиного реєстру. Потім ЄРДР і знову Єдиний реєстр.")
    assert result.terms == ("register", "erdr")


def test_headings_and_links_are_never_marked() -> None:
    result = rendered("## ЄРДР\n\n[витяг з ЄРДР](article:erdr-extract)")
    assert result.terms == ()
    assert marked("## ЄРДР\n\n[ЄРДР](org:police) і **ЄРДР**") == ["ЄРДР"]


def test_code_is_never_marked() -> None:
    assert marked("`ЄРДР`") == []


@pytest.mark.parametrize("form", ["Єдиний реєстр", "Єдиного реєстру", "єдиному реєстрі", "ЄДИНИЙ РЕЄСТР"])
def test_a_star_stands_for_any_ending_in_any_letter_case(form: str) -> None:
    assert rendered(f"Це {form}.").terms == ("register",)


def test_a_pattern_in_capitals_matches_capitals_only() -> None:
    assert marked("єрдр, Єрдр, ЄРДР") == ["ЄРДР"]


@pytest.mark.parametrize("text", ["ЄРДРу", "супЄРДР", "ЄРДР’у", "extracts", "subextract", "Неєдиний реєстр"])
def test_a_part_of_a_word_is_no_term(text: str) -> None:
    assert marked(text) == []


def test_the_longer_term_wins() -> None:
    assert rendered("Єдиний реєстр осіб, зниклих безвісти, ведуть з 2023 року.").terms == ("register-full",)


def test_an_apostrophe_in_a_pattern_matches_the_printed_one() -> None:
    assert marked("Без зв’язку з родиною.") == ["зв’язку з родиною"]


def test_no_more_terms_are_marked_than_a_page_bears() -> None:
    used: list[str] = []
    html = TermMarker(TERMS).mark("ЄРДР, extract, Єдиний реєстр", used, most=2)
    assert used == ["erdr", "extract"]
    assert html.count("<a ") == 2


def test_a_site_without_terms_marks_nothing() -> None:
    assert str(TermMarker(()).mark("a < b", [])) == "a &lt; b"


def test_sections_lead_to_their_headings() -> None:
    result = rendered("## Куди йти\n\ntext\n\n### Деталі\n\n## Що взяти?\n")
    assert result.sections == (("куди-йти", "Куди йти"), ("що-взяти", "Що взяти?"))
    assert etree.HTML(str(result.html)).xpath("//h2/@id|//h3/@id") == ["куди-йти", "деталі", "що-взяти"]


def test_a_table_names_its_columns_in_every_cell_but_the_first() -> None:
    """On a phone the cells of a row stand one below the other."""
    table = page("| | **Go** there | not [^nib] |\n|---|---|---|\n| police | report | pay |\n| court | sue | pay |")
    assert table.xpath("//table/@class") == ["wide"]
    assert [cell.get("data-label") for cell in table.xpath("//td")] == [None, "Go there", "not"] * 2


def test_what_an_article_uses_is_found_without_rendering() -> None:
    body = "## One\n\nAsk [the police](org:national-police)[^nib] or [read](article:a-b). [^icrc][^nib]\n\n### Two\n"
    assert citations(body) == ("nib", "icrc")
    assert links(body) == [("org", "national-police"), ("article", "a-b")]
    assert headings(body) == ["One", "Two"]
    assert citations(without_citations(body)) == ()


PIECES = st.sampled_from(
    [
        "<",
        ">",
        '"',
        "'",
        "&",
        "[x](",
        ")",
        "[^nib]",
        "ЄРДР",
        "javascript:",
        "\n\n",
        "## ",
        "|",
        "`",
        "*",
        "<b>",
        "\\",
        " ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join))
def test_whatever_is_written_only_the_tags_of_an_article_come_out(body: str) -> None:
    tags = set(re.findall(r"<(/?[a-z0-9]+)", str(rendered(body).html), re.IGNORECASE))
    expected = "p h1 h2 h3 h4 h5 h6 a sup em strong code pre ul ol li blockquote hr br table thead tbody tr th td"
    assert {tag.strip("/") for tag in tags} <= set(expected.split())

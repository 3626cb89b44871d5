"""The plan as a PDF: opens, is tagged for screen readers, names its language, is the same each time, fits in a hand."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from flask import Flask

from app.directory.model import Directory
from app.guidance.model import Guidance
from app.guidance.reading import marker
from app.kernel.languages import PUBLIC
from app.pathways.labels import paper_words
from app.pathways.model import Pathways
from app.pathways.paper import plan_pdf
from app.pathways.plan import compose
from app.pathways.sheet import Sheet, put_in_words
from app.pathways.walk import walk
from app.web.edition import Edition
from tests.pdf import pdf_text
from tests.small_route import (
    NOON,
    THURSDAY,
    line,
    organisation,
    question,
    route,
    sheet_for,
    situation,
    step,
)
from tests.small_route import directory as directory_of

ASKED = [question("who", "soldier"), question("when", kind="date")]
ANSWERS = {"who": ("soldier",), "when": ("2026-03-28",)}
TYPICAL = [
    ("who", "armed-forces"), ("soldier", "notified"), ("notification", "with-error"), ("when", "2026-03-28"),
    ("place", "UA-14"), ("done", "nothing"), ("dna", "nobody"), ("family", "controlled"), ("region", "UA-53"),
    ("kin", "parent"), ("need", "search"),
]  # fmt: skip
MOST_PAGES = 4
"""Two sheets printed on both sides."""

Column = tuple[Sheet, dict[str, str]]


def words(code: str) -> dict[str, str]:
    """Interface words that say their own name and language."""
    names = (
        "title", "now", "week", "then", "where", "bring", "get", "beware", "why", "answers", "answer-due", "last-day",
        "hotlines", "origin", "by-appointment", "silent", "answered-on", "confirmed-on", "made",
    )  # fmt: skip
    return {name: f"{code} {name}" for name in names}


def column(language: str = "en", **lines: str) -> Column:
    """A small plan of two steps; `lines` are other texts of lines by id."""
    pathways = route(
        ASKED,
        [situation("missing", {}, now=["police"], then=["un"])],
        [
            step(
                "police",
                line("go"),
                line("passport", "bring"),
                line("number", "get"),
                line("check", "beware"),
                *(line(kind, kind) for kind in ("say", "how", "term", "silence", "wrong-door", "unknown")),
                bodies=["station", "silent"],
                answer_due={"days": 15, "counted": "calendar", "sources": ["page"]},
            ),
            step("un", deadline={"months": 3, "from": "disappearance", "sources": ["page"]}),
        ],
        lines,
    )
    bodies = directory_of(organisation("station"), organisation("silent", phones=[]))
    return sheet_for(pathways, ANSWERS, language, bodies=bodies), words(language)


def paper(*columns: Column) -> bytes:
    return plan_pdf(columns or [column()], day=THURSDAY)


def text_of(file: bytes) -> str:
    """The text of a PDF without any space, since lines end anywhere."""
    return re.sub(r"\s", "", pdf_text(file))


def has(text: str, words: str) -> bool:
    return re.sub(r"\s", "", words) in text


def opened(file: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(file))


def tags(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    """Yield (tag, language) of every element of the structure tree, in order; a language is inherited."""

    def walk_down(node: Any, language: str) -> Iterator[tuple[str, str]]:
        if isinstance(node, pikepdf.Array):
            for child in node:
                yield from walk_down(child, language)
        elif isinstance(node, pikepdf.Dictionary):
            language = str(node.get("/Lang", language))
            if "/S" in node:
                yield str(node.S), language
            yield from walk_down(node.get("/K"), language)

    yield from walk_down(pdf.Root.StructTreeRoot.K, str(pdf.Root.Lang))


@pytest.fixture(scope="module")
def typical(edition: Edition, site: Flask) -> dict[str, Column]:
    """The shipped plan of a typical family, in each language."""
    pathways = edition.part(Pathways)
    position = walk(pathways, TYPICAL, today=THURSDAY)
    plan = compose(pathways, position.answers, today=THURSDAY)
    with site.app_context():
        return {
            code: (
                put_in_words(
                    plan,
                    position.answers,
                    pathways=pathways,
                    directory=edition.part(Directory),
                    marker=marker(edition.part(Guidance), code),
                    language=code,
                    now=NOON,
                ),
                paper_words(code, edition.part(Directory)),
            )
            for code in PUBLIC
        }


@pytest.mark.parametrize(("language", "title"), [("uk", "Ваш план"), ("en", "Your plan")])
def test_a_plan_names_its_title_and_language(typical: dict[str, Column], language: str, title: str) -> None:
    with opened(paper(typical[language])) as pdf:
        assert pdf.Root.Lang == language
        assert pdf.docinfo.Title == title
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == title
            assert metadata["pdfuaid:part"] == "1"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle is True


def test_a_plan_is_tagged_for_screen_readers() -> None:
    with opened(paper()) as pdf:
        assert pdf.Root.MarkInfo.Marked is True
        assert "/StructTreeRoot" in pdf.Root
        found = [tag for tag, _ in tags(pdf)]
    assert found.count("/H1") == 1
    assert found.count("/H2") == 3  # today, then, the answers
    assert found.count("/H3") == 2  # two steps
    assert "/P" in found


def test_the_steps_of_a_plan_are_found_in_the_outline() -> None:
    with opened(paper()) as pdf, pdf.open_outline() as outline:
        plan = outline.root[0]
        assert plan.title == "en title"
        assert [phase.title for phase in plan.children] == ["en now", "en then", "en answers"]
        assert [item.title for item in plan.children[0].children] == ["1. en step police"]


def test_a_plan_tells_everything_that_the_family_must_know() -> None:
    text = text_of(paper())
    for told in (
        "1. en step police", "en police go", "en bring: en police passport.", "en get: en police number.",
        "! en police check", "! en police wrong-door",
        "! en police unknown", "en police say", "en police how", "en police term", "en police silence",
        "en answer-due 1 May 2026.", "en station", "1648 — Words",
        "2. en step un", "en last-day: 28 June 2026", "en missing, shortly",
        "en who: en soldier", "en when: 28 March 2026", "en origin", "en made 16 April 2026",
    ):  # fmt: skip
        assert has(text, told), told


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "1648 — Line"),
        ({"hours": "24/7"}, "1648 — Line, 24/7"),
        ({"hours": "Mo-Fr 09:00-18:00"}, "1648 — Line, Mon–Fri 09:00–18:00"),
        ({"hours": "09:00-18:00", "by_appointment": True}, "1648 — Line, 09:00–18:00, en by-appointment"),
    ],
)
def test_a_number_says_when_it_answers(more: dict[str, object], told: str) -> None:
    pathways = route(ASKED, [situation("missing", {}, now=["police"])], [step("police", bodies=["station"])])
    call = {"number": "1648", "label": {"uk": "Лінія", "en": "Line"}, "status": "current", "source": "page", **more}
    sheet = sheet_for(pathways, ANSWERS, bodies=directory_of(organisation("station", phones=[call])))
    assert has(text_of(paper((sheet, words("en")))), f"en station {told} en answers")


def test_a_body_without_a_phone_says_how_to_find_it() -> None:
    assert has(text_of(paper()), "en silent Words")


@pytest.mark.parametrize("language", list(PUBLIC))
def test_every_step_of_a_shipped_plan_is_on_paper(typical: dict[str, Column], language: str) -> None:
    sheet, _ = typical[language]
    text = text_of(paper(typical[language]))
    for station in sheet.stations:
        assert has(text, f"{station.number}. {station.title}")
        for _, told in station.lines:
            assert has(text, told.striptags().rstrip(".;")), told
        for card in station.cards:
            assert has(text, card.name)
            assert all(has(text, number.text) for number in card.phones[:3])


def test_the_same_plan_is_the_same_file(typical: dict[str, Column]) -> None:
    assert paper() == paper()
    assert paper(typical["uk"], typical["en"]) == paper(typical["uk"], typical["en"])


def test_a_plan_does_not_tell_when_its_file_was_made() -> None:
    """The same answers give the same file on any day of the clock; the day printed is the one asked for."""
    with opened(paper()) as pdf:
        assert pdf.docinfo.CreationDate == pdf.docinfo.ModDate == "D:19700101000000Z"


@pytest.mark.parametrize("languages", [["uk"], ["en"], ["uk", "en"], ["en", "uk"]], ids="+".join)
def test_a_typical_plan_fits_on_two_sheets(typical: dict[str, Column], languages: list[str]) -> None:
    with opened(paper(*(typical[code] for code in languages))) as pdf:
        assert 1 < len(pdf.pages) <= MOST_PAGES
        for page in pdf.pages:
            width, height = (float(side) / 72 * 25.4 for side in page.mediabox[2:])
            assert (round(width), round(height)) == (210, 297)


def test_two_languages_stand_side_by_side() -> None:
    file = paper(column("uk"), column("en"))
    text = text_of(file)
    for language in PUBLIC:
        for told in ("1. {} step police", "{} police go", "{} now", "{} origin"):
            assert has(text, told.format(language)), told
    with opened(file) as pdf:
        assert pdf.Root.Lang == "uk"
        assert pdf.docinfo.Title == "uk title"
        found = list(tags(pdf))
    assert found.count(("/H3", "uk")) == 2
    assert ("/P", "uk") in found
    assert "en" in {language for _, language in found}


def test_a_second_language_beside_the_first_is_spoken_as_what_it_is() -> None:
    """A screen reader changes its voice where the language does."""
    with opened(paper(column("en"), column("uk"))) as pdf:
        spoken = [language for tag, language in tags(pdf) if tag == "/H3"]
    assert sorted(spoken) == ["en", "en", "uk", "uk"]


@pytest.mark.parametrize(
    "told",
    [
        "#panic()",
        "*no star*",
        "_no line_",
        "= no heading",
        '"\\u{1F600}" \\ @nobody $x$',
        "<b>no tag</b>",
        "// no comment",
    ],
)
def test_no_text_is_read_as_markup(told: str) -> None:
    assert has(text_of(paper(column(go=told, passport=told))), told)


def test_a_link_to_a_term_is_paper_without_a_link() -> None:
    pathways = route(
        ASKED, [situation("missing", {}, now=["police"])], [step("police")], {"go": "Ask for the extract."}
    )
    sheet = sheet_for(pathways, ANSWERS, terms=[("extract", "extract")])
    assert "<a" in sheet.stations[0].lines[0][1]
    text = text_of(paper((sheet, words("en"))))
    assert has(text, "Ask for the extract.")
    assert "<a" not in text

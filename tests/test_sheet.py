"""A plan in words: one language throughout, every body and term told once in full, nothing read as markup."""

from __future__ import annotations

import pytest

from app.kernel.languages import PUBLIC
from app.pathways.conditions import UNKNOWN
from app.pathways.model import LineKind, Pathways, Phase
from app.pathways.sheet import MOST_TERMS, Choice, choices, option_text
from tests.small_route import directory, line, organisation, question, route, sheet_for, situation, step

QUESTIONS = [
    question("who", "soldier", "civilian", kind="several"),
    question("when", kind="date"),
    question("place", "UA-14", "russia", kind="region"),
]
BODIES = directory(organisation("police"), organisation("bureau"))
ANSWERS = {"who": ("soldier", "civilian"), "when": ("2026-03-28",), "place": ("UA-14",)}


def search(**lines: str) -> Pathways:
    """A route of two steps today and one later; `lines` are other texts of lines by id."""
    return route(
        QUESTIONS,
        [
            situation(
                "missing", {"who": "soldier"}, now=["statement", "report"], then=["letter"], may_change_into=["captive"]
            ),
            situation("captive", {"who": UNKNOWN}),
        ],
        [
            step(
                "statement",
                line("go", sources=["law", "page"]),
                line("papers", "bring", sources=["law"]),
                bodies=["police"],
                sources=["page"],
                answer_due={"days": 15, "counted": "calendar", "sources": ["page"]},
                deadline={"months": 3, "from": "disappearance", "sources": ["page"]},
            ),
            step("report", line("ring"), bodies=["bureau", "police"], articles=["lists"]),
            step("letter"),
        ],
        lines,
    )


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_plan_is_told_in_one_language(language: str) -> None:
    sheet = sheet_for(search(), ANSWERS, language, bodies=BODIES)
    assert sheet.language == language
    assert sheet.situations == (("missing", f"{language} missing", f"{language} missing, shortly"),)
    assert sheet.may_change_into == (("captive", f"{language} captive"),)
    first = sheet.stations[0]
    assert first.title == f"{language} step statement"
    assert first.lines == (
        (LineKind.DO, f"{language} statement go"),
        (LineKind.BRING, f"{language} statement papers"),
    )
    assert first.cards[0].name == f"{language} police"


def test_stations_are_numbered_through_the_phases() -> None:
    sheet = sheet_for(search(), ANSWERS, bodies=BODIES)
    assert [(item.number, item.id) for item in sheet.stations] == [(1, "statement"), (2, "report"), (3, "letter")]
    assert [item.id for item in sheet.of_phase(Phase.NOW)] == ["statement", "report"]
    assert sheet.of_phase(Phase.WEEK) == []
    assert [item.id for item in sheet.of_phase(Phase.THEN)] == ["letter"]


def test_a_body_met_before_is_known() -> None:
    first, second, third = sheet_for(search(), ANSWERS, bodies=BODIES).stations
    assert first.known == frozenset()
    assert [card.id for card in second.cards] == ["bureau", "police"]
    assert second.known == {"police"}
    assert (third.cards, third.known) == ((), frozenset())


def test_days_are_read_in_words_with_how_they_are_counted() -> None:
    first, second, _ = sheet_for(search(), ANSWERS, "uk", bodies=BODIES).stations
    assert (first.answer_by, first.answer_days, first.answer_counted) == ("1 травня 2026", 15, "calendar")
    assert first.act_by == "28 червня 2026"
    assert first.checked == "березень 2026"
    assert (second.answer_by, second.answer_days, second.answer_counted, second.act_by) == ("", 0, "", "")


def test_the_sources_of_a_step_and_its_lines_stand_once_each() -> None:
    assert sheet_for(search(), ANSWERS, bodies=BODIES).stations[0].sources == ("page", "law")


def test_texts_are_grouped_by_what_they_tell() -> None:
    first = sheet_for(search(), ANSWERS, bodies=BODIES).stations[0]
    assert first.texts(LineKind.BRING) == ["en statement papers"]
    assert first.texts(LineKind.BRING, LineKind.DO) == ["en statement go", "en statement papers"]
    assert first.texts(LineKind.BEWARE) == []


def test_the_reasons_are_the_family_s_own_answers_in_words() -> None:
    first = sheet_for(search(), ANSWERS, bodies=BODIES).stations[0]
    assert first.reasons == (Choice("who", "en who", ("en soldier",)),)


def test_the_answers_are_shown_with_all_options_of_a_question_together() -> None:
    sheet = sheet_for(search(), ANSWERS, bodies=BODIES)
    assert sheet.answers == (
        Choice("who", "en who", ("en soldier", "en civilian")),
        Choice("when", "en when", ("28 March 2026",)),
        Choice("place", "en place", ("Donetsk region",)),
    )


@pytest.mark.parametrize(
    ("id_", "option", "text"),
    [
        ("who", "soldier", "uk soldier"),
        ("who", UNKNOWN, "uk unknown"),
        ("when", "2026-03", "березень 2026"),
        ("when", "2025", "2025"),
        ("when", UNKNOWN, "uk unknown"),
        ("place", "UA-14", "Донецька область"),
        ("place", "russia", "uk russia"),
        ("place", UNKNOWN, "uk unknown"),
    ],
)
def test_every_kind_of_answer_has_its_words(id_: str, option: str, text: str) -> None:
    pathways = search()
    assert option_text(pathways, BODIES, pathways.question(id_), option, "uk") == text


def test_answers_given_apart_are_told_together() -> None:
    found = choices(search(), BODIES, [("who", "soldier"), ("place", "russia"), ("who", "civilian")], "en")
    assert [(choice.question, choice.values) for choice in found] == [
        ("who", ("en soldier", "en civilian")),
        ("place", ("en russia",)),
    ]


def test_a_step_without_a_translation_is_told_in_ukrainian() -> None:
    pathways = search()
    untranslated = Pathways(
        pathways.questions,
        pathways.situations,
        pathways.steps,
        pathways.words,
        {"uk": pathways.step_words["uk"], "en": {}},
    )
    sheet = sheet_for(untranslated, ANSWERS, "en", bodies=BODIES)
    assert sheet.stations[0].title == "uk step statement"
    assert sheet.answers[0].values == ("en soldier", "en civilian")


def test_a_term_is_explained_at_its_first_use_on_the_whole_plan() -> None:
    pathways = search(go="Ask for the extract.", papers="the extract, the act", ring="Name the act.")
    sheet = sheet_for(pathways, ANSWERS, bodies=BODIES, terms=[("extract", "extract"), ("act", "act")])
    assert sheet.terms == ("extract", "act")
    assert [str(text) for station in sheet.stations[:2] for _, text in station.lines] == [
        'Ask for the <a class="term" href="#w-extract">extract</a>.',
        'the extract, the <a class="term" href="#w-act">act</a>',
        "Name the act.",
    ]


def test_no_more_terms_are_explained_than_a_page_bears() -> None:
    ids = [f"term{letter}" for letter in "abcdefghijklmno"]
    sheet = sheet_for(search(go=" ".join(ids)), ANSWERS, bodies=BODIES, terms=[(id_, id_) for id_ in ids])
    assert sheet.terms == tuple(ids[:MOST_TERMS])


def test_no_text_of_a_step_is_read_as_markup() -> None:
    sheet = sheet_for(search(go="<script>alert(1)</script> & more"), ANSWERS, bodies=BODIES)
    assert str(sheet.stations[0].lines[0][1]) == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more"

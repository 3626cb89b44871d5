"""Whole families: their answers lead to a plan with the right first step, order, bodies, reading and sentences."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
import yaml
from lxml import etree

from app.kernel.languages import PUBLIC, other
from app.pathways.model import Pathways
from app.pathways.plan import Plan, compose
from app.pathways.walk import Position, walk
from app.web.edition import Edition
from tests.lint import LintingClient
from tests.pdf import pdf_text

Story = dict[str, Any]

CONTENT = yaml.safe_load((Path(__file__).parent / "stories.yaml").read_text(encoding="utf-8"))
STORIES: list[Story] = CONTENT["stories"]
MOST_STOPS = 16
"""A longer plan no longer fits on the two sheets that a family carries along."""

every_story = pytest.mark.parametrize("story", STORIES, ids=[story["id"] for story in STORIES])


def pairs(story: Story) -> list[tuple[str, str]]:
    """Return the story's answers as the address carries them."""
    return [
        (question, option)
        for question, given in story["answers"].items()
        for option in (given if isinstance(given, list) else [given])
    ]


def position_of(pathways: Pathways, story: Story) -> Position:
    return walk(pathways, pairs(story), today=story["today"])


def plan_of(edition: Edition, story: Story) -> Plan:
    pathways = edition.part(Pathways)
    return compose(pathways, position_of(pathways, story).answers, today=story["today"])


def met(plan: Plan) -> list[str]:
    """Return the bodies of a plan in the order in which the family first meets them."""
    return list(dict.fromkeys(body for stop in plan.stops for body in stop.bodies))


def lines_of(plan: Plan) -> set[str]:
    return {f"{stop.step.id}/{line.id}" for stop in plan.stops for line in stop.lines}


def words_of(pathways: Pathways, reference: str, language: str) -> str:
    """Return the words behind `step/line` or `situation:id`."""
    if reference.startswith("situation:"):
        return pathways.words[language].situations[reference.removeprefix("situation:")].summary
    step, line = reference.split("/")
    return pathways.step_words[language][step].lines[line]


def address(story: Story, page: str, language: str | None = None) -> str:
    return f"/{language or story['language']}/{page}?{urlencode(pairs(story))}"


def spoken(page: str) -> str:
    """Return what a reader of a page is told, spaces made single."""
    return " ".join("".join(etree.HTML(page).xpath("//body")[0].itertext()).split())


def on(day: date) -> time_machine.travel:
    return time_machine.travel(f"{day}T12:00:00+03:00", tick=False)


@every_story
def test_every_answer_is_accepted_and_nothing_is_left_to_ask(edition: Edition, story: Story) -> None:
    position = position_of(edition.part(Pathways), story)
    assert position.is_complete, position.question
    assert sorted(position.pairs()) == sorted(pairs(story))


@every_story
def test_the_plan_opens_with_the_right_step(edition: Edition, story: Story) -> None:
    assert plan_of(edition, story).stops[0].step.id in story["first"]


@every_story
def test_the_plan_offers_its_bodies_in_order(edition: Edition, story: Story) -> None:
    bodies = met(plan_of(edition, story))
    assert [body for body in bodies if body in story["ordered"]] == story["ordered"]
    assert set(story.get("bodies", [])) <= set(bodies)
    for choice in story.get("one_of", []):
        assert set(choice) & set(bodies), choice


@every_story
def test_the_plan_sends_nobody_to_a_wrong_body(edition: Edition, story: Story) -> None:
    assert set(story["never"]).isdisjoint(met(plan_of(edition, story)))


@every_story
def test_the_plan_gives_the_right_articles_to_read(edition: Edition, story: Story) -> None:
    assert set(story["articles"]) <= set(plan_of(edition, story).articles)


@every_story
def test_the_plan_says_what_matters_in_both_languages(edition: Edition, story: Story) -> None:
    pathways, plan = edition.part(Pathways), plan_of(edition, story)
    shown = lines_of(plan) | {f"situation:{situation.id}" for situation in plan.situations}
    for point, references in story["says"].items():
        assert set(references) <= shown, point
        for language in PUBLIC:
            assert all(words_of(pathways, reference, language) for reference in references), point


@every_story
def test_the_plan_stays_short_and_has_no_empty_case(edition: Edition, story: Story) -> None:
    plan = plan_of(edition, story)
    assert len(plan.stops) <= MOST_STOPS
    for situation in plan.situations:
        assert any(situation.phase_of(stop.step.id) for stop in plan.stops), situation.id


@every_story
def test_the_page_and_the_paper_carry_the_plan(client: LintingClient, edition: Edition, story: Story) -> None:
    pathways, plan = edition.part(Pathways), plan_of(edition, story)
    with on(story["today"]):
        page = client.get(address(story, "plan")).get_data(as_text=True)
        paper = spoken(client.get(address(story, "plan/print")).get_data(as_text=True))
    for body in met(plan):
        assert f'href="/{story["language"]}/organisations/{body}"' in page
    for references in story["says"].values():
        for reference in references:
            assert words_of(pathways, reference, story["language"]) in paper, reference


@every_story
def test_no_superseded_contact_is_printed(client: LintingClient, story: Story) -> None:
    with on(story["today"]):
        printed = [
            client.get(address(story, page, language)).get_data(as_text=True)
            for language in (story["language"], other(story["language"]))
            for page in ("plan", "plan/print")
        ]
        printed.append(pdf_text(client.get(address(story, "plan.pdf")).data))
    assert printed[-1].startswith(("Ваш план", "Your plan"))
    for text in printed:
        digits = re.sub(r"[\s\u00a0()+–-]", "", text)
        assert [number for number in CONTENT["never_printed"]["numbers"] if number in digits] == []
        assert [string for string in CONTENT["never_printed"]["strings"] if string in text] == []

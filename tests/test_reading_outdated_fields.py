"""Readers of a body, a step, a plan, a question and a term see which fields are older than the Ukrainian text."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml

from app.config import Settings
from app.content.confirmed import (
    Standing,
    digest_of_translation,
    in_language,
    is_prose,
    prints_at,
    sources,
    with_standings,
)
from app.content.fields import text_of
from app.content.library import Library
from app.directory.model import Directory, Status
from app.edition import check_edition, read_edition
from app.pathways.model import Pathways
from app.site import create_app
from app.web.edition import edition_of
from tests.lint import LintingClient

ON = "Changed in Ukrainian on 3 May 2026"
BODY, STEP = "organisations/national-police.yaml", "pathways/steps/dna-sample/en.yaml"
HEAVY = "who=armed-forces&soldier=notified&notification=with-error&when=2026-03-28&place=UA-14&done=nothing"


def outdated(library: Library, *wanted: tuple[str, str]) -> Library:
    """Return a library in which these fields (address, anchor) have changed; without any, all of all fact files."""
    known = {}
    for source in sources(library.files):
        path = in_language(source, "en")
        fields = {anchor for address, anchor in wanted if address == path}
        if is_prose(source) or (wanted and not fields):
            continue
        now = prints_at(source, library.files)
        stood = tuple((anchor, "old" if anchor in fields or not wanted else hash_) for anchor, hash_ in now)
        since = {hash_: "2026-05-03" for _, hash_ in now}
        known[path] = Standing(digest_of_translation(text_of(path, library.files)), stood, since, is_native=False)
    return with_standings(library, known)


@pytest.fixture(scope="module")
def some(library: Library, settings: Settings) -> LintingClient:
    """A site on which one field of each kind has changed in Ukrainian."""
    phone = next(one for one in read_edition(library).part(Directory)["national-police"].current_phones)
    changed = outdated(
        library, (f"{BODY}/en", "go_for"), (f"{BODY}/en", f"phones.{phone.number}.label"), (STEP, "lines.two"),
        ("pathways/words/en.yaml", "questions.who.hint"), ("glossary.yaml/dna/en", "plain"),
        ("glossary.yaml/missing/en", "plain"),
    )  # fmt: skip
    assert check_edition(changed) == []
    return LintingClient(create_app(settings, read_edition(changed)))


def text_at(client: LintingClient, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def test_a_card_marks_the_field_that_changed_with_the_ukrainian_text_one_tap_away(some: LintingClient) -> None:
    body = edition_of(some.site).part(Directory)["national-police"]
    text = text_at(some, "/en/organisations/national-police")
    assert text.count(ON) == 2
    told = re.escape(body.go_for["uk"])
    note = rf'<details class="note"><summary>{ON}</summary><p lang="uk">{told}</p></details>'
    assert re.search(rf'<h2 id="for">Go there for</h2><p>[^\n]*</p>{note}</section>', text)
    label = body.current_phones[0].label["uk"]
    assert re.search(rf'<summary>{ON}: [^<]*\d[^<]*</summary><p lang="uk">{re.escape(label)}</p>', text)
    assert "Змінилося" not in text_at(some, "/uk/organisations/national-police")


def test_a_superseded_number_is_told_of_on_no_card(library: Library, settings: Settings) -> None:
    client = LintingClient(create_app(settings, read_edition(outdated(library))))
    directory = edition_of(client.site).part(Directory)
    body = next(one for one in directory if any(phone.status is Status.LEGACY for phone in one.phones))
    assert ON in text_at(client, f"/en/organisations/{body.id}"), "the client refuses pages with superseded numbers"
    glossary = text_at(client, "/en/glossary")
    assert glossary.count(ON) > 2
    assert 'href="/uk/glossary#' in glossary, "what is too much for one page is one tap away"


def test_a_step_and_a_plan_mark_the_sentence_that_changed(some: LintingClient) -> None:
    told = re.escape(edition_of(some.site).part(Pathways).step_words["uk"]["dna-sample"].lines["two"])
    for address in ("/en/steps/dna-sample", f"/en/plan?{HEAVY}&dna=nobody"):
        text = text_at(some, address)
        assert text.count(ON) == 1
        assert re.search(rf'<li>[^\n]*<details class="note"><summary>{ON}</summary><p lang="uk">{told}', text)


def test_a_question_and_a_term_are_marked(some: LintingClient) -> None:
    assert text_at(some, "/en/find-help").count(ON) == 1
    assert ON in text_at(some, "/en/glossary")
    assert "Змінилося" not in text_at(some, "/uk/glossary")


def test_what_no_native_reader_approved_is_said_on_cards_and_steps(some: LintingClient) -> None:
    for address in ("organisations/national-police", "steps/dna-sample"):
        assert "No native reader has approved" in text_at(some, f"/en/{address}")
        assert "носій мови" not in text_at(some, f"/uk/{address}")


def test_the_longest_plans_fit_a_weak_signal_when_all_of_their_steps_are_outdated(
    library: Library, settings: Settings
) -> None:
    client = LintingClient(create_app(settings, read_edition(outdated(library))))
    stories = yaml.safe_load((Path(__file__).parent / "stories.yaml").read_text())["stories"]
    for id_ in ("mother-in-wroclaw", "colombian-said-to-be-killed"):
        answers = next(story["answers"] for story in stories if story["id"] == id_)
        text = text_at(client, f"/en/plan?{urlencode(answers, doseq=True)}")  # the client weighs it
        stations = text.count('class="station"')
        assert stations <= text.count("hanged in Ukrainian") < 2 * stations, "a long plan leads to the page of the step"

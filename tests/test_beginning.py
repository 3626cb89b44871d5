"""Beginning a step: what its form asks, the files that it comes to, and the edition that they make."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from app.content.library import Fault
from app.curation import actions, store
from app.curation.beginning.model import Missing, NewStep, field_of, texts_of
from app.curation.filling.patch import parsed
from app.pathways.model import Phase
from app.web.database import database
from tests.lint import LintingClient, page
from tests.test_curation_pages import DESK, SHIPPED, client, gate, site
from tests.test_revisions import NOW

__all__ = ["client", "gate", "site"]

NEW = f"{DESK}/steps/new"
SITUATION = "pathways/situations/awol_dispute.yaml"
STEP = NewStep(
    id="ask-the-unit", titles={"uk": "Запитайте частину", "en": "Ask the unit"},
    sentences={"uk": "Напишіть командиру: що сталося?", "en": "Write to the commander: what happened?"},
    body="", sources=("court-1468050",), situation="awol_dispute", phase=Phase.WEEK,
)  # fmt: skip
TYPED = {
    "id": STEP.id, "title-uk": STEP.titles["uk"], "title-en": STEP.titles["en"],
    "sentence-uk": STEP.sentences["uk"], "sentence-en": STEP.sentences["en"], "body": "ombudsman",
    "sources": "court-1468050", "situation": STEP.situation, "phase": "week",
}  # fmt: skip


def test_what_is_missing_is_told_by_field() -> None:
    known = {"awol_dispute": 1}
    assert STEP.missing({}, known) == {}
    bare = NewStep("Ask!", {}, {}, "a b", ("court 1",), "none", Phase.NOW)
    assert bare.missing({}, known) == {
        "title-uk": Missing.TITLE, "title-en": Missing.TITLE, "sentence-uk": Missing.SENTENCE,
        "sentence-en": Missing.SENTENCE, "id": Missing.ID, "sources": Missing.SOURCES, "body": Missing.BODY,
        "situation": Missing.SITUATION,
    }  # fmt: skip
    assert STEP.missing({"ask-the-unit": 1}, known) == {"id": Missing.TAKEN}


@pytest.mark.parametrize("phase", Phase)
def test_a_new_step_is_four_files_and_its_situation_changes_in_one_line(phase: Phase) -> None:
    texts = texts_of(replace(STEP, phase=phase), "2026-11", SHIPPED.files[SITUATION])
    assert sorted(texts) == [SITUATION, *(f"pathways/steps/ask-the-unit/{name}.yaml" for name in ("en", "step", "uk"))]
    assert parsed(texts["pathways/steps/ask-the-unit/uk.yaml"])["lines"] == {"do": STEP.sentences["uk"]}
    old, new = SHIPPED.files[SITUATION].splitlines(), texts[SITUATION].splitlines()
    assert [b for a, b in zip(old, new, strict=True) if a != b] == [
        next(line for line in old if line.startswith(f"  {phase}:"))[:-1] + ", ask-the-unit]"
    ]


def test_a_fault_stands_at_the_field_that_it_speaks_of() -> None:
    folder = STEP.folder
    for path, place, field in (
        (f"{folder}uk.yaml", "title", "title-uk"), (f"{folder}en.yaml", "lines.do", "sentence-en"),
        (f"{folder}step.yaml", "lines.do", "sources"), (f"{folder}step.yaml", "bodies", "body"),
        (SITUATION, "steps.now", "situation"), (f"{folder}step.yaml", "", "main"),
    ):  # fmt: skip
        assert field_of(Fault(path, place, "wrong"), STEP) == field


def test_a_step_is_begun_in_a_form_and_its_drafts_make_a_sound_edition(site: Flask, client: LintingClient) -> None:
    assert "steps/new" in page(client, DESK)
    text = page(client, NEW, 422, data=TYPED | {"body": "no-such-body", "title-uk": "Ой"})
    assert 'href="#body"' in text
    assert 'href="#title-uk"' in text
    assert 'value="Ask the unit"' in text
    answer = client.post(NEW, data=TYPED)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert "steps/ask-the-unit/uk.yaml" in page(client, str(answer.location))
    with database(site).reading() as session:
        drafts = [one.id for one in store.open_revisions(session)]
        whole = actions.candidate(session, drafts, shipped=SHIPPED, now=NOW)
    assert len(drafts) == 4
    assert not site.extensions["dorohovkaz-curation-needs"].check(whole)
    assert 'href="#id"' in page(client, NEW, 422, data=TYPED)


def test_a_situation_that_is_in_review_is_not_written_into(site: Flask, client: LintingClient) -> None:
    with database(site).writing() as session:
        one = actions.open_draft(session, SITUATION, shipped=SHIPPED, note="", actor="account:colleague", now=NOW)
        actions.submit(session, one.id, actor="account:colleague", now=NOW)
    assert 'href="#situation"' in page(client, NEW, 422, data=TYPED | {"do": "keep"})
    with database(site).reading() as session:
        assert len(list(store.open_revisions(session))) == 1


def test_a_new_source_with_a_known_address_is_told_at_the_address(client: LintingClient) -> None:
    known = parsed(SHIPPED.files["sources.yaml"])
    form = {
        "path": "sources.yaml", "entry": "", "base": "{}", "id": "another-name", "title-uk": "Назва сторінки",
        "title-en": "Title of the page", "publisher": "example.org", "url": next(iter(known.values()))["url"],
        "change": "minor", "do": "save",
    }  # fmt: skip
    text = page(client, f"{DESK}/form", 422, data=form)
    assert 'href="#url"' in text

"""Reports of readers name the fact that they mean: on the page, in the form, and in the editors' list."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app.content.sources import Sources
from app.curation.listening.actions import suggest
from app.curation.listening.facts import Kind, Pages, fact_on, facts_on
from app.curation.listening.model import Item, Said, Wrong
from app.curation.verification.facts import facts
from app.directory.model import Directory
from app.guidance.model import Guidance
from app.kernel.languages import PUBLIC
from app.pathways.model import Pathways
from app.web.database import database
from app.web.edition import Edition
from tests.lint import LintingClient, page
from tests.test_curation_pages import client, gate, site
from tests.test_revisions import NOW

__all__ = ["client", "gate", "site"]

BODY = "organisations/ombudsman"
STEP = "steps/un-urgent"


@pytest.fixture(scope="module")
def pages(edition: Edition) -> Pages:
    return Pages(edition.part(Directory), edition.part(Guidance), edition.part(Pathways), edition.part(Sources))


def test_a_contact_is_reported_by_the_name_by_which_it_is_verified(pages: Pages) -> None:
    verified = {fact.key for fact in facts(pages.directory, pages.sources, pages.route) if fact.path == f"{BODY}.yaml"}
    told = facts_on(BODY, "uk", pages)
    assert verified <= {one.key for one in told}
    assert {Kind.PHONE, Kind.SOURCE} <= {one.kind for one in told}


def test_every_page_that_tells_facts_names_each_once(pages: Pages) -> None:
    abouts = [f"organisations/{body.id}" for body in pages.directory]
    abouts += [f"steps/{id_}" for id_ in pages.route.steps] + [f"articles/{slug}" for slug in pages.guidance.articles]
    for about in (*abouts, "glossary"):
        for code in PUBLIC:
            keys = [one.key for one in facts_on(about, code, pages)]
            assert keys, about
            assert len(set(keys)) == len(keys), about
            for key in keys:
                said = Said.of(about=about, fact=key, wrong=Wrong.ELSE, text="", email="", language=code)
                assert said.fact == key, f"{about} {key} cannot be sent"


def test_a_step_tells_its_sentences_and_its_last_day(pages: Pages) -> None:
    kinds = [one.kind for one in facts_on(STEP, "en", pages)]
    assert kinds.count(Kind.DEADLINE) == 1
    assert Kind.TERM not in kinds
    assert fact_on("steps/fair-share", "term", "uk", pages)
    assert fact_on(STEP, "sentence:none", "uk", pages) is None
    assert facts_on("plan", "uk", pages) == []


@pytest.mark.parametrize("language", PUBLIC)
@pytest.mark.parametrize("about", [BODY, STEP, "articles/dna-sample"])
def test_links_beside_facts_lead_to_a_form_that_knows_them(
    client: LintingClient, pages: Pages, language: str, about: str
) -> None:
    text = page(client, f"/{language}/{about}")
    links = [
        (unescape(found[1]), unescape(found[2]))
        for found in re.finditer(
            r'<a href="(/[^"]*/report\?[^"]*fact=[^"]*)"[^>]* aria-label(?:ledby)?="([^"]*)"', text
        )
    ]
    assert len({name for _, name in links}) == len(links) > 1, "each name tells which fact it is"
    for address, _ in links:
        asked = parse_qs(urlsplit(address).query)
        assert asked["about"] == [about]
        assert fact_on(about, asked["fact"][0], language, pages), address
    form = page(client, links[0][0])
    assert re.search(r'<select id="fact".*? selected>', form, re.S)


def test_editors_see_which_fact_is_meant_and_verify_it(site: Flask, client: LintingClient, pages: Pages) -> None:
    phone = next(one for one in facts_on(BODY, "uk", pages) if one.kind is Kind.PHONE)
    ids = []
    with database(site).writing() as session:
        for fact in (phone.key, "phone:+380440000000", ""):
            said = Said.of(about=BODY, fact=fact, wrong=Wrong.SILENT, text="", email="", language="uk")
            ids.append(suggest(session, said, Item(f"{BODY}.yaml", "organisations"), now=NOW))
    listed = page(client, "/en/staff/suggestions")
    assert f"Phone: {phone.text}" in listed
    assert "phone:+380440000000" in listed
    shown = page(client, f"/en/staff/suggestions/{ids[0]}")
    verify = re.search(r'href="(/en/staff/verification\?[^"]*)"', shown)
    assert verify
    assert phone.text in page(client, unescape(verify[1]))
    assert "Verify it now" not in page(client, f"/en/staff/suggestions/{ids[1]}")
    assert "the page as a whole" in page(client, f"/en/staff/suggestions/{ids[2]}")


def test_a_form_for_a_page_without_facts_asks_for_none(client: LintingClient) -> None:
    assert 'name="fact"' not in page(client, "/en/report?about=plan")

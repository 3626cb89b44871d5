"""What editors see of a draft's reach: on its page, on the page of plans before and after, and on the graph."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests import test_curation_pages as desk
from tests.lint import LintingClient, page
from tests.test_curation_pages import AUTHOR, DESK, REVIEWER, SHIPPED, StandIn, approved, id_of, press, saved

gate, site, client = desk.gate, desk.site, desk.client

SITUATION = "pathways/situations/awol_dispute.yaml"
RERANKED = SHIPPED.files[SITUATION].replace("[ask-order, police-statement", "[police-statement, ask-unit")
ARTICLE = "articles/four-lists/uk.md"
STEP = "pathways/steps/police-statement/step.yaml"
BROKEN = SHIPPED.files[STEP].replace("national-police", "no-such-body")


def test_the_page_of_a_draft_says_what_it_touches_and_leads_on(client: LintingClient) -> None:
    path = "organisations/national-police.yaml"
    address = saved(client, SHIPPED.files[path].replace("cost: free", "cost: not-stated"), path)
    shown = page(client, address)
    assert "What this touches" in shown
    assert "Situations and their plans: " in shown
    assert "through: File a statement with the police today" in shown
    assert f'href="{address}/impact"' in shown
    glossary = SHIPPED.files["glossary.yaml"].replace("Людина, про яку нічого", "Особа, про яку нічого", 1)
    shown = page(client, saved(client, glossary, "glossary.yaml"))
    assert "Changed in this file: person missing under special circumstances." in shown


def test_whoever_approves_or_publishes_sees_what_changes_for_readers(client: LintingClient, gate: StandIn) -> None:
    """Above each button: of one text on its page, of several that are published together on theirs."""
    path = "organisations/national-police.yaml"
    body = approved(client, gate, SHIPPED.files[path].replace("cost: free", "cost: not-stated"), path)
    gate.who = AUTHOR
    article = saved(client, SHIPPED.files[ARTICLE] + "\nЩе одне речення.\n", ARTICLE)
    press(client, f"{article}/submit")
    gate.who = REVIEWER
    above, _, below = page(client, article).partition(f'action="{article}/approve"')
    told = above.rpartition('id="impact"')[2]
    assert re.search(r"Articles: \d", told)
    assert "And as the day when the meaning last changed: " in told
    assert f'href="{article}/impact"' in told
    assert below
    press(client, f"{article}/approve")
    ids = [id_of(body), id_of(article)]
    both = page(client, f"{DESK}/publish?revision={ids[0]}&revision={ids[1]}")
    assert "Publish 2 texts" in both
    assert "Situations and their plans: " in both
    assert f'href="{body}/impact?with={ids[1]}"' in both
    assert all(f'name="revision" value="{id_}"' in both for id_ in ids)
    assert "What a family sees" in page(client, f"{body}/impact?with={ids[1]}&situation=awol_dispute")


@pytest.mark.parametrize(
    ("language", "added", "removed"),
    [("uk", "Запитайте частину письмово, що їй відомо", "вилучено"), ("en", "what it knows", "removed")],
)
def test_both_plans_of_a_family_stand_side_by_side(
    client: LintingClient,
    language: str,
    added: str,
    removed: str,
) -> None:
    address = saved(client, RERANKED, SITUATION).replace("/en/", f"/{language}/", 1)
    shown = page(client, f"{address}/impact?situation=awol_dispute")
    assert re.search(f"<ins>[^<]*{added}</ins>", shown)
    assert removed in shown
    same = page(client, f"{address}/impact?answers=/uk/plan?who=child%26child=missing")
    assert "<ins>" not in same


def test_answers_that_lead_nowhere_are_told(client: LintingClient) -> None:
    address = saved(client, RERANKED, SITUATION)
    for asked in ("answers=nonsense", "situation=no-such"):
        assert "No answers lead there." in page(client, f"{address}/impact?{asked}")


def test_an_editor_walks_the_route_as_a_family_with_the_draft(site: Flask, client: LintingClient) -> None:
    address = saved(client, RERANKED, SITUATION)
    found = re.search(r'href="([^"]*/preview/[^"]*/find-help)"', page(client, f"{address}/impact"))
    assert found
    start = found[1].removesuffix("/en/find-help")
    reader = site.test_client()
    first = reader.get(found[1]).get_data(as_text=True)
    assert f'action="{start}/en/find-help"' in first
    assert not re.search(rf' (?:href|action)="/(?!static/|{start[1:]})(?:uk|en)/(?!staff)', first)
    sent_back = reader.get(f"{start}/en/plan")
    assert (sent_back.status_code, sent_back.location) == (303, f"{start}/en/find-help")
    query = "who=armed-forces&soldier=awol"
    plan = reader.get(f"{start}/en/plan?{query}").get_data(as_text=True)
    assert "Ask the unit in writing what it knows" in plan
    assert "Ask the unit in writing what it knows" not in client.get(f"/en/plan?{query}").get_data(as_text=True)


@pytest.mark.parametrize("language", ["uk", "en"])
def test_every_node_of_the_picture_is_in_the_list(client: LintingClient, language: str) -> None:
    for query in ("", "?around=step:police-statement&depth=1", "?around=question:who&depth=2"):
        shown = page(client, f"/{language}/staff/content/graph{query}")
        words, _, picture = shown.partition('<svg class="flow')
        drawn = re.findall(r'<a (?:class="zoom" )?href="([^"]*)"', picture.partition("</svg>")[0])
        assert len(drawn) > 20
        for address in drawn:
            assert f'href="{address}"' in words, address


def test_a_finding_is_marked_in_words_in_the_list_and_at_its_node(client: LintingClient) -> None:
    id_ = id_of(saved(client, BROKEN, STEP))
    shown = page(client, f"{DESK}/graph?revision={id_}&around=step:police-statement")
    assert "1 finding of the checker" in shown
    assert "there is no organisation 'no-such-body'" in shown
    assert re.search(r'<title>[^<]*: 1 finding</title>.*<path class="warning"', shown)
    assert "The checker finds nothing wrong" in page(client, f"{DESK}/graph")


def test_a_draft_that_cannot_be_read_is_marked_on_the_live_route(client: LintingClient) -> None:
    id_ = id_of(saved(client, "id: police-statement\nwhen: [", STEP))
    shown = page(client, f"{DESK}/graph?revision={id_}")
    assert "With this draft the edition cannot be read." in shown
    assert "1 finding" in shown
    assert "With this draft the edition cannot be read." in page(client, f"{DESK}/revisions/{id_}/impact")


@pytest.mark.parametrize(
    "address", ["graph?around=step:no-such", "graph?around=nonsense", "graph?revision=1", "revisions/1/impact"]
)
def test_what_does_not_exist_is_not_found(client: LintingClient, address: str) -> None:
    assert client.get(f"{DESK}/{address}").status_code == 404

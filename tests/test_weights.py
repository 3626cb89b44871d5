"""A page reaches a phone with a weak signal: no kind of page grows by a byte unless it is allowed to."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Browser

from app.config import Settings
from app.site import create_app
from app.web.edition import Edition
from tests.bench.weights import (
    MOST_STYLE,
    MOST_WHOLE,
    Weight,
    budgets,
    heaviest,
    loads,
    most_allowed,
    style_weight,
    table,
    weigh_all,
)
from tests.chromium import CHROMIUM
from tests.tour import Screen, one_of_each

HOW_TO_ALLOW = "python tests/bench/weights.py --allow writes today's weights into tests/weights.json"


@pytest.fixture(scope="module")
def weights(settings: Settings, edition: Edition) -> list[Weight]:
    # A site of its own: pages kept from another hour weigh something else.
    return weigh_all(create_app(settings, edition), edition)


LUCK = 24
"""Bytes. The token of a form and the number of a request are random, and compress a little differently each time."""


def test_no_kind_of_page_outgrows_its_budget(weights: list[Weight]) -> None:
    allowed = budgets()
    grown = [
        weight
        for weight in weights
        if (most := allowed.get(weight.screen.kind, {"page": 0, "whole": 0}))
        and (weight.page > most["page"] + LUCK or weight.whole > most["whole"] + LUCK)
    ]
    budget = {kind: allowed.get(kind) for kind in heaviest(grown)}
    assert not grown, f"allowed: {budget}; {HOW_TO_ALLOW}\n{table(grown)}"


def test_no_budget_is_larger_than_a_weak_signal_bears() -> None:
    for kind, allowed in budgets().items():
        most = most_allowed(kind)
        assert allowed["page"] <= most["page"], kind
        assert allowed["whole"] <= most["whole"] == MOST_WHOLE, kind


def test_no_budget_is_kept_for_a_kind_that_is_gone(weights: list[Weight]) -> None:
    assert set(budgets()) == set(heaviest(weights)), HOW_TO_ALLOW


def test_the_style_sheet_stays_small(site: Flask) -> None:
    assert style_weight(site) <= MOST_STYLE


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.filterwarnings("default")
def test_a_browser_loads_what_is_weighed_and_nothing_else(
    browser: Browser, served: str, toured: Flask, tour: list[Screen]
) -> None:
    page = browser.new_context(base_url=served).new_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.removeprefix(served)))
    for screen in one_of_each(tour):
        asked.clear()
        page.goto(screen.address, wait_until="load")
        with toured.test_client() as client:
            styles, others = loads(client.get(screen.address).data, screen.address)
        assert asked <= {screen.address, *styles, *others}, screen.name
        assert asked >= {screen.address}, screen.name

"""Several missing people in one family: the plan for all of them is never poorer than the plan for each."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from app.pathways.model import Pathways
from app.pathways.plan import compose, people
from app.pathways.walk import walk
from app.web.edition import Edition

TODAY = date(2026, 4, 16)
Pairs = list[tuple[str, str]]


def steps(pathways: Pathways, pairs: Pairs) -> set[str]:
    position = walk(pathways, pairs, today=TODAY)
    return {stop.step.id for stop in compose(pathways, position.answers, today=TODAY).stops}


@pytest.mark.parametrize("family", ["controlled", "abroad", "occupied"])
def test_one_missing_person_takes_no_step_from_another(edition: Edition, family: str) -> None:
    pathways = edition.part(Pathways)
    common: Pairs = [
        ("when", "2026-03-28"), ("done", "nothing"), ("dna", "nobody"),
        ("family", family), ("kin", "parent"), ("need", "search"),
    ]  # fmt: skip
    soldiers: list[Pairs] = [
        [("who", "armed-forces"), ("soldier", option)] for option in pathways.question("soldier").options
    ]
    others: list[Pairs] = [
        *([("who", "child"), ("child", option)] for option in pathways.question("child").options),
        *([("who", "civilian"), ("civilian", option)] for option in pathways.question("civilian").options),
    ]
    for one, two in product(soldiers, others):
        alone = steps(pathways, one + common) | steps(pathways, two + common)
        assert alone <= steps(pathways, one + two + common), (one, two)


def test_each_person_is_seen_with_their_own_answers(edition: Edition) -> None:
    answers = {"who": ("armed-forces", "child"), "soldier": ("notified",), "child": ("taken",), "family": ("abroad",)}
    assert people(edition.part(Pathways), answers) == [
        {"who": ("armed-forces",), "soldier": ("notified",), "family": ("abroad",)},
        {"who": ("child",), "child": ("taken",), "family": ("abroad",)},
    ]

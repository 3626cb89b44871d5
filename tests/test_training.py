"""Training cases: plainly invented, marked, and full enough to learn with."""

from __future__ import annotations

from datetime import date
from random import Random
from urllib.parse import parse_qsl

import pytest

from app.cases import actions
from app.cases.actions import Who
from app.cases.model import State
from app.cases.training import actions as training
from app.cases.training.model import FAMILIES, Family
from app.extracts.draft import Page
from app.pathways.model import Pathways
from app.pathways.plan import compose
from app.pathways.walk import walk
from app.storage.database import Database
from app.web.edition import Edition
from tests.test_cases import NOW, OURS, anna, bohdan, inside, lead, neighbour, opened

__all__ = ["anna", "bohdan", "lead", "neighbour"]


@pytest.mark.parametrize("family", Family)
def test_an_invented_family_cannot_be_taken_for_a_real_one(family: Family) -> None:
    told = FAMILIES[family].answers
    assert told[Page.PERSON]["surname"].startswith("Демонстраційн")
    assert told[Page.APPLICANT]["surname"].startswith("Демонстраційн")
    assert told[Page.CONTACT].get("email", "@example.org").endswith("@example.org")


@pytest.mark.parametrize("family", Family)
def test_what_an_invented_family_answers_leads_to_a_plan(edition: Edition, family: Family) -> None:
    pathways, pairs = edition.part(Pathways), parse_qsl(FAMILIES[family].route)
    position = walk(pathways, pairs, today=date(2026, 11, 25))
    assert position.pairs() == [pair for question in pathways.questions for pair in pairs if pair[0] == question.id]
    assert len(compose(pathways, position.answers, today=date(2026, 11, 25)).stops) > 3


def test_a_training_case_is_marked_and_stands_beside_real_ones(database: Database, anna: Who) -> None:
    opened(database, anna)
    with inside(database, OURS) as session:
        training.begin(session, Family.MOTHER, who=anna, random=Random(3), now=NOW)
        found = actions.list_cases(session, who=anna, state=State.OPEN, now=NOW)
    assert {one.family: one.is_training for one in found} == {
        "Демонстраційна Ганна": False,
        "Демонстраційна Ганна Іванівна": True,
    }
    with database.reading() as session:
        assert training.holds_real_families(session)

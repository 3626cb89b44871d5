"""Which papers are asked for, and that each rule stands on a source or says that it does not."""

from __future__ import annotations

import pytest
import yaml

from app.config import ROOT
from app.extracts.evidence import Certainty, Evidence, Need, Paper, Unneeded, WhenLost, evidence
from app.extracts.model import RELATIVES, Kinship

SOURCES = yaml.load((ROOT / "content" / "sources.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
ALL = [(kind, None) for kind in Kinship] + [
    (acting, kind) for acting in (Kinship.REPRESENTATIVE, Kinship.LAWYER) for kind in (*RELATIVES, Kinship.SELF)
]


def needed(found: Evidence) -> list[Paper]:
    return [item.paper for item in found.asked if item.need is not Need.IF_NAMES_DIFFER]


@pytest.mark.parametrize(
    ("kinship", "papers"),
    [
        (Kinship.SPOUSE, [Paper.MARRIAGE_CERTIFICATE]),
        (Kinship.PARENT, [Paper.BIRTH_OF_MISSING]),
        (Kinship.CHILD, [Paper.BIRTH_OF_MISSING, Paper.BIRTH_OF_APPLICANT]),
        (Kinship.SIBLING, [Paper.BIRTH_OF_MISSING, Paper.BIRTH_OF_APPLICANT]),
        (Kinship.SELF, []),
    ],
)
def test_papers_of_close_relatives_are_those_the_ministry_names(kinship: Kinship, papers: list[Paper]) -> None:
    found = evidence(kinship)
    assert needed(found) == [Paper.IDENTITY, *papers]
    assert found.may_ask is Certainty.CONFIRMED
    assert all(item.certainty is Certainty.CONFIRMED for item in found.asked if item.need is Need.ALWAYS)


@pytest.mark.parametrize(("kinship", "acts_for"), ALL)
def test_an_identity_document_is_always_asked_for_first(kinship: Kinship, acts_for: Kinship | None) -> None:
    found = evidence(kinship, acts_for)
    assert found.papers[0] is Paper.IDENTITY
    assert len(set(found.papers)) == len(found.papers)


@pytest.mark.parametrize(("kinship", "acts_for"), ALL)
def test_what_is_called_confirmed_has_a_source_and_every_source_exists(
    kinship: Kinship, acts_for: Kinship | None
) -> None:
    found = evidence(kinship, acts_for)
    for rule in (*found.asked, *found.not_needed, *found.when_lost):
        assert set(rule.sources) <= SOURCES.keys()
        assert rule.sources or rule.certainty is Certainty.NOT_CONFIRMED
    assert set(found.may_ask_sources) <= SOURCES.keys()
    assert found.may_ask_sources or found.may_ask is Certainty.NOT_CONFIRMED


def test_a_lawyer_shows_authority_and_then_what_the_client_would_show() -> None:
    found = evidence(Kinship.LAWYER, Kinship.PARENT)
    assert needed(found) == [
        Paper.IDENTITY,
        Paper.LAWYER_ORDER,
        Paper.LAWYER_CONTRACT,
        Paper.IDENTITY_OF_PRINCIPAL,
        Paper.BIRTH_OF_MISSING,
    ]
    assert found.may_ask is Certainty.NOT_CONFIRMED


def test_a_representative_shows_a_power_of_attorney_or_a_paper_on_guardianship() -> None:
    found = evidence(Kinship.REPRESENTATIVE, Kinship.SPOUSE)
    either = {item.paper for item in found.asked if item.need is Need.ANY_OF}
    assert either == {Paper.POWER_OF_ATTORNEY, Paper.CHILD_ACTED_FOR}
    assert Paper.MARRIAGE_CERTIFICATE in found.papers


def test_one_who_is_no_representative_acts_for_nobody() -> None:
    assert evidence(Kinship.SPOUSE, Kinship.PARENT) == evidence(Kinship.SPOUSE)


@pytest.mark.parametrize("kinship", Kinship)
def test_nobody_is_sent_for_money_originals_or_a_court_decision(kinship: Kinship) -> None:
    assert {advice.kind for advice in evidence(kinship).not_needed} == set(Unneeded)


@pytest.mark.parametrize("kinship", RELATIVES)
def test_a_lost_certificate_never_ends_the_way(kinship: Kinship) -> None:
    ways = {advice.kind: advice for advice in evidence(kinship).when_lost}
    assert set(ways) == set(WhenLost)
    assert ways[WhenLost.CASE_EXTRACT].certainty is Certainty.NOT_CONFIRMED

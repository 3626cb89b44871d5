"""Choosing bodies: by need, by whom they serve, by region, by kind, and by who answers now."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType

import pytest

from app.directory.choose import ABROAD, Choice, choose
from app.directory.model import Directory, Kind, Need, Organisation, Serves
from app.kernel.dates import KYIV

WORDS = {"uk": "Слова", "en": "Words"}
MONDAY_NOON = datetime(2026, 1, 5, 12, tzinfo=KYIV)
SATURDAY_NOON = datetime(2026, 1, 10, 12, tzinfo=KYIV)


def organisation(id_: str, hours: str | None = None, **parts: object) -> Organisation:
    """A body with one current number that answers at `hours`."""
    line = {"number": "1648", "label": WORDS, "status": "current", "source": "page", "hours": hours}
    return Organisation.model_validate(
        {
            "id": id_, "kind": "government", "name": WORDS, "go_for": WORDS, "not_for": WORDS, "how_to_find": WORDS,
            "serves": ["serviceman"], "needs": ["tracing"], "regions": ["nationwide"], "languages": ["uk"],
            "cost": "free", "sources": ["page"], "confidence": "high", "checked": {"date": "2026-03"},
            "phones": [line], **parts,
        }
    )  # fmt: skip


BODIES = (
    organisation("unit", kind="generic", phones=[]),
    organisation("bureau", hours="24/7", needs=["tracing", "pow-confirmation"]),
    organisation("poltava", hours="Mo-Fr 09:00-17:00", regions=["UA-53"], serves=["civilian-missing"]),
    organisation("kharkiv", hours="09:00-18:00", regions=["UA-63", "UA-53"], kind="ngo", needs=["legal-aid"]),
    organisation("warsaw", regions=["abroad"], serves=["child", "serviceman"]),
)
DIRECTORY = Directory(MappingProxyType({body.id: body for body in BODIES}), MappingProxyType({}))


def chosen(choice: Choice, now: datetime = MONDAY_NOON) -> list[str]:
    return [body.id for body in choose(DIRECTORY, choice, now)]


def test_without_a_filter_every_body_is_listed_and_those_out_of_reach_last() -> None:
    assert chosen(Choice()) == ["bureau", "poltava", "kharkiv", "warsaw", "unit"]


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        (Choice(need=Need.CAPTIVITY), ["bureau"]),
        (Choice(need=Need.LEGAL_AID), ["kharkiv"]),
        (Choice(serves=Serves.CIVILIAN_MISSING), ["poltava"]),
        (Choice(serves=Serves.CHILD), ["warsaw"]),
        (Choice(kind=Kind.NGO), ["kharkiv"]),
        (Choice(kind=Kind.GENERIC), ["unit"]),
        (Choice(need=Need.LEGAL_AID, kind=Kind.GOVERNMENT), []),
        (Choice(need=Need.DNA), []),
    ],
)
def test_a_filter_keeps_the_bodies_that_match_all_of_it(choice: Choice, ids: list[str]) -> None:
    assert chosen(choice) == ids


def test_bodies_of_the_region_stand_before_nationwide_ones() -> None:
    assert chosen(Choice(region="UA-53")) == ["poltava", "kharkiv", "bureau", "unit"]
    assert chosen(Choice(region="UA-63")) == ["kharkiv", "bureau", "unit"]


def test_a_region_without_its_own_body_has_the_nationwide_ones() -> None:
    assert chosen(Choice(region="UA-46")) == ["bureau", "unit"]


def test_a_reader_abroad_sees_only_bodies_that_serve_abroad() -> None:
    assert chosen(Choice(region=ABROAD)) == ["warsaw"]


def test_open_now_keeps_the_bodies_whose_line_answers() -> None:
    assert chosen(Choice(open_now=True)) == ["bureau", "poltava", "kharkiv"]
    assert chosen(Choice(open_now=True, region="UA-46")) == ["bureau"]


def test_a_line_that_may_or_may_not_answer_is_not_open_now() -> None:
    assert chosen(Choice(open_now=True), SATURDAY_NOON) == ["bureau"]


def test_a_number_that_may_not_be_offered_makes_no_body_open() -> None:
    doubted = {
        "number": "+380958960421", "label": WORDS, "status": "unclear", "reason": WORDS, "source": "page",
        "hours": "24/7",
    }  # fmt: skip
    body = organisation("doubted", phones=[doubted])
    directory = Directory(MappingProxyType({body.id: body}), MappingProxyType({}))
    assert choose(directory, Choice(open_now=True), MONDAY_NOON) == []

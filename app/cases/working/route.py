"""The guided route of one family: what its case knows of the answers, and the answers that a link of a plan carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

from app.cases.model import Missing
from app.extracts.draft import kinship_of
from app.extracts.model import Claim, Kinship
from app.pathways.model import Pathways
from app.pathways.walk import Position, as_pairs, walk

LONGEST = 2_000
"""Characters of a query that are read."""

MOST_PAIRS = 80

Pairs = list[tuple[str, str]]

_KIN: Mapping[Kinship, str] = {
    Kinship.SPOUSE: "spouse",
    Kinship.PARTNER: "partner",
    Kinship.PARENT: "parent",
    Kinship.ADOPTIVE_PARENT: "parent",
    Kinship.CHILD: "child",
    Kinship.STEPCHILD: "child",
    Kinship.SIBLING: "sibling",
    Kinship.GRANDPARENT: "grandparent",
    Kinship.GRANDCHILD: "other-relative",
    Kinship.GREAT_GRANDCHILD: "other-relative",
    Kinship.OTHER_RELATIVE: "other-relative",
    Kinship.GUARDIAN: "guardian",
}

_GROWN = 18


def known(missing: Iterable[Missing], *, today: date) -> Pairs:
    """Return the answers that follow from what the family has told, to be looked at before they count.

    Which service a serviceman belongs to, and what is known of him, the case does not say: these stay open.
    """
    people = list(missing)
    pairs: Pairs = [("who", who) for who in dict.fromkeys(_who(one.claim, today) for one in people) if who]
    days = [str(one.claim.person.missing_on) for one in people if one.claim.person.missing_on]
    kin = [_KIN[kinship] for one in people if (kinship := kinship_of(one.answers)) in _KIN and kinship]
    return [*pairs, *(("when", day) for day in days[:1]), *(("kin", one) for one in kin[:1])]


def _who(claim: Claim, today: date) -> str:
    born = claim.person.born
    if born is not None and today.year - born.year < _GROWN:
        return "child"
    return "civilian" if claim.person.category == "civilian" else ""


def pairs_of(text: str) -> Pairs:
    """Return the answers that a link of a plan, or its query alone, carries; nothing where it carries none."""
    text = text.strip()
    query = urlsplit(text).query if "?" in text else text
    if len(query) > LONGEST or "\0" in query:
        return []
    return parse_qsl(query)[:MOST_PAIRS]


def position(pathways: Pathways, route: str, *, today: date) -> Position:
    """Return where the route stands with the answers that a case keeps."""
    return walk(pathways, parse_qsl(route), today=today)


def kept(position: Position) -> str:
    """Return what a case keeps of a position: also the answers to questions that are not asked as things stand."""
    return urlencode(as_pairs(position.kept))


def is_planned(position: Position) -> bool:
    """Whether enough is answered for a plan."""
    return bool(position.answers) and not position.open_essentials

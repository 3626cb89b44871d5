"""What travels with a referral: the agreed fields as they were at the moment of sending, parcel by parcel."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.cases.consenting.consent import Share, carried
from app.cases.model import Case
from app.cases.referring.model import Kind
from app.directory.model import Need
from app.extracts.draft import Answers, as_text, read_answers

OFFERED = tuple(share for share in Share if share not in {Share.PAPERS, Share.PLAN})
"""What a referral can carry: what was told. Papers and the plan are handed over by the family itself."""


class NothingSharedError(ValueError):
    """Nothing was chosen that a referral carries, or nobody whom it is about."""


@dataclass(frozen=True)
class Parcel:
    """What travelled at one moment: `people` hold what was told of each missing person with what goes with it."""

    at: datetime
    shares: Sequence[Share]
    people: Sequence[Answers] = field(repr=False)


def pack(case: Case, shares: Collection[Share], about: Collection[str], *, now: datetime) -> Parcel:
    """Return what is told now of the missing people with the ids `about`, as far as `shares` go.

    Raises NothingSharedError.
    """
    missing = [one for one in case.missing if one.id in about]
    if not missing or not shares or not set(shares) <= set(OFFERED):
        raise NothingSharedError
    told = [carried(case.answers_on(one), shares) for one in missing]
    return Parcel(now, sorted(shares), told)


def as_packet(parcels: Collection[Parcel]) -> str:
    """Return parcels as the text that `read_packet` reads."""
    return json.dumps(
        [
            {"at": one.at.isoformat(), "shares": list(one.shares), "people": [as_text(each) for each in one.people]}
            for one in parcels
        ],
        ensure_ascii=False,
    )


def read_packet(text: str) -> list[Parcel]:
    """Read what `as_packet` wrote."""
    return [
        Parcel(
            datetime.fromisoformat(one["at"]),
            [Share(code) for code in one["shares"]],
            [read_answers(each) for each in one["people"]],
        )
        for one in json.loads(text or "[]")
    ]


@dataclass(frozen=True)
class Order:
    """A referral as it is written: to which body, what for, and what travels.

    `about` are ids of missing people, `region` where the family is, `despite` why to go on against doubts. Without
    `mail_to`, the link is handed over by whoever sends it.
    """

    body: str
    kind: Kind
    need: Need
    shares: frozenset[Share]
    about: Collection[str]
    language: str
    region: str = ""
    message: str = field(default="", repr=False)
    mail_to: str = field(default="", repr=False)
    despite: str = field(default="", repr=False)

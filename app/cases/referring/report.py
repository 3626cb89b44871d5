"""What became of many referrals: by outcome, by reason, by body, and how long the first answer took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from app.cases.referring.model import FEWEST, Declined, Outcome, State

STEPS: Sequence[tuple[int, int]] = ((0, 1), (2, 3), (4, 6), (7, 15))
"""Working days to the first answer, from and to, as they are counted together; what took longer is the last."""


@dataclass(frozen=True)
class OfBody:
    """What became of the referrals to one body."""

    body: str
    count: int
    answered: int
    states: Mapping[State, int]
    reasons: Mapping[Declined, int]
    median_days: float | None

    @property
    def done(self) -> int:
        return self.states.get(State.DONE, 0)

    @property
    def declined(self) -> int:
        return self.states.get(State.DECLINED, 0)

    @property
    def silent(self) -> int:
        return self.states.get(State.SILENT, 0)

    @property
    def revoked(self) -> int:
        return self.states.get(State.REVOKED, 0)

    @property
    def withdrawn(self) -> int:
        return self.states.get(State.WITHDRAWN, 0)


@dataclass(frozen=True)
class Report:
    """What became of the referrals of an organisation. `waiting` are those that are open now.

    `waits` holds (from, to, how many) in working days, `longer` what took longer, `never` what nobody answered.
    `better` names who was said to be competent, most often named first.
    """

    count: int
    waiting: int
    states: Mapping[State, int]
    reasons: Mapping[Declined, int]
    waits: Sequence[tuple[int, int, int]]
    longer: int
    never: int
    median_days: float | None
    better: Sequence[tuple[str, int]]
    bodies: Sequence[OfBody]

    @property
    def is_small(self) -> bool:
        """Whether there are too few referrals to conclude anything from."""
        return self.count < FEWEST


def report(outcomes: Iterable[Outcome], *, waiting: int) -> Report:
    """Return what became of many referrals; bodies by how often they were asked."""
    found = list(outcomes)
    days = [one.answer_days for one in found if one.answer_days is not None]
    by_body: dict[str, list[Outcome]] = {}
    for one in found:
        by_body.setdefault(one.body, []).append(one)
    rows = [_of_body(body, theirs) for body, theirs in by_body.items()]
    return Report(
        count=len(found),
        waiting=waiting,
        states=Counter(one.state for one in found),
        reasons=_reasons(found),
        waits=[(least, most, sum(least <= wait <= most for wait in days)) for least, most in STEPS],
        longer=sum(wait > STEPS[-1][1] for wait in days),
        never=sum(one.state is State.SILENT and one.answer_days is None for one in found),
        median_days=_median(days),
        better=Counter(one.better for one in found if one.better).most_common(),
        bodies=sorted(rows, key=lambda row: (-row.count, row.body)),
    )


def _of_body(body: str, found: Sequence[Outcome]) -> OfBody:
    days = [one.answer_days for one in found if one.answer_days is not None]
    return OfBody(body, len(found), len(days), Counter(one.state for one in found), _reasons(found), _median(days))


def _reasons(found: Iterable[Outcome]) -> Mapping[Declined, int]:
    return Counter(one.reason for one in found if one.reason is not None and one.state is State.DECLINED)


def _median(days: Sequence[int]) -> float | None:
    return float(median(days)) if days else None

"""What is published: figures of a month and of a year, in which no small number can be found; and as they are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.extracts.figures.model import Waits
from app.extracts.model import Kinship, Purpose
from app.extracts.statistics.suppression import SMALL, TooSmallError, is_safe, mentions, parts
from app.kernel.dates import add_months

SETTLED = timedelta(days=1)
"""How long after a month has ended its figures are published: what was on its way has arrived."""

_CERTAIN = 100
"""From so many answers on, that fewer than ten were late says only that it was less than one in ten."""


class Bound(StrEnum):
    """How near a share is told."""

    EXACT = "exact"
    MORE_THAN = "more-than"
    LESS_THAN = "less-than"


@dataclass(frozen=True)
class Share:
    """A share in whole per cent, or a bound of it where one side is a small number."""

    percent: int
    bound: Bound


@dataclass(frozen=True)
class Month:
    """The figures of one month, by its first day; None where a number is not published.

    `is_near` says that extracts are withheld, for they would tell something of the requests (`month_of`).
    """

    first: date
    requests: int | None
    extracts: int | None
    median_days: int | None
    in_time: Share | None
    is_near: bool = False


@dataclass(frozen=True)
class Group:
    """One line of a table of a year: a code and its count."""

    code: str
    count: int


@dataclass(frozen=True)
class Year:
    """The figures of a year, from the month `since` on. `others` is how many requests the kinships not shown have.

    Without a whole that may be known there is nothing else: `requests` is None then, and the lists are empty.
    """

    year: int
    since: date
    requests: int | None
    extracts: int | None
    kinships: Sequence[Group] = ()
    others: int | None = None
    purposes: Sequence[Group] = ()


@dataclass(frozen=True)
class Published:
    """Everything that is published, the earliest first."""

    months: Sequence[Month] = ()
    years: Sequence[Year] = ()


@dataclass(frozen=True)
class Counted:
    """What there truly was in a month. `extracts_so_far` are all that were ever issued up to its end."""

    first: date
    requests: int
    extracts: int
    extracts_so_far: int
    waits: Waits | None


def month_of(counted: Counted, before: Sequence[Month]) -> Month:
    """Return what may be published of a month after the months `before`, which stay as they are.

    No extract is issued without a request, so extracts published up to now are never more than requests; where the two
    come near each other, a hidden number of requests could be bounded by that. Then the extracts are withheld.
    """
    requests = counted.requests if counted.requests >= SMALL else None
    least = sum(month.requests or 0 for month in before) + (requests or 0)
    is_near = counted.extracts_so_far + SMALL > least
    extracts = counted.extracts if counted.extracts >= SMALL and not is_near else None
    enough = counted.waits is not None and counted.waits.count >= SMALL
    return Month(
        counted.first,
        requests,
        extracts,
        counted.waits.median if counted.waits and enough else None,
        share_of(counted.waits.in_time, counted.waits.count) if counted.waits else None,
        is_near=is_near,
    )


def share_of(part: int, whole: int) -> Share | None:
    """Return the share that may be published: exact where neither side is small, a bound where much is counted."""
    if min(part, whole - part) >= SMALL:
        return Share(round(100 * part / whole), Bound.EXACT)
    if whole < _CERTAIN:
        return None
    return Share(90, Bound.MORE_THAN) if part > whole - part else Share(10, Bound.LESS_THAN)


def year_of(
    months: Sequence[Month],
    counted: Sequence[Counted],
    kinships: Mapping[Kinship, int],
    purposes: Mapping[Purpose, int],
) -> Year:
    """Return what may be published of a year: of its published months, with what was truly counted in each.

    The months stand there already, so their wholes are published only where that tells nothing of a hidden month.
    """
    first = months[0].first
    requests, extracts = sum(one.requests for one in counted), sum(one.extracts for one in counted)
    whole = requests if _may_be_known([one.requests for one in counted]) and requests >= SMALL else None
    is_open = _may_be_known([one.extracts for one in counted]) and not any(month.is_near for month in months)
    all_extracts = extracts if is_open and extracts >= SMALL else None
    year = Year(first.year, first, whole, all_extracts)
    if whole is None:
        return year
    try:
        by_kinship, by_purpose = parts(kinships), mentions(purposes, whole)
    except TooSmallError:
        return year
    return Year(
        first.year,
        first,
        whole,
        all_extracts,
        [Group(kinship.value, count) for kinship, count in by_kinship.shown.items()],
        by_kinship.together if by_kinship.hidden else None,
        [Group(purpose.value, count) for purpose, count in by_purpose.shown.items()],
    )


def _may_be_known(counts: Sequence[int]) -> bool:
    """Say whether the sum of counts may be known of which the small ones are hidden, and only they."""
    return is_safe([count for count in counts if count < SMALL])


def due_months(today: date, *, begun: date, published: Sequence[Month]) -> Sequence[date]:
    """Return the first days of the complete months that are not published yet, from the one in which `begun` lies."""
    month = add_months(published[-1].first, 1) if published else begun.replace(day=1)
    found = []
    while add_months(month, 1) + SETTLED <= today:
        found.append(month)
        month = add_months(month, 1)
    return found


def last_day(month: date) -> date:
    """Return the last day of the month of which `month` is the first day."""
    return add_months(month, 1) - timedelta(days=1)


def month_text(month: Month) -> str:
    """Return a month as the text that is kept."""
    return json.dumps(asdict(month), default=str)


def year_text(year: Year) -> str:
    """Return a year as the text that is kept."""
    return json.dumps(asdict(year), default=str)


def read_month(text: str) -> Month:
    """Read what `month_text` wrote."""
    known = json.loads(text)
    share = known.pop("in_time")
    in_time = Share(share["percent"], Bound(share["bound"])) if share else None
    return Month(date.fromisoformat(known.pop("first")), in_time=in_time, **known)


def read_year(text: str) -> Year:
    """Read what `year_text` wrote."""
    known = json.loads(text)
    kinships, purposes = ([Group(**one) for one in known.pop(name)] for name in ("kinships", "purposes"))
    since = date.fromisoformat(known.pop("since"))
    return Year(since=since, kinships=kinships, purposes=purposes, **known)

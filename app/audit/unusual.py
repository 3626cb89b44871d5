"""Unusual access: which readings of personal data are worth a question, and why. A question, never a verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from statistics import median

from app.audit.model import DECISIONS, READS, Record
from app.kernel.dates import KYIV

HISTORY = timedelta(days=28)
"""How far back the records go from which the usual is learnt. Four weeks hold every shift and every weekend."""

RECENT = timedelta(days=7)
"""How far back a reading can be reported. The days before it are the usual that it is held against."""

SPAN = timedelta(hours=24)
"""The window in which different subjects are counted, and in which a decision explains a reading."""

MANY = 20
"""Different subjects in `SPAN` that nobody is asked about, however few are usual: a day of quick look-ups."""

TIMES_USUAL = 3
"""How many times the usual is unusual."""

AGAIN = 10
"""Times that one subject is read in `RECENT` before somebody asks what for."""

PAUSE = timedelta(minutes=10)
"""A subject read anew within this time is the same visit: a page reloaded, a tab opened twice."""

LEARNT_DAYS = 5
"""Earlier days with readings that are needed before a person has usual hours at all."""

EXAMPLES = 5
"""Numbers of records that a finding shows."""


class Reason(StrEnum):
    """Why a reading is worth a question, the gravest first."""

    NAMESAKE = "namesake"
    MANY_WITHOUT_DECISION = "many-without-decision"
    AGAIN_AND_AGAIN = "again-and-again"
    UNUSUAL_HOUR = "unusual-hour"


@dataclass(frozen=True)
class Finding:
    """One thing to ask `actor` about.

    `count` is of subjects for `MANY_WITHOUT_DECISION`, of visits for `AGAIN_AND_AGAIN`, else of readings; `usual` is
    the number above which `count` is reported, 0 where any is; `subject` is set where the finding is about one.
    `examples` are numbers of records, the newest first.
    """

    reason: Reason
    actor: str
    count: int
    usual: int
    first: datetime
    last: datetime
    examples: Sequence[int]
    subject: str = ""


@dataclass(frozen=True)
class Reading:
    """One reading of one subject; `explained` where the reader also decided on that subject within `SPAN`."""

    number: int
    at: datetime
    actor: str
    subject: str
    namesake: bool
    explained: bool

    @property
    def day(self) -> date:
        """The day in Kyiv."""
        return self.at.astimezone(KYIV).date()

    @property
    def slot(self) -> tuple[bool, int]:
        """Whether it is a weekend, and the hour in Kyiv."""
        local = self.at.astimezone(KYIV)
        return local.weekday() >= 5, local.hour


def readings(records: Iterable[Record]) -> list[Reading]:
    """Return the readings among `records`, the oldest first. The records may come in any order."""
    known = sorted(records, key=lambda record: record.number)
    decided: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for record in known:
        if record.event in DECISIONS:
            decided[record.actor, record.subject].append(_moment(record))
    found = []
    for record in known:
        if record.event in READS:
            at = _moment(record)
            explained = any(abs(at - then) <= SPAN for then in decided.get((record.actor, record.subject), ()))
            namesake = record.details.get("namesake") == "yes"
            found.append(Reading(record.number, at, record.actor, record.subject, namesake, explained))
    return sorted(found, key=lambda reading: (reading.at, reading.number))


def unusual(found: Sequence[Reading], *, now: datetime, groups: Mapping[str, str]) -> list[Finding]:
    """Return what is worth a question, the gravest reason first, then the greatest number.

    `found` are the readings of `HISTORY` up to `now`, the oldest first. `groups` says by actor whose work is alike
    (such as everybody with the same roles); who is in no group is compared with nobody but himself.
    """
    start = now - RECENT
    mine: dict[str, list[Reading]] = defaultdict(list)
    for reading in found:
        mine[reading.actor].append(reading)
    usual = {actor: usual_day([item for item in own if item.at < start]) for actor, own in mine.items()}
    findings: list[Finding] = []
    for actor, own in mine.items():
        before = [reading for reading in own if reading.at < start]
        recent = [reading for reading in own if reading.at >= start]
        peers = [
            usual[other]
            for other, group in groups.items()
            if other != actor and usual.get(other) and group == groups.get(actor)
        ]
        allowed = bound(usual[actor], peers)
        findings += [*_namesakes(recent), *_many(recent, allowed), *_again(recent), *_hours(recent, before)]
    order = list(Reason)
    return sorted(findings, key=lambda finding: (order.index(finding.reason), -finding.count, finding.actor))


def usual_day(own: Iterable[Reading]) -> float:
    """Return the median, over the days on which a person read at all, of subjects read without a decision; 0 for none.

    The median and not the mean: one bad day must not make the next one look usual.
    """
    days: dict[date, set[str]] = defaultdict(set)
    for reading in own:
        days[reading.day].update(() if reading.explained else (reading.subject,))
    return float(median(map(len, days.values()))) if days else 0.0


def bound(own: float, peers: Sequence[float]) -> int:
    """Return how many different subjects without a decision in `SPAN` are still usual.

    Three times the person's own usual day or three times the peers', whichever is less, and never below `MANY`: who
    has always read too much is held against the others, and a whole office that does, each against themselves.
    """
    known = [number for number in (own, median(peers) if peers else 0) if number]
    return max(MANY, int(TIMES_USUAL * min(known))) if known else MANY


def a_day(found: Iterable[Reading], actor: str, days: Sequence[date]) -> list[int]:
    """Return how many readings `actor` did on each of `days` (in Kyiv)."""
    counts = Counter(reading.day for reading in found if reading.actor == actor)
    return [counts[day] for day in days]


def _namesakes(recent: Sequence[Reading]) -> Iterator[Finding]:
    by_subject: dict[str, list[Reading]] = defaultdict(list)
    for reading in recent:
        if reading.namesake:
            by_subject[reading.subject].append(reading)
    for subject, own in by_subject.items():
        yield _finding(Reason.NAMESAKE, own, len(own), subject=subject)


def _many(recent: Sequence[Reading], allowed: int) -> Iterator[Finding]:
    """Report the fullest window of `SPAN`, where it holds more subjects than are usual."""
    unexplained = [reading for reading in recent if not reading.explained]
    inside: Counter[str] = Counter()
    start, fullest, most = 0, (0, 0), 0
    for end, reading in enumerate(unexplained):
        inside[reading.subject] += 1
        while reading.at - unexplained[start].at > SPAN:
            left = unexplained[start].subject
            inside[left] -= 1
            if not inside[left]:
                del inside[left]
            start += 1
        if len(inside) > most:
            fullest, most = (start, end + 1), len(inside)
    if most > allowed:
        yield _finding(Reason.MANY_WITHOUT_DECISION, unexplained[slice(*fullest)], most, usual=allowed)


def _again(recent: Sequence[Reading]) -> Iterator[Finding]:
    by_subject: dict[str, list[Reading]] = defaultdict(list)
    for reading in recent:
        if not reading.explained:
            by_subject[reading.subject].append(reading)
    for subject, own in by_subject.items():
        visits = own[:1]
        for reading in own[1:]:
            if reading.at - visits[-1].at >= PAUSE:
                visits.append(reading)
        if len(visits) >= AGAIN:
            yield _finding(Reason.AGAIN_AND_AGAIN, visits, len(visits), usual=AGAIN - 1, subject=subject)


def _hours(recent: Sequence[Reading], before: Sequence[Reading]) -> Iterator[Finding]:
    """Report readings at hours more than one away from those of at least two earlier days; weekends stand apart."""
    if len({reading.day for reading in before}) < LEARNT_DAYS:
        return
    days: dict[tuple[bool, int], set[date]] = defaultdict(set)
    for reading in before:
        days[reading.slot].add(reading.day)
    known = {
        (weekend, (hour + shift) % 24)
        for (weekend, hour), on in days.items()
        if len(on) >= 2
        for shift in (-1, 0, 1)
    }  # fmt: skip
    own = [reading for reading in recent if reading.slot not in known]
    if own:
        yield _finding(Reason.UNUSUAL_HOUR, own, len(own))


def _finding(reason: Reason, own: Sequence[Reading], count: int, *, usual: int = 0, subject: str = "") -> Finding:
    examples = tuple(reading.number for reading in own[: -EXAMPLES - 1 : -1])
    return Finding(reason, own[0].actor, count, usual, own[0].at, own[-1].at, examples, subject)


def _moment(record: Record) -> datetime:
    return datetime.fromisoformat(record.at).astimezone(UTC)

"""The work list: which facts are to be looked at, the most urgent first, and which reviews are due in which week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.curation.verification.facts import Fact
from app.curation.verification.model import Standing, State, What, due_on, rests, risk
from app.directory.hours import Open
from app.kernel.dates import KYIV

NOWHERE = "-"
"""The region of facts that belong to no body."""


@dataclass(frozen=True)
class Item:
    """A fact with how it stands, how urgent it is and when it is due. `open` says whether its line answers now."""

    fact: Fact
    standing: Standing
    risk: int
    due: date
    open: Open


@dataclass(frozen=True)
class Filter:
    """What an editor looks for; empty means no matter. Nationwide bodies are of every region."""

    what: What | None = None
    region: str = ""
    language: str = ""

    def lets(self, fact: Fact) -> bool:
        """Say whether a fact passes."""
        if self.what is not None and fact.what is not self.what:
            return False
        if (self.region or self.language) and fact.body is None:
            return False
        return fact.body is None or (
            (not self.region or self.region in fact.body.regions or "nationwide" in fact.body.regions)
            and (not self.language or self.language in fact.body.languages)
        )


def item(fact: Fact, found: Standing, now: datetime) -> Item:
    """Return a fact as the work list shows it. Its age runs from its last verification, or from what its source dates.

    A task counts from the day on which the content was last right, however often it was tried since.
    """
    since = max(found.last.day, fact.seen_on) if found.last else fact.seen_on
    # A page that shows a number does not say that somebody answers there: until a first call it is due at once.
    is_called = fact.what is not What.PHONE or found.answered is not None or found.confirmed is not None
    due = due_on(fact.what, since) if is_called else since
    today = now.astimezone(KYIV).date()
    hours = fact.phone.opening if fact.phone else None
    return Item(
        fact=fact,
        standing=found,
        risk=risk(age_days=(today - since).days, uses=fact.uses, confidence=fact.confidence),
        due=due,
        open=hours.at(now) if hours else Open.UNKNOWN,
    )


_OPEN_FIRST = {Open.YES: 0, Open.UNKNOWN: 1, Open.NO: 2}


@dataclass(frozen=True)
class Work:
    """What there is to do: `due`, the next first; `tasks` of what is silent or wrong; how many facts rest a while."""

    due: Sequence[Item]
    tasks: Sequence[Item]
    resting: int


def work(items: Iterable[Item], now: datetime) -> Work:
    """Put items in order: lines that are open now before those of unknown hours and closed ones, each by risk."""
    today = now.astimezone(KYIV).date()
    all_items = list(items)
    tasks = [one for one in all_items if one.standing.is_task]
    wanted = [one for one in all_items if one.standing.state is not State.WRONG and one.due <= today]
    due = [one for one in wanted if not rests(one.standing, now)]
    return Work(
        due=sorted(due, key=lambda one: (_OPEN_FIRST[one.open], -one.risk, one.fact.name)),
        tasks=sorted(tasks, key=lambda one: (-one.risk, one.fact.name)),
        resting=len(wanted) - len(due),
    )


def by_week(items: Iterable[Item], first: date, last: date) -> Mapping[date, Sequence[Item]]:
    """Return the items due from `first` to `last` by the Monday of their week, each week by day and risk."""
    weeks: dict[date, list[Item]] = {}
    for one in sorted(items, key=lambda one: (one.due, -one.risk, one.fact.name)):
        if first <= one.due <= last:
            weeks.setdefault(one.due - timedelta(days=one.due.weekday()), []).append(one)
    return weeks

"""Unusual access: what an auditor is shown, and what stays unremarked because it is work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from app.audit.model import DECISIONS, READS, Event, Record, moment
from app.audit.unusual import AGAIN, MANY, Finding, Reason, a_day, bound, readings, unusual
from app.kernel.dates import KYIV

NOW = datetime(2026, 4, 16, 15, tzinfo=UTC)
MORNING = datetime(2026, 4, 15, 7, tzinfo=UTC)


class Office:
    """Writes down who read what, as the audit does."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def add(self, event: Event, actor: str, subject: str, at: datetime, **details: str) -> None:
        number = len(self.records) + 1
        self.records.append(Record(number, moment(at), event, f"account:{actor}", f"account:{subject}", details))

    def read(self, actor: str, subject: str, at: datetime, **details: str) -> None:
        self.add(Event.ACCOUNT_READ, actor, subject, at, **details)

    def reads(self, actor: str, count: int, at: datetime, *, every: timedelta = timedelta(minutes=5)) -> None:
        for place in range(count):
            self.read(actor, f"{actor}-{at:%m%d}-{place}", at + every * place)

    def find(self, groups: Mapping[str, str] | None = None) -> list[Finding]:
        return unusual(readings(self.records), now=NOW, groups=groups or {})


def workdays(count: int) -> list[datetime]:
    """Return mornings of earlier weekdays, all outside of the reported week."""
    days = [MORNING - timedelta(days=8 + ago) for ago in range(3 * count)]
    return [day for day in days if day.astimezone(KYIV).weekday() < 5][:count]


def test_many_reads_without_a_decision_are_shown_with_their_records() -> None:
    office = Office()
    office.reads("a", MANY + 1, MORNING)
    (finding,) = office.find()
    assert (finding.reason, finding.actor, finding.count) == (Reason.MANY_WITHOUT_DECISION, "account:a", MANY + 1)
    assert (finding.first, finding.last) == (MORNING, MORNING + timedelta(minutes=5) * MANY)
    assert finding.examples == (21, 20, 19, 18, 17)


def test_a_day_of_few_reads_is_unremarked() -> None:
    office = Office()
    office.reads("a", MANY, MORNING)
    assert office.find() == []


def test_reads_that_led_to_a_decision_are_work() -> None:
    office = Office()
    office.reads("a", 60, MORNING)
    for place in range(60):
        office.add(Event.ACCOUNT_DISABLED, "a", f"a-0415-{place}", MORNING + timedelta(hours=6))
    assert office.find() == []


def test_a_decision_of_somebody_else_explains_nothing() -> None:
    office = Office()
    office.reads("a", 30, MORNING)
    for place in range(30):
        office.add(Event.ACCOUNT_DISABLED, "b", f"a-0415-{place}", MORNING + timedelta(hours=6))
    assert [finding.count for finding in office.find()] == [30]


def test_reads_spread_over_days_do_not_add_up() -> None:
    office = Office()
    office.reads("a", 40, MORNING - timedelta(days=4), every=timedelta(hours=2))
    assert office.find() == []


def test_the_busy_are_held_against_their_own_usual_and_their_peers() -> None:
    office = Office()
    for day in workdays(6):
        for actor in ("a", "b", "c"):
            office.reads(actor, 15, day)
    office.reads("a", 44, MORNING, every=timedelta(minutes=1))
    office.reads("b", 46, MORNING, every=timedelta(minutes=1))
    groups = dict.fromkeys(("account:a", "account:b", "account:c"), "registrar")
    assert [(finding.actor, finding.usual) for finding in office.find(groups)] == [("account:b", 45)]


def test_who_has_always_read_too_much_is_held_against_the_others() -> None:
    office = Office()
    for day in workdays(6):
        office.reads("a", 100, day, every=timedelta(minutes=2))
        office.reads("b", 10, day)
    office.reads("a", 100, MORNING, every=timedelta(minutes=2))
    groups = dict.fromkeys(("account:a", "account:b"), "registrar")
    assert [(finding.actor, finding.usual) for finding in office.find(groups)] == [("account:a", 30)]
    apart = {"account:a": "registrar", "account:b": "auditor"}
    assert office.find(apart) == []


@pytest.mark.parametrize(
    ("own", "peers", "allowed"), [(0, [], 20), (30, [], 90), (0, [12, 8, 10], 30), (30, [10], 30), (2, [50], 20)]
)
def test_the_bound_is_three_times_the_lesser_usual_and_never_below_twenty(
    own: float, peers: list[float], allowed: int
) -> None:
    assert bound(own, peers) == allowed


def test_a_single_read_of_a_namesake_is_shown_first() -> None:
    office = Office()
    office.reads("a", 30, MORNING)
    office.read("b", "namesake", MORNING, namesake="yes")
    office.read("b", "other", MORNING, namesake="no")
    findings = office.find()
    assert [finding.reason for finding in findings] == [Reason.NAMESAKE, Reason.MANY_WITHOUT_DECISION]
    assert (findings[0].actor, findings[0].subject, findings[0].count) == ("account:b", "account:namesake", 1)


def test_one_subject_read_again_and_again_is_shown_but_a_reloaded_page_is_not() -> None:
    office = Office()
    for place in range(AGAIN):
        office.read("a", "x", MORNING - timedelta(days=3) + timedelta(hours=place))
        office.read("b", "x", MORNING + timedelta(minutes=place))
    (finding,) = office.find()
    assert (finding.reason, finding.actor, finding.subject) == (Reason.AGAIN_AND_AGAIN, "account:a", "account:x")
    assert finding.count == AGAIN


def test_reads_at_night_are_shown_for_who_works_by_day() -> None:
    office = Office()
    for day in workdays(6):
        for actor in ("a", "night"):
            office.read(actor, "x", day + timedelta(hours=12 if actor == "night" else 0))
    for actor in ("a", "night", "new"):
        office.read(actor, "y", MORNING + timedelta(hours=12))
    office.read("a", "z", MORNING + timedelta(minutes=70))
    (finding,) = office.find()
    assert (finding.reason, finding.actor, finding.count) == (Reason.UNUSUAL_HOUR, "account:a", 1)


def test_a_weekend_is_unusual_for_who_works_on_weekdays() -> None:
    office = Office()
    for day in workdays(6):
        office.read("a", "x", day)
    saturday = datetime(2026, 4, 11, 7, tzinfo=UTC)
    office.read("a", "y", saturday)
    assert [(finding.reason, finding.first) for finding in office.find()] == [(Reason.UNUSUAL_HOUR, saturday)]


def test_what_is_older_than_a_week_is_usual_and_not_reported() -> None:
    office = Office()
    office.reads("a", 50, MORNING - timedelta(days=10))
    office.read("a", "n", MORNING - timedelta(days=10), namesake="yes")
    assert office.find() == []


def test_the_days_of_the_chart_are_those_of_kyiv() -> None:
    office = Office()
    office.read("a", "x", datetime(2026, 4, 14, 20, 59, tzinfo=UTC))
    office.read("a", "x", datetime(2026, 4, 14, 21, 1, tzinfo=UTC))
    days = [(NOW - timedelta(days=ago)).date() for ago in (2, 1, 0)]
    assert a_day(readings(office.records), "account:a", days) == [1, 1, 0]


def test_nothing_is_a_read_and_a_decision_at_once() -> None:
    assert not READS & DECISIONS

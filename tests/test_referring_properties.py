"""Any order of deeds by a body, those who help, the family and the clock keeps the promises of referrals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.cases import actions as cases
from app.cases.actions import Who
from app.cases.consenting import actions as consenting
from app.cases.consenting.consent import NotCoveredError, Share, Terms
from app.cases.referring import actions, store
from app.cases.referring.model import LINK_LASTS, Declined, Deed, Kind, NotNowError, Standing
from app.cases.referring.packet import Order
from app.directory.model import Directory, Need
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.sealed import new_id
from app.web.edition import Edition
from tests.families import NOW, OURS, TOLD, inside, join

BODY = "free-legal-aid"
SHARES = frozenset({Share.CONTACT_NAME, Share.MISSING_NAME})
UNTIL = date(2026, 12, 20)
REFUSED = (
    NotCoveredError, NotNowError, actions.NoReferralError, actions.NotOpenedError, actions.AlreadySentError,
)  # fmt: skip


@dataclass
class World:
    """A case with everything that was done on it, and what its story says must hold."""

    database: Database
    directory: Directory
    who: Who
    case: str
    now: datetime = NOW
    agreed_until: date | None = None
    referral: str = ""
    links: list[tuple[str, datetime]] = field(default_factory=list)
    """Links that must open until their moment, as long as the referral is open and covered."""
    dead: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    answers: int = 0

    @property
    def is_covered(self) -> bool:
        return self.agreed_until is not None and self.now.date() <= self.agreed_until

    def run(self, deed: Callable[[Session], object]) -> bool:
        """Do a deed and say whether it was done."""
        try:
            with inside(self.database, OURS) as session:
                deed(session)
        except REFUSED:
            return False
        return True

    def standing(self) -> tuple[Standing, bool] | None:
        """Return how the referral stands, and whether it still carries anything."""
        with inside(self.database, OURS) as session:
            row = store.find(session, self.case, self.referral)
            return (store.standing(row), row.packet_sealed is not None) if row else None

    def add_link(self, made: actions.Made, *, ends_others: bool) -> None:
        if ends_others:
            self.dead |= {token for token, _ in self.links}
        self.links.append((made.token, self.now + LINK_LASTS))


def agree(world: World, _: int) -> None:
    terms = Terms(SHARES, BODY, Need.LEGAL_AID, UNTIL)
    with inside(world.database, OURS) as session:
        consenting.record_spoken(
            session, world.case, terms, "Свідок", directory=world.directory, who=world.who, now=world.now
        )
    world.agreed_until = UNTIL


def withdraw(world: World, _: int) -> None:
    with inside(world.database, OURS) as session:
        for one in consenting.consents_of(session, world.case):
            consenting.withdraw(session, world.case, one.id, who=world.who, now=world.now)
    world.agreed_until = None


def send(world: World, _: int) -> None:
    if world.referral:
        return
    made: list[actions.Made] = []

    def deed(session: Session) -> None:
        row = cases.case_row(session, world.case, who=world.who)
        about = [one.id for one in cases.case_of(session, row, now=world.now).missing]
        order = Order(BODY, Kind.REFER, Need.LEGAL_AID, SHARES, about, "uk", mail_to="l@example.org")
        made.append(
            actions.send(session, world.case, order, directory=world.directory, who=world.who, now=world.now)
        )  # fmt: skip

    if world.run(deed):
        assert world.is_covered
        world.referral = made[0].referral
        world.add_link(made[0], ends_others=True)


def renew(world: World, _: int) -> None:
    made: list[actions.Made] = []
    if world.referral and world.run(
        lambda session: made.append(
            actions.renew(session, world.case, world.referral, mail_to="", who=world.who, now=world.now)
        )
    ):
        assert world.is_covered
        world.add_link(made[0], ends_others=True)


def revoke(world: World, _: int) -> None:
    if world.referral:
        world.run(lambda session: actions.revoke(session, world.case, world.referral, who=world.who, now=world.now))


def supply(world: World, _: int) -> None:
    made: list[actions.Made] = []
    if world.referral and world.run(
        lambda session: made.append(
            actions.supply(session, world.case, world.referral, (), "Так.", who=world.who, now=world.now)
        )
    ):
        assert world.is_covered
        world.add_link(made[0], ends_others=False)


def open_it(world: World, which: int) -> None:
    if world.links:
        token, until = world.links[which % len(world.links)]
        if world.run(lambda session: actions.open_shared(session, token, now=world.now)):
            assert world.is_covered
            assert token not in world.dead
            assert world.now < until
            world.opened.add(token)
        elif token not in world.opened:
            assert not world.run(lambda session: actions.shared(session, token, now=world.now))


def answer(deed: Deed) -> Callable[[World, int], None]:
    def give(world: World, which: int) -> None:
        if not world.links:
            return
        token, until = world.links[which % len(world.links)]
        before = world.standing()
        assert before is not None
        reason = Declined.CAPACITY if deed is Deed.DECLINE else None
        if world.run(
            lambda session: actions.answer(
                session, token, deed, reason=reason, better="", words="Ще", directory=world.directory, now=world.now
            )
        ):
            assert world.is_covered
            assert token not in world.dead
            assert world.now < until
            assert before[0].is_open
            world.answers += 1

    return give


def tick(world: World, days: int) -> None:
    world.now += timedelta(days=days)
    actions.keep_time(world.database, now=world.now)


def lead_on(world: World, days: int) -> None:
    world.now += timedelta(days=days)


DEEDS = {
    "agree": agree, "withdraw": withdraw, "send": send, "renew": renew, "revoke": revoke, "supply": supply,
    "open": open_it, "tick": tick, "time": lead_on,
    **{one: answer(one) for one in (Deed.ACCEPT, Deed.BEGIN, Deed.ASK, Deed.FINISH, Deed.DECLINE)},
}  # fmt: skip
ENDS = frozenset({Deed.FINISH, Deed.DECLINE, Deed.REVOKE, Deed.WITHDRAW, Deed.CLOSE})
TWICE = ("tick", "open", Deed.ACCEPT, Deed.ASK, "supply", "renew")
"""What happens more often than the rest, so that stories go on for long enough."""

deeds = st.lists(st.tuples(st.sampled_from([*DEEDS, *TWICE]), st.integers(0, 6)), min_size=5, max_size=22)


def check(world: World, ended: Standing | None) -> Standing | None:
    """Look whether every promise holds; return how the referral stood when it ended, once it has."""
    found = world.standing()
    if found is None:
        return None
    standing, carries = found
    assert ended in (None, standing), "nothing happens after the end"
    assert standing.reminded <= 2
    assert carries is standing.is_open
    with inside(world.database, OURS) as session:
        for token, until in world.links:
            may_open = standing.is_open and world.is_covered and token not in world.dead and world.now < until
            assert is_opening(session, token, world.now) is may_open
        count = session.scalar(
            select(func.count()).select_from(store.OutcomeRow).where(store.OutcomeRow.id == world.referral)
        )
        assert count == (standing.answered_at is not None or not standing.is_open)
    assert (world.answers > 0) is (standing.answered_at is not None)
    return None if standing.is_open else standing


def is_opening(session: Session, token: str, now: datetime) -> bool:
    try:
        actions.look_at(session, token, now=now)
    except actions.NoReferralError:
        return False
    return True


@pytest.fixture(scope="module")
def directory(edition: Edition) -> Directory:
    """The one body that is asked."""
    whole = edition.part(Directory)
    return Directory({BODY: whole[BODY]}, {})


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=deeds)
def test_any_story_keeps_the_promises(database: Database, directory: Directory, story: list[tuple[str, int]]) -> None:
    who = join(database, f"{new_id()}@example.org", OURS)
    with inside(database, OURS) as session:
        case = cases.open_case(
            session, TOLD, who=who, is_training=False, random=Random(), now=NOW
        )  # fmt: skip
    world, ended = World(database, directory, who, case), None
    for name, number in [("agree", 0), ("send", 0), *story]:
        DEEDS[name](world, number)
        ended = check(world, ended) or ended
    with inside(database, OURS) as session:
        done = [step.deed for step in store.steps(session, [world.referral])[world.referral]]
    assert done.count(Deed.REMIND) <= 2
    assert sum(deed in ENDS for deed in done) == (ended is not None)
    assert done[-1:] == [deed for deed in done if deed in ENDS] or ended is None

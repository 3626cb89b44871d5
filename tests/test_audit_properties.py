"""The audit record under any sequence of deeds and any tampering, tried with examples that nobody thought of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.audit.actions import record
from app.audit.model import OPTIONAL, REQUIRED, AuditError, Event, checked
from app.audit.store import AuditRow, verify
from app.content.store import EditionRow
from app.storage.database import Database
from app.storage.engine import Session
from tests.unguarded import without_guard

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
few = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

Deeds = Sequence["str | tuple[str, Deeds]"]
steps = st.recursive(
    st.lists(st.just("deed"), min_size=1, max_size=2),
    lambda inner: st.lists(
        st.one_of(st.just("deed"), st.tuples(st.sampled_from(["kept", "undone", "failed"]), inner)),
        min_size=1,
        max_size=4,
    ),
    max_leaves=10,
)
"""What happens in one transaction: deeds, and savepoints kept, undone, or undone by a refusal of the database."""


class Clerk:
    """Does deeds, each with its record, and knows which of them the database must keep."""

    def __init__(self) -> None:
        self.last = 1
        self.kept: set[int] = {1}

    def act(self, session: Session, what: Deeds, done: set[int]) -> None:
        for step in what:
            if isinstance(step, str):
                self.last += 1
                session.add(EditionRow(number=self.last, digest="a", live_since=NOW))
                record(session, Event.ACCOUNT_READ, actor="account:a", subject=f"account:{self.last}", now=NOW)
                done.add(self.last)
                continue
            end, inner = step
            savepoint, tried = session.begin_nested(), set[int]()
            self.act(session, inner, tried)
            if end == "kept":
                savepoint.commit()
                done |= tried
            elif end == "undone":
                savepoint.rollback()
            else:
                with pytest.raises(IntegrityError):
                    session.execute(insert(EditionRow).values(number=1, digest="a", live_since=NOW))
                savepoint.rollback()

    def fail_a_flush(self, session: Session) -> None:
        """Let the database refuse a deed in a savepoint, as a name that is taken is refused."""
        savepoint = session.begin_nested()
        session.add(EditionRow(number=1, digest="a", live_since=NOW))
        record(session, Event.ACCOUNT_READ, actor="account:a", subject="account:refused", now=NOW)
        with pytest.raises(IntegrityError):
            session.flush()
        savepoint.rollback()


def begin_anew(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(delete(AuditRow))
        connection.execute(delete(EditionRow))
        connection.execute(insert(EditionRow).values(number=1, digest="a", live_since=NOW))


@few
@given(transactions=st.lists(st.tuples(st.booleans(), steps), min_size=1, max_size=4))
@example(transactions=[(True, ["deed", ("undone", ["deed", ("kept", ["deed"])]), "deed"])])
def test_whatever_is_undone_each_deed_that_stays_has_its_record(
    database: Database, transactions: list[tuple[bool, Deeds]]
) -> None:
    without_guard(database)
    begin_anew(database)
    clerk = Clerk()
    for is_kept, what in transactions:
        done: set[int] = set()
        with database.session(writes=True) as session:
            clerk.act(session, what, done)
            if is_kept:
                session.commit()
                clerk.kept |= done
            else:
                session.rollback()
    with database.reading() as session:
        assert set(session.scalars(select(EditionRow.number))) == clerk.kept
        subjects = list(session.scalars(select(AuditRow.subject).order_by(AuditRow.number)))
        assert subjects == [f"account:{number}" for number in sorted(clerk.kept - {1})]
        assert verify(session).broken == ""


def test_a_deed_that_the_database_refuses_takes_no_other_record_with_it(database: Database) -> None:
    clerk = Clerk()
    with database.writing() as session:
        session.add(EditionRow(number=1, digest="a", live_since=NOW))
        clerk.act(session, ["deed"], set())
        clerk.fail_a_flush(session)
        clerk.act(session, [("kept", ["deed"])], set())
    with database.reading() as session:
        subjects = list(session.scalars(select(AuditRow.subject).order_by(AuditRow.number)))
    assert subjects == ["account:2", "account:3"]


LENGTH = 8
COLUMNS = ["at", "event", "actor", "subject", "details", "hash"]
tampering = st.one_of(
    st.tuples(st.just("change"), st.integers(1, LENGTH), st.sampled_from(COLUMNS)),
    st.tuples(st.just("delete"), st.integers(1, LENGTH - 1), st.just("")),
    st.tuples(st.just("swap"), st.integers(1, LENGTH - 1), st.integers(2, LENGTH)),
    st.tuples(st.just("insert"), st.integers(1, LENGTH + 1), st.sampled_from(["copy", "forged"])),
)


def tamper(database: Database, how: str, place: int, more: object) -> int:
    """Change the raw table; return the number of the first record that can no longer hold."""
    with database.engine.begin() as connection:
        rows = {row.number: dict(row._mapping) for row in connection.execute(select(AuditRow.__table__))}
        if how == "change":
            other = {
                "at": (NOW + timedelta(days=1)).isoformat(), "event": "file.read", "actor": "account:other",
                "subject": "account:other", "details": {"namesake": "no"}, "hash": bytes(32),
            }  # fmt: skip
            connection.execute(update(AuditRow).where(AuditRow.number == place).values({str(more): other[str(more)]}))
            return place
        if how == "delete":
            connection.execute(delete(AuditRow).where(AuditRow.number == place))
            return place
        connection.execute(delete(AuditRow).where(AuditRow.number >= place))
        if how == "swap":
            assert isinstance(more, int)
            other_place = more if more > place else place + 1
            rows[place], rows[other_place] = (
                rows[other_place] | {"number": place},
                rows[place] | {"number": other_place},
            )
            rest = [rows[number] for number in range(place, LENGTH + 1)]
        else:
            model = rows[min(place, LENGTH)]
            new = model | {"number": place} | ({} if more == "copy" else {"subject": "account:forged"})
            later = [rows[number] | {"number": number + 1} for number in range(place, LENGTH + 1)]
            rest = [new, *later]
        connection.execute(insert(AuditRow), rest)
        if how == "insert" and more == "copy" and place <= LENGTH:
            return place + 1  # the copy is the record itself; the one after it is the first that does not follow
        return place


@few
@given(done=tampering)
def test_the_first_record_that_was_tampered_with_is_named(database: Database, done: tuple[str, int, object]) -> None:
    without_guard(database)
    begin_anew(database)
    with database.writing() as session:
        for number in range(1, LENGTH + 1):
            record(session, Event.ACCOUNT_READ, actor="account:a", subject=f"account:{number}", now=NOW, namesake="yes")
    first = tamper(database, *done)
    with database.reading() as session:
        verdict = verify(session)
    assert re.match(rf"record {first} ", verdict.broken), (done, verdict)
    assert verdict.records == first - 1


SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/,=-]{0,119}", re.ASCII)


@settings(max_examples=600, deadline=None)
@given(value=st.one_of(st.text(max_size=130), st.from_regex(r"[A-Za-z0-9 ,.@+-]{1,40}", fullmatch=True)))
@example(value="account:a\n")
@example(value="0671234567")
@example(value="067-123-45-67")
@example(value="+380671234567")
@example(value="account:оlena")
@example(value="٠٦٧١٢٣٤٥٦٧")
@example(value="")
def test_nothing_but_a_reference_is_ever_taken(value: str) -> None:
    """Whatever is taken is short, ASCII, without a space or an at sign, and no number that could be dialled."""
    for place in ("actor", "subject", "reason"):
        given_ = {"actor": "account:a", "subject": "account:b", "reason": "wrong"} | {place: value}
        try:
            checked(
                Event.SIGN_IN_REFUSED,
                actor=given_["actor"],
                subject=given_["subject"],
                details={"reason": given_["reason"]},
            )
        except AuditError:
            continue
        assert value.isascii()
        assert SAFE.fullmatch(value)
        assert not re.fullmatch(r"[\d-]{9,}", value)


@given(
    event=st.sampled_from(Event),
    names=st.sets(st.sampled_from(["roles", "before", "after", "reason", "name", "namesake", "field", "filters"])),
)
def test_a_record_says_what_its_event_must_say_and_nothing_unknown(event: Event, names: set[str]) -> None:
    details = dict.fromkeys(names, "x")
    fits = REQUIRED[event] <= names <= REQUIRED[event] | OPTIONAL
    if fits:
        assert checked(event, actor="account:a", subject="account:b", details=details) == details
    else:
        with pytest.raises(AuditError):
            checked(event, actor="account:a", subject="account:b", details=details)

"""The rules of referrals: what may be done when, what the clock brings, which bodies fit, and what is told of many."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.referring.fitting import Doubt, doubts
from app.cases.referring.model import (
    ANSWERS,
    CLOSED_AFTER,
    FEWEST,
    MOVES,
    OPEN,
    REMINDED_AFTER,
    Declined,
    Deed,
    Kind,
    Link,
    NotNowError,
    NoWordsError,
    Standing,
    State,
    after,
    checked_answer,
    comes,
    is_quiet,
    next_due,
    sent,
    turn,
    usual_days,
    working_days,
)
from app.directory.model import Directory, Need
from app.web.edition import Edition

# A Wednesday.
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def path(*deeds: Deed, kind: Kind = Kind.REFER, now: datetime = NOW) -> Standing:
    """Return a referral after deeds that were all done at once."""
    standing = sent(kind, now=now)
    for deed in deeds:
        standing = after(standing, deed, now=now)
    return standing


def on(day: date) -> datetime:
    """Noon of a day, in Kyiv's winter."""
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=UTC)


def test_a_body_answers_after_it_has_opened_what_is_shared_but_may_decline_before() -> None:
    for deed in set(ANSWERS) - {Deed.DECLINE}:
        with pytest.raises(NotNowError):
            path(deed)
    assert path(Deed.DECLINE).state is State.DECLINED
    assert path(Deed.OPEN, Deed.ACCEPT, Deed.BEGIN, Deed.FINISH).state is State.DONE
    assert path(Deed.OPEN, Deed.ACCEPT, Deed.DECLINE).state is State.DECLINED, "it may find out later that it cannot"


@pytest.mark.parametrize("deed", [Deed.ACCEPT, Deed.BEGIN, Deed.ASK])
def test_the_same_answer_is_not_given_twice(deed: Deed) -> None:
    with pytest.raises(NotNowError):
        path(Deed.OPEN, deed, deed)


@pytest.mark.parametrize(
    "ended",
    [
        path(Deed.DECLINE),
        path(Deed.OPEN, Deed.FINISH),
        path(Deed.REVOKE),
        path(Deed.CLOSE),
        path(Deed.WITHDRAW),
    ],
    ids=lambda one: one.state,
)
def test_nothing_is_done_after_the_end(ended: Standing) -> None:
    assert ended.ended_at == NOW
    for deed in Deed:
        with pytest.raises(NotNowError):
            after(ended, deed, now=NOW)


def test_whoever_took_the_matter_on_and_asked_for_more_has_not_given_it_back() -> None:
    assert path(Deed.OPEN, Deed.ASK, Deed.SUPPLY).state is State.SEEN
    assert path(Deed.OPEN, Deed.ACCEPT, Deed.ASK, Deed.SUPPLY).state is State.ACCEPTED


def test_the_first_answer_is_kept() -> None:
    standing = after(path(Deed.OPEN, Deed.ASK), Deed.SUPPLY, now=NOW + timedelta(days=1))
    standing = after(standing, Deed.ACCEPT, now=NOW + timedelta(days=2))
    assert standing.answered_at == NOW
    assert standing.accepted_at == NOW + timedelta(days=2)


def test_only_a_transfer_that_is_done_proposes_to_close_the_case() -> None:
    assert path(Deed.OPEN, Deed.ACCEPT, Deed.FINISH, kind=Kind.TRANSFER).proposes_closing
    assert not path(Deed.OPEN, Deed.ACCEPT, kind=Kind.TRANSFER).proposes_closing
    assert not path(Deed.OPEN, Deed.ACCEPT, Deed.FINISH).proposes_closing


def test_words_are_asked_for_where_an_answer_says_too_little() -> None:
    checked_answer(Deed.ACCEPT, None, "")
    checked_answer(Deed.DECLINE, Declined.CAPACITY, "")
    for deed, reason in ((Deed.ASK, None), (Deed.DECLINE, Declined.OTHER)):
        with pytest.raises(NoWordsError):
            checked_answer(deed, reason, "  ")
    for deed, reason in ((Deed.DECLINE, None), (Deed.ACCEPT, Declined.OTHER), (Deed.REVOKE, None)):
        with pytest.raises(ValueError, match="reason"):
            checked_answer(deed, reason, "слова")


def test_reminders_come_after_three_and_six_working_days() -> None:
    standing = path()
    assert next_due(standing) == (Deed.REMIND, date(2026, 11, 30)), "Thursday, Friday, Monday"
    assert comes(standing, now=on(date(2026, 11, 29))) is None
    reminded = after(standing, Deed.REMIND, now=on(date(2026, 11, 30)))
    assert next_due(reminded) == (Deed.REMIND, date(2026, 12, 3))
    twice = after(reminded, Deed.REMIND, now=on(date(2026, 12, 3)))
    assert next_due(twice) == (Deed.CLOSE, date(2026, 12, 16))
    with pytest.raises(NotNowError):
        after(twice, Deed.REMIND, now=on(date(2026, 12, 4)))


def test_a_worker_that_was_down_sends_one_reminder_at_a_time() -> None:
    late = on(date(2026, 12, 8))
    reminded = after(path(), Deed.REMIND, now=late)
    assert comes(reminded, now=late) is None
    assert comes(reminded, now=late + timedelta(days=1)) is Deed.REMIND


def test_a_referral_that_nobody_answers_closes_itself_after_21_days_and_is_not_reminded_then() -> None:
    for standing in (path(), path(Deed.OPEN), path(Deed.OPEN, Deed.ASK)):
        assert comes(standing, now=NOW + timedelta(days=CLOSED_AFTER)) is Deed.CLOSE
        assert comes(standing, now=NOW + timedelta(days=CLOSED_AFTER - 1)) is not Deed.CLOSE


def test_what_was_taken_on_does_not_close_itself_but_is_noticed_when_it_is_quiet() -> None:
    standing = path(Deed.OPEN, Deed.ACCEPT)
    for days in range(1, 200):
        assert comes(standing, now=NOW + timedelta(days=days)) is None
    assert not is_quiet(standing, now=NOW + timedelta(days=CLOSED_AFTER - 1))
    assert is_quiet(standing, now=NOW + timedelta(days=CLOSED_AFTER))
    assert not is_quiet(path(Deed.OPEN, Deed.FINISH), now=NOW + timedelta(days=90))


def test_whoever_sent_it_looks_when_the_body_needs_more_can_answer_no_longer_or_has_been_silent() -> None:
    until = NOW + timedelta(days=8)
    assert turn(path(Deed.OPEN, Deed.ASK), until) == NOW.date()
    assert turn(path(), until) == until.date()
    assert turn(path(Deed.OPEN, Deed.ACCEPT), NOW + timedelta(days=40)) == (NOW + timedelta(days=21)).date()


def test_a_link_opens_until_it_is_over_ended_or_the_referral_is() -> None:
    link = Link(NOW, NOW + timedelta(days=8))
    assert link.opens(path(), now=NOW + timedelta(days=8, seconds=-1))
    assert not link.opens(path(), now=NOW + timedelta(days=8))
    assert not link.opens(path(Deed.DECLINE), now=NOW)
    assert not Link(NOW, NOW + timedelta(days=8), ended_at=NOW).opens(path(), now=NOW)


@given(st.lists(st.tuples(st.sampled_from(Deed), st.integers(0, 9)), max_size=25))
def test_any_order_of_deeds_keeps_the_promises(deeds: list[tuple[Deed, int]]) -> None:
    standing, now, answers = sent(Kind.REFER, now=NOW), NOW, 0
    for deed, days in deeds:
        now += timedelta(days=days)
        before = standing
        try:
            standing = after(standing, deed, now=now)
        except NotNowError:
            assert deed not in MOVES or before.state not in MOVES[deed] or before.reminded == len(REMINDED_AFTER)
            continue
        assert before.state in OPEN
        assert standing.reminded <= len(REMINDED_AFTER)
        assert standing.is_open is (standing.ended_at is None)
        assert before.answered_at in (None, standing.answered_at)
        answers += deed in ANSWERS
        assert (standing.answered_at is not None) is (answers > 0)


def test_working_days_are_those_of_ukraine() -> None:
    assert working_days(NOW, NOW) == 0
    assert working_days(NOW, on(date(2026, 11, 26))) == 1
    assert working_days(NOW, on(date(2026, 11, 30))) == 3
    assert working_days(on(date(2026, 11, 28)), on(date(2026, 11, 29))) == 0, "both on one weekend"


def test_how_soon_a_body_usually_answers_is_told_from_ten_referrals_on() -> None:
    assert usual_days([1] * (FEWEST - 1)) is None
    assert usual_days([0] * FEWEST) == 1
    assert usual_days([1, 1, 1, 1, 1, 2, 2, 4, 9, 30]) == 4, "three of four were answered within four days"
    assert usual_days([1, 1, 1, 1, 1, 2, 2, 4, None, None]) == 4, "those without an answer count"
    assert usual_days([1, 1, 1, 1, 1, 2, 2, None, None, None]) is None, "it does not usually answer"


@pytest.fixture(scope="module")
def directory(edition: Edition) -> Directory:
    return edition.part(Directory)


def test_a_body_is_checked_against_need_place_and_people(directory: Directory) -> None:
    legal = directory["free-legal-aid"]
    assert doubts(legal, Need.LEGAL_AID, region="UA-32", categories=["military"]) == []
    assert doubts(legal, Need.DNA, region="", categories=[]) == [Doubt.NEED]
    abroad = directory["american-red-cross-rfl"]
    assert doubts(abroad, Need.TRACING, region="UA-32", categories=[]) == [Doubt.REGION]
    assert doubts(abroad, Need.TRACING, region="abroad", categories=["civilian"]) == []

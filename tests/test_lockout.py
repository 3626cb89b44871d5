"""The pure rules of signing in: what is borne, how long it lasts, what a device is called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.device import describe
from app.accounts.lockout import LIMIT, WAIT, Refusals, after_refusal, is_locked
from app.accounts.timeout import Limits, Over, ends_at, over

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LIMITS = Limits(idle=timedelta(minutes=30), absolute=timedelta(hours=12))


def after(times: int, *, every: timedelta) -> tuple[Refusals, datetime]:
    refusals, now = None, NOON
    for number in range(times):
        now = NOON + number * every
        refusals = after_refusal(refusals, now)
    assert refusals is not None
    return refusals, now


def test_the_tenth_refusal_locks_for_a_quarter_of_an_hour() -> None:
    nine, _ = after(LIMIT - 1, every=timedelta(minutes=1))
    assert not is_locked(nine, NOON + timedelta(minutes=9))
    ten, now = after(LIMIT, every=timedelta(minutes=1))
    assert is_locked(ten, now + WAIT - timedelta(seconds=1))
    assert not is_locked(ten, now + WAIT)


def test_slow_mistakes_lock_nobody() -> None:
    refusals, now = after(40, every=timedelta(minutes=2))
    assert not is_locked(refusals, now)


def test_trying_on_while_locked_does_not_prolong_it() -> None:
    locked, now = after(LIMIT, every=timedelta(seconds=1))
    assert after_refusal(locked, now + timedelta(minutes=14)) == locked


def test_nobody_is_locked_before_the_first_mistake() -> None:
    assert not is_locked(None, NOON)


def test_a_sign_in_ends_after_idleness_or_a_day_whichever_comes_first() -> None:
    assert ends_at(NOON, NOON + timedelta(hours=1), LIMITS) == NOON + timedelta(hours=1, minutes=30)
    assert ends_at(NOON, NOON + timedelta(hours=11, minutes=50), LIMITS) == NOON + timedelta(hours=12)
    assert over(NOON, NOON, LIMITS, NOON + timedelta(minutes=29)) is None
    assert over(NOON, NOON, LIMITS, NOON + timedelta(minutes=30)) is Over.IDLE
    assert over(NOON, NOON + timedelta(hours=12), LIMITS, NOON + timedelta(hours=12)) is Over.ABSOLUTE


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0", "Firefox, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/128.0 Safari/537.36 Edg/128.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 13; SM-A146B) Chrome/127.0 Safari/537.36", "Chrome, Android"),
        ("curl/8.5", "?"),
    ],
)
def test_a_device_is_named_in_two_words(agent: str, words: str) -> None:
    assert describe(agent) == words

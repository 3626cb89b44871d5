"""A referral: where it stands, who may do what when, what the clock brings, and how long its links open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil

from app.kernel.dates import KYIV
from app.kernel.working_days import add_calendar_days, ukraine


class Kind(StrEnum):
    """What is asked of the body."""

    REFER = "refer"
    """It does its part; the case stays with us."""
    TRANSFER = "transfer"
    """It takes the whole case over; once it has, the case is to be closed here."""


class State(StrEnum):
    """Where a referral stands."""

    SENT = "sent"
    SEEN = "seen"
    """The body has opened what was shared, and has not answered yet."""
    ACCEPTED = "accepted"
    IN_PROGRESS = "in-progress"
    NEEDS_MORE = "needs-more"
    """The body cannot go on before we tell it more."""
    DONE = "done"
    DECLINED = "declined"
    REVOKED = "revoked"
    """Whoever sent it took it back, or the case was closed."""
    SILENT = "silent"
    """It closed itself, because nobody answered."""
    WITHDRAWN = "withdrawn"
    """The family agrees no more, or the time for which it agreed is over."""


OPEN = frozenset({State.SENT, State.SEEN, State.ACCEPTED, State.IN_PROGRESS, State.NEEDS_MORE})
"""States in which something may still happen, and a link may open."""


class Declined(StrEnum):
    """Why a body cannot help."""

    CAPACITY = "capacity"
    NOT_COMPETENT = "not-competent"
    """It is not what they do. They may name who does."""
    MISSING_PAPERS = "missing-papers"
    OUT_OF_AREA = "out-of-area"
    CANNOT_REACH = "cannot-reach"
    """They could not reach the family."""
    OTHER = "other"
    """Only together with words."""


class Deed(StrEnum):
    """What is done with a referral, by the body, by whoever sent it, by the family, or by the clock."""

    SEND = "send"
    OPEN = "open"
    ACCEPT = "accept"
    BEGIN = "begin"
    ASK = "ask"
    FINISH = "finish"
    DECLINE = "decline"
    SUPPLY = "supply"
    RENEW = "renew"
    REVOKE = "revoke"
    WITHDRAW = "withdraw"
    REMIND = "remind"
    CLOSE = "close"


ANSWERS = (Deed.ACCEPT, Deed.BEGIN, Deed.ASK, Deed.FINISH, Deed.DECLINE)
"""What a body can answer."""

MOVES: Mapping[Deed, Mapping[State, State]] = {
    Deed.OPEN: {State.SENT: State.SEEN, **{state: state for state in OPEN - {State.SENT}}},
    Deed.ACCEPT: dict.fromkeys((State.SEEN, State.NEEDS_MORE), State.ACCEPTED),
    Deed.BEGIN: dict.fromkeys((State.SEEN, State.ACCEPTED, State.NEEDS_MORE), State.IN_PROGRESS),
    Deed.ASK: dict.fromkeys((State.SEEN, State.ACCEPTED, State.IN_PROGRESS), State.NEEDS_MORE),
    Deed.FINISH: dict.fromkeys(OPEN - {State.SENT}, State.DONE),
    # Whoever sees from the first page that it is not theirs need not open what is shared to say so.
    Deed.DECLINE: dict.fromkeys(OPEN, State.DECLINED),
    Deed.SUPPLY: {State.NEEDS_MORE: State.SEEN},
    Deed.RENEW: {state: state for state in OPEN},
    Deed.REVOKE: dict.fromkeys(OPEN, State.REVOKED),
    Deed.WITHDRAW: dict.fromkeys(OPEN, State.WITHDRAWN),
    Deed.REMIND: {state: state for state in (State.SENT, State.SEEN)},
    Deed.CLOSE: dict.fromkeys((State.SENT, State.SEEN, State.NEEDS_MORE), State.SILENT),
}
"""Every move: what a deed makes of a state. What is not here cannot be done."""

LINK_LASTS = timedelta(days=8)
"""How long a link opens. It can be renewed as long as the referral is open."""

REMINDED_AFTER = (3, 6)
"""Working days without an answer after which the body is reminded: offices do not answer on days off."""

CLOSED_AFTER = 21
"""Calendar days without an answer after which a referral closes itself.

Calendar days, because the family counts in weeks, and because it bounds how long its data lies with somebody silent,
which holidays must not prolong.
"""

LONGEST_MESSAGE = 2_000
LONGEST_WORDS = 1_000
"""Characters of one answer or reason."""

MOST_OPEN = 20
"""Referrals of one case that are open at once."""


class NotNowError(Exception):
    """The deed cannot be done in this state: it was done before, or the referral has ended."""


class NoWordsError(ValueError):
    """What was said needs words: why the body declines for another reason, or what it still needs."""


@dataclass(frozen=True)
class Standing:
    """How a referral stands. All moments are aware.

    `waits_since` is when somebody's turn began: the body's to answer, or ours to tell it more. `answered_at` is the
    first answer, `accepted_at` when the body took the matter on; each is set once.
    """

    kind: Kind
    state: State
    sent_at: datetime
    waits_since: datetime
    answered_at: datetime | None = None
    accepted_at: datetime | None = None
    reminded: int = 0
    reminded_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether something may still happen."""
        return self.state in OPEN

    @property
    def proposes_closing(self) -> bool:
        """Whether the case is with somebody else now, and is to be closed here."""
        return self.kind is Kind.TRANSFER and self.state is State.DONE

    @property
    def may_answer(self) -> Sequence[Deed]:
        """What the body can answer now."""
        return [deed for deed in ANSWERS if self.state in MOVES[deed]]


@dataclass(frozen=True)
class Link:
    """A link of a referral, without its secret. `opened_at` is when somebody first opened with it what is shared."""

    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None = None
    ended_at: datetime | None = None

    def opens(self, standing: Standing, *, now: datetime) -> bool:
        """Say whether it opens anything at `now`."""
        return standing.is_open and self.ended_at is None and now < self.expires_at


def sent(kind: Kind, *, now: datetime) -> Standing:
    """Return a referral that is sent now."""
    return Standing(kind, State.SENT, sent_at=now, waits_since=now)


def after(standing: Standing, deed: Deed, *, now: datetime) -> Standing:
    """Return how a referral stands once a deed is done. Raises NotNowError."""
    state = MOVES.get(deed, {}).get(standing.state)
    if state is None:
        raise NotNowError(f"{deed} when {standing.state}")
    # Whoever had taken the matter on and asked for more has not given it back.
    if deed is Deed.SUPPLY and standing.accepted_at is not None:
        state = State.ACCEPTED
    done = replace(standing, state=state)
    if deed in ANSWERS:
        done = replace(done, answered_at=standing.answered_at or now, waits_since=now)
    if deed in (Deed.ACCEPT, Deed.BEGIN, Deed.FINISH):
        done = replace(done, accepted_at=standing.accepted_at or now)
    if deed is Deed.SUPPLY:
        done = replace(done, waits_since=now)
    if deed is Deed.REMIND:
        if standing.reminded >= len(REMINDED_AFTER):
            raise NotNowError("reminded often enough")
        done = replace(done, reminded=standing.reminded + 1, reminded_at=now)
    return done if done.is_open else replace(done, ended_at=now)


def checked_answer(deed: Deed, reason: Declined | None, words: str) -> None:
    """Raise NoWordsError where an answer says too little to go on with; ValueError where it is none."""
    if deed not in ANSWERS or (deed is Deed.DECLINE) != (reason is not None):
        raise ValueError(f"{deed} with reason {reason}")
    if (deed is Deed.ASK or reason is Declined.OTHER) and not words.strip():
        raise NoWordsError


# The clock


def next_due(standing: Standing) -> tuple[Deed, date] | None:
    """Return what the clock does next with a referral, and on which day of Kyiv; None where it waits for nobody.

    What is taken on closes by itself no more: it goes on as long as it takes, and `is_quiet` tells of it.
    """
    if standing.state not in MOVES[Deed.CLOSE]:
        return None
    since = _day(standing.waits_since)
    closes = add_calendar_days(since, CLOSED_AFTER)
    if standing.state in MOVES[Deed.REMIND] and standing.reminded < len(REMINDED_AFTER):
        reminds = ukraine().add_working_days(since, REMINDED_AFTER[standing.reminded])
        if standing.reminded_at is not None:
            # A worker that was down for a week does not send both at once.
            reminds = max(reminds, ukraine().add_working_days(_day(standing.reminded_at), 1))
        if reminds < closes:
            return Deed.REMIND, reminds
    return Deed.CLOSE, closes


def comes(standing: Standing, *, now: datetime) -> Deed | None:
    """Return what the clock brings today: a reminder or the end; None where nothing is due."""
    found = next_due(standing)
    if found is None or _day(now) < found[1]:
        return None
    closes = add_calendar_days(_day(standing.waits_since), CLOSED_AFTER)
    return Deed.CLOSE if _day(now) >= closes else found[0]


def is_quiet(standing: Standing, *, now: datetime) -> bool:
    """Say whether a body that took the matter on has been silent for as long as others may be in all."""
    taken = standing.state in (State.ACCEPTED, State.IN_PROGRESS)
    return taken and _day(now) >= add_calendar_days(_day(standing.waits_since), CLOSED_AFTER)


def turn(standing: Standing, link_until: datetime | None) -> date:
    """Return the day on which whoever sent an open referral has to look at it: `link_until` is when its links are over.

    At once where the body needs to know more; else when it can answer no longer, or has been silent for too long on
    what it took on, whichever comes first.
    """
    since = _day(standing.waits_since)
    if standing.state is State.NEEDS_MORE:
        return since
    quiet = add_calendar_days(since, CLOSED_AFTER)
    return min(quiet, _day(link_until)) if link_until is not None else quiet


def working_days(since: datetime, until: datetime) -> int:
    """Return how many working days passed from one moment to another: nought on the same day."""
    start, end, days = _day(since), _day(until), 0
    while ukraine().add_working_days(start, days) < end:
        days += 1
    return days


def _day(moment: datetime) -> date:
    return moment.astimezone(KYIV).date()


# What became of many


FEWEST = 10
"""Referrals of a body from which on its usual time to answer is told: fewer would tell of single cases."""

USUAL = 0.75
"""The share of referrals that were answered within the usual time."""


@dataclass(frozen=True)
class Outcome:
    """What became of one referral, without the case. `answer_days` are working days to the first answer, if any."""

    body: str
    kind: Kind
    need: str
    sent_on: date
    answer_days: int | None
    state: State
    reason: Declined | None
    better: str


def usual_days(waits: Collection[int | None]) -> int | None:
    """Return within how many working days a body usually answers: three of four referrals, those unanswered counted.

    `waits` are the working days to the first answer, None where there was none. Returns None for fewer than `FEWEST`
    referrals, and where it does not usually answer. An answer on the same day counts as within one day.
    """
    if len(waits) < FEWEST:
        return None
    answered = sorted(days for days in waits if days is not None)
    needed = ceil(USUAL * len(waits))
    return max(1, answered[needed - 1]) if needed <= len(answered) else None

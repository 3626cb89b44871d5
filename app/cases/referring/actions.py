"""What is done with referrals: sent under consent, opened and answered by a link, reminded, ended; and what is told."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.accounts.actions import people_of
from app.audit.actions import record
from app.audit.model import Event
from app.cases import store as cases
from app.cases.actions import Who, case_of, locked_case, told
from app.cases.consenting.actions import covering
from app.cases.consenting.consent import NotCoveredError, Share
from app.cases.model import Case, Happened
from app.cases.model import State as CaseState
from app.cases.referring import store
from app.cases.referring.fitting import Doubt, doubts
from app.cases.referring.model import (
    LINK_LASTS,
    LONGEST_MESSAGE,
    LONGEST_WORDS,
    MOST_OPEN,
    Declined,
    Deed,
    Link,
    Outcome,
    Standing,
    State,
    after,
    checked_answer,
    comes,
    sent,
    turn,
    usual_days,
    working_days,
)
from app.cases.referring.packet import Order, Parcel, as_packet, pack, read_packet
from app.cases.working.model import Due, Why
from app.cases.working.talking.actions import tell_news
from app.directory.heard import Pace
from app.directory.model import Directory, Need
from app.directory.model import Kind as BodyKind
from app.kernel.dates import as_utc
from app.outbox.actions import enqueue
from app.outbox.model import Kind as Letter
from app.outbox.model import Message
from app.storage.database import Database
from app.storage.engine import Session

SITE = "command:work"
"""Who acts where the clock does."""


class UnknownBodyError(LookupError):
    """The directory has no such body, or everybody has another one of it."""


class DoubtsError(ValueError):
    """Something speaks against the body, and no reason was given to go on. `doubts` says what."""

    def __init__(self, doubts: Sequence[Doubt]) -> None:
        super().__init__(", ".join(doubts))
        self.doubts = tuple(doubts)


class AlreadySentError(Exception):
    """The body has an open referral of this case for the same. `referral` is its id."""

    def __init__(self, referral: str) -> None:
        super().__init__(referral)
        self.referral = referral


class TooManyOpenError(Exception):
    """So many referrals of the case are open that nobody could follow them."""


class UnknownReferralError(LookupError):
    """The case has no such referral."""


class NoReferralError(Exception):
    """A link opens nothing: it is wrong, too old, ended or used. Which of them is not said."""


class NotOpenedError(Exception):
    """What is shared has not been opened with this link yet: nobody has pressed the button."""


@dataclass(frozen=True)
class Made:
    """A referral with a link that was made for it. `token` is its secret, known now and never again."""

    referral: str
    token: str = field(repr=False)
    is_mailed: bool


@dataclass(frozen=True)
class Step:
    """One thing that happened with a referral."""

    at: datetime
    deed: Deed
    by: str
    words: str = field(repr=False)


@dataclass(frozen=True)
class Referral:
    """A referral as those who help, and the family, see it. `better` is the body that was named instead."""

    id: str
    body: str
    need: Need
    standing: Standing
    shares: Sequence[Share]
    reason: Declined | None
    better: str
    doubts: Sequence[Doubt]
    sent_by: str
    steps: Sequence[Step]
    links: Sequence[Link]
    message: str = field(repr=False)
    mail_to: str = field(repr=False)
    despite: str = field(repr=False)

    @property
    def opened(self) -> Sequence[datetime]:
        """When the body opened what was shared."""
        return [step.at for step in self.steps if step.deed is Deed.OPEN]

    def opens_until(self, now: datetime) -> datetime | None:
        """Return until when a link opens it; None where none does."""
        return max((link.expires_at for link in self.links if link.opens(self.standing, now=now)), default=None)


@dataclass(frozen=True)
class Asked:
    """What the first page of a link tells: nothing of the family."""

    organisation: str
    need: Need
    standing: Standing
    link: Link
    is_training: bool


@dataclass(frozen=True)
class Shared:
    """What was opened with a link. `steps` hold what was asked and said."""

    asked: Asked
    steps: Sequence[Step]
    message: str = field(repr=False)
    parcels: Sequence[Parcel] = field(repr=False)


# Sending


def send(session: Session, id_: str, order: Order, *, directory: Directory, who: Who, now: datetime) -> Made:
    """Send a referral: what travels is sealed as it stands now, and a link to it is made and mailed.

    Of a case for training nothing is mailed. Raises UnknownBodyError, NotCoveredError, NothingSharedError, DoubtsError,
    AlreadySentError, TooManyOpenError, MessageError for an address that takes no mail, and what `locked_case` does.
    """
    row = locked_case(session, id_, who=who)
    body = directory.organisations.get(order.body)
    if body is None or body.kind is BodyKind.GENERIC:
        raise UnknownBodyError(order.body)
    covering(session, row, order.shares, order.body, purpose=order.need, now=now)
    case = case_of(session, row, now=now)
    parcel = pack(case, order.shares, order.about, now=now)
    found = doubts(body, order.need, region=order.region, categories=_categories(case, order.about))
    if found and not order.despite.strip():
        raise DoubtsError(found)
    open_ones = [one for one in store.referrals(session, id_) if store.standing(one).is_open]
    for one in open_ones:
        if (one.body, one.need) == (order.body, order.need):
            raise AlreadySentError(one.id)
    if len(open_ones) >= MOST_OPEN:
        raise TooManyOpenError
    standing = sent(order.kind, now=now)
    referral = store.ReferralRow(
        body=order.body,
        kind=order.kind.value,
        need=order.need.value,
        language=order.language,
        shares=" ".join(sorted(order.shares)),
        about=" ".join(one.id for one in case.missing if one.id in order.about),
        sent_by=who.reference,
        sent_at=now,
        reason="",
        better="",
        doubts=" ".join(found),
    )
    store.keep(referral, standing)
    store.add(session, row, referral, {
        "packet": as_packet([parcel]), "message": order.message.strip()[:LONGEST_MESSAGE], "mail_to": order.mail_to,
        "despite": order.despite.strip()[:LONGEST_WORDS] if found else "",
    })  # fmt: skip
    _step(session, row, referral, Deed.SEND, by=who.reference, now=now)
    return _with_link(session, row, referral, Letter.REFERRAL_ASKED, now=now)


def renew(session: Session, id_: str, referral: str, *, mail_to: str, who: Who, now: datetime) -> Made:
    """Make a new link; those before open nothing any more. Without `mail_to`, it is handed over.

    Raises UnknownReferralError, NotNowError, NotCoveredError, MessageError and what `locked_case` does.
    """
    row, found = _locked(session, id_, referral, who=who)
    _still_covered(session, row, found, now=now)
    _move(session, row, found, Deed.RENEW, by=who.reference, now=now)
    store.end_links(session, referral, now)
    found.mail_to = mail_to
    return _with_link(session, row, found, Letter.REFERRAL_ASKED, now=now)


def supply(
    session: Session, id_: str, referral: str, shares: Collection[Share], words: str, *, who: Who, now: datetime
) -> Made:
    """Tell the body more: fields as they stand now, or words, or both, with a new link beside those before.

    All that was shared and is now must be covered together. Raises NotCoveredError, NothingSharedError, NotNowError,
    UnknownReferralError, MessageError and what `locked_case` does.
    """
    row, found = _locked(session, id_, referral, who=who)
    whole = _shares(found) | frozenset(shares)
    covering(session, row, whole, found.body, purpose=Need(found.need), now=now)
    after(store.standing(found), Deed.SUPPLY, now=now)
    if shares or not words.strip():
        parcel = pack(case_of(session, row, now=now), shares, found.about.split(), now=now)
        found.packet = as_packet([*read_packet(found.packet or ""), parcel])
        found.shares = " ".join(sorted(whole))
    _move(session, row, found, Deed.SUPPLY, by=who.reference, words=words, now=now)
    return _with_link(session, row, found, Letter.REFERRAL_SUPPLIED, now=now)


def revoke(session: Session, id_: str, referral: str, *, who: Who, now: datetime) -> None:
    """Take a referral back: its links open nothing, what it carried is gone, and the body is told.

    Raises UnknownReferralError, NotNowError and what `locked_case` does.
    """
    row, found = _locked(session, id_, referral, who=who)
    _move(session, row, found, Deed.REVOKE, by=who.reference, now=now)


# Reading


def referrals(session: Session, case: Case) -> list[Referral]:
    """Return the referrals of a case, the newest first, to whoever may see the case: a helper, or its family.

    Each tells what was shared with whom, who opened it when, and what came of it.
    """
    rows = store.referrals(session, case.id)
    steps = store.steps(session, [row.id for row in rows])
    return [_referral(session, row, steps[row.id]) for row in rows]


def referral(session: Session, case: Case, id_: str) -> Referral:
    """Return one referral of a case to whoever may see the case. Raises UnknownReferralError."""
    row = store.find(session, case.id, id_)
    if row is None:
        raise UnknownReferralError(id_)
    return _referral(session, row, store.steps(session, [id_])[id_])


def due(session: Session, found: Sequence[cases.CaseRow]) -> list[Due]:
    """Return which referrals of these cases wait for whoever helps, and since or from when.

    The body needs to know more; or it can answer no longer, because its last link is over; or it has been silent on
    what it took on. `what` is the id of the body.
    """
    items = []
    for row in store.open_of(session, [case.id for case in found]):
        last = max((store.link_of(one).expires_at for one in store.links(session, row.id)), default=None)
        day = turn(store.standing(row), last)
        items.append(Due(row.case_id, day, Why.REFERRAL, row.body, "referring.show", {"referral": row.id}))
    return items


# The body, by its link


def look_at(session: Session, token: str, *, now: datetime) -> Asked:
    """Return what a link is about, and nothing that is shared. Raises NoReferralError."""
    return _asked(*_by_link(session, token, now))


def open_shared(session: Session, token: str, *, now: datetime) -> None:
    """Note that somebody opens what is shared: the family sees it. Raises NoReferralError."""
    link, row, case = _locked_by_link(session, token, now)
    _move(session, case, row, Deed.OPEN, by=row.reference, now=now)
    link.opened_at = link.opened_at or now


def shared(session: Session, token: str, *, now: datetime) -> Shared:
    """Return what is shared to whoever has opened it with this link; recorded.

    Raises NoReferralError, NotOpenedError.
    """
    link, row, case = _by_link(session, token, now)
    if link.opened_at is None:
        raise NotOpenedError
    record(session, Event.REFERRAL_READ, actor=row.reference, subject=case.subject, now=now, referral=row.id)
    steps = [_step_of(one) for one in store.steps(session, [row.id])[row.id]]
    return Shared(_asked(link, row, case), steps, row.message or "", read_packet(row.packet or ""))


def answer(
    session: Session, token: str, deed: Deed, *, reason: Declined | None, better: str, words: str,
    directory: Directory, now: datetime,
) -> Standing:  # fmt: skip
    """Take what a body answers, tell those who help, and return how the referral stands.

    `better` is the body that is competent instead, where they know it. Raises NoReferralError, NotNowError,
    NoWordsError, ValueError for what is no answer.
    """
    checked_answer(deed, reason, words)
    _, row, case = _locked_by_link(session, token, now)
    after(store.standing(row), deed, now=now)
    if reason is not None:
        row.reason = reason.value
        is_known = better in directory.organisations and better != row.body
        row.better = better if reason is Declined.NOT_COMPETENT and is_known else ""
    return _move(session, case, row, deed, by=row.reference, words=words, now=now)


# The clock


def keep_time(database: Database, *, now: datetime) -> None:
    """Remind, and end what nobody answers, what the family agrees to no more, and what belongs to closed cases.

    It may run at any time and on any number of machines: what is due is decided under the lock of the case.
    """
    with database.reading() as session, cases.everywhere(session):
        found = store.open_referrals(session)
        pending = [one for one in found if _is_pending(session, one, now)]
    _tick(database, pending, now=now)


def follow_withdrawal(database: Database, subject: str, *, now: datetime) -> None:
    """End the referrals of a case that no consent covers any more. It bears being done twice."""
    with database.reading() as session, cases.everywhere(session):
        row = cases.find_by_reference(session, subject.partition(":")[2])
        found = [one for one in store.open_referrals(session) if row is not None and one[1] == row.id]
    _tick(database, found, now=now)


def _is_pending(session: Session, found: tuple[str, str, str], now: datetime) -> bool:
    case, row = cases.find_case(session, found[1]), store.find(session, *found[1:])
    return case is not None and row is not None and _due(session, case, row, now) is not None


def _tick(database: Database, found: Iterable[tuple[str, str, str]], *, now: datetime) -> None:
    for organisation, case_id, id_ in found:
        with database.writing() as session:
            cases.within(session, organisation)
            case, row = cases.lock_case(session, case_id), store.lock(session, case_id, id_)
            if case is None or row is None or not store.standing(row).is_open:
                continue
            deed = _due(session, case, row, now)
            if deed is not None:
                _move(session, case, row, deed, by=SITE, now=now)


def _due(session: Session, case: cases.CaseRow, row: store.ReferralRow, now: datetime) -> Deed | None:
    if case.state != CaseState.OPEN:
        return Deed.REVOKE
    try:
        _still_covered(session, case, row, now=now)
    except NotCoveredError:
        return Deed.WITHDRAW
    return comes(store.standing(row), now=now)


# What became of many


def outcomes(session: Session, *, who: Who, now: datetime) -> list[Outcome]:
    """Return what became of the referrals of an organisation to whoever leads it; recorded."""
    record(session, Event.REFERRALS_REPORTED, actor=who.reference, subject="referrals", now=now)
    return store.outcomes(session)


def waiting(session: Session) -> int:
    """Return how many referrals of the organisation are open, training apart."""
    return store.waiting(session)


def outcomes_number(session: Session) -> int:
    """Return how many referrals of all organisations have an outcome: where it moves, `paces` may have, too."""
    with cases.everywhere(session):
        return store.outcomes_number(session)


def paces(session: Session) -> Mapping[str, Pace]:
    """Return how soon bodies usually answer, by id, of all organisations together; of those known well enough."""
    waits: dict[str, list[int | None]] = {}
    with cases.everywhere(session):
        for one in store.outcomes(session):
            # Taken back before an answer: nobody knows how long it would have taken.
            if one.answer_days is not None or one.state not in (State.REVOKED, State.WITHDRAWN):
                waits.setdefault(one.body, []).append(one.answer_days)
    found = {body: (usual_days(days), len(days)) for body, days in waits.items()}
    return {body: Pace(days, count) for body, (days, count) in found.items() if days is not None}


# Steps


_HAPPENED: Mapping[Deed, tuple[Happened, Event]] = {
    Deed.SEND: (Happened.REFERRAL_SENT, Event.REFERRAL_SENT),
    Deed.OPEN: (Happened.REFERRAL_OPENED, Event.REFERRAL_OPENED),
    **dict.fromkeys(
        (Deed.ACCEPT, Deed.BEGIN, Deed.ASK, Deed.FINISH, Deed.DECLINE),
        (Happened.REFERRAL_ANSWERED, Event.REFERRAL_ANSWERED),
    ),
    Deed.SUPPLY: (Happened.REFERRAL_SUPPLIED, Event.REFERRAL_SUPPLIED),
    Deed.RENEW: (Happened.REFERRAL_RENEWED, Event.REFERRAL_RENEWED),
    Deed.REVOKE: (Happened.REFERRAL_REVOKED, Event.REFERRAL_REVOKED),
    Deed.WITHDRAW: (Happened.REFERRAL_WITHDRAWN, Event.REFERRAL_WITHDRAWN),
    Deed.REMIND: (Happened.REFERRAL_REMINDED, Event.REFERRAL_REMINDED),
    Deed.CLOSE: (Happened.REFERRAL_SILENT, Event.REFERRAL_SILENT),
}

_TOLD_HELPERS = frozenset(
    {Deed.ACCEPT, Deed.BEGIN, Deed.ASK, Deed.FINISH, Deed.DECLINE, Deed.WITHDRAW, Deed.CLOSE}
)  # fmt: skip
_TOLD_FAMILY = frozenset({Deed.FINISH, Deed.DECLINE, Deed.CLOSE})
_TOLD_BODY: Mapping[Deed, Letter] = {
    Deed.REVOKE: Letter.REFERRAL_OVER,
    Deed.CLOSE: Letter.REFERRAL_OVER,
    Deed.WITHDRAW: Letter.REFERRAL_WITHDRAWN,
}


def _move(
    session: Session, case: cases.CaseRow, row: store.ReferralRow, deed: Deed, *, by: str, now: datetime,
    words: str = "",
) -> Standing:  # fmt: skip
    """Do a deed: keep how the referral stands, write it down, and tell whom it concerns. Raises NotNowError."""
    standing = after(store.standing(row), deed, now=now)
    store.keep(row, standing)
    _step(session, case, row, deed, by=by, now=now, words=words.strip()[:LONGEST_WORDS])
    if not standing.is_open:
        store.end_links(session, row.id, now)
    if standing.answered_at is not None or not standing.is_open:
        first = standing.answered_at
        days = working_days(standing.sent_at, first) if first is not None else None
        store.keep_outcome(session, row, answer_days=days, is_training=case.is_training)
    _tell(session, case, row, deed, now=now)
    return standing


def _step(
    session: Session, case: cases.CaseRow, row: store.ReferralRow, deed: Deed, *, by: str, now: datetime,
    words: str = "",
) -> None:  # fmt: skip
    store.add_step(session, row, deed, by=by, now=now, words=words)
    what, event = _HAPPENED[deed]
    details = {"answer": row.state} if event is Event.REFERRAL_ANSWERED else {}
    told(session, case, what, event, by=by, now=now, about=row.id, referral=row.id, **details)


def _tell(session: Session, case: cases.CaseRow, row: store.ReferralRow, deed: Deed, *, now: datetime) -> None:
    """Write the letters about a deed. None of them says anything of the family."""
    deed_key = f"referral:{row.id}:{deed.value}:{len(store.steps(session, [row.id])[row.id])}"
    if deed is Deed.REMIND and row.mail_to and not case.is_training:
        _with_link(session, case, row, Letter.REFERRAL_REMINDED, now=now)
    if deed in _TOLD_HELPERS or (deed is Deed.REMIND and not row.mail_to):
        _tell_helpers(session, case, row, deed_key, now=now)
    if deed in _TOLD_FAMILY:
        tell_news(session, case, deed=deed_key, now=now)
    if deed in _TOLD_BODY and row.mail_to and not case.is_training:
        details = {"path": f"/{row.language}/about", "at": as_utc(row.sent_at).isoformat()}
        message = Message(kind=_TOLD_BODY[deed], to=row.mail_to, language=row.language, details=details)
        enqueue(session, message, key=f"{deed_key}:body", now=now)


def _tell_helpers(
    session: Session, case: cases.CaseRow, row: store.ReferralRow, key: str, *, now: datetime
) -> None:  # fmt: skip
    helping = {one.account for one in cases.helpers(session, case.id) if one.until is None}
    for person in people_of(session, case.organisation):
        if person.id in helping and person.standing.active:
            language = person.standing.language
            details = {"path": f"/{language}/cases/{case.id}/referrals/{row.id}", "reference": case.reference}
            message = Message(kind=Letter.REFERRAL_NEWS, to=person.address, language=language, details=details)
            enqueue(session, message, key=f"{key}:{person.id}", now=now)


# Links


def _with_link(
    session: Session, case: cases.CaseRow, row: store.ReferralRow, letter: Letter, *, now: datetime
) -> Made:  # fmt: skip
    token = secrets.token_urlsafe(24)
    link = store.add_link(session, row, token, now=now, expires_at=now + LINK_LASTS)
    is_mailed = bool(row.mail_to) and not case.is_training
    if is_mailed:
        details = {"path": f"/{row.language}/referral/{token}", "until": as_utc(link.expires_at).isoformat()}
        message = Message(kind=letter, to=row.mail_to or "", language=row.language, details=details)
        enqueue(session, message, key=f"referral-link:{link.id}", now=now)
    return Made(row.id, token, is_mailed)


def _by_link(
    session: Session, token: str, now: datetime
) -> tuple[store.LinkRow, store.ReferralRow, cases.CaseRow]:  # fmt: skip
    """Return what a link opens, and keep the session within its organisation. Raises NoReferralError."""
    with cases.everywhere(session):
        found = store.find_link(session, token)
    if found is None:
        raise NoReferralError
    link, row = found
    cases.within(session, row.organisation)
    case = cases.find_case(session, row.case_id)
    if case is None or case.state != CaseState.OPEN or not store.link_of(link).opens(store.standing(row), now=now):
        raise NoReferralError
    try:
        # Asked at every showing: what the family has withdrawn is gone at once, whatever the worker does.
        _still_covered(session, case, row, now=now)
    except NotCoveredError:
        raise NoReferralError from None
    return link, row, case


def _locked_by_link(
    session: Session, token: str, now: datetime
) -> tuple[store.LinkRow, store.ReferralRow, cases.CaseRow]:  # fmt: skip
    """Lock what a link opens, the case first as everybody does, and look again. Raises NoReferralError."""
    _, row, case = _by_link(session, token, now)
    cases.lock_case(session, case.id)
    store.lock(session, case.id, row.id)
    return _by_link(session, token, now)


def _locked(
    session: Session, id_: str, referral: str, *, who: Who
) -> tuple[cases.CaseRow, store.ReferralRow]:  # fmt: skip
    case = locked_case(session, id_, who=who)
    row = store.lock(session, id_, referral)
    if row is None:
        raise UnknownReferralError(referral)
    return case, row


def _still_covered(session: Session, case: cases.CaseRow, row: store.ReferralRow, *, now: datetime) -> None:
    covering(session, case, _shares(row), row.body, purpose=Need(row.need), now=now)


def _shares(row: store.ReferralRow) -> frozenset[Share]:
    return frozenset(Share(code) for code in row.shares.split())


def _categories(case: Case, about: Collection[str]) -> list[str]:
    return [one.claim.person.category for one in case.missing if one.id in about]


def _asked(link: store.LinkRow, row: store.ReferralRow, case: cases.CaseRow) -> Asked:
    return Asked(row.organisation, Need(row.need), store.standing(row), store.link_of(link), case.is_training)


def _step_of(row: store.StepRow) -> Step:
    return Step(as_utc(row.at), Deed(row.deed), row.by, row.words or "")


def _referral(session: Session, row: store.ReferralRow, steps: Iterable[store.StepRow]) -> Referral:
    return Referral(
        id=row.id,
        body=row.body,
        need=Need(row.need),
        standing=store.standing(row),
        shares=[Share(code) for code in row.shares.split()],
        reason=Declined(row.reason) if row.reason else None,
        better=row.better,
        doubts=[Doubt(code) for code in row.doubts.split()],
        sent_by=row.sent_by,
        steps=[_step_of(one) for one in steps],
        links=[store.link_of(one) for one in store.links(session, row.id)],
        message=row.message or "",
        mail_to=row.mail_to or "",
        despite=row.despite or "",
    )

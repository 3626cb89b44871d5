"""The words of referrals: where they stand, why a body declines, what speaks against one, and what was shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.cases.consenting.labels import SHARES, body_name
from app.cases.labels import SPOKEN
from app.cases.model import OF_FAMILY, OF_PERSON
from app.cases.referring.actions import Referral, Step
from app.cases.referring.fitting import Doubt
from app.cases.referring.model import Declined, Deed, Kind, State, is_quiet
from app.cases.referring.packet import Parcel
from app.directory.labels import NEEDS
from app.directory.model import Need
from app.extracts.draft import Answers, Page
from app.extracts.forms import answered
from app.kernel.dates import KYIV, in_words
from app.web.language import language

KINDS: Mapping[Kind, LazyString] = {
    Kind.REFER: _l("referral"),
    Kind.TRANSFER: _l("transfer"),
}

KIND_CHOICES: Mapping[Kind, LazyString] = {
    Kind.REFER: _l("Refer: they help with this, and the case stays with us"),
    Kind.TRANSFER: _l("Transfer: they take the family over; once they have, we close the case"),
}

STATES: Mapping[State, LazyString] = {
    State.SENT: _l("sent, not opened"),
    State.SEEN: _l("opened, not answered"),
    State.ACCEPTED: _l("accepted"),
    State.IN_PROGRESS: _l("in progress"),
    State.NEEDS_MORE: _l("needs to know more"),
    State.DONE: _l("done"),
    State.DECLINED: _l("declined"),
    State.REVOKED: _l("taken back"),
    State.SILENT: _l("closed without an answer"),
    State.WITHDRAWN: _l("ended with the consent"),
}

SHAPES: Mapping[State, str] = {
    State.SENT: "waiting",
    State.SEEN: "waiting",
    State.ACCEPTED: "started",
    State.IN_PROGRESS: "started",
    State.NEEDS_MORE: "overdue",
    State.DONE: "done",
    State.DECLINED: "refused",
    State.REVOKED: "none",
    State.SILENT: "refused",
    State.WITHDRAWN: "none",
}

REASONS: Mapping[Declined, LazyString] = {
    Declined.CAPACITY: _l("We have no capacity now"),
    Declined.NOT_COMPETENT: _l("This is not what we do"),
    Declined.MISSING_PAPERS: _l("Papers are missing"),
    Declined.OUT_OF_AREA: _l("The family is outside the area where we work"),
    Declined.CANNOT_REACH: _l("We cannot reach the family"),
    Declined.OTHER: _l("Another reason, which I write below"),
}
"""Why a body declines, in its own words."""

REASONS_TOLD: Mapping[Declined, LazyString] = {
    Declined.CAPACITY: _l("no capacity now"),
    Declined.NOT_COMPETENT: _l("not competent"),
    Declined.MISSING_PAPERS: _l("papers are missing"),
    Declined.OUT_OF_AREA: _l("outside the area where it works"),
    Declined.CANNOT_REACH: _l("cannot reach the family"),
    Declined.OTHER: _l("another reason"),
}

ANSWERS: Mapping[Deed, LazyString] = {
    Deed.ACCEPT: _l("We accept: we will help"),
    Deed.BEGIN: _l("We are working on it"),
    Deed.ASK: _l("We need to know more"),
    Deed.FINISH: _l("It is done"),
    Deed.DECLINE: _l("We cannot help"),
}

STEPS: Mapping[Deed, LazyString] = {
    Deed.SEND: _l("Sent"),
    Deed.OPEN: _l("The body opened what is shared"),
    Deed.ACCEPT: _l("The body accepted"),
    Deed.BEGIN: _l("The body works on it"),
    Deed.ASK: _l("The body needs to know more"),
    Deed.FINISH: _l("The body says: done"),
    Deed.DECLINE: _l("The body declined"),
    Deed.SUPPLY: _l("The body was told more"),
    Deed.RENEW: _l("A new link was made; those before open nothing"),
    Deed.REVOKE: _l("Taken back"),
    Deed.WITHDRAW: _l("Ended: the consent covers it no more"),
    Deed.REMIND: _l("The body was reminded"),
    Deed.CLOSE: _l("Closed itself: nobody answered for 21 days"),
}

DOUBTS: Mapping[Doubt, LazyString] = {
    Doubt.NEED: _l("In the directory this body does not offer what you ask of it."),
    Doubt.REGION: _l("This body does not work where the family is."),
    Doubt.PEOPLE: _l("This body is there for other people than the missing person."),
}

READ: Mapping[tuple[Page, str], tuple[LazyString, LazyString | str]] = {
    **SPOKEN,
    (Page.KINSHIP, "kinship"): (_l("Who the contact is to the missing person"), ""),
    (Page.CONTACT, "note"): (_l("What must not be done"), ""),
}
"""Words for whoever reads what a family told."""


@dataclass(frozen=True)
class Told:
    """A referral in words, for those who help and for the family."""

    id: str
    body: str
    kind: str
    need: str
    shares: Sequence[str]
    state: str
    shape: str
    sent_on: str
    opened: Sequence[str]
    outcome: str
    better: str
    is_quiet: bool


def referral_words(one: Referral, now: datetime) -> Told:
    """Return a referral in the page's language."""
    standing = one.standing
    reason = str(REASONS_TOLD[one.reason]) if one.reason and standing.state is State.DECLINED else ""
    return Told(
        id=one.id,
        body=body_name(one.body),
        kind=str(KINDS[standing.kind]),
        need=str(NEEDS[one.need]),
        shares=share_words(one),
        state=str(STATES[standing.state]),
        shape=SHAPES[standing.state],
        sent_on=day_of(standing.sent_at),
        opened=[time_of(at) for at in one.opened],
        outcome=reason,
        better=one.better,
        is_quiet=is_quiet(standing, now=now),
    )


def share_words(one: Referral) -> list[str]:
    """Return what a referral carries, in the order in which consents list it."""
    return [str(words) for share, words in SHARES.items() if share in one.shares]


def step_title(step: Step, one: Referral) -> str:
    """Return what happened, with the reason where the body declined."""
    title = str(STEPS[step.deed])
    if step.deed is Deed.DECLINE and one.reason is not None:
        title = f"{title}: {REASONS_TOLD[one.reason]}"
    if step.deed is Deed.REMIND and not one.mail_to:
        title = str(gettext("No answer yet: whoever handed the link over was told to remind the body"))
    return title


def parcel_rows(parcel: Parcel) -> list[tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]]:
    """Return what travelled as (label, words): for each missing person what is told of them, and of the contact."""
    return [(_rows(OF_PERSON, one), [*_rows(OF_FAMILY, one), *_discreet(one)]) for one in parcel.people]


def need_words(need: str) -> str:
    """Return a need in words, by its code."""
    return str(NEEDS[Need(need)])


def day_of(at: datetime) -> str:
    """Return the day of a moment, in Kyiv."""
    return in_words(at.astimezone(KYIV).date(), language())


def time_of(at: datetime) -> str:
    """Return a moment in words, in Kyiv."""
    return f"{day_of(at)}, {at.astimezone(KYIV):%H:%M}"


def _rows(pages: Iterable[Page], answers: Answers) -> list[tuple[str, str]]:
    return [row for page in pages for row in answered(page, answers, READ)]


def _discreet(answers: Answers) -> list[tuple[str, str]]:
    contact = answers.get(Page.CONTACT, {})
    if not contact.get("phone") or contact.get("open"):
        return []
    return [(str(gettext("When somebody else answers")), str(gettext("Say only that it is about a request.")))]

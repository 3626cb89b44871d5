"""A copy of a case: what was told, agreed, sent, written, done and asked. Notes of the helpers are counted alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.cases.asking.model import Asked
from app.cases.consenting.consent import Consent
from app.cases.model import Case, Line
from app.cases.working.model import Item
from app.cases.working.talking.model import Message
from app.extracts.evidence import Paper


@dataclass(frozen=True)
class Sent:
    """A referral as its family takes it along."""

    body: str
    need: str
    shares: Sequence[str]
    state: str
    steps: Sequence[tuple[datetime, str, str]]
    """When, what was done, and the words that were written with it."""
    message: str = field(repr=False)


@dataclass(frozen=True)
class Copy:
    """Everything that a case holds for its family."""

    case: Case
    made_at: datetime
    consents: Sequence[Consent]
    sent: Sequence[Sent]
    messages: Sequence[Message]
    work: Sequence[Item]
    papers: Sequence[tuple[Paper, str]]
    """What each is, and its name."""
    requests: Sequence[Asked]
    history: Sequence[Line]
    notes: int


def as_data(copy: Copy) -> dict[str, Any]:
    """Return the copy as JSON takes it. Codes are those of the site; days are ISO 8601, moments with their offset."""
    case = copy.case
    return {
        "reference": case.reference,
        "organisation": case.organisation,
        "state": case.state.value,
        "language": case.language,
        "training": case.is_training,
        "opened": case.opened_at.isoformat(),
        "closed": _moment(case.closed_at),
        "made": copy.made_at.isoformat(),
        "family": {page.value: dict(typed) for page, typed in case.answers.items()},
        "missing": [{page.value: dict(typed) for page, typed in one.answers.items()} for one in case.missing],
        "consents": [
            {
                "shares": sorted(share.value for share in one.shares),
                "recipient": one.recipient,
                "purpose": one.purpose.value,
                "until": one.until.isoformat(),
                "how": one.how.value,
                "given": _moment(one.given_at),
                "refused": _moment(one.refused_at),
                "withdrawn": _moment(one.withdrawn_at),
            }
            for one in copy.consents
        ],
        "referrals": [
            {
                "body": one.body,
                "need": one.need,
                "shares": list(one.shares),
                "state": one.state,
                "message": one.message,
                "steps": [{"at": at.isoformat(), "what": what, "words": words} for at, what, words in one.steps],
            }
            for one in copy.sent
        ],
        "messages": [
            {"at": one.at.isoformat(), "from": "family" if one.is_of_family else "organisation", "text": one.text}
            for one in copy.messages
        ],
        "plan": [
            {
                "step": one.step,
                "title": one.title,
                "progress": one.progress.value,
                "started": _day(one.days.started),
                "waiting_until": _day(one.days.waiting_until),
                "done": _day(one.days.done),
                "in_plan": one.left_at is None,
            }
            for one in copy.work
        ],
        "papers": [{"kind": kind.value, "name": name} for kind, name in copy.papers],
        "extract_requests": [
            {"reference": one.reference, "state": one.state.value, "due": _day(one.due_on)} for one in copy.requests
        ],
        "history": [{"at": one.at.isoformat(), "what": one.what.value} for one in copy.history],
        "notes_not_included": copy.notes,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None

"""Asking for an updated extract once more, and what becomes of the older one when the newer is issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from app.audit.actions import record
from app.audit.model import Event
from app.documents.code import ExtractNumber
from app.extracts import actions as requests
from app.extracts import store as filed
from app.extracts.actions import ConsentError, IncompleteError, UnknownRequestError
from app.extracts.desk import store
from app.extracts.desk.decision import Validity
from app.extracts.draft import Answers, Page, Typed, cut, faults, read_answers
from app.extracts.model import CONSENTS, Consent, is_outdated
from app.extracts.request import OPEN, REPEATABLE, Filed, Happened, State
from app.kernel.dates import KYIV, as_utc
from app.storage.engine import Session
from app.storage.sealed import new_id

CHANGING = (Page.PURPOSE, Page.CONTACT)
"""The pages that are asked again. Who asks, about whom and with which papers is taken over as it was examined."""


class NotAnsweredError(Exception):
    """No extract was issued on the request: there is nothing to update."""


class NotTheirsError(Exception):
    """The form is one of another request than the one that is open on this device."""


@dataclass(frozen=True)
class Earlier:
    """A request as its repeat takes it over.

    `turn` is how often it was repeated before: together with the request it names the next repeat, which is thus sent
    once from however many tabs. `still_open` are the references of repeats that wait for their answer.
    """

    id: str
    reference: str
    filed_at: datetime
    answers: Answers = field(repr=False)
    papers: Sequence[requests.Attached] = field(repr=False)
    consent: Consent
    turn: int
    still_open: Sequence[str]

    def needs_consent(self, on: date) -> bool:
        """Whether the text that was agreed to is no more the one in force."""
        return is_outdated(self.consent.version, on)


@dataclass(frozen=True)
class Newer:
    """An extract that has replaced another: its number, its day of issue in Kyiv, the reference of its request."""

    number: str
    issued_on: date
    reference: str


@dataclass(frozen=True)
class Standing:
    """What became of a request since it was answered: its newer extract, if any, and repeats that still wait."""

    newer: Newer | None
    waiting: Sequence[str]


def read_earlier(session: Session, id_: str) -> Earlier:
    """Return a request with all that its repeat takes over. Raises UnknownRequestError, NotAnsweredError."""
    row = _repeatable(filed.find_request(session, id_), id_)
    return Earlier(
        id=row.id,
        reference=row.reference,
        filed_at=as_utc(row.filed_at),
        answers=read_answers(row.answers),
        papers=requests.papers_of(session, id_),
        consent=_consent(row),
        turn=len(filed.repeats_of(session, id_)),
        still_open=_waiting(session, id_),
    )


def with_changes(earlier: Answers, changes: Mapping[Page, Typed]) -> Answers:
    """Return the answers of a repeat: the earlier ones with what was typed anew on the pages that are asked."""
    return {**earlier, **{page: cut(changes[page]) for page in CHANGING}}


def repeat(
    session: Session, id_: str, changes: Mapping[Page, Typed], *, turn: int, consent: str, language: str,
    random: Random, now: datetime,
) -> Filed:  # fmt: skip
    """Ask for an updated extract, once: with the same `turn` again it returns the request that was filed then.

    Identity, kinship and papers are those of the request `id_`, and so is the consent while its text is in force;
    else `consent` is the version that was agreed to now. Raises UnknownRequestError, NotAnsweredError, IncompleteError
    with the pages that have faults, ConsentError.
    """
    row = _repeatable(filed.lock_request(session, id_), id_)
    before = filed.repeats_of(session, id_)
    if turn < len(before):
        return requests.filed_of(before[turn], now)
    today = now.astimezone(KYIV).date()
    answers = with_changes(read_answers(row.answers), changes)
    wrong = [page for page in CHANGING if faults(page, answers, today=today)]
    if wrong:
        raise IncompleteError(wrong)
    agreed = _consent(row)
    if is_outdated(agreed.version, today):
        if consent not in {text.version for text in CONSENTS}:
            raise ConsentError
        agreed = Consent(consent, language, now)
    entered = requests.enter(
        session, answers, draft=new_id(), consent=agreed, language=language, repeats=id_, random=random, now=now
    )
    filed.share_papers(session, source=id_, target=entered.id)
    filed.add_event(session, id_, Happened.REPEATED, now)
    by, subject = f"request:{entered.reference}", f"request:{row.reference}"
    record(session, Event.REQUEST_REPEATED, actor=f"family:{row.reference}", subject=subject, now=now, by=by)
    return requests.filed_of(entered, now)


def read_repeat(session: Session, id_: str, *, now: datetime) -> Filed:
    """Return a repeat to the device from which it was sent. Raises UnknownRequestError where it is none."""
    row = filed.find_request(session, id_)
    if row is None or row.repeats is None:
        raise UnknownRequestError(id_)
    return requests.filed_of(row, now)


def is_repeat_of(session: Session, id_: str, reference: str) -> bool:
    """Say whether a request repeats the one of this reference."""
    row = filed.find_request(session, id_)
    earlier = filed.find_request(session, row.repeats) if row is not None and row.repeats else None
    return earlier is not None and earlier.reference == reference


def standing(session: Session, id_: str) -> Standing:
    """Return what became of a request since it was answered, for its applicant. Raises UnknownRequestError."""
    issued = store.issued_on(session, id_)
    newer = None
    if issued is not None and issued.state == Validity.REPLACED:
        chain = {row.id: row for row in filed.lineage(session, id_)}
        last = store.issued_on_any(session, chain)[-1]
        newer = Newer(
            number=str(ExtractNumber(last.year, last.number)),
            issued_on=as_utc(last.issued_at).astimezone(KYIV).date(),
            reference=chain[last.request_id].reference,
        )
    return Standing(newer, _waiting(session, id_))


def replace_older(session: Session, row: filed.RequestRow, *, number: str, actor: str, now: datetime) -> None:
    """Let the extract `number`, issued on `row` just now, replace all that the same applicant was given before it.

    These are the extracts on the requests that it repeats, or that repeat the same one; nobody else's.
    """
    chain = {one.id: one for one in filed.lineage(session, row.id)}
    for issued in store.issued_on_any(session, chain.keys() - {row.id}):
        if store.replace(session, issued):
            record(
                session,
                Event.EXTRACT_REPLACED,
                actor=actor,
                subject=f"request:{chain[issued.request_id].reference}",
                now=now,
                extract=f"extract:{ExtractNumber(issued.year, issued.number)}",
                by=f"extract:{number}",
            )


def _repeatable(row: filed.RequestRow | None, id_: str) -> filed.RequestRow:
    if row is None:
        raise UnknownRequestError(id_)
    if State(row.state) not in REPEATABLE:
        raise NotAnsweredError(id_)
    return row


def _consent(row: filed.RequestRow) -> Consent:
    version, _, language = row.consent.partition("/")
    return Consent(version, language, as_utc(row.consented_at))


def _waiting(session: Session, id_: str) -> list[str]:
    """Return the references of further requests of the same chain that are still open."""
    return [row.reference for row in filed.lineage(session, id_) if row.id != id_ and State(row.state) in OPEN]

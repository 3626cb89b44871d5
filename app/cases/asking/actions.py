"""Asking for an extract on a family's behalf: begin from what the case knows, prove the authority, send, follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from app.audit.actions import record
from app.audit.model import Event
from app.cases.actions import UnknownCaseError, Who, case_of, locked_case, told
from app.cases.asking import store
from app.cases.asking.model import Asked, Manner, Stage, has_authority, manners, prefilled
from app.cases.model import Case, Happened
from app.cases.store import CaseRow
from app.cases.working.model import Due, Why
from app.cases.working.papers import store as kept
from app.extracts import actions as requests
from app.extracts import store as filed
from app.extracts.actions import DraftGoneError
from app.extracts.desk import actions as desk
from app.extracts.draft import Page, Typed
from app.extracts.evidence import Paper
from app.extracts.request import Filed, State
from app.kernel.dates import KYIV, as_utc
from app.storage.engine import Session
from app.storage.shelf import Shelf


class NoRequestError(LookupError):
    """The case has no such request, or it is not at this stage."""


class NoAuthorityError(Exception):
    """No paper proves the authority to ask for the family. Attach the power of attorney or the lawyer's order."""


class TrainingError(Exception):
    """The family is invented: nothing is sent to the desk, where people answer."""


class MannerError(ValueError):
    """This contact cannot be asked for in this way."""


@dataclass(frozen=True)
class Followed:
    """A request that was sent from a case, as whoever helps with the case sees it."""

    asked: Asked
    request: requests.Followed = field(repr=False)
    told: desk.Told = field(repr=False)


@dataclass(frozen=True)
class Own:
    """A request that was sent from a case, for the family's own page. The passphrase is empty once it is not shown."""

    reference: str
    passphrase: str = field(repr=False)
    state: State
    filed_at: datetime
    due_on: date


def begin(
    session: Session, id_: str, missing: str, manner: Manner, *, who: Who, random: Random, now: datetime
) -> str:  # fmt: skip
    """Begin a request for an extract on one missing person with all that the case knows; return its id in the case.

    Raises UnknownCaseError also where the person is not of this case, MannerError, ClosedError.
    """
    row = locked_case(session, id_, who=who)
    case = case_of(session, row, now=now)
    person = next((one for one in case.missing if one.id == missing), None)
    if person is None:
        raise UnknownCaseError(missing)
    if manner not in manners(case, person):
        raise MannerError(manner)
    pages = prefilled(case, person, manner)
    draft = requests.begin_draft(
        session, Page.KINSHIP, pages.pop(Page.KINSHIP), random=random, now=now, actor=who.reference
    )
    for page, typed in pages.items():
        requests.save_page(session, draft.id, page, typed, now=now, actor=who.reference)
    asked = store.add(session, row, missing=missing, manner=manner, draft=draft.id, by=who.reference, now=now)
    _tell(session, row, Happened.REQUEST_BEGUN, asked, who, now)
    return asked


def save(
    session: Session, shelf: Shelf, id_: str, asked: str, pages: Mapping[Page, Typed], papers: Collection[str], *,
    who: Who, now: datetime,
) -> requests.Draft:  # fmt: skip
    """Keep what was written in a request that is not sent yet, right or wrong, with these papers of the case.

    Raises NoRequestError, DraftGoneError, TooManyFilesError, UnknownCaseError, ClosedError.
    """
    row = locked_case(session, id_, who=who)
    one = _begun(session, id_, asked)
    for page, typed in pages.items():
        requests.save_page(session, one.draft, page, typed, now=now, actor=who.reference)
    chosen = {paper.file_id: paper for paper, _ in kept.papers(session, id_) if paper.id in papers}
    for there in requests.read_draft(session, one.draft, now=now).papers:
        if there.file_id not in chosen:
            requests.remove_paper(session, shelf, one.draft, there.id, now=now, actor=who.reference)
    for file_id, paper in chosen.items():
        requests.attach_stored(
            session, one.draft, file_id, kind=Paper(paper.kind), size_bytes=paper.size_bytes, now=now
        )
    record(session, Event.CASE_WORKED, actor=who.reference, subject=row.subject, now=now, part="request")
    return requests.read_draft(session, one.draft, now=now)


def draft_of(session: Session, case: Case, asked: str, *, now: datetime) -> tuple[Asked, requests.Draft]:
    """Return a request that is not sent yet, with its draft. Raises NoRequestError, DraftGoneError."""
    one = _begun(session, case.id, asked)
    return _asked(session, one, now), requests.read_draft(session, one.draft, now=now)


def drop(session: Session, shelf: Shelf, id_: str, asked: str, *, who: Who, now: datetime) -> None:
    """Drop a request that is not sent; gone already is no error. Raises NoRequestError and as `locked_case` does."""
    row = locked_case(session, id_, who=who)
    one = store.find(session, id_, asked)
    if one is None:
        return
    if one.request_id is not None:
        raise NoRequestError(asked)
    requests.delete_draft(session, shelf, one.draft, actor=who.reference, now=now)
    store.remove(session, one)
    _tell(session, row, Happened.REQUEST_DROPPED, asked, who, now)


def send(
    session: Session, id_: str, asked: str, *, consent: str, who: Who, random: Random, now: datetime
) -> Filed:  # fmt: skip
    """Send a request, once, however often the button is pressed; from then on it is the family's own.

    Raises TrainingError, NoAuthorityError, IncompleteError, ConsentError, DraftGoneError, NoRequestError,
    UnknownCaseError, ClosedError.
    """
    row = locked_case(session, id_, who=who)
    one = store.find(session, id_, asked)
    if one is None:
        raise NoRequestError(asked)
    if one.request_id is not None:
        return requests.filed_of(requests.request_row(session, one.request_id), now)
    if row.is_training:
        raise TrainingError(id_)
    draft = requests.read_draft(session, one.draft, now=now)
    if not has_authority(Manner(one.manner), {paper.kind for paper in draft.papers}):
        raise NoAuthorityError(one.manner)
    made = requests.file_request(
        session, one.draft, consent=consent, language=row.language, random=random, now=now, by=who.reference
    )
    one.request_id, one.filed_at = made.id, now
    told(
        session, row, Happened.REQUEST_FILED, Event.CASE_REQUESTED, by=who.reference, now=now, about=asked,
        reference=f"request:{made.reference}",
    )  # fmt: skip
    return made


# Following


def requests_of(session: Session, case: Case, *, now: datetime) -> Sequence[Asked]:
    """Return the requests that were made from a case, the newest first."""
    return [_asked(session, one, now) for one in store.of_cases(session, [case.id])]


def follow(session: Session, case: Case, asked: str, *, who: Who, now: datetime) -> Followed:
    """Return a request that was sent from a case with what the desk told; recorded. Raises NoRequestError."""
    one = store.find(session, case.id, asked)
    if one is None or one.request_id is None:
        raise NoRequestError(asked)
    row = requests.request_row(session, one.request_id)
    record(session, Event.REQUEST_READ, actor=who.reference, subject=row.subject, now=now)
    return Followed(
        _asked(session, one, now), requests.follow(session, one.request_id), desk.told(session, one.request_id)
    )


def answer(
    session: Session, id_: str, asked: str, text: str, papers: Collection[str], *, who: Who, now: datetime
) -> None:  # fmt: skip
    """Answer what the desk asks back, with papers of the case. Raises NoTextError where nothing is written.

    Raises StateError where nothing is asked any more, NoRequestError, TooManyFilesError, UnknownCaseError, ClosedError.
    """
    row = locked_case(session, id_, who=who)
    one = store.find(session, id_, asked)
    if one is None or one.request_id is None:
        raise NoRequestError(asked)
    for paper, _ in kept.papers(session, id_):
        if paper.id in papers:
            requests.attach_to_request(
                session, one.request_id, paper.file_id, kind=Paper(paper.kind), size_bytes=paper.size_bytes,
                by=who.reference, now=now,
            )  # fmt: skip
    desk.answer(session, one.request_id, text, now=now, by=who.reference)
    _tell(session, row, Happened.REQUEST_ANSWERED, asked, who, now)


def sheet_of(session: Session, case: Case, asked: str, *, who: Who, now: datetime) -> Filed:
    """Return a request as the sheet for the family shows it, with its passphrase as long as that is shown; recorded.

    Raises NoRequestError.
    """
    one = store.find(session, case.id, asked)
    if one is None or one.request_id is None:
        raise NoRequestError(asked)
    row = requests.request_row(session, one.request_id)
    record(session, Event.REQUEST_READ, actor=who.reference, subject=row.subject, now=now)
    return requests.filed_of(row, now)


def own_requests(session: Session, case: Case, *, now: datetime) -> Sequence[Own]:
    """Return the requests that were sent from a case to its family, whose own page is open; the newest first."""
    found = []
    for one in store.of_cases(session, [case.id]):
        if one.request_id is not None:
            made = requests.filed_of(requests.request_row(session, one.request_id), now)
            found.append(Own(made.reference, made.passphrase, made.state, made.filed_at, made.due_on))
    return found


def due(session: Session, cases: Sequence[CaseRow]) -> list[Due]:
    """Return what the desk asks back about requests of these cases, on the day on which it asked."""
    found = []
    for one in store.of_cases(session, [case.id for case in cases]):
        row = filed.find_request(session, one.request_id) if one.request_id else None
        if row is not None and row.state == State.ASKED:
            day = as_utc(row.changed_at).astimezone(KYIV).date()
            found.append(Due(one.case_id, day, Why.ASKED, row.reference, "case_requests.show", {"asked": one.id}))
    return found


def _asked(session: Session, one: store.CaseRequestRow, now: datetime) -> Asked:
    manner = Manner(one.manner)
    if one.request_id is None:
        try:
            requests.read_draft(session, one.draft, now=now)
            stage = Stage.BEGUN
        except DraftGoneError:
            stage = Stage.GONE
        return Asked(one.id, one.missing_id, manner, stage)
    row = requests.request_row(session, one.request_id)
    return Asked(
        one.id, one.missing_id, manner, Stage.FILED, row.reference, State(row.state), as_utc(row.filed_at), row.due_on
    )


def _begun(session: Session, case: str, asked: str) -> store.CaseRequestRow:
    one = store.find(session, case, asked)
    if one is None or one.request_id is not None:
        raise NoRequestError(asked)
    return one


def _tell(session: Session, row: CaseRow, what: Happened, asked: str, who: Who, now: datetime) -> None:
    told(session, row, what, Event.CASE_WORKED, by=who.reference, now=now, about=asked, part="request")

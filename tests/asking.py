"""An invented family that asks for an extract: what it types, and how a draft of it is made and filed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random

from app.extracts import actions
from app.extracts.correcting import actions as correcting
from app.extracts.correcting.correction import Outcome as Corrected
from app.extracts.desk import actions as desk
from app.extracts.desk.conflicts.model import Ground, Ruling
from app.extracts.desk.decision import Outcome
from app.extracts.draft import Page
from app.extracts.evidence import Paper
from app.extracts.model import CONSENTS
from app.extracts.request import Filed
from app.extracts.store import open_requests
from app.extracts.withdrawing.actions import withdraw
from app.extracts.withdrawing.withdrawal import Reason
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.shelf import Shelf
from app.storage.uploads import Accepted, MediaType

CONSENT = CONSENTS[-1].version

ANSWERS: Mapping[Page, Mapping[str, str]] = {
    Page.KINSHIP: {"kinship": "spouse"},
    Page.PERSON: {
        "surname": "Прикладенко", "given": "Зразок", "patronymic": "Тестович",
        "born-day": "3", "born-month": "4", "born-year": "1990",
    },
    Page.APPLICANT: {
        "surname": "Прикладенко", "given": "Взірця", "patronymic": "Тестівна",
        "born-day": "7", "born-month": "8", "born-year": "1992",
    },
    Page.PURPOSE: {"purposes": "pension pay"},
    Page.CONTACT: {"channel": "email", "email": "wzirtsia@example.org", "language": "uk"},
    Page.PAPERS: {"later": "1"},
}  # fmt: skip


def accepted(number: int = 1, size: int = 40) -> Accepted:
    """A file as it comes out of intake."""
    return Accepted(b"%PDF " + bytes([number]) * size, MediaType.PDF, 1, f"{number:064x}")


def begin(database: Database, *, now: datetime, random: Random | None = None) -> actions.Draft:
    """Begin a draft with its first page."""
    with database.writing() as session:
        return actions.begin_draft(session, Page.KINSHIP, ANSWERS[Page.KINSHIP], random=random or Random(), now=now)


def filled(
    database: Database,
    *,
    now: datetime,
    answers: Mapping[Page, Mapping[str, str]] = ANSWERS,
    shelf: Shelf | None = None,
    random: Random | None = None,
) -> str:
    """Make a draft that can be filed and return its id."""
    id_ = begin(database, now=now, random=random).id
    for page, typed in answers.items():
        with database.writing() as session:
            actions.save_page(session, id_, page, typed, now=now)
    if shelf is not None:
        with database.writing() as session:
            actions.add_paper(session, shelf, id_, accepted(), name="паспорт.pdf", kind=Paper.IDENTITY, now=now)
    return id_


def file_draft(database: Database, id_: str, *, now: datetime, random: Random | None = None) -> Filed:
    """File a draft."""
    with database.writing() as session:
        return actions.file_request(session, id_, consent=CONSENT, language="uk", random=random or Random(), now=now)


def seal_something(session: Session, *, now: datetime) -> None:
    """Add a draft and a request in the transaction of `session`."""
    for _ in range(2):
        id_ = actions.begin_draft(session, Page.KINSHIP, ANSWERS[Page.KINSHIP], random=Random(), now=now).id
        for page, typed in ANSWERS.items():
            actions.save_page(session, id_, page, typed, now=now)
    actions.file_request(session, id_, consent=CONSENT, language="uk", random=Random(), now=now)


def decide_something(session: Session, shelf: Shelf, *, now: datetime) -> None:
    """Ask about the first request there is, and issue an extract on the first entry."""
    id_ = open_requests(session, limit=1)[0].id
    desk.ask(session, id_, "Яке прізвище до шлюбу?", actor="account:first", now=now)
    desk.answer(session, id_, "Вигаданенко", now=now)
    desk.match(session, id_, 1, actor="account:first", now=now)
    desk.raise_conflict(session, id_, Ground.PAPERS_IN_DOUBT, "Печатка не та.", actor="account:first", now=now)
    conflict = desk.read_request(session, id_, actor="account:second", now=now).conflicts[0].id
    desk.rule(session, id_, conflict, Ruling.GO_ON, "Перевірено.", actor="account:second", now=now)
    desk.propose(session, id_, Outcome.EXTRACT, actor="account:first", now=now)
    desk.issue(session, shelf, id_, draw=lambda _: b"%PDF-", random=Random(), actor="account:second", now=now)
    sent = correcting.send(session, id_, ["surname"], "У паспорті інакше.", now=now)
    correcting.close(session, sent.id, Corrected.CORRECTED, "Виправлено.", actor="account:first", now=now)
    withdraw(session, id_, Reason.WRONG_DATA, "Помилка.", actor="account:first", now=now)

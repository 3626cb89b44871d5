"""Invented families and those who help them: a case is opened in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random

from app.accounts.model import Role
from app.accounts.store import add_account
from app.cases import actions, store
from app.cases.actions import Who
from app.extracts.draft import Answers, Page
from app.storage.database import Database
from app.storage.engine import Session

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
OURS, THEIRS = "demo-ours", "demo-theirs"

TOLD: Answers = {
    Page.KINSHIP: {"kinship": "parent"},
    Page.PERSON: {"surname": "Демонстраційний", "given": "Тарас", "born-year": "1990"},
    Page.APPLICANT: {"surname": "Демонстраційна", "given": "Ганна"},
    Page.CONTACT: {"language": "uk", "channel": "phone", "phone": "050 000 00 01", "do-not-call": "1"},
}
"""What an invented mother tells of an invented son."""


@contextmanager
def inside(database: Database, organisation: str) -> Iterator[Session]:
    """A writing session of one organisation."""
    with database.writing() as session:
        store.within(session, organisation)
        yield session


def join(database: Database, address: str, organisation: str, role: Role = Role.VOLUNTEER) -> Who:
    """Add an account to an organisation."""
    with database.writing() as session:
        row = add_account(
            session, address=address, name=address.partition("@")[0], roles=frozenset({role}),
            organisation=organisation, language="uk", password="x", demo=True, now=NOW,
        )  # fmt: skip
        return Who(row.id, organisation, role is Role.COORDINATOR)


def opened(database: Database, who: Who, answers: Answers = TOLD) -> str:
    """Open a case."""
    with inside(database, who.organisation) as session:
        return actions.open_case(
            session, answers, who=who, is_training=False, random=Random(1), now=NOW
        )  # fmt: skip

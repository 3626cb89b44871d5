"""The demonstration: what is invented, added by `flask --app app demo load` and never beside what is real."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from app.accounts import actions
from app.accounts.model import Role
from app.accounts.needs import KEY, Needs
from app.cases.actions import Who
from app.cases.store import within
from app.cases.training import actions as training
from app.cases.training.model import Family
from app.directory.model import Directory, Kind
from app.extracts.demonstrating import actions as requests
from app.extracts.demonstrating.actions import Desk
from app.extracts.desk.decision import Draw
from app.extracts.desk.staff import DRAW
from app.register.entries import actions as register
from app.storage.database import Database
from app.storage.engine import Session
from app.web.database import database
from app.web.edition import part
from app.web.files import shelf

demo = AppGroup("demo", help="Invented people and cases to try the site with.")

Loader = Callable[[Session, datetime], Iterator[str]]
"""Adds what is invented and not there yet, and yields what to print. Run again it adds nothing."""


def load_people(session: Session, now: datetime) -> Iterator[str]:
    """Add one person for every role; yield the address and password of each, tab between."""
    needs = cast(Needs, current_app.extensions[KEY])
    organisation = next(body.id for body in part(Directory) if body.kind is Kind.NGO)
    for address, password in actions.add_demo_people(
        session, organisation=organisation, hash_password=needs.hash_password, now=now
    ):
        yield f"{address}\t{password}"


def load_entries(session: Session, now: datetime) -> Iterator[str]:
    """Add entries of the register; yield how many."""
    added = register.add_demo_entries(session, actor=ACTOR, now=now)
    if added:
        yield f"{added} entries of the register, each with the surname «Демонстраційний» or «Демонстраційна»"


def load_requests(session: Session, now: datetime) -> Iterator[str]:
    """Add requests of invented families, answered by the demo registrar and supervisor; yield what opens each."""
    registrar, supervisor = (actions.demo_reference(session, role) for role in (Role.REGISTRAR, Role.SUPERVISOR))
    draw = cast(Draw, current_app.extensions[DRAW])
    with current_app.test_request_context():
        desk = Desk(shelf(), draw, secrets.SystemRandom(), registrar, supervisor)
        for one in requests.add_demo_requests(session, desk, actor=ACTOR, now=now):
            yield f"{one.reference}\t{one.passphrase}\t{one.stage}"


def load_families(session: Session, now: datetime) -> Iterator[str]:
    """Add invented families, each with the demo volunteer as helper; yield how many."""
    if training.holds_families(session):
        return
    helper = actions.demo_person(session, Role.VOLUNTEER)
    who = Who(helper.id, helper.organisation, leads=False)
    within(session, who.organisation)
    for family in Family:
        training.begin(session, family, who=who, random=secrets.SystemRandom(), now=now)
    yield f"{len(Family)} families, each marked as training"


ACTOR = "command:demo-load"
"""How the audit names whoever loads the demonstration."""

REAL: Sequence[Callable[[Session], bool]] = (
    actions.holds_real_people,
    register.holds_real_entries,
    training.holds_real_families,
)
"""What must be asked before anything invented is added: each says whether its slice holds anything real."""

LOADERS: Sequence[Loader] = (load_people, load_entries, load_requests, load_families)
"""What each slice adds, in order: who comes later builds on what came before."""


@demo.command("load")
def load() -> None:
    """Add invented people, one for every role, and print their passwords once."""
    now = datetime.now(UTC)
    with database().writing() as session:
        if any(holds(session) for holds in REAL) or _holds_requests_alone(session):
            raise click.ClickException("this database holds real people; invented ones never stand beside them")
        lines = [line for loader in LOADERS for line in loader(session, now)]
    for line in lines:
        click.echo(line)
    click.echo("loaded; restart the site, and every page says that it is a demonstration" if lines else "loaded before")


def _holds_requests_alone(session: Session) -> bool:
    # A request says nothing of whether it is invented. Where nobody invented is there, it is of a family.
    return requests.holds_requests(session) and not actions.holds_demo_people(session)


def is_demo(database: Database) -> bool:
    """Say whether the database holds invented people: then every page has to say so."""
    with database.reading() as session:
        return actions.holds_demo_people(session)

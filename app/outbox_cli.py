"""Commands of the outbox: ``flask --app app work`` and ``flask --app app outbox ...``."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.kernel.errors import ConfigError
from app.outbox.actions import discard, retry
from app.outbox.model import State, UnavailableError
from app.outbox.store import NotDeadError, counts, dead
from app.web.database import database
from app.worker import ready, stop_on_signals

outbox = AppGroup("outbox", help="What must happen after commit: mails.")

ACTOR = "command:outbox"
"""How the audit names whoever runs these commands."""


@click.command("work")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@with_appcontext
def work(once: bool) -> None:
    """Send what the outbox holds and publish what is scheduled, until stopped.

    Any number of these may run, on any number of machines.
    """
    try:
        worker = ready(current_app.config["SETTINGS"])
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    stop_on_signals(worker)
    if not once:
        worker.run()
        return
    try:
        while worker.turn():
            pass
        worker.go()
    except UnavailableError as error:
        raise click.ClickException(f"mails cannot be sent now: {error.reason}") from None


@outbox.command("list")
@click.option("--dead", "only_dead", is_flag=True, help="List the dead ones, each with the reason.")
def outbox_list(only_dead: bool) -> None:
    """Count the jobs by kind and state; never an address."""
    with database().reading() as session:
        if only_dead:
            for job in dead(session):
                tried = "1 try" if job.tries == 1 else f"{job.tries} tries"
                click.echo(f"{job.id}  {job.kind}  {job.created_at:%Y-%m-%d %H:%M} UTC  {tried}  {job.reason}")
            return
        found = counts(session)
    click.echo(f"{'kind':32}" + "".join(f"{state:>9}" for state in State))
    for kind in sorted({kind for kind, _ in found}):
        click.echo(f"{kind:32}" + "".join(f"{found.get((kind, state), 0):>9}" for state in State))


@outbox.command("retry")
@click.argument("id_", metavar="ID")
def outbox_retry(id_: str) -> None:
    """Try a dead job again, as if it were new."""
    try:
        with database().writing() as session:
            retry(session, id_, actor=ACTOR, now=datetime.now(UTC))
    except NotDeadError:
        raise click.ClickException(f"there is no dead job {id_}") from None


@outbox.command("drop")
@click.argument("id_", metavar="ID")
def outbox_drop(id_: str) -> None:
    """Remove a dead job with the address it holds; it is never sent."""
    try:
        with database().writing() as session:
            discard(session, id_, actor=ACTOR, now=datetime.now(UTC))
    except NotDeadError:
        raise click.ClickException(f"there is no dead job {id_}") from None

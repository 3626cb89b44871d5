"""Commands for requests: tidying up after drafts that nobody sent."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from app.extracts.actions import sweep
from app.storage.shelf import ShelfUnreachableError
from app.web.database import database
from app.web.files import shelf

extracts = AppGroup("extracts", help="Requests for extracts.")


@extracts.command("sweep")
def extracts_sweep() -> None:
    """Delete the drafts that nobody changed for two weeks. The worker does so every hour."""
    try:
        swept = sweep(database(), shelf(), now=datetime.now(UTC))
    except ShelfUnreachableError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{swept} drafts deleted")

"""Commands: ``flask --app app ...``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup

import app.translations
from app.config import Settings, secret
from app.content.library import Library
from app.content.store import record_edition
from app.edition import check_edition, report
from app.kernel.errors import ConfigError
from app.storage.engine import UnreachableError, reach, upgrade, writing

content = AppGroup("content", help="The content files.")
storage = AppGroup("storage", help="The database and the instance folder.")
translations = AppGroup("translations", help="The interface's words.")


def install_commands(site: Flask) -> None:
    site.cli.add_command(content)
    site.cli.add_command(storage)
    site.cli.add_command(translations)


@content.command("check")
def content_check() -> None:
    """Check every content file; exit status 1 if anything is wrong."""
    settings: Settings = current_app.config["SETTINGS"]
    library = Library.read(settings.content)
    faults = check_edition(library)
    for fault in faults:
        click.echo(fault)
    click.echo(f"{len(library.files)} files, {len(faults)} faults")
    sys.exit(1 if faults else 0)


@content.command("report")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
def content_report(markdown: bool) -> None:
    """Show the editor how each article reads: words, sentences, sources, and numbers that no source of it has."""
    settings: Settings = current_app.config["SETTINGS"]
    head = ("article", "words uk", "en", "words/sentence", "longest", "sources", "confidence", "numbers to look at")
    rows = report(Library.read(settings.content))
    if markdown:
        click.echo("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    else:
        click.echo("\t".join(head))
    for row in rows:
        click.echo("| " + " | ".join(row) + " |" if markdown else "\t".join(row))


@storage.command("prepare")
def storage_prepare() -> None:
    """Make the instance folder, its key and the database, and bring them up to date."""
    settings: Settings = current_app.config["SETTINGS"]
    prepare(settings)
    click.echo(f"ready: {settings.instance}")


def prepare(settings: Settings) -> None:
    """Make what the site stands on: folders (0700), the key (0600), the newest schema, the edition's row.

    Raises ConfigError where the folder cannot be written or the database not reached.
    """
    try:
        for folder in (settings.instance, settings.instance / "files"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret(settings)
    except OSError as error:
        raise ConfigError(f"INSTANCE is {str(settings.instance)!r}; it cannot be written: {error.strerror}.") from None
    try:
        engine = reach(settings.database)
    except UnreachableError as error:
        raise ConfigError(f"DATABASE_URL leads to no database: {error}") from None
    try:
        upgrade(engine)
        with writing(engine) as session:
            record_edition(session, Library.read(settings.content).digest, datetime.now(UTC))
    finally:
        engine.dispose()


@translations.command("collect")
def translations_collect() -> None:
    """Collect the interface's words from code and templates into every catalogue."""
    app.translations.update()


@translations.command("check")
def translations_check() -> None:
    """Check that every catalogue is complete and fits the texts; exit status 1 if not."""
    found = list(app.translations.faults())
    for fault in found:
        click.echo(fault)
    click.echo(f"{len(found)} faults")
    sys.exit(1 if found else 0)

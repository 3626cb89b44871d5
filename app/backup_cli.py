"""Commands that make, check and restore backups: ``flask --app app backup ...``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.audit.model import Event
from app.audit.store import Verdict, append, verify
from app.config import Settings
from app.content.library import Library
from app.files import open_shelf
from app.kernel.errors import ConfigError
from app.storage.archive import ArchiveError
from app.storage.backup import BackupError, Manifest, check_backup, create_backup
from app.storage.database import load_ring
from app.storage.engine import UnreachableError, reach
from app.storage.restore import restore_backup, write_content
from app.storage.ring import KeyRing
from app.storage.shelf import ShelfUnreachableError
from app.vault_cli import opened

backup = AppGroup("backup", help="Encrypted archives of database, files and content.")

MADE_BY_A_START = ("edition",)
"""Tables whose rows a start makes by itself: a database with nothing else counts as empty."""


@backup.command("create")
@click.option("--to", "target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="The archive.")
def backup_create(target: Path | None) -> None:
    """Write an archive of everything but the keys, while the site runs; by default into the instance folder."""
    settings: Settings = current_app.config["SETTINGS"]
    now = datetime.now(UTC)
    target = target or settings.instance / "backups" / f"dorohovkaz-{now:%Y%m%d-%H%M%S}.backup"
    library = Library.read(settings.content)
    with opened(settings) as database, _said_plainly():
        manifest = create_backup(
            database,
            open_shelf(settings),
            target,
            content=library.files,
            edition=library.digest,
            now=now,
            tell=lambda line: click.echo(line, err=True),
        )
        with database.writing() as session:
            append(session, Event.BACKUP_MADE, actor="command:backup-create", subject="site", now=now, details={})
    click.echo(f"{target}: {target.stat().st_size:,} bytes, {_summary(manifest)}")


@backup.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup_check(file: Path) -> None:
    """Read the whole of FILE and say whether this key ring can restore it; exit status 1 if not."""
    settings: Settings = current_app.config["SETTINGS"]
    with _said_plainly():
        manifest = check_backup(file, _ring(settings))
    click.echo(f"whole: {_summary(manifest)}")


@backup.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--content", metavar="DIR", type=click.Path(path_type=Path), help="Write the content files there, too.")
@click.option("--accept-broken-audit", is_flag=True, help="Restore although the audit record does not hold.")
def backup_restore(file: Path, content: Path | None, accept_broken_audit: bool) -> None:
    """Bring FILE into an empty database and an empty place of files, of either kind."""
    settings: Settings = current_app.config["SETTINGS"]
    ring = _ring(settings)

    with _said_plainly():
        engine = reach(settings.database)
        try:
            manifest = restore_backup(
                file,
                engine,
                open_shelf(settings),
                ring,
                check=lambda session: _faults(verify(session), accept_broken_audit),
                finish=lambda session: append(
                    session,
                    Event.BACKUP_RESTORED,
                    actor="command:backup-restore",
                    subject="site",
                    now=datetime.now(UTC),
                    details={},
                ),
                spare=MADE_BY_A_START,
                tell=lambda line: click.echo(line, err=True),
            )
        finally:
            engine.dispose()
        click.echo(f"restored: {_summary(manifest)}")
        if content is not None:
            click.echo(f"{content}: {write_content(file, ring, content):,} content files; set CONTENT to it")
        elif Library.read(settings.content).digest != manifest.edition:
            click.echo("The content of this version is not the archive's: --content DIR writes that out.", err=True)


def _faults(verdict: Verdict, accepted: bool) -> list[str]:
    """Return why a restore stops at this verdict on the audit record, if it does, and say what it found."""
    if not verdict.broken:
        click.echo(f"audit: {verdict.records:,} records hold", err=True)
        return []
    fault = f"The audit record of the archive does not hold: {verdict.broken}. It was so when the archive was made."
    if accepted:
        click.echo(fault, err=True)
        return []
    return [fault, "Nothing was restored; --accept-broken-audit restores it as it is."]


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn what went wrong into a sentence and exit status 1."""
    try:
        yield
    except UnreachableError as error:
        raise click.ClickException(f"DATABASE_URL leads to no database: {error}") from None
    except (ArchiveError, BackupError, ConfigError, ShelfUnreachableError) as error:
        raise click.ClickException(str(error)) from None


def _ring(settings: Settings) -> KeyRing:
    with _said_plainly():
        return load_ring(keys=settings.vault_keys, key_file=settings.key_file)


def _summary(manifest: Manifest) -> str:
    return (
        f"{manifest.rows:,} rows of {len(manifest.tables)} tables ({manifest.database}, schema {manifest.revision}), "
        f"{manifest.files:,} files, {manifest.content:,} content files, made {manifest.created_at:%Y-%m-%d %H:%M} UTC"
    )

"""Commands on the keys that seal personal data: ``flask --app app vault ...``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup

from app.config import Settings
from app.kernel.errors import ConfigError
from app.storage.database import Database, known_keys, open_database, register_key
from app.storage.engine import UnreachableError
from app.storage.ring import alone_with, write_ring
from app.storage.sealed import KeyInUseError, retire, rotate, sealings

vault = AppGroup("vault", help="The keys that seal personal data.")


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The site's database, proved to fit the key ring; what is wrong ends the command with a sentence."""
    try:
        database = open_database(settings.database, keys=settings.vault_keys, key_file=settings.key_file)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    except UnreachableError as error:
        raise click.ClickException(f"DATABASE_URL leads to no database: {error}") from None
    try:
        yield database
    finally:
        database.engine.dispose()


@vault.command("status")
def vault_status() -> None:
    """Show the sealing keys by id and how many values each has sealed."""
    settings: Settings = current_app.config["SETTINGS"]
    with opened(settings) as database:
        ring = database.vault.ring
        with database.reading() as session:
            counted = sealings(session)
            used = known_keys(session)
    total = Counter[str]()
    for sealing in counted:
        total[sealing.key] += sealing.values
    for id_ in sorted({*ring.sealing, *total}):
        state = "seals" if id_ == ring.current else "opens" if id_ in used else "added"
        state = state if id_ in ring.sealing else "NOT IN THE RING"
        click.echo(f"{id_:24}{state:8}{total[id_]:>12,}")
    for sealing in counted:
        click.echo(f"  {sealing.key:22}{'':8}{sealing.values:>12,}  {sealing.table}.{sealing.column}")
    if settings.vault_keys:
        click.echo("The ring comes from VAULT_KEYS.")
    elif settings.key_file.stat().st_mode & 0o077:
        click.echo(f"Others can read {settings.key_file}: chmod 600 it, and change its keys if others did.", err=True)


@vault.command("add-key")
def vault_add_key() -> None:
    """Add a sealing key to the key file. It opens values, but seals none before `vault use`."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.vault_keys:
        raise click.ClickException(
            "The key ring comes from VAULT_KEYS, which no command changes. Add an entry to `sealing` there: a new id "
            "and 32 random bytes in base64 (`openssl rand -base64 32`). Leave `current` as it is until every process "
            "has been restarted with the new ring."
        )
    with alone_with(settings.key_file), opened(settings) as database:
        ring = database.vault.ring
        longer = ring.with_added_key(datetime.now(UTC).date())
        write_ring(longer, settings.key_file)
    (added,) = longer.sealing.keys() - ring.sealing.keys()
    click.echo(f"Added {added}. It seals nothing yet. Next:")
    click.echo("1. Keep a copy of the key file apart from the database, and copy it to every machine.")
    click.echo("2. Restart every process, so that each can open what the new key will seal.")
    click.echo(f"3. vault use {added}")


@vault.command("use")
@click.argument("key")
def vault_use(key: str) -> None:
    """Let KEY of the key file seal new values, from the next start of each process on."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.vault_keys:
        raise click.ClickException(
            "The key ring comes from VAULT_KEYS, which no command changes. Once every process runs with a ring that "
            f"has {key!r}, set `current` there to it and restart every process; then: vault rotate."
        )
    with alone_with(settings.key_file), opened(settings) as database:
        try:
            ring = database.vault.ring.using(key)
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
        # The proof comes first. Were it last and the command killed before it, new values would have no proof.
        register_key(database, key)
        write_ring(ring, settings.key_file)
    click.echo(f"{key} seals from now on. Next:")
    click.echo("1. Copy the key file to every machine and restart every process.")
    click.echo("2. vault rotate")


@vault.command("rotate")
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 10_000), help="Rows a transaction.")
def vault_rotate(batch: int) -> None:
    """Seal anew, while the site runs, what older keys have sealed. May be interrupted and begun again."""
    settings: Settings = current_app.config["SETTINGS"]
    with opened(settings) as database:
        current = database.vault.ring.current
        done = Counter[str]()
        broken: set[str] = set()
        for step in rotate(database, batch=batch):
            place = f"{step.table}.{step.column}"
            done[place] += step.values
            broken.update(f"{place} {id_}" for id_ in step.broken)
            click.echo(f"{place}: {done[place]:,}")
        with database.reading() as session:
            left = [sealing for sealing in sealings(session) if sealing.key != current]
        older = [id_ for id_ in database.vault.ring.sealing if id_ != current]
    click.echo(f"{done.total():,} values are sealed anew with {current}.")
    for place in sorted(broken):
        click.echo(f"does not open: {place}", err=True)
    for sealing in left:
        click.echo(f"left: {sealing.values:,} in {sealing.table}.{sealing.column} with {sealing.key}", err=True)
    if left:
        click.echo("Restart every process that still seals with an older key, and rotate again.", err=True)
        sys.exit(1)
    for id_ in older:
        click.echo(f"No longer needed: vault retire {id_}")


@vault.command("retire")
@click.argument("key")
def vault_retire(key: str) -> None:
    """Take KEY out of use, once nothing is sealed with it: no process can seal with it any more."""
    settings: Settings = current_app.config["SETTINGS"]
    with alone_with(settings.key_file), opened(settings) as database:
        with database.reading() as session:
            known = {*known_keys(session), *database.vault.ring.sealing}
        if key not in known:
            raise click.ClickException(f"{key!r} is not a sealing key ({', '.join(sorted(known))}).")
        try:
            ring = database.vault.ring.without(key)
            retire(database, key)
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
        except KeyInUseError as error:
            raise click.ClickException(f"Values are still sealed with {key} ({error}): vault rotate first.") from None
        if not settings.vault_keys:
            write_ring(ring, settings.key_file)
    click.echo(f"Retired {key}.")
    if settings.vault_keys:
        click.echo("Remove it from VAULT_KEYS on every machine, and restart every process.")
    else:
        click.echo("Copy the key file to every machine and restart every process.")
    click.echo("Backups made before can be restored only with a ring that has it: keep that ring as long as they.")

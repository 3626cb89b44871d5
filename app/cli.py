"""Commands: ``flask --app app ...``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

import app.accounts.store
import app.accounts_cli
import app.demo
import app.register_import_cli
import app.translations
from app.audit.store import head, read_head, verify
from app.backup_cli import backup
from app.config import Settings, secret
from app.content.library import ContentError, Library
from app.content.store import record_edition
from app.content_cli import content
from app.edition import read_edition, searchable
from app.exchange_cli import export_po, export_xliff, import_kept, import_po, import_xliff
from app.extracts_cli import extracts
from app.files import open_shelf
from app.kernel.errors import ConfigError
from app.live import first_live
from app.outbox_cli import outbox, work
from app.register_cli import register
from app.search.documents import Kind
from app.search.evaluate import EvaluationError, evaluate, read_queries
from app.search.find import Finder, Search
from app.search.index import tidy
from app.storage.database import prepare_database
from app.storage.engine import UnreachableError
from app.storage.files import sweep
from app.storage.shelf import ShelfUnreachableError
from app.vault_cli import vault
from app.web.database import database
from app.web.edition import part
from app.web.files import shelf

storage = AppGroup("storage", help="The database and the instance folder.")
audit = AppGroup("audit", help="The audit record.")
files = AppGroup("files", help="Files that families and staff have stored.")
search = AppGroup("search", help="How well the search answers.")
translations = AppGroup("translations", help="The interface's words.")


def install_commands(site: Flask) -> None:
    site.cli.add_command(content)
    site.cli.add_command(storage)
    site.cli.add_command(audit)
    site.cli.add_command(outbox)
    site.cli.add_command(work)
    site.cli.add_command(files)
    site.cli.add_command(extracts)
    site.cli.add_command(search)
    site.cli.add_command(register)
    for command in (export_xliff, import_xliff, export_po, import_po, import_kept):
        translations.add_command(command)
    site.cli.add_command(translations)
    site.cli.add_command(app.accounts_cli.account)
    site.cli.add_command(app.demo.demo)
    site.cli.add_command(vault)
    site.cli.add_command(backup)


@storage.command("prepare")
def storage_prepare() -> None:
    """Make the instance folder, its key and the database, and bring them up to date."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        prepare(settings)
    except (ConfigError, ContentError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"ready: {settings.instance}")


def prepare(settings: Settings) -> None:
    """Make what the site stands on: folders (0700), the key (0600), the newest schema, the edition's row and index.

    Raises ConfigError where the folder cannot be written or the database not reached, ContentError where the content
    cannot be read.
    """
    read_edition(Library.read(settings.content))
    open_shelf(settings)
    try:
        for folder in (settings.instance, settings.instance / "files"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret(settings)
    except OSError as error:
        raise ConfigError(f"INSTANCE is {str(settings.instance)!r}; it cannot be written: {error.strerror}.") from None
    now = datetime.now(UTC)
    try:
        database = prepare_database(
            settings.database, keys=settings.vault_keys, key_file=settings.key_file, today=now.date()
        )
    except UnreachableError as error:
        raise ConfigError(f"DATABASE_URL leads to no database: {error}") from None
    try:
        edition = searchable(read_edition(first_live(settings, database)), settings.search)
        with database.writing() as session:
            record_edition(session, edition.digest, now)
    finally:
        database.engine.dispose()
    tidy(settings.search, edition.digest)
    edition.part(Search).finder  # noqa: B018 (asking builds the index, so that workers only open it)


@audit.command("verify")
@click.option("--head", "noted", metavar="NUMBER:HASH", help="A head noted earlier, which must still stand.")
def audit_verify(noted: str | None) -> None:
    """Follow the chain of the audit record; exit status 1, and where it breaks, if it does not hold."""
    try:
        known = read_head(noted) if noted else None
    except ValueError:
        raise click.BadParameter("it takes what `audit head` prints", param_hint="--head") from None
    with database().reading() as session:
        verdict = verify(session, known=known)
    click.echo(verdict.broken or f"{verdict.records} records hold")
    sys.exit(1 if verdict.broken else 0)


@audit.command("head")
def audit_head() -> None:
    """Print the end of the chain as NUMBER:HASH. Note it daily outside the database: it shows what was cut off."""
    with database().reading() as session:
        click.echo(str(head(session)))


@files.command("sweep")
def files_sweep() -> None:
    """Destroy bytes that no row knows any more; exit status 1 if the bytes of a stored file are lost."""
    try:
        swept = sweep(database(), shelf(), now=datetime.now(UTC))
    except ShelfUnreachableError as error:
        raise click.ClickException(str(error)) from None
    for id_ in swept.lost:
        click.echo(f"lost: {id_}")
    click.echo(f"{swept.kept} kept, {swept.removed} removed, {len(swept.lost)} lost")
    sys.exit(1 if swept.lost else 0)


@search.command("evaluate")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON.")
@click.option("--failures", is_flag=True, help="List the queries whose first result is not a right answer.")
@click.option("--explain", metavar="ID", help="Show what each step made of one query of FILE.")
def search_evaluate(file: Path, as_json: bool, failures: bool, explain: str | None) -> None:
    """Ask every labelled query of FILE; print MRR@10, nDCG@10, recall@5 by class, nonsense answered, and times."""
    try:
        queries = read_queries(file)
    except EvaluationError as error:
        raise click.ClickException(str(error)) from None
    finder = part(Search).finder
    if explain is not None:
        query = next((query for query in queries if query.id == explain), None)
        if query is None:
            raise click.ClickException(f"{file} has no query {explain!r}")
        click.echo("\n".join(explanation(finder, query.q)))
        return
    finder.find("")
    result = evaluate(queries, lambda typed: ranked(finder, typed))
    if as_json:
        click.echo(json.dumps(result.as_json(), ensure_ascii=False))
        return
    found = result.as_json()
    click.echo(f"{'class':14}{'n':>5}{'MRR@10':>9}{'nDCG@10':>9}{'recall@5':>9}")
    for name, means in found["classes"].items():
        click.echo(f"{name:14}{means['n']:>5}{means['mrr']:>9.3f}{means['ndcg']:>9.3f}{means['recall5']:>9.3f}")
    overall = found["overall"]
    click.echo(f"{'mean':14}{'':5}{overall['mrr']:>9.3f}{overall['ndcg']:>9.3f}{overall['recall5']:>9.3f}")
    click.echo(f"nonsense answered: {found['nonsense_answered']:.3f} of {len(result.nonsense)}")
    click.echo("ms a query: p50 {p50:.1f}, p95 {p95:.1f}".format(**found["latency_ms"]))
    if failures:
        for query, got in result.misses:
            wanted = ", ".join(id_ for id_, grade in query.relevant.items() if grade >= 2)
            click.echo(f"\n{query.id}: {query.q}\n  wanted {wanted}\n  got    {', '.join(got[:4]) or 'nothing'}")
        for query in queries:
            if result.nonsense.get(query.id):
                click.echo(f"\n{query.id}: {query.q}\n  nonsense, but answered")


def ranked(finder: Finder, typed: str) -> list[str]:
    """Return the articles and organisations that answer, best first, by id."""
    listed = (Kind.ARTICLE, Kind.ORGANISATION)
    return [hit.document.id for hit in finder.find(typed).hits if hit.document.kind in listed]


def explanation(finder: Finder, typed: str) -> Iterator[str]:
    """Yield in lines what each step of the search makes of a query."""
    found = finder.find(typed)
    understood = found.understood
    yield f"typed    {typed}"
    for step in understood.steps:
        yield f"{step.change:8} {step.before} → {step.after}"
    yield f"shown    {understood.shown}"
    for concept, rarity in zip(understood.concepts, found.rarity, strict=True):
        yield f"idea     {concept.typed} (tells {rarity:.2f})"
        for alternative in concept.alternatives:
            words = " ".join("/".join(forms) for forms in alternative.words)
            yield f"           {alternative.language} {alternative.weight:.2f} {words}"
    for title, hits in (("answers", found.hits), ("nearest", found.nearest)):
        yield from (f"{title}  {hit.score:.3f} {hit.document.id}" for hit in hits[:10])


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

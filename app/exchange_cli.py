"""Commands that take translations out for translators' tools and back in: ``flask --app app translations ...``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app import translations
from app.config import Settings
from app.content.confirmed import in_language
from app.content.confirmed import sources as source_texts
from app.content.library import Library
from app.curation.actions import live_library
from app.curation.translating.actions import take_in, taken_out
from app.curation.translating.model import TARGETS
from app.curation.translating.words import Brought, PoError, spoken
from app.curation.translating.xliff import XliffError, read, written
from app.curation.wording.actions import accepted
from app.kernel.languages import SOURCE
from app.web.database import database

CATALOGUES = (SOURCE, *(code for code in TARGETS if code != translations.SOURCE_TEXTS))
"""Languages with a catalogue: all but the one in which the words stand in the code."""

ACTOR = "command:xliff-import"
"""How the audit names whoever takes in translations without an account."""


@click.command("export-xliff")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--language", "code", required=True, type=click.Choice(list(TARGETS)), help="Into which language.")
@click.option("--path", "chosen", multiple=True, help="Only this text, by the address of its Ukrainian source.")
def export_xliff(folder: Path, code: str, chosen: tuple[str, ...]) -> None:
    """Write an XLIFF 2.0 file to DIR for each text of the live edition, with what is translated already."""
    shipped = _shipped()
    folder.mkdir(parents=True, exist_ok=True)
    with database().reading() as session:
        live = live_library(session, shipped)
        sources = [path for path in source_texts(live.files) if not chosen or path in chosen]
        if missing := sorted(set(chosen) - set(sources)):
            raise click.BadParameter(f"there is no Ukrainian text at {missing[0]}", param_hint="--path")
        for source in sources:
            exchange = taken_out(session, code, [in_language(source, code)], shipped=shipped)
            name = source.rsplit("/", 1)[0].replace("/", ".")
            (folder / f"{name}.{code}.xlf").write_bytes(written(exchange))
    click.echo(f"{len(sources)} files")


@click.command("import-xliff")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_xliff(file: Path) -> None:
    """Take an XLIFF 2.0 file in as drafts; exit status 1, and each unit named, where something was refused."""
    try:
        exchange = read(file.read_bytes())
        with database().writing() as session:
            taken = take_in(session, exchange, shipped=_shipped(), actor=ACTOR, now=datetime.now(UTC))
    except XliffError as error:
        raise click.ClickException(str(error)) from None
    for draft in taken.drafts:
        click.echo(f"changes {draft.path}")
    for unit in taken.refused:
        why = "the Ukrainian text has changed" if unit.has_changed else f"lost: {', '.join(unit.lost)}"
        click.echo(f"refused {unit.path} {unit.anchor or '(the beginning)'}: {why}")
    for path in taken.left:
        click.echo(f"left alone (no source, no title, or in review): {path}")
    click.echo(f"{len(taken.drafts)} drafts, {len(taken.refused)} units refused, {len(taken.left)} texts left alone")
    sys.exit(1 if taken.refused or taken.left else 0)


@click.command("export-po")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--language", "code", required=True, type=click.Choice(list(CATALOGUES)), help="Into which language.")
def export_po(file: Path, code: str) -> None:
    """Write the words of the interface to FILE as PO, with what is translated already."""
    file.write_bytes(translations.exported(code))
    click.echo(f"written: {file}")


@click.command("import-po")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--language", "code", required=True, type=click.Choice(list(CATALOGUES)), help="Into which language.")
def import_po(file: Path, code: str) -> None:
    """Take a PO file into the catalogue of a language; exit status 1, and each message named, if any was refused."""
    try:
        found = translations.take_in(file.read_bytes(), code)
    except PoError as error:
        raise click.ClickException(f"not readable as PO: {error}") from None
    _tell(found)


@click.command("import-kept")
@click.option("--language", "code", required=True, type=click.Choice(list(CATALOGUES)), help="Into which language.")
@with_appcontext
def import_kept(code: str) -> None:
    """Write the words that reviewers have accepted into the catalogue of a language, for the next release.

    Exit status 1, and each message named, where one does not fit any more.
    """
    with database().reading() as session:
        words = [(one.message.source, one.message.context, one.text) for one in accepted(session, code)]
    _tell(translations.take_in_kept(spoken(code, words), code, Path(current_app.config["TRANSLATIONS"])))


def _tell(found: Brought) -> None:
    for one in found.refused:
        click.echo(f"refused ({one.why}): {one.text[:80]!r}")
    click.echo(f"{found.taken} messages taken in, {len(found.refused)} refused")
    sys.exit(1 if found.refused else 0)


def _shipped() -> Library:
    settings: Settings = current_app.config["SETTINGS"]
    return Library.read(settings.content)

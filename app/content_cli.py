"""Commands of the content: ``flask --app app content ...``."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.accounts.model import Role, permissions
from app.accounts.store import find_by_email
from app.config import Settings
from app.content.library import Library
from app.content.sources import Sources
from app.content.store import live_number, unserved
from app.curation.actions import live_library, propose_files
from app.curation.limiting.actions import limits as limits_of
from app.curation.model import Change, Deed, PathError
from app.curation.rights import EVERYTHING, NotAllowedError, Rights, checked, may, topics_of
from app.curation.verification.actions import keep_link_answers
from app.curation.verification.facts import links
from app.curation.verification.links import FAULTS, Answer, Checker, Limits
from app.curation.verification.store import LinkAnswer
from app.directory.model import Directory
from app.edition import check_edition, read_edition, report
from app.guidance.model import Guidance, Topics
from app.kernel.dates import KYIV
from app.pathways.model import Pathways
from app.storage.engine import Session
from app.web.database import database

content = AppGroup("content", help="The content files.")

ACTOR = "command:content-import"
"""How the audit names whoever imports without an account."""

MARK = "sources.yaml"
"""A file that every folder of content has: a folder with other things in it and without this one is none."""


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


@content.command("status")
def content_status() -> None:
    """Show which edition is live, and each process that cannot serve it and why; exit status 1 if there is any."""
    moment = datetime.now(UTC)
    with database().reading() as session:
        number, faulty = live_number(session), unserved(session, moment)
    click.echo(f"edition {number} is live")
    for one in faulty:
        shown = f"edition {one.shown}" if one.shown else "what ships with it"
        since = one.since.astimezone(KYIV)
        click.echo(
            f"{one.process} cannot serve edition {one.wanted} and shows {shown}, since {since:%Y-%m-%d %H:%M}: "
            f"{one.reason}"
        )
    sys.exit(1 if faulty else 0)


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


@content.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def content_export(folder: Path) -> None:
    """Write the live edition to DIR as files, to the letter; content files of DIR that are not in it are removed."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise click.ClickException(f"{folder} is not empty and holds no content ({MARK}): name another folder")
    live = _live()
    try:
        live.write(folder)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}") from None
    click.echo(f"{len(live.files)} files, edition {live.digest}")


@content.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--as", "address", metavar="EMAIL", help="Whose drafts they are; an editor's account.")
@click.option("--minor", is_flag=True, help="The changes leave the meaning as it is.")
@click.option("--note", default="", help="What was changed, for the reviewers.")
def content_import(folder: Path, address: str | None, minor: bool, note: str) -> None:
    """Propose every difference between DIR and the live edition as a draft; exit status 1 if an item is busy."""
    if not (folder / MARK).is_file():
        raise click.ClickException(f"{folder} holds no content ({MARK})")
    try:
        files = Library.read(folder)
        with database().writing() as session:
            actor = _author(session, address) if address else ACTOR
            proposed = propose_files(
                session,
                files,
                shipped=_shipped(),
                change=Change.MINOR if minor else Change.MEANING,
                note=note,
                actor=actor,
                now=datetime.now(UTC),
            )
            if address:
                _check_limits(session, actor, [draft.path for draft in proposed.drafts])
    except UnicodeDecodeError as error:
        raise click.ClickException(f"a file is not UTF-8: {error.reason}") from None
    except PathError as error:
        raise click.ClickException(f"no content can stand at {error}: use a-z, 0-9, - and _") from None
    except NotAllowedError as error:
        raise click.ClickException(f"{address} is limited to other texts, nothing was proposed: {error}") from None
    for draft in proposed.drafts:
        click.echo(f"{'retires' if draft.retires else 'changes'} {draft.path}")
    for path in proposed.busy:
        click.echo(f"left alone, a draft is open: {path}")
    click.echo(f"{len(proposed.drafts)} drafts, {len(proposed.busy)} left alone")
    sys.exit(1 if proposed.busy else 0)


@content.command("check-links")
@click.option("--base", default="", metavar="PREFIX", help="Only addresses that begin so.")
@click.option(
    "--pause",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Seconds between two requests to one host.",
)
@click.option(
    "--timeout", default=10.0, show_default=True, type=click.FloatRange(0.1), help="Seconds to wait for an answer."
)
@click.option("--minutes", default=30.0, show_default=True, type=click.FloatRange(0), help="When to stop.")
@click.option("--count", default=2000, show_default=True, type=click.IntRange(0), help="How many addresses at most.")
def content_check_links(base: str, pause: float, timeout: float, minutes: float, count: int) -> None:
    """Ask every link of the live edition whether it answers; exit status 1 if an editor has to look at any."""
    edition = read_edition(_live())
    known = links(edition.part(Directory), edition.part(Sources), edition.part(Pathways))
    checker = Checker(Limits(pause, timeout, minutes * 60, count), clock=time.monotonic, wait=time.sleep)
    found, answers = [], []
    for one in checker.check(fact.text for fact in known if fact.text.startswith(base)):
        found.append(one)
        if one.answer is not Answer.OK:
            click.echo("\t".join(filter(None, (one.answer, str(one.status or "-"), one.url, one.moved_to))))
        if one.answer is not Answer.SKIPPED:
            answers.append(LinkAnswer(one.url, datetime.now(UTC), one.answer, one.status, one.moved_to))
    with database().writing() as session:
        keep_link_answers(session, answers, known, actor="command:check-links", now=datetime.now(UTC))
    faults = sum(one.answer in FAULTS for one in found)
    click.echo(f"{len(found)} links, {len(answers)} asked, {faults} to look at")
    sys.exit(1 if faults else 0)


def _live() -> Library:
    with database().reading() as session:
        return live_library(session, _shipped())


def _author(session: Session, address: str) -> str:
    row = find_by_email(session, address)
    if (
        row is None
        or not row.active
        or not may(Rights(permissions(row.roles), EVERYTHING, _no_topics), "", Deed.CREATE)
    ):
        raise click.BadParameter("it takes the address of an active editor's account", param_hint="--as")
    return f"account:{row.id}"


def _check_limits(session: Session, actor: str, paths: list[str]) -> None:
    """Raise NotAllowedError where one of the paths lies outside of what the author is limited to."""
    limits = limits_of(session, actor)
    if not limits.are_set:
        return
    edition = read_edition(live_library(session, _shipped()))
    topics, guidance, route = edition.part(Topics), edition.part(Guidance), edition.part(Pathways)
    rights = Rights(permissions(Role), limits, lambda path: topics_of(path, topics, guidance, route))
    for path in paths:
        checked(rights, path, Deed.CREATE)


def _no_topics(_: str) -> tuple[str, ...]:
    return ()


def _shipped() -> Library:
    settings: Settings = current_app.config["SETTINGS"]
    return Library.read(settings.content)

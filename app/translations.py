"""Keeping the interface's catalogues true: collecting words from code and templates, checking what was translated."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from app.config import ROOT
from app.curation.translating.words import Brought, blank, brought, message_faults, read, written
from app.kernel.languages import PUBLIC, SOURCE

FOLDER = ROOT / "translations"
SOURCE_TEXTS = "en"
"""The language in which texts stand in code and templates; it needs no catalogue."""


def collect(target: Path) -> None:
    """Write the template of all texts that code and templates mark for translation."""
    command = [
        sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", str(FOLDER / "babel.cfg"),
        "-k", "_l", "-k", "N_", "-k", "gettext", "--omit-header", "--no-location", "--sort-output",
        "-o", str(target), ".",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 (fixed arguments)


def update() -> None:
    """Collect all texts and merge them into the catalogue of every translated language."""
    with TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        collect(template)
        for code in PUBLIC:
            if code == SOURCE_TEXTS:
                continue
            path = FOLDER / code / "LC_MESSAGES" / "messages.po"
            verb = "update" if path.exists() else "init"
            command = [sys.executable, "-m", "babel.messages.frontend", "-q", verb]
            command += ["-i", str(template), "-d", str(FOLDER), "-l", code, "--no-wrap"]
            command += ["--no-fuzzy-matching", "--ignore-obsolete"] if verb == "update" else []
            subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 (fixed arguments)


def faults() -> Iterator[str]:
    """Yield what is wrong: texts missing or left over in a catalogue, placeholders or tags that do not match."""
    wanted = _template()
    for code in PUBLIC:
        if code == SOURCE_TEXTS:
            continue
        catalogue = _read(FOLDER / code / "LC_MESSAGES" / "messages.po")
        missing = {_key(message) for message in wanted if message.id} - {_key(message) for message in catalogue}
        left = {_key(message) for message in catalogue if message.id} - {_key(message) for message in wanted}
        for text in sorted(missing):
            yield f"{code}: not in the catalogue (run `make messages`): {text[:80]!r}"
        for text in sorted(left):
            yield f"{code}: no longer used (run `make messages`): {text[:80]!r}"
        for message in catalogue:
            if message.id:
                yield from (
                    f"{code}: {fault}: {_key(message)[:80]!r}"
                    for fault in message_faults(message, catalogue.num_plurals)
                )


def exported(code: str) -> bytes:
    """Return the interface's words with what is translated of them into the language `code`, as a PO file."""
    return written(blank(_template(), _known(code)))


def take_in(document: bytes, code: str) -> Brought:
    """Write what a PO file translates into the catalogue of the language `code`. Raises PoError."""
    found = brought(_template(), _known(code), read(document))
    path = FOLDER / code / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(found.catalogue))
    return found


def take_in_kept(words: Catalog, code: str, folder: Path) -> Brought:
    """Write accepted words into the catalogue of the language `code` below `folder`.

    The catalogue of the source language there names every word of the interface.
    """
    path = folder / code / "LC_MESSAGES" / "messages.po"
    known = _read(path) if path.exists() else Catalog(locale=code)
    found = brought(_read(folder / SOURCE / "LC_MESSAGES" / "messages.po"), known, words)
    if found.taken:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(found.catalogue))
    return found


def _template() -> Catalog:
    with TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        collect(template)
        return _read(template)


def _known(code: str) -> Catalog:
    path = FOLDER / code / "LC_MESSAGES" / "messages.po"
    return _read(path) if path.exists() else Catalog(locale=code)


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (list, tuple)) else str(message.id)


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)

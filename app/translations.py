"""Keeping the interface's catalogues true: collecting words from code and templates, checking what was translated."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from app.config import ROOT
from app.kernel.languages import PUBLIC

FOLDER = ROOT / "translations"
SOURCE_TEXTS = "en"
"""The language in which texts stand in code and templates; it needs no catalogue."""

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
_TAG = re.compile(r"</?\w+[^>]*>")


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
    with TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        collect(template)
        wanted = _read(template)
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
                yield from (f"{code}: {fault}: {_key(message)[:80]!r}" for fault in _message_faults(message, catalogue))


def _message_faults(message: Message, catalogue: Catalog) -> Iterator[str]:
    sources = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    texts = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    if message.fuzzy:
        yield "marked fuzzy"
    if len(sources) > 1 and len(texts) != catalogue.num_plurals:
        yield f"has {len(texts)} plural forms of {catalogue.num_plurals}"
    expected = set(_PLACEHOLDER.findall(sources[-1]))
    for text in texts:
        if not text:
            yield "not translated"
            continue
        if set(_PLACEHOLDER.findall(text)) != expected:
            yield "placeholders differ"
        if sorted(_TAG.findall(text)) != sorted(_TAG.findall(sources[-1])):
            yield "tags differ"


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (list, tuple)) else str(message.id)


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)

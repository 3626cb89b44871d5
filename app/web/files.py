"""Files that pages take: the site's shelf and scanner, how many a form carries, and why one was not taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import FileStorage

from app.storage.intake import accept
from app.storage.refusals import Refusal
from app.storage.scanner import Scanner
from app.storage.shelf import Shelf
from app.storage.uploads import MAX_BYTES, Accepted
from app.web.bounds import FORM_BYTES, accepts_bytes

View = TypeVar("View", bound=Callable[..., Any])

_KEY = "dorohovkaz-files"


@dataclass(frozen=True)
class _Files:
    shelf: Shelf
    scanner: Scanner | None


def install_files(app: Flask, *, shelf: Shelf, scanner: Scanner | None) -> None:
    """Give `app` its shelf and scanner."""
    app.extensions[_KEY] = _Files(shelf, scanner)


def takes_files(most: int) -> Callable[[View], View]:
    """Mark a view whose form carries files, `most` at once. A longer body is answered with 413, unread."""
    return accepts_bytes(FORM_BYTES + most * MAX_BYTES)


def shelf() -> Shelf:
    """Return the shelf of the current application."""
    return _files().shelf


def accept_upload(upload: FileStorage) -> Accepted:
    """Return a file of the form as it may be kept. Raises UploadRefusedError, which `why` puts into words."""
    return accept(upload.stream.read(MAX_BYTES + 1), scanner=_files().scanner)


def why(refusal: Refusal) -> str:
    """Return in the page's language why a file was not taken and what the person can do."""
    return str(_WHY[refusal])


def _files() -> _Files:
    return cast(_Files, current_app.extensions[_KEY])


_WHY: Mapping[Refusal, LazyString] = {
    Refusal.EMPTY: _l("This file is empty. Choose it once more, or photograph the paper."),
    Refusal.TOO_LARGE: _l("This file is larger than 10 MB. Photograph the paper, or send its pages one by one."),
    Refusal.UNKNOWN_TYPE: _l("This is neither a photo (JPEG, PNG, HEIC) nor a PDF. Photograph the paper."),
    Refusal.DAMAGED: _l("This file cannot be opened: it is damaged. Photograph the paper, or save it as PDF again."),
    Refusal.LOCKED: _l("This PDF asks for a password. Save it without one, or photograph its pages."),
    Refusal.TOO_MANY_PAGES: _l("This PDF has more than 100 pages. Send only the pages that are needed."),
    Refusal.TOO_MANY_PIXELS: _l("This picture is too large. Photograph the paper with the camera’s usual setting."),
    Refusal.INFECTED: _l("The virus scanner found something harmful in this file. Photograph the paper instead."),
    Refusal.SCANNER_SILENT: _l("Files cannot be checked for viruses right now, so none is taken. Try again later."),
}

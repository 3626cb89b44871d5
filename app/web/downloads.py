"""Stored files and tables on their way to a person: always to be saved, never shown as a page of this site."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response

from app.storage.files import OpenedFile
from app.storage.uploads import EXTENSIONS

_HEADERS = {
    # Whatever a browser makes of the bytes, it does so without scripts, in an origin of its own.
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


def download(file: OpenedFile) -> Response:
    """Return the answer by which a browser saves a stored file under the name it was given."""
    response = Response(file.content, mimetype=file.media_type.value)
    response.headers.update(_HEADERS)
    response.headers["Content-Disposition"] = _attachment(file)
    return response


def own_file(text: str, media_type: str, name: str) -> Response:
    """Return the answer by which a browser saves a text that the site has made of somebody's own data."""
    response = Response(text, mimetype=media_type)
    response.headers.update(_HEADERS)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def spreadsheet(rows: Iterable[Sequence[object]], *, name: str) -> Response:
    """Return the answer by which a browser saves rows, the head first, as a table (CSV) that spreadsheets open.

    A cell with what a person typed is made harmless before: it may begin as a formula does.
    """
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    # The byte order mark tells a spreadsheet that the letters are UTF-8.
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _attachment(file: OpenedFile) -> str:
    """Name the file twice (RFC 6266, 4.3): plainly for old browsers, and in all its letters (RFC 8187)."""
    extension = EXTENSIONS[file.media_type]
    stem = file.name.rpartition(".")[0] or file.name
    # The ending tells what the bytes are, not what they were sent as: a HEIC is kept as JPEG.
    whole = f"{stem}.{extension}"
    return f"attachment; filename=\"file.{extension}\"; filename*=UTF-8''{quote(whole, safe='')}"

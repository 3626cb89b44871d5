"""What a page counts each time that it is shown, and the tally of this process.

A page that is kept carries its counts as a mark, so that a showing counts, too, of which Flask never hears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

from app.kernel.tally import Tally

if TYPE_CHECKING:
    from flask import Response

MARK = "X-Count"
"""The header by which a page says what each of its showings counts; it never leaves the process."""

_KEY = "dorohovkaz-tally"


def install_tally(app: Flask) -> Tally:
    """Give `app` a tally and return it."""
    app.extensions[_KEY] = Tally()
    return tally(app)


def tally(app: Flask | None = None) -> Tally:
    """Return the tally of this process."""
    return cast(Tally, (app or current_app).extensions[_KEY])


def counted(response: Response, *what: str) -> Response:
    """Have every showing of a page count `what`: short ASCII words such as ``shown:where``."""
    response.headers[MARK] = " ".join(what)
    return response

"""A form that was refused for no fault of its own, offered to be sent again with everything that was typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_wtf.csrf import generate_csrf

from app.web.forgery import is_own_form

LONGEST = 100_000
"""Characters of all fields together that a page gives back; beyond, the browser's own memory has to do."""

_SECRET = re.compile(r"pass|secret|code|otp|pin\b|token", re.IGNORECASE)
"""Names of fields that are typed anew: no page repeats a password."""


@dataclass(frozen=True)
class Resubmission:
    """Where a form goes, its fields, a fresh token, and whether something has to be typed or chosen again."""

    address: str
    fields: Sequence[tuple[str, str]]
    token: str
    is_whole: bool


def resubmission() -> Resubmission | None:
    """Return the form of this request if it can be given back: it surely came from a page of ours and is not too long.

    A form that a stranger's page sent is never given back: pressing the button would make it the reader's own.
    """
    is_form = request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}
    if request.method != "POST" or request.url_rule is None or not is_form or not is_own_form():
        return None
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if sum(len(name) + len(value) for name, value in typed) > LONGEST:
        return None
    fields = [(name, value) for name, value in typed if not _SECRET.search(name)]
    query = request.query_string.decode("ascii", "ignore")
    return Resubmission(
        address=request.path + (f"?{query}" if query else ""),
        fields=fields,
        token=generate_csrf(),
        is_whole=len(fields) == len(typed) and not any(file.filename for file in request.files.values()),
    )

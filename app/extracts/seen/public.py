"""The page on which an applicant reads who has seen the data of their request."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.extracts.actions import Followed
from app.extracts.following.public import with_request
from app.extracts.seen import actions
from app.extracts.seen.labels import DONE, who_words
from app.kernel.dates import day_and_time
from app.register.forms import read_number
from app.web.database import database
from app.web.language import in_language

blueprint = in_language(Blueprint("seen", __name__))


@blueprint.get("/extract/request/seen")
@with_request
def seen(followed: Followed) -> ResponseReturnValue:
    """Show who has seen the data of the request, when and what, the newest first."""
    before = read_number(request.args.get("before", ""))
    with database().reading() as reading:
        found, further = actions.looks(reading, followed.id, before=before)
        events = [
            {
                "when": look.at.isoformat(timespec="seconds"),
                "time": day_and_time(look.at),
                "title": DONE[look.what],
                "text": who_words(look),
            }
            for look in found
        ]
    response = make_response(
        render_template(
            "extracts/seen.html",
            events=events,
            further=url_for(".seen", before=further) if further else "",
            is_first=not before,
        )
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response

"""What every page of the editors' desk shares: what is wrong with what was typed, rights, who else is at work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from flask import Blueprint, current_app, url_for
from flask_babel import format_date, gettext

from app.curation import actions, store
from app.curation.dating import told_dates
from app.curation.labels import CHANGE_NAMES, DATES, SHAPES, STATES, public_address, who
from app.curation.model import Revision
from app.curation.needs import KEY, Needs
from app.kernel.dates import KYIV, day_and_time
from app.web.access import actor
from app.web.database import now, session
from app.web.language import in_language

blueprint = in_language(Blueprint("curation", __name__))
"""The desk, to which items, editing, reviewing, publishing, previewing, comparing and merging add their pages."""

REVISION = "/staff/content/revisions/<id_>"


@dataclass
class Said:
    """What is wrong with what was typed: (id of the field, text)."""

    faults: list[tuple[str, str]] = field(default_factory=list)

    def say(self, name: str, text: str) -> None:
        self.faults.append((name, text))

    def wrong(self, name: str) -> str:
        return next((text for where, text in self.faults if where == name), "")


def whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def others_at(found: Iterable[store.Editing]) -> list[str]:
    return [told(one) for one in found if one.account != actor().reference]


def told(one: store.Editing) -> str:
    since = one.since.astimezone(KYIV)
    return str(gettext("%(who)s has been editing this since %(time)s.", who=who(one.account), time=f"{since:%H:%M}"))


def supplied() -> Needs:
    return cast(Needs, current_app.extensions[KEY])


def shown(one: Revision) -> dict[str, Any]:
    """Return what pages tell of a revision, in words."""
    return {
        "id": one.id,
        "path": one.path,
        "kind": SHAPES[one.state],
        "state": STATES[one.state],
        "retires": one.retires,
        "successor": one.successor,
        "change": CHANGE_NAMES[one.change],
        "note": one.note,
        "saved": day_and_time(one.saved_at),
        "by": who(one.saved_by),
        "edition": one.edition,
        "published": day_and_time(one.published_at) if one.published_at else "",
        "publish_at": day_and_time(one.publish_at) if one.publish_at else "",
        "failure": one.failure,
    }


def preview_address(one: Revision) -> str:
    """Return where the page of an item is seen with a revision of it."""
    return url_for(".preview", id_=one.id, address=public_address(one.path).lstrip("/"))


def dates_once_published(one: Revision) -> list[str]:
    """Return the dates that a text will tell its readers, in words: nobody types them."""
    text = actions.once_published(session(), one, shipped=supplied().shipped(), now=now()).text
    return [
        f"{DATES[name]}: {format_date(date.fromisoformat(day), 'long')}"
        for name, day in told_dates(one.path, text).items()
    ]

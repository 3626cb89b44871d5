"""The feed of what changed, in each language."""

from __future__ import annotations

from datetime import UTC, datetime, time
from uuid import NAMESPACE_URL, uuid5

from flask import Blueprint, Response, current_app, url_for
from flask_babel import gettext

from app.curation.changes.public import shipped_on, shown_changes
from app.interop.feeds.atom import Entry, Feed, atom
from app.kernel.dates import KYIV
from app.web.cache import keep
from app.web.hosts import site_address
from app.web.language import in_language, language
from app.web.pages import DAY

blueprint = in_language(Blueprint("feeds", __name__))


@blueprint.get("/changes.atom")
def changes() -> Response:
    """Hand what changed to feed readers. The last entry is the edition that the site came with."""
    base = site_address()
    page, own = url_for("changes.changes"), url_for("feeds.changes")
    shipped = datetime.combine(shipped_on(), time(), KYIV).astimezone(UTC)
    entries = [
        Entry(
            id=_id(shown.changed.id),
            title=shown.title if not shown.changed.retires else gettext("%(title)s: removed", title=shown.title),
            updated=shown.changed.at,
            address=base + (shown.address or f"{page}#c-{shown.changed.id}"),
            summary=shown.changed.note,
        )
        for shown in shown_changes()
    ]
    first = Entry(
        id=_id(f"shipped:{shipped_on()}"), title=gettext("The edition that the site came with"),
        updated=shipped, address=f"{base}{page}#shipped", summary="",
    )  # fmt: skip
    feed = Feed(
        id=f"{base}{own}", title=f"{gettext('What changed')} — {gettext('Dorohovkaz')}", language=language(),
        author=current_app.config["OPERATOR"] or gettext("Dorohovkaz"),
        updated=max([shipped, *(each.updated for each in entries)]),
        address=base + page, own=base + own, entries=[*entries, first],
    )  # fmt: skip
    response = Response(atom(feed), content_type="application/atom+xml; charset=utf-8")
    if not current_app.config["SITE_URL"]:
        # The address comes from the request: kept, one reader's Host header would be told to everyone.
        return response
    response.headers["Cache-Control"] = "public, max-age=300"
    return keep(response, DAY)


def _id(of: str) -> str:
    """Return the id of an entry: the same for good, wherever the site stands, and another one in each language."""
    return uuid5(NAMESPACE_URL, f"dorohovkaz:{language()}:{of}").urn

"""What differs between two texts of an item."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.model import Permission
from app.curation import actions, store
from app.curation.diff import diff
from app.curation.labels import title_of, who
from app.curation.staff import blueprint, supplied
from app.kernel.dates import day_and_time
from app.web.access import requires
from app.web.database import session


@blueprint.get("/staff/content/compare")
@requires(Permission.EDIT_CONTENT)
def compare() -> ResponseReturnValue:
    """Show what differs between two revisions of an item, or between one and what is live; side by side or inline."""
    path = request.args.get("path", "")
    sides = [_side(path, request.args.get(name, "live")) for name in ("left", "right")]
    how = "inline" if request.args.get("how") == "inline" else "beside"
    return render_template(
        "curation/comparing/compare.html", path=path, title=title_of(path), left=sides[0], right=sides[1], how=how,
        lines=diff(sides[0]["text"], sides[1]["text"]), asked=request.args,
    )  # fmt: skip


def _side(path: str, which: str) -> dict[str, Any]:
    """Return one side of a comparison: "live", "shipped", or a revision of the item."""
    if which == "shipped":
        return {"id": which, "title": gettext("As it shipped"), "text": supplied().shipped().files.get(path, "")}
    if which == "live":
        live = actions.ground(session(), supplied().shipped(), path)
        return {"id": which, "title": gettext("What is live"), "text": live.text}
    try:
        one = store.get_revision(session(), which)
    except store.NoRevisionError:
        abort(404)
    if one.path != path:
        abort(404)
    return {"id": which, "title": f"{day_and_time(one.saved_at)}, {who(one.saved_by)}", "text": one.text}

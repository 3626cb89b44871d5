"""Texts that somebody else has changed meanwhile: by publishing, or by an upgrade."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.curation import actions, store
from app.curation.diff import diff
from app.curation.labels import title_of
from app.curation.limiting.staff import check_here, may_here
from app.curation.model import Change, Deed
from app.curation.reviewing.staff import carry_out
from app.curation.staff import REVISION, blueprint, supplied
from app.web.access import actor, requires
from app.web.database import now, session


@blueprint.post(f"{REVISION}/merge")
@requires(Permission.EDIT_CONTENT)
def bring_up_to_date(id_: str) -> ResponseReturnValue:
    """Merge what has become live since into a draft."""
    shipped = supplied().shipped()
    return carry_out(
        id_,
        Deed.MERGE,
        lambda: actions.bring_up_to_date(session(), id_, shipped=shipped, actor=actor().reference, now=now()),
        "merged",
    )


@blueprint.get("/staff/content/merges")
@requires(Permission.EDIT_CONTENT)
def merges() -> ResponseReturnValue:
    """List the texts whose shipped ground an upgrade has changed, each with both changes and what they come to."""
    return render_template(
        "curation/merging/merges.html",
        found=[
            {
                "path": one.revision.path,
                "title": title_of(one.revision.path),
                "clashes": one.merged.clashes,
                "gone": not one.is_shipped,
                "busy": store.on_desk(session(), one.revision.path),
                "lines": diff(one.revision.base, one.shipped),
                "ours": diff(one.revision.base, one.revision.text),
            }
            for one in actions.to_merge(session(), supplied().shipped())
            if may_here(one.revision.path, Deed.MERGE)
        ],
        form=DeedForm(),
    )


@blueprint.post("/staff/content/merges")
@requires(Permission.EDIT_CONTENT)
def begin_merge() -> ResponseReturnValue:
    """Begin the draft in which an upgrade and the editors' text are put together."""
    check_button()
    path = request.form.get("path", "")
    check_here(path, Deed.MERGE)
    shipped = supplied().shipped()
    found = next((one for one in actions.to_merge(session(), shipped) if one.revision.path == path), None)
    if found is None:
        abort(404)
    keeps = request.form.get("do") == "keep"
    try:
        with session().begin_nested():
            begun = actions.begin_merge(
                session(), path, found.revision.text if keeps else found.merged.text, shipped=shipped,
                change=Change.MEANING, note=gettext("Merged with an upgrade"), actor=actor().reference, now=now(),
            )  # fmt: skip
    except store.OpenRevisionError as busy:
        return redirect(url_for(".revision", id_=busy.id), 303)
    return redirect(url_for(".revision", id_=begun.id), 303)

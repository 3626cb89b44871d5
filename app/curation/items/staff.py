"""The list of content: every item with where it stands, its history, and its retirement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from flask import Flask, abort, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.curation import actions, store
from app.curation.filling.fields import has_form
from app.curation.labels import DONE, KINDS, SHAPES, STATES, public_address, title_of, who
from app.curation.limiting.staff import check_here, may_here, rights_here
from app.curation.model import (
    OPEN,
    Deed,
    Kind,
    PathError,
    Revision,
    State,
    kind_of,
)
from app.curation.staff import Said, blueprint, others_at, shown, supplied, whole
from app.kernel.dates import day_and_time
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.desk import add_desk_page

PAGE = 50
"""Items of one page of the list."""


READY = (State.APPROVED, State.SCHEDULED)


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "curation.items", _l("Content"), Permission.EDIT_CONTENT)


@blueprint.get("/staff/content")
@requires(Permission.EDIT_CONTENT)
def items() -> ResponseReturnValue:
    """List every item with where it stands, as far as the filters let through, and what waits to be published."""
    asked = {name: request.args.get(name, "").strip() for name in ("kind", "state", "q", "whose")}
    live = actions.live_library(session(), supplied().shipped())
    at_work: dict[str, Revision] = {}
    for one in store.open_revisions(session()):
        at_work.setdefault(one.path, one)
    edited = {one.path for one in store.live_revisions(session())}
    sought = asked["q"].casefold().split()
    found = [
        (path, title)
        for path, title in ((path, title_of(path)) for path in sorted({*live.files, *at_work}))
        if (asked["whose"] == "all" or may_here(path, Deed.SAVE))
        and (not asked["kind"] or kind_of(path) == asked["kind"])
        and (not asked["state"] or _is_in(asked["state"], path, at_work, edited))
        and all(word in f"{title} {path}".casefold() for word in sought)
    ]
    start = whole(request.args.get("from", ""))
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "curation/items/items.html",
        asked=asked,
        rows=[_line(path, title, at_work.get(path), path in edited) for path, title in found[start : start + PAGE]],
        total=len(found),
        earlier=url_for(".items", **{"from": max(0, start - PAGE), **kept}) if start else "",
        further=url_for(".items", **{"from": start + PAGE, **kept}) if start + PAGE < len(found) else "",
        waiting=[
            {**_line(one.path, title_of(one.path), one, False), "may_publish": may_here(one.path, Deed.PUBLISH)}
            for one in at_work.values()
            if one.state in READY and (asked["whose"] == "all" or may_here(one.path, Deed.SAVE))
        ],
        merges=sum(
            may_here(one.revision.path, Deed.MERGE) for one in actions.to_merge(session(), supplied().shipped())
        ),
        is_limited=rights_here().limits.are_set,
        begins=_begins(),
        form=DeedForm(),
        choices={
            "kind": [("", gettext("all kinds")), *KINDS.items()],
            "state": [
                ("", gettext("any state")),
                *((state, STATES[state]) for state in State if state in OPEN),
                ("edited", gettext("changed on this desk")),
            ],
        },
    )


@blueprint.get("/staff/content/item")
@requires(Permission.EDIT_CONTENT)
def item() -> ResponseReturnValue:
    """Show an item: what is live, what is being worked on, and its history."""
    path = request.args.get("path", "")
    known = store.history(session(), path)
    live = actions.ground(session(), supplied().shipped(), path)
    if not known and not live.exists:
        abort(404)
    return render_template(
        "curation/items/item.html",
        path=path,
        title=title_of(path),
        live=live,
        public=public_address(path) if live.exists else "",
        drafts=[shown(one) for one in known if one.state in OPEN],
        history=[shown(one) for one in known],
        on_desk=store.on_desk(session(), path),
        in_form=has_form(path),
        may_edit=may_here(path, Deed.SAVE),
        others=others_at(store.editing(session(), path, seen_since=now() - actions.AT_WORK)),
        form=DeedForm(),
        done=DONE.get(request.args.get("done", ""), ""),
    )


@blueprint.route("/staff/content/retire", methods=["GET", "POST"])
@requires(Permission.EDIT_CONTENT)
def retire() -> ResponseReturnValue:
    """Propose that an item goes, and what takes its place."""
    path = request.values.get("path", "")
    live = actions.live_library(session(), supplied().shipped())
    if path not in live.files:
        abort(404)
    check_here(path, Deed.CREATE)
    typed = {name: request.form.get(name, "").strip() for name in ("successor", "note")}
    said = Said()
    if request.method == "POST":
        check_button()
        try:
            with session().begin_nested():
                begun = actions.begin_retirement(
                    session(), path, successor=typed["successor"], shipped=supplied().shipped(), note=typed["note"],
                    actor=actor().reference, now=now(),
                )  # fmt: skip
        except actions.SuccessorError:
            said.say("successor", gettext("Name what takes its place: another item of the same kind."))
        except PathError:
            abort(404)
        except store.OpenRevisionError:
            said.say("main", gettext("There is a draft of this item: publish or discard it first."))
        else:
            return redirect(url_for(".revision", id_=begun[0].id, done="retiring"), 303)
    same = sorted(other for other in live.files if kind_of(other) is kind_of(path) and other != path)
    kin = [other for other in same if other.rsplit("/", 1)[-1] == path.rsplit("/", 1)[-1] or "/" not in other]
    options = [(other, title_of(other)) for other in (kin if kind_of(path) is Kind.ARTICLE else same)]
    page = render_template(
        "curation/items/retire.html", path=path, title=title_of(path), options=[("", "–"), *options],
        typed=typed, said=said, form=DeedForm(),
    )  # fmt: skip
    return make_response(page, 422 if said.faults else 200)


def _begins() -> list[tuple[str, str]]:
    """Return the forms in which something new is begun, as (address, words), as far as this person may."""
    forms = (
        ("organisations/", url_for("filling.form", path="organisations/"), gettext("A new organisation")),
        ("pathways/steps/new/step.yaml", url_for("beginning.step"), gettext("A new step")),
        ("glossary.yaml", url_for("filling.form", path="glossary.yaml", new=1), gettext("A new term")),
        ("sources.yaml", url_for("filling.form", path="sources.yaml", new=1), gettext("A new source")),
    )
    return [(address, words) for path, address, words in forms if may_here(path, Deed.CREATE)]


def _line(path: str, title: str, one: Revision | None, edited: bool) -> dict[str, Any]:
    state: tuple[str, object] = ("", gettext("changed here") if edited else "–")
    if one is not None:
        state = (SHAPES[one.state], STATES[one.state])
    return {
        "path": path,
        "title": title,
        "kind": state[0],
        "state": state[1],
        "id": one.id if one else "",
        "saved": f"{day_and_time(one.saved_at)}, {who(one.saved_by)}" if one else "",
        "publish_at": day_and_time(one.publish_at) if one and one.publish_at else "",
    }


def _is_in(state: str, path: str, at_work: Mapping[str, Revision], edited: Iterable[str]) -> bool:
    if state == "edited":
        return path in edited
    return path in at_work and at_work[path].state == state

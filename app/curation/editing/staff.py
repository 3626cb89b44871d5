"""The editor of texts: drafts written, checked and saved on the way, and two texts where two people wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import (
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.content.library import ContentError, Fault, Reader
from app.content.markdown import Rendered
from app.content.sources import Sources
from app.content.values import say
from app.curation import actions, store
from app.curation.dating import dates_of
from app.curation.diff import diff
from app.curation.editing.insertions import Insertion, insertions
from app.curation.editing.labels import THINGS
from app.curation.labels import CHANGES, language_of, title_of, who
from app.curation.limiting.staff import check_here
from app.curation.merge import Merged, merge
from app.curation.model import Change, Deed, PathError, Revision, State, StateError
from app.curation.staff import Said, blueprint, others_at, supplied, told, whole
from app.directory.model import Directory
from app.guidance.model import Guidance
from app.guidance.public import rendered
from app.guidance.reading import words
from app.kernel.dates import day_and_time
from app.web.access import actor, requires
from app.web.database import database, now, session
from app.web.edition import bind, part


@blueprint.get("/staff/content/edit")
@requires(Permission.EDIT_CONTENT)
def edit() -> ResponseReturnValue:
    """Show the text of an item to be edited: its draft, else what is live, else an empty text for a new item."""
    path = request.args.get("path", "")
    if path:
        check_here(path, Deed.SAVE)
    open_id = store.on_desk(session(), path)
    if open_id:
        one = store.get_revision(session(), open_id)
        if one.state is State.IN_REVIEW or one.retires:
            return redirect(url_for("curation.revision", id_=open_id), 303)
        return _edit_page(path, one.text, open_id, one.version, one.change, one.note)
    return _edit_page(path, actions.ground(session(), supplied().shipped(), path).text, "", 0, "", "")


@blueprint.post("/staff/content/edit")
@requires(Permission.EDIT_CONTENT)
def write() -> ResponseReturnValue:
    """Check a text, or save it as a draft; nothing that was typed is lost, and nothing that others saved."""
    check_button()
    path, text, id_ = request.form.get("path", ""), typed_text(), request.form.get("revision", "")
    version, note = whole(request.form.get("version", "")), request.form.get("note", "").strip()
    change = typed_change()
    check_here(path, Deed.SAVE)
    said = Said()
    if request.form.get("do") == "check":
        return _edit_page(path, text, id_, version, change or "", note, checked=check_text(path, text))
    if request.form.get("do") == "find":
        return _edit_page(path, text, id_, version, change or "", note)
    if change is None:
        said.say("change", gettext("Say whether the meaning changes."))
        return _edit_page(path, text, id_, version, "", note, said=said), 422
    return save_or_say(
        path, text, id_, version, change, note,
        again=lambda said: _edit_page(path, text, id_, version, change, note, said=said),
    )  # fmt: skip


def save_or_say(
    path: str, text: str, id_: str, version: int, change: Change, note: str, *, again: Callable[[Said], Response]
) -> ResponseReturnValue:
    """Save a draft and lead to it; where that cannot be, show both texts or `again` what was typed, with the reason."""
    said = Said()
    try:
        with session().begin_nested():
            saved = save_typed(path, text, id_, version, change, note)
            store.end_editing(session(), path, actor().reference)
    except PathError:
        said.say("path", gettext("No text can stand at this path: use a-z, 0-9, hyphens and an ending .md or .yaml."))
    except actions.UnchangedError:
        said.say("text", gettext("This is what is live: nothing was changed."))
    except StateError:
        said.say("text", gettext("This draft is not open to editing any more. Copy your text and look at it anew."))
    except store.NoRevisionError:
        abort(404)
    except store.OpenRevisionError as busy:
        theirs = store.get_revision(session(), busy.id)
        live = actions.ground(session(), supplied().shipped(), path)
        return conflict_page(path, text, theirs, merge(live.text, text, theirs.text), change, note)
    except actions.ConflictError as conflict:
        return conflict_page(path, text, conflict.theirs, conflict.merged, change, note)
    else:
        return redirect(url_for("curation.revision", id_=saved.id, done="saved"), 303)
    return again(said), 422


@blueprint.get("/staff/content/insertions.json")
@requires(Permission.EDIT_CONTENT)
def insertion() -> ResponseReturnValue:
    """Return what can be put into an article, for the script of the editor."""
    found = _found(request.args.get("q", ""), request.args.get("path", ""))
    return jsonify([{"thing": str(THINGS[one.thing]), "name": one.name, "mark": one.mark} for one in found])


@blueprint.post("/staff/content/autosave")
@requires(Permission.EDIT_CONTENT)
def autosave() -> ResponseReturnValue:
    """Save the text of a draft on the way; answers with its new version, or 409 where somebody else has saved."""
    check_button()
    id_, version = request.form.get("revision", ""), whole(request.form.get("version", ""))
    try:
        check_here(store.get_revision(session(), id_).path, Deed.SAVE)
        with session().begin_nested():
            saved = actions.autosave(
                session(), id_, typed_text(), version=version, actor=actor().reference, now=now()
            )  # fmt: skip
    except store.NoRevisionError:
        abort(404)
    except (actions.ConflictError, StateError):
        return jsonify(saved=False), 409
    others = actions.open_form(session(), saved.path, actor=actor().reference, now=now())
    return jsonify(saved=True, version=saved.version, others=[told(one) for one in others])


@dataclass(frozen=True)
class Checked:
    """What a check of a text came to: the faults, and its prose, if it has some, with the terms and sources it uses."""

    faults: Sequence[Fault]
    prose: tuple[Rendered, ...] = ()
    words: Sequence[tuple[str, str, str]] = ()
    sources: Sequence[tuple[str, str]] = ()


def _found(query: str, path: str) -> list[Insertion]:
    return insertions(query, language_of(path), part(Directory), part(Guidance), part(Sources))


def check_text(path: str, text: str) -> Checked:
    needs = supplied()
    # Checking takes a second: no writer should wait for it.
    session().commit()
    with database().reading() as reading:
        library = actions.candidate_text(reading, path, text, shipped=needs.shipped(), now=now())
    faults = actions.faults_of(path, needs.check(library))
    read = Reader(library).prose(path) if path.endswith(".md") else None
    if read is None:
        return Checked(faults)
    try:
        bind(needs.edition(library))
    except ContentError:
        return Checked(faults)
    code = language_of(path)
    try:
        prose = rendered(read[1], code)
    except KeyError:  # a link or a figure that does not exist: it is among the faults
        return Checked(faults)
    known = part(Sources).by_id
    return Checked(
        faults,
        (prose,),
        words(part(Guidance), prose.terms, code),
        [(id_, say(known[id_].title, code) if id_ in known else id_) for id_ in prose.cited],
    )


def _edit_page(
    path: str,
    text: str,
    id_: str,
    version: int,
    change: str,
    note: str,
    *,
    said: Said | None = None,
    checked: Checked | None = None,
) -> Response:
    others = actions.open_form(session(), path, actor=actor().reference, now=now()) if path else []
    return make_response(
        render_template(
            "curation/editing/edit.html",
            path=path,
            title=title_of(path),
            text=text,
            sought=request.form.get("sought", ""),
            found=_found(request.form.get("sought", ""), path),
            THINGS=THINGS,
            id=id_,
            version=version,
            change=change,
            dates=dates_of(path),
            note=note,
            said=said or Said(),
            checked=checked,
            prose_language=language_of(path),
            others=others_at(others),
            CHANGES=CHANGES,
            form=DeedForm(),
        )
    )


def conflict_page(path: str, text: str, theirs: Revision, merged: Merged, change: Change, note: str) -> Response:
    return make_response(
        render_template(
            "curation/editing/conflict.html",
            path=path,
            title=title_of(path),
            who=who(theirs.saved_by),
            at=day_and_time(theirs.saved_at),
            yours=text,
            merged=merged,
            lines=diff(theirs.text, text),
            id=theirs.id,
            version=theirs.version,
            change=change,
            note=note,
            CHANGES=CHANGES,
            form=DeedForm(),
        ),
        409,
    )


def save_typed(path: str, text: str, id_: str, version: int, change: Change, note: str) -> Revision:
    by = actor().reference
    if id_:
        return actions.save(session(), id_, text, version=version, change=change, note=note, actor=by, now=now())
    return actions.begin_draft(
        session(), path, text, shipped=supplied().shipped(), change=change, note=note, actor=by, now=now()
    )


def typed_text() -> str:
    """Return the text as it was typed, with the ends of lines that files have."""
    return request.form.get("text", "").replace("\r\n", "\n").replace("\r", "\n")


def typed_change() -> Change | None:
    try:
        return Change(request.form.get("change", ""))
    except ValueError:
        return None

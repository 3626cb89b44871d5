"""The editors' pages: every item with its drafts and history, the editor, review, publication and preview."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import FourEyesError, Permission
from app.accounts.store import AccountRow
from app.content.library import ContentError, Fault, Reader
from app.content.markdown import Rendered
from app.content.sections import FRONT_MATTER, Section, sections
from app.content.sources import Sources
from app.content.values import say
from app.curation import actions, store
from app.curation.diff import diff
from app.curation.inside import kept_inside
from app.curation.labels import CHANGE_NAMES, CHANGES, DEEDS, DONE, KINDS, SHAPES, STATES
from app.curation.merge import Merged, merge
from app.curation.model import (
    LIVE,
    OPEN,
    Change,
    Deed,
    Kind,
    NoReasonError,
    PathError,
    Revision,
    State,
    StateError,
    authors,
    kind_of,
)
from app.curation.needs import KEY, Needs
from app.curation.rights import may
from app.directory.model import Directory
from app.guidance.model import Guidance
from app.guidance.public import rendered
from app.guidance.reading import words
from app.kernel.dates import KYIV
from app.kernel.languages import PUBLIC, SOURCE
from app.pathways.model import Pathways
from app.web.access import actor, requires
from app.web.cache import MARK
from app.web.database import database, now, session
from app.web.desk import add_desk_page
from app.web.edition import bind, edition_fault, part
from app.web.language import in_language, language
from app.web.tally import MARK as COUNT

blueprint = in_language(Blueprint("curation", __name__))

PAGE = 50
"""Items of one page of the list."""

REVISION = "/staff/content/revisions/<id_>"


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "curation.items", _l("Content"), Permission.EDIT_CONTENT)


@dataclass
class Said:
    """What is wrong with what was typed: (id of the field, text)."""

    faults: list[tuple[str, str]] = field(default_factory=list)

    def say(self, name: str, text: str) -> None:
        self.faults.append((name, text))

    def wrong(self, name: str) -> str:
        return next((text for where, text in self.faults if where == name), "")


@blueprint.get("/staff/content")
@requires(Permission.EDIT_CONTENT)
def items() -> ResponseReturnValue:
    """List every item with where it stands, as far as the filters let through, and what waits to be published."""
    asked = {name: request.args.get(name, "").strip() for name in ("kind", "state", "q")}
    live = actions.live_library(session(), _needs().shipped())
    at_work: dict[str, Revision] = {}
    for one in store.open_revisions(session()):
        at_work.setdefault(one.path, one)
    edited = {one.path for one in store.live_revisions(session())}
    sought = asked["q"].casefold().split()
    found = [
        (path, title)
        for path, title in ((path, _title(path)) for path in sorted({*live.files, *at_work}))
        if (not asked["kind"] or kind_of(path) == asked["kind"])
        and (not asked["state"] or _is_in(asked["state"], path, at_work, edited))
        and all(word in f"{title} {path}".casefold() for word in sought)
    ]
    start = _whole(request.args.get("from", ""))
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "curation/items.html",
        asked=asked,
        rows=[_line(path, title, at_work.get(path), path in edited) for path, title in found[start : start + PAGE]],
        total=len(found),
        earlier=url_for(".items", **{"from": max(0, start - PAGE), **kept}) if start else "",
        further=url_for(".items", **{"from": start + PAGE, **kept}) if start + PAGE < len(found) else "",
        waiting=[_line(one.path, _title(one.path), one, False) for one in at_work.values() if one.state in READY],
        merges=len(actions.to_merge(session(), _needs().shipped())),
        fault=edition_fault(current_app),
        may_publish=_may("", Deed.PUBLISH),
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


READY = (State.APPROVED, State.SCHEDULED)


@blueprint.get("/staff/content/item")
@requires(Permission.EDIT_CONTENT)
def item() -> ResponseReturnValue:
    """Show an item: what is live, what is being worked on, and its history."""
    path = request.args.get("path", "")
    known = store.history(session(), path)
    live = actions.ground(session(), _needs().shipped(), path)
    if not known and not live.exists:
        abort(404)
    return render_template(
        "curation/item.html",
        path=path,
        title=_title(path),
        live=live,
        public=_public_address(path) if live.exists else "",
        drafts=[_shown(one) for one in known if one.state in OPEN],
        history=[_shown(one) for one in known],
        on_desk=store.on_desk(session(), path),
        others=_others(store.editing(session(), path, seen_since=now() - actions.AT_WORK)),
        form=DeedForm(),
        done=DONE.get(request.args.get("done", ""), ""),
    )


@blueprint.get("/staff/content/edit")
@requires(Permission.EDIT_CONTENT)
def edit() -> ResponseReturnValue:
    """Show the text of an item to be edited: its draft, else what is live, else an empty text for a new item."""
    path = request.args.get("path", "")
    if not _may(path, Deed.SAVE):
        return redirect(url_for(".items"), 303)
    open_id = store.on_desk(session(), path)
    if open_id:
        one = store.get_revision(session(), open_id)
        if one.state is State.IN_REVIEW or one.retires:
            return redirect(url_for(".revision", id_=open_id), 303)
        return _edit_page(path, one.text, open_id, one.version, one.change, one.note)
    return _edit_page(path, actions.ground(session(), _needs().shipped(), path).text, "", 0, "", "")


@blueprint.post("/staff/content/edit")
@requires(Permission.EDIT_CONTENT)
def write() -> ResponseReturnValue:
    """Check a text, or save it as a draft; nothing that was typed is lost, and nothing that others saved."""
    check_button()
    path, text, id_ = request.form.get("path", ""), _typed_text(), request.form.get("revision", "")
    version, note = _whole(request.form.get("version", "")), request.form.get("note", "").strip()
    change = _change()
    if not _may(path, Deed.SAVE):
        abort(403)
    said = Said()
    if request.form.get("do") == "check":
        return _edit_page(path, text, id_, version, change or "", note, checked=_check(path, text))
    if change is None:
        said.say("change", gettext("Say whether the meaning changes."))
        return _edit_page(path, text, id_, version, "", note, said=said), 422
    try:
        with session().begin_nested():
            saved = _save(path, text, id_, version, change, note)
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
        live = actions.ground(session(), _needs().shipped(), path)
        return _conflict_page(path, text, theirs, merge(live.text, text, theirs.text), change, note)
    except actions.ConflictError as conflict:
        return _conflict_page(path, text, conflict.theirs, conflict.merged, change, note)
    else:
        return redirect(url_for(".revision", id_=saved.id, done="saved"), 303)
    return _edit_page(path, text, id_, version, change, note, said=said), 422


@blueprint.post("/staff/content/autosave")
@requires(Permission.EDIT_CONTENT)
def autosave() -> ResponseReturnValue:
    """Save the text of a draft on the way; answers with its new version, or 409 where somebody else has saved."""
    check_button()
    id_, version = request.form.get("revision", ""), _whole(request.form.get("version", ""))
    try:
        with session().begin_nested():
            saved = actions.autosave(
                session(), id_, _typed_text(), version=version, actor=actor().reference, now=now()
            )  # fmt: skip
    except store.NoRevisionError:
        abort(404)
    except (actions.ConflictError, StateError):
        return jsonify(saved=False), 409
    others = actions.open_form(session(), saved.path, actor=actor().reference, now=now())
    return jsonify(saved=True, version=saved.version, others=[_told(one) for one in others])


@blueprint.get(REVISION)
@requires(Permission.EDIT_CONTENT)
def revision(id_: str) -> ResponseReturnValue:
    """Show a revision beside what is live, with comments, history, and what can be done next."""
    return _revision_page(id_, Said())


@blueprint.post(f"{REVISION}/submit")
@requires(Permission.EDIT_CONTENT)
def submit(id_: str) -> ResponseReturnValue:
    """Send a draft to review."""
    return _done(id_, lambda: actions.submit(session(), id_, actor=actor().reference, now=now()), "submitted")


@blueprint.post(f"{REVISION}/recall")
@requires(Permission.EDIT_CONTENT)
def recall(id_: str) -> ResponseReturnValue:
    """Take a draft back from review."""
    return _done(id_, lambda: actions.recall(session(), id_, actor=actor().reference, now=now()), "recalled")


@blueprint.post(f"{REVISION}/discard")
@requires(Permission.EDIT_CONTENT)
def discard(id_: str) -> ResponseReturnValue:
    """Give a draft up."""
    return _done(id_, lambda: actions.discard(session(), id_, actor=actor().reference, now=now()), "discarded")


@blueprint.post(f"{REVISION}/merge")
@requires(Permission.EDIT_CONTENT)
def bring_up_to_date(id_: str) -> ResponseReturnValue:
    """Merge what has become live since into a draft."""
    shipped = _needs().shipped()
    return _done(
        id_,
        lambda: actions.bring_up_to_date(session(), id_, shipped=shipped, actor=actor().reference, now=now()),
        "merged",
    )


@blueprint.post(f"{REVISION}/restore")
@requires(Permission.EDIT_CONTENT)
def restore(id_: str) -> ResponseReturnValue:
    """Make a new draft of an old text."""
    check_button()
    try:
        with session().begin_nested():
            begun = actions.restore(
                session(), id_, shipped=_needs().shipped(), note=gettext("Restored from the history"),
                actor=actor().reference, now=now(),
            )  # fmt: skip
    except store.NoRevisionError:
        abort(404)
    except store.OpenRevisionError as busy:
        return redirect(url_for(".revision", id_=busy.id), 303)
    except (actions.UnchangedError, StateError):
        said = Said()
        said.say("main", gettext("This text is what is live, or it has none to restore."))
        return _revision_page(id_, said), 422
    return redirect(url_for(".revision", id_=begun.id, done="restored"), 303)


@blueprint.post(f"{REVISION}/return")
@requires(Permission.REVIEW_CONTENT)
def send_back(id_: str) -> ResponseReturnValue:
    """Return a draft with the reason."""
    reason = request.form.get("reason", "")
    return _done(
        id_, lambda: actions.send_back(session(), id_, reason, actor=actor().reference, now=now()), "returned",
        empty="reason",
    )  # fmt: skip


@blueprint.post(f"{REVISION}/approve")
@requires(Permission.REVIEW_CONTENT)
def approve(id_: str) -> ResponseReturnValue:
    """Approve a draft."""
    return _done(id_, lambda: actions.approve(session(), id_, actor=actor().reference, now=now()), "approved")


@blueprint.post(f"{REVISION}/schedule")
@requires(Permission.REVIEW_CONTENT)
def schedule(id_: str) -> ResponseReturnValue:
    """Have an approved text published at a moment."""
    check_button()
    try:
        at = datetime.fromisoformat(request.form.get("at", "")).replace(tzinfo=KYIV)
    except ValueError:
        said = Said()
        said.say("at", gettext("Choose a day and a time."))
        return _revision_page(id_, said), 422
    return _done(id_, lambda: actions.schedule(session(), id_, at, actor=actor().reference, now=now()), "scheduled")


@blueprint.post(f"{REVISION}/unschedule")
@requires(Permission.REVIEW_CONTENT)
def unschedule(id_: str) -> ResponseReturnValue:
    """Call a scheduled publication off."""
    return _done(id_, lambda: actions.unschedule(session(), id_, actor=actor().reference, now=now()), "unscheduled")


@blueprint.post(f"{REVISION}/comments")
@requires(Permission.EDIT_CONTENT)
def comment(id_: str) -> ResponseReturnValue:
    """Comment on a section of a draft."""
    anchor = request.form.get("section", "")
    said = request.form.get("comment", "")

    def deed() -> None:
        one = store.get_revision(session(), id_)
        hash_ = next((section.hash for section in sections(one.path, one.text) if section.anchor == anchor), "")
        actions.comment(
            session(), id_, said, anchor=anchor, section_hash=hash_, actor=actor().reference, now=now()
        )  # fmt: skip

    return _done(id_, deed, "commented", empty="comment")


@blueprint.post(f"{REVISION}/comments/<comment_id>/settle")
@requires(Permission.EDIT_CONTENT)
def settle(id_: str, comment_id: str) -> ResponseReturnValue:
    """Settle a comment."""
    return _done(
        id_, lambda: actions.settle(session(), id_, comment_id, actor=actor().reference, now=now()), "settled"
    )  # fmt: skip


@blueprint.post("/staff/content/publish")
@requires(Permission.REVIEW_CONTENT)
def publish() -> ResponseReturnValue:
    """Publish approved texts together, once the edition is checked as it will be."""
    check_button()
    needs, ids, by = _needs(), request.form.getlist("revision"), actor().reference
    if not ids:
        return redirect(url_for(".items"), 303)
    said, faults = Said(), list[Fault]()
    # What takes long is done without the transaction of the request, for which all other writers would wait.
    session().commit()
    try:
        with database().reading() as reading:
            actions.rehearse(reading, ids, shipped=needs.shipped(), check=needs.check, ready=needs.ready)
        with session().begin_nested():
            actions.publish(session(), ids, shipped=needs.shipped(), check=needs.check, actor=by, now=now())
    except store.NoRevisionError:
        abort(404)
    except actions.FaultsError as error:
        faults = list(error.faults)
        said.say("main", gettext("The edition would be broken. Nothing was published."))
    except actions.StaleError as error:
        said.say("main", gettext("What is live at %(path)s has changed: bring the draft up to date.", path=error.path))
    except StateError:
        said.say("main", gettext("This does not fit where the text stands now. Look at it anew."))
    else:
        # The row has to be there before this process looks.
        session().commit()
        needs.look()
        return redirect(url_for(".revision", id_=ids[0], done="published"), 303)
    return _revision_page(ids[0], said, faults), 422


@blueprint.route("/staff/content/retire", methods=["GET", "POST"])
@requires(Permission.EDIT_CONTENT)
def retire() -> ResponseReturnValue:
    """Propose that an item goes, and what takes its place."""
    path = request.values.get("path", "")
    live = actions.live_library(session(), _needs().shipped())
    if path not in live.files:
        abort(404)
    typed = {name: request.form.get(name, "").strip() for name in ("successor", "note")}
    said = Said()
    if request.method == "POST":
        check_button()
        try:
            with session().begin_nested():
                begun = actions.begin_retirement(
                    session(), path, successor=typed["successor"], shipped=_needs().shipped(), note=typed["note"],
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
    options = [(other, _title(other)) for other in (kin if kind_of(path) is Kind.ARTICLE else same)]
    page = render_template(
        "curation/retire.html", path=path, title=_title(path), options=[("", "–"), *options], typed=typed, said=said,
        form=DeedForm(),
    )  # fmt: skip
    return make_response(page, 422 if said.faults else 200)


@blueprint.get("/staff/content/compare")
@requires(Permission.EDIT_CONTENT)
def compare() -> ResponseReturnValue:
    """Show what differs between two revisions of an item, or between one and what is live; side by side or inline."""
    path = request.args.get("path", "")
    sides = [_side(path, request.args.get(name, "live")) for name in ("left", "right")]
    how = "inline" if request.args.get("how") == "inline" else "beside"
    return render_template(
        "curation/compare.html", path=path, title=_title(path), left=sides[0], right=sides[1], how=how,
        lines=diff(sides[0]["text"], sides[1]["text"]), asked=request.args,
    )  # fmt: skip


@blueprint.get("/staff/content/merges")
@requires(Permission.EDIT_CONTENT)
def merges() -> ResponseReturnValue:
    """List the texts whose shipped ground an upgrade has changed, each with both changes and what they come to."""
    return render_template(
        "curation/merges.html",
        found=[
            {
                "path": one.revision.path,
                "title": _title(one.revision.path),
                "clashes": one.merged.clashes,
                "gone": not one.is_shipped,
                "busy": store.on_desk(session(), one.revision.path),
                "lines": diff(one.revision.base, one.shipped),
                "ours": diff(one.revision.base, one.revision.text),
            }
            for one in actions.to_merge(session(), _needs().shipped())
        ],
        form=DeedForm(),
    )


@blueprint.post("/staff/content/merges")
@requires(Permission.EDIT_CONTENT)
def begin_merge() -> ResponseReturnValue:
    """Begin the draft in which an upgrade and the editors' text are put together."""
    check_button()
    path = request.form.get("path", "")
    shipped = _needs().shipped()
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


@blueprint.get("/staff/content/preview/<id_>/<path:address>")
@requires(Permission.EDIT_CONTENT)
def preview(id_: str, address: str) -> ResponseReturnValue:
    """Show any public page as it would be with this revision. Nobody's cookie reaches the page, and none leaves it."""
    needs = _needs()
    try:
        with database().reading() as reading:
            library = actions.candidate(reading, [id_], shipped=needs.shipped())
        edition = needs.edition(library)
    except store.NoRevisionError:
        abort(404)
    except ContentError as error:
        said = Said()
        said.say("main", gettext("With this draft the edition cannot be read."))
        return _revision_page(id_, said, error.faults), 422
    start = url_for(".preview", id_=id_, address="-").removesuffix("/-")
    environ: dict[str, Any] = {
        name: value
        for name, value in request.environ.items()
        if isinstance(value, str) and not name.startswith("HTTP_") and name not in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    environ |= {
        "SCRIPT_NAME": start, "PATH_INFO": f"/{address}", "REQUEST_METHOD": "GET", "HTTP_HOST": request.host,
        "wsgi.input": BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": request.scheme,
    }  # fmt: skip
    app = cast(Any, current_app)._get_current_object()
    # A context of its own: nothing of this request (session, language, who is signed in) is seen there.
    with app.app_context(), app.request_context(environ):
        bind(edition)
        page: Response = app.full_dispatch_request()
    leads_on = page.status_code in (301, 303) and str(page.location).startswith(f"{start}/")
    if MARK not in page.headers and not leads_on:
        abort(404)
    for name in (MARK, COUNT, "Set-Cookie", "ETag"):
        page.headers.pop(name, None)
    page.headers["Cache-Control"] = "no-store"
    page.headers["X-Robots-Tag"] = "noindex"
    if page.mimetype == "text/html":
        back = url_for(".revision", id_=id_)
        mark = Markup('<p class="note" role="status"><b>{}</b> <a href="{}">{}</a></p>').format(
            gettext("Draft preview: nobody else sees this page."), back, gettext("Back to the draft")
        )
        before, head, rest = kept_inside(page.get_data(as_text=True), start).partition('<header class="top">')
        page.set_data(f"{before}{mark}{head}{rest}")
    return page


def _save(path: str, text: str, id_: str, version: int, change: Change, note: str) -> Revision:
    by = actor().reference
    if id_:
        return actions.save(session(), id_, text, version=version, change=change, note=note, actor=by, now=now())
    return actions.begin_draft(
        session(), path, text, shipped=_needs().shipped(), change=change, note=note, actor=by, now=now()
    )


def _done(id_: str, deed: Callable[[], object], done: str, *, empty: str = "main") -> ResponseReturnValue:
    """Do a deed and lead back to the revision; where it cannot be done, say why on its page."""
    check_button()
    said = Said()
    try:
        with session().begin_nested():
            deed()
    except store.NoRevisionError:
        abort(404)
    except NoReasonError:
        said.say(empty, gettext("Write it in words: the others have to understand it."))
    except FourEyesError:
        said.say("main", gettext("You wrote a part of this yourself: another person approves it."))
    except actions.MarksError:
        said.say("main", gettext("There are places between <<<<<<< and >>>>>>> left, where you have to choose."))
    except actions.PastError:
        said.say("at", gettext("This moment has passed. Choose a later one."))
    except store.OpenRevisionError:
        said.say("main", gettext("There is another draft of this item: publish or discard it first."))
    except StateError:
        said.say("main", gettext("This does not fit where the text stands now. Look at it anew."))
    else:
        return redirect(url_for(".revision", id_=id_, done=done), 303)
    return _revision_page(id_, said), 422


@dataclass(frozen=True)
class Checked:
    """What a check of a text came to: the faults, and its prose, if it has some, with the terms and sources it uses."""

    faults: Sequence[Fault]
    prose: tuple[Rendered, ...] = ()
    words: Sequence[tuple[str, str, str]] = ()
    sources: Sequence[tuple[str, str]] = ()


def _check(path: str, text: str) -> Checked:
    needs = _needs()
    # Checking takes a second: no writer should wait for it.
    session().commit()
    with database().reading() as reading:
        library = actions.candidate_text(reading, path, text, shipped=needs.shipped())
    faults = actions.faults_of(path, needs.check(library))
    read = Reader(library).prose(path) if path.endswith(".md") else None
    if read is None:
        return Checked(faults)
    try:
        bind(needs.edition(library))
    except ContentError:
        return Checked(faults)
    code = _language_of(path)
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
            "curation/edit.html",
            path=path,
            title=_title(path),
            text=text,
            id=id_,
            version=version,
            change=change,
            note=note,
            said=said or Said(),
            checked=checked,
            prose_language=_language_of(path),
            others=_others(others),
            CHANGES=CHANGES,
            form=DeedForm(),
        )
    )


def _conflict_page(path: str, text: str, theirs: Revision, merged: Merged, change: Change, note: str) -> Response:
    return make_response(
        render_template(
            "curation/conflict.html",
            path=path,
            title=_title(path),
            who=_who(theirs.saved_by),
            at=_time(theirs.saved_at),
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


def _revision_page(id_: str, said: Said, faults: Sequence[Fault] = ()) -> Response:
    try:
        one = store.get_revision(session(), id_)
    except store.NoRevisionError:
        abort(404)
    live = actions.ground(session(), _needs().shipped(), one.path)
    steps = store.steps(session(), id_)
    own = sections(one.path, one.text)
    return make_response(
        render_template(
            "curation/revision.html",
            one=_shown(one),
            title=_title(one.path),
            said=said,
            faults=faults,
            lines=diff(live.text, "" if one.retires else one.text),
            state=one.state,
            is_open=one.state in OPEN,
            was_live=one.state in LIVE,
            stale=one.state in OPEN and actions.is_stale(session(), one, shipped=_needs().shipped()),
            is_own=actor().reference in authors(steps),
            may_review=_may(one.path, Deed.APPROVE),
            preview=_preview_address(one) if one.state in OPEN and not one.retires else "",
            sections=[(section.anchor, _section_title(section)) for section in own],
            comments=_comments(store.comments(session(), id_), own),
            events=[
                {
                    "when": step.at.isoformat(timespec="seconds"),
                    "time": f"{_time(step.at)}, {_who(step.by)}",
                    "title": DEEDS[step.deed],
                    "text": _step_note(step.deed, step.note),
                    "kind": "bad" if step.deed in (Deed.RETURN, Deed.FAIL) else "",
                }
                for step in reversed(steps)
            ],
            form=DeedForm(),
            done="" if said.faults else DONE.get(request.args.get("done", ""), ""),
        )
    )


def _step_note(deed: Deed, note: str) -> str:
    if deed is Deed.PUBLISH:
        return str(gettext("Edition %(number)s", number=note))
    return _time(datetime.fromisoformat(note)) if deed is Deed.SCHEDULE else note


def _comments(found: Iterable[store.Comment], own: Sequence[Section]) -> list[dict[str, object]]:
    hashes = {section.anchor: section.hash for section in own}
    titles = {section.anchor: _section_title(section) for section in own}
    return [
        {
            "id": one.id,
            "section": titles.get(one.anchor, gettext("a section that is gone")),
            "moved": hashes.get(one.anchor, "") != one.section_hash,
            "text": one.text,
            "by": _who(one.by),
            "at": _time(one.at),
            "settled": _who(one.settled_by) if one.settled_by else "",
        }
        for one in found
    ]


def _section_title(section: Section) -> str:
    if section.anchor == FRONT_MATTER:
        return str(gettext("Front matter"))
    return section.title or str(gettext("The beginning"))


def _side(path: str, which: str) -> dict[str, Any]:
    """Return one side of a comparison: "live", "shipped", or a revision of the item."""
    if which == "shipped":
        return {"id": which, "title": gettext("As it shipped"), "text": _needs().shipped().files.get(path, "")}
    if which == "live":
        live = actions.ground(session(), _needs().shipped(), path)
        return {"id": which, "title": gettext("What is live"), "text": live.text}
    try:
        one = store.get_revision(session(), which)
    except store.NoRevisionError:
        abort(404)
    if one.path != path:
        abort(404)
    return {"id": which, "title": f"{_time(one.saved_at)}, {_who(one.saved_by)}", "text": one.text}


def _shown(one: Revision) -> dict[str, Any]:
    return {
        "id": one.id,
        "path": one.path,
        "kind": SHAPES[one.state],
        "state": STATES[one.state],
        "retires": one.retires,
        "successor": one.successor,
        "change": CHANGE_NAMES[one.change],
        "note": one.note,
        "saved": _time(one.saved_at),
        "by": _who(one.saved_by),
        "edition": one.edition,
        "published": _time(one.published_at) if one.published_at else "",
        "publish_at": _time(one.publish_at) if one.publish_at else "",
        "failure": one.failure,
    }


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
        "saved": f"{_time(one.saved_at)}, {_who(one.saved_by)}" if one else "",
        "publish_at": _time(one.publish_at) if one and one.publish_at else "",
    }


def _is_in(state: str, path: str, at_work: Mapping[str, Revision], edited: Iterable[str]) -> bool:
    if state == "edited":
        return path in edited
    return path in at_work and at_work[path].state == state


def _title(path: str) -> str:
    """Return what an item is called, as far as the live edition knows it; else its path."""
    try:
        guidance, directory, steps = part(Guidance), part(Directory), part(Pathways).steps
    except ContentError:
        return path
    first, _, rest = path.partition("/")
    slug, _, file = rest.partition("/")
    code = file.removesuffix(".md")
    name = rest.removesuffix(".yaml")
    if first == "articles" and slug in guidance.articles:
        texts = guidance.articles[slug].texts
        return texts[code].title if code in texts else f"{texts[SOURCE].title} ({file})"
    if first == "pages" and code in guidance.pages.get(slug, {}):
        return guidance.pages[slug][code].title
    if first == "organisations" and name in directory.organisations:
        return directory[name].name[language()]
    if first == "pathways" and name.startswith("steps/") and name.removeprefix("steps/") in steps:
        return str(gettext("Step: %(id)s", id=name.removeprefix("steps/")))
    return path


def _public_address(path: str) -> str:
    """Return the address at which families read an item, below the root; the home page where it has none of its own."""
    first, _, rest = path.partition("/")
    slug, _, _ = rest.partition("/")
    code = _language_of(path)
    if first == "articles":
        return f"/{code}/articles/{slug}"
    if first == "organisations":
        return f"/{code}/organisations/{rest.removesuffix('.yaml')}"
    if first == "pages":
        return f"/{code}/{slug}"
    if rest.startswith("steps/"):
        return f"/{code}/steps/{rest.removeprefix('steps/').removesuffix('.yaml')}"
    known = {"glossary.yaml": "glossary", "sources.yaml": "sources", "topics.yaml": "articles/"}
    return f"/{code}/{known.get(path, '')}"


def _preview_address(one: Revision) -> str:
    return url_for(".preview", id_=one.id, address=_public_address(one.path).lstrip("/"))


def _language_of(path: str) -> str:
    """Return the language of a text, or that of this page where it has none of its own."""
    code = path.rsplit("/", 1)[-1].removesuffix(".md")
    return code if code in PUBLIC else language()


def _typed_text() -> str:
    """Return the text as it was typed, with the ends of lines that files have."""
    return request.form.get("text", "").replace("\r\n", "\n").replace("\r", "\n")


def _change() -> Change | None:
    try:
        return Change(request.form.get("change", ""))
    except ValueError:
        return None


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _others(found: Iterable[store.Editing]) -> list[str]:
    return [_told(one) for one in found if one.account != actor().reference]


def _told(one: store.Editing) -> str:
    since = one.since.astimezone(KYIV)
    return str(gettext("%(who)s has been editing this since %(time)s.", who=_who(one.account), time=f"{since:%H:%M}"))


def _may(path: str, deed: Deed) -> bool:
    return may(actor().permissions, path, deed)


def _who(reference: str) -> str:
    account = session().get(AccountRow, reference.removeprefix("account:"))
    return account.name if account else reference


def _time(at: datetime) -> str:
    return f"{at.astimezone(KYIV):%d.%m.%Y, %H:%M}"


def _needs() -> Needs:
    return cast(Needs, current_app.extensions[KEY])

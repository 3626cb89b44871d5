"""The editors' pages: every item with its drafts and history, the editor, review, publication and preview."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, cast

from flask import (
    Flask,
    Response,
    abort,
    current_app,
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
from app.content.library import ContentError, Fault
from app.content.sections import FRONT_MATTER, Section, sections
from app.curation import actions, store
from app.curation.diff import diff
from app.curation.editing.staff import Said, others_at, supplied, whole
from app.curation.editing.staff import blueprint as blueprint
from app.curation.filling.fields import has_form
from app.curation.inside import kept_inside
from app.curation.labels import (
    CHANGE_NAMES,
    DEEDS,
    DONE,
    KINDS,
    SHAPES,
    STATES,
    language_of,
    time_text,
    title_of,
    who,
)
from app.curation.limiting.staff import check_here, may_here, rights_here
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
from app.kernel.dates import KYIV
from app.web.access import actor, requires
from app.web.cache import MARK
from app.web.database import database, now, session
from app.web.desk import add_desk_page
from app.web.edition import bind, edition_fault
from app.web.tally import MARK as COUNT

PAGE = 50
"""Items of one page of the list."""

REVISION = "/staff/content/revisions/<id_>"


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
        "curation/items.html",
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
        fault=edition_fault(current_app),
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


def _begins() -> list[tuple[str, str]]:
    """Return the forms in which something new is begun, as (address, words), as far as this person may."""
    forms = (
        ("pathways/steps/new/step.yaml", url_for("beginning.step"), gettext("A new step")),
        ("glossary.yaml", url_for("filling.form", path="glossary.yaml", new=1), gettext("A new term")),
        ("sources.yaml", url_for("filling.form", path="sources.yaml", new=1), gettext("A new source")),
    )
    return [(address, words) for path, address, words in forms if may_here(path, Deed.CREATE)]


READY = (State.APPROVED, State.SCHEDULED)


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
        "curation/item.html",
        path=path,
        title=title_of(path),
        live=live,
        public=_public_address(path) if live.exists else "",
        drafts=[_shown(one) for one in known if one.state in OPEN],
        history=[_shown(one) for one in known],
        on_desk=store.on_desk(session(), path),
        in_form=has_form(path),
        may_edit=may_here(path, Deed.SAVE),
        others=others_at(store.editing(session(), path, seen_since=now() - actions.AT_WORK)),
        form=DeedForm(),
        done=DONE.get(request.args.get("done", ""), ""),
    )


@blueprint.get(REVISION)
@requires(Permission.EDIT_CONTENT)
def revision(id_: str) -> ResponseReturnValue:
    """Show a revision beside what is live, with comments, history, and what can be done next."""
    return _revision_page(id_, Said())


@blueprint.post(f"{REVISION}/submit")
@requires(Permission.EDIT_CONTENT)
def submit(id_: str) -> ResponseReturnValue:
    """Send a draft to review."""
    return _done(
        id_, Deed.SUBMIT, lambda: actions.submit(session(), id_, actor=actor().reference, now=now()), "submitted"
    )


@blueprint.post(f"{REVISION}/recall")
@requires(Permission.EDIT_CONTENT)
def recall(id_: str) -> ResponseReturnValue:
    """Take a draft back from review."""
    return _done(
        id_, Deed.RECALL, lambda: actions.recall(session(), id_, actor=actor().reference, now=now()), "recalled"
    )


@blueprint.post(f"{REVISION}/discard")
@requires(Permission.EDIT_CONTENT)
def discard(id_: str) -> ResponseReturnValue:
    """Give a draft up."""
    return _done(
        id_, Deed.DISCARD, lambda: actions.discard(session(), id_, actor=actor().reference, now=now()), "discarded"
    )


@blueprint.post(f"{REVISION}/merge")
@requires(Permission.EDIT_CONTENT)
def bring_up_to_date(id_: str) -> ResponseReturnValue:
    """Merge what has become live since into a draft."""
    shipped = supplied().shipped()
    return _done(
        id_,
        Deed.MERGE,
        lambda: actions.bring_up_to_date(session(), id_, shipped=shipped, actor=actor().reference, now=now()),
        "merged",
    )


@blueprint.post(f"{REVISION}/restore")
@requires(Permission.EDIT_CONTENT)
def restore(id_: str) -> ResponseReturnValue:
    """Make a new draft of an old text."""
    check_button()
    _check_revisions([id_], Deed.CREATE)
    try:
        with session().begin_nested():
            begun = actions.restore(
                session(), id_, shipped=supplied().shipped(), note=gettext("Restored from the history"),
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
        id_, Deed.RETURN, lambda: actions.send_back(session(), id_, reason, actor=actor().reference, now=now()),
        "returned", empty="reason",
    )  # fmt: skip


@blueprint.post(f"{REVISION}/approve")
@requires(Permission.REVIEW_CONTENT)
def approve(id_: str) -> ResponseReturnValue:
    """Approve a draft."""
    return _done(
        id_, Deed.APPROVE, lambda: actions.approve(session(), id_, actor=actor().reference, now=now()), "approved"
    )


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
    return _done(
        id_,
        Deed.SCHEDULE,
        lambda: actions.schedule(session(), id_, at, actor=actor().reference, now=now()),
        "scheduled",
    )


@blueprint.post(f"{REVISION}/unschedule")
@requires(Permission.REVIEW_CONTENT)
def unschedule(id_: str) -> ResponseReturnValue:
    """Call a scheduled publication off."""
    return _done(
        id_,
        Deed.UNSCHEDULE,
        lambda: actions.unschedule(session(), id_, actor=actor().reference, now=now()),
        "unscheduled",
    )


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

    return _done(id_, Deed.SAVE, deed, "commented", empty="comment")


@blueprint.post(f"{REVISION}/comments/<comment_id>/settle")
@requires(Permission.EDIT_CONTENT)
def settle(id_: str, comment_id: str) -> ResponseReturnValue:
    """Settle a comment."""
    return _done(
        id_, Deed.SAVE, lambda: actions.settle(session(), id_, comment_id, actor=actor().reference, now=now()),
        "settled",
    )  # fmt: skip


@blueprint.post("/staff/content/publish")
@requires(Permission.REVIEW_CONTENT)
def publish() -> ResponseReturnValue:
    """Publish approved texts together, once the edition is checked as it will be."""
    check_button()
    needs, ids, by = supplied(), request.form.getlist("revision"), actor().reference
    if not ids:
        return redirect(url_for(".items"), 303)
    _check_revisions(ids, Deed.PUBLISH)
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
        "curation/retire.html", path=path, title=title_of(path), options=[("", "–"), *options], typed=typed, said=said,
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
        "curation/compare.html", path=path, title=title_of(path), left=sides[0], right=sides[1], how=how,
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


@blueprint.get("/staff/content/preview/<id_>/<path:address>")
@requires(Permission.EDIT_CONTENT)
def preview(id_: str, address: str) -> ResponseReturnValue:
    """Show any public page as it would be with this revision. Nobody's cookie reaches the page, and none leaves it."""
    needs = supplied()
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


def _done(id_: str, what: Deed, deed: Callable[[], object], done: str, *, empty: str = "main") -> ResponseReturnValue:
    """Do a deed and lead back to the revision; where it cannot be done, say why on its page.

    Raises NotAllowedError where this person may not do `what` to the item.
    """
    check_button()
    _check_revisions([id_], what)
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


def _check_revisions(ids: Iterable[str], what: Deed) -> None:
    """Raise NotAllowedError where this person may not do `what` to one of the revisions."""
    for id_ in ids:
        try:
            path = store.get_revision(session(), id_).path
        except store.NoRevisionError:
            abort(404)
        check_here(path, what)


def _revision_page(id_: str, said: Said, faults: Sequence[Fault] = ()) -> Response:
    try:
        one = store.get_revision(session(), id_)
    except store.NoRevisionError:
        abort(404)
    live = actions.ground(session(), supplied().shipped(), one.path)
    steps = store.steps(session(), id_)
    own = sections(one.path, one.text)
    return make_response(
        render_template(
            "curation/revision.html",
            one=_shown(one),
            title=title_of(one.path),
            said=said,
            faults=faults,
            lines=diff(live.text, "" if one.retires else one.text),
            state=one.state,
            is_open=one.state in OPEN,
            was_live=one.state in LIVE,
            stale=one.state in OPEN and actions.is_stale(session(), one, shipped=supplied().shipped()),
            is_own=actor().reference in authors(steps),
            may_edit=may_here(one.path, Deed.SAVE),
            may_review=may_here(one.path, Deed.APPROVE),
            preview=_preview_address(one) if one.state in OPEN and not one.retires else "",
            sections=[(section.anchor, _section_title(section)) for section in own],
            comments=_comments(store.comments(session(), id_), own),
            events=[
                {
                    "when": step.at.isoformat(timespec="seconds"),
                    "time": f"{time_text(step.at)}, {who(step.by)}",
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
    return time_text(datetime.fromisoformat(note)) if deed is Deed.SCHEDULE else note


def _comments(found: Iterable[store.Comment], own: Sequence[Section]) -> list[dict[str, object]]:
    hashes = {section.anchor: section.hash for section in own}
    titles = {section.anchor: _section_title(section) for section in own}
    return [
        {
            "id": one.id,
            "section": titles.get(one.anchor, gettext("a section that is gone")),
            "moved": hashes.get(one.anchor, "") != one.section_hash,
            "text": one.text,
            "by": who(one.by),
            "at": time_text(one.at),
            "settled": who(one.settled_by) if one.settled_by else "",
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
    return {"id": which, "title": f"{time_text(one.saved_at)}, {who(one.saved_by)}", "text": one.text}


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
        "saved": time_text(one.saved_at),
        "by": who(one.saved_by),
        "edition": one.edition,
        "published": time_text(one.published_at) if one.published_at else "",
        "publish_at": time_text(one.publish_at) if one.publish_at else "",
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
        "saved": f"{time_text(one.saved_at)}, {who(one.saved_by)}" if one else "",
        "publish_at": time_text(one.publish_at) if one and one.publish_at else "",
    }


def _is_in(state: str, path: str, at_work: Mapping[str, Revision], edited: Iterable[str]) -> bool:
    if state == "edited":
        return path in edited
    return path in at_work and at_work[path].state == state


def _public_address(path: str) -> str:
    """Return the address at which families read an item, below the root; the home page where it has none of its own."""
    first, _, rest = path.partition("/")
    slug, _, _ = rest.partition("/")
    code = language_of(path)
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

"""The page of a revision: what it changes, what is said of it, and every deed from draft to approval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import FourEyesError, Permission
from app.content.library import Fault
from app.content.sections import FRONT_MATTER, Section, sections
from app.curation import actions, store
from app.curation.diff import diff
from app.curation.labels import DEEDS, DONE, title_of, who
from app.curation.limiting.staff import check_here, may_here
from app.curation.model import (
    LIVE,
    OPEN,
    Deed,
    NoReasonError,
    StateError,
    authors,
)
from app.curation.staff import (
    REVISION,
    Said,
    blueprint,
    dates_once_published,
    preview_address,
    shown,
    supplied,
)
from app.kernel.dates import day_and_time
from app.web.access import actor, requires
from app.web.database import now, session


@blueprint.get(REVISION)
@requires(Permission.EDIT_CONTENT)
def revision(id_: str) -> ResponseReturnValue:
    """Show a revision beside what is live, with comments, history, and what can be done next."""
    return revision_page(id_, Said())


@blueprint.post(f"{REVISION}/submit")
@requires(Permission.EDIT_CONTENT)
def submit(id_: str) -> ResponseReturnValue:
    """Send a draft to review."""
    return carry_out(
        id_, Deed.SUBMIT, lambda: actions.submit(session(), id_, actor=actor().reference, now=now()), "submitted"
    )


@blueprint.post(f"{REVISION}/recall")
@requires(Permission.EDIT_CONTENT)
def recall(id_: str) -> ResponseReturnValue:
    """Take a draft back from review."""
    return carry_out(
        id_, Deed.RECALL, lambda: actions.recall(session(), id_, actor=actor().reference, now=now()), "recalled"
    )


@blueprint.post(f"{REVISION}/discard")
@requires(Permission.EDIT_CONTENT)
def discard(id_: str) -> ResponseReturnValue:
    """Give a draft up."""
    return carry_out(
        id_, Deed.DISCARD, lambda: actions.discard(session(), id_, actor=actor().reference, now=now()), "discarded"
    )


@blueprint.post(f"{REVISION}/restore")
@requires(Permission.EDIT_CONTENT)
def restore(id_: str) -> ResponseReturnValue:
    """Make a new draft of an old text."""
    check_button()
    check_revisions([id_], Deed.CREATE)
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
        return revision_page(id_, said), 422
    return redirect(url_for(".revision", id_=begun.id, done="restored"), 303)


@blueprint.post(f"{REVISION}/return")
@requires(Permission.REVIEW_CONTENT)
def send_back(id_: str) -> ResponseReturnValue:
    """Return a draft with the reason."""
    reason = request.form.get("reason", "")
    return carry_out(
        id_, Deed.RETURN, lambda: actions.send_back(session(), id_, reason, actor=actor().reference, now=now()),
        "returned", empty="reason",
    )  # fmt: skip


@blueprint.post(f"{REVISION}/approve")
@requires(Permission.REVIEW_CONTENT)
def approve(id_: str) -> ResponseReturnValue:
    """Approve a draft."""
    return carry_out(
        id_, Deed.APPROVE, lambda: actions.approve(session(), id_, actor=actor().reference, now=now()), "approved"
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

    return carry_out(id_, Deed.SAVE, deed, "commented", empty="comment")


@blueprint.post(f"{REVISION}/comments/<comment_id>/settle")
@requires(Permission.EDIT_CONTENT)
def settle(id_: str, comment_id: str) -> ResponseReturnValue:
    """Settle a comment."""
    return carry_out(
        id_, Deed.SAVE, lambda: actions.settle(session(), id_, comment_id, actor=actor().reference, now=now()),
        "settled",
    )  # fmt: skip


def carry_out(
    id_: str, what: Deed, deed: Callable[[], object], done: str, *, empty: str = "main"
) -> ResponseReturnValue:
    """Do a deed and lead back to the revision; where it cannot be done, say why on its page.

    Raises NotAllowedError where this person may not do `what` to the item.
    """
    check_button()
    check_revisions([id_], what)
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
    return revision_page(id_, said), 422


def check_revisions(ids: Iterable[str], what: Deed) -> None:
    """Raise NotAllowedError where this person may not do `what` to one of the revisions."""
    for id_ in ids:
        try:
            path = store.get_revision(session(), id_).path
        except store.NoRevisionError:
            abort(404)
        check_here(path, what)


def revision_page(id_: str, said: Said, faults: Sequence[Fault] = ()) -> Response:
    """Return the page of a revision, with what could not be done and why."""
    try:
        one = store.get_revision(session(), id_)
    except store.NoRevisionError:
        abort(404)
    live = actions.ground(session(), supplied().shipped(), one.path)
    steps = store.steps(session(), id_)
    own = sections(one.path, one.text)
    return make_response(
        render_template(
            "curation/reviewing/revision.html",
            one=shown(one),
            title=title_of(one.path),
            said=said,
            faults=faults,
            lines=diff(live.text, "" if one.retires else one.text),
            state=one.state,
            is_open=one.state in OPEN,
            was_live=one.state in LIVE,
            stale=one.state in OPEN and actions.is_stale(session(), one, shipped=supplied().shipped()),
            chosen=[(one.path, one.id)],
            dates=dates_once_published(one) if one.state in OPEN else [],
            is_own=actor().reference in authors(steps),
            may_edit=may_here(one.path, Deed.SAVE),
            may_review=may_here(one.path, Deed.APPROVE),
            preview=preview_address(one) if one.state in OPEN and not one.retires else "",
            sections=[(section.anchor, _section_title(section)) for section in own],
            comments=_comments(store.comments(session(), id_), own),
            events=[
                {
                    "when": step.at.isoformat(timespec="seconds"),
                    "time": f"{day_and_time(step.at)}, {who(step.by)}",
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
    return day_and_time(datetime.fromisoformat(note)) if deed is Deed.SCHEDULE else note


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
            "at": day_and_time(one.at),
            "settled": who(one.settled_by) if one.settled_by else "",
        }
        for one in found
    ]


def _section_title(section: Section) -> str:
    if section.anchor == FRONT_MATTER:
        return str(gettext("Front matter"))
    return section.title or str(gettext("The beginning"))

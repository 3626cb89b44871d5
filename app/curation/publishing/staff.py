"""How approved texts become live: now, together, or at a moment."""

from __future__ import annotations

from datetime import datetime

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.content.library import Fault
from app.curation import actions, store
from app.curation.labels import title_of
from app.curation.model import Deed, StateError
from app.curation.reviewing.staff import carry_out, check_revisions, revision_page
from app.curation.staff import REVISION, Said, blueprint, dates_once_published, shown, supplied
from app.kernel.dates import KYIV
from app.web.access import actor, requires
from app.web.database import database, now, session


@blueprint.get("/staff/content/publish")
@requires(Permission.REVIEW_CONTENT)
def before_publishing() -> ResponseReturnValue:
    """Show what the chosen texts change for readers when they are published together, above the button that does it."""
    try:
        chosen = [store.get_revision(session(), id_) for id_ in dict.fromkeys(request.args.getlist("revision"))]
    except store.NoRevisionError:
        abort(404)
    if not chosen:
        return redirect(url_for(".items"), 303)
    return render_template(
        "curation/publishing/publish.html",
        found=[{**shown(one), "title": title_of(one.path)} for one in chosen],
        chosen=[(one.path, one.id) for one in chosen],
        dates=list(dict.fromkeys(line for one in chosen for line in dates_once_published(one))),
        form=DeedForm(),
    )


@blueprint.post("/staff/content/publish")
@requires(Permission.REVIEW_CONTENT)
def publish() -> ResponseReturnValue:
    """Publish approved texts together, once the edition is checked as it will be."""
    check_button()
    needs, ids, by, at = supplied(), request.form.getlist("revision"), actor().reference, now()
    if not ids:
        return redirect(url_for(".items"), 303)
    check_revisions(ids, Deed.PUBLISH)
    said, faults = Said(), list[Fault]()
    # What takes long is done without the transaction of the request, for which all other writers would wait.
    session().commit()
    try:
        with database().reading() as reading:
            actions.rehearse(reading, ids, shipped=needs.shipped(), check=needs.check, ready=needs.ready, now=at)
        with session().begin_nested():
            actions.publish(session(), ids, shipped=needs.shipped(), check=needs.check, actor=by, now=at)
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
    return revision_page(ids[0], said, faults), 422


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
        return revision_page(id_, said), 422
    return carry_out(
        id_,
        Deed.SCHEDULE,
        lambda: actions.schedule(session(), id_, at, actor=actor().reference, now=now()),
        "scheduled",
    )


@blueprint.post(f"{REVISION}/unschedule")
@requires(Permission.REVIEW_CONTENT)
def unschedule(id_: str) -> ResponseReturnValue:
    """Call a scheduled publication off."""
    return carry_out(
        id_,
        Deed.UNSCHEDULE,
        lambda: actions.unschedule(session(), id_, actor=actor().reference, now=now()),
        "unscheduled",
    )

"""What pages of the desk ask before a deed, the page that refuses one, and the page on which limits are set."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts import actions as accounts
from app.accounts.forms import DeedForm, check_button
from app.accounts.model import FourEyesError, Permission, permissions
from app.content.values import say
from app.curation.limiting import actions
from app.curation.limiting.labels import AREAS
from app.curation.model import Deed
from app.curation.rights import Area, Limits, NotAllowedError, Rights, checked, may, topics_of
from app.curation.translating.model import TARGETS
from app.guidance.model import Guidance, Topics
from app.pathways.model import Pathways
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.edition import part
from app.web.language import in_language, language

blueprint = in_language(Blueprint("limiting", __name__))

DESK = frozenset({Permission.EDIT_CONTENT, Permission.REVIEW_CONTENT, Permission.TRANSLATE_CONTENT})
"""Permissions that limits narrow."""


def rights_here() -> Rights:
    """Return what whoever is signed in may do at the desk; their limits are asked once a request."""
    if "desk_rights" not in g:
        who = actor()
        g.desk_rights = Rights(who.permissions, actions.limits(session(), who.reference), topics_here)
    return cast(Rights, g.desk_rights)


def topics_here(path: str) -> frozenset[str]:
    """Return the topics that the item at `path` is about in the live edition."""
    return topics_of(path, part(Topics), part(Guidance), part(Pathways))


def may_here(path: str, deed: Deed) -> bool:
    """Say whether whoever is signed in may do `deed` to the item at `path`."""
    return may(rights_here(), path, deed)


def check_here(path: str, deed: Deed) -> None:
    """Raise NotAllowedError, which is answered with a page that says why, where `may_here` says no."""
    checked(rights_here(), path, deed)


@blueprint.app_errorhandler(NotAllowedError)
def refused(_: NotAllowedError) -> Response:
    """Say to what this person is limited, and who changes that."""
    page = render_template("curation/limiting/refused.html", told=_told(rights_here().limits))
    return make_response(page, 403)


@blueprint.get("/staff/people/<id_>/limits")
@requires(Permission.MANAGE_ACCOUNTS)
def limits(id_: str) -> ResponseReturnValue:
    """Show what a person at the desk is limited to."""
    return _page(id_)


@blueprint.post("/staff/people/<id_>/limits")
@requires(Permission.MANAGE_ACCOUNTS)
def limit(id_: str) -> ResponseReturnValue:
    """Let a person have exactly the chosen limits."""
    check_button()
    topics = {topic.id for topic in part(Topics).groups}
    wanted = Limits(
        frozenset(area for area in Area if area in request.form.getlist("area")),
        frozenset(request.form.getlist("topic")) & topics,
        frozenset(request.form.getlist("language")) & TARGETS.keys(),
    )
    try:
        accounts.read_person(session(), id_, actor=actor().reference, now=now())
        actions.limit(session(), f"account:{id_}", wanted, actor=actor().reference, now=now())
    except accounts.UnknownAccountError:
        abort(404)
    except FourEyesError:
        wrong = gettext("Nobody changes their own limits. Ask another administrator.")
        return _page(id_, wrong=wrong), 422
    return redirect(url_for(".limits", id_=id_, done="limits"), 303)


def _page(id_: str, *, wrong: str = "") -> str:
    try:
        person, _ = accounts.read_person(session(), id_, actor=actor().reference, now=now())
    except accounts.UnknownAccountError:
        abort(404)
    known = actions.limits(session(), f"account:{id_}")
    return render_template(
        "curation/limiting/limits.html",
        person=person,
        at_desk=not DESK.isdisjoint(permissions(person.standing.roles)),
        groups=[
            ("area", gettext("Kinds of texts"), AREAS.items(), known.areas),
            ("topic", gettext("Topics"), _topics(), known.topics),
            ("language", gettext("Languages of translations"), TARGETS.items(), known.languages),
        ],
        wrong=wrong,
        form=DeedForm(),
        done=request.args.get("done") == "limits",
    )


def _topics() -> list[tuple[str, str]]:
    return [(topic.id, say(topic.title, language())) for topic in part(Topics).groups]


def _told(known: Limits) -> list[tuple[str, list[str]]]:
    """Return what a person is limited to, as (heading, words); nothing for whoever is not."""
    found = [
        (gettext("Kinds of texts"), [str(words) for area, words in AREAS.items() if area in known.areas]),
        (gettext("Topics"), [words for topic, words in _topics() if topic in known.topics]),
        (gettext("Languages of translations"), [TARGETS[code] for code in TARGETS if code in known.languages]),
    ]
    return [(heading, words) for heading, words in found if words]

"""The editors' list of what readers say is wrong: by state and topic, assigned, answered, put into drafts, declined."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.accounts.store import AccountRow
from app.audit.actions import record
from app.audit.model import Event
from app.content.values import say
from app.curation.limiting.staff import may_here, rights_here
from app.curation.listening import actions, store
from app.curation.listening.facts import Kind as FactKind
from app.curation.listening.labels import DONE, KINDS, SHAPES, STATES, WRONG, fact_text
from app.curation.listening.model import (
    Deed,
    Listed,
    NoItemError,
    NotNowError,
    SaysNothingError,
    State,
    deeds,
)
from app.curation.listening.public import fact_of, title_of
from app.curation.model import Deed as EditDeed
from app.curation.model import PathError
from app.curation.needs import KEY, Needs
from app.curation.rights import NotAllowedError
from app.curation.store import editors
from app.guidance.model import Topics
from app.kernel.dates import KYIV, day_and_time
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.edition import part
from app.web.language import in_language, language

blueprint = in_language(Blueprint("suggestions", __name__))

PAGE = 50
"""Suggestions of one page of the list."""

ONE = "/staff/suggestions/<id_>"


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "suggestions.suggestions", _l("From readers"), Permission.EDIT_CONTENT)


@blueprint.get("/staff/suggestions")
@requires(Permission.EDIT_CONTENT)
def suggestions() -> ResponseReturnValue:
    """List the suggestions in a state: those of the topics that this person looks after and of nobody's, or all."""
    state = next((each for each in State if each == request.args.get("state")), State.NEW)
    whole = request.args.get("topics") == "all"
    owners = store.owners(session())
    within = [topic for topic in _topics() if rights_here().limits.let_topic(topic)]
    mine = [topic for topic in within if not owners.get(topic) or actor().reference in owners[topic]]
    start = request.args.get("from", 0, type=int)
    start = start if 0 <= start < 1_000_000 else 0
    rows = store.in_state(session(), state, topics=within if whole else mine, start=start, limit=PAGE + 1)
    record(
        session(), Event.SUGGESTIONS_LISTED, actor=actor().reference, subject="suggestions", now=now(),
        count=str(len(rows[:PAGE])),
    )  # fmt: skip
    kept: dict[str, Any] = {"state": state, **({"topics": "all"} if whole else {})}
    counts = store.count_by_state(session())
    return render_template(
        "curation/listening/suggestions.html",
        state=state,
        states=[(each, STATES[each], counts.get(each, 0)) for each in State],
        whole=whole,
        rows=[_line(one) for one in rows[:PAGE]],
        earlier=url_for(".suggestions", **{"from": max(0, start - PAGE), **kept}) if start else "",
        further=url_for(".suggestions", **{"from": start + PAGE, **kept}) if len(rows) > PAGE else "",
        topics=[
            (
                topic,
                name,
                [_who(one) for one in sorted(owners.get(topic, ()))],
                actor().reference in owners.get(topic, ()),
            )
            for topic, name in _topics().items()
            if topic in within
        ],
        form=DeedForm(),
        done=DONE.get(request.args.get("done", "")),
    )


@blueprint.post("/staff/suggestions/topics")
@requires(Permission.EDIT_CONTENT)
def topics() -> ResponseReturnValue:
    """Look after the chosen topics from now on, and after no others."""
    check_button()
    chosen, owners = request.form.getlist("topic"), store.owners(session())
    for topic in _topics():
        if topic in chosen and not rights_here().limits.let_topic(topic):
            raise NotAllowedError(topic)
        if (topic in chosen) is not (actor().reference in owners.get(topic, ())):
            deed = actions.look_after if topic in chosen else actions.leave
            deed(session(), topic, actor=actor().reference, now=now())
    return redirect(url_for(".suggestions", done="topics"), 303)


@blueprint.get(ONE)
@requires(Permission.EDIT_CONTENT)
def suggestion(id_: str) -> ResponseReturnValue:
    """Show a suggestion with what can be done about it."""
    return _page(id_)


@blueprint.post(f"{ONE}/assign")
@requires(Permission.EDIT_CONTENT)
def assign(id_: str) -> ResponseReturnValue:
    """Give a suggestion to somebody who edits."""
    check_button()
    to = request.form.get("to", "") or actor().reference
    if to not in dict(editors(session())) and to != actor().reference:
        abort(400)
    return _did(id_, "assigned", lambda: actions.assign(session(), id_, to=to, actor=actor().reference, now=now()))


@blueprint.post(f"{ONE}/give-back")
@requires(Permission.EDIT_CONTENT)
def give_back(id_: str) -> ResponseReturnValue:
    """Let a suggestion be nobody's again."""
    check_button()
    return _did(id_, "given-back", lambda: actions.give_back(session(), id_, actor=actor().reference, now=now()))


@blueprint.post(f"{ONE}/answer")
@requires(Permission.EDIT_CONTENT)
def answer(id_: str) -> ResponseReturnValue:
    """Answer, or decline with a reason: the sender is written to, in the sender's language."""
    check_button()
    words = request.form.get("words", "")
    is_declined = request.form.get("do") == "decline"
    deed = actions.decline if is_declined else actions.answer
    return _did(
        id_, "declined" if is_declined else "answered",
        lambda: deed(session(), id_, words, actor=actor().reference, now=now()),
    )  # fmt: skip


@blueprint.post(f"{ONE}/draft")
@requires(Permission.EDIT_CONTENT)
def draft(id_: str) -> ResponseReturnValue:
    """Have a draft of the item put it right, and lead to it."""
    check_button()
    _check_mine(id_)
    needs = cast(Needs, current_app.extensions[KEY])
    try:
        revision = actions.put_into_draft(
            session(), id_, shipped=needs.shipped(), note="", actor=actor().reference, now=now()
        )  # fmt: skip
    except store.NoSuggestionError:
        abort(404)
    except NotNowError:
        return _late(id_)
    except (NoItemError, PathError):
        session().rollback()
        return redirect(url_for(".suggestion", id_=id_, done="no-item"), 303)
    return redirect(_draft_address(revision), 303)


def _did(id_: str, done: str, deed: Any) -> ResponseReturnValue:
    _check_mine(id_)
    try:
        deed()
    except store.NoSuggestionError:
        abort(404)
    except NotNowError:
        return _late(id_)
    except SaysNothingError:
        session().rollback()
        return _page(id_, wrong=gettext("Say it in words: the sender reads this.")), 422
    return redirect(url_for(".suggestion", id_=id_, done=done), 303)


def _is_mine(path: str, topic: str) -> bool:
    """Say whether a suggestion is about something that this person may change."""
    return may_here(path, EditDeed.SAVE) if path else rights_here().limits.let_topic(topic)


def _check_mine(id_: str) -> None:
    """Raise NotAllowedError where a suggestion is about something that this person may not change."""
    try:
        path, topic = store.about(session(), id_)
    except store.NoSuggestionError:
        abort(404)
    if not _is_mine(path, topic):
        raise NotAllowedError(id_)


def _late(id_: str) -> ResponseReturnValue:
    session().rollback()
    return redirect(url_for(".suggestion", id_=id_, done="late"), 303)


def _page(id_: str, *, wrong: str = "") -> str:
    try:
        found = actions.read(session(), id_, actor=actor().reference, now=now())
    except store.NoSuggestionError:
        abort(404)
    one = found.listed
    is_mine = _is_mine(found.path, one.topic)
    open_deeds = deeds(one.state) if is_mine else ()
    return render_template(
        "curation/listening/suggestion.html",
        one=one,
        found=found,
        line=_line(one),
        verify=_verify_address(one, found.path),
        wrong_text=WRONG[one.wrong],
        state=STATES[one.state],
        shape=SHAPES[one.state],
        assigned=_who(one.assigned_to) if one.assigned_to else "",
        sent=day_and_time(one.sent_at),
        draft_address=_draft_address(found.revision) if found.revision else "",
        can={deed.value for deed in open_deeds},
        is_mine=is_mine,
        deed=Deed,
        editors=editors(session()),
        me=actor().reference,
        words=request.form.get("words", ""),
        wrong=wrong,
        form=DeedForm(),
        done=DONE.get(request.args.get("done", "")),
    )


@blueprint.app_template_global()
def reports_behind(revision: str) -> list[dict[str, Any]]:
    """Return the readers' reports that led to a revision, for its page."""
    return [
        {**_line(one), "state": STATES[one.state], "shape": SHAPES[one.state]}
        for one in store.behind(session(), revision)
    ]


VERIFIED = (FactKind.PHONE, FactKind.EMAIL, FactKind.LINK, FactKind.ADDRESS)
"""Facts of organisations that are verified one by one, by the same names."""


def _fact_text(one: Listed) -> str:
    """Return the words of the fact that is meant; its name where the page does not tell it any more."""
    found = fact_of(one.about, one.fact, one.language)
    return fact_text(found) if found else one.fact


def _verify_address(one: Listed, path: str) -> str:
    """Return where the fact that is meant is verified, or nothing."""
    found = fact_of(one.about, one.fact, one.language)
    if found is None or found.kind not in VERIFIED:
        return ""
    return url_for("verification.next_fact", path=path, fact=found.key)


def _anchor(fact: str) -> str:
    """Return the place on the page to which a report leads, or nothing."""
    kind, _, name = fact.partition(":")
    places = {FactKind.SECTION.value: f"#{name}", FactKind.SOURCE.value: f"#s-{name}", FactKind.WORD.value: f"#{name}"}
    return places.get(kind, "")


def _draft_address(revision: str) -> str:
    return f"/{language()}/staff/content/revisions/{revision}"


def _line(one: Listed) -> dict[str, Any]:
    return {
        "id": one.id,
        "address": url_for("suggestions.suggestion", id_=one.id),
        "page": title_of(one.about, language()) or (f"/{one.about}" if one.about else gettext("The site itself")),
        "page_address": f"/{one.language}/{one.about}{_anchor(one.fact)}",
        "fact": _fact_text(one),
        "topic": _topics().get(one.topic, one.topic),
        "wrong": WRONG[one.wrong],
        "times": one.times,
        "sent": f"{one.sent_at.astimezone(KYIV):%d.%m.%Y}",
        "assigned": _who(one.assigned_to) if one.assigned_to else "",
    }


def _topics() -> dict[str, str]:
    """Return every topic that somebody can look after, in words."""
    return {
        **{topic.id: say(topic.title, language()) for topic in part(Topics).groups},
        **{kind: str(name) for kind, name in KINDS.items()},
    }


def _who(reference: str) -> str:
    account = session().get(AccountRow, reference.removeprefix("account:"))
    return account.name if account else reference

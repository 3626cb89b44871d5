"""The editors' pages of verification: what to call next, how it went, reviews that are due, a body's own word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.forms import DeedForm, check_button
from app.accounts.model import Permission
from app.audit.actions import record as record_reading
from app.audit.model import Event
from app.content.sources import Sources
from app.content.values import say
from app.curation.labels import who
from app.curation.limiting.staff import check_here, may_here
from app.curation.listening.labels import WRONG
from app.curation.listening.public import title_of
from app.curation.listening.store import assigned_to
from app.curation.model import Deed
from app.curation.store import editors
from app.curation.verification import actions, store
from app.curation.verification.facts import Fact, facts, facts_of, path_of, uses_of
from app.curation.verification.labels import ANSWERS, HOWS, KEYS, SHAPES, STATES, WHATS
from app.curation.verification.model import How, OutcomeError, What, outcomes, standing
from app.curation.verification.reviews import reviews
from app.curation.verification.work import Filter, Item, by_week, item, work
from app.directory.labels import open_text
from app.directory.model import Directory, Organisation
from app.kernel.dates import KYIV, add_months, in_words
from app.kernel.languages import PUBLIC, SOURCE
from app.outbox.model import MessageError
from app.pathways.model import Pathways
from app.web.access import actor, requires
from app.web.database import now, session
from app.web.desk import add_desk_page
from app.web.edition import part
from app.web.hosts import full_address
from app.web.language import in_language, language

blueprint = in_language(Blueprint("verification", __name__))

SHOWN = 25
"""Facts of the list below the one that is to be looked at."""

MONTHS = 3
"""Months that the calendar looks ahead."""

DONE = {
    "recorded": _l("Recorded. This is the next one."),
    "corrected": _l("The act is marked as a mistake and counts no more."),
    "sent": _l("The letter with the link is on its way to the body’s public address."),
    "revoked": _l("The link opens no more."),
    "taken": _l("Marked as taken up."),
    "taken-task": _l("You see to this from now on; others see your name beside it."),
    "assigned": _l("Assigned. It stands among that person’s tasks."),
    "given-back": _l("Given back: it is nobody’s again."),
    "late": _l("Somebody else was quicker: look at who has it now."),
}


@blueprint.record_once
def _list(state: BlueprintSetupState) -> None:
    add_desk_page(cast(Flask, state.app), "verification.next_fact", _l("Verification"), Permission.EDIT_CONTENT)
    add_desk_page(cast(Flask, state.app), "verification.mine", _l("My tasks"), Permission.EDIT_CONTENT)


@blueprint.get("/staff/verification")
@requires(Permission.EDIT_CONTENT)
def next_fact() -> ResponseReturnValue:
    """Show the fact to look at next, or the one that is asked for, and below it what follows."""
    chosen = _filter()
    held, me = _held(), actor().reference
    found = work(actions.items(session(), filter(chosen.lets, _own_facts()), now()), now())
    due = [one for one in found.due if held.get(one.fact.name, me) == me]
    wanted = (request.args.get("path", ""), request.args.get("fact", ""))
    current = _item(wanted) if any(wanted) else next(iter(due), None)
    return render_template(
        "curation/verification/next.html",
        chosen=chosen,
        current=_shown(current) if current else None,
        mine=sum(one == me for one in held.values()),
        rows=[_row(one) for one in due if current is None or one.fact != current.fact][:SHOWN],
        tasks=[_row(one) for one in found.tasks],
        count=len(due),
        resting=found.resting,
        words=[(one, _title_of(one.path)) for one in store.waiting_words(session()) if may_here(one.path, Deed.SAVE)],
        form=DeedForm(),
        keep=_keep(chosen),
        done=DONE.get(request.args.get("done", ""), ""),
        choices={
            "what": [("", gettext("everything")), *WHATS.items()],
            "region": [("", gettext("any region")), *_regions()],
            "speaks": [("", gettext("any language")), *((code, known.own_name) for code, known in PUBLIC.items())],
        },
    )


@blueprint.post("/staff/verification")
@requires(Permission.EDIT_CONTENT)
def record() -> ResponseReturnValue:
    """Record how it went, and lead to the next fact."""
    check_button()
    fact = _fact((request.form.get("path", ""), request.form.get("fact", "")))
    check_here(fact.path, Deed.SAVE)
    try:
        actions.record_act(
            session(), fact, How(request.form.get("how", "")), note=request.form.get("note", ""),
            actor=actor().reference, now=now(),
        )  # fmt: skip
    except (ValueError, OutcomeError):
        abort(400)
    return redirect(url_for(".next_fact", done="recorded", **_keep(_filter())), 303)


@blueprint.get("/staff/verification/mine")
@requires(Permission.EDIT_CONTENT)
def mine() -> ResponseReturnValue:
    """List what whoever is signed in has taken or been given: facts, the most urgent first, and readers' reports."""
    held = _held()
    own = (fact for fact in _facts() if held.get(fact.name) == actor().reference)
    found = sorted(actions.items(session(), own, now()), key=lambda one: (-one.risk, one.fact.name))
    reports = assigned_to(session(), actor().reference)
    record_reading(
        session(), Event.SUGGESTIONS_LISTED, actor=actor().reference, subject="suggestions", now=now(),
        count=str(len(reports)),
    )  # fmt: skip
    return render_template(
        "curation/verification/mine.html",
        rows=[_row(one) for one in found],
        reports=[
            (url_for("suggestions.suggestion", id_=one.id), WRONG[one.wrong],
             title_of(one.about, language()) or gettext("The site itself"), _day(one.sent_at))
            for one in reports
        ],
    )  # fmt: skip


@blueprint.post("/staff/verification/tasks/<any(assign,give_back):deed>")
@requires(Permission.EDIT_CONTENT)
def task(deed: str) -> ResponseReturnValue:
    """Have somebody see to a fact, or let it be nobody's again, and lead back to it."""
    check_button()
    fact = _fact((request.form.get("path", ""), request.form.get("fact", "")))
    me, to = actor().reference, request.form.get("to", "") or actor().reference
    if to != me and to not in dict(editors(session())):
        abort(400)
    try:
        if deed == "assign":
            actions.assign(session(), fact, to=to, seen=request.form.get("seen", ""), actor=me, now=now())
        else:
            actions.give_back(session(), fact, actor=me, now=now())
        done = "given-back" if deed == "give_back" else "taken-task" if to == me else "assigned"
    except store.TakenError:
        session().rollback()
        done = "late"
    return redirect(url_for(".next_fact", path=fact.path, fact=fact.key, done=done, **_keep(_filter())), 303)


@blueprint.post("/staff/verification/acts/<id_>/mistake")
@requires(Permission.EDIT_CONTENT)
def mistake(id_: str) -> ResponseReturnValue:
    """Mark an act as a mistake, and lead back to its fact."""
    check_button()
    try:
        row = store.get_act(session(), id_)
        check_here(row.path, Deed.SAVE)
        actions.correct(session(), id_, actor=actor().reference, now=now())
    except store.NoActError:
        abort(404)
    return redirect(url_for(".next_fact", path=row.path, fact=row.fact, done="corrected"), 303)


@blueprint.get("/staff/verification/calendar")
@requires(Permission.EDIT_CONTENT)
def calendar() -> ResponseReturnValue:
    """List the reviews that are due in the next months, by week, and how many are overdue."""
    first, last = _span()
    found = actions.items(session(), _own_facts(), now())
    return render_template(
        "curation/verification/calendar.html",
        weeks=[
            (in_words(monday, language()), len(ones), [_row(one) for one in ones[:SHOWN]])
            for monday, ones in by_week(found, first, last).items()
        ],
        overdue=sum(one.due < first for one in found),
    )


@blueprint.get("/staff/verification/calendar.ics")
@requires(Permission.EDIT_CONTENT)
def calendar_file() -> ResponseReturnValue:
    """Hand the reviews that are due to an editor's calendar."""
    weeks = by_week(actions.items(session(), _own_facts(), now()), *_span())
    body = reviews(weeks, title=gettext("Reviews due"), language=language(), now=now())
    headers = {"Content-Disposition": "attachment; filename=reviews.ics", "Cache-Control": "no-store"}
    return Response(body, mimetype="text/calendar", headers=headers)


@blueprint.get("/staff/verification/links")
@requires(Permission.EDIT_CONTENT)
def links() -> ResponseReturnValue:
    """List the links that did not answer or have moved when the command last asked them."""
    known = store.link_answers(session())
    return render_template(
        "curation/verification/links.html",
        rows=[
            {"url": one.url, "answer": ANSWERS[one.answer], "status": one.status or "", "moved_to": one.moved_to,
             "day": _day(one.asked_at)}
            for one in known.values() if one.answer != "ok"
        ],
        total=len(known),
    )  # fmt: skip


@blueprint.get("/staff/verification/bodies/<id_>")
@requires(Permission.EDIT_CONTENT)
def body(id_: str) -> ResponseReturnValue:
    """Show how every contact of a body stands, and the links by which it confirms them."""
    one = _body(id_)
    check_here(path_of(one), Deed.SAVE)
    return _body_page(one)


@blueprint.post("/staff/verification/bodies/<id_>/link")
@requires(Permission.EDIT_CONTENT)
def make_link(id_: str) -> ResponseReturnValue:
    """Make a link for a body: sent to its public address, or shown this once to be handed on."""
    check_button()
    one = _body(id_)
    check_here(path_of(one), Deed.SAVE)
    mail_to = next((email.address for email in one.current_emails), "") if request.form.get("do") == "send" else ""
    code = SOURCE if SOURCE in one.languages else "en"
    try:
        _, token = actions.make_owner_link(
            session(), path_of(one), mail_to=mail_to, language=code, actor=actor().reference, now=now()
        )
    except MessageError:
        abort(400)
    if mail_to:
        return redirect(url_for(".body", id_=id_, done="sent"), 303)
    return _body_page(one, made=full_address(url_for("confirming.confirm", token=token, language=code)))


@blueprint.post("/staff/verification/bodies/<id_>/link/<link>/<any(revoke,taken):deed>")
@requires(Permission.EDIT_CONTENT)
def end_link(id_: str, link: str, deed: str) -> ResponseReturnValue:
    """End a body's link, or mark what it wrote as taken up."""
    check_button()
    check_here(path_of(_body(id_)), Deed.SAVE)
    end = actions.revoke_owner_link if deed == "revoke" else actions.take_words
    try:
        end(session(), link, actor=actor().reference, now=now())
    except actions.NoOwnerLinkError:
        abort(404)
    return redirect(url_for(".body", id_=id_, done="revoked" if deed == "revoke" else "taken"), 303)


def _body_page(one: Organisation, *, made: str = "") -> ResponseReturnValue:
    found = actions.items(session(), facts_of(one, uses_of(part(Pathways)).get(one.id, 0)), now())
    return render_template(
        "curation/verification/body.html",
        body=one,
        title=say(one.name, language()),
        rows=[_row(each) for each in found],
        links=[
            {"id": link.id, "said": link.said, "until": _moment(link.expires_at), "made": _day(link.created_at),
             "answered": _day(link.answered_at) if link.answered_at else "", "opens": link.expires_at > now()}
            for link in store.owner_links(session(), path_of(one), now())
        ],
        mail_to=next((email.address for email in one.current_emails), ""),
        made=made,
        form=DeedForm(),
        done=DONE.get(request.args.get("done", ""), ""),
    )  # fmt: skip


def _facts() -> Iterable[Fact]:
    return facts(part(Directory), part(Sources), part(Pathways))


def _own_facts() -> Iterable[Fact]:
    """Return the facts of the texts that whoever is signed in may change."""
    mine: dict[str, bool] = {}
    for fact in _facts():
        if fact.path not in mine:
            mine[fact.path] = may_here(fact.path, Deed.SAVE)
        if mine[fact.path]:
            yield fact


def _fact(name: tuple[str, str]) -> Fact:
    fact = next((fact for fact in _facts() if fact.name == name), None)
    if fact is None:
        abort(404)
    return fact


def _item(name: tuple[str, str]) -> Item:
    fact = _fact(name)
    return item(fact, standing(store.acts_of(session(), *fact.name)), now())


def _body(id_: str) -> Organisation:
    found = part(Directory).organisations.get(id_)
    if found is None:
        abort(404)
    return found


def _filter() -> Filter:
    what = request.values.get("what", What.PHONE.value)
    return Filter(
        what=What(what) if what in set(What) else None,
        region=request.values.get("region", ""),
        language=request.values.get("speaks", ""),
    )


def _keep(chosen: Filter) -> dict[str, Any]:
    return {"what": chosen.what.value if chosen.what else "", "region": chosen.region, "speaks": chosen.language}


def _regions() -> list[tuple[str, str]]:
    return sorted(
        ((code, words[language()]) for code, words in part(Directory).regions.items()), key=lambda pair: pair[1]
    )


def _span() -> tuple[date, date]:
    today = now().astimezone(KYIV).date()
    return today, add_months(today, MONTHS)


def _shown(one: Item) -> dict[str, Any]:
    """Return the fact to look at as its page shows it."""
    fact = one.fact
    acts = store.acts_of(session(), *fact.name)
    mistakes = {act.corrects for act in acts}
    holder = _held().get(fact.name, "")
    return {
        **_row(one),
        "path": fact.path,
        "key": fact.key,
        "what": fact.what,
        "tel": f"tel:{fact.phone.number}" if fact.phone else "",
        "href": fact.text if fact.what is What.LINK else "",
        "body": fact.body,
        "label": say(fact.phone.label, language()) if fact.phone else "",
        "hours": fact.phone.hours if fact.phone else None,
        "go_for": say(fact.body.go_for, language()) if fact.body else "",
        "uses": fact.uses,
        "holder": holder,
        "is_mine": holder == actor().reference,
        "editors": [
            (actor().reference, gettext("me")),
            *(pair for pair in editors(session()) if pair[0] != actor().reference),
        ],
        "outcomes": [(how, HOWS[how], KEYS[how]) for how in outcomes(fact.what)],
        "acts": [
            {"id": act.id, "how": HOWS[act.how], "when": _moment(act.at), "note": act.note,
             "is_mistake": act.id in mistakes, "iso": act.at.isoformat()}
            for act in reversed(acts) if act.how is not None
        ],
    }  # fmt: skip


def _row(one: Item) -> dict[str, Any]:
    fact = one.fact
    return {
        "title": say(dict(fact.title), language()),
        "shown": fact.shown,
        "open": open_text(one.open),
        "risk": one.risk,
        "due": in_words(one.due, language()),
        "state": STATES[one.standing.state],
        "shape": SHAPES[one.standing.state],
        "with": _with(_held().get(fact.name, "")),
        "address": url_for(".next_fact", path=fact.path, fact=fact.key, **_keep(_filter())),
        "edit": url_for("curation.item", path=fact.path),
    }


def _held() -> Mapping[tuple[str, str], str]:
    """Return who has taken which fact, asked for once a request."""
    if "held_facts" not in g:
        g.held_facts = store.holders(session())
    return cast(Mapping[tuple[str, str], str], g.held_facts)


def _with(holder: str) -> str:
    if not holder:
        return ""
    return gettext("you") if holder == actor().reference else who(holder)


def _title_of(path: str) -> tuple[str, str]:
    id_ = path.rpartition("/")[2].removesuffix(".yaml")
    found = part(Directory).organisations.get(id_)
    return (say(found.name, language()), url_for(".body", id_=id_)) if found else (path, "")


def _day(moment: datetime) -> str:
    return in_words(moment.astimezone(KYIV).date(), language())


def _moment(moment: datetime) -> str:
    local = moment.astimezone(KYIV)
    return f"{in_words(local.date(), language())}, {local:%H:%M}"

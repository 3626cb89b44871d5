"""What a revision touches, beside it and on a page of its own with the plan of a family before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.model import Permission
from app.content.library import ContentError
from app.content.markdown import TermMarker
from app.content.sources import Sources
from app.curation import actions, store
from app.curation.impact.labels import FATE_SHAPES, FATES, WHATS
from app.curation.impact.plans import NoAnswersError, compare, sample
from app.curation.impact.things import Thing, What, Whole, path_of
from app.curation.impact.touching import Touched, is_shared, together, touched
from app.curation.needs import KEY, Needs
from app.directory.model import Directory
from app.guidance.model import Guidance, Topics
from app.kernel.dates import KYIV
from app.pathways.conditions import Answers
from app.pathways.model import Pathways
from app.pathways.plan import compose
from app.pathways.sheet import Choice, Sheet, choices, put_in_words
from app.pathways.walk import as_pairs, walk
from app.web.access import requires
from app.web.database import database, now
from app.web.edition import Edition, live
from app.web.language import in_language, language

blueprint = in_language(Blueprint("impact", __name__))

LONGEST = 2000
"""Characters of answers that are looked at; a family's address is shorter."""


def whole_of(edition: Edition) -> Whole:
    """Return the parts of an edition that refer to each other."""
    return Whole(
        edition.part(Sources), edition.part(Directory), edition.part(Guidance), edition.part(Pathways),
        edition.part(Topics),
    )  # fmt: skip


def drafted(*ids: str) -> Edition:
    """Return the edition as it would be with these revisions. Raises ContentError where that cannot be read."""
    needs = cast(Needs, current_app.extensions[KEY])
    try:
        with database().reading() as reading:
            library = actions.candidate(reading, ids, shipped=needs.shipped(), now=now())
    except store.NoRevisionError:
        abort(404)
    return cast(Edition, needs.edition(library))


@dataclass(frozen=True)
class Shown:
    """A thing as a page lists it: its name, the page of its item, and the names of what it is touched through."""

    title: str
    href: str
    through: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """All touched things of one kind."""

    what: What
    title: str
    things: tuple[Shown, ...]


@blueprint.app_template_global()
def touched_by(chosen: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return what the revisions (path, id) touch when they are published together, in groups, for a page of staff."""
    before = after = whole_of(live())
    is_told = any(is_shared(path) for path, _ in chosen)
    if is_told:
        try:
            after = whole_of(drafted(*(id_ for _, id_ in chosen)))
        except ContentError:
            return {"is_readable": False, "groups": [], "changed": [], "languages": []}
    found = together([touched(before, after, path) for path, _ in chosen])
    return {
        "is_readable": True,
        "groups": _groups(found, before, after),
        "changed": [_titled(before, after, thing) for thing in found.changed] if is_told else [],
        "languages": found.languages,
    }


def _titled(before: Whole, after: Whole, thing: Thing) -> str:
    return (after if after.has(thing) else before).title(thing, language())


def _groups(found: Touched, before: Whole, after: Whole) -> list[Group]:
    return [
        Group(
            what,
            str(WHATS[what]),
            tuple(
                Shown(
                    _titled(before, after, use.thing),
                    url_for("curation.item", path=path_of(use.thing)),
                    () if found.is_direct(use) else tuple(_titled(before, after, one) for one in use.through),
                )
                for use in uses
            ),
        )
        for what in (What.SITUATION, What.STEP, What.ARTICLE, What.ORGANISATION, What.TERM, What.QUESTION, What.TOPIC)
        if (uses := found.of(what))
    ]


@blueprint.get("/staff/content/revisions/<id_>/impact")
@requires(Permission.EDIT_CONTENT)
def impact(id_: str) -> ResponseReturnValue:
    """Show what a revision touches, and the plan of a family with given answers before and after it.

    Those named by `with` are published together with it.
    """
    others = request.args.getlist("with")
    try:
        with database().reading() as reading:
            chosen = [(store.get_revision(reading, each).path, each) for each in (id_, *others)]
    except store.NoRevisionError:
        abort(404)
    before, fault = live(), ""
    try:
        after = drafted(id_, *others)
    except ContentError as error:
        after, fault = before, str(error)
    situation, typed = request.args.get("situation", ""), request.args.get("answers", "").strip()
    wrong, answers = "", cast(Answers, {})
    if not fault and (situation or typed):
        try:
            answers = _asked(after.part(Pathways), before.part(Pathways), situation, typed)
        except NoAnswersError:
            wrong = gettext("No answers lead there. Choose a situation, or paste the address of a plan.")
    words = after.part(Pathways).words[language()].situations
    sheets = [_sheet(edition, answers) for edition in (before, after)] if answers else []
    return render_template(
        "curation/impact/impact.html",
        one={"id": id_, "path": chosen[0][0]},
        chosen=chosen,
        others=others,
        fault=fault,
        wrong=wrong,
        situation=situation,
        typed=typed,
        situations=[("", "–"), *((one.id, words[one.id].title) for one in after.part(Pathways).situations)],
        answers=_in_words(after, answers),
        query=urlencode(as_pairs(answers)),
        rows=compare(*sheets) if sheets else [],
        matched=_matched(*sheets) if sheets else [],
        walk=url_for("curation.preview", id_=id_, address=f"{language()}/find-help"),
        FATES=FATES,
        SHAPES=FATE_SHAPES,
    )


def _asked(draft: Pathways, published: Pathways, situation: str, typed: str) -> Answers:
    """Return the answers that are asked for. Raises NoAnswersError."""
    today = now().astimezone(KYIV).date()
    if typed:
        pairs = parse_qsl(typed[:LONGEST].rpartition("?")[2])
        position = walk(draft, pairs, today=today)
        if position.open_essentials or not position.answers:
            raise NoAnswersError(typed)
        return position.answers
    try:
        return sample(draft, situation, today=today)
    except NoAnswersError:
        return sample(published, situation, today=today)


def _sheet(edition: Edition, answers: Answers) -> Sheet:
    """Return the plan of an edition in words. Each edition judges the answers for itself, as it would a family's."""
    pathways, today = edition.part(Pathways), now().astimezone(KYIV).date()
    accepted = walk(pathways, as_pairs(answers), today=today).answers
    return put_in_words(
        compose(pathways, accepted, today=today),
        accepted,
        pathways=pathways,
        directory=edition.part(Directory),
        marker=TermMarker(()),
        language=language(),
        now=now(),
    )


def _matched(before: Sheet, after: Sheet) -> list[tuple[str, str]]:
    """Return (title, what became of it) of every situation that either plan is made for."""
    old, new = ({id_: title for id_, title, _ in sheet.situations} for sheet in (before, after))
    return [
        (title, "added" if id_ not in old else "removed" if id_ not in new else "same")
        for id_, title in {**old, **new}.items()
    ]


def _in_words(edition: Edition, answers: Answers) -> tuple[Choice, ...]:
    return choices(edition.part(Pathways), edition.part(Directory), as_pairs(answers), language())

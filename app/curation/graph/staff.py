"""The page of the guided route: a list and a drawing that say the same, of the live edition or with a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from app.accounts.model import Permission
from app.content.library import ContentError, Fault, Library
from app.curation import actions, store
from app.curation.graph.drawing import CLOSE, WHOLE, Node, draw
from app.curation.graph.route import COLUMNS, DEPTHS, Graph, around, graph_of, marked
from app.curation.impact.labels import WHATS
from app.curation.impact.staff import whole_of
from app.curation.impact.things import Thing, What, path_of
from app.curation.needs import KEY, Needs
from app.web.access import requires
from app.web.database import database, now
from app.web.edition import Edition, live
from app.web.language import in_language, language

blueprint = in_language(Blueprint("graph", __name__))


@dataclass(frozen=True)
class Entry:
    """A node in the list: its name, its links, what is wrong with it, and the names of the nodes on either side."""

    node: Node
    faults: Sequence[Fault]
    before: Sequence[str]
    after: Sequence[str]


@dataclass(frozen=True)
class Column:
    """The nodes of one kind."""

    what: What
    title: str
    entries: Sequence[Entry]


@blueprint.get("/staff/content/graph")
@requires(Permission.EDIT_CONTENT)
def graph() -> ResponseReturnValue:
    """Show the whole guided route, or what lies around one node of it, with everything that the checker finds."""
    id_, centre, depth = request.args.get("revision", ""), _centre(), _depth()
    library, edition, is_readable = _looked_at(id_)
    faults = _needs().check(library)
    whole = whole_of(edition)
    everything = graph_of(whole)
    marks, elsewhere = marked(everything, faults)
    try:
        part = around(everything, centre, depth) if centre else everything
    except KeyError:
        abort(404)
    nodes = {
        thing: Node(
            title=whole.title(thing, language()),
            href=url_for("curation.edit", path=path_of(thing)),
            zoom=_address(id_, thing, 1),
            wrong=_counted(len(marks.get(thing, ()))),
            is_centre=thing == centre,
        )
        for thing in part.nodes
    }
    return render_template(
        "curation/graph/graph.html",
        id=id_,
        is_readable=is_readable,
        centre=nodes[centre].title if centre else "",
        columns=[
            Column(what, str(WHATS[what]), [_entry(part, nodes, thing, marks.get(thing, ())) for thing in found])
            for what, found in zip(COLUMNS, part.columns(), strict=True)
            if found
        ],
        picture=draw(part, nodes, CLOSE if centre else WHOLE, closer=gettext("Look closer")),
        elsewhere=elsewhere,
        count=len(faults),
        all=_address(id_),
        depth=depth,
        depths=[(one, _address(id_, centre, one)) for one in DEPTHS] if centre else [],
    )


def _centre() -> Thing | None:
    """Return the node that is asked for, if one is. A name that nothing can have is not found."""
    asked = request.args.get("around", "")
    if not asked:
        return None
    try:
        return Thing.parse(asked)
    except ValueError:
        abort(404)


def _depth() -> int:
    asked = request.args.get("depth", "")
    return int(asked) if asked in map(str, DEPTHS) else DEPTHS[0]


def _looked_at(id_: str) -> tuple[Library, Edition, bool]:
    """Return the files that are looked at, an edition to draw, and whether it is the one of these files.

    A draft with which no edition can be read is drawn as what is live, marked with the draft's faults.
    """
    needs = _needs()
    try:
        with database().reading() as reading:
            if not id_:
                return actions.live_library(reading, needs.shipped()), live(), True
            library = actions.candidate(reading, [id_], shipped=needs.shipped(), now=now())
    except store.NoRevisionError:
        abort(404)
    try:
        return library, cast(Edition, needs.edition(library)), True
    except ContentError:
        return library, live(), False


def _entry(part: Graph, nodes: dict[Thing, Node], thing: Thing, faults: Sequence[Fault]) -> Entry:
    return Entry(
        nodes[thing],
        faults,
        [nodes[other].title for other in part.before(thing)],
        [nodes[other].title for other in part.after(thing)],
    )


def _counted(count: int) -> str:
    """Return what a node says of its faults, nothing where there are none."""
    return str(ngettext("%(num)d finding", "%(num)d findings", count)) if count else ""


def _address(id_: str, centre: Thing | None = None, depth: int = 0) -> str:
    asked: dict[str, Any] = {
        **({"revision": id_} if id_ else {}),
        **({"around": str(centre), "depth": str(depth)} if centre else {}),
    }  # fmt: skip
    return url_for(".graph", **asked)


def _needs() -> Needs:
    return cast(Needs, current_app.extensions[KEY])

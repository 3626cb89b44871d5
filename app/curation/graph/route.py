"""The guided route as a graph: what leads to what, what lies around a node, and where the checker found something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.content.library import Fault
from app.curation.impact.things import Thing, What, Whole
from app.curation.impact.touching import asked_by

COLUMNS = (What.QUESTION, What.SITUATION, What.STEP, What.ORGANISATION)
"""From left to right: what is asked, which situations the answers make, their steps, and the bodies to turn to."""

DEPTHS = (1, 2, 3)
"""How far around a node one can look."""


@dataclass(frozen=True)
class Graph:
    """Nodes, and lines that lead from a node to one of the next column."""

    nodes: tuple[Thing, ...]
    edges: tuple[tuple[Thing, Thing], ...]

    def columns(self) -> list[list[Thing]]:
        return [[node for node in self.nodes if node.what is what] for what in COLUMNS]

    def after(self, node: Thing) -> list[Thing]:
        return [right for left, right in self.edges if left == node]

    def before(self, node: Thing) -> list[Thing]:
        return [left for left, right in self.edges if right == node]


def graph_of(whole: Whole) -> Graph:
    """Return the graph of a route. What a file names and nobody has written is left out: the checker finds it."""
    route = whole.pathways
    edges: dict[tuple[Thing, Thing], None] = {}
    for situation in route.situations:
        here = Thing(What.SITUATION, situation.id)
        edges |= dict.fromkeys((Thing(What.QUESTION, id_), here) for id_ in asked_by(situation.when))
        edges |= dict.fromkeys((here, Thing(What.STEP, id_)) for listed in situation.steps.values() for id_ in listed)
    for step in route.steps.values():
        edges |= dict.fromkeys((Thing(What.STEP, step.id), Thing(What.ORGANISATION, body.id)) for body in step.bodies)
    known = [pair for pair in edges if whole.has(pair[0]) and whole.has(pair[1])]
    bodies = dict.fromkeys(right for _, right in known if right.what is What.ORGANISATION)
    nodes = (
        *(Thing(What.QUESTION, question.id) for question in route.questions),
        *(Thing(What.SITUATION, situation.id) for situation in route.situations),
        *(Thing(What.STEP, id_) for id_ in route.steps),
        *bodies,
    )
    return Graph(nodes, tuple(known))


def around(graph: Graph, centre: Thing, depth: int) -> Graph:
    """Return what lies within `depth` lines of `centre`, with the lines between. Raises KeyError for no such node."""
    if centre not in graph.nodes:
        raise KeyError(str(centre))
    near = {centre}
    edge = {centre}
    for _ in range(depth):
        edge = {
            other
            for left, right in graph.edges
            for one, other in ((left, right), (right, left))
            if one in edge and other not in near
        }
        near |= edge
    return Graph(
        tuple(node for node in graph.nodes if node in near),
        tuple((left, right) for left, right in graph.edges if left in near and right in near),
    )


_FILES: Sequence[tuple[str, What]] = (
    (r"pathways/situations/([^/]+)\.yaml", What.SITUATION),
    (r"pathways/steps/([^/]+)/.+", What.STEP),
    (r"organisations/([^/]+)\.yaml", What.ORGANISATION),
)


def marked(graph: Graph, faults: Iterable[Fault]) -> tuple[Mapping[Thing, Sequence[Fault]], Sequence[Fault]]:
    """Return the faults at each node, and those that belong to none."""
    marks: dict[Thing, list[Fault]] = {}
    rest = []
    for fault in faults:
        node = next((one for one in _nodes_of(fault) if one in graph.nodes), None)
        if node is None:
            rest.append(fault)
        else:
            marks.setdefault(node, []).append(fault)
    return marks, rest


def _nodes_of(fault: Fault) -> list[Thing]:
    named = [Thing(what, found[1]) for pattern, what in _FILES if (found := re.fullmatch(pattern, fault.path))]
    if fault.path == "pathways/graph.yaml" or fault.path.startswith("pathways/words/"):
        first = fault.place.partition(".")[0]
        named += [Thing(What.QUESTION, first), Thing(What.SITUATION, first)]
    return named

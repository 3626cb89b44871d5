"""Draws a laid out graph as SVG: every node a link to its editor, with a smaller one that looks closer."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.curation.graph.layout import Box, Layout, layered
from app.curation.graph.route import Graph
from app.curation.impact.things import Thing


@dataclass(frozen=True)
class Scale:
    """How large nodes are drawn, in units that are pixels where the drawing has its full size."""

    width: int
    between: int
    gap: int
    line: int
    letters: int
    lines: int


WHOLE = Scale(width=254, between=66, gap=5, line=18, letters=27, lines=1)
CLOSE = Scale(width=264, between=86, gap=16, line=21, letters=25, lines=4)
"""Letters of a line are counted for the widest fonts that people have; text that is longer is cut with an ellipsis."""

PADDING = 5
ZOOM = 26
"""Units at the end of a node for the link that looks closer."""


@dataclass(frozen=True)
class Node:
    """A node as it is drawn: its name, its two links, what is wrong with it, and whether one looks around it."""

    title: str
    href: str
    zoom: str
    wrong: str
    is_centre: bool


def draw(graph: Graph, nodes: Mapping[Thing, Node], scale: Scale, *, closer: str) -> Markup:
    """Draw `graph`. `closer` says what the smaller link of a node does.

    The page that shows it has headings or paragraphs with the ids ``graph`` and ``graph-says``: name and description.
    """
    texts = {thing: _wrapped(nodes[thing], scale) for thing in graph.nodes}
    heights = {thing: 2 * PADDING + scale.line * len(lines) for thing, lines in texts.items()}
    columns = [column for column in graph.columns() if column]
    made = layered(
        columns, graph.edges, heights, width=scale.width, between=scale.between, gap=scale.gap, margin=6
    )  # fmt: skip
    drawn = Markup("\n").join(
        _node(nodes[thing], thing, made.boxes[thing], texts[thing], scale, closer) for thing in graph.nodes
    )
    kind = "whole" if scale is WHOLE else "close"
    return Markup(
        '<svg class="flow {}" viewBox="0 0 {:.0f} {:.0f}" width="{:.0f}" height="{:.0f}" role="group"'
        ' aria-labelledby="graph" aria-describedby="graph-says">\n<g aria-hidden="true" class="lines">{}</g>\n{}</svg>'
    ).format(kind, made.width, made.height, made.width, made.height, _lines(graph, made), drawn)


def _wrapped(node: Node, scale: Scale) -> Sequence[str]:
    lines = textwrap.wrap(node.title, scale.letters, break_on_hyphens=False)
    if len(lines) > scale.lines:
        rest = " ".join(lines[scale.lines - 1 :])
        lines = [*lines[: scale.lines - 1], f"{rest[: scale.letters - 1].rstrip()}…"]
    return [*lines, *([node.wrong] if node.wrong else [])]


def _lines(graph: Graph, made: Layout[Thing]) -> Markup:
    parts = []
    for left, right in graph.edges:
        one, other = made.boxes[left], made.boxes[right]
        if other.x <= one.x:
            continue
        x, y, to_x, to_y = one.x + one.width, one.y + one.height / 2, other.x, other.y + other.height / 2
        half = (x + to_x) / 2
        parts.append(f"M{x:.0f} {y:.0f}C{half:.0f} {y:.0f} {half:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}")
    return Markup('<path d="{}"/>').format("".join(parts))


def _node(node: Node, thing: Thing, box: Box, lines: Sequence[str], scale: Scale, closer: str) -> Markup:
    classes = " ".join(
        [thing.what, *(["wrong"] if node.wrong else []), *(["centre"] if node.is_centre else [])]
    )  # fmt: skip
    rounding = {"question": box.height / 2, "situation": 2, "step": 6, "organisation": 0}[thing.what]
    spoken = f"{node.title}: {node.wrong}" if node.wrong else node.title
    text = Markup()
    for place, line in enumerate(lines):
        y = box.y + PADDING + scale.line * (place + 0.74)
        if node.wrong and place == len(lines) - 1:
            text += _warning(box.x + 12, y)
            text += Markup('<text class="word" x="{:.0f}" y="{:.1f}">{}</text>').format(box.x + 30, y, line)
        else:
            text += Markup('<text x="{:.0f}" y="{:.1f}">{}</text>').format(box.x + 12, y, line)
    link = Markup(
        '<a href="{}"{}><title>{}</title><rect x="{:.1f}" y="{:.1f}" width="{:.0f}" height="{:.0f}" rx="{:.0f}"/>{}</a>'
    ).format(
        node.href, Markup(' aria-current="true"') if node.is_centre else "", spoken, box.x, box.y, box.width,
        box.height, min(rounding, 16), text,
    )  # fmt: skip
    x, y = box.x + box.width - ZOOM / 2, box.y + box.height / 2
    look = Markup(
        '<a class="zoom" href="{}"><title>{}: {}</title><rect x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}"/>'
        '<circle cx="{:.1f}" cy="{:.1f}" r="5"/><path d="M{:.1f} {:.1f}l5 5"/></a>'
    ).format(
        node.zoom, closer, node.title, x - ZOOM / 2 + 2, box.y + 2, ZOOM - 4, box.height - 4, x, y - 1.5, x + 3.5, y + 2
    )  # fmt: skip
    return Markup('<g class="{}">{}{}</g>').format(classes, link, look)


def _warning(x: float, y: float) -> Markup:
    """A triangle with a stroke in it, as high as a letter."""
    return Markup(
        '<path class="warning" d="M{:.1f} {:.1f}l7 -13 7 13z"/><path class="stroke" d="M{:.1f} {:.1f}v-4.5m0 6.5v1"/>'
    ).format(x, y + 1, x + 7, y - 3)

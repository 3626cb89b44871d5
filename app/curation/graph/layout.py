"""Puts the nodes of a layered graph into columns: ordered so that few lines cross, placed so that no two overlap."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)

SWEEPS = 12
"""How often the columns are ordered by their neighbours, there and back. After a few rounds nothing improves."""


@dataclass(frozen=True)
class Box:
    """Where a node stands: its upper left corner and its size, in units of the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout(Generic[N]):
    """The size of a drawing, and where each node stands in it."""

    width: float
    height: float
    boxes: Mapping[N, Box]


def layered(
    columns: Sequence[Sequence[N]],
    edges: Sequence[tuple[N, N]],
    heights: Mapping[N, float],
    *,
    width: float,
    between: float,
    gap: float,
    margin: float,
) -> Layout[N]:
    """Place `columns` of nodes beside each other, `width` wide and `between` apart, their nodes at least `gap` apart.

    A column that needs less than the highest one is spread over its height.
    """
    ordered = in_order(columns, edges)
    needed = [sum(heights[node] for node in column) + gap * max(len(column) - 1, 0) for column in ordered]
    height = max(needed, default=0)
    boxes: dict[N, Box] = {}
    for place, column in enumerate(ordered):
        spare = (height - needed[place]) / (len(column) or 1)
        y = margin + spare / 2
        for node in column:
            boxes[node] = Box(margin + place * (width + between), y, width, heights[node])
            y += heights[node] + gap + spare
    across = len(ordered) * width + max(len(ordered) - 1, 0) * between
    return Layout(across + 2 * margin, height + 2 * margin, boxes)


def in_order(columns: Sequence[Sequence[N]], edges: Sequence[tuple[N, N]]) -> list[list[N]]:
    """Return the columns with their nodes ordered by the barycentre of their neighbours, sweeping there and back.

    The order with the fewest crossings of all sweeps is kept (Sugiyama, Tagawa and Toda, 1981).
    """
    order = [list(column) for column in columns]
    neighbours: dict[N, list[N]] = {node: [] for column in columns for node in column}
    for left, right in edges:
        neighbours[left].append(right)
        neighbours[right].append(left)
    best, fewest = [list(column) for column in order], crossings(order, edges)
    for sweep in range(SWEEPS):
        there = range(1, len(order)) if sweep % 2 == 0 else range(len(order) - 2, -1, -1)
        for place in there:
            beside = order[place - 1 if sweep % 2 == 0 else place + 1]
            share = {node: (number + 0.5) / len(beside) for number, node in enumerate(beside)}
            own = {node: (number + 0.5) / len(order[place]) for number, node in enumerate(order[place])}
            order[place].sort(key=lambda node: _mean(neighbours[node], share, own[node]))
        found = crossings(order, edges)
        if found < fewest:
            best, fewest = [list(column) for column in order], found
    return best


def _mean(nodes: Sequence[N], share: Mapping[N, float], own: float) -> float:
    known = [share[node] for node in nodes if node in share]
    return sum(known) / len(known) if known else own


def crossings(order: Sequence[Sequence[N]], edges: Sequence[tuple[N, N]]) -> int:
    """Count the pairs of lines between neighbouring columns that cross."""
    place = {node: (column, number) for column, nodes in enumerate(order) for number, node in enumerate(nodes)}
    lines: dict[int, list[tuple[int, int]]] = {}
    for left, right in edges:
        (column, start), (other, end) = place[left], place[right]
        if other == column + 1:
            lines.setdefault(column, []).append((start, end))
    count = 0
    for drawn in lines.values():
        ends: list[int] = []
        for _, end in sorted(drawn):
            count += sum(other > end for other in ends)
            ends.append(end)
    return count

"""Where an article stands on the way: the step that recommends it, with the steps before and after, per situation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.pathways.model import Pathways, Phase, Situation

MOST = 2
"""Situations shown at one article; more would be a list nobody reads."""


@dataclass(frozen=True)
class Place:
    """A step of a situation and its neighbours, by id; None at the ends."""

    situation: str
    before: str | None
    step: str
    after: str | None


def places(pathways: Pathways, slug: str, situations: Collection[str]) -> list[Place]:
    """Return where the article `slug` stands in the situations it names, or in any where it names all of them."""
    found = []
    for situation in pathways.situations:
        if situation.kind != "situation" or not ({"all", situation.id} & set(situations)):
            continue
        order = in_order(situation)
        for place, step in enumerate(order):
            if step in pathways.steps and slug in pathways.steps[step].articles:
                before = order[place - 1] if place else None
                after = order[place + 1] if place + 1 < len(order) else None
                found.append(Place(situation.id, before, step, after))
                break
    named = [place for place in found if place.situation in situations]
    return (named or found)[:MOST]


def in_order(situation: Situation) -> list[str]:
    """Return the steps of a situation from today on."""
    return [step for phase in Phase for step in situation.steps.get(phase, ())]

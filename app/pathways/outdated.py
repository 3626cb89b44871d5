"""Which sentences of a plan are older than their source, with what the source says now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.content.confirmed import Confirmed, FieldChange
from app.pathways.load import STEPS
from app.pathways.plan import Plan
from app.pathways.sheet import Sheet

MOST_SHOWN = 600
"""Characters of source text that a plan takes in; of what is beyond, readers are led to the page of the step."""


@dataclass(frozen=True)
class OutdatedLine:
    """A sentence of a step whose source says something else now; `is_shown` says whether the plan takes that in."""

    step: str
    change: FieldChange
    is_shown: bool


def outdated_lines(plan: Plan, sheet: Sheet, confirmed: Confirmed) -> Mapping[str, OutdatedLine]:
    """Return the titles and sentences of a plan that are outdated, by how they stand in the sheet.

    Of a step that is too long to be shown, only the title or its first outdated sentence is marked.
    """
    found: dict[str, OutdatedLine] = {}
    left = MOST_SHOWN
    for stop, station in zip(plan.stops, sheet.stations, strict=True):
        changed = confirmed.changed(f"{STEPS}{stop.step.id}/{sheet.language}.yaml")
        said = [("title", station.title)] if changed else []
        said += [(f"lines.{line.id}", str(text)) for line, (_, text) in zip(stop.lines, station.lines, strict=True)]
        here = {text: changed[anchor] for anchor, text in said if anchor in changed}
        left -= sum(len(change.text) for change in here.values())
        for text, change in here.items():
            found[text] = OutdatedLine(stop.step.id, change, is_shown=left >= 0)
            if left < 0:
                break
    return found

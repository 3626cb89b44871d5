"""What a new step is begun with, and the texts of the files that say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from app.content.library import Fault
from app.content.values import Confidence
from app.curation.filling.patch import parsed, patched
from app.kernel.languages import PUBLIC
from app.pathways.load import SITUATIONS, STEPS
from app.pathways.model import LineKind, Phase

FIRST = "do"
"""The name of the first sentence of a step: what to do."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


class Missing(StrEnum):
    """What a new step lacks."""

    ID = "id"
    TAKEN = "taken"
    TITLE = "title"
    SENTENCE = "sentence"
    SOURCES = "sources"
    BODY = "body"
    SITUATION = "situation"


@dataclass(frozen=True)
class NewStep:
    """A step with its first sentence, and the situation at whose end in `phase` it stands. `body` may be empty."""

    id: str
    titles: Mapping[str, str]
    sentences: Mapping[str, str]
    body: str
    sources: tuple[str, ...]
    situation: str
    phase: Phase

    @property
    def folder(self) -> str:
        return f"{STEPS}{self.id}/"

    @property
    def situation_path(self) -> str:
        return f"{SITUATIONS}{self.situation}.yaml"

    def missing(self, steps: Mapping[str, object], situations: Mapping[str, object]) -> dict[str, Missing]:
        """Return what is missing or cannot be, by the field; `steps` and `situations` are the known ones."""
        found = {f"title-{code}": Missing.TITLE for code in PUBLIC if not self.titles.get(code)}
        found |= {f"sentence-{code}": Missing.SENTENCE for code in PUBLIC if not self.sentences.get(code)}
        if not _ID.fullmatch(self.id):
            found["id"] = Missing.ID
        elif self.id in steps:
            found["id"] = Missing.TAKEN
        if not self.sources or not all(map(_ID.fullmatch, self.sources)):
            found["sources"] = Missing.SOURCES
        if self.body and not _ID.fullmatch(self.body):
            found["body"] = Missing.BODY
        if self.situation not in situations:
            found["situation"] = Missing.SITUATION
        return found


def texts_of(step: NewStep, checked: str, situation: str) -> dict[str, str]:
    """Return the texts by path: the step, its words, and its situation, whose text is `situation` so far.

    Raises PatchError where that cannot be read.
    """
    course: dict[str, Any] = {
        "id": step.id,
        "after": [],
        "bodies": [step.body] if step.body else [],
        "lines": [{"id": FIRST, "kind": LineKind.DO.value, "sources": list(step.sources)}],
        "articles": [],
        "sources": list(step.sources),
        "confidence": Confidence.LOW.value,
        "checked": checked,
    }
    found = {f"{step.folder}step.yaml": _dumped(course)}
    for code in PUBLIC:
        words = {"title": step.titles[code], "lines": {FIRST: step.sentences[code]}}
        found[f"{step.folder}{code}.yaml"] = _dumped(words)
    data = parsed(situation)
    listed = data["steps"]
    data = {**data, "steps": {**listed, step.phase.value: [*listed.get(step.phase.value, ()), step.id]}}
    return found | {step.situation_path: patched(situation, data)}


def field_of(fault: Fault, step: NewStep) -> str:
    """Return the field of the form that a fault of the check speaks of; `main` for any other fault of these files."""
    place, _, code = fault.place, *fault.path.removesuffix(".yaml").rpartition("/")[1:]
    if code in PUBLIC:
        return f"sentence-{code}" if place.startswith("lines") else f"title-{code}"
    if fault.path == step.situation_path:
        return "situation"
    if place == "bodies":
        return "body"
    return "sources" if place.startswith(("sources", "lines")) else "main"


def _dumped(value: dict[str, Any]) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1_000_000, default_flow_style=None))

"""What a step means, as a digest that stays while nothing but dress changes, and whether it changed since a look."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from app.cases.working.model import Novelty
from app.content.confirmed import is_translation
from app.content.edits import Edit, Edits
from app.kernel.languages import SOURCE
from app.kernel.text import fold
from app.pathways.model import Pathways, Step, StepWords

FOLDER = "pathways/steps/"


def digests(pathways: Pathways) -> dict[str, str]:
    """Return the digest of every step of an edition, by its id."""
    words = pathways.step_words[SOURCE]
    return {id_: digest(step, words[id_]) for id_, step in pathways.steps.items()}


def digest(step: Step, words: StepWords) -> str:
    """Return a digest of what a step says and where it leads, in the source language.

    Sources, the day it was checked and how certain it is do not change what a family does; neither do case, blanks and
    punctuation. Whom it concerns is not part of it: that decides whether it is in a plan at all.
    """
    said = {line.id: words.lines.get(line.id, "") for line in step.lines}
    whole = {
        "title": _plain(words.title),
        "lines": [[line.kind.value, _plain(said[line.id])] for line in step.lines],
        "bodies": sorted(body.id for body in step.bodies),
        "not": sorted(door.id for door in step.wrong_doors),
        "answer": [step.answer_due.days, step.answer_due.counted] if step.answer_due else [],
        "deadline": [step.deadline.months] if step.deadline else [],
    }
    return hashlib.blake2b(json.dumps(whole, ensure_ascii=False).encode(), digest_size=16).hexdigest()


def novelty(seen: str, now: str, *, looked_at: datetime, edits: Iterable[Edit]) -> Novelty:
    """Say what became of a step since it was looked at, when its digest was `seen`; today it is `now`.

    `edits` are the publications of its texts: where all since then were minor (a misprint), it means the same. A
    digest that changed without any came with an upgrade: then nobody has said that it is minor.
    """
    if not seen:
        return Novelty.NEW
    if seen == now:
        return Novelty.SAME
    since = [edit.is_minor for edit in edits if edit.at > looked_at]
    return Novelty.SAME if since and all(since) else Novelty.CHANGED


def edits_of(step: str, edits: Edits) -> Iterator[Edit]:
    """Yield the publications of a step and of its words in the source language."""
    return (edit for edit in edits.below(f"{FOLDER}{step}/") if not is_translation(edit.path))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))

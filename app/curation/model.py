"""A revision of a content file: its states, the deeds that lead from one to the next, and who may do them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.accounts.model import FourEyesError


class State(StrEnum):
    """Where a revision stands. `PUBLISHED` and `RETIRED` are for good, and so is `DISCARDED`."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    RETIRED = "retired"
    """Published as the deletion of its path."""
    DISCARDED = "discarded"


class Change(StrEnum):
    """What a revision does to the meaning. A minor one (a misprint, a comma) makes no translation outdated."""

    MINOR = "minor"
    MEANING = "meaning"


class Deed(StrEnum):
    """What is done to a revision."""

    CREATE = "create"
    SAVE = "save"
    MERGE = "merge"
    SUBMIT = "submit"
    RECALL = "recall"
    RETURN = "return"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    PUBLISH = "publish"
    FAIL = "fail"
    DISCARD = "discard"


class CurationError(Exception):
    """Something that cannot be done to a revision."""


class StateError(CurationError):
    """The deed does not fit the state."""


class NoReasonError(CurationError):
    """A return needs a reason in words."""


class OwnWorkError(FourEyesError, CurationError):
    """Whoever wrote any part of a revision does not review it."""


STEPS: Mapping[State, Mapping[Deed, State]] = {
    State.DRAFT: {
        Deed.SAVE: State.DRAFT, Deed.MERGE: State.DRAFT, Deed.SUBMIT: State.IN_REVIEW, Deed.DISCARD: State.DISCARDED,
    },
    State.IN_REVIEW: {Deed.RECALL: State.DRAFT, Deed.RETURN: State.DRAFT, Deed.APPROVE: State.APPROVED},
    State.APPROVED: {
        Deed.RETURN: State.DRAFT, Deed.MERGE: State.DRAFT, Deed.SCHEDULE: State.SCHEDULED,
        Deed.PUBLISH: State.PUBLISHED, Deed.DISCARD: State.DISCARDED,
    },
    State.SCHEDULED: {
        Deed.UNSCHEDULE: State.APPROVED, Deed.FAIL: State.APPROVED, Deed.PUBLISH: State.PUBLISHED,
    },
}  # fmt: skip
"""The one table of states: what may be done in each, and where it leads."""

LIVE = frozenset({State.PUBLISHED, State.RETIRED})
"""States in which a revision is, or was, part of an edition."""

ON_DESK = frozenset({State.DRAFT, State.IN_REVIEW})
"""States in which a revision is being worked on. An item has one such revision at most."""

WAITING = frozenset({State.APPROVED, State.SCHEDULED})
"""States in which a revision only waits to be published."""

OPEN = ON_DESK | WAITING

WRITING = frozenset({Deed.CREATE, Deed.SAVE, Deed.MERGE})
"""Deeds by which somebody becomes an author of the revision."""


def after(state: State, deed: Deed, *, retires: bool) -> State:
    """Return the state to which `deed` leads; `retires` says that the revision deletes its path.

    Raises StateError where the deed does not fit.
    """
    found = STEPS.get(state, {}).get(deed)
    if found is None:
        raise StateError(f"{deed} does not fit {state}")
    return State.RETIRED if found is State.PUBLISHED and retires else found


def checked_review(reviewer: str, authors: Collection[str]) -> None:
    """Raise OwnWorkError where `reviewer` wrote any part of what is reviewed."""
    if reviewer in authors:
        raise OwnWorkError("another person has to review this")


def checked_reason(reason: str) -> str:
    """Return the reason of a return. Raises NoReasonError where it says nothing."""
    if len(said := reason.strip()) < 3:
        raise NoReasonError("say in words what has to be mended")
    return said


@dataclass(frozen=True)
class Revision:
    """A text at a path, and where it stands.

    `parent` is the published revision that it was begun from, empty for the shipped text. `base` is the shipped text of
    its path at that time, with `base_digest` empty where nothing shipped there. `version` counts its savings. `edition`
    is the number with which it went live, 0 before.
    """

    id: str
    path: str
    text: str
    retires: bool
    successor: str
    change: Change
    note: str
    state: State
    version: int
    parent: str
    base: str
    base_digest: str
    edition: int
    created_by: str
    created_at: datetime
    saved_by: str
    saved_at: datetime
    publish_at: datetime | None
    published_at: datetime | None
    failure: str

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class Step:
    """One deed in the history of a revision."""

    deed: Deed
    by: str
    at: datetime
    note: str


def authors(steps: Iterable[Step]) -> frozenset[str]:
    """Return everybody who wrote any part of a revision."""
    return frozenset(step.by for step in steps if step.deed in WRITING)


class Kind(StrEnum):
    """What an item is, as the desk lists it."""

    ARTICLE = "article"
    ORGANISATION = "organisation"
    PATHWAY = "pathway"
    GLOSSARY = "glossary"
    SOURCES = "sources"
    OTHER = "other"


_KINDS = (
    ("articles/", Kind.ARTICLE), ("organisations/", Kind.ORGANISATION), ("pathways/", Kind.PATHWAY),
    ("glossary.yaml", Kind.GLOSSARY), ("sources.yaml", Kind.SOURCES), ("evidence.yaml", Kind.SOURCES),
)  # fmt: skip


def kind_of(path: str) -> Kind:
    """Return what the item at `path` is."""
    return next((kind for start, kind in _KINDS if path.startswith(start)), Kind.OTHER)


class PathError(CurationError):
    """No content file can stand at this path."""


_PATH = re.compile(r"(?:[a-z0-9][a-z0-9_-]*/)*[a-z0-9][a-z0-9_-]*\.(?:md|yaml)")


def checked_path(path: str) -> str:
    """Return `path` if a content file can stand there. Raises PathError."""
    if len(path) > 200 or not _PATH.fullmatch(path):
        raise PathError(path)
    return path


def folder_of(path: str) -> str:
    """Return the folder whose files are one item with `path` (an article in all languages), or nothing."""
    first, _, rest = path.partition("/")
    slug, slash, _ = rest.partition("/")
    return f"{first}/{slug}/" if first in ("articles", "pages") and slash else ""

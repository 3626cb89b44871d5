"""A suggestion from a reader: what may be wrong, where it stands, and the deeds that lead on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.kernel.text import fold

LONGEST = 1_000
"""Characters of what a reader writes."""

LONGEST_ANSWER = 2_000
"""Characters of an answer or of a reason."""


class Wrong(StrEnum):
    """What a reader can say is wrong."""

    SILENT = "silent"
    """A number does not answer, or is somebody else's."""
    ADDRESS = "address"
    GONE = "gone"
    """Closed or renamed."""
    HOURS = "hours"
    RULE = "rule"
    """A term, a sum or a rule is another one."""
    UNCLEAR = "unclear"
    ELSE = "else"


class State(StrEnum):
    """Where a suggestion stands. The last three are for good."""

    NEW = "new"
    ASSIGNED = "assigned"
    DRAFTED = "drafted"
    """A draft is to put it right."""
    ANSWERED = "answered"
    MERGED = "merged"
    """The draft is published."""
    DECLINED = "declined"


class Deed(StrEnum):
    """What is done with a suggestion."""

    ASSIGN = "assign"
    GIVE_BACK = "give-back"
    ANSWER = "answer"
    DRAFT = "draft"
    PUBLISH = "publish"
    DROP = "drop"
    """The draft was given up."""
    DECLINE = "decline"


STEPS: Mapping[State, Mapping[Deed, State]] = {
    State.NEW: {
        Deed.ASSIGN: State.ASSIGNED, Deed.ANSWER: State.ANSWERED, Deed.DRAFT: State.DRAFTED,
        Deed.DECLINE: State.DECLINED,
    },
    State.ASSIGNED: {
        Deed.ASSIGN: State.ASSIGNED, Deed.GIVE_BACK: State.NEW, Deed.ANSWER: State.ANSWERED,
        Deed.DRAFT: State.DRAFTED, Deed.DECLINE: State.DECLINED,
    },
    State.DRAFTED: {Deed.PUBLISH: State.MERGED, Deed.DROP: State.ASSIGNED},
}  # fmt: skip
"""The one table of states: what may be done in each, and where it leads."""

OPEN = frozenset({State.NEW, State.ASSIGNED, State.DRAFTED})


class SuggestionError(Exception):
    """Something that cannot be done with a suggestion."""


class NotNowError(SuggestionError):
    """The deed does not fit the state: somebody else was quicker."""


class SaysNothingError(SuggestionError):
    """An answer or a reason needs words."""


class NoItemError(SuggestionError):
    """The suggestion is about the site, not about an item that can be edited."""


def after(state: State, deed: Deed) -> State:
    """Return the state to which `deed` leads. Raises NotNowError."""
    found = STEPS.get(state, {}).get(deed)
    if found is None:
        raise NotNowError(f"{deed} does not fit {state}")
    return found


def deeds(state: State) -> Collection[Deed]:
    """Return what can be done in a state."""
    return STEPS.get(state, {}).keys()


def checked_words(text: str) -> str:
    """Return an answer or a reason as it is sent. Raises SaysNothingError where it says nothing."""
    said = _tidy(text)[:LONGEST_ANSWER]
    if len(said) < 3:
        raise SaysNothingError("say it in words")
    return said


def _tidy(text: str) -> str:
    """Return `text` with plain line ends and spaces, and without signs that cannot be seen."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(map(_plain, line)).rstrip() for line in lines).strip()


def _plain(sign: str) -> str:
    return sign if sign.isprintable() else " " if sign.isspace() else ""


@dataclass(frozen=True)
class Said:
    """What a reader sends. `about` is the address of a page below its language, `fact` the name of one on it."""

    about: str
    fact: str
    wrong: Wrong
    text: str
    email: str
    language: str

    @classmethod
    def of(cls, *, about: str, fact: str, wrong: Wrong, text: str, email: str, language: str) -> Said:
        """Return it within its bounds."""
        place = fact if _FACT.fullmatch(fact) else ""
        return cls(checked_about(about), place, wrong, _tidy(text)[:LONGEST], email, language)

    def folded(self) -> str:
        """Return what two suggestions share that say the same and are to be answered to the same address."""
        return "\n".join((self.about, self.fact, self.wrong, fold(self.text), fold(self.email)))


_ABOUT = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9_-]+)*/?")
_FACT = re.compile(r"[\w.+:@-]{1,120}")


def checked_about(about: str) -> str:
    """Return the address of a page below its language, or nothing where it can be none."""
    return about if len(about) <= 160 and _ABOUT.fullmatch(about) else ""


@dataclass(frozen=True)
class Item:
    """What a page is about: the content file that says it, or nothing, and the topic that somebody looks after."""

    path: str
    topic: str


SITE = "site"
"""The topic of what is about no item."""


@dataclass(frozen=True)
class Listed:
    """A suggestion in the list: nothing of it is personal."""

    id: str
    about: str
    fact: str
    topic: str
    wrong: Wrong
    language: str
    state: State
    times: int
    sent_at: datetime
    assigned_to: str


@dataclass(frozen=True)
class Suggestion:
    """A suggestion, opened."""

    listed: Listed
    path: str
    text: str
    answer: str
    awaits_answer: bool
    revision: str

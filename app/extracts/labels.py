"""The words of a request: who asks, what for, which papers, and what each state means."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.extracts.request import Happened, State


def text(code: StrEnum) -> str:
    """Return the words of a code of a closed list in the page's language."""
    return code.value.replace("_", " ")


STATES: Mapping[State, LazyString] = {
    State.FILED: _l("received; it waits for its turn"),
    State.ASKED: _l("waiting for you: there is a question"),
    State.MATCHED: _l("with an officer"),
    State.PROPOSED: _l("with an officer"),
    State.ISSUED: _l("the extract is issued"),
    State.REFUSED: _l("refused; the reason and the next step are here"),
    State.WITHDRAWN: _l("withdrawn by you"),
}
"""What an applicant reads. That an entry was found, or what was proposed, is not yet an answer."""

HAPPENED: Mapping[Happened, LazyString] = {
    Happened.FILED: _l("You sent the request"),
    Happened.PAPER_ADDED: _l("You added a paper"),
    Happened.ASKED: _l("You were asked a question"),
    Happened.ANSWERED: _l("You answered"),
    Happened.ISSUED: _l("The extract was issued"),
    Happened.REFUSED: _l("The request was refused"),
    Happened.WITHDRAWN: _l("You withdrew the request"),
}


def state_kind(state: State) -> str:
    """Return the shape that goes with a state, one of those that the whole site has."""
    if state in (State.ISSUED,):
        return "done"
    if state in (State.REFUSED, State.WITHDRAWN):
        return "refused"
    return "waiting" if state is State.ASKED else "started"

"""Words for outcomes, kinds of facts and how they stand."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.curation.verification.links import Answer
from app.curation.verification.model import How, State, What

WHATS = {
    What.PHONE: _l("Phones"),
    What.EMAIL: _l("E-mail addresses"),
    What.LINK: _l("Links"),
    What.ADDRESS: _l("Addresses"),
    What.RULE: _l("Rules and steps"),
}
FACTS = {
    What.PHONE: _l("Phone"),
    What.EMAIL: _l("E-mail"),
    What.LINK: _l("Website"),
    What.ADDRESS: _l("Address"),
    What.RULE: _l("Rule"),
}
"""One fact of each kind."""

HOWS = {
    How.ANSWERED: _l("Answered"),
    How.BUSY: _l("Busy"),
    How.NO_ANSWER: _l("No answer"),
    How.WRONG_NUMBER: _l("Wrong number"),
    How.PAGE_SEEN: _l("Seen on its page"),
    How.OUTDATED: _l("Not so any more"),
    How.OFFICIAL_LETTER: _l("Official letter"),
    How.OWNER_CONFIRMED: _l("Confirmed by the body"),
    How.LINK_FAULT: _l("The link led to no page"),
    How.LINK_ANSWERS: _l("The link answers again"),
}
KEYS = {
    How.ANSWERED: "1",
    How.NO_ANSWER: "2",
    How.BUSY: "3",
    How.WRONG_NUMBER: "4",
    How.PAGE_SEEN: "5",
    How.OFFICIAL_LETTER: "6",
    How.OUTDATED: "7",
}
"""The key that records each outcome. An outcome keeps its key, whatever the fact."""

STATES = {
    State.UNVERIFIED: _l("not yet verified"),
    State.VERIFIED: _l("verified"),
    State.SILENT: _l("not answering lately"),
    State.WRONG: _l("wrong"),
    State.BROKEN: _l("leads to no page"),
}
SHAPES = {
    State.UNVERIFIED: "none",
    State.VERIFIED: "done",
    State.SILENT: "waiting",
    State.WRONG: "overdue",
    State.BROKEN: "overdue",
}
"""The kind of status by which each is drawn."""

ANSWERS: dict[str, Any] = {
    Answer.OK: _l("answers"),
    Answer.MOVED: _l("has moved for good"),
    Answer.GONE: _l("is gone"),
    Answer.BROKEN: _l("answers with an error"),
    Answer.SILENT: _l("does not answer"),
    Answer.LOOP: _l("leads round in a circle"),
    Answer.FORBIDDEN: _l("asks machines to stay away"),
    Answer.SKIPPED: _l("was not asked: time was up"),
}

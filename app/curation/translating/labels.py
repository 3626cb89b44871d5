"""Words for the states of translations and for what became of a section of the source."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.content.confirmed import What
from app.curation.translating.model import State

STATES = {State.CURRENT: _l("current"), State.OUTDATED: _l("outdated"), State.MISSING: _l("missing")}
SHAPES = {State.CURRENT: "done", State.OUTDATED: "overdue", State.MISSING: "none"}
WHATS = {
    What.SAME: _l("unchanged"),
    What.CHANGED: _l("changed in Ukrainian"),
    What.ADDED: _l("new in Ukrainian"),
    What.REMOVED: _l("no longer in Ukrainian"),
}
ROW_SHAPES = {What.SAME: "done", What.CHANGED: "overdue", What.ADDED: "overdue", What.REMOVED: "refused"}
DONE = {
    "saved": _l("The draft is saved. Families see it once it is reviewed and published."),
    "submitted": _l("The translation is in review. Another person has to approve it."),
    "read": _l("Your approval is noted. Readers are no longer told that no native reader has seen this text."),
}

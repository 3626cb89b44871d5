"""Words for kinds of things, and for what became of a step of a plan."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.curation.impact.plans import Fate
from app.curation.impact.things import What

WHATS = {
    What.SOURCE: _l("Sources"),
    What.REGION: _l("Regions"),
    What.TERM: _l("Words explained"),
    What.ORGANISATION: _l("Organisations"),
    What.QUESTION: _l("Questions"),
    What.STEP: _l("Steps"),
    What.SITUATION: _l("Situations and their plans"),
    What.ARTICLE: _l("Articles"),
    What.TOPIC: _l("Headings of articles"),
}
FATES = {
    Fate.SAME: _l("unchanged"),
    Fate.CHANGED: _l("changed"),
    Fate.MOVED: _l("moved"),
    Fate.ADDED: _l("added"),
    Fate.REMOVED: _l("removed"),
}
FATE_SHAPES = {
    Fate.SAME: "none",
    Fate.CHANGED: "started",
    Fate.MOVED: "started",
    Fate.ADDED: "done",
    Fate.REMOVED: "refused",
}

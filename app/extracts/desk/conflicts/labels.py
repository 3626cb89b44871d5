"""Words of conflicts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.extracts.desk.conflicts.model import Ground, Ruling

GROUNDS = {
    Ground.ENTRIES_DIFFER: _l("Requests on this person are matched to different entries"),
    Ground.TWO_SPOUSES: _l("Two applicants say that they are the wife or husband"),
    Ground.RELATIVES_DISPUTE: _l("Relatives contradict one another"),
    Ground.PAPERS_IN_DOUBT: _l("A paper is doubtful"),
}
RULINGS = {
    Ruling.GO_ON: _l("Settled: answer the request as it stands"),
    Ruling.MATCH_ANEW: _l("Match the request anew"),
}

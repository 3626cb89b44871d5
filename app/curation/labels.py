"""Words for kinds of items, states and deeds of revisions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.curation.model import Change, Deed, Kind, State

KINDS = {
    Kind.ARTICLE: _l("Articles"),
    Kind.ORGANISATION: _l("Organisations"),
    Kind.PATHWAY: _l("Guided route"),
    Kind.GLOSSARY: _l("Glossary"),
    Kind.SOURCES: _l("Sources"),
    Kind.OTHER: _l("Other texts"),
}
STATES = {
    State.DRAFT: _l("draft"),
    State.IN_REVIEW: _l("in review"),
    State.APPROVED: _l("approved"),
    State.SCHEDULED: _l("scheduled"),
    State.PUBLISHED: _l("published"),
    State.RETIRED: _l("retired"),
    State.DISCARDED: _l("discarded"),
}
SHAPES = {
    State.DRAFT: "started",
    State.IN_REVIEW: "waiting",
    State.APPROVED: "done",
    State.SCHEDULED: "waiting",
    State.PUBLISHED: "done",
    State.RETIRED: "none",
    State.DISCARDED: "none",
}
CHANGES = {
    Change.MINOR: _l("A minor edit: a misprint, a comma, a link. Translations stay as they are."),
    Change.MEANING: _l("A change of meaning: readers learn something else. Translations are to be looked at."),
}
CHANGE_NAMES = {Change.MINOR: _l("minor edit"), Change.MEANING: _l("change of meaning")}
DEEDS = {
    Deed.CREATE: _l("Draft begun"),
    Deed.SAVE: _l("Saved"),
    Deed.MERGE: _l("Merged with another text"),
    Deed.SUBMIT: _l("Sent to review"),
    Deed.RECALL: _l("Taken back from review"),
    Deed.RETURN: _l("Returned"),
    Deed.APPROVE: _l("Approved"),
    Deed.SCHEDULE: _l("Publication scheduled"),
    Deed.UNSCHEDULE: _l("Publication called off"),
    Deed.PUBLISH: _l("Published"),
    Deed.FAIL: _l("Could not be published"),
    Deed.DISCARD: _l("Discarded"),
}
DONE = {
    "saved": _l("The draft is saved. Families see it once it is reviewed and published."),
    "submitted": _l("The draft is in review. Another person has to approve it."),
    "recalled": _l("The draft is back on your desk."),
    "returned": _l("The draft is returned with your reason."),
    "approved": _l("The text is approved. It can be published now or at a moment that you choose."),
    "scheduled": _l("The publication is scheduled."),
    "unscheduled": _l("The publication is called off; the text stays approved."),
    "published": _l("Published. Every reader sees it within two seconds."),
    "discarded": _l("The draft is discarded. Its text stays in the history."),
    "merged": _l("What has become live since is merged into this draft. It has to be reviewed again."),
    "commented": _l("The comment is saved."),
    "settled": _l("The comment is settled."),
    "retiring": _l("The retirement is a draft now: send it to review."),
    "restored": _l("The old text is a new draft."),
}

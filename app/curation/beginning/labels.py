"""Words for what a new step lacks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.curation.beginning.model import Missing

MISSING = {
    Missing.ID: _l("Give it a short name: a-z, 0-9 and hyphens."),
    Missing.TAKEN: _l("A step has this short name already. Choose another."),
    Missing.TITLE: _l("Write the title."),
    Missing.SENTENCE: _l("Write in a sentence what to do."),
    Missing.SOURCES: _l("Name at least one source by its short name, one a line."),
    Missing.BODY: _l("Name the organisation by its short name, or leave this empty."),
    Missing.SITUATION: _l("Choose for whom the step is."),
}

"""Words for what can be put into an article."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.curation.editing.insertions import Thing

THINGS = {
    Thing.ORGANISATION: _l("Organisation"),
    Thing.TERM: _l("Term"),
    Thing.ARTICLE: _l("Article"),
    Thing.SOURCE: _l("Source"),
}

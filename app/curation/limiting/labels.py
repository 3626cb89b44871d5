"""Words for the kinds of texts to which somebody is limited."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.curation.rights import Area

AREAS = {
    Area.ARTICLES: _l("Articles in Ukrainian"),
    Area.ORGANISATIONS: _l("Organisations"),
    Area.PATHWAYS: _l("The guided route: questions, situations and steps"),
    Area.TERMS: _l("Words explained"),
    Area.SOURCES: _l("Sources"),
    Area.PAGES: _l("Pages about this site"),
    Area.TRANSLATIONS: _l("Translations"),
    Area.OTHER: _l("Lists: topics, regions, figures"),
}

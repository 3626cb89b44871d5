"""Words for the search's enums."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.search.documents import Kind


@dataclass(frozen=True)
class Names:
    """A kind of result: one of it, and all of them as a heading."""

    one: LazyString
    all: LazyString


KINDS = {
    Kind.ARTICLE: Names(_l("Article"), _l("Articles")),
    Kind.ORGANISATION: Names(_l("Organisation"), _l("Organisations")),
    Kind.STEP: Names(_l("Step"), _l("Steps of a plan")),
    Kind.QUESTION: Names(_l("Question"), _l("Questions of families")),
    Kind.TERM: Names(_l("Term"), _l("Glossary")),
}

"""The words of papers in a case, where those for an applicant do not fit."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.extracts.evidence import Paper
from app.extracts.labels import PAPERS

KINDS: Mapping[Paper, LazyString] = {
    **PAPERS,
    Paper.IDENTITY: _l("identity document of whoever asks for the extract"),
    Paper.CHILD_ACTED_FOR: _l("birth certificate of the child, or paper on guardianship over it"),
    Paper.IDENTITY_OF_PRINCIPAL: _l("identity document of the family’s contact"),
    Paper.OTHER_PROOF: _l("another paper"),
}
"""Every kind of paper that a case takes."""


def offered() -> list[tuple[Paper, str]]:
    """Return (code, words) of the papers that a case takes, in the page's language."""
    return [(paper, str(words)) for paper, words in KINDS.items()]

"""Words for what readers say is wrong and for where it stands."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.curation.listening.facts import Kind, Told
from app.curation.listening.model import SITE, State, Wrong

WRONG = {
    Wrong.SILENT: _l("A number does not answer, or somebody else answers"),
    Wrong.ADDRESS: _l("An address or a link is wrong"),
    Wrong.GONE: _l("It is closed, moved or has another name"),
    Wrong.HOURS: _l("The opening hours are others"),
    Wrong.RULE: _l("A term, a sum or a rule is different"),
    Wrong.UNCLEAR: _l("The text is unclear"),
    Wrong.ELSE: _l("Something else"),
}

STATES = {
    State.NEW: _l("new"),
    State.ASSIGNED: _l("assigned"),
    State.DRAFTED: _l("in a draft"),
    State.ANSWERED: _l("answered"),
    State.MERGED: _l("put right"),
    State.DECLINED: _l("declined"),
}

SHAPES = {
    State.NEW: "none",
    State.ASSIGNED: "started",
    State.DRAFTED: "waiting",
    State.ANSWERED: "done",
    State.MERGED: "done",
    State.DECLINED: "refused",
}

KINDS = {
    "organisations": _l("Organisations"),
    "pathways": _l("The guided route and its steps"),
    "glossary": _l("Glossary"),
    "sources": _l("Sources"),
    SITE: _l("The site itself"),
}
"""Topics beside those of articles."""

FACTS = {
    Kind.PHONE: _l("Phone"),
    Kind.HOURS: _l("Opening hours"),
    Kind.EMAIL: _l("E-mail"),
    Kind.LINK: _l("Website"),
    Kind.ADDRESS: _l("Address"),
    Kind.SENTENCE: _l("Sentence"),
    Kind.TERM: _l("When an answer is due"),
    Kind.DEADLINE: _l("Last day for this step"),
    Kind.PLACE: _l("Where to turn"),
    Kind.SECTION: _l("Section"),
    Kind.WORD: _l("Word explained"),
    Kind.SOURCE: _l("Source"),
}

LONGEST_FACT = 90
"""Characters of what a fact says, where it is named."""


def fact_text(fact: Told) -> str:
    """Return how a fact is named where readers choose it and editors find it."""
    said = fact.text if len(fact.text) <= LONGEST_FACT else f"{fact.text[:LONGEST_FACT].rstrip()}…"
    return f"{FACTS[fact.kind]}: {said}"


DONE = {
    "assigned": _l("The report is assigned."),
    "given-back": _l("The report is nobody’s again."),
    "answered": _l("The answer is on its way to whoever left an address."),
    "declined": _l("The report is declined; whoever left an address is told why."),
    "late": _l("Somebody else was quicker: look at where the report stands now."),
    "no-item": _l("This report is about no text that can be edited here. Answer it instead."),
    "topics": _l("The list of who looks after what is changed."),
}

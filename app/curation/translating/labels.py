"""Words for the states of translations and for what became of a section of the source."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.content.confirmed import What, is_prose
from app.content.fields import GLOSSARY, thing_of
from app.content.sections import FRONT_MATTER
from app.curation.filling.labels import LABELS, OPTIONS
from app.curation.translating.model import State
from app.directory.model import Directory
from app.guidance.model import Guidance
from app.kernel.languages import SOURCE
from app.pathways.model import Pathways
from app.web.edition import part

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
    "joined": _l(
        "The translation is saved in a draft that an editor has begun of the same card. "
        "The editor sends both to review together."
    ),
    "submitted": _l("The translation is in review. Another person has to approve it."),
    "read": _l("Your approval is noted. Readers are no longer told that no native reader has seen this text."),
}
WORDS = {
    "ask": _l("Question"),
    "short": _l("Question in short"),
    "hint": _l("Hint"),
    "title": _l("Title"),
    "summary": _l("Summary"),
}


def title_of(source: str) -> str:
    """Return what a text is called in Ukrainian, as far as the edition knows it; else its address."""
    first, _, rest = source.partition("/")
    slug = rest.partition("/")[0]
    guidance, steps = part(Guidance), part(Pathways).step_words[SOURCE]
    if first == "articles" and slug in guidance.articles:
        return guidance.articles[slug].texts[SOURCE].title
    if first == "pages" and SOURCE in guidance.pages.get(slug, {}):
        return guidance.pages[slug][SOURCE].title
    if first == "organisations" and (body := part(Directory).organisations.get(slug.removesuffix(".yaml"))):
        return body.name[SOURCE]
    if first == GLOSSARY and (term := guidance.terms.get(thing_of(source))):
        return term.name[SOURCE]
    if slug == "steps" and (step := steps.get(rest.split("/")[1])):
        return step.title
    if source.startswith("pathways/words/"):
        return str(gettext("Questions and situations of the guided route"))
    return source.rsplit("/", 1)[0]


def section_title(source: str, anchor: str, title: str) -> str:
    """Return the name of a section, or of a field of a fact file."""
    if anchor == FRONT_MATTER:
        return str(gettext("Title and summary"))
    if is_prose(source):
        return title or anchor or str(gettext("The beginning"))
    first, _, rest = anchor.partition(".")
    if source.startswith("pathways/steps/"):
        return str(LABELS["title"]) if not rest else f"{_kind_of_line(source, rest)} ({rest})"
    if source.startswith("pathways/words/"):
        thing, _, field = rest.partition(".")
        kind, _, option = field.partition(".")
        return f"{thing}: {WORDS.get(kind, kind)}" if not option else str(
            gettext("%(question)s: answer “%(option)s”", question=thing, option=option)
        )  # fmt: skip
    name, _, field = rest.rpartition(".")
    said = LABELS.get(field or first)
    return (f"{said} ({name})" if name else str(said)) if said else anchor


def _kind_of_line(source: str, line: str) -> str:
    step = part(Pathways).steps.get(source.split("/")[2])
    kind = next((one.kind for one in step.lines if one.id == line), None) if step else None
    return str(OPTIONS["lines-kind"][kind] if kind else LABELS["text"])

"""Words for kinds of items, states and deeds of revisions, for items themselves and for who did what when."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.accounts.store import AccountRow
from app.content.library import ContentError, Fault
from app.curation.dating import EDITED, MEANING_CHANGED
from app.curation.model import Change, Deed, Kind, State
from app.directory.model import Directory
from app.guidance.model import Guidance
from app.kernel.languages import PUBLIC, SOURCE
from app.pathways.model import Pathways
from app.web.database import session
from app.web.edition import part
from app.web.language import language

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
DATES = {
    EDITED: _l("Readers see as the day of editing"),
    MEANING_CHANGED: _l("And as the day when the meaning last changed"),
}
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


def title_of(path: str) -> str:
    """Return what an item is called, as far as the live edition knows it; else its path."""
    try:
        guidance, directory, steps = part(Guidance), part(Directory), part(Pathways).steps
    except ContentError:
        return path
    first, _, rest = path.partition("/")
    slug, _, file = rest.partition("/")
    code = file.removesuffix(".md")
    name = rest.removesuffix(".yaml")
    if first == "articles" and slug in guidance.articles:
        texts = guidance.articles[slug].texts
        if file == "asks.yaml":
            return str(gettext("%(title)s: how families ask", title=texts[SOURCE].title))
        return texts[code].title if code in texts else f"{texts[SOURCE].title} ({file})"
    if first == "pages" and code in guidance.pages.get(slug, {}):
        return guidance.pages[slug][code].title
    if first == "organisations" and name in directory.organisations:
        return directory[name].name[language()]
    if first == "pathways" and name.startswith("steps/") and name.removeprefix("steps/") in steps:
        return str(gettext("Step: %(id)s", id=name.removeprefix("steps/")))
    return path


def language_of(path: str) -> str:
    """Return the language of a text, or that of this page where it has none of its own."""
    code = path.rsplit("/", 1)[-1].removesuffix(".md")
    return code if code in PUBLIC else language()


def who(reference: str) -> str:
    account = session().get(AccountRow, reference.removeprefix("account:"))
    return account.name if account else reference


def public_address(path: str) -> str:
    """Return the address at which families read an item, below the root; the home page where it has none of its own."""
    first, _, rest = path.partition("/")
    slug, _, _ = rest.partition("/")
    code = language_of(path)
    if first == "articles":
        return f"/{code}/articles/{slug}"
    if first == "organisations":
        return f"/{code}/organisations/{rest.removesuffix('.yaml')}"
    if first == "pages":
        return f"/{code}/{slug}"
    if rest.startswith("steps/"):
        return f"/{code}/steps/{rest.removeprefix('steps/').removesuffix('.yaml')}"
    known = {"glossary.yaml": "glossary", "sources.yaml": "sources", "topics.yaml": "articles/"}
    return f"/{code}/{known.get(path, '')}"


def fault_text(fault: Fault) -> str:
    """Return what is wrong in the language of the page; what has no words there yet stands in English."""
    return fault.words if isinstance(fault.words, str) else fault.words.in_words(lambda text: str(gettext(text)))

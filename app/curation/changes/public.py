"""The page that says what changed on the site, per language, made of the edition alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, url_for
from flask_babel import format_date, gettext

from app.curation.changes.model import Changed, Changes, by_month, told_to
from app.directory.model import Directory
from app.guidance.model import Guidance
from app.kernel.languages import SOURCE
from app.pathways.model import Pathways
from app.web.edition import live, part
from app.web.language import in_language, language
from app.web.pages import DAY, public_page

blueprint = in_language(Blueprint("changes", __name__))


@dataclass(frozen=True)
class Shown:
    """A change as it is told: what changed, and the address of its page, or none where it is gone."""

    changed: Changed
    title: str
    address: str


@blueprint.get("/changes")
def changes() -> Response:
    """List what changed in its meaning, newest first, by month."""
    told = {shown.changed.id: shown for shown in shown_changes()}
    months = by_month(shown.changed for shown in told.values())
    return public_page(
        "curation/changes/changes.html",
        fresh_for=DAY,
        months=[(_name(month), month, [told[one.id] for one in group]) for month, group in months],
        shipped=shipped_on(),
    )


def shown_changes() -> list[Shown]:
    """Return what changed for the readers of this page's language, newest first."""
    known: Changes = live().parts.get(Changes, Changes())
    written = (slug for slug, article in part(Guidance).articles.items() if language() in article.texts)
    return [Shown(one, *_said(one)) for one in told_to(known.items, language(), written)]


def shipped_on() -> date:
    """Return the day of the edition that ships: the latest on which any of its articles was edited."""
    return max(text.edited for article in part(Guidance).articles.values() for text in article.texts.values())


def _name(month: date) -> str:
    name = str(format_date(month, "LLLL y"))
    return name[:1].upper() + name[1:]


def _said(one: Changed) -> tuple[str, str]:
    first, _, rest = one.path.partition("/")
    name = rest.partition("/")[0].removesuffix(".yaml")
    said: dict[str, Callable[[str], tuple[str, str]]] = {
        "articles": _article, "organisations": _organisation, "pages": _page, "pathways": _pathway,
    }  # fmt: skip
    if first in said:
        return said[first](rest if first == "pathways" else name)
    files = {
        "glossary.yaml": (gettext("Glossary"), url_for("guidance.glossary")),
        "sources.yaml": (gettext("Sources"), url_for("guidance.sources")),
        "topics.yaml": (gettext("Articles"), url_for("guidance.articles")),
    }
    return files.get(first, (gettext("How the site finds and shows its texts"), ""))


def _article(slug: str) -> tuple[str, str]:
    article = part(Guidance).articles.get(slug)
    if article is None:
        return slug, ""
    text = article.texts.get(language(), article.texts[SOURCE])
    return text.title, url_for("guidance.article", slug=slug)


def _organisation(id_: str) -> tuple[str, str]:
    body = part(Directory).organisations.get(id_)
    return (body.name[language()], url_for("directory.organisation", id_=id_)) if body else (id_, "")


def _page(slug: str) -> tuple[str, str]:
    text = part(Guidance).pages.get(slug, {}).get(language())
    return (text.title, url_for("guidance.page", slug=slug)) if text else (slug, "")


def _pathway(rest: str) -> tuple[str, str]:
    kind, _, name = rest.partition("/")
    name = name.partition("/")[0]
    if kind == "steps" and (step := part(Pathways).step_words[language()].get(name)):
        return step.title, url_for("pathways.step", id_=name)
    return gettext("The guided route"), url_for("pathways.find_help")

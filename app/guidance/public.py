"""Guidance for families: articles by situation, one article, the glossary, the sources, the site's own pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask_babel import gettext, ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.content.confirmed import Confirmed, FieldChange, What
from app.content.fields import GLOSSARY
from app.content.markdown import Rendered, TermMarker, render, without_citations, without_figures
from app.content.moved import Moved
from app.content.sources import Sources
from app.content.values import Source, say
from app.directory.cards import card
from app.directory.model import Directory
from app.guidance.figures import Figures
from app.guidance.model import ArticleText, Guidance, Topics
from app.guidance.outdated import MOST_SHOWN, Mark, marks, spliced
from app.guidance.reading import Teaser, is_risky, marker, related, teaser, teasers, words
from app.kernel.dates import in_words
from app.kernel.languages import SOURCE
from app.kernel.text import alphabetical
from app.web.edition import part
from app.web.language import in_language, language
from app.web.pages import DAY, MINUTE, led_on, public_page

blueprint = in_language(Blueprint("guidance", __name__))


@blueprint.get("/articles/")
def articles() -> Response:
    """All articles, grouped by what they are about; on demand only those of one situation or need."""
    guidance, topics = part(Guidance), part(Topics)
    facts = [article.facts for article in guidance.articles.values()]
    situation = _known("situation", {id_ for each in facts for id_ in each.situations})
    need = _known("need", {id_ for each in facts for id_ in each.needs})
    wanted = {
        slug
        for slug, article in guidance.articles.items()
        if (not situation or article.concerns(situation)) and (not need or need in article.facts.needs)
    }
    groups = [
        (
            topic.id,
            say(topic.title, language()),
            teasers(guidance, filter(wanted.__contains__, topic.articles), language()),
        )
        for topic in topics.groups
    ]
    return public_page(
        "guidance/articles.html",
        groups=[group for group in groups if group[2]],
        situation=situation,
        need=need,
    )


def _known(name: str, ids: Set[str]) -> str:
    """Return the chosen value of a filter; an unknown one is dropped."""
    chosen = request.args.get(name, "")
    return chosen if chosen in ids else ""


@blueprint.app_template_global()
def articles_about(body: str) -> list[Teaser]:
    """The first articles that name an organisation, for its page in the directory."""
    guidance = part(Guidance)
    named = [article.slug for article in guidance.articles.values() if body in article.facts.organisations]
    return teasers(guidance, named[:6], language())


@blueprint.get("/articles/<slug>")
def article(slug: str) -> BaseResponse:
    """One article, in Ukrainian with a label where it is not yet translated; a retired one leads to its successor."""
    guidance, directory = part(Guidance), part(Directory)
    found = guidance.articles.get(slug)
    if found is None:
        return _successor(slug)
    shown = teaser(found, language())
    now = datetime.now(UTC)
    sources = part(Sources)
    text = rendered(found.texts[shown.language].body, shown.language)
    older = _older(f"articles/{slug}", shown.language, found.texts[SOURCE])
    return public_page(
        "guidance/article.html",
        fresh_for=MINUTE * 10,
        article=found,
        risky=is_risky(found),
        shown=shown,
        source_language=SOURCE,
        rendered=text,
        prose=spliced(text.html, older.notes),
        older=older,
        cards=[card(directory[id_], language(), now) for id_ in found.facts.organisations],
        cited=[sources.by_id[id_] for id_ in dict.fromkeys((*text.cited, *found.facts.sources))],
        words=words(guidance, text.terms, language()),
        read_next=teasers(guidance, related(guidance, found), language()),
    )


@dataclass(frozen=True)
class Older:
    """How a translation stands to its source: what has changed, each with its note, and whether natives approved it."""

    notes: list[tuple[Mark, Markup]]
    is_unread: bool

    @property
    def lead(self) -> list[Markup]:
        """The notes on title and summary."""
        return [note for mark, note in self.notes if mark.place == 0 and mark.what is not What.ADDED]


def _older(folder: str, code: str, source: ArticleText) -> Older:
    if code == SOURCE:
        return Older([], is_unread=False)
    standing = part(Confirmed).standings.get(f"{folder}/{code}.md")
    if standing is None:
        return Older([], is_unread=True)
    page = f"/{SOURCE}/{folder.removeprefix('pages/')}"
    found = marks(source, standing)
    return Older([(mark, _note(mark, page)) for mark in found], is_unread=not standing.is_native)


def _note(mark: Mark, page: str) -> Markup:
    heading = f"## {mark.title}\n\n" if mark.title and mark.what is What.ADDED else ""
    plain = without_figures(without_citations(heading + mark.body))
    text = render(plain, address_of=_address_of, marker=TermMarker(()), titles={})
    return Markup(render_template("guidance/older.html", mark=mark, html=text.html, page=page))  # noqa: S704


def rendered(body: str, code: str) -> Rendered:
    """Render the Markdown body of an article written in the language `code`, as its page shows it."""
    return render(
        body,
        address_of=_address_of,
        marker=marker(part(Guidance), code),
        titles={id_: say(source.title, language()) for id_, source in part(Sources).by_id.items()},
        draw=lambda id_: part(Figures).draw(id_, language()),
    )


def _successor(slug: str) -> BaseResponse:
    path = PurePosixPath(part(Moved).successor_of(f"articles/{slug}/{SOURCE}.md"))
    if path.parent.name not in part(Guidance).articles:
        abort(404)
    return led_on(url_for(".article", slug=path.parent.name))


@blueprint.get("/glossary")
def glossary() -> Response:
    """Every term with its plain meaning, in alphabetical order of the reader's language."""
    terms = sorted(part(Guidance).terms.values(), key=lambda term: alphabetical(term.name[language()]))
    return public_page(
        "guidance/glossary.html",
        fresh_for=DAY,
        terms=terms,
        code=language(),
        changed=_changed_terms([term.id for term in terms]),
    )


def _changed_terms(ids: Iterable[str]) -> dict[str, list[FieldChange]]:
    """Return what changed in the source of each term, as much as one page takes in; of further terms nothing."""
    found, left = dict[str, list[FieldChange]](), MOST_SHOWN
    for id_ in ids:
        changed = part(Confirmed).changed(f"{GLOSSARY}/{id_}/{language()}").values()
        left -= sum(len(one.text) for one in changed)
        if changed:
            found[id_] = list(changed) if left >= 0 else []
    return found


@blueprint.get("/sources")
def sources() -> Response:
    """The publishers of all sources; each has a page of its own, so that none is heavy."""
    return public_page("guidance/sources.html", groups=_by_publisher())


@blueprint.get("/sources/<publisher>")
def publisher(publisher: str) -> Response:
    """The sources of one publisher."""
    found = [entries for entries in _by_publisher() if entries[0].publisher_id == publisher]
    if not found:
        abort(404)
    return public_page("guidance/publisher.html", sources=found[0], code=language())


def _by_publisher() -> list[list[Source]]:
    """All sources, those of one publisher together, publishers in alphabetical order."""
    groups: dict[str, list[Source]] = {}
    for source in part(Sources).by_id.values():
        groups.setdefault(source.publisher_id, []).append(source)
    return [groups[name] for name in sorted(groups, key=alphabetical)]


@blueprint.get("/<any(about,privacy,accessibility,safety):slug>")
def page(slug: str) -> Response:
    """A page about the site itself."""
    text = part(Guidance).pages[slug][language()]
    plain = render(text.body, address_of=_address_of, marker=TermMarker(()), titles={})
    older = _older(f"pages/{slug}", language(), part(Guidance).pages[slug][SOURCE])
    return public_page(
        "guidance/page.html",
        text=text,
        prose=spliced(plain.html, older.notes),
        older=older,
        slug=slug,
        calls=_calls() if slug == "about" else "",
    )


def _calls() -> str:
    """Say how many numbers of the directory were called, as far as this edition has heard, and when the last one."""
    days = part(Directory).calls
    if not days:
        return str(gettext("So far nobody has called a number of this directory to check it."))
    return str(
        ngettext(
            "So far %(num)s number of this directory was called to check it, on %(day)s.",
            "So far %(num)s numbers of this directory were called to check them, the last one on %(day)s.",
            len(days),
            day=in_words(days[-1], language()),
        )
    )


def _address_of(scheme: str, target: str) -> str:
    """Resolve the own link schemes of articles."""
    addresses: Mapping[str, tuple[str, dict[str, Any]]] = {
        "org": ("directory.organisation", {"id_": target}),
        "article": ("guidance.article", {"slug": target}),
        "page": ("guidance.page", {"slug": target}),
        "term": ("guidance.glossary", {"_anchor": target}),
        "route": ("pathways.find_help", {}),
        "check": ("directory.check_contact", {}),
        "wall": ("wall.wall", {}),
        "embed": ("embedding.embed", {}),
        "kept": ("kept.kept", {}),
    }
    endpoint, values = addresses[scheme]
    return url_for(endpoint, **values)

"""Who may do what to which item: the one place that rights by kind, by topic and by language go through."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from app.accounts.model import Permission
from app.content.confirmed import is_translation, language_of
from app.curation.model import CurationError, Deed, Kind, kind_of
from app.guidance.model import Guidance, Topics
from app.pathways.model import Pathways

REVIEWING = frozenset(
    {Deed.RETURN, Deed.APPROVE, Deed.SCHEDULE, Deed.UNSCHEDULE, Deed.PUBLISH, Deed.FAIL}
)  # fmt: skip
"""Deeds of reviewers; all others are those of editors."""


class NotAllowedError(CurationError):
    """This person may not do this to this item."""


class Area(StrEnum):
    """The kinds of texts to which somebody can be limited."""

    ARTICLES = "articles"
    ORGANISATIONS = "organisations"
    PATHWAYS = "pathways"
    TERMS = "terms"
    SOURCES = "sources"
    PAGES = "pages"
    TRANSLATIONS = "translations"
    """Articles and pages in other languages than the source, whatever they are about."""
    OTHER = "other"
    """Lists that belong to no other kind: topics, regions, figures."""


_AREAS = {
    Kind.ARTICLE: Area.ARTICLES, Kind.ORGANISATION: Area.ORGANISATIONS, Kind.PATHWAY: Area.PATHWAYS,
    Kind.GLOSSARY: Area.TERMS, Kind.SOURCES: Area.SOURCES,
}  # fmt: skip


def area_of(path: str) -> Area:
    """Return the kind of text at `path`, as rights see it."""
    if is_translation(path):
        return Area.TRANSLATIONS
    return Area.PAGES if path.startswith("pages/") else _AREAS.get(kind_of(path), Area.OTHER)


@dataclass(frozen=True)
class Limits:
    """What somebody is limited to. Nothing named is everything; `languages` bound translations only."""

    areas: frozenset[Area] = frozenset()
    topics: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    @property
    def are_set(self) -> bool:
        return bool(self.areas or self.topics or self.languages)

    def let(self, path: str, topics: Collection[str]) -> bool:
        """Say whether the item at `path`, which is about `topics`, lies within. One topic is enough; none binds not."""
        area = area_of(path)
        return (
            (not self.areas or area in self.areas)
            and (not self.topics or not topics or not self.topics.isdisjoint(topics))
            and (area is not Area.TRANSLATIONS or not self.languages or language_of(path) in self.languages)
        )

    def let_topic(self, topic: str) -> bool:
        """Say whether what readers say about `topic` lies within: a topic of articles, or the name of a kind."""
        area = _TOPIC_AREAS.get(topic, Area.ARTICLES)
        bound_by_topics = topic not in _TOPIC_AREAS and bool(self.topics) and topic not in self.topics
        return topic == SITE or (not bound_by_topics and (not self.areas or area in self.areas))


SITE = "site"
"""The topic of what readers say about no item: it is everybody's."""

_TOPIC_AREAS = {
    "organisations": Area.ORGANISATIONS, "pathways": Area.PATHWAYS, "glossary": Area.TERMS, "sources": Area.SOURCES,
}  # fmt: skip

EVERYTHING = Limits()

TopicsOf = Callable[[str], Collection[str]]
"""Returns the topics that the item at a path is about."""


@dataclass(frozen=True)
class Rights:
    """What somebody may do at the desk: by their roles, and within their limits."""

    permissions: Collection[str]
    limits: Limits
    topics_of: TopicsOf


def may(rights: Rights, path: str, deed: Deed) -> bool:
    """Say whether whoever holds `rights` may do `deed` to the item at `path`."""
    return _by_role(rights.permissions, path, deed) and rights.limits.let(
        path, rights.topics_of(path) if rights.limits.topics else ()
    )


def checked(rights: Rights, path: str, deed: Deed) -> None:
    """Raise NotAllowedError where `may` says no."""
    if not may(rights, path, deed):
        raise NotAllowedError(f"{deed} of {path}")


def _by_role(permissions: Collection[str], path: str, deed: Deed) -> bool:
    if deed in REVIEWING:
        return Permission.REVIEW_CONTENT in permissions
    translates = Permission.TRANSLATE_CONTENT in permissions and is_translation(path)
    return translates or Permission.EDIT_CONTENT in permissions


def topics_of(path: str, topics: Topics, guidance: Guidance, route: Pathways) -> frozenset[str]:
    """Return the topics that the item at `path` is about.

    An article is about those that list it, a step or a situation about those of the articles that it leads to, an
    organisation about those of the articles that name it. Everything else, and what leads nowhere yet, is about none.
    """
    first, _, rest = path.partition("/")
    name = rest.partition("/")[0].removesuffix(".yaml")
    articles: Collection[str] = ()
    if first == "articles":
        articles = (name,)
    elif first == "organisations":
        articles = {slug for slug, one in guidance.articles.items() if name in one.facts.organisations}
    elif rest.startswith("steps/"):
        step = route.steps.get(rest.split("/")[1])
        articles = step.articles if step else ()
    elif rest.startswith("situations/"):
        id_ = rest.split("/")[1].removesuffix(".yaml")
        articles = next((one.articles for one in route.situations if one.id == id_), ())
    return frozenset(group.id for group in topics.groups if not set(articles).isdisjoint(group.articles))

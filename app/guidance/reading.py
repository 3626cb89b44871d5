"""An article as a reader sees it: rendered, with its bodies, sources, terms and neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.content.markdown import TermMarker
from app.guidance.model import Article, Guidance, Term
from app.kernel.languages import SOURCE

AT_RISK = {
    "family_under_occupation", "lost_contact_tot", "civ_missing_tot", "civ_detained_known", "civ_detained_unknown",
    "child_deported",
}  # fmt: skip
"""Situations in which a reader may have to leave the page fast."""


def is_risky(article: Article) -> bool:
    """Whether readers of `article` may be watched, or under occupation."""
    return not AT_RISK.isdisjoint(article.facts.situations)


@dataclass(frozen=True)
class Teaser:
    """An article in a list: in the reader's language, or in the source language and labelled so."""

    slug: str
    title: str
    summary: str
    language: str


def teaser(article: Article, language: str) -> Teaser:
    code = language if language in article.texts else SOURCE
    text = article.texts[code]
    return Teaser(article.slug, text.title, text.summary, code)


def teasers(guidance: Guidance, slugs: Iterable[str], language: str) -> list[Teaser]:
    return [teaser(guidance.articles[slug], language) for slug in slugs if slug in guidance.articles]


@lru_cache(maxsize=16)
def _marker(patterns: tuple[tuple[str, str], ...]) -> TermMarker:
    return TermMarker(patterns)


def marker(guidance: Guidance, language: str) -> TermMarker:
    """Return the finder of glossary terms for texts in `language`."""
    return _marker(
        tuple((term.id, pattern) for term in guidance.terms.values() for pattern in getattr(term.match, language, ()))
    )


def related(guidance: Guidance, article: Article, count: int = 4) -> list[str]:
    """Return slugs to read next: those the author named, then those sharing most situations and bodies."""
    named = [slug for slug in article.facts.read_next if slug in guidance.articles]
    near = sorted(
        (other for other in guidance.articles.values() if other.slug != article.slug and other.slug not in named),
        key=lambda other: (
            -len(set(other.facts.organisations) & set(article.facts.organisations))
            - 2 * len(set(other.facts.situations) & set(article.facts.situations) - {"all"})
        ),
    )
    return [*named, *(other.slug for other in near)][:count]


def words(guidance: Guidance, ids: Iterable[str], language: str) -> list[tuple[str, str, str]]:
    """Return (id, name, plain meaning) of terms for the list of words at the foot of a page."""
    found: list[Term] = [guidance.terms[id_] for id_ in ids if id_ in guidance.terms]
    return [(term.id, term.name[language], term.plain[language]) for term in found]

"""Articles and terms, as read from ``content/articles/<slug>/<language>.md`` and ``content/glossary.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from app.content.values import Checked, Confidence, Id, Value, Words

EVERY_SITUATION = "all"


class ArticleFacts(Value):
    """The front matter of an article's source-language file: what it is about and what stands behind it."""

    title: str = Field(min_length=3, max_length=120)
    summary: str = Field(min_length=10, max_length=320)
    situations: tuple[str, ...] = Field(min_length=1)
    needs: tuple[str, ...] = ()
    organisations: tuple[Id, ...] = ()
    sources: tuple[Id, ...] = Field(min_length=1)
    edited: date
    meaning_changed: date
    checked: Checked
    confidence: Confidence
    read_next: tuple[Id, ...] = ()


class TranslationFacts(Value):
    """The front matter of a translation: its words only; the facts are those of the source language."""

    title: str = Field(min_length=3, max_length=120)
    summary: str = Field(min_length=10, max_length=320)
    edited: date


@dataclass(frozen=True)
class ArticleText:
    """An article in one language: title, summary and Markdown body."""

    title: str
    summary: str
    body: str
    edited: date


class Phrases(Value):
    """How families type what an article answers, by language; wider than the public languages."""

    uk: tuple[str, ...] = Field(min_length=1)
    en: tuple[str, ...] = Field(min_length=1)
    ru: tuple[str, ...] = ()
    pl: tuple[str, ...] = ()
    de: tuple[str, ...] = ()


class Only(Value):
    """Phrases, by language, that lead to one article and nowhere else."""

    uk: tuple[str, ...] = ()
    ru: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Asks(Value):
    """How families ask for an article: questions that are shown, phrases that only help the search to understand."""

    questions: tuple[Words, ...] = Field(min_length=1)
    phrases: Phrases
    only: Only = Only()


@dataclass(frozen=True)
class Article:
    """An article: its facts and its text in each language it has been written in (always the source language)."""

    slug: str
    facts: ArticleFacts
    texts: Mapping[str, ArticleText]
    asks: Asks

    def concerns(self, situation: str) -> bool:
        return EVERY_SITUATION in self.facts.situations or situation in self.facts.situations


class Also(Value):
    """Other forms of a term that families meet, by language; wider than the public languages, for search."""

    uk: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    ru: tuple[str, ...] = ()
    pl: tuple[str, ...] = ()


class Patterns(Value):
    """How a term is found in the site's own texts: words, `*` for any ending."""

    uk: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Term(Value):
    """A word of the offices with its plain meaning."""

    id: Id
    name: Words
    also: Also = Also()
    plain: Words
    match: Patterns = Patterns()
    sources: tuple[Id, ...] = ()


@dataclass(frozen=True)
class Guidance:
    """All articles by slug, all terms by id, and the pages about the site itself by slug and language."""

    articles: Mapping[str, Article]
    terms: Mapping[str, Term]
    pages: Mapping[str, Mapping[str, ArticleText]]


class Topic(Value):
    """A heading under which articles are listed; the first topic that names an article has it."""

    id: Id
    title: Words
    articles: tuple[Id, ...]


@dataclass(frozen=True)
class Topics:
    """The headings of the list of articles, in order."""

    groups: tuple[Topic, ...]

"""Reads articles and glossary from a library and checks them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import MappingProxyType

from app.content.confirmed import parts, standing_of, standings
from app.content.library import Reader
from app.content.markdown import citations, figures, links, without_citations
from app.content.sources import Sources, check_sources
from app.content.style import Banned, check_words
from app.directory.load import check_contacts
from app.directory.model import Directory
from app.guidance.model import (
    EVERY_SITUATION,
    Article,
    ArticleFacts,
    ArticleText,
    Asks,
    Guidance,
    Term,
    Topic,
    Topics,
    TranslationFacts,
)
from app.kernel.languages import PUBLIC, SOURCE
from app.kernel.said import N_

FOLDER = "articles/"
GLOSSARY = "glossary.yaml"
TOPICS = "topics.yaml"
PAGES = ("about", "privacy", "accessibility", "safety")
WORDS_PER_ARTICLE = range(150, 901)
"""Hard limits of an article's length in words; the editors' aim is 250 to 700."""


def load_guidance(reader: Reader) -> Guidance:
    """Read every article and term; faults go to the reader."""
    articles: dict[str, Article] = {}
    for path in reader.library.paths(FOLDER, f"/{SOURCE}.md"):
        slug = path.removeprefix(FOLDER).removesuffix(f"/{SOURCE}.md")
        read = reader.prose(path)
        facts = reader.model(ArticleFacts, path, read[0]) if read else None
        if read is None or facts is None:
            continue
        texts = {SOURCE: ArticleText(facts.title, facts.summary, read[1], facts.edited)}
        for code in PUBLIC:
            translated = f"{FOLDER}{slug}/{code}.md"
            if code == SOURCE or translated not in reader.library.files:
                continue
            found = reader.prose(translated)
            words = reader.model(TranslationFacts, translated, found[0]) if found else None
            if found and words:
                texts[code] = ArticleText(words.title, words.summary, found[1], words.edited)
        asked = f"{FOLDER}{slug}/asks.yaml"
        asks = reader.model(Asks, asked, reader.data(asked))
        if asks is not None:
            articles[slug] = Article(slug, facts, MappingProxyType(texts), asks)

    terms: dict[str, Term] = {}
    for number, entry in enumerate((reader.data(GLOSSARY) or {}).get("terms", [])):
        term = reader.model(Term, GLOSSARY, entry)
        if term is None:
            continue
        if term.id in terms:
            reader.fault(GLOSSARY, f"terms.{number}", N_("'%(id)s' stands twice; keep one"), id=term.id)
        terms[term.id] = term
    pages: dict[str, dict[str, ArticleText]] = {slug: {} for slug in PAGES}
    for slug, texts_of_page in pages.items():
        for code in PUBLIC:
            path = f"pages/{slug}/{code}.md"
            read = reader.prose(path)
            words = reader.model(TranslationFacts, path, read[0]) if read else None
            if read and words:
                texts_of_page[code] = ArticleText(words.title, words.summary, read[1], words.edited)
    return Guidance(MappingProxyType(articles), MappingProxyType(terms), MappingProxyType(pages))


def load_topics(reader: Reader) -> Topics:
    """Read the headings of the list of articles."""
    groups = [reader.model(Topic, TOPICS, entry) for entry in (reader.data(TOPICS) or {}).get("topics", [])]
    return Topics(tuple(group for group in groups if group is not None))


def check_topics(reader: Reader, topics: Topics, guidance: Guidance) -> None:
    """Record articles that no heading lists and listed articles that do not exist."""
    listed = {slug for group in topics.groups for slug in group.articles}
    for slug in sorted(set(guidance.articles) - listed):
        reader.fault(TOPICS, slug, N_("no topic lists this article; add it under a heading"))
    for slug in sorted(listed - set(guidance.articles)):
        reader.fault(TOPICS, slug, N_("there is no such article; write it or take it out"))


def check_guidance(
    reader: Reader,
    guidance: Guidance,
    directory: Directory,
    sources: Sources,
    situations: Collection[str],
    drawn: Collection[str],
    banned: Sequence[Banned],
) -> None:
    """Record what no single file shows: unknown references, missing translations, uncited sources, dead numbers."""
    known = standings(reader.library)
    for slug, article in guidance.articles.items():
        path = f"{FOLDER}{slug}/{SOURCE}.md"
        check_sources(reader, sources, path, "sources", article.facts.sources)
        for body in article.facts.organisations:
            if body not in directory.organisations:
                reader.fault(path, "organisations", N_("there is no organisation '%(id)s'"), id=body)
        for situation in article.facts.situations:
            if situation != EVERY_SITUATION and situation not in situations:
                reader.fault(path, "situations", N_("there is no situation '%(id)s'"), id=situation)
        for other in article.facts.read_next:
            if other not in guidance.articles:
                reader.fault(path, "read_next", N_("there is no article '%(id)s'; write it or take it out"), id=other)
        for question in article.asks.questions:
            check_words(reader, f"{FOLDER}{slug}/asks.yaml", "questions", question, banned)
        for code in PUBLIC:
            spoken = f"{FOLDER}{slug}/{code}.md"
            text = article.texts.get(code)
            if text is None:
                continue  # families are shown the source and told so
            _check_text(reader, spoken, text, article, guidance, directory, sources)
            check_words(reader, spoken, "", {code: "\n\n".join((text.title, text.summary, text.body))}, banned)
            check_contacts(reader, directory, spoken, "", without_citations(text.body))
            for id_ in figures(text.body):
                if id_ not in drawn:
                    reader.fault(spoken, id_, N_("there is no such figure in figures.yaml; add it or correct the id"))
            # An older translation matches the source that it was made from.
            stands_on = standing_of(spoken, reader.library.files, known).sections
            if len(parts(spoken, reader.library.files[spoken])) != len(stands_on):
                reader.fault(spoken, "headings", N_("differ in number from the source language; make them match"))
    for slug, pages in guidance.pages.items():
        for code, text in pages.items():
            check_words(reader, f"pages/{slug}/{code}.md", "", {code: text.body}, banned)
    for term in guidance.terms.values():
        check_words(reader, GLOSSARY, term.id, term.plain, banned)
        check_sources(reader, sources, GLOSSARY, term.id, term.sources)


def _check_text(
    reader: Reader,
    path: str,
    text: ArticleText,
    article: Article,
    guidance: Guidance,
    directory: Directory,
    sources: Sources,
) -> None:
    if "TODO" in text.body:
        reader.fault(path, "", N_("contains TODO; finish it"))
    cited = citations(text.body)
    check_sources(reader, sources, path, "citation", cited)
    for id_ in cited:
        if id_ in sources.by_id and id_ not in article.facts.sources:
            reader.fault(
                path, "citation", N_("'%(id)s' is cited but not listed under sources of the front matter"), id=id_
            )
    if not cited:
        reader.fault(path, "", N_("no statement is cited; put [^source-id] behind the facts"))
    for scheme, target in links(text.body):
        known = {
            "org": directory.organisations,
            "article": guidance.articles,
            "term": guidance.terms,
            "route": {"": 1},
        }
        if scheme not in known:
            reader.fault(path, f"{scheme}:{target}", N_("links point to org:, article:, term: or route: only"))
        elif target not in known[scheme]:
            reader.fault(path, f"{scheme}:{target}", N_("this target does not exist; correct the link"))
    words = len(without_citations(text.body).split())
    if words not in WORDS_PER_ARTICLE:
        reader.fault(path, "", N_("%(words)s words; an article has 250 to 700"), words=words)

"""What is searched: every article, body, step, term and question of an edition as one kind of value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.content.markdown import figures, without_citations
from app.content.style import plain
from app.content.values import say
from app.directory.model import Directory, Organisation, national
from app.directory.model import Kind as BodyKind
from app.guidance.model import Article, Guidance
from app.kernel.languages import PUBLIC
from app.kernel.text import slug
from app.pathways.model import Pathways, Step

_HEADING = re.compile(r"^#{2,3} +(.+?)\s*$", re.MULTILINE)


class Kind(StrEnum):
    """The kinds of result, in the order in which the page shows them."""

    ARTICLE = "article"
    ORGANISATION = "organisation"
    STEP = "step"
    QUESTION = "question"
    TERM = "term"


@dataclass(frozen=True)
class Section:
    """A part of a text that has an address of its own; the first one has none and no heading."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True)
class Text:
    """What a document says in one language."""

    title: str
    summary: str = ""
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """Something that can be found.

    `target` is the id that its page's address is made of; `names` are other names by language, `asks` the phrases that
    it answers; neither is shown. Where a phrase of `only` stands in a query, nothing else is shown. `numbers` are
    phones in national form, superseded ones among them: whoever holds an old number finds the body's current one.
    Whoever types an `official` name or abbreviation, and no more, means this body before anything about it. `steps`
    counts the steps and situations of the route that lead here, `changed` is the day when its meaning last did.
    """

    kind: Kind
    target: str
    texts: Mapping[str, Text]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    situations: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    official: tuple[str, ...] = ()
    fragment: str = ""
    steps: int = 0
    changed: date | None = None

    @property
    def id(self) -> str:
        """The document's id, such as ``article:extract-how-to`` or ``question:extract-how-to#2``."""
        return f"{self.kind}:{self.target}" + (f"#{self.fragment}" if self.kind is Kind.QUESTION else "")


def documents(directory: Directory, guidance: Guidance, pathways: Pathways) -> tuple[Document, ...]:
    """Return everything of an edition that can be found."""
    return tuple(_documents(directory, guidance, pathways))


def _documents(directory: Directory, guidance: Guidance, pathways: Pathways) -> Iterator[Document]:
    leading = Counter(slug for step in pathways.steps.values() for slug in step.articles)
    leading.update(slug for situation in pathways.situations for slug in situation.articles)
    for article in guidance.articles.values():
        yield _article(article, leading[article.slug])
    for body in directory:
        yield _organisation(body, directory)
    for step in pathways.steps.values():
        yield _step(step, pathways)
    for article in guidance.articles.values():
        for number, question in enumerate(article.asks.questions):
            texts = {code: Text(words, _summary(article, code)) for code, words in question.items()}
            yield Document(
                Kind.QUESTION, article.slug, texts, situations=article.facts.situations, fragment=str(number)
            )
    for term in guidance.terms.values():
        names = {code: tuple(getattr(term.also, code)) for code in ("uk", "en", "ru", "pl")}
        texts = {code: Text(term.name[code], term.plain[code]) for code in PUBLIC}
        yield Document(Kind.TERM, term.id, texts, names, fragment=term.id)


def _article(article: Article, steps: int) -> Document:
    phrases = article.asks.phrases
    asks = {code: tuple(getattr(phrases, code)) for code in ("uk", "en", "ru", "pl", "de")}
    for question in article.asks.questions:
        for code, words in question.items():
            asks[code] = (*asks.get(code, ()), words)
    texts = {code: Text(text.title, text.summary, tuple(_sections(text.body))) for code, text in article.texts.items()}
    only = {code: tuple(getattr(article.asks.only, code)) for code in ("uk", "ru", "en")}
    return Document(
        Kind.ARTICLE,
        article.slug,
        texts,
        asks=asks,
        only=only,
        situations=article.facts.situations,
        steps=steps,
        changed=article.facts.meaning_changed,
    )


def _summary(article: Article, language: str) -> str:
    return article.texts[language].summary if language in article.texts else ""


def _sections(body: str) -> Iterator[Section]:
    """Yield the sections of a Markdown body as plain text, with the anchors that its page gives to its headings."""
    bare = without_citations(body)
    for figure in figures(bare):
        bare = bare.replace(f"{{figure:{figure}}}", "")
    starts = list(_HEADING.finditer(bare))
    ends = [*(start.start() for start in starts), len(bare)]
    yield Section("", "", _plain(bare[: ends[0]]))
    for start, end in zip(starts, ends[1:], strict=True):
        heading = plain(start.group(1))
        yield Section(slug(heading), heading, _plain(bare[start.end() : end]))


def _plain(markdown: str) -> str:
    """Return Markdown as running text: cells, items and lines apart by a space."""
    text = re.sub(r"^[|\s:-]+$", "", markdown, flags=re.MULTILINE)
    text = re.sub(r"\s*\|\s*", " · ", text)
    lines = re.sub(r"^[ ·]+|[ ·]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"(?: ·)+(?= ·)", "", " ".join(plain(lines).split()))


def _organisation(body: Organisation, directory: Directory) -> Document:
    texts = {}
    names: dict[str, tuple[str, ...]] = {
        code: tuple(getattr(body.alternate_names, code)) for code in ("uk", "en", "ru", "pl", "de")
    }
    for code in PUBLIC:
        regions = [directory.regions[region][code] for region in body.regions if region in directory.regions]
        said = [body.go_for, body.how_to_find, body.successor_of, body.address]
        parts = [*(say(words, code) for words in said if words), *regions, *(say(p.label, code) for p in body.phones)]
        # What a body is not for is left out: it would be found by it.
        texts[code] = Text(say(body.name, code), say(body.go_for, code), (Section("", "", " ".join(parts)),))
        abbreviation = (say(body.abbreviation, code),) if body.abbreviation else ()
        sites = tuple(_host(site.url) for site in body.current_websites)
        names[code] = (*abbreviation, *names[code], *sites)
    numbers = tuple(dict.fromkeys(national(phone.number) for phone in body.phones))
    names["uk"] = (*names["uk"], *numbers)
    called = (*body.name.values(), *(body.abbreviation or {}).values(), *numbers)
    # "Court" is no body's own name: families who type it want to read about courts.
    official = () if body.kind is BodyKind.GENERIC else tuple(dict.fromkeys(called))
    return Document(Kind.ORGANISATION, body.id, texts, names, regions=body.regions, numbers=numbers, official=official)


def _host(url: str) -> str:
    return url.split("//")[1].removeprefix("www.").split("/")[0]


def _step(step: Step, pathways: Pathways) -> Document:
    situations = tuple(
        situation.id for situation in pathways.situations if any(step.id in ids for ids in situation.steps.values())
    )
    texts = {}
    for code in PUBLIC:
        words = pathways.step_words[code].get(step.id)
        if words:
            lines = [words.lines[line.id] for line in step.lines if line.id in words.lines]
            texts[code] = Text(words.title, lines[0] if lines else "", (Section("", "", " ".join(lines)),))
    return Document(Kind.STEP, step.id, texts, situations=situations)

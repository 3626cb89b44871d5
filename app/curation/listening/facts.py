"""The facts that a page tells, each with the name by which a report speaks of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.content.sources import Sources
from app.content.values import Source, say
from app.curation.verification.facts import key_of, phone_key
from app.directory.cards import number_text
from app.directory.model import Directory, Organisation, Status
from app.guidance.model import Guidance
from app.kernel.languages import SOURCE
from app.kernel.text import slug
from app.pathways.model import Pathways, Step


class Kind(StrEnum):
    """What a page can tell that may be wrong."""

    PHONE = "phone"
    HOURS = "hours"
    EMAIL = "email"
    LINK = "link"
    ADDRESS = "address"
    SENTENCE = "sentence"
    TERM = "term"
    DEADLINE = "deadline"
    PLACE = "place"
    SECTION = "section"
    WORD = "word"
    SOURCE = "source"


@dataclass(frozen=True)
class Told:
    """A fact of a page: its name, what it is, and its text as the page says it.

    Contacts have the names by which they are verified (`app.curation.verification.facts`); hours, sentences, terms,
    sections and sources have names of their own.
    """

    key: str
    kind: Kind
    text: str


@dataclass(frozen=True)
class Pages:
    """What pages are made of."""

    directory: Directory
    guidance: Guidance
    route: Pathways
    sources: Sources


def facts_on(about: str, code: str, pages: Pages) -> list[Told]:
    """Return the facts of the page at `about`, read in the language `code`, in its order; pages may tell none."""
    first, _, id_ = about.strip("/").partition("/")
    if first == "organisations" and id_ in pages.directory.organisations:
        return [*_of_body(pages.directory[id_], code), *_of_sources(pages.directory[id_].sources, code, pages)]
    if first == "steps" and id_ in pages.route.steps:
        return list(_of_step(pages.route.steps[id_], code, pages))
    if first == "articles" and id_ in pages.guidance.articles:
        return list(_of_article(id_, code, pages))
    if first == "glossary":
        return [Told(f"{Kind.WORD}:{one.id}", Kind.WORD, say(one.name, code)) for one in pages.guidance.terms.values()]
    if first == "sources":
        named = (one for one in pages.sources.by_id.values() if one.publisher_id == id_)
        return [_of_source(one, code) for one in named]
    return []


def fact_on(about: str, key: str, code: str, pages: Pages) -> Told | None:
    """Return the fact of a page by its name, or None where the page does not tell it (any more)."""
    return next((one for one in facts_on(about, code, pages) if one.key == key), None)


def _of_body(body: Organisation, code: str) -> Iterator[Told]:
    for phone in body.phones:
        if phone.status is Status.CURRENT:
            yield Told(phone_key(phone.number), Kind.PHONE, number_text(phone.number))
            if phone.hours:
                yield Told(f"{Kind.HOURS}:{phone.number}", Kind.HOURS, number_text(phone.number))
    for email in body.current_emails:
        yield Told(f"{Kind.EMAIL}:{email.address}", Kind.EMAIL, email.address)
    for site in body.current_websites:
        yield Told(key_of(Kind.LINK, site.url), Kind.LINK, site.url)
    if body.address:
        yield Told(key_of(Kind.ADDRESS, say(body.address, SOURCE)), Kind.ADDRESS, say(body.address, code))


def _of_step(step: Step, code: str, pages: Pages) -> Iterator[Told]:
    words = pages.route.step_words[code].get(step.id) or pages.route.step_words[SOURCE][step.id]
    for line in step.lines:
        yield Told(f"{Kind.SENTENCE}:{line.id}", Kind.SENTENCE, words.lines[line.id])
    if step.answer_due:
        yield Told(str(Kind.TERM), Kind.TERM, words.title)
    if step.deadline:
        yield Told(str(Kind.DEADLINE), Kind.DEADLINE, words.title)
    for body in step.bodies:
        if body.id in pages.directory.organisations:
            yield Told(f"{Kind.PLACE}:{body.id}", Kind.PLACE, say(pages.directory[body.id].name, code))
    cited = dict.fromkeys((*step.sources, *(source for line in step.lines for source in line.sources)))
    yield from _of_sources(tuple(cited), code, pages)


_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)


def _of_article(id_: str, code: str, pages: Pages) -> Iterator[Told]:
    article = pages.guidance.articles[id_]
    body = article.texts.get(code, article.texts[SOURCE]).body
    for heading in _HEADING.findall(body):
        yield Told(f"{Kind.SECTION}:{slug(heading)}", Kind.SECTION, heading)
    yield from _of_sources(article.facts.sources, code, pages)


def _of_sources(ids: tuple[str, ...], code: str, pages: Pages) -> list[Told]:
    known = pages.sources.by_id
    return [_of_source(known[id_], code) for id_ in ids if id_ in known]


def _of_source(source: Source, code: str) -> Told:
    return Told(f"{Kind.SOURCE}:{source.id}", Kind.SOURCE, say(source.title, code))

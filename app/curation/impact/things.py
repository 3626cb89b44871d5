"""The things of which an edition is made: what each is called, and which file says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from app.content.sources import Sources
from app.content.values import say
from app.directory.model import Directory
from app.guidance.model import Guidance, Topics
from app.kernel.languages import SOURCE
from app.pathways.model import Pathways


class What(StrEnum):
    """What a thing is; earlier ones are used by later ones."""

    SOURCE = "source"
    REGION = "region"
    TERM = "term"
    ORGANISATION = "organisation"
    QUESTION = "question"
    STEP = "step"
    SITUATION = "situation"
    ARTICLE = "article"
    TOPIC = "topic"


@dataclass(frozen=True)
class Thing:
    """A thing of an edition, by its id."""

    what: What
    id: str

    def __str__(self) -> str:
        return f"{self.what}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Thing:
        """Read what `str` writes. Raises ValueError."""
        what, _, id_ = text.partition(":")
        return cls(What(what), id_)


@dataclass(frozen=True)
class Whole:
    """The parts of an edition that refer to each other."""

    sources: Sources
    directory: Directory
    guidance: Guidance
    pathways: Pathways
    topics: Topics

    @cached_property
    def values(self) -> Mapping[What, Mapping[str, object]]:
        """Everything that an edition says of each thing, in all languages: equal where nothing was changed."""
        route = self.pathways
        return {
            What.SOURCE: self.sources.by_id,
            What.REGION: self.directory.regions,
            What.TERM: self.guidance.terms,
            What.ORGANISATION: self.directory.organisations,
            What.QUESTION: {
                one.id: (one, [words.questions.get(one.id) for words in route.words.values()])
                for one in route.questions
            },
            What.STEP: {
                id_: (one, [words.get(id_) for words in route.step_words.values()]) for id_, one in route.steps.items()
            },
            What.SITUATION: {
                one.id: (one, [words.situations.get(one.id) for words in route.words.values()])
                for one in route.situations
            },
            What.ARTICLE: self.guidance.articles,
            What.TOPIC: {topic.id: topic for topic in self.topics.groups},
        }

    def has(self, thing: Thing) -> bool:
        return thing.id in self.values[thing.what]

    def title(self, thing: Thing, code: str) -> str:
        """Return what `thing` is called in the language `code`; its id where it has no name."""
        return _TITLES[thing.what](self, thing.id, code) if self.has(thing) else thing.id


def _step_title(whole: Whole, id_: str, code: str) -> str:
    words = whole.pathways.step_words[code].get(id_)
    return words.title if words else id_


def _question_title(whole: Whole, id_: str, code: str) -> str:
    words = whole.pathways.words[code].questions.get(id_)
    return words.ask if words else id_


def _situation_title(whole: Whole, id_: str, code: str) -> str:
    words = whole.pathways.words[code].situations.get(id_)
    return words.title if words else id_


def _article_title(whole: Whole, id_: str, code: str) -> str:
    texts = whole.guidance.articles[id_].texts
    return texts.get(code, texts[SOURCE]).title


_TITLES: Mapping[What, Callable[[Whole, str, str], str]] = {
    What.SOURCE: lambda whole, id_, code: say(whole.sources.by_id[id_].title, code),
    What.REGION: lambda whole, id_, code: whole.directory.regions[id_][code],
    What.TERM: lambda whole, id_, code: whole.guidance.terms[id_].name[code],
    What.ORGANISATION: lambda whole, id_, code: whole.directory[id_].name[code],
    What.QUESTION: _question_title,
    What.STEP: _step_title,
    What.SITUATION: _situation_title,
    What.ARTICLE: _article_title,
    What.TOPIC: lambda whole, id_, code: next(topic.title[code] for topic in whole.topics.groups if topic.id == id_),
}

_PATHS: Mapping[What, str] = {
    What.SOURCE: "sources.yaml",
    What.REGION: "regions.yaml",
    What.TERM: "glossary.yaml",
    What.ORGANISATION: "organisations/{}.yaml",
    What.QUESTION: "pathways/graph.yaml",
    What.STEP: "pathways/steps/{}/step.yaml",
    What.SITUATION: "pathways/situations/{}.yaml",
    What.ARTICLE: f"articles/{{}}/{SOURCE}.md",
    What.TOPIC: "topics.yaml",
}


def path_of(thing: Thing) -> str:
    """Return the path of the file that says what `thing` is."""
    return _PATHS[thing.what].format(thing.id)

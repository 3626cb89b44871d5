"""Which things of an edition use which, and what a change of one file therefore touches."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.content.markdown import TermMarker
from app.curation.impact.things import Thing, What, Whole
from app.directory.model import Organisation
from app.guidance.model import Article
from app.kernel.languages import PUBLIC, SOURCE
from app.pathways.conditions import Answered, Condition
from app.pathways.model import Step
from app.pathways.predicates import PREDICATES

Uses = Mapping[Thing, Sequence[Thing]]
"""For each thing the things that use it."""

ORDER = tuple(What)

SPREADING = frozenset({What.SOURCE, What.REGION, What.TERM, What.ORGANISATION, What.STEP})
"""Things whose users are touched through them: an article that is only linked to from a plan changes no plan."""

_LINK = re.compile(r"\]\((article|org|term):([a-z0-9_-]+)")

_LINKED = {"article": What.ARTICLE, "org": What.ORGANISATION, "term": What.TERM}


def uses(whole: Whole) -> Uses:
    """Return for each thing of an edition the things that use it, in order."""
    found: dict[Thing, dict[Thing, None]] = {}
    for used, user in _references(whole):
        found.setdefault(used, {})[user] = None
    return {used: tuple(users) for used, users in found.items()}


def asked_by(condition: Condition) -> Iterator[str]:
    """Yield the questions on which a condition depends."""
    for term in condition.terms():
        if isinstance(term, Answered):
            yield term.question
        else:
            yield from (PREDICATES[name].question for name in term.predicates)


def _references(whole: Whole) -> Iterator[tuple[Thing, Thing]]:
    """Yield (what is used, what uses it)."""
    for body in whole.directory:
        user = Thing(What.ORGANISATION, body.id)
        yield from ((Thing(What.SOURCE, id_), user) for id_ in _cited_by(body))
        yield from ((Thing(What.REGION, code), user) for code in body.regions)
    for term in whole.guidance.terms.values():
        yield from ((Thing(What.SOURCE, id_), Thing(What.TERM, term.id)) for id_ in term.sources)
    for step in whole.pathways.steps.values():
        yield from ((used, Thing(What.STEP, step.id)) for used in _of_step(whole, step))
    for situation in whole.pathways.situations:
        user = Thing(What.SITUATION, situation.id)
        yield from ((Thing(What.QUESTION, id_), user) for id_ in asked_by(situation.when))
        yield from ((Thing(What.STEP, id_), user) for listed in situation.steps.values() for id_ in listed)
        yield from ((Thing(What.ARTICLE, slug), user) for slug in situation.articles)
        yield from ((Thing(What.SITUATION, id_), user) for id_ in situation.may_change_into)
    for question in whole.pathways.questions:
        user = Thing(What.QUESTION, question.id)
        yield from ((Thing(What.QUESTION, id_), user) for id_ in asked_by(question.when))
    for article in whole.guidance.articles.values():
        yield from ((used, Thing(What.ARTICLE, article.slug)) for used in _of_article(whole, article))
    for topic in whole.topics.groups:
        yield from ((Thing(What.ARTICLE, slug), Thing(What.TOPIC, topic.id)) for slug in topic.articles)


def _cited_by(body: Organisation) -> Iterator[str]:
    yield from body.sources
    for contact in (*body.phones, *body.emails, *body.websites):
        if contact.source:
            yield contact.source


def _of_step(whole: Whole, step: Step) -> Iterator[Thing]:
    conditions = [step.when, *(line.when for line in step.lines), *(body.when for body in step.bodies)]
    conditions += [door.when for door in step.wrong_doors]
    cited = [*step.sources, *(id_ for line in step.lines for id_ in line.sources)]
    cited += [*(step.answer_due.sources if step.answer_due else ()), *(step.deadline.sources if step.deadline else ())]
    yield from (Thing(What.SOURCE, id_) for id_ in cited)
    yield from (Thing(What.ORGANISATION, one.id) for one in step.bodies)
    yield from (Thing(What.ORGANISATION, one.id) for one in step.wrong_doors)
    yield from (Thing(What.ARTICLE, slug) for slug in step.articles)
    yield from (Thing(What.STEP, id_) for id_ in step.after)
    yield from (Thing(What.QUESTION, id_) for condition in conditions for id_ in asked_by(condition))


def _of_article(whole: Whole, article: Article) -> Iterator[Thing]:
    facts = article.facts
    yield from (Thing(What.SOURCE, id_) for id_ in facts.sources)
    yield from (Thing(What.ORGANISATION, id_) for id_ in facts.organisations)
    yield from (Thing(What.SITUATION, id_) for id_ in facts.situations)
    yield from (Thing(What.ARTICLE, slug) for slug in facts.read_next)
    for text in article.texts.values():
        yield from (Thing(_LINKED[kind], id_) for kind, id_ in _LINK.findall(text.body))


def uses_of_terms(whole: Whole, ids: Collection[str]) -> Uses:
    """Return where the given terms are found in the running text of steps and articles.

    Only these are looked for: to look for all terms in all texts takes seconds.
    """
    found: dict[Thing, dict[Thing, None]] = {}
    terms = [term for term in whole.guidance.terms.values() if term.id in ids]
    for code in PUBLIC:
        marker = TermMarker([(term.id, pattern) for term in terms for pattern in getattr(term.match, code, ())])
        for user, text in _texts(whole, code):
            for *_, id_ in marker.find(text):
                found.setdefault(Thing(What.TERM, id_), {})[user] = None
    return {used: tuple(users) for used, users in found.items()}


def _texts(whole: Whole, code: str) -> Iterator[tuple[Thing, str]]:
    for id_, words in whole.pathways.step_words[code].items():
        yield Thing(What.STEP, id_), "\n".join(words.lines.values())
    for article in whole.guidance.articles.values():
        if code in article.texts:
            yield Thing(What.ARTICLE, article.slug), article.texts[code].body


@dataclass(frozen=True)
class Use:
    """A thing that is touched, and the things through which: those that are changed, or those that use them."""

    thing: Thing
    through: tuple[Thing, ...]


@dataclass(frozen=True)
class Touched:
    """What a change of one file touches: the things that it changes, what uses them, and the languages to look at."""

    changed: tuple[Thing, ...]
    uses: tuple[Use, ...]
    languages: tuple[str, ...]

    def of(self, what: What) -> tuple[Use, ...]:
        return tuple(use for use in self.uses if use.thing.what is what)

    def is_direct(self, use: Use) -> bool:
        """Whether `use` names a changed thing itself."""
        return not set(self.changed).isdisjoint(use.through)


def touched(before: Whole, after: Whole, path: str) -> Touched:
    """Return what the change of the file at `path` touches, between two editions that differ in it."""
    changed = tuple(_changed(before, after, path))
    users: dict[Thing, dict[Thing, None]] = {}
    terms = {thing.id for thing in changed if thing.what is What.TERM}
    for whole in (before,) if before is after else (before, after):
        known = {**uses(whole)}
        for term, more in uses_of_terms(whole, terms).items() if terms else ():
            known[term] = (*known.get(term, ()), *more)
        seen = set(changed)
        left = list(changed)
        while left:
            used = left.pop(0)
            for user in known.get(used, ()):
                if used not in changed and ORDER.index(user.what) <= ORDER.index(used.what):
                    continue
                users.setdefault(user, {})[used] = None
                if user.what in SPREADING and user not in seen:
                    seen.add(user)
                    left.append(user)
    order = {thing: place for place, thing in enumerate(changed)}
    found = [
        Use(user, tuple(sorted(through, key=lambda one: (one not in order, ORDER.index(one.what), one.id))))
        for user, through in users.items()
        if user not in order
    ]
    # A situation is where its own plan is made.
    found += [Use(thing, (thing,)) for thing in changed if thing.what is What.SITUATION]
    found.sort(key=lambda use: (ORDER.index(use.thing.what), use.through[0] not in order, use.thing.id))
    return Touched(changed, tuple(found), tuple(_languages(before, after, path)))


def together(found: Sequence[Touched]) -> Touched:
    """Return what several changes touch that are published together: each thing once, through whatever touches it."""
    users: dict[Thing, dict[Thing, None]] = {}
    for one in found:
        for use in one.uses:
            users.setdefault(use.thing, {}).update(dict.fromkeys(use.through))
    uses_ = sorted((Use(thing, tuple(through)) for thing, through in users.items()), key=_place)
    languages = {code for one in found for code in one.languages}
    changed = dict.fromkeys(thing for one in found for thing in one.changed)
    return Touched(tuple(changed), tuple(uses_), tuple(code for code in PUBLIC if code in languages))


def _place(use: Use) -> tuple[int, str]:
    return ORDER.index(use.thing.what), use.thing.id


_ONE: Sequence[tuple[str, What]] = (
    (r"articles/([^/]+)/.+", What.ARTICLE),
    (r"organisations/([^/]+)\.yaml", What.ORGANISATION),
    (r"pathways/steps/([^/]+)/.+", What.STEP),
    (r"pathways/situations/([^/]+)\.yaml", What.SITUATION),
)
"""Files that say one thing."""

_MANY: Sequence[tuple[str, Sequence[What]]] = (
    (r"pathways/graph\.yaml", [What.QUESTION]),
    (r"pathways/words/.+", [What.QUESTION, What.SITUATION]),
    (r"glossary\.yaml", [What.TERM]),
    (r"sources\.yaml", [What.SOURCE]),
    (r"regions\.yaml", [What.REGION]),
    (r"topics\.yaml", [What.TOPIC]),
)
"""Files that say many things, of which those are changed that the editions say differently."""


def is_shared(path: str) -> bool:
    """Whether the file at `path` says many things: what changes in it shows only beside the other edition."""
    return any(re.fullmatch(pattern, path) for pattern, _ in _MANY)


def _changed(before: Whole, after: Whole, path: str) -> Iterator[Thing]:
    for pattern, what in _ONE:
        if found := re.fullmatch(pattern, path):
            yield Thing(what, found[1])
    for pattern, kinds in _MANY:
        for what in kinds if re.fullmatch(pattern, path) else ():
            old, new = before.values[what], after.values[what]
            yield from (Thing(what, id_) for id_ in {**old, **new} if old.get(id_) != new.get(id_))


def _languages(before: Whole, after: Whole, path: str) -> Iterator[str]:
    """Yield the languages to look at: that of a translation, else each in which the item is written."""
    folder, _, file = path.rpartition("/")
    code = file.partition(".")[0]
    if code in PUBLIC and not (folder.startswith("articles/") and code == SOURCE):
        yield code
        return
    slug = folder.removeprefix("articles/")
    articles = [whole.guidance.articles[slug] for whole in (before, after) if slug in whole.guidance.articles]
    for language in PUBLIC:
        if not articles or any(language in article.texts for article in articles):
            yield language

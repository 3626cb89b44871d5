"""The facts of an edition that are verified one by one, and how many situations lead families to each body."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.content.sources import PATH as SOURCES
from app.content.sources import Sources
from app.content.values import Confidence, Source, say
from app.curation.verification.model import What
from app.directory.cards import number_text
from app.directory.load import FOLDER
from app.directory.model import Directory, Kind, Organisation, Phone, Status
from app.kernel.dates import PartialDate
from app.kernel.languages import SOURCE
from app.pathways.load import STEPS
from app.pathways.model import Pathways, Step

_PHONE = "phone:"

UNDATED = date(2022, 2, 24)
"""The age of what no source dates: as old as the site's subject."""


@dataclass(frozen=True)
class Fact:
    """One fact: where it stands, what it says, and what is known of it apart from acts.

    `key` names it within its file and changes with what it says: what was verified of a number is not of the next one.
    `seen_on` is the last day that the content itself gives for it. `uses` counts situations. Facts of sources and
    rules are of no `body`.
    """

    path: str
    key: str
    what: What
    text: str
    title: Mapping[str, str]
    seen_on: date
    confidence: Confidence
    uses: int
    body: Organisation | None = None
    phone: Phone | None = None

    @property
    def name(self) -> tuple[str, str]:
        """How acts name it: path and key."""
        return self.path, self.key

    @property
    def shown(self) -> str:
        return number_text(self.phone.number) if self.phone else self.text


def uses_of(pathways: Pathways) -> Mapping[str, int]:
    """Return by id of a body in how many situations a step leads to it."""
    found: dict[str, set[str]] = {}
    for step, situations in _situations(pathways).items():
        for body in pathways.steps[step].bodies:
            found.setdefault(body.id, set()).update(situations)
    return {id_: len(situations) for id_, situations in found.items()}


def facts(directory: Directory, sources: Sources, pathways: Pathways) -> Iterator[Fact]:
    """Yield every fact of an edition. Bodies of which everyone has another one have none of their own."""
    uses = uses_of(pathways)
    for body in directory:
        if body.kind is not Kind.GENERIC:
            yield from facts_of(body, uses.get(body.id, 0))
    situations = _situations(pathways)
    cited: dict[str, set[str]] = {}
    for step in pathways.steps.values():
        yield _of_step(step, pathways, len(situations[step.id]))
        for source in (*step.sources, *(id_ for line in step.lines for id_ in line.sources)):
            cited.setdefault(source, set()).update(situations[step.id])
    for one in sources.by_id.values():
        if one.is_linked:
            yield _of_source(one, len(cited.get(one.id, ())))


def links(directory: Directory, sources: Sources, pathways: Pathways) -> list[Fact]:
    """Return every link of an edition: those of bodies and of sources. An address may stand in several."""
    return [fact for fact in facts(directory, sources, pathways) if fact.what is What.LINK]


def facts_of(body: Organisation, uses: int) -> Iterator[Fact]:
    """Yield the contacts of a body that its file offers, and its address."""

    def fact(key: str, what: What, text: str, as_of: str | None, phone: Phone | None = None) -> Fact:
        seen = _day(as_of or body.checked.date)
        return Fact(path_of(body), key, what, text, body.name, seen, body.confidence, uses, body, phone)

    for phone in body.phones:
        if phone.status is Status.CURRENT:
            yield fact(phone_key(phone.number), What.PHONE, phone.number, phone.as_of, phone)
    for email in body.current_emails:
        yield fact(f"email:{email.address}", What.EMAIL, email.address, email.as_of)
    for site in body.current_websites:
        yield fact(key_of("link", site.url), What.LINK, site.url, site.as_of)
    if body.address:
        said = say(body.address, SOURCE)
        yield fact(key_of("address", said), What.ADDRESS, said, None)


def path_of(body: Organisation) -> str:
    """Return the path of a body's file."""
    return f"{FOLDER}{body.id}.yaml"


def phone_key(number: str) -> str:
    """Return the key of the fact that a body answers at `number`."""
    return f"{_PHONE}{number}"


def numbers(names: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield those of `names` (path, key) that are phones of bodies, each with (id of the body, number)."""
    for path, key in names:
        if path.startswith(FOLDER) and key.startswith(_PHONE):
            yield (path, key), (path.removeprefix(FOLDER).removesuffix(".yaml"), key.removeprefix(_PHONE))


def _of_source(source: Source, uses: int) -> Fact:
    key, seen = key_of("link", source.url), _day(source.date)
    return Fact(SOURCES, key, What.LINK, source.url, source.title, seen, Confidence.MEDIUM, uses)


def _of_step(step: Step, pathways: Pathways, uses: int) -> Fact:
    titles = {code: words[step.id].title for code, words in pathways.step_words.items() if step.id in words}
    said = "\n".join(text for _, text in sorted(pathways.step_words[SOURCE][step.id].lines.items()))
    path = f"{STEPS}{step.id}/step.yaml"
    seen = _day(step.checked)
    return Fact(path, key_of("rule", said), What.RULE, titles[SOURCE], titles, seen, step.confidence, uses)


def _situations(pathways: Pathways) -> Mapping[str, Collection[str]]:
    found: dict[str, set[str]] = {}
    for situation in pathways.situations:
        for steps in situation.steps.values():
            for step in steps:
                found.setdefault(step, set()).add(situation.id)
    return {step: found.get(step, set()) for step in pathways.steps}


def key_of(what: str, said: str) -> str:
    """Return the key of a fact that is known by a digest of what it says."""
    return f"{what}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _day(text: str | None) -> date:
    if not text:
        return UNDATED
    try:
        return PartialDate.parse(text).earliest
    except ValueError:
        return UNDATED

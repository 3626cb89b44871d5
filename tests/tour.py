"""Every screen of the site, found from the map of addresses and the live edition, so that none can be forgotten.

A page that is added later is on the tour at once: its address stands in the map. Only an address with a new kind of
part (`/<part>`) needs a line in `PARTS`, and the tour says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import Client

from app.content.sources import Sources
from app.directory.choose import Choice, choose
from app.directory.contacts import Verdict, recognise
from app.directory.model import Directory, Kind, Need
from app.guidance.model import Guidance
from app.kernel.languages import PUBLIC, SOURCE
from app.pathways.model import Pathways
from app.pathways.plan import compose
from app.pathways.public import LONG_PLAN
from app.pathways.walk import walk
from app.styleguide import TITLES
from app.web.edition import Edition

DAY = date(2026, 11, 1)
"""The day on which the families of the stories ask."""

Pairs = Sequence[tuple[str, str]]

LONG_WORD = "Невідкладнодоброзичливопередзвоніть" * 5
"""A word longer than any line: what is typed is shown back."""

PARTS: Mapping[str, Callable[[Edition], Iterable[str]]] = {
    "guidance.article": lambda edition: edition.part(Guidance).articles,
    "guidance.page": lambda edition: edition.part(Guidance).pages,
    "guidance.publisher": lambda edition: sorted({s.publisher_id for s in edition.part(Sources).by_id.values()}),
    "directory.organisation": lambda edition: (body.id for body in edition.part(Directory)),
    "pathways.step": lambda edition: edition.part(Pathways).steps,
    "styleguide.styleguide": lambda _: TITLES,
}
"""What stands in the last part of an address, by endpoint."""


@dataclass(frozen=True)
class Screen:
    """One thing that a reader can be shown: what kind of screen it is, in which language, and where it stands.

    `state` names what is special about it, such as "error"; it is empty for the page as it is first met.
    """

    kind: str
    language: str
    address: str
    state: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind} ({self.state})" if self.state else self.kind


def stories() -> list[Pairs]:
    """Return the answers of every invented family in stories.yaml."""
    content = yaml.safe_load((Path(__file__).parent / "stories.yaml").read_text(encoding="utf-8"))
    return [
        [
            (question, option)
            for question, given in story["answers"].items()
            for option in (given if isinstance(given, list) else [given])
        ]
        for story in content["stories"]
    ]


def screens(site: Flask, edition: Edition) -> list[Screen]:
    """Return every screen in every public language. Raises LookupError for an address whose part it cannot fill."""
    client = site.test_client()
    found: list[Screen] = []
    for rule in sorted(site.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        if "." in rule.rule.rsplit("/", 1)[-1] or rule.rule.startswith("/static/"):
            continue  # a file for another program: a picture, a calendar, contacts
        if "GET" not in (rule.methods or ()):
            continue  # a button: it leads to a page
        if hasattr(site.view_functions[rule.endpoint], "of_own"):
            continue  # a page of what one device holds: it needs a draft or a request, and has tests of its own
        if hasattr(site.view_functions[rule.endpoint], "permission") or "token" in rule.arguments:
            continue  # a page behind the sign-in or behind a secret link: it needs people, and has tests of its own
        if rule.endpoint.startswith("account.") and rule.endpoint not in ("account.login", "account.forgot_password"):
            continue  # a page between the password and the second factor, which leads anyone else to the sign-in
        for language in PUBLIC if "language" in rule.arguments else [SOURCE]:
            found += _of_rule(client, rule, edition, language)
    for language in PUBLIC:
        found.append(Screen("error", language, f"/{language}/no-such-page"))
        found.append(Screen("error", language, f"/{language}/find-help?who=%00", "damaged address"))
    return found


def one_of_each(all_screens: Iterable[Screen]) -> list[Screen]:
    """Return one screen of every kind and state, the languages in turn."""
    chosen: dict[str, dict[str, Screen]] = {}
    for screen in all_screens:
        chosen.setdefault(screen.name, {}).setdefault(screen.language, screen)
    languages = list(PUBLIC)
    return [
        by_language.get(languages[place % len(languages)]) or next(iter(by_language.values()))
        for place, by_language in enumerate(chosen.values())
    ]


def _of_rule(client: Client, rule: Rule, edition: Edition, language: str) -> Iterator[Screen]:
    kind = rule.endpoint.rsplit(".", 1)[-1].replace("_", "-")
    kind = {"find-help": "question", "choose-language": "", "home": "home"}.get(kind, kind)
    addresses = list(_filled(rule, edition, language))
    first = client.get(addresses[0])
    if first.status_code == 302:
        return  # the choice of the language
    if first.status_code == 303:
        # A page that depends on answers: as every family meets it.
        for answers in () if rule.endpoint in ASKED_FOR else stories():
            yield Screen(kind, language, f"{addresses[0]}?{urlencode(answers)}")
    elif first.mimetype == "text/html":
        for address in addresses:
            yield Screen(kind, language, address)
    states = STATES.get(rule.endpoint)
    if states:
        for state, query in states(edition):
            name, _, state = state.rpartition(":")
            yield Screen(name or kind, language, f"{addresses[0]}?{urlencode(query)}", state)


def _filled(rule: Rule, edition: Edition, language: str) -> Iterator[str]:
    parts: Iterable[str] = [""]
    own = rule.arguments - {"language"}
    if own:
        if rule.endpoint not in PARTS or len(own) != 1:
            raise LookupError(f"{rule.rule}: say in PARTS of tests/tour.py what stands in {', '.join(sorted(own))}")
        parts = PARTS[rule.endpoint](edition)
    for part in parts:
        values = dict.fromkeys(own, part) | ({"language": language} if "language" in rule.arguments else {})
        built = rule.build(values)
        assert built is not None, rule.rule
        yield built[1]


ASKED_FOR = frozenset({"pathways.find_help_map"})
"""Pages that need more than answers: `STATES` says what."""

State = tuple[str, Pairs]


def _questions(edition: Edition) -> Iterator[State]:
    """Every question as it is asked, as it is asked again after an empty answer, and the check of all answers."""
    pathways = edition.part(Pathways)
    seen: set[str] = set()
    for answers in stories():
        position = walk(pathways, answers, today=DAY)
        if not seen:
            yield "check-answers:", answers
        for question in position.asked:
            if question.id not in seen:
                seen.add(question.id)
                others = [(key, value) for key, value in answers if key != question.id]
                yield question.kind.value, [*answers, ("change", question.id)]
                yield f"{question.kind.value}, error", [*others, ("asked", question.id)]
                if question.kind.value == "date":
                    typed = [(f"{question.id}-{part}", number) for part, number in (("day", "31"), ("month", "2"))]
                    yield (
                        "date, no such day",
                        [*others, *typed, (f"{question.id}-year", "2026"), ("asked", question.id)],
                    )
    missing = {question.id for question in pathways.questions} - seen
    if missing:
        raise LookupError(f"no story of stories.yaml is asked {sorted(missing)}")


def _contacts(edition: Edition) -> Iterator[State]:
    """The check of a contact with every verdict, with nothing typed, and with a word that no line can hold."""
    directory = edition.part(Directory)
    numbers = [phone.number for body in directory for phone in body.phones]
    verdicts = {recognise(text, directory).verdict: text for text in ["0441234567", "слово", *numbers]}
    for verdict in Verdict:
        yield verdict.value, [("contact", verdicts[verdict])]
    yield "error", [("contact", "")]
    yield "long word", [("contact", LONG_WORD)]


def _bodies(edition: Edition) -> Iterator[State]:
    """The directory with a filter under which the entries are shown in full, and with one that fits nothing."""
    directory = edition.part(Directory)
    now = datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=UTC)
    pairs = [(need, kind) for need in Need for kind in Kind]
    counts = {pair: len(choose(directory, Choice(need=pair[0], kind=pair[1]), now)) for pair in pairs}
    for state, wanted in (("filtered", max(counts.values())), ("nothing fits", 0)):
        need, kind = next(pair for pair, count in counts.items() if count == wanted)
        yield state, [("need", need.value), ("kind", kind.value)]


def _searches(_: Edition) -> Iterator[State]:
    """The search with answers of every kind, respelt, narrowed, and without any."""
    yield "found", [("q", "витяг з реєстру")]
    yield "found", [("q", "coordination headquarters")]
    yield "respelt", [("q", "коорштаб телфон")]
    yield "as typed", [("q", "коорштаб"), ("exact", "1")]
    yield "narrowed", [("q", "витяг"), ("kind", "article")]
    yield "old number", [("q", "0800339247")]
    yield "nothing found", [("q", "борщ з пампушками рецепт")]
    yield "error", [("q", "")]
    yield "long word", [("q", LONG_WORD)]


def _in_full(edition: Edition) -> Iterator[State]:
    """The plans that are shown in brief first, as they are shown on demand."""
    pathways = edition.part(Pathways)
    for answers in stories():
        position = walk(pathways, answers, today=DAY)
        if len(compose(pathways, position.answers, today=DAY).stops) > LONG_PLAN:
            yield "plan-in-full:", [*answers, ("whole", "1")]


def _maps(edition: Edition) -> Iterator[State]:
    """The map in place of each list of regions."""
    regions = [question.id for question in edition.part(Pathways).questions if question.kind.value == "region"]
    for region in regions:
        answers = next(answers for answers in stories() if region in dict(answers))
        yield "", [("question", region), *((key, value) for key, value in answers if key != region)]


def _two_columns(_: Edition) -> Iterator[State]:
    for answers in stories():
        yield "plan-in-two-columns:", [*answers, ("columns", "2")]


STATES: Mapping[str, Callable[[Edition], Iterator[State]]] = {
    "pathways.find_help": _questions,
    "pathways.plan": _in_full,
    "pathways.plan_print": _two_columns,
    "pathways.find_help_map": _maps,
    "guidance.articles": lambda _: iter([("filtered", [("need", "extract")]), ("nothing fits", _NO_ARTICLE)]),
    "directory.organisations": _bodies,
    "directory.check_contact": _contacts,
    "search.search": _searches,
    "listening.report": lambda _: iter([("about a body", [("about", "organisations/ombudsman")])]),
}
"""Further states of a screen, by endpoint: (name of the state, query). "kind:state" names a screen of its own."""

_NO_ARTICLE: list[tuple[str, Any]] = [("situation", "serviceman_missing"), ("need", "leave")]

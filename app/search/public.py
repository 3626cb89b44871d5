"""The search page, and suggestions while typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, request, url_for
from flask_babel import gettext

from app.directory.cards import Card, card, number_text
from app.directory.contacts import Verdict, recognise
from app.directory.model import Directory
from app.kernel.languages import PUBLIC
from app.kernel.text import digits
from app.pathways.model import Pathways
from app.search.documents import Document, Kind
from app.search.filters import Choice, offers
from app.search.find import Found, Hit, Search, Shown
from app.search.labels import KINDS
from app.search.understand import LONGEST
from app.web.edition import part
from app.web.language import in_language, language
from app.web.pages import MINUTE, answers_page
from app.web.tally import tally

blueprint = in_language(Blueprint("search", __name__))

FEW = 4
"""Results of a kind where several kinds are shown."""
MANY = 15
"""Results where one kind is chosen."""
SHORTEST_NUMBER = 5
"""Digits from which on a query may be a superseded number."""


@dataclass(frozen=True)
class Result:
    """A hit with its address, and its current phones where it is a body."""

    shown: Shown
    address: str
    card: Card | None

    @property
    def section_address(self) -> str:
        """The address of the section that the lines are from, or the page's own."""
        anchor = self.shown.snippet.anchor
        return f"{self.address}#{anchor}" if anchor and "#" not in self.address else self.address


@dataclass(frozen=True)
class Group:
    """The results of one kind: how many there are, and the first of them."""

    kind: Kind
    count: int
    results: tuple[Result, ...]
    address: str


@dataclass(frozen=True)
class Option:
    """A value of a filter in words: how many results have it, and the address that shows only these."""

    text: str
    count: int
    address: str


@dataclass(frozen=True)
class Filter:
    """A filter in words: what is chosen, with the address without it; or what may be chosen."""

    label: str
    chosen: str
    without: str
    options: tuple[Option, ...]


@blueprint.get("/search")
def search() -> Response:
    """Show what answers the query, grouped by kind, and say what was done to it.

    A query without an answer is counted, and nobody is followed: docs/decisions/0029-counting-without-following.md.
    """
    typed = request.args.get("q", "").strip()[:LONGEST]
    as_typed = request.args.get("exact") == "1"
    choice = _choice()
    found = part(Search).finder.find(typed, as_typed=as_typed)
    fitting = [hit for hit in found.hits if choice.lets(hit.document)]
    superseded = _superseded(typed)
    if typed and not found.hits and not superseded:
        tally().add_query(typed)
    return answers_page(
        "search/search.html",
        fresh_for=MINUTE,
        typed=typed,
        asked="q" in request.args,
        as_typed=as_typed,
        understood=found.understood,
        count=len(fitting),
        answered=bool(found.hits),
        groups=_groups(found, fitting, choice),
        nearest=[_result(found, hit) for hit in found.nearest if hit.document.kind is Kind.ARTICLE],
        superseded=superseded,
        choice=choice,
        kinds=KINDS,
        all_kinds_address=_address(typed, replace(choice, kind="")),
        filters=_filters([hit for hit in fitting if choice.kind in ("", hit.document.kind)], choice, typed),
        exact_address=_address(typed, choice, exact=True),
        other_address=_address(found.understood.other, choice) if found.understood.other else "",
        meant_address=_address(typed, choice),
    )


@blueprint.get("/suggest")
def suggest() -> Response:
    """Return what the typed letters may become, as JSON: text, address and kind of each."""
    finder = part(Search).finder
    found = finder.suggestions[language()].begin(request.args.get("q", ""))
    response = jsonify(
        [
            {"text": item.text, "address": _page(item.document), "kind": str(KINDS[item.document.kind].one)}
            for item in found
        ]
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _known() -> dict[str, dict[str, str]]:
    """Return for each filter its values in words."""
    pathways, regions = part(Pathways), part(Directory).regions
    return {
        "situation": {id_: words.title for id_, words in pathways.words[language()].situations.items()},
        "region": {code: words[language()] for code, words in regions.items()},
        "written": {code: entry.own_name for code, entry in PUBLIC.items()},
    }


def _choice() -> Choice:
    """Return the chosen filters; unknown values are dropped."""
    values = {**{name: set(names) for name, names in _known().items()}, "kind": {kind.value for kind in Kind}}
    return Choice(**{name: value for name, ids in values.items() if (value := request.args.get(name, "")) in ids})


def _groups(found: Found, fitting: list[Hit], choice: Choice) -> list[Group]:
    """Group hits by kind, the kind of the best hit first."""
    by_kind: dict[Kind, list[Hit]] = {}
    for hit in fitting:
        by_kind.setdefault(hit.document.kind, []).append(hit)
    shown = MANY if choice.kind or len(by_kind) == 1 else FEW
    return [
        Group(
            kind,
            len(hits),
            tuple(_result(found, hit) for hit in hits[:shown]),
            _address(found.understood.typed, replace(choice, kind=kind)),
        )
        for kind, hits in by_kind.items()
        if not choice.kind or kind == choice.kind
    ]


def _result(found: Found, hit: Hit) -> Result:
    shown = part(Search).finder.show(found, hit, language())
    body = None
    if hit.document.kind is Kind.ORGANISATION:
        body = card(part(Directory)[hit.document.target], language(), datetime.now(UTC))
    return Result(shown, _page(hit.document), body)


def _page(document: Document) -> str:
    """Return the address of a document's page."""
    if document.kind is Kind.ORGANISATION:
        return url_for("directory.organisation", id_=document.target)
    if document.kind is Kind.STEP:
        return url_for("pathways.step", id_=document.target)
    if document.kind is Kind.TERM:
        return url_for("guidance.glossary", _anchor=document.target)
    return url_for("guidance.article", slug=document.target)


def _superseded(typed: str) -> tuple[str, str] | None:
    """Return (address, text) of what to use instead of a superseded number that was typed; None for any other query."""
    if len(digits(typed)) < SHORTEST_NUMBER:
        return None
    finding = recognise(typed, part(Directory))
    if finding.verdict is not Verdict.SUPERSEDED or not finding.use_instead:
        return None
    instead = finding.use_instead
    return (f"tel:{instead}", number_text(instead)) if digits(instead) else (instead, instead)


def _filters(hits: Sequence[Hit], choice: Choice, typed: str) -> list[Filter]:
    """Return what is chosen, to be taken away, and what the answer can be narrowed down by."""
    labels = {"situation": gettext("Situation"), "region": gettext("Region"), "written": gettext("Language")}
    known = _known()
    chosen = {name: getattr(choice, name) for name in known}
    taken = [
        Filter(labels[name], known[name][value], _address(typed, replace(choice, **{name: ""})), ())
        for name, value in chosen.items()
        if value
    ]
    open_ = {name: names for name, names in known.items() if not chosen[name]}
    offered = [
        Filter(
            labels[offer.name],
            "",
            "",
            tuple(
                Option(known[offer.name][value], count, _address(typed, replace(choice, **{offer.name: value})))
                for value, count in offer.values
            ),
        )
        for offer in offers([hit.document for hit in hits], open_)
    ]
    return taken + offered


def _address(typed: str, choice: Choice, *, exact: bool = False) -> str:
    """Return the address of a search with these filters, or of the query as it was typed."""
    chosen = {**asdict(choice), "exact": "1" if exact else ""}
    return url_for("search.search", q=typed, **{name: value for name, value in chosen.items() if value})

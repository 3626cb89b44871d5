"""Forms found by walking: every page that links or the map lead to, each form filled as a person could fill it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

from flask import Flask
from lxml import etree

CORE = "zzmark"
"""Stands in everything that is typed: whoever finds it in a log has found a value."""

DIGITS = "674417883"
"""Stands in everything that is typed where only digits fit."""

Typed = tuple[str, Any]


class Answer(NamedTuple):
    """What came back."""

    status: int
    location: str
    text: str


Ask = Callable[[str, str, list[Typed], Mapping[str, str]], Answer]
"""Sends a request: method, address, fields, headers."""


@dataclass(frozen=True)
class Field:
    """One field of a form: its name, its kind, the value it stands at, the values it offers."""

    name: str
    kind: str
    value: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A form as a page shows it."""

    method: str
    address: str
    fields: tuple[Field, ...]

    @property
    def kind(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes it another form than others: its way, its address without ids, the names of its fields."""
        path = re.sub(r"(?<=/)[\w-]*\d[\w-]*", "*", urlsplit(self.address).path)
        return self.method, re.sub(r"^/\w\w/", "/*/", path), tuple(sorted({found.name for found in self.fields}))

    def filled(self, *, validly: bool) -> list[Typed]:
        """Return the form filled with marked values; choices too, unless `validly`."""
        return list(self._filled(validly))

    def _filled(self, validly: bool) -> Iterator[Typed]:
        chosen: set[str] = set()
        for number, found in enumerate(self.fields):
            if found.name == "csrf_token" or (found.kind == "hidden" and validly):
                yield found.name, found.value
            elif found.kind in ("radio", "checkbox", "select"):
                if found.name not in chosen:
                    yield found.name, (found.options[-1] if validly and found.options else f"{CORE}{number}")
                chosen.add(found.name)
            elif found.kind != "submit":
                yield found.name, _typed(found, number)


def _typed(found: Field, number: int) -> str:
    if found.kind == "email" or "email" in found.name:
        return f"{CORE}{number}@example.org"
    if found.kind in ("tel", "number", "date") or re.search("phone|year|month|day|number", found.name):
        return f"0{DIGITS}"
    return f"{CORE}{number} Ґалаґан «{number}»"


def forms_of(text: str, address: str) -> list[Form]:
    """Return the forms of a page."""
    page = etree.HTML(text)
    found = []
    for form in page.xpath("//form") if page is not None else ():
        fields = [_field(element) for element in form.iter("input", "select", "textarea", "button")]
        action = urldefrag(urljoin(address, form.get("action") or "")).url
        found.append(Form((form.get("method") or "get").upper(), action, tuple(one for one in fields if one.name)))
    return found


def _field(element: Any) -> Field:
    options = tuple(option.get("value") or "" for option in element.iter("option"))
    kind = {"select": "select", "textarea": "textarea", "button": "submit"}.get(
        element.tag, element.get("type", "text")
    )
    value = element.get("value") or ""
    return Field(element.get("name") or "", kind, value, options or ((value,) if value else ()))


def links_of(text: str, address: str) -> Iterator[str]:
    """Yield the addresses of this site that a page leads to."""
    page = etree.HTML(text)
    for href in page.xpath("//a/@href") if page is not None else ():
        target = urldefrag(urljoin(address, href)).url
        if urlsplit(target).netloc == urlsplit(address).netloc and urlsplit(target).scheme in ("http", "https", ""):
            yield target


@dataclass
class Walk:
    """Reads pages from `starts` on, a few of each kind, and remembers one form of each kind.

    A form that only asks is sent as soon as it is met, because more forms may stand behind it.
    """

    ask: Ask
    starts: Iterable[str]
    most: int = 400
    of_kind: int = 3
    forms: dict[tuple[str, str, tuple[str, ...]], Form] = field(default_factory=dict)
    read: int = 0

    def run(self) -> list[Form]:
        """Return every form that was met."""
        waiting = list(self.starts)
        seen: set[str] = set()
        kinds: Counter[tuple[str, str]] = Counter()
        while waiting and self.read < self.most:
            address = waiting.pop(0)
            kind = self._kind(address)
            if address in seen or kinds[kind] >= self.of_kind:
                continue
            seen.add(address)
            kinds[kind] += 1
            self.read += 1
            answer = self.ask("GET", address, [], {})
            if answer.location:
                waiting.insert(0, urljoin(address, answer.location))
            if "<html" not in answer.text:
                continue
            for form in forms_of(answer.text, address):
                if form.kind not in self.forms and form.method == "GET":
                    waiting.append(address_with(form.address, form.filled(validly=True)))
                self.forms.setdefault(form.kind, form)
            waiting += links_of(answer.text, address)
        return list(self.forms.values())

    @staticmethod
    def _kind(address: str) -> tuple[str, str]:
        """Pages that differ by an id, a slug or an answer are of one kind, questions apart."""
        parts = urlsplit(address)
        path = re.sub(r"^((?:/\w\w)?/(?:articles|organisations|sources|steps)/).+", r"\1*", parts.path)
        path = re.sub(r"(?<=/)[\w-]*\d[\w-]*", "*", path)
        return path, " ".join(sorted({pair.partition("=")[0] for pair in parts.query.split("&")}))


def starts(site: Flask) -> list[str]:
    """Return every address of the map that needs nothing to be known, in the first language."""
    found = []
    for rule in site.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and not rule.arguments - {"language"}:
            built = rule.build({"language": "uk"} if rule.arguments else {})
            assert built is not None
            found.append(built[1])
    return found


def address_with(address: str, fields: list[Typed]) -> str:
    """Return the address that a GET form leads to."""
    return f"{address.partition('?')[0]}?{urlencode(fields)}"


def marked(text: str) -> list[str]:
    """Return the marked values that stand in a text, as they are, escaped or percent-encoded."""
    return re.findall(rf".{{0,60}}(?:{CORE}|{DIGITS}|%D2%90ала|\\u0490\\u0430\\u043b|Ґалаґан).{{0,60}}", text, re.I)

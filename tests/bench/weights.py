"""Weighs every public page as it travels: ``python tests/bench/weights.py`` prints them all, the heaviest first.

A first visit costs the page and its style sheet; with every enhancement also the scripts and pictures that it loads.
Bytes are those of the compressed bodies, made as the server makes them. Time stands still, for "open now" has a weight.
``--allow`` writes what each kind weighs today into tests/weights.json as the most that it may weigh.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin, urlsplit

import time_machine
from flask import Flask
from lxml import etree
from werkzeug.test import Client

from app.config import ROOT, Settings
from app.content.library import Library
from app.edition import read_edition, searchable
from app.site import create_app
from app.storage.database import prepare_database
from app.web.edition import Edition
from tests.tour import Screen, screens

BUDGETS = Path(__file__).parent.parent / "weights.json"
MOST_STYLE = 7 * 1024
MOST_PAGE = 14 * 1024
MOST_WHOLE = 30 * 1024
LATER = frozenset({"plan-in-full", "plan-in-two-columns", "styleguide"})
"""Asked for on a plan's page, or by those who compose pages: never a first visit, they may weigh what all of it may."""
NOON = "2026-11-25T12:00:00+02:00"
"""A working day at noon in Kyiv: most bodies are open."""

_IMPORT = re.compile(rb"""\bfrom\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']""")
_URL = re.compile(rb"""url\(["']?([^"')]+)""")


@dataclass(frozen=True)
class Weight:
    """What a screen weighs: `page` with its style sheet, `whole` with all it loads, in `requests` requests."""

    screen: Screen
    page: int
    whole: int
    requests: int


class Scales:
    """Weighs addresses of a site; what is loaded by many pages is fetched once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._loaded: dict[str, tuple[bytes, int]] = {}

    def weigh(self, screen: Screen) -> Weight:
        answer = self._client.get(screen.address, headers={"Accept-Encoding": "br"})
        own = len(answer.data)
        plain = self._client.get(screen.address).data
        styles, others = loads(plain, screen.address)
        everything = dict.fromkeys((*styles, *others))
        for address in list(everything):
            everything |= dict.fromkeys(self._further(address))
        page = own + sum(self.bytes_of(address) for address in styles)
        whole = own + sum(self.bytes_of(address) for address in everything)
        return Weight(screen, page, whole, 1 + len(everything))

    def bytes_of(self, address: str) -> int:
        """Return the bytes of a loaded file on the wire."""
        return self._load(address)[1]

    def _load(self, address: str) -> tuple[bytes, int]:
        if address not in self._loaded:
            sent = self._client.get(address, headers={"Accept-Encoding": "br"})
            assert sent.status_code == 200, address
            self._loaded[address] = (self._client.get(address).data, len(sent.data))
        return self._loaded[address]

    def _further(self, address: str) -> Iterator[str]:
        """Yield what a script imports and a style sheet names, and what those do in turn."""
        pattern = {".js": _IMPORT, ".css": _URL}.get(Path(urlsplit(address).path).suffix)
        for found in pattern.finditer(self._load(address)[0]) if pattern else ():
            named = next(group for group in found.groups() if group).decode()
            if not named.startswith(("data:", "#")):
                further = urljoin(address, named)
                yield further
                yield from self._further(further)


def loads(page: bytes, address: str) -> tuple[list[str], list[str]]:
    """Return what a page makes a browser load at once: its style sheets, and its scripts and pictures."""
    root = etree.HTML(page.decode())
    styles = root.xpath("//link[@rel='stylesheet']/@href")
    others = root.xpath(
        "//script/@src | //img/@src | //source/@src | //use/@href[not(starts-with(., '#'))]"
        " | //link[contains('icon modulepreload preload manifest', @rel)]/@href"
    )
    return [urljoin(address, url) for url in styles], list(dict.fromkeys(urljoin(address, url) for url in others))


def weigh_all(site: Flask, edition: Edition) -> list[Weight]:
    """Weigh every screen, the heaviest first."""
    with time_machine.travel(NOON, tick=False):
        scales = Scales(site.test_client())
        weights = [scales.weigh(screen) for screen in screens(site, edition)]
    return sorted(weights, key=lambda weight: (-weight.page, -weight.whole, weight.screen.address))


def heaviest(weights: Iterable[Weight]) -> dict[str, dict[str, int]]:
    """Return for each kind of screen the most that one of it weighs."""
    most: dict[str, dict[str, int]] = {}
    for weight in weights:
        kind = most.setdefault(weight.screen.kind, {"page": 0, "whole": 0})
        kind["page"] = max(kind["page"], weight.page)
        kind["whole"] = max(kind["whole"], weight.whole)
    return dict(sorted(most.items()))


def most_allowed(kind: str) -> dict[str, int]:
    """Return what no page of `kind` may outgrow, whatever its budget says."""
    return {"page": MOST_WHOLE if kind in LATER else MOST_PAGE, "whole": MOST_WHOLE}


def budgets() -> Mapping[str, Mapping[str, int]]:
    """Return the most that a screen of each kind may weigh, and the style sheet."""
    found: dict[str, dict[str, int]] = json.loads(BUDGETS.read_text(encoding="utf-8"))
    return found


def style_weight(site: Flask) -> int:
    with site.test_client() as client:
        return len(client.get("/static/site.css", headers={"Accept-Encoding": "br"}).data)


def table(weights: Iterable[Weight]) -> str:
    """Return the weights as lines of text, in the order given."""
    lines = [f"{'page':>6} {'whole':>6} {'requests':>8}  kind and address"]
    lines += [f"{w.page:6} {w.whole:6} {w.requests:8}  {w.screen.name:24} {w.screen.address[:110]}" for w in weights]
    return "\n".join(lines)


def main() -> None:
    with TemporaryDirectory() as name:
        settings = Settings(instance=Path(name))
        prepare_database(settings.database, keys="", key_file=settings.key_file, today=date.today()).engine.dispose()
        edition = searchable(read_edition(Library.read(ROOT / "content")), settings.search)
        site = create_app(settings, edition)
        weights = weigh_all(site, edition)
        style = style_weight(site)
    if "--allow" in sys.argv:
        BUDGETS.write_text(json.dumps(heaviest(weights), indent=2) + "\n", encoding="utf-8")
    print(table(weights))
    print(f"\nstyle sheet: {style} bytes of {MOST_STYLE}\n\n{'page':>6} {'whole':>6}  the heaviest of each kind")
    for kind, most in sorted(heaviest(weights).items(), key=lambda item: -item[1]["page"]):
        print(f"{most['page']:6} {most['whole']:6}  {kind}")


if __name__ == "__main__":
    main()

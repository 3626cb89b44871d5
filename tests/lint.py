"""Judging a page: what must hold of every page of the site, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import brotli
import html5lib
from flask import Flask
from lxml import etree
from werkzeug.test import Client, TestResponse

from app.web.cache import brotli_of

HEAVIEST = 14 * 1024
"""Bytes on the wire of a first visit: the page and its style sheets, compressed."""

HEAVY = re.compile(r"/styleguide|/staff/content/(?:graph|edit|form)$|/staff/translations/edit$|/cases/\w+/plan/print$")
"""Pages that may weigh more: every component, the whole route as one picture, an item as a whole, and the pack that a
helper prints for a family."""

NEVER_PRINTED = (
    "0800339247", "0958960421", "0502408529", "0894201866", "0444286274", "0954127424", "0444251209",
)  # fmt: skip
"""Superseded numbers in national form. Only the page that checks a typed contact may echo one."""


class LintingClient(Client):
    """A client that lints every HTML answer; `faults` of a page fail the test that fetched it."""

    def __init__(self, site: Flask) -> None:
        super().__init__(site)
        self.site = site
        self.styles: dict[str, int] = {}

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", self.site.config["SITE_URL"] or None)
        response = super().open(*args, **kwargs)
        # What is saved is no page of the site: it brings its own style along.
        is_saved = response.headers.get("Content-Disposition", "").startswith("attachment")
        is_page = response.mimetype == "text/html" and response.content_encoding is None and not is_saved
        if is_page and response.status_code != 302:
            sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', response.get_data(as_text=True))
            found = page_faults(response, style_bytes=sum(map(self._style_bytes, sheets)))
            assert not found, f"{response.request.path}: {found}"
        return response

    def _style_bytes(self, address: str) -> int:
        if address not in self.styles:
            with self.site.test_client() as client:
                self.styles[address] = len(brotli.compress(client.get(address).data, quality=11))
        return self.styles[address]


def page_faults(response: TestResponse, *, style_bytes: int) -> list[str]:
    """Return what is wrong with an HTML answer."""
    text = response.get_data(as_text=True)
    if response.status_code in (301, 302, 303):
        return []
    faults = [f"not valid HTML: {error}" for error in html_errors(text)]
    page = etree.HTML(text)
    heading = page.xpath("//h1")
    if len(heading) != 1:
        faults.append(f"{len(heading)} h1 headings")
    else:
        words = " ".join("".join(heading[0].itertext()).split())
        title = " ".join("".join(page.xpath("//title")[0].itertext()).split())
        if not re.sub(r"^(Помилка|Error): ", "", title).startswith(words):
            faults.append(f"the title {title!r} does not begin with the heading {words!r}")
    first = urlsplit(response.request.path).path.strip("/").split("/")[0]
    if page.get("lang") != (first if first in ("uk", "en") else "uk") or page.get("dir") != "ltr":
        faults.append("html lacks the language of its address, or its direction")
    ids = page.xpath("//@id")
    faults += [f"id {id_!r} stands twice" for id_ in sorted({id_ for id_ in ids if ids.count(id_) > 1})]
    faults += [
        f"{field.tag} {field.get('name')!r} has no label"
        for field in page.xpath("//input[not(@type='hidden')]|//select|//textarea")
        if not (field.get("id") and page.xpath("//label[@for=$id]", id=field.get("id")))
    ]
    faults += [f"broken reference #{a[1:]}" for a in page.xpath("//a/@href") if a.startswith("#") and a[1:] not in ids]
    if page.xpath("//*[@style]|//style|//script[not(@src)]|//*[@onclick]"):
        faults.append("inline style or script")
    external = [url for url in page.xpath("//link[@rel='stylesheet']/@href|//script/@src|//img/@src") if "//" in url]
    faults += [f"third-party request: {url}" for url in external]
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        faults.append("the content security policy is weak or missing")
    holds_form = bool(page.xpath("//form[@method='post']"))
    if "Set-Cookie" in response.headers and not (holds_form and response.headers.get("Cache-Control") == "no-store"):
        faults.append("a page that is only read sets a cookie, or a page with a form may be kept by others")
    faults += superseded_numbers(text) if "check-contact" not in response.request.path else []
    # As the server compresses: what is the same for everyone as small as can be, a family's own pages quickly.
    quick = not response.headers.get("Cache-Control", "").startswith("public")
    weight = len(brotli_of(response.data, quick=quick)) + style_bytes
    if weight > HEAVIEST and response.status_code == 200 and not HEAVY.search(response.request.path):
        faults.append(f"{weight} bytes on the wire with the style sheets; at most {HEAVIEST}")
    return faults


def superseded_numbers(text: str) -> list[str]:
    """Return superseded numbers printed in the visible text or offered in a link."""
    visible = re.sub(r"(?<=\d)[\s\u00a0()+-]+(?=\d)", "", re.sub(r"<[^>]*>", " ", text))
    return [f"superseded number {n}" for n in NEVER_PRINTED if n in visible or f"tel:+38{n}" in text]


def html_errors(text: str) -> list[str]:
    """Return parse errors of the HTML standard's tokenizer and tree builder."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    return [f"{code} at line {position[0]}" for position, code, _ in parser.errors]


def page(client: LintingClient, address: str, status: int = 200, *, data: Mapping[str, object] | None = None) -> str:
    """Fetch a page, or send `data` to it, and return its text with the spans taken out that only divide words."""
    response = client.get(address) if data is None else client.post(address, data=dict(data))
    assert response.status_code == status, response.get_data(as_text=True)
    return unescape(re.sub(r"</?span[^>]*>", "", response.get_data(as_text=True)))

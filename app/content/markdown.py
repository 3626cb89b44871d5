"""Safe Markdown for articles: no HTML, own link schemes, citations, terms explained at first use.

Links are written ``[text](org:id)``, ``[text](article:slug)``, ``[text](term:id)``, ``[text](route:)``; a citation is
``[^source-id]`` behind the statement it supports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from app.kernel.text import slug, wildcard

_CITATION = re.compile(r"\s*\[\^([a-z0-9][a-z0-9_-]*)\]")
_LINK = re.compile(r"\]\(([a-z]+):([a-z0-9_-]*)\)")
_FIGURE = re.compile(r"\{figure:([a-z0-9-]+)\}")
_HEADING = re.compile(r"^#{2,3} +(.+?)\s*$", re.MULTILINE)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")


def citations(body: str) -> tuple[str, ...]:
    """Return the ids cited in a Markdown body, in order of first use."""
    return tuple(dict.fromkeys(_CITATION.findall(body)))


def without_citations(body: str) -> str:
    return _CITATION.sub("", body)


def figures(body: str) -> list[str]:
    """Return the ids of the pictures that a Markdown body shows."""
    return _FIGURE.findall(body)


def without_figures(body: str) -> str:
    return _FIGURE.sub("", body)


def links(body: str) -> list[tuple[str, str]]:
    """Return (scheme, target) of each link in a Markdown body."""
    return _LINK.findall(body)


def headings(body: str) -> list[str]:
    return _HEADING.findall(body)


class TermMarker:
    """Finds terms in running text and marks the first use of each on one page.

    `patterns` gives (term id, pattern) pairs; in a pattern ``*`` at the end of a word stands for any ending. Longer
    patterns win. Patterns in capitals match capitals only.
    """

    def __init__(self, patterns: Sequence[tuple[str, str]]) -> None:
        self._ids: dict[str, str] = {}
        parts = []
        for number, (id_, pattern) in enumerate(sorted(patterns, key=lambda pair: -len(pair[1]))):
            words = wildcard(pattern.replace("'", "’"))
            # A pattern in capitals is an abbreviation: it must not match the same letters in a word.
            parts.append(f"(?P<t{number}>{words if pattern.isupper() else f'(?i:{words})'})")
            self._ids[f"t{number}"] = id_
        self._pattern = re.compile("|".join(parts)) if parts else None
        # The texts of an edition are few and come again on every page: what was found in one is remembered.
        self.find = lru_cache(maxsize=20_000)(self._find)

    def _find(self, text: str) -> tuple[tuple[int, int, str], ...]:
        """Return (start, end, term id) of every term in `text`."""
        if self._pattern is None:
            return ()
        return tuple((*found.span(), self._ids[found.lastgroup or ""]) for found in self._pattern.finditer(text))

    def mark(self, text: str, used: list[str], most: int = 99) -> Markup:
        """Escape `text` and link the first use of each term not yet in `used`, to which found ids are appended.

        No more than `most` terms are marked on one page.
        """
        parts, last = [], 0
        for start, end, id_ in self.find(text):
            if id_ not in used and len(used) < most:
                used.append(id_)
                parts += [
                    escape(text[last:start]),
                    f'<a class="term" href="#w-{id_}">',
                    escape(text[start:end]),
                    "</a>",
                ]
                last = end
        return Markup("".join([*parts, escape(text[last:])]))  # noqa: S704 (every text in it is escaped)


@dataclass(frozen=True)
class Rendered:
    """An article's body as HTML with what it uses: its sections, the sources cited and the terms marked, in order."""

    html: Markup
    sections: tuple[tuple[str, str], ...]
    cited: tuple[str, ...]
    terms: tuple[str, ...]


def render(
    body: str,
    *,
    address_of: Callable[[str, str], str],
    marker: TermMarker,
    titles: Mapping[str, str],
    draw: Callable[[str], Markup] | None = None,
) -> Rendered:
    """Render a Markdown body.

    `address_of(scheme, target)` resolves own links; `titles` gives a source's title by id for the citation's label;
    `draw(id)` gives the picture for a paragraph that says ``{figure:id}``.
    """
    parser = _parser()
    tokens = parser.parse(body)
    cited: list[str] = []
    used: list[str] = []
    sections: list[tuple[str, str]] = []
    in_heading = False
    heads: list[str] = []
    column = 0
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            in_heading = True
            text = tokens[place + 1].content
            anchor = slug(text)
            token.attrSet("id", anchor)
            if token.tag == "h2":
                sections.append((anchor, text))
        elif token.type == "heading_close":
            in_heading = False
        elif draw and token.type == "inline" and (shown := _FIGURE.fullmatch(token.content.strip())):
            token.children = [_html(draw(shown.group(1)))]
            # A figure is no paragraph: the tags around it are not written.
            tokens[place - 1].hidden = tokens[place + 1].hidden = True
        elif token.type == "inline" and token.children:
            token.children = _inline(token.children, address_of, marker, titles, cited, used, plain=in_heading)
        elif token.type == "table_open":
            token.attrSet("class", "wide")
            heads = []
        elif token.type == "th_open":
            heads.append("".join(part.content for part in tokens[place + 1].children or () if part.type == "text"))
        elif token.type == "tr_open":
            column = 0
        elif token.type == "td_open":
            if column and heads[column]:
                # A phone shows a row's cells one below the other: each then says what it is.
                token.attrSet("data-label", without_citations(heads[column]))
            column += 1
    html = Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 (html is off, text is escaped)
    return Rendered(html, tuple(sections), tuple(cited), tuple(used))


def _inline(
    children: list[Token],
    address_of: Callable[[str, str], str],
    marker: TermMarker,
    titles: Mapping[str, str],
    cited: list[str],
    used: list[str],
    *,
    plain: bool,
) -> list[Token]:
    out: list[Token] = []
    in_link = False
    for token in children:
        if token.type == "link_open":
            in_link = True
            scheme, _, target = str(token.attrGet("href")).partition(":")
            token.attrSet("href", address_of(scheme, target))
        elif token.type == "link_close":
            in_link = False
        if token.type != "text":
            out.append(token)
            continue
        end = 0
        for found in _CITATION.finditer(token.content):
            out.append(_html(_text(token.content[end : found.start()], marker, used, plain=plain or in_link)))
            id_ = found.group(1)
            if id_ not in cited:
                cited.append(id_)
            label = Markup('<sup><a href="#s-{0}" title="{2}">[{1}]</a></sup>')
            out.append(_html(label.format(id_, cited.index(id_) + 1, titles.get(id_, id_))))
            end = found.end()
        out.append(_html(_text(token.content[end:], marker, used, plain=plain or in_link)))
    return out


def _text(text: str, marker: TermMarker, used: list[str], *, plain: bool) -> Markup:
    return escape(text) if plain else marker.mark(text, used)


def _html(markup: Markup) -> Token:
    return Token("html_inline", "", 0, content=str(markup))

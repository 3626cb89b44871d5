"""Pictures drawn on the server as SVG: bars of dated numbers, and the way of papers between bodies.

What a picture shows stands as text beside it (a table, a list), so nothing is lost without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from markupsafe import Markup, escape
from pydantic import Field

from app.content.library import Reader
from app.content.sources import Sources, check_sources
from app.content.style import Banned, check_words
from app.content.values import Dated, Id, Value, Words, say
from app.kernel.dates import in_words

PATH = "figures.yaml"
WIDTH = 340
"""Units of a picture's width: a phone's 360 px less the margins, so that text is drawn at its natural size."""

_LINE = 17
_CHARACTERS = 17
_PATTERNS = ("solid", "light", "lined", "open")


class Point(Value):
    """A dated number, as its source gives it: `shown` keeps "over" and "about", `value` is what the bar measures."""

    date: Dated
    value: int = Field(gt=0)
    shown: Words
    counts: Id
    sources: tuple[Id, ...] = Field(min_length=1)


class Bars(Value):
    """Numbers by date; `counts` names what each kind of number counts, drawn in a pattern of its own."""

    id: Id
    title: Words
    note: Words
    counts: dict[Id, Words] = Field(min_length=1, max_length=len(_PATTERNS))
    points: tuple[Point, ...] = Field(min_length=2)


class Paper(Value):
    """A paper on its way: who gives it, what it is, where it is needed."""

    giver: Words
    paper: Words
    receiver: Words
    sources: tuple[Id, ...] = Field(min_length=1)


class Papers(Value):
    """The way of papers in one situation, in the order a family meets them."""

    id: Id
    title: Words
    papers: tuple[Paper, ...] = Field(min_length=2)


@dataclass(frozen=True)
class Figures:
    """All pictures by id."""

    by_id: Mapping[str, Bars | Papers]

    def draw(self, id_: str, language: str) -> Markup:
        """Return picture and text of a figure as HTML. Raises KeyError for an unknown id."""
        figure = self.by_id[id_]
        return draw_bars(figure, language) if isinstance(figure, Bars) else draw_papers(figure, language)


def load_figures(reader: Reader) -> Figures:
    """Read all figures; faults go to the reader."""
    data = reader.data(PATH) or {}
    bars = [reader.model(Bars, PATH, entry) for entry in data.get("bars", [])]
    papers = [reader.model(Papers, PATH, entry) for entry in data.get("papers", [])]
    return Figures({figure.id: figure for figure in chain(bars, papers) if figure is not None})


def check_figures(reader: Reader, figures: Figures, sources: Sources, banned: Sequence[Banned]) -> None:
    """Record unknown sources and kinds of number, and style faults."""
    for figure in figures.by_id.values():
        check_words(reader, PATH, figure.id, figure.title, banned)
        entries: tuple[Point | Paper, ...] = figure.points if isinstance(figure, Bars) else figure.papers
        for entry in entries:
            check_sources(reader, sources, PATH, figure.id, entry.sources)
            if isinstance(entry, Point) and isinstance(figure, Bars) and entry.counts not in figure.counts:
                reader.fault(PATH, figure.id, f"'{entry.counts}' does not stand under counts; add it")


def draw_bars(figure: Bars, language: str) -> Markup:
    """Draw a row per number: date and number above the bar, the bar's pattern for what it counts.

    The same numbers stand as a table in the article that shows the picture.
    """
    most = max(point.value for point in figure.points)
    patterns = dict(zip(figure.counts, _PATTERNS, strict=False))
    parts, y = [], 0
    for id_, words in figure.counts.items():
        parts.append(f'<rect class="{patterns[id_]}" x="1" y="{y + 3}" width="14" height="12"/>')
        parts.append(_text(22, y + 14, say(words, language)))
        y += 20
    y += 8
    for point in figure.points:
        parts.append(_text(0, y + 13, in_words(point.date, language)))
        parts.append(_text(WIDTH, y + 13, say(point.shown, language), end=True))
        width = max(2, round((WIDTH - 2) * point.value / most))
        parts.append(f'<rect class="{patterns[point.counts]}" x="1" y="{y + 18}" width="{width}" height="12"/>')
        y += 40
    return _figure(figure.id, say(figure.title, language), parts, y, Markup(), say(figure.note, language))


def draw_papers(figure: Papers, language: str) -> Markup:
    """Draw a row per paper: its name, below it the giver, an arrow, and where it is needed; the list beside."""
    parts, y = [], 0
    for number, paper in enumerate(figure.papers, start=1):
        name = list(wrap(f"{number}. {say(paper.paper, language)}", 40))
        for place, line in enumerate(name):
            parts.append(_text(0, y + 14 + place * _LINE, line, strong=True))
        y += len(name) * _LINE + 4
        left, right = list(wrap(say(paper.giver, language))), list(wrap(say(paper.receiver, language)))
        height = max(len(left), len(right)) * _LINE + 12
        for x, lines in ((1, left), (WIDTH - 151, right)):
            parts.append(f'<rect class="open" x="{x}" y="{y}" width="150" height="{height}" rx="5"/>')
            parts += [_text(x + 8, y + 18 + place * _LINE, line) for place, line in enumerate(lines)]
        middle = y + height // 2
        parts.append(f'<path class="arrow" d="M155 {middle}h26m-7-6 7 6-7 6"/>')
        y += height + 18
    items = Markup("").join(
        Markup("<li><b>{}</b>: {} → {}</li>").format(
            say(paper.paper, language), say(paper.giver, language), say(paper.receiver, language)
        )
        for paper in figure.papers
    )
    return _figure(figure.id, say(figure.title, language), parts, y, Markup("<ol>{}</ol>").format(items), "")


def wrap(text: str, characters: int = _CHARACTERS) -> Iterator[str]:
    """Yield the lines of a text, broken between words; SVG breaks none itself."""
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > characters:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def _text(x: int, y: int, text: str, *, end: bool = False, strong: bool = False) -> str:
    marks = (' text-anchor="end"' if end else "") + (' class="strong"' if strong else "")
    return f'<text x="{x}" y="{y}"{marks}>{escape(text)}</text>'


def _figure(id_: str, title: str, parts: Sequence[str], height: int, text: Markup, note: str) -> Markup:
    picture = Markup("").join(Markup(part) for part in parts)  # noqa: S704 (texts in parts are escaped)
    return Markup(
        '<figure><figcaption id="f-{id}">{title}</figcaption>'
        '<svg class="figure" viewBox="0 0 {width} {height}" role="img" aria-labelledby="f-{id}">{picture}</svg>'
        "{text}{note}</figure>"
    ).format(
        id=id_,
        title=title,
        width=WIDTH,
        height=height,
        picture=picture,
        text=text,
        note=Markup("<p>{}</p>").format(note) if note else "",
    )

"""Pictures drawn on the server as SVG: bars of dated numbers, and the way of papers between bodies.

What a picture shows stands as text beside it (a table, a list), so nothing is lost without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from markupsafe import Markup
from pydantic import Field

from app.content.library import Reader
from app.content.sources import Sources, check_sources
from app.content.style import Banned, check_words
from app.content.values import Dated, Id, Value, Words, say
from app.kernel.dates import in_words
from app.kernel.drawing import LINE, PATTERNS, WIDTH, Bar, Title, bars, picture, text, wrap
from app.kernel.said import N_

PATH = "figures.yaml"


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
    counts: dict[Id, Words] = Field(min_length=1, max_length=len(PATTERNS))
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
    numbers = [reader.model(Bars, PATH, entry) for entry in data.get("bars", [])]
    papers = [reader.model(Papers, PATH, entry) for entry in data.get("papers", [])]
    return Figures({figure.id: figure for figure in chain(numbers, papers) if figure is not None})


def check_figures(reader: Reader, figures: Figures, sources: Sources, banned: Sequence[Banned]) -> None:
    """Record unknown sources and kinds of number, and style faults."""
    for figure in figures.by_id.values():
        check_words(reader, PATH, figure.id, figure.title, banned)
        entries: tuple[Point | Paper, ...] = figure.points if isinstance(figure, Bars) else figure.papers
        for entry in entries:
            check_sources(reader, sources, PATH, figure.id, entry.sources)
            if isinstance(entry, Point) and isinstance(figure, Bars) and entry.counts not in figure.counts:
                reader.fault(
                    PATH, figure.id, N_("'%(counts)s' does not stand under counts; add it"), counts=entry.counts
                )


def draw_bars(figure: Bars, language: str) -> Markup:
    """Draw a row per number: date and number above the bar, the bar's pattern for what it counts.

    The same numbers stand as a table in the article that shows the picture.
    """
    title = say(figure.title, language)
    rows = [
        Bar(in_words(point.date, language), point.value, say(point.shown, language), point.counts)
        for point in figure.points
    ]
    kinds = {id_: say(words, language) for id_, words in figure.counts.items()}
    drawn = bars(rows, _named(figure.id, title), kinds=kinds, head=("", ""))
    return _figure(figure.id, title, drawn.svg, Markup(), say(figure.note, language))


def draw_papers(figure: Papers, language: str) -> Markup:
    """Draw a row per paper: its name, below it the giver, an arrow, and where it is needed; the list beside."""
    parts: list[Markup] = []
    y = 0
    for number, paper in enumerate(figure.papers, start=1):
        name = list(wrap(f"{number}. {say(paper.paper, language)}", 40))
        for place, line in enumerate(name):
            parts.append(text(0, y + 14 + place * LINE, line, strong=True))
        y += len(name) * LINE + 4
        left, right = list(wrap(say(paper.giver, language))), list(wrap(say(paper.receiver, language)))
        height = max(len(left), len(right)) * LINE + 12
        for x, lines in ((1, left), (WIDTH - 151, right)):
            parts.append(
                Markup('<rect class="open" x="{}" y="{}" width="150" height="{}" rx="5"/>').format(x, y, height)
            )
            parts += [text(x + 8, y + 18 + place * LINE, line) for place, line in enumerate(lines)]
        middle = y + height // 2
        parts.append(Markup('<path class="arrow" d="M155 {}h26m-7-6 7 6-7 6"/>').format(middle))
        y += height + 18
    items = Markup("").join(
        Markup("<li><b>{}</b>: {} → {}</li>").format(
            say(paper.paper, language), say(paper.giver, language), say(paper.receiver, language)
        )
        for paper in figure.papers
    )
    title = say(figure.title, language)
    svg = picture(parts, y, _named(figure.id, title))
    return _figure(figure.id, title, svg, Markup("<ol>{}</ol>").format(items), "")


def _named(id_: str, title: str) -> Title:
    return Title(id_, title, named_by=f"f-{id_}")


def _figure(id_: str, title: str, svg: Markup, text: Markup, note: str) -> Markup:
    return Markup('<figure><figcaption id="f-{}">{}</figcaption>{}{}{}</figure>').format(
        id_, title, svg, text, Markup("<p>{}</p>").format(note) if note else ""
    )

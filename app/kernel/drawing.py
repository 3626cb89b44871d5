"""Pictures drawn as SVG: bars, stacked bars, columns and lines over time, progress; each with its table in words.

Colour never speaks alone: every kind of number has a pattern, every line a dash and a mark of its own. Colours come
from classes of the style sheet, so a picture follows dark mode, forced colours and print. Texts come in ready.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10

from markupsafe import Markup

WIDTH = 340
"""Units of a picture's width: a phone's 360 px less the margins, so that text is drawn at its natural size."""
LINE = 17
"""Units from one line of text to the next."""
PATTERNS = ("solid", "light", "lined", "open")
"""Classes of filled shapes, one for each kind of number."""
DASHES = ("whole", "dashed", "dotted", "mixed")
"""Classes of lines, one for each kind of number."""

_CHARACTERS = 17
_PLOT = 120
_AXIS = 14
_MARKS = (
    "M{x} {y}m-3-3h6v6h-6z",
    "M{x} {y}m0-4 4 4-4 4-4-4z",
    "M{x} {y}m0-4 4 7h-8z",
    "M{x} {y}m0 4-4-7h8z",
)
_MOST_SEGMENTS = 30
_END = Markup(' text-anchor="end"')
_STRONG = Markup(' class="strong"')


@dataclass(frozen=True)
class Bar:
    """One number: what it belongs to, its size, how it is written, and its kind."""

    label: str
    value: float
    shown: str
    kind: str = ""


@dataclass(frozen=True)
class Stack:
    """Several kinds of numbers that add up to a whole, by kind; `shown` is how the whole is written."""

    label: str
    values: Mapping[str, float]
    shown: str


@dataclass(frozen=True)
class Series:
    """Numbers of one kind over time; None where a number is not known or not told."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Drawing:
    """A picture, and the table that says the same."""

    svg: Markup
    table: Markup


@dataclass(frozen=True)
class Title:
    """What names a picture: its text, a longer description, and an id that no other picture of the page has.

    With `named_by`, the id of a caption on the page, the title is not written into the picture a second time.
    """

    id: str
    text: str
    description: str = ""
    named_by: str = ""


def bars(rows: Sequence[Bar], title: Title, *, kinds: Mapping[str, str], head: tuple[str, str]) -> Drawing:
    """Draw a row per number: label and number above the bar, the bar's pattern for its kind.

    `kinds` names each kind in words, at most four; `head` is the table's: over the labels, over the numbers.
    """
    patterns = _assigned(kinds, PATTERNS)
    parts, y = _legend(kinds, patterns)
    most = max((row.value for row in rows), default=0) or 1
    for row in rows:
        parts += [text(0, y + 13, row.label), text(WIDTH, y + 13, row.shown, end=True)]
        parts.append(_rect(patterns[row.kind], 1, y + 18, max(2, round((WIDTH - 2) * row.value / most)), 12))
        y += 40
    several = len(kinds) > 1
    told = [(row.label, row.shown, *([kinds[row.kind]] if several else [])) for row in rows]
    return Drawing(picture(parts, y, title), table((*head, *([""] if several else [])), told, title.text))


def stacked(
    rows: Sequence[Stack],
    title: Title,
    *,
    kinds: Mapping[str, str],
    head: tuple[str, str],
    number: Callable[[float], str] = str,
) -> Drawing:
    """Draw a row per whole, its parts side by side in the order of `kinds`; `number` writes a part for the table."""
    patterns = _assigned(kinds, PATTERNS)
    parts, y = _legend(kinds, patterns)
    most = max((sum(row.values.values()) for row in rows), default=0) or 1
    for row in rows:
        parts += [text(0, y + 13, row.label), text(WIDTH, y + 13, row.shown, end=True)]
        x, so_far = 1, 0.0
        for kind, pattern in patterns.items():
            so_far += row.values.get(kind, 0)
            # Rounding the sum, not the part, keeps two wholes of one size equally long.
            end = 1 + round((WIDTH - 2) * so_far / most)
            if end > x:
                parts.append(_rect(pattern, x, y + 18, end - x, 12))
            x = end
        y += 40
    told = [(row.label, *(number(row.values.get(kind, 0)) for kind in kinds), row.shown) for row in rows]
    return Drawing(picture(parts, y, title), table((head[0], *kinds.values(), head[1]), told, title.text))


def columns(
    labels: Sequence[str],
    series: Series,
    title: Title,
    *,
    head: str,
    number: Callable[[float], str] = str,
    unknown: str = "–",
) -> Drawing:
    """Draw a column for each of `labels` (weeks, months), in order; an unknown number leaves its place empty."""
    values, top = series.values, _round_up(series.values)
    parts = _axes(labels, top, number)
    wide = WIDTH / max(1, len(labels))
    for place, value in enumerate(values):
        if value is not None:
            high = round(_PLOT * value / top)
            parts.append(
                _rect("solid", round(place * wide + wide * 0.15), _AXIS + _PLOT - high, max(2, round(wide * 0.7)), high)
            )
    told = [(label, _told(value, number, unknown)) for label, value in zip(labels, values, strict=True)]
    return Drawing(picture(parts, _AXIS + _PLOT + 22, title), table((head, series.name), told, title.text))


def lines(
    labels: Sequence[str],
    series: Sequence[Series],
    title: Title,
    *,
    head: str,
    number: Callable[[float], str] = str,
    unknown: str = "–",
) -> Drawing:
    """Draw a line per series over `labels` (weeks, months), at most four, each with its dash and mark.

    Where a number is unknown the line is broken, never joined across.
    """
    dashes = _assigned({item.name: item.name for item in series}, DASHES)
    top = _round_up([value for item in series for value in item.values])
    parts: list[Markup] = []
    y = 0
    for (name, dash), mark in zip(dashes.items(), _MARKS, strict=False):
        sample = Markup('<path class="{}" d="M0 {}h24"/>{}').format(dash, y + 9, _mark(mark, 12, y + 9))
        parts += [sample, text(32, y + 14, name)]
        y += 20
    y += 6
    parts += _axes(labels, top, number, y)
    wide = WIDTH / max(1, len(labels))
    base = y + _AXIS + _PLOT
    for item, mark in zip(series, _MARKS, strict=False):
        spots = [
            None if value is None else (round((place + 0.5) * wide), base - round(_PLOT * value / top))
            for place, value in enumerate(item.values)
        ]
        path = " ".join(
            f"{'L' if place and spots[place - 1] else 'M'}{spot[0]} {spot[1]}"
            for place, spot in enumerate(spots)
            if spot
        )
        parts.append(Markup('<path class="{}" d="{}"/>').format(dashes[item.name], path))
        parts += [_mark(mark, *spot) for spot in spots if spot]
    told = [
        (label, *(_told(item.values[place], number, unknown) for item in series)) for place, label in enumerate(labels)
    ]
    return Drawing(picture(parts, base + 22, title), table((head, *dashes), told, title.text))


def progress(done: int, of: int, title: Title) -> Markup:
    """Draw how many of `of` steps are done, a segment each; the title says it in words, in the picture too.

    Raises ValueError where `done` is not between 0 and `of`, or there is no step at all.
    """
    if not 0 <= done <= of or of == 0:
        raise ValueError(f"{done} of {of} steps cannot be drawn")
    shown = min(of, _MOST_SEGMENTS)
    # A first step shows, however many there are; the last segment fills with the last step alone.
    filled = max(min(done, 1), done * shown // of)
    wide = (WIDTH - 2) / shown
    edges = [1 + round(place * wide) for place in range(shown + 1)]
    parts = [text(0, 13, title.text, strong=True)]
    parts += [
        _rect("solid" if place < filled else "open", edges[place], 20, edges[place + 1] - edges[place] - 5, 12)
        for place in range(shown)
    ]
    return picture(parts, 34, title)


def picture(parts: Sequence[Markup], height: int, title: Title) -> Markup:
    """Return the SVG of drawn `parts`, as high as it needs, named and described for those who do not see it."""
    inner = Markup()
    names = title.named_by
    if not names:
        names = f"{title.id}-t"
        inner += Markup('<title id="{}">{}</title>').format(names, title.text)
    if title.description:
        names += f" {title.id}-d"
        inner += Markup('<desc id="{}-d">{}</desc>').format(title.id, title.description)
    return Markup('<svg class="figure" viewBox="0 0 {} {}" role="img" aria-labelledby="{}">{}{}</svg>').format(
        WIDTH, height, names, inner, Markup().join(parts)
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> Markup:
    """Return a table whose first column names each row."""
    return Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        caption,
        Markup().join(Markup('<th scope="col">{}</th>').format(cell) if cell else Markup("<td></td>") for cell in head),
        Markup().join(
            Markup('<tr><th scope="row">{}</th>{}</tr>\n').format(
                row[0], Markup().join(Markup("<td>{}</td>").format(cell) for cell in row[1:])
            )
            for row in rows
        ),
    )


def text(x: int, y: int, words: str, *, end: bool = False, strong: bool = False) -> Markup:
    """Return words drawn from `x` on, or up to it with `end`."""
    marks = (_END if end else Markup()) + (_STRONG if strong else Markup())
    return Markup('<text x="{}" y="{}"{}>{}</text>').format(x, y, marks, words)


def wrap(words: str, characters: int = _CHARACTERS) -> Iterator[str]:
    """Yield the lines of a text, broken between words; SVG breaks none itself."""
    line = ""
    for word in words.split():
        if line and len(line) + 1 + len(word) > characters:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def _assigned(kinds: Mapping[str, str], classes: Sequence[str]) -> dict[str, str]:
    if len(kinds) > len(classes):
        raise ValueError(f"{len(kinds)} kinds in one picture; nobody tells more than {len(classes)} apart")
    return dict(zip(kinds, classes, strict=False))


def _legend(kinds: Mapping[str, str], patterns: Mapping[str, str]) -> tuple[list[Markup], int]:
    """Return the legend and where the picture goes on below it; one kind alone needs none."""
    parts: list[Markup] = []
    if len(kinds) < 2:
        return parts, 0
    for place, (kind, words) in enumerate(kinds.items()):
        parts += [_rect(patterns[kind], 1, 20 * place + 3, 14, 12), text(22, 20 * place + 14, words)]
    return parts, 20 * len(kinds) + 8


def _axes(labels: Sequence[str], top: float, number: Callable[[float], str], y: int = 0) -> list[Markup]:
    """Return the line of the ground and of `top`, with its number, and the first and last label below."""
    base = y + _AXIS + _PLOT
    parts = [
        text(0, y + _AXIS - 3, number(top)),
        Markup('<path class="grid" d="M0 {}h{w}M0 {}h{w}"/>').format(y + _AXIS, base, w=WIDTH),
    ]
    if labels:
        parts.append(text(0, base + 17, labels[0]))
    if len(labels) > 1:
        parts.append(text(WIDTH, base + 17, labels[-1], end=True))
    return parts


def _round_up(values: Sequence[float | None]) -> int:
    """Return the round number at or above the greatest: 1, 2 or 5 with noughts."""
    most = max((value for value in values if value is not None), default=0)
    if most <= 1:
        return 1
    unit = int(10 ** int(log10(most)))
    return next(step * unit for step in (1, 2, 5, 10) if step * unit >= ceil(most))


def _told(value: float | None, number: Callable[[float], str], unknown: str) -> str:
    return unknown if value is None else number(value)


def _rect(pattern: str, x: int, y: int, width: int, height: int) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(pattern, x, y, width, height)


def _mark(mark: str, x: int, y: int) -> Markup:
    return Markup('<path class="mark" d="{}"/>').format(mark.format(x=x, y=y))

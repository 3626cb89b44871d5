"""Published figures in words: months and years as charts with their tables, and as rows of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask_babel import gettext

from app.extracts.figures.labels import KINSHIPS, PURPOSES
from app.extracts.model import Kinship, Purpose
from app.extracts.statistics.model import Bound, Group, Month, Published, Share, Year
from app.extracts.term import CALENDAR_DAYS
from app.kernel.drawing import Bar, Drawing, Series, Title, bars, columns, lines
from app.web.language import language

HIDDEN = "–"
"""Stands for a number that is not published."""

SHOWN_MONTHS = 24
"""Months on the page, the latest; the file has all."""


@dataclass(frozen=True)
class Chart:
    """A picture with the heading that names it and what to know of it."""

    id: str
    title: str
    note: str
    drawing: Drawing


def month_charts(months: Sequence[Month]) -> list[Chart]:
    """Return the charts of the latest months."""
    shown = months[-SHOWN_MONTHS:]
    labels = [month_text(month.first) for month in shown]

    def counted(id_: str, title: str, name: str, values: Sequence[int | None]) -> Chart:
        drawing = columns(labels, Series(name, values), _named(id_, title), head=gettext("Month"), unknown=HIDDEN)
        return Chart(id_, title, "", drawing)

    waits = lines(
        labels,
        [
            Series(gettext("Half of the answers within"), [month.median_days for month in shown]),
            Series(gettext("Term"), [CALENDAR_DAYS for _ in shown]),
        ],
        _named("waits", gettext("Days to the answer")),
        head=gettext("Month"),
        unknown=HIDDEN,
    )
    return [
        counted("requests", gettext("Requests that came in"), gettext("Requests"), [month.requests for month in shown]),
        counted("extracts", gettext("Extracts issued"), gettext("Extracts"), [month.extracts for month in shown]),
        Chart("waits", gettext("Days to the answer"), gettext("Calendar days after receipt."), waits),
    ]


def year_charts(year: Year) -> list[Chart]:
    """Return the charts of a year, none where it has no tables."""
    charts = []
    if year.kinships or year.others:
        rows = [*_grouped(year.kinships, _kinship)]
        if year.others is not None:
            rows.append((gettext("all others together"), year.others))
        charts.append(_year_chart(year, "kinships", gettext("Who asked"), gettext("Requests that came in."), rows))
    if year.purposes:
        note = gettext("A request may name several purposes. Those that few requests name are not shown.")
        rows = list(_grouped(year.purposes, _purpose))
        charts.append(_year_chart(year, "purposes", gettext("What extracts were asked for"), note, rows))
    return charts


def _year_chart(year: Year, id_: str, title: str, note: str, rows: Sequence[tuple[str, int]]) -> Chart:
    named = f"{id_}-{year.year}"
    drawn = [Bar(label, count, str(count)) for label, count in rows]
    drawing = bars(drawn, _named(named, title), kinds={"": ""}, head=(title, gettext("Requests")))
    return Chart(named, title, note, drawing)


def month_text(first: date) -> str:
    """Return a month in words."""
    return str(format_date(first, "LLLL y", locale=language()))


def share_text(share: Share | None) -> str:
    """Return which part of the answers came in time, in words."""
    if share is None:
        return HIDDEN
    if share.bound is Bound.MORE_THAN:
        return str(gettext("more than %(percent)s %%", percent=share.percent))
    if share.bound is Bound.LESS_THAN:
        return str(gettext("less than %(percent)s %%", percent=share.percent))
    return f"{share.percent} %"


def number_text(number: int | None) -> str:
    """Return a number, or the sign of one that is not published."""
    return HIDDEN if number is None else str(number)


def rows(published: Published) -> list[Sequence[str]]:
    """Return everything as the rows of a file: period, what is counted as code and in words, number; the head first."""
    words = {
        "requests": gettext("requests that came in"),
        "extracts": gettext("extracts issued"),
        "median_days": gettext("days within which half of the answers came"),
    }
    found: list[Sequence[str]] = [(gettext("Period"), gettext("Code"), gettext("In words"), gettext("Number"))]
    for month in published.months:
        period = f"{month.first:%Y-%m}"
        found += [(period, code, text, number_text(getattr(month, code))) for code, text in words.items()]
        found.append((period, "in_time", gettext("answers within the term"), share_text(month.in_time)))
    for year in published.years:
        period = str(year.year) if year.since.month == 1 else f"{year.since:%Y-%m}/{year.year}-12"
        found += [(period, code, words[code], number_text(getattr(year, code))) for code in ("requests", "extracts")]
        for table, groups, text_of in (("kinship", year.kinships, _kinship), ("purpose", year.purposes, _purpose)):
            found += [(period, f"{table}:{group.code}", text_of(group.code), str(group.count)) for group in groups]
        if year.others is not None:
            found.append((period, "kinship:others", gettext("all others together"), str(year.others)))
    return found


def _grouped(groups: Sequence[Group], text_of: Callable[[str], str]) -> Sequence[tuple[str, int]]:
    return [(text_of(group.code), group.count) for group in sorted(groups, key=lambda group: -group.count)]


def _kinship(code: str) -> str:
    return str(KINSHIPS[Kinship(code)])


def _purpose(code: str) -> str:
    return str(PURPOSES[Purpose(code)])


def _named(id_: str, title: str) -> Title:
    return Title(f"chart-{id_}", title, named_by=f"h-{id_}")

"""The figures in words: what is counted by whom asks and what for, drawn as charts and written as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.extracts.desk.decision import Reason
from app.extracts.figures.model import MANY, Figures
from app.extracts.model import Kinship, Purpose
from app.extracts.term import CALENDAR_DAYS
from app.kernel.drawing import Bar, Drawing, Series, Title, bars, lines

KINSHIPS: Mapping[Kinship, LazyString] = {
    Kinship.SPOUSE: _l("wives and husbands"),
    Kinship.PARTNER: _l("partners without a registered marriage"),
    Kinship.CHILD: _l("sons and daughters"),
    Kinship.STEPCHILD: _l("stepsons and stepdaughters"),
    Kinship.PARENT: _l("mothers and fathers"),
    Kinship.ADOPTIVE_PARENT: _l("adoptive mothers and fathers"),
    Kinship.SIBLING: _l("brothers and sisters"),
    Kinship.GRANDPARENT: _l("grandmothers and grandfathers"),
    Kinship.GRANDCHILD: _l("grandsons and granddaughters"),
    Kinship.GREAT_GRANDCHILD: _l("great-grandchildren"),
    Kinship.GUARDIAN: _l("guardians and carers"),
    Kinship.WARD: _l("people in the care of the missing person"),
    Kinship.SELF: _l("people who were sought and are found"),
    Kinship.OTHER_RELATIVE: _l("other relatives"),
    Kinship.REPRESENTATIVE: _l("people acting for a relative"),
    Kinship.LAWYER: _l("lawyers"),
}
"""Who asks, as a group of many."""

PURPOSES: Mapping[Purpose, LazyString] = {
    Purpose.BENEFITS: _l("payments and benefits"),
    Purpose.PAY: _l("money allowance"),
    Purpose.PENSION: _l("pension"),
    Purpose.DEFERRAL: _l("deferral or discharge"),
    Purpose.GUARDIANSHIP_OF_PROPERTY: _l("guardianship of property"),
    Purpose.GUARDIANSHIP_OF_CHILD: _l("guardianship of a child"),
    Purpose.COURT: _l("court"),
    Purpose.SEARCH: _l("to know, and for the search"),
    Purpose.OTHER: _l("other"),
}
"""What for, short enough for the row of a chart."""

REFUSALS: Mapping[Reason, LazyString] = {
    Reason.KINSHIP_NOT_SHOWN: _l("kinship not shown"),
    Reason.IDENTITY_NOT_SHOWN: _l("identity not shown"),
    Reason.AUTHORITY_NOT_SHOWN: _l("authority to act not shown"),
    Reason.NOT_ENTITLED: _l("not among those entitled"),
}


class Chart(StrEnum):
    """A chart of the page; the value stands in the address of its file."""

    WEEKS = "weeks"
    WAITS = "waits"
    KINSHIPS = "kinship"
    PURPOSES = "purpose"
    REPEATS = "repeats"
    REFUSALS = "refusals"


@dataclass(frozen=True)
class Shown:
    """A chart with its heading and what to know of it; without anything to draw, `drawing` is None."""

    chart: Chart
    title: str
    note: str
    drawing: Drawing | None


Row = Sequence[str | int | float]


def charts(figures: Figures) -> list[Shown]:
    """Return the charts of the page in the language that is set."""
    return [
        Shown(chart, str(TITLES[chart]), str(NOTES[chart]), _DRAWN[chart](figures) if _has(chart, figures) else None)
        for chart in Chart
    ]


def rows(chart: Chart, figures: Figures) -> list[Row]:
    """Return a chart as the rows of a file, the head first. Codes stand beside their words."""
    return _ROWS[chart](figures)


TITLES: Mapping[Chart, LazyString] = {
    Chart.WEEKS: _l("Requests and extracts by week"),
    Chart.WAITS: _l("Days to the answer by week"),
    Chart.KINSHIPS: _l("Who asks"),
    Chart.PURPOSES: _l("What extracts are asked for"),
    Chart.REPEATS: _l("Extracts per family"),
    Chart.REFUSALS: _l("Refusals by reason"),
}
NOTES: Mapping[Chart, LazyString] = {
    Chart.WEEKS: _l("The first and the last week may be cut off by the period."),
    Chart.WAITS: _l("Calendar days after receipt within which half of a week’s answers came, and nine in ten of them."),
    Chart.KINSHIPS: _l("Requests that came in in the period."),
    Chart.PURPOSES: _l("A request may name several purposes, so they add up to more than the requests."),
    Chart.REPEATS: _l("All extracts there are, whatever the period: how many one contact was given on one person."),
    Chart.REFUSALS: _l("Requests that were refused in the period."),
}


def week_text(monday: date) -> str:
    """Return a week as its first and last day."""
    return f"{monday:%d.%m.%Y} – {monday + timedelta(days=6):%d.%m.%Y}"


def repeats_text(extracts: int) -> str:
    """Return how many extracts a family was given, in words."""
    if extracts >= MANY:
        return str(gettext("%(number)s extracts and more", number=extracts))
    return str(ngettext("%(num)s extract", "%(num)s extracts", extracts))


def _has(chart: Chart, figures: Figures) -> bool:
    return {
        Chart.WEEKS: any(week.requests or week.extracts for week in figures.weeks),
        Chart.WAITS: figures.waits is not None,
        Chart.KINSHIPS: any(figures.kinships.values()),
        Chart.PURPOSES: any(figures.purposes.values()),
        Chart.REPEATS: any(figures.repeats.values()),
        Chart.REFUSALS: any(figures.refusals.values()),
    }[chart]


def _weeks(figures: Figures) -> Drawing:
    return lines(
        [f"{week.monday:%d.%m.%Y}" for week in figures.weeks],
        [
            Series(gettext("Requests"), [week.requests for week in figures.weeks]),
            Series(gettext("Extracts"), [week.extracts for week in figures.weeks]),
        ],
        _title(Chart.WEEKS),
        head=gettext("Week from"),
    )


def _waits(figures: Figures) -> Drawing:
    waits = [week.waits for week in figures.weeks]
    return lines(
        [f"{week.monday:%d.%m.%Y}" for week in figures.weeks],
        [
            Series(gettext("Half within"), [one.median if one else None for one in waits]),
            Series(gettext("Nine in ten within"), [one.ninetieth if one else None for one in waits]),
            Series(gettext("Term"), [CALENDAR_DAYS for _ in waits]),
        ],
        _title(Chart.WAITS),
        head=gettext("Week from"),
    )


def _kinships(figures: Figures) -> Drawing:
    found = sorted(figures.kinships.items(), key=lambda pair: -pair[1])
    return _bars(Chart.KINSHIPS, [(str(KINSHIPS[kind]), count) for kind, count in found if count], gettext("Requests"))


def _purposes(figures: Figures) -> Drawing:
    found = sorted(figures.purposes.items(), key=lambda pair: -pair[1])
    return _bars(Chart.PURPOSES, [(str(PURPOSES[kind]), count) for kind, count in found if count], gettext("Requests"))


def _repeats(figures: Figures) -> Drawing:
    return _bars(
        Chart.REPEATS, [(repeats_text(number), count) for number, count in figures.repeats.items()], gettext("Families")
    )


def _refusals(figures: Figures) -> Drawing:
    return _bars(
        Chart.REFUSALS,
        [(str(REFUSALS[reason]), count) for reason, count in figures.refusals.items()],
        gettext("Requests"),
    )


def _bars(chart: Chart, counts: Sequence[tuple[str, int]], counted: str) -> Drawing:
    drawn = [Bar(label, count, str(count)) for label, count in counts]
    return bars(drawn, _title(chart), kinds={"": ""}, head=(str(TITLES[chart]), counted))


def _title(chart: Chart) -> Title:
    return Title(f"chart-{chart.value}", str(TITLES[chart]), named_by=f"h-{chart.value}")


_DRAWN: Mapping[Chart, Callable[[Figures], Drawing]] = {
    Chart.WEEKS: _weeks,
    Chart.WAITS: _waits,
    Chart.KINSHIPS: _kinships,
    Chart.PURPOSES: _purposes,
    Chart.REPEATS: _repeats,
    Chart.REFUSALS: _refusals,
}


def _week_rows(figures: Figures) -> list[Row]:
    head = (gettext("Week from"), gettext("Requests"), gettext("Extracts"))
    return [head, *((week.monday.isoformat(), week.requests, week.extracts) for week in figures.weeks)]


def _wait_rows(figures: Figures) -> list[Row]:
    head = (
        gettext("Week from"), gettext("Answers"), gettext("Median, days"), gettext("90th centile, days"),
        gettext("Within the term"), gettext("Term, days"),
    )  # fmt: skip
    return [
        head,
        *(
            (week.monday.isoformat(), one.count, one.median, one.ninetieth, one.in_time, CALENDAR_DAYS)
            if (one := week.waits)
            else (week.monday.isoformat(), 0, "", "", 0, CALENDAR_DAYS)
            for week in figures.weeks
        ),
    ]


def _coded(counts: Mapping[StrEnum, int], words: Mapping[StrEnum, LazyString], head: str) -> list[Row]:
    rows = [(code.value, str(words[code]), count) for code, count in counts.items()]
    return [(gettext("Code"), head, gettext("Requests")), *rows]


_ROWS: Mapping[Chart, Callable[[Figures], list[Row]]] = {
    Chart.WEEKS: _week_rows,
    Chart.WAITS: _wait_rows,
    Chart.KINSHIPS: lambda figures: _coded(figures.kinships, KINSHIPS, gettext("Kinship")),  # type: ignore[arg-type]
    Chart.PURPOSES: lambda figures: _coded(figures.purposes, PURPOSES, gettext("Purpose")),  # type: ignore[arg-type]
    Chart.REPEATS: lambda figures: [
        (gettext("Extracts"), gettext("In words"), gettext("Families")),
        *((number, repeats_text(number), count) for number, count in figures.repeats.items()),
    ],
    Chart.REFUSALS: lambda figures: _coded(figures.refusals, REFUSALS, gettext("Reason")),  # type: ignore[arg-type]
}

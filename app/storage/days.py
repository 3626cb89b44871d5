"""Days of Kyiv in queries: moments are kept in UTC, and both databases count them by the day that people live in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.kernel.dates import KYIV

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def midnight(day: date) -> datetime:
    """Return the moment, in UTC, at which a day begins in Kyiv."""
    return datetime.combine(day, time.min, KYIV).astimezone(UTC)


def kyiv_day(moment: Any, *, since: date, until: date) -> ColumnElement[str]:
    """Return the day of Kyiv, as ISO text, of a column of moments that lie in the days from `since` to `until`.

    The zone is ours, not the database's: SQLite knows none, and a server's table of zones may be old.
    """
    *earlier, last = _offsets(since, until)
    if not earlier:
        return _Day(moment, literal(last[1]))
    return case(
        *((moment < ends, _Day(moment, literal(hours))) for ends, hours in earlier),
        else_=_Day(moment, literal(last[1])),
    )


def _offsets(since: date, until: date) -> list[tuple[datetime, int]]:
    """Return the hours by which Kyiv is ahead of UTC, one pair for each stretch: the moment that ends it, the hours."""
    found: list[tuple[datetime, int]] = []
    moment, end = midnight(since), midnight(until + _DAY)
    hours = _ahead(moment)
    while moment < end:
        if _ahead(moment + _DAY) != hours:
            while _ahead(moment) == hours:
                moment += _HOUR
            found.append((moment, hours))
            hours = _ahead(moment)
        moment += _DAY
    return [*found, (end, hours)]


def _ahead(moment: datetime) -> int:
    offset = moment.astimezone(KYIV).utcoffset()
    assert offset is not None
    return int(offset / _HOUR)


class _Day(FunctionElement[str]):
    """The day, as ISO text, of a moment so many hours ahead of UTC."""

    type = String()
    inherit_cache = True
    name = "kyiv_day"


@compiles(_Day, "sqlite")
def _on_sqlite(element: _Day, compiler: Any, **how: Any) -> str:
    moment, hours = (compiler.process(one, **how) for one in element.clauses)
    return f"date({moment}, {hours} || ' hours')"


@compiles(_Day, "postgresql")
def _on_postgresql(element: _Day, compiler: Any, **how: Any) -> str:
    moment, hours = (compiler.process(one, **how) for one in element.clauses)
    return f"to_char(timezone('UTC', {moment}) + make_interval(hours => ({hours})::int), 'YYYY-MM-DD')"

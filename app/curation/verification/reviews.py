"""The reviews that are due as iCalendar, for an editor's own calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from app.content.values import say
from app.curation.verification.work import Item


def reviews(weeks: Mapping[date, Sequence[Item]], *, title: str, language: str, now: datetime) -> bytes:
    """Return a calendar with one event a week that names the facts due in it. `title` stands before their number."""
    calendar = Calendar()
    calendar.add("prodid", "-//Dorohovkaz//reviews//")
    calendar.add("version", "2.0")
    for monday, ones in weeks.items():
        event = Event()
        event.add("uid", f"reviews-{monday:%Y%m%d}@dorohovkaz")
        event.add("dtstamp", now)
        event.add("dtstart", monday)
        event.add("dtend", monday + timedelta(days=7))
        event.add("summary", f"{title}: {len(ones)}")
        event.add("description", "\n".join(f"{say(dict(one.fact.title), language)}: {one.fact.shown}" for one in ones))
        calendar.add_component(event)
    return bytes(calendar.to_ical())

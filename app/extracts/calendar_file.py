"""What happens next with a request as iCalendar, with nobody's name and no word on what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event


@dataclass(frozen=True)
class Entry:
    """A whole-day entry: an id that is unique within the file, its day and its title in the reader's language."""

    id: str
    day: date
    title: str


def request_calendar(reference: str, entries: tuple[Entry, ...], *, now: datetime) -> bytes:
    """Return an iCalendar of `entries`, each titled with its words and the reference alone.

    A calendar is read over the shoulder and shared with a family: titles come in neutral, the reference opens nothing
    without its passphrase. The same request gives the same entry ids, so that a newer file replaces an older one.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Dorohovkaz//request//")
    calendar.add("version", "2.0")
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.id}-{reference}@dorohovkaz")
        event.add("dtstamp", now)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        event.add("summary", f"{entry.title} ({reference})")
        calendar.add_component(event)
    return bytes(calendar.to_ical())

"""The deadlines of a plan as iCalendar, for the phone's calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from app.pathways.plan import Plan, Stop
from app.pathways.sheet import Sheet


def deadlines(plan: Plan, sheet: Sheet, *, labels: dict[str, str], today: date, now: datetime) -> bytes:
    """Return an iCalendar with a whole-day event for each deadline and each answer that is due.

    `labels` gives the words "last-day", "answer-due" and "review" in the reader's language. Titles name no person.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Dorohovkaz//plan//")
    calendar.add("version", "2.0")
    titles = {station.id: station.title for station in sheet.stations}
    for stop in plan.stops:
        for kind, day in (("last-day", stop.act_by), ("answer-due", stop.answer_by)):
            if day:
                calendar.add_component(_event(stop, kind, day, f"{labels[kind]}: {titles[stop.step.id]}", now))
    review = Event()
    review.add("uid", f"review-{today:%Y%m%d}@dorohovkaz")
    review.add("dtstamp", now)
    review.add("dtstart", today + timedelta(days=30))
    review.add("summary", labels["review"])
    calendar.add_component(review)
    return bytes(calendar.to_ical())


def _event(stop: Stop, kind: str, day: date, summary: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{kind}-{stop.step.id}-{day:%Y%m%d}@dorohovkaz")
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("summary", summary)
    return event

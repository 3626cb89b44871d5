"""The plan's days for the phone: last days and answers due as whole days, and nothing about the person."""

from __future__ import annotations

from datetime import date, timedelta

from icalendar import Calendar, Component

from app.directory.model import Directory
from app.guidance.model import Guidance
from app.guidance.reading import marker
from app.pathways.calendar import deadlines
from app.pathways.model import Pathways
from app.pathways.plan import compose
from app.pathways.sheet import put_in_words
from app.pathways.walk import walk
from app.web.edition import Edition
from tests.small_route import (
    NOON,
    THURSDAY,
    Answers,
    organisation,
    plan_for,
    question,
    route,
    sheet_for,
    situation,
    step,
)
from tests.small_route import directory as directory_of

LABELS = {"last-day": "Last day", "answer-due": "Answer due", "review": "Look at the plan again"}
CALENDAR_DAYS = {"days": 15, "counted": "calendar", "sources": ["page"]}
WORKING_DAYS = {"days": 3, "counted": "working", "sources": ["page"]}
THREE_MONTHS = {"months": 3, "from": "disappearance", "sources": ["page"]}
SMALL = route(
    [question("who", "soldier"), question("when", kind="date"), question("need", "money", "search", kind="several")],
    [
        situation("missing", {"who": "soldier"}, now=["un", "police"], then=["extract"]),
        situation("money", {"need": "money"}, then=["pay"]),
    ],
    [
        step("un", deadline=THREE_MONTHS, bodies=["un-group"]),
        step("police"),
        step("extract", answer_due=WORKING_DAYS),
        step("pay", deadline=THREE_MONTHS, answer_due=CALENDAR_DAYS),
    ],
)
ANSWERS = {"who": ("soldier",), "when": ("2026-03-28",), "need": ("money",)}


def ics(answers: Answers = ANSWERS, *, language: str = "en", today: date = THURSDAY) -> bytes:
    """The calendar of the small route's plan."""
    bodies = directory_of(organisation("un-group"))
    sheet = sheet_for(SMALL, answers, language, bodies=bodies, today=today)
    return deadlines(plan_for(SMALL, answers, today), sheet, labels=LABELS, today=today, now=NOON)


def events(file: bytes) -> list[Component]:
    return list(Calendar.from_ical(file.decode()).walk("VEVENT"))


def days(file: bytes) -> dict[str, date]:
    """Return the day of each event by its title."""
    return {str(event["SUMMARY"]): event["DTSTART"].dt for event in events(file)}


def test_last_days_and_answers_due_stand_in_the_calendar() -> None:
    assert days(ics()) == {
        "Last day: en step un": date(2026, 6, 28),
        "Answer due: en step extract": date(2026, 4, 21),
        "Last day: en step pay": date(2026, 6, 28),
        "Answer due: en step pay": date(2026, 5, 1),
        "Look at the plan again": date(2026, 5, 16),
    }


def test_without_a_known_date_there_is_no_last_day() -> None:
    for unknown in (("unknown",), ("2026",), ()):
        titles = days(ics({"who": ("soldier",), "when": unknown}))
        assert list(titles) == ["Answer due: en step extract", "Look at the plan again"]


def test_a_step_without_a_term_is_not_in_the_calendar() -> None:
    assert not any("police" in title for title in days(ics()))


def test_the_calendar_reminds_to_look_again_even_where_nothing_is_due() -> None:
    quiet = route([question("who", "soldier")], [situation("missing", {}, now=["police"])], [step("police")])
    file = deadlines(plan_for(quiet, {}), sheet_for(quiet, {}), labels=LABELS, today=THURSDAY, now=NOON)
    assert days(file) == {"Look at the plan again": THURSDAY + timedelta(days=30)}


def test_every_event_takes_the_whole_day() -> None:
    for event in events(ics()):
        assert type(event["DTSTART"].dt) is date
        assert event["DTSTART"].params["VALUE"] == "DATE"


def test_a_calendar_is_what_phones_expect() -> None:
    """RFC 5545: version and product, a stamp in UTC and an identity for each event, lines of at most 75 octets."""
    file = ics(language="uk")
    calendar = Calendar.from_ical(file.decode())
    assert (calendar["VERSION"], calendar["PRODID"]) == ("2.0", "-//Dorohovkaz//plan//")
    assert all(event["DTSTAMP"].dt == NOON for event in events(file))
    assert file.endswith(b"END:VCALENDAR\r\n")
    assert all(len(row) <= 75 for row in file.split(b"\r\n"))


def test_two_terms_of_one_step_on_one_day_stay_two_events() -> None:
    both = {"days": 73, "counted": "calendar", "sources": ["page"]}
    pathways = route(
        [question("when", kind="date")],
        [situation("missing", {}, now=["pay"])],
        [step("pay", deadline=THREE_MONTHS, answer_due=both)],
    )
    answers = {"when": ("2026-03-28",)}
    file = deadlines(plan_for(pathways, answers), sheet_for(pathways, answers), labels=LABELS, today=THURSDAY, now=NOON)
    last_day, answer_due, _ = events(file)
    assert last_day["DTSTART"].dt == answer_due["DTSTART"].dt
    assert last_day["UID"] != answer_due["UID"]


def test_the_same_plan_taken_twice_on_one_day_doubles_nothing() -> None:
    assert ics() == ics()
    ids = [str(event["UID"]) for event in events(ics())]
    assert len(set(ids)) == len(ids)


def test_titles_are_in_the_reader_s_language() -> None:
    assert "Last day: uk step un" in days(ics(language="uk"))


def test_the_calendar_tells_nothing_about_the_person() -> None:
    """Others see a phone's calendar: it holds the titles of steps and nothing that was answered."""
    text = ics().decode().replace("\r\n ", "")
    for word in ("soldier", "money", "missing", "2026-03-28", "20260328", "en who", "en need", "un-group"):
        assert word not in text
    for event in events(ics()):
        assert set(event) == {"UID", "DTSTAMP", "DTSTART", "SUMMARY"}


def test_the_shipped_plan_s_calendar_holds_titles_of_steps_only(edition: Edition) -> None:
    pathways = edition.part(Pathways)
    pairs = [
        ("who", "civilian"), ("civilian", "detained-unknown"), ("when", "2026-03-28"), ("place", "UA-65"),
        ("done", "nothing"), ("family", "controlled"), ("region", "UA-53"), ("kin", "parent"), ("need", "money"),
    ]  # fmt: skip
    position = walk(pathways, pairs, today=THURSDAY)
    plan = compose(pathways, position.answers, today=THURSDAY)
    for language in ("uk", "en"):
        sheet = put_in_words(
            plan,
            position.answers,
            pathways=pathways,
            directory=edition.part(Directory),
            marker=marker(edition.part(Guidance), language),
            language=language,
            now=NOON,
        )
        found = days(deadlines(plan, sheet, labels=LABELS, today=THURSDAY, now=NOON))
        titles = {pathways.step_words[language][stop.step.id].title for stop in plan.stops}
        assert found.pop("Look at the plan again") == date(2026, 5, 16)
        assert found[f"Last day: {pathways.step_words[language]['un-urgent'].title}"] == date(2026, 6, 28)
        for title in found:
            label, step_title = title.split(": ", 1)
            assert label in LABELS.values()
            assert step_title in titles

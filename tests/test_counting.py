"""Counting without following: masks, the rule of five days, marks of kept pages, and what is forgotten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask, Response
from sqlalchemy import select
from werkzeug.test import Client

from app.curation.counting import store
from app.curation.counting.actions import forget_old, write_down
from app.curation.counting.masking import mask
from app.curation.counting.model import DAYS, Question, drop_off, may_be_kept
from app.kernel.tally import MOST, Taken, Tally
from app.search.find import Finder
from app.storage.database import Database
from app.web.cache import PageCache
from app.web.tally import counted
from tests.test_revisions import NOW

DAY = date(2026, 4, 16)
KNOWN = frozenset(["витяг", "де", "шукати", "сина", "бригада", "тцк", "надія", "icmp", "register", "миколаїв"])


def is_written(word: str) -> bool:
    return word in KNOWN


@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("витяг", "витяг"),
        ("Витяг  ДЕ", "витяг де"),
        ("де шукати сина Івана", "де шукати сина …"),
        ("іван петренко витяг", "… витяг"),
        ("Олександра Миколаївна Коваленко-Мельник витяг", "… витяг"),
        ("витяг Йоуссоуф", "витяг …"),
        ("витяг йоуссоуф", "витяг …"),
        ("витяг Ivan Petrenko", "витяг …"),
        ("IVAN petrenko register", "… register"),
        ("сын Сергей витяг", "сын … витяг"),
        ("бригада 93 витяг", "бригада # витяг"),
        ("витяг +380 67 123-45-67", "витяг #"),
        ("витяг 067(123)45 67", "витяг #"),
        ("витяг olha.k@example.org", "витяг #"),
        ("витяг https://t.me/olha", "витяг #"),
        ("А1234 витяг", "# витяг"),
        ("тцк надія", "тцк надія"),
        ("миколаїв icmp", "миколаїв icmp"),
        ("витяг Коваль", "витяг …"),
        ("собака", "собака"),
        ("витяг Собака", "витяг …"),
        ("Іван Петренко", ""),
        ("0671234567", ""),
        ("!!! ", ""),
        ("", ""),
    ],
)
def test_numbers_and_names_are_masked(typed: str, masked: str) -> None:
    assert mask(typed, is_written) == masked


def test_the_words_of_the_site_are_known_to_the_search(finder: Finder) -> None:
    assert mask("витяг з реєстру для Степана Бандурка 1990", finder.is_written) == "витяг з реєстру для … #"


def days(count: int) -> list[date]:
    return [DAY + timedelta(days=number) for number in range(count)]


def test_words_are_kept_from_five_different_days_on() -> None:
    assert not may_be_kept([*days(DAYS - 1), *days(DAYS - 1)])
    assert may_be_kept(days(DAYS))
    assert DAYS == 5


def asked(database: Database, query: str, day: date, times: int = 1) -> None:
    with database.writing() as session:
        write_down(session, Taken({}, {(day, query): times}), is_written=is_written)


def texts(database: Database) -> list[str | None]:
    with database.reading() as session:
        return list(session.scalars(select(store.GapRow.text)))


def test_nothing_readable_is_kept_before_the_fifth_day(database: Database) -> None:
    for day in days(DAYS - 1):
        asked(database, "Бригада 93", day, times=20)
    assert texts(database) == [None]
    asked(database, "бригада 47", days(DAYS)[-1])
    assert texts(database) == ["бригада #"]
    with database.reading() as session:
        (gap,) = store.gaps(session, DAY, limit=10)
    assert (gap.text, gap.days, gap.times, gap.last) == ("бригада #", 5, 81, DAY + timedelta(days=4))


def test_a_query_of_names_alone_is_not_counted(database: Database) -> None:
    asked(database, "Іван Петренко", DAY)
    assert texts(database) == []


def test_counts_of_several_processes_add_up(database: Database) -> None:
    for _ in range(2):
        with database.writing() as session:
            write_down(session, Taken({(DAY, "shown:where"): 2, (DAY, "answered:where"): 1}, {}), is_written=is_written)
    with database.reading() as session:
        counts = store.counts(session, DAY)
        assert store.counts(session, DAY + timedelta(days=1)) == {}
        assert store.counts(session, DAY, "shown:") == {"shown:where": 4}
    (question,) = drop_off(counts, ["who", "where"])
    assert (question.id, question.shown, question.left, question.percent) == ("where", 4, 2, 50)


def test_more_answers_than_showings_are_no_loss() -> None:
    # A form that was shown before midnight is answered after.
    assert Question("where", 1, 3).left == 0
    assert Question("where", 0, 3).percent == 0


def test_what_too_few_days_asked_is_forgotten_and_so_are_old_counts(database: Database) -> None:
    today = NOW.date()
    asked(database, "витяг тцк", today - timedelta(days=91))
    asked(database, "витяг де", today - timedelta(days=89))
    with database.writing() as session:
        for back in (366, 1):
            store.add_count(session, today - timedelta(days=back), "shown:where", 1)
    forget_old(database, NOW)
    assert texts(database) == [None]
    with database.reading() as session:
        assert store.counts(session, date.min) == {"shown:where": 1}


# In a process


def test_a_flood_of_queries_takes_no_memory() -> None:
    tally = Tally(lambda: DAY)
    for number in range(MOST + 50):
        tally.add_query(f"query {number}")
    tally.add_query("query 1")
    taken = tally.take()
    assert len(taken.queries) == MOST
    assert taken.queries[DAY, "query 1"] == 2
    assert not tally.take()


def test_each_showing_of_a_kept_page_counts_and_its_mark_stays_inside() -> None:
    app, tally, calls = Flask(__name__), Tally(lambda: DAY), []

    @app.get("/")
    def page() -> Response:
        calls.append(1)
        response = counted(Response("<p>page</p>"), "shown:where", "answered:who")
        response.headers["X-Keep"] = "60 quick"
        return response

    client = Client(PageCache(app.wsgi_app, max_bytes=10_000, count=tally.add))
    for _ in range(3):
        assert "X-Count" not in client.get("/").headers
    client.head("/")
    assert len(calls) == 1
    assert tally.take().counts == {(DAY, "shown:where"): 3, (DAY, "answered:who"): 3}

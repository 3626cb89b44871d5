"""The figures of requests: counted on both databases, drawn on a page, handed out as tables, published by month."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.model import PERMISSIONS, Role
from app.audit.store import Wanted, records
from app.config import Settings
from app.extracts.actions import open_request
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import Outcome, Reason
from app.extracts.figures import actions
from app.extracts.figures.labels import Chart
from app.extracts.figures.model import (
    MOST_WEEKS,
    Answered,
    Period,
    PeriodError,
    Waits,
    by_purpose,
    by_week,
    centile,
    latest,
    repeats_of,
    waits_of,
)
from app.extracts.model import Kinship, Purpose
from app.extracts.request import OPEN, State
from app.extracts.statistics.actions import publish, read_published
from app.extracts.statistics.store import PublishedRow
from app.extracts.store import RequestRow, find_by_reference
from app.kernel.languages import PUBLIC
from app.site import create_app
from app.storage.database import Database
from app.storage.days import kyiv_day, midnight
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.bench.bulk import PHRASE, Filled, fill
from tests.lint import LintingClient
from tests.made_up import drawn
from tests.test_permissions import StandIn

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
WHO = "account:supervisor"
YEAR = Period(date(2025, 11, 17), date(2026, 11, 18))


def filled(database: Database, requests: int = 240) -> Filled:
    return fill(database, entries=40, requests=requests, seed=3, now=NOW, drawn=drawn)


def answered(came: str, on: str, count: int = 1, *, outcome: Outcome = Outcome.EXTRACT, due: str = "") -> Answered:
    came_on = date.fromisoformat(came)
    due_on = date.fromisoformat(due) if due else came_on + timedelta(days=30)
    reason = Reason.NOT_ENTITLED if outcome is Outcome.REFUSAL else None
    return Answered(came_on, due_on, date.fromisoformat(on), outcome, reason, count)


# Pure


def test_a_period_shows_its_weeks_from_their_mondays() -> None:
    period = Period(date(2026, 11, 4), date(2026, 11, 16))
    assert period.weeks == [date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)]
    assert len(latest(date(2026, 11, 18)).weeks) == 26
    assert latest(date(2026, 11, 18)).last == date(2026, 11, 18)


def test_a_period_ends_after_it_begins_and_is_not_endless() -> None:
    with pytest.raises(PeriodError):
        Period(date(2026, 11, 4), date(2026, 11, 3))
    with pytest.raises(PeriodError):
        Period(date(2024, 1, 1), date(2026, 11, 3))
    assert len(Period(date(2025, 11, 24), date(2025, 11, 24) + timedelta(days=7 * MOST_WEEKS - 1)).weeks) == MOST_WEEKS


@given(st.lists(st.integers(0, 200), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_a_centile_is_the_least_that_so_many_do_not_exceed(values: list[int], share: float) -> None:
    found = centile({value: values.count(value) for value in values}, share)
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values)


def test_waits_are_calendar_days_against_the_term() -> None:
    days = [answered("2026-10-01", "2026-10-11", 5), answered("2026-10-01", "2026-10-31", 4)]
    assert waits_of([*days, answered("2026-10-01", "2026-11-01")]) == Waits(10, 10, 30, 9)
    assert waits_of([]) is None


def test_weeks_without_anything_stand_there_with_noughts() -> None:
    period = Period(date(2026, 11, 2), date(2026, 11, 22))
    refused = answered("2026-10-20", "2026-11-18", outcome=Outcome.REFUSAL)
    weeks = by_week(period, {date(2026, 11, 8): 3}, [answered("2026-10-20", "2026-11-17", 2), refused])
    assert [(week.requests, week.extracts, week.waits is None) for week in weeks] == [
        (3, 0, True), (0, 0, True), (0, 2, False),
    ]  # fmt: skip


def test_a_request_counts_under_each_of_its_purposes() -> None:
    found = by_purpose({"pay pension": 3, "pay": 2, "court": 1})
    assert (found[Purpose.PAY], found[Purpose.PENSION], found[Purpose.COURT]) == (5, 3, 1)


def test_families_with_many_extracts_are_counted_together() -> None:
    assert repeats_of({1: 9, 3: 2, 4: 1, 7: 1}) == {1: 9, 2: 0, 3: 2, 4: 2}


# On the databases


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T21:59:59", "2026-03-28"), ("2026-03-28T22:00:00", "2026-03-29"),
        ("2026-03-29T20:59:59", "2026-03-29"), ("2026-03-29T21:00:00", "2026-03-30"),
        ("2026-10-24T20:59:59", "2026-10-24"), ("2026-10-24T21:00:00", "2026-10-25"),
        ("2026-10-25T21:59:59", "2026-10-25"), ("2026-10-25T22:00:00.000001", "2026-10-26"),
    ],
)  # fmt: skip
def test_both_databases_know_the_day_of_kyiv_across_the_changes_of_the_clock(
    database: Database, moment: str, day: str
) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    with database.writing() as session:
        session.add(PublishedRow(period="x", figures="", published_at=at))
        session.flush()
        known = kyiv_day(PublishedRow.published_at, since=date(2026, 1, 1), until=date(2026, 12, 31))
        assert session.query(known).scalar() == day
    assert midnight(date.fromisoformat(day)) <= at < midnight(date.fromisoformat(day) + timedelta(days=1))


def test_what_is_counted_is_what_there_is(database: Database) -> None:
    made = filled(database)
    with database.writing() as session:
        found = actions.read_figures(session, YEAR, actor=WHO, now=NOW)
        rows = session.query(RequestRow).all()
        session.expunge_all()
    assert found.requests == len(rows) == 240
    assert found.extracts == len(made.requests[State.ISSUED])
    assert sum(found.refusals.values()) == len(made.requests[State.REFUSED])
    assert found.now.open == {state: len(made.requests[state]) for state in State if state in OPEN}
    assert found.now.overdue == sum(row.due_on < NOW.date() for row in rows if row.state in OPEN)
    assert found.kinships == {kind: sum(row.kinship == kind for row in rows) for kind in Kinship}
    assert found.purposes == {kind: sum(kind in row.purposes.split() for row in rows) for kind in Purpose}
    families: dict[tuple[bytes, bytes], int] = {}
    for row in rows:
        if row.state == State.ISSUED:
            family = (row.claim_index, row.contact_index)
            families[family] = families.get(family, 0) + 1
    assert sum(found.repeats.values()) == len(families)
    assert found.repeats[2] == sum(count == 2 for count in families.values())
    assert found.waits is not None
    assert found.waits.count == found.extracts + sum(found.refusals.values())


def test_only_the_period_is_counted_and_the_reading_is_recorded(database: Database) -> None:
    filled(database)
    short = Period(date(2026, 6, 1), date(2026, 6, 14))
    with database.writing() as session:
        found = actions.read_figures(session, short, actor=WHO, now=NOW)
        filed = [row.filed_at for row in session.query(RequestRow)]
    inside = [at for at in filed if midnight(short.first) <= at.replace(tzinfo=UTC) < midnight(date(2026, 6, 15))]
    assert found.requests == len(inside) > 0
    assert sum(found.kinships.values()) == len(inside)
    with database.reading() as session:
        [told] = records(session, Wanted())
    assert (told.event, told.actor, told.details) == ("figures.read", WHO, {"period": "2026-06-01/2026-06-14"})


def test_an_empty_database_has_figures_of_nought(database: Database) -> None:
    with database.writing() as session:
        found = actions.read_figures(session, YEAR, actor=WHO, now=NOW)
    assert (found.requests, found.extracts, found.waits, found.now.whole) == (0, 0, None, 0)


def test_bulk_requests_are_as_the_site_would_have_written_them(database: Database) -> None:
    made = filled(database, 120)
    with database.writing() as session:
        for state in State:
            for id_ in made.requests[state][:2]:
                dossier = desk.read_request(session, id_, actor=WHO, now=NOW)
                assert dossier.request.state is state
                assert dossier.candidates or dossier.claim.surname
        issued = made.requests[State.ISSUED]
        assert all(desk.told(session, id_).number for id_ in issued[:5])
        reference = session.query(RequestRow.reference).first()
        assert reference is not None
        row = find_by_reference(session, reference[0])
        assert row is not None
        assert open_request(session, row.reference, PHRASE, now=NOW) == row.id


# Published months


def test_complete_months_are_published_once_and_stay(database: Database) -> None:
    filled(database, 400)
    publish(database, now=NOW)
    with database.reading() as session:
        first = read_published(session)
    assert [month.first for month in first.months][-1] == date(2026, 10, 1)
    assert first.years[0].year == 2025
    publish(database, now=NOW)
    publish(database, now=NOW + timedelta(days=20))
    with database.reading() as session:
        later = read_published(session)
    assert later.months[: len(first.months)] == first.months
    assert [month.first for month in later.months[len(first.months) :]] == [date(2026, 11, 1)]
    assert later.years == first.years


def test_nothing_is_published_before_a_month_has_ten_requests(database: Database) -> None:
    publish(database, now=NOW)
    filled(database, 6)
    publish(database, now=NOW)
    with database.reading() as session:
        assert read_published(session).months == []


# Pages


@pytest.fixture
def gate() -> StandIn:
    return StandIn(Actor("supervisor", frozenset(PERMISSIONS[Role.SUPERVISOR])))


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path, gate: StandIn
) -> Iterator[Flask]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    site = create_app(replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file), edition)
    install_access(site, gate)
    yield site
    database_of(site).engine.dispose()


def page(client: LintingClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return unescape(re.sub(r"</?span[^>]*>", "", response.get_data(as_text=True)))


def lines_of(client: LintingClient, address: str) -> Sequence[Sequence[str]]:
    response = client.get(address)
    assert (response.status_code, response.mimetype) == (200, "text/csv")
    assert response.headers["Content-Disposition"].startswith("attachment")
    text = response.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


BETWEEN = "?since=2025-11-20&until=2026-11-18"


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_supervisor_reads_charts_with_their_tables(site: Flask, language: str) -> None:
    made = filled(database_of(site))
    client = LintingClient(site)
    shown = page(client, f"/{language}/staff/figures{BETWEEN}")
    assert shown.count('<svg class="figure"') == shown.count("<table>") == len(Chart)
    assert f"/{language}/staff/requests?due=overdue" in shown
    for chart in Chart:
        head, *rows = lines_of(client, f"/{language}/staff/figures/{chart.value}.csv{BETWEEN}")
        assert rows
        assert all(len(row) == len(head) for row in rows)
    by_week = lines_of(client, f"/{language}/staff/figures/weeks.csv{BETWEEN}")[1:]
    assert sum(int(row[2]) for row in by_week) == len(made.requests[State.ISSUED])


@pytest.mark.parametrize("language", list(PUBLIC))
def test_figures_of_nothing_and_of_a_wrong_period_say_so(site: Flask, language: str) -> None:
    client = LintingClient(site)
    shown = page(client, f"/{language}/staff/figures")
    assert '<svg class="figure"' not in shown
    for asked in ("?since=2026-11-18&until=2026-11-01", "?since=yesterday", "?until=2026-02-30"):
        assert 'role="alert"' in page(client, f"/{language}/staff/figures{asked}", 422)
    assert client.get(f"/{language}/staff/figures/weeks.csv?since=yesterday").status_code == 303


def test_an_auditor_reads_figures_without_a_way_to_requests(site: Flask, gate: StandIn) -> None:
    filled(database_of(site))
    gate.who = Actor("auditor", frozenset(PERMISSIONS[Role.AUDITOR]))
    assert "/staff/requests" not in page(LintingClient(site), f"/en/staff/figures{BETWEEN}")
    gate.who = Actor("registrar", frozenset(PERMISSIONS[Role.REGISTRAR]))
    page(LintingClient(site), "/en/staff/figures", 403)


@pytest.mark.parametrize("language", list(PUBLIC))
def test_everybody_reads_what_is_published(site: Flask, language: str) -> None:
    filled(database_of(site), 600)
    publish(database_of(site), now=NOW)
    client = LintingClient(site)
    shown = page(client, f"/{language}/statistics")
    assert shown.count('<svg class="figure"') >= 3
    response = client.get(f"/{language}/statistics")
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "public, max-age=300"
    head, *rows = lines_of(client, f"/{language}/statistics.csv")
    assert len(head) == 4
    numbers = [int(row[3]) for row in rows if row[1] in ("requests", "extracts") or ":" in row[1] if row[3].isdigit()]
    assert numbers
    assert min(numbers) >= 10


@pytest.mark.parametrize("language", list(PUBLIC))
def test_before_anything_is_published_the_page_says_when(site: Flask, language: str) -> None:
    shown = page(LintingClient(site), f"/{language}/statistics")
    assert '<svg class="figure"' not in shown
    assert f"/{language}/extract" in shown
    assert len(lines_of(LintingClient(site), f"/{language}/statistics.csv")) == 1

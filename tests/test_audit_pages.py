"""The auditor's pages: who did what, in words; what is worth a question; whether the chain holds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import html5lib
import pytest
from flask import Flask, g, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from werkzeug.test import Client, TestResponse

from app.accounts.model import PERMISSIONS, Permission, Role
from app.accounts.store import AccountRow, RoleRow, email_index
from app.audit.actions import record
from app.audit.model import OPTIONAL, REQUIRED, Event, is_reference
from app.audit.store import Wanted, actors, by_event, records, verify
from app.audit.unusual import Reason
from app.config import Settings
from app.kernel.dates import KYIV
from app.kernel.languages import PUBLIC
from app.operations.forms import read_asked
from app.operations.labels import DETAILS, EVENTS, REASONS
from app.operations.staff import harmless
from app.site import create_app
from app.storage.database import Database, prepare_database
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.conftest import KEY_DAY
from tests.lint import page_faults

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)


@dataclass
class Door:
    """A gate of the tests: whoever stands in `inside` is asking."""

    inside: Actor | None = None

    def actor(self) -> Actor | None:
        return self.inside

    def turn_away(self) -> ResponseReturnValue:
        return redirect("/uk/", 303)


AUDITOR = Actor("auditor", frozenset(PERMISSIONS[Role.AUDITOR]))


@dataclass
class Desk:
    """The site with an auditor at the desk, and its database."""

    site: Flask
    door: Door
    database: Database
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.site.test_client()

    def get(self, address: str, status: int = 200) -> str:
        return self.linted(self.client.get(address), status)

    def linted(self, response: TestResponse, status: int = 200) -> str:
        assert response.status_code == status
        styles = re.findall(r'rel="stylesheet" href="([^"]+)"', response.text)
        weight = sum(len(self.client.get(style, headers={"Accept-Encoding": "br"}).data) for style in styles)
        # The page has a form that changes something, so it does set a cookie.
        faults = [fault for fault in page_faults(response, style_bytes=weight) if "sets a cookie" not in fault]
        assert faults == []
        return response.text

    def account(self, id_: str, name: str, role: Role = Role.REGISTRAR) -> None:
        with self.database.writing() as session:
            account = AccountRow(
                id=id_, email_index=email_index(session, id_), active=True, language="uk", created_at=NOW
            )
            session.add(account)
            account.name, account.address = name, f"{id_}@example.org"
            account.held = [RoleRow(name=role.value)]

    def record(self, event: Event, subject: str, at: datetime = NOW, *, by: str = "account:a", **details: str) -> None:
        with self.database.writing() as session:
            record(session, event, actor=by, subject=subject, now=at, **details)

    def told(self) -> list[tuple[str, str, str]]:
        """Return (subject, event, filters) of what the auditor did, the newest first."""
        with self.database.reading() as session:
            found = list(records(session, Wanted(actor="account:auditor")))
        return [(item.subject, item.event, item.details.get("filters", "")) for item in found]


@pytest.fixture
def desk(tmp_path: Path, edition: Edition) -> Iterator[Desk]:
    settings = Settings(instance=tmp_path)
    prepare_database(settings.database, keys="", key_file=settings.key_file, today=KEY_DAY).engine.dispose()
    site = create_app(settings, edition)
    door = Door(AUDITOR)
    install_access(site, door)
    opened = database_of(site)
    yield Desk(site, door, opened)
    opened.engine.dispose()


def cells(page: str) -> list[list[str]]:
    """Return the words of every row of the records."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [[" ".join("".join(cell.itertext()).split()) for cell in row.iter("td")] for row in tree.iter("tr")][1:]


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_record_is_told_in_words_and_in_kyiv_time(desk: Desk, language: str) -> None:
    desk.account("a", "Приклад Перший")
    desk.account("b", "Приклад Другий")
    desk.record(Event.ACCOUNT_ROLES_CHANGED, "account:b", before="registrar", after="supervisor")
    page = desk.get(f"/{language}/staff/audit")
    (row,) = cells(page)
    words = {
        "uk": "змінює ролі людини було: registrar; стало: supervisor",
        "en": "changed the roles of a person before: registrar; after: supervisor",
    }
    assert row[:2] == ["1", "16.04.2026 15:00:00"]
    assert row[2] == "Приклад Перший"
    assert row[4] == "Приклад Другий"
    assert row[3] == words[language]


def test_only_who_reads_the_audit_is_let_in(desk: Desk) -> None:
    addresses = ("/uk/staff/audit", "/uk/staff/audit/records.csv", "/uk/staff/audit/unusual")
    desk.door.inside = None
    assert {desk.client.get(address).status_code for address in addresses} == {303}
    # A form without its token is refused before anybody asks who sent it.
    assert desk.client.post("/uk/staff/audit/verify").status_code == 400
    for role in Role:
        allowed = Permission.READ_AUDIT in PERMISSIONS[role]
        desk.door.inside = Actor("x", frozenset(PERMISSIONS[role]))
        expected = {200} if allowed else {403}
        assert {desk.client.get(address).status_code for address in addresses} == expected, role
        assert desk.client.post("/uk/staff/audit/verify").status_code == 400, role


def test_the_filters_find_by_person_event_subject_and_day_of_kyiv(desk: Desk) -> None:
    desk.record(Event.ACCOUNT_READ, "account:x", datetime(2026, 4, 14, 20, 59, tzinfo=UTC))
    desk.record(Event.ACCOUNT_READ, "account:y", datetime(2026, 4, 14, 21, 0, tzinfo=UTC))
    desk.record(Event.SIGNED_OUT, "account:a", datetime(2026, 4, 15, 20, 59, tzinfo=UTC))
    desk.record(Event.ACCOUNT_READ, "account:x", datetime(2026, 4, 15, 21, 0, tzinfo=UTC), by="command:x")

    def numbers(query: str) -> list[str]:
        return [row[0] for row in cells(desk.get(f"/uk/staff/audit?{query}"))]

    day = "from-day=15&from-month=4&from-year=2026&to-day=15&to-month=04&to-year=2026"
    assert numbers(day) == ["3", "2"]
    assert numbers("to-day=14&to-month=4&to-year=2026") == ["1"]
    assert numbers("from-day=16&from-month=4&from-year=2026&to-year=2026&actor=command:x") == ["4"]
    assert numbers("subject=account:x") == ["4", "1"]
    assert numbers("event=sign-in.ended") == ["3"]
    assert numbers("actor=command:x&subject=account:y") == []
    assert numbers("from-year=2025&to-month=4&to-year=2026&event=account.read&actor=account:a") == ["2", "1"]


def test_pages_go_on_by_number_without_a_gap(desk: Desk) -> None:
    with desk.database.writing() as session:
        for number in range(1, 121):
            record(session, Event.ACCOUNT_READ, actor="account:a", subject=f"account:{number}", now=NOW)
    seen: list[int] = []
    address = "/en/staff/audit?actor=account%3Aa"
    while address:
        page = desk.get(address)
        seen += [int(row[0]) for row in cells(page)]
        found = re.search(r'<a href="([^"]+)" rel="next">', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == list(range(120, 0, -1))


def test_reading_the_audit_is_recorded_with_its_filters(desk: Desk) -> None:
    desk.record(Event.ACCOUNT_READ, "account:x")
    query = "actor=account:a&subject=account:x&event=account.read&from-day=1&from-month=4&from-year=2026&to-year=2026"
    desk.get(f"/uk/staff/audit?{query}")
    desk.client.get(f"/uk/staff/audit/records.csv?{query}")
    desk.get("/uk/staff/audit/unusual")
    desk.get("/uk/staff/audit")
    filters = "by=a,event=account.read,from=2026-04-01,to=2026-12-31"
    assert desk.told() == [
        ("audit", "audit.read", "none"),
        ("audit", "audit.read", "unusual"),
        ("account:x", "audit.read", f"csv,{filters}"),
        ("account:x", "audit.read", filters),
    ]


def test_the_longest_filters_still_fit_the_record() -> None:
    asked = read_asked(
        {
            "actor": f"account:{'a' * 32}", "event": max(Event, key=len), "subject": "x" * 120,
            "from-year": "2026", "to-year": "2026", "before": "9" * 12,
        }
    )  # fmt: skip
    assert asked.faults == []
    assert asked.filters.count("=") == 5
    assert is_reference(f"csv,{asked.filters}")


@pytest.mark.parametrize("language", list(PUBLIC))
@pytest.mark.parametrize(
    ("query", "field_"),
    [
        ("from-day=31&from-month=2&from-year=2026", "from-day"),
        ("from-day=5", "from-day"),
        ("to-year=abc", "to-day"),
        ("from-year=2027&to-year=2026", "to-day"),
        ("subject=Коваль", "subject"),
        ("subject=067+123+45+67", "subject"),
        ("event=nothing", "event"),
        ("actor=Олена", "actor"),
    ],
)
def test_wrong_input_is_explained_beside_its_field_and_shows_nothing(
    desk: Desk, query: str, field_: str, language: str
) -> None:
    desk.record(Event.ACCOUNT_READ, "account:x")
    page = desk.get(f"/{language}/staff/audit?{query}", status=422)
    assert f'href="#{field_}"' in page
    assert f'id="{field_.removesuffix("-day")}-wrong"' in page
    assert "<tbody>" not in page
    assert desk.told() == []
    assert desk.client.get(f"/{language}/staff/audit/records.csv?{query}").status_code == 303


def test_no_record_that_fits_is_said_with_a_way_on(desk: Desk) -> None:
    page = desk.get("/en/staff/audit?subject=account:nobody")
    assert "No record fits these filters" in page
    assert "/en/staff/audit" in page


def test_a_damaged_number_of_a_page_shows_the_newest(desk: Desk) -> None:
    desk.record(Event.ACCOUNT_READ, "account:x")
    for before in ("x", "-1", "9" * 30, "²"):
        assert len(cells(desk.get(f"/uk/staff/audit?before={before}&actor=account:a"))) == 1


def test_the_download_opens_in_a_spreadsheet_and_holds_no_formula(desk: Desk) -> None:
    desk.account("a", "=HYPERLINK(0)")
    desk.record(Event.ACCOUNT_READ, "account:x")
    desk.record(Event.SIGNED_OUT, "account:a")
    response = desk.client.get("/en/staff/audit/records.csv?event=account.read")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"
    head, *rows = csv.reader(io.StringIO(response.data.decode("utf-8-sig")))
    assert head[:3] == ["Number", "Time in Kyiv", "Event"]
    assert rows == [
        ["1", "2026-04-16T15:00:00+03:00", "account.read", "read an account", "'=HYPERLINK(0)", "account:a",
         "account:x", ""]
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\n+1"])
def test_what_a_spreadsheet_would_run_becomes_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("Коваль-Перша") == "Коваль-Перша"
    assert harmless("") == ""


def pressed(desk: Desk, language: str) -> str:
    page = desk.get(f"/{language}/staff/audit")
    token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page)
    assert token
    return desk.linted(desk.client.post(f"/{language}/staff/audit/verify", data={"csrf_token": token[1]}))


@pytest.mark.parametrize("language", list(PUBLIC))
def test_the_chain_is_checked_on_demand_and_the_check_recorded(desk: Desk, language: str) -> None:
    desk.record(Event.ACCOUNT_READ, "account:x")
    page = pressed(desk, language)
    assert {"uk": "Ланцюг цілий", "en": "The chain holds"}[language] in page
    assert desk.told()[0][:2] == ("audit", "audit.verified")
    with desk.database.reading() as session:
        assert verify(session).broken == ""


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_broken_chain_is_said_with_its_place_and_what_to_do(desk: Desk, language: str) -> None:
    for number in range(3):
        desk.record(Event.ACCOUNT_READ, f"account:{number}")
    with desk.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET subject = 'account:z' WHERE number = 2"))
    page = pressed(desk, language)
    assert {"uk": "Ланцюг розірвано", "en": "The chain is broken"}[language] in page
    assert re.search(r"(number|номером) 2\.", page)


def test_the_check_is_not_run_without_the_button(desk: Desk) -> None:
    assert desk.client.post("/uk/staff/audit/verify").status_code == 400
    assert desk.client.get("/uk/staff/audit/verify").status_code == 405


@pytest.mark.parametrize("language", list(PUBLIC))
def test_unusual_access_is_listed_with_a_picture_and_its_table(desk: Desk, language: str) -> None:
    desk.account("a", "Приклад Перший")
    start = datetime.now(UTC) - timedelta(hours=20)
    with desk.database.writing() as session:
        for number in range(30):
            at = start + timedelta(minutes=number)
            record(session, Event.ACCOUNT_READ, actor="account:a", subject=f"account:{number}", now=at)
        record(session, Event.ACCOUNT_READ, actor="account:b", subject="account:c", now=start, namesake="yes")
    page = desk.get(f"/{language}/staff/audit/unusual")
    assert "Приклад Перший" in page
    assert page.index("account:c") < page.index("30")
    assert page.count('<svg class="figure"') == 2
    assert page.count("<caption>") == 2
    day = start.astimezone(KYIV)
    assert re.search(rf'<th scope="row">{day:%d.%m}</th><td>\d+</td>', page)
    one = desk.get(f"/{language}/staff/audit/unusual?who=account:a")
    assert one.count('<svg class="figure"') == 1
    assert "account:c" not in one
    link = re.search(r'href="([^"]+)">31?0</a>', page)
    assert link
    assert cells(desk.get(link[1].replace("&amp;", "&")))[0][0] == "30"


@pytest.mark.parametrize("language", list(PUBLIC))
def test_quiet_days_say_so(desk: Desk, language: str) -> None:
    page = desk.get(f"/{language}/staff/audit/unusual")
    assert 'role="status"' in page
    assert desk.client.get(f"/{language}/staff/audit/unusual?who=nobody").status_code == 404


def test_every_page_stays_light_when_everything_is_unusual(desk: Desk) -> None:
    start = datetime.now(UTC) - timedelta(hours=20)
    with desk.database.writing() as session:
        for number in range(120):
            ids = {"actor": f"account:{number % 60:032x}", "subject": f"account:{number * 7919:032x}"}
            record(session, Event.ACCOUNT_READ, **ids, now=start, namesake="yes")  # type: ignore[arg-type]
    page = desk.get("/uk/staff/audit/unusual")
    assert page.count("<tr><td><a") == 40
    desk.get("/uk/staff/audit")


def test_every_event_detail_and_reason_has_words() -> None:
    assert set(EVENTS) == set(Event)
    assert set(DETAILS) == OPTIONAL | frozenset().union(*REQUIRED.values())
    assert set(REASONS) == set(Reason)


def test_the_words_of_every_event_are_translated(site: Flask) -> None:
    for code in PUBLIC:
        with site.test_request_context():
            g.language = code
            words = [str(label) for label in (*EVENTS.values(), *DETAILS.values(), *REASONS.values())]
        assert len(set(words)) == len(words)
        assert all(re.search("[а-яіїєґ]", word) for word in words) is (code == "uk")


def test_records_are_gathered_by_event_and_window(database: Database) -> None:
    with database.writing() as session:
        for ago in (3, 2, 1):
            for event, more in ((Event.ACCOUNT_READ, {}), (Event.SIGNED_IN, {"factor": "totp"})):
                at = NOW - timedelta(days=ago)
                record(session, event, actor=f"account:{ago}", subject="account:x", now=at, **more)
    with database.reading() as session:
        found = by_event(session, [Event.ACCOUNT_READ], since=NOW - timedelta(days=2))
        assert [(item.actor, item.event) for item in found] == [
            ("account:2", "account.read"),
            ("account:1", "account.read"),
        ]


def test_everybody_in_the_record_is_named_once(database: Database) -> None:
    with database.reading() as session:
        assert actors(session) == []
    with database.writing() as session:
        for actor in ("command:b", "account:a", "command:b", "account:c"):
            record(session, Event.SIGNED_OUT, actor=actor, subject="account:x", now=NOW)
    with database.reading() as session:
        assert actors(session) == ["account:a", "account:c", "command:b"]

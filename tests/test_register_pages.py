"""The registrars' pages of the register, as a registrar meets them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.model import PERMISSIONS, Role
from app.audit.store import Wanted, records
from app.config import Settings
from app.kernel.languages import PUBLIC
from app.register.entries import actions, store
from app.register.entry import Item, texts_of
from app.register.forms import date_text, names_of, read_entry_form, typed_from, typed_of
from app.site import create_app
from app.storage.database import Database
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.desk import desk_pages
from app.web.edition import Edition
from tests.lint import LintingClient, page
from tests.register_entries import CLERK, ENTRY, NOW, recorded, two_records_of_one, with_person
from tests.test_permissions import StandIn

TYPED = {
    "surname": "Вигаданенко", "given": "Остап", "patronymic": "Северинович", "former_surnames": "Примарський",
    "born-day": "14", "born-month": "3", "born-year": "1991", "sex": "m", "missing_on-month": "2",
    "missing_on-year": "2023", "missing_from": "Бахмут", "category": "military", "cause": "hostilities",
    "status": "searching", "since-day": "20", "since-month": "2", "since-year": "2023", "source": "заява дружини",
}  # fmt: skip


@pytest.fixture(scope="module")
def gate() -> StandIn:
    return StandIn(Actor("registrar", frozenset(PERMISSIONS[Role.REGISTRAR])))


@pytest.fixture
def desk(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path, gate: StandIn
) -> Iterator[Flask]:
    """The site with a registrar signed in and an empty register."""
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    site = create_app(replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file), edition)
    site.config["WTF_CSRF_ENABLED"] = False
    install_access(site, gate)
    yield site
    database_of(site).engine.dispose()


@pytest.fixture
def client(desk: Flask) -> LintingClient:
    return LintingClient(desk)


@pytest.fixture
def database(desk: Flask) -> Database:
    return database_of(desk)


def to_correct() -> dict[str, str]:
    """Return the fields of the form that corrects the entry, as it shows them."""
    return typed_from(texts_of(ENTRY)).values


@pytest.mark.parametrize("language", list(PUBLIC))
def test_an_entry_is_recorded_by_hand_and_shown(client: LintingClient, database: Database, language: str) -> None:
    page(client, f"/{language}/staff/register/new")
    response = client.post(f"/{language}/staff/register/new", data=TYPED)
    assert (response.status_code, response.location) == (303, f"/{language}/staff/register/1?done=recorded")
    shown = page(client, response.location)
    for text in ("Вигаданенко Остап Северинович", "Примарський", "Бахмут", "заява дружини"):
        assert text in shown
    assert {"uk": "14 березня 1991", "en": "14 March 1991"}[language] in shown
    assert {"uk": "лютий 2023", "en": "February 2023"}[language] in shown
    with database.reading() as session:
        assert [one.event for one in records(session, Wanted())][::-1] == ["entry.recorded", "entry.read"]


def test_what_is_wrong_is_named_beside_its_field_and_nothing_typed_is_lost(client: LintingClient) -> None:
    wrong = TYPED | {"surname": "", "born-day": "31", "born-month": "2", "source": "", "since-year": "2031"}
    shown = page(client, "/en/staff/register/new", 422, data=wrong)
    assert "<title>Error: Record an entry" in shown
    for id_ in ("surname", "born-day", "since-day", "source"):
        assert f'href="#{id_}"' in shown
    assert 'value="Северинович"' in shown
    assert 'value="31"' in shown


def test_a_claim_finds_the_entry_with_the_reason_of_each_field(client: LintingClient, database: Database) -> None:
    with database.writing() as session:
        recorded(session)
    claim = {"surname": "Vyhadanenko", "given": "Остап", "born-day": "3", "born-month": "14", "born-year": "1991"}
    assert "No calendar has this day" in page(client, "/en/staff/register", 422, data=claim)
    claim |= {"born-month": "12"}
    shown = page(client, "/en/staff/register", data=claim)
    assert 'href="/en/staff/register/1"' in shown
    assert "the same in another alphabet" in shown
    assert "Vyhadanenko" in shown
    with database.reading() as session:
        (told, *_) = records(session, Wanted())
    assert (told.event, dict(told.details)) == ("entries.searched", {"entries": "entries:1"})


def test_a_search_that_finds_nobody_says_so_and_one_for_nobody_is_refused(client: LintingClient) -> None:
    assert "No entry fits" in page(client, "/en/staff/register", data={"surname": "Нікогоненко"})
    assert "Write a surname" in page(client, "/en/staff/register", 422, data={"given": "Остап"})


def test_a_correction_shows_the_old_value_and_the_reason_afterwards(client: LintingClient, database: Database) -> None:
    with database.writing() as session:
        recorded(session)
    form = page(client, "/en/staff/register/1/correct")
    assert 'name="version" value="1"' in form
    changed = to_correct() | {"surname": "Дійсненко", "reason": "паспорт", "version": "1"}
    assert client.post("/en/staff/register/1/correct", data=changed).location == "/en/staff/register/1?done=corrected"
    shown = page(client, "/en/staff/register/1")
    assert "<del>Вигаданенко</del>" in shown
    assert "<ins>Дійсненко</ins>" in shown
    assert "паспорт" in shown


def test_a_correction_without_reason_or_change_is_refused(client: LintingClient, database: Database) -> None:
    with database.writing() as session:
        recorded(session)
    same = to_correct() | {"version": "1"}
    assert "Write the reason" in page(client, "/en/staff/register/1/correct", 422, data=same)
    assert "Nothing is different" in page(client, "/en/staff/register/1/correct", 422, data=same | {"reason": "x"})


def test_a_clerk_who_was_overtaken_sees_what_differs_and_decides(client: LintingClient, database: Database) -> None:
    with database.writing() as session:
        recorded(session)
        actions.correct(session, 1, with_person(unit="інша"), version=1, reason="x", actor=CLERK, now=NOW)
    mine = to_correct() | {"given": "Остапій", "reason": "паспорт", "version": "1"}
    shown = page(client, "/en/staff/register/1/correct", 409, data=mine)
    assert "Somebody changed this entry meanwhile" in shown
    assert "<td>інша</td>" in shown
    assert 'value="Остапій"' in shown
    assert 'name="version" value="2"' in shown
    assert client.post("/en/staff/register/1/correct", data=mine | {"version": "2"}).status_code == 303
    late = {"status": "returned", "since-year": "2025", "source": "обмін", "version": "2"}
    assert "Somebody changed" in page(client, "/en/staff/register/1/status", 409, data=late)


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_status_is_added_with_its_date_and_source(client: LintingClient, database: Database, language: str) -> None:
    with database.writing() as session:
        recorded(session)
    address = f"/{language}/staff/register/1/status"
    page(client, address)
    bare = {"status": "nonsense", "since-year": "", "source": "", "version": "1"}
    shown = page(client, address, 422, data=bare)
    assert all(f'href="#{id_}"' in shown for id_ in ("status", "since-day", "source"))
    told = {"status": "captivity-confirmed", "since-year": "2024", "source": "лист НІБ", "version": "1"}
    assert client.post(address, data=told).status_code == 303
    shown = page(client, f"/{language}/staff/register/1")
    assert "лист НІБ" in shown
    assert {"uk": "полон підтверджено", "en": "captivity confirmed"}[language] in shown


def test_entries_are_merged_and_set_apart_again(client: LintingClient, database: Database) -> None:
    with database.writing() as session:
        two_records_of_one(session)
    page(client, "/en/staff/register/1/merge")
    assert "no other entry" in page(client, "/en/staff/register/1/merge?other=1", 422)
    assert "no other entry" in page(client, "/en/staff/register/1/merge?other=x", 422)
    pair = page(client, "/en/staff/register/1/merge?other=2")
    assert "Примарський" in pair
    asked = {"other": "2", "version-1": "1", "version-2": "1"}
    shown = page(client, "/en/staff/register/1/merge", 422, data=asked)
    assert "Choose the entry that stays" in shown
    assert "Write the reason" in shown
    chosen = asked | {"kept": "2", "reason": "паспорт"}
    assert client.post("/en/staff/register/1/merge", data=chosen).location == "/en/staff/register/2?done=merged"
    assert "merged already" in page(client, "/en/staff/register/1/merge", 409, data=chosen)
    gone = page(client, "/en/staff/register/1")
    assert "Merged into another entry" in gone
    assert client.get("/en/staff/register/1/correct").location == "/en/staff/register/1"
    assert 'href="/en/staff/register/1"' in page(client, "/en/staff/register/2")
    assert "Write the reason" in page(client, "/en/staff/register/1/unmerge", 422, data={"version": "2"})
    undone = {"version": "2", "reason": "двоє братів"}
    assert client.post("/en/staff/register/1/unmerge", data=undone).location == "/en/staff/register/1?done=unmerged"
    assert "двоє братів" in page(client, "/en/staff/register/1")
    assert client.post("/en/staff/register/1/unmerge", data=undone).status_code == 409


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_proposed_duplicate_is_listed_compared_and_dismissed(
    client: LintingClient, database: Database, language: str
) -> None:
    with database.writing() as session:
        recorded(session)
        recorded(session, with_person(unit=""))
    listed = page(client, f"/{language}/staff/register/duplicates")
    found = re.search(rf"/{language}/staff/register/duplicates/\w+", listed)
    assert found
    page(client, found.group())
    assert page(client, f"{found.group()}/dismiss", 422, data={}).count('id="why-wrong"') == 1
    done = client.post(f"{found.group()}/dismiss", data={"why": "двоє братів"})
    assert done.location == f"/{language}/staff/register/duplicates?done=dismissed"
    page(client, done.location)
    for method in (client.get(found.group()), client.post(f"{found.group()}/dismiss", data={"why": "x"})):
        assert method.status_code == 404
    with database.reading() as session:
        assert store.count_duplicates(session, state=store.DISMISSED) == 1


def test_a_full_page_of_results_and_of_duplicates_is_light(client: LintingClient, database: Database) -> None:
    with database.writing() as session:
        for number in range(24):
            recorded(session, with_person(lived_in=f"Вигадане село {number}, громада {number * 7}"))
    page(client, "/uk/staff/register", data=TYPED)
    assert 'rel="next"' in page(client, "/uk/staff/register/duplicates")
    assert 'rel="prev"' in page(client, "/uk/staff/register/duplicates?page=2")
    page(client, "/uk/staff/register/1")


def test_what_does_not_exist_is_not_found(client: LintingClient) -> None:
    for address in ("77", "77/correct", "77/status", "77/merge", "9999999999", "duplicates/nothing"):
        assert client.get(f"/uk/staff/register/{address}").status_code == 404
    for address in ("77/correct", "77/status", "77/unmerge"):
        assert client.post(f"/uk/staff/register/{address}", data={"reason": "x"}).status_code == 404


def test_the_register_stands_in_the_menu_of_those_who_keep_it_only(
    desk: Flask, client: LintingClient, gate: StandIn
) -> None:
    def listed() -> bool:
        with desk.test_request_context("/en/"):
            return "register.search" in [page.endpoint for page in desk_pages()]

    assert listed()
    who = gate.who
    try:
        for role in set(Role) - {Role.REGISTRAR, Role.SUPERVISOR}:
            gate.who = Actor("somebody", frozenset(PERMISSIONS[role]))
            assert not listed()
            assert client.get("/en/staff/register").status_code == 403
    finally:
        gate.who = who


def test_a_form_from_elsewhere_changes_nothing(desk: Flask, client: LintingClient, database: Database) -> None:
    desk.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/en/staff/register/new", data=TYPED).status_code == 400
    with database.reading() as session:
        assert not store.holds_real(session)


_TEXT = st.text(max_size=12)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(names_of(Item)), _TEXT))
def test_any_form_is_an_entry_or_names_its_faults(site: Flask, values: dict[str, str]) -> None:
    with site.test_request_context("/uk/"):
        typed = typed_of(values, names_of(Item))
        entry = read_entry_form(typed, today=NOW.date())
        assert (entry is None) == bool(typed.faults)
        assert all(id_ in names_of(Item) for id_, _ in typed.faults)


@given(st.sampled_from(["1991", "1991-03", "1991-03-14", ""]))
def test_a_date_is_shown_as_it_is_read(text: str) -> None:
    typed = typed_from({Item.BORN: text})
    shown = date_text(typed, Item.BORN)
    assert [int(part) for part in shown.split(".") if part][::-1] == [int(part) for part in text.split("-") if part]

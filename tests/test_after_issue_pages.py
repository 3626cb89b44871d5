"""The pages on what happens after an extract was issued, as families, offices and staff meet them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import pytest
from flask import Flask

from app.accounts.model import PERMISSIONS, Role
from app.config import Settings
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import Outcome
from app.extracts.desk.store import issued_on
from app.extracts.newer.actions import check_issued
from app.extracts.request import Filed
from app.kernel.languages import PUBLIC
from app.register.entries import actions as register
from app.site import create_app
from app.storage.database import Database
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from app.web.files import shelf as shelf_of
from tests.asking import file_draft, filled
from tests.lint import LintingClient, page
from tests.register_entries import CLERK, recorded, with_person
from tests.test_desk_requests import FIRST, NOW, SECOND, drawn
from tests.test_permissions import StandIn

REGISTRAR = Actor("registrar", frozenset(PERMISSIONS[Role.REGISTRAR]))
SUPERVISOR = Actor("supervisor", frozenset(PERMISSIONS[Role.SUPERVISOR]))
PERSON = with_person(surname="Прикладенко", given="Зразок", patronymic="Тестович")


@dataclass(frozen=True)
class House:
    """A site with a register of one entry, where requests are filed and answered."""

    site: Flask
    gate: StandIn

    @property
    def database(self) -> Database:
        return database_of(self.site)

    def filed(self) -> Filed:
        return file_draft(self.database, filled(self.database, now=NOW), now=NOW)

    def answered(self, outcome: Outcome = Outcome.EXTRACT) -> Filed:
        """File a request and answer it."""
        filed = self.filed()
        with self.site.app_context(), self.database.writing() as session:
            if outcome is Outcome.EXTRACT:
                desk.match(session, filed.id, 1, actor=FIRST, now=NOW)
            desk.propose(session, filed.id, outcome, actor=FIRST, now=NOW)
            desk.issue(session, shelf_of(), filed.id, draw=drawn, random=Random(), actor=SECOND, now=NOW)
        return filed

    def family(self, filed: Filed, language: str) -> LintingClient:
        """Return a browser that has opened the request."""
        browser = LintingClient(self.site)
        data = {"reference": filed.reference, "passphrase": filed.passphrase}
        assert browser.post(f"/{language}/extract/open", data=data).status_code == 303
        return browser

    def printed(self, filed: Filed) -> str:
        """Return number and code of the extract as its QR code has them."""
        with self.database.reading() as session:
            issued = issued_on(session, filed.id)
            assert issued is not None
            return urlencode({"number": f"{issued.year}-{issued.number:06}", "code": issued.code})


@pytest.fixture
def house(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[House]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    site = create_app(replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file), edition)
    site.config["WTF_CSRF_ENABLED"] = False
    gate = StandIn(REGISTRAR)
    install_access(site, gate)
    with database_of(site).writing() as session:
        recorded(session, PERSON)
    yield House(site, gate)
    database_of(site).engine.dispose()


CHANGED = {
    "uk": "Відколи видано цей витяг, запис у реєстрі змінився.",
    "en": "The register’s entry has changed since this extract.",
}
SINCE = {"uk": "відтоді реєстр змінився", "en": "the register has changed since"}


@pytest.mark.parametrize("language", list(PUBLIC))
def test_family_and_office_read_that_the_entry_has_changed(house: House, language: str) -> None:
    filed, other = house.answered(), house.filed()
    family, office = house.family(filed, language), LintingClient(house.site)
    verified = f"/{language}/verify?{house.printed(filed)}"
    assert CHANGED[language] not in page(family, f"/{language}/extract/request")
    assert SINCE[language] not in page(office, verified)
    with house.database.writing() as session:
        wrong = with_person(surname="Інакшенко")
        register.correct(session, 1, wrong, version=1, reason="описка", actor=CLERK, now=datetime.now(UTC))
    check_issued(house.database, "entry:1", now=datetime.now(UTC))
    shown = page(family, f"/{language}/extract/request")
    assert CHANGED[language] in shown
    assert SINCE[language] in page(office, verified)
    for told in (shown, page(office, verified)):
        assert "Інакшенко" not in told
    relative = house.family(other, language)
    assert CHANGED[language] not in page(relative, f"/{language}/extract/request")


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_family_switches_letters_about_later_changes_on_and_off(house: House, language: str) -> None:
    family = house.family(house.answered(), language)
    own = f"/{language}/extract/request"
    assert 'value="agree"' in page(family, own)
    page(family, f"{own}/newer", 303, data={"letters": "agree"})
    assert 'value="stop"' in page(family, own)
    page(family, f"{own}/newer", 303, data={"letters": "stop"})
    assert 'value="agree"' in page(family, own)


CORRECTED = {"uk": "Зроблено: дату виправлено.", "en": "Done: the date is put right."}


@pytest.mark.parametrize("language", list(PUBLIC))
def test_no_information_leads_to_a_correction_and_its_answer(house: House, language: str) -> None:
    filed = house.answered(Outcome.NO_ENTRY)
    family, desk_ = house.family(filed, language), LintingClient(house.site)
    own = f"/{language}/extract/request"
    assert f"{own}/correction" in page(family, own)
    offered = page(family, f"{own}/correction")
    assert "Прикладенко Зразок Тестович" in offered
    assert {"uk": "4 березня 1990", "en": "4 March 1990"}[language] in offered
    assert "/articles/not-in-register" in offered
    page(family, f"{own}/correction", 422, data={"text": " "})
    said = {"causes": ["swapped", "not-passed-on"], "text": "У паспорті інакше."}
    page(family, f"{own}/correction", 303, data=said)
    page(family, f"{own}/correction", 303, data=said)
    printed = page(family, f"{own}/correction/letter")
    assert {"uk": "Лист для друку", "en": "Letter for printing"}[language] in printed
    for text in ("Заява про виправлення відомостей реєстру", "Прикладенко Взірця Тестівна", "У паспорті інакше."):
        assert text in printed
    listed = page(desk_, f"/{language}/staff/corrections")
    assert listed.count(filed.reference) == 1
    assert "Прикладенко" not in listed
    found = re.search(r"/staff/corrections/(\w+)", listed)
    assert found
    case = f"/{language}/staff/corrections/{found[1]}"
    shown = page(desk_, case)
    assert "У паспорті інакше." in shown
    assert f"/{language}/staff/register/1/correct" in shown
    page(desk_, f"{case}/close", 422, data={"outcome": "corrected", "answer": ""})
    page(desk_, f"{case}/close", 400, data={"outcome": "burnt", "answer": "x"})
    page(desk_, f"{case}/close", 303, data={"outcome": "corrected", "answer": CORRECTED[language]})
    page(desk_, f"{case}/close", 422, data={"outcome": "corrected", "answer": "ще раз"})
    assert CORRECTED[language] in page(family, f"{own}/correction")
    assert filed.reference not in page(desk_, f"/{language}/staff/corrections")
    assert filed.reference in page(desk_, f"/{language}/staff/corrections?state=done")
    page(desk_, f"/{language}/staff/corrections/0", 404)


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_request_without_an_answer_has_no_correction_and_a_relative_sees_none(house: House, language: str) -> None:
    own = f"/{language}/extract/request"
    waiting = house.family(house.filed(), language)
    for address in ("/correction", "/correction/letter"):
        assert waiting.get(f"{own}{address}").status_code == 303
    assert waiting.post(f"{own}/correction", data={"text": "x"}).status_code == 303
    first, second = house.family(house.answered(), language), house.family(house.answered(), language)
    page(first, f"{own}/correction", 303, data={"causes": "surname", "text": "Таємниця родини."})
    for address in ("", "/correction", "/correction/letter"):
        assert "Таємниця родини." not in page(second, f"{own}{address}")


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_family_reads_who_has_seen_its_data_and_no_names(house: House, language: str) -> None:
    filed = house.answered()
    family, office = house.family(filed, language), LintingClient(house.site)
    page(LintingClient(house.site), f"/{language}/staff/requests/{filed.id}")
    page(office, f"/{language}/verify?{house.printed(filed)}")
    own = f"/{language}/extract/request"
    assert f"{own}/seen" in page(family, own)
    shown = page(family, f"{own}/seen")
    for text in {
        "uk": ("Прочитано запит", "Ваш витяг перевірено за номером і кодом", "хтось, хто мав витяг"),
        "en": ("The request was read", "Your extract was verified", "somebody who had the extract"),
    }[language]:
        assert text in shown
    assert "registrar</" not in shown
    assert "account:" not in shown
    assert page(family, f"{own}/seen?before=1")
    assert LintingClient(house.site).get(f"{own}/seen").status_code == 303


WITHDRAWN = {"uk": "Цей витяг відкликано", "en": "This extract was withdrawn"}


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_supervisor_withdraws_an_extract_and_family_and_office_read_it(house: House, language: str) -> None:
    filed = house.answered()
    family, officer, office = house.family(filed, language), LintingClient(house.site), LintingClient(house.site)
    address, own = f"/{language}/staff/requests/{filed.id}", f"/{language}/extract/request"
    said = {"why": "wrong-data", "withdrawal": "Просимо надіслати новий запит."}
    assert "/extract/withdraw" not in page(officer, address), "a registrar does not decide"
    page(officer, f"{address}/extract/withdraw", 403, data=said)
    house.gate.who = SUPERVISOR
    assert "/extract/withdraw" in page(officer, address)
    page(officer, f"{address}/extract/withdraw", 400, data={"why": "no-such-reason"})
    refused = page(officer, f"{address}/extract/withdraw", 422, data={"why": "other", "withdrawal": " "})
    assert 'value="other" selected' in refused
    page(officer, f"{address}/extract/withdraw", 303, data=said)
    page(officer, f"{address}/extract/withdraw", 422, data=said)
    assert "Просимо надіслати новий запит." in page(officer, f"{address}?done=withdrawn")
    shown = page(family, own)
    assert WITHDRAWN[language] in shown
    assert {"uk": "витяг видано", "en": "the extract is issued"}[language] not in shown
    assert "Просимо надіслати новий запит." in shown
    assert "extract.pdf" not in shown
    assert family.get(f"{own}/extract.pdf").status_code == 303
    told = page(office, f"/{language}/verify?{house.printed(filed)}")
    assert WITHDRAWN[language] in told
    assert "Просимо" not in told
    page(officer, f"/{language}/staff/requests/0/extract/withdraw", 404, data=said)


def test_who_issued_an_extract_is_told_that_another_supervisor_withdraws_it(house: House) -> None:
    filed = house.answered()
    house.gate.who = replace(SUPERVISOR, account=SECOND.removeprefix("account:"))
    officer = LintingClient(house.site)
    address = f"/en/staff/requests/{filed.id}"
    assert "another supervisor withdraws it" in page(officer, address)
    refused = page(officer, f"{address}/extract/withdraw", 422, data={"why": "other", "withdrawal": "x"})
    assert "another supervisor withdraws it" in refused

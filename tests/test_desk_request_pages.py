"""The pages of requests as registrars, a supervisor and the family meet them."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from PIL import Image

from app.accounts.model import PERMISSIONS, Role
from app.config import Settings
from app.extracts import actions as requests
from app.extracts.desk.store import IssuedRow, issued_on
from app.kernel.languages import PUBLIC
from app.site import create_app
from app.storage.database import Database
from app.storage.engine import Session
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from app.web.files import shelf as shelf_of
from tests.asking import decide_something, file_draft, filled, seal_something
from tests.lint import LintingClient, page
from tests.register_entries import recorded, with_person
from tests.test_desk_requests import NOW
from tests.test_permissions import StandIn
from tests.uploaded import encoded

REGISTRAR = Actor("registrar", frozenset(PERMISSIONS[Role.REGISTRAR]))
SUPERVISOR = Actor("supervisor", frozenset(PERMISSIONS[Role.SUPERVISOR]))


@pytest.fixture
def gate() -> StandIn:
    return StandIn(REGISTRAR)


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path, gate: StandIn
) -> Iterator[Flask]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    site = create_app(replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file), edition)
    site.config["WTF_CSRF_ENABLED"] = False

    install_access(site, gate)
    yield site
    database_of(site).engine.dispose()


@pytest.fixture
def client(site: Flask) -> LintingClient:
    return LintingClient(site)


@pytest.fixture
def database(site: Flask) -> Database:
    return database_of(site)


@pytest.fixture
def filed(site: Flask, database: Database) -> requests.Filed:
    with site.app_context():
        filed = file_draft(database, filled(database, now=NOW, shelf=shelf_of()), now=NOW)
    with database.writing() as session:
        recorded(session, with_person(surname="Прикладенко", given="Зразок", patronymic="Тестович"))
    return filed


def opened(client: LintingClient, filed: requests.Filed, language: str) -> None:
    data = {"reference": filed.reference, "passphrase": filed.passphrase}
    assert client.post(f"/{language}/extract/open", data=data).status_code == 303


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_request_goes_from_the_queue_to_the_family(
    site: Flask, client: LintingClient, gate: StandIn, filed: requests.Filed, language: str
) -> None:
    queue = page(client, f"/{language}/staff/requests")
    assert filed.reference in queue
    assert "Прикладенко" not in queue
    address = f"/{language}/staff/requests/{filed.id}"
    shown = page(client, address)
    for text in ("Прикладенко Зразок Тестович", "паспорт.pdf"):
        assert text in shown
    page(client, f"{address}/take", 303, data={})
    assert filed.reference in page(client, f"/{language}/staff/requests?who=mine")
    assert filed.reference not in page(client, f"/{language}/staff/requests?who=nobody")
    page(client, f"{address}/propose", 422, data={"outcome": "extract"})
    page(client, f"{address}/match", 303, data={"entry": "1"})
    page(client, f"{address}/propose", 422, data={"outcome": "refusal", "text": "Не втратьте це."})
    page(client, f"{address}/propose", 303, data={"outcome": "extract"})
    page(client, f"{address}/issue", 403, data={})
    gate.who = SUPERVISOR
    assert "Ваш витяг готовий." in page(client, address)
    page(client, f"{address}/issue", 303, data={})
    page(client, f"{address}/issue", 422, data={})
    family = LintingClient(site)
    opened(family, filed, language)
    assert "-000001" in page(family, f"/{language}/extract/request")
    saved = family.get(f"/{language}/extract/request/extract.pdf")
    assert saved.get_data().startswith(b"%PDF-")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["Cache-Control"] == "no-store"
    with database_of(site).reading() as session:
        issued = issued_on(session, filed.id)
        assert issued is not None
        printed = {"number": f"{issued.year}-000001", "code": issued.code}
    office = LintingClient(site)
    told = page(office, f"/{language}/verify?{urlencode(printed)}")
    assert hashlib.sha256(saved.get_data()).hexdigest() in told
    assert "Прикладенко" not in told
    page(office, f"/{language}/verify?{urlencode({**printed, 'number': '2026-000002'})}", 422)
    page(office, f"/{language}/verify?{urlencode({**printed, 'code': 'AAAA-AAAA-AAAA'})}", 422)
    intact, changed = said_of(office, language, saved.get_data()), bytearray(saved.get_data())
    changed[len(changed) // 2] ^= 1
    assert said_of(office, language, bytes(changed)) != intact
    assert said_of(office, language, b"nothing of the kind") not in ("", intact)


def test_wrong_codes_slow_down_and_right_ones_never(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> None:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, guess_limit="3 per minute")
    site = create_app(own, edition)
    with site.app_context(), database_of(site).writing() as session:
        decided = seal_and_decide(session)
    office = LintingClient(site)
    right = f"/uk/verify?{urlencode({'number': decided[0], 'code': decided[1]})}"
    for _ in range(6):
        page(office, right)
        page(office, "/uk/verify")
    wrong = f"/uk/verify?{urlencode({'number': decided[0], 'code': 'AAAA-AAAA-AAAA'})}"
    for _ in range(3):
        page(office, wrong, 422)
    page(office, wrong, 429)
    page(office, right, 429)
    database_of(site).engine.dispose()


def seal_and_decide(session: Session) -> tuple[str, str]:
    """Issue an extract; return its number and code."""
    recorded(session)
    seal_something(session, now=NOW)
    decide_something(session, shelf_of(), now=NOW)
    issued = session.query(IssuedRow).one()
    return f"{issued.year}-{issued.number:06}", issued.code


def said_of(office: LintingClient, language: str, file: bytes) -> str:
    """Return what the page says of a file."""
    answer = office.post(f"/{language}/verify/file", data={"file": (io.BytesIO(file), "vytiah.pdf")})
    assert answer.status_code == 200
    found = re.search(r'<p role="status"><b>([^<]+)</b>', answer.get_data(as_text=True))
    return found[1] if found else ""


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_question_is_answered_and_a_refusal_says_what_next(
    site: Flask, client: LintingClient, gate: StandIn, filed: requests.Filed, language: str
) -> None:
    address = f"/{language}/staff/requests/{filed.id}"
    page(client, f"{address}/ask", 422, data={"question": " "})
    page(client, f"{address}/ask", 303, data={"question": "Яке прізвище до шлюбу?"})
    family = LintingClient(site)
    opened(family, filed, language)
    assert "Яке прізвище до шлюбу?" in page(family, f"/{language}/extract/request")
    page(family, f"/{language}/extract/request/answer", 422, data={"answer": ""})
    page(family, f"/{language}/extract/request/answer", 303, data={"answer": "Вигаданенко"})
    assert "Вигаданенко" in page(client, address)
    refusal = {"outcome": "refusal", "reason": "kinship-not-shown", "step": "file-again", "text": "Бракує свідоцтва."}
    page(client, f"{address}/propose", 303, data=refusal)
    assert "Бракує свідоцтва." not in page(family, f"/{language}/extract/request")
    gate.who = SUPERVISOR
    page(client, f"{address}/refuse", 303, data={})
    told = page(family, f"/{language}/extract/request")
    assert "Бракує свідоцтва." in told
    assert family.get(f"/{language}/extract/request/extract.pdf").status_code == 303


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_ready_text_and_a_preview_are_in_the_language_of_the_applicant(
    client: LintingClient, filed: requests.Filed, language: str
) -> None:
    address = f"/{language}/staff/requests/{filed.id}"
    assert "Будь ласка, додайте копію документа, з якого видно" in page(client, f"{address}?template=kinship-missing")
    assert "Ми розглянули всі документи" in page(client, f"{address}?refusal=kinship-not-shown")
    assert "Будь ласка" not in page(client, f"{address}?template=nonsense")
    page(client, f"{address}/preview", 422, data={"outcome": "refusal", "text": "Не втратьте це."})
    refusal = {"outcome": "refusal", "reason": "kinship-not-shown", "step": "file-again", "text": "Бракує свідоцтва."}
    shown = page(client, f"{address}/preview", data=refusal)
    assert shown.count("Бракує свідоцтва.") == 2, "once as the applicant would read it, once in its field"
    assert "Вам відмовлено" in shown or "відмов" in shown
    # Nothing is kept of it.
    assert "Бракує свідоцтва." not in page(client, address)


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_flagged_conflict_waits_for_a_supervisor(
    client: LintingClient, gate: StandIn, filed: requests.Filed, language: str
) -> None:
    address = f"/{language}/staff/requests/{filed.id}"
    page(client, f"{address}/match", 303, data={"entry": "1"})
    page(client, f"{address}/conflicts", 422, data={"ground": "papers-in-doubt", "flag": ""})
    page(client, f"{address}/conflicts", 400, data={"ground": "nonsense", "flag": "Печатка не та."})
    page(client, f"{address}/conflicts", 303, data={"ground": "papers-in-doubt", "flag": "Печатка не та."})
    assert "Печатка не та." in page(client, address)
    page(client, f"{address}/propose", 422, data={"outcome": "extract"})
    assert filed.reference in page(client, f"/{language}/staff/requests?flag=conflict")
    page(client, f"{address}/conflicts/0/rule", 403, data={})
    gate.who = SUPERVISOR
    found = re.search(r"/conflicts/([0-9a-f]+)/rule", page(client, address))
    assert found
    rule = f"{address}/conflicts/{found[1]}/rule"
    page(client, rule, 422, data={"ruling": "go-on", "ruling_note": ""})
    page(client, rule, 400, data={"ruling": "open", "ruling_note": "Перевірено."})
    page(client, rule, 303, data={"ruling": "go-on", "ruling_note": "Перевірено."})
    assert "Перевірено." in page(client, address)
    assert filed.reference not in page(client, f"/{language}/staff/requests?flag=conflict")
    page(client, f"{address}/propose", 303, data={"outcome": "extract"})


def test_the_next_request_is_taken_and_an_empty_queue_says_so(client: LintingClient, filed: requests.Filed) -> None:
    taken = client.post("/uk/staff/requests/next", data={})
    assert f"/uk/staff/requests/{filed.id}" in taken.headers["Location"]
    empty = client.post("/uk/staff/requests/next", data={})
    assert "вже хтось узяв" in page(client, empty.headers["Location"])


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_question_is_answered_with_a_paper_alone_and_a_wrong_file_loses_nothing(
    site: Flask, client: LintingClient, filed: requests.Filed, language: str
) -> None:
    page(client, f"/{language}/staff/requests/{filed.id}/ask", 303, data={"question": "Надішліть свідоцтво."})
    family = LintingClient(site)
    opened(family, filed, language)
    address = f"/{language}/extract/request/answer"
    wrong = family.post(address, data={"answer": "Ось воно.", "files": (io.BytesIO(b"no paper"), "свідоцтво.pdf")})
    assert wrong.status_code == 422
    assert "Ось воно." in wrong.get_data(as_text=True)
    assert "свідоцтво.pdf" not in page(client, f"/uk/staff/requests/{filed.id}")
    sent = family.post(
        address,
        data={
            "answer": "",
            "kind": "marriage_certificate",
            "files": (io.BytesIO(encoded(Image.new("RGB", (40, 30)), "PNG")), "свідоцтво.png"),
        },
    )
    assert sent.status_code == 303
    shown = page(client, f"/uk/staff/requests/{filed.id}")
    assert "свідоцтво.png" in shown
    assert {"uk": "Документ додано.", "en": "The paper is attached."}[language] in shown
    assert "<img " in shown, "an officer sees it beside the entries"


def test_a_paper_is_saved_by_an_officer_and_that_is_recorded(
    client: LintingClient, database: Database, filed: requests.Filed
) -> None:
    with database.reading() as session:
        [paper] = requests.papers_of(session, filed.id)
    saved = client.get(f"/uk/staff/requests/{filed.id}/papers/{paper.id}")
    assert saved.status_code == 200
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/uk/staff/requests/{filed.id}/papers/0").status_code == 404
    assert client.get("/uk/staff/requests/0").status_code == 404

"""The two screens of a repeat and the added purpose, as a family meets them; every page is linted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts.model import PERMISSIONS, Role
from app.config import Settings
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import Outcome
from app.extracts.desk.store import issued_on
from app.extracts.store import RequestRow, find_by_reference
from app.kernel.languages import PUBLIC
from app.site import create_app
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from app.web.files import shelf as shelf_of
from tests.asking import CONSENT
from tests.lint import LintingClient
from tests.test_extracts_pages import START, Family, text_of, upload
from tests.test_permissions import StandIn
from tests.uploaded import pdf, written

LATER = START + timedelta(days=200)
REPEAT = "/request/repeat"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


@pytest.fixture
def site(
    database_address: str, settings: Settings, edition: Edition, key_file: Path, tmp_path: Path,
    clock: time_machine.Traveller,
) -> Iterator[Flask]:  # fmt: skip
    """The site on each database."""
    own = replace(settings, database_url=database_address, vault_key_file=key_file, instance=tmp_path)
    made = create_app(own, edition)
    yield made
    database_of(made).engine.dispose()


def issue(site: Flask, reference: str) -> None:
    """Issue an extract that says that the register holds nothing."""
    with site.app_context(), database_of(site).writing() as session:
        row = find_by_reference(session, reference)
        assert row is not None
        now = row.filed_at
        desk.propose(session, row.id, Outcome.NO_ENTRY, actor="account:first", now=now)
        desk.issue(
            session, shelf_of(), row.id, draw=lambda _: b"%PDF-", random=Random(), actor="account:second", now=now
        )  # fmt: skip


def answered(site: Flask, clock: time_machine.Traveller, language: str = "uk") -> tuple[Family, str, str]:
    """Let a family file a request, be answered, and open it half a year later."""
    family = Family(site, language)
    family.begin()
    family.send("/draft/papers", upload(written(pdf())))
    family.fill()
    reference, passphrase = family.file()
    issue(site, reference)
    clock.move_to(LATER)
    later = Family(site, language)
    assert later.open(reference, passphrase).status_code == 303
    return later, reference, passphrase


def fields(page: TestResponse, action: str) -> dict[str, list[str]]:
    """Return what the form with this action would send as it stands, as a browser does."""
    form = next(found for found in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f'{action}"' in found)
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        ticked = not re.search(r'type="(checkbox|radio)"', tag) or " checked" in tag
        if name and ticked:
            sent.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [text]
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = [chosen[1] if chosen else ""]
    return sent


def send(family: Family, path: str, given: dict[str, list[str]]) -> TestResponse:
    return family.browser.post(f"/{family.language}/extract{path}", data=given)


def requests_of(site: Flask) -> list[RequestRow]:
    with database_of(site).reading() as session:
        rows = session.query(RequestRow).order_by(RequestRow.filed_at).all()
        session.expunge_all()
    return rows


@pytest.mark.parametrize("language", list(PUBLIC))
def test_an_updated_extract_is_asked_for_on_two_screens_and_replaces_the_older(
    site: Flask, clock: time_machine.Traveller, language: str
) -> None:
    family, reference, passphrase = answered(site, clock, language)
    assert f"/{language}/extract{REPEAT}" in family.get("/request").text
    first = family.get(REPEAT)
    assert reference in text_of(first)
    assert CONSENT in text_of(first)
    assert "Прикладенко" not in first.text
    given = fields(first, REPEAT)
    assert given["purposes"] == ["pay", "pension"]
    assert given["email"] == ["wzirtsia@example.org"]
    second = send(family, REPEAT, {**given, "purposes": ["pension", "court"]})
    assert second.status_code == 200
    assert "Прикладенко Зразок Тестович" in text_of(second)
    assert 'type="checkbox"' not in second.text
    carried = fields(second, f"{REPEAT}/send")
    assert carried["purposes"] == ["pension", "court"]
    sent = send(family, f"{REPEAT}/send", carried)
    assert sent.location == f"/{language}/extract{REPEAT}/filed"
    own, phrase = re.findall(r'class="sign">([^<]+)<', family.get(f"{REPEAT}/filed").text)
    assert own != reference
    assert phrase != passphrase
    assert re.findall(r'class="sign">([^<]+)<', family.get(f"{REPEAT}/sheet").text) == [own, phrase]
    shown = text_of(family.get("/request"))
    assert own in shown
    assert {"uk": "20 червня 2027", "en": "20 June 2027"}[language] in shown
    assert [row.purposes for row in requests_of(site)] == ["pension pay", "pension court"]
    # The same button once more, from the page that is still there: the same request, confirmed again.
    assert send(family, f"{REPEAT}/send", carried).location == f"/{language}/extract{REPEAT}/filed"
    assert own in family.get(f"{REPEAT}/filed").text
    assert len(requests_of(site)) == 2
    old = Family(site, language)
    old.open(reference, passphrase)
    # And from a device on which the earlier one is open.
    again = send(old, f"{REPEAT}/send", {**carried, "csrf_token": fields(old.get(REPEAT), REPEAT)["csrf_token"]})
    assert again.location == f"/{language}/extract{REPEAT}/filed"
    assert len(requests_of(site)) == 2
    old = Family(site, language)
    old.open(reference, passphrase)
    assert own in text_of(old.get("/request"))
    issue(site, own)
    told = text_of(old.get("/request"))
    assert "2027-000001" in told
    office = LintingClient(site)
    with database_of(site).reading() as session:
        codes = [
            (f"{row.year}-{row.number:06d}", row.code)
            for one in requests_of(site)
            if (row := issued_on(session, one.id))
        ]
    pages = [office.get(f"/{language}/verify?{urlencode({'number': n, 'code': c})}") for n, c in codes]
    replaced = {"uk": "замінено новішим", "en": "replaced by a newer one"}[language]
    assert [replaced in text_of(page) for page in pages] == [True, False]
    both = {"uk": "пенсія; суд", "en": "pension; court"}[language]
    assert both in text_of(pages[1])
    assert "Прикладенко" not in pages[0].text


@pytest.mark.parametrize("language", list(PUBLIC))
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    site: Flask, clock: time_machine.Traveller, language: str
) -> None:
    family, _, _ = answered(site, clock, language)
    given = fields(family.get(REPEAT), REPEAT)
    wrong = {**given, "purposes": [], "email": ["без собачки"], "note": ["Не дзвонити\nсусідам"]}
    for path in (REPEAT, f"{REPEAT}/send"):
        told = send(family, path, wrong)
        assert told.status_code == 422
        said = {
            "uk": ("Виберіть хоча б одну мету", "Це не електронна адреса"),
            "en": ("Choose at least one purpose", "This is no e-mail address"),
        }[language]
        for words in said:
            assert words in text_of(told)
        kept = fields(told, REPEAT)
        assert (kept["email"], kept["note"], "purposes" in kept) == (wrong["email"], wrong["note"], False)
        assert "<details open>" in told.text
    assert len(requests_of(site)) == 1
    other = send(family, REPEAT, {**given, "purposes": ["other"], "purpose-other": [""]})
    assert other.status_code == 422
    fine = send(family, REPEAT, {**given, "note": wrong["note"]})
    carried = fields(fine, f"{REPEAT}/send")
    back = send(family, REPEAT, {**carried, "change": ["1"]})
    assert fields(back, REPEAT)["note"] == wrong["note"]
    assert fields(back, REPEAT)["turn"] == ["0"]


def test_a_slip_in_a_new_address_is_pointed_out_before_it_is_sent(site: Flask, clock: time_machine.Traveller) -> None:
    family, _, _ = answered(site, clock)
    given = fields(family.get(REPEAT), REPEAT)
    assert "gmail.com" in text_of(send(family, REPEAT, {**given, "email": ["wzirtsia@gmial.com"]}))


def test_a_newer_consent_is_agreed_to_anew(site: Flask, clock: time_machine.Traveller) -> None:
    family, _, _ = answered(site, clock)
    with database_of(site).writing() as session:
        session.query(RequestRow).one().consent = "2020-1/uk"
    first = family.get(REPEAT)
    second = send(family, REPEAT, fields(first, REPEAT))
    carried = fields(second, f"{REPEAT}/send")
    assert "consent" not in carried
    refused = send(family, f"{REPEAT}/send", carried)
    assert refused.status_code == 422
    assert "consent-wrong" in refused.text
    assert send(family, f"{REPEAT}/send", {**carried, "consent": [CONSENT]}).status_code == 303
    assert requests_of(site)[-1].consent == f"{CONSENT}/uk"


def test_a_form_of_another_request_repeats_nothing(site: Flask, clock: time_machine.Traveller) -> None:
    family, reference, _ = answered(site, clock)
    carried = fields(send(family, REPEAT, fields(family.get(REPEAT), REPEAT)), f"{REPEAT}/send")
    stranger = Family(site)
    stranger.begin()
    stranger.fill()
    stranger.open(*stranger.file())
    assert stranger.get(REPEAT).location == "/uk/extract/request"
    assert stranger.get(f"{REPEAT}/filed").location == "/uk/extract/request"
    token = re.search(r'name="csrf_token" value="([^"]+)"', stranger.get("/request").text)
    assert token is not None
    taken = send(stranger, f"{REPEAT}/send", {**carried, "csrf_token": [token[1]]})
    assert taken.location == "/uk/extract/request"
    assert len(requests_of(site)) == 2
    assert Family(site).get(REPEAT).location == "/uk/extract/open"
    for turn in ("-1", "", "²", "9" * 30):
        send(family, f"{REPEAT}/send", {**carried, "turn": [turn]})
        assert [row.repeats for row in requests_of(site)].count(None) == 2
    assert reference in {row.reference for row in requests_of(site)}


@pytest.mark.parametrize("language", list(PUBLIC))
def test_a_purpose_is_added_to_an_open_request(site: Flask, language: str) -> None:
    family = Family(site, language)
    family.begin()
    family.fill()
    reference, passphrase = family.file()
    family.open(reference, passphrase)
    add = "/request/purpose"
    for purpose in ("", "holiday"):
        told = family.send(add, {"purpose": purpose}, "/request")
        assert told.status_code == 422
        assert 'id="purpose-wrong"' in told.text
    told = family.send(add, {"purpose": "other", "purpose-other": "х" * 301}, "/request")
    assert told.status_code == 422
    assert 'id="purpose-other-wrong"' in told.text
    assert fields(told, add)["purpose-other"] == ["х" * 301]
    assert fields(told, add)["purpose"] == ["other"]
    assert family.send(add, {"purpose": "court"}, "/request").status_code == 303
    shown = text_of(family.get("/request"))
    assert {"uk": "Ви додали мету", "en": "You added a purpose"}[language] in shown
    assert {"uk": "суд", "en": "court"}[language] in shown
    issue(site, reference)
    late = family.browser.get(f"/{language}/extract/open")
    token = re.search(r'name="csrf_token" value="([^"]+)"', late.text)
    assert token is not None
    sent = send(family, add, {"purpose": ["pension"], "csrf_token": [token[1]]})
    assert sent.location == f"/{language}/extract/request"
    assert 'name="purpose"' not in family.get("/request").text


@pytest.mark.parametrize("language", list(PUBLIC))
def test_an_officer_sees_which_request_is_repeated_and_what_was_examined(
    site: Flask, clock: time_machine.Traveller, language: str
) -> None:
    family, reference, _ = answered(site, clock, language)
    second = send(family, REPEAT, fields(family.get(REPEAT), REPEAT))
    send(family, f"{REPEAT}/send", fields(second, f"{REPEAT}/send"))
    install_access(site, StandIn(Actor("registrar", frozenset(PERMISSIONS[Role.REGISTRAR]))))
    repeat = requests_of(site)[-1]
    shown = LintingClient(site).get(f"/{language}/staff/requests/{repeat.id}")
    assert f'/staff/requests/{repeat.repeats}"' in shown.text
    assert {"uk": f"Він повторює запит {reference}", "en": f"It repeats request {reference}"}[language] in text_of(
        shown
    )
    assert {"uk": "перевірено раніше", "en": "examined before"}[language] in text_of(shown)

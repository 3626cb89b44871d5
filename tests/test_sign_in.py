"""Signing in as a person meets it: password, second factor, recovery, time-outs, lock-out, one's own sign-ins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from app.accounts import actions
from app.accounts.model import OF_ORGANISATION, FourEyesError, Role
from app.accounts.sign_in.public import new_hash
from app.audit.store import Wanted, records
from app.config import Settings
from app.outbox.letters import Letter
from app.site import create_app
from app.storage.database import Database
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.lint import html_errors
from tests.mailserver import SITE, post

START = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
PASSWORD = "три зелені чайники йшли"
OTHER = "сім жовтих парасоль їхали"
PHONE = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


@pytest.fixture
def site(
    database_address: str, settings: Settings, edition: Edition, key_file: Path, clock: time_machine.Traveller
) -> Iterator[Flask]:
    """The site on each database, with cheap password hashes."""
    own = replace(settings, database_url=database_address, vault_key_file=key_file, password_memory_kib=8)
    made = create_app(own, edition)
    yield made
    database_of(made).engine.dispose()


def joined(site: Flask, address: str, *roles: Role) -> str:
    """Make an account; return its id."""
    now = datetime.now(UTC)
    with site.test_request_context(), database_of(site).writing() as session:
        invited = actions.invite(
            session, address=address, name="Зразок Прикладенко", roles=roles,
            organisation="one" if set(roles) & OF_ORGANISATION else "", language="uk", actor="command:x", now=now,
        )  # fmt: skip
        return actions.accept(session, invited.token, password_hash=new_hash(PASSWORD), now=now).id


def recorded(database: Database, account: str = "") -> list[tuple[str, dict[str, str]]]:
    with database.reading() as session:
        found = records(session, Wanted(subject=f"account:{account}" if account else ""))
        return [(record.event, dict(record.details)) for record in found]


class Person:
    """Somebody with a browser, and perhaps an authenticator."""

    def __init__(self, site: Flask, address: str = "olena@example.org", password: str = PASSWORD) -> None:
        self.site, self.address, self.password = site, address, password
        self.browser: FlaskClient = site.test_client()
        self.authenticator: TOTP | None = None
        self.codes: list[str] = []

    def get(self, path: str) -> TestResponse:
        answer = self.browser.get(path, headers=PHONE)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            assert list(html_errors(answer.text)) == []
        return answer

    def send(self, path: str, **fields: str) -> TestResponse:
        """Open the page at `path` and send its form there."""
        return self.post(path, self.get(path), **fields)

    def post(self, path: str, page: TestResponse, **fields: str) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found, f"{path}: no form ({page.status} {page.location})"
        answer = self.browser.post(path, data={**fields, "csrf_token": found[1]}, headers=PHONE)
        if answer.status_code == 200:
            assert list(html_errors(answer.text)) == []
        return answer

    def type_password(self, path: str = "/uk/account/sign-in", password: str = "") -> TestResponse:
        return self.send(path, email=self.address, password=password or self.password)

    def code(self) -> str:
        assert self.authenticator
        return str(self.authenticator.generate(time=int(datetime.now(UTC).timestamp())).token)

    def set_up(self) -> TestResponse:
        """Set up the authenticator that the page after the password asks for."""
        asked = self.send("/uk/account/second-factor", setup="authenticator")
        found = re.search(r"<code>([^<]+)</code>", asked.text)
        assert found, asked.text
        self.authenticator = TOTP(key=found[1].replace("-", "").replace(" ", ""))
        return self.post("/uk/account/code", asked, code=self.code())

    def sign_in(self, path: str = "/uk/account/sign-in") -> TestResponse:
        """Sign in with everything that is asked for."""
        answer = self.type_password(path)
        assert answer.location, answer.text
        if "/second-factor" in answer.location:
            return self.set_up()
        if "/code" in answer.location:
            return self.send(answer.location, code=self.code())
        return answer

    @property
    def is_in(self) -> bool:
        return self.browser.get("/uk/account", headers=PHONE).status_code == 200


def text(answer: TestResponse) -> str:
    return " ".join("".join(etree.HTML(answer.text).xpath("//main")[0].itertext()).split())


def later(clock: time_machine.Traveller, **span: float) -> None:
    clock.move_to(datetime.now(UTC) + timedelta(**span))


@pytest.fixture
def olena(site: Flask) -> Person:
    """A registrar, who needs a second factor and has none yet."""
    joined(site, "olena@example.org", Role.REGISTRAR)
    return Person(site)


def test_the_first_sign_in_sets_up_the_second_factor_and_shows_recovery_codes_once(
    olena: Person, clock: time_machine.Traveller
) -> None:
    answer = olena.type_password()
    assert answer.location == "/uk/account/second-factor"
    assert not olena.is_in
    assert olena.get("/uk/account/recovery-codes").status_code == 303
    answer = olena.set_up()
    assert answer.location == "/uk/account/arrived"
    assert olena.get("/uk/account/arrived").location == "/uk/account/recovery-codes"
    shown = olena.send("/uk/account/recovery-codes", generate_new_codes="1")
    codes = re.findall(r"<code>([0-9a-f-]+)</code>", shown.text)
    assert len(codes) == 10
    assert codes[0] not in olena.get("/uk/account/recovery-codes?show_codes=1").text
    assert "10" in text(olena.get("/uk/account"))


def test_password_and_code_open_the_account(olena: Person, clock: time_machine.Traveller) -> None:
    olena.sign_in()
    olena.post("/uk/account/sign-out", olena.get("/uk/account"))
    assert not olena.is_in
    later(clock, minutes=5)
    answer = olena.type_password()
    assert answer.location == "/uk/account/code?next=/uk/account/arrived"
    assert not olena.is_in
    assert olena.send(answer.location, code=olena.code()).location == "/uk/account/arrived"
    page = olena.get("/uk/account")
    assert "Зразок Прикладенко" in page.text
    assert "Firefox, Android" in page.text
    events = [event for event, _ in recorded(database_of(olena.site))]
    assert events.count("sign-in.succeeded") == 2
    assert "sign-in.ended" in events


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    olena: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    argon2 = olena.site.extensions["security"].pwd_context
    for name in ("hash", "verify"):
        does = getattr(argon2, name)
        monkeypatch.setattr(argon2, name, lambda *a, does=does, name=name, **k: (hashed.append(name), does(*a, **k))[1])
    answers = []
    for address in (olena.address, "nobody@example.org"):
        hashed.clear()
        stranger = Person(olena.site, address)
        answer = stranger.type_password(password="сорок чотири чужі слова")
        answers.append((answer.status_code, text(answer), len(hashed)))
    assert answers[0] == answers[1]
    assert answers[0][2] == 1
    answers = []
    for address in (olena.address, "nobody@example.org"):
        hashed.clear()
        answer = Person(olena.site, address).send("/uk/account/reset", email=address)
        answers.append((answer.status_code, text(answer), len(hashed)))
    assert answers[0] == answers[1]
    assert answers[0][2] == 1
    refused = [details for event, details in recorded(database_of(olena.site)) if event == "sign-in.refused"]
    assert [details["reason"] for details in refused] == ["password", "password"]


def test_a_disabled_account_is_answered_like_a_wrong_password(olena: Person) -> None:
    chief = joined(olena.site, "chief@example.org", Role.ADMINISTRATOR)
    wrong = olena.type_password(password="сорок чотири чужі слова")
    with database_of(olena.site).writing() as session:
        actions.disable(
            session, actions.find_account(session, olena.address), actor=f"account:{chief}", now=datetime.now(UTC)
        )
    assert text(olena.type_password()) == text(wrong)


def test_a_wrong_code_and_a_code_that_was_used_open_nothing(olena: Person, clock: time_machine.Traveller) -> None:
    olena.sign_in()
    used = olena.code()
    again = Person(olena.site)
    again.type_password()
    for code in ("000000", "12", "no code", used):
        assert again.send("/uk/account/code", code=code).status_code == 200
        assert not again.is_in
    later(clock, seconds=60)
    assert again.send("/uk/account/code", code=olena.code()).location
    assert again.is_in


def test_a_recovery_code_opens_once(olena: Person) -> None:
    olena.sign_in()
    page = olena.send("/uk/account/recovery-codes", generate_new_codes="1")
    code = re.findall(r"<code>([0-9a-f-]+)</code>", page.text)[0]
    with database_of(olena.site).reading() as session:
        kept = session.connection().exec_driver_sql("SELECT mf_recovery_codes FROM account").scalar_one()
    assert code not in kept
    abroad = Person(olena.site)
    abroad.type_password()
    assert abroad.send("/uk/account/recovery", code=f" {code.upper()} ").status_code == 302
    assert abroad.is_in
    assert "9" in text(abroad.get("/uk/account"))
    third = Person(olena.site)
    third.type_password()
    assert third.send("/uk/account/recovery", code=code).status_code == 200
    assert not third.is_in


def test_who_sees_no_personal_data_signs_in_with_the_password_alone(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    editor = Person(site)
    assert editor.sign_in().location == "/uk/account/arrived"
    assert editor.is_in


def posted(site: Flask) -> dict[str, Letter]:
    """Send what the outbox holds; return the letters by kind, of several of a kind any."""
    return {letter.kind: letter for letter in post(database_of(site), now=datetime.now(UTC))}


def reset_link(site: Flask) -> str:
    """Return the link in the letter that was asked for."""
    found = re.search(r"https://\S+/account/reset/\S+", posted(site)["account.password-reset"].plain)
    assert found
    return found[0]


def letter(person: Person) -> str:
    """Ask for a reset; return the path of the link in the letter."""
    person.send("/uk/account/reset", email=person.address)
    return urlsplit(reset_link(person.site)).path


def test_a_reset_link_opens_once_and_leaves_the_second_factor(olena: Person) -> None:
    olena.sign_in()
    visitor = Person(olena.site)
    link = letter(visitor)
    fields = {"password": OTHER, "password_confirm": OTHER}
    assert visitor.send(link, **fields).location == "/uk/account/sign-in"
    assert not olena.is_in, "every sign-in has ended"
    assert visitor.get(link).location == "/uk/account/reset"
    assert visitor.type_password().status_code == 200
    assert visitor.type_password(password=OTHER).location == "/uk/account/code?next=/uk/account/arrived"
    events = [event for event, _ in recorded(database_of(olena.site))]
    assert {"password.reset-asked", "password.changed", "sign-in.revoked"} <= set(events)


def test_a_reset_link_is_too_old_after_an_hour(olena: Person, clock: time_machine.Traveller) -> None:
    link = letter(olena)
    later(clock, minutes=61)
    assert olena.get(link).location == "/uk/account/reset"


def test_a_forged_host_does_not_reach_the_letter(
    database_address: str, settings: Settings, edition: Edition, key_file: Path, clock: time_machine.Traveller
) -> None:
    own = replace(
        settings, database_url=database_address, vault_key_file=key_file, password_memory_kib=8,
        site_url="http://localhost",
    )  # fmt: skip
    site = create_app(own, edition)
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.browser.environ_base["HTTP_X_FORWARDED_HOST"] = "evil.example"
    olena.send("/uk/account/reset", email=olena.address)
    assert reset_link(site).startswith(f"{SITE}/uk/account/reset/")
    database_of(site).engine.dispose()


def test_at_most_ten_reset_letters_go_to_one_account(olena: Person) -> None:
    answers = {text(olena.send("/uk/account/reset", email=olena.address)) for _ in range(12)}
    assert len(post(database_of(olena.site), now=datetime.now(UTC))) == 10
    assert len(answers) == 1


def test_a_new_password_ends_every_other_sign_in(site: Flask, clock: time_machine.Traveller) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    here, there = Person(site), Person(site)
    here.sign_in()
    there.sign_in()
    fields = {"password": PASSWORD, "new_password": OTHER, "new_password_confirm": OTHER}
    short = here.send("/uk/account/password", **{**fields, "new_password": "short", "new_password_confirm": "short"})
    assert "12" in text(short)
    named = "Прикладенко і чайники"
    own = here.send("/uk/account/password", **{**fields, "new_password": named, "new_password_confirm": named})
    assert own.status_code == 200
    assert here.send("/uk/account/password", **fields).location == "/uk/account"
    assert here.is_in
    assert not there.is_in
    assert "account.password-changed" in posted(site)


def test_nothing_from_before_the_sign_in_is_left_in_the_session(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.get("/uk/account/sign-in")
    with olena.browser.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = session["csrf_token"]
    olena.sign_in()
    with olena.browser.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before


def test_a_cookie_opens_nothing_after_signing_out(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena, thief = Person(site), Person(site)
    olena.sign_in()
    cookie = olena.browser.get_cookie("session")
    assert cookie
    thief.browser.set_cookie("session", cookie.value)
    assert thief.is_in
    olena.post("/uk/account/sign-out", olena.get("/uk/account"))
    assert not thief.is_in


def test_another_device_is_signed_out_from_here(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    here, there, third = Person(site), Person(site), Person(site)
    for person in (here, there, third):
        person.sign_in()
    page = here.get("/uk/account")
    ends = re.findall(r"/uk/account/sign-ins/[0-9a-f]+/end", page.text)
    assert len(ends) == 2
    here.post(ends[0], page)
    assert here.is_in
    assert [there.is_in, third.is_in].count(True) == 1
    here.post("/uk/account/sign-ins/end-others", page)
    assert here.is_in
    assert not there.is_in
    assert not third.is_in
    assert here.post(ends[0], page).status_code == 404


def test_nobody_ends_the_sign_in_of_another_person(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    joined(site, "petro@example.org", Role.EDITOR)
    olena, petro = Person(site), Person(site, "petro@example.org")
    olena.sign_in()
    petro.sign_in()
    with olena.browser.session_transaction() as session:
        id_ = session["sign_in"]
    assert petro.post(f"/uk/account/sign-ins/{id_}/end", petro.get("/uk/account")).status_code == 404
    assert olena.is_in


def test_a_sign_in_ends_when_nothing_is_done(site: Flask, clock: time_machine.Traveller) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.sign_in()
    for _ in range(3):
        later(clock, minutes=29)
        assert olena.is_in
    later(clock, minutes=30)
    away = olena.get("/uk/account")
    assert away.status_code == 303
    assert parse_qs(urlsplit(away.location).query)["next"] == ["/uk/account"]
    page = olena.get(away.location)
    assert page.text.count('<p class="note" role="status">') == 1
    assert olena.sign_in(away.location).location == "/uk/account"


def test_a_sign_in_ends_after_a_working_day(site: Flask, clock: time_machine.Traveller) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.sign_in()
    for _ in range(35):
        later(clock, minutes=20)
        assert olena.is_in
    later(clock, minutes=20)
    assert not olena.is_in
    assert ("sign-in.revoked", {"reason": "absolute"}) in recorded(database_of(site))


def test_the_warning_page_keeps_nobody_signed_in_but_its_button_does(
    site: Flask, clock: time_machine.Traveller
) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.sign_in()
    page = olena.get("/uk/account")
    assert '<noscript><meta http-equiv="refresh" content="1680;url=/uk/account/time-out' in page.text
    later(clock, minutes=28)
    assert " 2 " in text(olena.get("/uk/account/time-out?next=/uk/account"))
    later(clock, minutes=1)
    answer = olena.send("/uk/account/time-out", next="/uk/account")
    assert answer.location == "/uk/account"
    later(clock, minutes=29)
    assert " 1 " in text(olena.get("/uk/account/time-out?next=//evil.example/"))
    assert 'url=/uk/account"' in olena.get("/uk/account/time-out?next=//evil.example/").text
    later(clock, minutes=1)
    assert not olena.is_in


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/", "//evil.example/uk/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/uk/\\evil", "evil", "///evil.example", "/%09/evil.example", "home.home",
    ],
)  # fmt: skip
def test_the_sign_in_leads_to_pages_of_this_site_only(site: Flask, address: str) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    assert olena.browser.get("/uk/account/sign-in", query_string={"next": address}).status_code == 400
    page = olena.get("/uk/account/sign-in")
    answer = olena.post("/uk/account/sign-in", page, email=olena.address, password=PASSWORD, next=address)
    assert answer.status_code == 400
    assert not olena.is_in


def refused(person: Person, times: int) -> None:
    for _ in range(times):
        assert person.type_password(password="сорок чотири чужі слова").status_code == 200


@pytest.mark.parametrize("address", ["olena@example.org", "nobody@example.org"])
def test_ten_refusals_lock_unknown_devices_and_say_so_of_any_address(
    site: Flask, clock: time_machine.Traveller, address: str
) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    refused(Person(site, address), 10)
    locked = Person(site, address).type_password()
    assert locked.status_code == 200
    assert "15" in text(locked)
    later(clock, minutes=16)
    assert "15" not in text(Person(site, address).type_password(password="сорок чотири чужі слова"))
    assert Person(site).sign_in().location == "/uk/account/arrived"


def test_strangers_do_not_lock_the_owner_out(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.sign_in()
    olena.post("/uk/account/sign-out", olena.get("/uk/account"))
    refused(Person(site), 12)
    assert olena.sign_in().location == "/uk/account/arrived"
    assert Person(site).type_password().status_code == 200, "unknown devices stay locked"


def test_a_known_device_has_a_count_of_its_own(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.sign_in()
    olena.post("/uk/account/sign-out", olena.get("/uk/account"))
    refused(olena, 10)
    assert olena.type_password().status_code == 200
    assert Person(site).sign_in().location == "/uk/account/arrived"


def test_a_device_is_known_for_its_own_account_only(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    joined(site, "petro@example.org", Role.EDITOR)
    olena, petro = Person(site), Person(site, "petro@example.org")
    petro.sign_in()
    cookie = petro.browser.get_cookie("device")
    assert cookie
    refused(Person(site), 10)
    olena.browser.set_cookie("device", cookie.value)
    assert olena.type_password().status_code == 200


@pytest.mark.parametrize("page", ["/uk/account/code", "/uk/account/recovery"])
def test_codes_are_not_looked_at_after_ten_wrong_ones(olena: Person, clock: time_machine.Traveller, page: str) -> None:
    olena.sign_in()
    codes = re.findall(
        r"<code>([0-9a-f-]+)</code>", olena.send("/uk/account/recovery-codes", generate_new_codes="1").text
    )
    thief = Person(olena.site)
    thief.type_password()
    for _ in range(10):
        assert thief.send(page, code="000000").status_code == 200
    later(clock, minutes=1)
    right = olena.code() if page.endswith("code") else codes[0]
    assert "15" in text(thief.send(page, code=right))
    assert not thief.is_in


def test_sensitive_pages_ask_for_the_password_once_more(olena: Person, clock: time_machine.Traveller) -> None:
    olena.sign_in()
    later(clock, minutes=20)
    for path in ("second-factor", "recovery-codes", "passkeys"):
        answer = olena.get(f"/uk/account/{path}")
        assert answer.location
        assert answer.location.startswith("/uk/account/confirm")
    answer = olena.send("/uk/account/confirm?next=/uk/account/recovery-codes", password=PASSWORD)
    assert answer.location == "/uk/account/recovery-codes"
    assert olena.get("/uk/account/recovery-codes").status_code == 200


def test_the_authenticator_is_changed_for_another(olena: Person, clock: time_machine.Traveller) -> None:
    olena.sign_in()
    asked = olena.send("/uk/account/second-factor", setup="authenticator")
    found = re.search(r"<code>([^<]+)</code>", asked.text)
    target = re.search(r'action="(/uk/account/second-factor/[^"]+)"', asked.text)
    assert found
    assert target
    olena.authenticator = TOTP(key=found[1].replace("-", "").replace(" ", ""))
    assert olena.post(target[1], asked, code=olena.code()).location == "/uk/account"
    assert ("second-factor.changed", {"change": "totp-set"}) in recorded(database_of(olena.site))
    assert olena.browser.post("/uk/account/second-factor", data={"setup": "disable"}).status_code != 302


def test_a_role_that_needs_more_ends_what_the_password_alone_opened(site: Flask) -> None:
    chief, id_ = joined(site, "chief@example.org", Role.ADMINISTRATOR), joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.sign_in()
    with database_of(site).writing() as session:
        actions.change_roles(
            session, id_, [Role.REGISTRAR], organisation="", actor=f"account:{chief}", now=datetime.now(UTC)
        )
    assert not olena.is_in
    assert olena.type_password().location == "/uk/account/second-factor"


def test_reading_pages_set_no_cookie_and_are_the_same_for_who_is_signed_in(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.sign_in()
    signed_in, stranger = olena.get("/uk/"), site.test_client().get("/uk/")
    assert signed_in.data == stranger.data
    assert "Set-Cookie" not in signed_in.headers
    assert "Cookie" not in signed_in.headers.get("Vary", "")


def test_the_pages_speak_the_language_of_their_address(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.sign_in("/en/account/sign-in")
    page = olena.get("/en/account")
    assert "My account" in page.text
    olena.post("/en/account/language", page, language="en")
    olena.send("/en/account/reset", email=olena.address)
    assert "/en/account/reset/" in reset_link(site)


def test_a_sign_in_on_a_device_never_seen_is_written_about(site: Flask, clock: time_machine.Traveller) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    olena = Person(site)
    olena.sign_in()
    assert "account.new-sign-in" not in posted(site), "the first one is the person's own beginning"
    olena.post("/uk/account/sign-out", olena.get("/uk/account"))
    later(clock, minutes=5)
    olena.sign_in()
    assert "account.new-sign-in" not in posted(site), "this device is known"
    Person(site).sign_in()
    assert "Firefox, Android" in posted(site)["account.new-sign-in"].plain


def test_wrong_passwords_without_end_are_written_about_once(site: Flask) -> None:
    joined(site, "olena@example.org", Role.EDITOR)
    stranger = Person(site, password="не той пароль зовсім")
    for _ in range(13):
        stranger.type_password()
    (warning,) = post(database_of(site), now=datetime.now(UTC))
    assert warning.kind == "account.locked"
    assert "/uk/account/reset" in warning.plain
    unknown = Person(site, address="nobody@example.org", password="не той пароль зовсім")
    for _ in range(11):
        unknown.type_password()
    assert not posted(site)


def test_a_change_of_the_second_factor_is_written_about(olena: Person) -> None:
    olena.sign_in()
    assert "account.second-factor-changed" in posted(olena.site)


def test_who_lost_phone_and_codes_sets_up_a_new_second_factor_with_an_administrators_help(olena: Person) -> None:
    olena.sign_in()
    posted(olena.site)
    chief = joined(olena.site, "chief@example.org", Role.ADMINISTRATOR)
    with database_of(olena.site).reading() as session:
        account = actions.find_account(session, olena.address)

    def path(language: str) -> str:
        return f"/{language}/account/reset"

    with database_of(olena.site).writing() as session:
        by = f"account:{chief}"
        actions.reset_second_factor(session, account, path=path, actor=by, now=datetime.now(UTC))
        with pytest.raises(FourEyesError):
            actions.reset_second_factor(session, chief, path=path, actor=by, now=datetime.now(UTC))
    assert not olena.is_in, "every sign-in has ended"
    assert ("second-factor.changed", {"change": "taken-away"}) in recorded(database_of(olena.site), account)
    assert "account.second-factor-changed" in posted(olena.site)
    again = Person(olena.site)
    assert "/second-factor" in again.type_password().location
    again.set_up()
    assert again.is_in

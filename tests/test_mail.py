"""Mails: what they say and never say, how they travel, what a mail server's answers mean."""

from __future__ import annotations

import re
import ssl
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address
from pathlib import Path

import pytest
from lxml import etree

from app.config import ROOT, Settings
from app.kernel.errors import ConfigError
from app.kernel.languages import PUBLIC
from app.outbox.actions import enqueue
from app.outbox.letters import Letter, Writer, compose
from app.outbox.model import REQUIRED, Kind, Message, PutOffError, RefusedError, UnavailableError
from app.outbox.senders import Console, Folder, Smtp, open_sender, read_sender
from app.storage.database import Database
from app.worker import deeds_of
from tests.lint import html_errors
from tests.mailserver import PASSWORD, SITE, USER, MailServer, certificate, mail_server, post
from tests.test_storage import NOW

SENDER = Address("Дороговказ", "no-reply", "example.org")
ADDRESS = "olena.kovalenko@example.org"
DETAILS = {
    "path": "/uk/account/4fJ-x_2?next=/uk/desk&a=b",
    "until": (NOW + timedelta(hours=2)).isoformat(),
    "at": NOW.isoformat(),
    "device": "Firefox <3 & Linux",
    "reference": "7F3K-22QX",
    "words": "1 < 2 & 3",
}
EVERY = [(kind, language) for kind in Kind for language in PUBLIC]


def message(kind: Kind = Kind.REQUEST_NEWS, language: str = "uk", to: str = ADDRESS) -> Message:
    return Message(kind, to, language, {name: DETAILS[name] for name in REQUIRED[kind]})


def letter(kind: Kind = Kind.REQUEST_NEWS, language: str = "uk", to: str = ADDRESS) -> Letter:
    writer = Writer(ROOT / "translations", site_url=SITE)
    return writer.write(message(kind, language, to), id_="6f0c" * 8, written_at=NOW)


# What a mail says


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_mail_leads_to_its_page_on_this_site_and_nowhere_else(kind: Kind, language: str) -> None:
    written = letter(kind, language)
    assert SITE + DETAILS["path"] in written.plain
    links = etree.HTML(written.html).xpath("//a/@href")
    assert links == [SITE + DETAILS["path"], f"{SITE}/{language}/"]


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_mail_says_all_its_details_in_both_forms(kind: Kind, language: str) -> None:
    written = letter(kind, language)
    shown = " ".join("".join(etree.HTML(written.html).itertext()).split())
    day = "16 квітня 2026" if language == "uk" else "16 April 2026"
    expected = {"until": f"{day}, 17:00", "at": f"{day}, 15:00", "path": SITE + DETAILS["path"]}
    for name in REQUIRED[kind]:
        assert expected.get(name, DETAILS[name]) in written.plain
        assert expected.get(name, DETAILS[name]) in shown


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_both_forms_of_a_mail_have_the_same_words(kind: Kind, language: str) -> None:
    written = letter(kind, language)
    body = etree.HTML(written.html).find("body")
    words = {form: sorted(re.findall(r"[\w’-]+", text)) for form, text in (
        ("plain", f"{written.subject} {written.plain}"), ("html", " ".join(body.itertext())),
    )}  # fmt: skip
    assert words["plain"] == words["html"]


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_whoever_glances_at_the_phone_learns_nothing_of_whom_it_is_about(kind: Kind, language: str) -> None:
    written = letter(kind, language)
    for text in (written.subject, written.plain, written.html):
        assert not re.search(
            r"зник|missing|polon|полон|captiv|kovalenko|register|реєстр|витяг|extract", text, re.IGNORECASE
        )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_mail_is_wholly_in_the_language_of_its_recipient(kind: Kind) -> None:
    english = letter(kind, "en")
    assert not re.search("[а-яіїєґ]", english.subject + english.plain + english.html, re.IGNORECASE)
    ukrainian = letter(kind, "uk")
    of_others = "|".join(re.escape(value) for value in (SITE, DETAILS["path"], DETAILS["device"], DETAILS["reference"]))
    plain = re.sub(of_others, "", ukrainian.subject + ukrainian.plain)
    assert re.findall("[A-Za-z]{2,}", plain) == ["uk"]


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_the_html_form_is_sound_and_loads_nothing(kind: Kind, language: str) -> None:
    written = letter(kind, language)
    assert html_errors(written.html) == []
    page = etree.HTML(written.html)
    assert (page.get("lang"), page.get("dir")) == (language, "ltr")
    assert len(page.xpath("//h1")) == len(page.xpath("//main")) == 1
    assert page.xpath("//title/text()") == [written.subject]
    assert page.xpath("//img|//link|//script|//style|//iframe|//*[@src]|//*[@background]") == []
    assert "url(" not in written.html


def test_a_device_that_calls_itself_a_tag_is_shown_and_not_obeyed() -> None:
    details = {**DETAILS, "device": "<img src=//evil.example>"}
    kind = Kind.ACCOUNT_NEW_SIGN_IN
    odd = Message(kind, ADDRESS, "en", {name: details[name] for name in REQUIRED[kind]})
    written = Writer(ROOT / "translations", site_url=SITE).write(odd, id_="a", written_at=NOW)
    assert etree.HTML(written.html).xpath("//img") == []
    assert "<img src=//evil.example>" in written.plain


# How it travels


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_mail_has_these_headers_and_no_others(kind: Kind, language: str) -> None:
    written = letter(kind, language)
    parsed = message_from_bytes(compose(written, sender=SENDER), policy=policy.default)
    assert dict(parsed.items()) == {
        "From": "Дороговказ <no-reply@example.org>",
        "To": ADDRESS,
        "Subject": written.subject,
        "Date": "Thu, 16 Apr 2026 12:00:00 +0000",
        "Message-ID": f"<{written.id}@example.org>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": language,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="=_{written.id}"',
    }
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    plain, html = (part.get_content().replace("\r\n", "\n") for part in parsed.iter_parts())
    assert (plain, html) == (written.plain, written.html)


def test_a_second_try_sends_the_same_bytes() -> None:
    assert compose(letter(), sender=SENDER) == compose(letter(), sender=SENDER)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_line_is_short_enough_for_any_mail_server(kind: Kind, language: str) -> None:
    content = compose(letter(kind, language), sender=SENDER)
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    assert content.isascii()


@pytest.mark.parametrize(
    "to", ["a@example.org\nBcc: b@example.org", "a@example.org\r\n\r\nBody", "a@example.org, b@example.org"]
)
def test_a_recipient_that_would_open_a_header_is_never_sent_to(to: str) -> None:
    forged = replace(letter(), to=to)
    with mail_server() as server, pytest.raises(RefusedError):
        smtp(server).send(forged)
    assert server.taken == []
    assert server.heard == []


def test_a_subject_never_breaks_into_a_second_header() -> None:
    forged = replace(letter(), subject="news\nBcc: other@example.org")
    with mail_server() as server, pytest.raises(RefusedError):
        smtp(server).send(forged)
    assert server.taken == []


def test_what_is_written_in_logs_shows_neither_recipient_nor_words_nor_password() -> None:
    assert ADDRESS not in repr(letter())
    assert "7F3K" not in repr(letter())
    assert PASSWORD not in repr(Smtp("localhost", 25, SENDER, USER, PASSWORD))


# A mail server and its answers


def smtp(server: MailServer, **options: object) -> Smtp:
    return replace(Smtp("127.0.0.1", server.port, SENDER), **options)  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def test_the_server_takes_exactly_what_was_written(server: MailServer) -> None:
    smtp(server).send(letter())
    (taken,) = server.taken
    assert (taken.sender, taken.recipients) == ("no-reply@example.org", (ADDRESS,))
    assert taken.content == compose(letter(), sender=SENDER)


def test_a_ukrainian_domain_is_reached_by_its_ascii_name(server: MailServer) -> None:
    smtp(server).send(letter(to="olena@пошта.укр"))
    (taken,) = server.taken
    assert taken.recipients == ("olena@xn--80a1acn3a.xn--j1amh",)
    assert taken.message["To"] == "olena@xn--80a1acn3a.xn--j1amh"


def test_a_ukrainian_name_before_the_domain_is_reached_where_the_server_knows_such_names(server: MailServer) -> None:
    smtp(server).send(letter(to="олена@example.org"))
    (taken,) = server.taken
    assert taken.recipients == ("олена@example.org",)
    assert taken.message["To"] == "олена@example.org"


@pytest.mark.parametrize(
    ("step", "answer", "error", "reason"),
    [
        ("RCPT", "451 4.7.1 <olena.kovalenko@example.org>: greylisted", PutOffError, "451 4.7.1 at RCPT"),
        ("RCPT", "550 5.1.1 no olena.kovalenko@example.org here", RefusedError, "550 5.1.1 at RCPT"),
        ("RCPT", "421 closing", UnavailableError, "421 at RCPT"),
        ("DATA", "452 4.3.1 disk full", PutOffError, "452 4.3.1 at DATA"),
        ("DATA", "554 5.7.1 spam", RefusedError, "554 5.7.1 at DATA"),
        ("MAIL", "451 later", UnavailableError, "451 at MAIL"),
        ("MAIL", "553 5.1.8 who are you", UnavailableError, "553 5.1.8 at MAIL"),
    ],
)
def test_an_answer_means_later_never_or_not_now_and_its_words_are_not_kept(
    server: MailServer, step: str, answer: str, error: type[Exception], reason: str
) -> None:
    server.answer(step, answer)
    with pytest.raises(error) as raised:
        smtp(server).send(letter())
    assert type(raised.value) is error
    assert str(raised.value) == reason
    assert server.taken == []
    smtp(server).send(letter())
    assert len(server.taken) == 1


def test_a_server_out_of_reach_is_no_fault_of_the_mail() -> None:
    with mail_server() as server:
        pass
    with pytest.raises(UnavailableError, match="ConnectionRefusedError at CONNECT"):
        smtp(server).send(letter())


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server shows, and what a client needs to trust it."""
    shown, trusted = certificate(tmp_path_factory.mktemp("certificate"))
    return shown, ssl.create_default_context(cafile=str(trusted))


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_password_and_a_mail_travel_encrypted(contexts: tuple[ssl.SSLContext, ssl.SSLContext], way: str) -> None:
    shown, trusting = contexts
    with mail_server(**{way: shown}) as server:
        smtp(server, **{way: True}, context=trusting, user=USER, password=PASSWORD).send(letter())
    assert "AUTH" in server.heard
    (taken,) = server.taken
    assert taken.was_encrypted


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_server_that_cannot_show_who_it_is_gets_neither_password_nor_mail(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], way: str
) -> None:
    shown, _ = contexts
    with mail_server(**{way: shown}) as server, pytest.raises(UnavailableError, match="SSLCertVerificationError at"):
        smtp(server, **{way: True}, user=USER, password=PASSWORD).send(letter())
    assert "AUTH" not in server.heard
    assert server.taken == []


def test_a_server_that_offers_no_encryption_gets_neither_password_nor_mail(server: MailServer) -> None:
    with pytest.raises(UnavailableError, match="SMTPNotSupportedError at STARTTLS"):
        smtp(server, starttls=True, user=USER, password=PASSWORD).send(letter())
    assert server.heard == ["EHLO"]


def test_a_refused_password_is_no_fault_of_the_mail(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    shown, trusting = contexts
    with mail_server(tls=shown) as server, pytest.raises(UnavailableError, match=r"^535( 5\.7\.8)? at AUTH$"):
        smtp(server, tls=True, context=trusting, user=USER, password="wrong").send(letter())
    assert server.taken == []


# Other senders


def test_without_a_mail_server_the_operator_finds_each_mail_as_a_readable_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sender = open_sender("", mail_from="", folder=tmp_path / "mail")
    for _ in range(2):
        sender.send(letter(Kind.ACCOUNT_INVITATION))
    (file,) = (tmp_path / "mail").iterdir()
    assert SITE + DETAILS["path"] in file.read_text(encoding="utf-8")
    assert "Вас запрошують" in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert ADDRESS not in (said := capsys.readouterr().out)
    assert str(file) in said


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_mail(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("not a folder")
    with pytest.raises(UnavailableError):
        open_sender("", mail_from="", folder=tmp_path / "mail").send(letter())


def test_the_console_says_that_there_was_a_mail_and_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    Console().send(letter())
    assert capsys.readouterr().out == f"mail request.news {letter().id}: sent to nobody\n"


def test_what_was_put_in_is_what_is_written(database: Database) -> None:
    with database.writing() as session:
        id_ = enqueue(session, message(Kind.ACCOUNT_INVITATION), key="invitation:1", now=NOW)
    (written,) = post(database, now=NOW)
    assert written == replace(letter(Kind.ACCOUNT_INVITATION), id=id_)
    assert post(database, now=NOW) == []


# Settings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", {"port": 587, "starttls": True, "tls": False, "user": ""}),
        ("smtp://u:p%40%2F@mail.example.org:2525", {"port": 2525, "user": "u", "password": "p@/", "starttls": True}),
        ("smtps://u:p@mail.example.org", {"port": 465, "tls": True, "starttls": False}),
        ("smtp://relay:25?starttls=no", {"port": 25, "starttls": False, "tls": False}),
        ("smtp://localhost:25", {"port": 25, "starttls": False}),
        ("smtp://[::1]:25", {"host": "::1", "starttls": False}),
    ],
)
def test_a_mail_server_is_named_by_its_address(url: str, expected: dict[str, object]) -> None:
    settings = Settings.from_environment({"MAIL_URL": url})
    sender = open_sender(settings.mail_url, mail_from="a@example.org", folder=Path())
    assert isinstance(sender, Smtp)
    assert {name: getattr(sender, name) for name in expected} == expected


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org", "smtp://", "smtp://host:x", "smtp://host:0", "smtp://host/path", "smtp://secret@host",
        "smtp://u:secret@host:25?starttls=no", "smtps://host?starttls=no", "smtp://host?tls=none", "imap://host",
        "file://relative", "file://host/path", "console://x", "smtp://u:secret%0A@host", "smtp://[::1",
    ],
)  # fmt: skip
def test_a_mail_address_that_is_wrong_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^MAIL_URL ") as refusal:
        Settings.from_environment({"MAIL_URL": url})
    assert "secret" not in str(refusal.value)


def test_mails_go_to_a_folder_or_nowhere_where_the_address_says_so(tmp_path: Path) -> None:
    folder = open_sender(f"file://{tmp_path}/with%20space", mail_from="", folder=Path("other"))
    assert isinstance(folder, Folder)
    assert folder.path == tmp_path / "with space"
    assert open_sender("console://", mail_from="", folder=Path("other")) == Console()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no-reply@example.org", "no-reply@example.org"),
        ("Дороговказ <no-reply@example.org>", "Дороговказ <no-reply@example.org>"),
        ("no-reply@пошта.укр", "no-reply@xn--80a1acn3a.xn--j1amh"),
    ],
)
def test_mails_come_from_an_address_with_or_without_a_name(text: str, shown: str) -> None:
    assert str(read_sender(Settings.from_environment({"MAIL_FROM": text}).mail_from)) == shown


@pytest.mark.parametrize("text", ["Dorohovkaz", "a@b, c@d", "a@example.org\nBcc: b@example.org", "<>", "@"])
def test_mails_come_from_one_address_only(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^MAIL_FROM "):
        Settings.from_environment({"MAIL_FROM": text})


@pytest.mark.parametrize("missing", ["mail_from", "site_url"])
def test_a_mail_server_needs_a_sender_and_the_address_that_links_lead_to(missing: str) -> None:
    whole = Settings(mail_url="smtps://mail.example.org", mail_from="a@example.org", site_url=SITE)
    deeds_of(whole)
    with pytest.raises(ConfigError, match=missing.upper()):
        deeds_of(replace(whole, **{missing: ""}))


def test_the_password_of_the_mail_server_is_not_shown_with_the_settings() -> None:
    assert "hush" not in repr(Settings(mail_url="smtps://u:hush@host"))


def test_every_kind_of_job_has_its_deed() -> None:
    assert set(deeds_of(Settings())) == set(Kind)


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(), "http://127.0.0.1:8000"),
        (Settings(host="::1", port=80), "http://[::1]:80"),
        (Settings(site_url=SITE), SITE),
    ],
)
def test_links_lead_to_the_public_address_or_to_this_machine(settings: Settings, address: str) -> None:
    assert settings.own_address == address

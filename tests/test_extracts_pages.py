"""The pages of a request as a family meets them: every page is linted, on both databases where something is kept."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from app.config import Settings
from app.extracts.actions import DRAFT_LASTS
from app.extracts.draft import Page, fields_of
from app.extracts.store import RequestRow
from app.kernel.reference import new_reference
from app.outbox.letters import Writer
from app.outbox.model import Kind, Message
from app.outbox.store import JobRow
from app.site import create_app
from app.storage.engine import Table
from app.storage.vault import Place
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.asking import ANSWERS
from tests.lint import LintingClient
from tests.uploaded import pdf, photo, written

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


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


class Family:
    """Somebody with a browser who writes a request."""

    def __init__(self, site: Flask, language: str = "uk") -> None:
        self.browser = LintingClient(site)
        self.language = language

    def get(self, path: str) -> TestResponse:
        return self.browser.get(f"/{self.language}/extract{path}")

    def send(self, path: str, fields: Mapping[str, object], form: str | None = None) -> TestResponse:
        """Open a page (`form`, or the one at `path`) and send its form to `path`."""
        shown = self.get(path if form is None else form)
        token = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
        given = {**fields, **({"csrf_token": token[1]} if token else {})}
        return self.browser.post(f"/{self.language}/extract{path}", data=given)

    def begin(self, kinship: str = "spouse") -> str:
        """Answer the first question; returns the code of the draft."""
        assert self.send("/start", {"kinship": kinship}).status_code == 303
        return re.search(r'class="sign">([^<]+)<', self.get("/draft").text)[1]  # type: ignore[index]

    def fill(self, answers: Mapping[Page, Mapping[str, str]] = ANSWERS) -> None:
        """Fill every other page."""
        for page, typed in answers.items():
            path = "/draft/papers/later" if page is Page.PAPERS else f"/draft/{page.value}"
            fields = {name: text.split() if name == "purposes" else text for name, text in typed.items()}
            form = "/draft/papers" if page is Page.PAPERS else None
            assert self.send(path, fields, form).location == f"/{self.language}/extract/draft", page

    def file(self) -> tuple[str, str]:
        """Send the request; returns reference and passphrase."""
        shown = self.get("/draft/check").text
        consent = re.search(r'name="consent" value="([^"]+)"', shown)[1]  # type: ignore[index]
        sent = self.send("/draft/send", {"consent": consent}, "/draft/check")
        assert sent.location == f"/{self.language}/extract/filed"
        reference, passphrase = re.findall(r'class="sign">([^<]+)<', self.get("/filed").text)
        return reference, passphrase

    def open(self, reference: str, passphrase: str) -> TestResponse:
        """Open a request with reference and passphrase."""
        return self.send("/open", {"reference": reference, "passphrase": passphrase})

    @property
    def cookies(self) -> set[str]:
        return {name for _, _, name in self.browser._cookies or {}}


def upload(content: bytes, name: str = "паспорт.pdf", kind: str = "identity") -> dict[str, object]:
    return {"kind": kind, "files": (io.BytesIO(content), name)}


def text_of(page: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


def test_reading_sets_no_cookie_and_the_first_saved_page_does(site: Flask) -> None:
    family = Family(site)
    for path in ("", "/start"):
        assert "Set-Cookie" not in family.get(path).headers
    assert family.send("/start", {}).status_code == 422
    assert not family.cookies
    family.begin()
    assert "draft" in family.cookies


def test_a_request_is_written_sent_and_followed_on_another_device(site: Flask) -> None:
    family = Family(site)
    family.begin()
    family.fill()
    reference, passphrase = family.file()
    other = Family(site)
    assert other.open(reference, passphrase).location == "/uk/extract/request"
    shown = text_of(other.get("/request"))
    assert reference in shown
    assert "2 грудня 2026" in shown
    for word in ("Прикладенко", "wzirtsia"):
        assert word not in shown
    assert other.send("/request/leave", {}, "/request").location == "/uk/extract"
    assert other.get("/request").location == "/uk/extract/open"


# Drafts


def test_a_draft_left_for_a_day_is_resumed_on_another_device(site: Flask, clock: time_machine.Traveller) -> None:
    family = Family(site)
    code = family.begin()
    family.send("/draft/person", ANSWERS[Page.PERSON])
    clock.move_to(START + timedelta(days=1))
    assert 'value="Прикладенко"' in family.get("/draft/person").text
    other = Family(site, "en")
    assert other.send("/resume", {"draft-code": "2222-2222-2222-2222"}).status_code == 422
    assert other.send("/resume", {"draft-code": code.lower()}).location == "/en/extract/draft"
    assert 'value="Прикладенко"' in other.get("/draft/person").text


def test_an_old_draft_is_gone_and_the_page_says_where_to_go(site: Flask, clock: time_machine.Traveller) -> None:
    family = Family(site)
    code = family.begin()
    clock.move_to(START + DRAFT_LASTS)
    for path in ("/draft", "/draft/person", "/draft/papers", "/draft/check", "/filed", "/filed/sheet", "/filed.ics"):
        assert family.get(path).status_code == 404
    assert family.send("/resume", {"draft-code": code}).status_code == 422


def test_a_draft_is_taken_off_the_device_and_another_deleted(site: Flask) -> None:
    family = Family(site)
    code = family.begin()
    assert family.send("/draft/forget", {}, "/draft").location == "/uk/extract"
    assert family.get("/draft").status_code == 404
    family.send("/resume", {"draft-code": code})
    assert family.get("/draft").status_code == 200
    assert family.send("/draft/delete", {}).location == "/uk/extract"
    assert family.send("/resume", {"draft-code": code}).status_code == 422


def test_a_foreign_cookie_opens_nothing(site: Flask) -> None:
    family = Family(site)
    for value in ("", "x", "AAAA", "ї" * 9, "A" * 400):
        family.browser.set_cookie("draft", value)
        family.browser.set_cookie("request", value)
        assert family.get("/draft").status_code == 404
        assert family.get("/request").location == "/uk/extract/open"
    family.begin()
    sealed = family.browser.get_cookie("draft")
    assert sealed is not None
    family.browser.set_cookie("request", sealed.value)
    assert family.get("/request").location == "/uk/extract/open"


def test_what_is_wrong_is_kept_and_shown_beside_its_field(site: Flask) -> None:
    family = Family(site)
    family.begin()
    sent = family.send(
        "/draft/person", {"surname": "!!", "given": "", "born-day": "31", "born-month": "2", "born-year": "1990"}
    )
    assert sent.location == "/uk/extract/draft/person"
    shown = family.get("/draft/person").text
    for field in ("surname", "given", "born"):
        assert f'id="{field}-wrong"' in shown
        assert f'href="#{field}"' in shown
    assert 'value="!!"' in shown
    assert 'value="31"' in shown


def test_what_is_asked_follows_the_kinship(site: Flask) -> None:
    family = Family(site)
    family.begin("lawyer")
    shown = family.get("/draft/applicant").text
    assert 'name="principal-surname"' in shown
    assert 'name="born-year"' not in shown
    family.send("/draft/kinship", {"kinship": "self"})
    assert "/draft/applicant" not in family.get("/draft").text
    family.send("/draft/kinship", {"kinship": "spouse"})
    assert 'name="principal-surname"' not in family.get("/draft/applicant").text


# Papers


def test_papers_are_attached_one_by_one_and_a_bad_one_takes_nothing_along(site: Flask) -> None:
    family = Family(site)
    family.begin()
    assert family.send("/draft/papers", upload(written(pdf(2)))).status_code == 303
    for bad in (b"", b"PK\x03\x04 no picture", b"%PDF-1.7 broken"):
        answer = family.send("/draft/papers", upload(bad, "зле.pdf"))
        assert answer.status_code == 422
        assert 'id="files-wrong"' in answer.text
    assert family.send("/draft/papers", {"kind": "identity"}).status_code == 422
    assert family.send("/draft/papers", upload(photo("JPEG"), "<b>.jpg", "marriage_certificate")).status_code == 303
    shown = family.get("/draft/papers").text
    assert "паспорт.pdf" in shown
    assert "зле.pdf" not in shown
    remove = re.findall(r"/extract(/draft/papers/[0-9a-f]{32}/remove)", shown)
    assert len(remove) == 2
    family.send(remove[0], {}, "/draft/papers")
    assert re.findall(r"/extract(/draft/papers/[0-9a-f]{32}/remove)", family.get("/draft/papers").text) == remove[1:]


def test_nobody_removes_a_paper_of_another_draft(site: Flask) -> None:
    family, stranger = Family(site), Family(site)
    family.begin()
    stranger.begin()
    family.send("/draft/papers", upload(written(pdf(1))))
    [remove] = re.findall(r"/extract(/draft/papers/[0-9a-f]{32}/remove)", family.get("/draft/papers").text)
    stranger.send(remove, {}, "/draft/papers")
    assert "паспорт.pdf" in family.get("/draft/papers").text


# Sending


def test_sending_needs_consent_and_every_page(site: Flask) -> None:
    family = Family(site)
    family.begin()
    assert 'name="consent"' not in family.get("/draft/check").text
    assert family.send("/draft/send", {"consent": "2026-1"}, "/draft").location == "/uk/extract/draft"
    family.fill()
    assert family.send("/draft/send", {}, "/draft/check").status_code == 422
    assert family.send("/draft/send", {"consent": "other"}, "/draft/check").status_code == 422


def test_a_second_press_a_reload_and_another_tab_lead_to_the_same_request(site: Flask) -> None:
    family = Family(site)
    family.begin()
    family.fill()
    token = re.search(r'name="csrf_token" value="([^"]+)"', family.get("/draft/check").text)[1]  # type: ignore[index]
    sent = [
        family.browser.post("/uk/extract/draft/send", data={"consent": "2026-1", "csrf_token": token}) for _ in range(3)
    ]
    assert {answer.location for answer in sent} == {"/uk/extract/filed"}
    first = family.get("/filed").text
    assert first == family.get("/filed").text
    assert family.get("/draft").location == "/uk/extract/filed"
    assert family.send("/draft/person", ANSWERS[Page.PERSON], "/filed").location == "/uk/extract/filed"
    with database_of(site).reading() as session:
        assert session.query(RequestRow).count() == 1


def test_the_passphrase_is_in_the_language_of_the_page_and_shown_for_an_hour(
    site: Flask, clock: time_machine.Traveller
) -> None:
    family = Family(site, "en")
    family.begin()
    family.fill()
    _, passphrase = family.file()
    assert passphrase.isascii()
    assert passphrase in family.get("/filed/sheet").text
    calendar = family.get("/filed.ics")
    assert calendar.mimetype == "text/calendar"
    assert passphrase not in calendar.text
    clock.move_to(START + timedelta(hours=1))
    for path in ("/filed", "/filed/sheet"):
        assert passphrase not in family.get(path).text


# Following


def test_a_wrong_reference_and_a_wrong_phrase_get_the_same_page(site: Flask) -> None:
    family = Family(site)
    family.begin()
    family.fill()
    reference, passphrase = family.file()
    nobody = new_reference(Random(3))
    other = Family(site)

    def bare(page: TestResponse) -> str:
        return re.sub(r'(csrf_token" value="[^"]+|DV-[0-9A-Z-]+)', "", page.text)

    for _ in range(10):
        wrong = [other.open(reference, "слон"), other.open(nobody, passphrase)]
        assert [page.status_code for page in wrong] == [422, 422]
        assert bare(wrong[0]) == bare(wrong[1])
    assert other.open(reference, passphrase).status_code == 422, "after wrong attempts even the right one waits"


def test_a_request_takes_more_papers_and_is_withdrawn(site: Flask, clock: time_machine.Traveller) -> None:
    family = Family(site)
    family.begin()
    family.fill()
    family.open(*family.file())
    assert family.send("/request/papers", upload(written(pdf(1)), "довідка.pdf")).status_code == 303
    assert "довідка.pdf" in family.get("/request").text
    assert family.send("/request/papers", upload(b"?", "зле.pdf")).status_code == 422
    assert family.get("/request/dates.ics").mimetype == "text/calendar"
    clock.move_to(START + timedelta(minutes=30))
    assert family.send("/request/withdraw", {}).location == "/uk/extract/request"
    assert "/request/papers" not in family.get("/request").text
    assert family.send("/request/papers", upload(written(pdf(3))), "/request").location == "/uk/extract/request"
    assert family.get("/request/withdraw").location == "/uk/extract/request"
    clock.move_to(START + timedelta(hours=1))
    assert family.get("/request").location == "/uk/extract/open"


def test_a_mother_learns_nothing_of_the_wife(site: Flask) -> None:
    """What the site answers a second applicant is, apart from codes and place, what it answers the first."""

    def asked(family: Family) -> list[str]:
        family.begin("parent")
        answers = {**ANSWERS, Page.KINSHIP: {"kinship": "parent"}}
        family.fill(answers)
        seen = [family.get("/draft/check").text]
        reference, passphrase = family.file()
        seen.append(family.get("/filed").text.replace(reference, "").replace(passphrase, ""))
        return [re.sub(r'csrf_token" value="[^"]+', "", page) for page in seen]

    alone = asked(Family(site, "en"))
    family = Family(site)
    family.begin()
    family.fill()
    family.file()
    assert asked(Family(site, "en")) == alone


def test_only_the_own_device_is_told_of_an_open_request(site: Flask) -> None:
    family = Family(site)
    family.begin()
    family.fill()
    reference, passphrase = family.file()
    family.open(reference, passphrase)
    family.send("/draft/forget", {}, "/filed")
    family.begin()
    family.fill()
    assert reference in family.get("/draft/check").text
    stranger = Family(site)
    stranger.begin()
    stranger.fill()
    assert reference not in stranger.get("/draft/check").text


AWKWARD = (
    "‮догори ногами‭",
    "👩‍❤️‍👨" * 40,
    "<script>alert(1)</script>{{ 7 * 7 }}%(label)s",
    "а" * 50_000,
    "' OR 1=1 --",
    "\r\nBcc: x@example.org",
    "\ud83d\udc94 \u202e\ufeff",
)


@pytest.mark.parametrize("number", range(len(AWKWARD)))
def test_whatever_is_typed_is_answered_with_a_page_and_never_run(site: Flask, number: int) -> None:
    text = AWKWARD[number].encode("utf-16", "surrogatepass").decode("utf-16")
    family = Family(site)
    family.begin()
    for page in sorted(Page, reverse=bool(number % 2)):
        asked = fields_of(page, {Page.KINSHIP: {"kinship": "spouse"}})
        path = "/draft/papers/later" if page is Page.PAPERS else f"/draft/{page.value}"
        shown = "/draft/papers" if page is Page.PAPERS else f"/draft/{page.value}"
        answer = family.send(path, {field.name: text for field in asked}, shown)
        assert answer.status_code in (303, 413)
        again = family.get(shown)
        assert again.status_code == 200
        assert "<script>alert" not in again.text
        assert "49" not in re.findall(r'value="([^"]*)"', again.text)
    assert family.get("/draft/check").status_code == 200


def test_what_a_family_wrote_stands_in_no_file_log_subject_or_error_page(
    site: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    planted = ("Прикладенко", "Зразок", "Взірця", "wzirtsia", "паспорт.pdf", "Маріуполь")
    family = Family(site)
    with caplog.at_level(logging.DEBUG):
        code = family.begin()
        family.fill()
        family.send("/draft/papers", upload(written(pdf(1))))
        family.send("/draft/papers/later", {"later": "1", "later-why": "Маріуполь"}, "/draft/papers")
        reference, passphrase = family.file()
        Family(site).open(reference, "не ті слова")
        Family(site).open(reference, passphrase)
        broken = family.browser.post("/uk/extract/draft/person", data={"surname": "Прикладенко" * 60_000})
        assert broken.status_code == 413
        refused = family.browser.post("/uk/extract/open", data={"reference": reference, "passphrase": passphrase})
        assert passphrase not in refused.text
    told = caplog.text + broken.text
    opened = database_of(site)
    with opened.reading() as session:
        writer = Writer(Path(site.config["TRANSLATIONS"]), site_url="https://example.org")
        for job in session.query(JobRow):
            plain = opened.vault.open(job.content_sealed, Place("outbox", "content_sealed", job.id))  # type: ignore[arg-type]
            letter = writer.write(Message.read(Kind(job.kind), plain), id_=job.id, written_at=START)
            told += letter.subject + letter.plain + letter.html
            assert reference in letter.subject
            assert "зник" not in letter.subject + letter.plain
        for table in Table.metadata.sorted_tables:
            told += repr(session.execute(table.select()).all())
    told += "".join(file.read_bytes().decode("latin-1") for file in tmp_path.rglob("*.sqlite3*"))
    for word in (*planted, code, code.replace("-", ""), passphrase):
        for form in (word, word.encode().decode("latin-1"), repr(word.encode())[2:-1]):
            assert form not in told, word


def test_what_looks_like_a_slip_is_said_before_sending_and_never_stands_in_the_way(site: Flask) -> None:
    family = Family(site, "en")
    family.begin()
    typed = {**ANSWERS[Page.PERSON], "surname": "Зразок", "given": "Прикладенкo"}
    contact = {**ANSWERS[Page.CONTACT], "email": "wzirtsia@gmial.com"}
    family.fill({**ANSWERS, Page.PERSON: typed, Page.CONTACT: contact})
    shown = text_of(family.get("/draft/check"))
    assert "letters of two alphabets" in shown
    assert "wzirtsia@gmail.com" in shown
    family.file()

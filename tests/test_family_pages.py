"""The family's own page and the part “Consent” of its case, as a family and a volunteer meet them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from flask import Flask

from app.accounts.model import PERMISSIONS, Role
from app.audit.actions import record
from app.audit.model import Event
from app.cases import actions
from app.cases.actions import Who
from app.cases.consenting import actions as consenting
from app.cases.consenting.consent import How, Share, Terms
from app.cases.keeping.actions import erase
from app.cases.model import Closing
from app.config import Settings
from app.directory.model import Directory, Need
from app.extracts.draft import Answers, Page
from app.site import create_app
from app.storage.database import Database
from app.storage.folder import Folder
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.families import OURS, THEIRS, TOLD, inside, join
from tests.lint import LintingClient
from tests.test_permissions import StandIn
from tests.uploaded import photo

MONTH_LATER = datetime.now(UTC).date() + timedelta(days=30)
YEAR_LATER = datetime.now(UTC).date().replace(year=datetime.now(UTC).year + 1, day=1)
OTHER: Answers = {**TOLD, Page.APPLICANT: {"surname": "Демонстраційна", "given": "Соломія"}}


@dataclass
class Helped:
    """A family that is helped: its case, and what opens its page."""

    id: str
    reference: str
    passphrase: str


class Station:
    """A site with a volunteer who is signed in."""

    def __init__(self, site: Flask, edition: Edition) -> None:
        self.site, self.edition = site, edition
        self.who = join(self.database, "anna@example.org", OURS)
        self.gate = StandIn(Actor(self.who.account, frozenset(PERMISSIONS[Role.VOLUNTEER]), OURS))
        install_access(site, self.gate)
        self.volunteer = LintingClient(site)

    @property
    def database(self) -> Database:
        return database_of(self.site)

    def family(self, answers: Answers = TOLD, who: Who | None = None) -> Helped:
        """Open a case and return what its family was handed."""
        who, now = who or self.who, datetime.now(UTC)
        with inside(self.database, who.organisation) as session:
            id_ = actions.open_case(session, answers, who=who, is_training=False, random=Random(), now=now)
            opens = actions.passphrase_of(session, actions.read_case(session, id_, who=who, now=now), now=now)
            return Helped(id_, opens.reference, opens.passphrase)

    def asked(self, helped: Helped, *, how: How = How.OWN) -> str:
        """Record a consent, or ask for one."""
        terms = Terms(frozenset({Share.CONTACT_NAME}), "free-legal-aid", Need.LEGAL_AID, MONTH_LATER)
        directory, now = self.edition.part(Directory), datetime.now(UTC)
        with inside(self.database, OURS) as session:
            if how is How.OWN:
                return consenting.ask(session, helped.id, terms, directory=directory, who=self.who, now=now)
            return consenting.record_spoken(
                session, helped.id, terms, "Марія Свідок", directory=directory, who=self.who, now=now
            )

    def device(self, helped: Helped) -> LintingClient:
        """A device on which the family has opened its page."""
        client = LintingClient(self.site)
        typed = {"reference": helped.reference, "passphrase": helped.passphrase}
        assert client.post("/uk/family/open", data=typed).location == "/uk/family"
        return client


@pytest.fixture
def station(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[Station]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    site = create_app(
        replace(settings, instance=tmp_path, database_url=f"sqlite:///{path}", vault_key_file=key_file), edition
    )
    site.config["WTF_CSRF_ENABLED"] = False
    yield Station(site, edition)
    database_of(site).engine.dispose()


@pytest.fixture
def helped(station: Station) -> Helped:
    return station.family()


def text_of(client: LintingClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.location
    return response.get_data(as_text=True)


def test_a_family_sees_what_is_kept_who_helps_and_who_has_looked(station: Station, helped: Helped) -> None:
    station.asked(helped, how=How.SPOKEN)
    device = station.device(helped)
    page = text_of(device, "/en/family")
    assert "anna" in page
    assert "said before a witness" in page
    assert "your name, and the language you speak" in page
    kept = text_of(device, "/uk/family/kept")
    for told in ("Ганна", "Тарас", "050 000 00 01"):
        assert told in kept
    assert text_of(station.volunteer, f"/en/cases/{helped.id}")
    seen = text_of(device, "/en/family/seen")
    assert re.search(r"Your case was read.*?anna", seen, re.DOTALL)
    assert "Your consent was recorded" in seen
    assert "This page was opened with reference and passphrase" in seen


def test_whoever_has_no_open_page_is_asked_for_reference_and_passphrase(station: Station, helped: Helped) -> None:
    consent = station.asked(helped)
    stranger = LintingClient(station.site)
    for path in ("/uk/family", "/uk/family/messages", "/uk/family/kept", "/uk/family/seen"):
        assert stranger.get(path).location == "/uk/family/open"
    for deed in ("agree", "refuse", "withdraw"):
        assert stranger.post(f"/uk/family/consents/{consent}/{deed}").location == "/uk/family/open"
    assert "Set-Cookie" not in stranger.get("/uk/family").headers


def test_every_wrong_pair_is_answered_the_same_and_further_guesses_wait(station: Station, helped: Helped) -> None:
    other = station.family(OTHER)
    with inside(station.database, OURS) as session:
        actions.close(session, other.id, Closing.ASKED, who=station.who, now=datetime.now(UTC))
        lead = Who(station.who.account, OURS, leads=True)
        erase(
            session, Folder(Path(station.site.config["SETTINGS"].instance)), other.id, who=lead, now=datetime.now(UTC)
        )
    answers = set()
    for reference, passphrase in (
        (helped.reference, "не та фраза"),
        (helped.reference, other.passphrase),
        (other.reference, other.passphrase),
    ):
        client = LintingClient(station.site)
        response = client.post("/uk/family/open", data={"reference": reference, "passphrase": passphrase})
        assert response.status_code == 422
        assert not any(cookie.startswith("family=") for cookie in response.headers.getlist("Set-Cookie"))
        shown = re.sub(r'name="csrf_token" value="[^"]*"', "", response.get_data(as_text=True))
        answers.add(shown.replace(reference, ""))
    assert len(answers) == 1
    typed = {"reference": helped.reference, "passphrase": helped.passphrase}
    assert LintingClient(station.site).post("/uk/family/open", data=typed).status_code == 422, "it has to wait"


def test_another_family_on_this_device_reads_its_own_case_and_cannot_touch_the_first(
    station: Station, helped: Helped
) -> None:
    neighbour = join(station.database, "neighbour@example.org", THEIRS)
    for other in (station.family(OTHER), station.family(OTHER, neighbour)):
        consent = station.asked(helped)
        device = station.device(other)
        for path in ("/uk/family", "/uk/family/messages", "/uk/family/kept", "/uk/family/seen"):
            page = text_of(device, path)
            assert "Ганна" not in page
            assert helped.reference not in page
            assert consent not in page
        for deed in ("agree", "refuse", "withdraw"):
            assert device.post(f"/uk/family/consents/{consent}/{deed}").status_code == 404
    mine = station.device(helped)
    assert text_of(mine, "/uk/family").count("/agree") == 2, "nothing of it was answered"


def test_a_family_agrees_or_not_to_what_it_is_asked_and_withdraws_in_one_step(station: Station, helped: Helped) -> None:
    yes, no = station.asked(helped), station.asked(helped)
    device = station.device(helped)
    assert "You may say no" in text_of(device, "/en/family")
    assert device.post(f"/en/family/consents/{yes}/agree").location == "/en/family?said=agreed"
    assert device.post(f"/en/family/consents/{no}/refuse").location == "/en/family?said=refused"
    assert device.post(f"/en/family/consents/{no}/agree").location == "/en/family?said=moved"
    page = text_of(device, "/en/family")
    assert "What cannot be undone" in page
    assert page.count("/withdraw") == 1
    assert device.post(f"/en/family/consents/{yes}/withdraw").location == "/en/family?said=withdrawn"
    page = text_of(device, "/en/family?said=withdrawn")
    assert "/withdraw" not in page
    assert "by yourself" in page
    consents = text_of(station.volunteer, f"/en/cases/{helped.id}/consents")
    assert "the family itself" in consents


def test_a_closed_case_is_still_read_by_its_family_and_what_it_agreed_to_withdrawn(
    station: Station, helped: Helped
) -> None:
    given, asked = station.asked(helped, how=How.SPOKEN), station.asked(helped)
    device = station.device(helped)
    with inside(station.database, OURS) as session:
        actions.close(session, helped.id, Closing.HELPED, who=station.who, now=datetime.now(UTC))
    page = text_of(device, "/en/family")
    assert "The case is closed." in page
    assert "/agree" not in page
    assert device.post(f"/en/family/consents/{asked}/agree").location == "/en/family?said=moved"
    assert device.post(f"/en/family/consents/{given}/withdraw").location == "/en/family?said=withdrawn"
    assert station.volunteer.get(f"/en/cases/{helped.id}/consents").status_code == 404
    assert station.device(helped).get("/en/family").status_code == 200, "the passphrase still opens it"


def test_an_open_page_ends_with_the_case_with_a_new_passphrase_and_by_its_button(
    station: Station, helped: Helped
) -> None:
    device, now = station.device(helped), datetime.now(UTC)
    left = station.device(helped)
    assert left.post("/uk/family/leave").location == "/uk/family/open"
    assert left.get("/uk/family").location == "/uk/family/open"
    with inside(station.database, OURS) as session:
        later = now + timedelta(hours=1)
        actions.new_phrase(session, helped.id, who=station.who, random=Random(), now=later)
    assert device.get("/uk/family").location == "/uk/family/open"
    with inside(station.database, OURS) as session:
        case = actions.read_case(session, helped.id, who=station.who, now=later)
        helped.passphrase = actions.passphrase_of(session, case, now=later).passphrase
    device = station.device(helped)
    with inside(station.database, OURS) as session:
        actions.close(session, helped.id, Closing.ASKED, who=station.who, now=now)
        lead = Who(station.who.account, OURS, leads=True)
        erase(session, Folder(Path(station.site.config["SETTINGS"].instance)), helped.id, who=lead, now=now)
    assert device.get("/uk/family").location == "/uk/family/open"


def test_the_sheet_leads_to_the_page_and_names_nobody(station: Station, helped: Helped) -> None:
    sheet = text_of(station.volunteer, f"/uk/cases/{helped.id}/sheet")
    assert "/uk/family/open" in sheet
    assert 'role="img"' in sheet
    assert helped.reference in sheet
    assert helped.passphrase in sheet
    assert "Ганна" not in sheet
    assert "Тарас" not in sheet
    station.device(helped)
    assert helped.passphrase not in text_of(station.volunteer, f"/uk/cases/{helped.id}/sheet")


def test_a_family_and_its_helpers_write_to_each_other(station: Station, helped: Helped) -> None:
    device, mine, theirs = station.device(helped), f"/en/cases/{helped.id}/messages", "/en/family/messages"
    assert device.post(theirs, data={"message": "  "}).status_code == 422
    assert device.post(theirs, data={"message": "Прізвище пишеться інакше"}).location == f"{theirs}?said=sent"
    assert "Прізвище пишеться інакше" in text_of(station.volunteer, f"/en/cases/{helped.id}/talk")
    assert "new message" not in text_of(device, "/en/family"), "one's own is no news"
    station.volunteer.post(mine, data={"message": "Виправлено"})
    station.volunteer.post(f"/en/cases/{helped.id}/notes", data={"note": "Дзвонити лише зранку"})
    assert "You have 1 new message" in text_of(device, "/en/family")
    page = text_of(device, theirs)
    assert "Виправлено" in page
    assert "anna" in page
    assert "new message" not in text_of(device, "/en/family")
    for path in ("/en/family", "/en/family/kept", theirs):
        assert "Дзвонити лише зранку" not in text_of(device, path)
    assert "1 note that" in text_of(device, "/en/family/kept")
    with inside(station.database, OURS) as session:
        actions.close(session, helped.id, Closing.HELPED, who=station.who, now=datetime.now(UTC))
    assert device.post(theirs, data={"message": "Ще питання"}).location == "/en/family?said=moved"
    assert "Виправлено" in text_of(device, theirs)


# The part of the case


FORM = {
    "body": "free-legal-aid", "shares": ["contact-name", "contact-phone"], "purpose": "legal-aid", "how": "spoken",
    "until-day": "1", "until-month": str(YEAR_LATER.month), "until-year": str(YEAR_LATER.year),
    "witness": "Марія Свідок",
}  # fmt: skip


def test_a_volunteer_finds_the_body_and_records_what_the_family_agreed_to(station: Station, helped: Helped) -> None:
    here = f"/en/cases/{helped.id}/consents"
    for query in ("need=legal-aid", "q=free+legal+aid"):
        assert f"{here}/new?body=free-legal-aid" in text_of(station.volunteer, f"{here}?{query}")
    assert "new?body=court" not in text_of(station.volunteer, f"{here}?q=court")
    assert text_of(station.volunteer, f"{here}/new?body=free-legal-aid").count(' name="shares"') == len(Share)
    assert station.volunteer.get(f"{here}/new?body=court").location == f"{here}?said=no-body"
    assert station.volunteer.post(f"{here}/new", data=FORM).location == f"{here}?said=recorded"
    page = text_of(station.volunteer, here)
    assert "in force" in page
    assert "Марія Свідок" in page
    consent = re.search(r"consents/(\w+)/withdraw", page)
    assert consent
    assert station.volunteer.post(f"{here}/{consent[1]}/withdraw").location == f"{here}?said=withdrawn"
    assert "/withdraw" not in text_of(station.volunteer, here)


def test_a_signed_paper_is_kept_and_handed_out_to_helpers_alone(station: Station, helped: Helped) -> None:
    here = f"/en/cases/{helped.id}/consents"
    typed = {**FORM, "how": "paper", "witness": "", "scan": (BytesIO(photo("JPEG")), "згода.jpg")}
    assert station.volunteer.post(f"{here}/new", data=typed).location == f"{here}?said=recorded"
    link = re.search(r"/en/cases/\w+/consents/\w+/scan", text_of(station.volunteer, here))
    assert link
    saved = station.volunteer.get(link[0])
    assert (saved.status_code, saved.mimetype) == (200, "image/jpeg")
    registrar = join(station.database, "registrar@example.org", "", Role.REGISTRAR)
    with inside(station.database, OURS) as session:
        paper = consenting.consents_of(session, helped.id)[0].paper
        record(
            session, Event.FILE_READ, actor=registrar.reference, subject=f"file:{paper}", now=datetime.now(UTC)
        )  # fmt: skip
    seen = text_of(station.device(helped), "/en/family/seen")
    assert re.search(r"A paper was opened.*?anna", seen, re.DOTALL)
    assert re.search(r"A paper was opened.*?a registrar", seen, re.DOTALL)
    assert "registrar@" not in seen
    stranger = join(station.database, "bohdan@example.org", OURS)
    station.gate.who = Actor(stranger.account, frozenset(PERMISSIONS[Role.VOLUNTEER]), OURS)
    for path in (link[0], here):
        assert station.volunteer.get(path).status_code == 404


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"shares": []}, "shares"),
        ({"purpose": ""}, "purpose"),
        ({"until-day": "31", "until-month": "2"}, "until"),
        ({"until-year": "2020"}, "until"),
        ({"until-year": str(YEAR_LATER.year + 1)}, "until"),
        ({"how": ""}, "how"),
        ({"witness": " "}, "witness"),
        ({"how": "paper"}, "scan"),
    ],
)
def test_a_consent_that_is_none_is_refused_beside_its_field(
    station: Station, helped: Helped, typed: dict[str, object], field: str
) -> None:
    here = f"/en/cases/{helped.id}/consents"
    response = station.volunteer.post(f"{here}/new", data={**FORM, **typed})
    assert response.status_code == 422
    assert f'href="#{field}"' in response.get_data(as_text=True)
    assert "has not agreed to any share" in text_of(station.volunteer, here)

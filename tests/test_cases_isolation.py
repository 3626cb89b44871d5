"""Every page and button of cases, walked by whoever helps, by a colleague who does not, and by a neighbour."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.accounts.model import PERMISSIONS, Role
from app.cases import actions as cases
from app.cases.actions import Who
from app.cases.asking import actions as asking
from app.cases.asking.model import Manner
from app.cases.consenting import actions as consenting
from app.cases.consenting.consent import Share, Terms
from app.cases.model import Closing
from app.cases.referring import actions as referring
from app.cases.referring.model import Kind as Referred
from app.cases.referring.packet import Order
from app.cases.working import actions as working
from app.cases.working.actions import Guidance
from app.cases.working.papers import actions as papers
from app.cases.working.talking import actions as talking
from app.config import ROOT, Settings
from app.directory.model import Directory, Need
from app.extracts.draft import Page
from app.extracts.evidence import Paper
from app.pathways.model import Pathways, Phase
from app.site import create_app
from app.storage.database import Database
from app.storage.shelf import Shelf
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from app.web.files import shelf as shelf_of
from tests.asking import CONSENT, accepted
from tests.families import OURS, THEIRS, inside, join, opened
from tests.lint import LintingClient
from tests.test_cases_asking import ACTING, MOTHER, WHY
from tests.test_permissions import StandIn

TYPED = {"closing": "helped", "progress": "done", "title": "x", "note": "x", "message": "x", "sure": "1"}
"""What is sent with every button, so that nothing is refused for another reason."""

BODY = "free-legal-aid"
"""The body to which the family is referred."""

OF_CASES = ROOT / "app" / "cases"
SECRETS = (
    "Демонстраційн",
    "Захисна",
    "Хвора на серце",
    "Заяву прийнято",
    "Знайти фото",
    "довіреність.pdf",
    "оскаржить",
)
"""What a stranger would recognise the family by."""


@dataclass(frozen=True)
class Family:
    """A case with everything that a case can have. `parts` hold, by the name in addresses, ids of its parts."""

    who: Who
    parts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class House:
    """The site with a family in one organisation, and who is signed in."""

    site: Flask
    gate: StandIn
    family: Family
    colleague: Who
    neighbour: Who

    def ask(self, who: Who, address: str, method: str = "GET") -> tuple[int, str]:
        """Return status and text of a page as somebody sees it; pages that open are linted."""
        role = Role.COORDINATOR if who.leads else Role.VOLUNTEER
        self.gate.who = Actor(who.account, frozenset(PERMISSIONS[role]), who.organisation)
        client = LintingClient(self.site) if method == "GET" else self.site.test_client()
        response = client.open(address, method=method, data=TYPED if method == "POST" else None)
        return response.status_code, response.get_data(as_text=True) if "html" in response.content_type else ""


@pytest.fixture
def house(
    database_address: str, settings: Settings, edition: Edition, key_file: Path, tmp_path: Path
) -> Iterator[House]:
    own = replace(settings, database_url=database_address, vault_key_file=key_file, instance=tmp_path)
    site, gate = create_app(own, edition), StandIn()
    site.config["WTF_CSRF_ENABLED"] = False
    install_access(site, gate)
    with site.app_context():
        database = database_of(site)
        anna, bohdan = join(database, "anna@example.org", OURS), join(database, "bohdan@example.org", OURS)
        theirs = join(database, "theirs@example.org", THEIRS, Role.COORDINATOR)
        yield House(site, gate, begun(database, anna, edition, shelf_of()), bohdan, theirs)
    database.engine.dispose()


def begun(database: Database, who: Who, edition: Edition, shelf: Shelf) -> Family:
    """Open a case and do with it whatever can be done."""
    now = datetime.now(UTC)
    id_ = opened(database, who, MOTHER)
    guidance = Guidance(edition.part(Pathways))
    with inside(database, who.organisation) as session:
        answers = [("who", "armed-forces"), ("soldier", "notified")]
        working.answer_route(session, id_, answers, guidance=guidance, who=who, now=now)
        task = working.add_task(session, id_, "Знайти фото", phase=Phase.NOW, remind=None, who=who, now=now)
        talking.write_note(session, id_, "Хвора на серце", who=who, now=now)
        talking.write_message(session, id_, "Заяву прийнято", who=who, now=now)
        papers.add_paper(
            session, shelf, id_, accepted(), name="довіреність.pdf", kind=Paper.POWER_OF_ATTORNEY, who=who, now=now
        )
        case = cases.read_case(session, id_, who=who, now=now)
        step = working.work(session, case, guidance=guidance, who=who, now=now).items[0].id
        paper, missing = papers.papers_of(session, case)[0].id, case.missing[0].id
        asked = [
            asking.begin(session, id_, missing, Manner.REPRESENTATIVE, who=who, random=Random(), now=now)
            for _ in range(2)
        ]
        _, draft = asking.draft_of(session, case, asked[0], now=now)
        pages = {
            Page.APPLICANT: {**draft.answers[Page.APPLICANT], **ACTING}, Page.PURPOSE: WHY, Page.PAPERS: {"later": "1"},
        }  # fmt: skip
        for one in asked:
            asking.save(session, shelf, id_, one, pages, [paper], who=who, now=now)
        terms = Terms(frozenset({Share.PAPERS}), "free-legal-aid", Need.LEGAL_AID, now.date() + timedelta(days=30))
        consent = consenting.record_signed(
            session, shelf, id_, terms, ("згода.pdf", accepted(2)), directory=edition.part(Directory), who=who, now=now
        )
        asking.send(session, id_, asked[0], consent=CONSENT, who=who, random=Random(), now=now)
        directory, shares = edition.part(Directory), frozenset({Share.MISSING_NAME})
        agreed = Terms(shares, BODY, Need.LEGAL_AID, now.date() + timedelta(days=30))
        consenting.record_spoken(session, id_, agreed, "Свідок", directory=directory, who=who, now=now)
        order = Order(BODY, Referred.REFER, Need.LEGAL_AID, shares, [missing], "uk", message="Хто оскаржить відмову?")
        sent = referring.send(session, id_, order, directory=directory, who=who, now=now)
    parts = {
        "id_": (id_,),
        "missing": (missing,),
        "account": (who.account,),
        "item": (step, task),
        "paper": (paper,),
        "asked": tuple(asked),
        "consent": (consent,),
        "body": (BODY,),
        "referral": (sent.referral,),
    }
    return Family(who, parts)


def views(site: Flask) -> list[tuple[Rule, str]]:
    """Return every rule of a view that stands in a `volunteer.py` of cases, with its methods."""
    found = []
    for rule in site.url_map.iter_rules():
        file = Path(inspect.unwrap(site.view_functions[rule.endpoint]).__code__.co_filename)
        if file.is_relative_to(OF_CASES) and file.name == "volunteer.py":
            found += [(rule, method) for method in ("GET", "POST") if method in (rule.methods or ())]
    return found


def addresses(rule: Rule, family: Family) -> list[str]:
    """Return the addresses of a rule at this family. A name that no part of it has is to be added to `parts`."""
    names = sorted(rule.arguments - {"language"})
    assert set(names) <= family.parts.keys(), f"say in `begun` what stands in {rule.rule}"
    most = max((len(family.parts[name]) for name in names), default=1)
    found = []
    for place in range(most):
        values = {name: family.parts[name][min(place, len(family.parts[name]) - 1)] for name in names}
        built = rule.build({"language": "uk", **values})
        assert built is not None
        found.append(built[1])
    return found


def test_a_case_is_open_to_who_helps_and_does_not_exist_for_a_neighbour_or_a_colleague(house: House) -> None:
    walked = 0
    for rule, method in views(house.site):
        if "id_" not in rule.arguments:
            continue
        for address in addresses(rule, house.family):
            place = (rule.endpoint, method)
            status, _ = house.ask(house.neighbour, address, method)
            assert status == 404, (place, status)
            # What only a coordinator may do is refused to a colleague before the case is looked for.
            status, _ = house.ask(house.colleague, address, method)
            assert status in (403, 404), (place, status)
            walked += 1
    assert walked > 50
    seen = ""
    for rule, method in views(house.site):
        if "id_" in rule.arguments and method == "GET":
            answers = [house.ask(house.family.who, address) for address in addresses(rule, house.family)]
            assert any(status < 400 for status, _ in answers), (rule.endpoint, "the walk above proves nothing here")
            seen += "".join(text for _, text in answers)
    assert all(secret in seen for secret in SECRETS), "nothing of it was changed, and its helper still reads it"


def test_of_a_closed_case_its_coordinator_reads_every_page_and_its_helper_none(house: House) -> None:
    family = house.family
    with house.site.app_context(), inside(database_of(house.site), OURS) as session:
        cases.close(session, family.parts["id_"][0], Closing.HELPED, who=family.who, now=datetime.now(UTC))
    lead = replace(house.colleague, leads=True)
    for rule, method in views(house.site):
        for address in addresses(rule, family) if "id_" in rule.arguments else ():
            status, _ = house.ask(family.who, address, method)
            assert status in (403, 404), (rule.endpoint, method, status)
        if "id_" in rule.arguments and method == "GET":
            answers = [house.ask(lead, address) for address in addresses(rule, family)]
            assert any(status < 400 for status, _ in answers), rule.endpoint


def test_no_page_that_names_no_case_shows_a_family_of_others(house: House) -> None:
    for rule, method in views(house.site):
        if "id_" in rule.arguments or method != "GET" or rule.arguments - {"language"}:
            continue
        for who in (house.neighbour, house.colleague):
            _, text = house.ask(who, addresses(rule, house.family)[0])
            assert not [secret for secret in SECRETS if secret in text], (rule.endpoint, who)
    _, text = house.ask(house.family.who, "/uk/cases")
    assert SECRETS[0] in text

"""The pages on which a helper works: the route on one page, the list, a step, tasks, messages, papers, a request."""

from __future__ import annotations

import re
from io import BytesIO

from flask import Flask
from werkzeug.test import TestResponse

from app.accounts.model import PERMISSIONS, Role
from app.web.access import Actor
from tests.asking import CONSENT
from tests.lint import LintingClient
from tests.test_cases_isolation import House, house
from tests.uploaded import pdf, written

__all__ = ["house"]


class Desk:
    """A helper at the pages of their family's case."""

    def __init__(self, house: House, language: str = "en") -> None:
        family = house.family
        house.gate.who = Actor(family.who.account, frozenset(PERMISSIONS[Role.VOLUNTEER]), family.who.organisation)
        self.client, self.parts = LintingClient(house.site), family.parts
        self.case = f"/{language}/cases/{family.parts['id_'][0]}"

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(f"{self.case}{path}")
        assert answer.status_code == status, path
        return answer.get_data(as_text=True)

    def post(self, path: str, data: dict[str, object], status: int = 303) -> TestResponse:
        answer = self.client.post(f"{self.case}{path}", data=data)
        assert answer.status_code == status, path
        return answer

    def item(self, title: str) -> str:
        """Return the address of a step by its title."""
        found = re.search(rf'href="[^"]*(/plan/\w+)">{re.escape(title)}', self.get("/plan"))
        assert found is not None, title
        return found[1]


def test_a_helper_works_with_a_family_from_its_answers_to_the_extract(house: House) -> None:
    desk = Desk(house)
    asks_and_plans(desk)
    notes_steps(desk)
    writes(desk)
    keeps_papers(desk, house.site)
    asks_for_an_extract(desk)


def asks_and_plans(desk: Desk) -> None:
    further = desk.post("/route", {"who": "civilian"})
    assert further.location.endswith("said=more"), "an essential question follows"
    assert "Further questions follow" in desk.get("/route?said=more")
    wrong = desk.post("/route", {"who": ["civilian", "unknown"]}, 422).get_data(as_text=True)
    assert "contradicts the other answers" in wrong
    late = {"who": "civilian", "civilian": "no-contact", "when-day": "30", "when-month": "2", "when-year": "2026"}
    assert 'id="when-wrong"' in desk.post("/route", late, 422).get_data(as_text=True)
    assert "carries no answers" in desk.post("/route", {"link": "https://example.org/"}, 422).get_data(as_text=True)
    link = "https://example.org/uk/plan?who=armed-forces&soldier=notified&when=2026-10-02"
    assert desk.post("/route", {"link": link}).location.endswith("/plan")
    assert 'value="2026"' in desk.get("/route"), "what was answered stands there for the next time"
    assert 'value="captive-confirmed" id="soldier-captive-confirmed" checked' in desk.get(
        "/route?who=armed-forces&soldier=captive-confirmed"
    ), "a link of a plan opens the questions with its answers"


def notes_steps(desk: Desk) -> None:
    police = desk.item("File a statement with the police today")
    refused = desk.post(police, {"progress": "waiting", "remind": "2026-02-30", "remark": "No. 12"}, 422)
    text = refused.get_data(as_text=True)
    assert 'href="#remind"' in text
    assert "No. 12" in text, "nothing that was typed is lost"
    desk.post(police, {"progress": "done", "remark": "No. 12"})
    assert "No. 12" in desk.get("/plan")
    assert "A step was done" in desk.get(police)
    assert "Write what is to be done." in desk.post("/tasks", {"title": " "}, 422).get_data(as_text=True)
    desk.post("/tasks", {"title": "Photo", "phase": "week", "remind": "2020-01-01"})
    desk.post(f"{desk.item('Photo')}", {"progress": "started", "title": "Two photos", "remind": "2020-01-01"})
    due = desk.client.get("/en/cases/today").get_data(as_text=True)
    assert re.search(r"Overdue</h2>.*Two photos.*Reminder.*1 January 2020", due, re.S)
    assert "1 thing today" in desk.client.get("/en/cases").get_data(as_text=True)
    desk.post(desk.item("Two photos").replace("/plan/", "/tasks/") + "/remove", {})
    assert "Two photos" not in desk.get("/plan")
    pack = desk.get("/plan/print")
    assert "☑</span> 1." in pack, "what is done is ticked on paper, too"
    assert "Подайте заяву до поліції сьогодні" in pack
    assert "Papers to take along" in pack


def writes(desk: Desk) -> None:
    for name in ("note", "message"):
        assert f'id="{name}-wrong"' in desk.post(f"/{name}s", {name: " "}, 422).get_data(as_text=True)
        desk.post(f"/{name}s", {name: f"{name} to try"})
    text = desk.get("/talk")
    messages, _, notes = text.partition('id="notes"')
    assert "message to try" in messages
    assert "not read yet" in messages
    assert "note to try" in notes


def keeps_papers(desk: Desk, site: Flask) -> None:
    data = {"kind": "identity", "files": (BytesIO(written(pdf())), "passport.pdf")}
    desk.post("/papers", data)
    wrong = {"kind": "identity", "files": (BytesIO(b"nonsense"), "x.txt")}
    assert "neither a photo" in desk.post("/papers", wrong, 422).get_data(as_text=True)
    assert "Choose a file first." in desk.post("/papers", {"kind": "identity"}, 422).get_data(as_text=True)
    found = re.search(r'href="[^"]*(/papers/\w+)">passport\.pdf', desk.get("/papers"))
    assert found is not None
    file = desk.client.get(f"{desk.case}{found[1]}")
    assert (file.mimetype, file.headers["Cache-Control"]) == ("application/pdf", "no-store")
    desk.post(f"{found[1]}/remove", {})
    assert "passport.pdf" not in desk.get("/papers")
    desk.get(found[1], 404)


def asks_for_an_extract(desk: Desk) -> None:
    filed, begun = desk.parts["asked"]
    assert "Choose who asks." in desk.post("/requests", {"manner": ""}, 422).get_data(as_text=True)
    assert "Sheet for the family" in desk.get(f"/requests/{filed}")
    assert "Passphrase" in desk.get(f"/requests/{filed}/sheet")
    # Without the power of attorney the check says so, and sending leads back to it.
    fields: dict[str, object] = {
        "surname": "Демонстраційний", "given": "Тарас", "born-year": "1990", "contact-surname": "Захисна",
        "contact-given": "Олена", "principal-surname": "Демонстраційна", "principal-given": "Ганна",
        "principal-kinship": "parent", "purposes": "benefits", "channel": "email", "email": "mother@example.org",
        "language": "uk", "later": "1",
    }  # fmt: skip
    desk.post(f"/requests/{begun}", fields)
    assert "is not proved" in desk.get(f"/requests/{begun}/check")
    assert desk.post(f"/requests/{begun}/send", {"consent": CONSENT}).location.endswith("/check")
    desk.post(f"/requests/{begun}", {**fields, "papers": desk.parts["paper"][0], "purposes": []})
    assert "complete this part" in desk.get(f"/requests/{begun}/check")
    assert 'href="#purposes"' in desk.get(f"/requests/{begun}?wrong=1")
    desk.post(f"/requests/{begun}", {**fields, "papers": desk.parts["paper"][0]})
    refused = desk.post(f"/requests/{begun}/send", {}, 422).get_data(as_text=True)
    assert 'href="#consent"' in refused
    for _ in range(2):
        desk.post(f"/requests/{begun}/send", {"consent": CONSENT})
    assert "received; it waits for its turn" in desk.get(f"/requests/{begun}")
    desk.post(f"/requests/{begun}/drop", {}, 404)

"""What a family takes along of its case: everything that is kept of it, without the notes of its helpers."""

from __future__ import annotations

import json

from app.audit.model import Event
from app.audit.store import records_on
from app.cases import actions
from app.cases.actions import Who
from app.cases.taking.actions import copy_of
from app.cases.taking.model import as_data
from app.cases.working.actions import Guidance, add_task
from app.cases.working.talking import actions as talking
from app.pathways.model import Pathways, Phase
from app.storage.database import Database
from app.web.edition import Edition
from tests.families import NOW, OURS, inside, opened
from tests.test_cases import anna, bohdan, lead, neighbour

__all__ = ["anna", "bohdan", "lead", "neighbour"]


def test_a_copy_holds_what_is_kept_of_the_family_but_no_note_of_its_helpers(
    database: Database, edition: Edition, anna: Who
) -> None:
    id_, guidance = opened(database, anna), Guidance(edition.part(Pathways))
    with inside(database, OURS) as session:
        talking.write_note(session, id_, "лише для нас", who=anna, now=NOW)
        talking.write_message(session, id_, "Завтра о десятій", who=anna, now=NOW)
        add_task(session, id_, "Знайти фото", phase=Phase.NOW, remind=None, who=anna, now=NOW)
        case = actions.read_case(session, id_, who=anna, now=NOW)
        data = as_data(copy_of(session, case, guidance=guidance, by=f"family:{case.reference}", now=NOW))
    text = json.dumps(data, ensure_ascii=False)
    assert data["reference"] == case.reference
    assert data["missing"][0]["person"]["given"] == "Тарас"
    assert data["family"]["contact"]["phone"] == "050 000 00 01"
    assert [one["text"] for one in data["messages"]] == ["Завтра о десятій"]
    assert [one["title"] for one in data["plan"]] == ["Знайти фото"]
    assert (data["notes_not_included"], "лише для нас" in text) == (1, False)
    with inside(database, OURS) as session:
        taken = records_on(session, [case.subject], (Event.CASE_EXPORTED,), before=0, limit=9)
    assert [one.actor for one in taken] == [f"family:{case.reference}"]

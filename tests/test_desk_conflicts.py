"""Requests of relatives that contradict one another: flagged, held, and ruled on by a supervisor; on both databases."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from app.accounts.model import FourEyesError
from app.extracts.desk import actions
from app.extracts.desk.conflicts.actions import ConflictError, RuledError
from app.extracts.desk.conflicts.model import Conflict, Ground, Ruling, Standing, grounds
from app.extracts.desk.decision import NoTextError, Outcome, Verdict
from app.extracts.desk.store import Sieve
from app.extracts.draft import Page
from app.extracts.model import Kinship
from app.extracts.request import State
from app.storage.database import Database
from app.storage.folder import Folder
from tests.asking import ANSWERS, file_draft, filled
from tests.register_entries import recorded, with_person
from tests.test_desk_requests import FIRST, NOW, SECOND, drawn

WIFE = Standing(b"wife", b"claim", Kinship.SPOUSE, 1)


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def standing(
    contact: bytes = b"other", claim: bytes = b"claim", kinship: Kinship = Kinship.PARENT, entry: int = 1
) -> Standing:
    return Standing(contact, claim, kinship, entry)


def test_a_mother_and_a_wife_on_one_entry_are_no_conflict() -> None:
    assert grounds(WIFE, [standing(), standing(entry=0)], []) == []


def test_one_person_matched_to_two_entries_is_a_conflict() -> None:
    assert grounds(WIFE, [standing(entry=2)], []) == [Ground.ENTRIES_DIFFER]
    # Another claim that leads to another entry is of somebody else.
    assert grounds(WIFE, [standing(claim=b"another", entry=2)], []) == []


def test_two_wives_are_a_conflict_and_one_who_asks_again_is_none() -> None:
    assert grounds(WIFE, [standing(kinship=Kinship.SPOUSE)], []) == [Ground.TWO_SPOUSES]
    assert grounds(WIFE, [standing(contact=b"wife", kinship=Kinship.SPOUSE)], []) == []


def test_what_a_supervisor_let_go_on_is_not_flagged_again_for_the_same_entry() -> None:
    settled = [Conflict("1", "r", "DV", Ground.TWO_SPOUSES, entry, FIRST, NOW, ruling=Ruling.GO_ON) for entry in (1, 7)]
    assert grounds(WIFE, [standing(kinship=Kinship.SPOUSE)], settled) == []
    assert grounds(WIFE, [standing(kinship=Kinship.SPOUSE)], settled[1:]) == [Ground.TWO_SPOUSES]


def wives(database: Database) -> tuple[str, str]:
    """File a request, match it, and file another on the same person by somebody who also says that she is the wife."""
    other = {**ANSWERS, Page.CONTACT: {**ANSWERS[Page.CONTACT], "email": "insha@example.org"}}
    one = file_draft(database, filled(database, now=NOW), now=NOW).id
    with database.writing() as session:
        recorded(session, with_person(surname="Прикладенко", given="Зразок", patronymic="Тестович"))
        actions.match(session, one, 1, actor=FIRST, now=NOW)
    return one, file_draft(database, filled(database, now=NOW, answers=other), now=NOW).id


def conflicts_of(database: Database, id_: str) -> list[Conflict]:
    with database.writing() as session:
        return list(actions.read_request(session, id_, actor=FIRST, now=NOW).conflicts)


def test_two_wives_hold_both_requests_until_a_supervisor_has_ruled(database: Database, shelf: Folder) -> None:
    one, two = wives(database)
    with database.writing() as session:
        actions.propose(session, one, Outcome.EXTRACT, actor=FIRST, now=NOW)
    with database.writing() as session:
        actions.match(session, two, 1, actor=FIRST, now=NOW)
    [conflict] = conflicts_of(database, one)
    assert (conflict.ground, conflict.request) == (Ground.TWO_SPOUSES, two)
    with database.writing() as session, pytest.raises(ConflictError):
        actions.issue(session, shelf, one, draw=drawn, random=Random(), actor=SECOND, now=NOW)
    with database.writing() as session, pytest.raises(ConflictError):
        actions.propose(session, two, Outcome.NO_ENTRY, actor=FIRST, now=NOW)
    with database.reading() as session:
        held = Sieve(states=(State.FILED, State.MATCHED, State.PROPOSED), in_conflict=True)
        assert [row.id for row in actions.store.queue(session, held, limit=9)] == [two]
    with database.writing() as session:
        actions.rule(session, two, conflict.id, Ruling.GO_ON, "Шлюб розірвано.", actor=SECOND, now=NOW)
        actions.issue(session, shelf, one, draw=drawn, random=Random(), actor=SECOND, now=NOW)
        # Matched once more, it is not flagged again: the supervisor has seen it.
        actions.match(session, two, 1, actor=FIRST, now=NOW)
        actions.propose(session, two, Outcome.EXTRACT, actor=FIRST, now=NOW)


def test_who_raised_a_conflict_does_not_rule_on_it_and_a_ruling_says_why(database: Database) -> None:
    one, _ = wives(database)
    with database.writing() as session, pytest.raises(NoTextError):
        actions.raise_conflict(session, one, Ground.PAPERS_IN_DOUBT, " ", actor=FIRST, now=NOW)
    with database.writing() as session:
        actions.raise_conflict(session, one, Ground.PAPERS_IN_DOUBT, "Печатка не та.", actor=FIRST, now=NOW)
    [conflict] = conflicts_of(database, one)
    with pytest.raises(FourEyesError), database.writing() as session:
        actions.rule(session, one, conflict.id, Ruling.GO_ON, "Гаразд.", actor=FIRST, now=NOW)
    with database.writing() as session, pytest.raises(NoTextError):
        actions.rule(session, one, conflict.id, Ruling.GO_ON, "", actor=SECOND, now=NOW)
    with database.writing() as session:
        actions.rule(session, one, conflict.id, Ruling.GO_ON, "Перевірено в РАЦС.", actor=SECOND, now=NOW)
    with database.writing() as session, pytest.raises(RuledError):
        actions.rule(session, one, conflict.id, Ruling.GO_ON, "Ще раз.", actor=SECOND, now=NOW)


def test_who_proposed_the_decision_does_not_rule_on_what_holds_it(database: Database) -> None:
    one, _ = wives(database)
    with database.writing() as session:
        actions.propose(session, one, Outcome.EXTRACT, actor=SECOND, now=NOW)
        actions.raise_conflict(session, one, Ground.RELATIVES_DISPUTE, "Мати каже інше.", actor=FIRST, now=NOW)
    [conflict] = conflicts_of(database, one)
    with pytest.raises(FourEyesError), database.writing() as session:
        actions.rule(session, one, conflict.id, Ruling.MATCH_ANEW, "Не той запис.", actor=SECOND, now=NOW)


def test_a_ruling_can_send_a_proposed_request_back_to_be_matched_anew(database: Database) -> None:
    one, _ = wives(database)
    with database.writing() as session:
        actions.propose(session, one, Outcome.EXTRACT, actor=FIRST, now=NOW)
        actions.raise_conflict(session, one, Ground.RELATIVES_DISPUTE, "Мати каже інше.", actor=FIRST, now=NOW)
    [conflict] = conflicts_of(database, one)
    with database.writing() as session:
        actions.rule(session, one, conflict.id, Ruling.MATCH_ANEW, "Не той запис.", actor=SECOND, now=NOW)
        found = actions.read_request(session, one, actor=FIRST, now=NOW)
    assert (found.request.state, found.entry) == (State.FILED, 0)
    assert [proposal.verdict for proposal in found.proposals] == [Verdict.RETURNED]
    # The applicant reads nothing of it.
    with database.reading() as session:
        assert {entry.what.value for entry in actions.requests.follow(session, one).history} == {"filed"}

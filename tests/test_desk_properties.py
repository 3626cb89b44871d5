"""Any order of deeds by any officers on any requests keeps the promises of the desk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.model import FourEyesError
from app.audit.store import Wanted, records
from app.extracts import actions as requests
from app.extracts.desk import actions, store
from app.extracts.desk.conflicts.actions import ConflictError
from app.extracts.desk.conflicts.model import Ground, Ruling
from app.extracts.desk.conflicts.store import ConflictRow
from app.extracts.desk.decision import Outcome, Reason, Step
from app.extracts.request import StateError
from app.extracts.store import RequestRow
from app.outbox.store import JobRow
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.folder import Folder
from tests.asking import file_draft, filled
from tests.register_entries import recorded

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DEEDS = (
    "ask",
    "answer",
    "match",
    "extract",
    "no-entry",
    "refusal",
    "return",
    "refuse",
    "issue",
    "withdraw",
    "flag",
    "rule",
)
DECIDED = {"extract.issued": "issued", "request.refused": "refused"}


def do(session: Session, shelf: Folder, id_: str, deed: str, actor: str) -> None:
    match deed:
        case "ask":
            actions.ask(session, id_, "Питання?", actor=actor, now=NOW)
        case "answer":
            actions.answer(session, id_, "Відповідь.", now=NOW)
        case "match":
            actions.match(session, id_, 1, actor=actor, now=NOW)
        case "extract" | "no-entry" | "refusal":
            actions.propose(
                session, id_, Outcome(deed), reason=Reason.NOT_ENTITLED, step=Step.ASK_HOTLINE, text="Ні.",
                actor=actor, now=NOW,
            )  # fmt: skip
        case "return":
            actions.return_proposal(session, id_, "Ще раз.", actor=actor, now=NOW)
        case "refuse":
            actions.refuse(session, id_, actor=actor, now=NOW)
        case "issue":
            actions.issue(session, shelf, id_, draw=lambda _: b"%PDF", random=Random(), actor=actor, now=NOW)
        case "flag":
            actions.raise_conflict(session, id_, Ground.RELATIVES_DISPUTE, "Суперечка.", actor=actor, now=NOW)
        case "rule":
            known = actions.read_request(session, id_, actor=actor, now=NOW).conflicts
            for one in known:
                if one.ruling is Ruling.OPEN and one.request == id_:
                    actions.rule(session, id_, one.id, Ruling.MATCH_ANEW, "Наново.", actor=actor, now=NOW)
        case _:
            requests.withdraw(session, id_, now=NOW)


deed = st.tuples(st.sampled_from(DEEDS), st.integers(0, 1), st.sampled_from(("account:a", "account:b")))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(deed, min_size=8, max_size=28))
def test_any_order_of_deeds_keeps_the_promises(
    database: Database, tmp_path: Path, deeds: list[tuple[str, int, str]]
) -> None:
    shelf = Folder(tmp_path / "files")
    ids = [file_draft(database, filled(database, now=NOW), now=NOW).id for _ in range(2)]
    with database.writing() as session:
        if session.query(RequestRow).count() == 2:
            recorded(session)
    for what, which, actor in deeds:
        try:
            with database.writing() as session:
                do(session, shelf, ids[which], what, actor)
        except (StateError, FourEyesError, actions.NoMatchError, ConflictError):
            continue
    with database.reading() as session:
        issued = session.query(store.IssuedRow).all()
        assert sorted(row.number for row in issued) == list(range(1, len(issued) + 1))
        assert len({row.request_id for row in issued}) == len(issued)
        for row in session.query(store.ProposalRow).filter(store.ProposalRow.decided_by != ""):
            assert row.proposed_by != row.decided_by
        for row in session.query(ConflictRow).filter(ConflictRow.ruled_by != ""):
            assert row.raised_by != row.ruled_by
        for id_ in ids:
            request = session.get_one(RequestRow, id_)
            told = [record.event for record in records(session, Wanted(subject=f"request:{request.reference}"))]
            decided = [DECIDED[event] for event in told if event in DECIDED]
            assert decided == ([request.state] if request.state in DECIDED.values() else [])
            letters = session.query(JobRow).filter(JobRow.key == f"request-news:decision:{id_}").count()
            assert letters == len(decided)

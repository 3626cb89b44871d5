"""What a draft makes of whatever is typed, and the life of requests under any order of deeds."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from app.extracts import actions, store
from app.extracts.draft import (
    KEPT,
    Answers,
    Fault,
    Page,
    applicant,
    as_text,
    claim,
    cut,
    date_of,
    faults,
    fields_of,
    folded_claim,
    folded_contact,
    missing_papers,
    pages_of,
    read_answers,
    undone,
)
from app.extracts.evidence import Paper
from app.extracts.guesses import Guesses, after_wrong, opens_at
from app.extracts.model import Kinship
from app.extracts.request import MOVES, OPEN, Deed, State, StateError, after
from app.outbox.store import JobRow
from app.storage.database import open_database
from app.storage.files import StoredFileRow
from app.storage.folder import Folder
from tests.asking import ANSWERS, CONSENT, accepted

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)

too_long = st.builds(
    lambda piece, length: (piece * length)[:length], st.text(min_size=1, max_size=8), st.integers(KEPT, KEPT + 50)
)
"""A text around the longest that is kept: a short piece again and again, so that Hypothesis draws little for it."""

typed_text = st.one_of(
    st.text(max_size=30),
    too_long,
    st.sampled_from(
        ["", " ", "1990", "31", "٣", "²", "0", "-1", "99999", "x@y.z", "+380", "1" * 400, "spouse", "email"]
    ),
)


def fields() -> st.SearchStrategy[dict[str, str]]:
    names = sorted({field.name for page in Page for field in fields_of(page, {Page.KINSHIP: {"kinship": "lawyer"}})})
    return st.dictionaries(st.sampled_from([*names, "unknown"]), typed_text, max_size=6)


anything = st.dictionaries(st.sampled_from(Page), fields(), max_size=6)


@given(answers=anything)
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_is_kept_and_judged(answers: Answers) -> None:
    kept = {page: cut(typed) for page, typed in answers.items()}
    assert read_answers(as_text(kept)) == kept
    for page in Page:
        names = {field.name for field in fields_of(page, kept)}
        assert {name for name, _ in faults(page, kept, today=TODAY)} <= names
    claim(kept).person.as_text()
    assert isinstance(folded_claim(kept) + folded_contact(kept), str)
    assert set(undone(kept, (), today=TODAY)) <= set(pages_of(kept))


@given(answers=anything)
@settings(max_examples=50, deadline=None)
def test_an_applicant_is_made_of_any_answers_with_a_kinship(answers: Answers) -> None:
    for kinship in Kinship:
        whole = {**answers, Page.KINSHIP: {"kinship": kinship.value}}
        assert applicant(whole).kinship is kinship
        missing_papers(whole, ())


def test_the_family_of_the_tests_has_no_faults() -> None:
    assert undone(ANSWERS, (), today=TODAY) == []
    assert applicant(ANSWERS).email == "wzirtsia@example.org"
    assert claim(ANSWERS).person.surname == "Прикладенко"


@pytest.mark.parametrize(
    ("page", "name", "text", "fault"),
    [
        (Page.PERSON, "surname", "", Fault.MISSING),
        (Page.PERSON, "surname", "—7—", Fault.NO_LETTER),
        (Page.PERSON, "surname", "я" * 121, Fault.TOO_LONG),
        (Page.PERSON, "born-year", "2030", Fault.NOT_YET),
        (Page.PERSON, "born-year", "1701", Fault.TOO_EARLY),
        (Page.PERSON, "born-year", "", Fault.NO_YEAR),
        (Page.PERSON, "born-year", "давно", Fault.NO_DATE),
        (Page.PURPOSE, "purposes", "pension palace", Fault.NOT_OFFERED),
        (Page.CONTACT, "email", "wzirtsia@", Fault.NO_EMAIL),
        (Page.CONTACT, "phone", "12", Fault.NO_PHONE),
        (Page.CONTACT, "language", "xx", Fault.NOT_OFFERED),
    ],
)
def test_a_fault_is_named_at_its_field(page: Page, name: str, text: str, fault: Fault) -> None:
    answers = {**ANSWERS, page: {**ANSWERS[page], name: text}}
    assert (name, fault) in faults(page, answers, today=TODAY)


def test_a_date_may_be_partial_but_is_one_of_the_calendar() -> None:
    assert str(date_of({"born-year": "1990"}, "born")) == "1990"
    assert str(date_of({"born-year": "1990", "born-month": "٤"}, "born")) == "1990-04"
    for wrong in ({"born-year": "1990", "born-day": "3"}, {"born-year": "1990", "born-month": "13"}, {}):
        assert date_of(wrong, "born") is None


def test_equal_people_are_equal_however_they_are_spelt_in_case_and_signs() -> None:
    other = {**ANSWERS[Page.PERSON], "surname": "  ПРИКЛАДЕНКО ", "patronymic": "тестович"}
    assert folded_claim({Page.PERSON: other}) == folded_claim(ANSWERS)


def test_papers_follow_the_kinship_and_one_of_several_is_enough() -> None:
    assert missing_papers(ANSWERS, ()) == [Paper.IDENTITY, Paper.MARRIAGE_CERTIFICATE]
    lawyer = {
        Page.KINSHIP: {"kinship": "representative"},
        Page.APPLICANT: {"principal-kinship": "spouse"},
    }
    missing = missing_papers(lawyer, {"identity", "child_acted_for"})
    assert Paper.POWER_OF_ATTORNEY not in missing
    assert Paper.MARRIAGE_CERTIFICATE in missing


def test_deeds_lead_only_where_the_table_says() -> None:
    for state in State:
        for deed in Deed:
            if (state, deed) in MOVES:
                assert after(state, deed) is MOVES[state, deed]
            else:
                with pytest.raises(StateError):
                    after(state, deed)
    assert all(state in OPEN for state, _ in MOVES)
    assert all(after(state, Deed.WITHDRAW) is State.WITHDRAWN for state in OPEN)


@given(gaps=st.lists(st.integers(min_value=0, max_value=4000), max_size=30))
def test_guesses_never_come_faster_than_ten_an_hour(gaps: list[int]) -> None:
    now, counted, looked_at = NOW, None, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if opens_at(counted, now) is None:
            counted = after_wrong(counted, now)
            looked_at.append(now)
    assert counted is None or isinstance(counted, Guesses)
    for place, first in enumerate(looked_at):
        within = [at for at in looked_at[place:] if at - first < timedelta(minutes=10)]
        assert len(within) <= 10


class Life(RuleBasedStateMachine):
    """Families, tabs and devices do whatever they like with drafts and requests."""

    drafts = Bundle("drafts")
    requests = Bundle("requests")
    place: Path
    prepared: Path
    key_file: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=self.place))
        shutil.copy(self.prepared, self.folder / "life.sqlite3")
        self.database = open_database(f"sqlite:///{self.folder / 'life.sqlite3'}", keys="", key_file=self.key_file)
        self.shelf = Folder(self.folder / "files")
        self.random = Random(1)
        self.now = NOW
        self.acknowledged: dict[str, tuple[str, str]] = {}
        self.deleted: set[str] = set()

    def teardown(self) -> None:
        self.database.engine.dispose()

    @rule(target=drafts)
    def begin(self) -> str:
        with self.database.writing() as session:
            typed = ANSWERS[Page.KINSHIP]
            return actions.begin_draft(session, Page.KINSHIP, typed, random=self.random, now=self.now).id

    @rule(target=drafts)
    def fill(self) -> str:
        id_ = self.begin()
        with self.database.writing() as session:
            for page, typed in ANSWERS.items():
                actions.save_page(session, id_, page, typed, now=self.now)
        return id_

    @rule(id_=drafts, page=st.sampled_from(Page), typed=fields())
    def save(self, id_: str, page: Page, typed: dict[str, str]) -> None:
        with self.database.writing() as session:
            try:
                actions.save_page(session, id_, page, typed, now=self.now)
            except (actions.DraftGoneError, actions.DraftFiledError):
                assert id_ in self.deleted | self.acknowledged.keys()

    @rule(id_=drafts, number=st.integers(min_value=1, max_value=4))
    def attach(self, id_: str, number: int) -> None:
        with self.database.writing() as session:
            try:
                actions.add_paper(
                    session, self.shelf, id_, accepted(number), name="а.pdf", kind=Paper.IDENTITY, now=self.now
                )
            except (actions.DraftGoneError, actions.DraftFiledError):
                assert id_ in self.deleted | self.acknowledged.keys()

    @rule(target=requests, id_=drafts)
    def file(self, id_: str) -> str:
        with self.database.writing() as session:
            try:
                filed = actions.file_request(
                    session, id_, consent=CONSENT, language="uk", random=self.random, now=self.now
                )
            except actions.DraftGoneError:
                assert id_ in self.deleted
                return ""
            except actions.IncompleteError:
                assert id_ not in self.acknowledged
                return ""
        known = self.acknowledged.setdefault(id_, (filed.reference, filed.id))
        assert known == (filed.reference, filed.id)
        return filed.id

    @rule(id_=drafts)
    def delete(self, id_: str) -> None:
        with self.database.writing() as session:
            actions.delete_draft(session, self.shelf, id_, actor=actions.VISITOR, now=self.now)
        if id_ not in self.acknowledged:
            self.deleted.add(id_)

    @rule(id_=requests, number=st.integers(min_value=5, max_value=7))
    def add(self, id_: str, number: int) -> None:
        with self.database.writing() as session, suppress(actions.UnknownRequestError, StateError):
            actions.add_to_request(
                session, self.shelf, id_, accepted(number), name="а.pdf", kind=Paper.IDENTITY, now=self.now
            )

    @rule(id_=requests)
    def withdraw(self, id_: str) -> None:
        with self.database.writing() as session:
            try:
                actions.withdraw(session, id_, now=self.now)
            except actions.UnknownRequestError:
                assert not id_

    @rule(hours=st.sampled_from([1, 30, 24 * 15]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        before = self._ids(store.DraftRow)
        actions.sweep(self.database, self.shelf, now=self.now)
        self.deleted |= before - self._ids(store.DraftRow)

    def _ids(self, table: Any) -> set[str]:
        with self.database.reading() as session:
            return {row.id for row in session.query(table)}

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        with self.database.reading() as session:
            rows = session.query(store.RequestRow).all()
            assert sorted((row.reference, row.id) for row in rows) == sorted(self.acknowledged.values())
            open_ = sorted((row for row in rows if row.state in OPEN), key=lambda row: (row.filed_at, row.id))
            assert [store.place_in_queue(session, row) for row in open_] == list(range(1, len(open_) + 1))
            files = {row.id for row in session.query(StoredFileRow)}
            papers = session.query(store.PaperRow).all()
            assert {paper.file_id for paper in papers} == files == {kept.id for kept in self.shelf.kept()}
            assert all((paper.draft_id is None) != (paper.request_id is None) for paper in papers)
            keys = [job.key for job in session.query(JobRow) if job.kind == "request.received"]
            assert len(keys) == len(set(keys)) == len(rows)


def test_requests_keep_their_promises_in_any_order_of_deeds(
    prepared_sqlite: Path, key_file: Path, tmp_path: Path
) -> None:
    made = type("Made", (Life,), {"place": tmp_path, "prepared": prepared_sqlite, "key_file": key_file})
    run_state_machine_as_test(
        made,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

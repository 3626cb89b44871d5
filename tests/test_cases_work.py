"""Working on a case: its route and list, tasks, notes, messages, papers, and what is due; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.model import Event
from app.audit.store import records_on
from app.cases import actions as cases
from app.cases.actions import ClosedError, UnknownCaseError, Who
from app.cases.model import Case, Closing, Happened
from app.cases.store import CaseRow
from app.cases.today import actions as today
from app.cases.working import actions
from app.cases.working.actions import Change, Guidance
from app.cases.working.model import Item, Novelty, Progress, UnfitError, Why, Work, Wrong
from app.cases.working.papers import actions as papers
from app.cases.working.store import StepRow
from app.cases.working.talking import actions as talking
from app.cases.working.talking.model import LONGEST, NoWordsError
from app.cases.working.talking.store import MessageRow, NoteRow
from app.content.edits import Edit, Edits
from app.extracts.draft import Answers, Page
from app.extracts.evidence import Paper
from app.outbox.store import JobRow
from app.pathways.model import Pathways, Phase, StepWords
from app.storage.database import Database
from app.storage.files import MOST_FILES, StoredFileRow, TooManyFilesError
from app.storage.folder import Folder
from tests.asking import accepted
from tests.small_route import line, question, route, situation, step
from tests.test_cases import NOW, OURS, TOLD, anna, bohdan, inside, lead, neighbour, opened

__all__ = ["anna", "bohdan", "lead", "neighbour"]

TODAY = date(2026, 11, 25)
ANSWERS = [("who", "soldier"), ("when", "2026-10-02")]
OF_SOLDIER = {"who": "soldier"}


def small(**words: str) -> Pathways:
    """A route in which a soldier's family goes to the police now, writes to the unit this week, and then to a court."""
    made = route(
        [question("who", "soldier", "civilian", essential=True), question("when", kind="date")],
        [
            situation("soldier", OF_SOLDIER, now=["police"], week=["unit"], then=["court"]),
            situation("civilian", {"who": "civilian"}, now=["police"]),
        ],
        [
            step("police", line("call", "do")),
            step("unit", answer_due={"days": 30, "counted": "calendar", "sources": ["page"]}),
            step("court", deadline={"months": 2, "from": "disappearance", "sources": ["page"]}),
        ],
    )
    texts = {code: dict(steps) for code, steps in made.step_words.items()}
    for id_, text in words.items():
        lines = dict.fromkeys(texts["uk"][id_].lines, text)
        texts["uk"][id_] = StepWords(title=texts["uk"][id_].title, lines=lines)
    return replace(made, step_words=MappingProxyType({code: MappingProxyType(steps) for code, steps in texts.items()}))


LIVE = Guidance(small())


def planned(database: Database, who: Who, guidance: Guidance = LIVE, told: Answers = TOLD) -> str:
    """Open a case and answer its route."""
    id_ = opened(database, who, told)
    with inside(database, who.organisation) as session:
        actions.answer_route(session, id_, list(ANSWERS), guidance=guidance, who=who, now=NOW)
    return id_


def case_of(database: Database, id_: str, who: Who) -> Case:
    with inside(database, who.organisation) as session:
        return cases.read_case(session, id_, who=who, now=NOW)


def work_of(database: Database, id_: str, who: Who, guidance: Guidance = LIVE, now: datetime = NOW) -> Work:
    with inside(database, who.organisation) as session:
        case = cases.read_case(session, id_, who=who, now=now)
        return actions.work(session, case, guidance=guidance, who=who, now=now)


def item_of(work: Work, step_: str) -> Item:
    return next(item for item in (*work.items, *work.left) if item.step == step_)


def noted(database: Database, id_: str, who: Who, step_: str, change: Change, now: datetime = NOW) -> None:
    item = item_of(work_of(database, id_, who), step_)
    with inside(database, who.organisation) as session:
        actions.note_step(session, id_, item.id, change, guidance=LIVE, who=who, now=now)


# The list


def test_the_plan_of_the_answers_becomes_a_list_in_its_order(database: Database, anna: Who) -> None:
    id_ = planned(database, anna)
    work = work_of(database, id_, anna)
    assert [(item.step, item.phase, item.progress) for item in work.items] == [
        ("police", Phase.NOW, Progress.NONE), ("unit", Phase.WEEK, Progress.NONE), ("court", Phase.THEN, Progress.NONE),
    ]  # fmt: skip
    assert {item.novelty for item in work.items} == {Novelty.SAME}, "who answers has seen what follows"
    assert item_of(work, "court").act_by == date(2026, 12, 2)
    with inside(database, OURS) as session:
        row = session.scalars(select(CaseRow)).one()
        assert row.route == "who=soldier&when=2026-10-02"
        assert b"soldier" not in (row.route_sealed or b""), "what the family answers is sealed"


def test_a_case_without_answers_has_no_plan(database: Database, anna: Who) -> None:
    assert work_of(database, opened(database, anna), anna) == Work([], [])


def test_each_step_says_how_far_it_is_since_when_and_by_whom(database: Database, anna: Who) -> None:
    id_ = planned(database, anna)
    noted(database, id_, anna, "police", Change(Progress.STARTED, remark="  Дзвонили, чергова 12  "))
    noted(database, id_, anna, "unit", Change(Progress.WAITING, remind=date(2026, 12, 1)))
    noted(database, id_, anna, "police", Change(Progress.DONE, remark="Прийняли"), now=NOW + timedelta(days=2))
    work = work_of(database, id_, anna)
    police, unit = item_of(work, "police"), item_of(work, "unit")
    assert (police.progress, police.days.started, police.days.done) == (Progress.DONE, TODAY, date(2026, 11, 27))
    assert (police.remark, police.by) == ("Прийняли", anna.reference)
    assert unit.days.waiting_until == date(2026, 12, 25), "30 days after it went out"
    assert unit.days.remind == date(2026, 12, 1)
    with inside(database, OURS) as session:
        case = cases.read_case(session, id_, who=anna, now=NOW)
        history = actions.history_of(session, case, police)
        assert [(one.what, one.by) for one in history] == [
            (Happened.STEP_DONE, anna.reference), (Happened.STEP_STARTED, anna.reference),
        ]  # fmt: skip
        assert len(records_on(session, [case.subject], (Event.CASE_WORKED,), before=0, limit=9)) == 4
        row = session.scalars(select(StepRow).where(StepRow.step == "police")).one()
        assert "Прийняли".encode() not in (row.remark_sealed or b"")


def test_what_cannot_stand_is_refused_and_changes_nothing(database: Database, anna: Who) -> None:
    id_ = planned(database, anna)
    for change, fault in (
        (Change(Progress.WAITING), ("until", Wrong.NO_DAY)),
        (Change(Progress.WAITING, until=date(2026, 11, 24)), ("until", Wrong.DAY_IS_OVER)),
        (Change(Progress.DONE, remark="х" * 501), ("remark", Wrong.TOO_LONG)),
    ):
        with pytest.raises(UnfitError) as refused:
            noted(database, id_, anna, "police", change)
        assert refused.value.faults == (fault,)
    assert item_of(work_of(database, id_, anna), "police").progress is Progress.NONE


def test_a_remark_on_a_waiting_step_does_not_move_its_day(database: Database, anna: Who) -> None:
    id_ = planned(database, anna)
    noted(database, id_, anna, "unit", Change(Progress.WAITING))
    due = item_of(work_of(database, id_, anna), "unit").days.waiting_until
    later = NOW + timedelta(days=40)
    noted(database, id_, anna, "unit", Change(Progress.WAITING, until=due, remark="мовчать"), now=later)
    unit = item_of(work_of(database, id_, anna), "unit")
    assert (unit.days.waiting_until, unit.remark) == (due, "мовчать")


def test_a_step_that_leaves_the_plan_stays_with_its_history_and_comes_back_as_it_was(
    database: Database, anna: Who
) -> None:
    id_ = planned(database, anna)
    noted(database, id_, anna, "unit", Change(Progress.STARTED, remark="Лист надіслано"))
    for who, here, left in (("civilian", ["police"], ["unit"]), ("soldier", ["police", "unit", "court"], [])):
        with inside(database, OURS) as session:
            actions.answer_route(session, id_, [("who", who)], guidance=LIVE, who=anna, now=NOW)
        work = work_of(database, id_, anna)
        assert [item.step for item in work.items] == here
        assert [item.step for item in work.left] == left, "at which nothing was noted leaves without a trace"
        assert item_of(work, "unit").remark == "Лист надіслано"
        assert item_of(work, "unit").progress is Progress.STARTED


# What changed in the guidance


def test_a_step_is_marked_when_the_live_edition_changes_it_until_somebody_has_looked(
    database: Database, anna: Who, bohdan: Who
) -> None:
    id_ = planned(database, anna)
    second = Guidance(small(police="Зателефонуйте на інший номер: 103."))
    work = work_of(database, id_, anna, second, NOW + timedelta(days=1))
    assert [item.step for item in work.items if item.novelty is Novelty.CHANGED] == ["police"]
    assert item_of(work, "police").looked_at == NOW, "since when is known"
    with inside(database, OURS) as session:
        found = today.agenda(session, who=anna, guidance=second, now=NOW + timedelta(days=1))
        assert [(one.why, one.step) for one in found.items if one.why is Why.CHANGED] == [(Why.CHANGED, "police")]
        actions.look(session, id_, item_of(work, "police").id, guidance=second, who=anna, now=NOW + timedelta(days=1))
    assert {item.novelty for item in work_of(database, id_, anna, second).items} == {Novelty.SAME}


def test_a_minor_edit_marks_nothing(database: Database, anna: Who) -> None:
    id_ = planned(database, anna)
    edit = Edit("pathways/steps/police/uk.yaml", NOW + timedelta(hours=1), True)
    second = Guidance(small(police="Слово виправлене"), Edits((edit,)))
    assert item_of(work_of(database, id_, anna, second), "police").novelty is Novelty.SAME
    meant = Guidance(second.pathways, Edits((edit, replace(edit, is_minor=False))))
    assert item_of(work_of(database, id_, anna, meant), "police").novelty is Novelty.CHANGED


def test_a_step_that_the_guidance_adds_is_new_until_somebody_has_looked(database: Database, anna: Who) -> None:
    before = Guidance(replace(small(), situations=(situation("soldier", OF_SOLDIER, now=["police"]),)))
    id_ = planned(database, anna, before)
    assert {item.novelty for item in work_of(database, id_, anna, before).items} == {Novelty.SAME}
    work = work_of(database, id_, anna)
    assert [item.step for item in work.items if item.novelty is Novelty.NEW] == ["unit", "court"]
    with inside(database, OURS) as session:
        actions.look(session, id_, item_of(work, "unit").id, guidance=LIVE, who=anna, now=NOW)
    work = work_of(database, id_, anna)
    assert [item.step for item in work.items if item.novelty is Novelty.NEW] == ["court"]


def test_a_plan_that_is_opened_for_the_first_time_has_nothing_new(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        session.scalars(select(CaseRow)).one().route = "who=soldier"
    assert {item.novelty for item in work_of(database, id_, anna).items} == {Novelty.SAME}


def test_a_step_that_the_guidance_has_no_longer_stays_with_what_was_noted(database: Database, anna: Who) -> None:
    id_ = planned(database, anna)
    noted(database, id_, anna, "court", Change(Progress.DONE))
    situations = (situation("soldier", OF_SOLDIER, now=["police"], week=["unit"]),)
    steps = {id_: found for id_, found in small().steps.items() if id_ != "court"}
    second = Guidance(replace(small(), situations=situations, steps=MappingProxyType(steps)))
    work = work_of(database, id_, anna, second)
    assert [(item.step, item.progress, item.novelty) for item in work.left] == [
        ("court", Progress.DONE, Novelty.SAME)
    ]  # fmt: skip


# Own tasks


def test_own_tasks_stand_beside_the_steps_and_are_sealed(database: Database, anna: Who) -> None:
    id_ = planned(database, anna)
    with inside(database, OURS) as session:
        task = actions.add_task(
            session, id_, " Знайти  фото ", phase=Phase.WEEK, remind=TODAY, who=anna, now=NOW
        )  # fmt: skip
    work = work_of(database, id_, anna)
    assert [(item.step, item.title) for item in work.of_phase(Phase.WEEK)] == [("unit", ""), ("", "Знайти фото")]
    with inside(database, OURS) as session:
        assert "фото".encode() not in (session.scalars(select(StepRow).where(StepRow.is_own)).one().title_sealed or b"")
        change = Change(Progress.DONE, title="Знайти два фото")
        actions.note_step(session, id_, task, change, guidance=LIVE, who=anna, now=NOW)
    assert work_of(database, id_, anna).of_phase(Phase.WEEK)[1].title == "Знайти два фото"
    with inside(database, OURS) as session:
        for _ in range(2):
            actions.remove_task(session, id_, task, who=anna, now=NOW)
    assert len(work_of(database, id_, anna).items) == 3


def test_an_own_task_says_what_is_to_be_done_and_a_step_of_the_plan_is_never_removed(
    database: Database, anna: Who
) -> None:
    id_ = planned(database, anna)
    police = item_of(work_of(database, id_, anna), "police").id
    with inside(database, OURS) as session:
        for title, wrong in ((" ", Wrong.NO_TITLE), ("х" * 161, Wrong.TOO_LONG)):
            with pytest.raises(UnfitError) as refused:
                actions.add_task(session, id_, title, phase=Phase.NOW, remind=None, who=anna, now=NOW)
            assert refused.value.faults == (("title", wrong),)
        with pytest.raises(actions.NoItemError):
            actions.remove_task(session, id_, police, who=anna, now=NOW)
        for number in range(actions.MOST_TASKS):
            actions.add_task(session, id_, str(number), phase=Phase.NOW, remind=None, who=anna, now=NOW)
        with pytest.raises(actions.TooManyTasksError):
            actions.add_task(session, id_, "ще одне", phase=Phase.NOW, remind=None, who=anna, now=NOW)


# Due


def test_what_is_due_is_gathered_across_the_cases_of_whoever_asks(
    database: Database, anna: Who, bohdan: Who, lead: Who, neighbour: Who
) -> None:
    ours, others = planned(database, anna), planned(database, bohdan)
    noted(database, ours, anna, "unit", Change(Progress.WAITING, until=date(2026, 11, 30)))
    noted(database, ours, anna, "police", Change(Progress.STARTED, remind=date(2026, 11, 24)))
    noted(database, others, bohdan, "police", Change(Progress.NONE, remind=date(2026, 12, 24)))

    def due(who: Who) -> list[tuple[str, date, Why, str]]:
        with inside(database, who.organisation) as session:
            found = today.agenda(session, who=who, guidance=LIVE, now=NOW).items
            return [(one.case, one.day, one.why, one.step) for one in found]

    mine = [
        (ours, date(2026, 11, 24), Why.REMINDER, "police"),
        (ours, date(2026, 11, 30), Why.WAIT_OVER, "unit"),
        (ours, date(2026, 12, 2), Why.DEADLINE, "court"),
    ]
    assert due(anna) == mine, "overdue first"
    assert due(bohdan) == [(others, date(2026, 12, 2), Why.DEADLINE, "court")], "a reminder in a month can wait"
    assert sorted(due(lead)) == sorted((*due(anna), *due(bohdan)))
    assert due(neighbour) == []
    with inside(database, OURS) as session:
        assert today.counts(session, who=anna, guidance=LIVE, now=NOW) == {ours: 1}
        assert today.counts(session, who=bohdan, guidance=LIVE, now=NOW) == {}


def test_nothing_is_due_in_a_closed_case(database: Database, anna: Who, lead: Who) -> None:
    id_ = planned(database, anna)
    with inside(database, OURS) as session:
        cases.close(session, id_, Closing.HELPED, who=anna, now=NOW)
        assert today.agenda(session, who=lead, guidance=LIVE, now=NOW).items == []


# Notes and messages


def test_notes_are_for_helpers_and_messages_for_both_sides(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        talking.write_note(session, id_, " Мати хвора на серце ", who=anna, now=NOW)
        talking.write_message(session, id_, "Заяву прийнято.", who=anna, now=NOW)
    with database.writing() as session:
        case = cases.own_case(session, id_, now=NOW)
        [own] = talking.read_own_messages(session, case, now=NOW)
        assert (own.text, own.is_of_family) == ("Заяву прийнято.", False)
        talking.write_own_message(session, case, "Дякую!", now=NOW + timedelta(minutes=1))
    with inside(database, OURS) as session:
        case = cases.read_case(session, id_, who=anna, now=NOW)
        assert [note.text for note in talking.notes_of(session, case)] == ["Мати хвора на серце"]
        assert [(one.text, one.is_of_family, bool(one.read_at)) for one in talking.messages_of(session, case)] == [
            ("Дякую!", True, False), ("Заяву прийнято.", False, True),
        ]  # fmt: skip
        for row in (*session.scalars(select(NoteRow)), *session.scalars(select(MessageRow))):
            assert row.text.encode() not in row.text_sealed
        assert [line.what for line in cases.history(session, case)][:3] == [
            Happened.MESSAGE_CAME, Happened.MESSAGE_SENT, Happened.NOTE_ADDED,
        ]  # fmt: skip


def test_what_a_family_writes_is_due_until_a_helper_has_read_it(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    with database.writing() as session:
        talking.write_own_message(session, cases.own_case(session, id_, now=NOW), "Є новини?", now=NOW)
    with inside(database, OURS) as session:
        assert [one.why for one in today.agenda(session, who=anna, guidance=LIVE, now=NOW).items] == [Why.MESSAGE]
        talking.read_messages(session, cases.read_case(session, id_, who=anna, now=NOW), now=NOW)
        assert today.agenda(session, who=anna, guidance=LIVE, now=NOW).items == []


@pytest.mark.parametrize("text", ["", " \n ", "х" * (LONGEST + 1)])
def test_a_message_says_something_and_not_too_much(database: Database, anna: Who, text: str) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        for write in (talking.write_note, talking.write_message):
            with pytest.raises(NoWordsError):
                write(session, id_, text, who=anna, now=NOW)


@pytest.mark.parametrize(
    ("contact", "letters"),
    [
        ({"email": "mother@example.org", "channel": "email"}, 1),
        ({"email": "mother@example.org", "channel": "page_only"}, 0),
        ({"phone": "050 000 00 01", "channel": "phone"}, 0),
    ],
)
def test_a_family_is_told_by_letter_that_there_is_news_where_it_may_be_and_of_nothing_else(
    database: Database, anna: Who, contact: dict[str, str], letters: int
) -> None:
    id_ = opened(database, anna, {**TOLD, Page.CONTACT: {"language": "uk", **contact}})
    with inside(database, OURS) as session:
        talking.write_message(session, id_, "Таємне слово", who=anna, now=NOW)
        talking.write_note(session, id_, "Лише для нас", who=anna, now=NOW)
    with database.reading() as session:
        jobs = session.query(JobRow).filter(JobRow.kind == "case.news").all()
        assert len(jobs) == letters


def test_nobody_writes_in_a_closed_case(database: Database, anna: Who, lead: Who) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        cases.close(session, id_, Closing.HELPED, who=anna, now=NOW)
        with pytest.raises(ClosedError):
            talking.write_message(session, id_, "Ще одне", who=lead, now=NOW)
    with database.session(writes=True) as session, pytest.raises(ClosedError):
        talking.write_own_message(session, cases.own_case(session, id_, now=NOW), "Ви ще тут?", now=NOW)


# Papers


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "shelf")


def added(database: Database, shelf: Folder, id_: str, who: Who, number: int = 1) -> str:
    with inside(database, who.organisation) as session:
        papers.add_paper(
            session, shelf, id_, accepted(number), name="довіреність.pdf", kind=Paper.POWER_OF_ATTORNEY, who=who,
            now=NOW,
        )  # fmt: skip
        case = cases.read_case(session, id_, who=who, now=NOW)
        return papers.papers_of(session, case)[-1].id


def test_a_paper_is_kept_once_opened_by_helpers_and_removed_with_its_bytes(
    database: Database, anna: Who, shelf: Folder
) -> None:
    id_ = opened(database, anna)
    paper = added(database, shelf, id_, anna)
    assert added(database, shelf, id_, anna) == paper, "the same file once more changes nothing"
    with inside(database, OURS) as session:
        case = cases.read_case(session, id_, who=anna, now=NOW)
        found = papers.read_paper(session, shelf, case, paper, who=anna, now=NOW)
        assert (found.name, found.content) == ("довіреність.pdf", accepted().content)
        [one] = papers.papers_of(session, case)
    with inside(database, OURS) as session:
        read = records_on(session, [f"file:{one.file_id}"], (Event.FILE_READ,), before=0, limit=9)
        assert [record.actor for record in read] == [anna.reference]
        for _ in range(2):
            papers.remove_paper(session, shelf, id_, paper, who=anna, now=NOW)
        with pytest.raises(papers.NoPaperError):
            papers.read_paper(session, shelf, case, paper, who=anna, now=NOW)
    with database.reading() as session:
        assert session.query(StoredFileRow).count() == 0
    assert list(shelf.kept()) == []


def test_a_paper_of_another_case_is_not_opened(database: Database, anna: Who, shelf: Folder) -> None:
    mine, other = opened(database, anna), opened(database, anna)
    paper = added(database, shelf, other, anna)
    with inside(database, OURS) as session:
        with pytest.raises(papers.NoPaperError):
            papers.read_paper(
                session, shelf, cases.read_case(session, mine, who=anna, now=NOW), paper, who=anna, now=NOW
            )
        papers.remove_paper(session, shelf, mine, paper, who=anna, now=NOW)
    assert case_of(database, other, anna)
    assert len(list(shelf.kept())) == 1


def test_papers_of_a_case_are_bounded(database: Database, anna: Who, shelf: Folder) -> None:
    id_ = opened(database, anna)
    for number in range(MOST_FILES):
        added(database, shelf, id_, anna, number)
    with pytest.raises(TooManyFilesError):
        added(database, shelf, id_, anna, 99)


# Apart


def test_nothing_is_done_in_a_case_by_who_does_not_help_with_it(
    database: Database, anna: Who, bohdan: Who, neighbour: Who, shelf: Folder
) -> None:
    id_ = planned(database, anna)
    item = item_of(work_of(database, id_, anna), "police").id
    paper = added(database, shelf, id_, anna)
    for who in (bohdan, neighbour):
        common: dict[str, Any] = {"who": who, "now": NOW}
        for deed in (
            lambda session, common=common: actions.answer_route(session, id_, [], guidance=LIVE, **common),
            lambda session, common=common: actions.note_step(
                session, id_, item, Change(Progress.DONE), guidance=LIVE, **common
            ),
            lambda session, common=common: actions.look(session, id_, item, guidance=LIVE, **common),
            lambda session, common=common: actions.add_task(session, id_, "x", phase=Phase.NOW, remind=None, **common),
            lambda session, common=common: actions.remove_task(session, id_, item, **common),
            lambda session, common=common: talking.write_note(session, id_, "x", **common),
            lambda session, common=common: talking.write_message(session, id_, "x", **common),
            lambda session, common=common: papers.add_paper(
                session, shelf, id_, accepted(2), name="x", kind=Paper.IDENTITY, **common
            ),
            lambda session, common=common: papers.remove_paper(session, shelf, id_, paper, **common),
        ):
            with pytest.raises(UnknownCaseError), inside(database, who.organisation) as session:
                deed(session)

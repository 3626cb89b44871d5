"""The rules of the working list: the days of a step, what is due when, what a change is, answers known beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from app.cases.model import Missing
from app.cases.working.meaning import digest, edits_of, novelty
from app.cases.working.model import (
    NOTICE_DAYS,
    Days,
    Due,
    Item,
    Novelty,
    Progress,
    UnfitError,
    Why,
    Work,
    Wrong,
    due_of,
    in_order,
    moved,
    read_day,
    written,
)
from app.cases.working.route import is_planned, kept, known, pairs_of, position
from app.content.edits import Edit, Edits
from app.extracts.draft import Answers, Page
from app.pathways.model import Phase, StepWords
from app.pathways.plan import answer_by
from tests.small_route import line, question, route, situation, step

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def item(progress: Progress = Progress.NONE, **more: Any) -> Item:
    days = Days(**{name: more.pop(name) for name in ("started", "waiting_until", "done", "remind") if name in more})
    plain = Item(
        id="1", step="police", title="", phase=Phase.NOW, progress=progress, days=days, act_by=None, remark="", by="",
        changed_at=None, novelty=Novelty.SAME, looked_at=NOW, left_at=None,
    )  # fmt: skip
    return replace(plain, **more)


# How far a step is


def test_a_step_keeps_the_day_on_which_it_was_started() -> None:
    started = moved(Days(), Progress.STARTED, until=None, answer_by=None, today=YESTERDAY)
    assert started == Days(started=YESTERDAY)
    waiting = moved(started, Progress.WAITING, until=TOMORROW, answer_by=None, today=TODAY)
    assert waiting == Days(started=YESTERDAY, waiting_until=TOMORROW)
    done = moved(waiting, Progress.DONE, until=None, answer_by=None, today=TODAY)
    assert done == Days(started=YESTERDAY, done=TODAY)
    assert moved(done, Progress.STARTED, until=None, answer_by=None, today=TOMORROW) == Days(started=YESTERDAY)


def test_a_step_that_was_not_started_after_all_has_no_days_but_its_reminder() -> None:
    days = Days(YESTERDAY, TOMORROW, None, TOMORROW)
    assert moved(days, Progress.NONE, until=None, answer_by=None, today=TODAY) == Days(remind=TOMORROW)


def test_what_is_done_reminds_nobody() -> None:
    assert moved(Days(remind=TOMORROW), Progress.DONE, until=None, answer_by=None, today=TODAY).remind is None


def test_waiting_lasts_until_the_body_owes_its_answer_unless_a_day_is_given() -> None:
    asked = step("police", answer_due={"days": 3, "counted": "working", "sources": ["page"]})
    due = answer_by(asked, TODAY)
    assert due == date(2026, 11, 30), "Wednesday and three working days"
    assert moved(Days(), Progress.WAITING, until=None, answer_by=due, today=TODAY).waiting_until == due
    assert moved(Days(), Progress.WAITING, until=TOMORROW, answer_by=due, today=TODAY).waiting_until == TOMORROW


@pytest.mark.parametrize(("until", "wrong"), [(None, Wrong.NO_DAY), (YESTERDAY, Wrong.DAY_IS_OVER)])
def test_nobody_waits_without_a_day_or_until_one_that_is_over(until: date | None, wrong: Wrong) -> None:
    with pytest.raises(UnfitError) as refused:
        moved(Days(), Progress.WAITING, until=until, answer_by=None, today=TODAY)
    assert refused.value.faults == (("until", wrong),)


def test_a_day_that_no_calendar_has_is_refused() -> None:
    assert read_day(" 2026-11-25 ", name="remind") == TODAY
    assert read_day("  ", name="remind") is None
    for typed in ("2026-02-30", "завтра"):
        with pytest.raises(UnfitError) as refused:
            read_day(typed, name="remind")
        assert refused.value.faults == (("remind", Wrong.NO_SUCH_DAY),)


def test_a_text_is_taken_whole_or_not_at_all() -> None:
    assert written("  так \n", name="remark", longest=3) == "так"
    with pytest.raises(UnfitError):
        written("чотири", name="remark", longest=3)


def test_the_list_counts_what_is_done_and_keeps_the_phases_apart() -> None:
    work = Work([item(), item(Progress.DONE), item(phase=Phase.WEEK)], [item(Progress.DONE)])
    assert (len(work.of_phase(Phase.NOW)), len(work.of_phase(Phase.WEEK)), len(work.of_phase(Phase.THEN))) == (2, 1, 0)
    assert work.done == 1, "what is no longer in the plan does not count"


# What is due


def test_a_reminder_a_waiting_day_and_a_last_day_are_due() -> None:
    waiting = item(Progress.WAITING, waiting_until=TOMORROW, remind=YESTERDAY, act_by=TOMORROW)
    assert due_of(waiting, today=TODAY) == [(YESTERDAY, Why.REMINDER), (TOMORROW, Why.WAIT_OVER)]
    started = item(Progress.STARTED, act_by=TOMORROW)
    assert due_of(started, today=TODAY) == [(TOMORROW, Why.DEADLINE)]


def test_what_is_done_or_no_longer_in_the_plan_is_not_due() -> None:
    days = {"remind": YESTERDAY, "act_by": YESTERDAY}
    assert due_of(item(Progress.DONE, **days), today=TODAY) == []
    assert due_of(item(Progress.STARTED, left_at=NOW, novelty=Novelty.CHANGED, **days), today=TODAY) == []


def test_a_last_day_stands_in_the_list_two_weeks_before_it_comes() -> None:
    for days, due in ((NOTICE_DAYS + 1, []), (NOTICE_DAYS, [Why.DEADLINE]), (-3, [Why.DEADLINE])):
        found = due_of(item(act_by=TODAY + timedelta(days=days)), today=TODAY)
        assert [why for _, why in found] == due, days


def test_a_change_of_the_guidance_is_due_today_also_at_a_step_that_is_done() -> None:
    assert due_of(item(Progress.DONE, novelty=Novelty.CHANGED), today=TODAY) == [(TODAY, Why.CHANGED)]
    assert due_of(item(novelty=Novelty.NEW), today=TODAY) == []


def test_what_is_overdue_comes_first_and_on_one_day_what_cannot_wait() -> None:
    def due(day: date, why: Why) -> Due:
        return Due("a", day, why, "", "case_plan.step", {})

    found = [
        due(TOMORROW, Why.DEADLINE),
        due(TODAY, Why.REMINDER),
        due(TODAY, Why.DEADLINE),
        due(YESTERDAY, Why.CHANGED),
    ]
    assert [(one.day, one.why) for one in in_order(found)] == [
        (YESTERDAY, Why.CHANGED), (TODAY, Why.DEADLINE), (TODAY, Why.REMINDER), (TOMORROW, Why.DEADLINE),
    ]  # fmt: skip


# What a change is

POLICE = step("police", line("go"), line("take", "bring"), bodies=["police"])
WORDS = StepWords(title="Подайте заяву", lines={"go": "Зателефонуйте 102, будь-коли.", "take": "паспорт"})


def reworded(go: str) -> StepWords:
    return StepWords(title=WORDS.title, lines={**WORDS.lines, "go": go})


def test_commas_blanks_and_capitals_do_not_change_what_a_step_means() -> None:
    for same in ("Зателефонуйте 102 будь-коли", "зателефонуйте  102, будь-коли!"):
        assert digest(POLICE, reworded(same)) == digest(POLICE, WORDS), same
    assert digest(POLICE.model_copy(update={"sources": ("other",), "checked": "2026-11"}), WORDS) == digest(
        POLICE, WORDS
    )


@pytest.mark.parametrize("go", ["Зателефонуйте 103, будь-коли.", "Не телефонуйте 102, будь-коли.", ""])
def test_a_number_or_a_word_changes_what_a_step_means(go: str) -> None:
    assert digest(POLICE, reworded(go)) != digest(POLICE, WORDS)


def test_another_body_line_or_term_changes_what_a_step_means() -> None:
    due = {"days": 30, "counted": "calendar", "sources": ["page"]}
    others = (
        step("police", line("go"), line("take", "bring"), bodies=["prosecutor"]),
        step("police", line("go"), bodies=["police"]),
        step("police", line("go"), line("take", "bring"), bodies=["police"], answer_due=due),
        step("police", line("go"), line("take", "beware"), bodies=["police"]),
    )
    assert len({digest(one, WORDS) for one in (POLICE, *others)}) == 5


def test_a_minor_edit_since_the_last_look_changes_nothing_and_any_other_does() -> None:
    later, much_later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    minor, meaning = (
        Edit("pathways/steps/police/uk.yaml", later, True),
        Edit("pathways/steps/police/uk.yaml", much_later, False),
    )
    before = replace(meaning, at=NOW - timedelta(days=1))
    for edits, found in (
        ([], Novelty.CHANGED),
        ([minor], Novelty.SAME),
        ([minor, before], Novelty.SAME),
        ([minor, meaning], Novelty.CHANGED),
        ([before], Novelty.CHANGED),
    ):
        assert novelty("a", "b", looked_at=NOW, edits=edits) is found, edits
    assert novelty("a", "a", looked_at=NOW, edits=[meaning]) is Novelty.SAME, "changed, and changed back"
    assert novelty("", "a", looked_at=NOW, edits=[]) is Novelty.NEW


def test_only_publications_of_the_step_and_its_source_words_count() -> None:
    paths = ("pathways/steps/police/uk.yaml", "pathways/steps/police/step.yaml", "pathways/steps/police/en.yaml",
             "pathways/steps/police-2/uk.yaml", "articles/police/uk.md")  # fmt: skip
    edits = Edits(tuple(Edit(path, NOW, True) for path in paths))
    assert [edit.path for edit in edits_of("police", edits)] == list(paths[:2])


# The route

SMALL = route(
    [
        question("who", "civilian", "child", kind="several", essential=True),
        question("civilian", "detained", when={"who": "civilian"}, essential=True),
        question("when", kind="date"),
        question("kin", "parent", "spouse"),
    ],
    [situation("lost", {"who": "civilian"}, now=["police"])],
    [step("police")],
)


def missing(person: dict[str, str], kinship: str = "parent") -> Missing:
    answers: Answers = {Page.PERSON: person, Page.KINSHIP: {"kinship": kinship}}
    return Missing("1", MappingProxyType(dict(answers)))


def test_what_the_family_has_told_is_not_asked_again() -> None:
    told = missing(
        {"surname": "Т", "category": "civilian", "born-year": "1970", "missing-year": "2026", "missing-month": "3"}
    )
    assert known([told], today=TODAY) == [("who", "civilian"), ("when", "2026-03"), ("kin", "parent")]


def test_a_child_is_a_child_and_of_a_serviceman_the_service_stays_open() -> None:
    assert known([missing({"born-year": "2015"}, "guardian")], today=TODAY) == [("who", "child"), ("kin", "guardian")]
    assert known([missing({"category": "military", "born-year": "1990"}, "lawyer")], today=TODAY) == []


@pytest.mark.parametrize(
    "link",
    ["https://example.org/uk/plan?who=civilian&civilian=detained", "?who=civilian&civilian=detained",
     " who=civilian&civilian=detained "],
)  # fmt: skip
def test_the_answers_of_a_link_are_taken_over(link: str) -> None:
    found = position(SMALL, kept(position(SMALL, "", today=TODAY)), today=TODAY)
    assert not is_planned(found)
    assert pairs_of(link) == [("who", "civilian"), ("civilian", "detained")]


@pytest.mark.parametrize("link", ["", "https://example.org/uk/plan", "x" * 3000, "who=\0"])
def test_a_link_without_answers_gives_none(link: str) -> None:
    assert pairs_of(link) == []


def test_a_plan_needs_the_essential_answers_and_keeps_the_others_for_later() -> None:
    part = position(SMALL, "who=child&civilian=detained&nonsense=1", today=TODAY)
    assert is_planned(part)
    assert kept(part) == "who=child&civilian=detained", "an answer to what is not asked now may be needed again"
    assert not is_planned(position(SMALL, "who=civilian", today=TODAY))

"""How a fact stands after calls, how urgent it is, and what a body's corrections do to its file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import yaml

from app.config import ROOT
from app.content.sources import Sources
from app.content.values import Confidence
from app.curation.verification.facts import Fact, facts, facts_of, numbers, path_of, uses_of
from app.curation.verification.model import (
    Act,
    How,
    OutcomeError,
    Standing,
    State,
    What,
    checked_outcome,
    due_on,
    heard,
    rests,
    risk,
    standing,
)
from app.curation.verification.owner import corrected, readable
from app.curation.verification.work import Filter, Item, by_week, item, work
from app.directory.cards import card
from app.directory.contacts import Verdict, recognise
from app.directory.heard import Heard, Line
from app.directory.model import Directory, Organisation, Phone
from app.directory.vcard import vcards
from app.pathways.model import Pathways
from app.web.edition import Edition
from tests.small_route import WORDS

NOON = datetime(2026, 5, 3, 9, tzinfo=UTC)
"""Noon in Kyiv, a Sunday."""
DAY = timedelta(days=1)


def acts(*said: tuple[How, int]) -> list[Act]:
    """Acts at noon, each so many days after the first of May."""
    first = datetime(2026, 5, 1, 9, tzinfo=UTC)
    return [Act(str(number), how, first + days * DAY, "account:a") for number, (how, days) in enumerate(said)]


MISS, ANSWER, BUSY, WRONG = How.NO_ANSWER, How.ANSWERED, How.BUSY, How.WRONG_NUMBER


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ([], State.UNVERIFIED),
        ([(MISS, 0), (MISS, 1)], State.UNVERIFIED),
        ([(MISS, 0), (MISS, 1), (MISS, 2)], State.SILENT),
        ([(MISS, 0), (MISS, 0), (MISS, 1)], State.SILENT),
        ([(ANSWER, 0), (MISS, 1), (MISS, 2)], State.VERIFIED),
        ([(ANSWER, 0), (MISS, 1), (MISS, 2), (MISS, 3)], State.SILENT),
        ([(MISS, 0), (MISS, 1), (ANSWER, 2), (MISS, 3)], State.VERIFIED),
        ([(MISS, 0), (BUSY, 1), (MISS, 1), (BUSY, 2), (MISS, 2)], State.SILENT),
        ([(BUSY, 0), (BUSY, 1), (BUSY, 2)], State.UNVERIFIED),
        ([(MISS, 0), (MISS, 1), (MISS, 2), (How.PAGE_SEEN, 3)], State.SILENT),
        ([(MISS, 0), (MISS, 1), (MISS, 2), (How.OFFICIAL_LETTER, 3)], State.SILENT),
        ([(MISS, 0), (MISS, 1), (MISS, 2), (ANSWER, 3)], State.VERIFIED),
        ([(MISS, 0), (MISS, 1), (MISS, 2), (How.OWNER_CONFIRMED, 3)], State.VERIFIED),
        ([(WRONG, 0)], State.WRONG),
        ([(ANSWER, 0), (WRONG, 1)], State.WRONG),
        ([(WRONG, 0), (MISS, 1), (MISS, 2), (MISS, 3)], State.WRONG),
        ([(WRONG, 0), (How.PAGE_SEEN, 1)], State.WRONG),
        ([(WRONG, 0), (How.OFFICIAL_LETTER, 1)], State.VERIFIED),
        ([(WRONG, 0), (ANSWER, 1)], State.VERIFIED),
        ([(How.OUTDATED, 0)], State.WRONG),
        ([(How.PAGE_SEEN, 0)], State.VERIFIED),
    ],
)
def test_a_fact_stands_as_its_acts_leave_it(said: list[tuple[How, int]], state: State) -> None:
    assert standing(acts(*said)).state is state
    assert standing(acts(*said)[::-1]).state is state, "the order of rows means nothing"


def test_three_misses_of_one_afternoon_do_not_make_a_number_silent() -> None:
    one_day = [Act(str(hour), MISS, NOON + timedelta(hours=hour), "account:a") for hour in range(4)]
    assert standing(one_day).state is State.UNVERIFIED
    assert standing([*one_day, Act("x", MISS, NOON + DAY, "account:a")]).state is State.SILENT


def test_days_are_those_of_kyiv() -> None:
    late = datetime(2026, 5, 3, 20, 59, tzinfo=UTC)
    assert standing([Act(str(n), MISS, late + timedelta(minutes=n), "") for n in range(3)]).state is State.SILENT


def test_a_mistake_says_nothing_and_stays_in_the_record() -> None:
    wrong = Act("1", WRONG, NOON, "account:a")
    found = standing([wrong, Act("2", None, NOON + DAY, "account:a", corrects="1")])
    assert (found.state, found.tried) == (State.UNVERIFIED, None)


def test_the_last_answer_stands_beside_the_number_until_there_is_a_newer_one() -> None:
    found = heard(standing(acts((ANSWER, 0), (MISS, 1), (ANSWER, 2), (MISS, 3))))
    assert found == Heard(Line.ANSWERED, date(2026, 5, 3), None, date(2026, 5, 4), date(2026, 5, 4))


def test_a_wrong_number_is_dated_by_the_call_that_found_it_out() -> None:
    assert heard(standing(acts((WRONG, 0), (MISS, 2)))) == Heard(
        Line.WRONG, tried_on=date(2026, 5, 1), called_on=date(2026, 5, 3)
    )


def test_a_page_that_was_seen_is_no_answer_to_a_call() -> None:
    assert heard(standing(acts((How.PAGE_SEEN, 0)))).line is Line.UNTRIED


def test_only_phones_are_called_and_only_owners_confirm() -> None:
    assert checked_outcome(What.PHONE, BUSY) is BUSY
    assert checked_outcome(What.RULE, How.PAGE_SEEN) is How.PAGE_SEEN
    for what, how in ((What.LINK, BUSY), (What.PHONE, How.OWNER_CONFIRMED), (What.RULE, WRONG)):
        with pytest.raises(OutcomeError):
            checked_outcome(what, how)


def test_risk_grows_with_age_with_use_and_with_doubt() -> None:
    assert risk(age_days=10, uses=4, confidence=Confidence.MEDIUM) == 10 * 5 * 2
    assert risk(age_days=10, uses=0, confidence=Confidence.HIGH) == 10
    assert risk(age_days=10, uses=0, confidence=Confidence.LOW) == 30
    assert risk(age_days=-3, uses=9, confidence=Confidence.LOW) == 0


def test_a_number_nobody_answered_rests_until_tomorrow_and_a_busy_one_for_an_hour() -> None:
    missed, busy = standing(acts((MISS, 2))), standing(acts((BUSY, 2)))
    assert rests(missed, NOON + timedelta(hours=8))
    assert not rests(missed, NOON + DAY)
    assert rests(busy, NOON + timedelta(minutes=59))
    assert not rests(busy, NOON + timedelta(hours=1))
    assert not rests(Standing(), NOON)


def body(id_: str = "one", *, phones: list[dict[str, object]] = [], **more: object) -> Organisation:  # noqa: B006
    """A body with phones; every number is current and seen on 1 April 2026."""
    lines = [{"label": WORDS, "status": "current", "source": "s", "as_of": "2026-04-01", **phone} for phone in phones]
    return Organisation.model_validate(
        {
            "id": id_, "kind": "hotline", "name": {"uk": f"Лінія {id_}", "en": f"Line {id_}"}, "go_for": WORDS,
            "not_for": WORDS, "how_to_find": WORDS, "serves": ["family-support"], "needs": ["tracing"],
            "regions": ["UA-14"], "languages": ["uk"], "cost": "free", "phones": lines, "sources": ["s"],
            "confidence": "medium", "checked": {"date": "2026-03"}, **more,
        }
    )  # fmt: skip


FIRST, SECOND = "+380441112233", "+380442223344"
TWO = body(phones=[{"number": FIRST}, {"number": SECOND}])
SILENT = Heard(Line.SILENT, tried_on=date(2026, 5, 3))


def told(one: Organisation, heard: dict[str, Heard]) -> Organisation:
    return Directory({one.id: one}, {}).told({(one.id, number): said for number, said in heard.items()})[one.id]


def test_a_silent_number_is_offered_last_and_not_saved_to_an_address_book() -> None:
    shown = card(told(TWO, {FIRST: SILENT}), "uk", NOON)
    assert [line.href for line in shown.phones] == [f"tel:{SECOND}", f"tel:{FIRST}"]
    assert shown.numbers == (SECOND,)
    saved = vcards([shown])
    assert SECOND in saved
    assert FIRST not in saved
    assert shown.phones[1].text not in saved


def test_paper_leaves_a_silent_number_out_unless_it_is_the_only_one() -> None:
    shown = card(told(TWO, {FIRST: SILENT}), "uk", NOON)
    assert [line.href for line in shown.printed] == [f"tel:{SECOND}"]
    only = card(told(body(phones=[{"number": FIRST}]), {FIRST: SILENT}), "uk", NOON)
    assert [line.is_silent for line in only.printed] == [True]


def test_a_line_that_was_busy_was_called_all_the_same() -> None:
    busy = heard(standing(acts((BUSY, 0))))
    assert (busy.line, busy.called_on) == (Line.UNTRIED, date(2026, 5, 1))
    directory = Directory({"one": TWO}, {}).told({("one", FIRST): busy})
    assert directory.is_dialled
    assert directory.calls == (date(2026, 5, 1),)
    assert card(directory["one"], "uk", NOON).is_heard
    seen = heard(standing(acts((How.PAGE_SEEN, 0))))
    assert (seen.called_on, seen.is_heard) == (None, False)


def test_a_body_whose_only_number_is_silent_still_shows_it() -> None:
    only = card(told(body(phones=[{"number": FIRST}]), {FIRST: SILENT}), "uk", NOON)
    assert [line.is_silent for line in only.phones] == [True]
    assert only.numbers == ()
    assert vcards([only]) == ""


def test_a_wrong_number_is_no_way_to_call_and_no_official_number() -> None:
    wrong = told(TWO, {FIRST: Heard(Line.WRONG, tried_on=date(2026, 5, 3))})
    shown = card(wrong, "uk", NOON)
    assert [line.href for line in shown.phones] == [f"tel:{SECOND}"]
    assert [(doubt.text, doubt.wrong_on) for doubt in shown.doubts] == [("+380 44 111 2233", date(2026, 5, 3))]
    assert recognise(FIRST, Directory({"one": wrong}, {})).verdict is Verdict.UNCLEAR


def test_what_was_heard_goes_away_with_the_act_that_said_it() -> None:
    directory = Directory({"one": TWO}, {}).told({("one", FIRST): SILENT})
    assert directory.is_dialled
    again = directory.told({})
    assert not again.is_dialled
    assert [phone.number for phone in again["one"].current_phones] == [FIRST, SECOND]


def test_no_content_file_can_say_what_was_heard() -> None:
    phone = {"number": FIRST, "label": WORDS, "status": "current", "source": "s"}
    with pytest.raises(ValueError, match="_heard"):
        Phone.model_validate({**phone, "_heard": SILENT})


def of(one: Organisation, said: list[Act], now: datetime = NOON, uses: int = 0) -> list[Item]:
    return [item(fact, standing(said), now) for fact in facts_of(one, uses)]


def test_a_number_is_due_until_somebody_answers_and_then_for_three_months_not() -> None:
    one = body(phones=[{"number": FIRST}])
    assert of(one, [])[0].due == date(2026, 4, 1)
    answered = of(one, acts((ANSWER, 0)))[0]
    assert (answered.due, answered.risk) == (date(2026, 5, 1) + timedelta(days=90), 2 * 2)
    assert due_on(What.PHONE, date(2026, 5, 1)) == date(2026, 7, 30)
    assert of(one, acts((How.PAGE_SEEN, 1)))[0].due == date(2026, 5, 2), "a page does not answer"


def test_open_lines_come_first_then_the_most_urgent() -> None:
    used, unused = body("used", phones=[{"number": FIRST}]), body("unused", phones=[{"number": SECOND}])
    always = body("open", phones=[{"number": "1648", "hours": "24/7"}])
    closed = body("closed", phones=[{"number": "1700", "hours": "Mo-Fr 09:00-17:00"}])
    all_items = [*of(closed, [], uses=99), *of(unused, []), *of(used, [], uses=5), *of(always, [])]
    order = [one.fact.path for one in work(all_items, NOON).due]
    assert order == [f"organisations/{id_}.yaml" for id_ in ("open", "used", "unused", "closed")]


def test_a_silent_number_is_a_task_and_is_called_again_but_a_wrong_one_is_not() -> None:
    one = body(phones=[{"number": FIRST}])
    silent = work(of(one, acts((MISS, 0), (MISS, 1), (MISS, 1))), NOON)
    assert (len(silent.tasks), len(silent.due), silent.resting) == (1, 1, 0)
    wrong = work(of(one, acts((WRONG, 1))), NOON)
    assert (len(wrong.tasks), len(wrong.due)) == (1, 0)
    today = work(of(one, acts((MISS, 2))), NOON)
    assert (len(today.due), today.resting) == (0, 1)


def test_filters_choose_by_kind_region_and_language() -> None:
    fact = next(facts_of(body(phones=[{"number": FIRST}]), 0))
    assert Filter().lets(fact)
    assert Filter(What.PHONE, "UA-14", "uk").lets(fact)
    assert not Filter(What.LINK).lets(fact)
    assert not Filter(region="UA-32").lets(fact)
    assert not Filter(language="pl").lets(fact)
    assert Filter(region="UA-32").lets(next(facts_of(body(phones=[{"number": FIRST}], regions=["nationwide"]), 0)))


def test_reviews_are_listed_by_the_monday_of_their_week() -> None:
    found = by_week(of(TWO, acts((ANSWER, 0))), date(2026, 7, 1), date(2026, 7, 31))
    assert {monday: len(ones) for monday, ones in found.items()} == {date(2026, 7, 27): 2}
    assert by_week(of(TWO, acts((ANSWER, 0))), date(2026, 8, 1), date(2026, 8, 31)) == {}


def test_every_fact_of_the_shipped_edition_has_a_name_of_its_own(edition: Edition) -> None:
    directory, pathways = edition.part(Directory), edition.part(Pathways)
    found = list(facts(directory, edition.part(Sources), pathways))
    names = [fact.name for fact in found]
    assert len(set(names)) == len(names)
    assert {fact.what for fact in found} == set(What)
    assert all(len(key) <= 300 for _, key in names)
    assert max(uses_of(pathways).values()) > 5
    assert set(uses_of(pathways)) <= set(directory.organisations)
    assert {id_ for _, (id_, _) in numbers(names)} <= set(directory.organisations)


@pytest.mark.parametrize(
    ("what", "typed", "written"),
    [
        (What.PHONE, "+380 44 299 74 08", "+380442997408"),
        (What.PHONE, "(044) 299-74-08", "+380442997408"),
        (What.PHONE, "16 48", "1648"),
        (What.PHONE, "ask Olena", ""),
        (What.PHONE, "12", ""),
        (What.EMAIL, " Info@Example.ORG ", "info@example.org"),
        (What.EMAIL, "info", ""),
        (What.LINK, "example.org/a", "https://example.org/a"),
        (What.LINK, "", ""),
        (What.ADDRESS, " вул.  Нова, 1 ", "вул. Нова, 1"),
    ],
)
def test_corrections_are_read_as_people_type_them(what: What, typed: str, written: str) -> None:
    assert readable(what, typed) == written


SHIPPED = "organisations/ombudsman.yaml"


def test_a_correction_changes_its_place_and_nothing_else(edition: Edition) -> None:
    text = (ROOT / "content" / SHIPPED).read_text(encoding="utf-8")
    known = {fact.what: fact for fact in facts_of(edition.part(Directory)["ombudsman"], 0)}
    typed = {
        What.PHONE: "044 111 22 33", What.EMAIL: "new@example.org", What.LINK: "https://example.org",
        What.ADDRESS: "Київ, вул. О’Нова: 1 #2",
    }  # fmt: skip
    found = corrected(text, [(known[what], said) for what, said in typed.items()])
    assert len(found.changes) == 4
    assert found.left == []
    before, after = yaml.safe_load(text), yaml.safe_load(found.text)
    assert after["address"]["uk"] == typed[What.ADDRESS]
    assert after["emails"][0]["address"] == "new@example.org"
    assert after["websites"][0]["url"] == "https://example.org"
    assert "+380441112233" in {phone["number"] for phone in after["phones"]}
    changed = [(old, new) for old, new in zip(text.splitlines(), found.text.splitlines(), strict=True) if old != new]
    assert len(changed) == 4
    assert before["name"] == after["name"]


def test_what_cannot_be_a_number_is_left_for_an_editor() -> None:
    fact: Fact = next(facts_of(TWO, 0))
    found = corrected(f"phones:\n- number: '{FIRST}'\n", [(fact, "call in the morning"), (fact, "")])
    assert found.changes == []
    assert found.left == [f"{FIRST} → call in the morning", f"{FIRST} → "]
    assert path_of(TWO) == "organisations/one.yaml"

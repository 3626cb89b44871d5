"""What readers say of a page: taken in without who they are, triaged, answered once, put right by a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from email.headerregistry import Address

import pytest
from sqlalchemy import select

from app.audit.store import Wanted, records
from app.config import ROOT
from app.curation import actions as curation
from app.curation.counting import store as counting
from app.curation.listening import actions, store
from app.curation.listening.model import (
    STEPS,
    Deed,
    Item,
    NoItemError,
    NotNowError,
    Said,
    SaysNothingError,
    State,
    Wrong,
    after,
    checked_about,
)
from app.outbox.letters import Writer, compose
from app.outbox.model import Kind, Message
from app.outbox.store import begin, content_of, lease
from app.storage.database import Database
from tests.test_revisions import AUTHOR, NOW, REVIEWER, SHIPPED, sound

SAID = Said.of(
    about="articles/way", fact="", wrong=Wrong.UNCLEAR, text="Третій крок незрозумілий.", email="olha@example.org",
    language="uk",
)  # fmt: skip
ITEM = Item("articles/way/uk.md", "first-steps")


def sent(database: Database, said: Said = SAID, item: Item = ITEM) -> str:
    with database.writing() as session:
        return actions.suggest(session, said, item, now=NOW)


def state_of(database: Database, id_: str) -> State:
    with database.reading() as session:
        return store.listed(session.get_one(store.SuggestionRow, id_)).state


def letters(database: Database, now: datetime = NOW) -> list[Message]:
    """Return the letters that wait, read as the worker reads them."""
    with database.writing() as session:
        jobs = [begin(session, held, now=now) for held in lease(session, worker="test", now=now)]
    return [Message.read(Kind(job.kind), content_of(database.vault, job)) for job in jobs]


def events(database: Database) -> list[str]:
    with database.reading() as session:
        return [record.event for record in records(session, Wanted(), limit=100)]


def holds_address(database: Database, id_: str) -> bool:
    with database.reading() as session:
        return session.get_one(store.SuggestionRow, id_).email_sealed is not None


# Pure


@pytest.mark.parametrize("state", State)
def test_every_deed_fits_the_table_of_states_or_is_refused(state: State) -> None:
    for deed in Deed:
        if deed in STEPS.get(state, {}):
            assert after(state, deed) in State
        else:
            with pytest.raises(NotNowError):
                after(state, deed)


@pytest.mark.parametrize(
    "about", ["//evil.example", "https://evil.example", "../x", "a b", "A", "a?b", "a\nb", "a" * 161, "статті", "a//b"]
)
def test_what_can_be_no_page_of_ours_is_about_nothing(about: str) -> None:
    assert checked_about(about) == ""


def test_a_text_is_cut_and_loses_what_cannot_be_seen() -> None:
    said = Said.of(
        about="plan", fact="a b", wrong=Wrong.ELSE, text="a\x00\u00a0b\r\nc\u202e" + "x" * 2000, email="", language="uk"
    )
    assert said.text.startswith("a b\ncx")
    assert len(said.text) == 1000
    assert said.fact == ""


# On a database


def test_text_and_address_stand_sealed(database: Database) -> None:
    id_ = sent(database)
    with database.reading() as session:
        row = session.get_one(store.SuggestionRow, id_)
        sealed = [bytes(row.text_sealed), bytes(row.email_sealed or b"")]
        assert (row.text, row.email) == (SAID.text, SAID.email)
    assert not any(word.encode() in value for value in sealed for word in ("крок", "olha"))


def test_the_same_said_twice_is_one_suggestion_counted_twice(database: Database) -> None:
    first = sent(database)
    again = sent(database, replace(SAID, text="  третій   КРОК незрозумілий."))
    other = sent(database, replace(SAID, email="other@example.org"))
    assert first == again != other
    with database.reading() as session:
        assert session.get_one(store.SuggestionRow, first).times == 2


def test_what_was_closed_and_is_said_again_is_new(database: Database) -> None:
    first = sent(database)
    with database.writing() as session:
        actions.answer(session, first, "Виправлено.", actor=AUTHOR, now=NOW)
    assert sent(database) != first


def test_an_answer_is_one_letter_in_the_senders_language_and_the_address_is_forgotten(database: Database) -> None:
    id_ = sent(database, replace(SAID, language="en"))
    with database.writing() as session:
        actions.answer(session, id_, "Thank you.\nIt is step 4 now.", actor=AUTHOR, now=NOW)
    assert state_of(database, id_) is State.ANSWERED
    assert not holds_address(database, id_)
    (letter,) = letters(database)
    assert (letter.kind, letter.to, letter.language) == (Kind.SUGGESTION_ANSWERED, SAID.email, "en")
    written = Writer(ROOT / "translations", site_url="https://example.org").write(letter, id_="1", written_at=NOW)
    assert "It is step 4 now." in written.plain
    assert "https://example.org/en/articles/way" in written.plain
    assert "olha" not in written.subject
    assert compose(written, sender=Address("Dorohovkaz", "no-reply", "example.org"))
    with database.writing() as session, pytest.raises(NotNowError):
        actions.answer(session, id_, "Once more.", actor=AUTHOR, now=NOW)


def test_a_refusal_says_why(database: Database) -> None:
    id_ = sent(database)
    with database.writing() as session, pytest.raises(SaysNothingError):
        actions.decline(session, id_, " \u200b ", actor=AUTHOR, now=NOW)
    with database.writing() as session:
        actions.decline(session, id_, "Номер правильний: ми дзвонили.", actor=AUTHOR, now=NOW)
    assert state_of(database, id_) is State.DECLINED
    (letter,) = letters(database)
    written = Writer(ROOT / "translations", site_url="https://example.org").write(letter, id_="1", written_at=NOW)
    assert "ми дзвонили" in written.html


def test_who_left_no_address_gets_no_letter(database: Database) -> None:
    id_ = sent(database, replace(SAID, email=""))
    with database.writing() as session:
        actions.answer(session, id_, "Виправлено.", actor=AUTHOR, now=NOW)
    assert letters(database) == []


def drafted(database: Database, id_: str) -> str:
    with database.writing() as session:
        return actions.put_into_draft(session, id_, shipped=SHIPPED, note="", actor=AUTHOR, now=NOW)


def test_the_sender_is_told_once_the_draft_is_published(database: Database) -> None:
    id_ = sent(database)
    draft = drafted(database, id_)
    assert state_of(database, id_) is State.DRAFTED
    assert actions.tell_of_drafts(database, NOW) == 0
    assert letters(database) == []
    with database.writing() as session:
        one = curation.submit(session, draft, actor=AUTHOR, now=NOW)
        curation.approve(session, one.id, actor=REVIEWER, now=NOW)
        curation.publish(session, [one.id], shipped=SHIPPED, check=sound, actor=REVIEWER, now=NOW)
    assert actions.tell_of_drafts(database, NOW) == 1
    assert actions.tell_of_drafts(database, NOW) == 0
    assert state_of(database, id_) is State.MERGED
    assert not holds_address(database, id_)
    assert [letter.kind for letter in letters(database)] == [Kind.SUGGESTION_MERGED]


def test_where_the_draft_is_given_up_the_suggestion_is_open_again(database: Database) -> None:
    id_ = sent(database)
    draft = drafted(database, id_)
    with database.writing() as session:
        curation.discard(session, draft, actor=AUTHOR, now=NOW)
    actions.tell_of_drafts(database, NOW)
    assert state_of(database, id_) is State.ASSIGNED
    assert holds_address(database, id_)
    assert drafted(database, id_) != draft


def test_two_suggestions_on_one_text_meet_in_one_draft(database: Database) -> None:
    first, second = sent(database), sent(database, replace(SAID, text="І другий теж."))
    assert drafted(database, first) == drafted(database, second)


def test_what_is_about_no_text_cannot_be_put_into_a_draft(database: Database) -> None:
    id_ = sent(database, item=Item("", "site"))
    with database.writing() as session, pytest.raises(NoItemError):
        actions.put_into_draft(session, id_, shipped=SHIPPED, note="", actor=AUTHOR, now=NOW)


def test_every_deed_and_every_reading_is_recorded(database: Database) -> None:
    id_ = sent(database)
    with database.writing() as session:
        actions.read(session, id_, actor=AUTHOR, now=NOW)
        actions.assign(session, id_, to=REVIEWER, actor=AUTHOR, now=NOW)
        actions.give_back(session, id_, actor=AUTHOR, now=NOW)
        actions.answer(session, id_, "Виправлено.", actor=AUTHOR, now=NOW)
        actions.look_after(session, "first-steps", actor=AUTHOR, now=NOW)
        actions.leave(session, "first-steps", actor=AUTHOR, now=NOW)
    assert events(database)[::-1][-7:] == [
        "suggestion.sent", "suggestion.read", "suggestion.assigned", "suggestion.given-back", "suggestion.answered",
        "topic.taken", "topic.left",
    ]  # fmt: skip


def test_what_was_closed_half_a_year_ago_is_deleted_and_what_is_open_stays(database: Database) -> None:
    closed, still_open = sent(database), sent(database, replace(SAID, text="Інше."))
    with database.writing() as session:
        actions.answer(session, closed, "Виправлено.", actor=AUTHOR, now=NOW)
    assert actions.forget_closed(database, NOW + timedelta(days=179)) == 0
    assert actions.forget_closed(database, NOW + timedelta(days=181)) == 1
    with database.reading() as session:
        assert list(session.scalars(select(store.SuggestionRow.id))) == [still_open]
    assert events(database)[0] == "suggestions.forgotten"


def test_a_list_holds_the_topics_that_are_asked_for(database: Database) -> None:
    sent(database)
    sent(database, item=Item("glossary.yaml", "glossary"), said=replace(SAID, about="glossary"))
    with database.writing() as session:
        actions.look_after(session, "glossary", actor=AUTHOR, now=NOW)
        actions.look_after(session, "glossary", actor=AUTHOR, now=NOW)
    with database.reading() as session:
        assert store.owners(session) == {"glossary": frozenset({AUTHOR})}
        found = store.in_state(session, State.NEW, topics=["glossary"], start=0, limit=10)
        assert [one.about for one in found] == ["glossary"]
        assert len(store.in_state(session, State.NEW, topics=None, start=0, limit=10)) == 2


def test_an_answer_whether_a_page_helped_is_a_number_of_a_day(database: Database) -> None:
    with database.writing() as session:
        for word in ("yes", "yes", "no", "perhaps"):
            actions.count_answer(session, "articles/way", word, now=NOW)
    with database.reading() as session:
        assert counting.daily(session, date(2026, 4, 1)) == [
            (date(2026, 4, 16), "useful:articles/way", 2),
            (date(2026, 4, 16), "useless:articles/way", 1),
        ]

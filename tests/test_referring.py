"""Referrals on both databases: sent under consent, opened and answered by a link, reminded, ended, and counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from app.audit.model import Event
from app.audit.store import records_on
from app.cases import actions as cases
from app.cases.actions import ClosedError, UnknownCaseError, Who
from app.cases.consenting import actions as consenting
from app.cases.consenting.consent import Gap, NotCoveredError, Share, Terms
from app.cases.keeping import actions as keeping
from app.cases.model import Case, Closing
from app.cases.referring import actions, store
from app.cases.referring.fitting import Doubt
from app.cases.referring.model import Declined, Deed, Kind, NotNowError, NoWordsError, State
from app.cases.referring.packet import NothingSharedError, Order
from app.directory.heard import Pace
from app.directory.model import Directory, Need
from app.extracts.draft import Answers, Page
from app.outbox.model import Kind as Letter
from app.outbox.model import Message, MessageError
from app.outbox.store import JobRow
from app.storage.database import Database
from app.storage.folder import Folder
from app.storage.sealed import vault_of
from app.storage.vault import Place
from app.web.edition import Edition
from tests.families import NOW, OURS, THEIRS, TOLD, inside, join, opened

BODY = "free-legal-aid"
MAIL = "lawyers@example.org"
SHARES = frozenset({Share.CONTACT_NAME, Share.CONTACT_PHONE, Share.MISSING_NAME})
DAY = timedelta(days=1)
WRITTEN: Answers = {**TOLD, Page.CONTACT: {"language": "uk", "channel": "email", "email": "hanna@example.org"}}


@pytest.fixture
def anna(database: Database) -> Who:
    return join(database, "anna@example.org", OURS)


@pytest.fixture
def directory(edition: Edition) -> Directory:
    return edition.part(Directory)


@pytest.fixture
def case(database: Database, anna: Who, directory: Directory) -> str:
    """A case whose family has agreed that `SHARES` go to `BODY` for legal help."""
    id_ = opened(database, anna)
    agree(database, id_, anna, directory)
    return id_


def agree(
    database: Database, case: str, who: Who, directory: Directory, shares: frozenset[Share] = SHARES, *,
    until: date = date(2027, 5, 25), need: Need = Need.LEGAL_AID, now: datetime = NOW,
) -> str:  # fmt: skip
    """Record what the family says before a witness."""
    terms = Terms(shares, BODY, need, until)
    with inside(database, who.organisation) as session:
        return consenting.record_spoken(session, case, terms, "Марія Свідок", directory=directory, who=who, now=now)


def order(database: Database, case: str, who: Who, **other: object) -> Order:
    values = {
        "body": BODY, "kind": Kind.REFER, "need": Need.LEGAL_AID, "shares": SHARES, "language": "uk",
        "about": [one.id for one in read(database, case, who).missing], "mail_to": MAIL, "message": "Чи допоможете?",
        **other,
    }  # fmt: skip
    return Order(**values)  # type: ignore[arg-type]


def read(database: Database, case: str, who: Who) -> Case:
    with inside(database, who.organisation) as session:
        return cases.read_case(session, case, who=who, now=NOW)


Send = Callable[..., actions.Made]


@pytest.fixture
def send(database: Database, anna: Who, case: str, directory: Directory) -> Send:
    """Send a referral of the case."""

    def send(now: datetime = NOW, **other: object) -> actions.Made:
        wanted = order(database, case, anna, **other)
        with inside(database, OURS) as session:
            return actions.send(session, case, wanted, directory=directory, who=anna, now=now)

    return send


def told(database: Database, case: str, who: Who) -> list[actions.Referral]:
    found = read(database, case, who)
    with inside(database, who.organisation) as session:
        return actions.referrals(session, found)


def open_it(database: Database, token: str, now: datetime = NOW) -> None:
    with database.writing() as session:
        actions.open_shared(session, token, now=now)


def answer(
    database: Database, directory: Directory, token: str, deed: Deed, reason: Declined | None = None, *,
    better: str = "", words: str = "", now: datetime = NOW,
) -> State:  # fmt: skip
    with database.writing() as session:
        standing = actions.answer(
            session, token, deed, reason=reason, better=better, words=words, directory=directory, now=now
        )
        return standing.state


def opens(database: Database, token: str, now: datetime = NOW) -> bool:
    with database.writing() as session:
        try:
            actions.look_at(session, token, now=now)
        except actions.NoReferralError:
            return False
        return True


def letters(database: Database) -> list[Message]:
    """Return the letters that are to be sent, in the order in which they were asked for."""
    kinds = set(Letter)
    with database.writing() as session:
        vault, found = vault_of(session), []
        rows = session.scalars(select(JobRow).order_by(JobRow.created_at, JobRow.id)).all()
        for row in rows:
            if row.kind in kinds and row.content_sealed is not None:
                text = vault.open(row.content_sealed, Place(JobRow.__tablename__, "content_sealed", row.id))
                found.append(Message.read(Letter(row.kind), text))
        return found


def kinds(database: Database) -> list[str]:
    return sorted(letter.kind for letter in letters(database))


# Sending


def test_what_the_family_agreed_to_travels_and_nothing_else(database: Database, send: Send) -> None:
    made = send()
    open_it(database, made.token)
    with database.writing() as session:
        found = actions.shared(session, made.token, now=NOW)
    assert found.message == "Чи допоможете?"
    (parcel,) = found.parcels
    assert parcel.people == [
        {
            Page.PERSON: {"surname": "Демонстраційний", "given": "Тарас"},
            Page.APPLICANT: {"surname": "Демонстраційна", "given": "Ганна"},
            Page.CONTACT: {"phone": "050 000 00 01", "do-not-call": "1", "language": "uk"},
        }
    ], "no kinship and no birth date; but whoever has the phone has to know that it must not be called"


def test_what_travels_is_as_it_was_at_the_moment_of_sending(
    database: Database, anna: Who, case: str, send: Send
) -> None:
    made = send()
    with inside(database, OURS) as session:
        changed = {**TOLD, Page.CONTACT: {**TOLD[Page.CONTACT], "phone": "050 000 00 99"}}
        cases.tell(session, case, changed, who=anna, now=NOW)
    open_it(database, made.token)
    with database.writing() as session:
        parcel = actions.shared(session, made.token, now=NOW).parcels[0]
    assert parcel.people[0][Page.CONTACT]["phone"] == "050 000 00 01"


@pytest.mark.parametrize(
    ("other", "gap"),
    [
        ({"shares": SHARES | {Share.STORY}}, Gap.SHARES),
        ({"need": Need.TRACING}, Gap.PURPOSE),
        ({"body": "icrc-ukraine"}, Gap.RECIPIENT),
    ],
    ids=["fields", "purpose", "recipient"],
)
def test_nothing_is_sent_that_no_consent_covers(
    database: Database, anna: Who, case: str, send: Send, directory: Directory, other: dict[str, object], gap: Gap
) -> None:
    if other.get("body"):
        other = {"body": next(body.id for body in directory if body.id != BODY and body.kind == "ngo")}
    with pytest.raises(NotCoveredError) as refused:
        send(**other)
    assert refused.value.gap is gap
    assert told(database, case, anna) == []
    assert letters(database) == []


def test_nothing_is_sent_once_the_family_has_withdrawn(
    database: Database, anna: Who, directory: Directory, send: Send, case: str
) -> None:
    made = send()
    withdraw(database, case, anna)
    with pytest.raises(NotCoveredError):
        send(need=Need.LEGAL_AID, body=BODY)
    assert not opens(database, made.token)


def test_nothing_of_the_family_stands_in_a_letter(database: Database, case: str, send: Send) -> None:
    made = send()
    (letter,) = letters(database)
    assert (letter.kind, letter.to) == (Letter.REFERRAL_ASKED, MAIL)
    assert letter.details["path"] == f"/uk/referral/{made.token}"
    assert set(letter.details) == {"path", "until"}
    assert datetime.fromisoformat(letter.details["until"]) == NOW + 8 * DAY


def test_a_body_that_does_not_fit_takes_a_reason_to_go_on(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    agree(database, case, anna, directory, need=Need.DNA)
    with pytest.raises(actions.DoubtsError) as refused:
        send(need=Need.DNA)
    assert refused.value.doubts == (Doubt.NEED,)
    send(need=Need.DNA, despite="Вони обіцяли допомогти по телефону.")
    (one,) = told(database, case, anna)
    assert one.doubts == [Doubt.NEED]
    assert one.despite == "Вони обіцяли допомогти по телефону."


def test_without_an_address_the_link_is_handed_over(database: Database, send: Send) -> None:
    made = send(mail_to="")
    assert not made.is_mailed
    assert letters(database) == []
    assert opens(database, made.token)


def test_an_address_that_takes_no_mail_is_refused(database: Database, anna: Who, case: str, send: Send) -> None:
    with pytest.raises(MessageError):
        send(mail_to="two@example.org, three@example.org")
    assert told(database, case, anna) == []


def test_a_body_is_asked_once_for_the_same_as_long_as_it_has_not_answered(
    database: Database, directory: Directory, send: Send
) -> None:
    made = send()
    with pytest.raises(actions.AlreadySentError):
        send()
    answer(database, directory, made.token, Deed.DECLINE, Declined.CAPACITY)
    send()


@pytest.mark.parametrize("other", [{"shares": frozenset()}, {"about": ["nobody"]}], ids=["no fields", "nobody"])
def test_an_empty_referral_is_none(send: Send, other: dict[str, object]) -> None:
    with pytest.raises(NothingSharedError):
        send(**other)


def test_papers_do_not_travel_with_a_referral(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    agree(database, case, anna, directory, frozenset({Share.PAPERS}))
    with pytest.raises(NothingSharedError):
        send(shares=frozenset({Share.PAPERS}))


def test_a_referral_for_training_is_mailed_to_nobody(
    database: Database, anna: Who, directory: Directory
) -> None:  # fmt: skip
    with inside(database, OURS) as session:
        id_ = cases.open_case(
            session, TOLD, who=anna, is_training=True, random=Random(3), now=NOW
        )  # fmt: skip
    agree(database, id_, anna, directory)
    wanted = order(database, id_, anna)
    with inside(database, OURS) as session:
        made = actions.send(session, id_, wanted, directory=directory, who=anna, now=NOW)
    assert not made.is_mailed
    assert letters(database) == []
    answer(database, directory, made.token, Deed.DECLINE, Declined.CAPACITY)
    with inside(database, OURS) as session:
        assert store.outcomes(session) == [], "and counts nowhere"


def test_another_organisation_sees_no_referral_and_sends_none(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    made = send()
    found = read(database, case, anna)
    neighbour = join(database, "neighbour@example.org", THEIRS)
    with inside(database, THEIRS) as session:
        assert actions.referrals(session, found) == []
        with pytest.raises(actions.UnknownReferralError):
            actions.referral(session, found, made.referral)
    wanted = order(database, case, anna)
    for deed in (
        lambda session: actions.send(session, case, wanted, directory=directory, who=neighbour, now=NOW),
        lambda session: actions.renew(session, case, made.referral, mail_to="", who=neighbour, now=NOW),
        lambda session: actions.revoke(session, case, made.referral, who=neighbour, now=NOW),
    ):
        with pytest.raises(UnknownCaseError), inside(database, THEIRS) as session:
            deed(session)


# The link


def test_a_guessed_link_opens_nothing(database: Database, send: Send) -> None:
    made = send()
    for token in ("", "x", made.token[:-1], made.token + "x", made.token.swapcase()):
        assert not opens(database, token)


def test_a_link_opens_for_eight_days(database: Database, send: Send) -> None:
    made = send()
    assert opens(database, made.token, NOW + 8 * DAY - timedelta(seconds=1))
    assert not opens(database, made.token, NOW + 8 * DAY)
    with pytest.raises(actions.NoReferralError):
        open_it(database, made.token, NOW + 8 * DAY)


def test_a_renewed_link_opens_and_the_one_before_no_more(database: Database, anna: Who, case: str, send: Send) -> None:
    first = send()
    later = NOW + 9 * DAY
    with inside(database, OURS) as session:
        second = actions.renew(session, case, first.referral, mail_to=MAIL, who=anna, now=later)
        third = actions.renew(session, case, first.referral, mail_to="", who=anna, now=later)
    assert second.is_mailed
    assert not third.is_mailed
    assert [opens(database, made.token, later) for made in (first, second, third)] == [False, False, True]


def test_a_referral_that_was_taken_back_opens_nothing_and_the_body_is_told(
    database: Database, anna: Who, case: str, send: Send
) -> None:
    made = send()
    with inside(database, OURS) as session:
        actions.revoke(session, case, made.referral, who=anna, now=NOW)
    assert not opens(database, made.token)
    (one,) = told(database, case, anna)
    assert one.standing.state is State.REVOKED
    assert kinds(database) == ["referral.asked", "referral.over"]
    for deed in (
        lambda session: actions.revoke(session, case, made.referral, who=anna, now=NOW),
        lambda session: actions.renew(session, case, made.referral, mail_to=MAIL, who=anna, now=NOW),
    ):
        with pytest.raises(NotNowError), inside(database, OURS) as session:
            deed(session)


def test_looking_at_the_first_page_is_no_opening(database: Database, anna: Who, case: str, send: Send) -> None:
    made = send()
    with database.writing() as session:
        asked = actions.look_at(session, made.token, now=NOW)
        assert (asked.organisation, asked.need) == (OURS, Need.LEGAL_AID)
        with pytest.raises(actions.NotOpenedError):
            actions.shared(session, made.token, now=NOW)
    assert told(database, case, anna)[0].opened == []


def test_the_family_sees_who_opened_what_is_shared_and_when(
    database: Database, anna: Who, case: str, send: Send
) -> None:
    made = send()
    open_it(database, made.token, NOW + DAY)
    open_it(database, made.token, NOW + 2 * DAY)
    (one,) = told(database, case, anna)
    assert (one.body, one.standing.state) == (BODY, State.SEEN)
    assert one.opened == [NOW + DAY, NOW + 2 * DAY]
    with database.writing() as session:
        actions.shared(session, made.token, now=NOW + 2 * DAY)
    with inside(database, OURS) as session:
        subject = read(database, case, anna).subject
        read_ = records_on(session, [subject], (Event.REFERRAL_OPENED, Event.REFERRAL_READ), before=0, limit=9)
        assert {record.actor for record in read_} == {f"referral:{made.referral}"}
        assert len(read_) == 3


# Answers


def test_a_body_declines_with_a_reason_and_names_who_is_competent(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    made = send()
    better = next(body.id for body in directory if body.id != BODY)
    answer(database, directory, made.token, Deed.DECLINE, Declined.NOT_COMPETENT, better=better, words="Це до них.")
    (one,) = told(database, case, anna)
    assert (one.standing.state, one.reason, one.better) == (State.DECLINED, Declined.NOT_COMPETENT, better)
    assert one.steps[-1].words == "Це до них."
    news = [letter for letter in letters(database) if letter.kind is Letter.REFERRAL_NEWS]
    assert [letter.to for letter in news] == ["anna@example.org"]
    with database.reading() as session:
        assert session.scalars(select(JobRow.kind)).all().count("referral.news") == 1


def test_an_unknown_body_is_named_by_nobody(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    made = send()
    answer(database, directory, made.token, Deed.DECLINE, Declined.NOT_COMPETENT, better="<script>")
    assert told(database, case, anna)[0].better == ""


def test_an_answer_is_taken_once_and_an_ended_referral_takes_none(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    made = send()
    open_it(database, made.token)
    assert answer(database, directory, made.token, Deed.ACCEPT) is State.ACCEPTED
    with pytest.raises(NotNowError):
        answer(database, directory, made.token, Deed.ACCEPT)
    assert answer(database, directory, made.token, Deed.BEGIN, now=NOW + DAY) is State.IN_PROGRESS
    assert answer(database, directory, made.token, Deed.FINISH, words="Позов подано.", now=NOW + DAY) is State.DONE
    for deed, reason in ((Deed.FINISH, None), (Deed.DECLINE, Declined.CAPACITY)):
        with pytest.raises(actions.NoReferralError):
            answer(database, directory, made.token, deed, reason, now=NOW + DAY)
    assert not opens(database, made.token, NOW + DAY), "a link that was used to the end opens nothing"
    with inside(database, OURS) as session:
        (outcome,) = store.outcomes(session)
        assert (outcome.state, outcome.answer_days) == (State.DONE, 0), "counted once, with the first answer"


def test_another_reason_needs_words(database: Database, directory: Directory, send: Send) -> None:
    made = send()
    with pytest.raises(NoWordsError):
        answer(database, directory, made.token, Deed.DECLINE, Declined.OTHER)
    assert answer(database, directory, made.token, Deed.DECLINE, Declined.OTHER, words="Ремонт.") is State.DECLINED


def test_more_is_told_only_under_consent(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    made = send()
    open_it(database, made.token)
    answer(database, directory, made.token, Deed.ASK, words="Коли народився?")
    more = frozenset({Share.MISSING_BIRTH})
    with pytest.raises(NotCoveredError), inside(database, OURS) as session:
        actions.supply(session, case, made.referral, more, "", who=anna, now=NOW + DAY)
    agree(database, case, anna, directory, SHARES | more)
    with inside(database, OURS) as session:
        second = actions.supply(session, case, made.referral, more, "Ось рік.", who=anna, now=NOW + DAY)
    open_it(database, second.token, NOW + DAY)
    with database.writing() as session:
        found = actions.shared(session, second.token, now=NOW + DAY)
    assert [parcel.people for parcel in found.parcels[1:]] == [[{Page.PERSON: {"born-year": "1990"}}]]
    assert [step.words for step in found.steps if step.words] == ["Коли народився?", "Ось рік."]
    assert opens(database, made.token, NOW + DAY), "the link before opens as long as it lasts"
    assert "referral.supplied" in kinds(database)


def test_a_transfer_that_is_done_proposes_closing_and_a_referral_does_not(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    made = send(kind=Kind.TRANSFER)
    open_it(database, made.token)
    answer(database, directory, made.token, Deed.ACCEPT)
    assert not told(database, case, anna)[0].standing.proposes_closing
    answer(database, directory, made.token, Deed.FINISH)
    assert told(database, case, anna)[0].standing.proposes_closing


# Consent withdrawn, the case closed


def withdraw(database: Database, case: str, who: Who, now: datetime = NOW) -> None:
    with inside(database, who.organisation) as session:
        for consent in consenting.consents_of(session, case):
            consenting.withdraw(session, case, consent.id, who=who, now=now)


def follow(database: Database, case: str, who: Who, now: datetime = NOW) -> None:
    actions.follow_withdrawal(database, read(database, case, who).subject, now=now)


def test_when_the_family_withdraws_the_data_is_gone_and_both_sides_are_told(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    made = send()
    open_it(database, made.token)
    withdraw(database, case, anna)
    with database.writing() as session, pytest.raises(actions.NoReferralError):
        actions.shared(session, made.token, now=NOW)
    with database.reading() as session:
        assert session.scalars(select(JobRow.kind)).all().count("consent.withdrawn") == 1, "the worker is asked"
    follow(database, case, anna)
    follow(database, case, anna)
    (one,) = told(database, case, anna)
    assert one.standing.state is State.WITHDRAWN
    assert kinds(database) == ["referral.asked", "referral.news", "referral.withdrawn"]
    withdrawn = next(letter for letter in letters(database) if letter.kind is Letter.REFERRAL_WITHDRAWN)
    assert (withdrawn.to, set(withdrawn.details)) == (MAIL, {"path", "at"})
    with inside(database, OURS) as session:
        row = store.find(session, case, made.referral)
        assert row is not None
        assert row.packet_sealed is None, "what travelled is kept nowhere any more"


def test_a_consent_that_ran_out_ends_a_referral_and_a_withdrawal_of_another_does_not(
    database: Database, anna: Who, directory: Directory
) -> None:
    id_ = opened(database, anna)
    agree(database, id_, anna, directory, until=date(2026, 11, 28))
    other = agree(database, id_, anna, directory, need=Need.DNA)
    wanted = order(database, id_, anna)
    with inside(database, OURS) as session:
        made = actions.send(session, id_, wanted, directory=directory, who=anna, now=NOW)
        consenting.withdraw(session, id_, other, who=anna, now=NOW)
    follow(database, id_, anna)
    assert opens(database, made.token)
    after = datetime(2026, 11, 29, 9, tzinfo=UTC)
    assert not opens(database, made.token, after)
    actions.keep_time(database, now=after)
    assert told(database, id_, anna)[0].standing.state is State.WITHDRAWN


def test_links_open_nothing_once_the_case_is_closed(database: Database, anna: Who, case: str, send: Send) -> None:
    lead = join(database, "lead@example.org", OURS)
    lead = Who(lead.account, OURS, leads=True)
    made = send()
    with inside(database, OURS) as session:
        cases.close(session, case, Closing.HELPED, who=anna, now=NOW)
    assert not opens(database, made.token)
    actions.keep_time(database, now=NOW)
    assert told(database, case, lead)[0].standing.state is State.REVOKED
    with pytest.raises(ClosedError), inside(database, OURS) as session:
        actions.renew(session, case, made.referral, mail_to="", who=lead, now=NOW)


# The clock


def tick(database: Database, days: int) -> None:
    """Two workers at once do what is due so many days later."""
    for _ in range(2):
        actions.keep_time(database, now=NOW + days * DAY)


def test_a_silent_body_is_reminded_twice_and_then_the_referral_closes_itself_and_all_three_are_told(
    database: Database, anna: Who, directory: Directory
) -> None:
    id_ = opened(database, anna, WRITTEN)
    agree(database, id_, anna, directory)
    wanted = order(database, id_, anna, shares=frozenset({Share.MISSING_NAME}))
    with inside(database, OURS) as session:
        made = actions.send(session, id_, wanted, directory=directory, who=anna, now=NOW)
    seen = []
    for days in range(30):
        tick(database, days)
        (one,) = told(database, id_, anna)
        seen.append((one.standing.reminded, one.standing.state.value))
    assert seen.index((1, "sent")) == 5, "Thursday, Friday, Monday"
    assert seen.index((2, "sent")) == 8
    assert seen.index((2, "silent")) == 21
    assert kinds(database) == [
        "case.news", "referral.asked", "referral.news", "referral.over", "referral.reminded", "referral.reminded",
    ]  # fmt: skip
    to = {letter.kind: letter.to for letter in letters(database)}
    assert to[Letter.CASE_NEWS] == "hanna@example.org"
    assert to[Letter.REFERRAL_OVER] == MAIL
    assert to[Letter.REFERRAL_NEWS] == "anna@example.org"
    assert not opens(database, made.token, NOW + 22 * DAY)
    with inside(database, OURS) as session:
        (outcome,) = store.outcomes(session)
        assert (outcome.state, outcome.answer_days) == (State.SILENT, None)


def test_a_reminder_brings_a_link_of_its_own(database: Database, send: Send) -> None:
    made = send()
    tick(database, 8)
    assert not opens(database, made.token, NOW + 9 * DAY)
    reminded = next(letter for letter in letters(database) if letter.kind is Letter.REFERRAL_REMINDED)
    token = reminded.details["path"].rpartition("/")[2]
    assert opens(database, token, NOW + 9 * DAY)


def test_whoever_handed_a_link_over_is_told_to_remind_themselves(database: Database, send: Send) -> None:
    send(mail_to="")
    tick(database, 5)
    assert kinds(database) == ["referral.news"]


def test_an_answered_referral_is_neither_reminded_nor_closed(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    made = send()
    open_it(database, made.token)
    answer(database, directory, made.token, Deed.ACCEPT)
    for days in (5, 8, 21, 60):
        tick(database, days)
    (one,) = told(database, case, anna)
    assert (one.standing.state, one.standing.reminded) == (State.ACCEPTED, 0)


# What became of many


def test_how_soon_a_body_answers_is_told_of_ten_referrals_of_all_organisations(
    database: Database, directory: Directory
) -> None:
    for number in range(10):
        who = join(database, f"v{number}@example.org", (OURS, THEIRS)[number % 2])
        with inside(database, who.organisation) as session:
            id_ = cases.open_case(
                session, TOLD, who=who, is_training=False, random=Random(number), now=NOW
            )  # fmt: skip
        agree(database, id_, who, directory)
        wanted = order(database, id_, who)
        with inside(database, who.organisation) as session:
            made = actions.send(session, id_, wanted, directory=directory, who=who, now=NOW)
        with database.reading() as session:
            assert actions.paces(session) == {}
        answer(database, directory, made.token, Deed.DECLINE, Declined.CAPACITY, now=NOW + DAY)
    with database.reading() as session:
        assert actions.outcomes_number(session) == 10
        assert actions.paces(session) == {BODY: Pace(1, 10)}
        assert store.outcomes(session) == [], "outside of an organisation there is nothing else"


def test_an_erased_case_leaves_what_became_of_its_referrals_and_nothing_more(
    database: Database, anna: Who, case: str, directory: Directory, send: Send, tmp_path: Path
) -> None:
    made = send()
    answer(database, directory, made.token, Deed.DECLINE, Declined.CAPACITY)
    lead = Who(join(database, "lead@example.org", OURS).account, OURS, leads=True)
    with inside(database, OURS) as session:
        cases.close(session, case, Closing.HELPED, who=anna, now=NOW)
        keeping.erase(session, Folder(tmp_path), case, who=lead, now=NOW)
        for table in (store.ReferralRow, store.LinkRow, store.StepRow):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert len(store.outcomes(session)) == 1
    assert not opens(database, made.token)


def test_what_waits_for_whoever_helps_stands_among_what_is_due(
    database: Database, anna: Who, case: str, directory: Directory, send: Send
) -> None:
    made = send()
    open_it(database, made.token)
    answer(database, directory, made.token, Deed.ASK, words="Коли?", now=NOW + DAY)
    with inside(database, OURS) as session:
        (one,) = actions.due(session, [cases.case_row(session, case, who=anna)])
    assert (one.day, one.what, one.about) == ((NOW + DAY).date(), BODY, {"referral": made.referral})
    answer(database, directory, made.token, Deed.DECLINE, Declined.CAPACITY, now=NOW + DAY)
    with inside(database, OURS) as session:
        assert actions.due(session, [cases.case_row(session, case, who=anna)]) == []

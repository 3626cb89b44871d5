"""Cases of families: opened, told, shared, handed over, closed; and what another organisation sees of them: nothing."""

from __future__ import annotations

import ast
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import delete, func, select, update

from app.accounts.model import Role
from app.audit.model import Event
from app.audit.store import records_on
from app.cases import actions, store
from app.cases.actions import Who
from app.cases.model import Closing, State, UnheardError
from app.config import ROOT
from app.extracts.actions import NotYetError, WrongPassphraseError
from app.extracts.draft import Fault, Page
from app.kernel.reference import new_reference
from app.storage.database import Database
from app.storage.engine import Table
from tests.families import NOW, OURS, THEIRS, TOLD, inside, join, opened


@pytest.fixture
def anna(database: Database) -> Who:
    return join(database, "anna@example.org", OURS)


@pytest.fixture
def bohdan(database: Database) -> Who:
    return join(database, "bohdan@example.org", OURS)


@pytest.fixture
def lead(database: Database) -> Who:
    return join(database, "lead@example.org", OURS, Role.COORDINATOR)


@pytest.fixture
def neighbour(database: Database) -> Who:
    return join(database, "neighbour@example.org", THEIRS, Role.COORDINATOR)


def listed(database: Database, who: Who, typed: str = "", state: State = State.OPEN) -> list[str]:
    with inside(database, who.organisation) as session:
        found = actions.list_cases(session, who=who, state=state, typed=typed, now=NOW)
        return [one.family for one in found]


def test_whoever_opens_a_case_helps_with_it_and_finds_it(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        case = actions.read_case(session, id_, who=anna, now=NOW)
        assert case.contact.safe.do_not_call
        assert case.missing[0].claim.person.given == "Тарас"
        assert [one.what for one in actions.history(session, case)] == ["opened"]
    with inside(database, OURS) as session:
        read = records_on(session, [case.subject], (Event.CASE_OPENED, Event.CASE_READ), before=0, limit=9)
        assert {one.event for one in read} == {"case.opened", "case.read"}
        assert all(one.actor == anna.reference for one in read)
    assert listed(database, anna) == ["Демонстраційна Ганна"]


def test_a_name_and_one_way_to_reach_the_family_are_enough(database: Database, anna: Who) -> None:
    opened(database, anna)
    for page, name, text, fault in (
        (Page.APPLICANT, "given", "", Fault.MISSING),
        (Page.CONTACT, "phone", "", Fault.MISSING),
        (Page.CONTACT, "phone", "abc", Fault.NO_PHONE),
        (Page.PERSON, "surname", "", Fault.MISSING),
        (Page.PERSON, "born-year", "2100", Fault.NOT_YET),
        (Page.KINSHIP, "kinship", "", Fault.MISSING),
    ):
        with pytest.raises(UnheardError) as refused:
            opened(database, anna, {**TOLD, page: {**TOLD[page], name: text}})
        assert (page, name, fault) in refused.value.faults


def test_another_volunteer_finds_a_case_only_once_they_help_and_no_longer_once_it_is_handed_on(
    database: Database, anna: Who, bohdan: Who, lead: Who
) -> None:
    id_ = opened(database, anna)
    assert listed(database, bohdan) == []
    with pytest.raises(actions.UnknownCaseError), inside(database, OURS) as session:
        actions.read_case(session, id_, who=bohdan, now=NOW)
    assert listed(database, lead) == ["Демонстраційна Ганна"], "who leads sees every case of the organisation"
    with inside(database, OURS) as session:
        actions.hand_over(session, id_, bohdan.account, who=anna, now=NOW + timedelta(minutes=1))
    assert listed(database, bohdan) == ["Демонстраційна Ганна"]
    assert listed(database, anna) == []
    with inside(database, OURS) as session:
        case = actions.read_case(session, id_, who=bohdan, now=NOW)
        assert [line.what for line in actions.history(session, case)] == ["helper-left", "helper-joined", "opened"]
        assert {one.account: one.until is None for one in case.helpers} == {anna.account: False, bohdan.account: True}


def test_a_case_is_handed_over_to_people_of_the_organisation_alone(
    database: Database, anna: Who, neighbour: Who
) -> None:
    id_ = opened(database, anna)
    for stranger in (neighbour.account, "nobody"):
        with pytest.raises(actions.NobodyError), inside(database, OURS) as session:
            actions.hand_over(session, id_, stranger, who=anna, now=NOW)
    assert listed(database, anna) == ["Демонстраційна Ганна"]


def test_the_last_helper_cannot_go(database: Database, anna: Who, lead: Who) -> None:
    id_ = opened(database, anna)
    with pytest.raises(actions.LastHelperError), inside(database, OURS) as session:
        actions.leave(session, id_, anna.account, who=lead, now=NOW)


def test_access_ends_with_the_case_and_comes_back_when_it_is_opened_again(
    database: Database, anna: Who, lead: Who
) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        actions.close(session, id_, Closing.HELPED, who=anna, now=NOW)
    assert listed(database, anna) == []
    for deed in (
        lambda session: actions.read_case(session, id_, who=anna, now=NOW),
        lambda session: actions.reopen(session, id_, who=anna, now=NOW),
    ):
        with pytest.raises(actions.UnknownCaseError), inside(database, OURS) as session:
            deed(session)
    with pytest.raises(actions.ClosedError), inside(database, OURS) as session:
        actions.new_phrase(session, id_, who=lead, random=Random(2), now=NOW)
    assert listed(database, lead, state=State.CLOSED) == ["Демонстраційна Ганна"]
    with inside(database, OURS) as session:
        assert actions.read_case(session, id_, who=lead, now=NOW).erase_on == (NOW + actions.KEPT).date()
        actions.reopen(session, id_, who=lead, now=NOW)
    assert listed(database, anna) == ["Демонстраційна Ганна"]


def test_cases_are_found_by_name_phone_and_reference_as_far_as_somebody_helps(
    database: Database, anna: Who, bohdan: Who
) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        reference = actions.read_case(session, id_, who=anna, now=NOW).reference
    for typed in ("ганна", "Тарас Демонстраційний", "0500000001", "+380 50 000 00 01", reference):
        assert listed(database, anna, typed) == ["Демонстраційна Ганна"], typed
        assert listed(database, bohdan, typed) == [], typed
    for typed in ("Ган", "Тарас Інший", "0500000002", "DV-2222-2222-2222"):
        assert listed(database, anna, typed) == [], typed


def test_what_is_put_right_is_found_under_its_new_words_alone(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        actions.tell(
            session, id_, {**TOLD, Page.APPLICANT: {"surname": "Інша", "given": "Ганна"}}, who=anna, now=NOW
        )  # fmt: skip
    assert listed(database, anna, "Інша") == ["Інша Ганна"]
    assert listed(database, anna, "Демонстраційна") == []


def test_a_second_person_is_added_and_the_last_one_stays(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        second = {Page.KINSHIP: {"kinship": "spouse"}, Page.PERSON: {"surname": "Другий", "given": "Остап"}}
        actions.tell_of(session, id_, "", second, who=anna, now=NOW)
        case = actions.read_case(session, id_, who=anna, now=NOW)
        assert [one.claim.person.given for one in case.missing] == ["Тарас", "Остап"]
        assert case.answers_on(case.missing[1])[Page.APPLICANT]["given"] == "Ганна", "the story is told once"
        actions.remove_missing(session, id_, case.missing[0].id, who=anna, now=NOW)
        with pytest.raises(actions.LastMissingError):
            actions.remove_missing(session, id_, case.missing[1].id, who=anna, now=NOW)


def test_the_family_opens_its_page_with_reference_and_passphrase(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        opens = actions.passphrase_of(session, actions.read_case(session, id_, who=anna, now=NOW), now=NOW)
    with database.writing() as session:
        assert actions.open_own(session, opens.reference, opens.passphrase.upper(), now=NOW) == id_
    with database.writing() as session:
        assert actions.own_case(session, id_, now=NOW).reference == opens.reference
    with inside(database, OURS) as session:
        case = actions.read_case(session, id_, who=anna, now=NOW)
        assert actions.passphrase_of(session, case, now=NOW).passphrase == "", "once used, nobody reads it any more"
        actions.new_phrase(session, id_, who=anna, random=Random(2), now=NOW)
    with pytest.raises(WrongPassphraseError), database.writing() as session:
        actions.open_own(session, opens.reference, opens.passphrase, now=NOW)


def test_a_fresh_passphrase_is_forgotten_after_an_hour(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    later = NOW + actions.PHRASE_SHOWN
    with inside(database, OURS) as session:
        case = actions.read_case(session, id_, who=anna, now=NOW)
        assert actions.passphrase_of(session, case, now=later).passphrase == ""
    actions.sweep(database, now=later + timedelta(seconds=1))
    with inside(database, OURS) as session:
        row = store.find_case(session, id_)
        assert row is not None
        assert row.passphrase is None


def test_wrong_passphrases_are_slowed_down_whether_or_not_there_is_a_case(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        reference = actions.read_case(session, id_, who=anna, now=NOW).reference
    for typed in (reference, new_reference(Random(7))):
        refused = []
        for _ in range(3):
            with database.session(writes=True) as session:
                with pytest.raises((WrongPassphraseError, NotYetError)) as error:
                    actions.open_own(session, typed, "не те", now=NOW)
                session.commit()
            refused.append(error.type)
        assert refused == [WrongPassphraseError, WrongPassphraseError, NotYetError]


# Organisations apart


def test_a_neighbour_organisation_finds_nothing(database: Database, anna: Who, neighbour: Who) -> None:
    id_ = opened(database, anna)
    assert listed(database, neighbour) == []
    assert listed(database, neighbour, "Ганна") == []
    for deed in (
        lambda session: actions.read_case(session, id_, who=neighbour, now=NOW),
        lambda session: actions.tell(session, id_, TOLD, who=neighbour, now=NOW),
        lambda session: actions.close(session, id_, Closing.HELPED, who=neighbour, now=NOW),
        lambda session: actions.join(session, id_, neighbour.account, who=neighbour, now=NOW),
    ):
        with pytest.raises(actions.UnknownCaseError), inside(database, THEIRS) as session:
            deed(session)


def test_whatever_is_asked_of_the_tables_answers_within_one_organisation(database: Database, anna: Who) -> None:
    opened(database, anna)
    tables = [mapper.class_ for mapper in Table.registry.mappers if issubclass(mapper.class_, store.OfOrganisation)]
    assert store.CaseRow in tables
    for organisation in ("", THEIRS):
        for row in tables:
            with inside(database, organisation) as session:
                assert session.scalars(select(row)).all() == []
                assert session.scalar(select(func.count()).select_from(row)) == 0
                assert session.execute(update(row).values(organisation=THEIRS)).rowcount == 0  # type: ignore[attr-defined]
                assert session.execute(delete(row)).rowcount == 0  # type: ignore[attr-defined]
    with inside(database, OURS) as session:
        assert session.scalar(select(func.count()).select_from(store.CaseRow)) == 1


def test_a_row_of_another_organisation_cannot_be_written(database: Database, anna: Who) -> None:
    id_ = opened(database, anna)
    with database.session(writes=True) as session:
        with store.everywhere(session):
            row = store.find_case(session, id_)
        assert row is not None
        store.within(session, THEIRS)
        row.state = State.CLOSED.value
        with pytest.raises(store.ForeignRowError):
            session.flush()


def test_every_table_of_the_slice_belongs_to_organisations() -> None:
    apart = {
        mapper.class_.__tablename__
        for mapper in Table.registry.mappers
        if issubclass(mapper.class_, store.OfOrganisation)
    }
    assert {name for name in Table.metadata.tables if name.startswith("case_")} == apart


@pytest.mark.parametrize("path", sorted((ROOT / "app" / "cases").rglob("*.py")), ids=lambda path: path.name)
def test_no_query_of_the_slice_goes_round_the_one_place(path: object) -> None:
    names = {
        node.attr for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)
    }  # type: ignore[attr-defined]
    assert not names & {"__table__", "connection", "get_bind"}

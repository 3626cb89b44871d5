"""Coordinators and the people of their organisation: inviting, letting go, and nobody of a neighbour."""

from __future__ import annotations

import pytest

from app.accounts import actions as accounts
from app.accounts.model import FourEyesError, Role
from app.cases import actions
from app.cases.actions import NobodyError, Who
from app.cases.leading import actions as leading
from app.storage.database import Database
from tests.test_cases import NOW, OURS, THEIRS, anna, bohdan, inside, lead, listed, neighbour, opened

__all__ = ["anna", "bohdan", "lead", "neighbour"]


def test_who_is_invited_by_a_coordinator_joins_that_organisation(database: Database, lead: Who) -> None:
    with inside(database, OURS) as session:
        invited = leading.invite(
            session, address="new@example.org", name="Демо", role=Role.VOLUNTEER, language="uk", who=lead, now=NOW
        )
    with inside(database, OURS) as session:
        joined = accounts.accept(session, invited.token, password_hash="x", now=NOW)
    assert (joined.organisation, joined.roles) == (OURS, {Role.VOLUNTEER})


def test_an_invitation_of_a_neighbour_is_nobodys_to_renew_or_withdraw(
    database: Database, lead: Who, neighbour: Who
) -> None:
    with inside(database, OURS) as session:
        id_ = leading.invite(
            session, address="new@example.org", name="Демо", role=Role.VOLUNTEER, language="uk", who=lead, now=NOW
        ).id
    with inside(database, THEIRS) as session:
        assert leading.load(session, who=neighbour, now=NOW).waiting == []
        for deed in (leading.invite_again, leading.withdraw):
            with pytest.raises(leading.StrangerError):
                deed(session, id_, who=neighbour, now=NOW)
    with inside(database, OURS) as session:
        leading.withdraw(session, id_, who=lead, now=NOW)
        assert leading.load(session, who=lead, now=NOW).waiting == []


def test_whoever_leaves_hands_every_family_on_and_signs_in_no_more(
    database: Database, anna: Who, bohdan: Who, lead: Who
) -> None:
    id_ = opened(database, anna)
    for successor in ("", anna.account, "nobody"):
        with pytest.raises(NobodyError), inside(database, OURS) as session:
            leading.let_go(session, anna.account, successor, who=lead, now=NOW)
    with inside(database, OURS) as session:
        assert leading.let_go(session, anna.account, bohdan.account, who=lead, now=NOW) == 1
    assert listed(database, anna) == []
    assert listed(database, bohdan) == ["Демонстраційна Ганна"]
    with inside(database, OURS) as session:
        load = leading.load(session, who=lead, now=NOW)
        assert {one.person.id: (one.cases, one.person.standing.active) for one in load.people} == {
            anna.account: (0, False), bohdan.account: (1, True), lead.account: (0, True),
        }  # fmt: skip
        case = actions.read_case(session, id_, who=bohdan, now=NOW)
        assert {one.account for one in case.helpers} == {anna.account, bohdan.account}, "the history stays"


def test_a_family_is_seen_to_be_alone_when_its_only_helper_was_disabled(
    database: Database, anna: Who, lead: Who
) -> None:
    id_ = opened(database, anna)
    with inside(database, OURS) as session:
        accounts.let_go(session, anna.account, organisation=OURS, actor=lead.reference, now=NOW)
        assert [case for case, _ in leading.load(session, who=lead, now=NOW).without_help] == [id_]


def test_nobody_lets_go_themselves_or_people_of_a_neighbour(database: Database, lead: Who, neighbour: Who) -> None:
    with pytest.raises(FourEyesError), inside(database, OURS) as session:
        leading.let_go(session, lead.account, "", who=lead, now=NOW)
    with pytest.raises(leading.StrangerError), inside(database, OURS) as session:
        leading.let_go(session, neighbour.account, "", who=lead, now=NOW)
    with pytest.raises(accounts.UnknownAccountError), inside(database, OURS) as session:
        accounts.let_go(session, neighbour.account, organisation=OURS, actor=lead.reference, now=NOW)

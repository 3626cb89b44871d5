"""Accounts: who may invite, change and disable whom, and that one invitation makes one account."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import actions
from app.accounts.actions import (
    ActorError,
    AddressTakenError,
    InvitationError,
    Invited,
    LastAdministratorError,
    UnknownAccountError,
    UnknownInvitationError,
)
from app.accounts.address import AddressError
from app.accounts.model import FourEyesError, OrganisationError, Role, SeparateRolesError, State
from app.accounts.store import AccountRow, InvitationRow, SignInRow, all_accounts
from app.audit.store import Wanted, records
from app.storage.database import Database

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=7, seconds=1)
COMMAND = "command:account-invite"


def invite(session: Session, address: str, *roles: Role, name: str = "Зразок Прикладенко") -> Invited:
    return actions.invite(
        session,
        address=address,
        name=name,
        roles=roles or (Role.REGISTRAR,),
        organisation="",
        language="uk",
        actor=COMMAND,
        now=NOW,
    )


def join(database: Database, address: str, *roles: Role) -> str:
    with database.writing() as session:
        token = invite(session, address, *roles).token
        return actions.accept(session, token, password_hash="hash", now=NOW).id


def events(database: Database) -> list[str]:
    with database.reading() as session:
        return [found.event for found in records(session, Wanted())][::-1]


def at_once(*deeds: Callable[[], None]) -> list[BaseException | None]:
    """Run every deed in a thread of its own, all at once; return what each raised."""
    outcomes: list[BaseException | None] = [None] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(place: int) -> None:
        start.wait()
        try:
            deeds[place]()
        except BaseException as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


def test_an_invited_person_joins_with_the_roles_of_the_invitation(database: Database) -> None:
    id_ = join(database, "Registrar@Example.org", Role.REGISTRAR, Role.EDITOR)
    with database.writing() as session:
        person, sign_ins = actions.read_person(session, id_, actor=COMMAND, now=NOW)
    assert (person.name, person.address) == ("Зразок Прикладенко", "Registrar@example.org")
    assert person.standing.roles == {Role.REGISTRAR, Role.EDITOR}
    assert (person.standing.state, sign_ins) == (State.UNREADY, [])
    assert events(database) == ["account.invited", "account.joined", "account.read"]


def test_a_link_opens_once_and_says_nothing_about_why_it_does_not(database: Database) -> None:
    with database.writing() as session:
        used, expired = invite(session, "a@example.org"), invite(session, "b@example.org")
        withdrawn = invite(session, "c@example.org")
        actions.accept(session, used.token, password_hash="hash", now=NOW)
        actions.withdraw(session, withdrawn.id, actor=COMMAND, now=NOW)
    for token, moment in ((used.token, NOW), (expired.token, LATER), (withdrawn.token, NOW), ("unknown", NOW)):
        for deed in (
            lambda session, token=token, moment=moment: actions.look_at(session, token, now=moment),
            lambda session, token=token, moment=moment: actions.accept(session, token, password_hash="h", now=moment),
        ):
            with pytest.raises(InvitationError) as refused, database.writing() as session:
                deed(session)
            assert refused.value.args == ()


def test_of_an_ended_invitation_no_name_is_left(database: Database) -> None:
    with database.writing() as session:
        actions.withdraw(session, invite(session, "a@example.org").id, actor=COMMAND, now=NOW)
    with database.reading() as session:
        row = session.scalars(select(InvitationRow)).one()
        assert (row.name, row.email) == ("", "")


def test_a_second_invitation_ends_the_first(database: Database) -> None:
    with database.writing() as session:
        first, second = invite(session, "a@example.org"), invite(session, "A@example.org ")
        again, old = actions.invite_again(session, second.id, actor=COMMAND, now=NOW)
        assert old.address == "A@example.org"
        for token in (first.token, second.token):
            with pytest.raises(InvitationError):
                actions.look_at(session, token, now=NOW)
        assert actions.look_at(session, again.token, now=NOW).name == "Зразок Прикладенко"
        assert [waiting.id for waiting in actions.waiting(session)] == [again.id]
        with pytest.raises(UnknownInvitationError):
            actions.withdraw(session, first.id, actor=COMMAND, now=NOW)


def test_nobody_is_invited_twice_or_with_roles_that_watch_each_other(database: Database) -> None:
    join(database, "a@example.org")
    with database.writing() as session:
        with pytest.raises(AddressTakenError):
            invite(session, " A@EXAMPLE.ORG")
        with pytest.raises(SeparateRolesError):
            invite(session, "b@example.org", Role.AUDITOR, Role.REGISTRAR)
        with pytest.raises(OrganisationError):
            invite(session, "b@example.org", Role.VOLUNTEER)
        with pytest.raises(AddressError):
            invite(session, "no address")


def test_two_tabs_make_one_account(database: Database) -> None:
    with database.writing() as session:
        token = invite(session, "a@example.org").token

    def tab() -> None:
        with database.writing() as session:
            actions.accept(session, token, password_hash="hash", now=NOW)

    outcomes = at_once(tab, tab)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvitationError", "NoneType"]
    with database.reading() as session:
        assert len(all_accounts(session)) == 1


def test_changed_roles_end_the_sign_ins_of_the_person(database: Database) -> None:
    chief, id_ = join(database, "chief@example.org", Role.ADMINISTRATOR), join(database, "a@example.org")
    with database.writing() as session:
        session.add(SignInRow(account_id=id_, started_at=NOW, seen_at=NOW, device="Firefox"))
        before = session.get_one(AccountRow, id_).fs_uniquifier
    with database.writing() as session:
        actions.change_roles(
            session, id_, {Role.EDITOR, Role.SUPERVISOR}, organisation="", actor=f"account:{chief}", now=NOW
        )
    with database.writing() as session:
        person, sign_ins = actions.read_person(session, id_, actor=f"account:{chief}", now=NOW)
        assert person.standing.roles == {Role.EDITOR, Role.SUPERVISOR}
        assert [signed.ended_at for signed in sign_ins] == [NOW]
        assert session.get_one(AccountRow, id_).fs_uniquifier != before
    with database.reading() as session:
        changed = next(records(session, Wanted(event="account.roles-changed")))
        assert dict(changed.details) == {"before": "registrar", "after": "editor,supervisor"}


def test_nobody_changes_or_disables_themselves(database: Database) -> None:
    chief = join(database, "chief@example.org", Role.ADMINISTRATOR)
    join(database, "other@example.org", Role.ADMINISTRATOR)
    with database.writing() as session:
        with pytest.raises(FourEyesError):
            actions.change_roles(session, chief, {Role.EDITOR}, organisation="", actor=f"account:{chief}", now=NOW)
        with pytest.raises(FourEyesError):
            actions.disable(session, chief, actor=f"account:{chief}", now=NOW)


def test_the_last_administrator_stays(database: Database) -> None:
    chief = join(database, "chief@example.org", Role.ADMINISTRATOR)
    with database.writing() as session:
        with pytest.raises(LastAdministratorError):
            actions.disable(session, chief, actor="command:account-disable", now=NOW)
        with pytest.raises(LastAdministratorError):
            actions.change_roles(session, chief, {Role.EDITOR}, organisation="", actor="command:x", now=NOW)


def test_a_disabled_person_is_enabled_with_the_roles_they_had(database: Database) -> None:
    chief, id_ = join(database, "chief@example.org", Role.ADMINISTRATOR), join(database, "a@example.org")
    with database.writing() as session:
        actions.disable(session, id_, actor=f"account:{chief}", now=NOW)
        actions.disable(session, id_, actor=f"account:{chief}", now=NOW)
        disabled = actions.list_people(session, state=State.DISABLED, actor=f"account:{chief}", now=NOW)
        assert [person.id for person in disabled] == [id_]
        actions.enable(session, id_, actor=f"account:{chief}", now=NOW)
        assert actions.list_people(session, state=State.DISABLED, actor=f"account:{chief}", now=NOW) == []
        assert len(actions.list_people(session, role=Role.REGISTRAR, actor=f"account:{chief}", now=NOW)) == 1
    assert events(database)[4:6] == ["account.disabled", "accounts.listed"]


@pytest.mark.parametrize("deed", [actions.disable, actions.enable, actions.end_sign_ins])
def test_an_unknown_person_is_said_to_be_unknown(database: Database, deed: Callable[..., None]) -> None:
    with database.writing() as session, pytest.raises(UnknownAccountError):
        deed(session, "nobody", actor="command:x", now=NOW)


def test_of_two_administrators_who_disable_each_other_one_remains(database: Database) -> None:
    one = join(database, "one@example.org", Role.ADMINISTRATOR)
    two = join(database, "two@example.org", Role.ADMINISTRATOR)

    def disabling(actor: str, subject: str) -> Callable[[], None]:
        def deed() -> None:
            with database.writing() as session:
                actions.disable(session, subject, actor=f"account:{actor}", now=NOW)

        return deed

    outcomes = at_once(disabling(one, two), disabling(two, one))
    assert [type(outcome) for outcome in outcomes if outcome] == [ActorError]
    with database.reading() as session:
        assert [row.active for row in all_accounts(session)].count(True) == 1


def test_of_two_administrators_who_take_the_role_from_each_other_one_remains(database: Database) -> None:
    one = join(database, "one@example.org", Role.ADMINISTRATOR)
    two = join(database, "two@example.org", Role.ADMINISTRATOR)

    def changing(actor: str, subject: str) -> Callable[[], None]:
        def deed() -> None:
            with database.writing() as session:
                actions.change_roles(
                    session, subject, {Role.EDITOR}, organisation="", actor=f"account:{actor}", now=NOW
                )

        return deed

    outcomes = at_once(changing(one, two), changing(two, one))
    assert [type(outcome) for outcome in outcomes if outcome] == [ActorError]
    with database.reading() as session:
        assert [Role.ADMINISTRATOR in row.roles for row in all_accounts(session)].count(True) == 1


def test_demo_people_are_loaded_once_and_never_beside_real_ones(database: Database) -> None:
    with database.writing() as session:
        added = actions.add_demo_people(session, organisation="red-cross", hash_password=lambda _: "hash", now=NOW)
    assert len(added) == len(Role)
    with database.writing() as session:
        assert not actions.add_demo_people(session, organisation="x", hash_password=lambda _: "hash", now=NOW)
        assert not actions.holds_real_people(session)
        assert all(row.name.startswith("Демо") for row in all_accounts(session))
        invite(session, "real@example.net")
        assert actions.holds_real_people(session)

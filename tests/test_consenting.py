"""Consents on both databases: recorded, asked for, withdrawn; and what cannot be shared without one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.audit.model import Event
from app.audit.store import records_on
from app.cases import actions as cases
from app.cases.actions import ClosedError, UnknownCaseError, Who
from app.cases.consenting import actions
from app.cases.consenting.consent import (
    Consent,
    Gap,
    How,
    NotCoveredError,
    Share,
    Standing,
    Terms,
    Unfit,
    UnfitError,
)
from app.cases.keeping.actions import erase
from app.cases.model import Closing, Happened
from app.cases.store import CaseRow
from app.directory.model import Directory, Need
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.files import NoSuchFileError, open_file
from app.storage.folder import Folder
from app.storage.intake import accept
from app.web.edition import Edition
from tests.families import NOW, OURS, THEIRS, inside, join, opened
from tests.uploaded import photo

BODY = "free-legal-aid"
TERMS = Terms(frozenset({Share.CONTACT_NAME, Share.CONTACT_PHONE}), BODY, Need.LEGAL_AID, date(2027, 5, 25))


@pytest.fixture
def anna(database: Database) -> Who:
    return join(database, "anna@example.org", OURS)


@pytest.fixture
def case(database: Database, anna: Who) -> str:
    return opened(database, anna)


@pytest.fixture
def directory(edition: Edition) -> Directory:
    return edition.part(Directory)


Spoken = Callable[..., str]


@pytest.fixture
def spoken(database: Database, anna: Who, case: str, directory: Directory) -> Spoken:
    """Record a consent that was said."""

    def say(terms: Terms = TERMS, witness: str = "Марія Свідок") -> str:
        with inside(database, OURS) as session:
            return actions.record_spoken(session, case, terms, witness, directory=directory, who=anna, now=NOW)

    return say


def row(session: Session, case: str, who: Who) -> CaseRow:
    return cases.locked_case(session, case, who=who)


def may_share(database: Database, case: str, who: Who, **other: object) -> Consent:
    wish = {"shares": TERMS.shares, "recipient": BODY, "purpose": Need.LEGAL_AID, "now": NOW, **other}
    with inside(database, OURS) as session:
        return actions.covering(session, row(session, case, who), **wish)  # type: ignore[arg-type]


def test_nothing_is_shared_before_the_family_has_agreed_and_what_it_agreed_to_is(
    database: Database, anna: Who, case: str, spoken: Spoken
) -> None:
    with pytest.raises(NotCoveredError) as refused:
        may_share(database, case, anna)
    assert refused.value.gap is Gap.RECIPIENT
    id_ = spoken()
    assert may_share(database, case, anna).id == id_
    for other, gap in (
        ({"shares": [*TERMS.shares, Share.STORY]}, Gap.SHARES),
        ({"recipient": "icrc-central-tracing-agency"}, Gap.RECIPIENT),
        ({"purpose": Need.TRACING}, Gap.PURPOSE),
        ({"now": NOW + timedelta(days=365)}, Gap.EXPIRED),
    ):
        with pytest.raises(NotCoveredError) as refused:
            may_share(database, case, anna, **other)
        assert refused.value.gap is gap, other


def test_a_withdrawal_counts_at_once_and_stands_in_history_and_record(
    database: Database, anna: Who, case: str, spoken: Spoken
) -> None:
    id_ = spoken()
    for _ in range(2):
        with inside(database, OURS) as session:
            actions.withdraw(session, case, id_, who=anna, now=NOW)
    with pytest.raises(NotCoveredError) as refused:
        may_share(database, case, anna)
    assert refused.value.gap is Gap.WITHDRAWN
    with inside(database, OURS) as session:
        seen = cases.read_case(session, case, who=anna, now=NOW)
        happened = [line.what for line in cases.history(session, seen)]
        assert happened == [Happened.CONSENT_WITHDRAWN, Happened.CONSENT_GIVEN, Happened.OPENED], "twice is once"
        kept = records_on(session, [seen.subject], (Event.CONSENT_GIVEN, Event.CONSENT_WITHDRAWN), limit=9)
        assert [dict(one.details) for one in kept] == [{"consent": id_}, {"consent": id_, "how": "spoken"}]


def test_a_consent_that_was_asked_for_covers_only_once_the_family_has_agreed_itself(
    database: Database, anna: Who, case: str, directory: Directory
) -> None:
    with inside(database, OURS) as session:
        yes = actions.ask(session, case, TERMS, directory=directory, who=anna, now=NOW)
    with pytest.raises(NotCoveredError) as refused:
        may_share(database, case, anna)
    assert refused.value.gap is Gap.ASKED
    with database.writing() as session:
        actions.agree(session, cases.own_case(session, case, now=NOW), yes, now=NOW)
    assert may_share(database, case, anna).how is How.OWN
    with pytest.raises(actions.MovedError), database.writing() as session:
        actions.refuse(session, cases.own_case(session, case, now=NOW), yes, now=NOW)
    with inside(database, OURS) as session:
        no = actions.ask(session, case, TERMS, directory=directory, who=anna, now=NOW)
        seen = cases.read_case(session, case, who=anna, now=NOW)
        actions.refuse(session, seen, no, now=NOW)
        with pytest.raises(actions.MovedError):
            actions.agree(session, seen, no, now=NOW)
        standing = {one.id: one.standing(NOW.date()) for one in actions.consents_of(session, case)}
    assert standing == {yes: Standing.IN_FORCE, no: Standing.REFUSED}
    with database.writing() as session:
        actions.withdraw_own(session, cases.own_case(session, case, now=NOW), yes, now=NOW)
    with pytest.raises(NotCoveredError):
        may_share(database, case, anna)


def test_a_question_that_has_waited_beyond_its_end_cannot_be_agreed_to(
    database: Database, anna: Who, case: str, directory: Directory
) -> None:
    with inside(database, OURS) as session:
        id_ = actions.ask(session, case, TERMS, directory=directory, who=anna, now=NOW)
    later = NOW + timedelta(days=365)
    with pytest.raises(actions.MovedError), database.writing() as session:
        actions.agree(session, cases.own_case(session, case, now=later), id_, now=later)


def test_a_signed_consent_keeps_its_scan_which_goes_with_the_case(
    database: Database, anna: Who, case: str, directory: Directory, tmp_path: Path
) -> None:
    shelf, scan = Folder(tmp_path / "files"), ("згода.jpg", accept(photo("JPEG"), scanner=None))
    with inside(database, OURS) as session:
        id_ = actions.record_signed(session, shelf, case, TERMS, scan, directory=directory, who=anna, now=NOW)
        assert actions.read_scan(session, shelf, case, id_, who=anna, now=NOW).name == "згода.jpg"
        file = actions.consents_of(session, case)[0].paper
    with inside(database, OURS) as session:
        assert [one.event for one in records_on(session, [f"file:{file}"], tuple(Event), limit=9)] == [
            "file.read", "file.received",
        ]  # fmt: skip
        cases.close(session, case, Closing.HELPED, who=anna, now=NOW)
        erase(session, shelf, case, who=Who(anna.account, OURS, leads=True), now=NOW)
    with inside(database, OURS) as session:
        assert actions.consents_of(session, case) == []
        with pytest.raises(NoSuchFileError):
            open_file(session, shelf, file)
    assert list(shelf.kept()) == []


@pytest.mark.parametrize(
    ("terms", "witness", "fault"),
    [
        (Terms(frozenset(), BODY, Need.LEGAL_AID, TERMS.until), "x", Unfit.NO_SHARES),
        (Terms(TERMS.shares, "nobody", Need.LEGAL_AID, TERMS.until), "x", Unfit.NO_BODY),
        (Terms(TERMS.shares, "court", Need.LEGAL_AID, TERMS.until), "x", Unfit.NO_BODY),
        (Terms(TERMS.shares, BODY, Need.LEGAL_AID, NOW.date() - timedelta(days=1)), "x", Unfit.PAST),
        (Terms(TERMS.shares, BODY, Need.LEGAL_AID, date(2027, 11, 26)), "x", Unfit.TOO_LONG),
        (TERMS, "  ", Unfit.NO_WITNESS),
    ],
)
def test_what_is_no_consent_is_not_recorded(spoken: Spoken, terms: Terms, witness: str, fault: Unfit) -> None:
    with pytest.raises(UnfitError) as refused:
        spoken(terms, witness)
    assert refused.value.faults == (fault,)


def test_a_witness_stands_sealed(database: Database, case: str, spoken: Spoken) -> None:
    id_ = spoken()
    with inside(database, OURS) as session:
        assert actions.witness_of(session, case, id_) == "Марія Свідок"


def test_consents_of_a_closed_case_are_withdrawn_by_the_family_alone(
    database: Database, anna: Who, case: str, spoken: Spoken, directory: Directory
) -> None:
    id_ = spoken()
    lead = Who(anna.account, OURS, leads=True)
    with inside(database, OURS) as session:
        asked = actions.ask(session, case, TERMS, directory=directory, who=anna, now=NOW)
        cases.close(session, case, Closing.HELPED, who=anna, now=NOW)
    for deed in (
        lambda session: actions.withdraw(session, case, id_, who=lead, now=NOW),
        lambda session: actions.ask(session, case, TERMS, directory=directory, who=lead, now=NOW),
        lambda session: actions.agree(session, cases.own_case(session, case, now=NOW), asked, now=NOW),
    ):
        with pytest.raises(ClosedError), inside(database, OURS) as session:
            deed(session)
    with database.writing() as session:
        own = cases.own_case(session, case, now=NOW)
        actions.withdraw_own(session, own, id_, now=NOW)
        by = {one.id: one.withdrawn_by for one in actions.consents_of(session, case)}
        assert by[id_].startswith("family:")


def test_a_neighbour_and_another_family_find_no_consent(
    database: Database, anna: Who, case: str, spoken: Spoken, tmp_path: Path
) -> None:
    id_ = spoken()
    neighbour = join(database, "neighbour@example.org", THEIRS)
    for deed in (
        lambda session: actions.withdraw(session, case, id_, who=neighbour, now=NOW),
        lambda session: actions.read_scan(session, Folder(tmp_path), case, id_, who=neighbour, now=NOW),
    ):
        with pytest.raises(UnknownCaseError), inside(database, THEIRS) as session:
            deed(session)
    theirs = opened(database, neighbour)
    with database.writing() as session:
        family = cases.own_case(session, theirs, now=NOW)
        assert actions.consents_of(session, case) == []
        for deed in (actions.withdraw_own, actions.agree, actions.refuse):
            with pytest.raises(actions.UnknownConsentError):
                deed(session, family, id_, now=NOW)

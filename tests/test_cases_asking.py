"""Asking for an extract on a family's behalf: prefilled, with proof of authority, followed from the case."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from app.audit.model import Event
from app.audit.store import records_on
from app.cases import actions as cases
from app.cases.actions import ClosedError, UnknownCaseError, Who
from app.cases.asking import actions
from app.cases.asking.model import Manner, Stage, has_authority, manners, prefilled
from app.cases.keeping import actions as keeping
from app.cases.model import Case, Closing, Happened
from app.cases.store import CaseRow
from app.cases.today import actions as today
from app.cases.working.model import Why
from app.cases.working.papers import actions as papers
from app.extracts import actions as requests
from app.extracts.actions import ConsentError, DraftGoneError, IncompleteError
from app.extracts.desk import actions as desk
from app.extracts.desk.decision import NoTextError
from app.extracts.draft import Answers, Page, applicant, claim
from app.extracts.evidence import Paper
from app.extracts.model import Kinship
from app.extracts.request import State, StateError
from app.extracts.seen.actions import looks
from app.extracts.seen.looks import Who as Looker
from app.extracts.store import PaperRow
from app.storage.database import Database
from app.storage.files import StoredFileRow
from app.storage.folder import Folder
from tests.asking import CONSENT, accepted
from tests.test_cases import NOW, OURS, TOLD, anna, bohdan, inside, lead, neighbour, opened
from tests.test_cases_work import LIVE

__all__ = ["anna", "bohdan", "lead", "neighbour"]

MOTHER: Answers = {
    **TOLD,
    Page.PERSON: {**TOLD[Page.PERSON], "patronymic": "Іванович", "born-day": "1", "born-month": "2"},
    Page.APPLICANT: {**TOLD[Page.APPLICANT], "born-year": "1965", "born-month": "5", "born-day": "6"},
    Page.CONTACT: {"language": "uk", "channel": "email", "email": "mother@example.org"},
}
ACTING = {"surname": "Захисна", "given": "Олена"}
WHY = {"purposes": "benefits"}


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "shelf")


def case_of(database: Database, id_: str, who: Who) -> Case:
    with inside(database, who.organisation) as session:
        return cases.read_case(session, id_, who=who, now=NOW)


def paper_of(database: Database, shelf: Folder, id_: str, who: Who, kind: Paper, number: int = 1) -> str:
    with inside(database, who.organisation) as session:
        papers.add_paper(session, shelf, id_, accepted(number), name="а.pdf", kind=kind, who=who, now=NOW)
        found = papers.papers_of(session, cases.read_case(session, id_, who=who, now=NOW))
        return next(paper.id for paper in found if paper.kind is kind)


def begun(database: Database, id_: str, who: Who, manner: Manner = Manner.REPRESENTATIVE) -> str:
    with inside(database, who.organisation) as session:
        case = cases.read_case(session, id_, who=who, now=NOW)
        return actions.begin(session, id_, case.missing[0].id, manner, who=who, random=Random(), now=NOW)


def ready(database: Database, shelf: Folder, id_: str, who: Who, *attached: str) -> str:
    """Begin a request of somebody with authority, and write down all that is missing."""
    asked = begun(database, id_, who)
    with inside(database, who.organisation) as session:
        _, draft = actions.draft_of(session, cases.read_case(session, id_, who=who, now=NOW), asked, now=NOW)
        pages = {
            Page.APPLICANT: {**draft.answers[Page.APPLICANT], **ACTING}, Page.PURPOSE: WHY, Page.PAPERS: {"later": "1"},
        }  # fmt: skip
        actions.save(session, shelf, id_, asked, pages, attached, who=who, now=NOW)
    return asked


def sent(database: Database, id_: str, who: Who, asked: str, consent: str = CONSENT) -> requests.Filed:
    with inside(database, who.organisation) as session:
        return actions.send(session, id_, asked, consent=consent, who=who, random=Random(4), now=NOW)


@pytest.fixture
def filed(database: Database, shelf: Folder, anna: Who) -> tuple[str, str, requests.Filed]:
    """A case, its request and what was filed, with a power of attorney."""
    id_ = opened(database, anna, MOTHER)
    asked = ready(database, shelf, id_, anna, paper_of(database, shelf, id_, anna, Paper.POWER_OF_ATTORNEY))
    return id_, asked, sent(database, id_, anna, asked)


# Who asks


def test_a_representative_asks_for_the_contact_about_whom_the_family_told(database: Database, anna: Who) -> None:
    case = case_of(database, opened(database, anna, MOTHER), anna)
    pages = prefilled(case, case.missing[0], Manner.REPRESENTATIVE)
    asking = applicant({**pages, Page.APPLICANT: {**pages[Page.APPLICANT], **ACTING}})
    assert (asking.kinship, asking.surname) == (Kinship.REPRESENTATIVE, "Захисна")
    assert asking.acts_for is not None
    assert (asking.acts_for.kinship, asking.acts_for.given) == (Kinship.PARENT, "Ганна")
    assert asking.email == "mother@example.org", "answers go to the family"
    assert claim(pages).person.patronymic == "Іванович"
    assert prefilled(case, case.missing[0], Manner.LAWYER)[Page.KINSHIP] == {"kinship": "lawyer"}


def test_a_contact_who_asks_themself_is_the_applicant(database: Database, anna: Who) -> None:
    case = case_of(database, opened(database, anna, MOTHER), anna)
    asking = applicant(prefilled(case, case.missing[0], Manner.APPLICANT))
    assert (asking.kinship, asking.given, asking.acts_for) == (Kinship.PARENT, "Ганна", None)


def test_for_a_contact_who_acts_for_somebody_already_nobody_else_acts(database: Database, anna: Who) -> None:
    told = {
        **MOTHER,
        Page.KINSHIP: {"kinship": "lawyer"},
        Page.APPLICANT: {
            **ACTING, "principal-surname": "Інша", "principal-given": "Мати", "principal-kinship": "parent",
        },
    }  # fmt: skip
    case = case_of(database, opened(database, anna, told), anna)
    assert manners(case, case.missing[0]) == (Manner.LAWYER,)
    asking = applicant(prefilled(case, case.missing[0], Manner.LAWYER))
    assert asking.surname == "Захисна"
    assert asking.acts_for is not None
    assert asking.acts_for.given == "Мати"
    with pytest.raises(actions.MannerError):
        begun(database, case.id, anna, Manner.APPLICANT)


def test_each_manner_asks_for_its_own_proof() -> None:
    kinds = [paper for paper in Paper if has_authority(Manner.REPRESENTATIVE, {paper})]
    assert kinds == [Paper.POWER_OF_ATTORNEY]
    assert [paper for paper in Paper if has_authority(Manner.LAWYER, {paper})] == [Paper.LAWYER_ORDER]
    assert has_authority(Manner.APPLICANT, set())


# Sending


def test_a_request_goes_by_the_same_way_as_any_other_and_once(
    database: Database, anna: Who, filed: tuple[str, str, requests.Filed]
) -> None:
    id_, asked, made = filed
    assert made.state is State.FILED
    assert sent(database, id_, anna, asked).reference == made.reference, "pressed again, it is the same"
    with inside(database, OURS) as session:
        case = cases.read_case(session, id_, who=anna, now=NOW)
        [one] = actions.requests_of(session, case, now=NOW)
        assert (one.stage, one.reference, one.due_on) == (Stage.FILED, made.reference, made.due_on)
        assert [line.what for line in cases.history(session, case)][:2] == [
            Happened.REQUEST_FILED, Happened.REQUEST_BEGUN,
        ]  # fmt: skip
        told = records_on(
            session, [case.subject, f"request:{made.reference}"], (Event.CASE_REQUESTED, Event.REQUEST_FILED),
            before=0, limit=9,
        )  # fmt: skip
        assert [(record.event, record.actor) for record in told] == [
            ("case.requested", anna.reference), ("request.filed", anna.reference),
        ]  # fmt: skip


def test_without_proof_of_authority_nothing_is_sent(database: Database, shelf: Folder, anna: Who) -> None:
    id_ = opened(database, anna, MOTHER)
    asked = ready(database, shelf, id_, anna, paper_of(database, shelf, id_, anna, Paper.LAWYER_ORDER))
    with pytest.raises(actions.NoAuthorityError):
        sent(database, id_, anna, asked)
    with database.reading() as session:
        assert session.query(requests.store.RequestRow).count() == 0


def test_an_incomplete_request_and_one_without_consent_is_not_sent(
    database: Database, shelf: Folder, anna: Who
) -> None:
    id_ = opened(database, anna, MOTHER)
    proof = paper_of(database, shelf, id_, anna, Paper.POWER_OF_ATTORNEY)
    asked = begun(database, id_, anna)
    with inside(database, OURS) as session:
        actions.save(session, shelf, id_, asked, {}, [proof], who=anna, now=NOW)
    with pytest.raises(IncompleteError) as missing:
        sent(database, id_, anna, asked)
    assert set(missing.value.pages) == {Page.APPLICANT, Page.PURPOSE, Page.PAPERS}
    other = ready(database, shelf, id_, anna, proof)
    with pytest.raises(ConsentError):
        sent(database, id_, anna, other, consent="")


def test_a_contact_who_asks_themself_needs_no_power_of_attorney(database: Database, shelf: Folder, anna: Who) -> None:
    id_ = opened(database, anna, MOTHER)
    asked = begun(database, id_, anna, Manner.APPLICANT)
    with inside(database, OURS) as session:
        pages = {Page.PURPOSE: WHY, Page.PAPERS: {"later": "1"}}
        actions.save(session, shelf, id_, asked, pages, [], who=anna, now=NOW)
    assert sent(database, id_, anna, asked).state is State.FILED


def test_papers_are_attached_by_reference_and_a_file_goes_with_the_last_that_has_it(
    database: Database, shelf: Folder, anna: Who
) -> None:
    id_ = opened(database, anna, MOTHER)
    proof = paper_of(database, shelf, id_, anna, Paper.POWER_OF_ATTORNEY)
    identity = paper_of(database, shelf, id_, anna, Paper.IDENTITY, 2)
    asked = ready(database, shelf, id_, anna, proof, identity)
    with inside(database, OURS) as session:
        assert (session.query(StoredFileRow).count(), session.query(PaperRow).count()) == (2, 2)
        # Taken out of the request, it stays in the case.
        actions.save(session, shelf, id_, asked, {}, [proof], who=anna, now=NOW)
    assert len(list(shelf.kept())) == 2
    sent(database, id_, anna, asked)
    with inside(database, OURS) as session:
        for paper in (proof, identity):
            papers.remove_paper(session, shelf, id_, paper, who=anna, now=NOW)
    assert len(list(shelf.kept())) == 1, "what was sent stays with the request"
    with database.reading() as session:
        assert [paper.kind for paper in session.query(PaperRow)] == [Paper.POWER_OF_ATTORNEY]


def test_a_paper_of_another_case_is_never_attached(database: Database, shelf: Folder, anna: Who) -> None:
    id_, other = opened(database, anna, MOTHER), opened(database, anna, MOTHER)
    foreign = paper_of(database, shelf, other, anna, Paper.POWER_OF_ATTORNEY)
    asked = ready(database, shelf, id_, anna, foreign)
    with pytest.raises(actions.NoAuthorityError):
        sent(database, id_, anna, asked)


def test_a_request_that_is_not_sent_can_be_dropped_and_is_gone_after_two_weeks(
    database: Database, shelf: Folder, anna: Who
) -> None:
    id_ = opened(database, anna, MOTHER)
    proof = paper_of(database, shelf, id_, anna, Paper.POWER_OF_ATTORNEY)
    dropped, old = ready(database, shelf, id_, anna, proof), ready(database, shelf, id_, anna, proof)
    later = NOW + requests.DRAFT_LASTS
    with inside(database, OURS) as session:
        for _ in range(2):
            actions.drop(session, shelf, id_, dropped, who=anna, now=NOW)
    requests.sweep(database, shelf, now=later + timedelta(seconds=1))
    with inside(database, OURS) as session:
        case = cases.read_case(session, id_, who=anna, now=later)
        assert [(one.id, one.stage) for one in actions.requests_of(session, case, now=later)] == [(old, Stage.GONE)]
        with pytest.raises(DraftGoneError):
            actions.send(session, id_, old, consent=CONSENT, who=anna, random=Random(5), now=later)
        actions.drop(session, shelf, id_, old, who=anna, now=later)
    assert len(list(shelf.kept())) == 1, "the case keeps its paper"


def test_a_request_that_was_sent_is_not_dropped(
    database: Database, shelf: Folder, anna: Who, filed: tuple[str, str, requests.Filed]
) -> None:
    id_, asked, _ = filed
    with inside(database, OURS) as session, pytest.raises(actions.NoRequestError):
        actions.drop(session, shelf, id_, asked, who=anna, now=NOW)


def test_nothing_is_sent_for_an_invented_family(database: Database, shelf: Folder, anna: Who) -> None:
    id_ = opened(database, anna, MOTHER)
    asked = ready(database, shelf, id_, anna, paper_of(database, shelf, id_, anna, Paper.POWER_OF_ATTORNEY))
    with inside(database, OURS) as session:
        session.scalars(select(CaseRow)).one().is_training = True
    with pytest.raises(actions.TrainingError):
        sent(database, id_, anna, asked)


def test_an_erased_case_leaves_the_request_with_its_papers_to_the_family(
    database: Database, shelf: Folder, anna: Who, lead: Who, filed: tuple[str, str, requests.Filed]
) -> None:
    id_, _, made = filed
    paper_of(database, shelf, id_, anna, Paper.IDENTITY, 2)
    with inside(database, OURS) as session:
        cases.close(session, id_, Closing.ASKED, who=anna, now=NOW)
        keeping.erase(session, shelf, id_, who=lead, now=NOW)
    assert len(list(shelf.kept())) == 1
    with database.writing() as session:
        assert [paper.kind for paper in requests.papers_of(session, made.id)] == [Paper.POWER_OF_ATTORNEY]
        assert requests.open_request(session, made.reference, made.passphrase, now=NOW) == made.id


# Following


def test_what_the_desk_asks_back_is_due_and_is_answered_from_the_case(
    database: Database, shelf: Folder, anna: Who, filed: tuple[str, str, requests.Filed]
) -> None:
    id_, asked, made = filed
    identity = paper_of(database, shelf, id_, anna, Paper.IDENTITY_OF_PRINCIPAL, 2)
    with database.writing() as session:
        desk.ask(session, made.id, "Надішліть паспорт матері.", actor="account:officer", now=NOW)
    with inside(database, OURS) as session:
        [due] = today.agenda(session, who=anna, guidance=LIVE, now=NOW).items
        assert (due.why, due.what, due.about) == (Why.ASKED, made.reference, {"asked": asked})
        case = cases.read_case(session, id_, who=anna, now=NOW)
        followed = actions.follow(session, case, asked, who=anna, now=NOW)
        assert followed.asked.state is State.ASKED
        assert [one.text for one in followed.told.questions] == ["Надішліть паспорт матері."]
        with pytest.raises(NoTextError):
            actions.answer(session, id_, asked, " ", [], who=anna, now=NOW)
        actions.answer(session, id_, asked, "Додаю.", [identity], who=anna, now=NOW)
        with pytest.raises(StateError):
            actions.answer(session, id_, asked, "Ще раз.", [], who=anna, now=NOW)
        assert today.agenda(session, who=anna, guidance=LIVE, now=NOW).items == []
    with database.reading() as session:
        assert {paper.kind for paper in requests.papers_of(session, made.id)} == {
            Paper.POWER_OF_ATTORNEY, Paper.IDENTITY_OF_PRINCIPAL,
        }  # fmt: skip
        seen, _ = looks(session, made.id)
        mine = {look.what for look in seen if look.who is Looker.HELPER}
        assert {Event.REQUEST_FILED, Event.REQUEST_READ, Event.REQUEST_ANSWERED} <= mine, (
            "the family is told who did it"
        )


def test_the_passphrase_is_the_familys_and_the_request_goes_on_when_the_case_ends(
    database: Database, anna: Who, lead: Who, filed: tuple[str, str, requests.Filed]
) -> None:
    id_, asked, made = filed
    with database.writing() as session:
        [own] = actions.own_requests(session, cases.own_case(session, id_, now=NOW), now=NOW)
        assert (own.reference, own.passphrase) == (made.reference, made.passphrase)
    with inside(database, OURS) as session:
        case = cases.read_case(session, id_, who=anna, now=NOW)
        assert actions.sheet_of(session, case, asked, who=anna, now=NOW).passphrase == made.passphrase
        late = NOW + requests.PHRASE_SHOWN
        assert actions.sheet_of(session, case, asked, who=anna, now=late).passphrase == ""
        cases.close(session, id_, Closing.HELPED, who=anna, now=NOW)
    with database.writing() as session:
        desk.ask(session, made.id, "Ще питання?", actor="account:officer", now=NOW)
    with inside(database, OURS) as session:
        with pytest.raises(ClosedError):
            actions.answer(session, id_, asked, "Так.", [], who=lead, now=NOW)
        with pytest.raises(UnknownCaseError):
            actions.answer(session, id_, asked, "Так.", [], who=anna, now=NOW)
    with database.writing() as session:
        assert requests.open_request(session, made.reference, made.passphrase, now=NOW) == made.id
        desk.answer(session, made.id, "Так.", now=NOW)


def test_a_request_is_followed_from_its_own_case_alone(
    database: Database, anna: Who, neighbour: Who, filed: tuple[str, str, requests.Filed]
) -> None:
    _, asked, _ = filed
    other = opened(database, anna, MOTHER)
    with inside(database, OURS) as session:
        case = cases.read_case(session, other, who=anna, now=NOW)
        for deed in (
            lambda: actions.follow(session, case, asked, who=anna, now=NOW),
            lambda: actions.sheet_of(session, case, asked, who=anna, now=NOW),
            lambda: actions.answer(session, other, asked, "Так.", [], who=anna, now=NOW),
            lambda: actions.send(session, other, asked, consent=CONSENT, who=anna, random=Random(), now=NOW),
        ):
            with pytest.raises(actions.NoRequestError):
                deed()
    theirs = opened(database, neighbour, MOTHER)
    with inside(database, neighbour.organisation) as session:
        case = cases.read_case(session, theirs, who=neighbour, now=NOW)
        with pytest.raises(actions.NoRequestError):
            actions.follow(session, case, asked, who=neighbour, now=NOW)

"""What families do: write a draft, add papers, file it once, follow it by reference and passphrase, withdraw it."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from app.audit.actions import record
from app.audit.model import Event
from app.extracts import store
from app.extracts.draft import (
    Answers,
    Page,
    Typed,
    applicant,
    as_text,
    claim,
    cut,
    email_of,
    faults,
    folded_claim,
    folded_contact,
    read_answers,
    undone,
)
from app.extracts.draft_code import UnreadableCodeError, new_code, read_code
from app.extracts.evidence import Paper
from app.extracts.guesses import LOCKED, after_wrong, opens_at
from app.extracts.model import CONSENTS, Consent, Kinship, Purpose
from app.extracts.request import (
    OPEN,
    PHRASE_SHOWN,
    REPEATABLE,
    SHOWN,
    TAKES_PAPERS,
    Deed,
    Entry,
    Filed,
    Happened,
    State,
    StateError,
    after,
)
from app.extracts.term import Term, term
from app.kernel.dates import KYIV, as_utc
from app.kernel.passphrase import fold_passphrase, new_passphrase
from app.kernel.reference import new_reference, read_reference
from app.kernel.working_days import ukraine
from app.outbox.actions import enqueue
from app.outbox.model import Kind, Message
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.files import SameFileError, StoredFileRow, check_room, delete_unused, receive_beside
from app.storage.sealed import new_id
from app.storage.shelf import Shelf
from app.storage.uploads import Accepted, MediaType

DRAFT_LASTS = timedelta(days=14)
"""How long a draft is kept after its last change."""

VISITOR = "visitor"
"""How the audit names somebody who has not proved who they are."""

_TRIES = 5
_BATCH = 100


class DraftGoneError(LookupError):
    """There is no such draft: it was never there, was deleted, or nobody changed it for two weeks."""


class DraftFiledError(Exception):
    """The draft was sent already, as from another tab; nothing in it can be changed."""


class IncompleteError(Exception):
    """Pages are missing or have faults. `pages` says which."""

    def __init__(self, pages: Sequence[Page]) -> None:
        super().__init__(", ".join(pages))
        self.pages = tuple(pages)


class ConsentError(Exception):
    """The applicant has not agreed to the text that was shown, or it is not one of ours."""


class NoWordsError(ValueError):
    """What another purpose is was not said, or not in few words."""


class WrongPassphraseError(Exception):
    """Reference and passphrase do not fit together. Which of the two is wrong is not said."""


class NotYetError(Exception):
    """After wrong guesses nothing is looked at before the moment `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__("not before a moment")
        self.at = at


class UnknownRequestError(LookupError):
    """There is no such request."""


@dataclass(frozen=True)
class Attached:
    """A copy of a paper: its own id, that of its file, what it is, its name, its bytes."""

    id: str
    file_id: str
    kind: Paper
    name: str = field(repr=False)
    size_bytes: int = 0
    is_picture: bool = False


@dataclass(frozen=True)
class Draft:
    """A draft as its page shows it. `code` is the one that finds it again."""

    id: str
    code: str = field(repr=False)
    answers: Answers = field(repr=False)
    papers: Sequence[Attached] = field(repr=False)
    filed: bool
    kept_until: datetime


@dataclass(frozen=True)
class Followed:
    """A request as its applicant sees it. `place` is its place in the queue, 0 where it is in none."""

    id: str
    reference: str
    kinship: Kinship
    purposes: Sequence[Purpose]
    state: State
    filed_at: datetime
    term: Term
    place: int
    history: Sequence[Entry]
    papers: Sequence[Attached] = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Whether something is still to come, or can be added."""
        return self.state in OPEN

    @property
    def is_repeatable(self) -> bool:
        """Whether an updated extract can be asked for."""
        return self.state in REPEATABLE


# Drafts


def begin_draft(
    session: Session, page: Page, typed: Typed, *, random: Random, now: datetime, actor: str = VISITOR
) -> Draft:
    """Begin a draft with its first page, right or wrong, and return it with its code."""
    code = read_code(new_code(random))
    row = store.add_draft(session, code=code, answers=as_text({page: cut(typed)}), now=now)
    record(session, Event.DRAFT_BEGUN, actor=actor, subject=f"draft:{row.id}", now=now)
    return _draft(session, row)


def read_draft(session: Session, id_: str, *, now: datetime) -> Draft:
    """Return a draft to the device that holds it. Raises DraftGoneError."""
    return _draft(session, _live(store.find_draft(session, id_), now))


def resume(session: Session, code: str, *, now: datetime) -> Draft:
    """Return the draft that a typed code finds; that it was opened on a device is recorded. Raises DraftGoneError."""
    try:
        signs = read_code(code)
    except UnreadableCodeError:
        raise DraftGoneError from None
    row = _live(store.find_draft_by_code(session, signs), now)
    record(session, Event.DRAFT_RESUMED, actor=VISITOR, subject=f"draft:{row.id}", now=now)
    return _draft(session, row)


def save_page(session: Session, id_: str, page: Page, typed: Typed, *, now: datetime, actor: str = VISITOR) -> Draft:
    """Keep what was typed on a page, right or wrong. Raises DraftGoneError, DraftFiledError."""
    row = _writable(session, id_, now)
    answers = {**read_answers(row.answers), page: cut(typed)}
    row.answers, row.changed_at = as_text(answers), now
    record(session, Event.DRAFT_SAVED, actor=actor, subject=f"draft:{id_}", now=now, page=page.value)
    return _draft(session, row)


def add_paper(
    session: Session, shelf: Shelf, id_: str, accepted: Accepted, *, name: str, kind: Paper, now: datetime
) -> None:
    """Add an accepted file to a draft; the same file once more changes nothing.

    Raises DraftGoneError, DraftFiledError, TooManyFilesError, and ShelfUnreachableError as the shelf does.
    """
    row = _writable(session, id_, now)
    if _add(session, shelf, accepted, name=name, kind=kind, now=now, draft=id_, actor=VISITOR):
        row.changed_at = now


def attach_stored(session: Session, id_: str, file_id: str, *, kind: Paper, size_bytes: int, now: datetime) -> None:
    """Give a draft a paper whose file is kept already: the same file, neither copied nor sent again.

    Attached already is no error. Raises DraftGoneError, DraftFiledError, TooManyFilesError.
    """
    row = _writable(session, id_, now)
    if _share(session, file_id, kind=kind, size_bytes=size_bytes, now=now, draft=id_):
        row.changed_at = now


def remove_paper(session: Session, shelf: Shelf, id_: str, paper: str, *, now: datetime, actor: str = VISITOR) -> None:
    """Remove a paper from a draft; gone already is no error. Raises DraftGoneError, DraftFiledError."""
    row = _writable(session, id_, now)
    found = store.find_paper(session, paper, draft=id_)
    if found is not None:
        _remove(session, shelf, found, actor=actor, now=now)
        row.changed_at = now


def delete_draft(session: Session, shelf: Shelf, id_: str, *, actor: str, now: datetime) -> None:
    """Delete a draft with its papers; one that is gone or filed is left as it is."""
    row = store.lock_draft(session, id_)
    if row is not None and not row.filed:
        _delete(session, shelf, row, actor=actor, now=now)


def sweep(database: Database, shelf: Shelf, *, now: datetime) -> int:
    """Delete the drafts that nobody changed for two weeks, forget shown passphrases and old guesses.

    Returns how many drafts went. Harmless at any time and beside other sweeps.
    """
    swept = 0
    while True:
        with database.writing() as session:
            old = store.old_drafts(session, now - DRAFT_LASTS, _BATCH)
            for id_ in old:
                row = store.lock_draft(session, id_)
                if row is not None:
                    _delete(session, shelf, row, actor="command:extracts-sweep", now=now)
            swept += len(old)
            store.forget_phrases(session, now - PHRASE_SHOWN)
            store.forget_old_guesses(session, now - LOCKED)
        if len(old) < _BATCH:
            return swept


# Filing


def file_request(
    session: Session, id_: str, *, consent: str, language: str, random: Random, now: datetime, by: str = ""
) -> Filed:
    """File a draft, once: pressed again, from another tab or after a lost answer, it returns the same request.

    `language` is that of the page: the passphrase is in its words. `by` is who files it on the applicant's behalf;
    empty where the applicant does. Raises DraftGoneError, IncompleteError with the
    pages that are not done, and ConsentError.
    """
    row = store.lock_draft(session, id_)
    if row is None:
        raise DraftGoneError(id_)
    if row.filed:
        return confirmation(session, id_, now=now)
    answers, today = read_answers(_live(row, now).answers), _day(now)
    papers = _papers(store.papers(session, draft=id_))
    missing = undone(answers, {paper.kind for paper in papers}, today=today)
    if missing:
        raise IncompleteError(missing)
    if consent not in {text.version for text in CONSENTS}:
        raise ConsentError
    agreed = Consent(consent, language, now)
    filed = enter(session, answers, draft=id_, consent=agreed, language=language, random=random, now=now, by=by)
    store.move_papers(session, draft=id_, request=filed.id)
    row.filed, row.answers, row.changed_at = True, as_text({}), now
    session.flush()
    return filed_of(filed, now)


def confirmation(session: Session, id_: str, *, now: datetime) -> Filed:
    """Return the request that was filed from a draft, for the device that holds it. Raises DraftGoneError."""
    row = store.find_by_draft(session, id_)
    if row is None:
        raise DraftGoneError(id_)
    return filed_of(row, now)


def already_open(session: Session, answers: Answers, *, opened: str) -> str:
    """Return the reference of the open request `opened`, if it asks about the same person as `answers`; else nothing.

    `opened` is one that this very device has opened with its passphrase: nobody learns of another's request.
    """
    row = store.find_request(session, opened)
    if row is None or State(row.state) not in OPEN:
        return ""
    same = hmac.compare_digest(row.claim_index, store.claim_index(session, folded_claim(answers)))
    return row.reference if same else ""


# Following


def open_request(session: Session, reference: str, passphrase: str, *, now: datetime) -> str:
    """Return the id of the request that reference and passphrase open.

    Raises UnreadableReferenceError where the reference cannot be one, whoever's; NotYetError, WrongPassphraseError.
    The same work is done, and the same is kept, whether or not there is such a request.
    """
    reference = read_reference(reference)
    counted = store.guesses(session, reference)
    opens = opens_at(counted, now)
    if opens is not None:
        raise NotYetError(opens)
    row = store.find_by_reference(session, reference)
    given = store.passphrase_index(session, reference, fold_passphrase(passphrase))
    known = row.passphrase_index if row is not None else b"\0" * len(given)
    if not hmac.compare_digest(given, known) or row is None:
        store.keep_guesses(session, reference, after_wrong(counted, now))
        record(session, Event.REQUEST_OPENING_REFUSED, actor=VISITOR, subject=f"request:{reference}", now=now)
        raise WrongPassphraseError
    store.forget_guesses(session, reference)
    row.passphrase = None
    record(session, Event.REQUEST_OPENED, actor=f"family:{reference}", subject=f"request:{reference}", now=now)
    return row.id


def follow(session: Session, id_: str) -> Followed:
    """Return a request to the device that has opened it. Raises UnknownRequestError."""
    row = request_row(session, id_)
    state, filed_at = State(row.state), as_utc(row.filed_at)
    return Followed(
        id=row.id,
        reference=row.reference,
        kinship=Kinship(row.kinship),
        purposes=[Purpose(code) for code in row.purposes.split()],
        state=state,
        filed_at=filed_at,
        term=term(_day(filed_at), ukraine()),
        place=store.place_in_queue(session, row) if state in OPEN else 0,
        history=[entry for entry in store.history(session, id_) if entry.what in SHOWN],
        papers=_papers(store.papers(session, request=id_)),
    )


def request_row(session: Session, id_: str) -> store.RequestRow:
    """Return the row of a request. Raises UnknownRequestError."""
    row = store.find_request(session, id_)
    if row is None:
        raise UnknownRequestError(id_)
    return row


def locked_row(session: Session, id_: str) -> store.RequestRow:
    """Return the row of a request, locked until the transaction ends. Raises UnknownRequestError."""
    row = store.lock_request(session, id_)
    if row is None:
        raise UnknownRequestError(id_)
    return row


def papers_of(session: Session, id_: str) -> list[Attached]:
    """Return the papers of a request, the oldest first."""
    return _papers(store.papers(session, request=id_))


def add_to_request(
    session: Session, shelf: Shelf, id_: str, accepted: Accepted, *, name: str, kind: Paper, now: datetime
) -> None:
    """Add a paper to a request that is open or answered by an extract; the same file once more changes nothing.

    Raises UnknownRequestError, StateError where it takes none, TooManyFilesError, ShelfUnreachableError.
    """
    row = locked_row(session, id_)
    if State(row.state) not in TAKES_PAPERS:
        raise StateError(State(row.state), Deed.ANSWER)
    actor = f"family:{row.reference}"
    if _add(session, shelf, accepted, name=name, kind=kind, now=now, request=id_, actor=actor):
        row.changed_at = now
        store.add_event(session, id_, Happened.PAPER_ADDED, now)


def attach_to_request(
    session: Session, id_: str, file_id: str, *, kind: Paper, size_bytes: int, by: str, now: datetime
) -> None:
    """Give a request a paper whose file is kept already, on its applicant's behalf; attached already is no error.

    Raises UnknownRequestError, StateError where it takes none, TooManyFilesError.
    """
    row = locked_row(session, id_)
    if State(row.state) not in TAKES_PAPERS:
        raise StateError(State(row.state), Deed.ANSWER)
    if _share(session, file_id, kind=kind, size_bytes=size_bytes, now=now, request=id_):
        row.changed_at = now
        store.add_event(session, id_, Happened.PAPER_ADDED, now)
        record(session, Event.FILE_RECEIVED, actor=by, subject=f"file:{file_id}", now=now)


def add_purpose(session: Session, id_: str, purpose: Purpose, *, other: str = "", now: datetime) -> None:
    """Add a purpose to an open request, which keeps its place; one that it has already changes nothing.

    `other` says what is meant by `Purpose.OTHER`. Raises UnknownRequestError, StateError once it is decided, and
    NoWordsError where `other` is asked for and says nothing, or too much.
    """
    row = locked_row(session, id_)
    after(State(row.state), Deed.WITHDRAW)
    there = row.purposes.split()
    if purpose in there:
        return
    answers = read_answers(row.answers)
    typed = {**answers[Page.PURPOSE], "purposes": " ".join(one for one in Purpose if one in (*there, purpose))}
    if purpose is Purpose.OTHER:
        typed["purpose-other"] = other
    answers[Page.PURPOSE] = cut(typed)
    if faults(Page.PURPOSE, answers, today=_day(now)):
        raise NoWordsError
    row.purposes, row.answers, row.changed_at = typed["purposes"], as_text(answers), now
    store.add_event(session, id_, Happened.PURPOSE_ADDED, now)
    actor, subject = f"family:{row.reference}", f"request:{row.reference}"
    record(session, Event.REQUEST_PURPOSE_ADDED, actor=actor, subject=subject, now=now, purpose=purpose.value)


def withdraw(session: Session, id_: str, *, now: datetime) -> None:
    """Withdraw a request; once withdrawn, again changes nothing. Raises UnknownRequestError, StateError."""
    row = locked_row(session, id_)
    if row.state == State.WITHDRAWN:
        return
    row.state, row.changed_at = after(State(row.state), Deed.WITHDRAW).value, now
    store.add_event(session, id_, Happened.WITHDRAWN, now)
    subject = f"request:{row.reference}"
    record(session, Event.REQUEST_WITHDRAWN, actor=f"family:{row.reference}", subject=subject, now=now)


def enter(
    session: Session, answers: Answers, *, draft: str, consent: Consent, language: str, random: Random, now: datetime,
    repeats: str = "", by: str = "",
) -> store.RequestRow:  # fmt: skip
    """Enter a request whose answers are complete at the end of the queue, with a reference and passphrase of its own.

    The passphrase is in the words of `language`. `draft` is its idempotency key, `repeats` the id of an earlier request
    whose extract it updates, `by` who files it on the applicant's behalf, if somebody does.
    """
    asking = applicant(answers)
    claimed, contact = folded_claim(answers), folded_contact(answers)
    earlier = store.open_of_applicant(
        session, claim=store.claim_index(session, claimed), contact=store.contact_index(session, contact)
    )
    passphrase = new_passphrase(language, random)
    for _ in range(_TRIES):
        reference = new_reference(random)
        row = store.RequestRow(
            id=new_id(),
            draft=draft,
            reference=reference,
            passphrase_index=store.passphrase_index(session, reference, fold_passphrase(passphrase)),
            state=State.FILED.value,
            language=asking.language,
            kinship=asking.kinship.value,
            purposes=answers[Page.PURPOSE]["purposes"],
            channel=asking.channel.value,
            tells_newer=asking.tells_newer,
            consent=f"{consent.version}/{consent.language}",
            consented_at=consent.given_at,
            claim_index=store.claim_index(session, claimed),
            contact_index=store.contact_index(session, contact),
            filed_at=now,
            due_on=term(_day(now), ukraine()).due_on,
            changed_at=now,
            repeats=repeats or None,
        )
        try:
            store.add_request(
                session,
                row,
                passphrase=passphrase,
                claim=claim(answers).person.as_text(),
                answers=as_text(answers),
                email=email_of(answers),
            )
            break
        except store.TakenError:
            continue
    else:
        raise RuntimeError("no free reference was found")
    store.add_event(session, row.id, Happened.FILED, now)
    actor = by or f"family:{reference}"
    record(session, Event.REQUEST_FILED, actor=actor, subject=f"request:{reference}", now=now, consent=consent.version)
    _write_letters(session, row, earlier, now)
    return row


def _write_letters(session: Session, row: store.RequestRow, earlier: Sequence[store.RequestRow], now: datetime) -> None:
    """Write to the applicant, and to the contact of an earlier request of theirs that is still open.

    Only that contact is told of it: whoever typed somebody's address and somebody's name learns nothing.
    """
    _write(session, Kind.REQUEST_RECEIVED, row, key=f"request-received:{row.id}", now=now)
    if earlier:
        _write(session, Kind.REQUEST_STILL_OPEN, earlier[0], key=f"request-still-open:{row.id}", now=now)


def tell_news(session: Session, row: store.RequestRow, *, deed: str, now: datetime) -> None:
    """Write to the applicant that there is news on their page; the letter says neither which nor about whom.

    `deed` is the reference of what happened, such as ``question:ID``: of each, one letter is written.
    """
    _write(session, Kind.REQUEST_NEWS, row, key=f"request-news:{deed}", now=now)


def _write(session: Session, kind: Kind, row: store.RequestRow, *, key: str, now: datetime) -> None:
    if not row.email or row.channel == "page_only":
        return
    details = {"path": f"/{row.language}/extract/open", "reference": row.reference}
    enqueue(session, Message(kind, row.email, row.language, details), key=key, now=now)


def filed_of(row: store.RequestRow, now: datetime) -> Filed:
    """Return a request as its confirmation shows it, with its passphrase as long as that is shown."""
    filed_at = as_utc(row.filed_at)
    is_shown = now - filed_at < PHRASE_SHOWN
    return Filed(
        id=row.id,
        reference=row.reference,
        passphrase=(row.passphrase or "") if is_shown else "",
        language=row.language,
        filed_at=filed_at,
        due_on=row.due_on,
        email=row.email,
        state=State(row.state),
    )


def _add(
    session: Session, shelf: Shelf, accepted: Accepted, *, name: str, kind: Paper, now: datetime, actor: str,
    draft: str = "", request: str = "",
) -> bool:  # fmt: skip
    there = [file for _, file in store.papers(session, draft=draft, request=request)]
    try:
        file_id = receive_beside(session, shelf, accepted, there, name=name, now=now)
    except SameFileError:
        return False
    store.add_paper(
        session,
        file_id=file_id,
        kind=kind.value,
        size_bytes=len(accepted.content),
        draft=draft or None,
        request=request or None,
        now=now,
    )
    record(session, Event.FILE_RECEIVED, actor=actor, subject=f"file:{file_id}", now=now)
    return True


def _share(
    session: Session, file_id: str, *, kind: Paper, size_bytes: int, now: datetime, draft: str = "", request: str = ""
) -> bool:  # fmt: skip
    there = store.papers(session, draft=draft, request=request)
    if any(paper.file_id == file_id for paper, _ in there):
        return False
    check_room([file for _, file in there], size_bytes)
    store.add_paper(
        session, file_id=file_id, kind=kind.value, size_bytes=size_bytes, draft=draft or None, request=request or None,
        now=now,
    )  # fmt: skip
    return True


def _remove(session: Session, shelf: Shelf, paper: store.PaperRow, *, actor: str, now: datetime) -> None:
    file_id = paper.file_id
    store.remove_paper(session, paper)
    if delete_unused(session, shelf, file_id):
        record(session, Event.FILE_DELETED, actor=actor, subject=f"file:{file_id}", now=now)


def _delete(session: Session, shelf: Shelf, row: store.DraftRow, *, actor: str, now: datetime) -> None:
    for paper, _ in store.papers(session, draft=row.id):
        _remove(session, shelf, paper, actor=actor, now=now)
    subject = f"draft:{row.id}"
    store.remove_draft(session, row)
    record(session, Event.DRAFT_DELETED, actor=actor, subject=subject, now=now)


def _live(row: store.DraftRow | None, now: datetime) -> store.DraftRow:
    if row is None or now - as_utc(row.changed_at) >= DRAFT_LASTS:
        raise DraftGoneError
    return row


def _writable(session: Session, id_: str, now: datetime) -> store.DraftRow:
    row = _live(store.lock_draft(session, id_), now)
    if row.filed:
        raise DraftFiledError(id_)
    return row


def _draft(session: Session, row: store.DraftRow) -> Draft:
    code = row.code
    return Draft(
        id=row.id,
        code="-".join(code[at : at + 4] for at in range(0, len(code), 4)),
        answers=read_answers(row.answers),
        papers=_papers(store.papers(session, draft=row.id)),
        filed=row.filed,
        kept_until=as_utc(row.changed_at) + DRAFT_LASTS,
    )


def _papers(found: Sequence[tuple[store.PaperRow, StoredFileRow]]) -> list[Attached]:
    return [
        Attached(
            paper.id,
            paper.file_id,
            Paper(paper.kind),
            file.name,
            paper.size_bytes,
            MediaType(file.media_type) is not MediaType.PDF,
        )
        for paper, file in found
    ]


def _day(now: datetime) -> date:
    return now.astimezone(KYIV).date()

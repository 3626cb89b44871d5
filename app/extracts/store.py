"""The tables of drafts, requests, papers, history and wrong guesses, and every query on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    delete,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extracts.guesses import Guesses
from app.extracts.request import OPEN, Entry, Happened
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.files import StoredFileRow
from app.storage.sealed import BlindIndex, Sealed, SealedBytes, new_id, vault_of

DRAFT = "extract-draft"
"""The kind of blind index under which drafts are found by their code."""

PASSPHRASE = "extract-passphrase"  # noqa: S105 (the name of an index)
"""The kind of keyed hash in which a passphrase is kept, together with its reference."""

CLAIM = "extract-claim"
"""The kind of blind index of the person that is asked about."""

CONTACT = "extract-contact"
"""The kind of blind index of an applicant's contact."""

GUESS = "extract-guess"
"""The kind of blind index under which wrong guesses are counted: no reference stands there in clear."""


class DraftRow(Table):
    """A request that is being written. After filing it is empty and stays for a while: a second press finds it."""

    __tablename__ = "extract_draft"
    __table_args__ = (Index("ix_extract_draft_changed_at", "changed_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code_index: Mapped[bytes] = mapped_column(BlindIndex, unique=True)
    code_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    answers_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    filed: Mapped[bool] = mapped_column(Boolean)

    code: Sealed[str] = Sealed("code_sealed")
    answers: Sealed[str] = Sealed("answers_sealed")


class RequestRow(Table):
    """A filed request. In clear stand its reference, codes of closed lists and dates; all that is personal is sealed.

    `draft` is the id of the draft it was filed from, its idempotency key; a repeat has an id of its own there, and in
    `repeats` the id of the request whose extract is to be updated. `consented_at` is when the consent was given, with
    that request or an earlier one. `claim_sealed` is a register Person as text.
    `assigned_to` is the id of the account that works on it, `entry` the number of the register entry it is matched to.
    """

    __tablename__ = "extract_request"
    __table_args__ = (
        Index("ix_extract_request_state_filed_at", "state", "filed_at"),
        Index("ix_extract_request_assigned_to", "assigned_to", "state", "filed_at"),
        Index("ix_extract_request_came_in", "filed_at", "kinship", "purposes"),
        Index("ix_extract_request_family", "state", "claim_index", "contact_index"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    draft: Mapped[str] = mapped_column(String(32), unique=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    passphrase_index: Mapped[bytes] = mapped_column(BlindIndex)
    passphrase_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    state: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(8))
    kinship: Mapped[str] = mapped_column(String(40))
    purposes: Mapped[str] = mapped_column(String(400))
    channel: Mapped[str] = mapped_column(String(20))
    consent: Mapped[str] = mapped_column(String(20))
    consented_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    claim_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    answers_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    email_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    claim_index: Mapped[bytes] = mapped_column(BlindIndex, index=True)
    contact_index: Mapped[bytes] = mapped_column(BlindIndex, index=True)
    filed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_on: Mapped[date] = mapped_column(Date)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    assigned_to: Mapped[str | None] = mapped_column(String(32))
    entry: Mapped[int | None] = mapped_column(Integer, index=True)
    repeats: Mapped[str | None] = mapped_column(ForeignKey("extract_request.id"), index=True)
    tells_newer: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether the applicant wants a letter when the entry has changed and a newer extract can be had."""

    passphrase: Sealed[str | None] = Sealed("passphrase_sealed")
    claim: Sealed[str] = Sealed("claim_sealed")
    answers: Sealed[str] = Sealed("answers_sealed")
    email: Sealed[str] = Sealed("email_sealed")

    @property
    def subject(self) -> str:
        """How the audit names the request."""
        return f"request:{self.reference}"


class PaperRow(Table):
    """A copy of a paper that belongs to a draft or, once it is filed, to the request.

    A repeat has papers of its own to the same files: a file goes with the last of its papers.
    """

    __tablename__ = "extract_paper"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("extract_draft.id"), index=True)
    request_id: Mapped[str | None] = mapped_column(ForeignKey("extract_request.id"), index=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(Integer)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EventRow(Table):
    """One line of the history that the applicant reads."""

    __tablename__ = "extract_event"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("extract_request.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    what: Mapped[str] = mapped_column(String(20))


class GuessRow(Table):
    """How many guesses at one typed reference were wrong, whether or not it exists."""

    __tablename__ = "extract_guess"

    key: Mapped[bytes] = mapped_column(BlindIndex, primary_key=True)
    wrong: Mapped[int]
    last: Mapped[datetime] = mapped_column(DateTime(timezone=True))


# Drafts


def add_draft(session: Session, *, code: str, answers: str, now: datetime) -> DraftRow:
    """Add a draft that is found by `code` (its signs without dashes)."""
    row = DraftRow(id=new_id(), code_index=_blind(session, DRAFT, code), created_at=now, changed_at=now, filed=False)
    session.add(row)
    row.code, row.answers = code, answers
    session.flush()
    return row


def find_draft(session: Session, id_: str) -> DraftRow | None:
    """Return the draft of this id."""
    return session.get(DraftRow, id_)


def find_draft_by_code(session: Session, code: str) -> DraftRow | None:
    """Return the draft with this code (its signs without dashes)."""
    return session.scalars(select(DraftRow).where(DraftRow.code_index == _blind(session, DRAFT, code))).first()


def lock_draft(session: Session, id_: str) -> DraftRow | None:
    """Return the draft; until the transaction ends nobody else changes or files it."""
    query = select(DraftRow).where(DraftRow.id == id_).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def old_drafts(session: Session, before: datetime, limit: int) -> Sequence[str]:
    """Return ids of drafts that nobody has changed since `before`; those in somebody's hands are left out."""
    query = select(DraftRow.id).where(DraftRow.changed_at < before).order_by(DraftRow.changed_at)
    return session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()


def remove_draft(session: Session, row: DraftRow) -> None:
    """Remove a draft, whose papers are gone already."""
    session.delete(row)
    session.flush()


# Papers


def add_paper(
    session: Session, *, file_id: str, kind: str, size_bytes: int, draft: str | None, request: str | None, now: datetime
) -> PaperRow:
    """Add a paper to a draft or a request."""
    row = PaperRow(
        id=new_id(), draft_id=draft, request_id=request, file_id=file_id, kind=kind, size_bytes=size_bytes, added_at=now
    )
    session.add(row)
    session.flush()
    return row


def papers(session: Session, *, draft: str = "", request: str = "") -> Sequence[tuple[PaperRow, StoredFileRow]]:
    """Return the papers of a draft or of a request with their files, the oldest first."""
    query = select(PaperRow, StoredFileRow).join(StoredFileRow, StoredFileRow.id == PaperRow.file_id)
    whose = PaperRow.draft_id == draft if draft else PaperRow.request_id == request
    found = session.execute(query.where(whose).order_by(PaperRow.added_at, PaperRow.id)).all()
    return [(paper, file) for paper, file in found]


def find_paper(session: Session, id_: str, *, draft: str) -> PaperRow | None:
    """Return a paper of this draft."""
    return session.scalars(select(PaperRow).where(PaperRow.id == id_, PaperRow.draft_id == draft)).first()


def remove_paper(session: Session, row: PaperRow) -> None:
    """Remove a paper; its file is removed by who asks for it."""
    session.delete(row)
    session.flush()


def share_papers(session: Session, *, source: str, target: str) -> None:
    """Give one request the papers of another: the same files, neither copied nor sent again."""
    for paper, _ in papers(session, request=source):
        session.add(
            PaperRow(
                id=new_id(),
                draft_id=None,
                request_id=target,
                file_id=paper.file_id,
                kind=paper.kind,
                size_bytes=paper.size_bytes,
                added_at=paper.added_at,
            )
        )
    session.flush()


def move_papers(session: Session, *, draft: str, request: str) -> None:
    """Let the papers of a draft be those of the request that was filed from it."""
    for row in session.scalars(select(PaperRow).where(PaperRow.draft_id == draft)):
        row.draft_id, row.request_id = None, request
    session.flush()


# Requests


class TakenError(Exception):
    """There is a request with this reference already."""


def add_request(session: Session, row: RequestRow, *, passphrase: str, claim: str, answers: str, email: str) -> None:
    """Add a request with its sealed texts. Raises TakenError where its reference is taken; then nothing is added."""
    try:
        with session.begin_nested():
            session.add(row)
            row.passphrase, row.claim, row.answers, row.email = passphrase, claim, answers, email
            session.flush()
    except IntegrityError:
        raise TakenError from None


def passphrase_index(session: Session, reference: str, folded: str) -> bytes:
    """Return the keyed hash of a folded passphrase; it fits this reference only."""
    return _blind(session, PASSPHRASE, f"{reference}:{folded}")


def holds_requests(session: Session) -> bool:
    """Say whether there is any request."""
    return session.scalar(select(RequestRow.id).limit(1)) is not None


def same_person(row: RequestRow) -> ColumnElement[bool]:
    """Return the condition under which a request is on the same person as `row`: same claim, or same entry."""
    same = RequestRow.claim_index == row.claim_index
    return same if row.entry is None else or_(same, RequestRow.entry == row.entry)


def claim_index(session: Session, folded: str) -> bytes:
    """Return the blind index of the person asked about."""
    return _blind(session, CLAIM, folded)


def contact_index(session: Session, folded: str) -> bytes:
    """Return the blind index of an applicant's contact."""
    return _blind(session, CONTACT, folded)


def find_request(session: Session, id_: str) -> RequestRow | None:
    """Return the request of this id."""
    return session.get(RequestRow, id_)


def find_by_reference(session: Session, reference: str) -> RequestRow | None:
    """Return the request with this reference."""
    return session.scalars(select(RequestRow).where(RequestRow.reference == reference)).first()


def find_by_draft(session: Session, draft: str) -> RequestRow | None:
    """Return the request that was filed from this draft."""
    return session.scalars(select(RequestRow).where(RequestRow.draft == draft)).first()


def lock_request(session: Session, id_: str) -> RequestRow | None:
    """Return the request; until the transaction ends nobody else moves it."""
    query = select(RequestRow).where(RequestRow.id == id_).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def open_of_applicant(session: Session, *, claim: bytes, contact: bytes) -> Sequence[RequestRow]:
    """Return the open requests of one contact on one person, the oldest first."""
    query = select(RequestRow).where(RequestRow.claim_index == claim, RequestRow.contact_index == contact)
    return session.scalars(query.where(_is_open()).order_by(RequestRow.filed_at, RequestRow.id)).all()


def repeats_of(session: Session, id_: str) -> Sequence[RequestRow]:
    """Return the requests that repeat this one, the oldest first."""
    query = select(RequestRow).where(RequestRow.repeats == id_)
    return session.scalars(query.order_by(RequestRow.filed_at, RequestRow.id)).all()


def lineage(session: Session, id_: str) -> Sequence[RequestRow]:
    """Return this request with all that it repeats and all that repeat it, however often; the oldest first."""
    found = select(RequestRow.id, RequestRow.repeats).where(RequestRow.id == id_).cte("found", recursive=True)
    kin = or_(RequestRow.id == found.c.repeats, RequestRow.repeats == found.c.id)
    found = found.union(select(RequestRow.id, RequestRow.repeats).where(kin))
    # Asked for apart: a planner that cannot tell how few they are would read the whole table.
    query = select(RequestRow).where(RequestRow.id.in_(session.scalars(select(found.c.id)).all()))
    return session.scalars(query.order_by(RequestRow.filed_at, RequestRow.id)).all()


def place_in_queue(session: Session, row: RequestRow) -> int:
    """Return the place of an open request among all that are open, in the order of their filing; the next one is 1."""
    earlier = or_(RequestRow.filed_at < row.filed_at, (RequestRow.filed_at == row.filed_at) & (RequestRow.id < row.id))
    return 1 + (session.scalar(select(func.count()).select_from(RequestRow).where(_is_open(), earlier)) or 0)


def open_requests(session: Session, *, limit: int) -> Sequence[RequestRow]:
    """Return the open requests in the order of the queue."""
    query = select(RequestRow).where(_is_open()).order_by(RequestRow.filed_at, RequestRow.id)
    return session.scalars(query.limit(limit)).all()


def forget_phrases(session: Session, before: datetime) -> None:
    """Forget the passphrases of requests filed before this moment; their hashes stay."""
    query = select(RequestRow).where(RequestRow.passphrase_sealed.is_not(None), RequestRow.filed_at < before)
    for row in session.scalars(query.limit(500).with_for_update(skip_locked=True)):
        row.passphrase = None
    session.flush()


def add_event(session: Session, request: str, what: Happened, now: datetime) -> None:
    """Add a line to the history of a request, which is new or locked."""
    lines = select(func.count()).select_from(EventRow).where(EventRow.request_id == request)
    number = 1 + (session.scalar(lines) or 0)
    session.add(EventRow(id=new_id(), request_id=request, number=number, at=now, what=what.value))
    session.flush()


def history(session: Session, request: str) -> list[Entry]:
    """Return the history of a request, the oldest first."""
    query = select(EventRow).where(EventRow.request_id == request).order_by(EventRow.number)
    return [Entry(as_utc(row.at), Happened(row.what)) for row in session.scalars(query)]


# Guesses


def guesses(session: Session, typed: str) -> Guesses | None:
    """Return how often guesses at this reference were wrong; until the transaction ends nobody else counts on it."""
    row = session.get(GuessRow, _blind(session, GUESS, typed), with_for_update=True, populate_existing=True)
    return Guesses(row.wrong, as_utc(row.last)) if row else None


def keep_guesses(session: Session, typed: str, counted: Guesses) -> None:
    """Keep how often guesses at this reference were wrong."""
    key = _blind(session, GUESS, typed)
    row = session.get(GuessRow, key)
    if row is None:
        try:
            with session.begin_nested():
                session.add(GuessRow(key=key, wrong=counted.wrong, last=counted.last))
            return
        except IntegrityError:
            # Somebody else's first wrong guess came in between: the two count as one.
            row = session.get_one(GuessRow, key)
    row.wrong, row.last = counted.wrong, counted.last
    session.flush()


def forget_guesses(session: Session, typed: str) -> None:
    """Forget the wrong guesses: the right one was made."""
    session.execute(delete(GuessRow).where(GuessRow.key == _blind(session, GUESS, typed)))


def forget_old_guesses(session: Session, before: datetime) -> None:
    """Forget what is counted no more; what somebody is counting on right now is left for the next time."""
    old = select(GuessRow.key).where(GuessRow.last < before).with_for_update(skip_locked=True)
    session.execute(delete(GuessRow).where(GuessRow.key.in_(session.scalars(old.limit(500)).all())))


def _is_open() -> ColumnElement[bool]:
    return RequestRow.state.in_([state.value for state in OPEN])


def _blind(session: Session, kind: str, folded: str) -> bytes:
    return vault_of(session).blind(kind, folded)

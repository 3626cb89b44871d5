"""The tables of cases with who is missing and who helps, and the one place that keeps organisations apart.

Every table of the slice is `OfOrganisation`. What a session reads, changes or deletes of them is what belongs to the
organisation that it is `within`; without one, there is nothing. Whoever comes by a link or a passphrase, and the
worker, are `everywhere` for as long as it takes to find whose row it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, DateTime, ForeignKey, Index, Integer, String, delete, false, func, select
from sqlalchemy.event import listens_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Mapper, ORMExecuteState, Session, mapped_column, object_session, with_loader_criteria

from app.cases.model import Happened, State
from app.kernel.text import fold
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, Sealed, SealedBytes, new_id, vault_of

PASSPHRASE = "case-passphrase"  # noqa: S105 (the name of an index)
"""The kind of keyed hash in which the passphrase of a family's page is kept, together with its reference."""

WORD = "case-word"
"""The kind of blind index under which a case is found by a word of its names, within one organisation."""

_WITHIN = "organisation"
_EVERYWHERE = "*"


class ForeignRowError(Exception):
    """A row of another organisation would have been written: a fault of ours."""


class OfOrganisation:
    """A row that belongs to one organisation, and that no other sees."""

    organisation: Mapped[str] = mapped_column(String(80), index=True)


def within(session: Session, organisation: str) -> None:
    """Let the session see and write rows of this organisation only; of an empty one there are none."""
    session.info[_WITHIN] = organisation


@contextmanager
def everywhere(session: Session) -> Iterator[None]:
    """Let the session see rows of every organisation, to find the one that a link, a passphrase or a day leads to."""
    before = session.info.get(_WITHIN, "")
    session.info[_WITHIN] = _EVERYWHERE
    try:
        yield
    finally:
        session.info[_WITHIN] = before


@listens_for(Session, "do_orm_execute")
def _keep_apart(state: ORMExecuteState) -> None:
    organisation = state.session.info.get(_WITHIN, "")
    if organisation == _EVERYWHERE or state.is_column_load or state.is_relationship_load:
        return
    if organisation:
        own = with_loader_criteria(OfOrganisation, lambda row: row.organisation == organisation, include_aliases=True)
    else:
        own = with_loader_criteria(OfOrganisation, lambda _: false(), include_aliases=True)
    state.statement = state.statement.options(own)


@listens_for(OfOrganisation, "before_insert", propagate=True)
@listens_for(OfOrganisation, "before_update", propagate=True)
@listens_for(OfOrganisation, "before_delete", propagate=True)
def _write_own(mapper: Mapper[Any], connection: Connection, row: OfOrganisation) -> None:
    session = object_session(row)
    organisation = session.info.get(_WITHIN, "") if session else ""
    if organisation != _EVERYWHERE and row.organisation != organisation:
        raise ForeignRowError(mapper.class_.__name__)


class CaseRow(Table, OfOrganisation):
    """A case. In clear stand its reference, codes and dates; all that is personal is sealed, and empty once erased.

    `answers_sealed` is what was told of the family, `route_sealed` the query of the guided route.
    """

    __tablename__ = "case_file"
    __table_args__ = (Index("ix_case_file_state", "organisation", "state", "changed_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(24), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(8))
    is_training: Mapped[bool]
    passphrase_index: Mapped[bytes] = mapped_column(BlindIndex)
    passphrase_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    passphrase_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answers_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    route_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closing: Mapped[str | None] = mapped_column(String(12))
    erase_on: Mapped[date | None] = mapped_column(Date, index=True)
    noticed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    passphrase: Sealed[str | None] = Sealed("passphrase_sealed")
    answers: Sealed[str | None] = Sealed("answers_sealed")
    route: Sealed[str | None] = Sealed("route_sealed")

    @property
    def subject(self) -> str:
        """How the audit names the case."""
        return f"case:{self.reference}"


class MissingRow(Table, OfOrganisation):
    """A person whom the family looks for."""

    __tablename__ = "case_missing"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    answers_sealed: Mapped[bytes] = mapped_column(SealedBytes)

    answers: Sealed[str] = Sealed("answers_sealed")


class HelperRow(Table, OfOrganisation):
    """Somebody helps with a case, or did until a moment. `account` is the id of an account."""

    __tablename__ = "case_helper"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    account: Mapped[str] = mapped_column(String(32), index=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LineRow(Table, OfOrganisation):
    """One line of the history of a case. `about` is an id, or empty: nothing personal stands here."""

    __tablename__ = "case_line"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    what: Mapped[str] = mapped_column(String(24))
    by: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(String(120))


class WordRow(Table, OfOrganisation):
    """A word of the names in a case, as a keyed hash."""

    __tablename__ = "case_word"

    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    word: Mapped[bytes] = mapped_column(BlindIndex, primary_key=True, index=True)


class TakenError(Exception):
    """There is a case with this reference already."""


# Cases


def add_case(session: Session, row: CaseRow, *, passphrase: str, answers: str) -> None:
    """Add a case with its sealed texts. Raises TakenError where its reference is taken; then nothing is added."""
    try:
        with session.begin_nested():
            session.add(row)
            row.passphrase, row.answers, row.route = passphrase, answers, ""
            session.flush()
    except IntegrityError:
        raise TakenError from None


def passphrase_index(session: Session, reference: str, folded: str) -> bytes:
    """Return the keyed hash of a folded passphrase; it fits this reference only."""
    return vault_of(session).blind(PASSPHRASE, f"{reference}:{folded}")


def find_case(session: Session, id_: str) -> CaseRow | None:
    """Return a case of this organisation."""
    return session.scalars(select(CaseRow).where(CaseRow.id == id_)).first()


def lock_case(session: Session, id_: str) -> CaseRow | None:
    """Return a case of this organisation; until the transaction ends nobody else changes it."""
    query = select(CaseRow).where(CaseRow.id == id_).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def find_by_reference(session: Session, reference: str) -> CaseRow | None:
    """Return the case of a reference."""
    return session.scalars(select(CaseRow).where(CaseRow.reference == reference)).first()


def cases(
    session: Session, state: State, *, helper: str = "", ids: Collection[str] | None = None, limit: int
) -> Sequence[CaseRow]:
    """Return the cases of this organisation in a state, the last changed first.

    With `helper`, an account, those it helps with; with `ids`, those of them.
    """
    query = select(CaseRow).where(CaseRow.state == state.value)
    if helper:
        theirs = select(HelperRow.case_id).where(HelperRow.account == helper, HelperRow.until.is_(None))
        query = query.where(CaseRow.id.in_(theirs))
    if ids is not None:
        query = query.where(CaseRow.id.in_(ids))
    return session.scalars(query.order_by(CaseRow.changed_at.desc(), CaseRow.id).limit(limit)).all()


def forget_phrases(session: Session, before: datetime) -> None:
    """Forget the passphrases that were made before this moment; their hashes stay."""
    query = select(CaseRow).where(CaseRow.passphrase_sealed.is_not(None), CaseRow.passphrase_at < before)
    for row in session.scalars(query.limit(500).with_for_update(skip_locked=True)):
        row.passphrase = None
    session.flush()


def holds_any(session: Session) -> bool:
    """Say whether there is any case."""
    return session.scalars(select(CaseRow.id).limit(1)).first() is not None


def holds_real(session: Session) -> bool:
    """Say whether there is a case of a family that is not invented."""
    return session.scalars(select(CaseRow.id).where(CaseRow.is_training.is_(False)).limit(1)).first() is not None


# Who is missing


def missing(session: Session, case: str) -> Sequence[MissingRow]:
    """Return the people whom a family looks for, in the order in which they were told of."""
    query = select(MissingRow).where(MissingRow.case_id == case)
    return session.scalars(query.order_by(MissingRow.number, MissingRow.id)).all()


def add_missing(session: Session, case: CaseRow, answers: str) -> MissingRow:
    """Add a person to a case."""
    number = session.scalar(select(func.max(MissingRow.number)).where(MissingRow.case_id == case.id)) or 0
    row = MissingRow(id=new_id(), organisation=case.organisation, case_id=case.id, number=number + 1)
    session.add(row)
    row.answers = answers
    session.flush()
    return row


def find_missing(session: Session, case: str, id_: str) -> MissingRow | None:
    """Return a person of this case."""
    query = select(MissingRow).where(MissingRow.case_id == case, MissingRow.id == id_)
    return session.scalars(query).first()


def remove_missing(session: Session, row: MissingRow) -> None:
    """Remove a person from their case."""
    session.delete(row)
    session.flush()


# Who helps


def helpers(session: Session, case: str) -> Sequence[HelperRow]:
    """Return everybody who helps or helped with a case, the first first."""
    query = select(HelperRow).where(HelperRow.case_id == case)
    return session.scalars(query.order_by(HelperRow.since, HelperRow.id)).all()


def helpers_of(session: Session, ids: Collection[str]) -> dict[str, list[str]]:
    """Return the accounts that help with each of these cases now."""
    query = select(HelperRow.case_id, HelperRow.account).where(HelperRow.case_id.in_(ids), HelperRow.until.is_(None))
    found: dict[str, list[str]] = {id_: [] for id_ in ids}
    for case, account in session.execute(query.order_by(HelperRow.since, HelperRow.id)):
        found[case].append(account)
    return found


def is_helper(session: Session, case: str, account: str) -> bool:
    """Say whether an account helps with a case now."""
    query = select(HelperRow.id).where(
        HelperRow.case_id == case, HelperRow.account == account, HelperRow.until.is_(None)
    )
    return session.scalars(query.limit(1)).first() is not None


def add_helper(session: Session, case: CaseRow, account: str, now: datetime) -> None:
    """Let an account help with a case from now on."""
    session.add(HelperRow(id=new_id(), organisation=case.organisation, case_id=case.id, account=account, since=now))
    session.flush()


def end_helper(session: Session, case: str, account: str, now: datetime) -> bool:
    """Let an account help with a case no more; say whether it did."""
    rows = [row for row in helpers(session, case) if row.account == account and row.until is None]
    for row in rows:
        row.until = now
    session.flush()
    return bool(rows)


def helped_by(session: Session, account: str) -> Sequence[str]:
    """Return the ids of the open cases that an account helps with."""
    query = (
        select(CaseRow.id)
        .join(HelperRow, HelperRow.case_id == CaseRow.id)
        .where(HelperRow.account == account, HelperRow.until.is_(None), CaseRow.state == State.OPEN.value)
    )
    return session.scalars(query.order_by(CaseRow.id)).all()


# History


def add_line(session: Session, case: CaseRow, what: Happened, *, by: str, now: datetime, about: str = "") -> None:
    """Add a line to the history of a case."""
    number = session.scalar(select(func.count()).select_from(LineRow).where(LineRow.case_id == case.id)) or 0
    session.add(
        LineRow(
            id=new_id(), organisation=case.organisation, case_id=case.id, number=number + 1, at=now, what=what.value,
            by=by, about=about,
        )
    )  # fmt: skip
    case.changed_at = now
    session.flush()


def lines(session: Session, case: str) -> Sequence[LineRow]:
    """Return the history of a case, the newest first."""
    query = select(LineRow).where(LineRow.case_id == case)
    return session.scalars(query.order_by(LineRow.number.desc(), LineRow.id)).all()


# Words


def keep_words(session: Session, case: CaseRow, names: Collection[str]) -> None:
    """Let a case be found by the words of these names, and by no others."""
    session.execute(delete(WordRow).where(WordRow.case_id == case.id))
    for word in sorted(_blinded(session, case.organisation, names)):
        session.add(WordRow(organisation=case.organisation, case_id=case.id, word=word))
    session.flush()


def found_by_words(session: Session, organisation: str, typed: str) -> Sequence[str] | None:
    """Return the ids of the cases in which every word that was typed is a name; None where nothing was typed."""
    words = _blinded(session, organisation, [typed])
    if not words:
        return None
    query = (
        select(WordRow.case_id)
        .where(WordRow.word.in_(words))
        .group_by(WordRow.case_id)
        .having(func.count() == len(words))
    )
    return session.scalars(query).all()


def _blinded(session: Session, organisation: str, names: Collection[str]) -> set[bytes]:
    vault = vault_of(session)
    # The organisation is part of what is hashed: the same name in two organisations leaves no trace in common.
    return {vault.blind(WORD, f"{organisation}:{word}") for name in names for word in fold(name).split() if word}

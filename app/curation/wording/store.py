"""The table of proposed words, and every query on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, DateTime, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.curation.wording.model import Message, NoProposalError, Proposal, State
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import new_id


class ProposalRow(Table):
    """Words that a translator proposes for a message in a language."""

    __tablename__ = "word_proposal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), index=True)
    source: Mapped[list[str]] = mapped_column(JSON)
    context: Mapped[str] = mapped_column(Text)
    text: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    judged_by: Mapped[str] = mapped_column(String(120))
    judged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Words:
    """What is proposed: a message and its translation."""

    message: Message
    text: tuple[str, ...]


def add(session: Session, language: str, words: Words, *, by: str, at: datetime) -> None:
    """Add a proposal."""
    session.add(
        ProposalRow(
            id=new_id(), language=language, source=list(words.message.source), context=words.message.context,
            text=list(words.text), state=State.KEPT.value, by=by, at=at, judged_by="",
        )
    )  # fmt: skip
    session.flush()


def proposals(session: Session, language: str, *states: State) -> list[Proposal]:
    """Return the proposals for a language in these states, the first one first."""
    query = select(ProposalRow).where(ProposalRow.language == language, ProposalRow.state.in_(states))
    return [_proposal(row) for row in session.scalars(query.order_by(ProposalRow.at, ProposalRow.id))]


def lock(session: Session, id_: str) -> Proposal:
    """Return a proposal that waits to be judged; until the transaction ends nobody else judges it.

    Raises NoProposalError.
    """
    row = session.get(ProposalRow, id_, with_for_update=True, populate_existing=True)
    if row is None or row.state != State.KEPT:
        raise NoProposalError(id_)
    return _proposal(row)


def put_state(session: Session, id_: str, state: State, *, by: str, at: datetime) -> None:
    """Note how a proposal was judged."""
    row = session.get_one(ProposalRow, id_)
    row.state, row.judged_by, row.judged_at = state.value, by, at
    session.flush()


def remove(session: Session, id_: str) -> None:
    """Forget a proposal."""
    session.delete(session.get_one(ProposalRow, id_))
    session.flush()


def _proposal(row: ProposalRow) -> Proposal:
    return Proposal(
        row.id, row.language, Message(tuple(row.source), row.context), tuple(row.text), State(row.state), row.by,
        as_utc(row.at), row.judged_by,
    )  # fmt: skip

"""The tables of acts, of owners' links and of links that were asked, and every query on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Integer, String, Text, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.curation.verification.model import Act, How
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, new_id, vault_of

OWNER_LINK = "owner-link"
"""The kind of blind index under which the links of owners are found."""


class ActRow(Table):
    """One act on one fact. A row is never changed and never deleted; `corrects` names one that was a mistake."""

    __tablename__ = "verification_act"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), index=True)
    fact: Mapped[str] = mapped_column(String(300))
    how: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text)
    corrects: Mapped[str | None] = mapped_column(ForeignKey("verification_act.id"), unique=True)


class OwnerLinkRow(Table):
    """A link by which a body confirms its card; of the link the keyed hash alone is kept.

    `said` is what the body has written and no draft holds yet.
    """

    __tablename__ = "owner_link"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_index: Mapped[bytes] = mapped_column(BlindIndex, unique=True)
    path: Mapped[str] = mapped_column(String(200), index=True)
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    said: Mapped[str] = mapped_column(Text)


class LinkAnswerRow(Table):
    """What a web address answered when it was last asked. This tells nothing of what its page says."""

    __tablename__ = "link_answer"

    url: Mapped[str] = mapped_column(String(600), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer: Mapped[str] = mapped_column(String(20))
    status: Mapped[int] = mapped_column(Integer)
    moved_to: Mapped[str] = mapped_column(String(600))


class TaskRow(Table):
    """Somebody has taken a fact upon them. The row ends with what was to be done, or when it is given back."""

    __tablename__ = "verification_task"

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    fact: Mapped[str] = mapped_column(String(300), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    assigned_to: Mapped[str] = mapped_column(String(120), index=True)
    assigned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TakenError(Exception):
    """Somebody else was quicker: the fact is with another person than the page had shown, or with nobody."""


class NoActError(LookupError):
    """No act has this id, or it was corrected before."""


@dataclass(frozen=True)
class OwnerLink:
    """An owner's link without its secret."""

    id: str
    path: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    said: str


def add_act(
    session: Session, path: str, fact: str, how: How | None, *, at: datetime, by: str, note: str, corrects: str = ""
) -> str:
    """Add an act and return its id. Raises NoActError where what it corrects was corrected meanwhile."""
    row = ActRow(
        id=new_id(), path=path, fact=fact, how=how.value if how else "", at=at, by=by, note=note,
        corrects=corrects or None,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise NoActError(corrects) from None
    return row.id


def acts_number(session: Session) -> int:
    """Return how many acts there are. None is ever deleted, so it grows with every act, whoever commits first."""
    return session.scalar(select(func.count()).select_from(ActRow)) or 0


def all_acts(session: Session) -> Mapping[tuple[str, str], list[Act]]:
    """Return the acts on each fact (path, key), the first one first."""
    found: dict[tuple[str, str], list[Act]] = {}
    for row in session.scalars(select(ActRow).order_by(ActRow.at, ActRow.id)):
        found.setdefault((row.path, row.fact), []).append(_act(row))
    return found


def acts_of(session: Session, path: str, fact: str) -> list[Act]:
    """Return the acts on a fact, the first one first."""
    query = select(ActRow).where(ActRow.path == path, ActRow.fact == fact)
    return [_act(row) for row in session.scalars(query.order_by(ActRow.at, ActRow.id))]


def get_act(session: Session, id_: str) -> ActRow:
    """Return an act that still stands. Raises NoActError."""
    row = session.get(ActRow, id_)
    corrected = session.scalars(select(ActRow.id).where(ActRow.corrects == id_)).first()
    if row is None or row.corrects or corrected:
        raise NoActError(id_)
    return row


def _act(row: ActRow) -> Act:
    return Act(row.id, How(row.how) if row.how else None, as_utc(row.at), row.by, row.note, row.corrects or "")


def holders(session: Session) -> Mapping[tuple[str, str], str]:
    """Return who has taken each fact (path, key) that somebody has."""
    query = select(TaskRow.path, TaskRow.fact, TaskRow.assigned_to)
    return {(path, fact): holder for path, fact, holder in session.execute(query)}


def hold(session: Session, path: str, fact: str, *, to: str, seen: str, at: datetime) -> str:
    """Put a fact into the hands of `to` and return the id of the task; `seen` is who had it so far, or nothing.

    Raises TakenError where that is so no more.
    """
    row = session.get(TaskRow, (path, fact), with_for_update=True, populate_existing=True)
    if (row.assigned_to if row else "") != seen:
        raise TakenError(path)
    if row is None:
        row = TaskRow(path=path, fact=fact, id=new_id(), assigned_to=to, assigned_at=at)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            raise TakenError(path) from None
    row.assigned_to, row.assigned_at = to, at
    session.flush()
    return row.id


def let_go(session: Session, path: str, fact: str) -> str:
    """Let a fact be nobody's, and return the id of the task that was, or nothing."""
    row = session.get(TaskRow, (path, fact), with_for_update=True, populate_existing=True)
    if row is None:
        return ""
    session.delete(row)
    session.flush()
    return row.id


def add_owner_link(
    session: Session, path: str, token: str, *, by: str, now: datetime, expires_at: datetime
) -> OwnerLink:
    """Add a link for the body at `path`."""
    row = OwnerLinkRow(
        id=new_id(), token_index=vault_of(session).blind(OWNER_LINK, token), path=path, created_by=by, created_at=now,
        expires_at=expires_at, said="",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return link(row)


def find_owner_link(session: Session, token: str) -> OwnerLinkRow | None:
    """Return the link of `token` that nobody has ended."""
    query = select(OwnerLinkRow).where(
        OwnerLinkRow.token_index == vault_of(session).blind(OWNER_LINK, token), OwnerLinkRow.revoked_at.is_(None)
    )
    return session.scalars(query).first()


def get_owner_link(session: Session, id_: str) -> OwnerLinkRow | None:
    """Return a link by its id."""
    return session.get(OwnerLinkRow, id_)


def owner_links(session: Session, path: str, now: datetime) -> list[OwnerLink]:
    """Return the links of a body that still open, or whose words nobody has taken up, the newest first."""
    query = select(OwnerLinkRow).where(OwnerLinkRow.path == path)
    rows = session.scalars(query.order_by(OwnerLinkRow.created_at.desc(), OwnerLinkRow.id))
    return [link(row) for row in rows if row.said or (row.revoked_at is None and as_utc(row.expires_at) > now)]


def waiting_words(session: Session) -> list[OwnerLink]:
    """Return the links whose body wrote something that no draft holds yet."""
    query = select(OwnerLinkRow).where(OwnerLinkRow.said != "").order_by(OwnerLinkRow.answered_at, OwnerLinkRow.id)
    return [link(row) for row in session.scalars(query)]


def link(row: OwnerLinkRow) -> OwnerLink:
    """Return a link without its secret."""
    answered = as_utc(row.answered_at) if row.answered_at else None
    return OwnerLink(
        row.id, row.path, row.created_by, as_utc(row.created_at), as_utc(row.expires_at), answered, row.said
    )  # fmt: skip


@dataclass(frozen=True)
class LinkAnswer:
    """What a web address answered: a word, its status (0 for none) and where it has moved for good."""

    url: str
    asked_at: datetime
    answer: str
    status: int
    moved_to: str


def put_link_answers(session: Session, answers: Iterable[LinkAnswer]) -> None:
    """Keep the newest answer of each address."""
    for one in answers:
        row = session.get(LinkAnswerRow, one.url)
        if row is None:
            row = LinkAnswerRow(url=one.url)
            session.add(row)
        row.asked_at, row.answer, row.status, row.moved_to = one.asked_at, one.answer, one.status, one.moved_to
    session.flush()


def link_answers(session: Session) -> Mapping[str, LinkAnswer]:
    """Return what each address answered when it was last asked."""
    return {
        row.url: LinkAnswer(row.url, as_utc(row.asked_at), row.answer, row.status, row.moved_to)
        for row in session.scalars(select(LinkAnswerRow))
    }

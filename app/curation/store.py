"""The tables of revisions, their savings, their history, comments and who is at work, and every query on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Integer, String, Text, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts.model import Permission, permissions
from app.accounts.store import all_accounts
from app.curation.model import LIVE, ON_DESK, OPEN, Change, Deed, Revision, State, Step
from app.curation.overlay import Published
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import new_id


class RevisionRow(Table):
    """A text at a path. `desk_path` is its path while it is worked on: each item has one such revision at most."""

    __tablename__ = "revision"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), index=True)
    desk_path: Mapped[str | None] = mapped_column(String(200), unique=True)
    text: Mapped[str] = mapped_column(Text)
    retires: Mapped[bool]
    successor: Mapped[str] = mapped_column(String(200))
    change: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), index=True)
    version: Mapped[int] = mapped_column(Integer)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("revision.id"))
    base: Mapped[str] = mapped_column(Text)
    base_digest: Mapped[str] = mapped_column(String(64))
    edition: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    saved_by: Mapped[str] = mapped_column(String(120))
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    publish_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failure: Mapped[str] = mapped_column(Text)


class SavingRow(Table):
    """A text of a revision as it was saved; the ground on which two editors' texts are merged."""

    __tablename__ = "revision_saving"

    revision_id: Mapped[str] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    automatic: Mapped[bool]
    saved_by: Mapped[str] = mapped_column(String(120))
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StepRow(Table):
    """One deed in the history of a revision."""

    __tablename__ = "revision_step"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revision.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    deed: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    note: Mapped[str] = mapped_column(Text)


class CommentRow(Table):
    """What a reader of a draft says about one section of it."""

    __tablename__ = "revision_comment"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revision.id"), index=True)
    anchor: Mapped[str] = mapped_column(String(200))
    section_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_by: Mapped[str] = mapped_column(String(120))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class EditingRow(Table):
    """Who has the form of an item open: since when, and when last seen."""

    __tablename__ = "content_editing"

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    account: Mapped[str] = mapped_column(String(120), primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Comment:
    """A comment on the section `anchor` as it read with `section_hash`; settled once `settled_by` is not empty."""

    id: str
    anchor: str
    section_hash: str
    text: str
    by: str
    at: datetime
    settled_by: str


@dataclass(frozen=True)
class Editing:
    """Somebody at work on an item."""

    account: str
    since: datetime


class NoRevisionError(Exception):
    """There is no such revision."""


class OpenRevisionError(Exception):
    """The item has a revision on the desk already: `id`."""

    def __init__(self, id_: str) -> None:
        super().__init__(id_)
        self.id = id_


def revision(row: RevisionRow) -> Revision:
    """Return the value of a row."""
    return Revision(
        id=row.id,
        path=row.path,
        text=row.text,
        retires=row.retires,
        successor=row.successor,
        change=Change(row.change),
        note=row.note,
        state=State(row.state),
        version=row.version,
        parent=row.parent_id or "",
        base=row.base,
        base_digest=row.base_digest,
        edition=row.edition,
        created_by=row.created_by,
        created_at=as_utc(row.created_at),
        saved_by=row.saved_by,
        saved_at=as_utc(row.saved_at),
        publish_at=as_utc(row.publish_at) if row.publish_at else None,
        published_at=as_utc(row.published_at) if row.published_at else None,
        failure=row.failure,
    )


def add_revision(session: Session, row: RevisionRow) -> None:
    """Add a row. Raises OpenRevisionError where its item has one on the desk, also when another just came."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise OpenRevisionError(on_desk(session, row.path)) from None


def on_desk(session: Session, path: str) -> str:
    """Return the id of the revision of `path` that is worked on, or nothing."""
    return session.scalars(select(RevisionRow.id).where(RevisionRow.desk_path == path)).first() or ""


def lock_revision(session: Session, id_: str) -> RevisionRow:
    """Return the row as it is now; until the transaction ends nobody else changes it. Raises NoRevisionError."""
    row = session.get(RevisionRow, id_, with_for_update=True, populate_existing=True)
    if row is None:
        raise NoRevisionError(id_)
    return row


def get_revision(session: Session, id_: str) -> Revision:
    """Return a revision. Raises NoRevisionError."""
    row = session.get(RevisionRow, id_)
    if row is None:
        raise NoRevisionError(id_)
    return revision(row)


def put_state(session: Session, row: RevisionRow, state: State) -> None:
    """Set the state. Raises OpenRevisionError where it would come back to the desk beside another one."""
    try:
        with session.begin_nested():
            row.state = state.value
            row.desk_path = row.path if state in ON_DESK else None
    except IntegrityError:
        raise OpenRevisionError(on_desk(session, row.path)) from None


def _newest() -> object:
    return (
        select(RevisionRow.path, func.max(RevisionRow.edition).label("edition"))
        .where(RevisionRow.state.in_(LIVE))
        .group_by(RevisionRow.path)
        .subquery()
    )


def published(session: Session) -> list[Published]:
    """Return the newest published revision of each path that has one."""
    newest = _newest()
    query = select(RevisionRow.path, RevisionRow.text, RevisionRow.retires, RevisionRow.successor).join(
        newest,  # type: ignore[arg-type]
        (RevisionRow.path == newest.c.path) & (RevisionRow.edition == newest.c.edition),  # type: ignore[attr-defined]
    )
    return [Published(*row) for row in session.execute(query.where(RevisionRow.state.in_(LIVE)))]


def live_revisions(session: Session) -> list[Revision]:
    """Return the newest published revision of each path that has one, by path."""
    newest = _newest()
    query = select(RevisionRow).join(
        newest,  # type: ignore[arg-type]
        (RevisionRow.path == newest.c.path) & (RevisionRow.edition == newest.c.edition),  # type: ignore[attr-defined]
    )
    return [
        revision(row) for row in session.scalars(query.where(RevisionRow.state.in_(LIVE)).order_by(RevisionRow.path))
    ]


def live_revision(session: Session, path: str) -> Revision | None:
    """Return the newest published revision of `path`; None where the shipped text is live."""
    query = select(RevisionRow).where(RevisionRow.path == path, RevisionRow.state.in_(LIVE))
    row = session.scalars(query.order_by(RevisionRow.edition.desc()).limit(1)).first()
    return revision(row) if row else None


def open_revisions(session: Session, path: str = "") -> list[Revision]:
    """Return what is not yet published or discarded, of `path` or of all, the latest first."""
    query = select(RevisionRow).where(RevisionRow.state.in_(OPEN)).order_by(RevisionRow.saved_at.desc(), RevisionRow.id)
    return [revision(row) for row in session.scalars(query.where(RevisionRow.path == path) if path else query)]


def history(session: Session, path: str) -> list[Revision]:
    """Return every revision of `path` that was ever saved, the latest first."""
    query = select(RevisionRow).where(RevisionRow.path == path)
    return [
        revision(row)
        for row in session.scalars(
            query.order_by(RevisionRow.edition.desc(), RevisionRow.created_at.desc(), RevisionRow.id)
        )
    ]


def due(session: Session, now: datetime) -> list[str]:
    """Return the ids of what is to be published by now, the earliest first."""
    query = select(RevisionRow.id).where(RevisionRow.state == State.SCHEDULED, RevisionRow.publish_at <= now)
    return list(session.scalars(query.order_by(RevisionRow.publish_at, RevisionRow.id)))


def add_saving(session: Session, row: RevisionRow, *, automatic: bool) -> None:
    """Keep the text that the revision now has. An automatic saving takes the place of one by the same person."""
    last = session.get(SavingRow, (row.id, row.version - 1))
    if last is not None and automatic and last.automatic and last.saved_by == row.saved_by:
        session.delete(last)
    session.add(
        SavingRow(
            revision_id=row.id, version=row.version, text=row.text, automatic=automatic, saved_by=row.saved_by,
            saved_at=row.saved_at,
        )
    )  # fmt: skip
    session.flush()


def saved_text(session: Session, id_: str, version: int) -> str | None:
    """Return the text of a revision as it was saved with `version`; None where that one is not kept any more."""
    row = session.get(SavingRow, (id_, version))
    return row.text if row else None


def forget_savings(session: Session, id_: str) -> None:
    """Forget how a revision came about: what it says stays."""
    for row in session.scalars(select(SavingRow).where(SavingRow.revision_id == id_)):
        session.delete(row)
    session.flush()


def add_step(session: Session, id_: str, deed: Deed, *, by: str, at: datetime, note: str = "") -> None:
    """Add a deed to the history of a revision."""
    last = session.scalar(select(func.max(StepRow.number)).where(StepRow.revision_id == id_)) or 0
    session.add(StepRow(id=new_id(), revision_id=id_, number=last + 1, deed=deed, by=by, at=at, note=note))
    session.flush()


def steps(session: Session, id_: str) -> list[Step]:
    """Return the history of a revision, the first deed first."""
    query = select(StepRow).where(StepRow.revision_id == id_).order_by(StepRow.number)
    return [Step(Deed(row.deed), row.by, as_utc(row.at), row.note) for row in session.scalars(query)]


def add_comment(
    session: Session, id_: str, *, anchor: str, section_hash: str, text: str, by: str, at: datetime
) -> None:
    """Add a comment to a section of a revision."""
    session.add(
        CommentRow(
            id=new_id(), revision_id=id_, anchor=anchor[:200], section_hash=section_hash, text=text, by=by, at=at,
            settled_by="",
        )
    )  # fmt: skip
    session.flush()


def comments(session: Session, id_: str) -> list[Comment]:
    """Return the comments on a revision, the first one first."""
    query = select(CommentRow).where(CommentRow.revision_id == id_).order_by(CommentRow.at, CommentRow.id)
    return [
        Comment(row.id, row.anchor, row.section_hash, row.text, row.by, as_utc(row.at), row.settled_by)
        for row in session.scalars(query)
    ]


def settle_comment(session: Session, id_: str, comment: str, *, by: str, at: datetime) -> bool:
    """Mark a comment of a revision as settled; say whether there was one to settle."""
    row = session.get(CommentRow, comment)
    if row is None or row.revision_id != id_ or row.settled_by:
        return False
    row.settled_by, row.settled_at = by, at
    session.flush()
    return True


def note_editing(session: Session, path: str, account: str, now: datetime, *, since_before: datetime) -> None:
    """Note that somebody has the form of `path` open; one who was last seen before `since_before` begins anew."""
    row = session.get(EditingRow, (path, account))
    if row is None:
        try:
            with session.begin_nested():
                session.add(EditingRow(path=path, account=account, since=now, seen_at=now))
        except IntegrityError:
            return  # the same person's other tab was quicker
        return
    if as_utc(row.seen_at) < since_before:
        row.since = now
    row.seen_at = now
    session.flush()


def end_editing(session: Session, path: str, account: str) -> None:
    """Note that somebody has left the form of `path`."""
    row = session.get(EditingRow, (path, account))
    if row is not None:
        session.delete(row)
        session.flush()


def editing(session: Session, path: str, *, seen_since: datetime) -> list[Editing]:
    """Return who has the form of `path` open, the first one first."""
    query = select(EditingRow).where(EditingRow.path == path, EditingRow.seen_at >= seen_since)
    return [Editing(row.account, as_utc(row.since)) for row in session.scalars(query.order_by(EditingRow.since))]


def editors(session: Session) -> list[tuple[str, str]]:
    """Return (reference, name) of everybody who edits."""
    return [
        (f"account:{row.id}", row.name)
        for row in all_accounts(session)
        if row.active and Permission.EDIT_CONTENT in permissions(row.roles)
    ]

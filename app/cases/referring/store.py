"""The tables of referrals, their links, what happened with them and what became of them, and every query on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Date, DateTime, ForeignKey, Index, Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.cases.referring.model import OPEN, Declined, Deed, Kind, Link, Outcome, Standing, State, next_due
from app.cases.store import CaseRow, OfOrganisation
from app.kernel.dates import as_utc
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, Sealed, SealedBytes, new_id, vault_of

LINK = "case-referral-link"
"""The kind of blind index under which a link is found."""


class ReferralRow(Table, OfOrganisation):
    """A referral of a case to one body. In clear stand codes, ids and dates; all that is personal is sealed.

    `packet_sealed` is what travels, and is emptied when the referral ends: nobody can read it any more. `shares` are
    codes with blanks between them, `about` ids of missing people. `due_on` is when the clock next has to look at it.
    """

    __tablename__ = "case_referral"
    __table_args__ = (Index("ix_case_referral_open", "state", "due_on"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    body: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    need: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(8))
    shares: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(String(400))
    sent_by: Mapped[str] = mapped_column(String(120))
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    waits_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reminded: Mapped[int] = mapped_column(Integer)
    reminded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(String(20))
    better: Mapped[str] = mapped_column(String(80))
    doubts: Mapped[str] = mapped_column(String(60))
    due_on: Mapped[date | None] = mapped_column(Date)
    packet_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    message_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    mail_to_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    despite_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)

    packet: Sealed[str | None] = Sealed("packet_sealed")
    message: Sealed[str | None] = Sealed("message_sealed")
    mail_to: Sealed[str | None] = Sealed("mail_to_sealed")
    despite: Sealed[str | None] = Sealed("despite_sealed")

    @property
    def reference(self) -> str:
        """How the audit names whoever comes by its links."""
        return f"referral:{self.id}"


class LinkRow(Table, OfOrganisation):
    """A link of a referral: of its secret the keyed hash alone is kept."""

    __tablename__ = "case_referral_link"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    referral_id: Mapped[str] = mapped_column(ForeignKey("case_referral.id"), index=True)
    token_index: Mapped[bytes] = mapped_column(BlindIndex, unique=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StepRow(Table, OfOrganisation):
    """One thing that happened with a referral. `words` are what the body, or we, said with it."""

    __tablename__ = "case_referral_step"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    referral_id: Mapped[str] = mapped_column(ForeignKey("case_referral.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deed: Mapped[str] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(120))
    words_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)

    words: Sealed[str | None] = Sealed("words_sealed")


class OutcomeRow(Table, OfOrganisation):
    """What became of a referral, once per referral, by its id. It outlives the case, to which nothing leads then.

    It is added with the first answer, or with the end of what nobody answered; `answer_days` never changes after.
    """

    __tablename__ = "case_referral_outcome"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    body: Mapped[str] = mapped_column(String(80), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    need: Mapped[str] = mapped_column(String(40))
    sent_on: Mapped[date] = mapped_column(Date)
    answer_days: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(20))
    better: Mapped[str] = mapped_column(String(80))
    is_training: Mapped[bool]


# Referrals


def add(session: Session, case: CaseRow, row: ReferralRow, texts: Mapping[str, str]) -> None:
    """Add a referral of a case with its sealed texts by name: packet, message, mail_to, despite."""
    row.id, row.organisation, row.case_id = new_id(), case.organisation, case.id
    session.add(row)
    row.packet, row.message = texts["packet"], texts["message"]
    row.mail_to, row.despite = texts["mail_to"], texts["despite"]
    session.flush()


def find(session: Session, case: str, id_: str) -> ReferralRow | None:
    """Return a referral of this case."""
    return session.scalars(select(ReferralRow).where(ReferralRow.case_id == case, ReferralRow.id == id_)).first()


def lock(session: Session, case: str, id_: str) -> ReferralRow | None:
    """Return a referral of this case; until the transaction ends nobody else changes it."""
    query = select(ReferralRow).where(ReferralRow.case_id == case, ReferralRow.id == id_).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def referrals(session: Session, case: str) -> Sequence[ReferralRow]:
    """Return the referrals of a case, the newest first."""
    query = select(ReferralRow).where(ReferralRow.case_id == case)
    return session.scalars(query.order_by(ReferralRow.sent_at.desc(), ReferralRow.id)).all()


def open_of(session: Session, cases: Collection[str]) -> Sequence[ReferralRow]:
    """Return the referrals of these cases that are open, the first first."""
    query = select(ReferralRow).where(
        ReferralRow.case_id.in_(cases), ReferralRow.state.in_([state.value for state in OPEN])
    )
    return session.scalars(query.order_by(ReferralRow.sent_at, ReferralRow.id)).all()


def waiting(session: Session) -> int:
    """Return how many referrals of real families are open."""
    query = (
        select(func.count())
        .select_from(ReferralRow)
        .join(CaseRow, CaseRow.id == ReferralRow.case_id)
        .where(ReferralRow.state.in_([state.value for state in OPEN]), CaseRow.is_training.is_(False))
    )
    return session.scalar(query) or 0


def open_referrals(session: Session) -> Sequence[tuple[str, str, str]]:
    """Return (organisation, case, id) of every referral that is open."""
    query = select(ReferralRow.organisation, ReferralRow.case_id, ReferralRow.id).where(
        ReferralRow.state.in_([state.value for state in OPEN])
    )
    return [(organisation, case, id_) for organisation, case, id_ in session.execute(query.order_by(ReferralRow.id))]


def standing(row: ReferralRow) -> Standing:
    """Return how a referral stands."""
    return Standing(
        kind=Kind(row.kind),
        state=State(row.state),
        sent_at=as_utc(row.sent_at),
        waits_since=as_utc(row.waits_since),
        answered_at=_moment(row.answered_at),
        accepted_at=_moment(row.accepted_at),
        reminded=row.reminded,
        reminded_at=_moment(row.reminded_at),
        ended_at=_moment(row.ended_at),
    )


def keep(row: ReferralRow, now: Standing) -> None:
    """Write down how a referral stands. Once it has ended, what it carried is gone."""
    row.state, row.waits_since, row.answered_at = now.state.value, now.waits_since, now.answered_at
    row.accepted_at, row.reminded, row.reminded_at = now.accepted_at, now.reminded, now.reminded_at
    row.ended_at = now.ended_at
    found = next_due(now)
    row.due_on = found[1] if found else None
    if not now.is_open:
        row.packet = None


# Links


def add_link(session: Session, row: ReferralRow, token: str, *, now: datetime, expires_at: datetime) -> LinkRow:
    """Add a link of a referral."""
    found = LinkRow(
        id=new_id(), organisation=row.organisation, case_id=row.case_id, referral_id=row.id,
        token_index=vault_of(session).blind(LINK, token), made_at=now, expires_at=expires_at,
    )  # fmt: skip
    session.add(found)
    session.flush()
    return found


def find_link(session: Session, token: str) -> tuple[LinkRow, ReferralRow] | None:
    """Return the link with this secret and the referral it belongs to."""
    query = (
        select(LinkRow, ReferralRow)
        .join(ReferralRow, ReferralRow.id == LinkRow.referral_id)
        .where(LinkRow.token_index == vault_of(session).blind(LINK, token))
    )
    found = session.execute(query.execution_options(populate_existing=True)).first()
    return (found[0], found[1]) if found else None


def links(session: Session, referral: str) -> Sequence[LinkRow]:
    """Return the links of a referral, the newest first."""
    query = select(LinkRow).where(LinkRow.referral_id == referral)
    return session.scalars(query.order_by(LinkRow.made_at.desc(), LinkRow.id)).all()


def link_of(row: LinkRow) -> Link:
    """Return a link without its secret."""
    return Link(as_utc(row.made_at), as_utc(row.expires_at), _moment(row.opened_at), _moment(row.ended_at))


def end_links(session: Session, referral: str, now: datetime) -> None:
    """Let no link of a referral open any more."""
    for row in links(session, referral):
        row.ended_at = row.ended_at or now
    session.flush()


# What happened


def add_step(session: Session, row: ReferralRow, deed: Deed, *, by: str, now: datetime, words: str = "") -> None:
    """Write down what happened with a referral."""
    number = session.scalar(select(func.count()).select_from(StepRow).where(StepRow.referral_id == row.id)) or 0
    step = StepRow(
        id=new_id(), organisation=row.organisation, case_id=row.case_id, referral_id=row.id, number=number + 1, at=now,
        deed=deed.value, by=by,
    )  # fmt: skip
    session.add(step)
    step.words = words or None
    session.flush()


def steps(session: Session, referrals: Collection[str]) -> Mapping[str, list[StepRow]]:
    """Return what happened with each of these referrals, the first first."""
    found: dict[str, list[StepRow]] = {id_: [] for id_ in referrals}
    query = select(StepRow).where(StepRow.referral_id.in_(referrals)).order_by(StepRow.number, StepRow.id)
    for row in session.scalars(query):
        found[row.referral_id].append(row)
    return found


# What became of them


def keep_outcome(session: Session, row: ReferralRow, *, answer_days: int | None, is_training: bool) -> None:
    """Keep what has become of a referral so far: one row however often, and the days of its first answer once."""
    found = session.get(OutcomeRow, row.id)
    if found is None:
        found = OutcomeRow(
            id=row.id, organisation=row.organisation, body=row.body, kind=row.kind, need=row.need,
            sent_on=as_utc(row.sent_at).date(), answer_days=answer_days, is_training=is_training,
        )  # fmt: skip
        session.add(found)
    found.state, found.reason, found.better = row.state, row.reason, row.better
    session.flush()


def outcomes(session: Session) -> list[Outcome]:
    """Return what became of the referrals that are no training, the oldest first."""
    query = select(OutcomeRow).where(OutcomeRow.is_training.is_(False)).order_by(OutcomeRow.sent_on, OutcomeRow.id)
    return [
        Outcome(
            body=row.body,
            kind=Kind(row.kind),
            need=row.need,
            sent_on=row.sent_on,
            answer_days=row.answer_days,
            state=State(row.state),
            reason=Declined(row.reason) if row.reason else None,
            better=row.better,
        )
        for row in session.scalars(query)
    ]


def outcomes_number(session: Session) -> int:
    """Return how many outcomes there are. None is ever deleted, so it grows whenever there is an answer more."""
    return session.scalar(select(func.count()).select_from(OutcomeRow)) or 0


def _moment(at: datetime | None) -> datetime | None:
    return as_utc(at) if at else None

"""What staff keep of entries: statuses, corrections, mergers, proposed duplicates, imports; and every query on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    DateTime,
    Float,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.dates import as_utc
from app.register.entry import (
    Basis,
    Changed,
    Correction,
    Entry,
    Merger,
    Standing,
    Status,
    read_basis,
    read_changes,
    read_entry,
)
from app.register.store import BlockRow, EntryRow, hashes, insert_blocks
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, Sealed, SealedBytes, new_id, vault_of
from app.storage.vault import Place, Vault

_NUMBERS = 0x656E747269
"""Number of the lock under which PostgreSQL gives out the numbers of new entries one writer after the other."""

OPEN, MERGED, DISMISSED = "open", "merged", "dismissed"
"""States of a proposed duplicate."""


class StatusRow(Table):
    """A status of an entry. Rows are added, never changed; since when and by which source stand sealed."""

    __tablename__ = "register_status"
    __table_args__ = (UniqueConstraint("entry", "position"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    entry: Mapped[int] = mapped_column(ForeignKey(EntryRow.number), index=True)
    position: Mapped[int]
    status: Mapped[str] = mapped_column(String(30))
    basis_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_by: Mapped[str] = mapped_column(Text)

    basis_text: Sealed[str] = Sealed("basis_sealed")


class CorrectionRow(Table):
    """What was changed in an entry, with the old values and the reason, sealed; `version` is the one it made."""

    __tablename__ = "register_correction"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    entry: Mapped[int] = mapped_column(ForeignKey(EntryRow.number), index=True)
    version: Mapped[int]
    changes_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    corrected_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    corrected_by: Mapped[str] = mapped_column(Text)

    changes_text: Sealed[str] = Sealed("changes_sealed")


class MergerRow(Table):
    """That entry `gone` is of the same person as `kept`; taken back where `undone_at` is set."""

    __tablename__ = "register_merger"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kept: Mapped[int] = mapped_column(ForeignKey(EntryRow.number), index=True)
    gone: Mapped[int] = mapped_column(ForeignKey(EntryRow.number), index=True)
    reason_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    merged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    merged_by: Mapped[str] = mapped_column(Text)
    undone_reason_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_by: Mapped[str | None] = mapped_column(Text)

    reason: Sealed[str] = Sealed("reason_sealed")
    undone_reason: Sealed[str | None] = Sealed("undone_reason_sealed")


class DuplicateRow(Table):
    """Two entries that may be of one person; a proposal, which staff merge or dismiss."""

    __tablename__ = "register_duplicate"
    __table_args__ = (UniqueConstraint("first", "second"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    first: Mapped[int] = mapped_column(ForeignKey(EntryRow.number))
    second: Mapped[int] = mapped_column(ForeignKey(EntryRow.number), index=True)
    probability: Mapped[float] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(12), index=True, default=OPEN)
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)

    reason: Sealed[str | None] = Sealed("reason_sealed")


class ImportRow(Table):
    """A file that is taken into the register: how many of its rows are done. It is known again by a keyed hash."""

    __tablename__ = "register_import"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    file_index: Mapped[bytes] = mapped_column(BlindIndex, unique=True)
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    begun_by: Mapped[str] = mapped_column(Text)
    rows_done: Mapped[int] = mapped_column(default=0)
    entered: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BatchRow(Table):
    """The numbers that one transaction of an import gave out, and whether those entries were compared with the rest."""

    __tablename__ = "register_import_batch"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    import_id: Mapped[str] = mapped_column(ForeignKey(ImportRow.id), index=True)
    first: Mapped[int]
    last: Mapped[int]
    compared: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True)
class Kept:
    """An entry as the register keeps it."""

    number: int
    version: int
    entry: Entry
    status: Status
    merged_into: int | None
    demo: bool


@dataclass(frozen=True)
class Duplicate:
    """Two entries that may be of one person, and how probable that is."""

    id: str
    first: int
    second: int
    probability: float
    state: str
    proposed_at: datetime


@dataclass(frozen=True)
class Prepared:
    """An entry with its first status, sealed in any process and ready to be inserted under any number."""

    id: str
    person_sealed: bytes
    rest_sealed: bytes
    status: Status
    status_id: str
    basis_sealed: bytes
    blocks: tuple[int, ...]
    row_index: bytes | None = None
    demo: bool = False


def prepared(
    vault: Vault, entry: Entry, status: Status, basis: Basis, *, row_index: bytes | None = None, demo: bool = False
) -> Prepared:
    """Return an entry and its first status sealed, with the hashes it will be found by."""
    id_, status_id = new_id(), new_id()
    table = EntryRow.__tablename__
    return Prepared(
        id_,
        vault.seal(entry.person.as_text(), Place(table, "person_sealed", id_)),
        vault.seal(entry.rest_text, Place(table, "rest_sealed", id_)),
        status,
        status_id,
        vault.seal(basis.as_text(), Place(StatusRow.__tablename__, "basis_sealed", status_id)),
        tuple(hashes(vault, entry.person)),
        row_index,
        demo,
    )


def add(session: Session, entries: Sequence[Prepared], *, actor: str, now: datetime) -> range:
    """Insert entries with their statuses and hashes under the next numbers, which are returned."""
    if not entries:
        return range(0)
    first = _next_number(session)
    numbers = range(first, first + len(entries))
    numbered = list(zip(numbers, entries, strict=True))
    session.execute(
        insert(EntryRow.__table__),  # type: ignore[arg-type]
        [
            {
                "number": number, "id": entry.id, "person_sealed": entry.person_sealed,
                "rest_sealed": entry.rest_sealed, "status": entry.status.value, "row_index": entry.row_index,
                "demo": entry.demo,
            }
            for number, entry in numbered
        ],
    )  # fmt: skip
    session.execute(
        insert(StatusRow.__table__),  # type: ignore[arg-type]
        [
            {
                "id": entry.status_id, "entry": number, "position": 1, "status": entry.status.value,
                "basis_sealed": entry.basis_sealed, "recorded_at": now, "recorded_by": actor,
            }
            for number, entry in numbered
        ],
    )  # fmt: skip
    insert_blocks(session, sorted((block, number) for number, entry in numbered for block in entry.blocks))
    return numbers


def _next_number(session: Session) -> int:
    # SQLite has one writer at a time anyway; the numbers follow one another, so a sequence would not do.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _NUMBERS})
    return (session.scalar(select(func.max(EntryRow.number))) or 0) + 1


def kept(session: Session, number: int) -> Kept | None:
    """Return an entry, opened, or None where there is none of this number."""
    row = _row(session, number)
    return None if row is None else _kept(row)


def kept_of(session: Session, numbers: Collection[int]) -> dict[int, Kept]:
    """Return the entries of these numbers, opened; those that do not exist are left out."""
    rows = session.scalars(select(EntryRow).where(EntryRow.number.in_(numbers)))
    return {row.number: _kept(row) for row in rows}


def _row(session: Session, number: int) -> EntryRow | None:
    return session.scalars(select(EntryRow).where(EntryRow.number == number)).first()


def _kept(row: EntryRow) -> Kept:
    entry = read_entry(row.person_text, row.rest_text or "")
    return Kept(row.number, row.version, entry, Status(row.status), row.merged_into, row.demo)


def replace(session: Session, number: int, version: int, before: Entry, after: Entry) -> bool:
    """Put `after` in the place of `before`, and its hashes; return whether the entry still had that `version`."""
    row = _row(session, number)
    if row is None or not _step(session, number, version):
        return False
    session.refresh(row)
    row.person_text, row.rest_text = after.person.as_text(), after.rest_text
    vault = vault_of(session)
    old, new = set(hashes(vault, before.person)), set(hashes(vault, after.person))
    if old - new:
        gone = [(block, number) for block in old - new]
        session.execute(delete(BlockRow).where(tuple_(BlockRow.block, BlockRow.entry).in_(gone)))
    insert_blocks(session, sorted((block, number) for block in new - old))
    return True


def _step(session: Session, number: int, version: int) -> bool:
    """Count one change of an entry; return whether it still had `version`."""
    stepped = (
        update(EntryRow)
        .where(EntryRow.number == number, EntryRow.version == version)
        .values(version=version + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(session.connection().execute(stepped).rowcount)


def add_correction(
    session: Session, number: int, version: int, changes: Sequence[Changed], reason: str, *, actor: str, now: datetime
) -> None:
    """Keep what was changed, with the old values."""
    row = CorrectionRow(id=new_id(), entry=number, version=version, corrected_at=now, corrected_by=actor)
    with session.no_autoflush:
        session.add(row)
        row.changes_text = Correction.sealed_text(changes, reason)


def add_status(
    session: Session, number: int, version: int, status: Status, basis: Basis, *, actor: str, now: datetime
) -> bool:
    """Add a status after those an entry has; return whether the entry still had that `version`."""
    if not _step(session, number, version):
        return False
    last = session.scalar(select(func.max(StatusRow.position)).where(StatusRow.entry == number)) or 0
    row = StatusRow(
        id=new_id(), entry=number, position=last + 1, status=status.value, recorded_at=now, recorded_by=actor
    )
    with session.no_autoflush:
        session.add(row)
        row.basis_text = basis.as_text()
    session.flush()
    return True


def set_current(session: Session, number: int, status: Status) -> None:
    """Let the entry show this status."""
    session.execute(update(EntryRow).where(EntryRow.number == number).values(status=status.value))


def history(session: Session, number: int) -> list[Standing]:
    """Return the statuses of an entry in the order of recording."""
    rows = session.scalars(select(StatusRow).where(StatusRow.entry == number).order_by(StatusRow.position))
    return [
        Standing(Status(row.status), read_basis(row.basis_text), as_utc(row.recorded_at), row.recorded_by)
        for row in rows
    ]


def corrections(session: Session, number: int) -> list[Correction]:
    """Return the corrections of an entry, the oldest first."""
    rows = session.scalars(select(CorrectionRow).where(CorrectionRow.entry == number).order_by(CorrectionRow.version))
    return [Correction(*read_changes(row.changes_text), as_utc(row.corrected_at), row.corrected_by) for row in rows]


def mergers(session: Session, number: int) -> list[Merger]:
    """Return every merger that an entry was ever part of, the oldest first, those taken back included."""
    rows = session.scalars(
        select(MergerRow)
        .where(or_(MergerRow.kept == number, MergerRow.gone == number))
        .order_by(MergerRow.merged_at, MergerRow.id)
    )
    return [
        Merger(
            row.kept, row.gone, row.reason, as_utc(row.merged_at), row.merged_by, row.undone_reason or "",
            as_utc(row.undone_at) if row.undone_at else None, row.undone_by or "",
        )
        for row in rows
    ]  # fmt: skip


def roots(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """Return for each entry the one that it was merged into at last: itself where it was not."""
    found = {number: number for number in numbers}
    asked = set(numbers)
    while asked:
        rows = session.execute(
            select(EntryRow.number, EntryRow.merged_into).where(
                EntryRow.number.in_(asked), EntryRow.merged_into.is_not(None)
            )
        )
        into = {number: kept for number, kept in rows if kept is not None}
        found = {number: into.get(root, root) for number, root in found.items()}
        asked = set(into.values())
    return found


def merged_with(session: Session, number: int) -> list[int]:
    """Return the entries that were merged into this one, also through others."""
    found: list[int] = []
    asked = [number]
    while asked:
        asked = list(session.scalars(select(EntryRow.number).where(EntryRow.merged_into.in_(asked))))
        found += asked
    return sorted(found)


def merge(
    session: Session, kept: tuple[int, int], gone: tuple[int, int], reason: str, *, actor: str, now: datetime
) -> bool:
    """Lead from entry `gone` to `kept`, each a number and its version; return whether both still had theirs."""
    # In the order of numbers, so that two clerks who merge the same pair never wait for each other.
    if not all(_step(session, number, version) for number, version in sorted((kept, gone))):
        return False
    session.execute(update(EntryRow).where(EntryRow.number == gone[0]).values(merged_into=kept[0]))
    row = MergerRow(id=new_id(), kept=kept[0], gone=gone[0], merged_at=now, merged_by=actor)
    with session.no_autoflush:
        session.add(row)
        row.reason = reason
    return True


def unmerge(
    session: Session, kept: tuple[int, int], gone: tuple[int, int], reason: str, *, actor: str, now: datetime
) -> bool:
    """Let an entry stand for itself again; return whether both still had their versions."""
    if not all(_step(session, number, version) for number, version in sorted((kept, gone))):
        return False
    session.execute(update(EntryRow).where(EntryRow.number == gone[0]).values(merged_into=None))
    row = session.scalars(
        select(MergerRow).where(MergerRow.kept == kept[0], MergerRow.gone == gone[0], MergerRow.undone_at.is_(None))
    ).one()
    row.undone_at, row.undone_by, row.undone_reason = now, actor, reason
    return True


def propose(session: Session, pairs: Iterable[tuple[int, int, float]], *, now: datetime) -> int:
    """Propose pairs of entries as duplicates and return how many are new: what was ever proposed is left as it is."""
    ordered = {(min(first, second), max(first, second)): probability for first, second, probability in pairs}
    if not ordered:
        return 0
    known = {
        tuple(pair)
        for pair in session.execute(
            select(DuplicateRow.first, DuplicateRow.second).where(
                DuplicateRow.second.in_({second for _, second in ordered})
            )
        )
    }
    rows = [
        {
            "id": new_id(), "first": pair[0], "second": pair[1], "probability": probability, "state": OPEN,
            "proposed_at": now,
        }
        for pair, probability in sorted(ordered.items())
        if pair not in known
    ]  # fmt: skip
    if rows:
        session.execute(insert(DuplicateRow.__table__), rows)  # type: ignore[arg-type]
    return len(rows)


def duplicates(session: Session, *, state: str = OPEN, after: int = 0, limit: int = 50) -> list[Duplicate]:
    """Return proposals of one state, the most probable first; `after` many are left out."""
    rows = session.scalars(
        select(DuplicateRow)
        .where(DuplicateRow.state == state)
        .order_by(DuplicateRow.probability.desc(), DuplicateRow.first, DuplicateRow.second)
        .offset(after)
        .limit(limit)
    )
    return [_duplicate(row) for row in rows]


def count_duplicates(session: Session, *, state: str = OPEN) -> int:
    """Return how many proposals of one state there are."""
    return session.scalar(select(func.count()).select_from(DuplicateRow).where(DuplicateRow.state == state)) or 0


def duplicate(session: Session, id_: str) -> Duplicate | None:
    """Return a proposal, or None."""
    row = session.get(DuplicateRow, id_)
    return None if row is None else _duplicate(row)


def duplicates_of(session: Session, number: int) -> list[Duplicate]:
    """Return the open proposals that an entry is part of."""
    rows = session.scalars(
        select(DuplicateRow)
        .where(DuplicateRow.state == OPEN, or_(DuplicateRow.first == number, DuplicateRow.second == number))
        .order_by(DuplicateRow.first, DuplicateRow.second)
    )
    return [_duplicate(row) for row in rows]


def _duplicate(row: DuplicateRow) -> Duplicate:
    return Duplicate(row.id, row.first, row.second, row.probability, row.state, as_utc(row.proposed_at))


def decide_duplicate(session: Session, id_: str, state: str, reason: str, *, actor: str, now: datetime) -> bool:
    """Close an open proposal; return whether it was still open."""
    closed = (
        update(DuplicateRow)
        .where(DuplicateRow.id == id_, DuplicateRow.state == OPEN)
        .values(state=state, decided_at=now, decided_by=actor)
        .execution_options(synchronize_session=False)
    )
    if not session.connection().execute(closed).rowcount:
        return False
    row = session.get(DuplicateRow, id_)
    assert row is not None
    session.refresh(row)
    row.reason = reason
    return True


def decide_pair(session: Session, numbers: tuple[int, int], was: str, state: str) -> None:
    """Let the proposal of a pair, if there is one in state `was`, follow what was done with the two."""
    session.execute(
        update(DuplicateRow)
        .where(DuplicateRow.first == min(numbers), DuplicateRow.second == max(numbers), DuplicateRow.state == was)
        .values(state=state)
    )


def holds_real(session: Session) -> bool:
    """Say whether there is any entry that is not a demonstration."""
    return session.scalar(select(EntryRow.number).where(EntryRow.demo.is_(False)).limit(1)) is not None


def holds_demo(session: Session) -> bool:
    """Say whether there is any demonstration entry."""
    return session.scalar(select(EntryRow.number).where(EntryRow.demo.is_(True)).limit(1)) is not None


@dataclass(frozen=True)
class Import:
    """How far the import of a file is."""

    id: str
    rows_done: int
    entered: int
    is_finished: bool


def begin_import(session: Session, file: str, *, actor: str, now: datetime) -> Import:
    """Return the import of a file, known by `file` (a hash of it), begun now if it was not before."""
    index = vault_of(session).blind("register-import", file)
    row = session.scalars(select(ImportRow).where(ImportRow.file_index == index)).first()
    if row is None:
        row = ImportRow(id=new_id(), file_index=index, begun_at=now, begun_by=actor, rows_done=0, entered=0)
        session.add(row)
        session.flush()
    return Import(row.id, row.rows_done, row.entered, row.finished_at is not None)


def known_rows(session: Session, indexes: Collection[bytes]) -> set[bytes]:
    """Return which rows of files the register has entries of already."""
    return set(session.scalars(select(EntryRow.row_index).where(EntryRow.row_index.in_(indexes)))) - {None}  # type: ignore[return-value]


def advance_import(session: Session, id_: str, *, rows_done: int, was: int, numbers: range) -> bool:
    """Note in the transaction of a batch how far the file is; return whether it was where we thought it was."""
    moved = (
        update(ImportRow)
        .where(ImportRow.id == id_, ImportRow.rows_done == was)
        .values(rows_done=rows_done, entered=ImportRow.entered + len(numbers))
        .execution_options(synchronize_session=False)
    )
    if not session.connection().execute(moved).rowcount:
        return False
    if numbers:
        session.add(BatchRow(id=new_id(), import_id=id_, first=numbers[0], last=numbers[-1]))
    return True


def uncompared(session: Session, id_: str) -> list[tuple[str, int, int]]:
    """Return (id, first, last) of the batches of an import whose entries were not compared yet, in order."""
    rows = session.execute(
        select(BatchRow.id, BatchRow.first, BatchRow.last)
        .where(BatchRow.import_id == id_, BatchRow.compared.is_(False))
        .order_by(BatchRow.first)
    )
    return [(row.id, row.first, row.last) for row in rows]


def mark_compared(session: Session, batch: str) -> None:
    """Note that the entries of a batch were compared."""
    session.execute(update(BatchRow).where(BatchRow.id == batch).values(compared=True))


def finish_import(session: Session, id_: str, *, now: datetime) -> None:
    """Note that nothing is left to do for a file."""
    session.execute(update(ImportRow).where(ImportRow.id == id_).values(finished_at=now))


_ASKED = 400
"""Hashes asked for in one statement."""


def sharing(session: Session, blocks: Collection[int], *, most: int) -> dict[int, list[int]]:
    """Return the entries under each of these hashes; what more than `most` entries share tells too little."""
    found: dict[int, list[int]] = defaultdict(list)
    ordered = sorted(blocks)
    for at in range(0, len(ordered), _ASKED):
        asked = ordered[at : at + _ASKED]
        for block, entry in session.execute(_SHARING, {"blocks": asked}):
            found[block].append(entry)
    return {block: entries for block, entries in found.items() if len(entries) <= most}


_SHARING = select(BlockRow.block, BlockRow.entry).where(BlockRow.block.in_(bindparam("blocks", expanding=True)))


def numbers_between(session: Session, first: int, last: int) -> list[int]:
    """Return the numbers of the entries from `first` to `last` that stand for themselves."""
    return list(
        session.scalars(
            select(EntryRow.number)
            .where(EntryRow.number.between(first, last), EntryRow.merged_into.is_(None))
            .order_by(EntryRow.number)
        )
    )


def numbers(session: Session, *, batch: int = 10_000) -> Iterator[int]:
    """Yield the number of every entry, in order."""
    last = 0
    while found := list(
        session.scalars(select(EntryRow.number).where(EntryRow.number > last).order_by(EntryRow.number).limit(batch))
    ):
        yield from found
        last = found[-1]

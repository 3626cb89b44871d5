"""Entries with what matching needs of them sealed, the blocking hashes they are found by, counts of common names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from sqlalchemy import Integer, String, bindparam, delete, func, insert, select, union_all
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.register.blocking import keys
from app.register.person import Person, read_person
from app.storage.engine import Table
from app.storage.sealed import BlindIndex, Block, SealedBytes, new_id, vault_of
from app.storage.sealed import Sealed as SealedText
from app.storage.vault import Place, Vault


class EntryRow(Table):
    """An entry. `number` is what the blocking hashes point to; `person_sealed` is a Person as text, sealed whole.

    `rest_sealed` is what an entry records beside the person; `version` counts its changes, so that nobody writes over
    what they have not seen; `row_index` is the hash of the row of a file that it came from.
    """

    __tablename__ = "register_entry"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    person_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    rest_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    status: Mapped[str] = mapped_column(String(30), default="searching")
    version: Mapped[int] = mapped_column(default=1)
    merged_into: Mapped[int | None] = mapped_column(Integer, index=True)
    demo: Mapped[bool] = mapped_column(default=False)
    row_index: Mapped[bytes | None] = mapped_column(BlindIndex, unique=True)

    person_text: SealedText[str] = SealedText("person_sealed")
    rest_text: SealedText[str | None] = SealedText("rest_sealed")


class BlockRow(Table):
    """A keyed hash under which an entry is found. The entry's own keys tell which rows are its."""

    __tablename__ = "register_block"
    # Without a row id the table is its own index: half the bytes on SQLite.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy's own form)

    block: Mapped[int] = mapped_column(Block, primary_key=True, autoincrement=False)
    entry: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class NameRow(Table):
    """How many entries have a common name, under a keyed hash of it; rare names have no row."""

    __tablename__ = "register_name"

    block: Mapped[int] = mapped_column(Block, primary_key=True, autoincrement=False)
    entries: Mapped[int]


@dataclass(frozen=True)
class Sealed:
    """An entry ready to be inserted, and its blocking hashes."""

    number: int
    id: str
    person_sealed: bytes
    blocks: tuple[int, ...]


def seal(vault: Vault, number: int, person: Person) -> Sealed:
    """Return `person` sealed as entry `number`, with the hashes it will be found by."""
    id_ = new_id()
    place = Place(EntryRow.__tablename__, "person_sealed", id_)
    return Sealed(number, id_, vault.seal(person.as_text(), place), tuple(hashes(vault, person)))


def hashes(vault: Vault, person: Person) -> list[int]:
    """Return the blocking hashes of an entry, in order."""
    return sorted({vault.block(key.kind, key.folded) for key in keys(person)})


def insert_entries(session: Session, entries: Sequence[Sealed]) -> None:
    """Insert sealed entries without their hashes."""
    rows = [{"number": entry.number, "id": entry.id, "person_sealed": entry.person_sealed} for entry in entries]
    session.execute(insert(EntryRow.__table__), rows)  # type: ignore[arg-type]


def insert_blocks(session: Session, pairs: Iterable[tuple[int, int]]) -> None:
    """Insert (block, entry) rows; fastest where they come in order of the block."""
    rows = [{"block": block, "entry": entry} for block, entry in pairs]
    if rows:
        session.execute(insert(BlockRow.__table__), rows)  # type: ignore[arg-type]


def enter(session: Session, people: Iterable[tuple[int, Person]]) -> None:
    """Insert numbered people as entries, with their blocking hashes."""
    sealed = [seal(vault_of(session), number, person) for number, person in people]
    insert_entries(session, sealed)
    insert_blocks(session, sorted((block, entry.number) for entry in sealed for block in entry.blocks))


def population(session: Session) -> int:
    """Return the highest number of an entry: how many there are, as far as a prior needs to know."""
    return session.scalar(select(func.max(EntryRow.number))) or 0


BLOCK_ROWS = 500
"""Most rows read of one block. A block that is fuller (a common name alone) tells too little to be read whole."""
CANDIDATES = 300
"""Most entries that are decrypted and compared for one claim."""


@dataclass(frozen=True)
class Candidate:
    """An entry that shares blocks with a claim: how many, and how much they say together."""

    entry: int
    shared: int
    weight: float


def candidates(session: Session, blocks: Mapping[int, float], *, limit: int = CANDIDATES) -> list[Candidate]:
    """Return the entries that share most with a claim, by its blocking hashes, best first.

    `blocks` gives each hash what it says beyond its rarity; a shared block says more the fewer share it. At most
    `limit` are returned and BLOCK_ROWS read of each block, however full it is.
    """
    if not blocks:
        return []
    found: dict[int, list[int]] = defaultdict(list)
    asked = {f"b{number}": block for number, block in enumerate(blocks)}
    for block, entry in session.execute(_in_blocks(len(blocks)), asked):
        found[block].append(entry)
    weight: dict[int, float] = defaultdict(float)
    shared: dict[int, int] = defaultdict(int)
    for block, entries in found.items():
        says = log2(2 * BLOCK_ROWS / len(entries)) + blocks[block]
        for entry in entries:
            weight[entry] += says
            shared[entry] += 1
    best = sorted(weight, key=lambda entry: (-weight[entry], entry))[:limit]
    return [Candidate(entry, shared[entry], weight[entry]) for entry in best]


_statements: dict[int, object] = {}


def _in_blocks(count: int):  # type: ignore[no-untyped-def]
    """Return the statement that reads `count` blocks, each bounded by itself."""
    if count not in _statements:
        single = [
            select(
                select(BlockRow.block, BlockRow.entry)
                .where(BlockRow.block == bindparam(f"b{number}"))
                .order_by(BlockRow.entry)
                .limit(BLOCK_ROWS)
                .subquery()
            )
            for number in range(count)
        ]
        _statements[count] = union_all(*single)
    return _statements[count]


def people(session: Session, numbers: Sequence[int]) -> dict[int, Person]:
    """Return what is recorded of the entries of these numbers, opened, in their order."""
    vault = vault_of(session)
    rows = session.execute(
        select(EntryRow.number, EntryRow.id, EntryRow.person_sealed).where(EntryRow.number.in_(numbers))
    )
    found = {
        number: read_person(vault.open(sealed, Place(EntryRow.__tablename__, "person_sealed", id_)))
        for number, id_, sealed in rows
    }
    return {number: found[number] for number in numbers if number in found}


def every_person(session: Session, *, batch: int = 1000) -> Iterator[tuple[int, Person]]:
    """Yield every entry's number and person, opened, by number."""
    last = 0
    while True:
        numbers = list(
            session.scalars(
                select(EntryRow.number).where(EntryRow.number > last).order_by(EntryRow.number).limit(batch)
            )
        )
        if not numbers:
            return
        yield from people(session, numbers).items()
        last = numbers[-1]


def name_hash(vault: Vault, kind: str, token: str) -> int:
    """Return the hash under which a name of one kind (surname, given, patronymic) is counted."""
    return vault.block(f"count {kind}", token)


def set_name_counts(session: Session, counts: Mapping[int, int]) -> None:
    """Replace the counts of common names, by their hashes."""
    session.execute(delete(NameRow))
    if counts:
        rows = [{"block": block, "entries": entries} for block, entries in sorted(counts.items())]
        session.execute(insert(NameRow.__table__), rows)  # type: ignore[arg-type]


def name_counts(session: Session) -> dict[int, int]:
    """Return the counts of common names, by their hashes: some thousand rows."""
    rows = session.execute(select(NameRow.block, NameRow.entries))
    return {row.block: row.entries for row in rows}

"""Rows of invented people in a table that only tests have: what the vault is tried on before and beside real tables."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.storage.database import Database, open_database
from app.storage.sealed import BlindIndex, Block, Sealed, SealedBytes, new_id, rotate, vault_of


class TestTable(DeclarativeBase):
    """Apart from the site's tables, or the migrations would not lead to the models."""

    __test__ = False


class PersonRow(TestTable):
    """A person: everything about them is sealed."""

    __tablename__ = "test_person"

    id: Mapped[str] = mapped_column(primary_key=True)
    name_sealed: Mapped[bytes] = mapped_column(SealedBytes)
    phone_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    email_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    birth_sealed: Mapped[bytes | None] = mapped_column(SealedBytes)
    phone_index: Mapped[bytes | None] = mapped_column(BlindIndex, index=True)
    name_block: Mapped[int | None] = mapped_column(Block, index=True)

    name: Sealed[str] = Sealed("name_sealed")
    phone: Sealed[str | None] = Sealed("phone_sealed")
    email: Sealed[str | None] = Sealed("email_sealed")
    birth: Sealed[str | None] = Sealed("birth_sealed")


def add_person(
    session: Session,
    name: str,
    *,
    phone: str | None = None,
    email: str | None = None,
    birth: str | None = None,
    id_: str = "",
) -> str:
    """Add a person and return the id."""
    row = PersonRow(id=id_ or new_id())
    with session.no_autoflush:
        session.add(row)
        row.name, row.phone, row.email, row.birth = name, phone, email, birth
    if phone is not None:
        row.phone_index = vault_of(session).blind("phone", phone)
    row.name_block = vault_of(session).block("name", name.casefold())
    return row.id


def names(database: Database) -> dict[str, str]:
    """Return every name by id, opened."""
    with database.reading() as session:
        return {row.id: row.name for row in session.query(PersonRow)}


if __name__ == "__main__":
    address, key_file = sys.argv[1:]
    for step in rotate(open_database(address, keys="", key_file=Path(key_file)), batch=20, metadata=TestTable.metadata):
        print(step.column, step.values, flush=True)

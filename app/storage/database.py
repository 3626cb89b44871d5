"""The database and its vault together: what every transaction of the site stands on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.errors import ConfigError
from app.storage.engine import Table, open_engine, reach, upgrade
from app.storage.ring import SINGLE, KeyRing, make_ring, read_ring, write_ring
from app.storage.vault import Place, SealError, Vault


class ProofRow(Table):
    """A known text under each key: it proves that the key at hand is the one that the database was sealed with."""

    __tablename__ = "key_proof"

    id: Mapped[str] = mapped_column(primary_key=True)
    proof: Mapped[bytes]


@dataclass(frozen=True)
class Database:
    """An engine and the vault whose keys fit what it holds."""

    engine: Engine
    vault: Vault

    def session(self, *, writes: bool) -> Session:
        """Return a session that the caller ends. Writers on SQLite queue from the first statement on."""
        engine = self.engine.execution_options(sqlite_begin="IMMEDIATE") if writes else self.engine
        return Session(engine, info={"vault": self.vault})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that is rolled back at the end."""
        with self.session(writes=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed as a whole, or not at all."""
        with self.session(writes=True) as session, session.begin():
            yield session


def open_database(address: str, *, keys: str, key_file: Path) -> Database:
    """Open a prepared database with the ring in `keys` (JSON text) or, where that is empty, in `key_file`.

    Raises ConfigError where the ring is missing, broken, or not the one that the database was sealed with.
    """
    ring = _ring(keys, key_file)
    if ring is None:
        raise ConfigError(_missing(key_file))
    database = Database(open_engine(address), Vault(ring))
    with database.reading() as session:
        _prove(session, database.vault, key_file)
    return database


def prepare_database(address: str, *, keys: str, key_file: Path, today: date) -> Database:
    """Bring the database to the newest schema and open it; a fresh one gets a fresh key ring in `key_file`.

    Raises UnreachableError, and ConfigError as `open_database` does. Where the ring is wrong nothing is written.
    """
    engine = reach(address)
    ring = _ring(keys, key_file)
    with Session(engine) as session:
        sealed = inspect(engine).has_table(ProofRow.__tablename__) and session.scalars(select(ProofRow.id)).first()
        if sealed and ring is None:
            raise ConfigError(_missing(key_file))
        if sealed and ring is not None:
            _prove(session, Vault(ring), key_file)
    if ring is None:
        ring = make_ring(today)
        write_ring(ring, key_file)
    upgrade(engine)
    database = Database(engine, Vault(ring))
    with database.writing() as session:
        _prove(session, database.vault, key_file)
        known = set(session.scalars(select(ProofRow.id)))
        for id_ in {*ring.sealing, *SINGLE} - known:
            session.add(ProofRow(id=id_, proof=_proof(database.vault, id_)))
    return database


def _ring(keys: str, key_file: Path) -> KeyRing | None:
    if keys:
        return read_ring(keys, "VAULT_KEYS")
    try:
        return read_ring(key_file.read_text(encoding="utf-8"), str(key_file))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"The key ring {str(key_file)!r} cannot be read: {error.strerror}.") from None


def _missing(key_file: Path) -> str:
    return (
        f"The key ring is missing, and without it what the database holds cannot be read: put it back at "
        f"{str(key_file)!r} or set VAULT_KEYS. Nothing was changed."
    )


def _prove(session: Session, vault: Vault, key_file: Path) -> None:
    for row in session.scalars(select(ProofRow)):
        if row.id not in SINGLE and row.id not in vault.ring.sealing:
            raise ConfigError(
                f"The database holds values sealed with key {row.id!r}, which the key ring lacks: add that key to the "
                f"ring in {str(key_file)!r} or VAULT_KEYS. Nothing was changed."
            )
        if not _fits(vault, row):
            raise ConfigError(
                f"Key {row.id!r} of the key ring is not the one that the database was sealed with: put the right ring "
                f"in {str(key_file)!r} or VAULT_KEYS. Nothing was changed."
            )


def _fits(vault: Vault, row: ProofRow) -> bool:
    if row.id in SINGLE:
        return row.proof == _proof(vault, row.id)
    try:
        return vault.open(row.proof, _place(row.id)) == row.id
    except SealError:
        return False


def _proof(vault: Vault, id_: str) -> bytes:
    if id_ in SINGLE:
        return vault.prove(id_)
    return vault.seal(id_, _place(id_))


def _place(id_: str) -> Place:
    return Place(ProofRow.__tablename__, "proof", id_)

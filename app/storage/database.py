"""The database and its vault together: what every transaction of the site stands on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from app.kernel.errors import ConfigError
from app.storage.engine import Table, reach, upgrade
from app.storage.ring import SINGLE, KeyRing, make_ring, read_ring, write_first_ring
from app.storage.vault import Place, SealError, Vault, key_of


class ProofRow(Table):
    """A known text under each key: it proves that the key at hand is the one that the database was sealed with."""

    __tablename__ = "key_proof"

    id: Mapped[str] = mapped_column(primary_key=True)
    proof: Mapped[bytes]


class RetiredKeyError(SealError):
    """This process would seal with a key that was retired since it started. Nothing was written; restart it."""

    def __init__(self, key: str) -> None:
        super().__init__(f"key {key!r} was retired, but this process still seals with it: restart it")
        self.key = key


class WritingSession(Session):
    """A session that writes. It begins only while the key that seals its values is not retired."""


@listens_for(WritingSession, "after_begin")
def _hold_key(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Hold the proof of the current key until the transaction ends, so that `retire` waits for it, or stop."""
    if transaction.nested:
        return
    current = session.info["vault"].ring.current
    if connection.scalar(_HELD, {"current": current}) is None:
        raise RetiredKeyError(current)


_HELD = select(ProofRow.id).where(ProofRow.id == bindparam("current")).with_for_update(read=True, key_share=True)


@dataclass(frozen=True)
class Database:
    """An engine and the vault whose keys fit what it holds."""

    engine: Engine
    vault: Vault

    def session(self, *, writes: bool) -> Session:
        """Return a session that the caller ends. Writers on SQLite queue from the first statement on.

        A writer raises RetiredKeyError at its first statement where the process holds an outdated ring.
        """
        if writes:
            engine = self.engine.execution_options(sqlite_begin="IMMEDIATE")
            return WritingSession(engine, info={"vault": self.vault})
        return Session(self.engine, info={"vault": self.vault})

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


def load_ring(*, keys: str, key_file: Path) -> KeyRing:
    """Return the ring in `keys` (JSON text) or, where that is empty, in `key_file`. Raises ConfigError."""
    ring = _ring(keys, key_file)
    if ring is None:
        raise ConfigError(_missing(key_file))
    return ring


def open_database(address: str, *, keys: str, key_file: Path) -> Database:
    """Open a prepared database with the ring in `keys` (JSON text) or, where that is empty, in `key_file`.

    Raises UnreachableError, and ConfigError where the database is not prepared, or the ring is missing, broken, or not
    the one that the database was sealed with.
    """
    ring = load_ring(keys=keys, key_file=key_file)
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise ConfigError(f"There is no database at {url.database!r}: run storage prepare first.")
    database = Database(reach(address), Vault(ring))
    try:
        if not inspect(database.engine).has_table(ProofRow.__tablename__):
            raise ConfigError("The database has no tables yet: run storage prepare first.")
        with database.reading() as session:
            prove(session, key_file)
            if session.get(ProofRow, ring.current) is None:
                raise ConfigError(f"Key {ring.current!r} is new to the database: run storage prepare first.")
    except BaseException:
        database.engine.dispose()
        raise
    return database


def prepare_database(address: str, *, keys: str, key_file: Path, today: date) -> Database:
    """Bring the database to the newest schema and open it; a fresh one gets a fresh key ring in `key_file`.

    Raises UnreachableError, and ConfigError as `open_database` does. Where the ring is wrong nothing is written.
    """
    engine = reach(address)
    try:
        with Session(engine) as session:
            sealed = inspect(engine).has_table(ProofRow.__tablename__) and session.scalars(select(ProofRow.id)).first()
            # The ring is read after the database: another process that makes both writes the ring first.
            ring = _ring(keys, key_file)
            if sealed and ring is None:
                raise ConfigError(_missing(key_file))
            if sealed and ring is not None:
                session.info["vault"] = Vault(ring)
                prove(session, key_file)
        database = Database(engine, Vault(ring or _first_ring(key_file, today)))
        upgrade(engine)
        with Session(engine.execution_options(sqlite_begin="IMMEDIATE"), info={"vault": database.vault}) as session:
            if engine.dialect.name == "postgresql":
                # Two machines that start on a fresh database together: the second has to see the proofs of the first.
                session.execute(text(f"LOCK TABLE {ProofRow.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))
            prove(session, key_file)
            add_proofs(session)
            session.commit()
    except BaseException:
        engine.dispose()
        raise
    return database


def prove(session: Session, key_file: Path) -> None:
    """Raise ConfigError, which names `key_file`, unless every proof in the database fits the ring of the session."""
    vault: Vault = session.info["vault"]
    for row in session.scalars(select(ProofRow).order_by(ProofRow.id)):
        if row.id not in SINGLE and row.id not in vault.ring.sealing:
            raise ConfigError(
                f"The database holds values sealed with key {row.id!r}, which the key ring lacks: add that key to the "
                f"ring in {str(key_file)!r} or VAULT_KEYS. Nothing was changed."
            )
        if not fits(vault, row.id, row.proof):
            raise ConfigError(
                f"Key {row.id!r} of the key ring is not the one that the database was sealed with: put the right ring "
                f"in {str(key_file)!r} or VAULT_KEYS. Nothing was changed."
            )


def fits(vault: Vault, id_: str, proof: bytes) -> bool:
    """Tell whether the ring's key `id_` is the one that made `proof`."""
    if id_ in SINGLE:
        return proof == _proof(vault, id_)
    try:
        return key_of(proof) == id_ and vault.open(proof, _place(id_)) == id_
    except SealError:
        return False


def add_proofs(session: Session) -> None:
    """Add the proofs that are missing of the keys in use: the current one and those that stand alone.

    An older key has its proof from the time when it was the current one; without, it is retired or not yet used.
    """
    vault: Vault = session.info["vault"]
    known = set(session.scalars(select(ProofRow.id)))
    for id_ in sorted({vault.ring.current, *SINGLE} - known):
        session.add(ProofRow(id=id_, proof=_proof(vault, id_)))


def known_keys(session: Session) -> set[str]:
    """Return the ids of the sealing keys that are or were the current one, and are not retired."""
    return set(session.scalars(select(ProofRow.id))) - {*SINGLE}


def register_key(database: Database, id_: str) -> None:
    """Write the proof of a sealing key of the ring, so that it may become the current one."""
    with database.writing() as session:
        if session.get(ProofRow, id_) is None:
            session.add(ProofRow(id=id_, proof=_proof(database.vault, id_)))


def _ring(keys: str, key_file: Path) -> KeyRing | None:
    if keys:
        return read_ring(keys, "VAULT_KEYS")
    try:
        return read_ring(key_file.read_text(encoding="utf-8"), str(key_file))
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return read_ring("", str(key_file))
    except OSError as error:
        raise ConfigError(f"The key ring {str(key_file)!r} cannot be read: {error.strerror}.") from None


def _first_ring(key_file: Path, today: date) -> KeyRing:
    """Make the ring of a fresh database, or take the one that another process has made meanwhile."""
    try:
        write_first_ring(make_ring(today), key_file)
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigError(f"The key ring {str(key_file)!r} cannot be written: {error.strerror}.") from None
    return load_ring(keys="", key_file=key_file)


def _missing(key_file: Path) -> str:
    return (
        f"The key ring is missing, and without it what the database holds cannot be read: put it back at "
        f"{str(key_file)!r} or set VAULT_KEYS. Nothing was changed."
    )


def _proof(vault: Vault, id_: str) -> bytes:
    if id_ in SINGLE:
        return vault.prove(id_)
    return vault.seal_with(id_, id_.encode(), _place(id_))


def _place(id_: str) -> Place:
    return Place(ProofRow.__tablename__, "proof", id_)

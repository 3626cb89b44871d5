"""The vault: what is sealed opens in its place only, keys stay secret, and a new key takes over while the site runs."""

from __future__ import annotations

import base64
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

from app.accounts import actions as accounts
from app.accounts.model import Role
from app.cases.referring import store as referring
from app.cases.working import store as working
from app.config import ROOT, Settings
from app.curation.listening import actions as listening
from app.kernel.errors import ConfigError
from app.outbox import store as outbox
from app.storage import files
from app.storage.database import (
    Database,
    RetiredKeyError,
    add_proofs,
    open_database,
    prepare_database,
    register_key,
)
from app.storage.engine import Table, open_engine
from app.storage.folder import Folder
from app.storage.ring import SINGLE, KeyRing, make_ring, read_ring, write_first_ring, write_ring
from app.storage.sealed import KeyInUseError, SealedBytes, retire, rotate, sealed_columns, sealings
from app.storage.shelf import Shelf
from app.storage.uploads import Accepted, MediaType
from app.storage.vault import BrokenSealError, Place, SealError, UnknownKeyError, Vault, key_of
from app.web.edition import Edition
from tests import asking, register_entries
from tests.conftest import KEY_DAY
from tests.families import OURS, inside, join
from tests.people_rows import PersonRow, TestTable, add_person, names
from tests.test_cases_isolation import begun
from tests.test_listening import ITEM, SAID

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
RING = make_ring(KEY_DAY)
VAULT = Vault(RING)

texts = st.text(st.characters(exclude_categories=["Cs"]))
places = st.builds(Place, st.sampled_from(["person", "request"]), st.sampled_from(["name", "phone"]), st.text("abc019"))


def keys_of(ring: KeyRing) -> list[bytes]:
    return [*ring.sealing.values(), *(getattr(ring, name) for name in SINGLE)]


def shows_a_key(shown: str, ring: KeyRing) -> bool:
    forms = [form for key in keys_of(ring) for form in (base64.b64encode(key).decode(), key.hex(), repr(key)[2:-1])]
    return any(form in shown for form in forms)


@given(texts, places)
def test_what_is_sealed_opens_in_its_place(plain: str, place: Place) -> None:
    assert VAULT.open(VAULT.seal(plain, place), place) == plain


@given(st.binary(), places)
def test_bytes_are_sealed_like_texts(plain: bytes, place: Place) -> None:
    assert VAULT.open_bytes(VAULT.seal_bytes(plain, place), place) == plain


@given(texts, places, st.data())
def test_a_value_with_one_flipped_bit_does_not_open(plain: str, place: Place, draw: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal(plain, place))
    sealed[draw.draw(st.integers(0, len(sealed) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(SealError):
        VAULT.open(bytes(sealed), place)


@given(texts, places, st.data())
def test_a_shortened_or_lengthened_value_does_not_open(plain: str, place: Place, draw: st.DataObject) -> None:
    sealed = VAULT.seal(plain, place)
    for other in (sealed[: draw.draw(st.integers(0, len(sealed) - 1))], sealed + draw.draw(st.binary(min_size=1))):
        with pytest.raises(SealError):
            VAULT.open(other, place)


@given(st.binary(), places)
def test_bytes_that_were_never_sealed_do_not_open(found: bytes, place: Place) -> None:
    with pytest.raises(SealError):
        VAULT.open(found, place)


@given(texts, places, places)
def test_a_value_moved_to_another_place_does_not_open(plain: str, place: Place, other: Place) -> None:
    sealed = VAULT.seal(plain, place)
    for moved in (
        replace(place, row=place.row + "x"),
        replace(place, column=place.column + "x"),
        replace(place, table=place.table + "x"),
        *([other] if other != place else []),
    ):
        with pytest.raises(BrokenSealError):
            VAULT.open(sealed, moved)


@given(texts, places)
def test_one_text_sealed_twice_looks_different(plain: str, place: Place) -> None:
    assert VAULT.seal(plain, place) != VAULT.seal(plain, place)


@given(texts, places)
def test_another_ring_does_not_open_a_value_and_names_the_key_that_would(plain: str, place: Place) -> None:
    sealed = VAULT.seal(plain, place)
    with pytest.raises(UnknownKeyError) as refusal:
        Vault(make_ring(date(2020, 1, 1))).open(sealed, place)
    assert refusal.value.key == RING.current == key_of(sealed)
    same_id = replace(RING, sealing={RING.current: bytes(32)})
    with pytest.raises(BrokenSealError):
        Vault(same_id).open(sealed, place)


@given(st.tuples(texts, texts), st.tuples(texts, texts))
def test_the_blind_index_is_equal_exactly_for_equal_texts_of_one_kind(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert (VAULT.blind(*one) == VAULT.blind(*other)) == (one == other)
    assert (VAULT.block(*one) == VAULT.block(*other)) == (one == other)
    assert -(2**63) <= VAULT.block(*one) < 2**63


def test_each_use_has_a_key_of_its_own() -> None:
    other = make_ring(KEY_DAY)
    for changed, unchanged in (("index", "blocking"), ("blocking", "index")):
        vault = Vault(replace(RING, **{changed: getattr(other, changed)}))
        makes = {"index": Vault.blind, "blocking": Vault.block}
        assert makes[changed](vault, "name", "а") != makes[changed](VAULT, "name", "а")
        assert makes[unchanged](vault, "name", "а") == makes[unchanged](VAULT, "name", "а")
    assert len(set(keys_of(RING))) == len(SINGLE) + 1


def test_a_ring_survives_being_written_and_read(tmp_path: Path) -> None:
    ring = RING.with_added_key(date(2026, 5, 1))
    path = tmp_path / "keys" / "ring.json"
    write_ring(ring, path)
    assert read_ring(path.read_text(), "here") == ring
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_second_first_ring_never_replaces_the_first(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    write_first_ring(RING, path)
    with pytest.raises(FileExistsError):
        write_first_ring(make_ring(KEY_DAY), path)
    assert read_ring(path.read_text(), "here") == RING
    assert list(tmp_path.iterdir()) == [path]


def test_an_added_key_opens_but_does_not_seal_before_it_is_used() -> None:
    longer = RING.with_added_key(date(2026, 5, 1))
    (added,) = longer.sealing.keys() - RING.sealing.keys()
    place = Place("person", "name", "1")
    assert key_of(Vault(longer).seal("а", place)) == RING.current
    sealed = Vault(longer.using(added)).seal("а", place)
    assert key_of(sealed) == added
    assert Vault(longer).open(sealed, place) == "а"
    with pytest.raises(ConfigError):
        longer.using("other")
    with pytest.raises(ConfigError):
        longer.without(longer.current)
    assert longer.using(added).without(RING.current).sealing.keys() == {added}


def broken_rings() -> Iterator[tuple[str, str]]:
    whole = json.loads(RING.as_text())
    key = whole["sealing"][RING.current]
    yield "empty", ""
    yield "not JSON", RING.as_text()[:-20]
    yield "a list", json.dumps([whole])
    yield "nested", "[" * 100_000
    for name in whole:
        yield f"without {name}", json.dumps({other: value for other, value in whole.items() if other != name})
    yield "short key", json.dumps({**whole, "index": base64.b64encode(bytes(31)).decode()})
    yield "no base64", json.dumps({**whole, "index": key[:-2] + "é="})
    yield "number", json.dumps({**whole, "audit": 7})
    yield "one key twice", json.dumps({**whole, "audit": key})
    yield "other current", json.dumps({**whole, "current": "other"})
    yield "current a list", json.dumps({**whole, "current": [RING.current]})
    yield "no sealing key", json.dumps({**whole, "sealing": {}})
    yield "sealing a list", json.dumps({**whole, "sealing": [key]})
    for id_ in ("", "ключ", "a" * 64, "a b", "a\n", "index"):
        yield f"id {id_[:5]!r}", json.dumps({**whole, "current": id_, "sealing": {id_: key}})


@pytest.mark.parametrize("ring", [pytest.param(ring, id=fault) for fault, ring in broken_rings()])
def test_a_broken_ring_is_refused_by_its_place_and_shows_no_key(ring: str) -> None:
    with pytest.raises(ConfigError, match=r"^keys\.json ") as refusal:
        read_ring(ring, "keys.json")
    assert not shows_a_key(str(refusal.value), RING)


def test_keys_stand_in_no_repr_log_or_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(vault_keys=RING.as_text())
    shown = [
        repr(RING),
        str(RING),
        f"{RING}",
        repr(VAULT),
        repr(settings),
        repr(Database(open_engine("sqlite://"), VAULT)),
    ]
    for attempt in (lambda: VAULT.open(b"x", Place("a", "b", "c")), lambda: RING.without(RING.current)):
        try:
            attempt()
        except (SealError, ConfigError) as error:
            shown.append(repr(error))
    logging.getLogger("app").warning("%r %s", RING, VAULT)
    assert not any(shows_a_key(one, RING) for one in [*shown, caplog.text])


# Starting on a database that is already sealed.


def state(address: str, folder: Path) -> object:
    """Return everything that a start could have changed: the bytes of the folder, the rows of the database."""
    files = {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    if address.startswith("sqlite"):
        return files
    engine = open_engine(address)
    with engine.connect() as connection:
        rows = {
            table: sorted(map(repr, connection.execute(text(f"SELECT ctid, xmin, * FROM {table}"))))
            for table in inspect(connection).get_table_names()
        }
    engine.dispose()
    return files, rows


@pytest.fixture
def own_key_file(key_file: Path, tmp_path: Path) -> Path:
    """A copy of the ring that the test may spoil."""
    path = tmp_path / "vault_keys.json"
    shutil.copy(key_file, path)
    return path


def stops(address: str, key_file: Path, sentence: str) -> None:
    before = state(address, key_file.parent)
    with pytest.raises(ConfigError, match=sentence):
        prepare_database(address, keys="", key_file=key_file, today=KEY_DAY)
    assert state(address, key_file.parent) == before
    with pytest.raises(ConfigError, match=sentence):
        open_database(address, keys="", key_file=key_file)
    assert state(address, key_file.parent) == before


def test_a_lost_key_file_stops_the_start_and_changes_nothing(database_address: str, own_key_file: Path) -> None:
    own_key_file.unlink()
    stops(database_address, own_key_file, "^The key ring is missing, and without it")


def test_a_ring_without_a_key_in_use_stops_the_start(database_address: str, own_key_file: Path) -> None:
    ring = read_ring(own_key_file.read_text(), "")
    other = make_ring(date(2030, 1, 1))
    write_ring(replace(ring, current=other.current, sealing=other.sealing), own_key_file)
    stops(database_address, own_key_file, f"sealed with key '{ring.current}', which the key ring lacks")


def test_another_key_under_the_same_id_stops_the_start(database_address: str, own_key_file: Path) -> None:
    ring = read_ring(own_key_file.read_text(), "")
    for name in ("sealing", *SINGLE):
        wrong = {ring.current: bytes(32)} if name == "sealing" else bytes(32)
        write_ring(replace(ring, **{name: wrong}), own_key_file)
        id_ = ring.current if name == "sealing" else name
        stops(database_address, own_key_file, f"^Key '{id_}' of the key ring is not the one")


def test_a_broken_key_file_stops_the_start(database_address: str, own_key_file: Path) -> None:
    for found in (b"", b"{", b"\xff\xfe\x00", b"null"):
        own_key_file.write_bytes(found)
        stops(database_address, own_key_file, "holds no key ring")


def test_a_ring_whose_current_key_the_database_has_not_seen_is_registered_before_anything_is_sealed(
    database_address: str, own_key_file: Path
) -> None:
    ring = read_ring(own_key_file.read_text(), "").with_added_key(date(2026, 6, 1))
    (added,) = set(ring.sealing) - {ring.current}
    write_ring(ring.using(added), own_key_file)
    with pytest.raises(ConfigError, match="storage prepare"):
        open_database(database_address, keys="", key_file=own_key_file)
    prepare_database(database_address, keys="", key_file=own_key_file, today=KEY_DAY).engine.dispose()
    open_database(database_address, keys="", key_file=own_key_file).engine.dispose()


def test_the_ring_may_come_as_text_and_is_then_not_written_down(database_address: str, own_key_file: Path) -> None:
    keys = own_key_file.read_text()
    own_key_file.unlink()
    prepare_database(database_address, keys=keys, key_file=own_key_file, today=KEY_DAY).engine.dispose()
    open_database(database_address, keys=keys, key_file=own_key_file).engine.dispose()
    assert not own_key_file.exists()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_a_fresh_site_together_agree_on_one_ring(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if kind == "sqlite":
        address = f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
    else:
        address = request.getfixturevalue("postgres")
        engine = open_engine(address)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    code = (
        "import sys; from datetime import date; from pathlib import Path; "
        "from app.storage.database import prepare_database; "
        "prepare_database(sys.argv[1], keys='', key_file=Path(sys.argv[2]), today=date(2026, 4, 1))"
    )
    command = [sys.executable, "-c", code, address, str(tmp_path / "keys" / "ring.json")]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(one.communicate()[1], one.returncode) for one in started] == [("", 0)] * 4
    open_database(address, keys="", key_file=tmp_path / "keys" / "ring.json").engine.dispose()


@pytest.mark.parametrize("start", [["app.py"], ["-m", "flask", "--app", "app", "storage", "prepare"]])
def test_the_start_says_that_the_key_ring_is_missing(tmp_path: Path, start: list[str], prepared_sqlite: Path) -> None:
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "files").mkdir()
    (instance / "secret_key").write_text("k" * 48)
    shutil.copy(prepared_sqlite, instance / "dorohovkaz.sqlite3")
    before = state("sqlite", tmp_path)
    environment = {**os.environ, "INSTANCE": str(instance), "PORT": "49321"}
    done = subprocess.run(
        [sys.executable, *start], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "The key ring is missing, and without it what the database holds cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
    assert state("sqlite", tmp_path) == before


# Rows.


@pytest.fixture
def people(database: Database) -> Database:
    """A database with the table of test people."""
    TestTable.metadata.create_all(database.engine)
    return database


def test_a_row_keeps_its_texts_sealed_and_is_found_by_the_blind_index(people: Database) -> None:
    with people.writing() as session:
        id_ = add_person(session, "Марʼяна Тестова", phone="+380440000001")
        add_person(session, "Інша", phone="+380440000002")
    with people.reading() as session:
        found = session.query(PersonRow).filter_by(phone_index=people.vault.blind("phone", "+380440000001")).one()
        assert (found.id, found.name, found.phone, found.email) == (id_, "Марʼяна Тестова", "+380440000001", None)
        assert found.email_sealed is None
        assert "Тестова".encode() not in found.name_sealed


def test_a_sealed_value_copied_into_another_row_does_not_open(people: Database) -> None:
    with people.writing() as session:
        one, other = add_person(session, "Перша"), add_person(session, "Друга")
    with people.writing() as session:
        session.execute(
            text(
                "UPDATE test_person SET name_sealed = (SELECT name_sealed FROM test_person WHERE id = :a) WHERE id = :b"
            ),
            {"a": one, "b": other},
        )
    with people.reading() as session:
        row = session.get_one(PersonRow, other)
        with pytest.raises(BrokenSealError):
            _ = row.name


def test_a_row_outside_a_session_or_without_an_id_says_what_it_needs(people: Database) -> None:
    with pytest.raises(RuntimeError, match="add it first"):
        PersonRow(id="1").name = "Перша"
    with people.session(writes=True) as session, session.no_autoflush:
        row = PersonRow()
        session.add(row)
        with pytest.raises(RuntimeError, match="new_id"):
            row.name = "Перша"


def test_sealed_columns_are_named_as_rotation_expects() -> None:
    """The name of the attribute is bound into a value when it is sealed, the name of the column when it is rotated."""
    for mapper in Table.registry.mappers:
        for attribute in mapper.column_attrs:
            for column in attribute.columns:
                if isinstance(column.type, SealedBytes):
                    assert attribute.key == column.name
                    # Rotation goes by the id: it is the key, or unique beside a number that is.
                    id_ = column.table.c.id
                    assert id_.primary_key or id_.unique


def seal_something_in_every_column(session: Session, shelf: Shelf) -> None:
    """Add rows as the slices do: at least one value in each column that is sealed."""
    accounts.add_demo_people(session, organisation="x", hash_password=str, now=NOW)
    accounts.invite(
        session, address="olena@example.org", name="Олена", roles=[Role.EDITOR], organisation="", language="uk",
        actor="command:test", now=NOW,
    )  # fmt: skip
    register_entries.seal_something(session)
    asking.seal_something(session, now=NOW)
    asking.decide_something(session, shelf, now=NOW)
    said = listening.suggest(session, SAID, ITEM, now=NOW)
    listening.answer(session, said, "Виправимо.", actor="account:first", now=NOW)
    # Whose answer is sent, their address is forgotten: one that still waits has it.
    listening.suggest(session, SAID, ITEM, now=NOW)
    outbox.put(session, next(iter(outbox.Kind)), "{}", key="test:1", now=NOW, not_before=NOW)
    files.receive(session, shelf, Accepted(b"%PDF-", MediaType.PDF, 1, "0" * 64), name="паспорт.pdf", now=NOW)


def test_what_each_slice_seals_is_sealed_anew_with_a_new_key(
    database: Database, edition: Edition, tmp_path: Path
) -> None:
    begun(database, join(database, "anna@example.org", OURS), edition, Folder(tmp_path))
    with inside(database, OURS) as session:
        session.scalars(select(referring.StepRow)).one().words = "Яких паперів бракує?"
        for row in session.scalars(select(working.StepRow)):
            row.remark = "Обіцяли відповісти"
    with database.writing() as session:
        seal_something_in_every_column(session, Folder(tmp_path))
    new = with_new_key(database)[1]
    with new.reading() as session:
        sealed = {(sealing.table, sealing.column) for sealing in sealings(session)}
    missing = {(table.name, column.name) for table, column in sealed_columns()} - sealed
    assert not missing, "add a row with them to seal_something_in_every_column"
    assert [step.broken for step in rotate(new) if step.broken] == []
    with new.reading() as session:
        assert {sealing.key for sealing in sealings(session)} == {new.vault.ring.current}


# A new key.


def with_new_key(database: Database) -> tuple[Database, Database]:
    """Return the database as processes see it that were restarted with a new key, and with the new key in use."""
    added = database.vault.ring.with_added_key(date(2026, 5, 1))
    (new,) = added.sealing.keys() - database.vault.ring.sealing.keys()
    register_key(Database(database.engine, Vault(added)), new)
    return Database(database.engine, Vault(added)), Database(database.engine, Vault(added.using(new)))


def under(database: Database) -> dict[str, int]:
    """Return the number of values by key."""
    counted: dict[str, int] = {}
    with database.reading() as session:
        for sealing in sealings(session, metadata=TestTable.metadata):
            counted[sealing.key] = counted.get(sealing.key, 0) + sealing.values
    return counted


def turn(database: Database, batch: int = 500) -> int:
    return sum(step.values for step in rotate(database, batch=batch, metadata=TestTable.metadata))


def test_rotation_seals_every_value_anew_and_leaves_absent_ones_absent(people: Database) -> None:
    with people.writing() as session:
        for number in range(25):
            add_person(session, f"Особа {number}", phone=f"+38044{number:07}" if number % 2 else None)
    old, new = people.vault.ring.current, with_new_key(people)[1]
    before = names(people)
    assert under(new) == {old: 25 + 12}
    assert turn(new, batch=10) == 37
    assert under(new) == {new.vault.ring.current: 37}
    assert names(new) == before
    assert turn(new) == 0
    with new.reading() as session:
        assert session.query(PersonRow).filter(PersonRow.phone_sealed.is_(None)).count() == 13
    with pytest.raises(UnknownKeyError):
        names(people)


def test_rotation_names_a_value_that_does_not_open_and_does_the_rest(people: Database) -> None:
    with people.writing() as session:
        ids = [add_person(session, f"Особа {number}") for number in range(6)]
        broken = session.get_one(PersonRow, ids[3])
        broken.name_sealed = broken.name_sealed[:-1] + bytes((broken.name_sealed[-1] ^ 1,))
    new = with_new_key(people)[1]
    steps = list(rotate(new, batch=2, metadata=TestTable.metadata))
    assert sum(step.values for step in steps) == 5
    assert [id_ for step in steps for id_ in step.broken] == [ids[3]]
    with pytest.raises(KeyInUseError, match=r"test_person\.name_sealed: 1"):
        retire(new, people.vault.ring.current, metadata=TestTable.metadata)


def test_rotation_killed_on_the_way_loses_nothing_and_is_resumed(
    people: Database, database_address: str, tmp_path: Path
) -> None:
    with people.writing() as session:
        for number in range(2000):
            add_person(session, f"Особа {number}", birth="1990-01-02")
    before = names(people)
    new = with_new_key(people)[1]
    key_file = tmp_path / "ring.json"
    write_ring(new.vault.ring, key_file)
    command = [sys.executable, "-m", "tests.people_rows", database_address, str(key_file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as turning:
        assert turning.stdout is not None
        for _ in range(30):
            turning.stdout.readline()
        os.kill(turning.pid, signal.SIGKILL)
    assert turning.returncode == -signal.SIGKILL
    counted = under(new)
    assert counted[new.vault.ring.current] >= 30 * 20
    assert counted[people.vault.ring.current] > 0
    assert names(new) == before
    assert turn(new) == counted[people.vault.ring.current]
    assert under(new) == {new.vault.ring.current: 4000}
    assert names(new) == before


def test_rotation_goes_on_while_old_and_new_processes_write_and_loses_no_write(people: Database) -> None:
    with people.writing() as session:
        ids = [add_person(session, "Особа", id_=f"{number:04}") for number in range(400)]
    added, new = with_new_key(people)
    stop = threading.Event()
    written: dict[str, str] = {}
    faults: list[BaseException] = []

    def write(process: Database, mine: list[str]) -> None:
        turns = 0
        try:
            while not stop.is_set() or turns < 20:
                id_ = mine[turns % len(mine)]
                with process.writing() as session:
                    session.get_one(PersonRow, id_).name = f"{id_} {turns}"
                written[id_] = f"{id_} {turns}"
                turns += 1
        except BaseException as error:
            faults.append(error)

    threads = [
        threading.Thread(target=write, args=(process, ids[start::8]))
        for start, process in enumerate((added, added, new, new))
    ]
    for thread in threads:
        thread.start()
    for _ in range(3):
        turn(new, batch=30)
    stop.set()
    for thread in threads:
        thread.join()
    turn(new)
    assert faults == []
    assert under(new) == {new.vault.ring.current: 400}
    assert names(new) == {id_: written.get(id_, "Особа") for id_ in ids}


def test_a_process_with_an_outdated_ring_cannot_seal_with_a_retired_key(people: Database) -> None:
    with people.writing() as session:
        id_ = add_person(session, "Особа")
    added, new = with_new_key(people)
    with pytest.raises(KeyInUseError):
        retire(new, people.vault.ring.current, metadata=TestTable.metadata)
    with added.writing() as session:
        add_person(session, "Друга")
    turn(new)
    retire(new, people.vault.ring.current, metadata=TestTable.metadata)

    def write() -> None:
        with added.writing() as session:
            session.get_one(PersonRow, id_).name = "Втрачена"

    with pytest.raises(RetiredKeyError, match="restart it"):
        write()
    assert set(names(new).values()) == {"Особа", "Друга"}


def test_retiring_waits_for_a_writer_that_has_begun_and_then_refuses(people: Database) -> None:
    added, new = with_new_key(people)
    old = people.vault.ring.current
    outcome: list[str] = []

    def take_out() -> None:
        try:
            retire(new, old, metadata=TestTable.metadata)
        except KeyInUseError:
            outcome.append("in use")

    waiting = threading.Thread(target=take_out)
    with added.writing() as session:
        session.query(PersonRow).count()
        waiting.start()
        add_person(session, "Особа")
        session.flush()
        assert outcome == []
    waiting.join()
    assert outcome == ["in use"]
    assert set(names(added).values()) == {"Особа"}


def test_a_retired_key_is_not_registered_again_by_a_machine_with_an_older_ring(
    people: Database, database_address: str, tmp_path: Path
) -> None:
    new = with_new_key(people)[1]
    old = people.vault.ring.current
    retire(new, old, metadata=TestTable.metadata)
    with new.session(writes=False) as session:
        add_proofs(session)
        assert not session.new
    shorter = new.vault.ring.without(old)
    write_ring(shorter, tmp_path / "ring.json")
    open_database(database_address, keys="", key_file=tmp_path / "ring.json").engine.dispose()


# What a thief of the database finds.

PLANTED = ("Захарченко-Тестова", "Веселина", "+380671234599", "0671234599", "veselyna@example.org", "1987-03-14")


def forms(planted: str) -> Iterator[bytes]:
    """Yield the bytes in which a text might stand in a file."""
    for word in {planted, planted.lower(), planted.upper()}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp1251"):
            raw = word.encode(encoding)
            yield raw
            yield raw.hex().encode()
            yield raw.hex().upper().encode()
            for shift in range(3):
                # Where the text begins inside a group of three, its first and last letters depend on the neighbours.
                coded = base64.b64encode(bytes(shift) + raw)
                yield coded[(0, 2, 3)[shift] : len(coded) - 4]


def dump(engine: Engine) -> bytes:
    """Return everything that can be had of a database without its keys."""
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        return b"".join(part.read_bytes() for part in path.parent.glob(path.name + "*"))
    found = b""
    with engine.connect() as connection:
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
        for table in inspect(connection).get_table_names():
            for form in ("text", "binary"):
                with cursor.copy(f"COPY {table} TO STDOUT (FORMAT {form})") as copied:
                    found += b"".join(bytes(block) for block in copied)
    return found


def test_a_stolen_database_shows_no_name_phone_mail_or_date(people: Database) -> None:
    with people.writing() as session:
        add_person(
            session,
            f"{PLANTED[0]} {PLANTED[1]}",
            phone=PLANTED[2],
            email=PLANTED[4],
            birth=PLANTED[5],
            id_="row-for-control",
        )
    found = dump(people.engine)
    assert b"row-for-control" in found
    assert [word for word in PLANTED if any(form in found for form in forms(word))] == []


def test_the_search_for_planted_values_finds_one_that_is_not_sealed(people: Database) -> None:
    with people.writing() as session:
        session.execute(
            text("INSERT INTO test_person (id, name_sealed) VALUES (:id, :name)"),
            {"id": "x", "name": PLANTED[0].encode()},
        )
    found = dump(people.engine)
    assert any(form in found for form in forms(PLANTED[0]))
    assert PLANTED[5].encode() in b"1987-03-14"
    assert any(form in base64.b64encode(b"?" + PLANTED[0].encode() + b"??") for form in forms(PLANTED[0]))

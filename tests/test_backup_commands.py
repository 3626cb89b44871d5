"""The backup commands: what an operator does every night, when moving house, and after a disaster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from app.audit.model import Event
from app.audit.store import AuditRow, append
from app.storage.database import Database
from app.storage.folder import Folder
from app.storage.ring import make_ring
from app.storage.sealed import new_id
from app.web.edition import Edition
from tests.conftest import KEY_DAY, MakeDatabase
from tests.operators import Operator
from tests.test_backup import NOW, OTHER


@pytest.fixture
def operator(database: Database, database_address: str, key_file: Path, tmp_path: Path, edition: Edition) -> Operator:
    """The operator of a site with an audit record and a file."""
    with database.writing() as session:
        for number in range(5):
            append(session, Event.ACCOUNT_READ, actor="account:1", subject=f"account:{number}", now=NOW, details={})
    operator = Operator.of(tmp_path / "instance", database_address, key_file.read_text(), edition)
    Folder(operator.settings.instance / "files").put(new_id(), b"sealed")
    return operator


@pytest.fixture
def newcomer(operator: Operator, database: Database, empty: MakeDatabase, tmp_path: Path) -> Operator:
    """The same operator on a fresh machine with the other kind of database and a copy of the ring."""
    kind = OTHER[database.engine.dialect.name]
    return Operator.of(tmp_path / "fresh", empty(kind), operator.ring.as_text(), operator.edition)


def events(operator: Operator) -> list[str]:
    database = operator.open()
    with database.reading() as session:
        found = [row.event for row in session.query(AuditRow).order_by(AuditRow.number)]
    database.engine.dispose()
    return found


def test_a_site_moves_to_the_other_database(operator: Operator, newcomer: Operator, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    created = operator.run("backup", "create", "--to", str(path))
    assert created.exit_code == 0, created.output
    assert "1 files, " in created.output
    checked = newcomer.run("backup", "check", str(path))
    assert checked.output.startswith("whole: ")
    restored = newcomer.run("backup", "restore", str(path), "--content", str(tmp_path / "content"))
    assert restored.exit_code == 0, restored.output
    assert "audit: 5 records hold" in restored.output
    assert events(operator) == ["account.read"] * 5 + ["backup.made"]
    assert events(newcomer) == ["account.read"] * 5 + ["backup.restored"]
    assert newcomer.run("audit", "verify").exit_code == 0
    (there,) = Folder(newcomer.settings.instance / "files").kept()
    assert Folder(newcomer.settings.instance / "files").take(there.id) == b"sealed"
    shipped = {p.relative_to(operator.settings.content) for p in operator.settings.content.rglob("*.yaml")}
    assert {p.relative_to(tmp_path / "content") for p in (tmp_path / "content").rglob("*.yaml")} == shipped


def test_a_backup_goes_into_the_instance_folder_unless_told_otherwise(operator: Operator) -> None:
    assert operator.run("backup", "create").exit_code == 0
    (made,) = (operator.settings.instance / "backups").iterdir()
    assert made.stat().st_mode & 0o777 == 0o600
    assert made.parent.stat().st_mode & 0o777 == 0o700
    assert operator.run("backup", "check", str(made)).exit_code == 0


def test_a_restore_over_a_living_site_is_refused(operator: Operator, tmp_path: Path) -> None:
    path = str(tmp_path / "a.backup")
    operator.run("backup", "create", "--to", path)
    done = operator.run("backup", "restore", path)
    assert done.exit_code == 1
    assert "The database is not empty: 'audit' has rows." in done.output
    assert events(operator)[-1] == "backup.made"


def test_a_bad_archive_or_another_ring_is_a_sentence_and_exit_status_1(
    operator: Operator, newcomer: Operator, tmp_path: Path
) -> None:
    path = tmp_path / "a.backup"
    operator.run("backup", "create", "--to", str(path))
    whole = path.read_bytes()
    for sentence, found in (
        ("This is no backup of this site.", b"garbage"),
        ("is cut off after that", whole[:-1]),
        ("was changed at", whole[:1000] + b"x" + whole[1001:]),
    ):
        path.write_bytes(found)
        for words in (["check"], ["restore"]):
            done = newcomer.run("backup", *words, str(path))
            assert done.exit_code == 1
            assert sentence in done.output
    path.write_bytes(whole)
    newcomer.settings.key_file.write_text(make_ring(KEY_DAY).as_text())
    for words in (["check"], ["restore"]):
        done = newcomer.run("backup", *words, str(path))
        assert done.exit_code == 1
        assert "another ring made it" in done.output
    ring = json.loads(operator.ring.as_text())
    newcomer.settings.key_file.write_text(json.dumps({**ring, "backup": "x"}))
    assert "holds no key ring" in newcomer.run("backup", "check", str(path)).output
    newcomer.settings.key_file.unlink()
    done = newcomer.run("backup", "restore", str(path))
    assert "The key ring is missing" in done.output
    assert list(newcomer.settings.instance.glob("files/*/*")) == []


def test_a_broken_audit_record_stops_a_restore_unless_it_is_accepted(
    operator: Operator, newcomer: Operator, database: Database, tmp_path: Path
) -> None:
    path = str(tmp_path / "a.backup")
    with database.engine.begin() as connection:
        if database.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_no_change"))
        connection.execute(text("UPDATE audit SET subject = 'account:9' WHERE number = 3"))
    assert operator.run("backup", "create", "--to", path).exit_code == 0
    refused = newcomer.run("backup", "restore", path)
    assert refused.exit_code == 1
    assert "The audit record of the archive does not hold: record 3 was changed" in refused.output
    assert "--accept-broken-audit" in refused.output
    accepted = newcomer.run("backup", "restore", path, "--accept-broken-audit")
    assert accepted.exit_code == 0
    assert "record 3 was changed" in accepted.output
    assert events(newcomer) == ["account.read"] * 5 + ["backup.restored"]

"""The vault's commands: a new key takes over in steps that no running process has to know of, and an old one goes."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.site import create_app
from app.storage.database import open_database
from app.storage.ring import read_ring
from app.storage.sealed import retire
from app.web.edition import Edition
from tests.operators import Operator, shows_a_key


@pytest.fixture
def operator(database_address: str, key_file: Path, tmp_path: Path, edition: Edition) -> Operator:
    return Operator.of(tmp_path / "instance", database_address, key_file.read_text(), edition)


def test_a_new_key_is_added_used_and_the_old_one_retired(operator: Operator) -> None:
    old = operator.ring.current
    added = operator.run("vault", "add-key")
    assert added.exit_code == 0
    (new,) = operator.ring.sealing.keys() - {old}
    assert f"Added {new}. It seals nothing yet." in added.output
    assert operator.ring.current == old
    assert operator.settings.key_file.stat().st_mode & 0o777 == 0o600
    assert re.search(rf"{old} +seals .*\n{new} +added", operator.run("vault", "status").output)

    refused = operator.run("vault", "retire", old)
    assert refused.exit_code == 1
    assert "seals new values now" in refused.output

    assert operator.run("vault", "use", new).exit_code == 0
    assert operator.ring.current == new
    assert re.search(rf"{old} +opens .*\n{new} +seals", operator.run("vault", "status").output)

    rotated = operator.run("vault", "rotate", "--batch", "10")
    assert rotated.exit_code == 0
    assert f"No longer needed: vault retire {old}" in rotated.output

    retired = operator.run("vault", "retire", old)
    assert retired.exit_code == 0
    assert "Backups made before can be restored only with a ring that has it" in retired.output
    assert list(operator.ring.sealing) == [new]
    operator.open().engine.dispose()


def test_an_added_key_does_not_stop_the_machines_that_do_not_have_it_yet(operator: Operator, key_file: Path) -> None:
    operator.run("vault", "add-key")
    open_database(operator.settings.database, keys="", key_file=key_file).engine.dispose()


@pytest.mark.parametrize("command", ["use", "retire"])
def test_a_key_that_nobody_has_is_refused_by_name(operator: Operator, command: str) -> None:
    before = operator.settings.key_file.read_bytes()
    done = operator.run("vault", command, "2001-01-01-none")
    assert done.exit_code == 1
    assert "2001-01-01-none" in done.output
    assert operator.settings.key_file.read_bytes() == before


def test_a_ring_from_the_environment_is_changed_by_the_operator_alone(operator: Operator) -> None:
    keys = operator.settings.key_file.read_text()
    operator.settings.key_file.unlink()
    site = create_app(replace(operator.settings, vault_keys=keys), operator.edition)
    for words in (["add-key"], ["use", "2026-01-01-0000"]):
        done = site.test_cli_runner().invoke(args=["vault", *words])
        assert done.exit_code == 1
        assert "The key ring comes from VAULT_KEYS, which no command changes." in done.output
        assert not shows_a_key(done.output, read_ring(keys, ""))
        assert not operator.settings.key_file.exists()


def test_a_key_of_the_environment_is_retired_in_the_database_and_then_removed_by_hand(operator: Operator) -> None:
    old = operator.ring.current
    operator.run("vault", "add-key")
    (new,) = operator.ring.sealing.keys() - {old}
    operator.run("vault", "use", new)
    keys = operator.settings.key_file.read_text()
    before = operator.settings.key_file.read_bytes()
    done = operator.run("vault", "retire", old, keys=keys)
    assert done.exit_code == 0
    assert "Remove it from VAULT_KEYS on every machine" in done.output
    assert operator.settings.key_file.read_bytes() == before
    shorter = {**json.loads(keys), "sealing": {new: json.loads(keys)["sealing"][new]}}
    open_database(
        operator.settings.database, keys=json.dumps(shorter), key_file=operator.settings.key_file
    ).engine.dispose()


def test_a_key_that_was_retired_but_left_in_the_file_is_removed_by_retiring_it_again(operator: Operator) -> None:
    """The command may be killed between the database and the file."""
    old = operator.ring.current
    operator.run("vault", "add-key")
    (new,) = operator.ring.sealing.keys() - {old}
    operator.run("vault", "use", new)
    database = operator.open()
    retire(database, old)
    database.engine.dispose()
    assert set(operator.ring.sealing) == {old, new}
    operator.open().engine.dispose()
    assert operator.run("vault", "retire", old).exit_code == 0
    assert set(operator.ring.sealing) == {new}


def test_a_ring_file_that_others_can_read_is_pointed_out(operator: Operator) -> None:
    assert "Others can read" not in operator.run("vault", "status").output
    operator.settings.key_file.chmod(0o640)
    assert "Others can read" in operator.run("vault", "status").output


def test_a_wrong_ring_or_an_unprepared_database_ends_each_command_with_a_sentence(
    operator: Operator, tmp_path: Path
) -> None:
    for words in (["status"], ["add-key"], ["use", "x"], ["rotate"], ["retire", "x"]):
        empty = Operator(
            replace(operator.settings, database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}"), operator.edition
        )
        assert "run storage prepare first" in empty.run("vault", *words).output
    assert not (tmp_path / "none.sqlite3").exists()
    ring = json.loads(operator.settings.key_file.read_text())
    ring["audit"] = base64.b64encode(bytes(32)).decode()
    operator.settings.key_file.write_text(json.dumps(ring))
    for words in (["status"], ["add-key"], ["use", "x"], ["rotate"], ["retire", "x"]):
        done = operator.run("vault", *words)
        assert done.exit_code == 1
        assert "Key 'audit' of the key ring is not the one" in done.output

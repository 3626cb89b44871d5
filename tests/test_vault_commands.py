"""The vault's commands: a new key takes over in steps that no running process has to know of, and an old one goes."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.config import Settings
from app.site import create_app
from app.storage.database import Database, open_database
from app.storage.ring import SINGLE, KeyRing, read_ring
from app.storage.sealed import retire
from app.web.edition import Edition


class Desk:
    """An operator at the command line of a site with a database of its own."""

    def __init__(self, settings: Settings, edition: Edition) -> None:
        self.settings, self.edition = settings, edition

    def run(self, *words: str, keys: str = "") -> Result:
        site: Flask = create_app(replace(self.settings, vault_keys=keys), self.edition)
        done = site.test_cli_runner().invoke(args=["vault", *words])
        assert done.exit_code in (0, 1, 2)
        assert isinstance(done.exception, SystemExit | None)
        assert not shows_a_key(done.output, self.ring)
        return done

    @property
    def ring(self) -> KeyRing:
        return read_ring(self.settings.key_file.read_text(), "")

    def open(self) -> Database:
        return open_database(self.settings.database, keys="", key_file=self.settings.key_file)


def shows_a_key(shown: str, ring: KeyRing) -> bool:
    keys = [*ring.sealing.values(), *(getattr(ring, name) for name in SINGLE)]
    return any(form in shown for key in keys for form in (base64.b64encode(key).decode(), key.hex()))


@pytest.fixture
def desk(database_address: str, key_file: Path, tmp_path: Path, edition: Edition) -> Desk:
    own = tmp_path / "instance" / "vault_keys.json"
    own.parent.mkdir()
    own.write_text(key_file.read_text())
    own.chmod(0o600)
    return Desk(Settings(instance=own.parent, database_url=database_address), edition)


def test_a_new_key_is_added_used_and_the_old_one_retired(desk: Desk) -> None:
    old = desk.ring.current
    added = desk.run("add-key")
    assert added.exit_code == 0
    (new,) = desk.ring.sealing.keys() - {old}
    assert f"Added {new}. It seals nothing yet." in added.output
    assert desk.ring.current == old
    assert desk.settings.key_file.stat().st_mode & 0o777 == 0o600
    assert re.search(rf"{old} +seals .*\n{new} +added", desk.run("status").output)

    refused = desk.run("retire", old)
    assert refused.exit_code == 1
    assert "seals new values now" in refused.output

    assert desk.run("use", new).exit_code == 0
    assert desk.ring.current == new
    assert re.search(rf"{old} +opens .*\n{new} +seals", desk.run("status").output)

    rotated = desk.run("rotate", "--batch", "10")
    assert rotated.exit_code == 0
    assert f"No longer needed: vault retire {old}" in rotated.output

    retired = desk.run("retire", old)
    assert retired.exit_code == 0
    assert "Backups made before can be restored only with a ring that has it" in retired.output
    assert list(desk.ring.sealing) == [new]
    desk.open().engine.dispose()


def test_an_added_key_does_not_stop_the_machines_that_do_not_have_it_yet(desk: Desk, key_file: Path) -> None:
    desk.run("add-key")
    open_database(desk.settings.database, keys="", key_file=key_file).engine.dispose()


@pytest.mark.parametrize("command", ["use", "retire"])
def test_a_key_that_nobody_has_is_refused_by_name(desk: Desk, command: str) -> None:
    before = desk.settings.key_file.read_bytes()
    done = desk.run(command, "2001-01-01-none")
    assert done.exit_code == 1
    assert "2001-01-01-none" in done.output
    assert desk.settings.key_file.read_bytes() == before


def test_a_ring_from_the_environment_is_changed_by_the_operator_alone(desk: Desk) -> None:
    keys = desk.settings.key_file.read_text()
    desk.settings.key_file.unlink()
    site = create_app(replace(desk.settings, vault_keys=keys), desk.edition)
    for words in (["add-key"], ["use", "2026-01-01-0000"]):
        done = site.test_cli_runner().invoke(args=["vault", *words])
        assert done.exit_code == 1
        assert "The key ring comes from VAULT_KEYS, which no command changes." in done.output
        assert not shows_a_key(done.output, read_ring(keys, ""))
        assert not desk.settings.key_file.exists()


def test_a_key_of_the_environment_is_retired_in_the_database_and_then_removed_by_hand(desk: Desk) -> None:
    old = desk.ring.current
    desk.run("add-key")
    (new,) = desk.ring.sealing.keys() - {old}
    desk.run("use", new)
    keys = desk.settings.key_file.read_text()
    before = desk.settings.key_file.read_bytes()
    done = desk.run("retire", old, keys=keys)
    assert done.exit_code == 0
    assert "Remove it from VAULT_KEYS on every machine" in done.output
    assert desk.settings.key_file.read_bytes() == before
    shorter = {**json.loads(keys), "sealing": {new: json.loads(keys)["sealing"][new]}}
    open_database(desk.settings.database, keys=json.dumps(shorter), key_file=desk.settings.key_file).engine.dispose()


def test_a_key_that_was_retired_but_left_in_the_file_is_removed_by_retiring_it_again(desk: Desk) -> None:
    """The command may be killed between the database and the file."""
    old = desk.ring.current
    desk.run("add-key")
    (new,) = desk.ring.sealing.keys() - {old}
    desk.run("use", new)
    database = desk.open()
    retire(database, old)
    database.engine.dispose()
    assert set(desk.ring.sealing) == {old, new}
    desk.open().engine.dispose()
    assert desk.run("retire", old).exit_code == 0
    assert set(desk.ring.sealing) == {new}


def test_a_ring_file_that_others_can_read_is_pointed_out(desk: Desk) -> None:
    assert "Others can read" not in desk.run("status").output
    desk.settings.key_file.chmod(0o640)
    assert "Others can read" in desk.run("status").output


def test_a_wrong_ring_or_an_unprepared_database_ends_each_command_with_a_sentence(desk: Desk, tmp_path: Path) -> None:
    for words in (["status"], ["add-key"], ["use", "x"], ["rotate"], ["retire", "x"]):
        empty = Desk(replace(desk.settings, database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}"), desk.edition)
        assert "run storage prepare first" in empty.run(*words).output
    assert not (tmp_path / "none.sqlite3").exists()
    ring = json.loads(desk.settings.key_file.read_text())
    ring["audit"] = base64.b64encode(bytes(32)).decode()
    desk.settings.key_file.write_text(json.dumps(ring))
    for words in (["status"], ["add-key"], ["use", "x"], ["rotate"], ["retire", "x"]):
        done = desk.run(*words)
        assert done.exit_code == 1
        assert "Key 'audit' of the key ring is not the one" in done.output

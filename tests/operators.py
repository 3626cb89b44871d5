"""An operator at the command line of a site of their own; no command may ever show them a key."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

from click.testing import Result
from flask import Flask

from app.config import Settings
from app.site import create_app
from app.storage.database import Database, open_database
from app.storage.ring import SINGLE, KeyRing, read_ring
from app.web.edition import Edition


class Operator:
    """An operator at the command line of a site with a database of its own."""

    def __init__(self, settings: Settings, edition: Edition) -> None:
        self.settings, self.edition = settings, edition

    def run(self, *words: str, keys: str = "") -> Result:
        site: Flask = create_app(replace(self.settings, vault_keys=keys), self.edition)
        done = site.test_cli_runner().invoke(args=words)
        assert done.exit_code in (0, 1, 2), done.output
        assert isinstance(done.exception, SystemExit | None), done.exception
        if self.settings.key_file.exists():
            assert not any(key in done.output for key in re.findall(r"[\w+/]{43}=", self.settings.key_file.read_text()))
        return done

    @classmethod
    def of(cls, instance: Path, address: str, ring: str, edition: Edition) -> Operator:
        """Return the operator of a site with this instance folder, this database and a copy of this ring."""
        key_file = instance / "vault_keys.json"
        instance.mkdir()
        key_file.write_text(ring)
        key_file.chmod(0o600)
        return cls(Settings(instance=instance, database_url=address), edition)

    @property
    def ring(self) -> KeyRing:
        return read_ring(self.settings.key_file.read_text(), "")

    def open(self) -> Database:
        return open_database(self.settings.database, keys="", key_file=self.settings.key_file)


def shows_a_key(shown: str, ring: KeyRing) -> bool:
    keys = [*ring.sealing.values(), *(getattr(ring, name) for name in SINGLE)]
    return any(form in shown for key in keys for form in (base64.b64encode(key).decode(), key.hex()))

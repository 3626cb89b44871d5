"""Killed between approval and publication, an editor's work is there, and it is published once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT
from app.content.store import live_number, record_edition
from app.curation import actions, store
from app.curation.model import State
from app.storage.database import Database
from tests.bench.kill_publishing import NOW, SHIPPED


@pytest.mark.parametrize("last", ["approved", "published"])
def test_a_process_killed_between_approval_and_publication_loses_nothing(
    database: Database, database_address: str, key_file: Path, last: str
) -> None:
    with database.writing() as session:
        record_edition(session, SHIPPED.digest, NOW)
    command = [sys.executable, "tests/bench/kill_publishing.py", database_address, str(key_file)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told: list[list[str]] = []
        while len(told) < 5 or told[-1][0] != last:
            told.append(process.stdout.readline().split())
        process.kill()
        told += [line.split() for line in process.stdout.read().splitlines()]
    acknowledged = {words[1]: int(words[2]) for words in told if words[0] == "published"}
    approved = {words[1] for words in told if words[0] == "approved"}
    with database.reading() as session:
        kept = {id_: store.get_revision(session, id_) for id_ in approved}
        editions = [one.edition for one in kept.values() if one.state is State.PUBLISHED]
        assert {id_: kept[id_].edition for id_ in acknowledged} == acknowledged
        assert all(one.state in (State.APPROVED, State.PUBLISHED) for one in kept.values())
        assert sorted(editions) == list(range(2, live_number(session) + 1)), "each edition is one publication"
        newest = max(kept.values(), key=lambda one: one.edition)
        assert actions.live_library(session, SHIPPED).files["sources.yaml"] == newest.text
        waiting = [one for one in kept.values() if one.state is State.APPROVED]
    for one in waiting:
        with database.writing() as session:
            actions.publish(session, [one.id], shipped=SHIPPED, check=lambda _: (), actor="account:b", now=NOW)
        with database.reading() as session:
            assert actions.live_library(session, SHIPPED).files["sources.yaml"] == one.text

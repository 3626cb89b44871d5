"""Approves and publishes without end, saying what is committed, until it is killed: for the tests of publishing.

``python tests/bench/kill_publishing.py DATABASE KEY_FILE``: each round approves a text and publishes it in another
transaction, and writes ``approved ID`` and ``published ID NUMBER`` to standard output after each commit.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from app.content.library import Library
from app.curation import actions
from app.curation.model import Change
from app.storage.database import open_database

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
SHIPPED = Library.of({"sources.yaml": "number: 0\n"})


def main() -> None:
    """Publish one text after the other."""
    database = open_database(sys.argv[1], keys="", key_file=Path(sys.argv[2]))
    number = 0
    while True:
        number += 1
        with database.writing() as session:
            one = actions.begin_draft(
                session, "sources.yaml", f"number: {number}\n", shipped=SHIPPED, change=Change.MINOR, note="",
                actor="account:a", now=NOW,
            )  # fmt: skip
            actions.submit(session, one.id, actor="account:a", now=NOW)
        with database.writing() as session:
            actions.approve(session, one.id, actor="account:b", now=NOW)
        print("approved", one.id, flush=True)
        with database.writing() as session:
            edition = actions.publish(
                session, [one.id], shipped=SHIPPED, check=lambda _: (), actor="account:b", now=NOW
            )
        print("published", one.id, edition, flush=True)


if __name__ == "__main__":
    main()

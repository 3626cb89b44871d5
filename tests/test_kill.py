"""Writers killed on the way lose nothing acknowledged and leave nothing half-written (100 rounds: `make kill`)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from app.config import ROOT

ROUNDS = 5


def test_killed_writers_lose_nothing_and_leave_nothing_half_written(database_address: str, key_file: Path) -> None:
    command = [
        sys.executable, "tests/bench/kill.py", "--rounds", str(ROUNDS), "--database", database_address,
        "--key-file", str(key_file),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"(\d+) deeds acknowledged, (\d+) kept whole, 0 faults", done.stdout)
    assert told
    assert int(told[2]) >= int(told[1]) >= ROUNDS

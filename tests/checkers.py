"""Checkers from outside Python, as package.json pins them: where they are, and what happens where they are missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app.config import ROOT

LIGHTHOUSE = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
NU = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def need(program: str, script: Path) -> None:
    """Skip the test where `program` or `script` is not installed; in CI, which installs both, fail it."""
    missing = [name for name, found in ((program, shutil.which(program)), (script.name, script.exists())) if not found]
    if missing:
        reason = f"{' and '.join(missing)} not installed: run .ci/run, or `make checkers` with {program} at hand"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)

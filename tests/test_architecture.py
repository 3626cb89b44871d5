"""The directions of the house: who may import whom, read from the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT

SLICES = [
    "kernel", "storage", "content", "audit", "outbox", "documents", "accounts", "directory", "guidance", "pathways",
    "search", "register", "extracts", "cases", "curation", "interop", "operations",
]  # fmt: skip
"""From left to right; a slice may import slices to its left only. `web` is shared by the files that speak Flask."""

ROLES = {"store", "actions", "forms", "labels", "public", "volunteer", "staff"}
SPEAKS_FLASK = {"forms", "labels", "public", "volunteer", "staff"}
MODULES = sorted(path for path in (ROOT / "app").rglob("*.py") if "migrations" not in path.parts)


def imports(path: Path) -> set[str]:
    """Return the dotted names that a module imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_flow_one_way(path: Path) -> None:
    parts = path.relative_to(ROOT / "app").with_suffix("").parts
    slice_, file = parts[0], parts[-1]
    names = imports(path)
    if len(parts) == 1:
        assert not any(name.startswith("sqlalchemy") for name in names), "app/*.py composes; it holds no SQL"
        return
    if slice_ == "web":
        forbidden = [name for name in names for s in SLICES[2:] if name.startswith(f"app.{s}")]
        assert not forbidden, "web knows no slice"
        return
    place = SLICES.index(slice_)
    right = [name for name in names for s in SLICES[place + 1 :] if name == f"app.{s}" or name.startswith(f"app.{s}.")]
    assert not right, f"{slice_} may not import {right}"
    if file not in SPEAKS_FLASK:
        assert not any(name.split(".")[0] in {"flask", "flask_babel", "flask_wtf", "wtforms"} for name in names)
        assert not any(name.startswith("app.web") for name in names)
    if file != "store" and slice_ != "storage":
        assert not any(name.split(".")[0] in {"sqlalchemy", "alembic"} for name in names)
    if file not in ROLES:
        assert not any(name.split(".")[-1] in ROLES for name in names if name.startswith("app."))


@pytest.mark.parametrize(
    "module",
    ["app.pathways.walk", "app.pathways.plan", "app.directory.contacts", "app.search.find", "app.outbox.senders"],
)
def test_pure_rules_load_without_flask_and_sql(module: str) -> None:
    code = f"import sys, {module}; print([name for name in ('flask', 'sqlalchemy') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_module_says_what_lives_in_it() -> None:
    silent = [path for path in MODULES if ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None]
    assert silent == []

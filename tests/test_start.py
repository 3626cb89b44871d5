"""Starting: wrong settings and broken content stop the server with a sentence, and commands still work."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT


def run(command: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "INSTANCE": str(folder / "instance"), **settings}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the content in which one organisation has lost its name."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    path = content / "organisations" / "ombudsman.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("name:", "nome:", 1), encoding="utf-8")
    return content


def test_a_wrong_setting_stops_the_start_and_names_the_variable(tmp_path: Path) -> None:
    done = run(["app.py"], tmp_path, PORT="eight thousand")
    assert done.returncode == 2
    assert done.stderr.startswith("PORT is 'eight thousand'")
    assert "Traceback" not in done.stderr


def test_an_unreachable_database_stops_the_start_and_names_the_variable(tmp_path: Path) -> None:
    done = run(["app.py"], tmp_path, DATABASE_URL="postgresql://someone:hidden@127.0.0.1:1/nothing")
    assert done.returncode == 2
    assert done.stderr.startswith("DATABASE_URL leads to no database")
    assert "hidden" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_instance_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = run(["app.py"], tmp_path, INSTANCE=str(tmp_path / "file" / "instance"))
    assert done.returncode == 2
    assert done.stderr.startswith("INSTANCE is ")
    assert "Traceback" not in done.stderr


def test_a_taken_port_stops_the_start(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(["app.py"], tmp_path, PORT=str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "cannot be used" in done.stderr


def test_broken_content_stops_the_start_and_names_the_file(tmp_path: Path, broken: Path) -> None:
    done = run(["app.py"], tmp_path, CONTENT=str(broken))
    assert done.returncode == 2
    assert "content/organisations/ombudsman.yaml (name)" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_content_check_works_on_broken_content(tmp_path: Path, broken: Path) -> None:
    done = run(["-m", "flask", "--app", "app", "content", "check"], tmp_path, CONTENT=str(broken))
    assert done.returncode == 1
    assert "content/organisations/ombudsman.yaml (nome)" in done.stdout


def test_preparing_twice_keeps_the_key_and_closes_it_to_others(tmp_path: Path) -> None:
    keys = []
    for _ in range(2):
        assert run(["-m", "flask", "--app", "app", "storage", "prepare"], tmp_path).returncode == 0
        key = tmp_path / "instance" / "secret_key"
        assert key.stat().st_mode & 0o777 == 0o600
        keys.append(key.read_text())
    assert keys[0] == keys[1]
    assert (tmp_path / "instance" / "dorohovkaz.sqlite3").is_file()

"""Every screen is valid HTML in the judgement of the W3C's Nu checker."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from flask import Flask

from tests.checkers import NU, need
from tests.tour import Screen


def messages(folder: Path) -> list[str]:
    """Return what the checker says of the pages in `folder`: the page, the place, the fault and the words around it."""
    need("java", NU)
    command = ["java", "-Xmx1g", "-jar", str(NU), "--format", "json", "--exit-zero-always", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return [
        f"{Path(found['url']).name}:{found.get('lastLine')}: {found['message']} {found.get('extract', '')}"
        for found in json.loads(done.stderr)["messages"]
    ]


def test_no_screen_has_a_fault(site: Flask, tour: list[Screen], tmp_path: Path) -> None:
    with site.test_client() as client:
        for number, screen in enumerate(tour):
            page = tmp_path / f"{number:04}-{screen.language}-{screen.kind}.html"
            page.write_bytes(client.get(screen.address).data)
    assert messages(tmp_path) == []


def test_the_checker_sees_a_fault(tmp_path: Path) -> None:
    page = '<!doctype html><html lang="en"><title>A title</title><p><h1>A heading</h1></p></html>'
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert "No “p” element in scope" in messages(tmp_path)[0]

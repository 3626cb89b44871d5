"""The operator's guide names every setting and every command."""

from __future__ import annotations

import re
from dataclasses import fields

import click
import pytest
from flask import Flask

from app.config import ROOT, Settings

GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [field.name.upper() for field in fields(Settings)])
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in GUIDE


def test_every_command_is_documented(site: Flask) -> None:
    for name, command in site.cli.commands.items():
        if isinstance(command, click.Group):
            for inner in command.commands:
                assert f"flask --app app {name} {inner}" in GUIDE


def test_every_test_that_the_security_document_names_is_there() -> None:
    named = re.findall(r"`(test_[a-z_]+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    assert [name for name in sorted(set(named)) if not (ROOT / "tests" / f"{name}.py").is_file()] == []


def test_no_lock_file_names_an_address() -> None:
    for lock in (*ROOT.glob("requirements*.txt"), ROOT / "package-lock.json"):
        assert "://" not in lock.read_text(encoding="utf-8")

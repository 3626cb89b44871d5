"""What all tests share: the shipped edition, a client that lints every page it fetches, a served site for browsers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.config import ROOT, Settings
from app.content.library import Library
from app.edition import read_edition, searchable
from app.search.find import Finder, Search
from app.site import create_app
from app.web.edition import Edition
from tests.lint import LintingClient


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.read(ROOT / "content")


@pytest.fixture(scope="session")
def edition(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return searchable(read_edition(library), tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="session")
def finder(edition: Edition) -> Finder:
    """The search over the shipped edition."""
    return edition.part(Search).finder


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(instance=tmp_path_factory.mktemp("instance"), pdf_limit="1000 per minute")


@pytest.fixture(scope="session")
def site(settings: Settings, edition: Edition) -> Flask:
    return create_app(settings, edition)


@pytest.fixture(scope="session")
def client(site: Flask) -> LintingClient:
    return LintingClient(site)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the site with the real server on a free port of loopback; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("served")
    environment = {
        **os.environ,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "WORKERS": "1",
        "INSTANCE": str(folder),
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{address}/robots.txt", timeout=2):
                    break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser journeys run last, after everything quick has spoken."""
    items.sort(key=lambda item: "browser" in Path(str(item.fspath)).name)

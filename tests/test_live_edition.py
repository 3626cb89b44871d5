"""Publishing as readers meet it: a new edition is there at once and whole; what cannot be served changes nothing."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client

from app.cases.working.meaning import digests, edits_of, novelty
from app.cases.working.model import Novelty
from app.cli import prepare
from app.config import ROOT, Settings
from app.content.edits import Edits
from app.content.library import Library
from app.content.store import STILL_THERE, Unserved, live_number, record_edition, unserved
from app.curation import actions
from app.curation.model import Change
from app.edition import read_edition
from app.live import FOLLOWER, Follower, Press, process_name
from app.pathways.model import Pathways
from app.search.find import Search
from app.site import create_app
from app.storage.database import Database
from app.web.database import database as database_of
from app.web.edition import Edition, edition_fault, edition_of, part
from app.web.pages import public_page

NOW = datetime(2026, 4, 16, 12, tzinfo=UTC)
SHIPPED = Library.read(ROOT / "content")
BODY = "organisations/ombudsman.yaml"
OTHER_BODY = "organisations/sema-ukraine.yaml"
OTHER = OTHER_BODY.removeprefix("organisations/").removesuffix(".yaml")


@pytest.fixture(scope="module")
def press(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Press:
    """One for all tests: many publish the same text, and an edition is checked once."""
    return WithoutSearch(settings.content, tmp_path_factory.mktemp("search"))


def opened(settings: Settings, edition: Edition, press: Press) -> Iterator[Flask]:
    site = create_app(settings, edition)
    follower_of(site).press = press
    with database_of(site).writing() as session:
        record_edition(session, edition.digest, NOW)
    follower_of(site).step()
    yield site
    database_of(site).engine.dispose()


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path, press: Press
) -> Iterator[Flask]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(settings, instance=tmp_path, database_url=f"sqlite:///{path}", vault_key_file=key_file)
    yield from opened(own, edition, press)


@pytest.fixture
def on_either(
    tmp_path: Path, settings: Settings, edition: Edition, database_address: str, key_file: Path, press: Press
) -> Iterator[Flask]:
    """The site on a database of each kind."""
    own = replace(settings, instance=tmp_path, database_url=database_address, vault_key_file=key_file)
    yield from opened(own, edition, press)


@pytest.fixture
def database(site: Flask) -> Database:
    return database_of(site)


class WithoutSearch(Press):
    """A press that leaves the search closed until somebody searches: building an index takes seconds."""

    def ready(self, library: Library) -> Edition:
        return self.edition(library)


def follower_of(site: Flask) -> Follower:
    follower: Follower = site.extensions[FOLLOWER]
    return follower


def approved(database: Database, path: str, text: str, change: Change = Change.MINOR) -> str:
    with database.writing() as session:
        one = actions.begin_draft(
            session, path, text, shipped=SHIPPED, change=change, note="", actor="account:a", now=NOW
        )
        actions.submit(session, one.id, actor="account:a", now=NOW)
        actions.approve(session, one.id, actor="account:b", now=NOW)
    return one.id


def publish(site: Flask, *ids: str) -> int:
    with database_of(site).writing() as session:
        return actions.publish(
            session, ids, shipped=SHIPPED, check=follower_of(site).press.check, actor="account:b", now=NOW
        )


def named(name: str, path: str = BODY) -> str:
    """The text of a body under another English name."""
    text = re.sub(r"(?m)^  en: .*$", f"  en: {name}", SHIPPED.files[path], count=1)
    assert name in text
    return text


def test_a_reader_sees_what_was_published(on_either: Flask) -> None:
    site, database = on_either, database_of(on_either)
    reader = site.test_client()
    address = "/en/organisations/ombudsman"
    assert "Signpost Bureau" not in reader.get(address).text
    publish(site, approved(database, BODY, named("Signpost Bureau")))
    assert "Signpost Bureau" not in reader.get(address).text
    assert follower_of(site).step()
    assert "Signpost Bureau" in reader.get(address).text
    # The index of the new edition is built when it is searched.
    assert address in reader.get("/en/search?q=signpost+bureau").text
    assert not follower_of(site).step()


def test_the_live_edition_tells_minor_edits_of_a_step_from_changes_of_its_meaning(on_either: Flask) -> None:
    site, database = on_either, database_of(on_either)
    minor, meaning = (f"pathways/steps/{step}/uk.yaml" for step in ("ask-tcc", "ask-unit"))
    ids = []
    for path, change in ((minor, Change.MINOR), (meaning, Change.MEANING)):
        text = re.sub(r"(?m)^title: (.*)$", r"title: \1 і далі", SHIPPED.files[path])
        ids.append(approved(database, path, text, change))
    publish(site, *ids)
    assert follower_of(site).step()
    edition = edition_of(site)
    edits = edition.part(Edits)
    assert {(edit.path, edit.is_minor, edit.at) for edit in edits.items} == {(minor, True, NOW), (meaning, False, NOW)}
    before, looked_at = digests(read_edition(SHIPPED).part(Pathways)), NOW - timedelta(days=1)
    after = digests(edition.part(Pathways))
    found = {
        step: novelty(before[step], after[step], looked_at=looked_at, edits=edits_of(step, edits)) for step in before
    }
    assert [step for step, what in found.items() if what is Novelty.CHANGED] == ["ask-unit"]


def test_a_process_follows_by_itself(site: Flask, database: Database) -> None:
    follower, swapped = follower_of(site), threading.Event()
    forget = follower.forget

    def noticed() -> None:
        forget()
        swapped.set()

    follower.forget = noticed
    left = follower.press.indexes / "left-by-an-earlier-edition"
    left.mkdir()
    thread = threading.Thread(target=follower.run)
    thread.start()
    try:
        publish(site, approved(database, BODY, named("Signpost Bureau")))
        assert swapped.wait(timeout=30)
        assert "Signpost Bureau" in site.test_client().get("/en/organisations/ombudsman").text
    finally:
        follower.stopping.set()
        follower.look()
        thread.join()
    assert not left.exists(), "an index that no process serves is removed"


def test_publishing_while_readers_load_pages_shows_no_half_edition(site: Flask, database: Database) -> None:
    """Two bodies always bear the same number: a page that shows both shows one edition, whichever it is."""
    follower, editions = follower_of(site), 3
    readers, done = 4, threading.Event()
    address = "/en/organisations/?kept="

    def rename(number: int) -> None:
        ids = [approved(database, path, named(f"Numbered Bureau {number}", path)) for path in (BODY, OTHER_BODY)]
        publish(site, *ids)
        follower.step()

    rename(0)

    def read(turn: int) -> tuple[int, list[str]]:
        client, pages = Client(site.wsgi_app), 0
        wrong: list[str] = []
        while not done.is_set() or pages < 3:
            answer = client.get(f"{address}{turn if pages % 2 else ''}", headers={"Accept-Encoding": ""})
            numbers = re.findall(r"Numbered Bureau (\d+)", answer.get_data(as_text=True))
            pages += 1
            if answer.status_code != 200 or len(set(numbers)) != 1:
                wrong.append(f"{answer.status_code} {numbers}")
        return pages, wrong

    with ThreadPoolExecutor(readers) as pool:
        reading = [pool.submit(read, turn) for turn in range(readers)]
        try:
            for number in range(1, editions):
                rename(number)
        finally:
            done.set()
        results = [one.result(timeout=120) for one in reading]
    assert [wrong for _, found in results for wrong in found] == []
    assert all(pages >= 3 for pages, _ in results)
    last = Client(site.wsgi_app).get(address, headers={"Accept-Encoding": ""}).get_data(as_text=True)
    assert f"Numbered Bureau {editions - 1}" in last


def test_a_request_is_answered_from_one_edition_to_its_end(site: Flask, database: Database) -> None:
    """The edition is swapped in the middle of a request; the page rendered then is not kept for others."""
    follower = follower_of(site)

    @site.get("/test-in-two-parts")
    def two_parts() -> object:
        before = part(Search)
        publish(site, approved(database, BODY, named("Signpost Bureau")))
        assert follower.step()
        assert part(Search) is before
        return public_page("error.html", code=404, kind="", near=[])

    answers = [Client(site.wsgi_app).get("/test-in-two-parts").status_code]
    assert answers == [200]
    with site.app_context():
        assert part(Search).finder is not None
    assert "Signpost Bureau" in site.test_client().get("/en/organisations/ombudsman").text


def test_a_retired_body_leads_its_readers_to_its_successor(site: Flask, database: Database) -> None:
    """The oldest address still works after two moves."""
    reader = site.test_client()
    third = "organisations/third-body.yaml"
    text = named("Third Bureau", OTHER_BODY).replace(f"id: {OTHER}", "id: third-body")
    publish(site, approved(database, third, text))
    follower_of(site).step()
    assert reader.get("/en/organisations/third-body").status_code == 200
    with database.writing() as session:
        [gone] = actions.begin_retirement(
            session, third, successor=BODY, shipped=SHIPPED, note="", actor="account:a", now=NOW
        )
        actions.submit(session, gone.id, actor="account:a", now=NOW)
        actions.approve(session, gone.id, actor="account:b", now=NOW)
    publish(site, gone.id)
    follower_of(site).step()
    moved = reader.get("/en/organisations/third-body")
    assert (moved.status_code, moved.location) == (301, "/en/organisations/ombudsman")
    assert reader.get("/en/organisations/fourth-body").status_code == 404


def faulty(database: Database, at: datetime) -> list[Unserved]:
    with database.reading() as session:
        return list(unserved(session, at))


def test_an_edition_that_cannot_be_read_leaves_the_old_one_live_and_tells(site: Flask, database: Database) -> None:
    publish(site, approved(database, BODY, named("Signpost Bureau")))
    follower_of(site).step()
    broken = approved(database, BODY, "id: [")
    with database.writing() as session:
        # Whatever the reason: here it is published unchecked, as no process of ours does.
        actions.publish(session, [broken], shipped=SHIPPED, check=lambda _: (), actor="account:b", now=NOW)
    assert not follower_of(site).step()
    assert BODY in edition_fault(site)
    (told,) = faulty(database, NOW)
    assert (told.process, told.wanted, told.shown) == (process_name(), 3, 2)
    assert BODY in told.reason
    assert "Signpost Bureau" in site.test_client().get("/en/organisations/ombudsman").text
    publish(site, approved(database, BODY, named("Mended Bureau")))
    assert follower_of(site).step()
    assert edition_fault(site) == ""
    assert faulty(database, NOW) == []


def test_a_process_says_again_that_it_cannot_serve_an_edition_and_one_that_has_ended_counts_no_more(
    site: Flask, database: Database
) -> None:
    follower = follower_of(site)
    follower.step()
    follower.now = lambda: NOW
    broken = approved(database, BODY, "id: [")
    with database.writing() as session:
        actions.publish(session, [broken], shipped=SHIPPED, check=lambda _: (), actor="account:b", now=NOW)
    follower.step()
    assert len(faulty(database, NOW)) == 1
    assert faulty(database, NOW + STILL_THERE) == []
    follower.now = lambda: NOW + STILL_THERE
    follower.step()
    (told,) = faulty(database, NOW + STILL_THERE)
    assert told.since == NOW, "it has not been able to since then"
    done = site.test_cli_runner().invoke(args=["content", "status"])
    assert (done.exit_code, done.output) == (0, "edition 2 is live\n"), "by now that process has ended"
    follower.now = lambda: datetime.now(UTC) + STILL_THERE
    follower.step()
    done = site.test_cli_runner().invoke(args=["content", "status"])
    assert done.exit_code == 1
    assert f"{process_name()} cannot serve edition 2 and shows edition 1, since 2026-" in done.output


def test_a_broken_reference_is_refused_with_file_and_place(site: Flask, database: Database) -> None:
    path = "articles/four-lists/uk.md"
    id_ = approved(database, path, SHIPPED.files[path].replace("(article:ksh-cabinet)", "(article:no-such)"))
    with pytest.raises(actions.FaultsError) as refused:
        publish(site, id_)
    assert f"content/{path} (article:no-such): this target does not exist; correct the link" in str(refused.value)
    with database.reading() as session:
        assert live_number(session) == 1


def test_an_upgrade_that_does_not_fit_what_editors_published_serves_what_ships_and_tells(
    site: Flask, database: Database, tmp_path: Path
) -> None:
    text = SHIPPED.files["articles/four-lists/uk.md"] + "\nДив. [там](org:sema-ukraine).\n"
    english = SHIPPED.files["articles/four-lists/en.md"] + "\nSee [there](org:sema-ukraine).\n"
    publish(
        site,
        approved(database, "articles/four-lists/uk.md", text),
        approved(database, "articles/four-lists/en.md", english),
    )
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    for file in [one for one in content.rglob("*.*") if "sema-ukraine" in one.read_text(encoding="utf-8")]:
        text = re.sub(r"\bsema-ukraine\b", "sema", file.read_text(encoding="utf-8"))
        file.unlink()
        file.with_name(file.name.replace("sema-ukraine", "sema")).write_text(text, encoding="utf-8")
    own = replace(site.config["SETTINGS"], content=content)
    prepare(own)
    upgraded = create_app(own)
    follower_of(upgraded).step()
    assert "org:sema-ukraine" in edition_fault(upgraded)
    assert upgraded.test_client().get("/uk/articles/four-lists").status_code == 200
    database_of(upgraded).engine.dispose()

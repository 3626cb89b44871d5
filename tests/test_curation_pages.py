"""The editors' desk as an author, a reviewer and two editors of one text meet it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from app.accounts.model import PERMISSIONS, Role
from app.config import ROOT, Settings
from app.content.library import Library
from app.content.store import record_edition
from app.curation.needs import KEY
from app.kernel.dates import KYIV
from app.live import FOLLOWER
from app.site import create_app
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.lint import LintingClient, page
from tests.test_permissions import StandIn
from tests.test_revisions import NOW

AUTHOR = Actor("author", frozenset(PERMISSIONS[Role.EDITOR]))
COLLEAGUE = Actor("colleague", frozenset(PERMISSIONS[Role.EDITOR]))
REVIEWER = Actor("reviewer", frozenset(PERMISSIONS[Role.REVIEWER]))
SHIPPED = Library.read(ROOT / "content")
PATH = "articles/four-lists/uk.md"
TEXT = SHIPPED.files[PATH]
DESK = "/en/staff/content"


@pytest.fixture
def gate() -> StandIn:
    return StandIn(AUTHOR)


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path, gate: StandIn
) -> Iterator[Flask]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    site = create_app(replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file), edition)
    site.config["WTF_CSRF_ENABLED"] = False
    # No index is built here: that takes seconds, and nobody searches.
    site.extensions[KEY] = replace(site.extensions[KEY], ready=lambda _: None)
    with database_of(site).writing() as session:
        record_edition(session, SHIPPED.digest, NOW)
    install_access(site, gate)
    yield site
    database_of(site).engine.dispose()


@pytest.fixture
def client(site: Flask) -> LintingClient:
    return LintingClient(site)


def edit_of(path: str = PATH) -> str:
    return f"{DESK}/edit?path={quote(path)}"


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


def saved(client: LintingClient, text: str, path: str = PATH, **fields: str) -> str:
    """Save a text as an editor does, from the form; return the address of its revision."""
    form = page(client, edit_of(path))
    data = {
        "path": path, "text": text, "revision": hidden(form, "revision"), "version": hidden(form, "version"),
        "change": "meaning", "note": "", "do": "save", **fields,
    }  # fmt: skip
    answer = client.post(f"{DESK}/edit", data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location).partition("?")[0]


def press(client: LintingClient, address: str, **data: str) -> str:
    """Press a button and return where it leads."""
    answer = client.post(address, data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def approved(client: LintingClient, gate: StandIn, text: str, path: str = PATH) -> str:
    gate.who = AUTHOR
    address = saved(client, text, path)
    press(client, f"{address}/submit")
    gate.who = REVIEWER
    press(client, f"{address}/approve")
    return address


def id_of(address: str) -> str:
    return address.rsplit("/", 1)[-1]


CHANGED = TEXT.replace("Єдиного списку, де є все про вашу людину, немає.", "Списку, де є геть усе, немає.")


def test_a_text_goes_from_the_editor_over_a_reviewer_to_the_readers(
    site: Flask, client: LintingClient, gate: StandIn
) -> None:
    assert TEXT != CHANGED
    address = saved(client, CHANGED)
    shown = page(client, address)
    assert "<del>" in shown
    assert "<ins>" in shown
    press(client, f"{address}/submit")
    assert "another person approves it" in page(client, address)
    assert client.post(f"{address}/approve").status_code == 403
    gate.who = REVIEWER
    press(client, f"{address}/approve")
    press(client, f"{DESK}/publish", revision=id_of(address))
    assert "published" in page(client, address)
    site.extensions[FOLLOWER].press.ready = site.extensions[FOLLOWER].press.edition
    assert site.extensions[FOLLOWER].step()
    assert "Списку, де є геть усе, немає." in client.get("/uk/articles/four-lists").get_data(as_text=True)
    history = page(client, f"{DESK}/item?path={PATH}")
    assert "published" in history


def test_an_author_who_reviews_does_not_approve_the_own_text(client: LintingClient, gate: StandIn) -> None:
    gate.who = REVIEWER
    address = saved(client, CHANGED)
    press(client, f"{address}/submit")
    assert "another person approves it" in page(client, f"{address}/approve", 422, data={})


def test_a_check_names_the_fault_and_shows_the_text_as_families_will_read_it(client: LintingClient) -> None:
    text = CHANGED.replace("(article:ksh-cabinet)", "(article:no-such)")
    shown = page(client, f"{DESK}/edit", data={"path": PATH, "text": text, "do": "check"})
    assert "(article:no-such): this target does not exist" in shown
    assert '<h2 id="що-робити">' in shown
    assert text.splitlines()[1] in shown
    assert "No fault" in page(client, f"{DESK}/edit", data={"path": PATH, "text": CHANGED, "do": "check"})


def test_a_broken_text_is_not_published_and_the_place_is_named(
    site: Flask, client: LintingClient, gate: StandIn
) -> None:
    address = approved(client, gate, CHANGED.replace("(article:ksh-cabinet)", "(article:no-such)"))
    shown = page(client, f"{DESK}/publish", 422, data={"revision": id_of(address)})
    assert f"{PATH}</b> (article:no-such)" in shown
    assert not site.extensions[FOLLOWER].step()


def test_saving_asks_whether_the_meaning_changes(client: LintingClient) -> None:
    shown = page(client, f"{DESK}/edit", 422, data={"path": PATH, "text": CHANGED, "do": "save"})
    assert "Say whether the meaning changes." in shown
    assert "Списку, де є геть усе, немає." in shown


def test_the_second_of_two_editors_is_shown_both_texts_and_overwrites_nothing(
    client: LintingClient, gate: StandIn
) -> None:
    saved(client, CHANGED)
    gate.who = COLLEAGUE
    form = page(client, edit_of())
    gate.who = AUTHOR
    saved(client, CHANGED.replace("## Хто що веде", "## Хто веде що"))
    gate.who = COLLEAGUE
    theirs = CHANGED.replace("title: 'Чотири різні обліки", "title: 'Чотири обліки")
    data = {
        "path": PATH, "text": theirs, "revision": hidden(form, "revision"), "version": hidden(form, "version"),
        "change": "minor", "note": "", "do": "save",
    }  # fmt: skip
    shown = page(client, f"{DESK}/edit", 409, data=data)
    assert "saved this draft on" in shown
    merged = shown.partition("<textarea")[2]
    assert "## Хто веде що" in merged
    assert "title: 'Чотири обліки" in merged
    kept = page(client, edit_of())
    assert "## Хто веде що" in kept
    assert "title: 'Чотири обліки" not in kept


def test_two_who_begin_a_draft_of_one_item_are_shown_both_texts(client: LintingClient, gate: StandIn) -> None:
    form = page(client, edit_of())
    gate.who = COLLEAGUE
    saved(client, CHANGED)
    gate.who = AUTHOR
    data = {
        "path": PATH, "text": TEXT.replace("## Хто що веде", "## Хто веде що"), "revision": hidden(form, "revision"),
        "version": hidden(form, "version"), "change": "minor", "note": "", "do": "save",
    }  # fmt: skip
    merged = page(client, f"{DESK}/edit", 409, data=data).partition("<textarea")[2]
    assert "## Хто веде що" in merged
    assert "Списку, де є геть усе, немає." in merged


def test_who_opens_a_text_is_told_who_is_at_it(client: LintingClient, gate: StandIn) -> None:
    page(client, edit_of())
    gate.who = COLLEAGUE
    shown = page(client, edit_of())
    assert re.search(r"account:author has been editing this since \d\d:\d\d", shown)


def test_a_script_saves_on_the_way_and_learns_of_a_newer_text(client: LintingClient, gate: StandIn) -> None:
    address = saved(client, CHANGED)
    data = {"revision": id_of(address), "version": "1", "text": CHANGED + "\nЩе.\n"}
    answer = client.post(f"{DESK}/autosave", data=data)
    assert answer.json == {"saved": True, "version": 2, "others": []}
    gate.who = COLLEAGUE
    answer = client.post(f"{DESK}/autosave", data={**data, "text": "Інше.\n"})
    assert (answer.status_code, answer.json) == (409, {"saved": False})


def test_a_draft_is_seen_on_every_public_page_by_the_desk_alone(site: Flask, client: LintingClient) -> None:
    address = saved(client, CHANGED)
    shown = page(client, address)
    preview = re.search(r'href="([^"]*/preview/[^"]*)"', shown)
    assert preview
    # Its frame is in the desk's language, so it is not judged as a page of its address.
    reader = site.test_client()
    answer = reader.get(preview[1])
    drafted = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Списку, де є геть усе, немає." in drafted
    assert "Draft preview" in drafted
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    start = preview[1].partition("/uk/articles")[0]
    assert f'href="{start}/uk/articles/"' in drafted
    assert reader.get(f"{start}/en/organisations/").status_code == 200
    assert "геть усе" not in client.get("/uk/articles/four-lists").get_data(as_text=True)


@pytest.mark.parametrize("address", ["en/staff/content", "uk/account", "en/extract/draft", "en/no-such-page"])
def test_a_preview_shows_nothing_that_is_not_public(client: LintingClient, address: str) -> None:
    draft = saved(client, CHANGED)
    assert client.get(f"{DESK}/preview/{id_of(draft)}/{address}").status_code == 404


def test_a_comment_stands_at_its_section_and_says_when_that_has_changed(client: LintingClient, gate: StandIn) -> None:
    address = saved(client, CHANGED)
    press(client, f"{address}/comments", section="хто-що-веде", comment="Звідки це?")
    shown = page(client, address)
    assert "Звідки це?" in shown
    assert "the section has changed since" not in shown
    saved(client, CHANGED.replace("Облік НІБ |", "Обліки НІБ |"))
    assert "the section has changed since" in page(client, address)


def test_a_reviewer_returns_a_text_with_the_reason(client: LintingClient, gate: StandIn) -> None:
    address = saved(client, CHANGED)
    press(client, f"{address}/submit")
    gate.who = REVIEWER
    assert "Write it in words" in page(client, f"{address}/return", 422, data={"reason": ""})
    press(client, f"{address}/return", reason="Бракує джерела.")
    assert "Бракує джерела." in page(client, address)


def test_a_publication_is_scheduled_in_kyiv_time(client: LintingClient, gate: StandIn) -> None:
    address = approved(client, gate, CHANGED)
    assert "Choose a day and a time." in page(client, f"{address}/schedule", 422, data={"at": ""})
    assert "This moment has passed" in page(client, f"{address}/schedule", 422, data={"at": "2020-01-01T08:00"})
    at = (datetime.now(KYIV) + timedelta(days=2)).replace(hour=8, minute=30)
    press(client, f"{address}/schedule", at=f"{at:%Y-%m-%dT%H:%M}")
    assert f"{at:%d.%m.%Y}, 08:30" in page(client, address)


def test_any_two_revisions_are_compared_beside_each_other_and_in_one_column(
    client: LintingClient, gate: StandIn
) -> None:
    draft = id_of(saved(client, CHANGED))
    for how in ("", "&how=inline"):
        shown = page(client, f"{DESK}/compare?path={PATH}&left=live&right={draft}{how}")
        assert "<del>Єдиного" in shown
    assert "The two texts are the same." in page(client, f"{DESK}/compare?path={PATH}&left=live&right=shipped")


def test_a_body_is_retired_with_its_successor(client: LintingClient) -> None:
    address = f"{DESK}/retire?path=organisations/sema-ukraine.yaml"
    page(client, address)
    data = {"path": "organisations/sema-ukraine.yaml", "successor": "", "note": ""}
    assert "Name what takes its place" in page(client, f"{DESK}/retire", 422, data=data)
    begun = press(client, f"{DESK}/retire", **{**data, "successor": "organisations/ombudsman.yaml"})
    assert "organisations/ombudsman.yaml" in page(client, begun)


def test_an_item_is_found_by_title_kind_and_state(client: LintingClient) -> None:
    saved(client, CHANGED)
    assert "four-lists/uk.md" in page(client, f"{DESK}?q={quote('чотири різні')}")
    assert "four-lists/uk.md" in page(client, f"{DESK}?kind=article&state=draft")
    assert "No item fits." in page(client, f"{DESK}?kind=organisation&state=draft")


def test_an_upgrade_is_merged_on_the_desk(site: Flask, client: LintingClient, gate: StandIn) -> None:
    address = approved(client, gate, CHANGED)
    press(client, f"{DESK}/publish", revision=id_of(address))
    assert "Nothing is to be merged." in page(client, f"{DESK}/merges")
    upgraded = Library.of({**SHIPPED.files, PATH: TEXT.replace("## Хто що веде", "## Хто веде що")})
    site.extensions[KEY] = replace(site.extensions[KEY], shipped=lambda: upgraded)
    assert "both fit together" in page(client, f"{DESK}/merges")
    begun = press(client, f"{DESK}/merges", path=PATH, do="merge")
    shown = page(client, begun)
    assert "Хто <del>що </del>веде" in shown.replace("</del><del>", "") or "<ins>" in shown
    assert "There is a draft already" in page(client, f"{DESK}/merges")

"""Everyone can use the screens behind the sign-in, too: judged by axe and by size, on a phone and on a wide screen."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.serving import make_server

from app.accounts.model import Permission, Role
from app.config import ROOT, Settings
from app.content.library import Library
from app.curation import actions
from app.curation.counting.store import add_count, add_gap, keep_text
from app.curation.listening.actions import answer, suggest
from app.curation.listening.model import Item, Said, Wrong
from app.curation.model import Change
from app.demo import LOADERS
from app.extracts.correcting.actions import send
from app.extracts.desk.store import IssuedRow
from app.extracts.store import RequestRow
from app.kernel.languages import PUBLIC
from app.site import create_app
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from tests.chromium import in_a_browser
from tests.test_accessibility import PHONE, SETTINGS, faults_of, judged
from tests.test_permissions import StandIn
from tests.test_sign_in import Person, joined

pytestmark = in_a_browser


@dataclass(frozen=True)
class Desk:
    """The site with the demonstration, requests at every stage, where one person is signed in and may do everything."""

    address: str
    cookies: list[dict[str, str | int]]
    screens: list[str]


def screens(site: Flask) -> list[str]:
    """Return every page that asks for a permission and needs nothing but a language in its address."""
    found = []
    for rule in site.url_map.iter_rules():
        view = site.view_functions[rule.endpoint]
        if hasattr(view, "permission") and rule.arguments == {"language"} and "GET" in (rule.methods or ()):
            found += [built[1] for code in ("uk", "en") if (built := rule.build({"language": code}))]
    return sorted(address for address in found if "." not in address and "passkey" not in address)


def load_demo(site: Flask) -> None:
    with site.test_request_context(), database_of(site).writing() as session:
        for load in LOADERS:
            assert list(load(session, datetime.now(UTC)))


def content_screens(site: Flask) -> list[str]:
    """Draft, review and approve texts; return the pages of an item, of each revision and of a comparison."""
    path, now = "articles/four-lists/uk.md", datetime.now(UTC)
    shipped = Library.read(ROOT / "content")
    ids = []
    with database_of(site).writing() as session:
        for deeds, of in ((0, path), (1, "articles/four-lists/en.md"), (2, "organisations/ombudsman.yaml")):
            text = shipped.files[of].replace(",", ";", 1) + "# end\n"
            one = actions.begin_draft(
                session, of, text, shipped=shipped, change=Change.MINOR, note="", actor="account:a", now=now
            )
            if deeds:
                actions.submit(session, one.id, actor="account:a", now=now)
                actions.comment(session, one.id, "Чому?", anchor="", section_hash="", actor="account:b", now=now)
            if deeds > 1:
                actions.approve(session, one.id, actor="account:b", now=now)
            ids.append(one.id)
    of_path = f"path={quote(path)}"
    return [
        f"/staff/content/item?{of_path}",
        f"/staff/content/edit?{of_path}",
        f"/staff/content/form?path={quote('organisations/sema-ukraine.yaml')}",
        "/staff/content/form?path=glossary.yaml",
        "/staff/content/form?path=glossary.yaml&entry=register",
        f"/staff/content/form?path={quote('pathways/steps/dna-sample/step.yaml')}",
        f"/staff/content/retire?path=organisations/{quote('sema-ukraine')}.yaml",
        *(f"/staff/content/compare?{of_path}&left=shipped&right={ids[0]}{how}" for how in ("", "&how=inline")),
        *(f"/staff/content/revisions/{id_}" for id_ in ids),
        *(f"/staff/translations/edit?{of_path}&into={code}" for code in ("en", "pl")),
        f"/staff/content/publish?revision={ids[2]}",
        f"/staff/content/revisions/{ids[2]}/impact?situation=civ_detained_known",
        f"/staff/content/graph?revision={ids[2]}&around=organisation:ombudsman",
    ]


def readers_screens(site: Flask) -> list[str]:
    """Let readers report and count; return the pages of each report."""
    now = datetime.now(UTC)
    body = Item("organisations/ombudsman.yaml", "organisations")
    with database_of(site).writing() as session:
        ids = [
            suggest(
                session,
                Said.of(
                    about="organisations/ombudsman", fact="", wrong=wrong, text="Ніхто не бере слухавку.",
                    email="olha@example.org", language="uk",
                ),
                body, now=now,
            )
            for wrong in (Wrong.SILENT, Wrong.GONE, Wrong.ELSE)
        ]  # fmt: skip
        answer(session, ids[1], "Виправлено.", actor="account:a", now=now)
        add_count(session, now.date(), "shown:who", 4)
        add_count(session, now.date(), "useful:organisations/ombudsman", 1)
        keep_text(session, add_gap(session, "бригада #", now.date(), 1), "бригада #")
    return [*(f"/staff/suggestions/{id_}" for id_ in ids), "/staff/suggestions?topics=all&state=answered"]


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings, edition: Edition, prepared_sqlite: Path,
    key_file: Path,
) -> Iterator[Desk]:  # fmt: skip
    path = tmp_path_factory.mktemp("desk") / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, password_memory_kib=8)
    site = create_app(own, edition)
    with ThreadPoolExecutor(1) as aside:
        # The browser keeps an event loop in this thread, in which nothing can be signed.
        aside.submit(load_demo, site).result()
    with database_of(site).writing() as session:
        issued = session.scalars(select(IssuedRow)).first()
        assert issued is not None
        shown = [f"/verify?number={issued.year}-{issued.number:06}&code={issued.code}"]
        states = {row.state: row.id for row in session.scalars(select(RequestRow))}
        assert len(states) >= 5
        shown += [f"/staff/requests/{id_}" for id_ in states.values()]
        sent = send(session, states["issued"], ["surname", "swapped"], "У паспорті інакше.", now=datetime.now(UTC))
        shown += [f"/staff/corrections/{sent.id}"]
        shown += [f"/staff/requests/{states['filed']}?template=birth-date&refusal=not-entitled"]
    shown += [*content_screens(site), *readers_screens(site)]
    account = joined(site, "olena@example.org", Role.EDITOR)
    shown += [f"/staff/people/{account}/limits"]
    olena = Person(site)
    olena.sign_in()
    cookies = [
        {"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/", "expires": -1}
        for cookie in olena.browser._cookies.values()
    ]
    install_access(site, StandIn(Actor(account, frozenset(Permission), "one")))
    server = make_server("127.0.0.1", 0, site, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Desk(
        f"http://127.0.0.1:{server.port}",
        cookies,
        [*screens(site), *(f"/{code}{path}" for code in PUBLIC for path in shown)],
    )
    server.shutdown()
    database_of(site).engine.dispose()


@pytest.mark.parametrize("setting", ["a phone", "a wide screen"])
def test_every_screen_behind_the_sign_in_is_sound_on(browser: Browser, desk: Desk, setting: str) -> None:
    assert len(desk.screens) > 10
    how = PHONE if setting == "a phone" else SETTINGS[setting]
    faults = judged(browser, desk.address, desk.screens, {**how, "storage_state": {"cookies": desk.cookies}})
    kinds = ["axe", "targets", "sideways"]
    assert {kind: faults_of(faults, kind) for kind in kinds} == dict.fromkeys(kinds, "")

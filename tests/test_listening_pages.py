"""The pages on which readers say what is wrong, editors deal with it, and everybody sees what changed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select

from app.accounts.model import PERMISSIONS, Role
from app.config import ROOT, Settings
from app.content.library import Library
from app.content.store import record_edition
from app.counting import Recorder
from app.curation import actions as curation
from app.curation import store as revisions
from app.curation.counting import store as counting
from app.curation.listening.actions import put_into_draft, tell_of_drafts
from app.curation.listening.store import SuggestionRow, owners
from app.curation.model import Change
from app.kernel.dates import KYIV
from app.kernel.languages import PUBLIC
from app.live import FOLLOWER
from app.site import create_app
from app.storage.database import Database
from app.web.access import Actor, install_access
from app.web.database import database as database_of
from app.web.edition import Edition
from app.web.tally import tally
from tests.lint import LintingClient
from tests.mailserver import post
from tests.test_permissions import StandIn
from tests.test_revisions import AUTHOR, NOW, REVIEWER, sound

SHIPPED = Library.read(ROOT / "content")
EDITOR = Actor("author", frozenset(PERMISSIONS[Role.EDITOR]))
BODY = "organisations/ombudsman.yaml"
ABOUT = BODY.removesuffix(".yaml")
WRITTEN = {
    "about": ABOUT,
    "fact": "",
    "wrong": "silent",
    "text": "Ніхто не бере слухавку.",
    "email": "olha@example.org",
}
ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://dorohovkaz.example"


@pytest.fixture
def gate() -> StandIn:
    return StandIn(EDITOR)


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path, gate: StandIn
) -> Iterator[Flask]:
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(settings, database_url=f"sqlite:///{path}", vault_key_file=key_file, site_url=BASE)
    site = create_app(own, edition)
    with database_of(site).writing() as session:
        record_edition(session, SHIPPED.digest, NOW)
    install_access(site, gate)
    yield site
    database_of(site).engine.dispose()


@pytest.fixture
def client(site: Flask) -> LintingClient:
    return LintingClient(site)


@pytest.fixture
def database(site: Flask) -> Database:
    return database_of(site)


def suggestions(database: Database) -> list[tuple[str, str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(SuggestionRow).order_by(SuggestionRow.sent_at))
        return [(row.id, row.path, row.topic, row.text) for row in rows]


def taken_in(client: LintingClient, database: Database) -> str:
    assert client.post("/uk/report", data=WRITTEN).status_code == 303
    return suggestions(database)[-1][0]


def said(client: LintingClient, address: str) -> str:
    """Return a page without the marks of the language of its parts."""
    return re.sub(r"</?span[^>]*>", "", client.get(address).get_data(as_text=True))


# Readers


@pytest.mark.parametrize("language", PUBLIC)
@pytest.mark.parametrize(
    ("path", "about"),
    [
        (f"/{ABOUT}", ABOUT), ("/articles/four-lists", "articles/four-lists"), ("/glossary", "glossary"),
        ("/steps/after-leaving", "steps/after-leaving"),
    ],
)  # fmt: skip
def test_every_fact_has_a_way_to_report_it(client: LintingClient, language: str, path: str, about: str) -> None:
    page = client.get(f"/{language}{path}")
    address = f"/{language}/report?about={about}"
    assert f'href="{address}"' in page.get_data(as_text=True)
    form = client.get(address)
    assert form.status_code == 200
    assert "Set-Cookie" not in form.headers
    assert form.headers["Cache-Control"].startswith("public")
    assert "noindex" in form.get_data(as_text=True)


@pytest.mark.parametrize("language", PUBLIC)
def test_a_report_is_sent_without_a_cookie_and_without_a_token(
    client: LintingClient, database: Database, language: str
) -> None:
    answer = client.post(f"/{language}/report", data=WRITTEN)
    assert (answer.status_code, answer.location) == (303, f"/{language}/report/sent")
    assert "Set-Cookie" not in answer.headers
    assert client.get(answer.location).status_code == 200
    ((_, path, topic, text),) = suggestions(database)
    assert (path, topic, text) == (BODY, "organisations", WRITTEN["text"])


def test_a_report_on_an_article_is_about_the_text_that_was_read(client: LintingClient, database: Database) -> None:
    client.post("/en/report", data={**WRITTEN, "about": "articles/four-lists"})
    ((_, path, topic, _),) = suggestions(database)
    assert (path, topic) == ("articles/four-lists/en.md", "register")


def test_what_another_sites_page_sends_is_refused(client: LintingClient, database: Database) -> None:
    for address, data in (("/uk/report", WRITTEN), ("/uk/useful", {"about": ABOUT, "yes": ""})):
        answer = client.post(address, data=data, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert suggestions(database) == []


@pytest.mark.parametrize(
    ("given", "id_"),
    [
        ({"wrong": ""}, "wrong"), ({"wrong": "no-such"}, "wrong"), ({"wrong": "else", "text": "  "}, "text"),
        ({"text": "x" * 1001}, "text"), ({"email": "olha@"}, "email"), ({"email": "a@b.c\nBcc: d@e.f"}, "email"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", PUBLIC)
def test_what_is_wrong_with_a_report_is_said_and_nothing_typed_is_lost(
    client: LintingClient, database: Database, language: str, given: dict[str, str], id_: str
) -> None:
    answer = client.post(f"/{language}/report", data={**WRITTEN, **given})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert f'href="#{id_}"' in page
    assert given.get("text", WRITTEN["text"]).strip()[:30] in page
    assert suggestions(database) == []


def test_an_address_that_leads_elsewhere_is_about_nothing(client: LintingClient) -> None:
    page = client.get("/uk/report?about=//evil.example").get_data(as_text=True)
    assert 'name="about" value=""' in page
    assert 'href="//evil' not in page


@pytest.mark.parametrize("language", PUBLIC)
def test_was_this_what_you_needed_is_a_number_and_leads_on(
    client: LintingClient, database: Database, language: str
) -> None:
    page = client.get(f"/{language}/{ABOUT}").get_data(as_text=True)
    assert f'action="/{language}/useful?about=' in page
    yes = client.post(f"/{language}/useful", data={"about": ABOUT, "yes": ""})
    no = client.post(f"/{language}/useful", data={"about": ABOUT, "no": ""})
    other = client.post(f"/{language}/useful", data={"about": "no/such-page", "no": ""})
    for answer in (yes, no, other):
        assert answer.status_code == 303
        assert "Set-Cookie" not in answer.headers
    assert f"/report?about={ABOUT}" in client.get(no.location).get_data(as_text=True)
    assert client.get(yes.location).status_code == 200
    with database.reading() as session:
        assert counting.counts(session, NOW.date()) == {f"useful:{ABOUT}": 1, f"useless:{ABOUT}": 1}


# Counting


def test_questions_and_searches_without_an_answer_are_counted_also_from_kept_pages(
    site: Flask, client: LintingClient, database: Database
) -> None:
    for _ in range(2):
        client.get("/uk/find-help")
    client.get("/uk/find-help?asked=who&who=armed-forces")
    client.get("/uk/find-help?asked=who")
    client.get("/uk/find-help?asked=nonsense%0d%0a")
    client.get("/uk/search?q=фотосинтез+кактусів+71")
    client.get("/uk/search?q=витяг")
    Recorder(site, lambda: database).step()
    with database.reading() as session:
        counts = counting.counts(session, NOW.date())
        kept = session.execute(select(counting.GapRow.text, counting.GapDayRow.times).join(counting.GapDayRow)).all()
    assert counts["shown:who"] == 4
    assert counts["answered:who"] == 1
    assert [tuple(row) for row in kept] == [(None, 1)]
    assert not tally(site).take()


def test_what_an_editor_looks_at_in_a_preview_is_not_counted(
    site: Flask, client: LintingClient, database: Database
) -> None:
    id_ = taken_in(client, database)
    with database.writing() as session:
        draft = put_into_draft(session, id_, shipped=SHIPPED, note="", actor=AUTHOR, now=NOW)
    preview = site.test_client().get(f"/uk/staff/content/preview/{draft}/uk/find-help", base_url=BASE)
    assert preview.status_code == 200
    assert not tally(site).take()


# Editors


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("language", PUBLIC)
def test_editors_see_a_report_take_it_and_answer_it(client: LintingClient, database: Database, language: str) -> None:
    id_ = taken_in(client, database)
    desk = f"/{language}/staff/suggestions"
    listed = client.get(desk).get_data(as_text=True)
    assert f"{desk}/{id_}" in listed
    assert WRITTEN["text"] not in listed
    page = said(client, f"{desk}/{id_}")
    assert WRITTEN["text"] in page
    assert WRITTEN["email"] not in page
    data = {"csrf_token": token(page)}
    assert client.post(f"{desk}/{id_}/assign", data={"to": ""}).status_code == 400
    assert client.post(f"{desk}/{id_}/assign", data={**data, "to": "account:stranger"}).status_code == 400
    assert client.post(f"{desk}/{id_}/assign", data=data).status_code == 303
    assert client.post(f"{desk}/{id_}/give-back", data=data).status_code == 303
    silent = client.post(f"{desk}/{id_}/answer", data={**data, "do": "answer", "words": " "})
    assert silent.status_code == 422
    done = client.post(f"{desk}/{id_}/answer", data={**data, "do": "answer", "words": "Виправили."})
    assert done.location.endswith("?done=answered")
    assert "Виправили." in said(client, done.location)
    late = client.post(f"{desk}/{id_}/answer", data={**data, "do": "decline", "words": "Ще раз."})
    assert late.location.endswith("?done=late")
    assert f"{desk}/{id_}" in client.get(f"{desk}?state=answered").get_data(as_text=True)


def test_a_draft_is_opened_from_a_report(client: LintingClient, database: Database) -> None:
    id_ = taken_in(client, database)
    page = client.get(f"/uk/staff/suggestions/{id_}").get_data(as_text=True)
    answer = client.post(f"/uk/staff/suggestions/{id_}/draft", data={"csrf_token": token(page)})
    assert re.fullmatch(r"/uk/staff/content/revisions/[0-9a-f]{32}", answer.location)
    assert answer.location in client.get(f"/uk/staff/suggestions/{id_}").get_data(as_text=True)


def test_a_report_leads_to_its_revision_and_back_and_its_sender_is_told_when_it_is_live(
    client: LintingClient, database: Database
) -> None:
    id_ = taken_in(client, database)
    desk = f"/uk/staff/suggestions/{id_}"
    proof = {"csrf_token": token(client.get(desk).get_data(as_text=True))}
    revision = client.post(f"{desk}/draft", data=proof).location
    assert desk in client.get(revision).get_data(as_text=True)
    with database.writing() as session:
        (draft,) = revisions.open_revisions(session)
        changed = draft.text + "# put right\n"
        assert draft.id in revision
        curation.save(
            session, draft.id, changed, version=draft.version, change=Change.MINOR, note="", actor=AUTHOR, now=NOW
        )
        curation.submit(session, draft.id, actor=AUTHOR, now=NOW)
        curation.approve(session, draft.id, actor=REVIEWER, now=NOW)
        curation.publish(session, [draft.id], shipped=SHIPPED, check=sound, actor=REVIEWER, now=NOW)
    assert tell_of_drafts(database, NOW) == 1
    (letter,) = post(database, now=NOW)
    assert letter.to == WRITTEN["email"]
    assert f"/uk/{ABOUT}" in letter.plain
    assert revision in client.get(desk).get_data(as_text=True), "a merged report still leads to what put it right"
    assert ">виправлено<" in client.get(revision).get_data(as_text=True)


def test_a_report_on_the_site_itself_cannot_be_put_into_a_draft(client: LintingClient, database: Database) -> None:
    client.post("/uk/report", data={**WRITTEN, "about": ""})
    id_ = suggestions(database)[0][0]
    page = client.get(f"/uk/staff/suggestions/{id_}").get_data(as_text=True)
    answer = client.post(f"/uk/staff/suggestions/{id_}/draft", data={"csrf_token": token(page)})
    assert answer.location.endswith("?done=no-item")
    assert suggestions(database)[0][0] == id_


def test_a_topic_is_taken_and_left_and_others_then_see_it_only_among_all(
    client: LintingClient, database: Database, gate: StandIn
) -> None:
    id_ = taken_in(client, database)
    page = client.get("/en/staff/suggestions").get_data(as_text=True)
    data = {"csrf_token": token(page)}
    client.post("/en/staff/suggestions/topics", data={**data, "topic": ["organisations", "no-such"]})
    with database.reading() as session:
        assert owners(session) == {"organisations": frozenset({EDITOR.reference})}
    assert id_ in client.get("/en/staff/suggestions").get_data(as_text=True)
    gate.who = Actor("colleague", frozenset(PERMISSIONS[Role.EDITOR]))
    assert id_ not in client.get("/en/staff/suggestions").get_data(as_text=True)
    assert id_ in client.get("/en/staff/suggestions?topics=all").get_data(as_text=True)
    gate.who = EDITOR
    client.post("/en/staff/suggestions/topics", data=data)
    gate.who = Actor("colleague", frozenset(PERMISSIONS[Role.EDITOR]))
    assert id_ in client.get("/en/staff/suggestions").get_data(as_text=True)


@pytest.mark.parametrize("language", PUBLIC)
def test_what_readers_miss_is_a_page_and_two_tables(client: LintingClient, database: Database, language: str) -> None:
    assert client.get(f"/{language}/staff/gaps").status_code == 200
    today = datetime.now(KYIV).date()
    with database.writing() as session:
        for back in range(5):
            key = counting.add_gap(session, "=бригада #", today - timedelta(days=back), 2)
        counting.keep_text(session, key, "=бригада #")
        counting.add_count(session, today, "shown:who", 4)
        counting.add_count(session, today, "answered:who", 3)
        counting.add_count(session, today, f"useless:{ABOUT}", 2)
    page = said(client, f"/{language}/staff/gaps?days=7")
    assert "бригада #" in page
    assert "25 %" in page
    assert '<rect width="25"' in page
    queries = client.get(f"/{language}/staff/gaps/queries.csv").get_data(as_text=True).splitlines()
    assert queries == ["query,days,times,last", f"'=бригада #,5,10,{today}"]
    counts = client.get(f"/{language}/staff/gaps/counts.csv").get_data(as_text=True)
    assert f"{today},shown:who,4" in counts


# What changed


def publish(site: Flask, path: str, text: str, change: Change, note: str) -> str:
    with database_of(site).writing() as session:
        one = curation.begin_draft(
            session, path, text, shipped=SHIPPED, change=change, note=note, actor=AUTHOR, now=NOW
        )
        curation.submit(session, one.id, actor=AUTHOR, now=NOW)
        curation.approve(session, one.id, actor=REVIEWER, now=NOW)
        curation.publish(session, [one.id], shipped=SHIPPED, check=sound, actor=REVIEWER, now=NOW)
    return one.id


@pytest.mark.parametrize("language", PUBLIC)
def test_without_changes_the_page_and_the_feed_tell_of_the_edition_that_shipped(
    client: LintingClient, language: str
) -> None:
    page = client.get(f"/{language}/changes")
    assert page.status_code == 200
    assert page.headers["Cache-Control"].startswith("public")
    assert f'<link rel="alternate" type="application/atom+xml" href="/{language}/changes.atom"' in page.get_data(True)
    assert f'href="/{language}/changes"' in client.get(f"/{language}/").get_data(as_text=True)
    feed = etree.fromstring(client.get(f"/{language}/changes.atom").data)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}updated")[:4] == "2026"


def test_a_published_change_of_meaning_is_told_in_both_languages_without_a_restart_and_a_misprint_is_not(
    site: Flask, client: LintingClient
) -> None:
    client.get("/uk/changes")
    text = SHIPPED.files[BODY]
    told = publish(site, BODY, text + "# one\n", Change.MEANING, "Новий номер <лінії> & адреса")
    english = publish(
        site, "articles/four-lists/en.md", SHIPPED.files["articles/four-lists/en.md"] + "\nMore.\n", Change.MEANING, ""
    )
    publish(site, "glossary.yaml", SHIPPED.files["glossary.yaml"] + "# three\n", Change.MINOR, "a comma")
    assert site.extensions[FOLLOWER].step()
    uk, en = (client.get(f"/{code}/changes").get_data(as_text=True) for code in ("uk", "en"))
    for page, month in ((uk, "Квітень 2026"), (en, "April 2026")):
        assert f'id="c-{told}"' in page
        assert month in page
    assert f'id="c-{english}"' in en
    assert f'id="c-{english}"' not in uk
    assert "a comma" not in en
    feeds = {code: etree.fromstring(client.get(f"/{code}/changes.atom").data) for code in PUBLIC}
    ids = {
        code: [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")] for code, feed in feeds.items()
    }
    assert [len(found) for found in ids.values()] == [2, 3]
    assert not set(ids["uk"]) & set(ids["en"])
    for code, feed in feeds.items():
        assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == code
        assert feed.findtext(f"{ATOM}id") == f"{BASE}/{code}/changes.atom"
        assert feed.findtext(f"{ATOM}author/{ATOM}name")
        for element in (feed, *feed.findall(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                assert element.findtext(f"{ATOM}{name}")
            for link in element.findall(f"{ATOM}link"):
                assert link.get("href").startswith(f"{BASE}/{code}/")
    summaries = [entry.findtext(f"{ATOM}summary") for entry in feeds["uk"].findall(f"{ATOM}entry")]
    assert "Новий номер <лінії> & адреса" in summaries


def test_what_changed_is_told_without_the_database(site: Flask, client: LintingClient) -> None:
    publish(site, BODY, SHIPPED.files[BODY] + "# one\n", Change.MEANING, "")
    assert client.get("/uk/changes").get_data(as_text=True).count("<li id=") == 0
    site.extensions[FOLLOWER].step()
    assert client.get("/uk/changes").get_data(as_text=True).count("<li id=") == 1


def test_the_site_map_names_the_page(client: LintingClient) -> None:
    assert f"<loc>{BASE}/uk/changes</loc>" in client.get("/sitemap.xml").get_data(as_text=True)

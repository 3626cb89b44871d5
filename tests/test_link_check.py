"""Links are asked politely and judged rightly, against a server of our own on loopback."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flask import Flask

from app.audit.store import Wanted, records
from app.config import ROOT, Settings
from app.curation.verification import store
from app.curation.verification.links import AGENT, Answer, Checker, Found, Limits, in_turn
from app.curation.verification.model import State, standing
from app.site import create_app
from app.web.database import database as database_of
from app.web.edition import Edition

OMBUDSMAN = "https://ombudsman.gov.ua"
SOURCE = "https://0522.ua/news/3936045/viplati-zniklim-bezvisti-i-vijskovim-u-poloni-2025"
"""Addresses of the shipped content, for which those of a server of our own are put."""

STATUSES = {
    "/ok": (200, ""), "/gone": (410, ""), "/none": (404, ""), "/broken": (503, ""), "/moved": (301, "/ok"),
    "/twice": (308, "/moved"), "/for-a-while": (302, "/ok"), "/then-for-a-while": (301, "/for-a-while"),
    "/round": (302, "/and-round"), "/and-round": (302, "/round"), "/to-gone": (301, "/gone"),
    "/to-hidden": (302, "/hidden/page"), "/hidden/page": (200, ""), "/no-head": (200, ""),
    "/script": (302, "javascript:1"),
}  # fmt: skip


@dataclass
class Town:
    """A server that notes what it is asked."""

    address: str = ""
    robots: tuple[int, str] = (200, "User-agent: *\nDisallow: /hidden/\n")
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    mended: set[str] = field(default_factory=set)
    released: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def town() -> Iterator[Town]:
    town = Town()

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            town.asked.append((self.command, self.path, self.headers["User-Agent"]))
            path = self.path.partition("?")[0]
            if path == "/robots.txt":
                return self.say(town.robots[0], "", town.robots[1].encode())
            if path == "/slow":
                town.released.wait(30)
                return None
            status, leads = (200, "") if path in town.mended else STATUSES[path]
            return self.say(405 if path == "/no-head" and self.command == "HEAD" else status, leads)

        do_HEAD = do_GET  # noqa: N815 (the name that the library calls)

        def say(self, status: int, leads: str, body: bytes = b"") -> None:
            self.send_response(status)
            if leads:
                self.send_header("Location", leads)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    town.address = f"http://127.0.0.1:{server.server_port}"
    yield town
    town.released.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(
    tmp_path: Path, settings: Settings, edition: Edition, prepared_sqlite: Path, key_file: Path, town: Town
) -> Iterator[Flask]:
    """The site whose content leads to `town`: a body to a page that is there, a source to one that is gone."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    for name, found, there in (
        ("organisations/ombudsman.yaml", OMBUDSMAN, f"{town.address}/ok"),
        ("sources.yaml", SOURCE, f"{town.address}/none"),
    ):
        text = (content / name).read_text("utf-8")
        assert found in text
        (content / name).write_text(text.replace(found, there, 1), "utf-8")
    path = tmp_path / "site.sqlite3"
    shutil.copy(prepared_sqlite, path)
    own = replace(
        settings, instance=tmp_path, content=content, database_url=f"sqlite:///{path}", vault_key_file=key_file
    )
    site = create_app(own, edition)
    yield site
    database_of(site).engine.dispose()


def test_the_command_asks_the_links_of_the_edition_and_raises_tasks(site: Flask, town: Town) -> None:
    def ask() -> tuple[int, list[str]]:
        args = ["content", "check-links", "--base", town.address, "--pause", "0"]
        done = site.test_cli_runner().invoke(args=args)
        return done.exit_code, done.output.splitlines()

    def stand() -> dict[str, State]:
        with database_of(site).reading() as session:
            return {path: standing(acts).state for (path, _), acts in store.all_acts(session).items()}

    assert ask() == (1, [f"gone\t404\t{town.address}/none", "2 links, 2 asked, 1 to look at"])
    assert stand() == {"sources.yaml": State.BROKEN}
    assert [path for _, path, _ in town.asked].count("/robots.txt") == 1
    with database_of(site).reading() as session:
        answers = store.link_answers(session)
        events = [(one.event, one.actor) for one in records(session, Wanted())]
    assert {url.removeprefix(town.address): (one.answer, one.status) for url, one in answers.items()} == {
        "/ok": ("ok", 200), "/none": ("gone", 404),
    }  # fmt: skip
    assert events == [("links.checked", "command:check-links"), ("fact.verified", "command:check-links")]
    town.robots = (200, "User-agent: *\nDisallow: /\n")
    assert ask() == (
        0,
        [
            *(f"forbidden\t-\t{town.address}/{page}" for page in ("ok", "none")),
            "2 links, 2 asked, 0 to look at",
        ],
    )
    assert stand() == {"sources.yaml": State.BROKEN}, "a page that must not be asked is not mended"
    town.robots = (404, "")
    town.mended.add("/none")
    assert ask() == (0, ["2 links, 2 asked, 0 to look at"])
    assert stand() == {"sources.yaml": State.UNVERIFIED}


@dataclass
class Clock:
    """Time that passes only while somebody waits."""

    now: float = 0.0

    def read(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def checker(limits: Limits | None = None, clock: Clock | None = None) -> Checker:
    clock = clock or Clock()
    return Checker(limits or Limits(timeout=0.3), clock.read, clock.wait)


@pytest.mark.parametrize(
    ("path", "answer", "status", "moved"),
    [
        ("/ok", Answer.OK, 200, ""),
        ("/ok?a=1#part", Answer.OK, 200, ""),
        ("/no-head", Answer.OK, 200, ""),
        ("/none", Answer.GONE, 404, ""),
        ("/gone", Answer.GONE, 410, ""),
        ("/broken", Answer.BROKEN, 503, ""),
        ("/moved", Answer.MOVED, 200, "/ok"),
        ("/twice", Answer.MOVED, 200, "/ok"),
        ("/for-a-while", Answer.OK, 200, ""),
        ("/then-for-a-while", Answer.MOVED, 200, "/for-a-while"),
        ("/to-gone", Answer.GONE, 410, "/gone"),
        ("/round", Answer.LOOP, 0, ""),
        ("/slow", Answer.SILENT, 0, ""),
        ("/script", Answer.SILENT, 0, ""),
        ("/hidden/page", Answer.FORBIDDEN, 0, ""),
        ("/to-hidden", Answer.FORBIDDEN, 0, ""),
    ],
)
def test_an_address_is_judged_by_what_it_answers(
    town: Town, path: str, answer: Answer, status: int, moved: str
) -> None:
    url = town.address + path
    assert checker().ask(url) == Found(url, answer, status, town.address + moved if moved else "")
    assert not any(asked.startswith("/hidden/") for _, asked, _ in town.asked)
    assert {agent for _, _, agent in town.asked} == {AGENT}


def test_a_host_that_is_not_there_does_not_answer() -> None:
    assert checker().ask("http://127.0.0.1:1/").answer is Answer.SILENT


@pytest.mark.parametrize(
    ("robots", "answer"), [((404, ""), Answer.OK), ((503, ""), Answer.FORBIDDEN), ((200, ""), Answer.OK)]
)
def test_without_rules_all_is_allowed_and_nothing_while_the_server_fails(
    town: Town, robots: tuple[int, str], answer: Answer
) -> None:
    town.robots = robots
    assert checker().ask(f"{town.address}/ok").answer is answer


def test_rules_are_read_once_and_the_page_is_not_fetched_where_its_head_will_do(town: Town) -> None:
    one = checker()
    for _ in range(2):
        one.ask(f"{town.address}/ok")
    assert [(method, path) for method, path, _ in town.asked] == [
        ("GET", "/robots.txt"), ("HEAD", "/ok"), ("HEAD", "/ok"),
    ]  # fmt: skip


@pytest.mark.parametrize(("robots", "pause"), [("", 2.0), ("User-agent: *\nCrawl-delay: 7\n", 7.0)])
def test_a_host_is_left_in_peace_between_two_questions(town: Town, robots: str, pause: float) -> None:
    town.robots = (200, robots)
    clock = Clock()
    one = checker(Limits(pause=2.0), clock)
    one.ask(f"{town.address}/ok")
    before = clock.now
    one.ask(f"{town.address}/ok")
    assert clock.now - before == pause


def test_a_check_ends_when_its_time_or_number_is_up(town: Town) -> None:
    urls = [f"{town.address}/ok?{number}" for number in range(4)]
    counted = list(checker(Limits(count=2)).check([*urls, urls[0]]))
    assert [one.answer for one in counted] == [Answer.OK, Answer.OK, Answer.SKIPPED, Answer.SKIPPED]
    timed = list(checker(Limits(pause=10.0, seconds=15.0)).check(urls))
    assert [one.answer for one in timed] == [Answer.OK, Answer.OK, Answer.SKIPPED, Answer.SKIPPED]


def test_hosts_take_turns() -> None:
    assert in_turn(["http://a/1", "http://a/2", "http://b/1", "http://a/3"]) == [
        "http://a/1", "http://b/1", "http://a/2", "http://a/3",
    ]  # fmt: skip

"""Pages kept in memory: rendered once, answered in the best encoding, let go when old or when there is no room."""

from __future__ import annotations

import gzip
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import brotli
import pytest
from flask import Response
from werkzeug.test import Client, TestResponse

from app.web.cache import MARK, PageCache, keep

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PAGE = "<p>Зниклі безвісти: куди йти спершу.</p>" * 50


@dataclass
class Site:
    """A site of one view that counts how often each address is rendered."""

    body: str = PAGE
    kind: str = "text/html; charset=utf-8"
    seconds: int | None = 60
    status: int = 200
    quick: bool = False
    rendered: Counter[str] = field(default_factory=Counter)
    pause: Callable[[], object] = lambda: None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = environ["PATH_INFO"] + environ["QUERY_STRING"]
        self.rendered[address] += 1
        self.pause()
        response = Response(f"{self.body}{address}", self.status, content_type=self.kind)
        response.headers["Cache-Control"] = "public, max-age=60"
        if self.seconds is not None:
            keep(response, self.seconds, quick=self.quick)
        return response(environ, start_response)


class Clock:
    """A clock that stands until it is set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def cached(site: Site, *, max_bytes: int = 2**20, clock: Clock | None = None) -> tuple[PageCache, Client]:
    cache = PageCache(site, max_bytes=max_bytes, clock=clock or Clock())
    return cache, Client(cache)


def ask(client: Client, encodings: str, **headers: str) -> TestResponse:
    return client.get("/uk/", headers={"Accept-Encoding": encodings, **headers})


def test_a_second_reader_gets_the_same_page_without_rendering() -> None:
    site = Site()
    _, client = cached(site)
    first, second = client.get("/uk/"), client.get("/uk/")
    assert first.data == second.data == f"{PAGE}/uk/".encode()
    assert dict(first.headers) == dict(second.headers)
    assert second.status_code == 200
    assert site.rendered == {"/uk/": 1}


def test_each_address_has_its_own_page() -> None:
    site = Site()
    _, client = cached(site)
    answers = [client.get(path).text for path in ("/uk/", "/en/", "/uk/?a=1", "/uk/?a=2") * 2]
    assert len(set(answers)) == 4
    assert set(site.rendered.values()) == {1}


def test_a_browser_that_has_the_page_is_told_so_without_a_body() -> None:
    _, client = cached(Site())
    tag = ask(client, "br").headers["ETag"]
    answer = ask(client, "br", **{"If-None-Match": f'"other", W/{tag}'})
    assert answer.status_code == 304
    assert answer.data == b""
    assert answer.headers["ETag"] == tag
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Content-Type" not in answer.headers


def test_a_browser_that_has_another_page_gets_the_whole_one() -> None:
    site = Site()
    cache, client = cached(site)
    tag = ask(client, "br").headers["ETag"]
    site.body = PAGE.replace("спершу", "далі")
    cache.clear()
    answer = ask(client, "br", **{"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != tag


def test_a_page_in_another_encoding_is_another_answer_for_a_proxy() -> None:
    _, client = cached(Site())
    answers = [ask(client, encodings) for encodings in ("br", "gzip", "")]
    assert len({answer.headers["ETag"] for answer in answers}) == 3
    assert {answer.headers["Vary"] for answer in answers} == {"Accept-Encoding"}


PLAIN = f"{PAGE}/uk/".encode()
READ: dict[str | None, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br", "br"),
        ("BR;q=1.0", "br"),
        ("gzip;q=1.0, br;q=0.1", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0, gzip", "gzip"),
        ("br;q=0.000,gzip;q=0.001", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("br;q=0.0, gzip;q=0.0", None),
        ("identity", None),
        ("brotli, xgzip", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("quick", [True, False])
def test_a_browser_gets_the_best_encoding_that_it_takes(accepted: str, encoding: str | None, quick: bool) -> None:
    _, client = cached(Site(quick=quick))
    for answer in (ask(client, accepted), ask(client, accepted)):
        assert answer.headers.get("Content-Encoding") == encoding
        assert READ[encoding](answer.data) == PLAIN
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert encoding is None or len(answer.data) < len(PLAIN) / 5


def test_a_browser_that_names_no_encoding_gets_plain_bytes() -> None:
    _, client = cached(Site())
    ask(client, "br")
    answer = client.get("/uk/")
    assert "Content-Encoding" not in answer.headers
    assert answer.data == PLAIN


@pytest.mark.parametrize("site", [Site(body="short"), Site(kind="application/pdf"), Site(kind="image/png")])
def test_what_compression_cannot_help_is_sent_plain(site: Site) -> None:
    _, client = cached(site)
    answer = ask(client, "br, gzip")
    assert "Content-Encoding" not in answer.headers
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("encodings", ["", "gzip", "br"])
def test_a_question_about_the_head_tells_the_length_and_sends_no_body(encodings: str) -> None:
    site = Site()
    _, client = cached(site)
    head = client.head("/uk/", headers={"Accept-Encoding": encodings})
    assert head.data == b""
    page = ask(client, encodings)
    assert dict(head.headers) == dict(page.headers)
    assert int(head.headers["Content-Length"]) == len(page.data) > 0
    assert client.head("/uk/", headers={"Accept-Encoding": encodings}).data == b""
    assert site.rendered == {"/uk/": 1}


def test_a_page_is_rendered_anew_when_its_time_is_over() -> None:
    site, clock = Site(seconds=60), Clock()
    _, client = cached(site, clock=clock)
    client.get("/uk/")
    clock.now += 59
    client.get("/uk/")
    assert site.rendered["/uk/"] == 1
    site.body = "<p>Нове</p>"
    clock.now += 1
    assert client.get("/uk/").text == "<p>Нове</p>/uk/"
    clock.now += 59
    assert client.get("/uk/").text == "<p>Нове</p>/uk/"
    assert site.rendered["/uk/"] == 2


def test_a_page_whose_time_is_over_does_not_stay_in_memory() -> None:
    clock = Clock()
    cache, client = cached(Site(seconds=60), clock=clock)
    client.get("/uk/plan?who=armed-forces")
    clock.now += 60
    client.get("/uk/")
    assert len(cache) == 1


def test_a_new_edition_leaves_no_old_page() -> None:
    site = Site()
    cache, client = cached(site)
    client.get("/uk/")
    cache.clear()
    assert len(cache) == 0
    client.get("/uk/")
    assert site.rendered["/uk/"] == 2


def room_for(pages: int) -> int:
    """Bytes in which this many pages of the site stand, compressed forms included, and no more."""
    return pages * (2 * len(f"{PAGE}/1".encode()) + 1024) + 100


def test_the_oldest_page_leaves_first() -> None:
    site = Site()
    cache, client = cached(site, max_bytes=room_for(3))
    for path in ("/1", "/2", "/3", "/4", "/2", "/3", "/4"):
        client.get(path)
    assert len(cache) == 3
    assert site.rendered == {"/1": 1, "/2": 1, "/3": 1, "/4": 1}
    client.get("/1")
    assert site.rendered["/1"] == 2


def test_a_page_read_lately_stays() -> None:
    site = Site()
    _, client = cached(site, max_bytes=room_for(3))
    for path in ("/1", "/2", "/3", "/1", "/4", "/1"):
        client.get(path)
    assert site.rendered["/1"] == 1
    client.get("/2")
    assert site.rendered["/2"] == 2


def test_many_addresses_take_no_more_room_than_given() -> None:
    cache, client = cached(Site(), max_bytes=room_for(5))
    for number in range(10, 60):
        client.get(f"/{number}", headers={"Accept-Encoding": "br"})
        client.get(f"/{number}", headers={"Accept-Encoding": "gzip"})
        assert len(cache) <= 5


def test_the_same_address_rendered_again_takes_its_room_once() -> None:
    site, clock = Site(), Clock()
    cache, client = cached(site, max_bytes=room_for(2), clock=clock)
    for _ in range(5):
        client.get("/1")
        client.get("/2")
        clock.now += 60
    assert len(cache) == 2


def test_a_page_larger_than_all_room_is_served_though_not_kept() -> None:
    site = Site()
    cache, client = cached(site, max_bytes=100)
    assert client.get("/uk/").data == client.get("/uk/").data == PLAIN
    assert len(cache) == 0
    assert site.rendered["/uk/"] == 2


@pytest.mark.parametrize(
    "site", [Site(status=404), Site(status=500), Site(status=302), Site(seconds=None), Site(seconds=0)]
)
def test_errors_and_answers_that_nobody_marked_are_not_kept(site: Site) -> None:
    cache, client = cached(site)
    statuses = {client.get("/uk/").status_code for _ in range(2)}
    assert statuses == {site.status}
    assert len(cache) == 0
    assert site.rendered["/uk/"] == 2


def test_an_error_is_told_in_full_even_to_a_browser_that_has_seen_it() -> None:
    _, client = cached(Site(status=404))
    tag = client.get("/uk/").headers["ETag"]
    answer = client.get("/uk/", headers={"If-None-Match": tag})
    assert answer.status_code == 404
    assert answer.data == PLAIN


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_mark_never_leaves_the_house(status: int, method: str) -> None:
    _, client = cached(Site(status=status))
    answers = [client.open("/uk/", method=method) for _ in range(2)]
    answers.append(client.get("/uk/", headers={"If-None-Match": answers[0].headers["ETag"]}))
    assert all(MARK not in answer.headers for answer in answers)


def test_what_is_posted_is_neither_kept_nor_answered_from_memory() -> None:
    site = Site()
    cache, client = cached(site)
    client.get("/uk/")
    client.post("/uk/")
    client.post("/uk/")
    assert site.rendered["/uk/"] == 3
    assert len(cache) == 1


def test_an_accident_in_a_view_keeps_nothing() -> None:
    def accident() -> None:
        raise RuntimeError("accident")

    site = Site(pause=accident)
    cache, client = cached(site)
    with pytest.raises(RuntimeError):
        client.get("/uk/")
    assert len(cache) == 0
    site.pause = lambda: None
    assert client.get("/uk/").status_code == 200


def test_many_readers_at_once_get_whole_pages_in_bounded_room() -> None:
    readers, clock = 8, Clock()
    together = threading.Barrier(readers)
    cache, _ = cached(Site(), max_bytes=room_for(4), clock=clock)

    def read(number: int) -> list[str]:
        client, wrong = Client(cache), []
        together.wait(timeout=10)
        for turn in range(60):
            path = f"/{(number + turn) % 7}"
            encoding = ("br", "gzip", None)[turn % 3]
            answer = client.get(path, headers={"Accept-Encoding": encoding or ""})
            if answer.status_code != 200 or READ[encoding](answer.data) != f"{PAGE}{path}".encode():
                wrong.append(path)
            clock.now += 1
        return wrong

    with ThreadPoolExecutor(readers) as pool:
        assert [wrong for found in pool.map(read, range(readers)) for wrong in found] == []
    assert 0 < len(cache) <= 4
    last = Client(cache)
    for number in range(10, 16):
        last.get(f"/{number}")
    assert len(cache) == 4


def test_readers_who_ask_for_the_same_page_at_once_all_get_it() -> None:
    readers = 6
    inside = threading.Barrier(readers)
    site = Site(pause=lambda: inside.wait(timeout=10))
    cache, _ = cached(site)
    with ThreadPoolExecutor(readers) as pool:
        answers = list(pool.map(lambda _: Client(cache).get("/uk/").data, range(readers)))
    assert set(answers) == {PLAIN}
    assert len(cache) == 1

"""Asking web addresses whether they answer: politely, one host at a time with a pause, and only where robots may."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

AGENT = "DorohovkazLinkCheck"
"""How the checker names itself, to robots.txt as well."""

MOST_REDIRECTS = 5
MOST_ROBOTS_BYTES = 500 * 1024
"""Bytes of robots.txt that are read (RFC 9309, 2.5)."""

_STAY_AWAY = "User-agent: *\nDisallow: /"

_MOVED = frozenset({301, 308})
_REDIRECTS = _MOVED | {302, 303, 307}
_NO_HEAD = frozenset({403, 404, 405, 500, 501})
"""Answers to HEAD after which GET is tried: some servers know no HEAD, and some answer it wrongly."""


class Answer(StrEnum):
    """What an address answered. `ok` tells that a page is there, and nothing of what it says."""

    OK = "ok"
    MOVED = "moved"
    GONE = "gone"
    BROKEN = "broken"
    SILENT = "silent"
    LOOP = "loop"
    FORBIDDEN = "forbidden"
    SKIPPED = "skipped"


FAULTS = frozenset({Answer.GONE, Answer.BROKEN, Answer.SILENT, Answer.LOOP})
"""Answers that an editor has to look at. A move is a suggestion."""

HEALTHY = frozenset({Answer.OK, Answer.MOVED})
"""Answers with a page. A server that asks machines to stay away tells neither."""


@dataclass(frozen=True)
class Found:
    """What an address answered: its last status (0 for none), and where it has moved for good."""

    url: str
    answer: Answer
    status: int = 0
    moved_to: str = ""


@dataclass(frozen=True)
class Limits:
    """How much a check may ask: seconds between two questions to a host, for an answer and for all, and addresses."""

    pause: float = 2.0
    timeout: float = 10.0
    seconds: float = 1800.0
    count: int = 2000


@dataclass
class Checker:
    """Asks addresses. `clock` returns seconds, `wait` lets that many pass."""

    limits: Limits
    clock: Callable[[], float]
    wait: Callable[[float], object]
    _robots: dict[str, RobotFileParser] = field(default_factory=dict)
    _asked: dict[str, float] = field(default_factory=dict)

    def check(self, urls: Iterable[str]) -> Iterator[Found]:
        """Yield what each address answered, hosts in turn. Addresses beyond a limit are skipped."""
        until = self.clock() + self.limits.seconds
        for number, url in enumerate(in_turn(dict.fromkeys(urls))):
            is_over = number >= self.limits.count or self.clock() >= until
            yield Found(url, Answer.SKIPPED) if is_over else self.ask(url)

    def ask(self, url: str) -> Found:
        """Return what an address answers, through its redirects."""
        place, seen, moved_to, is_moving = urldefrag(url).url, set[str](), "", True
        while len(seen) <= MOST_REDIRECTS and place not in seen:
            seen.add(place)
            try:
                if not self._may(place):
                    return Found(url, Answer.FORBIDDEN, moved_to=moved_to)
                status, leads = self._status(place)
            except (OSError, http.client.HTTPException, ValueError):
                return Found(url, Answer.SILENT, moved_to=moved_to)
            if status not in _REDIRECTS or not leads:
                return Found(url, _answer(status, moved_to), status, moved_to)
            place = urldefrag(urljoin(place, leads)).url
            # Only as far as every step was for good: what is moved for a while may come back.
            is_moving = is_moving and status in _MOVED
            moved_to = place if is_moving else moved_to
        return Found(url, Answer.LOOP)

    def _may(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("no web address")
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = self._rules(f"{origin}/robots.txt")
        return self._robots[origin].can_fetch(AGENT, url)

    def _rules(self, url: str) -> RobotFileParser:
        """Read robots.txt: without one everything is allowed, and nothing where the server fails (RFC 9309, 2.3.1)."""
        rules = RobotFileParser(url)
        status, leads, body = self._request("GET", url)
        if status in _REDIRECTS and leads:
            status, _, body = self._request("GET", urljoin(url, leads))
        text = body.decode("utf-8", "replace") if status == 200 else ""
        rules.parse((_STAY_AWAY if status >= 500 else text).splitlines())
        return rules

    def _status(self, url: str) -> tuple[int, str]:
        status, leads, _ = self._request("HEAD", url)
        if status in _NO_HEAD:
            status, leads, _ = self._request("GET", url)
        return status, leads

    def _request(self, method: str, url: str) -> tuple[int, str, bytes]:
        """Ask once, after the pause that this host is due."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        pause = self._asked.get(host, -1e9) + self._pause(parts.scheme, parts.netloc) - self.clock()
        if pause > 0:
            self.wait(pause)
        is_robots = parts.path == "/robots.txt"
        connection = self._connect(parts.scheme, parts.netloc)
        try:
            target = parts.path or "/"
            connection.request(
                method, f"{target}?{parts.query}" if parts.query else target, headers={"User-Agent": AGENT}
            )
            answer = connection.getresponse()
            body = answer.read(MOST_ROBOTS_BYTES) if is_robots and method == "GET" else b""
            return answer.status, answer.getheader("Location", ""), body
        finally:
            connection.close()
            self._asked[host] = self.clock()

    def _pause(self, scheme: str, netloc: str) -> float:
        rules = self._robots.get(f"{scheme}://{netloc}")
        asked = rules.crawl_delay(AGENT) if rules else None
        return max(self.limits.pause, float(asked or 0))

    def _connect(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(netloc, timeout=self.limits.timeout, context=context)
        return http.client.HTTPConnection(netloc, timeout=self.limits.timeout)


def _answer(status: int, moved_to: str) -> Answer:
    if status in (404, 410):
        return Answer.GONE
    if status >= 400 or status < 200:
        return Answer.BROKEN
    return Answer.MOVED if moved_to else Answer.OK


def in_turn(urls: Iterable[str]) -> list[str]:
    """Return addresses so that the hosts take turns: none is asked twice while others wait."""
    hosts: dict[str, list[str]] = {}
    for url in urls:
        hosts.setdefault(urlsplit(url).hostname or "", []).append(url)
    rounds = max(map(len, hosts.values()), default=0)
    return [ones[place] for place in range(rounds) for ones in hosts.values() if place < len(ones)]

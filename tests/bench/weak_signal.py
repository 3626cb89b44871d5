"""Measures how long the main pages take on a weak signal: ``python tests/bench/weak_signal.py``.

Chromium has an empty cache, 250 kbit/s and 300 ms of latency; the median of five visits to each page counts and is
written into docs/weak-signal.md.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from app.config import ROOT
from tests.bench.pages import PLAN, free_port, wait_for
from tests.chromium import running

KBITS = 250
LATENCY_MS = 300
RUNS = 5
AIM_MS = 2500
PAGES = {
    "home": "/uk/",
    "question": "/uk/find-help",
    "plan": f"/uk/plan?{PLAN.format(day=28)}",
    "article": "/uk/articles/police-statement",
    "organisation": "/uk/organisations/national-police",
    "search": "/uk/search?q=витяг",
}
AIMED_AT = ("home", "question", "plan")
REPORT = ROOT / "docs" / "weak-signal.md"
FIRST_WORDS = """new Promise(tell => new PerformanceObserver(list => {
  for (const paint of list.getEntriesByName('first-contentful-paint')) tell(paint.startTime)
}).observe({ type: 'paint', buffered: true }))"""
TEXT = """# On a weak signal

How long a first visit takes on {kbits} kbit/s with {latency} ms of latency (a phone on the edge of 2G), with nothing in
the browser's cache: until the first words can be read, and until the page can be used (its form sent, its links
followed). Scripts come after that and are not needed. Median of {runs} visits, written by `make bench-signal`.

| page | bytes | requests | first words, s | usable, s |
|---|---|---|---|---|
{rows}

Aim: {aimed} can be used within {aim:.1f} s. The browser's own network emulation delays every request by
the latency; it does not delay opening the connection, which takes one more round trip, and one or two more for TLS.
Bytes are what the browser received until everything was loaded, heads of the answers included; `tests/weights.json`
holds the budgets.
"""


@dataclass(frozen=True)
class Visit:
    """One first visit: milliseconds until the first words and until usable, bytes received, requests made."""

    words_ms: float
    usable_ms: float
    received: int
    requests: int


def visit(browser: Browser, url: str) -> Visit:
    """Visit `url` as a phone that was never here."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="uk")
    page = context.new_page()
    wire = context.new_cdp_session(page)
    received: list[int] = []
    wire.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    wire.send("Network.enable")
    bytes_a_second = KBITS * 1000 / 8
    wire.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False, "latency": LATENCY_MS, "downloadThroughput": bytes_a_second,
            "uploadThroughput": bytes_a_second, "connectionType": "cellular2g",
        },
    )  # fmt: skip
    page.goto(url, wait_until="load", timeout=60_000)
    words = page.evaluate(FIRST_WORDS)
    # A page whose words are not yet drawn is not usable, even where its document is complete.
    usable = max(words, page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
    context.close()
    return Visit(words, usable, sum(received), len(received))


def middle(visits: list[Visit]) -> Visit:
    """Return the median of each figure."""
    return Visit(
        statistics.median(one.words_ms for one in visits),
        statistics.median(one.usable_ms for one in visits),
        round(statistics.median(one.received for one in visits)),
        round(statistics.median(one.requests for one in visits)),
    )


def main() -> int:
    """Print the table and write the report. Returns 1 where a page misses the aim."""
    found: dict[str, Visit] = {}
    with TemporaryDirectory() as folder:
        port = free_port()
        environment = {**os.environ, "PORT": str(port), "WORKERS": "1", "INSTANCE": str(Path(folder))}
        site = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(port)
            with running() as browser:
                for name, address in PAGES.items():
                    found[name] = middle([visit(browser, f"http://127.0.0.1:{port}{address}") for _ in range(RUNS)])
        finally:
            site.terminate()
            site.wait(timeout=10)
    print(f"{'page':14} {'bytes':>7} {'requests':>8} {'words s':>8} {'usable s':>8}")
    for name, one in found.items():
        print(
            f"{name:14} {one.received:7} {one.requests:8} {one.words_ms / 1000:8.2f} {one.usable_ms / 1000:8.2f}"
            f"{'  misses the aim' if name in AIMED_AT and one.usable_ms > AIM_MS else ''}"
        )
    rows = [
        f"| {name} | {one.received:,} | {one.requests} | {one.words_ms / 1000:.2f} | {one.usable_ms / 1000:.2f} |"
        for name, one in found.items()
    ]
    REPORT.write_text(
        TEXT.format(
            kbits=KBITS, latency=LATENCY_MS, runs=RUNS, rows="\n".join(rows), aim=AIM_MS / 1000,
            aimed=", ".join(AIMED_AT[:-1]) + f" and {AIMED_AT[-1]}",
        ),
        encoding="utf-8",
    )  # fmt: skip
    return int(any(found[name].usable_ms > AIM_MS for name in AIMED_AT))


if __name__ == "__main__":
    sys.exit(main())

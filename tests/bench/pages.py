"""Measures pages beside nginx serving the same bytes: requests a second and p99, as ratios in one run.

``python tests/bench/pages.py``. Everything runs on loopback, bounded in time; what it starts it stops.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.config import ROOT

PLAN = (
    "who=armed-forces&soldier=notified&notification=with-error&when=2026-03-{day:02d}&place=UA-14&done=nothing"
    "&dna=nobody&family=controlled&region=UA-53&kin=parent&need=search"
)
PAGES = {
    "home": "/uk/",
    "plan (warm)": f"/uk/plan?{PLAN.format(day=28)}",
    "article": "/uk/articles/police-statement",
    "organisations": "/uk/organisations/",
}
CONNECTIONS = 16
SECONDS = 4.0


@dataclass(frozen=True)
class Result:
    """Requests a second and the 99th percentile of the time per request in milliseconds."""

    per_second: float
    p99: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def hammer(port: int, path: str, seconds: float = SECONDS) -> Result:
    """Ask for `path` on kept-alive connections until the time is up."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n".encode()
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            start = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 200 " in head.split(b"\r\n", 1)[0], head[:200]
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
            times.append(time.perf_counter() - start)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    times.sort()
    return Result(len(times) / seconds, times[int(len(times) * 0.99)] * 1000)


def wrk(port: int, path: str) -> Result | None:
    """The same with wrk, whose client costs little, where it is installed."""
    if not shutil.which("wrk"):
        return None
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{int(SECONDS)}s",
        "--latency",
        "-H",
        "Accept-Encoding: br",
    ]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True)
    lines = {line.split()[0].rstrip(":"): line.split()[1] for line in done.stdout.splitlines() if len(line.split()) > 1}
    p99 = lines["99%"]
    scale = 0.001 if p99.endswith("us") else 1000.0 if not p99.endswith("ms") else 1.0
    return Result(float(lines["Requests/sec"]), float(p99.rstrip("mus")) * scale)


def measure(port: int, path: str) -> Result:
    return wrk(port, path) or asyncio.run(hammer(port, path))


def fetch(port: int, path: str) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("a server did not start")


def start_nginx(folder: Path, port: int) -> subprocess.Popen[bytes] | None:
    binary = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
    if binary is None:
        return None
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; worker_processes 2; daemon off; user root;"
        f"events {{}} http {{ access_log off; default_type text/html; keepalive_requests 1000000;"
        f"client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;"
        f"uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/www; }} }}"
    )
    return subprocess.Popen([binary, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL)


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "www").mkdir()
        site_port, nginx_port = free_port(), free_port()
        environment = {
            **os.environ,
            "PORT": str(site_port),
            "WORKERS": "2",
            "INSTANCE": str(folder / "instance"),
        }
        site = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        nginx = start_nginx(folder, nginx_port)
        try:
            wait_for(site_port)
            print(f"{'page':16} {'bytes':>7} {'req/s':>9} {'p99 ms':>8} {'nginx req/s':>12} {'ratio':>6}")
            for label, path in PAGES.items():
                for _ in range(8):
                    body = fetch(site_port, path)
                (folder / "www" / "page.html").write_bytes(body)
                ours = measure(site_port, path)
                theirs = measure(nginx_port, "/page.html") if nginx else None
                ratio = f"{ours.per_second / theirs.per_second:6.2f}" if theirs else "     -"
                rate = f"{theirs.per_second:12.0f}" if theirs else f"{'-':>12}"
                print(f"{label:16} {len(body):7} {ours.per_second:9.0f} {ours.p99:8.2f} {rate} {ratio}")
            cold = []
            for day in range(1, 28):
                start = time.perf_counter()
                fetch(site_port, f"/uk/plan?{PLAN.format(day=day)}")
                cold.append((time.perf_counter() - start) * 1000)
            print(f"plan (cold): median {statistics.median(cold[4:]):.1f} ms, max {max(cold[4:]):.1f} ms")
        finally:
            for process in (site, nginx):
                if process is not None:
                    process.terminate()
                    process.wait(timeout=10)


if __name__ == "__main__":
    main()

"""Runs the scanners against the demo site on loopback and the code, and prints what they find.

``make scan``. Bounded in time and count; what it starts it stops. A finding that ``docs/security-scan.md`` names is
explained there; any other makes the exit status 1. Wapiti comes from an environment of its own, bandit from the
development one, and sqlmap takes part where it is installed. Nothing is asked outside this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from app.config import ROOT

EXPLAINED = ROOT / "docs" / "security-scan.md"
WAPITI = ROOT / ".venv-scan" / "bin" / "wapiti"

MODULES = (
    "backup", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess", "http_headers", "ldap", "methods",
    "permanentxss", "redirect", "shellshock", "sql", "timesql", "upload", "xss",
)  # fmt: skip
"""Left out: modules that ask a server of Wapiti's makers (ssrf, log4shell, spring4shell, xxe), that look for other
people's software (cms, wp_enum, nikto, buster, wapp, htp, network_device, takeover), and what loopback cannot show (ssl).
"""

STARTS = (
    "uk/find-help?who=armed-forces&soldier=notified", "uk/plan?who=child", "uk/search?q=1648",
    "uk/check-contact?contact=1", "uk/organisations/?need=search", "uk/articles/?need=extract",
    "uk/account/join/nothing", "uk/account/sign-in", "uk/account/reset", "uk/styleguide/forms",
)  # fmt: skip

CRAWL_SECONDS, ATTACK_SECONDS, ALL_SECONDS = 60, 45, 1500
SENT_TO = ("uk/search?q=1648", "uk/check-contact?contact=102", "uk/organisations/?need=search&region=UA-32")
"""Addresses with parameters, for sqlmap."""


@dataclass(frozen=True, order=True)
class Finding:
    """What a scanner reports: its name, the kind, and where (a path of the site, or a file)."""

    scanner: str
    kind: str
    where: str

    @property
    def key(self) -> str:
        """How `EXPLAINED` names it."""
        return f"{self.scanner}: {self.kind}: {self.where}"


@contextmanager
def demo_site() -> Iterator[str]:
    """Serve the demo site on a free port of loopback, with limits that do not stop a scanner; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    wide = dict.fromkeys(("FORM_LIMIT", "GUESS_LIMIT", "FILING_LIMIT", "PDF_LIMIT"), "1000000 per minute")
    with TemporaryDirectory() as folder:
        settings = {"INSTANCE": folder, "PORT": str(port), "HOST": "127.0.0.1", "SITE_URL": address, **wide}
        environment = {**os.environ, **settings}
        flask = [sys.executable, "-m", "flask", "--app", "app"]
        for command in (["storage", "prepare"], ["demo", "load"]):
            subprocess.run([*flask, *command], cwd=ROOT, env=environment, check=True, capture_output=True)
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log)
            try:
                _wait(f"{address}/robots.txt", process)
                yield address
            finally:
                process.terminate()
                process.wait(timeout=10)
        accidents = [line for line in (Path(folder) / "log").read_text().splitlines() if '"ERROR"' in line]
        print(f"the site logged {len(accidents)} errors while it was scanned", *accidents[:5], sep="\n")


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            if process.poll() is not None:
                raise SystemExit("the site did not start") from None
            time.sleep(0.1)
    raise SystemExit("the site did not answer")


def wapiti(address: str) -> Iterator[Finding]:
    """Crawl and attack the site."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            str(WAPITI), "-u", f"{address}/", "-m", ",".join(MODULES), "-f", "json", "-o", str(report),
            "--flush-session", "--store-session", folder, "--store-config", folder, "--max-scan-time", str(CRAWL_SECONDS),
            "--max-attack-time", str(ATTACK_SECONDS), "--max-links-per-page", "40", "--max-files-per-dir", "15",
            "--depth", "6", "--tasks", "4", "--timeout", "10", "-l", "2", "--no-bugreport", "-v", "0",
            *(part for start in STARTS for part in ("-s", f"{address}/{start}")),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=ALL_SECONDS, check=False)
        if not report.exists():
            raise SystemExit(f"wapiti made no report:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        found = json.loads(report.read_text())
    print(f"wapiti {found['infos']['version']}: {found['infos']['crawled_pages_nbr']} pages crawled")
    for group in ("vulnerabilities", "anomalies", "additionals"):
        for kind, entries in found[group].items():
            for entry in entries:
                print(
                    f"  {kind}: {entry['method']} {entry['path']} {entry.get('parameter') or ''}: {entry['info'][:200]}"
                )
                yield Finding("wapiti", kind, _kind_of(urlsplit(entry["path"]).path))


def _kind_of(path: str) -> str:
    """One path for all pages of a kind, so that a new article is no new finding."""
    parts = path.split("/")
    return "/".join([*parts[:3], "*"]) if len(parts) > 3 and parts[3] else path


def bandit() -> Iterator[Finding]:
    """Read the code."""
    command = [sys.executable, "-m", "bandit", "-r", "app", "app.py", "-q", "-f", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    for result in json.loads(done.stdout)["results"]:
        print(f"  {result['test_id']} {result['filename']}:{result['line_number']} {result['issue_text'][:150]}")
        yield Finding("bandit", result["test_id"], result["filename"].removeprefix("./"))


def sqlmap(address: str) -> Iterator[Finding]:
    """Try the parameters of public forms for SQL."""
    program = shutil.which("sqlmap")
    if program is None:
        print("sqlmap is not installed: left out")
        return
    for path in SENT_TO:
        with TemporaryDirectory() as folder:
            command = [program, "-u", f"{address}/{path}", "--batch", "--level", "2", "--risk", "1", "--threads", "1",
                       "--timeout", "5", "--retries", "0", "--disable-coloring", "--output-dir", folder]  # fmt: skip
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
            except subprocess.TimeoutExpired:
                print(f"  sqlmap did not end with {path} in time")
                continue
        verdict = [line for line in done.stdout.splitlines() if "injectable" in line or "vulnerable" in line]
        print(f"  sqlmap {path}: {verdict[-1][:160] if verdict else 'no verdict'}")
        if "is vulnerable" in done.stdout or "injection point" in done.stdout:
            yield Finding("sqlmap", "injection", path.partition("?")[0])


def main() -> int:
    """Print every finding; return 1 where one is not explained."""
    found: set[Finding] = set()
    print("bandit")
    found.update(bandit())
    with demo_site() as address:
        found.update(wapiti(address))
        print("sqlmap")
        found.update(sqlmap(address))
    explained = EXPLAINED.read_text(encoding="utf-8")
    unexplained = [finding for finding in sorted(found) if f"`{finding.key}`" not in explained]
    print(f"\n{len(found)} kinds of findings, {len(unexplained)} unexplained")
    for finding in unexplained:
        print(f"  {finding.key}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs the scanners against the demo site on loopback and the code, and prints what they find.

``make scan``: bandit reads the code, Wapiti crawls and attacks the site as a stranger and as staff, sqlmap tries
addresses with parameters. It ends within 15 minutes, and what it starts it stops. A finding that
``docs/security-scan.md`` names is explained there; any other, and any error that the site logs meanwhile, makes the
exit status 1. Nothing is asked outside this machine.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode, urlsplit

from passlib.totp import TOTP

from app.config import ROOT

EXPLAINED = ROOT / "docs" / "security-scan.md"
PROGRAMS = ROOT / ".venv-scan" / "bin"
"""Where Wapiti and sqlmap are installed, apart from the site: they need other versions of what it needs."""

MODULES = (
    "backup", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess", "http_headers", "methods",
    "permanentxss", "redirect", "shellshock", "sql", "timesql", "upload", "xss",
)  # fmt: skip
"""Left out: modules that ask a server of Wapiti's makers (ssrf, log4shell, spring4shell, xxe), that look for other
people's software (cms, wp_enum, nikto, buster, wapp, htp, network_device, takeover, brute_login_form), for what the
site has not (ldap), and what loopback cannot show (ssl, https_redirect).
"""

MODULES_OF_STAFF = ("crlf", "csrf", "exec", "file", "permanentxss", "redirect", "sql", "upload", "xss")

STARTS = (
    "uk/", "uk/find-help?who=armed-forces&soldier=notified", "uk/plan?who=child", "uk/search?q=1648",
    "uk/check-contact?contact=1", "uk/organisations/?need=search", "uk/articles/?need=extract",
    "uk/account/join/nothing", "uk/account/sign-in", "uk/account/reset", "uk/styleguide/forms",
)  # fmt: skip
"""Where the stranger begins, besides what links lead to."""

ROLES = ("auditor", "registrar", "coordinator", "administrator")
"""Demo people as whom the staff’s pages are scanned; last who can change the others’ roles."""

NOT_FOLLOWED = (
    "*/sign-out*", "*/sign-ins/*", "*/end-sign-ins*", "*/disable*", "*/time-out*", "*/account/password*",
    "*/account/second-factor*", "*/account/recovery*", "*/account/code*", "*/account/no-code*",
    "*/account/choose-factor*",
)  # fmt: skip
"""What would end the scanner's own sign-in: the pages between the password and the second factor do, too."""

PUBLIC = (
    "articles", "organisations", "sources", "steps", "find-help", "plan", "search", "regions", "wall", "glossary",
    "check-contact", "about", "privacy", "accessibility", "safety", "kept", "offline", "styleguide",
)  # fmt: skip
"""What the stranger has scanned, left out for staff."""

CRAWL_SECONDS, ATTACK_SECONDS = 45, 15
"""How long the stranger crawls, and how long each module attacks."""

STAFF_CRAWL_SECONDS, STAFF_ATTACK_SECONDS = 15, 8

SENT_TO = ("uk/search?q=1648", "uk/check-contact?contact=102", "uk/organisations/?need=search&region=UA-32")
"""Addresses with parameters, for sqlmap."""

SQLMAP_SECONDS = 120


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


@dataclass(frozen=True)
class Site:
    """The demo site while it is served."""

    address: str
    passwords: dict[str, str]
    """The password of each demo person, by mail address."""
    log: Path


@contextmanager
def demo_site() -> Iterator[Site]:
    """Serve the demo site on a free port of loopback, with limits that do not stop a scanner."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    wide = dict.fromkeys(("FORM_LIMIT", "GUESS_LIMIT", "FILING_LIMIT", "PDF_LIMIT"), "1000000 per minute")
    with TemporaryDirectory() as folder:
        settings = {"INSTANCE": folder, "PORT": str(port), "HOST": "127.0.0.1", "SITE_URL": address, **wide}
        environment = {**os.environ, **settings}
        flask = [sys.executable, "-m", "flask", "--app", "app"]
        subprocess.run([*flask, "storage", "prepare"], cwd=ROOT, env=environment, check=True, capture_output=True)
        loaded = subprocess.run(
            [*flask, "demo", "load"], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        people = (line.split("\t") for line in loaded.stdout.splitlines() if line.startswith("demo-"))
        log = Path(folder) / "log"
        with log.open("wb") as written:
            process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=written, stderr=written
            )
            try:
                _wait(f"{address}/robots.txt", process)
                yield Site(address, {line[0]: line[1] for line in people}, log)
            finally:
                process.terminate()
                process.wait(timeout=20)


def accidents(log: Path) -> Iterator[Finding]:
    """Read what the site itself calls an error: a scanner sees a page of status 500 at most."""
    for line in log.read_text(encoding="utf-8").splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("level") in ("ERROR", "CRITICAL"):
            print(f"  {line[:1500]}")
            yield Finding("log", event["logger"], event["message"][:80])


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


class Visitor:
    """One browser, in which a demo person signs in with both factors."""

    def __init__(self, address: str) -> None:
        self.address, self.cookies = address, CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Ask for a page, or send a form; return the status, the path arrived at, and the page."""
        body = urlencode(fields).encode() if fields is not None else None
        try:
            with self._opener.open(f"{self.address}{path}", data=body, timeout=20) as answer:
                return answer.status, urlsplit(answer.url).path, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, path, ""

    def send(self, page: str, path: str, **fields: str) -> tuple[int, str, str]:
        """Send the form that stands on `page` to `path`."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        if token is None:
            raise SystemExit(f"no form for {path}")
        return self.ask(path, {**fields, "csrf_token": token[1]})

    def sign_in(self, person: str, password: str) -> None:
        """Sign in, setting up an authenticator where the role needs one. Raises SystemExit where it does not work."""
        page = self.ask("/uk/account/sign-in")[2]
        _, arrived, page = self.send(page, "/uk/account/sign-in", email=person, password=password)
        if arrived.endswith("/second-factor"):
            page = self.send(page, arrived, setup="authenticator")[2]
            key = re.search(r"<code>([^<]+)</code>", page)
            if key is None:
                raise SystemExit(f"{person} is shown no key for an authenticator")
            code = TOTP(key=re.sub(r"[- ]", "", key[1])).generate().token
            self.send(page, "/uk/account/code", code=code)
        if self.ask("/uk/account")[1] != "/uk/account":
            raise SystemExit(f"{person} cannot sign in")


def staff_addresses() -> Sequence[str]:
    """Return the staff's and account pages whose address holds nothing to be known."""
    command = [sys.executable, "-m", "flask", "--app", "app", "routes"]
    rules = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = re.findall(r"GET\S*(?:, \w+)*\s+/<any\(uk,en\):language>(/(?:staff|volunteer|account)\b[^\s<]*)\s", rules)
    ends = [part.strip("*") for part in NOT_FOLLOWED]
    return sorted({f"/uk{path}" for path in found if not any(end in path for end in ends)})


@dataclass(frozen=True)
class Attack:
    """One run of Wapiti."""

    starts: Sequence[str]
    modules: Sequence[str]
    crawl_seconds: int
    attack_seconds: int
    options: Sequence[str] = ()


def wapiti(address: str, attack: Attack) -> Iterator[Finding]:
    """Crawl and attack the site. Raises SystemExit where Wapiti reports nothing at all."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            str(PROGRAMS / "wapiti"), "-u", f"{address}/", "-m", ",".join(attack.modules), "-f", "json",
            "-o", str(report),
            "--flush-session", "--store-session", folder, "--store-config", folder, "--tasks", "4", "--timeout", "10",
            "--max-scan-time", str(attack.crawl_seconds), "--max-attack-time", str(attack.attack_seconds),
            "--max-links-per-page", "40", "--max-files-per-dir", "15", "--depth", "6", "--level", "2",
            "--no-bugreport", "--verbose", "0", *attack.options,
            *(part for start in attack.starts for part in ("-s", f"{address}/{start.lstrip('/')}")),
        ]  # fmt: skip
        most = attack.crawl_seconds + 2 * attack.attack_seconds * len(attack.modules)
        done = subprocess.run(command, capture_output=True, text=True, timeout=most, check=False)
        if not report.exists():
            raise SystemExit(f"wapiti made no report:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    print(f"  {found['infos']['version']}: {found['infos']['crawled_pages_nbr']} pages and forms crawled")
    for group in ("vulnerabilities", "anomalies", "additionals"):
        for kind, entries in found[group].items():
            for entry in entries:
                shown = f"{entry['method']} {entry['path']} {entry.get('parameter') or ''}"
                print(f"  {kind}: {shown}: {entry['info'][:200]}")
                # Which methods an address takes says more than where.
                where = entry["info"].rpartition(": ")[2] if kind == "HTTP Methods" else entry["path"]
                yield Finding("wapiti", kind, kind_of_page(urlsplit(where).path))


def kind_of_page(path: str) -> str:
    """One path for all pages of a kind in both languages, so that a new article is no new finding."""
    parts = re.sub("^/(uk|en)(?=/|$)", "/*", path).split("/")
    open_ended = parts[2:3] in (["articles"], ["organisations"], ["sources"], ["steps"]) and parts[3:] > [""]
    shown = [*parts[:3], "*"] if open_ended else parts
    return re.sub(r"(?<=/)[\w-]*\d[\w-]*", "*", "/".join(shown))


def as_stranger(site: Site) -> Iterator[Finding]:
    """Scan what everybody sees."""
    yield from wapiti(site.address, Attack(STARTS, MODULES, CRAWL_SECONDS, ATTACK_SECONDS))


def as_staff(site: Site, role: str) -> Iterator[Finding]:
    """Scan what a demo person of `role` sees besides."""
    person = f"demo-{role}@example.org"
    visitor = Visitor(site.address)
    visitor.sign_in(person, site.passwords[person])
    seen = []
    for path in staff_addresses():
        status, arrived, _ = visitor.ask(path)
        if (status, arrived) == (200, path):
            seen.append(path)
    print(f"  begins at {len(seen)} pages")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor.cookies)
    patterns = (*NOT_FOLLOWED, *(f"*/{name}{end}" for name in PUBLIC for end in ("", "/*", "?*")))
    left_out = [part for pattern in patterns for part in ("-x", f"{site.address}{pattern}")]
    options = ("--cookie-value", cookies, "--scope", "domain", *left_out)
    yield from wapiti(site.address, Attack(seen, MODULES_OF_STAFF, STAFF_CRAWL_SECONDS, STAFF_ATTACK_SECONDS, options))
    if visitor.ask("/uk/account")[1] != "/uk/account":
        raise SystemExit(f"the scanner signed {person} out: what it saw says little")


def bandit() -> Iterator[Finding]:
    """Read the code; findings of one kind in one file are counted, so that one more is a new finding."""
    command = [sys.executable, "-m", "bandit", "-r", "app", "app.py", "-q", "-f", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    report = json.loads(done.stdout)
    for error in report["errors"]:
        yield Finding("bandit", "unread", error["filename"])
    counted: Counter[tuple[str, str]] = Counter()
    for result in report["results"]:
        name = result["filename"].removeprefix("./")
        print(f"  {result['test_id']} {name}:{result['line_number']} {result['issue_text'][:100]}")
        counted[result["test_id"], name] += 1
    for (kind, name), times in counted.items():
        yield Finding("bandit", kind, name if times == 1 else f"{name} ({times})")


def sqlmap(site: Site) -> Iterator[Finding]:
    """Try parameters of addresses for SQL."""
    for path in SENT_TO:
        with TemporaryDirectory() as folder:
            command = [
                str(PROGRAMS / "sqlmap"), "-u", f"{site.address}/{path}", "--batch", "--level", "2", "--risk", "1",
                "--threads", "1", "--timeout", "5", "--retries", "0", "--disable-coloring", "--output-dir", folder,
                "--ignore-proxy", "--time-limit", str(SQLMAP_SECONDS),
            ]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, timeout=SQLMAP_SECONDS + 60, check=False)
        verdict = [line for line in done.stdout.splitlines() if "injectable" in line or "vulnerable" in line]
        cut = "time was up, " if "time limit" in done.stdout.lower() else ""
        print(f"  {path}: {cut}{verdict[-1][:160] if verdict else done.stdout[-300:]}")
        if "is vulnerable" in done.stdout or "injection point" in done.stdout:
            yield Finding("sqlmap", "injection", kind_of_page(f"/{path.partition('?')[0]}"))


def is_explained(finding: Finding, explained: str) -> bool:
    """Say whether the text explains the finding, or its kind wherever it is found."""
    return f"`{finding.key}`" in explained or f"`{finding.scanner}: {finding.kind}`" in explained


def main() -> int:
    """Print every finding; return 1 where one is not explained."""
    began = time.monotonic()
    found: set[Finding] = set()
    with demo_site() as site:
        scans = [("bandit", bandit()), ("wapiti, a stranger", as_stranger(site))]
        scans += [(f"wapiti, {role}", as_staff(site, role)) for role in ROLES]
        for name, findings in [*scans, ("sqlmap", sqlmap(site)), ("log of the site", accidents(site.log))]:
            print(f"{name} ({time.monotonic() - began:.0f} s)", flush=True)
            found.update(findings)
    explained = EXPLAINED.read_text(encoding="utf-8")
    unexplained = [finding for finding in sorted(found) if not is_explained(finding, explained)]
    print(f"\n{len(found)} kinds of findings, {len(unexplained)} unexplained, in {time.monotonic() - began:.0f} s")
    for finding in unexplained:
        print(f"  {finding.key}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

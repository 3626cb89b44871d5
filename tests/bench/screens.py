"""Takes screenshots of every kind of screen into ``screens/``: 360 and 1280 px, both languages.

``python tests/bench/screens.py [ADDRESS]`` for a site that is already served, else one is started.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from app.config import ROOT
from tests.bench.pages import PLAN, free_port, wait_for

SCREENS = {
    "home": "/",
    "question": "/find-help",
    "error": "/find-help?asked=who",
    "check": f"/find-help?{PLAN.format(day=28)}",
    "plan": f"/plan?{PLAN.format(day=28)}",
    "keep": f"/keep?{PLAN.format(day=28)}",
    "kept": "/kept",
    "offline": "/offline",
    "print": f"/plan/print?{PLAN.format(day=28)}&columns=2",
    "article": "/articles/police-statement",
    "articles": "/articles/",
    "organisation": "/organisations/national-police",
    "organisations": "/organisations/",
    "check-contact": "/check-contact?contact=1698",
    "glossary": "/glossary",
    "missing": "/no-such-page",
}


def main() -> None:
    target = ROOT / "screens"
    target.mkdir(exist_ok=True)
    process = None
    address = sys.argv[1] if len(sys.argv) > 1 else ""
    if not address:
        port = free_port()
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env={**os.environ, "PORT": str(port)})
        wait_for(port)
        address = f"http://127.0.0.1:{port}"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for width in (360, 1280):
                page = browser.new_page(viewport={"width": width, "height": 900})
                for language in ("uk", "en"):
                    for name, path in SCREENS.items():
                        page.goto(f"{address}/{language}{path}")
                        page.screenshot(path=target / f"{name}-{language}-{width}.png", full_page=True)
            browser.close()
    finally:
        if process is not None:
            process.terminate()
            process.wait(timeout=10)


if __name__ == "__main__":
    main()

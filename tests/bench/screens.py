"""Takes screenshots of every kind of screen into ``screens/``: three widths, light and dark, both languages.

``python tests/bench/screens.py [ADDRESS] [KIND ...]``: of a site that is already served, else one is started; of all
kinds, or of those named (such as ``home plan search``).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from app.config import ROOT, Settings
from app.content.library import Library
from app.edition import read_edition, searchable
from app.kernel.languages import PUBLIC
from app.site import create_app
from tests.bench.pages import free_port, wait_for
from tests.chromium import running
from tests.tour import Screen, one_of_each, screens

WIDTHS = (360, 768, 1280)
SCHEMES = ("light", "dark")
FOLDER = ROOT / "screens"


def wanted(kinds: Iterable[str]) -> list[Screen]:
    """Return one screen of every kind and state in each language, or of the `kinds` named."""
    with TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder))
        edition = searchable(read_edition(Library.read(ROOT / "content")), settings.search)
        tour = screens(create_app(settings, edition), edition)
    chosen = [screen for code in PUBLIC for screen in one_of_each(s for s in tour if s.language == code)]
    names = set(kinds)
    return [screen for screen in chosen if not names or screen.kind in names]


def shoot(address: str, chosen: Iterable[Screen]) -> int:
    """Take the screenshots of `chosen` from the site at `address`; a page that it does not have is left out."""
    FOLDER.mkdir(exist_ok=True)
    taken = 0
    with running() as browser:
        for scheme in SCHEMES:
            context = browser.new_context(base_url=address, color_scheme=scheme)
            page = context.new_page()
            for screen in chosen:
                answer = page.goto(screen.address)
                if answer is None or (answer.status >= 400 and screen.kind != "error"):
                    continue
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 900})
                    name = "-".join(filter(None, [screen.kind, *screen.state.replace(",", "").split()]))
                    page.screenshot(path=FOLDER / f"{name}-{screen.language}-{width}-{scheme}.png", full_page=True)
                    taken += 1
            context.close()
    return taken


def main() -> None:
    served = [argument for argument in sys.argv[1:] if "://" in argument]
    chosen = wanted(argument for argument in sys.argv[1:] if "://" not in argument)
    if served:
        taken = shoot(served[0], chosen)
    else:
        with TemporaryDirectory() as folder:
            port = free_port()
            environment = {**os.environ, "PORT": str(port), "WORKERS": "1", "INSTANCE": folder}
            site = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            try:
                wait_for(port)
                taken = shoot(f"http://127.0.0.1:{port}", chosen)
            finally:
                site.terminate()
                site.wait(timeout=10)
    print(f"{taken} screenshots in {FOLDER}")


if __name__ == "__main__":
    main()

"""What a publication costs: the search index built anew and out of the one before, the edition judged and read.

    PYTHONPATH=. python tests/bench/publishing.py [TURNS]

Each turn changes one body. Times are those of the processor, the least of all turns: other work on the machine does
not count.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.config import ROOT
from app.content.library import Library
from app.edition import check_edition, judge_edition, read_edition, searchable
from app.pathways.model import Pathways
from app.search.find import Search

BODY = "organisations/ombudsman.yaml"


def spent(deed: Callable[[], object]) -> float:
    start = time.process_time()
    deed()
    return time.process_time() - start


def edition(number: int) -> Library:
    shipped = Library.read(ROOT / "content")
    text = shipped.files[BODY].replace("\n  en: ", f"\n  en: Bureau {number} ", 1)
    return Library.of({**shipped.files, BODY: text})


def measured(library: Library, before: Path, folder: Path, sound: list[Pathways]) -> dict[str, float]:
    """Return what each part takes for one edition. `sound` has the route of the one before."""
    read = read_edition(library)
    times = {
        "checked, then read": spent(lambda: (check_edition(library), read_edition(library))),
        "judged once": spent(lambda: judge_edition(library, sound)),
        "index anew": spent(lambda: searchable(read, before).part(Search).finder),
        "index of the one before": spent(lambda: searchable(read, folder).part(Search).finder),
        "index opened": spent(lambda: searchable(read, folder).part(Search).finder),
    }
    sound[:] = [read.part(Pathways)]
    return times


def main(turns: int) -> None:
    """Print a line for each part, with the ratio."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as before, tempfile.TemporaryDirectory() as folder:
        sound: list[Pathways] = []
        for turn in range(turns + 1):
            times = measured(edition(turn), Path(before) / str(turn), Path(folder), sound)
            # The first turn builds what the others are made of.
            for name, seconds in times.items() if turn else ():
                found.setdefault(name, []).append(seconds)
    least = {name: min(times) for name, times in found.items()}
    for name, seconds in least.items():
        print(f"{name:26} {seconds:5.2f} s")
    before_, after = ("checked, then read", "index anew"), ("judged once", "index of the one before")
    total = [sum(least[name] for name in names) for names in (before_, after)]
    print(f"{'button before, after':26} {total[0]:5.2f} s, {total[1]:5.2f} s: {total[0] / total[1]:.1f} times")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

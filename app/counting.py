"""Writes down, every minute, what the pages of this process have counted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask

from app.curation.counting.actions import write_down
from app.search.find import Search
from app.storage.database import Database
from app.web.edition import part
from app.web.tally import tally

log = logging.getLogger(__name__)

SECONDS = 60.0
"""How long counts stand in memory alone."""


@dataclass
class Recorder:
    """Writes the tally of `site` to the database, off the path of readers."""

    site: Flask
    open_database: Callable[[], Database]
    stopping: threading.Event = field(default_factory=threading.Event)

    def step(self) -> None:
        """Write down what was counted since the last time. What cannot be written is lost, and nobody misses it."""
        taken = tally(self.site).take()
        if not taken:
            return
        with self.site.app_context():
            is_written = part(Search).finder.is_written
            with self.open_database().writing() as session:
                write_down(session, taken, is_written=is_written)

    def run(self) -> None:
        """Write until `stopping` is set."""
        while not self.stopping.wait(SECONDS):
            try:
                self.step()
            except Exception as error:
                log.warning("counts are lost: they cannot be written", extra={"reason": type(error).__name__})

    def start(self) -> None:
        """Write in a thread that ends with the process."""
        threading.Thread(target=self.run, name="write-counts", daemon=True).start()

"""The live edition of a process: made of a library off the path of readers, and swapped whole when its number moves."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from flask import Flask

from app.cases.referring.actions import outcomes_number, paces
from app.config import Settings
from app.content.library import ContentError, Fault, Library
from app.content.store import live_digest, live_number
from app.curation.actions import live_library
from app.curation.changes.model import Changes
from app.curation.changes.store import published_changes, published_edits
from app.curation.verification.actions import heard_numbers
from app.curation.verification.store import acts_number
from app.directory.heard import Heard, Pace
from app.directory.model import Directory
from app.edition import check_edition, read_edition, searchable
from app.search.find import Search
from app.storage.database import Database
from app.web.edition import Edition, edition_of, part, set_edition, set_fault

log = logging.getLogger(__name__)

T = TypeVar("T")

POLL_SECONDS = 0.5
"""How often a process looks whether the edition has moved. Reading it anew takes about a second."""

KEPT = 3
"""Editions that are kept beside the live one: drafts that somebody is looking at."""


@dataclass
class Press:
    """Makes editions of libraries, each once. Shared by all threads of a process.

    `content` is the folder that ships, `indexes` that of the search indexes.
    """

    content: Path
    indexes: Path
    _checked: OrderedDict[str, Sequence[Fault]] = field(default_factory=OrderedDict)
    _read: OrderedDict[str, Edition] = field(default_factory=OrderedDict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @cached_property
    def shipped(self) -> Library:
        """The files that ship, as they were when first asked for."""
        return Library.read(self.content)

    def check(self, library: Library) -> Sequence[Fault]:
        """Return every fault of an edition."""
        return self._once(self._checked, library, check_edition)

    def edition(self, library: Library) -> Edition:
        """Return the edition of a library; its search is opened when first asked for. Raises ContentError."""
        return self._once(self._read, library, lambda wanted: searchable(read_edition(wanted), self.indexes))

    def ready(self, library: Library) -> Edition:
        """Return the edition of a library with its search open. Raises ContentError."""
        edition = self.edition(library)
        edition.part(Search).finder  # noqa: B018 (asking opens the index, or builds it)
        return edition

    def _once(self, kept: OrderedDict[str, T], library: Library, make: Callable[[Library], T]) -> T:
        with self._lock:
            if library.digest not in kept:
                kept[library.digest] = make(library)
                while len(kept) > KEPT:
                    kept.popitem(last=False)
            kept.move_to_end(library.digest)
            return kept[library.digest]


@dataclass
class Follower:
    """Keeps the live edition of `site` in step with the database. `forget` forgets the pages that were kept of it."""

    site: Flask
    press: Press
    open_database: Callable[[], Database]
    forget: Callable[[], None]
    digest: str
    number: int = -1
    acts: int = 0
    changes: Changes = field(default_factory=Changes)
    answers: int = 0
    paces: Mapping[str, Pace] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    _wake: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_lost: bool = False

    def step(self) -> bool:
        """Look at the numbers of the edition, of acts of verification and of answers to referrals; where one has moved,
        swap. Says whether.

        What cannot be read, or would be broken, changes nothing: the edition before stays, and `edition_fault` tells.
        """
        with self._lock:
            with self.open_database().reading() as session:
                number, acts, answers = live_number(session), acts_number(session), outcomes_number(session)
                if (number, acts, answers) == (self.number, self.acts, self.answers):
                    return False
                library, checked = live_library(session, self.press.shipped), live_digest(session)
                heard, changes, pace = heard_numbers(session), published_changes(session), paces(session)
                edits = published_edits(session)
            is_same = library.digest == self.digest
            is_told = (acts, changes, pace) == (self.acts, self.changes, self.paces)
            self.number, self.acts, self.answers = number, acts, answers
            try:
                if is_same and is_told:
                    set_fault(self.site, "")
                    return False
                # Whoever published it has checked it, unless other files ship with this process.
                if not is_same and library.digest != checked and (faults := self.press.check(library)):
                    raise ContentError(list(faults))
                edition = told(edition_of(self.site) if is_same else self.press.ready(library), heard, pace)
            except Exception as error:
                log.error(
                    "the edition cannot be served; the one before stays", exc_info=error, extra={"edition": number}
                )
                set_fault(self.site, str(error) or type(error).__name__)
                return False
            set_edition(self.site, edition.with_part(changes).with_part(edits))
            self.forget()
            self.digest, self.changes, self.paces = library.digest, changes, pace
            set_fault(self.site, "")
        log.info("edition swapped", extra={"edition": number})
        return True

    def warm(self) -> None:
        """Look up the words of the live edition once, so that no reader waits for it."""
        with self.site.app_context():
            part(Search).finder.warm()

    def look(self) -> None:
        """Have the thread look now."""
        self._wake.set()

    def run(self) -> None:
        """Look until `stopping` is set."""
        while not self.stopping.is_set():
            try:
                if self.step():
                    self.warm()
                self._is_lost = False
            except Exception as error:
                if not self._is_lost:
                    log.warning("cannot look for a new edition", exc_info=error)
                self._is_lost = True
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()

    def start(self) -> None:
        """Follow in a thread that ends with the process."""
        threading.Thread(target=self.run, name="follow-edition", daemon=True).start()


def told(edition: Edition, heard: Mapping[tuple[str, str], Heard], paces: Mapping[str, Pace]) -> Edition:
    """Return an edition with what was heard of each (id of a body, number), and of bodies, laid over its directory."""
    directory = edition.part(Directory).told(heard).answering(paces)
    return Edition(edition.digest, {**edition.parts, Directory: directory})


FOLLOWER = "dorohovkaz-follower"
"""Where the site keeps its `Follower` among its extensions."""


def first_live(settings: Settings, database: Database) -> Library:
    """Return what is live at a start: the shipped files with what editors have published.

    Where an upgrade and the editors' texts do not fit together, the shipped files alone: then every process tells so.
    """
    shipped = Library.read(settings.content)
    with database.reading() as session:
        live, checked = live_library(session, shipped), live_digest(session)
    if live.digest not in (shipped.digest, checked) and (faults := check_edition(live)):
        log.error("what editors have published does not fit the files that ship", exc_info=ContentError(faults))
        return shipped
    return live

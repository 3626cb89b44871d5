"""What editors and reviewers do: draft, save, merge, submit, return, approve, schedule, publish, retire."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.audit.actions import record
from app.audit.model import Event
from app.content.confirmed import (
    CONFIRMED,
    Edit,
    Standing,
    carried,
    parts,
    prints,
    source_of,
    with_standings,
)
from app.content.confirmed import published as standings_once_published
from app.content.confirmed import standings as standings_of
from app.content.fields import file_of
from app.content.library import Fault, Library
from app.content.moved import MOVED, moves_of
from app.content.store import lock_editions, move_edition
from app.curation import store
from app.curation.dating import dated, dated_as
from app.curation.merge import Merged, has_marks, merge
from app.curation.model import (
    OPEN,
    Change,
    CurationError,
    Deed,
    PathError,
    Revision,
    State,
    StateError,
    after,
    authors,
    checked_path,
    checked_reason,
    checked_review,
    folder_of,
    kind_of,
)
from app.curation.overlay import Check, Published, Ready, differences, digest_of, overlaid
from app.curation.translating import store as translating
from app.kernel.dates import KYIV
from app.storage.database import Database
from app.storage.engine import Session
from app.storage.sealed import new_id

AT_WORK = timedelta(minutes=20)
"""How long after the last sign of life somebody counts as editing an item."""

LONGEST_NOTE = 2_000
"""Characters of a note, a reason or a comment."""


class UnchangedError(CurationError):
    """The text is the live one: there is nothing to propose."""


class MarksError(CurationError):
    """The text holds places where a person has to choose between two versions."""


class FaultsError(CurationError):
    """The edition would be broken: every fault with file, place and what to do."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class StaleError(CurationError):
    """The live text of `path` is not the one that the revision was begun from: merge first."""

    def __init__(self, path: str) -> None:
        super().__init__(f"the live text of {path} has changed since")
        self.path = path


class ConflictError(CurationError):
    """Somebody else saved the revision meanwhile: `theirs`. `merged` is what both texts come to."""

    def __init__(self, theirs: Revision, merged: Merged) -> None:
        super().__init__(f"{theirs.id} was saved by {theirs.saved_by}")
        self.theirs = theirs
        self.merged = merged


class SuccessorError(CurationError):
    """A retired body names its successor, which is a live item of the same kind."""


class PastError(CurationError):
    """The moment of publication has passed."""


@dataclass(frozen=True)
class Ground:
    """What a draft begins from: the live text of a path, its revision and the shipped text beneath it.

    `revision` is empty where the shipped text is live. `exists` is false for a path that nothing stands at.
    """

    path: str
    text: str
    exists: bool
    revision: str
    base: str
    base_digest: str


def ground(session: Session, shipped: Library, path: str) -> Ground:
    """Return what is live at `path`."""
    newest = store.live_revision(session, path)
    if newest is None:
        text = shipped.files.get(path)
        base = text or ""
        return Ground(path, base, text is not None, "", base, digest_of(base) if text is not None else "")
    exists = newest.state is not State.RETIRED
    return Ground(path, newest.text if exists else "", exists, newest.id, newest.base, newest.base_digest)


def live_library(session: Session, shipped: Library) -> Library:
    """Return the live edition: the shipped files overlaid with what is published."""
    return with_standings(overlaid(shipped, store.published(session)), standings(session, shipped))


def standings(session: Session, shipped: Library) -> dict[str, Standing]:
    """Return what every translation was confirmed against, as far as it does not go without saying."""
    return {**standings_of(shipped), **translating.standings(session)}


def begin_draft(
    session: Session, path: str, text: str, *, shipped: Library, change: Change, note: str, actor: str, now: datetime
) -> Revision:
    """Begin a draft of the item at `path`, which may be new.

    Raises PathError, UnchangedError, and OpenRevisionError where the item has a draft already.
    """
    if checked_path(path) in (MOVED, CONFIRMED):
        raise PathError(path)
    begun_from = ground(session, shipped, path)
    if begun_from.exists and begun_from.text == text:
        raise UnchangedError(path)
    row = _row(begun_from, text=text, change=change, note=note, actor=actor, now=now)
    return _begin(session, row, Deed.CREATE)


def open_draft(session: Session, path: str, *, shipped: Library, note: str, actor: str, now: datetime) -> Revision:
    """Return the draft of the live item at `path`, which is begun with the live text where there is none.

    Raises PathError where nothing is live there.
    """
    begun_from = ground(session, shipped, checked_path(path))
    if not begun_from.exists or path in (MOVED, CONFIRMED):
        raise PathError(path)
    id_ = store.on_desk(session, path)
    if id_:
        return store.get_revision(session, id_)
    row = _row(begun_from, text=begun_from.text, change=Change.MEANING, note=note, actor=actor, now=now)
    try:
        return _begin(session, row, Deed.CREATE)
    except store.OpenRevisionError as error:
        return store.get_revision(session, error.id)  # somebody else was quicker


def begin_confirmation(
    session: Session, path: str, text: str, *, shipped: Library, note: str, actor: str, now: datetime
) -> Revision:
    """Begin a draft of a translation, whose text may stay the live one: then only what it stands on is confirmed.

    Raises PathError, OpenRevisionError.
    """
    begun_from = ground(session, shipped, checked_path(path))
    row = _row(begun_from, text=text, change=Change.MEANING, note=note, actor=actor, now=now)
    return _begin(session, row, Deed.CREATE)


def begin_retirement(
    session: Session, path: str, *, successor: str, shipped: Library, note: str, actor: str, now: datetime
) -> list[Revision]:
    """Begin the retirement of the item at `path`, of all its files where it is an article in several languages.

    A body needs a `successor`: the path of a live item of the same kind. Raises PathError, SuccessorError,
    OpenRevisionError.
    """
    live = live_library(session, shipped)
    folder = folder_of(path)
    paths = [other for other in live.files if other.startswith(folder)] if folder else [path]
    if path not in live.files or path == MOVED:
        raise PathError(path)
    must = path.startswith("organisations/")
    if (must or successor) and (
        successor == path or successor not in live.files or kind_of(successor) is not kind_of(path)
    ):
        raise SuccessorError(successor)
    begun = []
    for each in sorted(paths):
        row = _row(
            ground(session, shipped, each), text="", change=Change.MEANING, note=note, actor=actor, now=now
        )  # fmt: skip
        row.retires, row.successor = True, successor if each == path else ""
        begun.append(_begin(session, row, Deed.CREATE))
    return begun


def restore(session: Session, id_: str, *, shipped: Library, note: str, actor: str, now: datetime) -> Revision:
    """Begin a draft that says again what a revision said.

    Raises NoRevisionError, UnchangedError, OpenRevisionError, and StateError for the deletion of an item.
    """
    old = store.get_revision(session, id_)
    if old.retires:
        raise StateError("a deletion has no text to restore")
    return begin_draft(
        session, old.path, old.text, shipped=shipped, change=Change.MEANING, note=note, actor=actor, now=now
    )  # fmt: skip


def save(
    session: Session, id_: str, text: str, *, version: int, change: Change, note: str, actor: str, now: datetime
) -> Revision:
    """Save the text of a draft that was read as `version`.

    Raises NoRevisionError, StateError, and ConflictError where somebody else has saved since.
    """
    row = _drafted(session, id_, text, version, actor)
    row.change, row.note = change.value, note[:LONGEST_NOTE]
    return _saved(session, row, text, automatic=False, actor=actor, now=now)


def autosave(session: Session, id_: str, text: str, *, version: int, actor: str, now: datetime) -> Revision:
    """Save the text of a draft on the way; its note and kind of change stay. Raises what `save` does."""
    row = _drafted(session, id_, text, version, actor)
    return _saved(session, row, text, automatic=True, actor=actor, now=now)


def bring_up_to_date(session: Session, id_: str, *, shipped: Library, actor: str, now: datetime) -> Revision:
    """Merge what has become live since into a draft or an approved revision, which is then a draft again.

    Places that both changed stand between marks. Raises NoRevisionError, StateError, OpenRevisionError.
    """
    row = store.lock_revision(session, id_)
    state = after(State(row.state), Deed.MERGE, retires=row.retires)
    live = ground(session, shipped, row.path)
    if not row.retires:
        row.text = merged_over(row.path, _ancestor(session, row)[1], row.text, live.text).text
    row.parent_id, row.base, row.base_digest = live.revision or None, live.base, live.base_digest
    _written(row, actor, now)
    store.put_state(session, row, state)
    store.add_saving(session, row, automatic=False)
    return _did(session, row, Deed.MERGE, Event.REVISION_MERGED, actor=actor, now=now)


def merged_over(path: str, ancestor: str, text: str, newer: str) -> Merged:
    """Merge `text` with what has become of its `ancestor`. Dates that publication sets do not clash: the newer hold."""
    return merge(dated_as(path, ancestor, newer), dated_as(path, text, newer), newer)


def is_stale(session: Session, one: Revision, *, shipped: Library) -> bool:
    """Say whether something else has become live than what an open revision was begun from."""
    live = ground(session, shipped, one.path)
    return (live.exists, live.text) != _ancestor(session, store.lock_revision(session, one.id))


@dataclass(frozen=True)
class ToMerge:
    """A published text whose shipped ground has changed by an upgrade; `merged` is what both come to."""

    revision: Revision
    shipped: str
    is_shipped: bool
    merged: Merged


def to_merge(session: Session, shipped: Library) -> list[ToMerge]:
    """Return every published text under which an upgrade has changed the shipped one. What editors wrote stays live."""
    found = []
    for one in store.live_revisions(session):
        text = shipped.files.get(one.path)
        if (digest_of(text) if text is not None else "") == one.base_digest:
            continue
        if (text is None) if one.retires else (text == one.text):
            continue  # the upgrade says what the editors had said
        found.append(ToMerge(one, text or "", text is not None, merged_over(one.path, one.base, one.text, text or "")))
    return found


def begin_merge(
    session: Session, path: str, text: str, *, shipped: Library, change: Change, note: str, actor: str, now: datetime
) -> Revision:
    """Begin a draft that answers what an upgrade changed at `path`: it stands on the shipped text of today.

    Its text may be the live one: then the upgrade's change is declined. Raises PathError, OpenRevisionError.
    """
    live = ground(session, shipped, checked_path(path))
    base = shipped.files.get(path)
    row = _row(live, text=text, change=change, note=note, actor=actor, now=now)
    row.base, row.base_digest = base or "", digest_of(base) if base is not None else ""
    return _begin(session, row, Deed.MERGE)


def submit(session: Session, id_: str, *, actor: str, now: datetime) -> Revision:
    """Send a draft to review. Raises NoRevisionError, StateError, and MarksError where a choice is still to be made."""
    row = store.lock_revision(session, id_)
    if has_marks(row.text):
        raise MarksError(row.path)
    return _move(session, row, Deed.SUBMIT, Event.REVISION_SUBMITTED, actor=actor, now=now)


def recall(session: Session, id_: str, *, actor: str, now: datetime) -> Revision:
    """Take a revision back from review. Raises NoRevisionError, StateError."""
    row = store.lock_revision(session, id_)
    return _move(session, row, Deed.RECALL, Event.REVISION_RECALLED, actor=actor, now=now)


def send_back(session: Session, id_: str, reason: str, *, actor: str, now: datetime) -> Revision:
    """Return a revision to its authors with the reason.

    Raises NoRevisionError, StateError, NoReasonError, and OpenRevisionError where the item has another draft by now.
    """
    said = checked_reason(reason)[:LONGEST_NOTE]
    row = store.lock_revision(session, id_)
    return _move(session, row, Deed.RETURN, Event.REVISION_RETURNED, actor=actor, now=now, note=said)


def approve(session: Session, id_: str, *, actor: str, now: datetime) -> Revision:
    """Approve a revision. Raises NoRevisionError, StateError, and OwnWorkError for whoever wrote any part of it."""
    row = store.lock_revision(session, id_)
    checked_review(actor, authors(store.steps(session, id_)))
    return _move(session, row, Deed.APPROVE, Event.REVISION_APPROVED, actor=actor, now=now)


def schedule(session: Session, id_: str, at: datetime, *, actor: str, now: datetime) -> Revision:
    """Have an approved revision published at a moment. Raises NoRevisionError, StateError, PastError."""
    if at <= now:
        raise PastError(at.isoformat())
    row = store.lock_revision(session, id_)
    row.publish_at, row.failure = at, ""
    return _move(
        session, row, Deed.SCHEDULE, Event.REVISION_SCHEDULED, actor=actor, now=now, note=at.isoformat()
    )  # fmt: skip


def unschedule(session: Session, id_: str, *, actor: str, now: datetime) -> Revision:
    """Call a scheduled publication off; the revision stays approved. Raises NoRevisionError, StateError."""
    row = store.lock_revision(session, id_)
    row.publish_at = None
    return _move(session, row, Deed.UNSCHEDULE, Event.REVISION_UNSCHEDULED, actor=actor, now=now)


def discard(session: Session, id_: str, *, actor: str, now: datetime) -> Revision:
    """Give a draft up; its text stays in the history. Raises NoRevisionError, StateError."""
    row = store.lock_revision(session, id_)
    return _move(session, row, Deed.DISCARD, Event.REVISION_DISCARDED, actor=actor, now=now)


def candidate(session: Session, ids: Collection[str], *, shipped: Library, now: datetime) -> Library:
    """Return the edition as it would be with these revisions published now, whatever their state.

    Raises NoRevisionError.
    """
    chosen = [once_published(session, store.get_revision(session, id_), shipped=shipped, now=now) for id_ in ids]
    return _candidate(session, chosen, shipped)[0]


def once_published(session: Session, one: Revision, *, shipped: Library, now: datetime) -> Revision:
    """Return a revision as it reads once it is published: with the dates that follow from the kind of its change."""
    if one.retires:
        return one
    day = (one.publish_at or now).astimezone(KYIV).date()
    live = ground(session, shipped, one.path).text
    return replace(one, text=dated(one.path, one.text, live, change=one.change, day=day))


def _candidate(session: Session, chosen: Sequence[Revision], shipped: Library) -> tuple[Library, dict[str, Standing]]:
    """Return the edition as it would be with these revisions, and what its translations would stand on."""
    paths = {one.path for one in chosen}
    before = store.published(session)
    kept = [one for one in before if one.path not in paths]
    bare = overlaid(shipped, [*kept, *(_as_published(one) for one in chosen)])
    confirmed = translating.draft_confirmations(session, [one.id for one in chosen])
    edits = [
        Edit(one.path, one.change is Change.MINOR, _day(one), confirmed.get(one.id, {}))
        for one in sorted(chosen, key=lambda one: one.path)
    ]
    after_ = standings_once_published(overlaid(shipped, before).files, bare.files, standings(session, shipped), edits)
    return with_standings(bare, after_), after_


def _day(one: Revision) -> str:
    return (one.publish_at or one.saved_at).astimezone(KYIV).date().isoformat()


def candidate_text(session: Session, path: str, text: str, *, shipped: Library, now: datetime) -> Library:
    """Return the edition as it would be with this text at `path`, published now."""
    before = store.published(session)
    kept = [one for one in before if one.path != path]
    live = ground(session, shipped, path).text
    told = dated(path, text, live, change=Change.MEANING, day=now.astimezone(KYIV).date())
    bare = overlaid(shipped, [*kept, Published(path, told, retires=False, successor="")])
    after_ = standings_once_published(
        overlaid(shipped, before).files, bare.files, standings(session, shipped), [Edit(path, False, "")]
    )
    return with_standings(bare, after_)


def rehearse(
    session: Session, ids: Collection[str], *, shipped: Library, check: Check, ready: Ready, now: datetime
) -> None:
    """Do what takes long of a publication beforehand, while nobody has to wait for it. Raises NoRevisionError."""
    library = candidate(session, ids, shipped=shipped, now=now)
    if not check(library):
        ready(library)


def publish(
    session: Session, ids: Collection[str], *, shipped: Library, check: Check, actor: str, now: datetime
) -> int:
    """Make approved or scheduled revisions live, all or none, and return the number of the edition.

    The edition is checked as it will be, with whatever others have published a moment ago: they and this one wait for
    each other. Raises NoRevisionError, StateError, StaleError, FaultsError; then nothing is published.
    """
    lock_editions(session)
    rows = [store.lock_revision(session, id_) for id_ in sorted(set(ids))]
    states = [after(State(row.state), Deed.PUBLISH, retires=row.retires) for row in rows]
    if len({row.path for row in rows}) < len(rows) or not rows:
        raise StateError("an item is published once in an edition")
    for row in rows:
        live = ground(session, shipped, row.path)
        if (live.exists, live.text) != _ancestor(session, row):
            raise StaleError(row.path)
    revisions = [once_published(session, store.revision(row), shipped=shipped, now=now) for row in rows]
    library, standing = _candidate(session, revisions, shipped)
    faults = check(library)
    if faults:
        raise FaultsError(faults)
    _carry_drafts(session, rows, shipped)
    known = standings(session, shipped)
    translating.put_standings(session, {path: one for path, one in standing.items() if known.get(path) != one})
    number = move_edition(session, library.digest, now)
    for row, one, state in zip(rows, revisions, states, strict=True):
        row.text = one.text
        row.edition, row.published_at, row.publish_at, row.failure = number, now, None, ""
        store.put_state(session, row, state)
        store.forget_savings(session, row.id)
        store.add_step(session, row.id, Deed.PUBLISH, by=actor, at=now, note=str(number))
        record(
            session, Event.REVISION_PUBLISHED, actor=actor, subject=subject(row.id), now=now, edition=str(number)
        )  # fmt: skip
    return number


def _carry_drafts(session: Session, rows: Sequence[store.RevisionRow], shipped: Library) -> None:
    """Let what translators have confirmed in drafts stay confirmed through minor edits of the source."""
    minor = {row.path: row for row in rows if row.change == Change.MINOR and not row.retires}
    if not minor:
        return
    drafts = store.open_revisions(session)
    confirmed = translating.draft_confirmations(session, [one.id for one in drafts])
    for id_, address in ((id_, address) for id_, said in confirmed.items() for address in said):
        source = source_of(address)
        row = minor.get(file_of(source))
        if row is None or row.id == id_:
            continue
        was, now_ = (prints(parts(source, text)) for text in (ground(session, shipped, row.path).text, row.text))
        if was != now_:
            moved = carried(confirmed[id_][address], was, now_)
            translating.put_draft_confirmation(session, id_, address, moved)


def publish_due(
    database: Database, *, shipped: Callable[[], Library], check: Check, ready: Ready, actor: str, now: datetime
) -> int:
    """Publish what is scheduled for a moment that has come; return how many revisions became live.

    What belongs together is tried together first, then each by itself. What cannot be published stays approved, and
    its page says why.
    """
    with database.reading() as session:
        due = store.due(session, now)
    done = 0
    for ids in [due, *([id_] for id_ in due if len(due) > 1)] if due else []:
        with database.reading() as session:
            left = [id_ for id_ in ids if store.get_revision(session, id_).state is State.SCHEDULED]
            if not left:
                continue
            rehearse(session, left, shipped=shipped(), check=check, ready=ready, now=now)
        try:
            with database.writing() as session:
                publish(session, left, shipped=shipped(), check=check, actor=actor, now=now)
            done += len(left)
        except StateError:
            continue  # another worker was quicker, or it was called off
        except (FaultsError, StaleError) as error:
            if len(left) == 1:
                _fail(database, left[0], error, actor=actor, now=now)
    return done


def _fail(database: Database, id_: str, error: FaultsError | StaleError, *, actor: str, now: datetime) -> None:
    with database.writing() as session:
        row = store.lock_revision(session, id_)
        if State(row.state) is not State.SCHEDULED:
            return
        row.publish_at, row.failure = None, str(error)
        store.put_state(session, row, after(State(row.state), Deed.FAIL, retires=row.retires))
        store.add_step(session, id_, Deed.FAIL, by=actor, at=now, note=str(error)[:LONGEST_NOTE])
        reason = "stale" if isinstance(error, StaleError) else "faults"
        record(session, Event.REVISION_NOT_PUBLISHED, actor=actor, subject=subject(id_), now=now, reason=reason)


@dataclass(frozen=True)
class Proposed:
    """What an import came to: drafts begun, and paths left alone because they have a draft already."""

    drafts: tuple[Revision, ...]
    busy: tuple[str, ...]


def propose_files(
    session: Session, files: Library, *, shipped: Library, change: Change, note: str, actor: str, now: datetime
) -> Proposed:
    """Propose every difference between `files` and the live edition as a draft.

    Raises PathError for a file at a path where no content can stand.
    """
    live = live_library(session, shipped)
    changed, gone = differences(live, files.files)
    moves = moves_of(files)
    drafts: list[Revision] = []
    busy: list[str] = []
    for path in sorted({*changed, *gone} - {MOVED, CONFIRMED}):
        if store.on_desk(session, checked_path(path)):
            busy.append(path)
        elif path in changed:
            drafts.append(
                begin_draft(
                    session, path, changed[path], shipped=shipped, change=change, note=note, actor=actor, now=now
                )
            )
        else:
            row = _row(ground(session, shipped, path), text="", change=change, note=note, actor=actor, now=now)
            row.retires, row.successor = True, moves.get(path, "")
            drafts.append(_begin(session, row, Deed.CREATE))
    return Proposed(tuple(drafts), tuple(busy))


def comment(
    session: Session, id_: str, text: str, *, anchor: str, section_hash: str, actor: str, now: datetime
) -> None:
    """Comment on one section of an open revision. Raises NoRevisionError, StateError, NoReasonError."""
    if State(store.lock_revision(session, id_).state) not in OPEN:
        raise StateError("it is not open any more")
    said = checked_reason(text)[:LONGEST_NOTE]
    store.add_comment(session, id_, anchor=anchor, section_hash=section_hash, text=said, by=actor, at=now)
    record(session, Event.REVISION_COMMENTED, actor=actor, subject=subject(id_), now=now)


def settle(session: Session, id_: str, comment_id: str, *, actor: str, now: datetime) -> None:
    """Mark a comment as settled; one that is settled already stays so."""
    if store.settle_comment(session, id_, comment_id, by=actor, at=now):
        record(session, Event.COMMENT_SETTLED, actor=actor, subject=subject(id_), now=now)


def open_form(session: Session, path: str, *, actor: str, now: datetime) -> list[store.Editing]:
    """Note that the form of `path` is open and return who else has it open."""
    store.note_editing(session, path, actor, now, since_before=now - AT_WORK)
    return [one for one in store.editing(session, path, seen_since=now - AT_WORK) if one.account != actor]


def subject(id_: str) -> str:
    """Return how the audit names a revision."""
    return f"revision:{id_}"


def faults_of(path: str, faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults with those of `path` first."""
    return sorted(faults, key=lambda fault: fault.path != path)


def _as_published(one: Revision) -> Published:
    return Published(one.path, one.text, one.retires, one.successor)


def _ancestor(session: Session, row: store.RevisionRow) -> tuple[bool, str]:
    """Return whether there was a text that a revision was begun from, and that text."""
    if row.parent_id is None:
        return bool(row.base_digest), row.base
    parent = store.get_revision(session, row.parent_id)
    return not parent.retires, parent.text


def _row(begun_from: Ground, *, text: str, change: Change, note: str, actor: str, now: datetime) -> store.RevisionRow:
    return store.RevisionRow(
        id=new_id(), path=begun_from.path, desk_path=begun_from.path, text=text, retires=False, successor="",
        change=change.value, note=note[:LONGEST_NOTE], state=State.DRAFT.value, version=1,
        parent_id=begun_from.revision or None, base=begun_from.base, base_digest=begun_from.base_digest, edition=0,
        created_by=actor, created_at=now, saved_by=actor, saved_at=now, failure="",
    )  # fmt: skip


def _begin(session: Session, row: store.RevisionRow, deed: Deed) -> Revision:
    store.add_revision(session, row)
    store.add_saving(session, row, automatic=False)
    return _did(session, row, deed, Event.REVISION_BEGUN, actor=row.created_by, now=row.created_at)


def _drafted(session: Session, id_: str, text: str, version: int, actor: str) -> store.RevisionRow:
    row = store.lock_revision(session, id_)
    after(State(row.state), Deed.SAVE, retires=row.retires)
    if row.retires:
        raise StateError("a deletion has no text")
    if version != row.version and text != row.text:
        ancestor = store.saved_text(session, id_, version) or ""
        raise ConflictError(store.revision(row), merge(ancestor, text, row.text))
    return row


def _saved(
    session: Session, row: store.RevisionRow, text: str, *, automatic: bool, actor: str, now: datetime
) -> Revision:
    row.text = text
    _written(row, actor, now)
    store.add_saving(session, row, automatic=automatic)
    last = store.steps(session, row.id)[-1]
    if automatic and (last.deed, last.by) == (Deed.SAVE, actor):
        # One sitting is one line of history, however often the text is saved on the way.
        return store.revision(row)
    return _did(session, row, Deed.SAVE, Event.REVISION_SAVED, actor=actor, now=now)


def _written(row: store.RevisionRow, actor: str, now: datetime) -> None:
    row.version += 1
    row.saved_by, row.saved_at, row.failure = actor, now, ""


def _move(
    session: Session, row: store.RevisionRow, deed: Deed, event: Event, *, actor: str, now: datetime, note: str = ""
) -> Revision:
    store.put_state(session, row, after(State(row.state), deed, retires=row.retires))
    return _did(session, row, deed, event, actor=actor, now=now, note=note)


def _did(
    session: Session, row: store.RevisionRow, deed: Deed, event: Event, *, actor: str, now: datetime, note: str = ""
) -> Revision:
    store.add_step(session, row.id, deed, by=actor, at=now, note=note)
    record(session, event, actor=actor, subject=subject(row.id), now=now)
    return store.revision(row)

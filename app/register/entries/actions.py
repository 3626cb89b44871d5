"""What staff do with entries: record, read, search, correct, give a status, merge, take a merger back; all audited."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.store import AccountRow
from app.audit.actions import record
from app.audit.model import Event
from app.outbox.actions import assign
from app.outbox.model import Task
from app.register import actions as matching
from app.register import store as entries
from app.register.blocking import keys
from app.register.demo import demo_entries
from app.register.entries import store
from app.register.entries.store import Duplicate, Import, Kept, Prepared
from app.register.entry import Basis, Correction, Entry, Merger, Standing, Status, changes, current
from app.register.importing import Ready
from app.register.linkage import Comparison, Linkage, Match, Verdict, shipped_weights
from app.register.names import masculine, read
from app.register.person import Person
from app.storage.engine import Session
from app.storage.sealed import vault_of
from app.storage.vault import Vault

SHOWN = 10
"""Most entries that a search shows: what is not among them is to be asked for with more."""


class UnknownEntryError(LookupError):
    """There is no entry of this number."""


class StaleError(Exception):
    """Somebody changed the entry meanwhile. Look at it anew: nothing was written."""


class MergedError(Exception):
    """The entry was merged into another (`into`): that one is to be changed, or the merger taken back."""

    def __init__(self, into: int) -> None:
        super().__init__(f"merged into entry {into}")
        self.into = into


class NotMergedError(Exception):
    """The entry stands for itself: there is no merger to take back."""


class UnchangedError(Exception):
    """The correction changes nothing."""


class SameEntryError(Exception):
    """An entry cannot be merged with itself."""


class DecidedError(Exception):
    """There is no such proposal, or somebody has decided on it."""


class ReasonError(Exception):
    """A reason is missing: what was done to an entry must be understood years later."""


@dataclass(frozen=True)
class Found:
    """An entry that may be the person asked for. `through` is the merged entry whose record fits best, or itself."""

    kept: Kept
    through: int
    match: Match
    probability: float
    verdict: Verdict


@dataclass(frozen=True)
class File:
    """Everything the register has on an entry: statuses, corrections and mergers, oldest first; merged entries."""

    kept: Kept
    history: Sequence[Standing]
    corrections: Sequence[Correction]
    mergers: Sequence[Merger]
    merged: Sequence[Kept]
    duplicates: Sequence[Duplicate]


@dataclass(frozen=True)
class Pair:
    """Two entries beside each other. `proposal` is set where they were proposed as duplicates."""

    first: Kept
    second: Kept
    comparison: Comparison
    proposal: Duplicate | None = None


def record_entry(
    session: Session, entry: Entry, status: Status, basis: Basis, *, actor: str, now: datetime, demo: bool = False
) -> int:
    """Record an entry and return its number. Entries that are likely the same person are proposed as duplicates."""
    (number,) = store.add(
        session, [store.prepared(vault_of(session), entry, status, basis, demo=demo)], actor=actor, now=now
    )
    record(session, Event.ENTRY_RECORDED, actor=actor, subject=_named(number), now=now)
    store.propose(session, twins(session, [number], comparing(session)), now=now)
    return number


def comparing(session: Session) -> Linkage:
    """Return the comparison of persons by the weights that ship, with the rarity of names in this register."""
    return matching.linkage(session, shipped_weights())


def search(
    session: Session, claim: Person, *, actor: str, now: datetime, subject: str = "register", limit: int = SHOWN
) -> list[Found]:
    """Return the entries that may be the person claimed, best first, at most `limit`; which ones is recorded.

    Entries that were merged are compared each by itself and answered by the one that they were merged into. `subject`
    is what they were looked for on behalf of, such as ``request:REFERENCE``.
    """
    linkage = comparing(session)
    matches = matching.find(session, claim, linkage)
    roots = store.roots(session, [match.entry for match in matches])
    together: dict[int, list[Match]] = defaultdict(list)
    for match in matches:
        together[roots[match.entry]].append(match)
    probable = {root: _probability(linkage, group) for root, group in together.items()}
    best = sorted(together, key=lambda root: (-probable[root], root))[:limit]
    kept = store.kept_of(session, best)
    found = []
    for root in best:
        match, probability = together[root][0], probable[root]
        # Entries of one person are no rivals of each other, though they were compared as if they were.
        sure = probability >= linkage.weights.thresholds.likely and not match.comparison.has_conflict
        verdict = Verdict.LIKELY if sure else match.verdict
        found.append(Found(kept[root], match.entry, match, probability, verdict))
    record(session, Event.ENTRIES_SEARCHED, actor=actor, subject=subject, now=now, entries=_listed(best))
    return found


def _probability(linkage: Linkage, matches: Sequence[Match]) -> float:
    """Return the probability that any of the matches, which are entries of one person, is the one claimed.

    The comparison has counted entries that agree with each other as one already; those that differ were rivals.
    """
    counted: list[Match] = []
    for match in matches:
        if all(linkage.compare(match.person, other.person).has_conflict for other in counted):
            counted.append(match)
    return min(1.0, sum(match.probability for match in counted))


def read_entry(session: Session, number: int, *, actor: str, now: datetime) -> File:
    """Return everything on an entry; the reading is recorded. Raises UnknownEntryError."""
    kept = _existing(session, number)
    told = {"namesake": "yes"} if is_namesake(session, actor, kept.entry.person) else {}
    record(session, Event.ENTRY_READ, actor=actor, subject=_named(number), now=now, **told)
    merged = store.merged_with(session, number)
    others = store.kept_of(session, merged)
    return File(
        kept,
        store.history(session, number),
        store.corrections(session, number),
        store.mergers(session, number),
        [others[other] for other in merged],
        store.duplicates_of(session, number),
    )


def correct(
    session: Session, number: int, entry: Entry, *, version: int, reason: str, actor: str, now: datetime
) -> None:
    """Put right what an entry records; the old values and the reason stay. It is found by the new values from now on.

    Raises UnknownEntryError, ReasonError, MergedError, UnchangedError, StaleError.
    """
    reason = _reason(reason)
    kept = _standing(session, number)
    found = changes(kept.entry, entry)
    if kept.version != version:
        raise StaleError
    if not found:
        raise UnchangedError
    if not store.replace(session, number, version, kept.entry, entry):
        raise StaleError
    store.add_correction(session, number, version + 1, found, reason, actor=actor, now=now)
    told = ",".join(change.item for change in found)
    record(
        session,
        Event.ENTRY_CORRECTED,
        actor=actor,
        subject=_named(number),
        now=now,
        change=told if len(told) < _LONGEST else f"{len(found)}-items",
    )
    store.propose(session, twins(session, [number], comparing(session)), now=now)
    _tell_of_change(session, number, version + 1, now)


_LONGEST = 120
"""Characters of a reference in the audit."""


def set_status(
    session: Session, number: int, status: Status, basis: Basis, *, version: int, actor: str, now: datetime
) -> None:
    """Add a status to those of an entry. The entry shows the latest by date, which need not be the one added now.

    Raises UnknownEntryError, ReasonError (no source), MergedError, StaleError.
    """
    basis = Basis(basis.since, _reason(basis.source))
    _standing(session, number)
    if not store.add_status(session, number, version, status, basis, actor=actor, now=now):
        raise StaleError
    store.set_current(session, number, current(store.history(session, number)).status)
    record(session, Event.ENTRY_STATUS_SET, actor=actor, subject=_named(number), now=now, status=status.value)
    _tell_of_change(session, number, version + 1, now)


def compare_pair(session: Session, first: int, second: int, *, actor: str, now: datetime) -> Pair:
    """Return two entries beside each other; both readings are recorded. Raises UnknownEntryError, SameEntryError."""
    if first == second:
        raise SameEntryError
    one, other = _existing(session, first), _existing(session, second)
    for number in (first, second):
        record(session, Event.ENTRY_READ, actor=actor, subject=_named(number), now=now)
    return Pair(one, other, comparing(session).compare(one.entry.person, other.entry.person))


def merge(
    session: Session,
    kept: int,
    gone: int,
    *,
    versions: tuple[int, int],
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """Let entry `gone` lead to `kept`, because both are of one person. Nothing recorded in either is changed.

    Whoever is looked for by what `gone` records is found, and answered with `kept`. Raises UnknownEntryError,
    SameEntryError, ReasonError, MergedError (either was merged before), StaleError.
    """
    if kept == gone:
        raise SameEntryError
    reason = _reason(reason)
    _standing(session, kept)
    _standing(session, gone)
    if not store.merge(session, (kept, versions[0]), (gone, versions[1]), reason, actor=actor, now=now):
        raise StaleError
    store.decide_pair(session, (kept, gone), store.OPEN, store.MERGED)
    record(session, Event.ENTRIES_MERGED, actor=actor, subject=_named(gone), now=now, into=_named(kept))
    _tell_of_change(session, kept, versions[0] + 1, now)


def unmerge(session: Session, gone: int, *, version: int, reason: str, actor: str, now: datetime) -> None:
    """Take the merger of an entry back: it stands for itself again, as it was.

    Raises UnknownEntryError, ReasonError, NotMergedError, StaleError.
    """
    reason = _reason(reason)
    found = _existing(session, gone)
    if found.merged_into is None:
        raise NotMergedError
    kept = _existing(session, found.merged_into)
    if not store.unmerge(session, (kept.number, kept.version), (gone, version), reason, actor=actor, now=now):
        raise StaleError
    store.decide_pair(session, (kept.number, gone), store.MERGED, store.OPEN)
    record(session, Event.ENTRIES_UNMERGED, actor=actor, subject=_named(gone), now=now, into=_named(kept.number))
    _tell_of_change(session, kept.number, kept.version + 1, now)
    _tell_of_change(session, gone, version + 1, now)


def _tell_of_change(session: Session, number: int, version: int, now: datetime) -> None:
    """Have what was issued on an entry, and on those merged into it, compared with what it holds now."""
    assign(session, Task.ENTRY_CHANGED, _named(number), key=f"entry-changed:{number}:{version}", now=now)


def list_duplicates(
    session: Session, *, actor: str, now: datetime, after: int = 0, limit: int = 25
) -> list[tuple[Duplicate, Kept, Kept]]:
    """Return open proposals with both entries, the most probable first; which entries were shown is recorded."""
    proposals = store.duplicates(session, after=after, limit=limit)
    kept = store.kept_of(session, {number for one in proposals for number in (one.first, one.second)})
    shown = sorted(kept)
    record(session, Event.DUPLICATES_LISTED, actor=actor, subject="register", now=now, entries=_listed(shown))
    return [(one, kept[one.first], kept[one.second]) for one in proposals]


def read_duplicate(session: Session, id_: str, *, actor: str, now: datetime) -> Pair:
    """Return a proposal with both entries beside each other; both readings are recorded. Raises DecidedError."""
    proposal = store.duplicate(session, id_)
    if proposal is None or proposal.state != store.OPEN:
        raise DecidedError
    pair = compare_pair(session, proposal.first, proposal.second, actor=actor, now=now)
    return Pair(pair.first, pair.second, pair.comparison, proposal)


def dismiss(session: Session, id_: str, *, reason: str, actor: str, now: datetime) -> None:
    """Say that two entries are of two people. The pair is not proposed again. Raises ReasonError, DecidedError."""
    reason = _reason(reason)
    proposal = store.duplicate(session, id_)
    if proposal is None or not store.decide_duplicate(session, id_, store.DISMISSED, reason, actor=actor, now=now):
        raise DecidedError
    told = _listed([proposal.first, proposal.second])
    record(session, Event.DUPLICATE_DISMISSED, actor=actor, subject="register", now=now, entries=told)


def twins(session: Session, numbers: Collection[int], linkage: Linkage) -> list[tuple[int, int, float]]:
    """Return (entry, other, probability) for each of the entries `numbers` that likely is the same person as another.

    Entries that were merged stand aside. Each pair is returned once, whichever of the two was asked for.
    """
    vault = vault_of(session)
    own = entries.people(session, list(numbers))
    blocks = {
        number: {vault.block(key.kind, key.folded): key.kind for key in keys(person)} for number, person in own.items()
    }
    every = {block for found in blocks.values() for block, kind in found.items() if kind not in _COMMON}
    sharing = store.sharing(session, every, most=entries.BLOCK_ROWS)
    near: dict[int, list[int]] = {}
    for number, found in blocks.items():
        shared = Counter(other for block in found for other in sharing.get(block, ()) if other != number)
        near[number] = [other for other, count in shared.items() if count >= min(_SEVERAL, len(found) - 1)]
    roots = store.roots(session, {*near, *(other for others in near.values() for other in others)})
    people = own | entries.people(session, sorted({other for others in near.values() for other in others} - own.keys()))
    population = entries.population(session)
    pairs: dict[tuple[int, int], float] = {}
    for number, others in near.items():
        for other in others:
            pair = (min(number, other), max(number, other))
            if pair in pairs or roots[number] != number or roots[other] != other:
                continue
            # Each by itself: a person may well be entered three times, so the others are no rivals.
            for match in linkage.rank(own[number], {other: people[other]}, population=population):
                if match.verdict is Verdict.LIKELY:
                    pairs[pair] = match.probability
    return [(first, second, probability) for (first, second), probability in pairs.items()]


_COMMON = frozenset({"names"})
"""Kinds of keys under which too many entries stand to read them all for a whole file."""
_SEVERAL = 2
"""Keys that two entries of one person share, of those asked for: names, patronymic and date by twos and threes."""


@dataclass(frozen=True)
class Record:
    """What the register holds on an entry: what it records, and its statuses in the order of recording."""

    entry: Entry
    history: Sequence[Standing]


def records_of(session: Session, numbers: Collection[int]) -> dict[int, Record]:
    """Return what the register holds on entries, for a comparison that nobody looks at. Those unknown are left out."""
    return {
        number: Record(kept.entry, store.history(session, number))
        for number, kept in store.kept_of(session, numbers).items()
    }


def same_person(session: Session, number: int) -> tuple[int, Sequence[int]]:
    """Return the entry that stands for `number`, and all that lead to it, itself among them."""
    root = store.roots(session, [number])[number]
    return root, [root, *store.merged_with(session, root)]


def _existing(session: Session, number: int) -> Kept:
    kept = store.kept(session, number)
    if kept is None:
        raise UnknownEntryError(number)
    return kept


def _standing(session: Session, number: int) -> Kept:
    kept = _existing(session, number)
    if kept.merged_into is not None:
        raise MergedError(kept.merged_into)
    return kept


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise ReasonError
    return reason


def _named(number: int) -> str:
    return f"entry:{number}"


def _listed(numbers: Sequence[int]) -> str:
    """Return the numbers of entries as a reference of the audit."""
    told = "entries:" + ",".join(map(str, numbers))
    return "none" if not numbers else told if len(told) < _LONGEST else f"many:{len(numbers)}"


def is_namesake(session: Session, actor: str, person: Person) -> bool:
    """Say whether whoever reads has the surname of the person, in either gender's form."""
    account = session.get(AccountRow, actor.removeprefix("account:"))
    if account is None:
        return False
    mine = {masculine(form) for word in account.name.split() for form in read(word).skeletons}
    theirs = {masculine(form) for name in (person.surname, *person.former_surnames) for form in read(name).skeletons}
    return bool(mine & theirs)


@dataclass(frozen=True)
class Taken:
    """What one transaction of an import did: the numbers of new entries, and how many rows the register had already."""

    entered: range
    known: int


def begin_import(session: Session, file: str, *, actor: str, now: datetime) -> Import:
    """Return how far the import of a file is, which is known by `file` (a hash of it); a new one begins now."""
    return store.begin_import(session, file, actor=actor, now=now)


def seal_rows(vault: Vault, rows: Sequence[Ready], seen: Counter[str]) -> list[Prepared]:
    """Return rows sealed, each with the hash by which it is known again.

    `seen` counts equal rows of the file so far: the second of two equal rows is a row of its own, and proposed as a
    duplicate like any other.
    """
    found = []
    for row in rows:
        seen[row.text] += 1
        index = vault.blind("register-row", f"{seen[row.text]} {row.text}")
        found.append(store.prepared(vault, row.entry, row.status, row.basis, row_index=index))
    return found


def take_in(
    session: Session, id_: str, rows: Sequence[Prepared], *, was: int, rows_done: int, actor: str, now: datetime
) -> Taken:
    """Enter the rows of one batch that the register does not have, and note that the file is done up to `rows_done`.

    Raises StaleError where the import was not at `was`: another process is at the same file.
    """
    known = store.known_rows(session, [row.row_index for row in rows if row.row_index])
    fresh = [row for row in rows if row.row_index not in known]
    entered = store.add(session, fresh, actor=actor, now=now)
    if not store.advance_import(session, id_, rows_done=rows_done, was=was, numbers=entered):
        raise StaleError
    told = f"entries:{entered[0]}..{entered[-1]}" if entered else "none"
    record(
        session,
        Event.ENTRIES_IMPORTED,
        actor=actor,
        subject=f"import:{id_}",
        now=now,
        count=str(len(entered)),
        entries=told,
    )
    return Taken(entered, len(rows) - len(fresh))


def names_counted(session: Session) -> dict[int, int]:
    """Return how common the names of all entries are, as the register keeps it, without keeping it yet."""
    counts: Counter[int] = Counter()
    everyone = 0
    for _, person in entries.every_person(session):
        counts.update(matching.name_hashes(vault_of(session), person))
        everyone += 1
    return matching.common(counts, everyone)


def add_demo_entries(session: Session, *, actor: str, now: datetime) -> int:
    """Record the demonstration entries, unless they are there; return how many were recorded."""
    if store.holds_demo(session):
        return 0
    recorded = 0
    for one in demo_entries():
        status, basis = one.statuses[0]
        number = record_entry(session, one.entry, status, basis, actor=actor, now=now, demo=True)
        for version, (later, why) in enumerate(one.statuses[1:], 1):
            set_status(session, number, later, why, version=version, actor=actor, now=now)
        recorded += 1
    return recorded


def holds_real_entries(session: Session) -> bool:
    """Say whether the register holds an entry that is no demonstration."""
    return store.holds_real(session)

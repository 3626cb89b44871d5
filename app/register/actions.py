"""Finding the entries that a claim may mean, and counting how common the register's names are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.register import store
from app.register.blocking import keys, probes
from app.register.linkage import RAREST, Field, Linkage, Match, tokens
from app.register.person import Person
from app.register.weights import Weights
from app.storage.engine import Session
from app.storage.sealed import vault_of
from app.storage.vault import Vault

COUNTED = (Field.SURNAME, Field.GIVEN, Field.PATRONYMIC)
_FEWEST = 5
"""A name that fewer entries have is not counted: its share is too uncertain, and it would point to few people."""


@dataclass(frozen=True)
class Rarities:
    """How common names are among the entries, asked through keyed hashes, each of which is made once."""

    vault: Vault
    counts: Mapping[int, int]
    population: int
    _asked: dict[tuple[str, str], float | None] = field(default_factory=dict, repr=False)

    def __call__(self, kind: str, token: str) -> float | None:
        if (kind, token) not in self._asked:
            count = self.counts.get(store.name_hash(self.vault, kind, token))
            self._asked[kind, token] = None if count is None else count / max(self.population, 1)
        return self._asked[kind, token]


def linkage(session: Session, weights: Weights) -> Linkage:
    """Return the comparison of persons with the rarity of names as it was last counted in this register."""
    counts = store.name_counts(session)
    if not counts:
        return Linkage(weights)
    return Linkage(weights, Rarities(vault_of(session), counts, store.population(session)))


def find(session: Session, claim: Person, comparing: Linkage, *, limit: int = store.CANDIDATES) -> list[Match]:
    """Return the entries that may be the person claimed, best first, each with its reasons and its probability.

    Where one that shares several blocks is all but certain, those that share a single one are not opened: whoever fits
    as well would share several too.
    """
    found = store.candidates(session, blocks_of(vault_of(session), claim), limit=limit)
    everyone = store.population(session)
    near = [candidate.entry for candidate in found if candidate.shared >= _SEVERAL]
    people = store.people(session, near)
    if near:
        matches = comparing.rank(claim, people, population=everyone)
        if matches and matches[0].probability >= _CERTAIN and not matches[0].comparison.has_conflict:
            return matches
    rest = [candidate.entry for candidate in found if candidate.shared < _SEVERAL]
    return comparing.rank(claim, people | store.people(session, rest), population=everyone)


_SEVERAL = 2
"""Blocks. Two entries with one full name and one birth date share at least three."""
_CERTAIN = 0.999


def blocks_of(vault: Vault, claim: Person) -> dict[int, float]:
    """Return the blocking hashes that a claim asks under; those of what it says itself count for more than guesses."""
    said = keys(claim)
    return {vault.block(key.kind, key.folded): (_SAID if key in said else 0.0) for key in sorted(probes(claim))}


_SAID = 2.0
"""Bits."""


def count_names(session: Session) -> int:
    """Count anew how common the names of all entries are. Returns how many names are common enough to be kept."""
    counts: Counter[int] = Counter()
    everyone = 0
    for _, person in store.every_person(session):
        counts.update(name_hashes(vault_of(session), person))
        everyone += 1
    kept = common(counts, everyone)
    store.set_name_counts(session, kept)
    return len(kept)


def name_hashes(vault: Vault, person: Person) -> Iterable[int]:
    """Yield the hashes under which a person's names are counted."""
    for name in COUNTED:
        yield from (store.name_hash(vault, name, token) for token in tokens(name, person))


def common(counts: Mapping[int, int], everyone: int) -> dict[int, int]:
    """Return the counts worth keeping of names among `everyone`."""
    return {block: count for block, count in counts.items() if count >= max(_FEWEST, everyone * RAREST)}

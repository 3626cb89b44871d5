"""Finding the entries that a claim may mean, and counting how common the register's names are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.storage.engine import Session

from app.register import store
from app.register.blocking import probes
from app.register.linkage import RAREST, Field, Linkage, Match, tokens
from app.register.person import Person
from app.register.weights import Weights
from app.storage.sealed import vault_of
from app.storage.vault import Vault

COUNTED = (Field.SURNAME, Field.GIVEN, Field.PATRONYMIC)
_FEWEST = 5
"""A name that fewer entries have is not counted: its share is too uncertain, and it would point to few people."""


@dataclass(frozen=True)
class Rarities:
    """How common names are among the entries, asked through keyed hashes."""

    vault: Vault
    counts: Mapping[int, int]
    population: int

    def __call__(self, kind: str, token: str) -> float | None:
        count = self.counts.get(store.name_hash(self.vault, kind, token))
        return None if count is None else count / max(self.population, 1)


def linkage(session: Session, weights: Weights) -> Linkage:
    """Return the comparison of persons with the rarity of names as it was last counted in this register."""
    counts = store.name_counts(session)
    if not counts:
        return Linkage(weights)
    return Linkage(weights, Rarities(vault_of(session), counts, store.population(session)))


def find(session: Session, claim: Person, comparing: Linkage, *, limit: int = store.CANDIDATES) -> list[Match]:
    """Return the entries that may be the person claimed, best first, each with its reasons and its probability."""
    vault = vault_of(session)
    blocks = sorted({vault.block(key.kind, key.folded) for key in probes(claim)})
    people = store.people(session, store.candidates(session, blocks, limit=limit))
    return comparing.rank(claim, people, population=store.population(session))


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
    for field in COUNTED:
        yield from (store.name_hash(vault, field, token) for token in tokens(field, person))


def common(counts: Mapping[int, int], everyone: int) -> dict[int, int]:
    """Return the counts worth keeping of names among `everyone`."""
    return {block: count for block, count in counts.items() if count >= max(_FEWEST, everyone * RAREST)}
